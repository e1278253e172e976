"""The week filled in beforehand: what was planned laid over what was, and the deeds that say how it was."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from psyroom.errors import Refused, SignedWeek
from psyroom.services import bookings, history, hours, openings, prefill, signing, visits, week_reasons
from psyroom.services.prefill import Stretch
from psyroom.store.room import Room

MONDAY = date(2026, 11, 16)
FRIDAY_NIGHT = datetime(2026, 11, 20, 22, 0).astimezone()
NOON, AFTER = (720, 780), (1010, 1130)


@pytest.fixture
def planned(room: Room) -> Room:
    """Every school day at noon and after school, 甲."""
    values = {"person": room.person.id, "since": date(2026, 8, 31)}
    for starts, ends in (NOON, AFTER):
        openings.add_slots(room, {**values, "weekday": 1, "starts": starts, "ends": ends}, range(1, 6))
    room.now = lambda: FRIDAY_NIGHT.astimezone(UTC)
    room.clock_confirmed = True
    return room


def on(room: Room, day: int, now: datetime = FRIDAY_NIGHT) -> list[Stretch]:
    return [row for row in prefill.week(room, MONDAY, now) if row.day == date(2026, 11, day)]


def shown(rows: list[Stretch]) -> list[Any]:
    return [(row.planned, row.actual, row.state, row.origin, row.difference) for row in rows]


def record(room: Room, day: int, starts: int, ends: int, **more: Any) -> str:
    values = {"day": date(2026, 11, day), "starts": starts, "ends": ends, **more}
    return openings.record(room, values, FRIDAY_NIGHT)


def test_a_week_without_records_waits_for_each_planned_stretch(planned: Room) -> None:
    rows = prefill.week(planned, MONDAY, FRIDAY_NIGHT)
    assert len(rows) == 10 and {row.state for row in rows} == {"waiting"}
    assert [row.difference for row in rows[:2]] == [-60, -120]
    assert prefill.confirm(planned, rows, FRIDAY_NIGHT) == 10
    after = prefill.week(planned, MONDAY, FRIDAY_NIGHT)
    assert {(row.state, row.difference) for row in after} == {("recorded", 0)}
    history.undo(planned)  # all of them were one deed
    assert {row.state for row in prefill.week(planned, MONDAY, FRIDAY_NIGHT)} == {"waiting"}


def test_what_is_to_come_asks_nothing(planned: Room) -> None:
    noon = datetime(2026, 11, 18, 12, 30).astimezone()
    assert [row.state for row in on(planned, 18, noon)] == ["coming", "coming"]
    assert [row.state for row in on(planned, 17, noon)] == ["waiting", "waiting"]


def test_a_record_stands_against_its_plan(planned: Room) -> None:
    record(planned, 16, 725, 800)
    record(planned, 16, 900, 930)  # nobody had planned it
    assert shown(on(planned, 16)) == [
        (NOON, (725, 800), "recorded", "hand", 15),
        (None, (900, 930), "recorded", "hand", 30),
        (AFTER, None, "waiting", "template", -120),
    ]


def test_one_record_over_two_slots_is_counted_once(planned: Room) -> None:
    record(planned, 17, 720, 1130)
    assert shown(on(planned, 17)) == [
        (NOON, None, "within", "template", None),
        (AFTER, (720, 1130), "recorded", "hand", 410 - 120 - 60),
    ]


def test_somebody_else_there_leaves_the_planned_person_to_be_asked_after(planned: Room) -> None:
    other = next(p for p in _people(planned) if p != planned.person.id)
    record(planned, 16, 720, 780, person=other)
    assert [(row.state, row.person == other) for row in on(planned, 16)][:2] == [("recorded", True), ("waiting", False)]


def _people(room: Room) -> list[str]:
    from psyroom.services.school import context

    return list(context(room).people)


def test_a_visit_shows_but_does_not_confirm(planned: Room) -> None:
    now = datetime(2026, 11, 18, 12, 20).astimezone()
    entered = visits.walk_in(planned, {"client": "teacher", "name": "李老师"}, now)
    visits.leave(planned, entered.visit, now.replace(minute=50))
    assert shown(on(planned, 18))[0] == (NOON, (740, 770), "waiting", "template", -30)
    row = on(planned, 18)[0]
    with pytest.raises(Refused, match="有来访"):
        prefill.strike(planned, row, "leave")
    prefill.set_hours(planned, row, 740, 770, FRIDAY_NIGHT)
    assert shown(on(planned, 18))[0] == (NOON, (740, 770), "recorded", "hand", -30)


def test_a_visit_outside_of_the_plan_is_a_line_of_its_own(planned: Room) -> None:
    now = datetime(2026, 11, 18, 14, 20).astimezone()
    entered = visits.walk_in(planned, {"client": "teacher", "name": "李老师"}, now)
    visits.leave(planned, entered.visit, now.replace(minute=50))
    (line,) = [row for row in on(planned, 18) if row.planned is None]
    assert (line.actual, line.state, line.origin, line.difference) == ((860, 890), "recorded", "visit", 30)
    with pytest.raises(Refused, match="来访"):
        prefill.set_hours(planned, line, 860, 880, FRIDAY_NIGHT)


def test_a_booking_outside_of_the_plan_is_planned_too(planned: Room) -> None:
    values = {"client": "teacher", "name": "李老师", "day": date(2026, 11, 19), "starts": 1140, "ends": 1180,
              "person": planned.person.id}  # fmt: skip
    bookings.book(planned, values, datetime(2026, 11, 16, 8, 0).astimezone(), anyway=True)
    line = on(planned, 19)[-1]
    assert (line.planned, line.state, line.origin) == ((1140, 1180), "waiting", "booking")
    prefill.confirm(planned, [line], FRIDAY_NIGHT)
    assert [row.state for row in on(planned, 19)] == ["waiting", "waiting", "recorded"]


def test_a_forgotten_duty_ends_as_planned_or_as_typed(planned: Room) -> None:
    openings.duty_on(planned, datetime(2026, 11, 17, 12, 5).astimezone())
    line = on(planned, 17)[0]
    assert (line.state, line.difference) == ("forgotten", None)
    prefill.confirm(planned, [line], FRIDAY_NIGHT)
    assert shown(on(planned, 17))[0] == (NOON, (725, 780), "recorded", "duty", -5)


def test_what_was_not_open_says_why_and_comes_back(planned: Room) -> None:
    prefill.strike(planned, on(planned, 18)[0], "training")
    line = on(planned, 18)[0]
    assert (line.state, line.why, line.difference) == ("not_open", "training", -60)
    prefill.restore(planned, line)
    assert on(planned, 18)[0].state == "waiting"


def test_a_record_that_was_none_goes_in_the_same_deed(planned: Room) -> None:
    record(planned, 18, *NOON)
    prefill.strike(planned, on(planned, 18)[0], "leave")
    assert on(planned, 18)[0].state == "not_open"
    assert not openings.openings_of(planned, MONDAY, date(2026, 11, 22))
    history.undo(planned)
    assert on(planned, 18)[0].state == "recorded"


def test_an_extra_opening_that_was_none_goes(planned: Room) -> None:
    openings.add_spare(planned, [{"day": date(2026, 11, 18), "starts": 840, "ends": 900, "person": planned.person.id}])
    line = next(row for row in on(planned, 18) if row.origin == "extra")
    prefill.strike(planned, line, "")
    assert len(on(planned, 18)) == 2


def test_the_lines_agree_with_the_minutes(planned: Room) -> None:
    """Where nobody overlaps, what the lines say was open is what the week counts."""
    record(planned, 16, 725, 800)
    record(planned, 17, 700, 1130)
    prefill.strike(planned, on(planned, 18)[0], "leave")
    week = hours.week_of(planned, MONDAY, FRIDAY_NIGHT)
    assert week is not None
    assert sum(row.minutes for row in prefill.week(planned, MONDAY, FRIDAY_NIGHT)) == week.open_minutes


def test_a_signed_week_is_changed_only_with_a_reason(planned: Room) -> None:
    rows = prefill.week(planned, MONDAY, FRIDAY_NIGHT)
    prefill.confirm(planned, rows[1:], FRIDAY_NIGHT)
    prefill.strike(planned, rows[0], "leave")
    record(planned, 16, 900, 930)
    week_reasons.set_reason(planned, MONDAY, "leave")
    signing.sign(planned, MONDAY, FRIDAY_NIGHT)
    before = openings.openings_of(planned, MONDAY, date(2026, 11, 22))
    lines = on(planned, 16)
    prefill.restore(planned, lines[0])  # the plan is not what was signed
    (free,) = prefill.waiting(on(planned, 16))
    kept = next(row for row in lines if row.record)
    for deed in (
        lambda why: prefill.confirm(planned, [free], FRIDAY_NIGHT, why=why),
        lambda why: prefill.set_hours(planned, kept, 905, 930, FRIDAY_NIGHT, why=why),
        lambda why: prefill.strike(planned, kept, "leave", why=why),
    ):
        with pytest.raises(SignedWeek):
            deed("")
        assert openings.openings_of(planned, MONDAY, date(2026, 11, 22)) == before
    prefill.strike(planned, kept, "leave", why="not_open")
    (change,) = signing.state(planned, MONDAY, FRIDAY_NIGHT).changes
    assert (change.what, change.why, change.open) == ("removed", "not_open", -30)
