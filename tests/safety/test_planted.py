"""What somebody who holds the desk's key, or only the disk, plants in the files for a counsellor or a colleague to trip on."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import DBAPIError

from psyroom.errors import ClockDoubt, Damaged, WrongPassword
from psyroom.records.office import DeskState
from psyroom.services import people, slips, students
from psyroom.store import keys, members, recovery, roomfile, triggers
from psyroom.store.checking import check, verify
from psyroom.store.connection import connect, connect_alone, raw_of
from psyroom.store.opening import open_room
from psyroom.store.recovering import recover
from psyroom.store.room import Room
from tests.conftest import PASSWORD

CANARY = "金丝雀唱给窗外听"
OTHER = "窗外的梧桐叶又落了一层厚"


@pytest.fixture
def folder(new_room: Callable[..., Room]) -> Path:
    """A closed room in which one child's guardian bears the canary's name."""
    room = new_room()
    students.add(
        room, {"name": "周一鸣", "stage": "vocational", "cohort": 2026, "class_no": 1}, {"guardian": CANARY}, ["poor"]
    )
    room.close()
    return room.folder


@pytest.fixture
def opened(folder: Path) -> Iterator[Callable[..., Room]]:
    rooms: list[Room] = []

    def open_for(name: str, password: str = PASSWORD) -> Room:
        rooms.append(open_room(folder, name, password))
        return rooms[-1]

    yield open_for
    for room in rooms:
        room.close()


def desk_key(folder: Path) -> bytes:
    """As the duty person's own program opens it: nothing but the own password."""
    room = open_room(folder, "乙", PASSWORD)
    key = room._keys["main"]
    room.close()
    return key


def shell(folder: Path, key: bytes) -> Any:
    """A SQLCipher shell of the duty person's, not the program's: nothing in it is closed off."""
    import sqlcipher3.dbapi2 as driver

    c = driver.connect(str(folder / "desk.db"), isolation_level=None)
    c.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
    return c


def edit(folder: Path, change: Callable[[dict[str, Any]], None]) -> None:
    path = folder / roomfile.NAME
    raw = json.loads(path.read_text("utf-8"))
    change(raw)
    raw.pop("sum", None)  # an editor leaves no sum that does not fit
    path.write_text(json.dumps(raw, ensure_ascii=False), "utf-8")


# ---- with the desk's key: things that act when a counsellor comes -------------------------------------------------


@pytest.mark.parametrize("target", ["main", "temp"])
def test_a_planted_trigger_cannot_copy_the_case_file(folder: Path, opened: Callable[..., Room], target: str) -> None:
    """SQLCipher's own function copies one attached file into another, and a trigger may call it in whoever's name."""
    key = desk_key(folder)
    c = shell(folder, key)
    c.execute(
        f"CREATE TRIGGER planted AFTER INSERT ON desk_state BEGIN SELECT sqlcipher_export('{target}', 'cases'); END"
    )
    c.close()
    room = opened("甲")
    assert "triggers" in {finding.what for finding in room.findings}, "it is said at once"
    with pytest.raises(DBAPIError, match="user-defined function raised exception"), room.aside() as session:
        session.add(DeskState(id="page", value="x"))
    with room.read() as session:
        assert not raw_of(session).execute("SELECT name FROM temp.sqlite_master").fetchall()
    room.close()
    c = shell(folder, key)
    tables = [name for (name,) in c.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()]
    told = str([c.execute(f'SELECT * FROM "{name}"').fetchall() for name in tables])
    c.close()
    assert "student_detail" not in tables and CANARY not in told
    assert "周一鸣" in told, "the desk reads names; otherwise this test sees nothing"


def test_the_copying_function_is_closed_on_every_connection(folder: Path, opened: Callable[..., Room]) -> None:
    room = opened("甲")
    for c in (connect(folder, room._keys), connect_alone(folder / "desk.db", room._keys["main"])):
        for call in ("sqlcipher_export('main')", "sqlcipher_export('main', 'cases')"):
            with pytest.raises(Exception, match="user-defined function raised exception"):
                c.execute(f"SELECT {call}").fetchall()
        c.close()


