"""files/: sealed, whole before the row, damage found and named, and swept only when nothing names it."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest

from psyroom.errors import Damaged, NeedsCounsellor, SaveFailed
from psyroom.records.attachments import Attachment
from psyroom.store import checking, files, history
from psyroom.store.making import make_room
from psyroom.store.opening import open_room
from psyroom.store.room import Room
from tests.store.conftest import COUNSELLOR, DUTY, PASSWORDS, add_student

ROOT = Path(__file__).parent.parent.parent
PLAIN = b"PLAIN-CANARY-" * 4000


def attach(room: Room, data: bytes = PLAIN, name: str = "沙盘.jpg") -> str:
    """An attachment with its row; the row's id."""
    stored = files.put(room, data)
    with room.write("添加附件") as deed:
        row = Attachment(
            student="", name=name, day=date(2026, 9, 8), media="image/jpeg", person=room.person.id, at=deed.at,
            **vars(stored),
        )  # fmt: skip
        deed.session.add(row)
    return row.id


def row_of(room: Room, id: str) -> Attachment:
    with room.read() as session:
        return session.get_one(Attachment, id)


def whole(room: Room) -> list[str]:
    """What 体检 finds."""
    work = checking.check(room)
    while True:
        try:
            next(work)
        except StopIteration as done:
            return [finding.what for finding in done.value]


def lying(room: Room) -> list[Path]:
    return sorted(files.folder_of(room).iterdir())


# ---- sealed -------------------------------------------------------------------------------------------------------


def test_a_content_comes_back_and_lies_sealed_under_a_name_that_tells_nothing(room: Room) -> None:
    first, second = attach(room), attach(room)
    assert files.get(room, row_of(room, first)) == PLAIN
    a, b = lying(room)
    assert a.read_bytes() != b.read_bytes() and a.stem not in (first, second)
    for path in (a, b):
        data = path.read_bytes()
        assert b"CANARY" not in data and len(data) % files.BLOCK == 28
        assert len(path.name) == 32 and "." not in path.name
    assert row_of(room, first).key != row_of(room, second).key
    assert files.known(room) == {a.name, b.name} and files.unnamed(room) == 0 and whole(room) == []


def test_lengths_are_told_only_in_steps(room: Room) -> None:
    for length in (0, 1, files.BLOCK - 1, files.BLOCK):
        id = attach(room, b"x" * length)
        assert files.get(room, row_of(room, id)) == b"x" * length
    assert {path.stat().st_size for path in lying(room)} == {28, files.BLOCK + 28}


def test_a_duty_person_reads_no_byte_and_writes_none(opened: Callable[[str], Room]) -> None:
    room = opened(COUNSELLOR)
    row = row_of(room, attach(room))
    room.close()
    duty = opened(DUTY)
    for call in (lambda: files.put(duty, b"x"), lambda: files.get(duty, row), lambda: files.known(duty)):
        with pytest.raises(NeedsCounsellor):
            call()
    assert files.check(duty) == [] and files.unnamed(duty) == 0 and files.sweep(duty) == 0
    assert b"CANARY" not in lying(duty)[0].read_bytes()


def test_a_name_in_the_row_leads_nowhere_else(room: Room) -> None:
    row = row_of(room, attach(room))
    for name in ("../room.json", "/etc/passwd", "", "..", row.file.upper()):
        row.file = name
        with pytest.raises(Damaged):
            files.get(room, row)


# ---- damage -------------------------------------------------------------------------------------------------------


def _flip(path: Path, at: int) -> None:
    data = bytearray(path.read_bytes())
    data[at] ^= 1
    path.write_bytes(bytes(data))


