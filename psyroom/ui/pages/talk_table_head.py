"""The line above the table of a class: which class, and the day, the talker and the way that hold for every row."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from psyroom.records.talks import WAYS
from psyroom.ui import tokens
from psyroom.ui.kit import Card, Choice, DayField, Found, Picker, text
from psyroom.ui.kit.flow import Flow
from psyroom.ui.kit.picker import FindLine
from psyroom.ui.kit.texts import ENTER
from psyroom.ui.pages.talk_table_cells import PickCell
from psyroom.ui.tokens import SPACE


class Head(Card):
    """`edited`: what holds for all changed; `entered`: Enter from here goes into the table."""

    edited = Signal()
    entered = Signal()

    def __init__(self, classes: Callable[[str], Sequence[Found]], today: Callable[[], date]) -> None:
        super().__init__(pad=1)
        self.body.setContentsMargins(SPACE * 2, SPACE + 2, SPACE * 2, SPACE + 2)
        row = Flow(gap=SPACE * 2)
        px = tokens.now().px
        self.which = Picker(classes, "如 七3")
        self.day = DayField("如 1012、昨天", today=today)
        self.day.set_value(today())
        self.talker = PickCell(free=True, kind="")
        self.way = Choice(WAYS, as_list=True)
        for words, field, width in (
            ("班级", self.which, 150), ("日期", self.day, 156), ("谈话人", self.talker, 104), ("方式", self.way, 100),
        ):  # fmt: skip
            field.setAccessibleName(words)
            field.setFixedWidth(px(width))
            pair = QWidget()
            line = QHBoxLayout(pair)
            line.setContentsMargins(0, 0, 0, 0)
            line.setSpacing(SPACE)
            line.addWidget(text(words, "label", wrap=False))
            line.addWidget(field)
            row.add(pair)
        for field in (self.day, self.talker, self.way):
            field.edited.connect(self.edited.emit)
        self.seek = FindLine("找学生（Ctrl+F）", "在这个班里找学生")
        self.seek.setFixedWidth(px(184))
        row.add(self.seek)
        for cell in (self.day, self.talker, self.seek):
            cell.installEventFilter(self)
        self.add(row)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Enter goes on, from the talker into the table; in the find field to the row found; Esc empties that."""
        if event.type() != QEvent.Type.KeyPress or not isinstance(event, QKeyEvent):
            return False
        if event.key() in ENTER and not event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            if watched is self.day:
                self.talker.setFocus()
                self.talker.selectAll()
            else:
                if watched is self.talker:
                    self.talker.settle()
                self.entered.emit()
            return True
        if event.key() == Qt.Key.Key_Escape and watched is self.seek:
            self.entered.emit()
            return True
        return False