@pytest.mark.parametrize(
    "planted",
    [
        "CREATE VIEW planted AS SELECT * FROM student",
        "CREATE VIRTUAL TABLE planted USING fts5(text)",
        "CREATE TRIGGER planted AFTER INSERT ON student BEGIN UPDATE student SET class_no = 1; END",
    ],
)
def test_foreign_things_in_a_file_are_said(folder: Path, opened: Callable[..., Room], planted: str) -> None:
    c = shell(folder, desk_key(folder))
    c.execute(planted)
    c.close()
    assert "triggers" in {finding.what for finding in opened("甲").findings}


def test_rows_changed_past_the_chain_are_found(folder: Path, opened: Callable[..., Room]) -> None:
    """Triggers taken out, a row changed, triggers put back: the desk's key suffices for it, and the full check sees it."""
    key = desk_key(folder)
    c = shell(folder, key)
    c.create_function("content", 3, lambda *_: b"")
    triggers.drop(c.execute, "main")
    c.execute("UPDATE student SET class_no = 42")
    for sql in triggers.wanted("main").values():
        c.execute(sql)
    c.close()
    room = opened("甲")
    assert verify(room).ok, "the chain alone cannot know"
    found = []
    work = check(room)
    try:
        while True:
            next(work)
    except StopIteration as done:
        found = done.value
    assert {finding.what for finding in found} == {"drift"}


def forge(folder: Path, statement: str) -> None:
    """Rewrite the desk's list of people past the chain, with the duty person's key."""
    c = shell(folder, desk_key(folder))
    c.create_function("content", 3, lambda *_: b"")
    triggers.drop(c.execute, "main")
    c.execute(statement)
    for sql in triggers.wanted("main").values():
        c.execute(sql)
    c.close()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE person SET active = 0 WHERE name = '甲'",
        f"UPDATE person SET public = '{keys.public_of(bytes([7]) * 32).hex()}' WHERE name = '甲'",
        "UPDATE person SET role = 'none' WHERE name = '甲'",
    ],
)
def test_the_desk_s_key_locks_no_counsellor_out(
    new_room: Callable[..., Room], statement: str, opened: Callable[..., Room]
) -> None:
    """What a counsellor may stands in case.db alone, also while keys change and with the sheet."""
    room = new_room()
    people.add(room, "丙", "counsellor", OTHER)
    code = members.new_recovery_sheet(room)
    room.close()
    folder = room.folder
    forge(folder, statement)
    with open_room(folder, "丙", OTHER) as other:
        assert "people" in {finding.what for finding in other.findings}
    with open_room(folder, "甲", PASSWORD) as again:
        assert "people" in {finding.what for finding in again.findings} and again.has_cases
        duty = next(id for id, name, _, _ in people.listed(again) if name == "乙")
        people.remove(again, duty)
    open_room(folder, "甲", PASSWORD).close()
    open_room(folder, "丙", OTHER).close()
    with recover(folder, code, "甲", OTHER + "嗯")[0] as back:
        assert back.findings == []


# ---- with nothing but the disk: room.json ------------------------------------------------------------------------


def _role(raw: dict[str, Any]) -> None:
    raw["people"][1]["role"] = "counsellor"
    raw["people"][1]["case"] = raw["people"][0]["case"]


def _inbox(raw: dict[str, Any]) -> None:
    raw["inbox"] = roomfile._pack(keys.public_of(b"\7" * 32))


def _entry(name: str, value: object) -> Callable[[dict[str, Any]], None]:
    def change(raw: dict[str, Any]) -> None:
        raw["people"][1][name] = value

    change.__name__ = name
    return change


def _practice(raw: dict[str, Any]) -> None:
    raw["practice"] = True


def _renamed(raw: dict[str, Any]) -> None:
    raw["people"][1]["name"] = raw["people"][0]["name"]
    raw["people"].pop(0)


