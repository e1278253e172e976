"""The other look of the coverage: in which week each class had its first talks. The figure stands in each cell, the tone only
helps the eye."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen

from psyroom.ui import fonts, tokens
from psyroom.ui.kit.heat import ground, ink, level_of
from psyroom.ui.pages.talks_cover_rows import (
    CAPTION,
    CENTRE,
    CLASS,
    LEFT,
    RIGHT,
    ClassRows,
    Placed,
    of_grade,
    short_name,
)

COUNT, HOLIDAY, PAD = 66, 44, 8
"""Widths at 100 %."""
STEP = 5
"""First talks of a class in a week that make a level; of a grade or the school, on the average of its classes."""
LEGEND = 34


class WeekMap(ClassRows):
    """Classes × weeks."""

    def __init__(self) -> None:
        super().__init__("各班每周第一次谈话的人数")

    def foot(self) -> int:
        return tokens.now().px(LEGEND)

    # ---- geometry

    def _cells(self, box: QRectF) -> list[QRectF]:
        """A cell for each week, and one for the holiday after where anybody was first talked to in it."""
        assert self.coverage is not None
        px, weeks = tokens.now().px, self.coverage.term.weeks
        left, right = box.left() + px(PAD) + self.name, box.right() - px(PAD + COUNT)
        later = px(HOLIDAY) if self.coverage.total.later else 0
        wide = (right - left - later) / max(weeks, 1)
        cells = [QRectF(left + wide * n, box.top(), wide, box.height()) for n in range(weeks)]
        return [*cells, *([QRectF(right - later, box.top(), later, box.height())] if later else [])]

    # ---- painting

    def paint_row(self, painter: QPainter, row: Placed) -> None:
        assert self.coverage is not None
        px, line, box = tokens.now().px, row.line, row.box
        bold = row.branch[0] != CLASS
        self.put(painter, QRectF(box.left() + px(PAD), box.top(), self.name, box.height()), short_name(row), bold=bold)
        classes = sum(1 for one in self.coverage.classes if row.branch[0] == "all" or of_grade(one) == of_grade(line))
        among = classes if bold else 1
        counts = [*line.by_week, *([line.later] if self.coverage.total.later else [])]
        small = fonts.face("small", bold=bold, tabular=True)
        small.setPixelSize(px(11))
        for n, (cell, count) in enumerate(zip(self._cells(box), counts, strict=True)):
            self._cell(painter, cell, count, level_of(round(count / among) or bool(count), STEP), n + 1, small)
        right = QRectF(box.right() - px(PAD + COUNT), box.top(), px(COUNT), box.height())
        self.put(painter, right, f"{line.talked}/{line.students}", role="ink" if bold else "soft", where=RIGHT)

    def _cell(self, painter: QPainter, cell: QRectF, count: int, level: int, week: int, font: object) -> None:
        assert self.coverage is not None
        p, px = tokens.now().palette, tokens.now().px
        high = px(22)
        box = QRectF(cell.left() + 1, cell.center().y() - high / 2, cell.width() - 2, high)
        ahead = self.coverage.week and week > self.coverage.week
        painter.setPen(QPen(QColor(p.line), 1))
        painter.setBrush(ground(level) if level else QColor(p.card if ahead else p.sunken))
        painter.drawRoundedRect(box, 2, 2)
        if count:
            painter.setFont(font)  # type: ignore[arg-type]
            painter.setPen(ink(level))
            painter.drawText(box.adjusted(-3, 0, 3, 0), int(CENTRE), str(count))

    def paint_captions(self, painter: QPainter, box: QRectF) -> None:
        assert self.coverage is not None
        look = tokens.now()
        for n, cell in enumerate(self._cells(box), 1):
            now = n == self.coverage.week
            painter.setFont(fonts.face("small", bold=now, tabular=True))
            painter.setPen(QColor(look.palette.accent_ink if now else look.palette.soft))
            words = str(n) if n <= self.coverage.term.weeks else "假期"
            if (
                QFontMetricsF(painter.font()).horizontalAdvance("88") > cell.width() - 2
                and (n - self.coverage.week) % 2
            ):
                continue
            painter.drawText(cell.adjusted(-6, 0, 6, 0), int(CENTRE), words)
        painter.setFont(fonts.face("small"))
        painter.setPen(QColor(look.palette.soft))
        right = QRectF(box.right() - look.px(PAD + COUNT), box.top(), look.px(COUNT), box.height())
        painter.drawText(right, int(RIGHT), "已谈")
        painter.drawText(QRectF(box.left() + look.px(PAD), box.top(), self.name, box.height()), int(LEFT), "周次")

    def paint_foot(self, painter: QPainter, top: float) -> None:
        assert self.coverage is not None
        look = tokens.now()
        px = look.px
        painter.setFont(fonts.face("small"))
        metrics, high, side = QFontMetricsF(painter.font()), px(LEGEND), px(12)
        x = float(px(PAD))
        for level, words in enumerate(("0", f"<{STEP}", f"<{STEP * 2}", f"<{STEP * 3}", f"≥{STEP * 3}")):
            box = QRectF(x, top + (high - side) / 2, side, side)
            painter.setPen(QPen(QColor(look.palette.line), 1))
            painter.setBrush(ground(level) if level else QColor(look.palette.sunken))
            painter.drawRoundedRect(box, 2, 2)
            painter.setPen(QColor(look.palette.soft))
            wide = metrics.horizontalAdvance(words)
            painter.drawText(QRectF(x + side + px(5), top, wide + 4, high), int(LEFT), words)
            x += side + wide + px(18)
        painter.setPen(QColor(look.palette.soft))
        words = f"每格是这一周第一次谈到的人数；虚线是谈完的期限（第 {self.coverage.rules.finish_week} 周）"
        painter.drawText(QRectF(x, top, self.viewport().width() - x, high), int(LEFT), words)
        self._limit(painter, top)

    def _limit(self, painter: QPainter, down_to: float) -> None:
        """Behind the week by which everybody should have been talked to."""
        assert self.coverage is not None
        week = self.coverage.rules.finish_week
        if 0 < week <= self.coverage.term.weeks:
            cell = self._cells(self.placed[0].box)[week - 1]
            painter.setPen(QPen(QColor(tokens.now().palette.amber_fill), 1.6, Qt.PenStyle.DashLine))
            painter.drawLine(
                QPointF(cell.right(), self.top() - tokens.now().px(CAPTION)), QPointF(cell.right(), down_to)
            )
