"""A heat map of days: weeks across, weekdays down. The figure stands in each cell, so colour only helps the eye."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QBrush,
    QColor,
    QFocusEvent,
    QFontMetricsF,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from psyroom.ui import fonts, tokens
from psyroom.ui.kit.bars import hours

SHARES = (0.0, 0.14, 0.3, 0.46, 1.0)
"""How much of the accent each level holds; with these the figure keeps 4.5 : 1 in both palettes (a test computes it)."""

_CENTRE = Qt.AlignmentFlag.AlignCenter
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


@dataclass(frozen=True)
class Heat:
    """A day: its minutes, why it is a day off (hatched), whether nothing is expected of it (to come, a weekend: then no
    nought is written), what the tool tip says."""

    minutes: int = 0
    off: str = ""
    quiet: bool = False
    tip: str = ""


def level_of(minutes: int, step: int) -> int:
    """0 nothing, then by `step` minutes each, 4 from three steps on."""
    return 0 if minutes <= 0 else min(4, minutes // step + 1)


def ground(level: int) -> QColor:
    """A level's colour in the present look."""
    p = tokens.now().palette
    base, top, share = QColor(p.card), QColor(p.accent), SHARES[level]
    mixed = [round(a + (b - a) * share) for a, b in zip(base.getRgb()[:3], top.getRgb()[:3], strict=True)]  # type: ignore[index]
    return QColor(*mixed)


def ink(level: int) -> QColor:
    p = tokens.now().palette
    return QColor(p.on_accent if level == len(SHARES) - 1 else p.ink)


