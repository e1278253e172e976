"""Private notes: who opens them, and what a password, the sheet, a removal and a kill do to their keys."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from psyroom.errors import NotValid
from psyroom.records.private import LONGEST, PrivateKey, PrivateNote
from psyroom.services import private_notes
from psyroom.store import history, keys, members, private, recovering, recovery, roomfile
from psyroom.store.checking import check, drift, verify
from psyroom.store.connection import raw_of
from psyroom.store.copies import copy_room
from psyroom.store.opening import open_room
from psyroom.store.questions import private as ask
from psyroom.store.room import Room
from tests.store.conftest import COUNSELLOR, DUTY, PASSWORDS, SECOND

NOW = datetime(2026, 10, 12, 12, 50)
WORDS = "他说到父亲时我自己也难过了，下次先缓一缓。"
NEW = "雨后的操场上全是小小的水洼"
ONE, TWO = "a" * 32, "b" * 32
CHILD = "c" * 32


def write(room: Room, text: str = WORDS, note: str = ONE) -> None:
    with room.write("写辅导记录") as deed:
        private_notes.put(deed, room, text, note=note, student=CHILD, now=NOW)


def id_of(folder: Path, name: str) -> str:
    return next(entry.id for entry in roomfile.read(folder).people if entry.name == name)


def raw_rows(room: Room) -> list[tuple[object, ...]]:
    with room.read() as session:
        return list(raw_of(session).execute("SELECT * FROM cases.private_note ORDER BY id").fetchall())


def whole(room: Room) -> None:
    assert verify(room).ok and drift(room) == []


def test_what_is_written_is_read_changed_and_taken_away(room: Room) -> None:
    assert private_notes.read(room, ONE) is None
    write(room)
    write(room, "另一条", TWO)
    assert private_notes.read(room, ONE) == WORDS
    assert [(note, student, text) for note, student, _, text in private_notes.mine(room)] == [
        (ONE, CHILD, WORDS), (TWO, CHILD, "另一条"),
    ]  # fmt: skip
    write(room, WORDS + "\n补一句")
    assert private_notes.read(room, ONE) == WORDS + "\n补一句" and len(raw_rows(room)) == 2
    write(room, "")
    assert private_notes.read(room, ONE) is None and len(raw_rows(room)) == 1
    whole(room)


def test_its_length_says_little_and_too_long_a_one_is_refused(room: Room) -> None:
    write(room, "短")
    write(room, "比短的长一些，但也不长。", TWO)
    lengths = {len(str(row[-1])) for row in raw_rows(room)}
    assert len(lengths) == 1
    with pytest.raises(NotValid):
        write(room, "长" * (LONGEST + 1))
    write(room, "长" * LONGEST)
    assert private_notes.read(room, ONE) == "长" * LONGEST


def test_no_byte_of_it_stands_in_the_case_file(room: Room) -> None:
    """Whoever holds the case key sees the seal: in the row, in the revisions, in the drafts."""
    write(room)
    write(room, WORDS + "又一句")
    room_draft = private_notes.seal(room, WORDS)
    with room.read() as session:
        raw = raw_of(session)
        tables = [n for (n,) in raw.execute("SELECT name FROM cases.sqlite_master WHERE type = 'table'").fetchall()]
        told = "".join(str(raw.execute(f'SELECT * FROM cases."{name}"').fetchall()) for name in tables) + room_draft
    assert "private_note" in tables and len(told) > 1000
    for part in (WORDS, WORDS.encode().hex(), WORDS[:6], WORDS[:6].encode().hex()):
        assert part not in told


def test_a_colleague_with_the_case_key_cannot_open_it(opened: Callable[..., Room], folder: Path) -> None:
    room = opened(COUNSELLOR)
    write(room)
    sealed = private_notes.seal(room, WORDS)
    mine = raw_rows(room)[0]
    room.close()
    other = opened(SECOND)
    assert other.has_cases and raw_rows(other) == [mine]
    assert private_notes.read(other, ONE) is None and not list(private_notes.mine(other))
    assert private_notes.unseal(other, sealed) is None
    write(other, "我自己的")  # beside the same record: two, and neither knows the other's
    with other.read() as session:
        rows = ask.key_rows(session)
        for row in rows:
            if private.owner(row) != other.person.id:
                for grant in (row.own, row.sheet):
                    with pytest.raises(keys.WrongKey):
                        purpose = f"private {other.id} {private.owner(row)}"
                        keys.open_grant(bytes.fromhex(grant), other._private, purpose)
        # nor by saying of the colleague's note that it were the own
        text = private.unseal(
            private.own_keys(other, session), str(mine[-1]), f"private note {other.id} {mine[1]} {mine[0]}"
        )
        assert text is None
    for key in other._keys.values():
        assert private.unseal([key], str(mine[-1]), f"private note {other.id} {mine[1]} {mine[0]}") is None
    other.close()
    with opened(COUNSELLOR) as room:
        assert private_notes.read(room, ONE) == WORDS
    with opened(SECOND) as other:
        assert private_notes.read(other, ONE) == "我自己的"


def test_a_seal_moved_to_another_row_does_not_open(room: Room) -> None:
    write(room)
    write(room, "另一条", TWO)
    with room.write("改") as deed:
        first, second = ask.note_rows(deed.session, room.person.id)
        first.sealed, second.sealed = second.sealed, first.sealed
        deed.session.add_all([first, second])
    assert private_notes.read(room, ONE) is None and private_notes.is_away(room, ONE)


def test_undo_brings_the_text_back_and_leaves_the_key(room: Room) -> None:
    """The key made with the first private note is still needed by the second."""
    write(room)
    first = room.recent[-1]
    write(room, "另一条", TWO)
    history.undo(room, first)
    assert private_notes.read(room, ONE) is None and private_notes.read(room, TWO) == "另一条"
    history.undo(room, room.recent[-1])
    assert private_notes.read(room, ONE) == WORDS
    write(room, "")
    history.undo(room)
    assert private_notes.read(room, ONE) == WORDS
    whole(room)


def test_a_new_password_of_ones_own_keeps_them(opened: Callable[..., Room], folder: Path) -> None:
    room = opened()
    write(room)
    members.change_password(room, PASSWORDS[COUNSELLOR], NEW)
    room.close()
    with open_room(folder, COUNSELLOR, NEW) as room:
        assert private_notes.read(room, ONE) == WORDS and not private_notes.is_away(room)


def test_a_password_set_by_a_colleague_seals_them_away_until_the_sheet_is_used(
    opened: Callable[..., Room], folder: Path, code: str
) -> None:
    room = opened(SECOND)
    write(room)
    room.close()
    room = opened(COUNSELLOR)
    write(room, "王老师自己的", TWO)
    second = id_of(folder, SECOND)
    members.reset_password(room, second, NEW)
    assert private.sealed_away(room) == [second] and not private.not_on_sheet(room)
    room.close()
    room = open_room(folder, SECOND, NEW)  # also the manager, who knows the new password, gets no further
    assert private_notes.read(room, ONE) is None and private_notes.is_away(room, ONE) and private_notes.is_away(room)
    write(room, "新写的")
    write(room, "")  # what cannot be opened is not taken away with it
    write(room, "又写的")
    write(room, "另写的", "d" * 32)
    assert private_notes.read(room, ONE) == "又写的" and private_notes.is_away(room, ONE)
    room.close()
    room, fresh = recovering.recover(folder, code, COUNSELLOR, "一条新的密码来自清晨的窗外")
    assert private_notes.read(room, TWO) == "王老师自己的" and private.sealed_away(room) == []
    assert private_notes.read(room, ONE) is None
    whole(room)
    room.close()
    with open_room(folder, SECOND, NEW) as room:
        assert private_notes.read(room, ONE) == f"{WORDS}\n又写的" and not private_notes.is_away(room)
        assert private_notes.read(room, "d" * 32) == "另写的"
        write(room, "合成一条")
        assert private_notes.read(room, ONE) == "合成一条"
    # and the fresh sheet opens them too
    with recovering.recover(folder, fresh, SECOND, "海边的灯塔每晚都亮到天明")[0] as room:
        assert private_notes.read(room, ONE) == "合成一条"


def test_whoever_uses_the_sheet_reads_the_own_notes_again(folder: Path, opened: Callable[..., Room], code: str) -> None:
    room = opened(SECOND)
    write(room)
    room.close()
    room, fresh = recovering.recover(folder, code, SECOND, NEW)
    assert private_notes.read(room, ONE) == WORDS and not private.not_on_sheet(room)
    sheet = keys.public_of(recovery.private_of(fresh)).hex()
    with room.read() as session:
        assert [(row.own_public, row.sheet_public) for row in ask.key_rows(session)] == [
            (keys.public_of(room._private).hex(), sheet)
        ]
    room.close()
    with open_room(folder, SECOND, NEW) as room:
        assert private_notes.read(room, ONE) == WORDS


def test_a_copy_brought_back_has_them_for_their_writers(opened: Callable[..., Room], code: str, tmp_path: Path) -> None:
    room = opened(SECOND)
    write(room)
    work = copy_room(room, tmp_path / "盘")
    while next(work, None) is not None:
        pass
    room.close()
    back, fresh = recovering.bring_back(tmp_path / "盘", tmp_path / "回来", code, COUNSELLOR, NEW)
    assert private_notes.read(back, ONE) is None and not private.not_on_sheet(back)
    back.close()
    with open_room(tmp_path / "回来", SECOND, PASSWORDS[SECOND]) as back:
        assert private_notes.read(back, ONE) == WORDS
    with recovering.recover(tmp_path / "回来", fresh, SECOND, NEW)[0] as back:
        assert private_notes.read(back, ONE) == WORDS


def test_a_new_sheet_takes_each_over_when_that_person_next_opens(
    opened: Callable[..., Room], folder: Path, code: str
) -> None:
    for name in (SECOND, COUNSELLOR):
        room = opened(name)
        write(room, name)
        room.close()
    room = opened(COUNSELLOR)
    fresh = members.new_recovery_sheet(room)
    assert private.not_on_sheet(room) == [id_of(folder, SECOND)]  # the manager's own went over at once
    room.close()
    room = opened(SECOND)
    assert private.not_on_sheet(room) == [] and private_notes.read(room, ONE) == SECOND
    whole(room)
    deeds = len(room.recent)
    room.close()
    with opened(SECOND) as again:
        assert deeds == 1 and not again.recent, "once is enough"
    for name in (COUNSELLOR, SECOND):
        room, fresh = recovering.recover(folder, fresh, name, f"{NEW}{name}")
        assert private_notes.read(room, ONE) == name
        room.close()


def test_a_sheet_in_room_json_that_case_db_does_not_know_gets_nothing(
    folder: Path, opened: Callable[..., Room]
) -> None:
    """Whoever edits room.json puts a sheet of their own there; nothing is sealed to it."""
    room = opened()
    write(room)
    room.close()
    file = roomfile.read(folder)
    own = keys.new_private()
    file.sheet.public = keys.public_of(own)
    roomfile.write(folder, file, forget_before=True)
    with opened(SECOND) as other:
        write(other)
    with opened() as room:
        with room.read() as session:
            for row in ask.key_rows(session):
                assert file.sheet.public.hex() not in row.sheet_public
                with pytest.raises(keys.WrongKey):
                    keys.open_grant(bytes.fromhex(row.sheet), own, f"private {room.id} {private.owner(row)}")


KILLED = """
import os, sys
from psyroom.store import keys, private, recovering, roomfile
keys.UNBOUND = keys.PRACTICE
folder, code, name, new, where = sys.argv[1:]
def end(*_a, **_k):
    os._exit(9)
