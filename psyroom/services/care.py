"""需要重点关爱: a dated mark on the confidential side, by whom, on what ground, until when. The desk never learns of it.

The marks are the room's: every counsellor reads and changes them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlmodel import Session

from psyroom.errors import NotFound, NotValid, Refused
from psyroom.records.care import Care, CareFields
from psyroom.records.fields import checked
from psyroom.rules.coverage import under_care
from psyroom.rules.time import day_name
from psyroom.services.clients import Names, on_the_roll
from psyroom.services.rights import needs_counsellor
from psyroom.services.school import SchoolContext, context
from psyroom.store.questions import booking as ask_booking
from psyroom.store.questions import talks as ask
from psyroom.store.room import Room

SOON = 14
"""Days before its end from which a mark is spoken of."""


@dataclass(frozen=True, repr=False)
class CareSeen:
    """A mark. `who`: the name of the person who set it; `state`: active | ahead | ended | lifted on the day asked about."""

    id: str
    student: str
    since: date
    ground: str
    until: date | None
    lifted: date | None
    lifted_why: str
    person: str
    who: str
    state: str


@dataclass(frozen=True, repr=False)
class CareEnding:
    """A mark that ends soon or has ended and was neither prolonged nor lifted. `days`: until its last day, below 0 after."""

    id: str
    student: str
    who: str
    class_name: str
    until: date
    days: int


def mark(room: Room, student: str, values: Mapping[str, Any], now: datetime) -> str:
    """Mark a student from a day on. Returns the mark's id. Errors: `NotValid`, `Refused` where a mark holds already."""
    needs_counsellor(room)
    fields = _shaped({**values, "student": student}, now.date())
    with room.write("标记重点关爱") as deed:
        _known(deed.session, student)
        for row in ask.marks_of(deed.session, student):
            if under_care(row.since, row.until, row.lifted, max(fields.since, now.date())):
                raise Refused(
                    why=f"这名学生从 {day_name(row.since)} 起已经标记为需要重点关爱，请直接修改那一条，或先解除。"
                )
        found = Care(**fields.model_dump(), person=room.person.id)
        deed.session.add(found)
        return found.id


def change(room: Room, care_id: str, values: Mapping[str, Any]) -> None:
    """What a mark says, anew; `values` stand over what it says. Errors: `NotFound`, `NotValid`."""
    needs_counsellor(room)
    with room.write("修改重点关爱") as deed:
        row = _found(deed.session, care_id)
        was = {name: getattr(row, name) for name in CareFields.model_fields}
        fields = _shaped({**was, **values, "student": row.student}, room.today())
        if row.lifted is not None and row.lifted < fields.since:
            raise NotValid({"since": f"这个标记在 {day_name(row.lifted)} 已经解除，标记日期不能晚于那一天"})
        row.sqlmodel_update(fields.model_dump())
        deed.session.add(row)


def lift(room: Room, care_id: str, on: date, why: str) -> None:
    """From a day on a mark holds no longer, with the reason. Errors: `NotFound`, `NotValid`, `Refused` when it was lifted
    already."""
    needs_counsellor(room)
    with room.write("解除重点关爱") as deed:
        row = _found(deed.session, care_id)
        if row.lifted is not None:
            raise Refused(why=f"这个标记在 {day_name(row.lifted)} 已经解除了。")
        problems = {}
        if on < row.since:
            problems["lifted"] = "解除日期不能早于标记日期"
        if on > room.today():
            problems["lifted"] = "日期还没到，请填今天或以前的日期"
        if len(why.strip()) < 2:
            problems["lifted_why"] = "请写明为什么解除"
        elif len(why.strip()) > 100:
            problems["lifted_why"] = "解除原因太长，最多 100 个字"
        if problems:
            raise NotValid(problems)
        row.lifted, row.lifted_why = on, why.strip()
        deed.session.add(row)


def of_student(room: Room, student: str, day: date | None = None) -> list[CareSeen]:
    """A student's marks as they stand on a day (today), the newest first."""
    needs_counsellor(room)
    school = context(room)
    with room.read() as session:
        rows = ask.marks_of(session, student)
    return [_seen(row, school, day or room.today()) for row in rows]


def active(room: Room, day: date) -> dict[str, CareSeen]:
    """Who is under care on a day, by student: the newest mark that holds. Also of students who have left."""
    needs_counsellor(room)
    school = context(room)
    with room.read() as session:
        rows = ask.marks_of(session)
    found: dict[str, CareSeen] = {}
    for row in rows:
        if row.student not in found and under_care(row.since, row.until, row.lifted, day):
            found[row.student] = _seen(row, school, day)
    return found


def ending(room: Room, now: datetime, ahead: int = SOON) -> list[CareEnding]:
    """Marks of students who are here that end within some days or have ended, neither lifted nor followed by another;
    the earliest first."""
    needs_counsellor(room)
    school, today = context(room), now.date()
    with room.snapshot() as session:
        newest: dict[str, Any] = {}
        for row in ask.marks_of(session):
            newest.setdefault(row.student, row)
        rows = [
            row
            for row in newest.values()
            if row.lifted is None and row.until is not None and (row.until - today).days <= ahead
        ]
        students = ask_booking.students(session, [row.student for row in rows])
    names = Names(school, students)
    here = [row for row in rows if row.student in students and students[row.student].status == "present"]
    return [
        CareEnding(row.id, row.student, *names.student(row.student, today), row.until, (row.until - today).days)
        for row in sorted(here, key=lambda row: (row.until, row.id))
    ]


# ---- pieces -------------------------------------------------------------------------------------------------------


def _seen(row: Any, school: SchoolContext, day: date) -> CareSeen:
    if under_care(row.since, row.until, row.lifted, day):
        state = "active"
    elif row.lifted is not None and row.lifted <= day:
        state = "lifted"
    else:
        state = "ahead" if day < row.since else "ended"
    return CareSeen(
        row.id, row.student, row.since, row.ground, row.until, row.lifted, row.lifted_why, row.person,
        school.people.get(row.person, ""), state,
    )  # fmt: skip


def _found(session: Session, care_id: str) -> Care:
    row = session.get(Care, care_id)
    if row is None:
        raise NotFound(what="这个标记")
    return row


def _known(session: Session, student: str) -> None:
    if student not in ask_booking.students(session, [student]):
        raise NotValid({"student": "名册里没有这位学生了，请重新选一位"})
    on_the_roll(session, student)


def _shaped(values: Mapping[str, Any], today: date) -> CareFields:
    fields = checked(CareFields, values)
    problems = {}
    if fields.since > today:
        problems["since"] = "日期还没到，请填今天或以前的日期"
    if fields.until is not None and fields.until < fields.since:
        problems["until"] = "到期日不能早于标记日期"
    if not fields.student:
        problems["student"] = "请选一位学生：输入姓名、拼音首字母或学号"
    if problems:
        raise NotValid(problems)
    return fields
