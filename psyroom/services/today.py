"""What must be done now: the day's time line, the tasks that the data makes, the week's hours. Nothing is kept: a task is
gone when what made it is done."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from psyroom.rules.time import WEEKDAYS, day_name
from psyroom.rules.typed import clock, length
from psyroom.services import drafts, hours, openings
from psyroom.services.bookings import FORM
from psyroom.services.clients import Names
from psyroom.services.hours import Shortage, WeekHours
from psyroom.services.openings import OnDuty
from psyroom.services.school import SchoolContext, context, unanswered_years
from psyroom.services.week import Day, Entry, day_of
from psyroom.store.questions import booking as ask
from psyroom.store.questions import students as ask_students
from psyroom.store.room import Room

MOST = 7
"""More lines than this are no list of what to do now (the measure is that of the page: seven lines fit)."""

EACH = 2  # lines one kind of task may take before it becomes a single line with a count
NEAR_YEAR = 45  # days before a new year in which its holidays are asked for
WARN_FROM = (3, 720)
"""From Thursday noon (weekday 3, minute 720) a week that will not reach its hours is a task."""


@dataclass(frozen=True)
class Task:
    """One line: what, a grey detail, how urgent (`brick` overdue, `amber` soon, else empty), and where it opens:
    `page` with `target` (`Page.open`)."""

    kind: str
    words: str
    detail: str
    urgency: str
    page: str
    target: dict[str, Any] = field(default_factory=dict)
    count: int = 1


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
    empty: str


def today(room: Room, now: datetime) -> Today:
    """The day as it stands at `now` (the clock on the wall)."""
    school = context(room)
    day = day_of(room, now.date(), now)
    shown = tuple(e for e in day.entries if e.standing or e.outcome == "no_show")
    duty = tuple(openings.on_duty(room, now))
    shortage = hours.shortage(room, now.date(), now)
    tasks = _tasks(room, school, now, duty, shortage)
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
        _kind_words(day, week) if not shown else "",
    )


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


# ---- tasks ----------------------------------------------------------------------------------------------------


def _tasks(
    room: Room, school: SchoolContext, now: datetime, duty: Sequence[OnDuty], shortage: Shortage | None
) -> list[Task]:
    """All of them, the most urgent first; within a kind the oldest first."""
    found = [
        *_missed(room, school, now),
        *_slips(room),
        *_forgotten_duty(duty),
        *_not_closed(room, school, now),
        *_left_open(room, school, now),
        *_short(shortage, now),
        *_unsaved(room),
        *_questions(room),
        *_calendar(room, school, now),
    ]
    order = {"brick": 0, "amber": 1, "": 2}
    return sorted(found, key=lambda t: order[t.urgency])


def _few(rows: Sequence[Any], line: Callable[[Any], Task], all_of: Callable[[int], Task]) -> list[Task]:
    """A line each while they are few, else one line that counts them."""
    return [line(r) for r in rows] if len(rows) <= EACH else [all_of(len(rows))]


def _when(row: Any) -> str:
    return f"{day_name(row.day)} {clock(row.starts)}"


def _missed(room: Room, school: SchoolContext, now: datetime) -> list[Task]:
    with room.read() as session:
        rows = ask.missed(session)
        names = Names.of(session, school, rows)

    def line(row: ask.BookingRow) -> Task:
        detail = " · ".join(p for p in (names.class_of(row, row.day), f"约在{_when(row)}") if p)
        return Task("missed", f"{names.who(row)}没有来，找到人了吗？", detail, "brick", "bookings", {"booking": row.id})

    def count(n: int) -> Task:
        return Task(
            "missed", f"{n} 人约了没有来，还没有下落", f"最早是{_when(rows[0])}", "brick", "bookings", {"booking": rows[0].id}, n
        )  # fmt: skip

    return _few(rows, line, count)


def _slips(room: Room) -> list[Task]:
    if not room.has_cases:
        return []
    with room.read() as session:
        unread = ask.unread_slips(session)
    if not unread:
        return []
    return [
        Task("slips", f"{unread} 张密封便条还没有读", "值班人员留的话，只有心理教师能打开", "amber", "today", {"slips": True}, unread)
    ]  # fmt: skip


def _forgotten_duty(duty: Sequence[OnDuty]) -> list[Task]:
    return [
        Task(
            "duty",
            f"{d.name or '值班'}在{day_name(d.day)}的值班没有结束",
            f"{clock(d.starts)} 开始；补上结束时间，才能计入开放",
            "brick",
            "openings",
            {"day": d.day},
        )
        for d in duty
        if d.forgotten
    ]


def _not_closed(room: Room, school: SchoolContext, now: datetime) -> list[Task]:
    """Visits that wait for the counsellor; for the duty person only those of earlier days without an end."""
    with room.read() as session:
        rows = [v for v in ask.visits_not_closed(session) if v.ends is not None or v.day < now.date()]
        names = Names.of(session, school, rows)
    if not room.has_cases:
        rows = [v for v in rows if v.ends is None]
    rows.sort(key=lambda v: (v.ends is not None, v.day, v.starts))

    def line(row: ask.VisitRow) -> Task:
        what = "的来访没有离开时间" if row.ends is None else "的来访还没有结束登记"
        target = {"visit": row.id} if not row.booking else {"booking": row.booking}
        urgency = "brick" if row.ends is None else "amber"
        return Task("not_closed", f"{names.who(row)}{what}", _when(row), urgency, "bookings", target)

    def count(n: int) -> Task:
        first = line(rows[0])
        words = f"{n} 次来访还没有结束登记"
        return Task("not_closed", words, f"最早是{first.detail}", first.urgency, first.page, first.target, n)

    return _few(rows, line, count)


def _left_open(room: Room, school: SchoolContext, now: datetime) -> list[Task]:
    with room.read() as session:
        rows = ask.left_open(session, now.date())
        names = Names.of(session, school, rows)

    def line(row: ask.BookingRow) -> Task:
        return Task(
            "left_open", f"{names.who(row)}来了没有？", f"{_when(row)} 的预约还没有结果", "amber", "bookings", {"booking": row.id}
        )  # fmt: skip

    def count(n: int) -> Task:
        return Task(
            "left_open", f"{n} 个以前的预约还没有结果", f"最早是{_when(rows[0])}", "amber", "bookings", {"booking": rows[0].id}, n
        )  # fmt: skip

    return _few(rows, line, count)


def _short(shortage: Shortage | None, now: datetime) -> list[Task]:
    """Only once it is late in the week: before that the bar says enough."""
    late = (now.weekday(), now.hour * 60 + now.minute) >= WARN_FROM
    if shortage is None or not shortage.gap or not late:
        return []
    words = f"这周开放还差 {length(shortage.gap)}"
    names = list(dict.fromkeys(f"周{WEEKDAYS[p.day.weekday()]}{p.name}" for p in shortage.parts))
    fill = f"{'、'.join(names)}可以补上" if names else "平日没有空着的时段了，可以周末加开"
    return [Task("short", words, fill, "amber", "openings", {"day": now.date()})]


def _unsaved(room: Room) -> list[Task]:
    """Booking forms this person left without saving."""
    abouts = [about for form, about, _ in drafts.pending(room) if form == FORM]
    if not abouts:
        return []
    target = {"booking": abouts[0]} if abouts[0] else {"new": True}
    words = "有一个预约没有填完" if len(abouts) == 1 else f"有 {len(abouts)} 个预约没有填完"
    return [Task("unsaved", words, "填过的内容还在，接着填就行", "", "bookings", target, len(abouts))]


def _questions(room: Room) -> list[Task]:
    if not room.has_cases:
        return []
    with room.read() as session:
        count = len(ask_students.open_questions(session))
    if not count:
        return []
    return [
        Task("questions", f"名册里有 {count} 处要核实", "导入时看不准的地方，问清后点“已核实”", "", "students", {"questions": True}, count)
    ]  # fmt: skip


def _calendar(room: Room, school: SchoolContext, now: datetime) -> list[Task]:
    """Years whose holidays nobody has told, once they are near: the State Council tells them in November."""
    term = school.term_on(now.date())
    if not room.has_cases or term.week_of(now.date()) is None:
        return []
    near = now.date() + timedelta(days=NEAR_YEAR)
    return [
        Task(
            "calendar",
            f"{year} 年的放假安排还没有确认",
            "暂按周一至周五上课计算",
            "",
            "settings",
            {"section": "学期与校历"},
        )
        for year in unanswered_years(school, term)
        if date(year, 1, 1) <= near
    ]


# ---- tomorrow -------------------------------------------------------------------------------------------------


def next_school_day(room: Room, day: date) -> date:
    """The next day on which lessons are held, for tomorrow's list; after the last known one simply the next day."""
    calendar = context(room).calendar
    return next(
        (d for n in range(1, 60) if calendar.is_school_day(d := day + timedelta(days=n))), day + timedelta(days=1)
    )
