"""What stands beside the week: its signature, the semester, what is different this week, what is planned every week."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from psyroom.rules.time import TermSpan
from psyroom.services.school import SchoolContext
from psyroom.ui.kit import Card, RowList, button, text
from psyroom.ui.pages import openings_rows as show
from psyroom.ui.pages.openings_sign import SignCard
from psyroom.ui.pages.openings_term import TermCard
from psyroom.ui.tokens import SPACE

TOP = Qt.AlignmentFlag.AlignTop


class Aside(QWidget):
    """`change`: something is to be different; `undo_change` with the id of a change; `slot` with a band of the template
    (None: a new one)."""

    change = Signal()
    undo_change = Signal(str)
    slot = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE * 2)
        self.signature = SignCard()
        column.addWidget(self.signature)
        self.term = TermCard()
        column.addWidget(self.term)
        once = Card("这一周的临时安排")
        once.head.addWidget(button("加开或停开", self.change.emit, icon_name="plus", small=True), 0, TOP)
        self.once = RowList(limit=20)
        once.add(self.once)
        self.no_once = text("没有临时加开或停开。", "soft")
        once.add(self.no_once)
        column.addWidget(once)
        plan = Card("每周固定时段", "按它生成计划；放假日自动不算。")
        plan.head.addWidget(button("添加", lambda: self.slot.emit(None), icon_name="plus", small=True), 0, TOP)
        self.slots = RowList(limit=40)
        plan.add(self.slots)
        self.no_slots = text("还没有固定时段。先把每周什么时候开门、谁值班添上，之后每周会自动列出计划。", "soft")
        plan.add(self.no_slots)
        column.addWidget(plan)
        column.addStretch(1)

    def set_changes(self, changes: Sequence[Any], school: SchoolContext, term: TermSpan) -> None:
        """What is different in the week shown."""
        self.once.set_rows(
            [show.exception_row(school, row, partial(self.undo_change.emit, row.id), term) for row in changes]
        )
        self.no_once.setVisible(not changes)

    def set_slots(self, slots: Sequence[Any], school: SchoolContext) -> None:
        """The template in force."""
        self.slots.set_rows([show.slot_row(school, slot, partial(self.slot.emit, slot)) for slot in slots])
        self.no_slots.setVisible(not slots)
