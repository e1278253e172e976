"""What takes the calendar's place for a while: the papers, and the grid for a day that was written by hand."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QWidget

if TYPE_CHECKING:
    from psyroom.ui.pages.bookings import Here


class Beside:
    """Belongs to the page 预约; `back` shows the calendar again."""

    def __init__(self, page: Here) -> None:
        self.page = page

    def print_papers(self, what: str = "list", day: date | None = None) -> None:
        """Papers and the calendar file, each seen before it leaves; `what` as `bookings_print.PAPERS`."""
        from psyroom.ui.pages.bookings_print import PrintChooser

        page = self.page
        self._show(PrintChooser(page.room, page.shell, page.now().date(), self.back, what=what, day=day))

    def key_in(self, day: date | None = None) -> None:
        """A day that was written by hand, today's if no other is named."""
        from psyroom.ui.pages.back_entry import BackEntry

        page = self.page
        self._show(BackEntry(page.room, page.shell, day or page.now().date(), self.back))

    def open(self, target: Mapping[str, Any]) -> bool:
        """`print`: a paper (with `day`), `key_in`: a day's record on paper. Whether either was asked for."""
        if what := target.get("print"):
            self.print_papers(str(what), target.get("day"))
        elif isinstance(day := target.get("key_in"), date):
            self.key_in(day)
        else:
            return False
        return True

    def _show(self, widget: QWidget) -> None:
        self.back()
        self.page.sheet.shut()
        self.page.stack.addWidget(widget)
        self.page.stack.setCurrentWidget(widget)

    def back(self) -> None:
        """The calendar again; what stood in its place goes."""
        page = self.page
        there = page.stack.currentWidget()
        if there is None or there is page.browse:
            return
        page.stack.setCurrentWidget(page.browse)
        page.stack.removeWidget(there)
        there.deleteLater()
        page.grid.setFocus()
