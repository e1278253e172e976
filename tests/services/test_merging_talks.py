"""Two entries of one child become one, a class is changed, a child leaves: what was said and done stays with the child.

The tables are looked for, so that whatever names a student tomorrow is asked too.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Table
from sqlmodel import SQLModel, select

from psyroom.errors import Refused
from psyroom.records.care import Care, Feedback, Plan
from psyroom.records.students import Student
from psyroom.records.talks import Talk, TalkExcuse, TalkSheet
from psyroom.services import merging, students, timeline
from psyroom.store.checking import drift
from psyroom.store.connection import raw_of
from psyroom.store.questions import held
from psyroom.store.questions import roster as ask_roster
from psyroom.store.room import Room
from psyroom.store.tables import CASES, is_watched, metadata, schema_of
from tests.services.room_for_bookings import MONDAY, NOON, TUESDAY, Small, make_small, undo
from tests.services.test_timeline_talks import KINDS, fill

HOLDS_NOBODY = {"reading", "student_label", "student_question"}
"""To have looked at a record, and what belongs to the entry itself."""


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Small]:
    made = make_small(tmp_path / "室")
    made.room.now = lambda: NOON.astimezone(UTC)
    yield made
    made.room.close()


def models() -> dict[str, type[SQLModel]]:
    """Every watched table of case.db that names a student, by its name."""
    found = {}
    for mapper in SQLModel._sa_registry.mappers:
        table = mapper.local_table
        assert isinstance(table, Table)
        if schema_of(table) == CASES and is_watched(table) and "student" in table.columns:
            found[table.name] = mapper.class_
    return found


def row_of(model: type[SQLModel], student: str) -> Any:
    """A row with something in every field that must be there."""
    values: dict[str, Any] = {}
    for name, field in model.model_fields.items():
        if field.is_required():
            values[name] = {date: TUESDAY, int: 1, bool: False}.get(field.annotation, "x")  # type: ignore[call-overload]
    return model(**{**values, "student": student})


def naming(room: Room, student: str) -> set[str]:
    """The tables of both files in which a student is still named, by any column."""
    found = set()
    with room.read() as session:
        for table in metadata().sorted_tables:
            if not is_watched(table) or table.name == "student":
                continue
            for column in table.columns:
                query = f'SELECT 1 FROM {schema_of(table)}."{table.name}" WHERE instr("{column.name}", ?) LIMIT 1'
                if raw_of(session).execute(query, (student,)).fetchall():
                    found.add(table.name)
    return found


def test_nothing_names_the_entry_that_went(small: Small) -> None:
    room, (keep, other) = small.room, small.students[:2]
    assert {"talk", "talk_excuse", "talk_attempt", "care", "growth_plan", "feedback", "home_visit"} <= models().keys()
    with room.write("准备") as deed:
        deed.session.add_all(row_of(model, other) for model in models().values())
        deed.session.add(
            TalkSheet(term="2026-1", stage="junior", cohort=2026, class_no=1, students=json.dumps([keep, other]), at="")
        )
    assert models().keys() | {"talk_sheet"} <= naming(room, other)
    merging.merge(room, keep, other)
    assert naming(room, other) == set() and drift(room) == []
    with room.read() as session:
        for name, model in models().items():
            assert [row.student for row in session.exec(select(model)).all()] == [keep], name
        assert json.loads(session.exec(select(TalkSheet)).one().students) == [keep, keep]


@pytest.mark.parametrize("name", sorted(models().keys() - HOLDS_NOBODY))
def test_what_names_a_child_holds_it(small: Small, name: str) -> None:
    """Neither the undo of its entry nor the undo of an import takes a child out under such a record."""
    room, child = small.room, small.students[0]
    with room.read() as session:
        last = raw_of(session).execute("SELECT id FROM cases.deed ORDER BY seq DESC LIMIT 1").fetchone()[0]
        assert not held.names_student(session, child)
    with room.write("准备") as deed:
        deed.session.add(row_of(models()[name], child))
    with room.read() as session:
        assert held.names_student(session, child) and not held.names_student(session, small.students[1])
        assert child in ask_roster.named_elsewhere(session, last)


def test_of_what_there_is_one_of_one_stands_and_nothing_written_is_lost(small: Small) -> None:
    room, (keep, other) = small.room, small.students[:2]
    day = [TUESDAY + timedelta(days=n) for n in range(5)]
    with room.write("准备") as deed:
        for student, word, at in ((keep, "甲", 0), (other, "乙", 1)):
            deed.session.add(TalkExcuse(student=student, term="2026-1", reason=f"{word}请假", day=TUESDAY))
            deed.session.add(Care(student=student, since=day[at], ground=f"{word}老师提出", until=day[3 + at]))
            deed.session.add(Feedback(student=student, term="2026-1", day=TUESDAY))
            deed.session.add(Talk(student=student, day=TUESDAY, talker=word))
        deed.session.add(TalkExcuse(student=other, term="2025-2", reason="住院", day=MONDAY))
        deed.session.add(Care(student=other, since=day[0], ground="早先", lifted=day[1]))
        for student, version, at, word in ((keep, 1, 1, "二"), (other, 1, 0, "一"), (other, 2, 2, "三")):
            deed.session.add(Plan(student=student, version=version, made_on=day[at], present=word))
    shown = merging.preview(room, keep, other)
    assert shown.talks == 4  # a talk, two versions, a feedback
    merging.merge(room, keep, other)
    with room.read() as session:
        assert sorted(e.reason for e in session.exec(select(TalkExcuse)).all()) == ["住院", "甲请假"]
        marks = {(c.since, c.until, c.lifted, c.ground) for c in session.exec(select(Care)).all()}
        assert (day[0], day[4], None, "甲老师提出；乙老师提出") in marks and len(marks) == 2
        plans = sorted((p.version, p.present) for p in session.exec(select(Plan)).all())
        assert plans == [(1, "一"), (2, "二"), (3, "三")]
        assert len(session.exec(select(Feedback)).all()) == len(session.exec(select(Talk)).all()) == 2
    undo(room)
    assert merging.preview(room, keep, other).talks == 4


def test_two_long_grounds_are_never_cut(small: Small) -> None:
    room, (keep, other) = small.room, small.students[:2]
    with room.write("准备") as deed:
        for student, letter in ((keep, "长"), (other, "短")):
            deed.session.add(Care(student=student, since=TUESDAY, ground=letter * 150))
    with pytest.raises(Refused, match="依据"):
        merging.merge(room, keep, other)
    with room.read() as session:
        assert session.get(Student, other) is not None and len(session.exec(select(Care)).all()) == 2


def test_a_child_that_changes_class_or_school_keeps_everything(small: Small) -> None:
    room, child = small.room, small.students[0]
    fill(small, child)
    before = [line for line in timeline.of(room, child) if line.kind in KINDS]
    students.move_class(room, child, "junior", 2026, 9)
    students.set_status(room, child, "moved", TUESDAY)
    assert [line for line in timeline.of(room, child) if line.kind in KINDS] == before and len(before) == 9
