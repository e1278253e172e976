"""Who can open what: wrong password, edited room.json, copied folder, damaged file, newer format: each its own sentence."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from psyroom.errors import Damaged, NewerFormat, NoRoom, NotEnrolled, RoomBusy, Tell, WrongPassword, WrongRecovery
from psyroom.records.students import Student, StudentDetail
from psyroom.store import enrolling, grants, guesses, keys, members, recovering, recovery, roomfile
from psyroom.store.checking import check, pages
from psyroom.store.connection import connect_alone, raw_of
from psyroom.store.history import undo
from psyroom.store.making import make_room
from psyroom.store.opening import open_room
from psyroom.store.room import Room
from psyroom.store.tables import CASES, FILES, MAIN
from tests.store.conftest import COUNSELLOR, DUTY, PASSWORDS, SECOND, add_student
from tests.store.test_chain import whole


@pytest.fixture(autouse=True)
def waited(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long wrong guesses would have had to wait."""
    waits: list[float] = []
    monkeypatch.setattr(guesses, "pause", waits.append)
    return waits


def opens(folder: Path, name: str, password: str | None = None) -> bool:
    try:
        open_room(folder, name, password or PASSWORDS[name]).close()
    except WrongPassword:
        return False
    return True


def edit(folder: Path, change: Callable[[dict[str, Any]], None]) -> None:
    raw = json.loads((folder / "room.json").read_text("utf-8"))
    change(raw)
    raw.pop("sum", None)  # whoever edits it by intent leaves no sum that does not fit
    (folder / "room.json").write_text(json.dumps(raw), "utf-8")
    (folder / "room.json.before").unlink(missing_ok=True)


@pytest.mark.parametrize("name", [COUNSELLOR, DUTY])
def test_a_spoilt_entry_is_no_wrong_password(folder: Path, name: str) -> None:
    """A bit of one person's seal is flipped: that one hears of damage, the others work on and are told."""
    raw = json.loads((folder / "room.json").read_text("utf-8"))
    sealed = person(raw, name)["sealed"]
    person(raw, name)["sealed"] = ("A" if sealed[20] != "A" else "B").join((sealed[:20], sealed[21:]))
    (folder / "room.json").write_text(json.dumps(raw), "utf-8")
    (folder / "room.json.before").unlink(missing_ok=True)
    with pytest.raises(Damaged, match="room.json"):
        open_room(folder, name, PASSWORDS[name])
    other = DUTY if name == COUNSELLOR else COUNSELLOR
    with open_room(folder, other, PASSWORDS[other]) as room:
        assert [finding.what for finding in room.findings] == ["damaged"]


def person(raw: dict[str, Any], name: str) -> dict[str, Any]:
    return next(p for p in raw["people"] if p["name"] == name)


def test_each_opens_with_the_own_password_and_role(folder: Path) -> None:
    for name in PASSWORDS:
        with open_room(folder, name, PASSWORDS[name]) as room:
            assert room.person.name == name and room.has_cases == (name != DUTY) and not room.findings
        with open_room(folder, None, PASSWORDS[name]) as room:
            assert room.person.name == name
    assert not opens(folder, COUNSELLOR, PASSWORDS[DUTY])


def test_an_unknown_person_reads_like_a_wrong_password(folder: Path) -> None:
    said = set()
    for name in ("没有这个人", COUNSELLOR):
        with pytest.raises(WrongPassword) as caught:
            open_room(folder, name, "不是这个密码不是这个密码")
        said.add(str(caught.value))
    assert len(said) == 1


@pytest.mark.parametrize(
    ("field", "value"),
    [("role", "counsellor"), ("name", "改名"), ("memory", 16 * 1024), ("passes", 2), ("id", "0" * 32), ("bound", True)],
)
def test_an_edited_entry_fails_to_open(folder: Path, field: str, value: object) -> None:
    edit(folder, lambda raw: person(raw, DUTY).__setitem__(field, value))
    with pytest.raises(Tell) as caught:
        open_room(folder, "改名" if field == "name" else DUTY, PASSWORDS[DUTY])
    assert isinstance(caught.value, WrongPassword | NotEnrolled)


def test_case_grants_given_to_the_duty_person_open_nothing(folder: Path) -> None:
    edit(folder, lambda raw: person(raw, DUTY).__setitem__("case", person(raw, COUNSELLOR)["case"]))
    with open_room(folder, DUTY, PASSWORDS[DUTY]) as room:
        assert not room.has_cases


