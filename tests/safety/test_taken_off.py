"""A colleague who has left, with every key ever held and every file old and new; the desk's key with the whole disk.

Nothing written after the removal opens; of case.db and files/ the desk reads no byte.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from psyroom.errors import Tell
from psyroom.records.attachments import Attachment
from psyroom.records.students import StudentDetail
from psyroom.services import people, private_notes, slips, students
from psyroom.store import files, grants, keys, members, roomfile
from psyroom.store.connection import connect_alone, opens, raw_of
from psyroom.store.copies import copy_room
from psyroom.store.opening import open_room
from psyroom.store.room import Room
from psyroom.store.tables import FILES
from tests.conftest import PASSWORD
from tests.safety.test_leaks import leaks

GONE, OLD = "丙", "窗外的梧桐叶又落了一层厚"
DESK = "值班的人记住这一句话就行了"
BEFORE, AFTER = "苍鹭还在的时候写的", "苍鹭飞走以后写的"
NOW = datetime(2026, 10, 12, 12, 50)


def write(room: Room, text: str) -> str:
    """One of each kind of thing that holds words; returns the attachment's file."""
    child = students.add(
        room,
        {"name": text[:6], "stage": "vocational", "cohort": 2026, "class_no": 1},
        {"remark": text, "guardian": text},
    )
    private_notes.write(room, text, note="", student=child, now=NOW)
    slips.write_slip(room, text, NOW)
    stored = files.put(room, text.encode() * 50)
    with room.write("添加附件") as deed:
        row = Attachment(
            name=text, day=date(2026, 10, 12), media="x/y", person="", at="", student=child, **vars(stored)
        )
        deed.session.add(row)
    return stored.file


def drained(work: Iterator[Any]) -> None:
    for _ in work:
        pass


def held(folder: Path, name: str, password: str) -> set[bytes]:
    """Every key somebody could have kept: the own, the files', the room secret, and whatever 32 bytes stand in a row or
    revision (attachments' keys, the inbox's private half), and those that open by one of these."""
    with open_room(folder, name, password) as room:
        found = {room._private, room.secret, *room._keys.values()}
        with room.read() as session:
            raw = raw_of(session)
            for schema in room.schemas:
                tables = raw.execute(f"SELECT name FROM {schema}.sqlite_master WHERE type = 'table'").fetchall()
                for (table,) in tables:
                    told = str(raw.execute(f'SELECT * FROM {schema}."{table}"').fetchall())
                    found |= {
                        bytes.fromhex(part) for part in re.findall(r"(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])", told)
                    }
        file = roomfile.read(folder)
        for entry in file.people:
            strength = keys.Strength(entry.memory, entry.passes, entry.lanes)
            found.add(keys.from_password(password, entry.salt, strength, b""))
    return {key for key in found if len(key) == 32}


def every_grant(folder: Path) -> list[tuple[str, bytes]]:
    found = []
    for name in (roomfile.NAME, roomfile.BEFORE):
        file = roomfile._parse((folder / name).read_bytes())
        for holder in [*file.people, file.sheet]:
            found += [(f"desk {file.id}", g) for g in holder.desk] + [(f"case {file.id}", g) for g in holder.case]
        if file.sheet.secret:
            found.append((f"secret {file.id}", file.sheet.secret))
    return found


def opened_with(folder: Path, known: set[bytes]) -> set[bytes]:
    """Keys that open from room.json by what one holds, also over several steps."""
    todo, found = set(known), set(known)
    while todo:
        key = todo.pop()
        fresh = set()
        for purpose, grant in every_grant(folder):
            try:
                fresh.add(keys.open_grant(grant, key, purpose))
            except keys.WrongKey:
                continue
        for name in (roomfile.NAME, roomfile.BEFORE):
            file = roomfile._parse((folder / name).read_bytes())
            for entry in file.people:
                try:
                    fresh.add(keys.unseal(key, entry.sealed, file.about(entry)))
                except keys.WrongKey:
                    continue
        todo |= fresh - found
        found |= fresh
    return found


def attachment_opens(folder: Path, file: str, known: set[bytes]) -> bool:
    data, about = (folder / "files" / file).read_bytes(), f"psyroom attachment 1 {roomfile.read(folder).id} {file}"
    for key in known:
        try:
            keys.unseal(key, data, about.encode())
        except keys.WrongKey:
            continue
        return True
    return False


@pytest.fixture
def left(new_room: Callable[..., Room], tmp_path: Path) -> tuple[Path, Path, str, str]:
    """(the folder as the one who left had copied it, the room of now, an attachment of before, one of after)."""
    room = new_room()
    people.add(room, GONE, "counsellor", OLD)
    people.reset_password(room, next(id for id, name, _, _ in people.listed(room) if name == "乙"), DESK)
    before = write(room, BEFORE)
    folder = room.folder
    room.close()
    with open_room(folder, GONE, OLD) as theirs:
        private_notes.write(theirs, BEFORE, note="", student="", now=NOW)
    shutil.copytree(folder, tmp_path / "旧")
    with open_room(folder, "甲", PASSWORD) as room:
        people.remove(room, next(id for id, name, _, _ in people.listed(room) if name == GONE))
        after = write(room, AFTER)
        drained(copy_room(room, tmp_path / "备份"))
    return tmp_path / "旧", folder, before, after


