"""Sealed slips on the first page: whoever is on duty writes one, a counsellor reads them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QVBoxLayout, QWidget

from psyroom.errors import NotValid
from psyroom.rules.time import day_name
from psyroom.services import desk_words, hours, roll, slips
from psyroom.services.note_seen import Child
from psyroom.services.slips import Note
from psyroom.store.room import Room
from psyroom.ui.kit import Card, Field, Found, LongText, Picker, button, link, primary, quiet, text
from psyroom.ui.kit.flow import Flow, beside, empty_layout
from psyroom.ui.tokens import SPACE
from psyroom.ui.window import Shell

MOST_NAMED = 4
"""Students of the day who are offered by name."""
CANNOT = "这张便条封给了另一把钥匙，打不开。请问写的人。"


class SlipBox(Card):
    """A word for the counsellors. It is kept nowhere until it is sealed, and nobody here reads it again."""

    help_topic = "slips"

    def __init__(self, room: Room, shell: Shell, now: Callable[[], datetime]) -> None:
        super().__init__("密封便条", "写给心理教师的一句话。封上后只有心理教师能打开，你自己也看不到。")
        self.room, self.shell, self.now = room, shell, now
        self.words = LongText("如：来时在哭，说不想回教室（Ctrl+E 到这里）", lines=2)
        self.field = Field("", self.words, f"最多 {slips.LONGEST} 个字；没有封上的不会保存")
        self.add(self.field)
        done = primary("封上", self.seal, icon_name="envelope-simple", tip="封上（Ctrl+S）")
        self.body.addWidget(done, 0, Qt.AlignmentFlag.AlignLeft)
        QShortcut(QKeySequence("Ctrl+E"), self).activated.connect(self.begin)
        for keys in ("Ctrl+S", "Ctrl+Return", "Ctrl+Enter"):
            shortcut = QShortcut(QKeySequence(keys), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)  # a sheet at the side has the same keys
            shortcut.activated.connect(self.seal)

    def begin(self) -> None:
        """Ctrl+E: the keyboard to the box, wherever on the page it was."""
        self.words.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def seal(self) -> None:
        """Seal what was written; the box is empty afterwards."""

        def deed() -> str:
            try:
                return slips.write_slip(self.room, self.words.value(), self.now())
            except NotValid as problem:
                self.field.problem(problem.fields["text"])
                return ""

        done = self.shell.attempt(deed, kinds=("slip",))
        if done and done.result:
            self.words.document().clear()  # its own undo must not bring the words back
            self.words.document().clearUndoRedoStacks()
            self.shell.toast(done.result)


class SlipReader(QWidget):
    """The slips opened, the unread ones first. One is put into a student's record, made a note of, or only read."""

    help_topic = "slips"

    def __init__(self, room: Room, shell: Shell) -> None:
        super().__init__()
        self.room, self.shell = room, shell
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(SPACE * 2)
        self.earlier = False
        self.fill()

    def fill(self) -> None:
        empty_layout(self.column)
        notes = slips.read_slips(self.room, also_read=self.earlier)
        if not notes:
            self.column.addWidget(text("没有还没读的便条。", "soft"))
        here = {one.id: one.suggested for one in desk_words.waiting(self.room)} if notes else {}
        for note in sorted(notes, key=lambda n: n.read):
            self.column.addWidget(self._note(note, here.get(note.id, ())))
        if not self.earlier:
            more = link("也看读过的", self._earlier)
            self.column.addWidget(more, 0, Qt.AlignmentFlag.AlignLeft)

    def _note(self, note: Note, here: Sequence[Child]) -> Card:
        card = Card(tone="sunken" if note.read else "accent")
        card.add(text(f"{day_name(note.day)} {note.at}  {note.writer}", "small"))
        card.add(text(note.text if note.text is not None else CANNOT, "lead" if note.text is not None else "error"))
        if note.read:
            return card
        if note.text is not None:
            card.add(text("说的是谁？收进那位学生的档案，就算读过了。", "soft"))
            deeds = Flow(gap=6)
            for child in here[:MOST_NAMED]:
                words = " ".join(p for p in (child.who, child.class_name) if p)
                go = partial(self.take, note.id, child.id)
                deeds.add(button(words, go, small=True, icon_name="student", tip=f"收进{child.who}的档案"))
            card.add(deeds)
            picker = Picker(self._hits, f"{'别的学生' if here else '学生'}：姓名或拼音首字母")
            picker.setAccessibleName("便条说的是哪位学生")
            picker.picked.connect(lambda found: self.take(note.id, found.key))
            card.add(picker)
        done = button("读过了", lambda: self.read(note.id), small=True, tip="不收进档案，只算读过")
        row = beside(done)
        if note.text is not None:
            write = partial(self.shell.go, "notes", slip=note.id, student=here[0].id if here else "")
            row.insertWidget(1, quiet("写成一篇记录", write, small=True, icon_name="notebook"))
        card.body.addLayout(row)
        return card

    def _hits(self, words: str) -> Sequence[Found]:
        return [Found(e.id, e.name, e.class_name) for e in roll.find(self.room, words)]

    def take(self, slip_id: str, student: str) -> None:
        """The slip becomes part of a student's record."""
        now = hours.local_now(self.room)
        kinds = ("slip", "desk_word")
        if self.shell.attempt(lambda: desk_words.take(self.room, slip_id, student, now), say="已收进档案", kinds=kinds):
            self.fill()

    def read(self, slip_id: str) -> None:
        if self.shell.attempt(lambda: slips.mark_read(self.room, slip_id), kinds=("slip",)):
            self.fill()

    def _earlier(self) -> None:
        self.earlier = True
        self.fill()
