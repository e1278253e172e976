"""Two columns that become one where there is no room for both."""

from __future__ import annotations

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QVBoxLayout, QWidget

from psyroom.ui import tokens
from psyroom.ui.tokens import SPACE

NARROW = 940
"""Less than this (at 100 %) is too narrow for a table beside a chart."""


class Columns(QWidget):
    """Two columns, one under the other where a side sheet or large text leaves no room for both."""

    def __init__(self, left: QVBoxLayout, right: QWidget, *, narrow: int = NARROW) -> None:
        super().__init__()
        self._narrow = narrow
        self._across = QHBoxLayout(self)
        self._across.setContentsMargins(0, 0, 0, SPACE)
        self._across.setSpacing(SPACE * 2)
        self._across.addLayout(left, 11)
        self._across.addWidget(right, 9)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        narrow = event.size().width() < tokens.now().px(self._narrow)
        way = QBoxLayout.Direction.TopToBottom if narrow else QBoxLayout.Direction.LeftToRight
        if self._across.direction() != way:
            self._across.setDirection(way)
