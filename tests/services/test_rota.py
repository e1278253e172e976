"""The duty rota of a month: proposed, saved, changed by substitution; the plan, the week and the sums follow it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from psyroom.errors import NeedsCounsellor, NotValid, Refused
from psyroom.records.booking import Booking, Timetable
from psyroom.records.events import Event
from psyroom.records.opening import Opening, OpeningException
from psyroom.rules.plan import Turn
from psyroom.services import history, hours, openings, rota, week
from psyroom.services.school import context
from psyroom.store.room import Room

from .room_for_bookings import Small, as_duty, make_small

FIRST, LAST = date(2026, 11, 1), date(2026, 11, 30)
MONDAY = date(2026, 11, 2)
NOON, AFTER = (725, 825), (980, 1060)


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Small]:
    made = make_small(tmp_path / "room")
    made.room.now = lambda: datetime(2026, 10, 29, 4, tzinfo=UTC)
    yield made
    made.room.close()


def proposed(small: Small) -> list[Turn]:
    made = rota.propose(small.room, FIRST, LAST)
    assert made.nobody == ()
    rota.save(small.room, made.turns)
    return [slot.turn for slot in rota.month(small.room, 2026, 11).slots]


def turn_on(small: Small, day: date, hours_: tuple[int, int]) -> Turn:
    shown = next(d for d in rota.month(small.room, 2026, 11).days if d.day == day)
    return next(s.turn for s in shown.slots if (s.turn.starts, s.turn.ends) == hours_)


def test_a_month_is_proposed_fairly_and_saved_in_one_deed(small: Small) -> None:
    before = rota.month(small.room, 2026, 11)
    assert before.empty == len(before.slots) == 42  # 21 school days, noon and after school
    turns = proposed(small)
    assert all(t.id and t.person for t in turns)
    month = rota.month(small.room, 2026, 11)
    assert month.empty == 0 and not month.stale and {p for p, _ in month.people} == set(month.minutes)
    assert max(month.minutes.values()) - min(month.minutes.values()) <= 100
    assert sum(month.minutes.values()) == 21 * 180
    assert all(not slot.problems for slot in month.slots)
    history.undo(small.room)
    assert rota.month(small.room, 2026, 11).empty == 42


def test_the_next_month_evens_out_the_one_before(small: Small) -> None:
    for slot in rota.month(small.room, 2026, 11).slots[:4]:
        rota.save(small.room, [replace(slot.turn, person=small.wang)])
    rota.save(small.room, [replace(s.turn, person=small.chen) for s in rota.month(small.room, 2026, 11).slots[4:6]])
    rota.save(small.room, [replace(s.turn, person=small.duty) for s in rota.month(small.room, 2026, 11).slots[6:7]])
    first, last = date(2026, 12, 1), date(2026, 12, 31)
    rota.save(small.room, rota.propose(small.room, first, last).turns)
    shares = {s.person: s.planned for s in rota.fairness(small.room, context(small.room).term("2026-1"))}
    assert max(shares.values()) - min(shares.values()) <= 100


def test_the_plan_the_week_and_what_a_booking_meets_follow_the_rota(small: Small) -> None:
    proposed(small)
    plan = openings.plan_between(small.room, MONDAY, MONDAY)
    on_rota = {(t.starts, t.person) for t in (turn_on(small, MONDAY, NOON), turn_on(small, MONDAY, AFTER))}
    assert {(slot.starts, slot.person) for slot in plan} == on_rota
    shown = week.day_of(small.room, MONDAY, hours.local_now(small.room))
    assert {(band.starts, band.person) for band in shown.plan} == on_rota


def test_lessons_and_appointments_elsewhere_are_left_out_and_said_where_somebody_is_put_all_the_same(
    small: Small,
) -> None:
    with small.room.write("试") as deed:
        deed.session.add(Timetable(person=small.wang, weekday=1, starts=720, ends=765))
        deed.session.add(Event(kind="parents_talk", day=MONDAY, starts=980, ends=1000, person=small.chen))
        values = {"client": "teacher", "name": "丁", "way": "self"}
        deed.session.add(Booking(day=MONDAY, starts=740, ends=780, person=small.chen, place=small.places[1], **values))
    turns = proposed(small)
    at = {(t.starts, t.person) for t in turns if t.day == MONDAY}
    assert (725, small.wang) not in at and (980, small.chen) not in at
    rota.save(small.room, [replace(turn_on(small, MONDAY, NOON), person=small.wang)])
    (slot,) = [s for s in rota.month(small.room, 2026, 11).slots if (s.turn.day, s.turn.starts) == (MONDAY, 725)]
    assert slot.problems == ("12:00—12:45 自己有课",)


def test_weekdays_and_people_left_out_and_what_stands_is_kept(small: Small) -> None:
    rota.save(small.room, [replace(turn_on(small, MONDAY, NOON), person=small.wang)])
    made = rota.propose(
        small.room, FIRST, LAST, people=[small.chen, small.duty], cannot={small.chen: [1, 3], small.duty: [1]}
    )
    assert {t.day.isoweekday() for t in made.nobody} == {1} and len(made.nobody) == 9
    assert not [t for t in made.turns if t.person == small.chen and t.day.isoweekday() == 3]
    rota.save(small.room, made.turns)
    taken = turn_on(small, MONDAY, NOON)
    rota.substitute(small.room, taken.id, small.chen, "leave")
    again = rota.propose(small.room, FIRST, LAST, afresh=True)
    assert taken.id not in {t.id for t in again.turns}  # a substitution is somebody's word
    assert len(again.turns) == 41
    rota.save(small.room, again.turns)
    assert turn_on(small, MONDAY, NOON).person == small.chen


def test_what_is_not_saved_yet_counts_as_if_it_were(small: Small) -> None:
    mine = [replace(slot.turn, person=small.wang) for slot in rota.month(small.room, 2026, 11).slots[:14]]
    made = rota.propose(small.room, FIRST, LAST, as_if=mine)
    assert len(made.turns) == 28 and not {(t.day, t.starts) for t in made.turns} & {(t.day, t.starts) for t in mine}
    assert not [t for t in made.turns if t.person == small.wang]  # a third of the month is there already
    assert rota.month(small.room, 2026, 11).empty == 42


def test_nobody_is_in_two_places_at_once(small: Small) -> None:
    openings.add_exception(
        small.room, {"day": MONDAY, "starts": 800, "ends": 860, "opens": True, "place": small.places[1]}
    )
    both = [replace(turn_on(small, MONDAY, hours_), person=small.wang) for hours_ in (NOON, (800, 860))]
    with pytest.raises(Refused, match="王老师 11月2日 周一 .* 同时排了两处"):
        rota.save(small.room, both)
    assert rota.month(small.room, 2026, 11).empty == 43
    people = {t.person for t in rota.propose(small.room, MONDAY, MONDAY).turns if t.starts < 900}
    assert len(people) == 2


def test_what_is_planned_no_more_is_refused_and_told_of_and_counts_for_nothing(small: Small) -> None:
    turns = proposed(small)
    planned = sum(rota.month(small.room, 2026, 11).minutes.values())
    with small.room.write("试") as deed:
        deed.session.add(OpeningException(day=MONDAY, starts=0, ends=1440, opens=False, why="exam"))
    month = rota.month(small.room, 2026, 11)
    assert [s.turn.day for s in month.stale] == [MONDAY, MONDAY] and len(month.slots) == 40
    assert sum(month.minutes.values()) == planned - 180
    with pytest.raises(Refused, match="已经不在开放计划里"):
        rota.save(small.room, [replace(turns[0], id="", person=small.wang)])
    assert rota.remove(small.room, [s.turn.id for s in month.stale]) == 2
    assert rota.month(small.room, 2026, 11).stale == ()


def test_a_substitution_keeps_who_should_have_had_it(small: Small) -> None:
    proposed(small)
    turn = turn_on(small, MONDAY, NOON)
    others = [p for p in (small.wang, small.chen, small.duty) if p != turn.person]
    with pytest.raises(NotValid):
        rota.substitute(small.room, turn.id, others[0], "")
    rota.substitute(small.room, turn.id, others[0], "leave")
    rota.substitute(small.room, turn.id, others[1], "training")
    (slot,) = [s for s in rota.month(small.room, 2026, 11).slots if s.turn.id == turn.id]
    assert (slot.turn.person, slot.turn.instead_of, slot.why) == (others[1], turn.person, "外出培训")
    rota.substitute(small.room, turn.id, turn.person, "leave")
    assert turn_on(small, MONDAY, NOON) == turn


def test_who_the_template_names_stays_and_can_be_stood_in_for(small: Small) -> None:
    slot = openings.slots_on(small.room, MONDAY)[0]
    openings.change_slot(small.room, slot.id, {"person": small.wang}, MONDAY)
    fixed = turn_on(small, MONDAY, NOON)
    assert (fixed.id, fixed.person) == ("", small.wang)
    assert MONDAY not in {t.day for t in rota.propose(small.room, FIRST, LAST).turns if t.starts == 725}
    rota.substitute(small.room, fixed, small.chen, "meeting")
    now = turn_on(small, MONDAY, NOON)
    assert now.id and (now.person, now.instead_of) == (small.chen, small.wang)
    assert turn_on(small, MONDAY + timedelta(days=7), NOON).person == small.wang
    rota.remove(small.room, [now.id])
    assert turn_on(small, MONDAY, NOON) == fixed


def test_two_change_turns(small: Small) -> None:
    proposed(small)
    slots = rota.month(small.room, 2026, 11).slots
    one = slots[0].turn
    other = next(s.turn for s in slots if s.turn.person != one.person and s.turn.day > one.day)
    rota.swap(small.room, one.id, other.id)
    found = {s.turn.id: s.turn for s in rota.month(small.room, 2026, 11).slots}
    assert (found[one.id].person, found[one.id].instead_of, found[one.id].why) == (other.person, one.person, "swap")
    assert found[other.id].person == one.person
    with pytest.raises(Refused):
        rota.swap(small.room, one.id, one.id)
    history.undo(small.room)
    assert {s.turn.id: s.turn for s in rota.month(small.room, 2026, 11).slots}[one.id] == one


def test_the_duty_person_sees_gives_away_and_takes_over_and_nothing_else(small: Small) -> None:
    proposed(small)
    slots = rota.month(small.room, 2026, 11).slots
    mine = next(s.turn for s in slots if s.turn.person == small.duty)
    wangs = next(s.turn for s in slots if s.turn.person == small.wang and s.turn.day > mine.day)
    room = as_duty(small)
    assert rota.month(room, 2026, 11).empty == 0
    rota.substitute(room, mine.id, small.chen, "leave")
    rota.substitute(room, wangs.id, small.duty, "lesson")
    other = next(s.turn for s in slots if s.turn.person == small.chen)
    with pytest.raises(NeedsCounsellor):
        rota.substitute(room, other.id, small.wang, "leave")
    with pytest.raises(NeedsCounsellor):
        rota.save(room, [replace(mine, person=small.wang)])


def test_what_was_really_kept_stands_beside_what_was_planned(small: Small) -> None:
    proposed(small)
    rows = ((MONDAY, 720, 825, small.wang), (MONDAY, 800, 840, small.wang), (MONDAY, 725, 825, small.chen))
    with small.room.write("试") as deed:
        deed.session.add_all(Opening(day=d, starts=a, ends=b, person=p) for d, a, b, p in rows)
    shares = {s.person: s for s in rota.fairness(small.room, context(small.room).term("2026-1"))}
    assert (shares[small.wang].actual, shares[small.chen].actual, shares[small.duty].actual) == (120, 100, 0)
    month = rota.month(small.room, 2026, 11)
    assert {p: s.planned for p, s in shares.items()} == month.minutes
    assert sum(s.turns for s in shares.values()) == 42


def test_it_is_the_room_s_own_file_of_the_desk(small: Small) -> None:
    """The rota lies beside the template: whoever may unlock reads it, and no word of it is free text."""
    room: Room = small.room
    proposed(small)
    with room.read() as session:
        assert session.connection().exec_driver_sql("SELECT count(*) FROM main.duty_turn").scalar() == 42
