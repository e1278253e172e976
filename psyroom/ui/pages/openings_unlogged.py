"""Planned and past, but nobody signed in: written down as planned with one key, or left alone."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Signal

from psyroom.rules.plan import PlanSlot
from psyroom.rules.time import WEEKDAYS
from psyroom.rules.typed import span
from psyroom.services.school import SchoolContext
from psyroom.ui.kit import Card, Row, RowList, button


class Unlogged(Card):
    """`wanted` with the slots to write down as they were planned."""

    wanted = Signal(object)

    def __init__(self) -> None:
        super().__init__("计划了，还没有记录", "真的开了才补记；没开就不用管，计划不会自己变成记录。", tone="sunken")
        self._slots: list[PlanSlot] = []
        self.rows = RowList(limit=14)
        self.add(self.rows)
        self.all = button("都开了，全部按计划补记", lambda: self.wanted.emit(self._slots), icon_name="check")
        self.add(self.all)
        self.hide()

    def set_slots(self, slots: Sequence[PlanSlot], school: SchoolContext) -> None:
        self._slots = list(slots)
        self.rows.set_rows([self._row(slot, school) for slot in slots])
        self.all.setVisible(len(slots) > 1)
        self.setVisible(bool(slots))

    def _row(self, slot: PlanSlot, school: SchoolContext) -> Row:
        return Row(
            what=f"周{WEEKDAYS[slot.day.weekday()]} {span(slot.starts, slot.ends)}",
            detail=school.people.get(slot.person, ""),
            lead=f"{slot.day.month:02d}-{slot.day.day:02d}",
            action=("按计划补记", partial(self.wanted.emit, [slot])),
        )
