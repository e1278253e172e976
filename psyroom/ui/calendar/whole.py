"""The week calendar as a page puts it in: the days' head, and under it the hours, scrolled."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta

from PySide6.QtCore import QEvent, QObject, QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QScrollArea, QVBoxLayout, QWidget

from psyroom.services.week import Week
from psyroom.ui import tokens
from psyroom.ui.calendar.grid import WeekGrid
from psyroom.ui.calendar.layout import Mark
from psyroom.ui.calendar.paint import head


class _Head(QWidget):
    """The days over the grid; stays while the hours scroll."""

    def __init__(self, grid: WeekGrid, clock_now: Callable[[], datetime]) -> None:
        super().__init__()
        self._grid, self._now = grid, clock_now
        self.setFixedHeight(tokens.now().px(48))

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._grid.week is None or self._grid.frame is None:
            return
        painter, look = QPainter(self), tokens.now()
        painter.fillRect(self.rect(), look.colour("card"))
        for number, day in enumerate(self._grid.week.days):
            box = QRectF(self._grid.frame.lefts[number], 0, self._grid.frame.widths[number], self.height())
            head(painter, box, day, day.day == self._now().date(), look)
        painter.setPen(look.colour("line"))
        painter.drawLine(0, self.height() - 1, self.width(), self.height() - 1)
        painter.end()


class WeekCalendar(QWidget):
    """Head and scrolled hours together."""

    def __init__(self, clock_now: Callable[[], datetime]) -> None:
        super().__init__()
        self.grid = WeekGrid(clock_now)
        self._now = clock_now
        self._head = _Head(self.grid, clock_now)
        self.hours = QScrollArea()
        self.hours.setWidget(self.grid)
        self.hours.setWidgetResizable(True)
        self.hours.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.hours.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.hours.viewport().installEventFilter(self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._head)
        column.addWidget(self.hours, 1)
        self.grid.walked.connect(self._reveal)
        self._shown: date | None = None

    def show_week(self, week: Week) -> None:
        """Paint this week; another week than before opens at its first hours of interest."""
        self.grid.show_week(week)
        self._head.update()
        if week.monday != self._shown:
            self._shown = week.monday
            self._to_first_hours(week)

    def _to_first_hours(self, week: Week) -> None:
        frame = self.grid.frame
        assert frame is not None
        now = self._now()
        if week.monday <= now.date() < week.monday + timedelta(days=7):
            minute = now.hour * 60 + now.minute - 90
        else:
            begins = [b.starts for d in week.days for b in d.plan] + [e.starts for d in week.days for e in d.entries]
            minute = min(begins, default=480) - 30
        self.hours.verticalScrollBar().setValue(int(frame.y(minute)))

    def _reveal(self, mark: Mark) -> None:
        frame = self.grid.frame
        if frame is not None:
            middle = (frame.y(mark.starts) + frame.y(mark.ends)) / 2
            self.hours.ensureVisible(int(frame.lefts[mark.day]), int(middle), 0, int(60 * frame.per_minute))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and watched is self.hours.viewport():
            self.grid.fit(self.hours.viewport().height())
            self._head.update()
        return False