def test_a_grant_passes_only_for_its_file(folder: Path) -> None:
    edit(folder, lambda raw: person(raw, COUNSELLOR).__setitem__("case", person(raw, COUNSELLOR)["desk"]))
    with pytest.raises(Damaged):
        open_room(folder, COUNSELLOR, PASSWORDS[COUNSELLOR])


def test_a_stranger_written_into_room_json_opens_nothing(folder: Path) -> None:
    """One who may write in the folder puts in a person of their own, with the file keys they never had."""
    file = roomfile.read(folder)
    entry, _ = grants.new_entry(file, "f" * 32, "外人", "counsellor", "外人的密码外人的密码", b"")
    entry.desk, entry.case = file.people[0].desk, file.people[0].case
    file.people.append(entry)
    roomfile.write(folder, file)
    with pytest.raises(Damaged):
        open_room(folder, "外人", "外人的密码外人的密码")


def test_a_foreign_sheet_gets_no_key_and_is_said(folder: Path) -> None:
    foreign = keys.public_of(keys.new_private())
    file = roomfile.read(folder)
    file.sheet.public = foreign
    roomfile.write(folder, file)
    with open_room(folder, COUNSELLOR, PASSWORDS[COUNSELLOR]) as room:
        assert {f.what for f in room.findings} == {"sheet"}
        before = roomfile.read(folder).sheet
        members.remove_person(room, roomfile.read(folder).people[1].id)
        assert roomfile.read(folder).sheet == before, "new keys were granted to a public key nobody vouches for"


def test_a_copied_folder_with_a_room_secret_needs_enrolling(folder: Path) -> None:
    edit(folder, lambda raw: raw.__setitem__("secret", True))
    for name in (DUTY, "没有这个人"):
        edit(folder, lambda raw: person(raw, DUTY).__setitem__("bound", True))
        with pytest.raises(NotEnrolled):
            open_room(folder, name, PASSWORDS[DUTY])


def test_a_busy_room_says_so_and_opens_afterwards(folder: Path) -> None:
    room = open_room(folder, DUTY, PASSWORDS[DUTY])
    with pytest.raises(RoomBusy):
        open_room(folder, COUNSELLOR, PASSWORDS[COUNSELLOR])
    room.close()
    assert opens(folder, COUNSELLOR)


def test_a_failed_opening_lets_go_of_the_lock(folder: Path) -> None:
    assert not opens(folder, DUTY, "不对")
    assert opens(folder, DUTY)


# ---- damage ----------------------------------------------------------------------------------------------------


def test_no_room_is_said(tmp_path: Path) -> None:
    with pytest.raises(NoRoom):
        open_room(tmp_path, COUNSELLOR, "x")
    with pytest.raises(NoRoom):
        roomfile.names(tmp_path / "没有")


@pytest.mark.parametrize("size", [0, 1, 4095])
@pytest.mark.parametrize("name", ["desk.db", "case.db"])
def test_a_truncated_file_is_damaged_and_never_taken_for_empty(folder: Path, name: str, size: int) -> None:
    with (folder / name).open("r+b") as file:
        file.truncate(size)
    with pytest.raises(Damaged, match=name):
        open_room(folder, COUNSELLOR, PASSWORDS[COUNSELLOR])
    assert (folder / name).stat().st_size == size


def test_a_missing_case_file_is_damage_and_does_not_come_up_empty(folder: Path) -> None:
    (folder / "case.db").unlink()
    with pytest.raises(Damaged, match="case"):
        open_room(folder, COUNSELLOR, PASSWORDS[COUNSELLOR])
    assert not (folder / "case.db").exists()
    assert opens(folder, DUTY)


@pytest.mark.parametrize("schema", [MAIN, CASES])
def test_a_flipped_bit_is_found_in_every_page(room: Room, schema: str) -> None:
    """Also in a page nobody reads: SQLite's own check passes over free ones."""
    with room.write("导入名册") as deed:
        for _ in range(60):
            student = Student(name="周", stage="junior", cohort=2025, class_no=1)
            deed.session.add(student)
            deed.session.add(StudentDetail(id=student.id, address="一" * 100))
    undo(room)
    with room.write("腾出空页", undoable=False) as deed:
        deed.raw.execute(f"CREATE TABLE {schema}.wide AS SELECT hex(randomblob(40000)) AS a")
        deed.raw.execute(f"DROP TABLE {schema}.wide")
        deed.raw.execute(f"UPDATE {schema}.{'person' if schema == MAIN else 'holder'} SET id = id")
    with room.read() as session:
        assert raw_of(session).execute(f"PRAGMA {schema}.freelist_count").fetchone()[0] > 5
    path = room.folder / FILES[schema]
    whole_file = path.read_bytes()
    assert pages(room, schema) == []
    for start in range(0, len(whole_file), 4096):
        with path.open("r+b") as file:
            file.seek(start + 1000)
            file.write(bytes([whole_file[start + 1000] ^ 4]))
        assert [finding.what for finding in pages(room, schema)] == ["damaged"], start // 4096
        with path.open("r+b") as file:
            file.seek(start + 1000)
            file.write(whole_file[start + 1000 : start + 1001])
    assert pages(room, schema) == []


