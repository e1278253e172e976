"""What is to be done next, and by when: a line each; an empty one always waits at the end."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from functools import partial
from itertools import pairwise
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from psyroom.errors import NotValid
from psyroom.services.notes import StepTyped
from psyroom.ui import tokens
from psyroom.ui.kit import DayField, TextField, text, tool
from psyroom.ui.tokens import SPACE

LIMIT = 200  # characters, as the record says
FIRST = "下一步做什么，如：下周再谈一次、联系班主任"


class _Line(QWidget):
    edited = Signal()
    dropped = Signal()

    def __init__(self, today: Callable[[], date]) -> None:
        super().__init__()
        self.step = ""
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE)
        self.words = TextField(FIRST, limit=LIMIT)
        self.words.setAccessibleName("下一步")
        row.addWidget(self.words, 1)
        self.due = DayField("哪天，如 明天、3.5", today=today)
        self.due.setAccessibleName("哪天")
        self.due.setFixedWidth(tokens.now().px(190))
        row.addWidget(self.due)
        self.drop = tool("x", "去掉这一条", self.dropped.emit)
        keeps = self.drop.sizePolicy()
        keeps.setRetainSizeWhenHidden(True)  # the dates stand under each other
        self.drop.setSizePolicy(keeps)
        row.addWidget(self.drop)
        self.words.edited.connect(self.edited)
        self.due.edited.connect(self.edited)

    def is_empty(self) -> bool:
        return not self.words.value() and not self.due.text().strip()


class NextSteps(QWidget):
    """`typed()`: the steps for the deed; `value()`: the same as a draft keeps them."""

    edited = Signal()

    def __init__(self, today: Callable[[], date]) -> None:
        super().__init__()
        self._today = today
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(6)
        self._lines: list[_Line] = []
        self._filling = False
        self.wrong = text("", "error")
        self._column.addWidget(self.wrong)
        self.wrong.hide()
        self._add()

    def lines(self) -> list[_Line]:
        return list(self._lines)

    def value(self) -> list[list[Any]]:
        """[id, words, date or what was typed for it] of every line that is not empty."""
        return [[line.step, line.words.value(), line.due.value()] for line in self._lines if not line.is_empty()]

    def set_value(self, value: Iterable[Any] | None) -> None:
        self._filling = True
        rows = [*(value or ()), ("", "", None)]
        for at, (step, words, due) in enumerate(rows):
            if at == len(self._lines):
                self._add()
            line = self._lines[at]
            line.step = str(step)
            line.words.set_value(words)
            line.due.set_value(_day(due))
        for line in self._lines[len(rows) :]:
            self._remove(line)
        self._filling = False
        self._dress()

    def typed(self) -> list[StepTyped]:
        """Errors: `NotValid` (`steps`) where a date cannot be read, or stands without words."""
        found = []
        for line in self._lines:
            if line.is_empty():
                continue
            due = line.due.value()
            if due is not None and not isinstance(due, date):
                raise NotValid({"steps": line.due.unreadable})
            if not line.words.value():
                raise NotValid({"steps": "这一条只有日期，请写下一步做什么，或把日期去掉"})
            found.append(StepTyped(line.words.value(), due, line.step))
        return found

    def problem(self, sentence: str) -> None:
        self.wrong.setText(sentence)
        self.wrong.setVisible(bool(sentence))

    def focus_wrong(self) -> None:
        """The keyboard to the first line that cannot stand."""
        for line in self._lines:
            if not line.due.readable():
                return line.due.setFocus()
            if line.due.text().strip() and not line.words.value():
                return line.words.setFocus()
        self._lines[0].words.setFocus()

    def _add(self) -> None:
        line = _Line(self._today)
        line.edited.connect(self._on_edit)
        line.dropped.connect(partial(self._drop, line))
        self._column.insertWidget(self._column.count() - 1, line)
        if self._lines:
            for before, after in pairwise((self._lines[-1].drop, line.words, line.due, line.drop)):
                QWidget.setTabOrder(before, after)
        self._lines.append(line)
        self._dress()

    def _drop(self, line: _Line) -> None:
        self._remove(line)
        self._lines[-1].words.setFocus()
        self._on_edit()

    def _remove(self, line: _Line) -> None:
        self._lines.remove(line)
        line.hide()
        line.deleteLater()

    def _on_edit(self) -> None:
        if self._filling:
            return
        self.problem("")
        if not self._lines[-1].is_empty():
            self._add()
        self._dress()
        self.edited.emit()

    def _dress(self) -> None:
        for at, line in enumerate(self._lines):
            line.drop.setVisible(not line.is_empty())
            line.words.setPlaceholderText(FIRST if at == 0 else "再加一条")


def _day(due: Any) -> Any:
    """A date as it is or as a draft kept it; what could not be read stays as it was typed."""
    try:
        return date.fromisoformat(due) if isinstance(due, str) and due else due or None
    except ValueError:
        return due
