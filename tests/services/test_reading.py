"""Who opened whose record: kept once in a while, for the counsellors, never by the desk."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest

from psyroom.errors import NeedsCounsellor, NothingToUndo
from psyroom.records.notes import Note, NoteStudent
from psyroom.services import history, people, reading, students
from psyroom.store.checking import verify
from psyroom.store.connection import raw_of
from psyroom.store.opening import open_room
from psyroom.store.room import Room
from tests.conftest import PASSWORD

OTHER = "窗外的梧桐叶又落了一层厚"


def child_of(room: Room, name: str = "周一鸣") -> str:
    return students.add(room, {"name": name, "stage": "vocational", "cohort": 2026, "class_no": 1}, {})


def at(room: Room, minutes: int) -> None:
    start = datetime.now(UTC)
    room.now = lambda: start + timedelta(minutes=minutes)


def test_the_same_opening_is_kept_once_in_half_an_hour(room: Room) -> None:
    child, other = child_of(room), child_of(room, "周二鸣")
    for minutes in (0, 1, 29):
        at(room, minutes)
        reading.log(room, "record", student=child)
    assert len(reading.of_student(room, child)) == 1
    reading.log(room, "record", student=other)
    reading.log(room, "history", student=child)
    reading.log(room, "note", student=child, note="a" * 32, reason="代课一周")
    at(room, 61)
    reading.log(room, "record", student=child)
    seen = reading.of_student(room, child)
    assert [(one.what, one.reason, one.mine) for one in seen] == [
        ("打开学生档案", "", True), ("打开他人的记录", "代课一周", True), ("查看修改历史", "", True), ("打开学生档案", "", True),
    ]  # fmt: skip
    assert len(reading.of_student(room, other)) == 1 and verify(room).ok


def test_it_is_a_link_of_the_chain_and_never_undone(room: Room) -> None:
    child = child_of(room)
    history.undo(room)
    history.undo(room, room.recent[-1])
    reading.log(room, "record", student=child)
    deed = room.recent[-1]
    with pytest.raises(Exception, match="不能撤销"):
        history.undo(room, deed)
    with pytest.raises(NothingToUndo):
        history.undo(room)
    with room.read() as session:
        assert raw_of(session).execute("SELECT count(*) FROM main.deed WHERE id = ?", (deed,)).fetchone() == (0,)


def test_one_sees_which_colleague_opened_one_s_notes(room: Room) -> None:
    child = child_of(room)
    with room.write("写辅导记录") as deed:
        note = Note(kind="individual", day=date(2026, 10, 12), number="2026-001", writer=room.person.id)
        deed.session.add_all([note, NoteStudent(note=note.id, student=child)])
    reading.log(room, "note", note=note.id)
    people.add(room, "丙", "counsellor", OTHER)
    folder = room.folder
    room.close()
    with open_room(folder, "丙", OTHER) as other:
        reading.log(other, "note", note=note.id, reason="接班要看")
        assert not reading.of_mine(other)
    with open_room(folder, "甲", PASSWORD) as room:
        (one,) = reading.of_mine(room)
        assert (one.who, one.number, one.reason, one.mine) == ("丙", "2026-001", "接班要看", False)
        assert len(reading.of_student(room, child)) == 2, "also what only names the note"


def test_the_desk_keeps_and_sees_nothing(new_room: Callable[..., Room]) -> None:
    duty = new_room("乙")
    before = (duty.folder / "case.db").read_bytes()
    for ask in (
        lambda: reading.log(duty, "record", student="a" * 32),
        lambda: reading.of_student(duty, "a" * 32),
        lambda: reading.of_mine(duty),
    ):
        with pytest.raises(NeedsCounsellor):
            ask()
    duty.close()
    assert (duty.folder / "case.db").read_bytes() == before