DAMAGE: dict[str, Callable[[Path], object]] = {
    "a bit at the start": lambda path: _flip(path, 0),
    "a bit in the middle": lambda path: _flip(path, path.stat().st_size // 2),
    "a bit at the end": lambda path: _flip(path, -1),
    "cut": lambda path: os.truncate(path, path.stat().st_size - 1),
    "emptied": lambda path: os.truncate(path, 0),
    "longer": lambda path: path.write_bytes(path.read_bytes() + b"x"),
    "gone": lambda path: path.unlink(),
    "a folder": lambda path: (path.unlink(), path.mkdir()),
}


@pytest.mark.parametrize("how", DAMAGE)
def test_damage_is_found_on_reading_and_by_the_check(room: Room, how: str) -> None:
    id, other = attach(room), attach(room)
    DAMAGE[how](files.folder_of(room) / row_of(room, id).file)
    with pytest.raises(Damaged, match="请从最近的备份里找回"):
        files.get(room, row_of(room, id))
    assert files.get(room, row_of(room, other)) == PLAIN
    assert whole(room) == ["attachment"]
    assert "2026-09-08" in files.check(room)[0].sentence and "沙盘.jpg" not in files.check(room)[0].sentence


def test_swapped_files_are_found(room: Room) -> None:
    a, b = row_of(room, attach(room)), row_of(room, attach(room))
    folder = files.folder_of(room)
    (folder / a.file).rename(folder / "x")
    (folder / b.file).rename(folder / a.file)
    (folder / "x").rename(folder / b.file)
    for row in (a, b):
        with pytest.raises(Damaged):
            files.get(room, row)
    assert len(files.check(room)) == 2


def test_a_file_of_another_room_is_refused_even_under_its_own_key(room: Room, tmp_path: Path) -> None:
    row = row_of(room, attach(room))
    other, _ = make_room(tmp_path / "别的", people=[("甲", "counsellor", "x" * 14)], practice=True)
    with other:
        shutil.copytree(files.folder_of(room), files.folder_of(other))
        with other.write("添加附件") as deed:
            deed.session.add(Attachment(**row.model_dump()))
        with pytest.raises(Damaged):
            files.get(other, row)
        assert whole(other) == ["attachment"]


def test_the_digest_counts_beside_the_seal(room: Room) -> None:
    """Whoever knows the key could seal something else under it; the row says what it was."""
    from psyroom.store import keys

    row = row_of(room, attach(room))
    about = files._about(room, row.file)
    forged = keys.seal(bytes.fromhex(row.key), b"F" * len(PLAIN) + b"\0" * (-len(PLAIN) % files.BLOCK), about)
    (files.folder_of(room) / row.file).write_bytes(forged)
    with pytest.raises(Damaged):
        files.get(room, row)
    assert whole(room) == ["attachment"]


def test_a_deleted_one_is_checked_too(room: Room) -> None:
    id = attach(room)
    file = row_of(room, id).file
    with room.write("删除附件") as deed:
        deed.session.delete(deed.session.get_one(Attachment, id))
    assert whole(room) == []
    (files.folder_of(room) / file).unlink()
    assert whole(room) == ["attachment"] and "已删除的" in files.check(room)[0].sentence


# ---- undo, deletion, sweeping ---------------------------------------------------------------------------------------


def _later(room: Room, days: int) -> Room:
    """Closed and opened again by the same person, days later."""
    room.close()
    now = room.now() + timedelta(days=days)
    later = open_room(room.folder, COUNSELLOR, PASSWORDS[COUNSELLOR], now=lambda: now)
    later.clock_confirmed = True
    return later


def test_what_was_undone_or_deleted_comes_back_after_any_time(room: Room) -> None:
    undone, deleted = attach(room), attach(room)
    with room.write("删除附件") as deed:
        deed.session.delete(deed.session.get_one(Attachment, deleted))
    history.undo(room, history.history(room, Attachment, undone)[0].deed)
    for _ in range(3):
        room = _later(room, 40)
        assert files.sweep(room) == 0 and len(lying(room)) == 2
    with room:
        history.undo(room, history.history(room, Attachment, undone)[-1].deed)
        history.undo(room, history.history(room, Attachment, deleted)[-1].deed)
        for id in (undone, deleted):
            assert files.get(room, row_of(room, id)) == PLAIN
        assert whole(room) == []


def test_what_nothing_names_goes_after_its_time_and_not_before(room: Room) -> None:
    kept = attach(room)
    files.put(room, b"a kill came before the deed")
    half = files.folder_of(room) / ("0" * 32 + files.UNFINISHED)
    half.write_bytes(b"half")
    strange = files.folder_of(room) / "somebody's.txt"
    strange.write_bytes(b"not ours")
    assert files.unnamed(room) == 3 and whole(room) == []
    room = _later(room, 0)
    assert not half.exists() and strange.exists() and len(lying(room)) == 3
    room = _later(room, files.KEPT_FOR.days - 1)
    assert len(lying(room)) == 3
    room = _later(room, 1)
    with room:
        assert [path.name for path in lying(room)] == sorted([row_of(room, kept).file, strange.name])
        assert files.get(room, row_of(room, kept)) == PLAIN and strange.read_bytes() == b"not ours"


def test_an_older_case_file_put_back_does_not_cost_the_newer_contents(room: Room) -> None:
    """The state put aside must find its files when it is brought back."""
    folder = room.folder
    room.close()
    for name in ("desk.db", "case.db"):
        shutil.copyfile(folder / name, folder.parent / name)
    room = open_room(folder, COUNSELLOR, PASSWORDS[COUNSELLOR])
    id = attach(room)
    room.close()
    for name in ("desk.db", "case.db"):
        shutil.copyfile(folder / name, folder.parent / ("newer " + name))
        shutil.copyfile(folder.parent / name, folder / name)
    old = folder / files.FOLDER / lying(room)[0].name
    os.utime(old, (0, 0))
    room = _later(room, 60)  # longer than a file nobody names is kept, yet met for the first time
    room.close()
    for name in ("desk.db", "case.db"):
        shutil.copyfile(folder.parent / ("newer " + name), folder / name)
    with open_room(folder, COUNSELLOR, PASSWORDS[COUNSELLOR]) as room:
        assert files.get(room, row_of(room, id)) == PLAIN


# ---- the order, and kills -------------------------------------------------------------------------------------------


def test_nothing_is_left_of_a_content_that_could_not_be_written(room: Room) -> None:
    files.put(room, b"first")
    before = lying(room)
    folder = files.folder_of(room)
    folder.rename(folder.with_name("aside"))
    folder.write_bytes(b"")  # a file in the folder's place
    with pytest.raises(SaveFailed, match="附件写不进"):
        files.put(room, PLAIN)
    folder.unlink()
    folder.with_name("aside").rename(folder)
    assert lying(room) == before


def test_the_file_is_synced_and_in_place_before_the_deed_commits(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    steps: list[str] = []
    sync, replace = os.fsync, Path.replace
    monkeypatch.setattr(os, "fsync", lambda handle: (steps.append("sync"), sync(handle)))
    monkeypatch.setattr(Path, "replace", lambda one, to: (steps.append("rename"), replace(one, to))[1])
    room._engine.dispose()  # connections of this test see the commits below
    attach(room)
    steps.clear()
    from sqlalchemy import event

    event.listen(room._engine, "commit", lambda _c: steps.append("commit"))
    attach(room)
    assert steps == ["sync", "rename", "sync", "commit"]


WRITER = """
import os, sys, signal
from pathlib import Path
from psyroom.store import keys
keys.UNBOUND = keys.PRACTICE
from psyroom.services import attachments
from psyroom.store.opening import open_room
folder, name, password, student, stage = sys.argv[1:]
room = open_room(Path(folder), name, password)
left, seen = int(stage), 0
def hook(event, arguments):
    global seen
    if event in ("open", "os.rename", "os.mkdir", "os.remove") and str(arguments[0]).startswith(folder):
        seen += 1
        if seen == left:
            os.kill(os.getpid(), signal.SIGKILL)
document = b"%PDF-1.4" + b"x" * 50
taken = attachments.pictures.Taken("a.pdf", "application/pdf", document)
attachments._taken = lambda name, data, original: taken  # what is killed here is the writing
sys.addaudithook(hook)
seen = 0
print(attachments.add_files(room, [("a.pdf", document)], student=student).ids[0], flush=True)
seen = -1000
os._exit(0)
"""


def test_killed_at_every_step_there_is_never_a_row_without_its_file(folder: Path, opened: Callable[[], Room]) -> None:
    room = opened()
    student = add_student(room)
    room.close()
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    killed = 0
    for stage in (1, 2, *range(1, 30)):  # the first two fall into the making of the folder itself
        done = subprocess.run(
            [sys.executable, "-c", WRITER, str(folder), COUNSELLOR, PASSWORDS[COUNSELLOR], student, str(stage)],
            env=environment, capture_output=True, text=True,
        )  # fmt: skip
        room = open_room(folder, COUNSELLOR, PASSWORDS[COUNSELLOR])
        with room:
            assert whole(room) == [], stage
            assert not room.findings
            if told := done.stdout.strip():
                assert files.get(room, row_of(room, told)).startswith(b"%PDF")
            assert not list(folder.rglob("*" + files.UNFINISHED))
        if done.returncode == 0:
            assert told
            break
        assert done.returncode == -signal.SIGKILL, done.stderr
        killed += 1
    else:
        pytest.fail("it never ended")
    assert killed >= 5, "the folder, its sync, the file, its name, the folder again"
