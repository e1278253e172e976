"""Beside the rota: what each has of the month and the semester, who takes part in a proposal and when not, and the form
for a substitution."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QGridLayout, QSizePolicy, QToolTip, QVBoxLayout, QWidget

from psyroom.records.rota import WHY_SWAPPED
from psyroom.rules.time import WEEKDAYS
from psyroom.ui import fonts, tokens
from psyroom.ui.kit import Check, Choice, Field, hours, text
from psyroom.ui.tokens import SPACE

ROW = 47  # pixels at 100 %


@dataclass(frozen=True)
class Part:
    """One person's part in minutes: of the month shown, and of the semester as planned and as it was."""

    person: str
    name: str
    turns: int
    month: int
    planned: int
    actual: int

    @property
    def words(self) -> str:
        return (
            f"{self.name}：本月 {self.turns} 次，共 {hours(self.month)} 小时；"
            f"本学期计划 {hours(self.planned)} 小时，已实际值班 {hours(self.actual)} 小时"
        )


class Shares(QWidget):
    """A bar for each person: pale what is planned of the semester, filled what was really kept. A click, or up and down
    and Enter, puts the person on the turn that is chosen."""

    picked = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[Part] = []
        self._at = 0
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAccessibleName("各人值班时数")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_parts(self, parts: Sequence[Part]) -> None:
        self.parts = list(parts)
        self._at = min(self._at, max(len(self.parts) - 1, 0))
        self.setAccessibleDescription("。".join(part.words for part in parts))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        px = tokens.now().px
        return QSize(px(220), max(len(self.parts), 1) * px(ROW))

    def _row_at(self, point: QPointF) -> int:
        at = int(point.y() / tokens.now().px(ROW))
        return at if 0 <= at < len(self.parts) else -1

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if (at := self._row_at(event.position())) >= 0:
            self._at = at
            self.picked.emit(self.parts[at].person)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        by = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key()))
        if by and self.parts:
            self._at = max(0, min(self._at + by, len(self.parts) - 1))
            self.update()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.parts:
            self.picked.emit(self.parts[self._at].person)
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent):
            at = self._row_at(QPointF(event.pos()))
            QToolTip.showText(event.globalPos(), self.parts[at].words if at >= 0 else "", self)
            return True
        return super().event(event)

    def focusInEvent(self, event: object) -> None:
        self.update()

    def focusOutEvent(self, event: object) -> None:
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, look = QPainter(self), tokens.now()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        most = max([60, *(max(part.planned, part.actual) for part in self.parts)])
        for at, part in enumerate(self.parts):
            box = QRectF(0, at * look.px(ROW), self.width(), look.px(ROW))
            if self.hasFocus() and at == self._at:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(QColor(look.palette.accent_wash))
                painter.drawRoundedRect(box.adjusted(0, 1, 0, -3), 5, 5)
            self._paint(painter, box, at, part, most)
        painter.end()

    def _paint(self, painter: QPainter, box: QRectF, at: int, part: Part, most: int) -> None:
        look, p = tokens.now(), tokens.now().palette
        px = look.px
        line = QRectF(box.left() + px(4), box.top() + px(3), box.width() - px(8), px(22))
        painter.setFont(fonts.face("small", tabular=True))
        painter.setPen(QColor(p.soft))
        figures = f"本月 {hours(part.month)} h · {part.turns} 次"
        wide = QFontMetrics(painter.font()).horizontalAdvance(figures)
        painter.drawText(line, _RIGHT, figures)
        left = QRectF(line.left(), line.top(), line.width() - wide - px(8), line.height())
        if at < 9:
            painter.setFont(fonts.face("small", bold=True, tabular=True))
            key = QRectF(left.left(), left.center().y() - px(9), px(18), px(18))
            painter.setPen(QColor(p.line_strong))
            painter.setBrush(QColor(p.card))
            painter.drawRoundedRect(key, 4, 4)
            painter.setPen(QColor(p.soft))
            painter.drawText(key, Qt.AlignmentFlag.AlignCenter, str(at + 1))
        left.setLeft(left.left() + px(25))
        painter.setFont(fonts.face(bold=True))
        painter.setPen(QColor(p.ink))
        name = painter.fontMetrics().elidedText(part.name, Qt.TextElideMode.ElideRight, max(int(left.width()), 8))
        painter.drawText(left, _LEFT, name)
        bar = QRectF(line.left(), line.bottom() + px(4), line.width(), px(8))
        painter.setPen(Qt.PenStyle.NoPen)
        for minutes, colour in ((most, p.sunken), (part.planned, p.line_strong), (part.actual, p.accent)):
            painter.setBrush(QColor(colour))
            painter.setOpacity(0.55 if colour == p.line_strong else 1)
            if minutes:
                part_box = QRectF(bar.left(), bar.top(), bar.width() * min(minutes / most, 1), bar.height())
                painter.drawRoundedRect(part_box, bar.height() / 2, bar.height() / 2)
        painter.setOpacity(1)


