"""A month whose days can be marked: lessons, days off, who said so. By mouse and by arrows."""

from __future__ import annotations

import calendar as gregorian
from datetime import date, timedelta

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QToolTip, QVBoxLayout, QWidget

from psyroom.rules.calendar import Calendar
from psyroom.rules.time import WEEKDAYS
from psyroom.ui import fonts, tokens
from psyroom.ui.kit import button, day_words, text, tool
from psyroom.ui.tokens import RADIUS, SPACE


class MonthView(QWidget):
    """The month with its name, arrows to the next, and what the colours mean."""

    toggled = Signal(date)

    def __init__(self, day: date) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE)
        top = QHBoxLayout()
        top.setSpacing(SPACE // 2)
        self.name = text("", "strong", wrap=False, tabular=True)
        top.addWidget(tool("caret-left", "上个月", lambda: self.grid.turn(-1)))
        top.addWidget(self.name)
        top.addWidget(tool("caret-right", "下个月", lambda: self.grid.turn(1)))
        top.addSpacing(SPACE)
        top.addWidget(button("本月", lambda: self.grid.go(self._today), small=True))
        top.addStretch(1)
        for role, words in (("card", "上课"), ("sunken", "放假"), ("accent_wash", "学校自己定的")):
            top.addWidget(_Patch(role))
            top.addWidget(text(words, "small", wrap=False))
            top.addSpacing(SPACE // 2)
        column.addLayout(top)
        self._today = day
        self.grid = MonthGrid(day)
        self.grid.toggled.connect(self.toggled.emit)
        self.grid.turned.connect(self._say)
        column.addWidget(self.grid)
        self._say()

    def _say(self) -> None:
        self.name.setText(f"{self.grid.at.year} 年 {self.grid.at.month} 月")

    def show_calendar(self, calendar: Calendar) -> None:
        self.grid.calendar = calendar
        self.grid.update()


class _Patch(QWidget):
    def __init__(self, role: str) -> None:
        super().__init__()
        self._role = role
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(tokens.now().px(14), tokens.now().px(14))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, look = QPainter(self), tokens.now()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QColor(look.palette.line_strong))
        painter.setBrush(QColor(look.colour(self._role)))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 3, 3)
        painter.end()


class MonthGrid(QWidget):
    """Seven columns, six weeks. Arrows walk, Space or Enter marks, PageUp and PageDown turn the month."""

    toggled = Signal(date)
    turned = Signal()

    def __init__(self, day: date) -> None:
        super().__init__()
        self.at, self.today = day, day
        self.calendar = Calendar()
        self._over: date | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAccessibleName("校历")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        px = tokens.now().px
        return QSize(px(420), px(26) + self._weeks() * px(44))

    def _weeks(self) -> int:
        return len(gregorian.Calendar().monthdatescalendar(self.at.year, self.at.month))

    def go(self, day: date) -> None:
        turned = (day.year, day.month) != (self.at.year, self.at.month)
        self.at = day
        if turned:
            self.updateGeometry()
            self.turned.emit()
        self.setAccessibleDescription(f"{day_words(day)} {self.told(day)}")
        self.update()

    def turn(self, by: int) -> None:
        month = self.at.month - 1 + by
        year, month = self.at.year + month // 12, month % 12 + 1
        self.go(date(year, month, min(self.at.day, gregorian.monthrange(year, month)[1])))

    def told(self, day: date) -> str:
        """What holds of a day, in a word."""
        name = self.calendar.name_of(day)
        if name:
            return name
        return ("上课" if self.calendar.is_school_day(day) else "休息") + (
            "（暂按平常）" if self.calendar.assumed(day) else ""
        )

    def day_at(self, x: float, y: float) -> date | None:
        head = tokens.now().px(26)
        if y < head or self.width() < 7:
            return None
        weeks = gregorian.Calendar().monthdatescalendar(self.at.year, self.at.month)
        row = int((y - head) / ((self.height() - head) / len(weeks)))
        column = int(x / (self.width() / 7))
        return weeks[row][column] if 0 <= row < len(weeks) and 0 <= column < 7 else None

    def box_of(self, day: date) -> QRectF | None:
        head = tokens.now().px(26)
        weeks = gregorian.Calendar().monthdatescalendar(self.at.year, self.at.month)
        wide, tall = self.width() / 7, (self.height() - head) / len(weeks)
        for row, week in enumerate(weeks):
            if day in week:
                return QRectF(week.index(day) * wide, head + row * tall, wide, tall)
        return None

    # ---- keys and mouse

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        by = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Up: -7, Qt.Key.Key_Down: 7}.get(key)
        if by is not None:
            self.go(self.at + timedelta(days=by))
        elif key in (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.toggled.emit(self.at)
        elif key in (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown):
            self.turn(1 if key == Qt.Key.Key_PageDown else -1)
        else:
            super().keyPressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        day = self.day_at(event.position().x(), event.position().y())
        if day is not None and event.button() == Qt.MouseButton.LeftButton:
            same = day.month == self.at.month
            self.go(day)
            if same:
                self.toggled.emit(day)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        over = self.day_at(event.position().x(), event.position().y())
        if over != self._over:
            self._over = over
            self.update()

    def leaveEvent(self, event: QEvent) -> None:
        self._over = None
        self.update()

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent):
            day = self.day_at(event.pos().x(), event.pos().y())
            QToolTip.showText(event.globalPos(), f"{day_words(day)} {self.told(day)}" if day else "", self)
            return True
        return super().event(event)

    # ---- painting

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, look = QPainter(self), tokens.now()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(fonts.face("small"))
        painter.setPen(QColor(look.palette.soft))
        for at, name in enumerate(WEEKDAYS):
            box = QRectF(at * self.width() / 7, 0, self.width() / 7, look.px(24))
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, name)
        for week in gregorian.Calendar().monthdatescalendar(self.at.year, self.at.month):
            for day in week:
                self._paint_day(painter, day)
        painter.end()

    def _paint_day(self, painter: QPainter, day: date) -> None:
        look, box = tokens.now(), self.box_of(day)
        assert box is not None  # a day of this month's weeks has its place
        p, cell = look.palette, box.adjusted(2, 2, -2, -2)
        other = day.month != self.at.month
        held, own = self.calendar.is_school_day(day), day in self.calendar.own
        painter.setPen(QPen(QColor(p.accent if day == self.today else p.line), 1.5 if day == self.today else 1))
        painter.setBrush(QColor(p.accent_wash if own else p.card if held else p.sunken))
        if other:
            painter.setOpacity(0.4)
        painter.drawRoundedRect(cell, RADIUS, RADIUS)
        if day == self._over and not other or (day == self.at and self.hasFocus()):
            painter.setPen(QPen(QColor(p.accent), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(cell, RADIUS, RADIUS)
        painter.setPen(QColor(p.ink if held else p.soft))
        painter.setFont(fonts.face(bold=held, tabular=True))
        left = cell.adjusted(look.px(8), 0, -look.px(4), 0)
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(left, middle | Qt.AlignmentFlag.AlignLeft, str(day.day))
        words = self.calendar.name_of(day) or ("?" if self.calendar.assumed(day) and day.weekday() < 5 else "")
        painter.setFont(fonts.face("small"))
        painter.setPen(QColor(p.accent if own else p.amber if words == "?" or "调休" in words else p.soft))
        room = left.adjusted(look.px(24), 0, -2, 0)
        short = painter.fontMetrics().elidedText(words, Qt.TextElideMode.ElideRight, int(room.width()))
        painter.drawText(room, middle | Qt.AlignmentFlag.AlignRight, short)
        painter.setOpacity(1)
