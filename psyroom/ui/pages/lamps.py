"""The three lamps of a student, 谈话 方案 反馈: told by a shape, by words and by colour, so that each of them is enough.

Lit: a filled disc with a tick and 已…; missing: a broken ring and 未… or 缺…; not owed: a short line and the bare name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QSizePolicy, QWidget

from psyroom.ui import fonts, tokens
from psyroom.ui.icons import draw
from psyroom.ui.kit.texts import ENTER

if TYPE_CHECKING:
    from psyroom.rules.coverage import Lamp, Lamps

NAMES = {"talk": "谈话", "plan": "方案", "feedback": "反馈"}
SAID = {
    "talk": {"green": "已谈话", "amber": "未谈话", "none": "谈话"},
    "plan": {"green": "有方案", "amber": "缺方案", "none": "方案"},
    "feedback": {"green": "已反馈", "amber": "缺反馈", "none": "反馈"},
}
"""Lamp → its state → what stands beside the shape."""
SHAPES = {"green": "check-circle-fill", "amber": "circle-dashed-bold", "none": "minus"}
ROLES = {"green": ("good", "good_wash"), "amber": ("amber", "amber_wash"), "none": ("soft", "")}
"""State → the palette's role for ink and for ground."""
GAP = 6


def lamps_size() -> QSize:
    """What three lamps need, in pixels at the present text size; all rows alike."""
    one = _one()
    return QSize(one.width() * 3 + tokens.now().px(GAP) * 2, one.height())


def _one() -> QSize:
    px, metrics = tokens.now().px, QFontMetrics(fonts.face("small", bold=True))
    return QSize(metrics.horizontalAdvance("未谈话") + px(5 + 14 + 4 + 9), metrics.height() + px(6))


def draw_lamps(painter: QPainter, box: QRectF, lamps: Lamps) -> None:
    """Paint the three at the left of the box, in the middle of its height; tables paint so."""
    one, step = _one(), _one().width() + tokens.now().px(GAP)
    top = box.center().y() - one.height() / 2
    for at, key in enumerate(NAMES):
        draw_lamp(painter, QRectF(box.left() + at * step, top, one.width(), one.height()), key, getattr(lamps, key))


def draw_lamp(painter: QPainter, box: QRectF, key: str, lamp: Lamp) -> None:
    look = tokens.now()
    ink, ground = ROLES[lamp.state]
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    if ground:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(look.colour(ground)))
        painter.drawRoundedRect(box, box.height() / 2, box.height() / 2)
    side = look.px(14)
    draw(
        painter,
        SHAPES[lamp.state],
        QRect(round(box.left()) + look.px(5), round(box.center().y() - side / 2), side, side),
        look.colour(ink),
    )
    painter.setPen(QColor(look.colour(ink)))
    painter.setFont(fonts.face("small", bold=bool(ground)))
    words = box.adjusted(look.px(5) + side + look.px(4), 0, 0, 0)
    painter.drawText(words, Qt.AlignmentFlag.AlignVCenter, SAID[key][lamp.state])
    painter.restore()


class LampButton(QAbstractButton):
    """One lamp. Its words stand in the tool tip and for a screen reader."""

    def __init__(self, key: str, *, act: bool) -> None:
        super().__init__()
        self.key = key
        self._lamp: Lamp | None = None
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus if act else Qt.FocusPolicy.NoFocus)
        if act:
            self.setCursor(Qt.CursorShape.PointingHandCursor)

    def set(self, lamp: Lamp) -> None:
        self._lamp = lamp
        whole = f"{NAMES[self.key]}：{lamp.words}"
        self.setToolTip(whole)
        self.setAccessibleName(whole)
        self.update()

    def words(self) -> str:
        """What stands beside the shape."""
        return SAID[self.key][self._lamp.state] if self._lamp is not None else ""

    def sizeHint(self) -> QSize:
        return _one()

    def minimumSizeHint(self) -> QSize:
        return _one()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in ENTER:
            self.click()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._lamp is None:
            return
        painter = QPainter(self)
        draw_lamp(painter, QRectF(self.rect()), self.key, self._lamp)
        if self.hasFocus():
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(QColor(tokens.now().palette.accent), 2))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), self.height() / 2, self.height() / 2)
        painter.end()


class LampRow(QWidget):
    """The three side by side. With `act`, each can be pressed: `wanted` with `talk`, `plan` or `feedback`."""

    wanted = Signal(str)

    def __init__(self, lamps: Lamps | None = None, *, act: bool = False) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(tokens.now().px(GAP))
        self.buttons = {key: LampButton(key, act=act) for key in NAMES}
        for key, made in self.buttons.items():
            if act:
                made.clicked.connect(lambda _on=False, key=key: self.wanted.emit(key))
            row.addWidget(made)
        row.addStretch(1)
        if lamps is not None:
            self.set(lamps)

    def set(self, lamps: Lamps) -> None:
        for key, made in self.buttons.items():
            made.set(getattr(lamps, key))

    def words(self) -> tuple[str, ...]:
        """What the three say, as they stand there."""
        return tuple(made.words() for made in self.buttons.values())
