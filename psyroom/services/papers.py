"""Papers of booking: slips for those who have one, notes for class teachers, the door's timetable, a sheet for a day
without power. Made in memory and returned; none says why anyone comes. The list of a day is `sheets.tomorrow`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlmodel import Session

from psyroom.records.booking import CHANNELS, CLIENTS
from psyroom.records.office import DeskState
from psyroom.reports import day_sheet as sheet_of_day
from psyroom.reports import door, slips
from psyroom.reports.recovery import chinese_date
from psyroom.rules.time import WEEKDAYS, day_name, day_span, monday_of, short_day
from psyroom.rules.typed import clock, span
from psyroom.services.clients import Names
from psyroom.services.openings import plan_between
from psyroom.services.school import SchoolContext, context
from psyroom.services.sheets import Made
from psyroom.store.questions import booking as ask
from psyroom.store.questions import groups as ask_groups
from psyroom.store.room import Room

NEUTRAL = "class-slip-neutral"
"""Under this name the room remembers whether teachers' notes name the counselling room."""

ROOM = "心理辅导室"  # where no room is named


@dataclass(frozen=True, repr=False)
class Choosable:
    """A booking that is still expected, as a list for choosing shows it; `slips`: how many it gives (a group's members
    one each)."""

    id: str
    day: date
    span: str
    who: str
    class_name: str
    person_name: str
    client: str
    slips: int


@dataclass(frozen=True, repr=False)
class _Comer:
    """One who is to come for one booking."""

    booking: ask.BookingRow
    name: str
    class_name: str
    order: tuple[Any, ...]
    student: str = ""


# ---- who is expected -------------------------------------------------------------------------------------------


def choosable(room: Room, first: date, last: date) -> list[Choosable]:
    """The bookings of the days that wait for somebody, in order of time."""
    school = context(room)
    with room.read() as session:
        rows = _expected(session, first, last)
        names = Names.of(session, school, rows)
        count = {b.id: sum(1 for _ in _comers(session, school, [b])) for b in rows if b.client == "group"}
    return [
        Choosable(
            b.id, b.day, span(b.starts, b.ends), names.who(b), names.class_of(b, b.day),
            school.people.get(b.person, ""), b.client, count.get(b.id, 1),
        )
        for b in rows
    ]  # fmt: skip


def _expected(session: Session, first: date, last: date, chosen: Collection[str] | None = None) -> list[ask.BookingRow]:
    return [b for b in ask.bookings(session, first, last) if b.outcome == "open" and (chosen is None or b.id in chosen)]


def _comers(session: Session, school: SchoolContext, rows: Sequence[ask.BookingRow]) -> Iterator[_Comer]:
    """Everybody who is to come; of a group every member of that day."""
    groups = {b.group_no for b in rows if b.client == "group"}
    members: list[Any] = []
    if groups:
        members = ask_groups.members(session, min(b.day for b in rows), max(b.day for b in rows), groups)
    names = Names.of(session, school, rows)
    children = ask.students(session, [m.student for m in members])
    for b in rows:
        if b.client != "group":
            student = names.students.get(b.student)
            yield _Comer(b, names.who(b), names.class_of(b, b.day), _order(student), b.student)
            continue
        for m in members:
            child = children.get(m.student)
            if m.no != b.group_no or child is None or not m.since <= b.day <= (m.until or b.day):
                continue
            named = school.class_name(child.stage, child.cohort, child.class_no, b.day)
            yield _Comer(b, child.name, named, _order(child), m.student)


def _order(student: Any) -> tuple[Any, ...]:
    return (student.stage, -student.cohort, student.class_no) if student is not None else ("~", 0, 0)


def teacher(name: str) -> str:
    """陈静 → 陈静老师; 陈老师 stays."""
    return name if not name or name.endswith("老师") else f"{name}老师"


def _days(first: date, last: date) -> str:
    return day_name(first) if first == last else day_span(first, last)


def _file_days(first: date, last: date) -> str:
    return first.isoformat() if first == last else f"{first.isoformat()}_{last.isoformat()}"


# ---- slips -----------------------------------------------------------------------------------------------------


def booking_slips(room: Room, first: date, last: date, *, chosen: Collection[str] | None = None) -> Made:
    """A slip for everybody who is still expected on the days, four to a page; of the `chosen` bookings alone if given."""
    school = context(room)
    with room.read() as session:
        comers = list(_comers(session, school, _expected(session, first, last, chosen)))
    made = [
        slips.BookingSlip(
            c.name,
            c.class_name,
            day_name(c.booking.day),
            span(c.booking.starts, c.booking.ends),
            _place(school, c.booking),
            teacher(school.people.get(c.booking.person, "")),
            comes=c.booking.channel == "in_person",
        )
        for c in sorted(comers, key=lambda c: (c.booking.day, c.booking.starts, c.order, c.name))
    ]
    pdf, missing = slips.booking_slips(school.title, made, school.practice)
    return Made(f"预约条_{_file_days(first, last)}", pdf, None, missing, _students(comers))


