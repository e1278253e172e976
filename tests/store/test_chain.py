"""The chain finds what was changed behind it: contents, persons, cut rows, missing triggers, old files, lost journals."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

import pytest

from psyroom.records.school import Place
from psyroom.records.students import Student, StudentLabel
from psyroom.store import chain, checking, triggers
from psyroom.store.chain import content
from psyroom.store.checking import Finding, check, drift, verify
from psyroom.store.connection import connect_alone
from psyroom.store.room import Room
from psyroom.store.verifying import Point
from tests.store.conftest import DUTY, add_student


def whole(work: Generator[tuple[int, int], None, list[Finding]]) -> set[str]:
    """What a full check finds, as stable words; its progress only ever rises."""
    seen = []
    while True:
        try:
            seen.append(next(work))
        except StopIteration as done:
            assert seen == sorted(seen) and seen[-1][0] == seen[-1][1]
            return {finding.what for finding in done.value}


def behind_the_chain(room: Room, schema: str, *statements: str, keep: bool = False) -> None:
    """What somebody with the key and a SQLCipher shell can do: drop the triggers, change, put them back."""
    name = {"main": "desk.db", "cases": "case.db"}[schema]
    shell = connect_alone(room.folder / name, room._keys[schema])
    shell.create_function("content", 3, content, deterministic=True)
    triggers.drop(shell.execute, "main")
    for statement in statements:
        shell.execute(statement)
    if not keep:
        for sql in triggers.wanted(schema).values():
            shell.execute(sql)
    shell.close()


def test_a_whole_room_has_no_findings(room: Room) -> None:
    add_student(room)
    report = verify(room)
    assert report.ok and report.revisions == 9 and not drift(room)
    assert whole(check(room)) == set()


@pytest.mark.parametrize("schema", ["main", "cases"])
@pytest.mark.parametrize(
    ("statement", "what"),
    [
        ("UPDATE revision SET after = replace(after, 'Z', 'Y')", "changed"),
        ("UPDATE deed SET person = 'x' WHERE seq = 2", "changed"),
        ("UPDATE deed SET at = '2020-01-01T00:00:00.000+00:00' WHERE seq = 2", "changed"),
        ("DELETE FROM revision WHERE seq = (SELECT max(seq) FROM revision WHERE deed = 2)", "cut"),
        ("DELETE FROM deed WHERE seq = 3", "cut"),
        ("DELETE FROM revision WHERE deed = (SELECT max(seq) FROM deed)", "cut"),
        ("UPDATE revision SET salt = randomblob(16) WHERE deed = 2", "changed"),
        ("UPDATE revision SET after = NULL, salt = NULL WHERE deed = 2", "changed"),
    ],
)
def test_what_was_edited_is_found(room: Room, schema: str, statement: str, what: str) -> None:
    for name in ("Z一", "Z二", "Z三"):
        add_student(room, name, guardian="Z")
    behind_the_chain(room, schema, "PRAGMA foreign_keys = OFF", statement)
    assert what in {finding.what for finding in verify(room).findings}


def test_a_deed_taken_out_whole_is_found(room: Room) -> None:
    for name in "甲乙丙":
        add_student(room, name)
    behind_the_chain(room, "main", "DELETE FROM revision WHERE deed = 3", "DELETE FROM deed WHERE seq = 3")
    assert "gap" in {finding.what for finding in verify(room).findings}


@pytest.mark.parametrize("schema", ["main", "cases"])
def test_a_missing_trigger_is_found(room: Room, schema: str) -> None:
    behind_the_chain(room, schema, keep=True)
    assert [finding.what for finding in verify(room).findings] == ["triggers"]


@pytest.mark.parametrize(
    ("schema", "statement"),
    [
        ("main", "UPDATE student SET class_no = 9"),
        ("main", "DELETE FROM student"),
        ("cases", "UPDATE student_detail SET guardian = '别人'"),
        ("cases", "INSERT INTO student_question VALUES ('s', 'f', 'r', 0, 'i')"),
    ],
)
def test_a_row_changed_behind_the_chain_is_found_by_the_full_check(room: Room, schema: str, statement: str) -> None:
    add_student(room)
    try:
        behind_the_chain(room, schema, statement)
    finally:
        assert verify(room).ok
    assert len(drift(room)) == 1 and whole(check(room)) == {"drift"}


def test_only_what_is_new_is_walked_at_opening(room: Room) -> None:
    add_student(room)
    first = verify(room)
    add_student(room)
    second = verify(room, first.points)
    assert second.ok and second.revisions == 2 and second.points["main"].deed == first.points["main"].deed + 1
    assert verify(room, second.points).revisions == 0
    assert Point.of(second.points["main"].text()) == second.points["main"]


def test_long_deeds_are_walked_in_slices(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    from psyroom.store import verifying

    monkeypatch.setattr(verifying, "SLICE", 7)
    for size in (1, 3, 20, 2, 7, 1):
        with room.write("导入名册") as deed:
            deed.session.add_all([Student(name="周", stage="junior", cohort=2025, class_no=1) for _ in range(size)])
    add_student(room)
    report = verify(room)
    assert report.ok and report.revisions == verify(room).revisions == 34 + 2 + 7


def test_changes_since_the_last_opening_are_said_at_the_next(opened: Callable[..., Room]) -> None:
    room = opened()
    add_student(room)
    add_student(room)
    room.close()
    again = opened()
    assert again.findings == []
    add_student(again)
    behind_the_chain(again, "main", "UPDATE deed SET what = '别的' WHERE seq = (SELECT max(seq) FROM deed)")
    again.close()
    assert {finding.what for finding in opened().findings} == {"changed"}


def test_an_old_case_file_beside_a_new_desk_file_is_found(opened: Callable[..., Room], tmp_path: Path) -> None:
    room = opened()
    add_student(room)
    room.close()
    shutil.copy(room.folder / "case.db", tmp_path / "old")
    again = opened()
    add_student(again)
    again.close()
    shutil.copy(tmp_path / "old", again.folder / "case.db")
    assert "spanning" in whole(check(opened()))


@pytest.mark.parametrize("name", ["case.db", "desk.db"])
def test_an_old_file_is_found_without_a_keyring_too(opened: Callable[..., Room], tmp_path: Path, name: str) -> None:
    """Deeds of one file only: no link of the other tells of them, but what each took down of the other at closing does."""
    with opened() as room:
        folder = room.folder
        add_student(room, "甲")
    shutil.copy(folder / name, tmp_path / name)
    with opened() as room, room.write("单独") as deed:
        deed.session.add(StudentLabel(student="0" * 32, label="poor") if name == "case.db" else Place(name="新房间"))
    opened().close()
    shutil.copy(tmp_path / name, folder / name)
    with opened() as room:
        assert [f.sentence for f in room.findings if f.what == "older" and name in f.sentence]
        checking.accept_older(room)
    with opened() as room:
        assert not room.findings


def test_a_journal_that_was_deleted_is_found_by_rows_against_revisions(room: Room) -> None:
    """SQLite's own checks pass over a half-written file; the rows of some pages are then of another time."""
    for _ in range(3):
        with room.write("导入名册") as deed:
            deed.session.add_all([Student(name="周", stage="junior", cohort=2025, class_no=1) for _ in range(200)])
    before = (room.folder / "desk.db").read_bytes()
    with room.write("调班") as deed:
        deed.raw.execute("UPDATE student SET class_no = 2")
    after = bytearray((room.folder / "desk.db").read_bytes())
    room.close()
    pages = [
        i
        for i in range(1, len(before) // 4096)
        if before[i * 4096 : i * 4096 + 4096] != after[i * 4096 : i * 4096 + 4096]
    ]
    half = pages[: len(pages) // 2]
    for i in half:
        after[i * 4096 : i * 4096 + 4096] = before[i * 4096 : i * 4096 + 4096]
    (room.folder / "desk.db").write_bytes(after)
    from psyroom.errors import Damaged
    from psyroom.store.opening import open_room
    from tests.store.conftest import COUNSELLOR, PASSWORDS

    try:
        again = open_room(room.folder, COUNSELLOR, PASSWORDS[COUNSELLOR])
    except Damaged:
        return
    with again:
        assert again.findings or whole(check(again))


def test_a_stone_keeps_the_proof_and_needs_its_entry(room: Room) -> None:
    id = add_student(room)
    other = add_student(room)
    with room.write("依法删除", undoable=False) as deed:
        deed.raw.execute("DELETE FROM main.student WHERE id = ?", (id,))
        deed.raw.execute("INSERT INTO main.erasure (id, kind, ref, why) VALUES ('e', 'student', ?, '依法')", (id,))
        deed.raw.execute(
            "UPDATE main.revision SET stone = content(before, after, salt), before = NULL, after = NULL, salt = NULL "
            "WHERE kind = 'student' AND ref = ?",
            (id,),
        )
    report = verify(room)
    assert report.ok and report.stones == 2
    with room.write("抹去", undoable=False) as deed:
        deed.raw.execute(
            "UPDATE main.revision SET stone = content(before, after, salt), before = NULL, after = NULL, salt = NULL "
            "WHERE kind = 'student' AND ref = ?",
            (other,),
        )
    assert "stone" in {finding.what for finding in verify(room).findings}


def test_no_two_contents_have_one_commitment() -> None:
    salt = b"s" * 16
    pairs: list[tuple[Any, Any]] = [
        (None, None),
        ("", None),
        (None, ""),
        ("", ""),
        ("1:a", None),
        ("a", ""),
        ("", "a"),
        (None, "a"),
    ]
    assert len({content(a, b, salt) for a, b in pairs}) == len(pairs)
    assert content("a", "b", salt) != content("a", "b", b"t" * 16)


def test_every_watched_table_has_an_id_and_a_name_of_its_own() -> None:
    from psyroom.store.tables import is_watched, metadata

    tables = [t for t in metadata().sorted_tables if is_watched(t)]
    assert all("id" in t.c and t.c.id.primary_key for t in tables)
    names = [t.name for t in metadata().sorted_tables if t.name not in chain.OWN | {"erasure"}]
    assert len(names) == len(set(names)), "a table missing in main would silently be the other file's"


def test_every_module_of_records_is_known_to_the_metadata() -> None:
    import pkgutil

    import psyroom.records
    from psyroom.store.tables import MODULES

    there = {m.name for m in pkgutil.iter_modules(psyroom.records.__path__)} - {"fields", "ids"}
    assert there <= {m.__name__.rsplit(".", 1)[-1] for m in MODULES}


def test_a_duty_person_checks_what_is_theirs(opened: Callable[..., Room]) -> None:
    room = opened(DUTY)
    add_student(room)
    assert whole(check(room)) == set()
    assert json.loads(Point().text()) == [{}, 0, 0] and checking.head_of(room, "main")[0] > 0
