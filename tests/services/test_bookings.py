"""Booking: three-way conflicts, lessons, the plan, moving, cancelling, undo."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from psyroom.errors import NeedsCounsellor, NotValid, Refused
from psyroom.services import bookings, visits, week
from psyroom.services.bookings import Clashes
from psyroom.store import history as chain
from tests.services.room_for_bookings import MONDAY, NOON, TUESDAY, Small, as_duty, at, make_small, undo

WEDNESDAY = TUESDAY + timedelta(days=1)


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Small]:
    made = make_small(tmp_path / "室")
    yield made
    made.room.close()


def wanted(small: Small, which: int = 0, **more: Any) -> dict[str, Any]:
    values = {
        "client": "student", "student": small.students[which], "day": WEDNESDAY, "starts": 730, "ends": 760,
        "person": small.wang, "place": small.places[0],
    }  # fmt: skip
    return {**values, **more}


def kinds(error: pytest.ExceptionInfo[Clashes]) -> set[str]:
    return {c.kind for c in error.value.clashes}


def test_a_booking_stands_on_the_calendar_with_the_childs_name_and_class(small: Small) -> None:
    booked = bookings.book(small.room, wanted(small), NOON)
    shown = week.week(small.room, MONDAY, NOON)
    entry = shown.entry("booking", booked.id)
    assert entry is not None
    assert (entry.day, entry.starts, entry.ends) == (WEDNESDAY, 730, 760)
    assert (entry.who, entry.class_name, entry.person_name) == ("张晓雨", "七年级1班", "王老师")
    assert entry.state == "待到"
    assert shown.number == 2
    assert "9月9日 周三" in booked.notes[0]


def test_the_week_holds_plan_lessons_closures_and_make_up_days(small: Small) -> None:
    shown = week.week(small.room, WEDNESDAY, NOON)
    tuesday, wednesday, saturday = shown.days[1], shown.days[2], shown.days[5]
    assert [(b.starts, b.ends) for b in tuesday.plan] == [(725, 825), (980, 1060)]
    assert [(b.starts, b.ends) for b in wednesday.plan] == [(725, 825)]
    assert [b.name for b in wednesday.closed] == ["exam"]
    assert len(tuesday.lessons) == 6
    assert saturday.school_day and saturday.name == "学校安排上课" and saturday.lessons
    holiday = week.week(small.room, date(2026, 10, 1), NOON).days[3]
    assert (holiday.name, holiday.school_day, holiday.plan, holiday.lessons) == ("国庆节", False, (), ())


def test_the_counsellor_cannot_have_two(small: Small) -> None:
    bookings.book(small.room, wanted(small), NOON)
    with pytest.raises(Clashes) as error:
        bookings.book(small.room, wanted(small, 1, starts=745, ends=775, place=small.places[1]), NOON, anyway=True)
    assert kinds(error) == {"counsellor"}
    assert "王老师 12:10—12:40 已有预约" in str(error.value)


def test_nor_the_client_nor_the_room(small: Small) -> None:
    bookings.book(small.room, wanted(small), NOON)
    with pytest.raises(Clashes) as error:
        bookings.book(small.room, wanted(small, person=small.chen, place=small.places[1]), NOON, anyway=True)
    assert kinds(error) == {"client"}
    with pytest.raises(Clashes) as error:
        bookings.book(small.room, wanted(small, 1, person=small.chen), NOON, anyway=True)
    assert kinds(error) == {"room"}
    bookings.book(small.room, wanted(small, 1, person=small.chen, place=small.places[1]), NOON)
    bookings.book(small.room, wanted(small, starts=760, ends=790), NOON, urgent="only_time")  # touching is not clashing


def test_a_telephone_takes_no_room(small: Small) -> None:
    bookings.book(small.room, wanted(small), NOON)
    other = bookings.book(small.room, wanted(small, 1, person=small.chen, channel="telephone"), NOON)
    entry = week.entry(small.room, "booking", other.id, NOON)
    assert entry is not None and entry.place == ""


def test_three_free_times_of_the_same_length_inside_the_plan(small: Small) -> None:
    bookings.book(small.room, wanted(small), NOON)
    with pytest.raises(Clashes) as error:
        bookings.book(small.room, wanted(small, 1), NOON)
    free = error.value.free
    assert len(free) == 3
    assert (free[0].day, free[0].starts, free[0].ends) == (WEDNESDAY, 770, 800)
    for slot in free:
        bookings.book(small.room, wanted(small, 1, day=slot.day, starts=slot.starts, ends=slot.ends), NOON)


def test_the_counsellors_own_lesson_is_hard_and_the_childs_soft(small: Small) -> None:
    bookings.set_timetable(small.room, small.wang, [(3, 600, 645)])
    with pytest.raises(Clashes) as error:
        bookings.book(small.room, wanted(small, starts=600, ends=640), NOON, anyway=True)
    assert kinds(error) == {"lesson_own"} and not error.value.confirm
    with pytest.raises(Clashes) as error:
        bookings.book(small.room, wanted(small, person=small.chen, starts=600, ends=640), NOON)
    assert kinds(error) == {"lesson_student"} and error.value.confirm
    booked = bookings.book(small.room, wanted(small, person=small.chen, starts=600, ends=640), NOON, anyway=True)
    assert any("有课" in note for note in booked.notes)
    bookings.set_timetable(small.room, small.wang, [])
    assert bookings.timetable_of(small.room, small.wang) == []


def test_outside_the_plan_and_in_the_past_is_said_and_done(small: Small) -> None:
    booked = bookings.book(small.room, wanted(small, starts=1140, ends=1170), NOON)
    assert any("没有排开放" in note for note in booked.notes)
    booked = bookings.book(small.room, wanted(small, day=date(2026, 10, 1)), NOON)
    assert any("国庆节" in note for note in booked.notes)
    booked = bookings.book(small.room, wanted(small, day=MONDAY), NOON)
    assert any("过去" in note for note in booked.notes)


def test_a_form_can_ask_before_a_child_is_chosen(small: Small) -> None:
    bookings.book(small.room, wanted(small), NOON)
    found = bookings.check(
        small.room, {"day": WEDNESDAY, "starts": 730, "ends": 760, "person": small.wang, "place": small.places[0]}, NOON
    )
    assert {c.kind for c in found.hard} == {"counsellor", "room"} and len(found.free) == 3
    assert not found.ok


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"student": ""}, "student"),
        ({"student": "nobody"}, "student"),
        ({"client": "teacher", "student": "", "name": " "}, "name"),
        ({"client": "group", "student": "", "size": 1}, "size"),
        ({"ends": 730}, "ends"),
        ({"person": "nobody"}, "person"),
        ({"place": "nowhere"}, "place"),
        ({"way": "by_owl"}, "way"),
    ],
)
def test_what_is_missing_is_said_under_its_field(small: Small, change: dict[str, Any], field: str) -> None:
    with pytest.raises(NotValid) as error:
        bookings.book(small.room, wanted(small, **change), NOON)
    assert field in error.value.fields


def test_each_kind_of_client_has_its_words(small: Small) -> None:
    parent = bookings.book(small.room, wanted(small, client="parent"), NOON)
    teacher = bookings.book(small.room, wanted(small, client="teacher", name="刘老师", starts=770, ends=800), NOON)
    group = bookings.book(small.room, wanted(small, client="group", size=8, day=WEDNESDAY + timedelta(days=1)), NOON)
    shown = week.week(small.room, MONDAY, NOON)
    words = [e.who for e in (shown.entry("booking", b.id) for b in (parent, teacher, group)) if e is not None]
    assert words == ["张晓雨的家长", "刘老师", "团体 1（8 人）"]


def test_moving_checks_anew_and_undo_puts_it_back(small: Small) -> None:
    first = bookings.book(small.room, wanted(small), NOON)
    second = bookings.book(small.room, wanted(small, 1, starts=770, ends=800), NOON)
    with pytest.raises(Clashes):
        bookings.move(small.room, second.id, WEDNESDAY, 740, 770, NOON)
    bookings.move(small.room, first.id, TUESDAY, 760, 800, NOON)  # longer, and to another day
    bookings.move(small.room, second.id, WEDNESDAY, 740, 770, NOON)
    undo(small.room)
    entry = week.entry(small.room, "booking", second.id, NOON)
    assert entry is not None and (entry.starts, entry.ends) == (770, 800)


def test_cancelling_frees_the_slot_and_coming_back_asks_for_it(small: Small) -> None:
    first = bookings.book(small.room, wanted(small), NOON)
    assert "学生取消" in bookings.cancel(small.room, first.id, "cancelled_by_student")
    second = bookings.book(small.room, wanted(small, 1), NOON)
    with pytest.raises(Clashes):
        bookings.reopen(small.room, first.id, NOON)
    bookings.cancel(small.room, second.id, "suspended")
    bookings.reopen(small.room, first.id, NOON)
    with pytest.raises(NotValid):
        bookings.cancel(small.room, first.id, "arrived")


def test_undoing_a_cancel_is_refused_when_the_time_was_given_away(small: Small) -> None:
    first = bookings.book(small.room, wanted(small), NOON)
    bookings.cancel(small.room, first.id, "cancelled_by_teacher")
    cancelled = chain.last_deed(small.room)
    assert cancelled is not None
    bookings.book(small.room, wanted(small, 1), NOON)
    with pytest.raises(Clashes):
        undo(small.room, cancelled.id)
    entry = week.entry(small.room, "booking", first.id, NOON)
    assert entry is not None and entry.outcome == "cancelled_by_teacher"


def test_who_has_come_can_no_longer_be_moved_or_cancelled(small: Small) -> None:
    booked = bookings.book(small.room, wanted(small, day=TUESDAY), NOON)
    visits.arrive(small.room, booked.id, at(TUESDAY, 731))
    for deed in (
        lambda: bookings.move(small.room, booked.id, WEDNESDAY, 730, 760, NOON),
        lambda: bookings.cancel(small.room, booked.id, "suspended"),
    ):
        with pytest.raises(Refused):
            deed()


def test_somebody_still_inside_does_not_block_the_afternoon(small: Small) -> None:
    visits.walk_in(small.room, {"student": small.students[0], "person": small.wang}, at(TUESDAY, 725))
    with pytest.raises(Clashes):
        bookings.book(small.room, wanted(small, 1, day=TUESDAY), at(TUESDAY, 728))
    bookings.book(small.room, wanted(small, 1, day=TUESDAY, starts=985, ends=1015), at(TUESDAY, 728))


def test_the_duty_person_books_and_moves_but_sets_no_timetable(small: Small) -> None:
    room = as_duty(small)
    booked = bookings.book(room, wanted(small), NOON)
    bookings.move(room, booked.id, WEDNESDAY, 760, 790, NOON)
    bookings.cancel(room, booked.id, "cancelled_by_student")
    with pytest.raises(NeedsCounsellor):
        bookings.set_timetable(room, small.wang, [(1, 480, 525)])
