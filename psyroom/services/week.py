"""What a week calendar shows, of one moment: plan, lessons, holidays, bookings and visits with the names to paint."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlmodel import Session

from psyroom.records.booking import OUTCOMES
from psyroom.records.events import EVENTS, HELD
from psyroom.records.students import STUDENT_STAGES
from psyroom.rules.plan import OneOff, TemplateSlot, Turn, plan_of_day
from psyroom.rules.time import monday_of as monday_of
from psyroom.services.clients import Names
from psyroom.services.school import SchoolContext, context
from psyroom.store.questions import booking as ask
from psyroom.store.questions import events as ask_events
from psyroom.store.questions import groups as ask_groups
from psyroom.store.questions import rota as ask_rota
from psyroom.store.room import Room

LEAST_SHOWN = 25  # minutes a card of somebody still inside takes at least


@dataclass(frozen=True)
class Band:
    """A stretch of a day; `person` and `place` are ids, empty where it holds for all."""

    starts: int
    ends: int
    person: str = ""
    place: str = ""
    name: str = ""


@dataclass(frozen=True, repr=False)
class Entry:
    """A card on the calendar: a booking (with the visit it became), a visit nobody had booked, or an entry that is nobody's
    counselling (`event_kind` of `records.events.EVENTS`, `outcome` then of `HELD`, `who` its title, `client` empty).

    `ends` of somebody still inside is the present minute, `inside` says so. `members`: the names of a group's members on
    that day.
    """

    kind: str  # booking, visit, event
    id: str
    day: date
    starts: int
    ends: int
    who: str
    class_name: str
    student: str
    client: str
    name: str
    group_no: int
    size: int
    form: str
    channel: str
    way: str
    outcome: str
    follow_up: str
    person: str
    person_name: str
    place: str
    place_name: str
    visit: str = ""
    inside: bool = False
    closed: bool = False
    series: str = ""
    event_kind: str = ""
    members: tuple[str, ...] = ()
    stage: str = ""
    cohort: int = 0
    class_no: int = 0

    @property
    def standing(self) -> bool:
        """Whether it keeps its slot taken."""
        return self.outcome in ("open", "arrived", "late", "held")

    @property
    def state(self) -> str:
        """One quiet word for how it stands."""
        if self.kind == "event":
            return HELD[self.outcome]
        if self.inside:
            return "正在"
        if self.visit and not self.closed:
            return "待结束"
        return OUTCOMES[self.outcome] if not self.closed else "已完成"


@dataclass(frozen=True)
class Day:
    """A day's ground and cards. `name`: 国庆节, 调休上课 …; `assumed`: nobody has said whether lessons are held."""

    day: date
    name: str
    school_day: bool
    assumed: bool
    plan: tuple[Band, ...]
    closed: tuple[Band, ...]
    lessons: tuple[Band, ...]
    own: tuple[Band, ...]
    entries: tuple[Entry, ...]


@dataclass(frozen=True)
class Week:
    """`number` of the semester's week, None outside semesters."""

    monday: date
    number: int | None
    term_name: str
    days: tuple[Day, ...]
    people: dict[str, str]
    places: dict[str, str]

    def entry(self, kind: str, entry_id: str) -> Entry | None:
        return next((e for d in self.days for e in d.entries if (e.kind, e.id) == (kind, entry_id)), None)


def template(rows: Iterable[Any]) -> list[TemplateSlot]:
    """The weekly template as the rules take it."""
    return [TemplateSlot(r.id, r.weekday, r.starts, r.ends, r.person, r.place, r.since, r.until) for r in rows]


def one_offs(rows: Iterable[Any]) -> list[OneOff]:
    """One-off openings and closures as the rules take them."""
    return [OneOff(r.id, r.day, r.starts, r.ends, r.opens, r.person, r.place) for r in rows]


def duty_turns(rows: Iterable[Any]) -> list[Turn]:
    """The turns of the rota as the rules take them."""
    return [Turn(r.id, r.day, r.starts, r.ends, r.place, r.person, r.instead_of, r.why) for r in rows]


