"""The right of 辅导记录: one note as a page to read, with what may be done about it; or a colleague's, behind its reason."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QScrollArea, QVBoxLayout, QWidget

from psyroom.records.notes import NOTE_KINDS
from psyroom.services import school as schools
from psyroom.services.notes import NoteSeen
from psyroom.store.room import Room
from psyroom.ui import drafting
from psyroom.ui.kit import Card, Check, Field, Tag, TextField, button, link, primary, scrolled, text
from psyroom.ui.kit.flow import Flow, Tall
from psyroom.ui.pages import notes_parts as parts
from psyroom.ui.pages.attached import Attachments
from psyroom.ui.pages.notes_private import PrivateCard
from psyroom.ui.pages.settings_base import InPlace, Place
from psyroom.ui.tokens import SPACE
from psyroom.ui.window import Shell

Act = tuple[str, str, str, str]
"""What it is called, what the page is asked for, its key, its icon."""
EDIT: Act = ("修改", "edit", "F2", "pencil-simple")
SIGN: Act = ("签字", "sign", "Alt+S", "pen-nib")
ADD: Act = ("补记", "add_word", "Alt+A", "note-pencil")
UNLOCK: Act = ("解锁", "unlock", "Alt+U", "lock-simple-open")
HISTORY: Act = ("修改历史", "history", "Alt+H", "clock-counter-clockwise")
TALKED: Act = ("算作本学期谈话", "talked", "Alt+T", "chats-circle")
PAPER: Act = ("打印、导出", "paper", "Ctrl+P", "printer")
REMOVE: Act = ("移到回收站", "remove", "Ctrl+Del", "trash")
TALKS = ("individual", "group", "telephone")
"""Kinds of notes that show that a student was talked to."""


class NoteReader(QWidget):
    """`wanted` names an act on the note shown; `ticked` (step, done); `shared`; `student_wanted`; `left` at Esc.

    Up, down and the page keys scroll; Tab goes through what may be done.
    """

    help_topic = "signed-notes"
    wanted = Signal(str)
    ticked = Signal(str, bool)
    shared = Signal(bool)
    student_wanted = Signal(str)
    left = Signal()

    def __init__(self, room: Room, shell: Shell, now: Callable[[], datetime]) -> None:
        super().__init__()
        self.room, self.shell, self.now = room, shell, now
        self.note: NoteSeen | None = None
        self.place = Place()
        self.private: PrivateCard | None = None
        self.area: QScrollArea | None = None
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._shown: QWidget | None = None

    # ---- what is shown

    def show_note(self, note: NoteSeen, *, sought: str = "", banner: str = "", back_to: int = 0) -> None:
        """Build the view anew. `sought` is marked in it; `banner` stands above; `back_to`: where it was scrolled to."""
        self.note = note
        inner, column = self._page()
        if banner:
            told = Card(tone="amber", pad=2)
            told.add(text(banner, "soft"))
            column.addWidget(told)
        head = Card(pad=3)
        self._head(head, note)
        column.addWidget(head)
        today = self.now().date()
        for card in (
            parts.missing(note),
            parts.body(note, sought),
            parts.hospital(note),
            parts.steps(note.steps, today, self.ticked.emit),
            parts.addenda(note),
            parts.slips(note),
            self._attached(note),
        ):
            if card is not None:
                column.addWidget(card)
        self.private = None
        if note.mine:
            student = note.students[0].id if len(note.students) == 1 else ""
            self.private = PrivateCard(self.room, self.shell, note.id, student, self.now, sought=sought)
            column.addWidget(self.private)
        column.addStretch(1)
        self._put(scrolled(inner))
        if back_to and self.area is not None:
            area = self.area
            QTimer.singleShot(0, area, lambda: area.verticalScrollBar().setValue(back_to))  # once it has its height

    def is_written_in(self) -> bool:
        """Whether something is being typed here."""
        return self.place.form is not None or (self.private is not None and self.private.writing is not None)

    def show_words(self, widget: QWidget) -> None:
        """Something else in its place: nobody is chosen, or a new note is begun."""
        self.note, self.private = None, None
        self.place = Place()
        inner, column = self._page()
        column.addWidget(widget)
        column.addStretch(1)
        self._put(scrolled(inner))

    def scrolled_to(self) -> int:
        return self.area.verticalScrollBar().value() if self.area is not None else 0

    def focus_first(self) -> None:
        """The keyboard into the page: the arrows scroll it."""
        if self.area is not None:
            self.area.setFocus()

    @staticmethod
    def _page() -> tuple[QWidget, QVBoxLayout]:
        inner = Tall()
        column = QVBoxLayout(inner)
        column.setContentsMargins(0, 0, SPACE, SPACE)
        column.setSpacing(SPACE * 2)
        return inner, column

    def _put(self, area: QScrollArea) -> None:
        if self._shown is not None:
            self.flush()
            self._shown.hide()
            self._shown.deleteLater()
        self._shown = self.area = area
        area.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        area.setAccessibleName("记录")
        self._column.addWidget(area)
        area.show()

    def flush(self) -> None:
        """Keep what is typed and not saved as its draft."""
        found: list[drafting.Draft] = [] if self._shown is None else list(self._shown.findChildren(drafting.Draft))
        for draft in found:
            draft.flush()

    # ---- the head

    def _head(self, card: Card, note: NoteSeen) -> None:
        top = QHBoxLayout()
        top.setSpacing(SPACE)
        self.title = text(parts.names_of(note), "title")
        top.addWidget(self.title, 1)
        tags = [Tag(NOTE_KINDS[note.fields.kind], "sky"), Tag(*parts.state_words(note))]
        if note.fields.shared:
            tags.insert(1, Tag("同事可看", ""))
        for tag in tags:
            top.addWidget(tag, 0, Qt.AlignmentFlag.AlignTop)
        card.body.addLayout(top)
        if note.students:
            children = Flow(gap=SPACE * 2)
            for child in note.students:
                alone = len(note.students) == 1
                words = " ".join(p for p in ("" if alone else child.who, child.class_name) if p) or child.who
                go = partial(self.student_wanted.emit, child.id)
                children.add(link(words, go, icon_name="student", tip="看这名学生的资料和经过"))
            card.add(children)
        places = {place: name for place, name, _active in schools.places(self.room)}
        card.add(text(parts.facts(note, places), "soft", tabular=True))
        card.add(text(parts.who_wrote(note), "soft", tabular=True))
        if note.categories:
            card.add(Flow(*(Tag(name, "") for _id, name in note.categories if name)))
        card.body.addSpacing(4)
        deeds = Flow(gap=6)
        for at, (words, what, key, icon) in enumerate(self._acts(note)):
            make = primary if at == 0 and note.mine else button
            deeds.add(make(words, partial(self.wanted.emit, what), small=True, shortcut=key, icon_name=icon))
        if note.mine:
            share = Check("同事可看")
            share.set_value(note.fields.shared)
            share.setToolTip("打开后，其他心理教师不用写原因就能看这篇；谁看过会记下来")
            share.toggled.connect(self.shared.emit)
            deeds.add(share)
        card.add(deeds)
        self.place = Place()
        card.add(self.place)

    @staticmethod
    def _acts(note: NoteSeen) -> list[Act]:
        """What may be done with it as it stands; the usual next thing first."""
        talked = [TALKED] if note.students and note.fields.kind in TALKS else []
        if not note.mine:
            return [ADD, *talked, HISTORY, PAPER] if note.fields.shared else [PAPER]
        if note.state == "locked":
            return [ADD, *([] if note.signed_at else [SIGN]), *talked, UNLOCK, HISTORY, PAPER]
        return [EDIT, SIGN, *talked, HISTORY, PAPER, REMOVE]

    def _attached(self, note: NoteSeen) -> QWidget:
        return Attachments(self.room, self.shell, note=note.id)

    # ---- asking in its place

    def ask(self, form: InPlace) -> None:
        """A small form under the buttons; Esc gives it up."""
        self.place.open(form)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)


class GateCard(Card):
    """A colleague's note: what it is, not what it says. `opened` with the reason, empty where it is shared; `gone`: not
    opened after all."""

    opened = Signal(str)
    gone = Signal()
    help_topic = "find-notes"

    def __init__(self, line: Any) -> None:
        super().__init__(pad=3)
        top = QHBoxLayout()
        top.setSpacing(SPACE)
        top.addWidget(text(line.who, "title"), 1)
        top.addWidget(Tag(NOTE_KINDS[line.kind], "sky"), 0, Qt.AlignmentFlag.AlignTop)
        self.body.addLayout(top)
        self.add(text(" · ".join(p for p in (line.class_name, parts.day_of(line)) if p), "soft", tabular=True))
        self.form: InPlace | None = None
        self.go: QWidget | None = None
        if line.readable:
            self.add(text(f"{line.writer_name}写的记录，设成了同事可看。打开会记下来，写的人看得到。", "soft"))
            made = primary("打开", lambda: self.opened.emit(""), icon_name="book-open", tip="打开（回车）")
            self.go = made
            self.body.addWidget(made, 0, Qt.AlignmentFlag.AlignLeft)
            return
        told = f"这是{line.writer_name}写的记录。要看请写明原因：谁、什么时候、为什么打开，都会记下来，写的人看得到。"
        self.add(text(told, "soft"))
        self.form = reason_form("", "打开", "为什么要看", "如：一起商量下一步、接手这名学生", self._open)
        self.form.gone.connect(self.gone)
        self.add(self.form)

    def _open(self) -> None:
        if self.form is not None:
            self.opened.emit(str(self.form.values()["reason"]))

    def focus_first(self) -> None:
        if self.form is not None:
            self.form.focus_first()
        elif self.go is not None:
            self.go.setFocus()


def reason_form(heading: str, yes: str, label: str, example: str, save: Callable[[], object]) -> InPlace:
    """One line that asks why."""
    form = InPlace(heading, yes, save)
    form.row(("reason", Field(label, TextField(example, limit=100))))
    return form


class SignForm(InPlace):
    """The one clear sentence before what cannot be taken back; Enter alone says no."""

    def __init__(self, save: Callable[[], object], missing: Sequence[str]) -> None:
        super().__init__("签字后，这份记录就锁定了，签字不能撤销。", "签字", save)
        self.put(text("以后要补充用“补记”；确实要改，得写明原因解锁。", "soft"))
        if missing:
            self.put(text(f"还没写：{'、'.join(missing)}。可以先写完再签。", "warning"))

    def focus_first(self) -> None:
        found: list[QPushButton] = list(self.findChildren(QPushButton))
        next(made for made in found if made is not self.save_button).setFocus()
