"""Deeds of many rows for the fault suite: a series with its reasons, a taking from the waiting list, a signed week, a class
teacher's sheet read in."""

from __future__ import annotations

import random
from datetime import date, timedelta
from typing import Any

from psyroom.records.booking import Booking, BookingUrgency
from psyroom.records.ids import new_id
from psyroom.records.talks import Talk, TalkExcuse, TalkReceipt
from psyroom.records.waiting import Waiting, WaitingFirst, WaitingWindow
from psyroom.records.weeks import WeekReason, WeekSignature
from psyroom.store.connection import raw_of
from psyroom.store.room import Room
from psyroom.store.tables import CASES, MAIN

SERIES = 25
MONDAY = date(2026, 9, 7)


def series(room: Room, dice: random.Random) -> str:
    """Bookings in desk.db, the reason of each in case.db."""
    mark, starts = new_id(), dice.randint(400, 900)
    with room.write("新增系列预约") as deed:
        for week in range(SERIES):
            day = MONDAY + timedelta(weeks=week)
            row = Booking(day=day, starts=starts, ends=starts + 40, person=room.person.id, student=mark, series=mark)
            deed.session.add(row)
            deed.session.add(BookingUrgency(id=row.id, reason="school", person=room.person.id))
    return f"{deed.id} {MAIN} {CASES}"


def waits(room: Room, dice: random.Random) -> str:
    """An entry with its windows, and a counsellor's word that it goes first."""
    with room.write("调整候补名单") as deed:
        row = Waiting(student=new_id(), since=MONDAY, expires=MONDAY + timedelta(days=14))
        deed.session.add(row)
        for weekday in range(1, dice.randint(2, 6)):
            deed.session.add(WaitingWindow(waiting=row.id, weekday=weekday, starts=720, ends=780))
        deed.session.add(WaitingFirst(id=row.id))
    return f"{deed.id} {MAIN} {CASES}"


def take(room: Room, dice: random.Random) -> str:
    """Booked from the list: the entry and its booking in one deed; nothing where nobody waits."""
    with room.write("从候补约上") as deed:
        waiting = deed.raw.execute("SELECT id FROM main.waiting WHERE state = 'waiting' LIMIT 1").fetchone()
        if waiting is not None:
            entry = deed.session.get_one(Waiting, waiting[0])
            day = MONDAY + timedelta(days=dice.randint(0, 100))
            row = Booking(day=day, starts=700, ends=740, person=room.person.id, student=entry.student)
            entry.state, entry.booking = "booked", row.id
            deed.session.add_all([row, entry])
    return f"{deed.id} {MAIN}" if waiting is not None else ""


def sign(room: Room, dice: random.Random) -> str:
    """A signature with what it rests on, the week's reason, and a reason of another kind in the other file."""
    monday = MONDAY + timedelta(weeks=dice.randint(0, 30))
    with room.write("一周开放签字", undoable=False) as deed:
        rows = "x" * dice.randint(500, 9000)
        deed.session.add(WeekReason(monday=monday, why="exam", person=room.person.id))
        deed.session.add(
            WeekSignature(monday=monday, person=room.person.id, at="2026-09-14 09:00", outside=300, open=400, rows=rows)
        )
        deed.session.add(BookingUrgency(id=new_id(), reason="today", person=room.person.id))
    return f"{deed.id} {MAIN} {CASES}"


def sheet(room: Room, dice: random.Random) -> str:
    """A class's talks and its receipt, all in case.db."""
    mark = new_id()
    with room.write("读入班主任表") as deed:
        for number in range(SERIES):
            day, points = MONDAY + timedelta(days=number), "说了最近的事。" * dice.randint(1, 30)
            deed.session.add(
                Talk(student=new_id(), day=day, talker="赵老师", points=points, origin="sheet", sheet=mark)
            )
        deed.session.add(TalkExcuse(student=new_id(), term="2026-1", reason="长期请假", day=MONDAY, sheet=mark))
        place: dict[str, Any] = {
            "term": "2026-1",
            "stage": "junior",
            "cohort": 2025,
            "class_no": 1,
            "at": "2026-11-05T08:00:00+00:00",
        }
        deed.session.add(TalkReceipt(sheet=mark, name="谈话.xlsx", sha256="0" * 64, new=SERIES, **place))
    return f"{deed.id} {CASES}"


MIX = (series, waits, take, sign, sheet)


def torn(room: Room) -> list[str]:
    """What a half-written one of these deeds would leave behind."""
    with room.read() as session:
        raw = raw_of(session)
        found = {
            "series": "SELECT 1 FROM main.booking WHERE series != '' GROUP BY series HAVING count(*) != ?",
            "booking without its reason": "SELECT 1 FROM main.booking b WHERE series != '' AND NOT EXISTS "
            "(SELECT 1 FROM cases.booking_urgency u WHERE u.id = b.id) AND ? > 0",
            "taken without its booking": "SELECT 1 FROM main.waiting w WHERE (state = 'booked') != EXISTS "
            "(SELECT 1 FROM main.booking b WHERE b.id = w.booking AND w.booking != '') AND ? > 0",
            "first of nobody": "SELECT 1 FROM cases.waiting_first f WHERE NOT EXISTS "
            "(SELECT 1 FROM main.waiting w WHERE w.id = f.id) AND ? > 0",
            "sheet without its talks": "SELECT 1 FROM cases.talk_receipt r WHERE (SELECT count(*) FROM cases.talk t "
            "WHERE t.sheet = r.sheet) != ?",
            "talks without their receipt": "SELECT 1 FROM cases.talk t WHERE NOT EXISTS "
            "(SELECT 1 FROM cases.talk_receipt r WHERE r.sheet = t.sheet) AND ? > 0",
            "signed without its reason": "SELECT 1 FROM main.week_signature s WHERE (SELECT count(*) FROM "
            "main.week_signature) != (SELECT count(*) FROM main.week_reason) AND ? > 0",
        }
        return [what for what, question in found.items() if raw.execute(question, (SERIES,)).fetchone() is not None]
