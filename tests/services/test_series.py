"""Series: every date with its cause and its fixes, all or nothing, and changing one, the following or all."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from psyroom.errors import NotFound, NotValid, Refused
from psyroom.records.booking import Booking
from psyroom.rules.series import Pattern
from psyroom.services import bookings, series, visits
from psyroom.services.series import Row, SeriesBooked, SeriesClashes
from psyroom.store import history as chain
from tests.services.room_for_bookings import NOON, TUESDAY, Small, as_duty, at, make_small, undo

WEDNESDAY = TUESDAY + timedelta(days=1)
WEEK = timedelta(weeks=1)


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


def weekly(count: int, first: date = WEDNESDAY, starts: int = 730, ends: int = 760) -> list[Row]:
    return [(first + n * WEEK, starts, ends) for n in range(count)]


def rows_of(small: Small, booked: SeriesBooked | str) -> list[Row]:
    mark = booked if isinstance(booked, str) else booked.series
    return [(p.day, p.starts, p.ends) for p in series.of(small.room, mark, NOON)]


def deeds(small: Small) -> int:
    return len(chain.deeds(small.room, 1000))


# ---- the preview ----------------------------------------------------------------------------------------------


def test_each_date_is_shown_with_its_cause_and_what_helps(small: Small) -> None:
    bookings.book(small.room, wanted(small, 1, day=WEDNESDAY + WEEK), NOON)
    found = series.preview(small.room, wanted(small), Pattern(times=5), NOON)
    assert [p.day for p in found] == [WEDNESDAY + n * WEEK for n in range(5)]
    assert [p.ok for p in found] == [True, False, True, True, False]
    taken, holiday = found[1], found[4]
    assert taken.hard and "王老师 12:10—12:40 已有预约" in taken.why and "个别辅导室" in taken.why
    assert [f.day for f in taken.fixes] == [taken.day] * len(taken.fixes) != []  # the same day has room
    assert all((f.starts >= 760 or f.ends <= 730) and f.ends - f.starts == 30 for f in taken.fixes)
    assert holiday.why == "国庆节放假" and holiday.confirm and not holiday.hard and not holiday.urgent
    assert {f.day for f in holiday.fixes} == {date(2026, 10, 8)}  # the first day of that week the school is open
    assert not found[0].clashes


def test_a_time_nobody_planned_is_said_and_stands(small: Small) -> None:
    found = series.preview(small.room, wanted(small, starts=1000, ends=1040), Pattern(times=2), NOON)
    assert [p.ok for p in found] == [True, True]
    assert "没有排开放" in found[0].why  # this Wednesday the afternoon is closed for an exam
    assert found[1].clashes == ()


def test_lessons_and_the_end_of_the_semester_are_asked_about(small: Small) -> None:
    found = series.preview(small.room, wanted(small, starts=540, ends=570), Pattern(times=1), NOON)
    assert not found[0].ok and found[0].confirm and "学生这时有课" in found[0].why
    late = wanted(small, day=date(2027, 1, 13))
    found = series.preview(small.room, late, Pattern(times=2), NOON)
    assert [p.ok for p in found] == [True, False] and "不在已设的学期里" in found[1].why


def test_the_dates_are_held_against_one_another(small: Small) -> None:
    moved = series.check_row(small.room, wanted(small), TUESDAY + WEEK, 740, 770, NOON, beside=weekly(3))
    assert moved.ok and moved.row == (TUESDAY + WEEK, 740, 770)
    on_the_same = series.check_row(small.room, wanted(small), WEDNESDAY + WEEK, 740, 770, NOON, beside=weekly(3))
    assert on_the_same.hard and "来访者 12:10—12:40 已有预约" in on_the_same.why
    assert all(f.starts >= 760 or f.ends <= 730 for f in on_the_same.fixes if f.day == WEDNESDAY + WEEK)


def test_a_pattern_that_cannot_be_is_said_by_field(small: Small) -> None:
    for pattern, field in ((Pattern(), "times"), (Pattern(times=3, every=0), "every"), (Pattern(times=99), "times")):
        with pytest.raises(NotValid) as told:
            series.preview(small.room, wanted(small), pattern, NOON)
        assert list(told.value.fields) == [field]
    with pytest.raises(NotValid) as told:
        series.preview(small.room, wanted(small), Pattern(weekdays=(1,), until=WEDNESDAY), NOON)
    assert list(told.value.fields) == ["until"]


# ---- booking --------------------------------------------------------------------------------------------------


def test_a_series_is_one_deed_and_each_date_its_own_booking(small: Small) -> None:
    before = deeds(small)
    booked = series.book(small.room, wanted(small), weekly(4), NOON)
    assert deeds(small) == before + 1 and len(booked.ids) == 4
    assert rows_of(small, booked) == weekly(4)
    assert booked.notes[0] == "已约 4 次：9月9日 周三—9月30日 周三"
    with small.room.read() as session:
        rows = [session.get_one(Booking, id) for id in booked.ids]
    assert {r.series for r in rows} == {booked.series} and {r.outcome for r in rows} == {"open"}
    undo(small.room)
    assert rows_of(small, booked) == []


def test_one_date_that_cannot_be_refuses_the_whole_with_every_cause(small: Small) -> None:
    for week in (1, 3):
        bookings.book(small.room, wanted(small, 1, day=WEDNESDAY + week * WEEK), NOON)
    before = deeds(small)
    with pytest.raises(SeriesClashes) as told:
        series.book(small.room, wanted(small), weekly(4), NOON, anyway=True, urgent="today")
    assert [row[0] for row in told.value.rows] == [WEDNESDAY + WEEK, WEDNESDAY + 3 * WEEK]
    assert "9月16日 周三：王老师 12:10—12:40 已有预约" in told.value.causes
    assert "9月30日 周三：" in str(told.value) and not told.value.confirm
    assert all(free for *_, free in told.value.rows)
    assert deeds(small) == before
    kept = [row for row in weekly(4) if row[0] not in (WEDNESDAY + WEEK, WEDNESDAY + 3 * WEEK)]
    assert len(series.book(small.room, wanted(small), kept, NOON).ids) == 2


def test_two_dates_of_a_series_cannot_share_a_minute(small: Small) -> None:
    with pytest.raises(SeriesClashes, match="来访者 12:10—12:40 已有预约"):
        series.book(small.room, wanted(small), [*weekly(2), (WEDNESDAY, 740, 780)], NOON, anyway=True, urgent="today")


def test_holidays_and_lessons_want_a_yes(small: Small) -> None:
    with pytest.raises(SeriesClashes) as told:
        series.book(small.room, wanted(small), weekly(5), NOON)
    assert told.value.confirm and told.value.causes == ["10月7日 周三：国庆节放假"]
    booked = series.book(small.room, wanted(small), weekly(5), NOON, anyway=True)
    assert len(booked.ids) == 5 and any("国庆节放假" in note for note in booked.notes)
    with pytest.raises(SeriesClashes) as told:
        series.book(small.room, wanted(small, 1), weekly(1, starts=540, ends=570), NOON)
    assert told.value.confirm and "学生这时有课" in str(told.value)


def test_what_cannot_be_a_series(small: Small) -> None:
    with pytest.raises(NotValid):
        series.book(small.room, wanted(small), [], NOON)
    with pytest.raises(NotValid):
        series.book(small.room, wanted(small), weekly(61), NOON)
    with pytest.raises(NotValid):
        series.book(small.room, wanted(small, student=""), weekly(2), NOON)
    with pytest.raises(NotFound):
        series.move(small.room, "0" * 32, WEDNESDAY, 730, 760, "all", NOON)


def test_the_duty_person_books_a_series(small: Small) -> None:
    room = as_duty(small)
    booked = series.book(room, wanted(small), weekly(3), NOON)
    assert len(series.of(room, booked.series, NOON)) == 3
    series.cancel(room, booked.ids[1], "cancelled_by_student", "following", NOON)
    assert [p.outcome for p in series.of(room, booked.series, NOON)] == ["open", *["cancelled_by_student"] * 2]


def test_a_new_group_has_one_number_in_all_its_dates(small: Small) -> None:
    values = wanted(small, client="group", student="", size=8)
    booked = series.book(small.room, values, weekly(3), NOON)
    with small.room.read() as session:
        assert {session.get_one(Booking, id).group_no for id in booked.ids} == {1}


# ---- one, the following, all ----------------------------------------------------------------------------------


def test_moving_the_following_moves_them_by_as_many_days_and_minutes(small: Small) -> None:
    booked = series.book(small.room, wanted(small), weekly(4), NOON)
    before = deeds(small)
    done = series.move(small.room, booked.ids[1], WEDNESDAY + WEEK - timedelta(days=1), 980, 1020, "following", NOON)
    assert deeds(small) == before + 1 and done.ids == booked.ids[1:]
    expected = [weekly(4)[0], *[(day - timedelta(days=1), 980, 1020) for day, _, _ in weekly(4)[1:]]]
    assert rows_of(small, booked) == expected
    assert "已改 3 次" in done.notes[0]
    assert [(f.day, f.starts) for f in done.freed] == [(day, 730) for day, _, _ in weekly(4)[1:]]
    undo(small.room)
    assert rows_of(small, booked) == weekly(4)


def test_a_series_can_move_into_its_own_former_times(small: Small) -> None:
    booked = series.book(small.room, wanted(small), weekly(3), NOON)
    series.move(small.room, booked.ids[0], WEDNESDAY + WEEK, 730, 760, "all", NOON)
    assert rows_of(small, booked) == weekly(3, WEDNESDAY + WEEK)
    series.move(small.room, booked.ids[2], WEDNESDAY + 2 * WEEK, 730, 760, "all", NOON)  # and back
    assert rows_of(small, booked) == weekly(3)
    series.move(small.room, booked.ids[1], WEDNESDAY + WEEK, 740, 775, "all", NOON)  # over its own minutes
    assert rows_of(small, booked) == weekly(3, starts=740, ends=775)


def test_a_move_of_several_refuses_whole_with_every_cause_by_its_date(small: Small) -> None:
    booked = series.book(small.room, wanted(small), weekly(4), NOON)
    for week in (1, 3):
        bookings.book(small.room, wanted(small, 1, day=WEDNESDAY + week * WEEK, starts=985, ends=1015), NOON)
    before = deeds(small)
    with pytest.raises(SeriesClashes) as told:
        series.move(small.room, booked.ids[0], WEDNESDAY, 990, 1020, "all", NOON, anyway=True, urgent="today")
    assert [row[0] for row in told.value.rows] == [WEDNESDAY + WEEK, WEDNESDAY + 3 * WEEK]
    assert all("王老师 16:25—16:55 已有预约" in str(row[3]) for row in told.value.rows)
    assert rows_of(small, booked) == weekly(4) and deeds(small) == before


def test_a_refused_date_causes_no_further_ones(small: Small) -> None:
    """The first stays where it was in the refusal, but the second is not told that it runs into it."""
    first = WEDNESDAY + WEEK
    booked = series.book(small.room, wanted(small), weekly(3, first), NOON)
    bookings.book(small.room, wanted(small, 1), NOON)
    with pytest.raises(SeriesClashes) as told:
        series.move(small.room, booked.ids[0], WEDNESDAY, 730, 760, "all", NOON)
    assert [row[0] for row in told.value.rows] == [WEDNESDAY]


def test_one_moved_alone_keeps_its_mark_and_goes_with_the_others_later(small: Small) -> None:
    booked = series.book(small.room, wanted(small), weekly(3), NOON)
    bookings.move(small.room, booked.ids[1], WEDNESDAY + WEEK - timedelta(days=1), 735, 765, NOON)
    alone = (WEDNESDAY + WEEK - timedelta(days=1), 735, 765)
    assert rows_of(small, booked) == [weekly(3)[0], alone, weekly(3)[2]]
    series.move(small.room, booked.ids[2], WEDNESDAY + 2 * WEEK, 740, 770, "one", NOON)
    series.move(small.room, booked.ids[0], WEDNESDAY, 780, 810, "all", NOON)
    moved = [(WEDNESDAY, 780, 810), (alone[0], 785, 815), (WEDNESDAY + 2 * WEEK, 790, 820)]
    assert rows_of(small, booked) == moved


def test_what_has_begun_passed_or_been_called_off_is_left_alone_and_said(small: Small) -> None:
    booked = series.book(small.room, wanted(small), weekly(4), NOON)
    now = at(WEDNESDAY + WEEK, 800)
    bookings.cancel(small.room, booked.ids[2], "suspended")
    visits.arrive(small.room, booked.ids[1], now)
    done = series.move(small.room, booked.ids[3], WEDNESDAY + 3 * WEEK, 740, 770, "all", now)
    assert done.ids == booked.ids[3:] and done.left == 3
    assert done.notes[-1] == "另有 3 次没有动：9月9日（已过）、9月16日（迟到）、9月23日（停诊）"
    assert [p.fixed for p in series.of(small.room, booked.series, now)] == ["已过", "迟到", "停诊", ""]
    for which in (1, 2):
        with pytest.raises(Refused, match="这一次已记为"):
            series.move(small.room, booked.ids[which], WEDNESDAY, 740, 770, "all", now)


def test_changing_carries_over_only_what_differs(small: Small) -> None:
    booked = series.book(small.room, wanted(small), weekly(3), NOON)
    bookings.change(small.room, booked.ids[1], {"place": small.places[1]}, NOON)
    series.change(small.room, booked.ids[0], wanted(small, person=small.chen), "all", NOON)
    found = series.of(small.room, booked.series, NOON)
    assert {p.person_name for p in found} == {"陈老师"}
    assert [p.place for p in found] == [small.places[0], small.places[1], small.places[0]]
    series.change(small.room, booked.ids[2], {"place": "", "channel": "telephone"}, "one", NOON)
    assert [p.place for p in series.of(small.room, booked.series, NOON)] == [*small.places, ""]


def test_moving_onto_a_holiday_wants_a_yes(small: Small) -> None:
    booked = series.book(small.room, wanted(small), weekly(4), NOON)
    with pytest.raises(SeriesClashes) as told:
        series.move(small.room, booked.ids[0], WEDNESDAY + WEEK, 730, 760, "all", NOON)
    assert told.value.confirm and "10月7日 周三：国庆节放假" in told.value.causes
    series.move(small.room, booked.ids[0], WEDNESDAY + WEEK, 730, 760, "all", NOON, anyway=True)
    series.move(small.room, booked.ids[0], WEDNESDAY + WEEK, 740, 770, "all", NOON)  # it lies there already


def test_calling_off_one_the_following_or_all_frees_the_times(small: Small) -> None:
    booked = series.book(small.room, wanted(small), weekly(4), NOON)
    done = series.cancel(small.room, booked.ids[1], "cancelled_by_student", "one", NOON)
    assert done.ids == booked.ids[1:2] and [f.day for f in done.freed] == [WEDNESDAY + WEEK]
    done = series.cancel(small.room, booked.ids[2], "cancelled_by_teacher", "following", NOON)
    assert done.ids == booked.ids[2:]
    states = [p.outcome for p in series.of(small.room, booked.series, NOON)]
    assert states == ["open", "cancelled_by_student", "cancelled_by_teacher", "cancelled_by_teacher"]
    undo(small.room)
    done = series.cancel(small.room, booked.ids[0], "suspended", "all", NOON)
    assert done.ids == (booked.ids[0], *booked.ids[2:]) and done.left == 1
    with pytest.raises(NotValid):
        series.cancel(small.room, booked.ids[0], "arrived", "all", NOON)
    with pytest.raises(NotValid):
        series.cancel(
            small.room, series.book(small.room, wanted(small, 1), weekly(1), NOON).ids[0], "suspended", "x", NOON
        )


def test_undoing_a_cancelled_series_is_refused_when_a_time_was_given_away(small: Small) -> None:
    booked = series.book(small.room, wanted(small), weekly(3), NOON)
    series.cancel(small.room, booked.ids[0], "suspended", "all", NOON)
    gone = chain.deeds(small.room, 1)[0].id
    bookings.book(small.room, wanted(small, 1, day=WEDNESDAY + 2 * WEEK), NOON)
    with pytest.raises(bookings.Clashes):
        undo(small.room, gone)
    assert {p.outcome for p in series.of(small.room, booked.series, NOON)} == {"suspended"}


def test_a_booking_of_its_own_has_no_others(small: Small) -> None:
    one = bookings.book(small.room, wanted(small), NOON)
    other = bookings.book(small.room, wanted(small, day=WEDNESDAY + WEEK), NOON)
    done = series.move(small.room, one.id, WEDNESDAY, 740, 770, "all", NOON)
    assert done.ids == (one.id,) and other.id not in done.ids
    assert series.of(small.room, "", NOON) == []


# ---- entries of the calendar ----------------------------------------------------------------------------------


def lesson(small: Small, **more: Any) -> dict[str, Any]:
    values = {
        "what": "event", "kind": "lesson", "day": WEDNESDAY, "starts": 840, "ends": 885, "person": small.wang,
        "place": small.places[1], "stage": "junior", "cohort": 2026, "class_no": 1,
    }  # fmt: skip
    return {**values, **more}


def test_a_weekly_lesson_is_a_series_too(small: Small) -> None:
    bookings.book(small.room, wanted(small, 1, day=WEDNESDAY + WEEK, starts=850, ends=880), NOON, anyway=True)
    found = series.preview(small.room, lesson(small), Pattern(times=5), NOON)
    assert [p.ok for p in found] == [True, False, True, True, False]
    assert "王老师" in found[1].why and found[4].why == "国庆节放假"
    rows = [p.row for p in found if p.ok]
    booked = series.book(small.room, lesson(small), rows, NOON)
    assert rows_of(small, booked) == rows and {p.kind for p in series.of(small.room, booked.series, NOON)} == {"event"}
    with pytest.raises(bookings.Clashes):
        bookings.book(small.room, wanted(small, starts=850, ends=880), NOON, anyway=True)
    with pytest.raises(SeriesClashes):
        series.book(small.room, lesson(small, place=""), rows, NOON)


def test_a_weekly_lesson_is_moved_and_called_off_alike(small: Small) -> None:
    booked = series.book(small.room, lesson(small), weekly(3, starts=840, ends=885), NOON)
    series.move(small.room, booked.ids[1], WEDNESDAY + WEEK, 895, 940, "following", NOON)
    assert [p[1] for p in rows_of(small, booked)] == [840, 895, 895]
    series.change(small.room, booked.ids[0], {"person": small.chen}, "all", NOON)
    assert {p.person_name for p in series.of(small.room, booked.series, NOON)} == {"陈老师"}
    done = series.cancel(small.room, booked.ids[1], "", "following", NOON)
    assert len(done.freed) == 2
    assert [p.state for p in series.of(small.room, booked.series, NOON)] == ["待开展", "已取消", "已取消"]
    undo(small.room)
    undo(small.room)
    assert {p.person_name for p in series.of(small.room, booked.series, NOON)} == {"王老师"}
