"""What stands in a page's side sheet from top to bottom and follows what changes elsewhere."""

from __future__ import annotations

from typing import ClassVar

from PySide6.QtWidgets import QVBoxLayout, QWidget

from psyroom.store.room import Room
from psyroom.ui.kit.flow import beside
from psyroom.ui.tokens import SPACE
from psyroom.ui.window import Shell


class SideColumn(QWidget):
    """Read anew, while it is seen, when a record of one of the kinds `watched` has changed; not while it is `busy` with
    a deed of its own."""

    watched: ClassVar[frozenset[str]] = frozenset()

    def __init__(self, room: Room, shell: Shell) -> None:
        super().__init__()
        self.room, self.shell, self.busy = room, shell, False
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(SPACE + 4)
        shell.changed.connect(self._changed)

    def _changed(self, kinds: set[str]) -> None:
        if self.isVisible() and not self.busy and (not kinds or kinds & self.watched) and not self.room.closed:
            self.refresh()

    def refresh(self) -> None:
        """Read and show anew."""

    def row(self, *widgets: QWidget) -> None:
        """Side by side, from the left."""
        self.column.addLayout(beside(*widgets))