def lessons_on(school: SchoolContext, day: date, stage: str = "") -> list[Band]:
    """The lessons of a school day; of one stage, or of every stage of the school together."""
    if not school.calendar.is_school_day(day):
        return []
    found = [
        Band(p.starts, p.ends, name=f"第{p.number}节" if p.number else "上课")
        for p in school.periods
        if p.kind == "lesson" and (not stage or p.stage in ("", stage)) and p.holds_on(day)
    ]
    return sorted(set(found), key=lambda b: (b.starts, b.ends))


def own_lessons_on(timetable: Iterable[Any], school: SchoolContext, day: date) -> list[Band]:
    """The counsellors' own lessons of a school day."""
    if not school.calendar.is_school_day(day):
        return []
    return [Band(t.starts, t.ends, t.person, name="有课") for t in timetable if t.weekday == day.isoweekday()]


def week(room: Room, monday: date, now: datetime) -> Week:
    """Everything the calendar paints of the week that begins on the Monday."""
    return _weekdays(room, monday_of(monday), 7, now)


def only(week: Week, person: str) -> Week:
    """The week of one counsellor; of all when nobody is named."""
    if not person:
        return week
    days = tuple(
        replace(
            day,
            plan=tuple(b for b in day.plan if b.person in ("", person)),
            own=tuple(b for b in day.own if b.person == person),
            entries=tuple(e for e in day.entries if e.person == person),
        )
        for day in week.days
    )
    return replace(week, days=days)


def planned_at(week: Week, day: date, minute: int) -> dict[str, str]:
    """`person` and `place` the plan names for a minute, where it names them."""
    for band in (b for d in week.days if d.day == day for b in d.plan):
        if band.starts <= minute < band.ends:
            return {name: value for name, value in (("person", band.person), ("place", band.place)) if value}
    return {}


def day_of(room: Room, day: date, now: datetime) -> Day:
    """One day of the calendar."""
    return _weekdays(room, day, 1, now).days[0]


def _weekdays(room: Room, first: date, count: int, now: datetime) -> Week:
    school = context(room)
    days = [first + timedelta(days=n) for n in range(count)]
    with room.snapshot() as session:
        entries = _entries(session, school, days[0], days[-1], now)
        slots = ask.slots(session, days[0], days[-1])
        exceptions = ask.exceptions(session, days[0], days[-1])
        timetable = ask.timetable(session)
        turns = duty_turns(ask_rota.turns(session, days[0], days[-1]))
    found = []
    for day in days:
        plan = plan_of_day(day, template(slots), one_offs(exceptions), school.calendar, turns)
        found.append(
            Day(
                day,
                school.calendar.name_of(day),
                school.calendar.is_school_day(day),
                school.calendar.assumed(day),
                tuple(Band(p.starts, p.ends, p.person, p.place) for p in plan),
                tuple(
                    Band(e.starts, e.ends, e.person, e.place, e.why) for e in exceptions if e.day == day and not e.opens
                ),
                tuple(lessons_on(school, day)),
                tuple(own_lessons_on(timetable, school, day)),
                tuple(e for e in entries if e.day == day),
            )
        )
    term = school.term_on(first)
    return Week(first, term.week_of(first), term.name, tuple(found), dict(school.people), dict(school.places))


def _entries(session: Session, school: SchoolContext, first: date, last: date, now: datetime) -> list[Entry]:
    bookings, visits = ask.bookings(session, first, last), ask.visits(session, first, last)
    names = Names.of(session, school, [*bookings, *visits], ask_groups.members(session, first, last))
    became = {v.booking: v for v in visits if v.booking}
    found = [_card(school, names, b, became.get(b.id), now) for b in bookings]
    found += [_card(school, names, None, v, now) for v in visits if not v.booking]
    found += [_event_card(school, e) for e in ask_events.events(session, first, last)]
    return sorted(found, key=lambda e: (e.day, e.starts, e.ends, e.id))


