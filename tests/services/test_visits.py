"""What took place: arriving, walking in, leaving, closing, not coming."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from psyroom.errors import NeedsCounsellor, NotValid, Refused
from psyroom.records.booking import Booking, Visit
from psyroom.services import bookings, hours, visits, week
from tests.services.room_for_bookings import MONDAY, TUESDAY, Small, as_duty, at, make_small, undo


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Small]:
    made = make_small(tmp_path / "室")
    yield made
    made.room.close()


def booked(small: Small, which: int = 0, day: date = TUESDAY, starts: int = 730) -> str:
    values = {"student": small.students[which], "day": day, "starts": starts, "ends": starts + 30, "person": small.wang}
    return bookings.book(small.room, values, at(MONDAY, 600)).id


def visit_row(small: Small, visit_id: str) -> Visit:
    with small.room.read() as session:
        row = session.get(Visit, visit_id)
    assert row is not None
    return row


def booking_row(small: Small, booking_id: str) -> Booking:
    with small.room.read() as session:
        row = session.get(Booking, booking_id)
    assert row is not None
    return row


@pytest.mark.parametrize(("minute", "outcome"), [(720, "arrived"), (740, "arrived"), (741, "late")])
def test_arriving_opens_a_visit_and_the_clock_says_whether_late(small: Small, minute: int, outcome: str) -> None:
    booking = booked(small)
    entered = visits.arrive(small.room, booking, at(TUESDAY, minute))
    assert booking_row(small, booking).outcome == outcome
    row = visit_row(small, entered.visit)
    assert (row.booking, row.starts, row.ends, row.student) == (booking, minute, None, small.students[0])
    with pytest.raises(Refused):
        visits.arrive(small.room, booking, at(TUESDAY, minute))


def test_one_may_say_otherwise_and_undo_takes_the_visit_away(small: Small) -> None:
    booking = booked(small)
    visits.arrive(small.room, booking, at(TUESDAY, 790), late=False)
    assert booking_row(small, booking).outcome == "arrived"
    undo(small.room)
    assert booking_row(small, booking).outcome == "open"
    shown = week.day_of(small.room, TUESDAY, at(TUESDAY, 800))
    assert [e.visit for e in shown.entries] == [""]


def test_an_earlier_day_is_entered_with_the_hours_booked(small: Small) -> None:
    booking = booked(small, day=MONDAY)
    entered = visits.arrive(small.room, booking, at(TUESDAY, 600))
    row = visit_row(small, entered.visit)
    assert (row.day, row.starts, row.ends) == (MONDAY, 730, 760)
    with pytest.raises(Refused):
        visits.arrive(small.room, booked(small, day=TUESDAY + timedelta(days=1)), at(TUESDAY, 600))


def test_a_walk_in_needs_only_the_name(small: Small) -> None:
    entered = visits.walk_in(small.room, {"student": small.students[2]}, at(TUESDAY, 725))
    row = visit_row(small, entered.visit)
    assert (row.day, row.starts, row.ends, row.person, row.booking) == (TUESDAY, 725, None, small.wang, "")
    entry = week.day_of(small.room, TUESDAY, at(TUESDAY, 730)).entries[0]
    assert (entry.kind, entry.way, entry.inside, entry.state) == ("visit", "walk_in", True, "正在")
    with pytest.raises(Refused):
        visits.walk_in(small.room, {"student": small.students[2]}, at(TUESDAY, 727))


def test_whoever_is_booked_now_is_taken_for_that_booking(small: Small) -> None:
    booking = booked(small)
    entered = visits.walk_in(small.room, {"student": small.students[0]}, at(TUESDAY, 720))
    assert "12:10 的预约" in entered.note
    assert booking_row(small, booking).outcome == "arrived"
    assert len(week.day_of(small.room, TUESDAY, at(TUESDAY, 730)).entries) == 1


def test_the_duty_person_marks_and_the_counsellor_closes(small: Small) -> None:
    room = as_duty(small)
    entered = visits.walk_in(room, {"student": small.students[0]}, at(TUESDAY, 725))
    assert visit_row(small, entered.visit).person == small.wang
    visits.leave(room, entered.visit, at(TUESDAY, 770))
    assert visit_row(small, entered.visit).ends == 770
    with pytest.raises(NeedsCounsellor):
        visits.close(room, entered.visit, at(TUESDAY, 771))
    with pytest.raises(Refused):
        visits.leave(room, entered.visit, at(TUESDAY, 772))


def test_closing_takes_the_hours_marked_or_the_ones_given(small: Small) -> None:
    entered = visits.walk_in(small.room, {"student": small.students[0]}, at(TUESDAY, 725))
    words = visits.close(small.room, entered.visit, at(TUESDAY, 770))
    assert "12:05—12:50" in words and "45 分钟" in words
    assert visit_row(small, entered.visit).closed_by == small.wang
    visits.close(small.room, entered.visit, at(TUESDAY, 780), ends=760)
    assert visit_row(small, entered.visit).ends == 760
    with pytest.raises(Refused):
        visits.leave(small.room, entered.visit, at(TUESDAY, 780), 765)


def test_hours_that_cannot_have_been_are_refused(small: Small) -> None:
    entered = visits.walk_in(small.room, {"student": small.students[0]}, at(TUESDAY, 725))
    for ends, now in ((725, 770), (720, 770), (800, 770)):
        with pytest.raises(NotValid):
            visits.close(small.room, entered.visit, at(TUESDAY, now), ends=ends)
    with pytest.raises(NotValid):  # forgotten yesterday: the hour must be said
        visits.leave(small.room, entered.visit, at(TUESDAY + timedelta(days=1), 480))
    visits.leave(small.room, entered.visit, at(TUESDAY + timedelta(days=1), 480), 765)
    with pytest.raises(NotValid):
        visits.walk_in(small.room, {"student": small.students[1], "day": TUESDAY + timedelta(days=1)}, at(TUESDAY, 600))
    with pytest.raises(NotValid):
        visits.walk_in(small.room, {"student": small.students[1], "day": MONDAY, "starts": 700}, at(TUESDAY, 600))
    visits.walk_in(
        small.room, {"student": small.students[1], "day": MONDAY, "starts": 700, "ends": 730}, at(TUESDAY, 600)
    )


def test_what_was_marked_wrong_is_put_right(small: Small) -> None:
    entered = visits.walk_in(small.room, {"student": small.students[0]}, at(TUESDAY, 725))
    visits.correct(
        small.room, entered.visit, {"student": small.students[1], "starts": 720, "person": small.chen}, at(TUESDAY, 770)
    )
    row = visit_row(small, entered.visit)
    assert (row.student, row.starts, row.person, row.ends) == (small.students[1], 720, small.chen, None)


def test_not_coming_is_a_task_until_something_was_done(small: Small) -> None:
    booking = booked(small)
    with pytest.raises(Refused):
        visits.no_show(small.room, booking, at(TUESDAY, 700))
    visits.no_show(small.room, booking, at(TUESDAY, 760))
    assert booking_row(small, booking).outcome == "no_show"
    with pytest.raises(NotValid):
        visits.follow_up(small.room, booking, "whatever")
    visits.follow_up(small.room, booking, "found")
    assert booking_row(small, booking).follow_up == "found"


def test_visits_keep_the_room_open(small: Small) -> None:
    entered = visits.walk_in(small.room, {"student": small.students[0]}, at(TUESDAY, 725))
    rows = hours.rows_behind(small.room, TUESDAY, TUESDAY, at(TUESDAY, 740))
    assert [(r.kind, r.starts, r.until) for r in rows] == [("visit", 725, 740)]
    visits.close(small.room, entered.visit, at(TUESDAY, 770))
    visits.walk_in(small.room, {"student": small.students[1], "channel": "telephone"}, at(TUESDAY, 780))
    rows = hours.rows_behind(small.room, TUESDAY, TUESDAY, at(TUESDAY, 800))
    assert [(r.starts, r.until, r.adds_outside) for r in rows] == [(725, 770, 45)]
