"""Beside a plan that is being written: for the kind of difficulty chosen, what one may ask and write in the part the
keyboard is in. F8 goes here, Enter puts a line in, Esc goes back; nothing is put in by itself."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QEvent, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QEnterEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from psyroom.records.care import PARTS, PlanFields
from psyroom.records.fields import about
from psyroom.rules.plans import SampleStep
from psyroom.services import plans
from psyroom.ui import tokens
from psyroom.ui.icons import Glyph
from psyroom.ui.kit import Card, scrolled, text
from psyroom.ui.kit.flow import Tall, empty_layout
from psyroom.ui.kit.sheet import into_sight
from psyroom.ui.kit.texts import ENTER
from psyroom.ui.tokens import RADIUS, SPACE

BLANK = "＿＿"
STEPS = "steps"
_HINTS = {
    "": ("怎么写", "五部分都写了，方案才算数。一次写一部分也行，写的随时在草稿里。身份证号、电话、住址不用写。"),
    "kind": ("困难类型", "选了类型，右边会有可以参考的问法和做法，一条一条挑着用；也可以不套用。类型不印在方案上。"),
    "steps": ("目标与措施", "一行一件事：要达到什么、做什么、谁、哪天前。回车到下一格，Alt+Del 去掉一行。"),
    "review_on": ("回顾日期", "到时候会提醒。一般一两个月看一次，看过就写“回顾”。"),
    "summary": ("执行情况与小结", "学期末或换新版本前写：做了什么，有什么变化。"),
}


class Line(QFrame):
    """A line that can be put in, by a press or by Enter."""

    taken = Signal()
    walked = Signal(int)
    left = Signal()

    def __init__(self, words: str, detail: str = "") -> None:
        super().__init__()
        self.words = words
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)  # not by Tab: one writes on from part to part
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName(f"放进去：{words}")
        row = QHBoxLayout(self)
        row.setContentsMargins(6, 5, 6, 5)
        row.setSpacing(6)
        row.addWidget(Glyph("plus", size=14, role="accent"), 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout()
        column.setSpacing(0)
        column.addWidget(text(words))
        if detail:
            column.addWidget(text(detail, "small"))
        row.addLayout(column, 1)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        walk = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Left: -1}
        if event.key() in (*ENTER, Qt.Key.Key_Space):
            self.taken.emit()
        elif (by := walk.get(Qt.Key(event.key()))) is not None:
            self.walked.emit(by)
        elif event.key() in (Qt.Key.Key_Escape, Qt.Key.Key_F8):
            self.left.emit()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        if not (self.hasFocus() or self.underMouse()):
            return
        look, painter = tokens.now(), QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QColor(look.palette.accent) if self.hasFocus() else Qt.PenStyle.NoPen)
        painter.setBrush(QColor(look.palette.accent_wash if self.hasFocus() else look.palette.sunken))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), RADIUS, RADIUS)
        painter.end()

    def enterEvent(self, event: QEnterEvent) -> None:
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self.rect().contains(event.position().toPoint()):
            self.taken.emit()


class Offered(QWidget):
    """`show_for(part, kind)`; `wanted` (part, words) and `step_wanted` with a sample; `left`: back to the writing."""

    wanted = Signal(str, str)
    step_wanted = Signal(object)
    left = Signal()

    def __init__(self) -> None:
        super().__init__()
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(SPACE * 2)
        self.hint = Card(tone="accent")
        self._head, self._words = text("", "strong"), text("")
        self.hint.add(self._head)
        self.hint.add(self._words)
        whole.addWidget(self.hint)
        holder = Tall()
        column = QVBoxLayout(holder)
        column.setContentsMargins(0, 0, 0, 0)
        self.card = Card("可以参考", "F8 过来，回车放进去，Esc 回去")
        self.card.body.setSpacing(2)
        self._list = QVBoxLayout()
        self._list.setSpacing(2)
        self.card.body.addLayout(self._list)
        column.addWidget(self.card)
        column.addStretch(1)
        whole.addWidget(scrolled(holder), 1)
        self._lines: list[Line] = []
        self._asked: tuple[str, str] | None = None
        self.show_for("", "")

    def lines(self) -> list[Line]:
        return list(self._lines)

    def show_for(self, part: str, kind: str) -> None:
        """What is offered for a part (or `steps`) and a kind of difficulty."""
        if self._asked == (part, kind):
            return
        self._asked = (part, kind)
        told = about(PlanFields, part) if part in PARTS else None
        head, words = (told["label"], f"{told['help']}。") if told else _HINTS.get(part, _HINTS[""])
        self._head.setText(head)
        self._words.setText(words)
        empty_layout(self._list)
        self._lines = []
        offered = plans.template(kind)
        if part in PARTS:
            for one in offered.prompts[part]:
                self._put(Line(one), partial(self.wanted.emit, part, one))
        elif part in (STEPS, "kind"):
            for step in offered.steps:
                self._put(Line(f"{step.goal}：{step.step}", _when(step)), partial(self.step_wanted.emit, step))
        self.card.setVisible(bool(self._lines))
        if self.card.heading is not None:
            self.card.heading.setText(f"可以参考：{offered.name}" if kind else "可以参考")

    def _put(self, line: Line, take: Callable[[], object]) -> None:
        line.taken.connect(take)
        line.walked.connect(partial(self._walk, line))
        line.left.connect(self.left)
        self._list.addWidget(line)
        line.show()
        self._lines.append(line)

    def _walk(self, line: Line, by: int) -> None:
        to = self._lines[max(0, min(self._lines.index(line) + by, len(self._lines) - 1))]
        to.setFocus()
        into_sight(to)

    def focus_first(self) -> bool:
        """F8: the keyboard to the first line; whether there is one."""
        if self._lines:
            self._lines[0].setFocus()
        return bool(self._lines)


def _when(step: SampleStep) -> str:
    return f"{step.who} · {step.weeks} 周内"
