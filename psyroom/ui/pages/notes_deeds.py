"""What is done with the note that is read: signed, added to, unlocked, shared, taken away, printed; its steps ticked."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QKeySequence, QShortcut

from psyroom.records.notes import LONG
from psyroom.rules.time import short_day
from psyroom.services import drafts, next_steps, notes, talks
from psyroom.services.notes import NoteSeen
from psyroom.ui import drafting
from psyroom.ui.kit import Field, LongText, text
from psyroom.ui.pages.notes_read import SignForm, reason_form
from psyroom.ui.pages.settings_base import InPlace

if TYPE_CHECKING:
    from psyroom.ui.pages.notes import Here

WORD = "note-word"
"""The form under which a later word not yet saved is kept."""


class Deeds(QObject):
    """The page's hands on the note shown at its right."""

    def __init__(self, page: Here) -> None:
        super().__init__(page)
        self.page, self.room, self.shell, self.reader = page, page.room, page.shell, page.reader
        self.reader.wanted.connect(self.do)
        self.reader.ticked.connect(self.tick)
        self.reader.shared.connect(self.share)
        self.reader.student_wanted.connect(lambda student: self.shell.go("students", student=student))

    @property
    def note(self) -> NoteSeen:
        assert self.reader.note is not None  # an act is asked of a note that is shown
        return self.reader.note

    def do(self, what: str) -> None:
        """An act of the reading view, by its name."""
        if self.reader.note is None:
            return
        acts: dict[str, Callable[[], object]] = {
            "edit": lambda: self.page.edit(self.note.id),
            "sign": self.sign,
            "add_word": self.add_word,
            "unlock": self.unlock,
            "history": self.history,
            "talked": self.talked,
            "paper": self.paper,
            "remove": self.remove,
        }
        acts[what]()

    def _done(self, deed: Callable[[], Any], say: str, *, form: InPlace | None = None, undo: bool = True) -> bool:
        """Do it, show the note as it is now, say so."""
        if not self.shell.attempt(deed, form=cast(Any, form)):
            return False
        if form is not None:
            self.reader.place.shut()
        self.shell.tell_changed("note", "addendum", "note_unlock", "next_step")
        if not self.reader.is_written_in():
            self.reader.focus_first()
        if say:
            self.shell.toast(say, undo=undo)
        return True

    def talked(self) -> None:
        """The talk of this semester that the note shows took place; none of its words go over."""
        note = self.note.id
        deed = lambda: talks.from_note(self.room, note, self.page.now())  # noqa: E731
        self.shell.attempt(deed, say="已算作本学期的谈话，记录里的内容没有带过去", kinds=("talk",))

    # ---- what is asked in its place

    def sign(self) -> None:
        """One clear sentence, then the signature."""
        note, now = self.note, self.page.now
        form = SignForm(
            lambda: self._done(
                lambda: notes.sign(self.room, note.id, now()), "已签字，记录锁定了", form=form, undo=False
            ),
            note.missing,
        )
        self.reader.ask(form)

    def unlock(self) -> None:
        """Why a locked note is opened again; the reason stays seen."""
        note, now = self.note, self.page.now

        def save() -> None:
            reason = str(form.values()["reason"])
            deed = lambda: notes.unlock(self.room, note.id, reason, now())  # noqa: E731
            if self._done(deed, "", form=form, undo=False):
                day = short_day(self.note.locks_on)
                until = "一天之内" if self.note.state == "unlocked" else f"{day}锁定以前"
                self.shell.toast(f"已解锁，{until}可以修改")

        form = reason_form("解锁后可以修改", "解锁", "为什么要解锁", "如：写错了日期、漏了一段话", save)
        form.put(text("解锁的人、时间和原因会一直显示在记录里；签过字的要重新签。", "soft"))
        self.reader.ask(form)

    def add_word(self) -> None:
        """A later word; what was begun and not saved is there again."""
        note, now = self.note, self.page.now
        words = LongText("补充什么，写在这里；会标上今天的日期", lines=5, limit=LONG)

        def save() -> None:
            form.clear_problems()
            if self._done(lambda: notes.add_word(self.room, note.id, words.value(), now()), "已补记", form=form):
                draft.forget()
                drafts.discard(self.room, WORD, note.id)

        form = InPlace("", "保存补记", save)
        kept = drafts.load(self.room, WORD, note.id)
        words.set_value((kept or {}).get("text", ""))
        form.row(("text", Field("补记", words, "上次没有保存的补记已放回。" if kept else "")))
        draft = drafting.watch(form, lambda values: drafts.save(self.room, WORD, note.id, values))
        for keys in ("Ctrl+S", "Ctrl+Return", "Ctrl+Enter"):
            shortcut = QShortcut(QKeySequence(keys), words)
            shortcut.setContext(Qt.ShortcutContext.WidgetShortcut)
            shortcut.activated.connect(save)
        form.save_button.setToolTip("保存补记（Ctrl+S）")
        self.reader.ask(form)

    # ---- at once

    def share(self, shared: bool) -> None:
        say = "已设为同事可看" if shared else "只有自己能直接看了"
        self._done(lambda: notes.share(self.room, self.note.id, shared), say)

    def tick(self, step: str, done: bool) -> None:
        say = "做完了一件" if done else "改回没有做"
        self._done(lambda: next_steps.done(self.room, step, self.page.now(), done), say)

    def remove(self) -> None:
        """To the recycle bin; it can be put back."""
        note = self.note
        if self.shell.attempt(lambda: notes.remove(self.room, note.id, self.page.now())):
            self.page.forget_shown()
            self.shell.tell_changed("note")
            self.shell.toast("已移到回收站", undo=True)

    def history(self) -> None:
        """The versions, side by side, in the page's place."""
        from psyroom.ui.pages.notes_history import HistoryView

        view = HistoryView(self.room, self.shell, self.note, self.page.now)
        view.gone.connect(self.page.back)
        self.page.cover(view)
        view.focus_first()

    def paper(self) -> None:
        """The note's sheet, seen before it is printed or leaves the room."""
        from psyroom.ui.pages.export_dialog import leave_note

        leave_note(self.shell, self.room, self.note.id, reason=self.page.reason)
