"""Phrases and categories: what the program brings, what a school makes of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from psyroom.errors import NotFound, NotValid, Refused
from psyroom.records.notes import CATEGORIES
from psyroom.rules import wording
from psyroom.services import categories, notes, phrases
from psyroom.services.categories import CategoryRow
from tests.services.room_for_bookings import NOON, Small, make_small, undo
from tests.services.test_notes import FOUR, as_other, clock


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Small]:
    made = make_small(tmp_path / "室")
    clock(made.room, NOON)
    yield made
    made.room.close()


def test_what_the_program_brings_is_gentle_and_each_once() -> None:
    brought = phrases._brought()
    assert len(brought) >= 40 and len({p.id for p in brought}) == len({p.text for p in brought}) == len(brought)
    assert all(p.part in ("", *phrases.PARTS) and wording.look(p.text) == [] for p in brought)


def test_ones_own_come_first_and_a_colleagues_do_not_come(small: Small) -> None:
    room = small.room
    own = phrases.add(room, " 一起 深呼吸三次 ", "measures")
    shared = phrases.add(room, "一起散步", shared=True)
    found = phrases.find(room, "yq", "measures")
    assert (found[0].id, found[0].text, found[0].own) == (own, "一起 深呼吸三次", True)
    assert any(p.id == "measures-breath" and p.fixed for p in found)
    with pytest.raises(NotValid):
        phrases.add(room, "一起散步")
    assert all(p.part in ("", "effect") for p in phrases.find(room, "", "effect"))
    room = as_other(small)
    assert own not in {p.id for p in phrases.find(room, "")} and shared in {p.id for p in phrases.find(room, "yiqi")}
    with pytest.raises(Refused):
        phrases.remove(room, own)
    phrases.change(room, shared, "一起走走", "measures")
    phrases.remove(room, shared)
    undo(room)
    assert "一起走走" in {p.text for p in phrases.find(room, "yqzz")}


def test_what_cannot_be_is_refused(small: Small) -> None:
    for text, part in (("", ""), ("长" * 201, ""), ("好", "nowhere")):
        with pytest.raises(NotValid):
            phrases.add(small.room, text, part)
    with pytest.raises(Refused, match="自带"):
        phrases.remove(small.room, "measures-breath")
    with pytest.raises(NotFound):
        phrases.change(small.room, "0" * 32, "好")


def test_the_school_edits_its_categories(small: Small) -> None:
    room = small.room
    assert categories.listed(room) == list(CATEGORIES.items())
    note = notes.add(room, FOUR, [small.students[0]], NOON, categories=["study", "online"])
    rows = [row for row in categories.rows(room) if row.id != "online"]  # one left out is retired
    rows = [CategoryRow("", "住校适应"), *(CategoryRow(r.id, "学业" if r.id == "study" else r.name) for r in rows)]
    categories.save(room, rows)
    listed = categories.listed(room)
    assert listed[0][1] == "住校适应" and ("study", "学业") in listed and len(listed) == len(CATEGORIES)
    assert ("online", "网络与游戏") in categories.listed(room, retired=True)
    assert notes.seen(room, note, NOON).categories == (("study", "学业"), ("online", "网络与游戏"))
    notes.change(room, note, {}, [small.students[0]], NOON, categories=["online", listed[0][0]])  # what it has may stay
    for wrong in (
        [],
        [CategoryRow("", "")],
        [CategoryRow("", "长" * 13)],
        [CategoryRow("", "一"), CategoryRow("", "一")],
    ):
        with pytest.raises(NotValid):
            categories.save(room, wrong)
    with pytest.raises(NotValid):
        notes.add(room, FOUR, [small.students[0]], NOON, categories=["nothing"])
    notes.remove(room, note, NOON)
    undo(room)
    undo(room)
    undo(room)
    assert categories.listed(room) == list(CATEGORIES.items())
