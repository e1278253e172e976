"""Groups: members take part in a session with their own time; attendance, size, topic, undo."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from psyroom.errors import NeedsCounsellor, NotValid, Overtaken, Refused
from psyroom.services import bookings, groups, merging, timeline, visits, week
from psyroom.services.bookings import Clashes
from psyroom.store import history as chain
from tests.services.room_for_bookings import MONDAY, NOON, TUESDAY, Small, as_duty, at, make_small, undo

WEDNESDAY = TUESDAY + timedelta(days=1)


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Small]:
    made = make_small(tmp_path / "室")
    yield made
    made.room.close()


def session_of(small: Small, no: int, **more: Any) -> dict[str, Any]:
    values = {
        "client": "group", "group_no": no, "day": WEDNESDAY, "starts": 730, "ends": 770, "person": small.wang,
        "place": small.places[1],
    }  # fmt: skip
    return {**values, **more}


def own(small: Small, which: int, **more: Any) -> dict[str, Any]:
    values = {"student": small.students[which], "day": WEDNESDAY, "starts": 740, "ends": 760, "person": small.chen}
    return {**values, **more}


def made(small: Small, *members: int) -> str:
    return groups.add(small.room, {"leader": small.wang}, [small.students[n] for n in members], TUESDAY)


def booking_of(small: Small, booking_id: str) -> week.Entry:
    entry = week.entry(small.room, "booking", booking_id, NOON)
    assert entry is not None
    return entry


def test_a_group_has_a_number_members_and_a_topic_for_counsellors(small: Small) -> None:
    group = made(small, 0, 1, 2)
    groups.set_topic(small.room, group, "考前放松")
    (seen,) = groups.listed(small.room)
    assert (seen.no, seen.leader_name, seen.topic) == (1, "王老师", "考前放松")
    assert {m.who for m in seen.members} == {"张晓雨", "李明", "王芳"}
    duty = as_duty(small)
    (seen,) = groups.listed(duty)
    assert seen.topic == "" and len(seen.members) == 3
    with pytest.raises(NeedsCounsellor):
        groups.set_topic(duty, group, "x")


def test_the_size_of_a_session_follows_the_members(small: Small) -> None:
    group = made(small, 0, 1, 2)
    booked = bookings.book(small.room, session_of(small, 1), NOON)
    assert booking_of(small, booked.id).who == "团体 1（3 人）"
    assert booking_of(small, booked.id).members == ("张晓雨", "李明", "王芳")
    groups.set_members(small.room, group, [small.students[n] for n in (0, 1)], TUESDAY)
    assert booking_of(small, booked.id).size == 2
    undo(small.room)
    assert booking_of(small, booked.id).size == 3
    groups.set_members(small.room, group, [small.students[0]], WEDNESDAY + timedelta(days=1))
    assert booking_of(small, booked.id).size == 3


def test_a_member_cannot_be_in_two_places(small: Small) -> None:
    made(small, 0, 1)
    groups.add(small.room, {}, [small.students[1], small.students[2]], TUESDAY)
    bookings.book(small.room, session_of(small, 1), NOON)
    with pytest.raises(Clashes) as error:
        bookings.book(small.room, own(small, 1), NOON)
    assert {c.kind for c in error.value.clashes} == {"client"} and "李明 12:10—12:50" in str(error.value)
    with pytest.raises(Clashes, match="李明"):
        bookings.book(small.room, session_of(small, 2, person=small.chen, place=""), NOON)
    other = bookings.book(small.room, own(small, 2), NOON)
    with pytest.raises(Clashes, match="王芳"):  # the other way round: the group comes to where a member is
        bookings.move(small.room, bookings.book(small.room, session_of(small, 2, starts=980, ends=1020, day=TUESDAY,
            place=""), NOON).id, WEDNESDAY, 740, 780, NOON)  # fmt: skip
    assert other.id


def test_nobody_joins_who_is_booked_elsewhere_at_a_session(small: Small) -> None:
    group = made(small, 0, 1)
    bookings.book(small.room, session_of(small, 1), NOON)
    bookings.book(small.room, own(small, 2), NOON)
    with pytest.raises(Clashes) as error:
        groups.set_members(small.room, group, small.students[:3], TUESDAY)
    assert "9月9日 周三，王芳 12:20—12:40 已有预约" in str(error.value)
    assert len(groups.listed(small.room)[0].members) == 2
    with pytest.raises(NotValid):
        groups.set_members(small.room, group, ["nobody"], TUESDAY)
    groups.set_members(small.room, group, small.students[:3], WEDNESDAY + timedelta(days=1))


def test_nor_who_joins_earlier_than_was_said(small: Small) -> None:
    group = made(small, 0, 1)
    thursday = WEDNESDAY + timedelta(days=1)
    booked = bookings.book(small.room, session_of(small, 1), NOON)
    mine = bookings.book(small.room, own(small, 2), NOON)
    groups.set_members(small.room, group, small.students[:3], thursday)
    with pytest.raises(Clashes, match="王芳"):
        groups.set_members(small.room, group, small.students[:3], TUESDAY)
    bookings.cancel(small.room, booked.id, "suspended")
    bookings.cancel(small.room, mine.id, "suspended")
    groups.set_members(small.room, group, small.students[:3], TUESDAY)
    bookings.reopen(small.room, booked.id, NOON)
    assert booking_of(small, booked.id).size == 3


def test_undo_brings_no_member_back_into_a_time_taken_since(small: Small) -> None:
    group = made(small, 0, 1, 2)
    bookings.book(small.room, session_of(small, 1), NOON)
    groups.set_members(small.room, group, small.students[:2], TUESDAY)
    gone = chain.deeds(small.room, 1)[0].id
    bookings.book(small.room, own(small, 2), NOON)
    with pytest.raises(Clashes):
        undo(small.room, gone)
    assert len(groups.listed(small.room)[0].members) == 2


def test_undo_leaves_no_group_without_its_number(small: Small) -> None:
    group = made(small, 0, 1)
    first = chain.deeds(small.room, 1)[0].id
    groups.set_members(small.room, group, small.students[:3], TUESDAY)
    with pytest.raises(Refused, match="又加了成员"):
        undo(small.room, first)
    undo(small.room)
    undo(small.room)
    assert groups.listed(small.room) == []
    taken_back = chain.deeds(small.room, 1)[0].id
    made(small, 3, 4)
    with pytest.raises(Refused, match="编号 1"):
        undo(small.room, taken_back)


def test_attendance_begins_with_everybody_and_the_size_follows(small: Small) -> None:
    made(small, 0, 1, 2)
    booked = bookings.book(small.room, session_of(small, 1, day=TUESDAY), NOON)
    entered = visits.arrive(small.room, booked.id, at(TUESDAY, 730))
    deed = chain.deeds(small.room, 1)[0].id
    here = groups.attendance(small.room, entered.visit)
    assert [(p.who, p.class_name, p.state) for p in here] == [
        ("张晓雨", "七年级1班", "present"), ("李明", "七年级2班", "present"), ("王芳", "七年级3班", "present"),
    ]  # fmt: skip
    said = groups.set_attendance(
        small.room, entered.visit, {small.students[0]: "absent", small.students[1]: "late", small.students[2]: "leave"}
    )
    assert said == "到场 1 人，共 3 人"
    assert booking_of(small, booked.id).size == 1
    (line,) = [line for line in timeline.of(small.room, small.students[1]) if line.kind == "visit"]
    assert (line.day, line.starts, line.title, line.detail) == (TUESDAY, 730, "团体 1", "迟到 · 进行中 · 王老师")
    with pytest.raises(Refused, match="一个人也没有到"):
        groups.set_attendance(small.room, entered.visit, {small.students[1]: "absent"})
    visits.correct(small.room, entered.visit, {"place": small.places[0]}, at(TUESDAY, 780))
    assert booking_of(small, booked.id).size == 1
    with pytest.raises(Overtaken):
        undo(small.room, deed)
    for _ in range(3):
        undo(small.room)
    assert booking_of(small, booked.id).outcome == "open" and booking_of(small, booked.id).size == 3


def test_undo_takes_no_session_away_of_which_somebody_said_more(small: Small) -> None:
    made(small, 0, 1)
    entered = visits.walk_in(small.room, session_of(small, 1, day=TUESDAY, starts=480, ends=520), at(TUESDAY, 530))
    came = chain.deeds(small.room, 1)[0].id
    groups.set_attendance(small.room, entered.visit, {small.students[2]: "absent"})  # one who is no member yet
    with pytest.raises(Refused, match="又登记了到场"):
        undo(small.room, came)
    undo(small.room)
    undo(small.room)
    assert week.entry(small.room, "visit", entered.visit, NOON) is None


def test_a_closed_session_is_the_counsellors_and_a_corrected_one_follows(small: Small) -> None:
    made(small, 0, 1)
    entered = visits.walk_in(small.room, session_of(small, 1, day=TUESDAY, starts=480, ends=520), at(TUESDAY, 530))
    assert len(groups.attendance(small.room, entered.visit)) == 2
    visits.close(small.room, entered.visit, at(TUESDAY, 530))
    with pytest.raises(NotValid):
        groups.set_attendance(small.room, entered.visit, {small.students[0]: "asleep"})
    duty = as_duty(small)
    with pytest.raises(NeedsCounsellor):
        groups.set_attendance(duty, entered.visit, {small.students[0]: "absent"})


def test_a_visit_that_was_another_groups_takes_that_attendance(small: Small) -> None:
    made(small, 0, 1)
    made(small, 2, 3, 4)
    entered = visits.walk_in(small.room, session_of(small, 1, day=TUESDAY, starts=480, ends=520), at(TUESDAY, 530))
    groups.set_attendance(small.room, entered.visit, {small.students[0]: "absent"})
    visits.correct(small.room, entered.visit, {"group_no": 2}, at(TUESDAY, 540))
    assert {p.student for p in groups.attendance(small.room, entered.visit)} == set(small.students[2:5])
    entry = week.entry(small.room, "visit", entered.visit, NOON)
    assert entry is not None and entry.size == 3


def test_a_group_of_a_moment_needs_no_members(small: Small) -> None:
    booked = bookings.book(small.room, session_of(small, 0, size=8), NOON)
    assert booking_of(small, booked.id).who == "团体 1（8 人）"
    made(small, 0, 1)
    assert groups.listed(small.room)[0].no == 2
    group = groups.add(small.room, {"no": 1}, small.students[2:5], WEDNESDAY)  # it gets members later
    assert booking_of(small, booked.id).size == 3
    assert groups.end(small.room, group).startswith("团体 1 已结束")
    with pytest.raises(NotValid, match="已结束"):
        bookings.book(small.room, session_of(small, 1, starts=980, ends=1000), NOON)
    with pytest.raises(Refused):
        groups.end(small.room, group)
    assert [g.no for g in groups.listed(small.room)] == [2]
    assert [g.no for g in groups.listed(small.room, ended=True)] == [1, 2]
    groups.end(small.room, group, False)
    week.week(small.room, MONDAY, NOON)


def test_two_entries_of_one_child_become_one_that_is_in_one_place(small: Small) -> None:
    """Each of the two was booked; the child cannot be at both."""
    day = small.room.today() + timedelta(days=7)
    now = at(small.room.today(), 0)
    group = groups.add(small.room, {}, small.students[:2], TUESDAY)
    session = bookings.book(small.room, session_of(small, 1, day=day), now, anyway=True)
    bookings.book(small.room, own(small, 2, day=day), now, anyway=True)
    with pytest.raises(Refused, match="合并后同一时间会有两个预约"):
        merging.merge(small.room, small.students[1], small.students[2])
    bookings.move(small.room, session.id, day, 800, 840, now, anyway=True)
    merging.merge(small.room, small.students[1], small.students[2])
    assert {m.who for g in groups.listed(small.room) if g.id == group for m in g.members} == {"张晓雨", "李明"}
