"""What stands around a time in the calendar, and what speaks against it: bookings, visits, entries, lessons, plan, rules.

Read inside the caller's transaction, so that what is found still holds when it is written (`bookings`, `events`,
`series`, `waiting`).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlmodel import Session

from psyroom.errors import Conflict, NotValid
from psyroom.records.events import EVENTS
from psyroom.records.fields import Model, checked
from psyroom.records.school import RoomRulesFields
from psyroom.rules import booking as rules
from psyroom.rules.booking import Appointment, Around, Clash, Free, OwnLesson
from psyroom.rules.plan import plan_of_day
from psyroom.services.school import SchoolContext
from psyroom.services.week import duty_turns, one_offs, template
from psyroom.store.questions import booking as ask
from psyroom.store.questions import events as ask_events
from psyroom.store.questions import groups as ask_groups
from psyroom.store.questions import rota as ask_rota
from psyroom.store.questions import school as ask_school

LOOK_AHEAD = 14  # days in which free times are sought
USUAL_VISIT = 40  # minutes reckoned for somebody still inside


@dataclass(frozen=True)
class Checked:
    """What speaks against a time, and where else there is room. `ok`: nothing hard."""

    hard: tuple[Clash, ...] = ()
    soft: tuple[Clash, ...] = ()
    free: tuple[Free, ...] = ()

    @property
    def ok(self) -> bool:
        return not self.hard

    @property
    def to_confirm(self) -> tuple[Clash, ...]:
        """Soft ones that a person must say yes to; the others are only said."""
        return tuple(c for c in self.soft if c.kind == "lesson_student")

    @property
    def urgent(self) -> tuple[Clash, ...]:
        """Soft ones that need a reason from `records.booking.URGENT`: the room's own rules."""
        return tuple(c for c in self.soft if c.urgent)


class Clashes(Conflict):
    """A time that cannot be, or needs a yes or a reason. `clashes` with kind and sentence, `free`: nearest free times,
    `confirm`: it can be saved with `anyway`; `urgent`: it needs a reason (both may be asked at once)."""

    def __init__(
        self, clashes: tuple[Clash, ...], free: tuple[Free, ...], *, confirm: bool, urgent: bool = False
    ) -> None:
        self.clashes, self.free, self.confirm, self.urgent = clashes, free, confirm, urgent
        self.causes = [c.sentence for c in clashes]
        super().__init__(why="；".join(dict.fromkeys(self.causes)) + "。")


def stop(found: Checked, *, anyway: bool, urgent: str) -> None:
    """Raise `Clashes` for what is hard, or soft and not taken on."""
    if found.hard:
        raise Clashes(found.hard, found.free, confirm=False)
    confirm = () if anyway else found.to_confirm
    reason = () if urgent else found.urgent
    if confirm or reason:
        raise Clashes((*confirm, *reason), found.free, confirm=bool(confirm), urgent=bool(reason))


Members = Callable[[Any], frozenset[str]]
"""The members of the group of a row on its day; nobody for what is no group."""


def shaped(model: type[Model], values: Mapping[str, Any]) -> Model:
    """The fields of a booking or an entry, checked. Errors: `NotValid`, also where it ends before it starts."""
    fields = checked(model, values)
    if fields.starts >= fields.ends:  # type: ignore[attr-defined]
        raise NotValid({"ends": "结束要晚于开始"})
    return fields


def retimed(row: Any, fields: Any) -> bool:
    """Whether what is stored gets another time or another counsellor; not where nothing is stored yet."""
    return row is not None and any(getattr(row, n) != getattr(fields, n) for n in ("day", "starts", "ends", "person"))


def members_in(session: Session, first: date, last: date, numbers: Collection[int] | None = None) -> Members:
    """Who belongs to which group on these days, read once for many rows."""
    rows = ask_groups.members(session, first, last, numbers)

    def members(row: Any) -> frozenset[str]:
        if row.client != "group" or not rows:
            return frozenset()
        return frozenset(m.student for m in rows if m.no == row.group_no and ask_groups.holds(m, row.day))

    return members


def appointment(row: Any, stage: str = "", **more: Any) -> Appointment:
    """A booking's or visit's row as the rules take it."""
    return Appointment(
        day=row.day, starts=row.starts, ends=row.ends, person=row.person, place=row.place, client=row.client,
        student=row.student, name=row.name, form=row.form, group_no=row.group_no, channel=row.channel, stage=stage, **more,
    )  # fmt: skip


def event_appointment(row: Any, **more: Any) -> Appointment:
    """An entry of the calendar as the rules take it: it takes its counsellor's and its room's time."""
    return Appointment(
        day=row.day, starts=row.starts, ends=row.ends, person=row.person, place=row.place, client="event",
        name=EVENTS[row.kind], form=row.kind, **more,
    )  # fmt: skip


def asked(session: Session, fields: Any, booking_id: str = "") -> Appointment:
    """What is asked for, as the rules take it; the student's stage, or the members' where they share one, says which
    lessons run."""
    members = frozenset[str]()
    if fields.client == "group":
        members = members_in(session, fields.day, fields.day, [fields.group_no])(fields)
    sitting = members or ({fields.student} if fields.client == "student" else set())
    stages = {student.stage for student in ask.students(session, sitting).values()}
    stage = stages.pop() if len(stages) == 1 else ""
    return appointment(fields, stage, id=booking_id, members=members)


