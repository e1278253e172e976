"""A line of steps: what is done, where one stands, what comes."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from psyroom.ui import fonts, tokens
from psyroom.ui.icons import draw


class StepLine(QWidget):
    """`set(at)` marks the present step (counted from 0); those before carry a tick."""

    def __init__(self, steps: Sequence[str], at: int = 0) -> None:
        super().__init__()
        self._steps, self._at = list(steps), at
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.set(at)

    def set(self, at: int) -> None:
        self._at = at
        here = self._steps[at] if 0 <= at < len(self._steps) else "完成"
        self.setAccessibleName(f"第 {at + 1} 步，共 {len(self._steps)} 步：{here}")
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(320, tokens.now().px(48))

    def paintEvent(self, event: QPaintEvent) -> None:
        look, painter = tokens.now(), QPainter(self)
        p, px = look.palette, look.px
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        step, side = self.width() / max(1, len(self._steps)), px(22)
        metrics = QFontMetrics(fonts.face("small"))
        for at, words in enumerate(self._steps):
            middle = QPointF(step * at + step / 2, side / 2 + 1)
            if at:
                painter.setPen(QPen(QColor(p.accent if at <= self._at else p.line), 2))
                painter.drawLine(
                    QPointF(middle.x() - step + side / 2 + 4, middle.y()),
                    QPointF(middle.x() - side / 2 - 4, middle.y()),
                )
            ring = QRectF(middle.x() - side / 2, 1, side, side)
            done, here = at < self._at, at == self._at
            painter.setPen(QPen(QColor(p.accent if done or here else p.line_strong), 1.5))
            painter.setBrush(QColor(p.accent if done else p.accent_wash if here else p.card))
            painter.drawEllipse(ring)
            if done:
                draw(painter, "check-bold", ring.toRect().adjusted(5, 5, -4, -4), p.on_accent)
            else:
                painter.setPen(QColor(p.accent if here else p.soft))
                painter.setFont(fonts.face("small", bold=here))
                painter.drawText(ring, Qt.AlignmentFlag.AlignCenter, str(at + 1))
            painter.setPen(QColor(p.ink if here else p.soft))
            painter.setFont(fonts.face("small", bold=here))
            short = metrics.elidedText(words, Qt.TextElideMode.ElideRight, int(step) - 6)
            painter.drawText(QRectF(step * at, side + 3, step, px(20)), Qt.AlignmentFlag.AlignCenter, short)
        painter.end()
