"""What was deleted lies in the bin, comes back whole by a new deed, and never against what stands in its place since."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlmodel import select

from psyroom.errors import NotFound, Refused, Tell
from psyroom.records.booking import Booking
from psyroom.records.notes import NextStep, Note, NoteCategory, NoteStudent
from psyroom.records.opening import Opening
from psyroom.rules.notes import stamp
from psyroom.services import bookings, history, openings, recycle_bin
from psyroom.store.checking import drift, verify
from psyroom.store.opening import open_room
from tests.services.room_for_bookings import NOON, PASSWORD, TUESDAY, Small, as_duty, at, make_small


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Small]:
    made = make_small(tmp_path / "室")
    yield made
    made.room.close()


def write_note(small: Small) -> str:
    with small.room.write("写辅导记录") as deed:
        made_at = stamp(small.room.now())
        note = Note(day=TUESDAY, number="2026-001", writer=small.wang, made_at=made_at, problem="说不想住校")
        child = NoteStudent(note=note.id, student=small.students[0])
        deed.session.add_all([note, child, NoteCategory(note=note.id, category="life")])
        deed.session.add(NextStep(note=note.id, person=small.wang, text="下周再谈"))
    return note.id


def delete_note(small: Small, note_id: str) -> None:
    with small.room.write("移到回收站") as deed:
        for table in (NoteStudent, NoteCategory, NextStep):
            for row in deed.session.exec(select(table).where(table.note == note_id)).all():
                deed.session.delete(row)
        deed.session.delete(deed.session.get_one(Note, note_id))


def test_a_deleted_note_comes_back_with_everything_that_belonged_to_it(small: Small) -> None:
    assert recycle_bin.listed(small.room) == []
    note = write_note(small)
    delete_note(small, note)
    (line,) = recycle_bin.listed(small.room)
    assert (line.kind, line.count, line.who, line.may_restore, line.undo) == ("note", 1, "王老师", True, False)
    assert line.words == "个别辅导 · 2026-001 · 张晓雨 · 9月8日"
    recycle_bin.restore(small.room, line.deed)
    with small.room.read() as session:
        assert session.get_one(Note, note).problem == "说不想住校"
        for table in (NoteStudent, NoteCategory, NextStep):
            assert len(session.exec(select(table).where(table.note == note)).all()) == 1
    assert recycle_bin.listed(small.room) == []
    with pytest.raises(NotFound):
        recycle_bin.restore(small.room, line.deed)
    history.undo(small.room)  # the restoring is a deed like any other
    assert [one.words for one in recycle_bin.listed(small.room)] == [line.words]
    assert verify(small.room).ok and not drift(small.room)


def test_what_was_taken_back_lies_there_too_but_not_over_what_took_its_place(small: Small) -> None:
    booked = {"student": small.students[0], "person": small.wang, "day": TUESDAY, "starts": 730, "ends": 770}
    bookings.book(small.room, booked, NOON)
    history.undo(small.room)
    (line,) = recycle_bin.listed(small.room)
    assert line.undo and line.words == "预约 · 张晓雨 · 9月8日 周二 12:10—12:50"
    bookings.book(small.room, booked | {"student": small.students[1]}, NOON)
    with pytest.raises(Tell):
        recycle_bin.restore(small.room, line.deed)
    with small.room.read() as session:
        assert len(session.exec(select(Booking)).all()) == 1
    history.undo(small.room)
    recycle_bin.restore(small.room, line.deed)
    with small.room.read() as session:
        assert session.exec(select(Booking)).one().student == small.students[0]


def test_a_duty_person_sees_the_desk_s_deletions_and_puts_back_only_own_ones(small: Small) -> None:
    delete_note(small, write_note(small))
    first = openings.record(small.room, {"day": date(2026, 9, 7), "starts": 980, "ends": 1040}, at(TUESDAY, 700))
    with small.room.read() as session:
        opening = session.exec(select(Opening)).one().id
    openings.remove(small.room, opening)
    assert len(recycle_bin.listed(small.room)) == 2, first
    duty = as_duty(small)
    (line,) = recycle_bin.listed(duty)
    assert line.kind == "opening" and line.words == "开放记录 · 9月7日 周一 16:20—17:20" and not line.may_restore
    with pytest.raises(Refused):
        recycle_bin.restore(duty, line.deed)


def test_another_counsellor_s_note_is_not_put_back_by_me(small: Small) -> None:
    delete_note(small, write_note(small))
    folder = small.room.folder
    small.room.close()
    small.room = open_room(folder, "陈老师", PASSWORD)
    (line,) = recycle_bin.listed(small.room)
    assert not line.may_restore
    with pytest.raises(Refused, match="王老师"):
        recycle_bin.restore(small.room, line.deed)
    assert drift(small.room) == []
