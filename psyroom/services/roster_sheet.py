"""The rows of a roster with a question, as an xlsx for the office: as they stood in the file, with what is to be checked."""

from __future__ import annotations

from pathlib import Path

from psyroom.reports.xlsx import table_xlsx
from psyroom.services import exports
from psyroom.services.rights import needs_counsellor
from psyroom.services.roster import RosterPlan, problems_sheet
from psyroom.store.questions import roster as ask
from psyroom.store.room import Room

NAME = "名册待核实"


def problems_xlsx(plan: RosterPlan, *, practice: bool = False) -> bytes:
    """The workbook: 问题 in front, then the sheet and row it stood in, then the original columns."""
    table = problems_sheet(plan)
    return table_xlsx("", table.columns, table.rows, sheet=NAME, landscape=True, practice=practice, marked={0})


def save_problems(room: Room, plan: RosterPlan, target: Path) -> Path:
    """Write it where the person said, with its line in the register: it is the office's own list that goes back to the
    office. Raises NeedsCounsellor, Refused (the room's own folder), CannotWriteFile."""
    needs_counsellor(room)
    target = target if target.suffix.lower() == ".xlsx" else target.with_name(f"{target.name}.xlsx")
    files = {target.name: problems_xlsx(plan, practice=room.practice)}
    with room.read() as session:
        before = ask.stamp(session)
    (path,) = exports.put(room, files, target.parent, kind=NAME, students=(), reason="核对名册", receiver="教务处")
    if plan.stamp == before:  # the line in the register changes no student: the dry run holds as it did
        with room.read() as session:
            plan.stamp = ask.stamp(session)
    return path
