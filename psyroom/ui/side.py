"""The sidebar: icon and a few characters for each page, a count where something waits, the find box on top."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import QEvent, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QFrame, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from psyroom.services import roll
from psyroom.store.room import Room
from psyroom.ui import fonts, tokens
from psyroom.ui.icons import draw
from psyroom.ui.kit import Found, Picker, Tag
from psyroom.ui.kit.cards import tag_size
from psyroom.ui.tokens import RADIUS, SPACE

WIDTH = 172


class NavButton(QAbstractButton):
    """One page in the sidebar."""

    def __init__(self, title: str, icon_name: str, keys: str) -> None:
        super().__init__()
        self.setText(title)
        self.setAccessibleName(title)
        self.setToolTip(f"{title}（{keys}）")
        self.setCheckable(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._icon, self._count = icon_name, 0

    def set_count(self, count: int | None) -> None:
        if (count or 0) != self._count:
            self._count = count or 0
            self.setAccessibleDescription(f"{self._count} 件待办" if self._count else "")
            self.update()

    def count(self) -> int:
        return self._count

    def sizeHint(self) -> QSize:
        px = tokens.now().px
        return QSize(px(WIDTH - 24), px(40))

    def paintEvent(self, event: QPaintEvent) -> None:
        look, painter = tokens.now(), QPainter(self)
        p, px = look.palette, look.px
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        if self.isChecked() or self.underMouse():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(p.accent_wash if self.isChecked() else p.line))
            painter.drawRoundedRect(box, RADIUS + 2, RADIUS + 2)
        if self.hasFocus():
            painter.setPen(QColor(p.accent))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(box, RADIUS + 2, RADIUS + 2)
        ink = p.accent_ink if self.isChecked() else p.ink
        side = px(20)
        name = f"{self._icon}-fill" if self.isChecked() else self._icon
        draw(painter, name, QRect(px(12), (self.height() - side) // 2, side, side), ink if self.isChecked() else p.soft)
        painter.setPen(QColor(ink))
        painter.setFont(fonts.face(bold=self.isChecked()))
        painter.drawText(self.rect().adjusted(px(40), 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, self.text())
        if self._count:
            self._paint_count(painter)
        painter.end()

    def _paint_count(self, painter: QPainter) -> None:
        look = tokens.now()
        words = str(self._count) if self._count < 100 else "99+"
        size = tag_size(words)
        width = max(size.width() - look.px(4), size.height())
        pill = QRectF(self.width() - width - look.px(4), (self.height() - size.height()) / 2, width, size.height())
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(look.palette.accent))
        painter.drawRoundedRect(pill, pill.height() / 2, pill.height() / 2)
        painter.setPen(QColor(look.palette.on_accent))
        painter.setFont(fonts.face("small", bold=True, tabular=True))
        painter.drawText(pill, Qt.AlignmentFlag.AlignCenter, words)


class FindBox(Picker):
    """Ctrl+K from anywhere: a student by name, pinyin initials, class or number; Enter opens."""

    def __init__(self, room: Room, go: Callable[..., object]) -> None:
        super().__init__(self._hits, "找学生  Ctrl+K", most=10)
        self._room, self._go = room, go
        self.setObjectName("find")
        self.setAccessibleName("找学生")
        self.picked.connect(self._open)

    def _hits(self, words: str) -> Sequence[Found]:
        return [Found(line.id, line.name, line.class_name) for line in roll.find(self._room, words)]

    def _open(self, hit: Any) -> None:
        self.set_value(None)
        self._go("students", student=hit.key)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.text():
            self.set_value(None)
        super().keyPressEvent(event)


class Side(QFrame):
    """The sidebar. Up and down walk its pages."""

    def __init__(self, entries: Sequence[tuple[str, str, str]], find: QWidget, go: Callable[[str], object]) -> None:
        super().__init__()
        self.setObjectName("side")
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE + 4, SPACE * 2, SPACE + 4, SPACE)
        column.setSpacing(3)
        column.addWidget(find)
        column.addSpacing(SPACE)
        self._mark = Tag("", "amber")
        self._mark.hide()
        self.buttons: dict[str, NavButton] = {}
        for at, (key, title, icon_name) in enumerate(entries, 1):
            made = NavButton(title, icon_name, f"Alt+{at}")
            made.clicked.connect(lambda _on=False, key=key: go(key))
            self.buttons[key] = made
            column.addWidget(made)
        column.addStretch(1)
        column.addWidget(self._mark, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addSpacing(SPACE // 2)
        self.foot = QHBoxLayout()
        self.foot.setSpacing(2)
        column.addLayout(self.foot)
        self._fit()

    def set_mark(self, words: str) -> None:
        self._mark.set(words, "amber")
        self._mark.setVisible(bool(words))

    def mark(self, key: str) -> None:
        for other, made in self.buttons.items():
            made.setChecked(other == key)

    def badge(self, key: str, count: int | None) -> None:
        self.buttons[key].set_count(count)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        by = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key()))
        row = list(self.buttons.values())
        at = next((i for i, made in enumerate(row) if made.hasFocus()), None)
        if by and at is not None:
            row[max(0, min(at + by, len(row) - 1))].setFocus()
        else:
            super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange and hasattr(self, "foot"):
            self._fit()

    def _fit(self) -> None:
        self.setFixedWidth((WIDTH + 3 * tokens.now().px(WIDTH)) // 4)  # slower than the text: small screens
