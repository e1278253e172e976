"""A disk that is full at any write: a sentence, the old state intact and readable, and work goes on when there is room.

Each deed is tried with less and with more room, until there is enough for it: so every write of it fails once. The disks
are real (full_disk.py)."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from psyroom.errors import DiskStuck, Tell
from psyroom.faults import work
from psyroom.faults.process import cheap_keys, drive, unsound
from psyroom.records.ids import new_id
from psyroom.services import attachments, backups, backups_back, drafts, exports, notes, people, private_notes
from psyroom.store import rekeying, roomfile
from psyroom.store.opening import open_room
from psyroom.store.room import Room
from tests.faults.full_disk import Limited, Small, disks

Disk = Limited | Small
ABOUT_THE_DISK = re.compile("磁盘|写不进|腾出|存不下")
OTHER_PASSWORD = "十里桃花开在学校后面的小山坡上"


def everything(room: Room) -> Any:
    """What a person would find: the work, the register, the copies, who may come in."""
    return work.observed(room), len(exports.listed(room)), names_of(room), people.listed(room)


def read_while_full(room: Room, disk: Disk) -> Any:
    """What stands there, read on the full disk. Where not even a place in the middle of a file can be written (`Limited`),
    a step that was cut short cannot be taken back before there is room: that is said, and None."""
    try:
        return work.observed(room)
    except DiskStuck:
        assert isinstance(disk, Limited)
        return None


def names_of(room: Room) -> list[str]:
    return [copy.path.name for copy in backups.listed(room) if not copy.trouble]


# ---- deeds ----------------------------------------------------------------------------------------------------------


def _children(room: Room) -> list[str]:
    return work.Doer(room).students


def _note(room: Room) -> str:
    return work.Doer(room).ids["a" * 32]


def add_note(room: Room, place: Path) -> None:
    notes.add(
        room,
        {
            "kind": "individual",
            "day": work.now().date(),
            "problem": f"{new_id():.8}".ljust(32) + "他说了很多话。" * 800,
        },
        _children(room)[:2],
        work.now(),
        categories=["study"],
        steps=[notes.StepTyped("下周再谈")],
        private="只给自己看。" * 300,
        about="new",
    )


def change_note(room: Room, place: Path) -> None:
    notes.change(
        room, _note(room), {"problem": "a" * 32 + "改过。" * 1900}, _children(room)[:1], work.now(), private="x"
    )


def sign_note(room: Room, place: Path) -> None:
    notes.sign(room, _note(room), work.now())


def keep_draft(room: Room, place: Path) -> None:
    text = "c" * 32 + "半句话" * 1900
    drafts.save(room, notes.FORM, "new", {"problem": text, "private": private_notes.seal(room, "半句")})


def attach(room: Room, place: Path) -> None:
    attachments.add(room, "单.docx", work.document(7), note=_note(room))


def back_up(room: Room, place: Path) -> None:
    drive(backups.make(room))


def back_up_to_a_stick(room: Room, place: Path) -> None:
    drive(backups.make(room, place / "U 盘"))


def bring_back(room: Room, place: Path) -> None:
    (copy,) = [copy for copy in backups.listed(room) if not copy.pinned]
    drive(backups_back.bring_back(room, copy.path))


def take_out(room: Room, place: Path) -> None:
    out = place / "外出"
    exports.write(
        room, {"一.pdf": b"%PDF" * 9000, "二.pdf": b"%PDF" * 9000}, out, kind="成长信息记录", students=_children(room)[:1],
        reason="转介就医", receiver="监护人", password="青山绿水之间有一条弯弯的小路",
    )  # fmt: skip


def own_password(room: Room, place: Path) -> None:
    people.change_password(room, work.PASSWORD, OTHER_PASSWORD)


def colleague_s_password(room: Room, place: Path) -> None:
    (id,) = [id for id, name, *_ in people.listed(room) if name == work.DUTY]
    people.reset_password(room, id, OTHER_PASSWORD)


def new_sheet(room: Room, place: Path) -> None:
    people.new_recovery_sheet(room)


def new_person(room: Room, place: Path) -> None:
    people.add(room, "丁", "duty", OTHER_PASSWORD)


DEEDS = (
    add_note, change_note, sign_note, keep_draft, attach, back_up, back_up_to_a_stick, bring_back, take_out,
    own_password, colleague_s_password, new_sheet, new_person,
)  # fmt: skip


# ---- the room -------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A closed room with a note, a draft, an attachment, a backup, and something written since."""
    folder = tmp_path_factory.mktemp("full") / "房间"
    with cheap_keys():
        work.make(folder)
        with open_room(folder, work.COUNSELLOR, work.PASSWORD) as room:
            doer = work.Doer(room)
            body = {"private": "只给自己看", "steps": ["下周"], "categories": ["mood"], "students": [0], "slip": ""}
            doer.do({"do": "add", "mark": "a" * 32, "text": "a" * 32, **body})
            doer.do({"do": "attach", "mark": "a" * 32, "seed": 5})
            doer.do({"do": "draft", "mark": "new", "text": "b" * 32, "private": "半句"})
            drive(backups.make(room))
            doer.do({"do": "change", "mark": "a" * 32, "text": "a" * 32 + "后来", **body})
            doer.do({"do": "add", "mark": "d" * 32, "text": "d" * 32 + "后来的", **body})
    return folder


