"""The next seven days on 今日: how many are expected on each; a click or Enter goes to the day."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from psyroom.rules.time import WEEKDAYS, day_name
from psyroom.services.today import Coming
from psyroom.ui import fonts, tokens
from psyroom.ui.tokens import RADIUS

_CENTRE = Qt.AlignmentFlag.AlignCenter


class DaysAhead(QWidget):
    """Left and right walk the days, Enter (or a click) opens one: `opened` with the day."""

    opened = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._days: Sequence[Coming] = ()
        self._at = 0
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def set_days(self, days: Sequence[Coming]) -> None:
        self._days = days
        said = [f"{day_name(d.day)} {d.count} 个预约" for d in days]
        self.setAccessibleName("接下来七天：" + "，".join(said))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(tokens.now().px(280), tokens.now().px(66))

    def _box(self, at: int) -> QRectF:
        gap = tokens.now().px(6)
        width = (self.width() - gap * 6) / 7
        return QRectF(at * (width + gap), 1, width, self.height() - 2)

    def paintEvent(self, event: QPaintEvent) -> None:
        look, painter = tokens.now(), QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        p, px = look.palette, look.px
        for at, day in enumerate(self._days):
            box = self._box(at).adjusted(1, 0, -1, 0)
            painter.setBrush(QColor(p.accent_wash if day.count else p.sunken))
            focused = self.hasFocus() and at == self._at
            painter.setPen(QColor(p.accent) if focused else Qt.PenStyle.NoPen)
            painter.drawRoundedRect(box, RADIUS, RADIUS)
            painter.setFont(fonts.face("small"))
            painter.setPen(QColor(p.soft))
            name = f"周{WEEKDAYS[day.day.weekday()]}"
            painter.drawText(QRectF(box.left(), box.top() + px(3), box.width(), px(18)), _CENTRE, name)
            painter.setFont(fonts.face("lead", bold=bool(day.count), tabular=True))
            painter.setPen(QColor(p.accent_ink if day.count else p.faint))
            words = str(day.count) if day.count else "–"
            painter.drawText(QRectF(box.left(), box.top() + px(20), box.width(), px(24)), _CENTRE, words)
            painter.setFont(fonts.face("small", tabular=True))
            painter.setPen(QColor(p.soft))
            below = day.name if day.name else f"{day.day.month}/{day.day.day}"
            below = painter.fontMetrics().elidedText(below, Qt.TextElideMode.ElideRight, int(box.width()))
            painter.drawText(QRectF(box.left(), box.top() + px(44), box.width(), px(18)), _CENTRE, below)
        painter.end()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        for at, day in enumerate(self._days):
            if self._box(at).contains(event.position()):
                self._at = at
                self.opened.emit(day.day)
                return

    def keyPressEvent(self, event: QKeyEvent) -> None:
        by = {Qt.Key.Key_Right: 1, Qt.Key.Key_Left: -1}.get(Qt.Key(event.key()))
        if by and self._days:
            self._at = max(0, min(self._at + by, len(self._days) - 1))
            self.update()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._days:
            self.opened.emit(self._days[self._at].day)
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self.update()
