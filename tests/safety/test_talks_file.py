"""Talks, care, plans, feedback and home visits: nothing of them is in the desk's file, in what it is told, or in a slip's
password anywhere but where it belongs."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlmodel import select

from psyroom.records.talks import TalkSheet
from psyroom.services import people, students
from psyroom.store.connection import raw_of
from psyroom.store.opening import open_room
from psyroom.store.room import Room
from psyroom.store.tables import CASES, tables_in
from tests.conftest import PASSWORD
from tests.safety import test_private_exits as exits
from tests.safety.talk_canaries import OF_TALKS, REASON, RECEIVER, said_of_everyone
from tests.safety.test_waiting_file import raw

NOW = datetime(2026, 11, 19, 12, 50)
WORDS = (
    "谈话", "一生一谈", "关爱", "方案", "反馈", "家访", "班主任", "登记表", "回执", "未谈", "谈心", "care", "talk", "plan_", "feedback", "home_visit",
    "receipt", "class_teacher", "case_filing",
)  # fmt: skip


@pytest.fixture(scope="module")
def made(
    _made_rooms: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Path, dict[str, str], list[str]]]:
    """A closed room with all of it, ids, and the passwords of its sheets."""
    from psyroom.store import keys

    was, keys.UNBOUND = keys.UNBOUND, keys.PRACTICE
    place = tmp_path_factory.mktemp("talks")
    shutil.copytree(_made_rooms(), place / "room")
    with open_room(place / "room", "甲", PASSWORD) as room:
        room.now, room.clock_confirmed = lambda: NOW.astimezone(UTC), True
        pupils = [
            students.add(room, {"name": name, "stage": "vocational", "cohort": 2026, "class_no": 1}, {})
            for name in ("翟一鸣", "翟二鸣", "翟三鸣")
        ]
        people.add(room, "丙", "counsellor", exits.OTHER)
        ids = said_of_everyone(room, pupils[0], pupils[1:], place / "out", NOW)
        with room.read() as session:
            passwords = [sheet.password for sheet in session.exec(select(TalkSheet)).all()]
            empty = [
                table.name
                for table in tables_in(CASES)
                if table.name in FILLED
                and not raw_of(session).execute(f"SELECT count(*) FROM cases.{table.name}").fetchone()[0]
            ]
    assert passwords and all(passwords) and not empty, empty
    ids |= {
        "note": ids["talk"],
        "student": pupils[0],
        "students": pupils[0],
        "person": room.person.id,
        "person_id": room.person.id,
    }
    yield place / "room", ids, passwords
    keys.UNBOUND = was


FILLED = {
    "talk", "talk_excuse", "talk_attempt", "class_teacher", "talk_sheet", "talk_receipt", "care", "growth_plan", "plan_step",
    "plan_review", "feedback", "home_visit", "case_filing", "export",
}  # fmt: skip


def rows_of_cases(room: Room) -> set[str]:
    """The ids of every row about talks and families, whatever table of case.db it lies in."""
    found = set()
    with room.read() as session:
        for table in tables_in(CASES):
            if table.name in FILLED:
                found |= {row[0] for row in raw_of(session).execute(f"SELECT id FROM cases.{table.name}").fetchall()}
    return found


def test_every_table_of_it_is_filled_and_none_is_in_the_desk_s_file(
    made: tuple[Path, dict[str, str], list[str]],
) -> None:
    assert FILLED <= {table.name for table in tables_in(CASES)}
    columns, told = raw(made[0])
    assert not FILLED & columns.keys() and "翟一鸣" in told, "otherwise this test sees nothing"
    for text in (*OF_TALKS, REASON, RECEIVER, *made[2]):
        assert text not in told and text.encode().hex() not in told, text
    for label in WORDS:
        assert label not in told, label
    with open_room(made[0], "甲", PASSWORD) as room:
        ids = rows_of_cases(room)
    assert len(ids) >= 20 and not [row for row in ids if row in told]


def test_the_desk_s_file_is_the_same_without_any_of_it(new_room: Callable[..., Room], tmp_path: Path) -> None:
    """Not how many deeds there were, nor when: two rooms of which one knows nothing of talks."""
    seen = []
    for full in (False, True):
        room = new_room()
        room.now, room.clock_confirmed = lambda: NOW.astimezone(UTC), True
        pupils = [
            students.add(room, {"name": name, "stage": "vocational", "cohort": 2026, "class_no": 1}, {})
            for name in "一二三"
        ]
        if full:
            said_of_everyone(room, pupils[0], pupils[1:], tmp_path / "out", NOW)
        with room.read() as session:
            c = raw_of(session)
            counts = {
                table.name: c.execute(f'SELECT count(*) FROM main."{table.name}"').fetchone()[0]
                for table in tables_in("main")
            }
            seen.append((counts, c.execute("SELECT what FROM main.deed ORDER BY seq").fetchall()))
    assert seen[0] == seen[1]


@pytest.mark.parametrize(("who", "password"), [("乙", PASSWORD)])
def test_no_service_tells_the_desk(
    made: tuple[Path, dict[str, str], list[str]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    who: str,
    password: str,
) -> None:
    monkeypatch.setattr(exits, "PRIVATE", (*OF_TALKS, *made[2]))
    monkeypatch.setattr(exits, "NOW", NOW)
    leaks, _, answered = exits.walk(made[0], made[1], who, password, tmp_path)
    assert leaks == {} and {"timeline.of", "today.today", "recycle_bin.listed", "students.whole"} <= answered


def test_what_goes_out_holds_what_was_asked_for_and_no_more(made: tuple[Path, dict[str, str], list[str]]) -> None:
    """A sheet holds nothing that was ever said; a slip to the parents only what is fit for them; a return no words."""
    from psyroom.reports import preview
    from tests.safety.talk_canaries import GOAL, PLANNED, TALK, TOLD
    from tests.safety.test_leaks import leaks

    out = made[0].parent / "out"
    assert {text for _, text in leaks(out / "sheets", OF_TALKS, unpack=True)} == set()
    (slip,) = (out / "slips").glob("*.pdf")
    assert not [text for text in OF_TALKS if text != TOLD and text in preview.text(slip.read_bytes())]
    returned = {text for _, text in leaks(out / "returns", OF_TALKS, unpack=True)}
    assert not returned & {TALK, TOLD}
    papers = {text for _, text in leaks(out / "papers", OF_TALKS, unpack=True)}
    assert {TALK, PLANNED, GOAL} <= papers, "the hunt reads pages"
    left = [p.name for p in out.rglob("*") if p.is_file() and (p.name.startswith(".") or p.suffix in (".new", ".tmp"))]
    assert left == []
