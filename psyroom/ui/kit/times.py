"""Dates and times typed in many ways, shown in one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from PySide6.QtCore import QDate, QPoint, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QCalendarWidget, QLineEdit

from psyroom.rules import typed
from psyroom.rules.time import WEEKDAYS
from psyroom.ui import tokens
from psyroom.ui.icons import icon, wear

LONGEST = 24
"""Characters of a date or a time however it is typed; a sentence does not fit."""


class _Typed(QLineEdit):
    """A value typed in many ways: read when the field is left, shown the one way, the reading said beside it."""

    edited = Signal()
    unreadable = ""

    def __init__(self) -> None:
        super().__init__()
        self._value: Any = None
        self.setMaxLength(LONGEST)
        self.textEdited.connect(self._typed)

    def _read(self, words: str) -> Any:
        raise NotImplementedError

    def _show(self, value: Any) -> str:
        raise NotImplementedError

    def _typed(self, words: str) -> None:
        self._value = self._read(words) if words.strip() else None
        self.edited.emit()

    def value(self) -> Any:
        """The value; None when empty; the text as typed when it cannot be read (the record then refuses it)."""
        words = self.text().strip()
        return self._value if self._value is not None or not words else words

    def readable(self) -> bool:
        return not self.text().strip() or self._value is not None

    def set_value(self, value: Any) -> None:
        if isinstance(value, str):
            self.setText(value)
            self._value = self._read(value) if value.strip() else None
        else:
            self._value = value
            self.setText("" if value is None else self._show(value))
        self.edited.emit()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        if self._value is not None:
            self.setText(self._show(self._value))
        super().focusOutEvent(event)


class TimeField(_Typed):
    """A time of day as minutes from midnight; `1430`, `14:30`, `14.30`, `下午2点半` …"""

    unreadable = "看不懂这个时间，请写成 14:30 或 1430"

    def __init__(self, placeholder: str = "如 1430") -> None:
        super().__init__()
        self.setPlaceholderText(placeholder)
        self.setMaximumWidth(tokens.now().px(140))

    def _read(self, words: str) -> int | None:
        return typed.minutes(words)

    def _show(self, value: int) -> str:
        return typed.clock(value)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down) and isinstance(self._value, int):
            by = 5 if event.key() == Qt.Key.Key_Up else -5
            self.set_value(max(0, min(1440, self._value + by)))
        else:
            super().keyPressEvent(event)


def day_words(day: date) -> str:
    """`2026-09-01 周二`"""
    return f"{day.isoformat()} 周{WEEKDAYS[day.weekday()]}"


class DayField(_Typed):
    """A date; `3.5`, `0305`, `明天`; up and down change it by a day; the icon opens a month."""

    unreadable = "看不懂这个日期，请写成 9.1、2026-09-01，或“明天”"

    def __init__(self, placeholder: str = "如 3.5、明天", *, today: Callable[[], date] = date.today) -> None:
        super().__init__()
        self._today = today
        self.setPlaceholderText(placeholder)
        self.setMaximumWidth(tokens.now().px(220))
        pick = self.addAction(icon("calendar-blank", "soft"), QLineEdit.ActionPosition.TrailingPosition)
        wear(pick, "calendar-blank", "soft")
        pick.setToolTip("选日期")
        pick.triggered.connect(self._month)

    def _read(self, words: str) -> date | None:
        return typed.day(words.split(" 周")[0], self._today())

    def _show(self, value: date) -> str:
        return day_words(value)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            by = -1 if event.key() == Qt.Key.Key_Up else 1
            start = self._value if isinstance(self._value, date) else self._today()
            self.set_value(date.fromordinal(start.toordinal() + by))
        else:
            super().keyPressEvent(event)

    def _month(self) -> None:
        month = QCalendarWidget()
        month.setWindowFlag(Qt.WindowType.Popup)
        month.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        month.setVerticalHeaderFormat(QCalendarWidget.VerticalHeaderFormat.NoVerticalHeader)
        month.setFirstDayOfWeek(Qt.DayOfWeek.Monday)
        at = self._value if isinstance(self._value, date) else self._today()
        month.setSelectedDate(QDate(at.year, at.month, at.day))

        def picked(day: QDate) -> None:
            self.set_value(date(day.year(), day.month(), day.day()))
            month.close()
            self.setFocus()

        month.clicked.connect(picked)
        month.activated.connect(picked)
        month.move(self.mapToGlobal(QPoint(0, self.height() + 2)))
        month.show()
        self._open_month = month
