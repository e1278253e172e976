"""What both looks of the coverage share: the school, its grades and classes as painted rows, walked by keys, chosen by Enter
or a click. Only what is in sight is painted, so ninety classes cost no more than nine."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QFont,
    QFontMetrics,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QShowEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QToolTip

from psyroom.services.coverage import ClassLine, Coverage
from psyroom.ui import fonts, tokens
from psyroom.ui.tokens import RADIUS

ALL, GRADE, CLASS = "all", "grade", "class"
Branch = tuple[str, str]
"""What is chosen: its kind, and the grade's or class's key."""
LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
CENTRE = Qt.AlignmentFlag.AlignCenter
ROW, HEAD, TOTAL, CAPTION, GUTTER = 30, 34, 40, 24, 28
"""Heights at 100 %: a class, a grade, the school, the captions over the figures; and the room between two columns."""
AIRY = 1.6
"""How much higher rows become at most where there is room."""


@dataclass(frozen=True, repr=False)
class Placed:
    """A row where it is painted, in the coordinates of the whole picture."""

    branch: Branch
    line: ClassLine
    box: QRectF
    column: int


def of_grade(line: ClassLine) -> str:
    """Which grade a line belongs to, or is; two stages may call theirs alike."""
    return f"{line.stage}/{line.cohort}"


def tip_of(line: ClassLine) -> str:
    """A row in words, for the tool tip and a screen reader."""
    parts = [f"{line.name}：{line.students} 人，已谈 {line.talked} 人"]
    parts += [f"{words} {n} 人" for words, n in (("有原因", line.excused), ("找过", line.attempted)) if n]
    parts.append(f"还要谈 {line.left} 人" if line.left else "没有要谈的了")
    if line.plans_due:
        parts.append(f"方案 {line.plans}／{line.plans_due}")
    if line.feedback_due:
        parts.append(f"反馈 {line.feedback}／{line.feedback_due}")
    if line.teacher:
        parts.append(f"班主任 {line.teacher}")
    return "，".join(parts)


def short_name(row: Placed) -> str:
    """A class under its grade needs only what tells it from the others."""
    name, grade = row.line.name, row.line.grade
    return (name.removeprefix(grade) or name) if row.branch[0] == CLASS else name


class ClassRows(QAbstractScrollArea):
    """`opened` with the branch at Enter, the space bar or a click. A look paints its own head and rows."""

    opened = Signal(object)

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.viewport().setAutoFillBackground(False)
        self.viewport().setMouseTracking(True)
        self.viewport().setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName(name)
        self.coverage: Coverage | None = None
        self.placed: list[Placed] = []
        self._at, self._over, self.name = 0, -1, 0
        self._stale = True
        self.chosen: Branch | None = None

    # ---- what is shown

    def set_coverage(self, coverage: Coverage) -> None:
        self.coverage = coverage
        self._stale = True
        if self.isVisible():
            self._lay_out()

    def mark(self, branch: Branch | None) -> None:
        """This row's students are shown beside; None: nobody's."""
        self.chosen = branch
        if branch is not None:
            self._at = next((n for n, row in enumerate(self.placed) if row.branch == branch), self._at)
            self._into_sight()
        self.viewport().update()

    def walk_to(self, by: int) -> Branch | None:
        """The next class up or down from the chosen one, past the grades; None at the end."""
        row = [placed.branch for placed in self.placed if placed.branch[0] == CLASS]
        at = row.index(self.chosen) + by if self.chosen in row else 0
        return row[at] if 0 <= at < len(row) else None

    # ---- geometry: the school over all columns, then the grades with their classes, column by column

    def columns(self, width: int) -> int:
        """In how many columns the classes may stand at this width; no more are made than their height asks for."""
        return 1

    def top(self) -> int:
        """Pixels above the columns: the school's row and the captions."""
        return tokens.now().px(TOTAL + CAPTION)

    def foot(self) -> int:
        """Pixels under the columns."""
        return 0

    def _lay_out(self) -> None:
        self.placed, self._stale = [], False
        if self.coverage is None:
            return
        rows: list[tuple[Branch, ClassLine]] = []
        for grade in self.coverage.grades:
            rows.append(((GRADE, of_grade(grade)), grade))
            rows += [((CLASS, one.key), one) for one in self.coverage.classes if of_grade(one) == of_grade(grade)]
        wide, shown = self.viewport().width(), self.viewport().height()
        for count in range(1, max(1, self.columns(wide)) + 1):
            lowest = self._place(rows, count, wide)
            if self.top() + lowest + self.foot() > shown:
                lowest = self._place(rows, count, wide, torn=True)
            if self.top() + lowest + self.foot() <= shown:
                break
        spare = (shown - self.top() - self.foot() - tokens.now().px(4)) / max(lowest, 1)
        if spare > 1:  # few classes need not crowd at the top
            lowest = self._place(rows, count, wide, airy=min(spare, AIRY))
        self.measure()
        bar = self.verticalScrollBar()
        bar.setRange(0, max(0, round(self.top() + lowest + self.foot()) - shown))
        bar.setPageStep(shown)
        bar.setSingleStep(tokens.now().px(ROW))
        if self._at >= len(self.placed):
            self._at = 0
        self.viewport().update()

    def _place(
        self, rows: Sequence[tuple[Branch, ClassLine]], count: int, wide: int, *, airy: float = 1, torn: bool = False
    ) -> float:
        """Give every row its box, in so many columns; the height of the longest. A grade stands whole in a column; `torn`: it
        may break, and its name then stands again over the rest."""
        px = tokens.now().px
        tall = {GRADE: px(HEAD * airy), CLASS: px(ROW * airy)}
        share = sum(tall[branch[0]] for branch, _ in rows) / count + tall[CLASS]
        each = (wide - px(GUTTER) * (count - 1)) / count
        assert self.coverage is not None
        self.placed = [Placed((ALL, ""), self.coverage.total, QRectF(0, 0, wide, px(TOTAL)), -1)]
        column, y, lowest = 0, 0.0, 0.0

        def put(branch: Branch, line: ClassLine) -> None:
            nonlocal y, lowest
            box = QRectF(column * (each + px(GUTTER)), self.top() + y, each, tall[branch[0]])
            self.placed.append(Placed(branch, line, box, column))
            y += tall[branch[0]]
            lowest = max(lowest, y)

        classes = Counter(of_grade(one) for one in self.coverage.classes)
        for branch, line in rows:
            size = classes[of_grade(line)] * tall[CLASS]
            if torn:
                full = y + tall[branch[0]] + (tall[CLASS] if branch[0] == GRADE else 0) > share
            else:
                full = branch[0] == GRADE and y + tall[GRADE] + size > share * 1.15
            if column < count - 1 and y > 0 and full:
                column, y = column + 1, 0.0
                if branch[0] == CLASS:
                    head = next(g for g in self.coverage.grades if of_grade(g) == of_grade(line))
                    put((GRADE, of_grade(head)), head)
            put(branch, line)
        return lowest

    def measure(self) -> None:
        """The room the names take; a look measures its figures too."""
        metrics = QFontMetrics(fonts.face(bold=True))
        self.name = max(
            (metrics.horizontalAdvance(short_name(row)) for row in self.placed), default=0
        ) + tokens.now().px(8)

    def resizeEvent(self, event: Any) -> None:
        super().resizeEvent(event)
        self._stale = True
        if self.isVisible():
            self._lay_out()

    def showEvent(self, event: QShowEvent) -> None:
        if self._stale:
            self._lay_out()
        super().showEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange and hasattr(self, "placed"):
            self._stale = True
            if self.isVisible():
                self._lay_out()

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        self.viewport().update()

    def _under(self, at: QPointF) -> int:
        at = at + QPointF(0, self.verticalScrollBar().value())
        return next((n for n, row in enumerate(self.placed) if row.box.contains(at)), -1)

    def _into_sight(self) -> None:
        if not 0 <= self._at < len(self.placed):
            return
        box, bar, high = self.placed[self._at].box, self.verticalScrollBar(), self.viewport().height()
        first = 0 if self._at == 0 or box.top() <= self.top() + tokens.now().px(HEAD) else box.top()
        if first < bar.value():
            bar.setValue(round(first))
        elif box.bottom() > bar.value() + high:
            bar.setValue(round(box.bottom() - high + tokens.now().px(8)))

    # ---- painting

    def paint_row(self, painter: QPainter, row: Placed) -> None:
        raise NotImplementedError

    def paint_captions(self, painter: QPainter, box: QRectF) -> None:
        """Over the figures of one column."""

    def paint_foot(self, painter: QPainter, top: float) -> None:
        """Under the columns, from this height on."""

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self.placed:
            return
        look, painter = tokens.now(), QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        down = self.verticalScrollBar().value()
        painter.translate(0, -down)
        seen = QRectF(event.rect()).translated(0, down)
        met: set[int] = set()
        for n, row in enumerate(self.placed):
            if row.column >= 0 and row.column not in met:
                met.add(row.column)
                high = look.px(CAPTION)
                self.paint_captions(painter, QRectF(row.box.left(), self.top() - high, row.box.width(), high))
            if row.box.intersects(seen):
                self._ground(painter, n, row)
                self.paint_row(painter, row)
        self.paint_foot(painter, max(row.box.bottom() for row in self.placed))
        painter.end()

    def _ground(self, painter: QPainter, n: int, row: Placed) -> None:
        p = tokens.now().palette
        held = self.hasFocus() and n == self._at
        chosen = row.branch == self.chosen
        box = row.box.adjusted(1, 1, -1, -1)
        if held or chosen or n == self._over:
            painter.setPen(QPen(QColor(p.accent), 1.5) if held else Qt.PenStyle.NoPen)
            painter.setBrush(QColor(p.accent_wash if chosen or held else p.sunken))
            painter.drawRoundedRect(box, RADIUS, RADIUS)
        if row.branch[0] == GRADE and not (held or chosen):
            painter.setPen(QPen(QColor(p.line), 1))
            painter.drawLine(row.box.bottomLeft() + QPointF(4, -0.5), row.box.bottomRight() + QPointF(-4, -0.5))

    def put(
        self, painter: QPainter, box: QRectF, words: str, *, role: str = "ink", bold: bool = False, where: Any = LEFT
    ) -> None:
        """Words into a box, elided where they do not fit."""
        font: QFont = fonts.face(bold=bold, tabular=True)
        painter.setFont(font)
        painter.setPen(QColor(tokens.now().colour(role)))
        short = painter.fontMetrics().elidedText(words, Qt.TextElideMode.ElideRight, round(box.width()) + 1)
        painter.drawText(box, int(where), short)

    # ---- hands

    def _go(self, n: int) -> None:
        self._at = max(0, min(n, len(self.placed) - 1))
        if self.placed:
            self.setAccessibleDescription(tip_of(self.placed[self._at].line))
        self._into_sight()
        self.viewport().update()

    def _across(self, by: int) -> None:
        here = self.placed[self._at]
        beside = [n for n, row in enumerate(self.placed) if row.column == here.column + by]
        if here.column >= 0 and beside:
            self._go(min(beside, key=lambda n: abs(self.placed[n].box.center().y() - here.box.center().y())))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        page = max(1, self.viewport().height() // tokens.now().px(ROW) - 2)
        steps = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: page, Qt.Key.Key_PageUp: -page}
        if not self.placed or event.modifiers() & Qt.KeyboardModifier.AltModifier:
            super().keyPressEvent(event)
        elif key in steps:
            self._go(self._at + steps[key])
        elif key in (Qt.Key.Key_Home, Qt.Key.Key_End):
            self._go(0 if key == Qt.Key.Key_Home else len(self.placed) - 1)
        elif key in (Qt.Key.Key_Right, Qt.Key.Key_Left):
            self._across(1 if key == Qt.Key.Key_Right else -1)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.opened.emit(self.placed[self._at].branch)
        else:
            super().keyPressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if (over := self._under(event.position())) != self._over:
            self._over = over
            self.viewport().update()

    def leaveEvent(self, event: QEvent) -> None:
        self._over = -1
        self.viewport().update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and (found := self._under(event.position())) >= 0:
            self._go(found)
            self.opened.emit(self.placed[found].branch)

    def focusInEvent(self, event: QFocusEvent) -> None:
        self._go(self._at)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self.viewport().update()

    def viewportEvent(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent):
            found = self._under(QPointF(event.pos()))
            QToolTip.showText(event.globalPos(), tip_of(self.placed[found].line) if found >= 0 else "", self.viewport())
            return True
        if event.type() == QEvent.Type.Leave:
            self.leaveEvent(event)
        return super().viewportEvent(event)
