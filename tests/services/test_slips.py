"""Sealed slips: what the desk writes only a counsellor reads."""

from __future__ import annotations

from pathlib import Path

import pytest

from psyroom.errors import NeedsCounsellor, NotValid
from psyroom.records.booking import Slip
from psyroom.services import slips
from psyroom.store.connection import raw_of
from psyroom.store.opening import open_room
from psyroom.store.questions import booking as ask
from tests.services.room_for_bookings import PASSWORD, TUESDAY, as_duty, at, make_small

CANARY = "来时在哭-金丝雀"


def test_the_desk_writes_and_cannot_read_the_counsellor_can(tmp_path: Path) -> None:
    small = make_small(tmp_path / "室")
    room = as_duty(small)
    slips.write_slip(room, CANARY, at(TUESDAY, 1010))
    with pytest.raises(NeedsCounsellor):
        slips.read_slips(room)
    with room.read() as session:
        (row,) = ask.slips(session, unread=True)
        raw = raw_of(session)
        tables = [t for (t,) in raw.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()]
        everything = str([raw.execute(f'SELECT * FROM "{table}"').fetchall() for table in tables])
    assert "slip" in tables and row.id in everything
    assert CANARY not in everything and "在哭" not in everything
    assert CANARY.encode().hex() not in everything
    assert slips.unread(room) == 1
    room.close()

    room = open_room(small.room.folder, "王老师", PASSWORD)
    (note,) = slips.read_slips(room)
    assert (note.text, note.writer, note.at, note.id) == (CANARY, "小周", "16:50", row.id)
    slips.mark_read(room, note.id)
    assert slips.read_slips(room) == [] and slips.unread(room) == 0
    assert [n.read for n in slips.read_slips(room, also_read=True)] == [True]
    room.close()


def test_short_and_long_words_look_alike_sealed(tmp_path: Path) -> None:
    small = make_small(tmp_path / "室")
    for words in ("好", "来时在哭，说想回家"):
        slips.write_slip(small.room, words, at(TUESDAY, 1010))
    with small.room.read() as session:
        assert len({len(r.sealed) for r in ask.slips(session, unread=True)}) == 1
    for words in ("", "  ", "长" * 201):
        with pytest.raises(NotValid):
            slips.write_slip(small.room, words, at(TUESDAY, 1010))
    small.room.close()


def test_a_slip_for_another_room_does_not_open(tmp_path: Path) -> None:
    one, other = make_small(tmp_path / "甲"), make_small(tmp_path / "乙", another=True)
    slips.write_slip(one.room, "给甲", at(TUESDAY, 1010))
    with one.room.read() as session:
        (row,) = ask.slips(session, unread=True)
    with other.room.write("放进来") as deed:
        deed.session.add(Slip(day=TUESDAY, at="08:00", person="", sealed=row.sealed))
    assert [n.text for n in slips.read_slips(other.room)] == [None]
    one.room.close()
    other.room.close()
