"""What every page of the sidebar is: built when first shown, kept, told what changed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from psyroom.ui.kit import SideSheet
from psyroom.ui.tokens import SPACE

if TYPE_CHECKING:
    from psyroom.store.room import Room
    from psyroom.ui.window import Shell


class Page(QWidget):
    """Base of a page. Its content goes into `self.body`; a `SideSheet` is added to `self.across` at the right.

    Override `refresh(kinds)` (records of these kinds changed; empty: everything), `shown()` (the page came to the
    front), `open(**target)` (go to one item), `badge()` (a count for the sidebar, None for none).
    """

    counts = False  # its badge counts something, so it is kept up to date also out of sight

    def __init__(self, room: Room, shell: Shell) -> None:
        super().__init__()
        self.room, self.shell = room, shell
        self.setObjectName("page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.across = QHBoxLayout(self)
        self.across.setContentsMargins(0, 0, 0, 0)
        self.across.setSpacing(0)
        self.main = QWidget()
        self.body = QVBoxLayout(self.main)
        self.body.setContentsMargins(SPACE * 4, SPACE * 3, SPACE * 4, SPACE * 3)
        self.body.setSpacing(SPACE * 2)
        self.across.addWidget(self.main, 1)

    def refresh(self, kinds: set[str]) -> None:
        """Records of these kinds changed (table names such as `booking`); empty means anything may have."""

    def shown(self) -> None:
        """The page came to the front."""

    def open(self, **target: Any) -> None:
        """Go to one item of the page."""

    def help_topic(self) -> str:
        """The topic of the help that fits what is in sight: what the body of an open side sheet, or what stands in the
        place of the page, names in an attribute `help_topic` of its class; empty: the page's own topic."""
        found: Iterable[SideSheet] = self.findChildren(SideSheet)
        sheets = [sheet.body() for sheet in found if sheet.isVisible()]
        instead = getattr(self, "stack", None)
        there = [*sheets, instead.currentWidget() if instead is not None else None]
        return next((named for w in there if (named := getattr(w, "help_topic", "")) and isinstance(named, str)), "")

    def badge(self) -> int | None:
        return None
