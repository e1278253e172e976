"""The week as seven lines of a day: lessons shaded, the plan as an outline, what was open filled in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from psyroom.rules.intervals import Band
from psyroom.rules.time import WEEKDAYS
from psyroom.rules.typed import span
from psyroom.ui import fonts, tokens
from psyroom.ui.kit import hours

FIRST, LAST = 7 * 60, 22 * 60
"""What is shown of a day unless something lies outside it."""

_MIDDLE = Qt.AlignmentFlag.AlignVCenter
_LEFT = Qt.AlignmentFlag.AlignLeft | _MIDDLE
_RIGHT = Qt.AlignmentFlag.AlignRight | _MIDDLE
_CENTRE = Qt.AlignmentFlag.AlignCenter


@dataclass(frozen=True)
class DayLine:
    """One day: bands in minutes from midnight; `outside` is the part of `open` that counts as 课外."""

    day: date
    name: str = ""  # 国庆节, 调休上课
    today: bool = False
    lessons: Sequence[Band] = ()
    plan: Sequence[Band] = ()
    open: Sequence[Band] = ()
    outside: Sequence[Band] = ()
    minutes: int = 0
    all_minutes: int = 0
    tips: Mapping[Band, str] = field(default_factory=dict)


class WeekStrip(QWidget):
    """Up and down walk the days, Enter (or a click) opens one: `opened` with the day."""

    opened = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._days: list[DayLine] = []
        self._at = -1
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName("本周每天的计划与实际开放")

    def set_days(self, days: Sequence[DayLine]) -> None:
        self._days = list(days)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        px = tokens.now().px
        return QSize(px(420), px(24) + px(30) * max(1, len(self._days)))

    # ---- geometry

    def _range(self) -> tuple[int, int]:
        bands = [b for d in self._days for b in (*d.plan, *d.open, *d.lessons)]
        first = min([FIRST, *(b[0] for b in bands)])
        last = max([LAST, *(b[1] for b in bands)])
        return first // 60 * 60, -(-last // 60) * 60

    def _frame(self) -> QRectF:
        px = tokens.now().px
        return QRectF(px(104), px(22), max(1, self.width() - px(104) - px(64)), self.height() - px(24))

    def _x(self, minute: int) -> float:
        first, last = self._range()
        frame = self._frame()
        return frame.left() + frame.width() * (minute - first) / (last - first)

    def _line(self, at: int) -> QRectF:
        frame = self._frame()
        height = frame.height() / max(1, len(self._days))
        return QRectF(0, frame.top() + height * at, self.width(), height)

    def _bar(self, at: int, band: Band, inset: float) -> QRectF:
        line = self._line(at)
        return QRectF(
            self._x(band[0]), line.top() + inset, self._x(band[1]) - self._x(band[0]), line.height() - 2 * inset
        )

    # ---- painting

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_hours(painter)
        for at, line in enumerate(self._days):
            self._paint_day(painter, at, line)
        painter.end()

    def _paint_hours(self, painter: QPainter) -> None:
        look, frame = tokens.now(), self._frame()
        first, last = self._range()
        painter.setFont(fonts.face("small", tabular=True))
        step = 120 if frame.width() < look.px(600) else 60
        for minute in range(first, last + 1, 60):
            painter.setPen(QPen(QColor(look.palette.line), 1))
            painter.drawLine(int(self._x(minute)), int(frame.top()), int(self._x(minute)), int(frame.bottom()))
            if (minute - first) % step == 0 and minute < last:
                painter.setPen(QColor(look.palette.soft))
                painter.drawText(QRectF(self._x(minute) - 20, 0, 40, frame.top() - 3), _CENTRE, f"{minute // 60}")

    def _paint_day(self, painter: QPainter, at: int, line: DayLine) -> None:
        look, box = tokens.now(), self._line(at)
        p, px = look.palette, look.px
        if at == self._at and self.hasFocus():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(p.accent_wash))
            painter.drawRoundedRect(box.adjusted(0, 1, 0, -1), 4, 4)
        painter.setFont(fonts.face("small", bold=line.today, tabular=True))
        painter.setPen(QColor(p.accent if line.today else p.ink))
        label = f"周{WEEKDAYS[line.day.weekday()]} {line.day.month}-{line.day.day}"
        painter.drawText(QRectF(px(6), box.top(), px(94), box.height()), _LEFT, label)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(p.sunken))
        for band in line.lessons:
            painter.drawRect(self._bar(at, band, px(2)))
        painter.setBrush(QColor(p.line_strong if look.dark else p.line))
        for band in line.open:
            painter.drawRoundedRect(self._bar(at, band, px(7)), 3, 3)
        painter.setBrush(QColor(p.accent))
        for band in line.outside:
            painter.drawRoundedRect(self._bar(at, band, px(7)), 3, 3)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(p.accent), 1.2, Qt.PenStyle.DashLine))
        for band in line.plan:
            painter.drawRoundedRect(self._bar(at, band, px(4)), 4, 4)
        if line.name:
            painter.setFont(fonts.face("small"))
            painter.setPen(QColor(p.soft))
            where = self._frame()
            painter.drawText(QRectF(where.left() + px(6), box.top(), where.width(), box.height()), _LEFT, line.name)
        painter.setFont(fonts.face("small", tabular=True))
        painter.setPen(QColor(p.ink if line.minutes else p.faint))
        words = f"{hours(line.minutes)} h" if line.all_minutes else "–"
        painter.drawText(QRectF(self.width() - px(62), box.top(), px(56), box.height()), _RIGHT, words)

    # ---- hands

    def _row_at(self, y: float) -> int:
        return next((at for at in range(len(self._days)) if self._line(at).top() <= y < self._line(at).bottom()), -1)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if (at := self._row_at(event.position().y())) >= 0:
            self._at = at
            self.opened.emit(self._days[at].day)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        by = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key()))
        if by and self._days:
            self._at = max(0, min(self._at + by, len(self._days) - 1))
            self.update()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._at >= 0:
            self.opened.emit(self._days[self._at].day)
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: object) -> None:
        if self._at < 0 and self._days:
            self._at = next((at for at, line in enumerate(self._days) if line.today), 0)
        self.update()

    def focusOutEvent(self, event: object) -> None:
        self.update()

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent):
            at = self._row_at(event.pos().y())
            if at >= 0:
                minute = next(
                    (
                        tip
                        for band, tip in self._days[at].tips.items()
                        if self._bar(at, band, 0).contains(event.pos().toPointF())
                    ),
                    "",
                )
                plan = "、".join(span(*band) for band in self._days[at].plan)
                QToolTip.showText(event.globalPos(), minute or (f"计划开放 {plan}" if plan else "没有计划"), self)
            return True
        return super().event(event)
