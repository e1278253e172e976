"""What bookings and visits leave to be done."""

from __future__ import annotations

from psyroom.records.events import EVENTS
from psyroom.services import waiting
from psyroom.services.clients import Names
from psyroom.services.due import Ground, Task, few, when
from psyroom.store.questions import booking as ask
from psyroom.store.questions import events as ask_events
from psyroom.store.questions import school as ask_school


def missed(ground: Ground) -> list[Task]:
    with ground.room.read() as session:
        rows = ask.missed(session)
        names = Names.of(session, ground.school, rows)

    def line(row: ask.BookingRow) -> Task:
        detail = " · ".join(p for p in (names.class_of(row, row.day), f"约在{when(row)}") if p)
        return Task("missed", f"{names.who(row)}没有来，找到人了吗？", detail, "brick", "bookings", {"booking": row.id})

    def count(n: int) -> Task:
        return Task(
            "missed", f"{n} 人约了没有来，还没有下落", f"最早是{when(rows[0])}", "brick", "bookings", {"booking": rows[0].id}, n
        )  # fmt: skip

    return few(rows, line, count)


def not_closed(ground: Ground) -> list[Task]:
    """Visits that wait for the counsellor; for the duty person only those of earlier days without an end."""
    with ground.room.read() as session:
        rows = [v for v in ask.visits_not_closed(session) if v.ends is not None or v.day < ground.now.date()]
        names = Names.of(session, ground.school, rows)
    if not ground.room.has_cases:
        rows = [v for v in rows if v.ends is None]
    rows.sort(key=lambda v: (v.ends is not None, v.day, v.starts))

    def line(row: ask.VisitRow) -> Task:
        what = "的来访没有离开时间" if row.ends is None else "的来访还没有结束登记"
        target = {"visit": row.id} if not row.booking else {"booking": row.booking}
        urgency = "brick" if row.ends is None else "amber"
        return Task("not_closed", f"{names.who(row)}{what}", when(row), urgency, "bookings", target)

    def count(n: int) -> Task:
        first = line(rows[0])
        words = f"{n} 次来访还没有结束登记"
        return Task("not_closed", words, f"最早是{first.detail}", first.urgency, first.page, first.target, n)

    return few(rows, line, count)


def left_open(ground: Ground) -> list[Task]:
    with ground.room.read() as session:
        rows = ask.left_open(session, ground.now.date())
        names = Names.of(session, ground.school, rows)

    def line(row: ask.BookingRow) -> Task:
        return Task(
            "left_open", f"{names.who(row)}来了没有？", f"{when(row)} 的预约还没有结果", "amber", "bookings", {"booking": row.id}
        )  # fmt: skip

    def count(n: int) -> Task:
        return Task(
            "left_open", f"{n} 个以前的预约还没有结果", f"最早是{when(rows[0])}", "amber", "bookings", {"booking": rows[0].id}, n
        )  # fmt: skip

    return few(rows, line, count)


def astray(ground: Ground) -> list[Task]:
    """Bookings to come in a room that was closed, or with somebody who has left: they stand until somebody moves them."""
    with ground.room.read() as session:
        rows = ask.astray(session, ground.now.date())
        names = Names.of(session, ground.school, rows)
        here = {person.id for person in ask_school.people(session) if person.active}

    def line(row: ask.BookingRow) -> Task:
        why = "约的房间停用了，换一间吧" if row.person in here else "约的老师不在了，换一位吧"
        return Task("astray", f"{names.who(row)}{why}", when(row), "amber", "bookings", {"booking": row.id})

    def count(n: int) -> Task:
        words = f"{n} 个预约的房间或老师不在用了，要改"
        return Task("astray", words, f"最早是{when(rows[0])}", "amber", "bookings", {"booking": rows[0].id}, n)

    return few(rows, line, count)


def not_said_held(ground: Ground) -> list[Task]:
    """Lessons, talks and activities of earlier days: held or not?"""
    with ground.room.read() as session:
        rows = ask_events.left_open(session, ground.now.date())

    def line(row: ask_events.EventRow) -> Task:
        return Task("event", f"{EVENTS[row.kind]}开展了吗？", when(row), "amber", "bookings", {"event": row.id})

    def count(n: int) -> Task:
        return Task(
            "event",
            f"{n} 次心理课或活动还没有结果",
            f"最早是{when(rows[0])}",
            "amber",
            "bookings",
            {"event": rows[0].id},
            n,
        )

    return few(rows, line, count)


def still_waiting(ground: Ground) -> list[Task]:
    """Entries of the waiting list that have passed their last day: is the time still wanted?"""
    count = waiting.to_ask(ground.room, ground.now)
    if not count:
        return []
    words = "有一位候补等到期了，还等吗？" if count == 1 else f"有 {count} 位候补等到期了，还等吗？"
    return [Task("waiting", words, "再等两周，或者不等了", "amber", "bookings", {"waiting": True}, count)]
