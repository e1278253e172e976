"""需要重点关爱: the mark, its end, and that the desk never learns of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from psyroom.errors import NeedsCounsellor, NotFound, NotValid, Refused
from psyroom.services import care, students
from psyroom.store.connection import raw_of
from tests.safety.test_leaks import spellings
from tests.services.room_for_bookings import MONDAY, NOON, TUESDAY, Small, as_duty, make_small, undo
from tests.services.test_notes import clock

GROUND = "班主任提出：连着两周没交作业，常一个人待着"
TYPED: dict[str, Any] = {"since": MONDAY, "ground": GROUND}
LATER = datetime(2026, 10, 20, 12)


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Small]:
    made = make_small(tmp_path / "室")
    clock(made.room, NOON)
    yield made
    made.room.close()


def active(small: Small, day: date) -> set[str]:
    return set(care.active(small.room, day))


def test_a_mark_says_by_whom_on_what_ground_and_until_when(small: Small) -> None:
    a = small.students[0]
    care.mark(small.room, a, {**TYPED, "until": TUESDAY + timedelta(days=30)}, NOON)
    (seen,) = care.of_student(small.room, a)
    assert (seen.since, seen.ground, seen.who, seen.state) == (MONDAY, GROUND, "王老师", "active")
    assert active(small, MONDAY) == {a} == active(small, TUESDAY + timedelta(days=30))
    assert not active(small, MONDAY - timedelta(days=1)) and not active(small, TUESDAY + timedelta(days=31))
    assert GROUND not in repr(seen)
    undo(small.room)
    assert not care.of_student(small.room, a)


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"since": TUESDAY + timedelta(days=1)}, "since"),
        ({"since": None}, "since"),
        ({"until": MONDAY - timedelta(days=1)}, "until"),
        ({"ground": " "}, "ground"),
        ({"ground": "字" * 201}, "ground"),
    ],
)
def test_what_cannot_be_said_of_a_mark(small: Small, more: dict[str, Any], field: str) -> None:
    with pytest.raises(NotValid) as told:
        care.mark(small.room, small.students[0], {**TYPED, **more}, NOON)
    assert field in told.value.fields
    for whom in ("", "0" * 32):
        with pytest.raises(NotValid):
            care.mark(small.room, whom, TYPED, NOON)


def test_there_is_one_mark_at_a_time(small: Small) -> None:
    a = small.students[0]
    made = care.mark(small.room, a, TYPED, NOON)
    with pytest.raises(Refused, match="已经标记"):
        care.mark(small.room, a, {**TYPED, "since": TUESDAY}, NOON)
    care.lift(small.room, made, TUESDAY, "家里的事过去了")
    again = care.mark(small.room, a, {**TYPED, "since": TUESDAY}, NOON)
    assert [(one.id, one.state) for one in care.of_student(small.room, a)] == [(again, "active"), (made, "lifted")]
    assert care.active(small.room, TUESDAY)[a].id == again and care.active(small.room, MONDAY)[a].id == made


def test_a_mark_is_changed_and_lifted_and_both_are_undone(small: Small) -> None:
    a = small.students[0]
    made = care.mark(small.room, a, TYPED, NOON)
    care.change(small.room, made, {"until": TUESDAY, "ground": "家长提出"})
    assert care.of_student(small.room, a)[0].ground == "家长提出" and not active(small, TUESDAY + timedelta(days=1))
    undo(small.room)
    assert care.of_student(small.room, a)[0].ground == GROUND
    for on, why, field in (
        (MONDAY - timedelta(days=1), "好了一些", "lifted"), (TUESDAY + timedelta(days=1), "好了一些", "lifted"),
        (TUESDAY, " ", "lifted_why"), (TUESDAY, "字" * 101, "lifted_why"),
    ):  # fmt: skip
        with pytest.raises(NotValid) as told:
            care.lift(small.room, made, on, why)
        assert field in told.value.fields
    care.lift(small.room, made, TUESDAY, "好了一些")
    assert active(small, MONDAY) == {a} and not active(small, TUESDAY)
    with pytest.raises(Refused, match="已经解除"):
        care.lift(small.room, made, TUESDAY, "再解除")
    with pytest.raises(NotValid):
        clock(small.room, LATER)
        care.change(small.room, made, {"since": LATER.date()})
    undo(small.room)
    assert active(small, TUESDAY) == {a}
    for gone in (
        lambda: care.lift(small.room, "0" * 32, TUESDAY, "没有"),
        lambda: care.change(small.room, "0" * 32, {}),
    ):
        with pytest.raises(NotFound):
            gone()


def test_marks_that_end_are_told_until_they_are_prolonged_lifted_or_followed(small: Small) -> None:
    a, b, c, d = small.students[:4]
    ends = TUESDAY + timedelta(days=20)
    made = {
        who: care.mark(small.room, who, {**TYPED, "until": ends + timedelta(days=n)}, NOON)
        for n, who in enumerate((a, b, c))
    }
    care.mark(small.room, d, TYPED, NOON)  # without an end
    assert not care.ending(small.room, NOON)
    now = datetime(2026, 9, 29, 12)
    clock(small.room, now)
    assert [(one.student, one.days) for one in care.ending(small.room, now)] == [(a, -1), (b, 0), (c, 1)]
    assert (care.ending(small.room, now)[0].who, care.ending(small.room, now)[0].class_name) == ("张晓雨", "七年级1班")
    care.mark(small.room, a, {**TYPED, "since": now.date()}, now)
    care.lift(small.room, made[b], now.date(), "好了一些")
    care.change(small.room, made[c], {"until": None})
    assert not care.ending(small.room, now)
    undo(small.room)
    students.set_status(small.room, c, "moved", now.date())
    assert not care.ending(small.room, now), "who has left is nobody's task"


def test_the_desk_never_learns_of_it(small: Small) -> None:
    """Neither the row nor its deed's label stands in desk.db; a duty person is refused everything."""
    a = small.students[0]
    made = care.mark(small.room, a, TYPED, NOON)
    care.change(small.room, made, {"ground": GROUND + "。"})
    care.lift(small.room, made, TUESDAY, "家里的事过去了")
    room = as_duty(small)
    for deed in (
        lambda: care.of_student(room, a), lambda: care.active(room, TUESDAY), lambda: care.ending(room, NOON),
        lambda: care.mark(room, a, TYPED, NOON), lambda: care.lift(room, made, TUESDAY, "好了"), lambda: care.change(room, made, {}),
    ):  # fmt: skip
        with pytest.raises(NeedsCounsellor):
            deed()
    with room.read() as session:
        raw = raw_of(session)
        tables = [
            name for (name,) in raw.execute("SELECT name FROM main.sqlite_master WHERE type = 'table'").fetchall()
        ]
        cells = [
            cell for name in tables for row in raw.execute(f'SELECT * FROM main."{name}"').fetchall() for cell in row
        ]
    said = b"\n".join(cell if isinstance(cell, bytes) else str(cell).encode() for cell in cells)
    assert "张晓雨".encode() in said, "otherwise nothing was looked at"
    for text in (GROUND[:6], "重点关爱", "家里的事过去了", made):
        assert not any(spelling in said for spelling in spellings(text))
