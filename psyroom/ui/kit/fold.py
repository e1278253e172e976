"""Something that is not always wanted: one quiet line, opened by a press."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from psyroom.ui.icons import wear
from psyroom.ui.kit.texts import link


class Fold(QWidget):
    """`words` to press and, when open, the widget under it. `turned` fires with whether it is open.

    Several in one line: put each one's `head` into a row and let the fold itself take room only when it is open (`apart`).
    """

    turned = Signal(bool)

    def __init__(self, words: str, inner: QWidget, *, is_open: bool = False, apart: bool = False) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        self.head = link(words, self.turn)
        self._apart = apart
        if not apart:
            column.addWidget(self.head, 0, Qt.AlignmentFlag.AlignLeft)
        self.inner = inner
        column.addWidget(inner)
        self._open = is_open
        inner.setHidden(not is_open)
        if apart:
            self.hide()
        self._dress()

    def is_open(self) -> bool:
        return self._open

    def turn(self) -> None:
        """A press: open it and go in, or close it."""
        self.set_open(not self._open)
        if self._open:
            proxy = getattr(self.inner, "focus_first", self.inner.setFocus)
            proxy()

    def set_open(self, on: bool) -> None:
        if on == self._open:
            return
        self._open = on
        self.inner.setVisible(on)
        if self._apart:
            self.setVisible(on)
        self._dress()
        self.turned.emit(on)

    def _dress(self) -> None:
        wear(self.head, "caret-down" if self._open else "caret-right", "accent")
        self.head.setAccessibleDescription("已展开" if self._open else "已收起")