def test_with_every_key_of_before_nothing_of_after_opens(left: tuple[Path, Path, str, str], tmp_path: Path) -> None:
    old, folder, before, after = left
    known = held(old, GONE, OLD)
    assert len(known) > 8 and attachment_opens(folder, before, known), "otherwise this test sees nothing"
    assert opens(old / FILES["cases"], next(k for k in known if opens(old / FILES["cases"], k)))
    copies = list((tmp_path / "备份").rglob(FILES["main"]))
    assert copies
    known = opened_with(folder, known)
    for place in (folder, *(path.parent for path in copies)):
        for name in FILES.values():
            assert not any(opens(place / name, key) for key in known), name
    assert not attachment_opens(folder, after, known)
    assert not leaks(folder, (AFTER, BEFORE)) and not leaks(tmp_path / "备份", (AFTER, BEFORE))


@pytest.mark.parametrize("part", [("room.json",), ("room.json", "room.json.before"), ("desk.db",), ("case.db",),
                                  ("room.json", "room.json.before", "desk.db")])  # fmt: skip
def test_old_files_put_back_among_the_new_open_nothing(
    left: tuple[Path, Path, str, str], tmp_path: Path, part: tuple[str, ...]
) -> None:
    old, folder, _, _ = left
    mixed = tmp_path / "混"
    shutil.copytree(folder, mixed)
    for name in part:
        shutil.copyfile(old / name, mixed / name)
    told = ""
    try:
        with open_room(mixed, GONE, OLD) as room, room.read() as session:
            told = str(raw_of(session).execute("SELECT * FROM cases.student_detail").fetchall())
    except Tell:
        pass
    assert AFTER not in told
    if "case.db" not in part:
        assert told == ""


def test_the_others_go_on_and_read_everything(left: tuple[Path, Path, str, str]) -> None:
    _, folder, before, after = left
    open_room(folder, "乙", DESK).close()
    with open_room(folder, "甲", PASSWORD) as room:
        assert not room.findings
        assert [text for *_, text in private_notes.mine(room)] == [BEFORE, AFTER]
        assert {note.text for note in slips.read_slips(room)} == {BEFORE, AFTER}
        with room.read() as session:
            assert {row.remark for row in session.exec(select(StudentDetail)).all()} == {BEFORE, AFTER}
        file = roomfile.read(folder)
        assert len(file.check_desk) == len(file.check_case) == 1


def test_an_older_room_json_lets_a_password_of_before_a_reset_in_no_more(
    new_room: Callable[..., Room], tmp_path: Path
) -> None:
    room = new_room()
    folder = room.folder
    shutil.copytree(folder, tmp_path / "旧")
    people.reset_password(room, next(id for id, name, _, _ in people.listed(room) if name == "乙"), OLD)
    room.close()
    for name in (roomfile.NAME, roomfile.BEFORE):
        shutil.copyfile(tmp_path / "旧" / name, folder / name)
    with pytest.raises(Tell):
        open_room(folder, "乙", PASSWORD)


def test_with_the_desk_s_key_and_the_whole_disk_no_byte_of_the_case_file_or_an_attachment_opens(
    left: tuple[Path, Path, str, str], tmp_path: Path
) -> None:
    _, folder, before, after = left
    known = opened_with(folder, held(folder, "乙", DESK))
    assert any(opens(folder / FILES["main"], key) for key in known), "otherwise this test sees nothing"
    for place in (folder, *(path.parent for path in (tmp_path / "备份").rglob(FILES["cases"]))):
        assert not any(opens(place / FILES["cases"], key) for key in known)
        for key in known:  # nor a page of it, whatever the header says
            with pytest.raises(Exception, match="not a database"):
                connect_alone(place / FILES["cases"], key).execute("SELECT count(*) FROM sqlite_master")
    for file in (before, after):
        assert not attachment_opens(folder, file, known)
    data = (folder / FILES["cases"]).read_bytes()
    assert len({data[i : i + 16] for i in range(0, len(data), 4096)}) == len(data) // 4096, "no two pages begin alike"


def test_a_right_written_into_the_desk_file_brings_no_grant(left: tuple[Path, Path, str, str]) -> None:
    """Whoever has the desk's key can write anything there; a change of keys believes case.db alone."""
    _, folder, _, _ = left
    with open_room(folder, "乙", DESK) as duty, duty.write("改") as deed:
        deed.raw.execute("UPDATE main.person SET role = 'counsellor' WHERE id = ?", (duty.person.id,))
    file = roomfile.read(folder)
    entry = next(entry for entry in file.people if entry.name == "乙")
    entry.role = "counsellor"
    roomfile.write(folder, file, forget_before=True)
    with open_room(folder, "甲", PASSWORD) as room:
        people.add(room, "丁", "duty", OLD)
        members.remove_person(room, next(id for id, name, _, _ in people.listed(room) if name == "丁"))
        after = roomfile.read(folder)
        assert [e.name for e in after.people if e.case] == ["甲"]
        assert grants.SHEET in {row[0] for row in _holders(room)}


def _holders(room: Room) -> list[tuple[str, ...]]:
    with room.read() as session:
        return list(raw_of(session).execute("SELECT id FROM cases.holder").fetchall())
