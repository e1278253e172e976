"""What the pages of 方案 share: how a state is told, a day some months from now, a cell that grows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from psyroom.rules import plans as rules
from psyroom.rules.plans import STATES
from psyroom.services.plans import PlanLine
from psyroom.ui import tokens
from psyroom.ui.kit import DayField, button
from psyroom.ui.kit.texts import ENTER
from psyroom.ui.kit.writing import Writing

KINDS = ("growth_plan", "plan_step", "plan_review")
"""What a deed here changes, for the pages that show it."""
DAY = 168
"""Pixels at 100 %: a day with its weekday and its icon."""
TONES = {"none": "amber", "unfinished": "amber", "review_due": "amber", "good": "good"}


def tone_of(line: PlanLine) -> str:
    """The tone of a plan's state: brick once its review is past."""
    return "brick" if line.over and line.here else TONES[line.state]


def state_words(line: PlanLine) -> str:
    """The state as a tag says it."""
    if line.over and line.days is not None:
        return f"过期 {-line.days} 天"
    return STATES[line.state]


class ReviewDay(QWidget):
    """A day, typed or some months after `start`: one press for one, two or three."""

    edited = Signal()

    def __init__(self, start: Callable[[], date], today: Callable[[], date]) -> None:
        super().__init__()
        self._start = start
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        self.day = DayField("如 12.1", today=today)
        self.day.setFixedWidth(tokens.now().px(DAY))
        self.day.edited.connect(self.edited)
        row.addWidget(self.day)
        for months in (1, 2, 3):
            made = button(f"+{months}月", partial(self.add, months), small=True, tip=f"{months} 个月以后")
            made.setAccessibleName(f"{months} 个月以后")
            row.addWidget(made)
        row.addStretch(1)
        self.setFocusProxy(self.day)
        self.unreadable = self.day.unreadable

    def add(self, months: int) -> None:
        """So many months after the day it begins with."""
        self.set_value(rules.after(self._start(), months))
        self.edited.emit()

    def readable(self) -> bool:
        return self.day.readable()

    def value(self) -> Any:
        return self.day.value()

    def set_value(self, value: Any) -> None:
        self.day.set_value(value)


class Cell(Writing):
    """A short text in a frame that grows with its words; Enter goes on to the next field (`onward`)."""

    onward = Signal()

    def __init__(self, placeholder: str, name: str, *, lines: int = 1) -> None:
        super().__init__(placeholder, lines=lines)
        self.document().setDocumentMargin(0)
        self.setProperty("kind", "")
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.taker = self._take

    def _take(self, event: QKeyEvent) -> bool:
        plain = event.modifiers() in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier)
        if event.key() in ENTER and plain:
            self.onward.emit()
            return True
        return False