def _place(school: SchoolContext, booking: ask.BookingRow) -> str:
    if booking.channel != "in_person":
        return CHANNELS[booking.channel]
    return school.places.get(booking.place, "") or ROOM


def class_slips(
    room: Room, first: date, last: date, *, chosen: Collection[str] | None = None, neutral: bool | None = None
) -> Made:
    """For each class teacher who is to be let go and until when; students only, who come in person. `neutral`: 到校内找
    陈老师 in place of the room (None: as the school chose)."""
    school = context(room)
    plain = is_neutral(room) if neutral is None else neutral
    with room.read() as session:
        comers = list(_comers(session, school, _expected(session, first, last, chosen)))
    classes: dict[tuple[Any, ...], list[tuple[tuple[Any, ...], slips.LetGo]]] = {}
    comers = [c for c in comers if c.booking.client in ("student", "group") and c.booking.channel == "in_person"]
    for c in comers:
        b = c.booking
        whom = teacher(school.people.get(b.person, "")) or "老师"
        where = f"到校内找{whom}" if plain else f"{_place(school, b)}，找{whom}"
        note = slips.LetGo(c.name, day_name(b.day), clock(b.starts), clock(b.ends), where)
        classes.setdefault((*c.order, c.class_name or "班级未登记"), []).append(((b.day, b.starts, c.name), note))
    listed = [
        (key[-1], [note for _, note in sorted(found, key=lambda one: one[0])])
        for key, found in sorted(classes.items(), key=lambda item: item[0])
    ]
    pdf, missing = slips.class_slips(school.title, _days(first, last), listed, school.practice)
    return Made(f"班主任通知条_{_file_days(first, last)}", pdf, None, missing, _students(comers))


def _students(comers: Sequence[_Comer]) -> tuple[str, ...]:
    """Whom a paper names, each once."""
    return tuple(dict.fromkeys(c.student for c in comers if c.student))


def is_neutral(room: Room) -> bool:
    """Whether teachers' notes leave the counselling room unnamed."""
    with room.read() as session:
        row = session.get(DeskState, NEUTRAL)
        return row is not None and row.value == "1"


def set_neutral(room: Room, neutral: bool) -> None:
    """Remember for this room how teachers' notes say where to go."""
    with room.aside() as session:
        session.merge(DeskState(id=NEUTRAL, value="1" if neutral else ""))


# ---- for the door ------------------------------------------------------------------------------------------------


def door_week(room: Room, monday: date) -> Made:
    """When the room is open in the week, who is there, which days are holidays: for anybody's eyes, so no bookings."""
    school, monday = context(room), monday_of(monday)
    sunday = monday + timedelta(days=6)
    plan = plan_between(room, monday, sunday)
    days = []
    for day in (monday + timedelta(days=n) for n in range(7)):
        bands: dict[tuple[int, int], list[str]] = {}
        for slot in plan:
            if slot.day == day:
                bands.setdefault((slot.starts, slot.ends), []).append(teacher(school.people.get(slot.person, "")))
        if day.weekday() > 4 and not bands:
            continue  # nobody expects the room to be open
        days.append(
            door.DoorDay(
                f"周{WEEKDAYS[day.weekday()]}",
                short_day(day),
                tuple(
                    door.DoorBand(span(*hours), "、".join(dict.fromkeys(filter(None, people))))
                    for hours, people in sorted(bands.items())
                ),
                school.calendar.name_of(day) if school.calendar.is_holiday(day) else "",
            )
        )
    number = school.term_on(monday).week_of(monday)
    week = (f"第{number}周　" if number else "") + _days(monday, sunday)
    pdf, missing = door.door_sheet(school.title, week, days, school.practice)
    return Made(f"开放时间_{monday.isoformat()}", pdf, None, missing)


# ---- for a day without power -------------------------------------------------------------------------------------


def day_sheet(room: Room, day: date, *, with_bookings: bool = False) -> Made:
    """A sheet to write a day on by hand, with the planned duty; `with_bookings` prints in who is expected."""
    school = context(room)
    planned = [
        sheet_of_day.PlannedDuty(school.people.get(slot.person, ""), span(slot.starts, slot.ends))
        for slot in plan_between(room, day, day)
    ]
    expected: list[sheet_of_day.ExpectedVisit] = []
    named: tuple[str, ...] = ()
    if with_bookings:
        with room.read() as session:
            rows = _expected(session, day, day)
            names = Names.of(session, school, rows)
        named = tuple(dict.fromkeys(b.student for b in rows if b.student))
        expected = [
            sheet_of_day.ExpectedVisit(
                span(b.starts, b.ends), names.who(b), names.class_of(b, day), CLIENTS[b.client],
                school.people.get(b.person, ""),
            )
            for b in rows
        ]  # fmt: skip
    shown = f"{chinese_date(day)}　周{WEEKDAYS[day.weekday()]}"
    pdf, missing = sheet_of_day.day_sheet(school.title, shown, planned, expected, school.practice)
    return Made(f"日记录表_{day.isoformat()}", pdf, None, missing, named)
