"""A copy is verified before it counts; brought back it is a whole room again, with a new sheet and a chain that goes on."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from psyroom.errors import (
    CannotWriteFile,
    Damaged,
    FolderTaken,
    NoRoom,
    Refused,
    WeakPassword,
    WrongRecovery,
)
from psyroom.records.students import StudentDetail
from psyroom.store import backups_place as places
from psyroom.store import manifest, settle
from psyroom.store.checking import check, verify
from psyroom.store.copies import CopyFaulty, bring_back, copy_room
from psyroom.store.history import undo
from psyroom.store.opening import open_room
from psyroom.store.room import Room
from tests.store.conftest import COUNSELLOR, DUTY, PASSWORDS, SECOND, add_student
from tests.store.test_chain import behind_the_chain, whole

NEW = "屋檐下面的燕子又飞回来了呀"


def drive(work: Generator[Any, Any, Path]) -> Path:
    while True:
        try:
            next(work)
        except StopIteration as done:
            return Path(done.value)


@pytest.fixture
def copy(room: Room, tmp_path: Path) -> Path:
    add_student(room, "周一鸣")
    return drive(copy_room(room, tmp_path / "盘"))


def test_a_copy_holds_the_files_and_a_manifest_and_no_name_of_the_school(copy: Path) -> None:
    assert sorted(p.name for p in copy.iterdir()) == ["case.db", "desk.db", "manifest.json", "room.json"]
    told = manifest.read(copy)
    assert told is not None and set(told.rows) == {"main", "cases"}
    assert manifest.trouble_of(copy) is None and "青山" not in str(copy.name)
    assert sorted(p.name for p in copy.parent.iterdir()) == sorted([copy.name, places.NAME])


def test_a_manifest_tells_nobody_without_a_key_how_many_records_there_are(
    opened: Callable[..., Room], tmp_path: Path
) -> None:
    """How many notes, crises or children in care: neither a thief of the stick nor the desk reads that there."""
    with opened() as room:
        add_student(room, "周一鸣")
        copy = drive(copy_room(room, tmp_path / "盘"))
        both, more = dict(room._keys), drive(copy_room(room, tmp_path / "盘"))
        add_student(room, "周二鸣")
    told, again = manifest.read(copy), manifest.read(more)
    assert told is not None and again is not None
    counts = told.counts(both)
    assert counts["main.student"] == counts["cases.student_detail"] == 1
    for place in (copy / manifest.NAME, copy.parent / places.NAME):
        text = re.sub(r"[0-9a-f]{16,}", "", place.read_text("utf-8"))  # a digest may say “deed” by chance
        assert not any(name.partition(".")[2] in text for name in counts), f"{place.name} speaks of records"
    with opened(DUTY) as desk:
        seen = told.counts(desk._keys)
        assert seen["main.student"] == 1 and not any(name.startswith("cases.") for name in seen)
    assert told.counts({"cases": b"\0" * 32}) == {}
    assert {len(value) for value in told.rows.values()} == {len(value) for value in again.rows.values()}
    again.rows = told.rows
    assert again.counts(both) == {}, "bound to the copy it was counted in"


def test_the_room_goes_on_and_two_copies_do_not_collide(room: Room, copy: Path) -> None:
    add_student(room)
    other = drive(copy_room(room, copy.parent))
    assert other != copy and manifest.trouble_of(copy) is None
    room.close()


def test_a_copy_comes_back_whole(room: Room, copy: Path, code: str, tmp_path: Path) -> None:
    add_student(room, "后来的")
    back, fresh = bring_back(copy, tmp_path / "新", code, COUNSELLOR, NEW, use_keyring=False)
    with back:
        assert back.has_cases and back.id == room.id and back.lineage != room.lineage and back.origin != room.origin
        assert back.findings == [] and whole(check(back)) == set() and back.stranded == []
        with back.read() as session:
            assert [d.guardian for d in session.exec(select(StudentDetail)).all()] == ["周父"]
        add_student(back, "新来的")
        undo(back)
        assert whole(check(back)) == set()
    for name in (DUTY, SECOND):
        open_room(tmp_path / "新", name, PASSWORDS[name]).close()
    with pytest.raises(WrongRecovery):
        bring_back(copy, tmp_path / "又", fresh, COUNSELLOR, NEW, use_keyring=False)
    again, _ = bring_back(copy, tmp_path / "又", code, SECOND, NEW, use_keyring=False)
    assert again.origin != back.origin
    again.close()


def test_a_folder_of_copies_gives_the_newest(room: Room, copy: Path, code: str, tmp_path: Path) -> None:
    told = json.loads((copy / manifest.NAME).read_text("utf-8"))
    (copy / manifest.NAME).write_text(json.dumps(told | {"made_at": "2020-01-01T00:00:00+00:00"}), "utf-8")
    add_student(room, "后来的")
    drive(copy_room(room, copy.parent))
    (copy.parent / "辅导室-20990101-000000.part").mkdir()
    back, _ = bring_back(copy.parent, tmp_path / "新", code, COUNSELLOR, NEW, use_keyring=False)
    with back, back.read() as session:
        assert len(session.exec(select(StudentDetail)).all()) == 2


@pytest.mark.parametrize("name", ["desk.db", "case.db", "room.json"])
@pytest.mark.parametrize("how", ["flipped", "missing", "empty"])
def test_a_copy_that_is_not_what_was_written_is_refused(
    copy: Path, code: str, tmp_path: Path, name: str, how: str
) -> None:
    data = bytearray((copy / name).read_bytes())
    data[len(data) // 2] ^= 1
    if how == "missing":
        (copy / name).unlink()
    else:
        (copy / name).write_bytes(data if how == "flipped" else b"")
    with pytest.raises((Refused, NoRoom), match="room.json|里没有辅导室" if name == "room.json" else name):
        bring_back(copy, tmp_path / "新", code, COUNSELLOR, NEW, use_keyring=False)
    assert not (tmp_path / "新").exists() or not any((tmp_path / "新").iterdir())


def test_what_is_wrong_is_said_before_anything_is_made(copy: Path, code: str, tmp_path: Path) -> None:
    goal = tmp_path / "新"
    with pytest.raises(WrongRecovery):
        bring_back(copy, goal, "0" * 34, COUNSELLOR, NEW, use_keyring=False)
    with pytest.raises(WeakPassword):
        bring_back(copy, goal, code, COUNSELLOR, "123456", use_keyring=False)
    for name in (DUTY, "没有这个人"):
        with pytest.raises(Refused, match="心理教师"):
            bring_back(copy, goal, code, name, NEW, use_keyring=False)
    with pytest.raises(NoRoom):
        bring_back(tmp_path / "空", goal, code, COUNSELLOR, NEW, use_keyring=False)
    assert not goal.exists()
    with pytest.raises(FolderTaken):
        bring_back(copy, copy.parent, code, COUNSELLOR, NEW, use_keyring=False)


def test_a_copy_that_failed_halfway_can_be_brought_back_again(
    copy: Path, code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from psyroom.store import recovering

    def broken(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(recovering, "_believe", broken)
        with pytest.raises(KeyboardInterrupt):
            bring_back(copy, tmp_path / "新", code, COUNSELLOR, NEW, use_keyring=False)
    bring_back(copy, tmp_path / "新", code, COUNSELLOR, NEW, use_keyring=False)[0].close()


def test_a_duty_person_s_copy_holds_both_files_and_is_marked_unverified(
    opened: Callable[..., Room], code: str, tmp_path: Path
) -> None:
    """The case file's bytes are copied without a key to them; the sheet opens both."""
    made = drive(copy_room(opened(DUTY), tmp_path / "盘"))
    told = manifest.read(made)
    assert told is not None and not told.verified and set(told.rows) == {"main"}
    assert manifest.digest_of(made / "case.db") == manifest.digest_of(tmp_path / "房间" / "case.db")
    back, _ = bring_back(made, tmp_path / "新", code, COUNSELLOR, NEW, use_keyring=False)
    with back:
        assert whole(check(back)) == set()


