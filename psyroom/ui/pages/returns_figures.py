"""A return's tables as figures one can open: every number leads to the records behind it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from psyroom.reports.tables import Cell, Content, Figure, Sheet, Table, groups
from psyroom.ui.kit import Card, Elided, quiet, text
from psyroom.ui.tokens import SPACE

LONG = 11
"""Characters above which a remark gives way to the figures beside it."""

CENTRE = Qt.AlignmentFlag.AlignCenter


class Figures(QWidget):
    """All tables of a return under each other. `opened` carries a figure and where it stands (row · column)."""

    opened = Signal(object, str)

    def __init__(self) -> None:
        super().__init__()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, SPACE, 0)
        self._column.setSpacing(SPACE * 2)
        self.buttons: dict[str, QPushButton] = {}

    def set_sheets(self, sheets: Sequence[Sheet]) -> None:
        while self._column.count():
            item = self._column.takeAt(0)
            if (gone := item.widget()) is not None:
                gone.hide()
                gone.deleteLater()
        self.buttons = {}
        for sheet in sheets:
            for table in sheet.tables:
                self._column.addWidget(self._card(table))
        self._column.addStretch(1)

    def _card(self, table: Table) -> Card:
        card = Card(table.heading.replace("\n", "　"))
        grid = QGridLayout()
        grid.setHorizontalSpacing(SPACE)
        grid.setVerticalSpacing(2)
        has_groups = any(column.group for column in table.columns)
        for group, start, end in groups(table.columns) if has_groups else ():
            if group:
                grid.addWidget(self._label(group, "small"), 0, start, 1, end - start, CENTRE)
        top = int(has_groups)
        for at, column in enumerate(table.columns):
            grid.addWidget(self._label(column.title.replace("\n", ""), "small"), top, at, CENTRE)
            grid.setColumnStretch(at, max(1, round(column.width * 10)))
        for down, row in enumerate(table.rows, top + 1):
            at, first, named = 0, "", table.columns[0].title.replace("\n", "")
            for cell in row.cells:
                span = cell.span if isinstance(cell, Cell) else 1
                title = table.columns[at].title.replace("\n", "")
                grid.addWidget(self._content(cell, f"{named} {first} · {title}".strip(), row.total), down, at, 1, span)
                first = first or (cell if isinstance(cell, str) else cell.text).replace("　", "")
                at += span
        card.body.addLayout(grid)
        return card

    def _label(self, words: str, kind: str) -> QLabel:
        made = text(words, kind, wrap=False, tabular=True)
        made.setAlignment(CENTRE)
        return made

    def _content(self, cell: Content, where: str, total: bool) -> QWidget:
        if isinstance(cell, Figure) and cell.id:
            made = quiet(cell.text, partial(self.opened.emit, cell, where), small=True, tip="看看是哪些记录")
            made.setAccessibleName(f"{where} {cell.text}")
            made.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Fixed)
            self.buttons[cell.id] = made
            return made
        words = cell if isinstance(cell, str) else cell.text
        if len(words) > LONG:
            return Elided(words, "soft")
        return self._label(words, "strong" if total else "")
