"""Nothing of case.db without its key, and no text outside the encrypted files, at any moment."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
import sqlcipher3.dbapi2 as driver

from psyroom.records.booking import Slip
from psyroom.records.office import CaseDraft, DeskDraft, DeskState
from psyroom.records.students import Student, StudentDetail, StudentLabel, StudentQuestion
from psyroom.store import members, roomfile
from psyroom.store.connection import connect_alone, raw_of
from psyroom.store.copies import copy_room
from psyroom.store.history import history
from psyroom.store.room import Room
from psyroom.store.settle import MAGIC
from tests.store.conftest import DUTY, SECOND

CANARY = "金丝雀叫七声"
SPELLINGS = [CANARY.encode(code) for code in ("utf-8", "utf-16-le", "utf-16-be", "gb18030")]
NUMBER, PHONE = "430102201107158816", "13974512806"


def everything(*places: Path) -> list[tuple[str, bytes]]:
    return [(str(path), path.read_bytes()) for place in places for path in place.rglob("*") if path.is_file()]


def fill(room: Room) -> str:
    with room.write("添加学生") as deed:
        student = Student(name=CANARY, stage="junior", cohort=2025, class_no=3, number=CANARY)
        deed.session.add(student)
        deed.session.add(
            StudentDetail(
                id=student.id,
                born=date(2011, 7, 15),
                id_number=NUMBER,
                guardian=CANARY,
                guardian_phone=PHONE,
                address=CANARY,
            )
        )
        deed.session.add(StudentLabel(student=student.id, label="poor", detail=CANARY))
        deed.session.add(StudentQuestion(student=student.id, field="id_number", reason=CANARY))
        deed.session.add(Slip(day=date(2026, 9, 1), at="08:00", person=room.person.id, sealed=CANARY))
    with room.write("改电话") as deed:
        detail = deed.session.get_one(StudentDetail, student.id)
        detail.guardian_phone, detail.guardian = "13900000000", "另一位"
        deed.session.add(detail)
    with room.aside() as session:
        session.add(CaseDraft(id="c", text=CANARY))
    with room.aside() as session:
        session.add(DeskDraft(id="d", text=CANARY))
    with room.aside() as session:
        session.add(DeskState(id="s", value=CANARY))
    return student.id


def test_text_is_found_in_no_file(room: Room, tmp_path: Path) -> None:
    fill(room)
    for _ in copy_room(room, tmp_path / "备份"):
        pass
    room.close()
    for path, data in everything(tmp_path):
        assert not any(spelling in data for spelling in SPELLINGS), path
        assert PHONE.encode() not in data and NUMBER.encode() not in data, path


def test_text_is_found_in_no_file_while_a_transaction_is_open(
    room: Room, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also in the journals, with a cache so small that pages spill, and not in the folder for temporary files."""
    spill = tmp_path / "temp"
    spill.mkdir()
    monkeypatch.setenv("TMPDIR", str(spill))
    monkeypatch.setenv("SQLITE_TMPDIR", str(spill))
    id = fill(room)
    with room.write("导入名册") as deed:
        for schema in room.schemas:
            deed.raw.execute(f"PRAGMA {schema}.cache_size = 10")
        deed.raw.execute("UPDATE cases.student_detail SET address = ?", (CANARY * 5000,))
        deed.raw.execute("UPDATE main.student SET number = ?", (CANARY * 5000,))
        deed.raw.execute("PRAGMA temp.cache_size = 5")
        deed.raw.execute("CREATE TEMP TABLE t AS SELECT * FROM cases.student_detail ORDER BY address")
        deed.raw.execute(
            "INSERT INTO t SELECT a.* FROM cases.student_detail a, main.sqlite_master b, main.sqlite_master c LIMIT 60"
        )
        hot = [(room.folder / name).read_bytes()[:8] == MAGIC for name in ("desk.db-journal", "case.db-journal")]
        open_files = [
            os.readlink(f"/proc/self/fd/{fd}")
            for fd in os.listdir("/proc/self/fd")
            if os.path.islink(f"/proc/self/fd/{fd}")
        ]
        assert all(hot), "the test must see hot journals"
        for path, data in everything(tmp_path):
            assert not any(spelling in data for spelling in SPELLINGS), path
        assert not [path for path in open_files if str(spill) in path or "etilqs" in path]
    assert len(history(room, StudentDetail, id)) == 3


def test_with_the_duty_key_and_every_byte_of_the_disk(opened: Callable[..., Room]) -> None:
    """A duty person's keys open desk.db, and neither its rows nor its revisions tell anything of case.db."""
    room = opened()
    fill(room)
    room.close()
    duty = opened(DUTY)
    assert set(duty._keys) == {"main"}
    key, private = duty._keys["main"], duty._private
    with duty.read() as session:
        raw = raw_of(session)
        tables = [row[0] for row in raw.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()]
        told = "\n".join(str(raw.execute(f'SELECT * FROM "{table}"').fetchall()) for table in tables)
    for secret in (NUMBER, PHONE, "2011-07-15", "poor", "另一位", "13900000000", "student_detail"):
        assert secret not in told, secret
    assert CANARY in told, "the desk may read the name; otherwise this test sees nothing"
    with pytest.raises(driver.DatabaseError, match="not a database"):
        connect_alone(duty.folder / "case.db", key).execute("SELECT count(*) FROM sqlite_master")
    from psyroom.store import keys

    file = roomfile.read(duty.folder)
    for entry in file.people:
        for sealed in [*entry.case, *file.sheet.case]:
            with pytest.raises(keys.WrongKey):
                keys.open_grant(sealed, private, f"case {file.id}")


def test_a_removed_colleague_with_the_whole_folder_and_the_old_keys(opened: Callable[..., Room]) -> None:
    gone = opened(SECOND)
    id, old, private = gone.person.id, dict(gone._keys), gone._private
    gone.close()
    room = opened()
    fill(room)
    members.remove_person(room, id)
    room.close()
    from psyroom.store import keys

    for name, key in (("desk.db", old["main"]), ("case.db", old["cases"])):
        with pytest.raises(driver.DatabaseError):
            connect_alone(room.folder / name, key).execute("SELECT count(*) FROM sqlite_master")
    for name in (roomfile.NAME, roomfile.BEFORE):
        file = roomfile._parse((room.folder / name).read_bytes())
        assert id not in [entry.id for entry in file.people]
        for entry in file.people:
            for sealed, purpose in [(s, "desk") for s in entry.desk] + [(s, "case") for s in entry.case]:
                with pytest.raises(keys.WrongKey):
                    keys.open_grant(sealed, private, f"{purpose} {file.id}")


def test_room_json_tells_nothing_but_names_to_choose_from(room: Room) -> None:
    fill(room)
    text = (room.folder / roomfile.NAME).read_text("utf-8")
    assert "青山" not in text and CANARY not in text
    for key in (*room._keys.values(), room._private):
        assert key.hex() not in text
