"""Reasons of short weeks, what is made up where, people counted apart: none of it moves a figure where it should not."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from psyroom.errors import NotValid
from psyroom.records.booking import Visit
from psyroom.records.opening import Opening
from psyroom.services import history, hours, openings, room_rules, school, week_reasons
from psyroom.store.room import Room

MONDAY = date(2026, 11, 16)  # week 12
LATER = datetime(2026, 12, 31, 12, 0)
P, Q = "a" * 32, "b" * 32


def put(room: Room, *rows: tuple[date, int, int], person: str = P) -> None:
    with room.write("试") as deed:
        deed.session.add_all(Opening(day=d, starts=a, ends=b, person=person) for d, a, b in rows)


def week(room: Room, monday: date = MONDAY) -> hours.WeekHours:
    found = hours.week_of(room, monday, LATER)
    assert found is not None
    return found


# ---- reasons --------------------------------------------------------------------------------------------------


def test_a_reason_stands_beside_the_figures(room: Room) -> None:
    before = week(room)
    week_reasons.set_reason(room, MONDAY + timedelta(days=3), "exam")
    assert week(room).reason == "exam"
    week_reasons.set_reason(room, MONDAY, "leave")
    after = week(room)
    assert after.reason == "leave" and after.missing == before.missing == 900 and after.target_minutes == 900
    with pytest.raises(NotValid):
        week_reasons.set_reason(room, MONDAY, "下雨")
    history.undo(room)
    assert week(room).reason == "exam"
    week_reasons.set_reason(room, MONDAY, "")
    assert week(room).reason == "" and week(room) == before


def test_the_calendar_suggests_the_reason(room: Room) -> None:
    assert week_reasons.suggestion(room, date(2026, 10, 5)) == "holiday"  # National Day
    assert week_reasons.suggestion(room, MONDAY) == ""
    assert week_reasons.suggestion(room, date(2027, 1, 11)) == "term_edge"  # the last week
    for length, why in ((60, "exam"), (90, "training")):
        openings.add_exception(room, {"day": MONDAY, "starts": 700, "ends": 700 + length, "opens": False, "why": why})
    assert week_reasons.suggestion(room, MONDAY) == "training"
    school.set_day(room, MONDAY, False)
    assert week_reasons.suggestion(room, MONDAY) == "holiday"


def test_a_holiday_is_named_and_the_target_stays_whole(room: Room) -> None:
    found = week(room, date(2026, 9, 28))
    assert [(h.day, h.name) for h in found.holidays if h.day.weekday() < 5] == [
        (date(2026, 10, 1), "国庆节"),
        (date(2026, 10, 2), "国庆节"),
    ]
    assert (found.school_days, found.target_minutes, found.missing) == (3, 900, 900)


# ---- make-ups -------------------------------------------------------------------------------------------------


def make_up(room: Room, day: date, starts: int, ends: int, heals: date, **more: Any) -> str:
    return openings.add_exception(
        room, {"day": day, "starts": starts, "ends": ends, "opens": True, "heals": heals, **more}
    )


def test_minutes_made_up_count_once_where_they_happened(room: Room) -> None:
    next_week = MONDAY + timedelta(days=7)
    saturday = next_week + timedelta(days=5)
    put(room, (saturday, 540, 600), (saturday, 580, 690))  # 9:00—11:30, the make-up is 9:00—11:00
    make_up(room, saturday, 540, 660, MONDAY + timedelta(days=2))
    assert week(room).healed == 120 and week(room).healed_on == ((saturday, 120),)
    assert week(room).outside_lessons_minutes == 0 and week(room).missing == 900
    assert week(room, next_week).heals == ((MONDAY, 120),)
    assert week(room, next_week).outside_lessons_minutes == 150
    term = school.context(room).term("2026-1")
    assert sum(w.outside_lessons_minutes for w in hours.weeks(room, term, LATER)) == 150
    assert hours.weeks(room, term, LATER)[11] == week(room)


def test_a_make_up_nobody_came_to_heals_nothing(room: Room) -> None:
    make_up(room, MONDAY + timedelta(days=12), 540, 660, MONDAY)
    assert week(room).healed == 0 and week(room).healed_on == ()


def test_no_minute_heals_two_weeks(room: Room) -> None:
    day = MONDAY + timedelta(days=12)
    put(room, (day, 540, 660))
    make_up(room, day, 540, 620, MONDAY)
    make_up(room, day, 540, 660, MONDAY - timedelta(days=7))
    assert (week(room).healed, week(room, MONDAY - timedelta(days=7)).healed) == (80, 40)


def test_a_make_up_in_the_holidays_is_known_though_no_week_counts_it(room: Room) -> None:
    day = date(2027, 1, 20)
    put(room, (day, 540, 660))
    make_up(room, day, 540, 660, date(2027, 1, 11))
    found = hours.week_of(room, date(2027, 1, 11), datetime(2027, 2, 1, 12))
    assert found is not None and (found.healed, found.outside_lessons_minutes) == (120, 0)


def test_what_cannot_heal(room: Room) -> None:
    with pytest.raises(NotValid, match="同一周"):
        make_up(room, MONDAY, 540, 660, MONDAY + timedelta(days=4))
    with pytest.raises(NotValid, match="停开"):
        make_up(room, MONDAY, 540, 660, MONDAY - timedelta(days=4), opens=False)
    day = MONDAY + timedelta(days=12)
    openings.add_spare(room, [{"day": day, "starts": 540, "ends": 600, "heals": MONDAY + timedelta(days=1)}])
    (row,) = openings.exceptions(room, day, day)
    assert (row.heals, row.why) == (MONDAY, "make_up")


# ---- people counted apart -------------------------------------------------------------------------------------


def test_people_count_apart_where_the_school_says_so(room: Room) -> None:
    put(room, (MONDAY, 720, 780), (MONDAY, 750, 800))
    put(room, (MONDAY, 720, 760), person=Q)
    with room.write("试") as deed:
        deed.session.add(Visit(client="teacher", name="丁", day=MONDAY, starts=740, ends=790, person=Q))
    assert week(room).outside_lessons_minutes == 80
    room_rules.set_rules(room, {"each_counts": True})
    assert week(room).outside_lessons_minutes == 80 + 70
    rows = hours.rows_behind(room, MONDAY, MONDAY, LATER)
    assert sum(row.adds_outside for row in rows) == 150
    history.undo(room)
    assert week(room).outside_lessons_minutes == 80


def test_what_the_plan_will_bring_is_counted_the_same_way(room: Room) -> None:
    for person in (P, Q):
        openings.add_slot(room, {"weekday": 5, "starts": 720, "ends": 780, "person": person, "since": MONDAY})
    thursday = datetime(2026, 11, 19, 12, 0)
    once = hours.shortage(room, MONDAY, thursday)
    room_rules.set_rules(room, {"each_counts": True})
    twice = hours.shortage(room, MONDAY, thursday)
    assert once is not None and twice is not None and (once.planned, twice.planned) == (60, 120)
    friday = datetime(2026, 11, 20, 12, 30)
    put(room, (MONDAY + timedelta(days=4), 720, 750))
    later = hours.shortage(room, MONDAY, friday)
    assert later is not None and later.planned == 30 + 60  # what is under way counts whole, but for what is logged
