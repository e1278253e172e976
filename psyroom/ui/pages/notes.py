"""辅导记录: what was said, what next? What is to be written, every note by day, one of them to read; writing in its place."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from PySide6.QtCore import QEvent, Qt, QTimer
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from psyroom.errors import Tell
from psyroom.services import hours, note_list, note_search, notes
from psyroom.services.note_list import NoteLine
from psyroom.services.note_search import Hit
from psyroom.services.notes import Blank, NoteSeen
from psyroom.store.room import Room
from psyroom.ui import tokens, worker
from psyroom.ui.kit import PageHeader, primary
from psyroom.ui.page import Page
from psyroom.ui.pages import notes_begun as begun
from psyroom.ui.pages import talk_roads
from psyroom.ui.pages.notes_ahead import Ahead
from psyroom.ui.pages.notes_deeds import Deeds
from psyroom.ui.pages.notes_list import ListPane
from psyroom.ui.pages.notes_new import NewCard
from psyroom.ui.pages.notes_read import GateCard, NoteReader
from psyroom.ui.pages.notes_rows import Item
from psyroom.ui.tokens import SPACE
from psyroom.ui.window import Shell

WATCHED = {
    "note", "note_student", "note_category", "next_step", "addendum", "note_unlock", "no_note", "desk_word",
    "problem_category", "note_rules", "visit", "slip", "attendance", "student", "person",
}  # fmt: skip
FIRST, STEP = 80, 200
"""Notes listed at first; how many more at a time."""
REST = 60
"""Milliseconds the arrows rest on a line before its note is read."""


class Here(Page):
    """The page: the lists at the left, what is read at the right; in their place the editor or the history."""

    counts = True

    def __init__(self, room: Room, shell: Shell) -> None:
        super().__init__(room, shell)
        self.stack = QStackedWidget()
        self.body.addWidget(self.stack, 1)
        self.chosen, self._written, self.reason = "", "", ""
        self.gate: GateCard | None = None
        self._asking = False  # about whom a new note is
        self.to_write: list[note_list.ToWrite] = []
        self._limit, self._hits, self._stale = FIRST, list[Hit](), False
        self._job: worker.Job | None = None
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(REST)
        self._soon.timeout.connect(self._follow)
        self._build()
        self.deeds = Deeds(self)
        self.refresh(set())

    # ---- building

    def _build(self) -> None:
        self.browse = QWidget()
        column = QVBoxLayout(self.browse)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE * 2)
        self.header = PageHeader("辅导记录", "")
        self.header.add(primary("新记录", self.begin_new, icon_name="plus", shortcut="Ctrl+N"))
        column.addWidget(self.header)
        across = QHBoxLayout()
        across.setSpacing(SPACE * 2)
        several = len(notes_writers(self.room)) > 1
        self.pane = ListPane(self.room, several)
        self.pane.sought.connect(self._seek)
        self.pane.filtered.connect(self._filtered)
        self.pane.list.chosen.connect(self._on_chosen)
        self.pane.list.opened.connect(self._on_opened)
        self.pane.to_write.wanted.connect(self.write_of)
        self.pane.to_write.resumed.connect(self._resume)
        self.pane.to_write.dismissed.connect(self._dismiss)
        across.addWidget(self.pane)
        self.reader = NoteReader(self.room, self.shell, self.now)
        self.reader.left.connect(self._to_list)
        across.addWidget(self.reader, 1)
        column.addLayout(across, 1)
        self.stack.addWidget(self.browse)
        self._fit()
        to_find = QShortcut(QKeySequence("Ctrl+F"), self)
        to_find.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        to_find.activated.connect(self.pane.to_find)

    def _fit(self) -> None:
        self.pane.setFixedWidth((376 + tokens.now().px(376)) // 2)  # slower than the text: small screens

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange and hasattr(self, "pane"):
            self._fit()

    # ---- what is shown

    def now(self) -> datetime:
        return hours.local_now(self.room)

    def badge(self) -> int | None:
        return len(self.to_write)

    def refresh(self, kinds: set[str]) -> None:
        """Notes, visits or names changed. Out of sight only what is to be written is counted."""
        if kinds and not kinds & WATCHED:
            return
        self.to_write = note_list.to_write(self.room, self.now())
        covered = self.stack.currentWidget() is not self.browse
        if covered or (kinds and not self.isVisible()):
            self._stale = True
            return
        self._show_all()

    def shown(self) -> None:
        if self._stale and self.stack.currentWidget() is self.browse:
            self._show_all()
        focus = self.window().focusWidget()
        held = focus is not None and focus.isVisible() and self.main.isAncestorOf(focus)
        if self.stack.currentWidget() is self.browse and (not held or self.header.isAncestorOf(focus)):
            self.pane.focus_first()

    def _show_all(self) -> None:
        self._stale = False
        unfinished = sum(1 for one in self.to_write if one.note)
        missing = len(self.to_write) - unfinished
        words = [f"{missing} 次还没写" if missing else "", f"{unfinished} 篇没写完" if unfinished else ""]
        self.header.set_question("，".join(w for w in words if w) or "来访都有记录。")
        left, keys = begun.of(self.room, self.to_write, self.now())
        self.pane.to_write.show_rows(self.to_write, left, keys)
        self._list()
        shown = self.reader.note
        if shown is not None and shown.mine:
            if not self.reader.is_written_in():  # nothing typed goes because something else changed
                self.show_note(shown.id, keep=True)
        elif shown is None and not self.chosen and not self._asking:
            self._show_nobody()

    def _show_nobody(self) -> None:
        """No note is chosen: what comes next, and what the desk left."""
        self.chosen, self._asking = "", False
        self.pane.list.choose("")
        ahead = Ahead(self.room, self.shell, self.now)
        ahead.note_wanted.connect(lambda note: self.open(note=note))
        ahead.ticked.connect(self.deeds.tick)
        self.reader.show_words(ahead)

    def _list(self) -> None:
        if self.pane.searching():
            self.pane.show_hits(self._hits, self.pane.words(), chosen=self.chosen)
            return
        found = note_list.listed(self.room, self.now(), limit=self._limit + 1, **self.pane.filters.values())
        self.pane.show_notes(found[: self._limit], more=len(found) > self._limit, chosen=self.chosen)

    def _filtered(self) -> None:
        self._limit = FIRST
        self._list()

    # ---- searching

    def _seek(self, words: str) -> None:
        if self._job is not None:
            self._job.cancel()
            self._job = None
        if not words:
            self._hits = []
            self._list()
            return
        self._job = self.shell.run(self, note_search.searching(self.room, words), done=self._found)

    def _found(self, hits: list[Hit]) -> None:
        self._job, self._hits = None, hits
        self._list()

    # ---- one note

    def _on_chosen(self, item: Item) -> None:
        """The arrows stand on a line: one's own is read when they rest, a colleague's only shows what it is."""
        if item.kind != "more":
            self._soon.start()

    def _follow(self) -> None:
        item = self.pane.list.current()
        if item is not None and item.key and item.key != self.chosen:
            self._show_item(item, enter=False)

    def _on_opened(self, item: Item) -> None:
        self._soon.stop()
        if item.kind == "more":
            first = len(self.pane.list.items()) - 1
            self._limit += STEP
            self._list()
            self.pane.list.setCurrentIndex(self.pane.list.model().index(first, 0))
        else:
            self._show_item(item, enter=True)

    def _show_item(self, item: Item, *, enter: bool) -> None:
        row: NoteLine | Hit = item.row
        if isinstance(row, NoteLine) and not row.mine:
            self.chosen = row.id
            gate = self.gate = GateCard(row)
            gate.opened.connect(lambda reason: self.open_other(row.id, reason))
            gate.gone.connect(self._to_list)
            self.pane.list.choose(row.id)
            self.reader.show_words(gate)
            if enter:
                gate.focus_first()
        elif isinstance(row, Hit) and not row.note:
            if enter and row.ref and row.students:
                talk_roads.follow(self.shell, row.kind, row.students[0], row.ref)
            elif enter and row.students:
                self.shell.go("students", student=row.students[0])
        elif isinstance(row, NoteLine) or enter or note_list.line(self.room, row.note, self.now()).mine:
            sought = self.pane.words() if isinstance(row, Hit) else ""
            self.show_note(item.key, sought=sought)
            if isinstance(row, Hit) and row.private and self.reader.private is not None:
                self.reader.private.open()
            if enter:
                self.reader.focus_first()

    def show_note(self, note_id: str, *, sought: str = "", keep: bool = False) -> bool:
        """Read one's own note, or one that is shared; whether it could be. `keep`: scrolled where it was."""
        done = self.shell.attempt(lambda: notes.seen(self.room, note_id, self.now()))
        if not done:
            self._show_nobody()
            return False
        private = self.reader.private
        opened = keep and private is not None and private.is_open()
        self._put(done.result, sought=sought, back_to=self.reader.scrolled_to() if keep else 0)
        if opened and self.reader.private is not None:
            self.reader.private.open()
        return True

    def open_other(self, note_id: str, reason: str) -> None:
        """A colleague's note; a refusal stands under the reason."""
        form: Any = self.gate.form if self.gate is not None else None
        read = notes.open_other if reason or form is not None else None
        done = self.shell.attempt(
            lambda: (
                read(self.room, note_id, reason, self.now()) if read else notes.seen(self.room, note_id, self.now())
            ),
            form=form,
        )
        if done:
            why = f"（原因：{reason}）" if reason else ""
            self._put(done.result, banner=f"这是{done.result.writer_name}的记录。你打开过它{why}，已经记下来了。")
            self.reason = reason
            self.reader.focus_first()

    def _put(self, note: NoteSeen, *, sought: str = "", banner: str = "", back_to: int = 0) -> None:
        self.chosen, self.reason, self._asking = note.id, "", False
        self.reader.show_note(note, sought=sought, banner=banner, back_to=back_to)
        self.pane.list.choose(note.id)

    def forget_shown(self) -> None:
        """The note that was read is gone: nobody is chosen."""
        self._show_nobody()
        self._to_list()

    def _to_list(self) -> None:
        if not self.pane.list.focus_first():
            self.pane.focus_first()

    # ---- writing

    def begin_new(self, student: str = "", kind: str = "", slip: str = "") -> None:
        """Ctrl+N: about whom, of what kind. `slip`: a word from the desk that goes into it."""
        self._soon.stop()
        self.chosen, self._asking = "", True
        self.pane.list.choose("")
        card = NewCard(self.room, student, kind)
        card.begun.connect(lambda who, what: self.write_about(who, what, slip))
        card.gone.connect(self.forget_shown)
        self.reader.show_words(card)
        card.focus_first()

    def write_of(self, visit: str, note: str = "", kind: str = "") -> None:
        """Write the note of a visit; where there is one already, it is read, or gone on with (`note`)."""
        if note:
            self.edit(note)
            return
        if there := note_list.of_visit(self.room, visit):
            self._read(there)
            return
        done = self.shell.attempt(lambda: notes.blank(self.room, visit=visit, kind=kind, now=self.now()))
        if done:
            self._editor(done.result, None)

    def write_about(self, student: str, kind: str, slip: str = "") -> None:
        """Write a note without a visit; `slip` becomes part of the record with it."""
        done = self.shell.attempt(lambda: notes.blank(self.room, student=student, kind=kind, now=self.now()))
        if done:
            self._editor(done.result, None, slip)

    def edit(self, note_id: str) -> None:
        """Change a note that may be changed; what may not is read."""
        done = self.shell.attempt(lambda: notes.seen(self.room, note_id, self.now()))
        if done and done.result.may_change:
            self._editor(None, done.result)
        elif done:
            self._put(done.result)
            self.shell.toast("这份记录已锁定，要补充请用“补记”")

    def _editor(self, blank: Blank | None, note: NoteSeen | None, slip: str = "") -> None:
        from psyroom.ui.pages.note_editor import NoteEditor

        if self._asking:
            self._show_nobody()
        made = NoteEditor(self.room, self.shell, blank=blank, note=note, slip=slip)
        made.saved.connect(self._saved)
        made.left.connect(self.back)
        self.cover(made)
        made.focus_first()

    def _saved(self, note_id: str) -> None:
        """Saved, and perhaps gone on with: what was written is what is read afterwards."""
        self._written = note_id

    def _resume(self, about: str) -> None:
        """Go on with what was begun and never saved."""
        outcome = self.shell.attempt(lambda: begun.target(self.room, about, self.now()))
        if outcome:
            blank, note = outcome.result
            self._editor(blank, note)

    def _dismiss(self, visit: str, why: str) -> None:
        self.shell.attempt(
            lambda: note_list.needs_none(self.room, visit, why), say="好的，这次不用写", kinds=("no_note",)
        )

    # ---- in the page's place

    def cover(self, widget: QWidget) -> None:
        """Put something into the page's place."""
        self.back()
        self.stack.addWidget(widget)
        self.stack.setCurrentWidget(widget)

    def back(self) -> None:
        """To the lists and the note that was written or read; what was typed is kept as a draft first."""
        covering = self.stack.currentWidget()
        if covering is None or covering is self.browse:
            return
        if hasattr(covering, "flush"):
            covering.flush()
        self.stack.setCurrentWidget(self.browse)
        self.stack.removeWidget(covering)
        covering.deleteLater()
        written, self._written = self._written, ""
        self.refresh(set())
        if written and self.show_note(written) or self.reader.note is not None:
            self.reader.focus_first()
        else:
            self.pane.focus_first()

    def open(self, **target: Any) -> None:
        """`note`: read it; `visit`: write its note; `student` (and `kind`): a new one about him; `slip`: one that takes in
        a word from the desk; `new`: whose is asked; `to_write`: the list; `search`: these words."""
        self.back()
        if note := target.get("note"):
            self.pane.box.clear()
            self._read(str(note))
        elif visit := target.get("visit"):
            self.write_of(str(visit), kind=str(target.get("kind") or ""))
        elif slip := target.get("slip"):
            self.begin_new(str(target.get("student") or ""), slip=str(slip))
        elif student := target.get("student"):
            if target.get("kind"):
                self.write_about(str(student), str(target["kind"]))
            else:
                self.begin_new(str(student))
        elif target.get("new"):
            self.begin_new()
        elif words := target.get("search"):
            self.pane.seek(str(words))
            self.pane.to_find()
        elif target.get("to_write"):
            self.pane.box.clear()
            self.pane.to_write.list.focus_first()

    def _read(self, note_id: str) -> None:
        """One note from elsewhere: one's own or shared at once, another's behind its reason."""
        try:
            note = notes.seen(self.room, note_id, self.now())
        except notes.NeedsReason:
            line = note_list.line(self.room, note_id, self.now())
            self._show_item(Item("note", line.who, key=line.id, row=line), enter=True)
            return
        except Tell as told:
            self.shell.trouble(told)
            return
        self._put(note)
        self.reader.focus_first()


def notes_writers(room: Room) -> list[str]:
    """Those who can write notes here."""
    from psyroom.services import people

    return [person for person, _name, role, _active in people.listed(room) if role == "counsellor"]
