"""The rows of a roster with a question, as an xlsx for the office: as they stood in the file, with what is to be checked."""

from __future__ import annotations

from pathlib import Path

from psyroom.reports.xlsx import table_xlsx
from psyroom.services.outgoing import put
from psyroom.services.roster import RosterPlan, problems_sheet
from psyroom.store.room import Room

NAME = "名册待核实"


def problems_xlsx(plan: RosterPlan, *, practice: bool = False) -> bytes:
    """The workbook: 问题 in front, then the sheet and row it stood in, then the original columns."""
    table = problems_sheet(plan)
    return table_xlsx("", table.columns, table.rows, sheet=NAME, landscape=True, practice=practice, marked={0})


def save_problems(room: Room, plan: RosterPlan, target: Path) -> Path:
    """Write it where the person said. Raises Refused (the room's own folder), CannotWriteFile."""
    target = target if target.suffix.lower() == ".xlsx" else target.with_name(f"{target.name}.xlsx")
    return put(room, {target.name: problems_xlsx(plan, practice=room.practice)}, target.parent)[0]
