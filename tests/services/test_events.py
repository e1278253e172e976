"""Lessons, talks and activities on the calendar: they take time like bookings, open nothing, and are held by so many."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from psyroom.errors import NotFound, NotValid, Refused
from psyroom.services import bookings, drafts, events, hours, week
from psyroom.services.bookings import Clashes
from psyroom.store import history as chain
from tests.services.room_for_bookings import MONDAY, NOON, TUESDAY, Small, as_duty, at, make_small, undo

WEDNESDAY = TUESDAY + timedelta(days=1)


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Small]:
    made = make_small(tmp_path / "室")
    yield made
    made.room.close()


def lesson(small: Small, **more: Any) -> dict[str, Any]:
    values = {
        "kind": "lesson", "day": WEDNESDAY, "starts": 600, "ends": 645, "person": small.wang, "stage": "junior",
        "cohort": 2026, "class_no": 3,
    }  # fmt: skip
    return {**values, **more}


def booked(small: Small, **more: Any) -> dict[str, Any]:
    values = {"student": small.students[0], "day": WEDNESDAY, "starts": 610, "ends": 640, "person": small.wang}
    return {**values, **more}


def kinds(error: pytest.ExceptionInfo[Clashes]) -> set[str]:
    return {c.kind for c in error.value.clashes}


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({}, "心理课 · 七年级3班"),
        ({"kind": "lecture", "class_no": 0}, "学生讲座 · 七年级"),
        ({"kind": "parents_talk", "class_no": 0, "cohort": 0}, "家长讲座 · 初中"),
        ({"kind": "meeting", "class_no": 0, "cohort": 0, "stage": ""}, "会议"),
    ],
)
def test_it_stands_on_the_calendar_under_its_name(small: Small, more: dict[str, Any], words: str) -> None:
    made = events.add(small.room, lesson(small, **more), NOON)
    shown = week.week(small.room, MONDAY, NOON)
    entry = shown.entry("event", made.id)
    assert entry is not None and entry == week.entry(small.room, "event", made.id, NOON)
    assert (entry.who, entry.state, entry.person_name, entry.client) == (words, "待开展", "王老师", "")
    assert entry.standing and entry.event_kind == more.get("kind", "lesson")
    assert "9月9日 周三 10:00—10:45" in made.notes[0] and len(made.notes) == 1


def test_counsellor_and_room_are_taken_both_ways_and_no_client(small: Small) -> None:
    place = {"place": small.places[0]}
    events.add(small.room, lesson(small, **place), NOON)
    with pytest.raises(Clashes) as error:
        bookings.book(small.room, booked(small), NOON, anyway=True, urgent="today")
    assert kinds(error) == {"counsellor"} and "王老师 10:00—10:45 已有心理课" in str(error.value)
    with pytest.raises(Clashes) as error:
        bookings.book(small.room, booked(small, person=small.chen, **place), NOON, anyway=True)
    assert kinds(error) == {"room"}
    with pytest.raises(Clashes) as error:
        events.add(small.room, lesson(small, kind="meeting", starts=640, ends=700), NOON)
    assert kinds(error) == {"counsellor"}
    bookings.book(small.room, booked(small, person=small.chen, place=small.places[1]), NOON, anyway=True)
    other = events.add(small.room, lesson(small, person=small.chen, starts=660, ends=700), NOON, urgent="school")
    with pytest.raises(Clashes) as error:
        events.move(small.room, other.id, WEDNESDAY, 620, 660, NOON)
    assert kinds(error) == {"counsellor"}


def test_an_own_lesson_of_the_timetable_is_hard_unless_it_is_that_lesson(small: Small) -> None:
    bookings.set_timetable(small.room, small.wang, [(3, 600, 645)])
    events.add(small.room, lesson(small), NOON)
    next_week = WEDNESDAY + timedelta(days=7)
    assert events.check(small.room, lesson(small, day=next_week), NOON).ok
    with pytest.raises(Clashes) as error:
        events.add(small.room, lesson(small, day=next_week, kind="meeting"), NOON)
    assert kinds(error) == {"lesson_own"}
    assert bookings.in_own_lessons(small.room) == []


@pytest.mark.parametrize(
    ("more", "field"),
    [({"ends": 600}, "ends"), ({"cohort": 0}, "cohort"), ({"stage": ""}, "stage"), ({"person": ""}, "person"),
     ({"kind": "party"}, "kind"), ({"place": "nowhere"}, "place")],
)  # fmt: skip
def test_what_is_missing_is_said_under_its_field(small: Small, more: dict[str, Any], field: str) -> None:
    with pytest.raises(NotValid) as error:
        events.add(small.room, lesson(small, **more), NOON)
    assert set(error.value.fields) == {field}


def test_held_by_so_many_cancelled_and_back(small: Small) -> None:
    made = events.add(small.room, lesson(small, day=TUESDAY), NOON)
    with pytest.raises(Refused, match="还没到"):
        events.held(small.room, made.id, 40, at(TUESDAY, 590))
    with pytest.raises(NotValid):
        events.held(small.room, made.id, 0, NOON)
    assert "45 人" in events.held(small.room, made.id, 45, NOON)
    events.held(small.room, made.id, 44, NOON)
    entry = week.entry(small.room, "event", made.id, NOON)
    assert entry is not None and (entry.state, entry.size) == ("已开展", 44)
    for refused in (lambda: events.cancel(small.room, made.id), lambda: events.change(small.room, made.id, {}, NOON)):
        with pytest.raises(Refused):
            refused()
    events.reopen(small.room, made.id, NOON)
    events.cancel(small.room, made.id)
    bookings.book(small.room, booked(small, day=TUESDAY), NOON, anyway=True)
    with pytest.raises(Clashes):
        events.reopen(small.room, made.id, NOON)
    with pytest.raises(NotFound):
        events.cancel(small.room, "nobody")


def test_undo_brings_no_lesson_back_into_a_time_given_away(small: Small) -> None:
    made = events.add(small.room, lesson(small), NOON)
    events.cancel(small.room, made.id)
    cancelled = chain.deeds(small.room, 1)[0].id
    later = bookings.book(small.room, booked(small), NOON, anyway=True)
    with pytest.raises(Clashes):
        undo(small.room, cancelled)
    bookings.cancel(small.room, later.id, "suspended")
    taken_back = chain.deeds(small.room, 1)[0].id
    undo(small.room, cancelled)
    with pytest.raises(Clashes):  # nor the booking into the lesson's
        undo(small.room, taken_back)


def test_it_opens_nothing_and_the_desk_may_keep_it(small: Small) -> None:
    term = week.context(small.room).term_on(TUESDAY)
    before = hours.weeks(small.room, term, NOON)
    duty = as_duty(small)
    drafts.save(duty, events.FORM, "", {"kind": "lesson"})
    made = events.add(duty, lesson(small, day=TUESDAY, starts=480, ends=525, place=small.places[0]), NOON)
    events.held(duty, made.id, 45, NOON)
    assert hours.weeks(duty, term, NOON) == before
    assert drafts.pending(duty) == []
