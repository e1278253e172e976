"""Writing a note: the sheet, what stands beside it, its draft, and what becomes of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QHideEvent, QKeyEvent, QKeySequence, QMouseEvent, QShortcut
from PySide6.QtWidgets import QApplication, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from psyroom.errors import NotFound, NotValid
from psyroom.records.notes import NOTE_KINDS
from psyroom.services import notes
from psyroom.services.hours import local_now
from psyroom.services.notes import Blank, NoteSeen
from psyroom.store.room import Room
from psyroom.ui import ask, drafting, tokens
from psyroom.ui.kit import PageHeader, button, primary, quiet, scrolled, text
from psyroom.ui.kit.flow import Tall
from psyroom.ui.kit.sheet import into_sight
from psyroom.ui.kit.writing import Writing
from psyroom.ui.pages.attached import Attachments
from psyroom.ui.pages.note_beside import Beside
from psyroom.ui.pages.note_draft import DraftBanner
from psyroom.ui.pages.note_keeping import Keeping
from psyroom.ui.pages.note_phrases import PhraseList
from psyroom.ui.pages.note_private import PrivateCard
from psyroom.ui.pages.note_sheet import Sheet, column_of
from psyroom.ui.tokens import SPACE
from psyroom.ui.window import Shell

SHEET, BESIDE = 820, 296  # pixels at 100 %
KINDS = ("note", "note_student", "note_category", "next_step", "private_note")
"""What saving changes, for the pages that show it."""


class NoteEditor(Keeping):
    """A new note (`blank`) or one's own open one (`note`). `saved` with its id, `left` when the person goes back.

    Whatever is typed is in the draft within three seconds; `flush()` keeps it at once.
    """

    help_topic = "notes"
    saved = Signal(str)
    left = Signal()

    def __init__(
        self, room: Room, shell: Shell, *, blank: Blank | None = None, note: NoteSeen | None = None, slip: str = ""
    ) -> None:
        super().__init__()
        assert blank is not None or note is not None
        self.room, self.shell = room, shell
        self.note, self._slip = note, slip
        self._blank_about = blank.about if blank is not None else ""
        self._base: dict[str, Any] = dict(blank.values) if blank is not None else {}
        if note is not None:
            self._base = note.fields.model_dump()
        self._loading = self._saving = False
        self._when = ""
        self._build()
        self._fill(_of_note(note) if note is not None else _of_blank(blank))  # type: ignore[arg-type]
        if not (note is not None or blank is None or blank.values.get("visit")):
            self.sheet.first.set_open(True)
        self._watch()
        shell.changed.connect(self._changed)
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        app.focusChanged.connect(self._focus_moved)

    # ---- building

    def _build(self) -> None:
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        self.stack = QStackedWidget()
        whole.addWidget(self.stack)
        self.front = QWidget()
        column = QVBoxLayout(self.front)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE * 2)
        self.status = text("", "small", wrap=False)
        self.save_button = primary("保存", self.save, tip="保存（Ctrl+S）；保存并返回（Ctrl+Enter）")
        self.sign_button = button("保存并签字", self.save_and_sign, tip="签字后就锁定，以后只能补记")
        self.header = PageHeader(
            "", "", self.status, quiet("返回（Esc）", self.leave), self.sign_button, self.save_button
        )
        self.status.setMinimumHeight(self.save_button.sizeHint().height())  # in line with the buttons
        column.addWidget(self.header)
        self.trouble = text("", "error")
        column.addWidget(self.trouble)
        self.trouble.hide()
        self.banner = DraftBanner()
        self.banner.restored.connect(self.restore)
        self.banner.compared.connect(self.compare)
        self.banner.dropped.connect(self.drop)
        column.addWidget(self.banner)
        row = QHBoxLayout()
        row.setSpacing(SPACE * 3)
        row.addWidget(self._paper(), 1)
        self.beside = Beside(self.room)
        self.beside.setFixedWidth(tokens.now().px(BESIDE))
        row.addWidget(self.beside)
        row.addStretch(0)
        column.addLayout(row, 1)
        self.stack.addWidget(self.front)
        for keys, do in (
            ("Ctrl+S", self.save),
            ("Ctrl+Return", self.save_and_leave),
            ("Ctrl+Enter", self.save_and_leave),
        ):
            shortcut = QShortcut(QKeySequence(keys), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(do)

    def _paper(self) -> QWidget:
        self.sheet = Sheet(self.room, lambda: local_now(self.room).date())
        self.private = PrivateCard(self.room, self.note.id if self.note is not None else "")
        self.inner = QWidget()
        self.inner.setMaximumWidth(tokens.now().px(SHEET))
        self.attached: Attachments | None = None
        self.later = text("照片、扫描件：保存以后（Ctrl+S）就能放在这里。", "small")
        column = self._papers = column_of(self.sheet, self.later, self.private)
        column.setContentsMargins(0, 0, SPACE, SPACE * 2)
        column.addStretch(1)
        self.inner.setLayout(column)
        holder = Tall()
        line = QHBoxLayout(holder)
        line.setContentsMargins(0, 0, 0, 0)
        line.addWidget(self.inner, 100)
        line.addStretch(1)
        self._show_attached()
        self.phrases = PhraseList(self.shell)
        self.destroyed.connect(self.phrases.deleteLater)
        for name, part in self.sheet.parts.items():
            self.phrases.serve(part.control, name)
        self.phrases.serve(self.private.part.control, "")
        self.sheet.edited.connect(self._on_edit)
        self.private.edited.connect(self._on_edit)
        self.sheet.first.pupils.edited.connect(self._points)
        self.sheet.form.fields["day"].control.edited.connect(self._points)
        self.sheet.first.kind_changed.connect(self._say_title)
        return scrolled(holder)

    def _show_attached(self) -> None:
        """Pictures and papers lie with a note that is saved."""
        if self.attached is not None:
            self.attached.hide()
            self.attached.deleteLater()
        self.attached = Attachments(self.room, self.shell, note=self.note.id) if self.note is not None else None
        if self.attached is not None:
            self._papers.insertWidget(1, self.attached)
        self.later.setVisible(self.attached is None)

    # ---- what stands in it

    def _fill(self, values: Mapping[str, Any]) -> None:
        self._loading = True
        self.sheet.set_values(values)
        self._loading = False
        self._say_title()
        self._points()

    def _say_title(self) -> None:
        number = f"  {self.note.number}" if self.note is not None else ""
        self.header.title.setText(NOTE_KINDS[self.sheet.first.kind()] + number)
        missing = self.note.missing if self.note is not None else ()
        self.header.set_question(
            f"还没写：{'、'.join(missing)}。" if missing else "写一部分也可以保存；离开时写的都在草稿里。"
        )

    def _points(self) -> None:
        pupils = self.sheet.first.pupils
        day = self.sheet.form.fields["day"].value()
        one = len(pupils.value()) == 1 and not isinstance(day, str) and day is not None
        note = self.note.id if self.note is not None else ""
        shown = day if one else local_now(self.room).date()
        self.beside.show_points(pupils.value()[0] if one else "", pupils.names()[0] if one else "", shown, note)

    def _on_edit(self) -> None:
        if not self._loading:
            self.edited.emit()

    def _focus_moved(self, _before: QWidget | None, now: QWidget | None) -> None:
        if now is None or not self.isAncestorOf(now):
            return
        fields = self.sheet.form.fields
        found = next((name for name, field in fields.items() if field.isAncestorOf(now)), "")
        self.beside.show_hint("private" if self.private.isAncestorOf(now) else found)
        if not isinstance(now, Writing):
            into_sight(now)

    def focus_first(self) -> None:
        """The keyboard to where one goes on: the choice about a draft, the child, the first part that is empty."""
        if self._waiting is not None:
            self.banner.restore.setFocus()
            return
        kind = self.sheet.first.kind()
        if not self.sheet.first.pupils.value() and kind not in ("teacher", "head"):
            self.sheet.first.pupils.picker.setFocus()
            return
        line = [self.sheet.form.fields[name] for name in ("with_whom", "topic")]
        parts = [part for part in self.sheet.parts.values() if part.isVisibleTo(self.sheet)]
        fields = [field for field in (*line, *parts) if not field.isHidden() and field.isVisibleTo(self.sheet)]
        (next((f for f in fields if not f.value()), fields[0])).control.setFocus()

    # ---- saving

    def save(self) -> bool:
        """Ctrl+S: save and stay. What was typed stays until the answer is there, and if it is no, after it too."""
        if self._waiting is not None:
            self.banner.nudge()
            return False
        drafting.settle_typing()
        self.clear_problems()
        new = self.note is None
        self._saving = True
        form: Any = self  # it shows problems as a form does
        done = self.shell.attempt(self._deed, form=form, say="记录已保存", kinds=KINDS)
        self._saving = False
        if not done:
            return False
        self.draft.forget()
        self.private.saved_as(done.result)
        self._slip = ""
        self._reload(done.result, keep=True)
        self._say(f"已保存 {local_now(self.room):%H:%M}")
        if new:
            self.beside.forget()
            self._show_attached()
            if (focus := self.focusWidget()) is not None:
                into_sight(focus)  # the attachments came in above it
        self.saved.emit(done.result)
        return True

    def _deed(self) -> str:
        sheet, now = self.sheet, local_now(self.room)
        pupils, chosen = sheet.first.pupils.value(), sheet.pills.value()
        steps = sheet.steps.typed()
        private = self.private.value()
        if self.note is None:
            return notes.add(
                self.room, {**self._base, **sheet.fields()}, pupils, now,
                categories=chosen, steps=steps, private=private or "", slip=self._slip, about=self._blank_about,
            )  # fmt: skip
        values, note = sheet.fields(), self.note.id
        notes.change(self.room, note, values, pupils, now, categories=chosen, steps=steps, private=private)
        return self.note.id

    def save_and_leave(self) -> None:
        """Ctrl+Enter."""
        if self.save():
            self.left.emit()

    def save_and_sign(self) -> None:
        """Save, and sign when the person says so: after that only addenda."""
        if not self.save() or self.note is None:
            return
        missing = f"还没写：{'、'.join(self.note.missing)}。" if self.note.missing else ""
        if not ask.confirm(
            self.shell, "现在签字吗？", f"{missing}签字后这份记录就锁定，以后只能补记，不能撤销。", yes="签字"
        ):
            return
        note = self.note.id
        signed = self.shell.attempt(lambda: notes.sign(self.room, note, local_now(self.room)), kinds=("note",))
        if signed:
            self.shell.toast("已签字")
            self.saved.emit(note)
            self.left.emit()

    def show_problems(self, problem: NotValid) -> None:
        """Each sentence under its field, the first one in sight; the rest over the sheet."""
        if "private" in problem.fields:
            self.private.problem(problem.fields["private"])
        rest = NotValid({name: words for name, words in problem.fields.items() if name != "private"})
        self.say(self.sheet.show_problems(rest) if rest.fields else "")

    def say(self, sentence: str) -> None:
        """A sentence about the whole note, over the sheet."""
        self.trouble.setText(sentence)
        self.trouble.setVisible(bool(sentence))

    def clear_problems(self) -> None:
        self.sheet.clear_problems()
        self.private.problem("")
        self.say("")

    # ---- what happens elsewhere

    def _reload(self, note: str, *, keep: bool = False) -> None:
        """Read the note as it is stored now; `keep`: the text typed stays as it stands."""
        self.note = notes.seen(self.room, note, local_now(self.room))
        stored = _of_note(self.note)
        if keep:
            self._loading = True
            self.sheet.steps.set_value(stored["steps"])
            self._loading = False
            self._say_title()
        else:
            self._fill(stored)
        self._baseline = self.values()

    def _changed(self, kinds: set[str]) -> None:
        """Undone, or changed in another place: what was typed and not saved stays."""
        if self.note is None or self._saving or self._waiting is not None or self.room.closed:
            return
        if kinds and not kinds & set(KINDS):
            return
        touched = self.values() != self._baseline
        try:
            if not touched:
                self._reload(self.note.id)
        except NotFound:
            self._gone()
            return
        if touched:
            try:
                notes.seen(self.room, self.note.id, local_now(self.room))
            except NotFound:
                self._gone()

    def _gone(self) -> None:
        """The note was undone or removed: what is written here is a new one, if it is saved."""
        self.note, self._baseline = None, {}
        self.private.saved_as("")
        self._show_attached()
        self._say_title()
        self._say("这份记录已撤销；写的还在，保存就是新的一份")
        self.edited.emit()

    # ---- going

    def leave(self) -> None:
        """Esc: back, nothing asked; what was typed is in the draft."""
        if not self.phrases.isHidden():
            self.phrases.shut()
            return
        drafting.settle_typing()
        self.flush()
        if self.draft.pending() and not ask.confirm(
            self.shell,
            "草稿没有存下",
            "磁盘现在写不进去。离开的话，刚才写的会丢；留下来，腾出空间后会自动存好。",
            yes="还是离开",
            no="留下",
            grave=True,
        ):
            return
        self.draft.forget()
        self.left.emit()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.flush()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.leave()
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if self._waiting is not None and self.stack.currentWidget() is self.front:
            self.banner.nudge()
        super().mousePressEvent(event)


def _of_note(note: NoteSeen) -> dict[str, Any]:
    """A stored note as the sheet takes it."""
    return {
        **note.fields.model_dump(),
        "students": [child.id for child in note.students],
        "categories": [key for key, _ in note.categories],
        "steps": [[step.id, step.text, step.due] for step in note.steps],
    }


def _of_blank(blank: Blank) -> dict[str, Any]:
    return {**blank.values, "students": list(blank.students), "categories": [], "steps": []}
