"""Signing a week: what stands in the way, the lock on every way of writing, undo, and corrections that show."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from psyroom.errors import NeedsCounsellor, NotUndoable, NotValid, Refused, SignedWeek
from psyroom.records.booking import Booking, Visit
from psyroom.records.opening import Opening
from psyroom.records.school import RoomRules
from psyroom.records.weeks import WeekAmendment, WeekSignature
from psyroom.services import history, hours, openings, school, signing, visits, week_reasons
from psyroom.store import checking
from psyroom.store.room import Room

MONDAY = date(2026, 11, 16)  # week 12
FRIDAY = MONDAY + timedelta(days=4)
OVER = datetime(2026, 11, 20, 17, 0)
LATER = datetime(2026, 11, 25, 12, 0)
WHY = "wrong_time"


def opened(room: Room, day: date, starts: int, ends: int | None, person: str = "") -> str:
    with room.write("试") as deed:
        row = Opening(day=day, starts=starts, ends=ends, person=person or room.person.id)
        deed.session.add(row)
        return row.id


def seen(room: Room, day: date, starts: int, ends: int | None, channel: str = "in_person") -> str:
    with room.write("试") as deed:
        row = Visit(
            client="teacher", name="丁", day=day, starts=starts, ends=ends, person=room.person.id, channel=channel
        )
        deed.session.add(row)
        return row.id


def full(room: Room) -> list[str]:
    """A week of 15 hours outside lessons: 3 each day."""
    return [opened(room, MONDAY + timedelta(days=n), 1020, 1200) for n in range(5)]


def rows_of(room: Room, record: Any) -> list[Any]:
    with room.read() as session:
        return list(session.exec(select(record)).all())


def signed_week(room: Room) -> list[str]:
    ids = full(room)
    signing.sign(room, MONDAY, LATER)
    return ids


# ---- what stands in the way -----------------------------------------------------------------------------------


def test_a_whole_week_is_signed_with_what_stands_behind_it(room: Room) -> None:
    ids = full(room)
    found = signing.state(room, FRIDAY, LATER)
    assert (found.monday, found.week, found.signed, found.blockers, found.can_sign) == (MONDAY, 12, None, (), True)
    signature = signing.sign(room, FRIDAY, LATER)
    found = signing.state(room, MONDAY, LATER)
    assert found.signed is not None and (found.signed.id, found.signed.name) == (signature, "甲")
    assert (found.outside_then, found.open_then, found.outside_now, found.open_now) == (900, 900, 900, 900)
    assert found.signed.target == 900 and [row.id for row in found.signed.rows] == ids
    assert found.changes == () and [b.kind for b in found.blockers] == ["signed"]
    week = hours.week_of(room, MONDAY, LATER)
    assert week is not None and week.signed


def test_a_week_is_signed_from_the_end_of_its_last_school_day(room: Room) -> None:
    full(room)
    (blocker,) = signing.state(room, MONDAY, datetime(2026, 11, 20, 16, 34)).blockers
    assert blocker.kind == "not_over" and "11月20日 周五 16:35" in str(blocker)
    with pytest.raises(Refused, match="还没有结束"):
        signing.sign(room, MONDAY, datetime(2026, 11, 20, 16, 34))
    assert signing.state(room, MONDAY, datetime(2026, 11, 20, 16, 35)).can_sign
    openings.add_slot(room, {"weekday": 7, "starts": 1110, "ends": 1200, "since": date(2026, 8, 31)})
    (blocker,) = signing.state(room, MONDAY, OVER).blockers
    assert "11月22日 周日 20:00" in str(blocker)


def test_a_week_without_school_is_over_on_its_last_evening(room: Room) -> None:
    for n in range(5):
        school.set_day(room, MONDAY + timedelta(days=n), False)
    assert [b.kind for b in signing.state(room, MONDAY, datetime(2026, 11, 22, 23, 0)).blockers] == ["not_over"]
    assert signing.state(room, MONDAY, datetime(2026, 11, 23, 0, 0)).can_sign  # nothing is asked of it


def test_everything_that_stands_in_the_way_is_said_at_once(room: Room) -> None:
    opened(room, MONDAY, 720, None)
    seen(room, MONDAY, 800, None)
    openings.add_slot(room, {"weekday": 3, "starts": 720, "ends": 780, "since": date(2026, 8, 31)})
    found = signing.state(room, MONDAY, LATER)
    assert [b.kind for b in found.blockers] == ["duty", "visit", "planned", "reason"]
    assert all(b.day is not None and b.words.endswith("。") for b in found.blockers)
    with pytest.raises(Refused, match="值班.*离开时间.*计划开放.*原因"):
        signing.sign(room, MONDAY, LATER)
    assert rows_of(room, WeekSignature) == []


def test_a_short_week_is_signed_with_its_reason_and_the_target_stays_whole(room: Room) -> None:
    opened(room, MONDAY, 1020, 1080)
    assert [b.kind for b in signing.state(room, MONDAY, LATER).blockers] == ["reason"]
    week_reasons.set_reason(room, FRIDAY, "exam")
    signing.sign(room, MONDAY, LATER)
    found = signing.state(room, MONDAY, LATER).signed
    assert found is not None and (found.outside, found.target, found.reason) == (60, 900, "exam")


def test_only_a_counsellor_signs_and_outside_semesters_there_is_nothing_to_sign(room: Room, duty_room: Room) -> None:
    with pytest.raises(NeedsCounsellor):
        signing.sign(duty_room, MONDAY, LATER)
    assert signing.state(duty_room, MONDAY, LATER).signed is None
    with pytest.raises(Refused, match="不在学期里"):
        signing.sign(room, date(2026, 8, 3), LATER)


# ---- the lock -------------------------------------------------------------------------------------------------


def _booked(room: Room) -> str:
    with room.write("试") as deed:
        row = Booking(
            client="teacher", name="丁", day=FRIDAY, starts=600, ends=640, person=room.person.id, outcome="open"
        )
        deed.session.add(row)
        return row.id


def _ledger(room: Room, tmp_path: Path) -> Path:
    from openpyxl import Workbook

    book = Workbook()
    book.active.append(["日期", "时间", "值班教师"])  # type: ignore[union-attr]
    book.active.append(["2026-11-18", "12:00-13:00", "甲"])  # type: ignore[union-attr]
    book.save(tmp_path / "值班.xlsx")
    return tmp_path / "值班.xlsx"


PATHS: dict[str, Callable[[Room, dict[str, Any], str], object]] = {
    "record": lambda room, at, why: openings.record(room, {"day": MONDAY, "starts": 720, "ends": 780}, LATER, why=why),
    "record_planned": lambda room, at, why: openings.record_planned(
        room, openings.plan_between(room, MONDAY, FRIDAY), LATER, why=why
    ),
    "correct": lambda room, at, why: openings.correct(room, at["opening"], {"ends": 1100}, LATER, why=why),
    "correct into it": lambda room, at, why: openings.correct(room, at["other"], {"day": MONDAY}, LATER, why=why),
    "correct out of it": lambda room, at, why: openings.correct(
        room, at["opening"], {"day": date(2026, 11, 23)}, LATER, why=why
    ),
    "remove": lambda room, at, why: openings.remove(room, at["opening"], why=why),
    "duty_off": lambda room, at, why: openings.duty_off(room, LATER, at["duty"], ends=800, why=why),
    "import_ledger": lambda room, at, why: openings.import_ledger(room, at["ledger"], why=why),
    "leave": lambda room, at, why: visits.leave(room, at["inside"], LATER, 800, why=why),
    "leave again": lambda room, at, why: visits.leave(room, at["visit"], LATER, 800, why=why),
    "close": lambda room, at, why: visits.close(room, at["inside"], LATER, 800, why=why),
    "close otherwise": lambda room, at, why: visits.close(room, at["visit"], LATER, 800, why=why),
    "visits.correct": lambda room, at, why: visits.correct(room, at["visit"], {"ends": 800}, LATER, why=why),
    "visits.correct into it": lambda room, at, why: visits.correct(
        room, at["other visit"], {"day": MONDAY}, LATER, why=why
    ),
    "walk_in afterwards": lambda room, at, why: visits.walk_in(
        room, {"client": "teacher", "name": "戊", "day": MONDAY, "starts": 600, "ends": 640}, LATER, why=why
    ),
    "arrive afterwards": lambda room, at, why: visits.arrive(room, at["booking"], LATER, why=why),
}


@pytest.mark.parametrize("path", PATHS)
def test_a_signed_week_is_changed_only_with_a_reason_and_the_change_shows(
    room: Room, path: str, tmp_path: Path
) -> None:
    at: dict[str, Any] = {"opening": full(room)[0], "visit": seen(room, FRIDAY, 720, 780), "booking": _booked(room)}
    openings.add_slot(room, {"weekday": 2, "starts": 1050, "ends": 1250, "since": date(2026, 8, 31)})
    signing.sign(room, MONDAY, LATER)
    # of today and live, so let in; then forgotten
    at["duty"] = opened(room, FRIDAY, 720, None)
    at["inside"] = seen(room, FRIDAY, 720, None)
    at["other"] = opened(room, date(2026, 11, 24), 720, 780)
    at["other visit"] = seen(room, date(2026, 11, 24), 720, 780)
    at["ledger"] = _ledger(room, tmp_path)
    was = [row.model_dump() for record in (Opening, Visit) for row in rows_of(room, record)]
    open_then = signing.state(room, MONDAY, LATER).open_now
    with pytest.raises(SignedWeek, match="11月16日—11月22日这一周已由甲签字") as told:
        PATHS[path](room, at, "")
    assert told.value.mondays == (MONDAY,)
    with pytest.raises(NotValid):
        PATHS[path](room, at, "因为")
    assert [row.model_dump() for record in (Opening, Visit) for row in rows_of(room, record)] == was
    assert rows_of(room, WeekAmendment) == []
    PATHS[path](room, at, WHY)
    assert {(a.monday, a.why, a.person) for a in rows_of(room, WeekAmendment)} == {(MONDAY, WHY, room.person.id)}
    found = signing.state(room, MONDAY, LATER)
    (change,) = [c for c in found.changes if c.why]
    assert (change.why_words, change.name) == ("时间记错", "甲") and change.at and change.words
    assert found.outside_now == found.outside_then + sum(c.outside for c in found.changes)  # type: ignore[operator]
    assert found.open_now == found.open_then + sum(c.open for c in found.changes)  # type: ignore[operator]
    assert found.open_now != open_then
    with pytest.raises(Refused, match="已经签字，不能用撤销"):
        history.undo(room)
    assert signing.state(room, MONDAY, LATER) == found


def test_other_weeks_are_free_and_what_happens_at_the_door_is_never_stopped(room: Room) -> None:
    full(room)
    signing.sign(room, MONDAY, OVER.replace(hour=21))
    saturday = datetime(2026, 11, 21, 9, 0)
    openings.record(room, {"day": date(2026, 11, 13), "starts": 720, "ends": 780}, saturday)
    openings.duty_on(room, saturday)
    entered = visits.walk_in(room, {"client": "teacher", "name": "丁"}, saturday)
    visits.leave(room, entered.visit, saturday + timedelta(minutes=30))
    visits.close(room, entered.visit, LATER)  # its hours stay
    openings.duty_off(room, saturday + timedelta(minutes=90))
    found = signing.state(room, MONDAY, LATER)
    assert [(c.what, c.kind, c.open, c.why, c.name) for c in found.changes] == [
        ("added", "opening", 90, "", "甲"), ("added", "visit", 0, "", "甲"),
    ]  # fmt: skip
    assert rows_of(room, WeekAmendment) == []


def test_a_visitor_registered_by_mistake_after_the_signature_may_be_taken_back(room: Room) -> None:
    full(room)
    signing.sign(room, MONDAY, OVER.replace(hour=21))
    visits.walk_in(room, {"client": "teacher", "name": "丁"}, datetime(2026, 11, 21, 9, 0))
    history.undo(room)
    assert rows_of(room, Visit) == [] and signing.state(room, MONDAY, LATER).changes == ()


# ---- undo -----------------------------------------------------------------------------------------------------


def test_a_signature_is_not_undone(room: Room) -> None:
    full(room)
    school.set_target(room, date(2026, 8, 31), 900)
    signing.sign(room, MONDAY, LATER)
    with room.read():
        deed = room.recent[-1]
    with pytest.raises(NotUndoable, match="一周开放签字"):
        history.undo(room, deed)
    history.undo(room)  # what was done before it; the signature stays
    assert len(rows_of(room, WeekSignature)) == 1


@pytest.mark.parametrize("what", ["add", "correct", "remove", "visit"])
def test_what_was_done_before_the_signature_is_not_undone_after_it(room: Room, what: str) -> None:
    ids = full(room)
    if what == "add":
        openings.record(room, {"day": MONDAY, "starts": 720, "ends": 780}, LATER)
    elif what == "correct":
        openings.correct(room, ids[0], {"ends": 1210}, LATER)
    elif what == "remove":
        extra = opened(room, MONDAY, 720, 780)
        openings.remove(room, extra)
    else:
        visits.correct(room, seen(room, MONDAY, 720, 780, "telephone"), {"channel": "in_person"}, LATER)
    deed = room.recent[-1]
    signing.sign(room, MONDAY, LATER)
    with pytest.raises(Refused, match="不能用撤销来改"):
        history.undo(room, deed)
    assert signing.state(room, MONDAY, LATER).changes == ()


def test_putting_right_whose_visit_it_was_may_be_undone(room: Room) -> None:
    """Two entries of one child made one: no minute changes, so the signature is not touched either way."""
    from psyroom.services import merging, students

    first, second = (
        students.add(
            room, {"name": "林小满", "stage": "vocational", "cohort": 2026, "class_no": 1, "number": number}, {}
        )
        for number in ("1", "2")
    )
    full(room)
    with room.write("试") as deed:
        deed.session.add(Visit(client="student", student=second, day=MONDAY, starts=720, ends=760, person="a" * 32))
    signing.sign(room, MONDAY, LATER)
    merging.merge(room, first, second)
    assert signing.state(room, MONDAY, LATER).changes == ()
    history.undo(room)
    assert signing.state(room, MONDAY, LATER).changes == ()
    assert [v.student for v in rows_of(room, Visit)] == [second]


# ---- corrections ----------------------------------------------------------------------------------------------


def test_every_other_road_shows_as_a_correction(room: Room) -> None:
    ids = signed_week(room)
    opened(room, MONDAY, 480, 540)  # somebody wrote past the lock: a lesson of 45 minutes in it
    school.set_periods(room, "excluded", [(1020, 1050)], date(2026, 11, 18))
    school.set_day(room, MONDAY, False)
    school.set_target(room, MONDAY, 600)
    week_reasons.set_reason(room, MONDAY, "weather")
    with room.write("试") as deed:
        deed.session.add(RoomRules(each_counts=True))
    found = signing.state(room, MONDAY, LATER)
    assert [(c.what, c.day, c.outside, c.open) for c in found.changes] == [
        ("outside", date(2026, 11, 18), -30, 0),
        ("outside", date(2026, 11, 19), -30, 0),
        ("outside", date(2026, 11, 20), -30, 0),
        ("added", MONDAY, 60, 60),
        ("target", None, 0, 0),
        ("reason", None, 0, 0),
    ]
    assert (found.outside_then, found.outside_now) == (900, 870)
    assert [c.words for c in found.changes[-2:]] == ["15 小时 改为 10 小时", "原因改变 无 改为 天气或停电"]
    assert found.changes[0].words == "11月18日 周三 课外时段重新计算"
    assert {row.id for row in found.signed.rows} == set(ids)  # type: ignore[union-attr]


def test_people_counted_apart_after_the_signature(room: Room) -> None:
    full(room)
    opened(room, MONDAY, 1020, 1080, "b" * 32)
    signing.sign(room, MONDAY, LATER)
    with room.write("试") as deed:
        deed.session.add(RoomRules(each_counts=True))
    found = signing.state(room, MONDAY, LATER)
    assert [(c.what, c.outside, c.open) for c in found.changes] == [("each", 60, 60)]
    assert (found.outside_then, found.outside_now) == (900, 960)


def test_a_second_signature_after_corrections_leaves_the_first_readable(room: Room) -> None:
    ids = signed_week(room)
    first = signing.state(room, MONDAY, LATER).signed
    with pytest.raises(Refused, match="之后没有更正"):
        signing.sign(room, MONDAY, LATER)
    openings.correct(room, ids[0], {"ends": 1230, "person": "c" * 32}, LATER, why="wrong_person")
    (change,) = signing.state(room, MONDAY, LATER).changes
    assert change.words == "11月16日 周一 开放 17:00—20:00 甲 改为 17:00—20:30 没有写值班人"
    assert (change.outside, change.why_words) == (30, "值班人记错")
    signing.sign(room, MONDAY, LATER)
    found = signing.state(room, MONDAY, LATER)
    assert [(s.outside, s.name) for s in found.signatures] == [(900, "甲"), (930, "甲")]
    assert found.signatures[0] == first and found.changes == () and found.earlier == (change,)
    openings.remove(room, ids[1], why="not_open")
    found = signing.state(room, MONDAY, LATER)
    assert [(c.what, c.outside) for c in found.corrections] == [("changed", 30), ("removed", -180)]
    assert found.outside_now == 750 and [b.kind for b in found.blockers] == ["reason"]


def test_a_correction_that_changes_no_hours_is_told_too(room: Room) -> None:
    full(room)
    visit = seen(room, MONDAY, 720, 760, "telephone")
    signing.sign(room, MONDAY, LATER)
    visits.correct(room, visit, {"name": "戊"}, LATER, why="paper")
    (change,) = signing.state(room, MONDAY, LATER).changes
    assert (change.what, change.kind, change.ref, change.open, change.why) == ("touched", "visit", visit, 0, "paper")


def test_the_chain_holds_the_signature_and_the_room_is_whole(room: Room) -> None:
    ids = signed_week(room)
    openings.remove(room, ids[0], why="not_open")
    week_reasons.set_reason(room, MONDAY, "leave")
    signing.sign(room, MONDAY, LATER)
    run = checking.check(room)
    findings = None
    while findings is None:
        try:
            next(run)
        except StopIteration as end:
            findings = end.value
    assert findings == []