class HeatMap(QWidget):
    """Arrows walk, Enter or a click opens (`opened` with the number of the week)."""

    opened = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self._weeks: list[int] = []
        self._rows: list[str] = []
        self._cells: list[list[Heat]] = []
        self._step, self._now, self._shown = 60, 0, 0
        self._at = (-1, 0)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName("学期各周每天的课外开放时间")

    def set_days(
        self,
        weeks: Sequence[int],
        rows: Sequence[str],
        cells: Sequence[Sequence[Heat]],
        *,
        step: int = 60,
        now: int = 0,
        shown: int = 0,
    ) -> None:
        """`cells[week][row]`; `step` minutes make a level, `now` is the present week, `shown` the one the page shows."""
        self._weeks, self._rows, self._cells = list(weeks), list(rows), [list(column) for column in cells]
        self._step, self._now, self._shown = max(1, step), now, shown
        self.updateGeometry()
        self.update()

    def cell(self, week: int, row: int) -> Heat:
        return self._cells[self._weeks.index(week)][row]

    def sizeHint(self) -> QSize:
        px = tokens.now().px
        return QSize(px(400), px(18) + px(24) * max(1, len(self._rows)) + px(30))

    # ---- geometry

    def _frame(self) -> QRectF:
        px = tokens.now().px
        return QRectF(px(22), px(18), max(1, self.width() - px(22)), px(24) * max(1, len(self._rows)))

    def _box(self, at: int, row: int) -> QRectF:
        frame = self._frame()
        wide, high = frame.width() / max(1, len(self._weeks)), frame.height() / max(1, len(self._rows))
        return QRectF(frame.left() + wide * at, frame.top() + high * row, wide, high).adjusted(0.75, 0.75, -0.75, -0.75)

    def _under(self, x: float, y: float) -> tuple[int, int] | None:
        frame = self._frame()
        if not self._weeks or not self._rows or not frame.contains(x, y):
            return None
        at = int((x - frame.left()) / (frame.width() / len(self._weeks)))
        row = int((y - frame.top()) / (frame.height() / len(self._rows)))
        return min(at, len(self._weeks) - 1), min(row, len(self._rows) - 1)

    # ---- painting

    def paintEvent(self, event: QPaintEvent) -> None:
        look, painter = tokens.now(), QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        font = fonts.face("small", tabular=True)
        small = fonts.face("small", tabular=True)
        small.setPixelSize(look.px(11))
        painter.setFont(font)
        painter.setPen(QColor(look.palette.soft))
        for row, name in enumerate(self._rows):
            box = self._box(0, row)
            painter.drawText(QRectF(0, box.top(), self._frame().left() - 4, box.height()), _LEFT, name)
        for at, week in enumerate(self._weeks):
            self._paint_head(painter, at, week)
            painter.setFont(small)
            for row in range(len(self._rows)):
                self._paint_cell(painter, at, row)
        self._paint_marks(painter)
        painter.setFont(font)
        self._paint_legend(painter)
        painter.end()

    def _paint_head(self, painter: QPainter, at: int, week: int) -> None:
        p, box = tokens.now().palette, self._box(at, 0)
        painter.setFont(fonts.face("small", bold=week == self._now, tabular=True))
        wide = QFontMetricsF(painter.font()).horizontalAdvance("88")
        if box.width() < wide + 2 and (week - (self._now or 1)) % 2:
            return
        painter.setPen(QColor(p.accent_ink if week == self._now else p.soft))
        painter.drawText(QRectF(box.left() - 8, 0, box.width() + 16, self._frame().top() - 2), _CENTRE, str(week))

    def _paint_cell(self, painter: QPainter, at: int, row: int) -> None:
        p, box, heat = tokens.now().palette, self._box(at, row), self._cells[at][row]
        level = level_of(heat.minutes, self._step)
        painter.setPen(QPen(QColor(p.line), 1))
        painter.setBrush(ground(level) if level else QColor(p.card if heat.quiet else p.sunken))
        painter.drawRoundedRect(box, 2, 2)
        if heat.off and not heat.minutes:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QBrush(QColor(p.line_strong), Qt.BrushStyle.BDiagPattern))
            painter.drawRoundedRect(box, 2, 2)
        elif heat.minutes or not heat.quiet:
            words = hours(heat.minutes)
            if QFontMetricsF(painter.font()).horizontalAdvance(words) > box.width() + 1:
                words = f"{heat.minutes / 60:.0f}"
            painter.setPen(ink(level) if level else QColor(p.soft))
            painter.drawText(box.adjusted(-4, 0, 4, 0), _CENTRE, words)

    def _paint_marks(self, painter: QPainter) -> None:
        """The week the page shows, and where the keyboard is."""
        p = tokens.now().palette
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if self._shown in self._weeks and self._rows:
            at = self._weeks.index(self._shown)
            painter.setPen(QPen(QColor(p.ink), 1.4))
            whole = self._box(at, 0).united(self._box(at, len(self._rows) - 1))
            painter.drawRoundedRect(whole.adjusted(-0.5, -0.5, 0.5, 0.5), 3, 3)
        if self.hasFocus() and self._at[0] >= 0:
            painter.setPen(QPen(QColor(p.accent), 2.4))
            painter.drawRoundedRect(self._box(*self._at).adjusted(-1, -1, 1, 1), 3, 3)

    def _paint_legend(self, painter: QPainter) -> None:
        look, p = tokens.now(), tokens.now().palette
        metrics = QFontMetricsF(painter.font())
        side, x, y = look.px(12), self._frame().left(), self._frame().bottom() + look.px(10)
        one, two, three = (hours(self._step * n) for n in (1, 2, 3))
        marks = [("", "0"), *((str(n), w) for n, w in enumerate((f"<{one}", f"<{two}", f"<{three}", f"≥{three} h"), 1))]
        for level, words in [*marks, ("off", "放假")]:
            box = QRectF(x, y, side, side)
            painter.setPen(QPen(QColor(p.line_strong if level == "off" else p.line), 1))
            painter.setBrush(ground(int(level)) if level.isdecimal() else QColor(p.sunken))
            painter.drawRoundedRect(box, 2, 2)
            if level == "off":
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(QBrush(QColor(p.line_strong), Qt.BrushStyle.BDiagPattern))
                painter.drawRoundedRect(box, 2, 2)
            painter.setPen(QColor(p.soft))
            wide = metrics.horizontalAdvance(words)
            painter.drawText(QRectF(x + side + look.px(4), y - 4, wide + 4, side + 8), _LEFT, words)
            x += side + wide + look.px(14)

    # ---- hands

    def _go(self, at: int, row: int) -> None:
        self._at = (max(0, min(at, len(self._weeks) - 1)), max(0, min(row, len(self._rows) - 1)))
        self.setAccessibleDescription(self._cells[self._at[0]][self._at[1]].tip)
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if (found := self._under(event.position().x(), event.position().y())) is not None:
            self._go(*found)
            self.opened.emit(self._weeks[found[0]])

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {
            Qt.Key.Key_Right: (1, 0), Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Down: (0, 1), Qt.Key.Key_Up: (0, -1),
        }  # fmt: skip
        step = steps.get(Qt.Key(event.key()))
        if step and self._weeks and self._rows:
            self._go(self._at[0] + step[0], self._at[1] + step[1])
            self._tell()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._at[0] >= 0:
            self.opened.emit(self._weeks[self._at[0]])
        else:
            super().keyPressEvent(event)

    def _tell(self) -> None:
        box = self._box(*self._at)
        where = self.mapToGlobal(box.bottomLeft().toPoint())
        QToolTip.showText(where, self._cells[self._at[0]][self._at[1]].tip, self)

    def focusInEvent(self, event: QFocusEvent) -> None:
        if self._at[0] < 0 and self._weeks and self._rows:
            first = self._shown or self._now
            self._go(self._weeks.index(first) if first in self._weeks else 0, 0)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self.update()

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent):
            found = self._under(event.pos().x(), event.pos().y())
            if found is not None:
                QToolTip.showText(event.globalPos(), self._cells[found[0]][found[1]].tip, self)
            return True
        return super().event(event)
