"""Odd roads to what must not be: taking back what others stand on, one person under two spellings, rooms and people gone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from psyroom.errors import NotValid, Refused
from psyroom.services import (
    back_entry,
    bookings,
    events,
    groups,
    history,
    merging,
    openings,
    people,
    rota,
    school,
    students,
    visits,
    waiting,
)
from psyroom.services.around import Clashes
from psyroom.services.rota import Turn
from psyroom.store import history as chain
from tests.services.never_double import doubles
from tests.services.room_for_bookings import NOON, TUESDAY, Small, make_small

THURSDAY = TUESDAY + timedelta(days=2)
CHILD = {"name": "新来的", "sex": "f", "stage": "junior", "cohort": 2026, "class_no": 1}


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Small]:
    made = make_small(tmp_path / "室")
    yield made
    made.room.close()


def book(small: Small, **values: Any) -> str:
    whole = {"student": small.students[0], "day": THURSDAY, "starts": 730, "ends": 760, "person": small.wang, **values}
    return bookings.book(small.room, whole, NOON).id


def last(small: Small) -> str:
    return chain.deeds(small.room)[0].id


# ---- taking back what others stand on ----------------------------------------------------------------------------


@pytest.mark.parametrize("what", ["booking", "visit", "waiting", "group"])
def test_a_student_somebody_expects_is_not_taken_back(small: Small, what: str) -> None:
    child = students.add(small.room, CHILD, {})
    deed = last(small)
    if what == "booking":
        book(small, student=child)
    elif what == "visit":
        visits.walk_in(small.room, {"student": child}, NOON)
    elif what == "waiting":
        waiting.add(small.room, {"student": child}, (), NOON)
    else:
        groups.add(small.room, {}, [child, small.students[0]], TUESDAY)
    with pytest.raises(Refused):
        history.undo(small.room, deed)
    history.undo(small.room)
    history.undo(small.room, deed)
    assert child not in {e.id for e in students.everybody(small.room)}


@pytest.mark.parametrize("what", ["booking", "event", "slot", "one_off", "opening"])
def test_a_room_in_use_is_not_taken_back(small: Small, what: str) -> None:
    place = school.add_place(small.room, "三楼小间")
    deed = last(small)
    if what == "booking":
        book(small, place=place)
    elif what == "event":
        entry = {"kind": "meeting", "day": THURSDAY, "starts": 980, "ends": 1000, "person": small.wang, "place": place}
        events.add(small.room, entry, NOON)
    elif what == "slot":
        openings.add_slot(small.room, {"weekday": 1, "starts": 1100, "ends": 1160, "place": place, "since": TUESDAY})
    elif what == "one_off":
        openings.add_exception(
            small.room, {"day": THURSDAY, "starts": 1100, "ends": 1160, "opens": True, "place": place}
        )
    else:
        openings.record(small.room, {"day": TUESDAY, "starts": 600, "ends": 660, "place": place}, NOON)
    with pytest.raises(Refused):
        history.undo(small.room, deed)
    assert place in [id for id, _, _ in school.places(small.room)]
    history.undo(small.room)
    history.undo(small.room, deed)
    assert place not in [id for id, _, _ in school.places(small.room)]


def test_nobody_waits_twice_after_an_undo_or_a_change(small: Small) -> None:
    first = waiting.add(small.room, {"student": small.students[0]}, (), NOON)
    waiting.withdraw(small.room, first)
    deed = last(small)
    second = waiting.add(small.room, {"student": small.students[0]}, (), NOON)
    with pytest.raises(Refused):
        history.undo(small.room, deed)
    other = waiting.add(small.room, {"student": small.students[1]}, (), NOON)
    with pytest.raises(Refused):
        waiting.change(small.room, other, {"student": small.students[0]}, None, NOON)
    waiting.change(small.room, second, {"minutes": 30}, None, NOON)  # itself is no other
    assert sorted(w.student for w in waiting.listed(small.room, NOON)) == sorted(small.students[:2])


def test_an_undo_puts_nobody_on_duty_in_two_places(small: Small) -> None:
    room = small.room
    for place in small.places:
        openings.add_slot(room, {"weekday": 4, "starts": 1100, "ends": 1160, "place": place, "since": TUESDAY})
    here, there = (Turn("", THURSDAY, 1100, 1160, place, small.wang) for place in small.places)
    rota.save(room, [here])
    (row,) = [s.turn for s in rota.month(room, 2026, 9).slots if s.turn.id]
    rota.substitute(room, row.id, small.chen, "leave")
    deed = last(small)
    rota.save(room, [there])
    with pytest.raises(Refused):
        history.undo(room, deed)
    history.undo(room)
    history.undo(room, deed)


# ---- one person under two spellings ------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["李老师", " 李老师　", "李 老师", "李　老师"])
def test_a_teacher_is_one_person_however_the_name_is_typed(small: Small, name: str) -> None:
    book(small, client="teacher", student="", name="李老师")
    with pytest.raises(Clashes) as told:
        book(small, client="teacher", student="", name=name, person=small.chen)
    assert {c.kind for c in told.value.clashes} == {"client"}
    waiting.add(small.room, {"client": "teacher", "name": "李老师"}, (), NOON)
    with pytest.raises(Refused):
        waiting.add(small.room, {"client": "teacher", "name": name}, (), NOON)
    assert doubles(small.room) == []


# ---- gone --------------------------------------------------------------------------------------------------------


def test_a_cancelled_booking_does_not_come_back_into_a_closed_room_or_to_somebody_who_left(small: Small) -> None:
    closed = book(small, place=small.places[0])
    bookings.cancel(small.room, closed, "suspended")
    school.close_place(small.room, small.places[0])
    with pytest.raises(NotValid):
        bookings.reopen(small.room, closed, NOON)
    left = book(small, person=small.chen)
    bookings.cancel(small.room, left, "suspended")
    people.remove(small.room, small.chen)
    with pytest.raises(NotValid):
        bookings.reopen(small.room, left, NOON)


def test_an_entry_made_by_mistake_is_not_booked(small: Small) -> None:
    waits = waiting.add(small.room, {"student": small.students[1]}, (), NOON)
    kept = book(small)
    for student in small.students[:2]:
        students.set_status(small.room, student, "removed", TUESDAY)
    with pytest.raises(NotValid):
        book(small, starts=980, ends=1000)
    with pytest.raises(NotValid):
        waiting.take(small.room, waits, THURSDAY, 980, 1000, NOON, person=small.wang)
    with pytest.raises(NotValid):
        waiting.add(small.room, {"student": small.students[0]}, (), NOON)
    bookings.move(small.room, kept, THURSDAY, 980, 1000, NOON)  # what stands may still be moved and cancelled
    bookings.cancel(small.room, kept, "cancelled_by_teacher")


# ---- rubbish -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["张三\n李四", "\x1b[31m李老师", "\u202e李老师", "李\x00老师"])
def test_a_name_holds_nothing_that_cannot_be_seen(small: Small, name: str) -> None:
    with pytest.raises(NotValid) as told:
        book(small, client="teacher", student="", name=name)
    assert set(told.value.fields) == {"name"}
    with pytest.raises(NotValid):
        waiting.add(small.room, {"client": "teacher", "name": name}, (), NOON)


@pytest.mark.parametrize("size", ["三", "1.5", "-4", "x" * 50, -1])
def test_a_size_that_is_no_number_is_said(small: Small, size: Any) -> None:
    with pytest.raises(NotValid) as told:
        book(small, client="group", student="", size=size)
    assert set(told.value.fields) == {"size"}


def test_sixty_rows_of_rubbish_are_said_row_by_row(small: Small) -> None:
    """A grid as somebody fills it who fell asleep on the keyboard: nothing is written, nothing breaks."""
    rubbish: list[dict[str, Any]] = [
        {"starts": -5, "ends": 10, "client": "student", "student": "x", "outcome": "arrived"},
        {"starts": "99:99", "ends": "2460", "client": "group", "size": "三", "outcome": "arrived", "person": "zz"},
        {"starts": 1440, "ends": 1441, "client": "teacher", "name": "x" * 500, "outcome": "late"},
        {"starts": 10**12, "ends": 5, "client": "parent", "student": "😀", "outcome": "boo"},
        {"starts": None, "ends": None, "client": "", "outcome": "", "booking": "q", "typed": "\x1b"},
    ]
    before = last(small)
    duties: list[dict[str, Any]] = [{"starts": "x", "ends": 3, "person": "y"}, {"starts": 5, "ends": 5, "person": ""}]
    with pytest.raises(back_entry.NotEntered) as told:
        back_entry.enter(small.room, TUESDAY, rubbish * 12, NOON, duties=duties)
    assert len(told.value.looked.visits) >= 48 and last(small) == before


def test_a_group_hears_which_member_cannot(small: Small) -> None:
    groups.add(small.room, {}, small.students[:3], TUESDAY)
    book(small)
    with pytest.raises(Clashes) as told:
        book(small, client="group", student="", group_no=1, person=small.chen)
    assert told.value.causes == ["张晓雨 12:10—12:40 已有预约"]


def test_who_waits_for_somebody_gone_is_asked(small: Small) -> None:
    waits = waiting.add(small.room, {"student": small.students[0], "person": small.chen}, (), NOON)
    assert waiting.to_ask(small.room, NOON) == 0
    people.remove(small.room, small.chen)
    assert waiting.to_ask(small.room, NOON) == 1 and waiting.listed(small.room, NOON)[0].expired
    waiting.change(small.room, waits, {"person": small.wang}, None, NOON)
    assert waiting.to_ask(small.room, NOON) == 0
    history.undo(small.room)
    assert "哪位老师都行" in waiting.renew(small.room, waits, NOON)
    assert waiting.to_ask(small.room, NOON) == 0


def test_of_two_entries_made_one_the_longer_wait_and_the_word_of_a_counsellor_stay(small: Small) -> None:
    later = waiting.add(small.room, {"student": small.students[0]}, (), NOON)
    early = {"student": small.students[1], "since": TUESDAY - timedelta(days=5)}
    waiting.set_first(small.room, waiting.add(small.room, early, (), NOON))
    merging.merge(small.room, small.students[0], small.students[1])
    (left,) = waiting.listed(small.room, NOON)
    assert (left.id, left.since, left.first) == (later, TUESDAY - timedelta(days=5), True)
    history.undo(small.room)
    assert [w.first for w in waiting.listed(small.room, NOON)] == [True, False]
