"""The room's own rules: time left free around an appointment, how long ahead to book, and taking on an exception."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from psyroom.errors import NeedsCounsellor, NotValid
from psyroom.services import bookings, events, room_rules, urgency, visits
from psyroom.services.bookings import Clashes
from tests.services.room_for_bookings import NOON, TUESDAY, Small, as_duty, at, make_small

WEDNESDAY = TUESDAY + timedelta(days=1)
THURSDAY = TUESDAY + timedelta(days=2)


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Small]:
    made = make_small(tmp_path / "室")
    yield made
    made.room.close()


def wanted(small: Small, which: int = 0, starts: int = 730, ends: int = 760, **more: Any) -> dict[str, Any]:
    values = {"student": small.students[which], "day": THURSDAY, "starts": starts, "ends": ends, "person": small.wang}
    return {**values, **more}


def asked(small: Small, *args: Any, **more: Any) -> set[str]:
    """The kinds of what a reason is asked for."""
    found = bookings.check(small.room, wanted(small, *args, **more), NOON)
    assert found.ok
    return {c.kind for c in found.urgent}


def test_the_rules_have_defaults_and_are_a_counsellors_to_set(small: Small) -> None:
    rules = room_rules.rules(small.room)
    assert (rules.buffer_before, rules.buffer_after, rules.lead, rules.each_counts) == (0, 10, 0, False)
    room_rules.set_rules(small.room, {"lead": 120})
    room_rules.set_rules(small.room, {"each_counts": True})
    assert (room_rules.rules(small.room).lead, room_rules.rules(small.room).each_counts) == (120, True)
    with pytest.raises(NotValid) as error:
        room_rules.set_rules(small.room, {"lead": -1, "buffer_after": 121})
    assert set(error.value.fields) == {"lead", "buffer_after"}
    with pytest.raises(NeedsCounsellor):
        room_rules.set_rules(as_duty(small), {"lead": 0})


@pytest.mark.parametrize(
    ("before", "after", "at_least"), [(0, 10, 10), (15, 10, 15), (5, 20, 20), (0, 0, 0), (7, 0, 7)]
)
def test_between_two_of_one_counsellor_the_longer_of_both_times_is_free(
    small: Small, before: int, after: int, at_least: int
) -> None:
    """Before and after an appointment in the middle; a free time offered keeps it too."""
    room_rules.set_rules(small.room, {"buffer_before": before, "buffer_after": after})
    bookings.book(small.room, wanted(small, 0, 760, 780), NOON)
    for gap in (0, 5, 10, 15, 20):
        crowded = {"buffer"} if gap < at_least else set()
        assert asked(small, 1, 780 + gap, 800 + gap) == crowded
        assert asked(small, 1, 740 - gap, 760 - gap) == crowded
        assert asked(small, 1, 780 + gap, 800 + gap, person=small.chen) == set()
    (free,) = bookings.nearest_free(small.room, wanted(small, 1, 770, 790), NOON, 1)
    assert (free.day, free.starts) in ((THURSDAY, 780 + at_least), (THURSDAY, 740 - at_least))
    walked = bookings.next_free(small.room, wanted(small, 1, 760, 780), NOON)
    assert walked is not None and walked.starts == 780 + at_least


def test_an_exception_needs_a_reason_of_the_list_and_a_yes_is_not_one(small: Small) -> None:
    first = bookings.book(small.room, wanted(small), NOON)
    with pytest.raises(Clashes) as error:
        bookings.book(small.room, wanted(small, 1, 765, 790), NOON, anyway=True)
    assert error.value.urgent and not error.value.confirm and len(error.value.free) == 3
    assert str(error.value) == "与 12:10—12:40 的预约只隔 5 分钟，中间要留 10 分钟。"
    with pytest.raises(NotValid):
        bookings.book(small.room, wanted(small, 1, 765, 790), NOON, urgent="because")
    booked = bookings.book(small.room, wanted(small, 1, 765, 790), NOON, urgent="own_wish")
    assert urgency.of(small.room, booked.id) == "学生主动急着要谈" and urgency.of(small.room, first.id) == ""
    assert any("只隔 5 分钟" in note for note in booked.notes)
    with pytest.raises(Clashes) as error:  # a reason takes on no lesson and no hard conflict
        bookings.book(small.room, wanted(small, 1, 600, 640, day=WEDNESDAY, person=small.chen), NOON, urgent="today")
    assert error.value.confirm and not error.value.urgent
    with pytest.raises(Clashes) as error:
        bookings.book(small.room, wanted(small, 2, 780, 800), NOON, anyway=True, urgent="today")
    assert not error.value.urgent and not error.value.confirm


def test_both_may_be_missing_at_once(small: Small) -> None:
    bookings.book(small.room, wanted(small, 0, 600, 620), NOON, anyway=True)
    with pytest.raises(Clashes) as error:
        bookings.book(small.room, wanted(small, 1, 625, 645), NOON)
    assert error.value.confirm and error.value.urgent and len(error.value.causes) == 2
    with pytest.raises(Clashes) as error:
        bookings.book(small.room, wanted(small, 1, 625, 645), NOON, urgent="today")
    assert error.value.confirm and not error.value.urgent
    bookings.book(small.room, wanted(small, 1, 625, 645), NOON, urgent="today", anyway=True)


def test_what_does_not_move_is_not_asked_again_and_what_moves_away_forgets(small: Small) -> None:
    bookings.book(small.room, wanted(small), NOON)
    second = bookings.book(small.room, wanted(small, 1, 760, 790), NOON, urgent="today")
    bookings.change(small.room, second.id, {"way": "parent", "place": small.places[1]}, NOON)
    assert urgency.of(small.room, second.id) == "当天需要见面"
    with pytest.raises(Clashes):
        bookings.move(small.room, second.id, THURSDAY, 765, 795, NOON)
    bookings.move(small.room, second.id, THURSDAY, 765, 795, NOON, urgent="school")
    assert urgency.of(small.room, second.id) == "学校临时安排"
    bookings.move(small.room, second.id, THURSDAY, 775, 805, NOON)
    assert urgency.of(small.room, second.id) == ""


def test_a_booking_too_soon_needs_a_reason_and_the_past_none(small: Small) -> None:
    room_rules.set_rules(small.room, {"lead": 120})
    soon = wanted(small, 0, 800, 820, day=TUESDAY)  # 75 minutes after noon
    with pytest.raises(Clashes) as error:
        bookings.book(small.room, soon, NOON)
    assert str(error.value) == "要至少提前 2 小时预约，现在离开始只有 1 小时 15 分。"
    assert all((f.day, f.starts) >= (TUESDAY, 725 + 120) for f in error.value.free)
    booked = bookings.book(small.room, soon, NOON, urgent="today")
    bookings.change(small.room, booked.id, {"ends": 815}, at(TUESDAY, 780))  # shorter: it begins as it did
    bookings.book(small.room, wanted(small, 1, 500, 520, day=TUESDAY, person=small.chen), NOON, anyway=True)
    bookings.book(small.room, wanted(small, 2, 845, 865, day=TUESDAY, person=small.chen), NOON, anyway=True)


def test_who_stands_at_the_door_is_never_stopped_and_stops_nobody(small: Small) -> None:
    room_rules.set_rules(small.room, {"lead": 600, "buffer_before": 60, "buffer_after": 60})
    bookings.book(small.room, wanted(small, 0, 760, 780, day=TUESDAY), NOON, urgent="today")
    entered = visits.walk_in(small.room, {"student": small.students[1]}, at(TUESDAY, 735))
    visits.leave(small.room, entered.visit, at(TUESDAY, 750))
    found = bookings.check(small.room, wanted(small, 2, 980, 1000, day=TUESDAY), at(TUESDAY, 751))
    assert {c.kind for c in found.urgent} == {"lead"}


def test_cancelled_ones_leave_no_time_and_lessons_none_of_their_own(small: Small) -> None:
    gone = bookings.book(small.room, wanted(small), NOON)
    bookings.cancel(small.room, gone.id, "suspended")
    assert asked(small, 1, 760, 790) == set()
    lesson = {"kind": "lesson", "day": THURSDAY, "starts": 800, "ends": 840, "person": small.wang}
    events.add(small.room, lesson, NOON)
    events.add(small.room, {**lesson, "starts": 840, "ends": 880}, NOON)  # one lesson follows another
    assert asked(small, 1, 765, 795) == {"buffer"}  # time after the child's appointment, before the lesson
    assert asked(small, 1, 880, 910) == set()
    booked = bookings.book(small.room, wanted(small, 1, 980, 1000), NOON)
    with pytest.raises(Clashes) as error:
        events.add(small.room, {**lesson, "kind": "meeting", "starts": 1005, "ends": 1020}, NOON)
    assert error.value.urgent
    made = events.add(small.room, {**lesson, "kind": "meeting", "starts": 1005, "ends": 1020}, NOON, urgent="school")
    assert urgency.of(small.room, made.id) == "学校临时安排" and booked.id


def test_coming_back_says_what_is_near_and_asks_for_nothing(small: Small) -> None:
    gone = bookings.book(small.room, wanted(small), NOON)
    bookings.cancel(small.room, gone.id, "suspended")
    bookings.book(small.room, wanted(small, 1, 760, 790), NOON)
    back = bookings.reopen(small.room, gone.id, NOON)
    assert any("紧挨着" in note for note in back.notes)