def test_no_copy_is_made_while_a_hot_journal_lies_there(room: Room, tmp_path: Path) -> None:
    (room.folder / "case.db-journal").write_bytes(settle.MAGIC + b"\0" * 600)
    with pytest.raises(Refused, match="打断"):
        drive(copy_room(room, tmp_path / "盘"))
    (room.folder / "case.db-journal").write_bytes(b"")
    assert list((tmp_path / "盘").iterdir()) == []


@pytest.mark.parametrize("place", ["desk.db", "case.db"])
def test_a_damaged_room_gives_no_copy(room: Room, tmp_path: Path, place: str) -> None:
    for _ in range(20):
        add_student(room)
    data = bytearray((room.folder / place).read_bytes())
    data[-2000] ^= 1
    (room.folder / place).write_bytes(data)
    with pytest.raises((Damaged, CopyFaulty)):
        drive(copy_room(room, tmp_path / "盘"))
    assert list((tmp_path / "盘").iterdir()) == []


def test_a_room_with_a_broken_chain_gives_no_copy(room: Room, tmp_path: Path) -> None:
    add_student(room)
    behind_the_chain(room, "main", "UPDATE deed SET what = '别的' WHERE seq = 2")
    assert not verify(room).ok
    with pytest.raises(CopyFaulty, match="体检"):
        drive(copy_room(room, tmp_path / "盘"))
    assert list((tmp_path / "盘").iterdir()) == []


def test_a_place_that_cannot_be_written_to_is_a_sentence(room: Room, tmp_path: Path) -> None:
    (tmp_path / "文件").write_bytes(b"")
    with pytest.raises(CannotWriteFile):
        drive(copy_room(room, tmp_path / "文件"))


def test_a_copy_left_halfway_counts_for_nothing(room: Room, tmp_path: Path) -> None:
    work = copy_room(room, tmp_path / "盘")
    next(work)
    next(work)
    work.close()
    assert list((tmp_path / "盘").iterdir()) == []
    add_student(room)  # and the door is free again


def test_a_spoilt_copy_inside_the_room_is_found_by_the_check(room: Room) -> None:
    made = drive(copy_room(room, room.folder / "backups"))
    assert whole(check(room)) == set()
    shutil.copy(made / "desk.db", made / "case.db")
    assert whole(check(room)) == {"copy"}
