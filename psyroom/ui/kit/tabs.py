"""A row of tabs under one page title: name and key of each, the one in sight underlined. Arrows walk, one stop of Tab."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QSizePolicy, QWidget

from psyroom.ui import fonts, tokens
from psyroom.ui.tokens import RADIUS

CAP = 16
"""Side of the small key that stands behind a name, at 100 %."""


class TabButton(QAbstractButton):
    """One tab. `key`: the figure painted behind its name, as on a keyboard."""

    def __init__(self, title: str, key: str, shortcut: str) -> None:
        super().__init__()
        self.setText(title)
        self.setAccessibleName(title)
        self.setToolTip(f"{title}（{shortcut}）")
        self.setCheckable(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._key = key

    def sizeHint(self) -> QSize:
        px, bold = tokens.now().px, QFontMetrics(fonts.face(bold=True))
        return QSize(bold.horizontalAdvance(self.text()) + px(CAP) + px(12 + 6 + 12), px(38))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        look, painter = tokens.now(), QPainter(self)
        p, px, on = look.palette, look.px, self.isChecked()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        whole = QRectF(self.rect()).adjusted(1, 2, -1, -px(4))
        if self.underMouse() and not on:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(p.sunken))
            painter.drawRoundedRect(whole, RADIUS, RADIUS)
        if self.hasFocus():
            painter.setPen(QPen(QColor(p.accent), 1.5))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(whole, RADIUS, RADIUS)
        painter.setPen(QColor(p.accent_ink if on else p.ink))
        painter.setFont(fonts.face(bold=on))
        painter.drawText(whole.adjusted(px(11), 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, self.text())
        side = px(CAP)
        cap = QRectF(self.width() - px(12) - side, whole.center().y() - side / 2, side, side)
        painter.setPen(QPen(QColor(p.accent if on else p.line_strong), 1))
        painter.setBrush(QColor(p.accent_wash if on else p.card))
        painter.drawRoundedRect(cap, 3, 3)
        small = fonts.face("small", tabular=True)
        small.setPixelSize(px(11))
        painter.setFont(small)
        painter.setPen(QColor(p.accent_ink if on else p.soft))
        painter.drawText(cap, Qt.AlignmentFlag.AlignCenter, self._key)
        if on:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(p.accent))
            painter.drawRoundedRect(QRectF(px(10), self.height() - px(3), self.width() - px(20), px(3)), 1.5, 1.5)
        painter.end()


class Tabs(QWidget):
    """`tabs`: (key, name) of each; `walked` with the key of the one that was asked for."""

    walked = Signal(str)

    def __init__(self, tabs: Sequence[tuple[str, str]], shortcut: str) -> None:
        """`shortcut`: what stands before the figure in the tool tip, `Ctrl+`."""
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2)
        self.buttons: dict[str, TabButton] = {}
        for at, (key, title) in enumerate(tabs, 1):
            made = TabButton(title, str(at), f"{shortcut}{at}")
            made.clicked.connect(lambda _on=False, key=key: self.walked.emit(key))
            made.installEventFilter(self)
            self.buttons[key] = made
            row.addWidget(made)

    def mark(self, key: str) -> None:
        """This one is in sight."""
        for other, made in self.buttons.items():
            made.setChecked(other == key)
            made.setFocusPolicy(Qt.FocusPolicy.StrongFocus if other == key else Qt.FocusPolicy.ClickFocus)
        self.setFocusProxy(self.buttons[key])

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Qt would only move the keyboard among the buttons."""
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            by = {Qt.Key.Key_Right: 1, Qt.Key.Key_Left: -1}.get(Qt.Key(event.key()))
            keys = list(self.buttons)
            at = next((n for n, key in enumerate(keys) if self.buttons[key] is watched), None)
            if by and at is not None:
                if 0 <= at + by < len(keys):
                    self.walked.emit(keys[at + by])
                    self.buttons[keys[at + by]].setFocus()
                return True
        return False