class Taking(QWidget):
    """Who takes part in a proposal, and on which weekdays not; kept as long as the window is open."""

    def __init__(
        self,
        people: Sequence[tuple[str, str]],
        weekdays: Sequence[int],
        kept: Mapping[str, Sequence[int]],
        out: set[str],
    ) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE * 2)
        column.addWidget(
            text(
                "按值班小时公平排：本学期值得少的先排；同一人不会同时排两处，自己有课、在别处有预约的时间不排，尽量不连着两晚。",
                "soft",
            )
        )
        grid = QGridLayout()
        grid.setHorizontalSpacing(SPACE)
        grid.setVerticalSpacing(SPACE)
        grid.addWidget(text("参加值班", "label", wrap=False), 0, 0)
        grid.addWidget(text("勾上这一天不能值的", "label", wrap=False), 0, 1, 1, len(weekdays))
        for at, weekday in enumerate(weekdays, 1):
            grid.addWidget(text(WEEKDAYS[weekday - 1], "small", wrap=False), 1, at, Qt.AlignmentFlag.AlignHCenter)
        self.people: dict[str, Check] = {}
        self.cannot: dict[tuple[str, int], Check] = {}
        for row, (person, name) in enumerate(people, 2):
            self.people[person] = Check(name)
            self.people[person].set_value(person not in out)
            grid.addWidget(self.people[person], row, 0)
            for at, weekday in enumerate(weekdays, 1):
                box = Check()
                box.setAccessibleName(f"{name} 周{WEEKDAYS[weekday - 1]} 不能值")
                box.setToolTip(f"{name} 周{WEEKDAYS[weekday - 1]} 不能值")
                box.set_value(weekday in kept.get(person, ()))
                self.cannot[person, weekday] = box
                grid.addWidget(box, row, at, Qt.AlignmentFlag.AlignHCenter)
        grid.setColumnStretch(0, 1)
        column.addLayout(grid)
        self.afresh = Check("已经排好的也重新排（代班和对调不动）")
        column.addWidget(self.afresh)
        column.addWidget(text("固定时段里已经写了值班教师的，照旧不动。排出来先给你看，按 Ctrl+S 才保存。", "small"))

    def out(self) -> set[str]:
        return {person for person, box in self.people.items() if not box.value()}

    def days(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {}
        for (person, weekday), box in self.cannot.items():
            if box.value():
                found.setdefault(person, []).append(weekday)
        return found

    def focus_first(self) -> None:
        next(iter(self.people.values())).setFocus()


class Substitution(QWidget):
    """Who stands in, and why. `others`: turns of other people to change with, as `key → words`."""

    def __init__(self, words: str, people: Mapping[str, str], others: Mapping[str, str], person: str) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE * 2)
        column.addWidget(text(words, "strong"))
        ways = {"person": "请人代班"} | ({"swap": "和一次值班对调"} if others else {})
        self.way = Choice(ways)
        self.person = Field("由谁来值", Choice(people))
        if person in people:
            self.person.set_value(person)
        self.why = Field("原因", Choice({k: v for k, v in WHY_SWAPPED.items() if k not in ("", "swap")}))
        self.other = Field("对调哪一次", Choice(others, as_list=True)) if others else None
        if others:
            column.addWidget(self.way)
        column.addWidget(self.person)
        column.addWidget(self.why)
        if self.other is not None:
            column.addWidget(self.other)
            self.other.hide()
            self.way.edited.connect(self._turn)
        self.trouble = text("", "error")
        self.trouble.hide()
        column.addWidget(self.trouble)
        column.addWidget(text("月表上会写明原来是谁；换回本人就和没换过一样。", "small"))

    def _turn(self) -> None:
        swap = self.swaps()
        self.person.setVisible(not swap)
        self.why.setVisible(not swap)
        if self.other is not None:
            self.other.setVisible(swap)

    def swaps(self) -> bool:
        return self.other is not None and self.way.value() == "swap"

    def say(self, words: str) -> None:
        self.trouble.setText(words)
        self.trouble.setVisible(bool(words))

    def focus_first(self) -> None:
        self.person.control.setFocus()


_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
