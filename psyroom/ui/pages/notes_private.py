"""One's own private note beside a record: a sunken card with a lock, folded until it is pressed, read by nobody else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QHideEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout

from psyroom.errors import NotValid
from psyroom.records.private import LONGEST
from psyroom.services import drafts, private_notes
from psyroom.store.room import Room
from psyroom.ui import drafting
from psyroom.ui.kit import Card, Field, Glyph, LongText, link, primary, quiet, text
from psyroom.ui.kit.flow import beside, empty_layout
from psyroom.ui.kit.reading import Reading, with_marks
from psyroom.ui.pages.notes_parts import finds
from psyroom.ui.tokens import SPACE
from psyroom.ui.window import Shell

FORM = "note-private"
WHO = "只有你自己看得到：不打印、不导出、不进别人的查找。"


class PrivateCard(Card):
    """Opened by a press or by a hit of one's own search. The text is read only then, and let go when it is folded."""

    edited = Signal()
    help_topic = "private-note"

    def __init__(
        self, room: Room, shell: Shell, note: str, student: str, now: Callable[[], datetime], *, sought: str = ""
    ) -> None:
        super().__init__(tone="sunken")
        self.room, self.shell, self.note, self.student, self.now = room, shell, note, student, now
        self._sought = sought
        self.writing: LongText | None = None
        self._draft: drafting.Draft | None = None
        top = QHBoxLayout()
        top.setSpacing(SPACE)
        top.addWidget(Glyph("lock-simple", size=18))
        top.addWidget(text("私密手记", "strong", wrap=False))
        top.addStretch(1)
        self.fold = link("打开", self.turn)
        top.addWidget(self.fold)
        self.body.addLayout(top)
        self.column = Card(tone="sunken", pad=0)
        self.body.addWidget(self.column)
        self.column.hide()

    def is_open(self) -> bool:
        return not self.column.isHidden()

    def turn(self) -> None:
        """Open it, or fold it up again."""
        self.shut() if self.is_open() else self.open()

    def open(self) -> None:
        """Show the text, or the box to write in where something was begun."""
        self._clear()
        self.fold.setText("收起")
        self.column.show()
        if drafts.load(self.room, FORM, self.note) is not None:
            self.write()
            return
        words = private_notes.read(self.room, self.note)
        self.column.add(text(WHO, "small"))
        if private_notes.is_away(self.room, self.note):
            self.column.add(text(private_notes.AWAY, "warning"))
        if words:
            shown = Reading()
            shown.set_pieces(with_marks(words, finds(words, self._sought)))
            self.column.add(shown)
        else:
            self.column.add(text("这次还没有写。", "soft"))
        self.column.body.addLayout(
            beside(link("改这一段" if words else "写一段", self.write, icon_name="pencil-simple"))
        )

    def shut(self) -> None:
        """Fold it up; the text leaves the window, what was begun stays as a draft."""
        if self._draft is not None:
            self._draft.flush()
        self._clear()
        self.column.hide()
        self.fold.setText("打开")

    def hideEvent(self, event: QHideEvent) -> None:
        """Out of sight it is folded up, unless somebody is writing in it."""
        super().hideEvent(event)
        if self.is_open() and self.writing is None:
            self.shut()

    def _clear(self) -> None:
        self.writing = self._draft = None
        empty_layout(self.column.body)

    # ---- writing

    def write(self) -> None:
        """A box in the text's place; what was begun and not saved is there again."""
        self._clear()
        kept = drafts.load(self.room, FORM, self.note)
        begun = private_notes.unseal(self.room, str(kept.get("private", ""))) if kept else None
        self.writing = LongText("想到什么写什么，写给自己看", lines=7, limit=LONGEST)
        self.writing.set_value(begun if begun is not None else private_notes.read(self.room, self.note) or "")
        self.field = Field("", self.writing, WHO + ("上次没有保存的内容已放回。" if begun else ""))
        self.column.add(self.field)
        self.column.body.addLayout(
            beside(primary("保存", self.save, tip="保存（Ctrl+S）"), quiet("不改了", self.give_up))
        )
        for keys in ("Ctrl+S", "Ctrl+Return", "Ctrl+Enter"):
            shortcut = QShortcut(QKeySequence(keys), self.writing)
            shortcut.setContext(Qt.ShortcutContext.WidgetShortcut)
            shortcut.activated.connect(self.save)
        self.writing.edited.connect(self.edited)
        self._draft = drafting.watch(self, self._keep)
        self.writing.setFocus()

    def values(self) -> dict[str, Any]:
        """What a draft keeps: sealed under one's own key, like the note itself."""
        return {"private": self.writing.value() if self.writing is not None else ""}

    def _keep(self, values: dict[str, Any]) -> None:
        if self.writing is not None:
            sealed = private_notes.seal(self.room, values["private"])
            drafts.save(self.room, FORM, self.note, {"private": sealed})

    def save(self) -> None:
        if self.writing is None:
            return
        words = self.writing.value()

        def deed() -> bool:
            try:
                private_notes.write(self.room, words, note=self.note, student=self.student, now=self.now())
            except NotValid as problem:
                self.field.problem("；".join(problem.fields.values()))
                return False
            return True

        done = self.shell.attempt(deed)
        if done and done.result:
            self._forget()
            self.shell.toast("私密手记已保存", undo=True)
            self.open()

    def give_up(self) -> None:
        """Leave the text as it was; what was begun goes."""
        self._forget()
        self.open()

    def _forget(self) -> None:
        if self._draft is not None:
            self._draft.forget()
        drafts.discard(self.room, FORM, self.note)