def _card(
    school: SchoolContext, names: Names, booking: ask.BookingRow | None, visit: ask.VisitRow | None, now: datetime
) -> Entry:
    row: ask.BookingRow | ask.VisitRow
    if booking is not None:
        row = booking
    else:
        assert visit is not None  # a card is of one of the two
        row = visit
    inside = visit is not None and visit.ends is None
    if visit is not None:  # what took place stands above what was planned
        starts, ends = visit.starts, visit.ends if visit.ends is not None else _for_now(visit, booking, now)
    else:
        assert booking is not None
        starts, ends = booking.starts, booking.ends
    shown: ask.BookingRow | ask.VisitRow = visit if visit is not None else row
    return Entry(
        kind="booking" if booking is not None else "visit",
        id=row.id,
        day=shown.day,
        starts=starts,
        ends=ends,
        who=names.who(shown),
        class_name=names.class_of(shown, shown.day),
        student=shown.student,
        client=shown.client,
        name=shown.name,
        group_no=shown.group_no,
        size=shown.size,
        form=shown.form,
        channel=shown.channel,
        way=booking.way if booking is not None else "walk_in",
        outcome=booking.outcome if booking is not None else "arrived",
        follow_up=booking.follow_up if booking is not None else "",
        person=shown.person,
        person_name=school.people.get(shown.person, shown.person),
        place=shown.place,
        place_name=school.places.get(shown.place, shown.place),
        visit=visit.id if visit is not None else "",
        inside=inside,
        closed=bool(visit is not None and visit.closed_by),
        series=booking.series if booking is not None else "",
        members=names.members_of(shown),
    )


def _event_card(school: SchoolContext, row: ask_events.EventRow) -> Entry:
    """An entry of the calendar that is nobody's counselling."""
    return Entry(
        kind="event",
        id=row.id,
        day=row.day,
        starts=row.starts,
        ends=row.ends,
        who=event_title(school, row),
        class_name="",
        student="",
        client="",
        name="",
        group_no=0,
        size=row.size,
        form="",
        channel="in_person",
        way="",
        outcome=row.outcome,
        follow_up="",
        person=row.person,
        person_name=school.people.get(row.person, row.person),
        place=row.place,
        place_name=school.places.get(row.place, row.place),
        series=row.series,
        event_kind=row.kind,
        stage=row.stage,
        cohort=row.cohort,
        class_no=row.class_no,
    )


def event_title(school: SchoolContext, row: Any) -> str:
    """心理课 · 七年级3班, 学生讲座 · 高一, 家长会 · 初中; the kind alone where it is for no one class, grade or stage."""
    if row.cohort and row.class_no:
        who = school.class_name(row.stage, row.cohort, row.class_no, row.day)
    elif row.cohort:
        who = school.grade_name(row.stage, row.cohort, row.day)
    else:
        who = STUDENT_STAGES.get(row.stage, "")
    return f"{EVENTS[row.kind]} · {who}" if who else EVENTS[row.kind]


def _for_now(visit: ask.VisitRow, booking: ask.BookingRow | None, now: datetime) -> int:
    """Where the card of somebody still inside ends for now: when it was booked to, later if that has passed; never
    shorter than can be read."""
    present = now.hour * 60 + now.minute if visit.day == now.date() else visit.starts
    booked = booking.ends if booking is not None and booking.day == visit.day else 0
    return min(max(present, booked, visit.starts + LEAST_SHOWN), 1440)


def entry(room: Room, kind: str, entry_id: str, now: datetime) -> Entry | None:
    """One card by its id, whatever its day."""
    with room.read() as session:
        row: Sequence[date] = []
        if kind == "booking":
            found = ask.booking(session, entry_id)
            visit = ask.visit_of(session, entry_id)
            row = [visit.day if visit is not None else found.day] if found is not None else []
        elif kind == "event":
            event = ask_events.event(session, entry_id)
            row = [event.day] if event is not None else []
        else:
            seen = ask.visit(session, entry_id)
            row = [seen.day] if seen is not None else []
    if not row:
        return None
    return next((e for e in day_of(room, row[0], now).entries if (e.kind, e.id) == (kind, entry_id)), None)
