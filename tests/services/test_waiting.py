"""The waiting list: who is offered a time and why, booking from it, and what becomes of entries past their day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from psyroom.errors import NeedsCounsellor, NotValid, Refused
from psyroom.records.booking import Booking
from psyroom.records.students import Student
from psyroom.records.waiting import Waiting, WaitingFirst, WaitingWindow
from psyroom.rules.booking import Free
from psyroom.rules.waiting import Window
from psyroom.services import bookings, groups, history, merging, visits, waiting
from psyroom.services.around import Clashes
from tests.services.room_for_bookings import MONDAY, TUESDAY, Small, as_duty, at, make_small

THURSDAY = TUESDAY + timedelta(days=2)
NOW = at(TUESDAY, 590)
NOON_4 = Window(4, 700, 840)  # Thursday's noon of this school: 11:40–14:00


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Small]:
    made = make_small(tmp_path / "室")
    yield made
    made.room.close()


def wait(small: Small, which: int = 0, windows: tuple[Window, ...] = (), **more: Any) -> str:
    values = {"client": "student", "student": small.students[which], "minutes": 40, **more}
    return waiting.add(small.room, values, windows, NOW)


def freed(small: Small, day: date = THURSDAY, starts: int = 730, ends: int = 770, **more: Any) -> Free:
    return Free(day, starts, ends, more.get("person", small.wang), more.get("place", small.places[0]))


def offered(small: Small, time: Free, count: int = 3) -> list[str]:
    return [match.entry.id for match in waiting.matches(small.room, time, NOW, count)]


def stored(small: Small) -> list[Booking]:
    with small.room.read() as session:
        return list(session.exec(select(Booking)).all())


def state_of(small: Small, waiting_id: str) -> str:
    with small.room.read() as session:
        return session.get_one(Waiting, waiting_id).state


# ---- the list -------------------------------------------------------------------------------------------------


def test_an_entry_says_who_how_long_and_when(small: Small) -> None:
    wait(small, 0, (NOON_4, Window(2, 700, 840), Window(5, 1000, 1040)), person=small.chen, since=MONDAY)
    (entry,) = waiting.listed(small.room, at(THURSDAY, 600))
    assert (entry.who, entry.class_name, entry.days, entry.person_name) == ("张晓雨", "七年级1班", 3, "陈老师")
    assert entry.suits == "周二、四午休；周五 16:40—17:20" and not entry.expired
    assert entry.expires == TUESDAY + timedelta(days=14)
    wait(small, 1)
    assert waiting.listed(small.room, NOW)[1].suits == "什么时间都行"


def test_the_bands_of_the_day_are_the_school_s(small: Small) -> None:
    bands = {band.key: band for band in waiting.day_bands(small.room, TUESDAY, small.students[0])}
    assert bands["noon"].spans == ((700, 840),) and bands["breaks"].spans == ((580, 600),)
    assert bands["after"].spans[0][0] == 940 and bands["evening"].name == "晚自习"
    assert bands["noon"].windows(4) == (NOON_4,)


def test_nobody_stands_twice_on_the_list(small: Small) -> None:
    first = wait(small, 0)
    with pytest.raises(Refused, match="已经在候补名单上"):
        wait(small, 0)
    wait(small, 0, client="parent")  # the parents are somebody else
    waiting.withdraw(small.room, first)
    assert wait(small, 0) != first
    assert len(waiting.of_student(small.room, small.students[0], NOW)) == 2
    assert not waiting.of_student(small.room, "", NOW)


@pytest.mark.parametrize(
    ("values", "windows", "field"),
    [
        ({"student": ""}, (), "student"),
        ({"client": "group"}, (), "client"),
        ({"client": "teacher", "name": " "}, (), "name"),
        ({"minutes": 5}, (), "minutes"),
        ({"expires": date(2026, 9, 1)}, (), "expires"),
        ({"person": "f" * 32}, (), "person"),
        ({}, (Window(4, 700, 720),), "windows"),
        ({}, (Window(4, 720, 700),), "windows"),
    ],
)
def test_what_cannot_be_is_said_under_its_field(
    small: Small, values: dict[str, Any], windows: tuple[Window, ...], field: str
) -> None:
    with pytest.raises(NotValid) as told:
        wait(small, 0, windows, **values)
    assert field in told.value.fields


def test_changing_replaces_the_windows_and_keeps_since(small: Small) -> None:
    entry = wait(small, 0, (NOON_4,), since=MONDAY)
    waiting.change(small.room, entry, {"minutes": 30}, (Window(5, 980, 1040),), NOW)
    (seen,) = waiting.listed(small.room, NOW)
    assert (seen.minutes, seen.windows, seen.since) == (30, (Window(5, 980, 1040),), MONDAY)
    waiting.change(small.room, entry, {"minutes": 45}, None, NOW)
    assert waiting.listed(small.room, NOW)[0].windows == (Window(5, 980, 1040),)
    history.undo(small.room)
    history.undo(small.room)
    assert waiting.listed(small.room, NOW)[0].windows == (NOON_4,)


def test_an_old_entry_is_asked_and_never_offered(small: Small) -> None:
    entry = wait(small, 0, expires=TUESDAY)
    later = at(THURSDAY, 600)
    (seen,) = waiting.listed(small.room, later)
    assert seen.expired and waiting.to_ask(small.room, later) == 1
    assert not waiting.matches(small.room, freed(small), later)
    assert "9 月 24 日" in waiting.renew(small.room, entry, later)
    assert waiting.matches(small.room, freed(small), later) and waiting.to_ask(small.room, later) == 0
    waiting.withdraw(small.room, entry)
    assert not waiting.listed(small.room, later)
    with pytest.raises(Refused, match="不再等"):
        waiting.renew(small.room, entry, later)
    history.undo(small.room)
    assert len(waiting.listed(small.room, later)) == 1


def test_one_who_has_left_is_asked_and_never_offered(small: Small) -> None:
    wait(small, 0)
    with small.room.write("改") as deed:
        deed.session.get_one(Student, small.students[0]).status = "moved"
    assert waiting.listed(small.room, NOW)[0].expired and waiting.to_ask(small.room, NOW) == 1
    assert not offered(small, freed(small))


def test_two_entries_of_one_child_become_one_on_every_list(small: Small) -> None:
    keep, other, third = small.students[:3]
    first, twin = wait(small, 0), wait(small, 1)
    parents = wait(small, 1, client="parent")
    both = groups.add(small.room, {}, [keep, other], TUESDAY)
    alone = groups.add(small.room, {}, [other, third], TUESDAY)
    numbers = {group.id: group.no for group in groups.listed(small.room)}
    visit = visits.walk_in(small.room, {"client": "group", "group_no": numbers[both], "size": 2}, NOW).visit
    groups.set_attendance(small.room, visit, {other: "late"})
    before = waiting.listed(small.room, NOW)
    merging.merge(small.room, keep, other)
    assert {e.id for e in waiting.listed(small.room, NOW)} == {first, parents} and state_of(small, twin) == "withdrawn"
    members = {group.id: {m.student for m in group.members} for group in groups.listed(small.room)}
    assert members == {both: {keep}, alone: {keep, third}}
    assert [p.student for p in groups.attendance(small.room, visit)] == [keep]
    history.undo(small.room)
    assert waiting.listed(small.room, NOW) == before
    assert {p.student: p.state for p in groups.attendance(small.room, visit)} == {keep: "present", other: "late"}


# ---- who is offered a time --------------------------------------------------------------------------------------


def test_who_named_the_time_goes_before_who_takes_any_and_the_longest_waiting_first(small: Small) -> None:
    any_time = wait(small, 0, since=date(2026, 8, 31))
    named = wait(small, 1, (NOON_4,), since=TUESDAY - timedelta(days=1))
    longer = wait(small, 2, (NOON_4,), since=TUESDAY - timedelta(days=4))
    wait(small, 3, (Window(5, 700, 840),))
    assert offered(small, freed(small), 9) == [longer, named, any_time]
    why = waiting.matches(small.room, freed(small), NOW)[0].why
    assert why == "等了 4 天 · 周四午休合适"
    waiting.set_first(small.room, any_time)
    assert offered(small, freed(small), 9) == [any_time, longer, named]
    assert waiting.matches(small.room, freed(small), NOW)[0].why == "优先 · 等了 8 天 · 什么时间都行"
    waiting.set_first(small.room, any_time, False)
    assert offered(small, freed(small), 9)[0] == longer


def test_length_counsellor_and_window_must_hold(small: Small) -> None:
    wait(small, 0, minutes=50)
    wait(small, 1, person=small.chen)
    wait(small, 2, (Window(4, 700, 750),))
    fits = wait(small, 3, (Window(4, 725, 775),), person=small.wang)
    assert offered(small, freed(small)) == [fits]
    (match,) = waiting.matches(small.room, freed(small), NOW)
    assert (match.starts, match.ends, match.soft) == (730, 770, ()) and "想约王老师" in match.why


def test_a_shorter_entry_is_put_where_it_suits_inside_a_longer_time(small: Small) -> None:
    wait(small, 0, (Window(4, 750, 800),), minutes=30)
    (match,) = waiting.matches(small.room, freed(small, starts=725, ends=825), NOW)
    assert (match.starts, match.ends) in ((750, 780), (770, 800))


def test_one_who_is_booked_then_or_whose_room_is_taken_is_not_offered(small: Small) -> None:
    busy = wait(small, 0)
    apart = wait(small, 1, channel="telephone")
    values = {"day": THURSDAY, "starts": 730, "ends": 770, "person": small.chen, "place": small.places[0]}
    bookings.book(small.room, {**values, "student": small.students[0]}, NOW)
    assert offered(small, freed(small)) == [apart], "the room is taken; on the telephone none is needed"
    found = offered(small, freed(small, place=small.places[1]))
    assert busy not in found and apart in found


def test_a_time_during_the_student_s_lesson_is_offered_last_and_needs_a_yes(small: Small) -> None:
    student = wait(small, 0, since=MONDAY)
    parent = wait(small, 1, client="parent")
    lesson = freed(small, starts=600, ends=645)
    found = waiting.matches(small.room, lesson, NOW)
    assert [m.entry.id for m in found] == [parent, student] and "要先说好" in found[1].why and found[1].soft
    match = found[1]
    with pytest.raises(Clashes) as told:
        _take(small, match)
    assert told.value.confirm and state_of(small, student) == "waiting"
    _take(small, match, anyway=True)
    assert state_of(small, student) == "booked"


def test_a_past_time_is_offered_to_nobody(small: Small) -> None:
    wait(small, 0)
    assert not offered(small, freed(small, day=MONDAY))
    assert not offered(small, freed(small, day=TUESDAY, starts=480, ends=525))


# ---- booking from the list --------------------------------------------------------------------------------------


def _take(small: Small, match: waiting.Match, **more: Any) -> Any:
    return waiting.take(
        small.room, match.entry.id, match.day, match.starts, match.ends, NOW, person=match.person, place=match.place,
        **more,
    )  # fmt: skip


def test_taking_books_and_closes_the_entry_and_one_undo_takes_back_both(small: Small) -> None:
    entry = wait(small, 0, (NOON_4,), way="class_teacher")
    (match,) = waiting.matches(small.room, freed(small), NOW)
    booked = _take(small, match)
    (booking,) = stored(small)
    assert (booking.id, booking.student, booking.way) == (booked.id, small.students[0], "class_teacher")
    assert state_of(small, entry) == "booked" and not waiting.listed(small.room, NOW)
    with pytest.raises(Refused, match="已约上"):
        _take(small, match)
    history.undo(small.room)
    assert not stored(small) and state_of(small, entry) == "waiting"


def test_a_refused_booking_leaves_the_entry_where_it_was(small: Small) -> None:
    entry = wait(small, 0)
    (match,) = waiting.matches(small.room, freed(small), NOW)
    bookings.book(
        small.room, {"student": small.students[1], "day": THURSDAY, "starts": 730, "ends": 770, "person": small.wang}, NOW
    )  # fmt: skip
    with pytest.raises(Clashes):
        _take(small, match)
    assert state_of(small, entry) == "waiting" and len(stored(small)) == 1


def test_the_best_times_of_an_entry_are_free_and_in_its_windows(small: Small) -> None:
    entry = wait(small, 0, (NOON_4, Window(5, 700, 840)))
    bookings.book(
        small.room, {"student": small.students[1], "day": THURSDAY, "starts": 725, "ends": 825, "person": small.wang}, NOW
    )  # fmt: skip
    found = waiting.times(small.room, entry, NOW)
    assert len(found) == 3 and all(f.day.isoweekday() in (4, 5) and not f.soft for f in found)
    assert found[0].day == THURSDAY and found[0].person == small.chen, "the colleague is free at that hour"
    for free in found:
        booked = waiting.take(
            small.room, entry, free.day, free.starts, free.ends, NOW, person=free.person, place=free.place
        )
        assert booked.id
        history.undo(small.room)


def test_the_free_stretch_about_a_minute(small: Small) -> None:
    bookings.book(
        small.room, {"student": small.students[1], "day": THURSDAY, "starts": 725, "ends": 765, "person": small.wang}, NOW
    )  # fmt: skip
    free = waiting.free_around(small.room, THURSDAY, 780, 810, small.wang, NOW)
    assert free is not None and (free.starts, free.ends, free.place) == (765, 825, small.places[0])
    assert waiting.free_around(small.room, THURSDAY, 730, 760, small.wang, NOW) is None
    bare = waiting.free_around(small.room, THURSDAY, 600, 640, small.wang, NOW)
    assert bare is not None and (bare.starts, bare.ends) == (600, 640)
    values = {"day": THURSDAY, "starts": 780, "ends": 820, "person": small.chen, "place": small.places[0]}
    bookings.book(small.room, {**values, "student": small.students[2]}, NOW)
    beside = waiting.free_around(small.room, THURSDAY, 780, 810, small.wang, NOW)
    assert beside is not None and beside.place == small.places[1], "the first room is the colleague's then"


# ---- the duty person --------------------------------------------------------------------------------------------


def test_the_duty_person_adds_sees_and_books_but_knows_no_first(small: Small) -> None:
    first = wait(small, 0, (NOON_4,))
    waiting.set_first(small.room, first)
    small.room.now = lambda: NOW.astimezone()
    duty = as_duty(small)
    second = wait(small, 1, (NOON_4,), since=MONDAY)
    assert [e.id for e in waiting.listed(duty, NOW)] == [second, first]
    assert not any(e.first for e in waiting.listed(duty, NOW))
    found = waiting.matches(duty, freed(small), NOW)
    assert [m.entry.id for m in found] == [second, first] and not any("优先" in m.why for m in found)
    with pytest.raises(NeedsCounsellor):
        waiting.set_first(duty, second)
    _take(small, found[1])
    assert state_of(small, first) == "booked"


def test_a_mark_stands_in_the_case_file_alone(small: Small) -> None:
    entry = wait(small, 0, (NOON_4,))
    waiting.set_first(small.room, entry)
    with small.room.read() as session:
        assert session.get_one(WaitingFirst, entry).first
        assert len(session.exec(select(WaitingWindow)).all()) == 1
    assert WaitingFirst.__table__.schema == "cases"  # type: ignore[attr-defined]
