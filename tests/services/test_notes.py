"""Notes: written, changed, numbered, signed, locked; what they say in a list and what is still to be written."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from psyroom.errors import NotFound, NotValid
from psyroom.records.notes import NextStep, Note, NoteStudent
from psyroom.services import groups, note_list, notes, visits
from psyroom.services.note_blank import blank
from psyroom.services.notes import StepTyped
from psyroom.store.opening import open_room
from psyroom.store.room import Room
from tests.services.room_for_bookings import NOON, PASSWORD, TUESDAY, Small, at, make_small, undo

FOUR = {"state": "心里发慌", "problem": "考前睡不好", "measures": "一起列了计划", "effect": "说轻松了些"}


def clock(room: Room, moment: datetime) -> None:
    room.now = lambda: moment.astimezone(UTC)


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Small]:
    made = make_small(tmp_path / "室")
    clock(made.room, NOON)
    yield made
    made.room.close()


def as_other(small: Small, now: datetime = NOON) -> Room:
    """The same room, opened by the other counsellor."""
    folder = small.room.folder
    small.room.close()
    small.room = open_room(folder, "陈老师", PASSWORD)
    clock(small.room, now)
    return small.room


def written(small: Small, **values: object) -> str:
    return notes.add(small.room, {"day": TUESDAY, **FOUR, **values}, [small.students[0]], NOON)


# ---- beginning ------------------------------------------------------------------------------------------------


def test_a_note_of_a_visit_knows_what_the_visit_knows(small: Small) -> None:
    room = small.room
    entered = visits.walk_in(room, {"client": "student", "student": small.students[0], "place": small.places[0]}, NOON)
    visits.close(room, entered.visit, at(TUESDAY, 765))
    form = blank(room, visit=entered.visit, now=NOON)
    assert form.students == (small.students[0],) and form.about == entered.visit
    assert (form.values["kind"], form.values["starts"], form.values["ends"]) == ("individual", 725, 765)
    assert form.values["source"] == "self" and form.values["place"] == small.places[0]
    note = notes.add(room, form.values | FOUR, form.students, at(TUESDAY, 770), about=form.about)
    seen = notes.seen(room, note, NOON)
    assert (seen.number, seen.missing, seen.state, seen.mine) == ("2026-001", (), "open", True)
    assert [child.who for child in seen.students] == ["张晓雨"] and not seen.late
    assert notes.add(
        room, form.values | {"kind": "parent"}, form.students, at(TUESDAY, 770)
    )  # a second one of the visit


@pytest.mark.parametrize(
    ("client", "kind"),
    [
        ({"client": "parent"}, "parent"),
        ({"client": "student", "channel": "telephone"}, "telephone"),
        ({"client": "teacher", "name": "周老师"}, "teacher"),
    ],
)
def test_who_came_says_the_kind(small: Small, client: dict[str, str], kind: str) -> None:
    who = {} if client["client"] == "teacher" else {"student": small.students[0]}
    entered = visits.walk_in(small.room, {**client, **who}, NOON)
    form = blank(small.room, visit=entered.visit, now=NOON)
    assert form.values["kind"] == kind and form.values["with_whom"] == client.get("name", "")
    assert notes.add(small.room, form.values, form.students, NOON)


def test_a_groups_note_lies_in_the_files_of_those_who_were_there(small: Small) -> None:
    room = small.room
    groups.add(room, {"leader": small.wang}, small.students[:3], TUESDAY)
    entered = visits.walk_in(room, {"client": "group", "group_no": 1, "size": 3}, NOON)
    groups.set_attendance(room, entered.visit, {small.students[1]: "absent"})
    form = blank(room, visit=entered.visit, now=NOON)
    assert form.values["kind"] == "group" and set(form.students) == {small.students[0], small.students[2]}
    note = notes.add(room, form.values, form.students, NOON)
    for student in form.students:
        assert [line.id for line in note_list.listed(room, NOON, student=student)] == [note]
    assert note_list.listed(room, NOON, student=small.students[1]) == []


def test_a_note_needs_no_visit(small: Small) -> None:
    form = blank(small.room, student=small.students[0], kind="class_teacher", now=NOON)
    assert form.about == f"student:{small.students[0]}:class_teacher" and form.values["day"] == TUESDAY
    note = notes.add(small.room, {**form.values, "with_whom": "班主任"}, form.students, NOON)
    assert notes.seen(small.room, note, NOON).missing == ("主要问题与评估", "沟通结果")


@pytest.mark.parametrize(
    ("values", "students", "field"),
    [
        ({"day": TUESDAY + timedelta(days=1)}, 1, "day"),
        ({"starts": 700, "ends": 690}, 1, "ends"),
        ({"ends": 690}, 1, "ends"),
        ({"kind": "chat"}, 1, "kind"),
        ({"words": "长" * 6001}, 1, "words"),
        ({"visit": "0" * 32}, 1, "visit"),
        ({}, 0, "students"),
        ({"source": "nobody"}, 1, "source"),
        ({"hospital_day": TUESDAY + timedelta(days=1)}, 1, "hospital_day"),
    ],
)
def test_what_cannot_be_is_said_at_its_field(
    small: Small, values: dict[str, object], students: int, field: str
) -> None:
    with pytest.raises(NotValid) as error:
        notes.add(small.room, values, small.students[:students], NOON)
    assert list(error.value.fields) == [field]
    assert note_list.listed(small.room, NOON) == []


def test_a_note_of_long_ago_is_taken_and_shows_when_it_was_written(small: Small) -> None:
    note = written(small, day=date(2025, 3, 4))
    seen = notes.seen(small.room, note, NOON)
    assert seen.number == "2025-001" and seen.late
    assert datetime.fromisoformat(seen.made_at) == NOON.astimezone(UTC)


# ---- numbers --------------------------------------------------------------------------------------------------


def test_a_number_is_given_once(small: Small) -> None:
    room = small.room
    first, second = written(small), written(small)
    undo(room)
    third = written(small)
    notes.remove(room, third, NOON)
    fourth = written(small)
    undo(room)
    undo(room)  # the third comes back
    fifth = written(small, day=date(2025, 12, 31))
    numbers = {notes.seen(room, id, NOON).number for id in (first, third, fifth)}
    assert numbers == {"2026-001", "2026-003", "2025-001"}
    for gone in (second, fourth):
        with pytest.raises(NotFound):
            notes.seen(room, gone, NOON)
    notes.change(room, fifth, {"day": TUESDAY}, [small.students[0]], NOON)
    assert notes.seen(room, fifth, NOON).number == "2026-005"


# ---- changing -------------------------------------------------------------------------------------------------


def test_a_change_keeps_what_it_does_not_name(small: Small) -> None:
    room = small.room
    steps = [StepTyped("问问睡眠", TUESDAY + timedelta(days=7)), StepTyped("  ")]
    note = notes.add(room, FOUR, [small.students[0]], NOON, categories=["study", "sleep"], steps=steps)
    before = notes.seen(room, note, NOON)
    assert [name for _, name in before.categories] == ["学习压力", "睡眠与身体不适"]
    assert [(s.text, s.due) for s in before.steps] == [("问问睡眠", date(2026, 9, 15))]
    notes.change(room, note, {"effect": "说\u0000能睡了\r\n再看"}, small.students[:2], NOON)
    after = notes.seen(room, note, NOON)
    assert after.fields.effect == "说能睡了\n再看" and after.fields.state == FOUR["state"]
    assert (after.categories, after.steps, len(after.students)) == (before.categories, before.steps, 2)
    kept = StepTyped("再问问睡眠", None, id=before.steps[0].id)
    notes.change(room, note, {}, [small.students[0]], NOON, categories=[], steps=[kept, StepTyped("联系班主任")])
    last = notes.seen(room, note, NOON)
    assert last.categories == () and [s.text for s in last.steps] == ["再问问睡眠", "联系班主任"]
    assert last.steps[0].id == before.steps[0].id


def test_a_removed_note_goes_whole_and_comes_back_whole(small: Small) -> None:
    room = small.room
    note = notes.add(
        room, FOUR, [small.students[0]], NOON, categories=["study"], steps=[StepTyped("问问")], private="只有我知道"
    )
    before = notes.seen(room, note, NOON)
    notes.remove(room, note, NOON)
    with room.read() as session:
        for table in (Note, NoteStudent, NextStep):
            assert session.exec(select(table)).all() == []
    undo(room)
    assert notes.seen(room, note, NOON) == before