def gather(
    session: Session, school: SchoolContext, first: date, last: date, now: datetime, without: Collection[str] = ()
) -> Around:
    """Everything an appointment in these days could run into, but for the bookings and entries `without`."""
    standing = [b for b in ask.standing(session, first, last) if b.id not in without]
    hours = {b.id: (b.day, b.starts, b.ends) for b in standing}
    minute = now.hour * 60 + now.minute
    visits = []
    members = members_in(session, first, last)
    for v in ask.visits(session, first, last):
        ends = v.ends
        if ends is None:  # still inside: it will not last the whole day
            usual = max(hours[v.booking][2] if v.booking in hours else 0, v.starts + USUAL_VISIT)
            ends = min(max(usual, minute) if v.day == now.date() else usual, 1440)
        booked = hours.get(v.booking)
        if booked is not None and booked[0] == v.day and booked[1] <= v.starts and ends <= booked[2]:
            continue  # it lies within its booking, which keeps the slot
        visits.append(replace(appointment(v, id=v.id, members=members(v)), ends=ends))
    slots, exceptions = template(ask.slots(session, first, last)), one_offs(ask.exceptions(session, first, last))
    turns = duty_turns(ask_rota.turns(session, first, last))
    rules_now = ask_school.room_rules(session) or RoomRulesFields()
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    return Around(
        today=now.date(),
        now=minute,
        calendar=school.calendar,
        bookings=[appointment(b, id=b.id, members=members(b)) for b in standing],
        visits=visits,
        events=[
            event_appointment(e, id=e.id) for e in ask_events.standing(session, first, last) if e.id not in without
        ],
        timetable=[OwnLesson(t.person, t.weekday, t.starts, t.ends) for t in ask.timetable(session)],
        periods=school.periods,
        plan={day: plan_of_day(day, slots, exceptions, school.calendar, turns) for day in days},
        names={**school.people, **school.places},
        before=rules_now.buffer_before,
        after=rules_now.buffer_after,
        lead=rules_now.lead,
    )


def look(
    session: Session,
    school: SchoolContext,
    wanted: Appointment,
    now: datetime,
    without: Collection[str] = (),
    was: Appointment | None = None,
) -> Checked:
    """What speaks against an appointment, and the nearest free times where something does. `was`: how it stood so far;
    the room's rules are not asked again about what does not change."""
    around = gather(session, school, wanted.day, wanted.day, now, without)
    found = rules.conflicts(wanted, around)
    groups = wanted.client == "group" or any(a.client == "group" for a, _ in around.standing.get(wanted.day, ()))
    if groups and any(c.kind == "client" for c in found):
        around = replace(around, names={**around.names, **_names(session, wanted)})
        found = rules.conflicts(wanted, around)
    if was is not None:
        found = [c for c in found if not (c.urgent and _granted(c, wanted, was))]
    hard, soft = tuple(c for c in found if c.hard), tuple(c for c in found if not c.hard)
    free: tuple[Free, ...] = ()
    if hard or any(c.urgent or c.kind in ("lesson_student", "closed") for c in soft):
        free = find_free(session, school, wanted, now, 3, without)
    return Checked(hard, soft, free)


def _granted(clash: Clash, wanted: Appointment, was: Appointment) -> bool:
    """Whether the time stood like that before: a change of the room or the client asks for no new reason."""
    begins = (wanted.day, wanted.starts) == (was.day, was.starts)
    return begins and (clash.kind == "lead" or (wanted.ends, wanted.person) == (was.ends, was.person))


def _names(session: Session, wanted: Appointment) -> dict[str, str]:
    """The names of those who would sit there, for saying who cannot."""
    sitting = wanted.members or {wanted.student}
    return {student: row.name for student, row in ask.students(session, sitting).items()}


def find_free(
    session: Session,
    school: SchoolContext,
    wanted: Appointment,
    now: datetime,
    count: int,
    without: Collection[str] = (),
) -> tuple[Free, ...]:
    """The free times nearest to the asked one, of the week before it to two weeks after it, never before now."""
    first = max(wanted.day - timedelta(days=7), now.date())
    last = max(wanted.day, now.date()) + timedelta(days=LOOK_AHEAD)
    return tuple(rules.nearest_free(wanted, gather(session, school, first, last, now, without), count))


def stays_single(session: Session, wanted: Appointment) -> None:
    """Raise `Clashes` when what an undo has put back shares a minute with another booking or entry."""
    day = wanted.day
    members = members_in(session, day, day)
    bookings = [appointment(b, id=b.id, members=members(b)) for b in ask.standing(session, day, day)]
    events = [event_appointment(e, id=e.id) for e in ask_events.standing(session, day, day)]
    found = rules.conflicts(wanted, Around(today=day, now=0, bookings=bookings, events=events))
    if hard := tuple(c for c in found if c.hard):
        raise Clashes(hard, (), confirm=False)
