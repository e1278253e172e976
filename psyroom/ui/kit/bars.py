"""Bars: the week's hours with what is missing, the weeks of a semester, slow work under way."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QSizePolicy, QToolTip, QVBoxLayout, QWidget

from psyroom.ui import fonts, tokens
from psyroom.ui.kit.cards import Tag
from psyroom.ui.kit.texts import quiet, text
from psyroom.ui.tokens import SPACE


def hours(minutes: int) -> str:
    """Minutes as hours with at most one decimal: `11.5`."""
    return f"{minutes / 60:.1f}".removesuffix(".0")


class HoursBar(QWidget):
    """`11.5 / 15 h`, the bar, and in words what is missing or that it is reached. Without a target: the hours alone."""

    def __init__(self, label: str = "") -> None:
        super().__init__()
        self._minutes, self._target = 0, None
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        top = QHBoxLayout()
        top.setSpacing(SPACE)
        self._figure = text("0 h", "heading", wrap=False, tabular=True)
        top.addWidget(self._figure)
        if label:
            top.addWidget(text(label, "soft", wrap=False))
        top.addStretch(1)
        self._state = Tag("", "")
        top.addWidget(self._state)
        column.addLayout(top)
        self._bar = _Bar()
        column.addWidget(self._bar)
        self._words = text("", "soft")
        column.addWidget(self._words)

    def set(self, minutes: int, target: int | None, words: str = "", *, state: tuple[str, str] | None = None) -> None:
        """Minutes open and asked. `words` says what would fill it; `state` replaces the tag (words, tone)."""
        self._figure.setText(f"{hours(minutes)} / {hours(target)} h" if target else f"{hours(minutes)} h")
        self._bar.set(minutes, target)
        reached = target is not None and minutes >= target
        if state is None and target:
            state = ("已达标", "good") if reached else (f"还差 {hours(target - minutes)} h", "amber")
        self._state.setVisible(state is not None)
        if state is not None:
            self._state.set(*state)
        self._words.setText(words)
        self._words.setVisible(bool(words))
        self.setAccessibleName(" ".join(p for p in (self._figure.text(), state[0] if state else "", words) if p))


class _Bar(QWidget):
    def __init__(self) -> None:
        super().__init__()
        self._share, self._tone = 0.0, "accent"
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set(self, minutes: int, target: int | None) -> None:
        self._share = min(1.0, minutes / target) if target else (1.0 if minutes else 0.0)
        self._tone = "good" if target and minutes >= target else "accent"
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(160, tokens.now().px(10))

    def paintEvent(self, event: QPaintEvent) -> None:
        look, painter = tokens.now(), QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        box, round_ = QRectF(self.rect()), self.height() / 2
        painter.setBrush(QColor(look.palette.line))
        painter.drawRoundedRect(box, round_, round_)
        if self._share > 0:
            painter.setBrush(QColor(look.colour(self._tone)))
            painter.drawRoundedRect(
                QRectF(0, 0, max(self.height(), box.width() * self._share), box.height()), round_, round_
            )
        painter.end()


@dataclass(frozen=True)
class WeekBar:
    """One week: minutes that count, minutes altogether, the target then, and what the tool tip says."""

    week: int
    minutes: int
    all_minutes: int = 0
    target: int | None = None
    tip: str = ""
    now: bool = False
    doubtful: bool = False  # rests on an assumed calendar


class WeekBars(QWidget):
    """The weeks of a semester: filled what counts, pale what was open besides, a line for the target.

    Left and right walk, Enter or a click opens (`opened` with the week number).
    """

    opened = Signal(int)

    def __init__(self, weeks: Sequence[WeekBar] = ()) -> None:
        super().__init__()
        self._weeks: list[WeekBar] = list(weeks)
        self._at = -1
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("学期各周开放时间")

    def set_weeks(self, weeks: Sequence[WeekBar]) -> None:
        self._weeks = list(weeks)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(480, tokens.now().px(150))

    def _frame(self) -> QRectF:
        px = tokens.now().px
        return QRectF(px(30), px(10), max(1, self.width() - px(34)), max(1, self.height() - px(34)))

    def _column(self, at: int) -> QRectF:
        frame = self._frame()
        step = frame.width() / max(1, len(self._weeks))
        width = min(step * 0.62, tokens.now().px(34))
        return QRectF(frame.left() + step * at + (step - width) / 2, frame.top(), width, frame.height())

    def paintEvent(self, event: QPaintEvent) -> None:
        look, painter = tokens.now(), QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(fonts.face("small", tabular=True))
        frame, p = self._frame(), look.palette
        top = max([60, *(max(w.minutes, w.all_minutes, w.target or 0) for w in self._weeks)]) * 1.08
        step = next(s for s in (60, 120, 300, 600, 1200, 2400, 6000) if top / s <= 5 or s == 6000)
        for line in range(0, int(top) + 1, step):
            y = frame.bottom() - frame.height() * line / top
            painter.setPen(QPen(QColor(p.line), 1))
            painter.drawLine(QPointF(frame.left(), y), QPointF(frame.right(), y))
            painter.setPen(QColor(p.soft))
            painter.drawText(QRectF(0, y - 10, frame.left() - 6, 20), _RIGHT, hours(line))
        every = (
            1
            if frame.width() / max(1, len(self._weeks)) > QFontMetrics(painter.font()).horizontalAdvance("88") + 4
            else 2
        )
        present = next((at for at, week in enumerate(self._weeks) if week.now), 0)
        for at, week in enumerate(self._weeks):
            self._paint_week(painter, at, week, top)
            if (at - present) % every == 0:
                painter.setPen(QColor(p.accent if week.now else p.soft))
                box = self._column(at)
                painter.drawText(
                    QRectF(box.left() - 12, frame.bottom() + 3, box.width() + 24, 22), _CENTRE, str(week.week)
                )
        self._paint_target(painter, top)
        painter.end()

    def _paint_week(self, painter: QPainter, at: int, week: WeekBar, top: float) -> None:
        p, box, frame = tokens.now().palette, self._column(at), self._frame()
        painter.setPen(Qt.PenStyle.NoPen)
        if at == self._at and self.hasFocus():
            painter.setBrush(QColor(p.accent_wash))
            painter.drawRoundedRect(box.adjusted(-3, -4, 3, 0), 4, 4)
        short = week.target is not None and week.minutes < week.target and not week.now
        for minutes, colour in ((week.all_minutes, p.line), (week.minutes, p.amber_fill if short else p.accent)):
            height = frame.height() * minutes / top
            if height > 0:
                painter.setBrush(QColor(colour))
                painter.drawRoundedRect(QRectF(box.left(), frame.bottom() - height, box.width(), height), 3, 3)
        if week.doubtful:
            painter.setPen(QColor(p.soft))
            painter.drawText(QRectF(box.left(), frame.top() - 8, box.width(), 18), _CENTRE, "?")

    def _paint_target(self, painter: QPainter, top: float) -> None:
        frame = self._frame()
        painter.setPen(QPen(QColor(tokens.now().palette.ink), 1.4, Qt.PenStyle.DashLine))
        step = frame.width() / max(1, len(self._weeks))
        for at, week in enumerate(self._weeks):
            if week.target:
                y = frame.bottom() - frame.height() * week.target / top
                painter.drawLine(QPointF(frame.left() + step * at, y), QPointF(frame.left() + step * (at + 1), y))

    def _week_at(self, x: float) -> int:
        frame = self._frame()
        at = int((x - frame.left()) / (frame.width() / max(1, len(self._weeks))))
        return at if 0 <= at < len(self._weeks) and x >= frame.left() else -1

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent):
            at = self._week_at(event.pos().x())
            if at >= 0:
                QToolTip.showText(event.globalPos(), self._weeks[at].tip or f"第 {self._weeks[at].week} 周", self)
            return True
        return super().event(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if (at := self._week_at(event.position().x())) >= 0:
            self._at = at
            self.opened.emit(self._weeks[at].week)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        by = {Qt.Key.Key_Right: 1, Qt.Key.Key_Left: -1}.get(Qt.Key(event.key()))
        if by and self._weeks:
            self._at = max(0, min(self._at + by, len(self._weeks) - 1))
            self.update()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._at >= 0:
            self.opened.emit(self._weeks[self._at].week)
        else:
            super().keyPressEvent(event)


_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_CENTRE = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignVCenter


class Progress(QWidget):
    """Slow work under way: what, a bar, `3 / 12 班`, and a button to give up."""

    def __init__(self, words: str = "", cancel: Callable[[], object] | None = None) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        row = QHBoxLayout()
        self._words = text(words, "soft")
        self._count = text("", "soft", wrap=False, tabular=True)
        row.addWidget(self._words, 1)
        row.addWidget(self._count)
        if cancel is not None:
            row.addWidget(quiet("取消", cancel, small=True))
        column.addLayout(row)
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setRange(0, 0)
        column.addWidget(self._bar)

    def set(self, done: int, total: int, unit: str = "", words: str = "") -> None:
        self._bar.setRange(0, total)
        self._bar.setValue(done)
        self._count.setText(f"{done} / {total} {unit}".strip() if total else "")
        if words:
            self._words.setText(words)

    def begin(self, words: str) -> None:
        self._words.setText(words)
        self._count.setText("")
        self._bar.setRange(0, 0)