@pytest.mark.parametrize("name", ["desk.db", "case.db"])
def test_a_flipped_bit_is_a_sentence_at_opening_or_in_the_check(folder: Path, name: str) -> None:
    whole_file = (folder / name).read_bytes()
    for at in range(20, len(whole_file), len(whole_file) // 6):
        changed = bytearray(whole_file)
        changed[at] ^= 4
        (folder / name).write_bytes(changed)
        try:
            with open_room(folder, COUNSELLOR, PASSWORDS[COUNSELLOR]) as room:
                assert "damaged" in whole(check(room)), at
        except Damaged:
            continue


def test_a_newer_room_json_and_a_newer_file_say_so(folder: Path) -> None:
    with open_room(folder, COUNSELLOR, PASSWORDS[COUNSELLOR]) as room:
        file_keys = dict(room._keys)
    shell = connect_alone(folder / "desk.db", file_keys[MAIN])
    shell.execute("PRAGMA user_version = 99")
    shell.close()
    with pytest.raises(NewerFormat):
        open_room(folder, COUNSELLOR, PASSWORDS[COUNSELLOR])
    edit(folder, lambda raw: raw.__setitem__("format", 99))
    with pytest.raises(NewerFormat):
        roomfile.names(folder)


def test_a_damaged_room_json_falls_back_to_the_generation_before(folder: Path) -> None:
    with open_room(folder, COUNSELLOR, PASSWORDS[COUNSELLOR]) as room:
        members.add_person(room, "新人", "duty", "屋檐下面的燕子又飞回来了呀")
    (folder / "room.json").write_bytes(b"{")
    assert opens(folder, COUNSELLOR)
    (folder / "room.json.before").write_bytes(b"\0")
    with pytest.raises(Damaged, match="room.json"):
        open_room(folder, COUNSELLOR, PASSWORDS[COUNSELLOR])


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"[]",
        b"{}",
        b'{"format": 1}',
        b'{"format": "x"}',
        b"\xff\xfe",
        b"null",
        b'{"format": Infinity}',
        b"[" * 200_000,
    ],
    ids=range(9),
)
def test_room_json_with_anything_in_it_is_damage_not_a_bug(folder: Path, text: bytes) -> None:
    (folder / "room.json").write_bytes(text)
    (folder / "room.json.before").unlink(missing_ok=True)
    with pytest.raises(Damaged):
        roomfile.read(folder)
    assert roomfile.is_spoilt(folder)


def test_what_cannot_be_a_room_json_is_not_read(folder: Path) -> None:
    """Five terabytes, or a pipe nobody writes to."""
    (folder / "room.json.before").unlink(missing_ok=True)
    with (folder / "room.json").open("r+b") as file:
        file.truncate(5_000_000_000)
    with pytest.raises(Damaged):
        roomfile.read(folder)
    if hasattr(os, "mkfifo"):
        (folder / "room.json").unlink()
        os.mkfifo(folder / "room.json")
        with pytest.raises(Damaged):
            roomfile.read(folder)


@pytest.mark.parametrize(
    "text", ['{"until": Infinity, "wrong": Infinity, "at": 1, "sealed": ""}', "[" * 200_000, "null"]
)
def test_what_lies_beside_it_is_read_with_as_little_trust(folder: Path, text: str) -> None:
    for name in (guesses.NAME, enrolling.NAME):
        (folder / name).write_text(text, "utf-8")
    assert guesses.seconds(folder) == 0.0
    with pytest.raises(enrolling.WrongEnrolment):
        enrolling.accept(folder, "ABCD-EFGH")


def test_absurd_parameters_are_refused_before_they_cost_memory(folder: Path) -> None:
    edit(folder, lambda raw: person(raw, DUTY).__setitem__("memory", 2**31))
    with pytest.raises(Damaged):
        open_room(folder, DUTY, PASSWORDS[DUTY])