if where == "before the deed":
    recovering._believe = end
elif where == "in the deed":
    private.hand_over = end
elif where == "before room.json":
    roomfile.write = end
elif where == "after room.json":
    recovering.begin = end
elif where == "before the old seal goes":
    private.seal_to_sheet = end
recovering.recover(folder, code, name, new)
"""


@pytest.mark.parametrize(
    "where", ["before the deed", "in the deed", "before room.json", "after room.json", "before the old seal goes"]
)
def test_killed_while_the_sheet_is_used_nothing_is_lost(
    where: str, opened: Callable[..., Room], folder: Path, code: str
) -> None:
    for name in (COUNSELLOR, SECOND):
        room = opened(name)
        write(room, name)
        room.close()
    done = subprocess.run(
        [sys.executable, "-c", KILLED, str(folder), code, COUNSELLOR, NEW, where], capture_output=True, text=True
    )
    assert done.returncode == 9, done.stderr
    if where in ("after room.json", "before the old seal goes"):
        room = open_room(folder, COUNSELLOR, NEW)
        assert "sheet" not in {finding.what for finding in room.findings}
    else:
        room, _ = recovering.recover(folder, code, COUNSELLOR, NEW)
    assert private_notes.read(room, ONE) == COUNSELLOR
    whole(room)
    room.close()
    with opened(SECOND) as other:
        assert private_notes.read(other, ONE) == SECOND and not private.not_on_sheet(other)
        with other.read() as session:
            assert all(" " not in row.sheet for row in ask.key_rows(session)), "the old sheet's seal is gone"
        whole(other)


def test_a_removed_persons_stay_sealed(opened: Callable[..., Room], folder: Path, code: str, tmp_path: Path) -> None:
    room = opened(SECOND)
    write(room)
    room.close()
    shutil.copytree(folder, tmp_path / "旧")
    room = opened(COUNSELLOR)
    members.remove_person(room, id_of(folder, SECOND))
    assert len(raw_rows(room)) == 1 and private_notes.read(room, ONE) is None
    members.new_recovery_sheet(room)
    whole(room)
    work = check(room)
    while next(work, None) is not None:
        pass
    room.close()


def test_the_check_says_whose_are_not_on_the_new_sheet(opened: Callable[..., Room]) -> None:
    with opened(SECOND) as other:
        write(other)
    with opened(COUNSELLOR) as room:
        members.new_recovery_sheet(room)
        work = check(room)
        try:
            while True:
                next(work)
        except StopIteration as done:
            found = done.value
    assert [f.what for f in found] == ["private"] and SECOND in found[0].sentence


def test_a_duty_person_has_none(opened: Callable[..., Room]) -> None:
    with opened(DUTY) as duty:
        assert not duty.has_cases
        with pytest.raises(Exception, match="private_note|心理教师"):
            private_notes.read(duty, ONE)


def test_records_never_show_themselves() -> None:
    for row in (PrivateKey(id="x", own="abc", own_public="d"), PrivateNote(person="p", at="", sealed="abc")):
        assert "abc" not in repr(row)
