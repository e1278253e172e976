"""What would fill the week: all of it by one button, or some of it; then the sheet for the door."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from psyroom.rules.spare import Spare
from psyroom.rules.time import WEEKDAYS
from psyroom.ui.kit import RowList, button, quiet, text
from psyroom.ui.pages.openings_rows import spare_row
from psyroom.ui.tokens import SPACE


def extra(parts: Sequence[Spare], person: str) -> list[dict[str, Any]]:
    """One-off openings in free stretches, as `openings.add_spare` takes them."""
    return [
        {"day": part.day, "starts": part.starts, "ends": part.starts + part.minutes, "person": person, "why": "extra"}
        for part in parts
    ]


class FillBar(QWidget):
    """`wanted` with the stretches to open additionally; `door` after they were made."""

    wanted = Signal(object)
    door = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._parts: list[Spare] = []
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE)
        row = QHBoxLayout()
        row.setSpacing(SPACE)
        self.all = button("", lambda: self.wanted.emit(list(self._parts)), icon_name="plus-circle", shortcut="Ctrl+J")
        row.addWidget(self.all)
        self.some = quiet("分别选", self._unfold, small=True)
        row.addWidget(self.some)
        row.addStretch(1)
        column.addLayout(row)
        self.rows = RowList()
        column.addWidget(self.rows)
        self.rows.hide()
        self.added = QWidget()
        done = QHBoxLayout(self.added)
        done.setContentsMargins(0, 0, 0, 0)
        done.setSpacing(SPACE)
        self._words = text("", "good")
        done.addWidget(self._words, 1)
        self.paper = button("打印门口时间表", self.door.emit, icon_name="printer", small=True)
        done.addWidget(self.paper)
        column.addWidget(self.added)

    def set_parts(self, parts: Sequence[Spare], added: Sequence[Spare]) -> None:
        """What is missing, and what was just opened."""
        self._parts = list(parts)
        self.all.setVisible(bool(parts))
        self.all.setText("加开这一段" if len(parts) == 1 else f"加开这 {len(parts)} 段")
        self.some.setVisible(len(parts) > 1)
        self.rows.set_rows([spare_row(part, partial(self.wanted.emit, [part])) for part in parts])
        if len(parts) < 2:
            self.rows.hide()
        names = "、".join(f"周{WEEKDAYS[p.day.weekday()]}{p.name}" for p in added)
        self._words.setText(f"已加开{names}，门口的时间表要换了。")
        self.added.setVisible(bool(added))
        self.setVisible(bool(parts or added))

    def offer_door(self) -> None:
        """The keyboard to the next step, where something was opened just now."""
        if self.added.isVisible():
            self.paper.setFocus()

    def _unfold(self) -> None:
        self.rows.setVisible(self.rows.isHidden())