@pytest.fixture
def places(made: Path, cheap_keys: None, tmp_path: Path) -> Iterator[list[tuple[Disk, Path]]]:
    """Each disk with the room on it."""
    with disks(tmp_path) as found:
        for disk in found:
            shutil.copytree(made, disk.folder / "房间")
        yield [(disk, disk.folder / "房间") for disk in found]


def opened(folder: Path, *passwords: str) -> Room:
    for password in (work.PASSWORD, *passwords):
        try:
            return open_room(folder, work.COUNSELLOR, password)
        except Tell:
            continue
    raise AssertionError("neither password opens the room")


# ---- tests ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("deed", DEEDS, ids=lambda deed: deed.__name__)
def test_a_deed_on_a_full_disk_is_a_sentence_and_changes_nothing(
    deed: Callable[[Room, Path], None], places: list[tuple[Disk, Path]]
) -> None:
    for disk, folder in places:
        room = open_room(folder, work.COUNSELLOR, work.PASSWORD)
        refused = 0
        for left in disk.levels(folder):
            before = everything(room)
            with disk.full(left):
                try:
                    deed(room, disk.folder)
                    break
                except Tell as tell:
                    said = str(tell)
                assert read_while_full(room, disk) in (before[0], None), f"{disk.name} {left}: changed, or not readable"
            refused += 1
            assert ABOUT_THE_DISK.search(said), f"{disk.name} {left}: {said}"
            assert everything(room) == before, f"{disk.name} {left}: changed"
            assert unsound(room) == [], f"{disk.name} {left}"
        else:
            deed(room, disk.folder)
        assert refused, f"{disk.name}: nothing was refused"
        add_note(room, disk.folder)
        due = ["private"] if deed is new_sheet else []  # a colleague must come in once: said, and no fault
        assert unsound(room) == due
        room.close()
        with opened(folder, OTHER_PASSWORD) as room:
            assert unsound(room) == due, disk.name


def test_a_full_disk_keeps_nobody_out(made: Path, places: list[tuple[Disk, Path]]) -> None:
    """Who needs a telephone number now reads it, full disk or not; leaving costs nothing either."""
    for disk, folder in places:
        with opened(folder) as room:
            before = work.observed(room)
        for left in disk.levels(folder):
            for name in (work.DUTY, work.COUNSELLOR):
                shutil.rmtree(folder)
                shutil.copytree(made, folder)
                with disk.full(left):
                    try:
                        room = open_room(folder, name, work.PASSWORD)
                    except DiskStuck:
                        assert isinstance(disk, Limited), "a full disk takes writes into the middle of a file"
                        continue
                    if name == work.COUNSELLOR:
                        assert read_while_full(room, disk) in (before, None), f"{disk.name} {left}"
                    room.close()
            with open_room(folder, work.COUNSELLOR, work.PASSWORD) as room:
                assert work.observed(room) == before and unsound(room) == [], f"{disk.name} {left}"


def test_a_removal_on_a_full_disk_can_be_finished(places: list[tuple[Disk, Path]]) -> None:
    """Whoever was taken off stays off; the room works on under whichever keys the files have, and the change of keys is
    done when there is room."""
    for disk, folder in places:
        refused = 0
        with opened(folder) as room:  # case.db is the longer one: it may fail when desk.db has its new key already
            for _ in range(12):
                add_note(room, disk.folder)
        for left in disk.levels(folder):
            goal = disk.folder / "versuch"
            shutil.rmtree(goal, ignore_errors=True)
            shutil.copytree(folder, goal)
            room = open_room(goal, work.COUNSELLOR, work.PASSWORD)
            before = work.observed(room)
            (person,) = [id for id, name, *_ in people.listed(room) if name == work.OTHER]
            with disk.full(left):
                try:
                    people.remove(room, person)
                    said = ""
                except Tell as tell:
                    said = str(tell)
                assert read_while_full(room, disk) in (before, None), f"{disk.name} {left}: not readable while full"
            if said:
                refused += 1
                assert ABOUT_THE_DISK.search(said), f"{disk.name} {left}: {said}"
            assert work.observed(room) == before
            add_note(room, disk.folder)
            assert unsound(room) == [], f"{disk.name} {left}"
            active = {name for _, name, _, still in people.listed(room) if still}
            room.close()
            with open_room(goal, work.COUNSELLOR, work.PASSWORD) as room:
                assert unsound(room) == [], f"{disk.name} {left}"
                if work.OTHER not in active:
                    assert not rekeying.is_unfinished(room, roomfile.read(goal))
            if not said:
                break
        assert refused, disk.name
