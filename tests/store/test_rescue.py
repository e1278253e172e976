"""A room that can no longer be read: the last good copy is found without a key and takes its place with the password."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from psyroom.errors import Damaged, NoRoom, Refused, Tell, WrongPassword
from psyroom.faults import damage
from psyroom.store import backups_rescue, backups_return, checking, members, roomfile
from psyroom.store.connection import raw_of
from psyroom.store.opening import open_room
from psyroom.store.room import Room

ME = (damage.COUNSELLOR, damage.PASSWORD)
DUTY = ("乙", damage.PASSWORD)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    damage.make(tmp_path / "房间")
    return tmp_path / "房间"


def whole(room: Room) -> bool:
    work = checking.check(room)
    try:
        while True:
            next(work)
    except StopIteration as end:
        return not end.value and not room.findings


def notes(room: Room) -> int:
    with room.read() as session:
        return int(raw_of(session).execute("SELECT count(*) FROM cases.note").fetchone()[0])


def cut(folder: Path, name: str) -> None:
    (folder / name).write_bytes((folder / name).read_bytes()[:500])


def spoil(folder: Path, name: str) -> None:
    (folder / "room.json.before").unlink(missing_ok=True)
    (folder / "room.json").write_bytes(b"{")


@pytest.mark.parametrize(
    "how",
    [
        lambda folder: cut(folder, "case.db"),
        lambda folder: cut(folder, "desk.db"),
        lambda folder: (folder / "case.db").unlink(),
        lambda folder: spoil(folder, "room.json"),
    ],
    ids=["case.db cut", "desk.db cut", "case.db gone", "room.json"],
)
def test_the_last_good_copy_takes_the_place_of_what_cannot_be_read(folder: Path, how: Callable[[Path], None]) -> None:
    how(folder)
    lying = {p.name: p.read_bytes() for p in folder.iterdir() if p.suffix in (".db", ".json")}
    with pytest.raises((Damaged, NoRoom)):
        open_room(folder, *ME)
    found = backups_rescue.last_good(folder)
    assert found is not None
    with backups_rescue.rescue(folder, found.path, *ME) as room:
        assert whole(room) and notes(room) == 8
    (aside,) = folder.glob(f"{backups_return.ASIDE}-*")
    assert {p.name: p.read_bytes() for p in aside.iterdir() if p.suffix in (".db", ".json")} == lying
    with open_room(folder, *ME) as room:
        assert whole(room)
    open_room(folder, *DUTY).close()


def test_nothing_is_touched_by_one_who_may_not(folder: Path) -> None:
    cut(folder, "case.db")
    found = backups_rescue.last_good(folder)
    assert found is not None
    before = {
        p: p.read_bytes() for p in folder.rglob("*") if p.is_file() and p.name not in ("room.guesses", "room.lock")
    }
    for who, error in (((ME[0], "不是这个密码"), WrongPassword), (DUTY, Refused)):
        with pytest.raises(error):
            backups_rescue.rescue(folder, found.path, *who)
    after = {p: p.read_bytes() for p in folder.rglob("*") if p.is_file() and p in before}
    assert after == before and not list(folder.glob(f"{backups_return.ASIDE}-*"))


def test_a_spoilt_or_unverified_copy_is_not_offered(folder: Path) -> None:
    found = backups_rescue.last_good(folder)
    assert found is not None
    data = bytearray((found.path / "case.db").read_bytes())
    data[9000] ^= 1
    (found.path / "case.db").write_bytes(data)
    assert backups_rescue.last_good(folder) is None


def test_whoever_was_taken_off_since_does_not_come_back(folder: Path) -> None:
    with open_room(folder, *ME) as room:
        duty = next(e.id for e in roomfile.read(folder).people if e.name == DUTY[0])
        members.remove_person(room, duty)
    cut(folder, "case.db")
    found = backups_rescue.last_good(folder)
    assert found is not None
    try:  # the desk's key has changed since, so the copy is not opened by the keys of now
        backups_rescue.rescue(folder, found.path, *ME).close()
    except Tell as tell:
        assert "恢复单" in str(tell)
    with pytest.raises(Tell):
        open_room(folder, *DUTY)


def test_a_room_with_a_spoilt_page_can_still_be_brought_back_from_within(folder: Path) -> None:
    copy = next(path for path in (folder / "backups").iterdir() if (path / "manifest.json").exists())
    data = (folder / "case.db").read_bytes()
    for page in range(len(data) // 4096 - 1, 1, -1):
        spoilt = bytearray(data)
        spoilt[page * 4096 + 2000] ^= 1
        (folder / "case.db").write_bytes(spoilt)
        try:
            room = open_room(folder, *ME)
        except Damaged:
            continue
        break
    with room:
        assert not whole(room)
        for _ in backups_return.bring_back_here(room, copy):
            pass
        assert whole(room) and notes(room) == 8
    assert list(folder.glob(f"{backups_return.ASIDE}-*"))
