"""The roster from a file: a dry run, one deed, and taking it out again.

work = plan(room, path)          # a generator: progress, then a RosterPlan
deed = take(room, plan)          # one deed over both files, undoable
"""

from __future__ import annotations

import json
from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import insert, update
from sqlmodel import Session, SQLModel

from psyroom.errors import Refused
from psyroom.intake.children import original
from psyroom.intake.header import CHOOSABLE, FIELDS
from psyroom.intake.reading import read_book
from psyroom.intake.roster import read_roster
from psyroom.records.fields import Fields
from psyroom.records.school import GradeNaming
from psyroom.records.students import (
    ColumnMap,
    Student,
    StudentDetail,
    StudentDetailFields,
    StudentFields,
    StudentLabel,
    StudentQuestion,
)
from psyroom.rules.time import school_year_of
from psyroom.services.history import IMPORT
from psyroom.services.rights import needs_counsellor
from psyroom.services.roster_plan import KINDS, Change, Item, Planner, RosterPlan, Writes
from psyroom.services.school import context
from psyroom.store import history
from psyroom.store.questions import roster as ask
from psyroom.store.room import Room

__all__ = ["CHOOSABLE", "FIELDS", "KINDS", "LABEL", "Change", "Item", "ProblemTable", "RosterPlan", "plan",
           "problems_sheet", "take", "take_out"]  # fmt: skip

LABEL = IMPORT
_KIND = "roster"

Progress = Generator[tuple[int, int], None, RosterPlan]


def plan(
    room: Room,
    path: Path | str,
    *,
    mapping: Mapping[str, str] | None = None,
    classes: Mapping[str, tuple[str, int, int]] | None = None,
) -> Progress:
    """A dry run: what each row of the file would do. Yields (done, total); nothing is written.

    `mapping`: column key → field code (`FIELDS`), corrections of the recognised columns; `classes`: spelling → (stage,
    cohort, class number), answers to `RosterPlan.spellings`. Raises NeedsCounsellor, BadFile and its kin.
    """
    needs_counsellor(room)
    yield 0, 3
    book = read_book(path)
    yield 1, 3
    school, day = context(room), room.today()
    with room.snapshot() as session:
        stamp = ask.stamp(session)
        stored = ask.everybody(session)
        remembered = ask.column_maps(session, _KIND)
    read = read_roster(
        book,
        school_stage=school.stage,
        system=school.system,
        year=school_year_of(day),
        mapping=mapping,
        classes=classes,
        remembered=remembered,
    )
    yield 2, 3
    made = Planner(read, stored, school, day).make()
    made.stamp = stamp
    if mapping and read.mapping != remembered.get(read.digest):
        made.writes.mapping = read.mapping
    return made


def take(room: Room, made: RosterPlan) -> str:
    """Write what the plan says as one deed; returns its id, empty where there was nothing to write.

    Raises Refused where the room has changed since the plan was made.
    """
    needs_counsellor(room)
    writes = made.writes
    if writes.empty:
        return ""
    with room.write(LABEL) as deed:
        if ask.stamp(deed.session) != made.stamp:
            raise Refused(why="预览之后房间里的资料又有改动，请重新预览一次再导入。")
        _write(deed.session, made, writes)
    return deed.id


def _write(session: Session, made: RosterPlan, writes: Writes) -> None:
    for model, rows in (
        (Student, _whole(StudentFields, writes.students)),
        (StudentDetail, _whole(StudentDetailFields, writes.details)),
        (StudentLabel, writes.labels),
        (StudentQuestion, writes.questions),
    ):
        if rows:
            session.execute(insert(_table(model)), rows)
    for model, changes in ((Student, writes.desk_changes), (StudentDetail, writes.detail_changes)):
        table = _table(model)
        for student, values in changes.items():
            session.execute(update(table).where(table.c.id == student).values(**values))
    labels = _table(StudentLabel)
    for place, detail in writes.label_details.items():
        session.execute(update(labels).where(labels.c.id == place).values(detail=detail))
    for stage, style in writes.namings.items():
        row = session.get(GradeNaming, stage) or GradeNaming(id=stage)
        row.style = style
        session.add(row)
    if writes.mapping is not None:
        remembered = session.get(ColumnMap, made.digest) or ColumnMap(id=made.digest, kind=_KIND, mapping="")
        remembered.mapping = json.dumps(writes.mapping, ensure_ascii=False)
        session.add(remembered)
    session.flush()


def _whole(fields: type[Fields], rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """New rows validated, with the records' defaults."""
    return [{"id": row["id"], **fields.model_validate(row).model_dump()} for row in rows]


def _table(model: type[SQLModel]) -> Any:
    return model.__table__  # type: ignore[attr-defined]


# ---- taking it out --------------------------------------------------------------------------------------------


def take_out(room: Room, deed_id: str) -> list[str]:
    """Undo an import as far as nothing has been built on it: returns the names of the students that stay.

    A student stays whole, with details and labels, when the entry was changed since or a booking or visit names it.
    """
    needs_counsellor(room)
    touched = {ref for _, ref in history.touched_since(room, deed_id)}
    with room.snapshot() as session:
        owners = ask.owners(session, deed_id)
        elsewhere = ask.named_elsewhere(session, deed_id)
        names = ask.names(session)
    staying = {owners.get(ref, ref) for ref in touched} | elsewhere

    def keeps(step: history.Step) -> bool:
        return owners.get(step.ref, step.ref) in staying

    _, kept = history.undo_except(room, deed_id, keeps)
    return sorted({names[owner] for step in kept if (owner := owners.get(step.ref, step.ref)) in names})


# ---- the sheet of questions -----------------------------------------------------------------------------------


@dataclass
class ProblemTable:
    """A table to be saved as xlsx: the original columns, and the question. `marked` are the rows that were refused."""

    columns: list[str]
    rows: list[list[str]] = field(default_factory=list)
    marked: set[int] = field(default_factory=set)


def problems_sheet(made: RosterPlan) -> ProblemTable:
    """Every row with a question or refused, as it stood in the file, with a 问题 column in front of it."""
    headers = list(made.headers.values())
    widest = max(headers, key=len, default=[])
    table = ProblemTable(["问题", "工作表", "行", *(text or f"第{place}列" for place, text in enumerate(widest, 1))])
    for item in made.items:
        if not item.problems:
            continue
        cells = original(made.cells.get((item.sheet, item.row, item.name), []))
        cells += [""] * (len(widest) - len(cells))
        if item.kind == "refused":
            table.marked.add(len(table.rows))
        reasons = "；".join(problem.reason for problem in item.problems)
        table.rows.append([reasons, item.sheet, str(item.row), *cells[: len(widest)]])
    return table
