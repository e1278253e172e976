"""The program's mark: an open door with light in it. Drawn, so that no picture has to be loaded before the first window."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPaintEvent, QPixmap, QPolygonF
from PySide6.QtWidgets import QHBoxLayout, QWidget

from psyroom.ui import tokens
from psyroom.ui.kit.texts import text
from psyroom.ui.tokens import LIGHT

NAME = "心理辅导室"


def draw(painter: QPainter, box: QRectF) -> None:
    """Paint the mark into a square."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    side = box.width()

    def at(x: float, y: float) -> QPointF:
        return QPointF(box.left() + x * side, box.top() + y * side)

    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(LIGHT.accent))
    painter.drawRoundedRect(box, side * 0.22, side * 0.22)
    painter.setBrush(QColor("#F6D99A"))
    painter.drawRect(QRectF(at(0.30, 0.20), at(0.70, 0.80)))
    painter.setBrush(QColor("#FFFFFF"))
    painter.drawPolygon(QPolygonF([at(0.30, 0.20), at(0.56, 0.28), at(0.56, 0.88), at(0.30, 0.80)]))
    painter.setBrush(QColor(LIGHT.accent))
    painter.drawEllipse(at(0.50, 0.57), side * 0.026, side * 0.026)


class Mark(QWidget):
    """The mark as a widget; `size` in pixels at 100 %."""

    def __init__(self, size: int = 48) -> None:
        super().__init__()
        self._size = size

    def sizeHint(self) -> QSize:
        side = tokens.now().px(self._size)
        return QSize(side, side)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        side = tokens.now().px(self._size)
        painter = QPainter(self)
        draw(painter, QRectF((self.width() - side) / 2, (self.height() - side) / 2, side, side))
        painter.end()


class Brand(QWidget):
    """Mark and name in a line."""

    def __init__(self, size: int = 36, kind: str = "title") -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(tokens.SPACE + 4)
        row.addStretch(1)
        row.addWidget(Mark(size))
        row.addWidget(text(NAME, kind, wrap=False))
        row.addStretch(1)


def window_icon() -> QIcon:
    """For the task bar."""
    picture = QPixmap(64, 64)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    draw(painter, QRectF(2, 2, 60, 60))
    painter.end()
    return QIcon(picture)
