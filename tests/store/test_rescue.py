"""A room that can no longer be read: the last good copy is found without a key and takes its place with the password."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlmodel import select

from psyroom.errors import Damaged, NoRoom, Refused, Tell, WrongPassword
from psyroom.faults import damage
from psyroom.records.access import Reading
from psyroom.services import backups
from psyroom.store import backups_rescue, backups_return, checking, history, members, roomfile, secret
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


def deeds(room: Room) -> list[str]:
    return [past.what for past in history.deeds(room, 10)]


def test_what_was_brought_back_is_seen_by_whoever_comes_next(folder: Path) -> None:
    """In the chain for good, and at the window's foot until somebody has looked."""
    cut(folder, "case.db")
    found = backups_rescue.last_good(folder)
    assert found is not None
    backups_rescue.rescue(folder, found.path, *ME).close()
    with open_room(folder, *ME) as room:
        assert backups_return.LABEL in deeds(room) and backups.is_paused(room)
        with room.read() as session:
            (read,) = session.exec(select(Reading).where(Reading.what == "backup")).all()
        assert read.person == room.person.id and read.reason == found.path.name
        copy = next(path for path in (folder / "backups").iterdir() if (path / "manifest.json").exists())
        for _ in backups_return.bring_back_here(room, copy):
            pass
        assert deeds(room).count(backups_return.LABEL) == 1, "the one of before lies in what was brought back over"
        assert whole(room)


def test_an_old_room_json_and_an_old_copy_do_not_bring_old_keys_back(folder: Path) -> None:
    """The keyring remembers which keys stood here last, and how far the files had come."""
    old, copy = roomfile.read(folder), next(p for p in (folder / "backups").iterdir() if (p / "manifest.json").exists())
    with open_room(folder, *ME) as room:
        keys_then = dict(room._keys)
        heads = {schema: checking.head_of(room, schema) for schema in room.schemas}
        members.remove_person(room, next(e.id for e in old.people if e.name == DUTY[0]))
        later = {schema: checking.head_of(room, schema) for schema in room.schemas}
    now = roomfile.read(folder)
    knows = secret.Enrolment(b"", "", later, checking.checks_of(now))
    with pytest.raises(Refused, match="移除过人员"):
        backups_rescue._not_from_before(copy, keys_then, old, knows)
    backups_rescue._not_from_before(copy, keys_then, now, knows)
    # an account that has not seen the removal yet, and the copy is no older than what it saw
    backups_rescue._not_from_before(copy, keys_then, now, secret.Enrolment(b"", "", heads, checking.checks_of(old)))
    backups_rescue._not_from_before(copy, keys_then, old, secret.Enrolment(b"", "", later))


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
