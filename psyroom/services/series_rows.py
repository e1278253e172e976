"""The dates of a series before it is booked: each ✔, or ✖ with its cause and free times to move it to.

What is shown is what saving would say, as of the moment it was read: `series.book` looks again inside its transaction.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlmodel import Session

from psyroom.errors import NotValid
from psyroom.rules import booking as rules
from psyroom.rules import series as pattern_rules
from psyroom.rules.booking import Appointment, Around, Clash, Free
from psyroom.rules.series import Pattern
from psyroom.rules.time import monday_of
from psyroom.services import around
from psyroom.services.school import SchoolContext, context
from psyroom.services.series_kinds import Kind, kind_of
from psyroom.store.room import Room

FIXES = 3

Row = tuple[date, int, int]
"""(day, starts, ends): one date of a series."""


@dataclass(frozen=True)
class Planned:
    """One date. `ok`: it would be saved without a question; `clashes`: why not, and what is only said; `fixes`: nearest
    free times, of the same day first, then of the same week."""

    day: date
    starts: int
    ends: int
    ok: bool
    clashes: tuple[Clash, ...] = ()
    fixes: tuple[Free, ...] = ()

    @property
    def hard(self) -> bool:
        """Nothing but another time helps."""
        return any(c.hard for c in self.clashes)

    @property
    def confirm(self) -> bool:
        """It can be saved with `anyway`: lessons, holidays, days outside the semesters."""
        return not self.hard and any(c.kind in ASKED for c in self.clashes)

    @property
    def urgent(self) -> bool:
        """It can be saved with a reason of `records.booking.URGENT`."""
        return not self.hard and any(c.urgent for c in self.clashes)

    @property
    def row(self) -> Row:
        return self.day, self.starts, self.ends

    @property
    def why(self) -> str:
        """The causes in one line."""
        return "；".join(dict.fromkeys(c.sentence for c in self.clashes))


ASKED = ("lesson_student", "holiday", "vacation")
"""Soft causes a person must say yes to."""


def no_school(school: SchoolContext, day: date) -> Clash | None:
    """Why a date of a series is no day to meet: a holiday, or outside every semester. A single booking is asked for by
    somebody who knows that day; a series falls on it by itself."""
    if school.calendar.is_holiday(day):
        name = school.calendar.name_of(day) or "放假"
        return Clash("holiday", False, name if name.endswith("放假") else f"{name}放假")
    if school.terms and all(term.week_of(day) is None for term in school.terms):
        return Clash("vacation", False, "不在已设的学期里")
    return None


def preview(room: Room, values: Mapping[str, Any], pattern: Pattern, now: datetime) -> list[Planned]:
    """Every date of a series, in order. `values` as for `bookings.book` (its `day` the first date, the client may still be
    missing), or with `"what": "event"` as for `events.add`. Raises `NotValid`."""
    kind = kind_of(values)
    fields = kind.shaped(values)
    if wrong := pattern_rules.problems(pattern, fields.day):
        raise NotValid(wrong)
    school = context(room)
    rows = [(c.day, fields.starts, fields.ends) for c in pattern_rules.dates(pattern, fields.day, school.calendar)]
    if not rows:
        raise NotValid({"until": "到这一天为止没有选中的星期几，请检查"})
    with room.snapshot() as session:
        wanted = [_wanted(session, kind, fields, row) for row in rows]
        whole = _gather(session, school, rows, now)
    return [
        _planned(school, whole, one, [other for at, other in enumerate(wanted) if at != index])
        for index, one in enumerate(wanted)
    ]


def check_row(
    room: Room,
    values: Mapping[str, Any],
    day: date,
    starts: int,
    ends: int,
    now: datetime,
    beside: Sequence[Row] = (),
) -> Planned:
    """One date at another time; `beside`: the other dates of the series as they now stand."""
    kind = kind_of(values)
    fields = kind.shaped({**values, "day": day, "starts": starts, "ends": ends})
    school = context(room)
    with room.snapshot() as session:
        wanted = _wanted(session, kind, fields, (day, starts, ends))
        others = [replace(wanted, day=d, starts=s, ends=e, id=f"beside {n}") for n, (d, s, e) in enumerate(beside)]
        whole = _gather(session, school, [(day, starts, ends)], now)
    return _planned(school, whole, wanted, others)


def _wanted(session: Session, kind: Kind, fields: Any, row: Row) -> Appointment:
    day, starts, ends = row
    moved = fields.model_copy(update={"day": day, "starts": starts, "ends": ends})
    return replace(kind.asked(session, moved), id=f"beside {row}")


def _gather(session: Session, school: SchoolContext, rows: Sequence[Row], now: datetime) -> Around:
    days = [row[0] for row in rows]
    return around.gather(session, school, monday_of(min(days)), monday_of(max(days)) + timedelta(days=6), now)


def _planned(school: SchoolContext, whole: Around, wanted: Appointment, beside: Sequence[Appointment]) -> Planned:
    week = _week(whole, wanted.day, beside)
    clashes = rules.conflicts(wanted, week)
    if away := no_school(school, wanted.day):
        clashes = [c for c in clashes if c.hard] + [away] + [c for c in clashes if not c.hard and c.kind != "closed"]
    ok = not any(c.hard or c.urgent or c.kind in ASKED for c in clashes)
    fixes: list[Free] = []
    if any(c.kind != "past" for c in clashes):
        for days in ([wanted.day], [day for day in week.plan if day != wanted.day]):
            open_days = {d: week.plan[d] for d in days if d in week.plan and no_school(school, d) is None}
            if open_days and len(fixes) < FIXES:
                fixes += rules.nearest_free(wanted, replace(week, plan=open_days), FIXES - len(fixes))
    return Planned(wanted.day, wanted.starts, wanted.band[1], ok, tuple(clashes), tuple(fixes))


def _week(whole: Around, day: date, beside: Sequence[Appointment]) -> Around:
    """What stands in the week of one date, the other dates of the series among it."""
    first = monday_of(day)
    last = first + timedelta(days=6)

    def of_week(found: Sequence[Appointment]) -> list[Appointment]:
        return [a for a in found if first <= a.day <= last]

    return replace(
        whole,
        bookings=of_week([*whole.bookings, *beside]),
        visits=of_week(whole.visits),
        events=of_week(whole.events),
        plan={d: slots for d, slots in whole.plan.items() if first <= d <= last},
    )
