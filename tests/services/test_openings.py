"""Template, one-off changes, duty and entries by hand, in a real room."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from psyroom.errors import NotFound, NotValid, Refused
from psyroom.services import history, openings, school
from psyroom.store.room import Room

NOW = datetime(2026, 11, 20, 18, 0)  # a Friday of week 12
START = date(2026, 8, 31)


P, Q, R = "a" * 32, "b" * 32, "c" * 32  # two people and a room


def noon(**values: Any) -> dict[str, Any]:
    return {"weekday": 5, "starts": 720, "ends": 780, "person": P, "place": R, "since": START, **values}


def bands(room: Room, first: date, last: date) -> list[tuple[date, int, int]]:
    return [(slot.day, slot.starts, slot.ends) for slot in openings.plan_between(room, first, last)]


def test_a_changed_slot_leaves_earlier_weeks_as_they_were(room: Room) -> None:
    slot = openings.add_slot(room, noon())
    openings.change_slot(room, slot, {"ends": 800}, date(2026, 11, 16))
    assert bands(room, date(2026, 11, 13), date(2026, 11, 20)) == [
        (date(2026, 11, 13), 720, 780),
        (date(2026, 11, 20), 720, 800),
    ]
    (held,) = openings.slots_on(room, date(2026, 11, 20))
    openings.remove_slot(room, held.id, date(2026, 11, 20))
    assert bands(room, date(2026, 11, 13), date(2026, 11, 20)) == [(date(2026, 11, 13), 720, 780)]
    openings.remove_slot(room, slot, START)
    assert bands(room, START, date(2026, 11, 20)) == []


def test_a_change_before_a_slot_began_changes_the_slot_itself(room: Room) -> None:
    slot = openings.add_slot(room, noon())
    assert openings.change_slot(room, slot, {"starts": 700}, START) == slot
    assert [s.starts for s in openings.slots_on(room, START)] == [700]


@pytest.mark.parametrize("wrong", [{"ends": 720}, {"ends": 700}, {"weekday": 8}, {"until": date(2026, 8, 1)}])
def test_a_slot_that_cannot_be(room: Room, wrong: dict[str, Any]) -> None:
    with pytest.raises(NotValid):
        openings.add_slot(room, noon(**wrong))
    assert openings.slots_on(room, NOW.date()) == []


def test_one_person_stands_once_in_the_template(room: Room) -> None:
    slot = openings.add_slot(room, noon())
    with pytest.raises(Refused, match="12:00—13:00"):
        openings.add_slot(room, noon(starts=770, ends=800))
    openings.add_slot(room, noon(starts=780, ends=800))
    openings.add_slot(room, noon(person=Q))
    openings.add_slot(room, noon(until=None, since=START, weekday=4))
    openings.change_slot(room, slot, {"starts": 710}, START)
    with pytest.raises(NotFound):
        openings.change_slot(room, "nobody", {}, START)


def test_one_off_changes_and_holidays(room: Room) -> None:
    openings.add_slot(room, noon())
    friday = date(2026, 11, 27)
    closed = openings.close_day(room, friday, "training")
    openings.add_exception(room, {"day": friday, "starts": 1020, "ends": 1080, "opens": True, "why": "make_up"})
    term = school.context(room).term("2026-1")
    assert [(s.starts, s.extra) for s in openings.plan_of_week(room, term, 13)] == [(1020, True)]
    openings.remove_exception(room, closed)
    assert [(s.starts, s.extra) for s in openings.plan_of_week(room, term, 13)] == [(720, False), (1020, True)]
    assert openings.plan_of_week(room, term, 5) == []  # 国庆节 and the days before it: Friday 2 October is off
    assert len(openings.exceptions(room, friday, friday)) == 1


def test_duty_on_and_off(room: Room) -> None:
    opened = openings.duty_on(room, NOW.replace(hour=12), place=R)
    (duty,) = openings.on_duty(room, NOW)
    assert (duty.id, duty.starts, duty.name, duty.forgotten) == (opened, 720, "甲", False)
    with pytest.raises(Refused, match="12:00"):
        openings.duty_on(room, NOW)
    assert openings.duty_off(room, NOW.replace(hour=13, minute=5)) == 65
    assert openings.on_duty(room, NOW) == []
    (row,) = openings.openings_of(room, NOW.date(), NOW.date())
    assert (row.starts, row.ends, row.person, row.origin) == (720, 785, room.person.id, "duty")
    with pytest.raises(NotFound):
        openings.duty_off(room, NOW)
    with pytest.raises(Refused, match="13:05"):
        openings.duty_off(room, NOW, opened)


def test_a_duty_of_no_minute_leaves_nothing(room: Room) -> None:
    openings.duty_on(room, NOW)
    assert openings.duty_off(room, NOW) == 0
    assert openings.openings_of(room, NOW.date(), NOW.date()) == []


def test_a_forgotten_duty_is_not_guessed(room: Room) -> None:
    opened = openings.duty_on(room, datetime(2026, 11, 19, 12, 0))
    (duty,) = openings.on_duty(room, NOW)
    assert duty.forgotten
    with pytest.raises(Refused, match="还没有结束"):
        openings.duty_on(room, NOW)
    with pytest.raises(Refused, match="忘了签退"):
        openings.duty_off(room, NOW)
    with pytest.raises(NotValid):
        openings.duty_off(room, NOW, opened, ends=700)
    assert openings.duty_off(room, NOW, opened, ends=780) == 60


def test_by_hand_corrected_and_removed(room: Room) -> None:
    first = openings.record(room, {"day": date(2026, 11, 19), "starts": 720, "ends": 780}, NOW)
    with pytest.raises(Refused, match="已经记过"):
        openings.record(room, {"day": date(2026, 11, 19), "starts": 720, "ends": 780}, NOW)
    openings.correct(room, first, {"ends": 790}, NOW)
    (row,) = openings.openings_of(room, date(2026, 11, 19), NOW.date())
    assert (row.ends, row.origin, row.person) == (790, "hand", room.person.id)
    with pytest.raises(NotValid):
        openings.correct(room, first, {"ends": None}, NOW)
    openings.remove(room, first)
    assert openings.openings_of(room, date(2026, 11, 19), NOW.date()) == []
    history.undo(room)
    assert len(openings.openings_of(room, date(2026, 11, 19), NOW.date())) == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"ends": None},
        {"ends": 720},
        {"ends": 600},
        {"day": date(2026, 11, 21)},
        {"day": date(2026, 11, 20), "ends": 1081},
        {"starts": 0, "ends": 1440},
        {"ends": 1441},
        {"received": -1},
    ],
)
def test_an_opening_that_cannot_have_been(room: Room, wrong: dict[str, Any]) -> None:
    with pytest.raises(NotValid):
        openings.record(room, {"day": date(2026, 11, 19), "starts": 720, "ends": 780, **wrong}, NOW)
    assert openings.openings_of(room, START, date(2026, 12, 31)) == []


def test_the_duty_person_logs_too(new_room: Callable[..., Room]) -> None:
    room = new_room("乙")
    openings.add_slot(room, noon())
    openings.duty_on(room, NOW.replace(hour=12))
    assert openings.duty_off(room, NOW) == 360
    openings.record(room, {"day": date(2026, 11, 19), "starts": 720, "ends": 780}, NOW)
    assert {row.person for row in openings.openings_of(room, START, NOW.date())} == {room.person.id}


def test_the_week_s_log_is_filled_from_the_plan(room: Room) -> None:
    monday, friday = date(2026, 11, 16), NOW.date()
    for weekday in range(1, 6):
        openings.add_slot(room, noon(weekday=weekday))
    openings.add_slot(room, noon(weekday=5, starts=1060, ends=1120))  # ends at 18:40, not over yet
    openings.record(room, {"day": monday, "starts": 730, "ends": 760, "person": P}, NOW)
    openings.record(room, {"day": monday + timedelta(days=1), "starts": 730, "ends": 760, "person": Q}, NOW)
    waiting = openings.not_logged(room, monday, monday + timedelta(days=6), NOW)
    assert [(slot.day.weekday(), slot.starts) for slot in waiting] == [(1, 720), (2, 720), (3, 720), (4, 720)]
    assert openings.record_planned(room, waiting, NOW) == 4
    assert openings.record_planned(room, waiting, NOW) == 0
    assert openings.not_logged(room, monday, friday, NOW) == []
    assert len(openings.openings_of(room, monday, friday)) == 6
    history.undo(room)  # the second one wrote nothing and left no deed
    assert len(openings.openings_of(room, monday, friday)) == 2
