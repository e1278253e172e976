"""A new note without a visit: about whom, of what kind."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent

from psyroom.records.notes import NOTE_KINDS
from psyroom.rules.notes import NEEDS_STUDENT
from psyroom.services import roll
from psyroom.store.room import Room
from psyroom.ui.kit import Card, Choice, Field, Found, Picker, primary, quiet, text
from psyroom.ui.kit.flow import beside


class NewCard(Card):
    """`begun` with the student (may be empty where the kind needs none) and the kind; `gone`: never mind."""

    begun = Signal(str, str)
    gone = Signal()
    help_topic = "notes"

    def __init__(self, room: Room, student: str = "", kind: str = "") -> None:
        super().__init__("新写一篇", "预约过的来访从“待写”开始更快：时间、地点都填好了。", pad=3)
        self.room = room
        self.picker = Picker(self._hits)
        self.who = Field("学生", self.picker)
        self.kind = Choice(NOTE_KINDS, as_list=True)
        self.add(self.who)
        self.add(Field("类别", self.kind))
        if kind:
            self.kind.set_value(kind)
        if student:
            entry = roll.entry(room, student)
            self.picker.set_value(Found(entry.id, entry.name, entry.class_name))
        self.kind.edited.connect(self._hint)
        self.picker.picked.connect(lambda _found: self.kind.setFocus())
        go = primary("开始写", self.begin, icon_name="pencil-simple", tip="开始写（回车）")
        self.body.addLayout(beside(go, quiet("取消", self.gone.emit, tip="取消（Esc）")))
        self.add(text("写了一半离开也不会丢：草稿会留着。", "small"))
        self._hint()

    def _hits(self, words: str) -> Sequence[Found]:
        return [Found(e.id, e.name, e.class_name) for e in roll.find(self.room, words)]

    def _hint(self) -> None:
        needed = self.kind.value() in NEEDS_STUDENT
        self.who.set_hint("" if needed else "可以空着，进去再选学生")

    def begin(self) -> None:
        student, kind = self.picker.value() or "", self.kind.value()
        if not student and kind in NEEDS_STUDENT:
            self.who.problem("请选一位学生：打拼音首字母，再回车")
            self.picker.setFocus()
            return
        self.begun.emit(student, kind)

    def focus_first(self) -> None:
        (self.kind if self.picker.value() else self.picker).setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.gone.emit()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.begin()
        else:
            super().keyPressEvent(event)