# ---- passwords over time -----------------------------------------------------------------------------------------


def test_wrong_guesses_slow_down_and_are_remembered(folder: Path, waited: list[float]) -> None:
    for _ in range(12):
        assert not opens(folder, DUTY, "不对不对")
    assert waited == [0.5, 1, 2, 4, 5, 5, 5, 5, 5]
    assert opens(folder, DUTY) and waited[-1] <= 5
    assert guesses.seconds(folder) == 0


def test_the_cost_is_raised_when_the_floor_has_risen(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stronger = keys.Strength(16 * 1024, 2, 1)
    monkeypatch.setattr(keys, "UNBOUND", stronger)
    assert opens(folder, DUTY)
    entry = roomfile.read(folder).named(DUTY)
    assert entry is not None and (entry.memory, entry.passes) == (16 * 1024, 2)
    assert opens(folder, DUTY)
    assert roomfile._parse((folder / "room.json.before").read_bytes()).named(DUTY) == entry


def test_a_changed_password_leaves_no_generation_that_the_old_one_opens(folder: Path) -> None:
    new = "屋檐下面的燕子又飞回来了呀"
    with open_room(folder, DUTY, PASSWORDS[DUTY]) as room:
        with pytest.raises(WrongPassword):
            members.change_password(room, "不是旧密码", new)
        members.change_password(room, PASSWORDS[DUTY], new)
    assert opens(folder, DUTY, new) and not opens(folder, DUTY)
    (folder / "room.json").unlink()
    assert opens(folder, DUTY, new) and not opens(folder, DUTY)


# ---- the sheet ---------------------------------------------------------------------------------------------------


def test_the_sheet_lets_a_counsellor_in_again_and_is_renewed(folder: Path, code: str) -> None:
    new = "屋檐下面的燕子又飞回来了呀"
    with pytest.raises(WrongRecovery):
        recovering.recover(folder, recovery.new_code(), COUNSELLOR, new)
    assert opens(folder, COUNSELLOR)
    room, fresh = recovering.recover(folder, code.lower().replace("0", "o").replace("1", "I"), COUNSELLOR, new)
    with room:
        assert room.has_cases and whole(check(room)) == set()
    assert fresh != code and opens(folder, COUNSELLOR, new) and not opens(folder, COUNSELLOR)
    assert opens(folder, DUTY) and opens(folder, SECOND)
    with pytest.raises(WrongRecovery):
        recovering.recover(folder, code, COUNSELLOR, new)
    recovering.recover(folder, fresh, SECOND, new)[0].close()


def test_a_new_sheet_closes_the_old_one(folder: Path, code: str) -> None:
    with open_room(folder, COUNSELLOR, PASSWORDS[COUNSELLOR]) as room:
        fresh = members.new_recovery_sheet(room)
        assert whole(check(room)) == set()
    with pytest.raises(WrongRecovery):
        recovering.recover(folder, code, COUNSELLOR, "屋檐下面的燕子又飞回来了呀")
    recovering.recover(folder, fresh, COUNSELLOR, "屋檐下面的燕子又飞回来了呀")[0].close()


def test_the_code_is_nowhere_in_the_room(folder: Path, code: str) -> None:
    for path in folder.rglob("*"):
        if path.is_file():
            assert code.encode() not in path.read_bytes() and code.replace("-", "").encode() not in path.read_bytes()


def test_an_interrupted_making_leaves_room_for_the_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from psyroom.store import making

    goal = tmp_path / "房间"

    def broken(*_: object) -> None:
        raise KeyboardInterrupt

    people = [(COUNSELLOR, "counsellor", PASSWORDS[COUNSELLOR])]
    with monkeypatch.context() as patch:
        patch.setattr(making, "_write_people", broken)
        with pytest.raises(KeyboardInterrupt):
            make_room(goal, people=people, use_keyring=False)
    room, _ = make_room(goal, people=people, use_keyring=False)
    add_student(room)
    room.close()
    shutil.copytree(goal, tmp_path / "别处")
    assert opens(tmp_path / "别处", COUNSELLOR)


def test_keys_are_not_the_same_in_two_files_or_two_rooms(room: Room, tmp_path: Path) -> None:
    other, _ = make_room(tmp_path / "另", people=[("甲", "counsellor", "练习")], practice=True)
    assert len({*room._keys.values(), *other._keys.values()}) == 4
    assert room._keys[MAIN] != room._keys[CASES]
    other.close()
