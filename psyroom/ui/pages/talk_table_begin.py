"""Before a class is chosen: what the table is for, and the classes that are waiting for it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Signal

from psyroom.services.coverage import ClassLine
from psyroom.ui.kit import Card, Row, RowList

MOST = 7
"""Classes that are offered."""


class Waiting(Card):
    """`chosen` with the key of a class."""

    chosen = Signal(str)

    def __init__(self) -> None:
        super().__init__("录哪个班？", "日期和谈话人在上面写一次，每名学生一行，回车往下走；没有写的行不算。")
        self.lists = RowList([], limit=MOST)
        self.add(self.lists)

    def show_lines(self, lines: Sequence[ClassLine], begun: Sequence[str]) -> None:
        """The classes that are not done, those begun and not saved (`begun`: their keys) before the others."""
        waiting = sorted(
            (line for line in lines if line.left or line.key in begun),
            key=lambda line: (line.key not in begun, -line.left),
        )
        self.lists.set_rows(
            [
                Row(
                    line.name,
                    " · ".join(filter(None, (line.teacher, f"{line.students} 人，已谈 {line.talked}"))),
                    stripe="amber" if line.key in begun else "",
                    tags=[("有没存的", "amber")] if line.key in begun else [(f"还要谈 {line.left} 人", "")],
                    open=partial(self.chosen.emit, line.key),
                    key=line.key,
                )
                for line in waiting[:MOST]
            ]
        )
        self.setVisible(bool(waiting))