@pytest.mark.parametrize(
    "change",
    [
        _role, _inbox, _practice, _renamed, _entry("bound", True), _entry("memory", 8), _entry("passes", 2),
        _entry("public", roomfile._pack(keys.public_of(b"\7" * 32))), _entry("id", "0" * 32),
    ],
)  # fmt: skip
def test_an_edited_room_json_lets_the_edited_person_in_nowhere(
    folder: Path, change: Callable[[dict[str, Any]], None]
) -> None:
    edit(folder, change)
    name = "甲" if change is _renamed else "乙"
    with pytest.raises(WrongPassword):
        open_room(folder, name, PASSWORD)


def test_slips_are_sealed_to_the_room_s_own_inbox_or_not_at_all(folder: Path, opened: Callable[..., Room]) -> None:
    """Whoever puts a key of their own into room.json would read what the desk writes for the counsellors."""
    thief = b"\7" * 32
    edit(folder, _inbox)
    with pytest.raises(WrongPassword):
        slips.write_slip(opened("乙"), CANARY, datetime(2026, 11, 20, 12, 0))
    edit(
        folder,
        lambda raw: raw.update(inbox=roomfile._pack(roomfile._parse((folder / roomfile.BEFORE).read_bytes()).inbox)),
    )
    duty = opened("乙")
    slips.write_slip(duty, CANARY, datetime(2026, 11, 20, 12, 0))
    with duty.read() as session:
        (sealed,) = raw_of(session).execute("SELECT sealed FROM slip").fetchone()
    with pytest.raises(keys.WrongKey):
        keys.open_grant(bytes.fromhex(sealed), thief, f"slip {duty.id}")
    duty.close()
    assert [note.text for note in slips.read_slips(opened("甲"))] == [CANARY]


def test_a_foreign_sheet_is_said_and_gets_no_new_key(folder: Path, opened: Callable[..., Room]) -> None:
    """The duty person's own sheet in room.json: it opens nothing of case.db, not even after the keys have changed."""
    code = recovery.new_code()
    public = keys.public_of(recovery.private_of(code))
    edit(folder, lambda raw: raw["sheet"].update(public=roomfile._pack(public)))
    room = opened("甲")
    assert "sheet" in {finding.what for finding in room.findings}
    duty = next(id for id, name, _, _ in people.listed(room) if name == "乙")
    people.remove(room, duty)
    room.close()
    file = roomfile.read(folder)
    for sealed, purpose in [(s, "case") for s in file.sheet.case] + [(s, "desk") for s in file.sheet.desk]:
        with pytest.raises(keys.WrongKey):
            keys.open_grant(sealed, recovery.private_of(code), f"{purpose} {file.id}")
    with pytest.raises(Damaged):
        recover(folder, code, "甲", OTHER)


@pytest.mark.parametrize("name", ["room.json", "desk.db", "case.db"])
@pytest.mark.parametrize("size", [0, 1, 500])
def test_a_cut_file_is_a_sentence_and_nothing_is_made_in_its_place(folder: Path, name: str, size: int) -> None:
    path = folder / name
    data = path.read_bytes()[:size]
    path.write_bytes(data)
    (folder / roomfile.BEFORE).unlink(missing_ok=True)
    with pytest.raises(Damaged):
        open_room(folder, "甲", PASSWORD)
    assert path.read_bytes() == data


# ---- refused half way --------------------------------------------------------------------------------------------


def in_two_months() -> datetime:
    return datetime.now().astimezone() + timedelta(days=60)


def test_a_sheet_that_could_not_be_renewed_still_opens(new_room: Callable[..., Room], tmp_path: Path) -> None:
    room = new_room()
    code = members.new_recovery_sheet(room)
    room.now = in_two_months
    with pytest.raises(ClockDoubt):
        members.new_recovery_sheet(room)
    room.close()
    again, _ = recover(room.folder, code, "甲", OTHER)
    assert not [f for f in again.findings if f.what == "sheet"]
    again.close()


def test_a_password_that_could_not_be_reset_goes_on_working(new_room: Callable[..., Room]) -> None:
    room = new_room()
    duty = next(id for id, name, _, _ in people.listed(room) if name == "乙")
    room.now = in_two_months
    with pytest.raises(ClockDoubt):
        people.reset_password(room, duty, OTHER)
    room.close()
    open_room(room.folder, "乙", PASSWORD).close()
    with pytest.raises(WrongPassword):
        open_room(room.folder, "乙", OTHER)
