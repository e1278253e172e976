"""What must be done now: the day's time line, the tasks that the data makes, the week's hours. Nothing is kept: a task is
gone when what made it is done."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from psyroom.rules.time import day_name
from psyroom.rules.typed import clock
from psyroom.services import (
    due_backups,
    due_booking,
    due_findings,
    due_notes,
    due_opening,
    due_records,
    due_talks,
    hours,
    openings,
)
from psyroom.services.due import Ground, Source, Task
from psyroom.services.hours import Shortage, WeekHours
from psyroom.services.openings import OnDuty
from psyroom.services.school import SchoolContext, context
from psyroom.services.week import Day, Entry, day_of
from psyroom.store.questions import booking as ask
from psyroom.store.room import Room

MOST = 7
"""More lines than this are no list of what to do now (the measure is that of the page: seven lines fit)."""


@dataclass(frozen=True)
class Coming:
    """A day of the next seven: how many are expected. `name`: 国庆节, 调休上课 …"""

    day: date
    count: int
    name: str
    school_day: bool


@dataclass(frozen=True)
class Today:
    """Everything the page shows. `entries`: today's time line; `more`: tasks beyond the seven."""

    now: datetime
    day: Day
    title: str
    note: str
    entries: tuple[Entry, ...]
    tasks: tuple[Task, ...]
    more: int
    hours: WeekHours | None
    shortage: Shortage | None
    duty: tuple[OnDuty, ...]
    coming: tuple[Coming, ...]
    empty: str


def today(room: Room, now: datetime) -> Today:
    """The day as it stands at `now` (the clock on the wall)."""
    school = context(room)
    day = day_of(room, now.date(), now)
    shown = tuple(e for e in day.entries if e.standing or e.outcome == "no_show")
    duty = tuple(openings.on_duty(room, now))
    shortage = hours.shortage(room, now.date(), now)
    tasks = tasks_of(Ground(room, school, now, duty, shortage))
    term = school.term_on(now.date())
    week = term.week_of(now.date())
    title = day_name(now.date()) + (f" · 第 {week} 周" if week else "")
    counted = shortage.week if shortage is not None else hours.week_of(room, now.date(), now)
    return Today(
        now,
        day,
        title,
        day.name,
        shown,
        tuple(tasks[:MOST]),
        max(len(tasks) - MOST, 0),
        counted,
        shortage,
        duty,
        _coming(room, school, now.date()),
        _kind_words(day, week) if not shown else "",
    )


def _coming(room: Room, school: SchoolContext, today: date) -> tuple[Coming, ...]:
    days = [today + timedelta(days=n) for n in range(1, 8)]
    with room.read() as session:
        rows = ask.standing(session, days[0], days[-1])
    return tuple(
        Coming(d, sum(r.day == d for r in rows), school.calendar.name_of(d), school.calendar.is_school_day(d))
        for d in days
    )


URGENCIES = {"brick": 0, "amber": 1, "": 2}
SOURCES: tuple[Source, ...] = (
    due_findings.found_at_opening,
    due_booking.missed,
    due_records.slips,
    due_opening.forgotten_duty,
    due_booking.not_closed,
    due_opening.handed_over,
    due_booking.astray,
    due_booking.left_open,
    due_booking.not_said_held,
    due_booking.still_waiting,
    due_notes.steps,
    due_notes.to_write,
    due_talks.follow_ups,
    due_talks.marks,
    due_talks.reviews,
    due_talks.slips,
    due_talks.again,
    due_talks.sheets,
    due_talks.chain,
    due_opening.short,
    due_opening.not_logged,
    due_opening.to_sign,
    due_opening.next_rota,
    due_notes.unsaved,
    due_records.unsaved,
    due_records.questions,
    due_records.calendar,
    due_backups.second_place,
)
"""Every kind of task there is; the order counts within one urgency."""


def tasks_of(ground: Ground) -> list[Task]:
    """Everything due and not done, the most urgent first; within one urgency in the order of the sources."""
    found = [task for source in SOURCES for task in source(ground)]
    return sorted(found, key=lambda task: URGENCIES[task.urgency])


def _kind_words(day: Day, week: int | None) -> str:
    """What an empty day says."""
    if not day.school_day:
        return f"今天是{day.name}，好好休息。" if day.name and day.name != "放假" else "今天不上课，好好休息。"
    if week is None:
        return "现在是假期，没有安排。"
    if day.plan:
        first = day.plan[0]
        return f"今天还没有人预约。开放时间从 {clock(first.starts)} 起，门开着，就有人会来。"
    return "今天没有预约，也没有排开放。可以把计划写下来，或者歇一会儿。"


# ---- tomorrow -------------------------------------------------------------------------------------------------


def next_school_day(room: Room, day: date) -> date:
    """The next day on which lessons are held, for tomorrow's list; after the last known one simply the next day."""
    calendar = context(room).calendar
    return next(
        (d for n in range(1, 60) if calendar.is_school_day(d := day + timedelta(days=n))), day + timedelta(days=1)
    )
