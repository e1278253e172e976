"""Widgets side by side, or in lines that break when there is no room; a scrolled column as tall as its words need."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLayout, QLayoutItem, QSizePolicy, QWidget

from psyroom.ui.tokens import SPACE


class FlowLayout(QLayout):
    """Left to right, then the next line. Hidden widgets take no room."""

    def __init__(self, parent: QWidget | None = None, *, gap: int = 6) -> None:
        super().__init__(parent)
        self._items: list[QLayoutItem] = []
        self._gap = gap
        self.setContentsMargins(0, 0, 0, 0)

    def addItem(self, item: QLayoutItem) -> None:
        self._items.append(item)

    def count(self) -> int:
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:  # type: ignore[override]
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return self._place(QRect(0, 0, width, 0), move=False)

    def setGeometry(self, rect: QRect) -> None:
        super().setGeometry(rect)
        self._place(rect, move=True)

    def sizeHint(self) -> QSize:
        return self.minimumSize()

    def minimumSize(self) -> QSize:
        size = QSize()
        for item in self._items:
            size = size.expandedTo(item.minimumSize())
        return size

    def _place(self, rect: QRect, *, move: bool) -> int:
        """Lines broken at the width, what is lower than its line in the middle of it; the height they take."""
        lines: list[list[tuple[QLayoutItem, int, QSize]]] = [[]]
        x = rect.x()
        for item in self._items:
            if item.isEmpty():
                continue
            size = item.sizeHint()
            if x > rect.x() and x + size.width() > rect.right() + 1:
                x = rect.x()
                lines.append([])
            lines[-1].append((item, x, QSize(min(size.width(), rect.width()), size.height())))
            x += size.width() + self._gap
        y = rect.y()
        for line in lines:
            tall = max((size.height() for _, _, size in line), default=0)
            for item, left, size in line if move else ():
                item.setGeometry(QRect(QPoint(left, y + (tall - size.height()) // 2), size))
            y += tall + self._gap
        return y - self._gap - rect.y()


class Flow(QWidget):
    """A widget with such a layout; `set([...])` replaces what it holds."""

    def __init__(self, *widgets: QWidget, gap: int = 6) -> None:
        super().__init__()
        self._flow = FlowLayout(self, gap=gap)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        for widget in widgets:
            self._flow.addWidget(widget)

    def add(self, widget: QWidget) -> QWidget:
        self._flow.addWidget(widget)
        return widget

    def set(self, widgets: list[QWidget]) -> None:
        while self._flow.count():
            item = self._flow.takeAt(0)
            gone = item.widget() if item is not None else None
            if gone is not None:
                gone.hide()
                gone.deleteLater()
        for widget in widgets:
            self._flow.addWidget(widget)
        self.updateGeometry()


class Tall(QWidget):
    """The widget inside a scroll area: as tall as its words need at its width.

    Qt asks a scrolled widget for its height without telling the width, and so leaves room for lines that never come.
    """

    def minimumSizeHint(self) -> QSize:
        hint, layout = super().minimumSizeHint(), self.layout()
        if layout is None or not layout.hasHeightForWidth() or self.width() < hint.width():
            return hint
        return QSize(hint.width(), layout.totalHeightForWidth(self.width()))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.oldSize().width() != event.size().width():
            self.updateGeometry()


def beside(*widgets: QWidget) -> QHBoxLayout:
    """Widgets side by side, from the left."""
    line = QHBoxLayout()
    line.setSpacing(SPACE)
    for widget in widgets:
        line.addWidget(widget)
    line.addStretch(1)
    return line


def empty_layout(layout: QLayout) -> None:
    """Take everything out of a layout, layouts within it too."""
    while layout.count():
        item = layout.takeAt(0)
        if item is None:
            continue
        if (gone := item.widget()) is not None:
            gone.hide()
            gone.deleteLater()
        elif (inner := item.layout()) is not None:
            empty_layout(inner)
