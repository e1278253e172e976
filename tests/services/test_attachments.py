"""Attachments: limits, names, deeds and undo, rights, and no plain byte on any disk."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from psyroom.errors import BadFile, NeedsCounsellor, NotFound, NotValid, Refused
from psyroom.intake import pictures
from psyroom.records.attachments import LARGEST, Attachment
from psyroom.services import attachments, history, merging, note_lock, notes, people, reading, students
from psyroom.store.connection import raw_of
from psyroom.store.opening import open_room
from psyroom.store.room import Room
from tests.conftest import PASSWORD
from tests.services.attached_files import docx, pdf, photo

ROOT = Path(__file__).parent.parent.parent
SECOND = "窗外的雨落在第七个台阶上"


@pytest.fixture
def child(room: Room) -> str:
    return students.add(room, {"name": "周一鸣", "stage": "vocational", "cohort": 2026, "class_no": 1}, {}, [])


@pytest.fixture
def colleague(room: Room) -> Callable[[], Room]:
    """The same room opened by a second counsellor, 丙; closes the first one's."""
    people.add(room, "丙", "counsellor", SECOND)

    def enter(name: str = "丙", password: str = SECOND) -> Room:
        room.close()
        return open_room(room.folder, name, password)

    return enter


def write_note(room: Room, child: str, **values: Any) -> str:
    now = room.now().astimezone()
    return notes.add(room, {"kind": "individual", "day": now.date(), "words": "“不想回家”", **values}, [child], now)


def test_a_file_over_the_limit_is_refused_before_it_is_read(room: Room, child: str, tmp_path: Path) -> None:
    large = tmp_path / "扫描.pdf"
    with large.open("wb") as file:
        file.truncate(LARGEST + 1024 * 1024)
    with pytest.raises(attachments.TooLarge, match="“扫描.pdf”有 21 MB，每个附件最多 20 MB"):
        attachments.read_file(large)
    with pytest.raises(attachments.TooLarge):
        attachments.add(room, "a.pdf", b"%PDF-" + b"\0" * LARGEST, student=child)
    for path in (tmp_path, tmp_path / "nothing.jpg"):
        with pytest.raises(BadFile):
            attachments.read_file(path)


@pytest.mark.parametrize(
    "name", ["../../x.pdf", "a\\b:c?.pdf", "a\nb.pdf", "\u202efdp.exe.pdf", "长" * 300 + ".pdf", "...", "", "CON .pdf "]
)
def test_a_name_is_made_plain(room: Room, child: str, name: str) -> None:
    seen = attachments.add(room, name, pdf(1), student=child)
    assert 0 < len(seen.name) <= 120 and seen.name.endswith(".pdf") and seen.name == seen.name.strip()
    assert not set(seen.name) & set('/\\:*?"<>|\n\u202e')


# ---- deeds -----------------------------------------------------------------------------------------------------


def test_several_files_are_one_deed_and_the_bad_one_is_told(room: Room, child: str, tmp_path: Path) -> None:
    good, bad = tmp_path / "好.jpg", tmp_path / "坏.jpg"
    good.write_bytes(photo((80, 60)))
    bad.write_bytes(b"not a picture")
    added = attachments.add_files(room, [good, bad, ("贴.png", photo((20, 20)))], student=child)
    assert len(added.ids) == 2 and len(added.refused) == 1 and "坏.jpg" in added.refused[0]
    history.undo(room)
    assert not attachments.of(room, student=child)
    assert not attachments.add_files(room, [bad], student=child).ids
    with pytest.raises(Refused, match="一次最多"):
        attachments.add_files(room, [good] * 21, student=child)


def test_add_change_remove_and_back(room: Room, child: str) -> None:
    seen = attachments.add(
        room, "a.jpg", photo((80, 60)), student=child, kind="sand_tray", caption="第一次", day=date(2026, 9, 8)
    )
    assert (seen.kind_name, seen.caption, seen.day, seen.who, seen.mine) == (
        "沙盘照片",
        "第一次",
        date(2026, 9, 8),
        "甲",
        True,
    )
    before = attachments.data(room, seen.id)
    attachments.change(room, seen.id, caption=" 第一次沙盘 ", kind="drawing")
    (now,) = attachments.of(room, student=child)
    assert (now.caption, now.kind, now.day) == ("第一次沙盘", "drawing", date(2026, 9, 8))
    history.undo(room)
    assert attachments.of(room, student=child)[0].caption == "第一次"
    attachments.remove(room, seen.id)
    assert not attachments.of(room, student=child)
    for call in (attachments.data, attachments.remove):
        with pytest.raises(NotFound):
            call(room, seen.id)
    history.undo(room)
    assert attachments.data(room, seen.id) == before
    with pytest.raises(NotValid):
        attachments.change(room, seen.id, day=room.today() + timedelta(days=1))
    with pytest.raises(NotValid):
        attachments.change(room, seen.id, caption="长" * 61)
    with pytest.raises(NotFound):
        attachments.add(room, "a.jpg", photo((80, 60)), student="0" * 32)


def test_it_stands_in_the_case_file_alone(room: Room, child: str) -> None:
    with room.read() as session:
        raw = raw_of(session)
        before = raw.execute("SELECT max(seq) FROM main.deed").fetchone()
        id = attachments.add(room, "a.jpg", photo((80, 60)), student=child, caption="CAPTION").id
        attachments.change(room, id, caption="CAPTION 2")
        attachments.remove(room, id)
        assert raw.execute("SELECT max(seq) FROM main.deed").fetchone() == before
        stored = raw.execute("SELECT coalesce(before, '') || coalesce(after, '') FROM cases.revision").fetchall()
    assert any("CAPTION" in text for (text,) in stored)


def test_attachments_follow_when_two_entries_become_one(room: Room, child: str) -> None:
    twin = students.add(room, {"name": "周一鸣", "stage": "vocational", "cohort": 2026, "class_no": 2}, {}, [])
    id = attachments.add(room, "a.jpg", photo((80, 60)), student=twin).id
    merging.merge(room, child, twin)
    assert [seen.id for seen in attachments.of(room, student=child)] == [id]
    history.undo(room)
    assert [seen.id for seen in attachments.of(room, student=twin)] == [id]


# ---- rights ----------------------------------------------------------------------------------------------------


def test_a_duty_person_gets_nothing(duty_room: Room) -> None:
    for call in (
        lambda: attachments.of(duty_room, student="x"), lambda: attachments.data(duty_room, "x"),
        lambda: attachments.small(duty_room, "x", 10), lambda: attachments.add(duty_room, "a", b"x", student="x"),
    ):  # fmt: skip
        with pytest.raises(NeedsCounsellor):
            call()


def test_with_the_duty_person_s_key_and_the_whole_disk_no_byte_is_readable(room: Room, child: str) -> None:
    data = pdf(1)
    attachments.add(room, "a.pdf", data, student=child, caption="CAPTION-CANARY")
    folder = room.folder
    room.close()
    with open_room(folder, "乙", PASSWORD) as duty:
        key = duty._keys["main"].hex().encode()
        for path in (p for p in folder.rglob("*") if p.is_file() and p.suffix != ".lock"):
            raw = path.read_bytes()
            assert data[20:60] not in raw and b"CANARY" not in raw and b"PAGE 1" not in raw, path.name
            assert key not in raw.lower()


def test_what_lies_with_a_student_is_every_counsellor_s_and_opening_it_is_kept(
    room: Room, child: str, colleague: Callable[[], Room]
) -> None:
    id = attachments.add(room, "a.jpg", photo((80, 60)), student=child).id
    attachments.data(room, id)
    with room.read() as session:
        assert raw_of(session).execute("SELECT count(*) FROM cases.reading WHERE what = 'attachment'").fetchone() == (
            0,
        )
    with colleague() as other:
        (seen,) = attachments.of(other, student=child)
        assert seen.may_change and not seen.mine
        attachments.small(other, id, 40)
        with other.read() as session:
            count = "SELECT count(*) FROM cases.reading WHERE what = 'attachment'"
            assert raw_of(session).execute(count).fetchone() == (0,), "a small picture in a list is no opening"
        attachments.data(other, id)
        attachments.data(other, id)
        told = reading.of_student(other, child)
        assert [line.who for line in told if "附件" in line.what] == ["丙"]


def test_what_lies_in_a_note_follows_the_note(room: Room, child: str, colleague: Callable[..., Room]) -> None:
    hidden, shared = write_note(room, child), write_note(room, child, shared=True)
    first = attachments.add(room, "a.jpg", photo((80, 60)), note=hidden).id
    second = attachments.add(room, "b.jpg", photo((80, 60)), note=shared).id
    assert {seen.id for seen in attachments.of(room, student=child)} == {first, second}
    with colleague() as other:
        assert [seen.id for seen in attachments.of(other, student=child)] == [second]
        for call in (
            lambda: attachments.of(other, note=hidden), lambda: attachments.data(other, first),
            lambda: attachments.small(other, first, 40), lambda: attachments.remove(other, first),
            lambda: attachments.change(other, first, caption="x"), lambda: attachments.students_of(other, first),
        ):  # fmt: skip
            with pytest.raises(note_lock.NeedsReason):
                call()
        attachments.data(other, second)
        assert not attachments.may_add(other, note=shared) and attachments.may_add(other, student=child)
        with pytest.raises(note_lock.NotYours):
            attachments.add(other, "c.jpg", photo((80, 60)), note=shared)
        for call in (lambda: attachments.remove(other, second), lambda: attachments.change(other, second, caption="x")):
            with pytest.raises(note_lock.NotYours):
                call()
        now = other.now()
        notes.open_other(other, hidden, "督导讨论", now.astimezone())
        assert [seen.may_change for seen in attachments.of(other, note=hidden)] == [False]
        attachments.data(other, first)
        other.now = lambda: now + attachments.OPENED_FOR + timedelta(minutes=1)
        with pytest.raises(note_lock.NeedsReason):
            attachments.data(other, first)


def test_a_locked_note_keeps_its_attachments_and_takes_later_ones(room: Room, child: str) -> None:
    note = write_note(room, child)
    id = attachments.add(room, "a.jpg", photo((80, 60)), note=note).id
    notes.sign(room, note, room.now().astimezone())
    for call in (lambda: attachments.remove(room, id), lambda: attachments.change(room, id, caption="x")):
        with pytest.raises(note_lock.NoteLocked):
            call()
    later = attachments.add(room, "签字件.jpg", photo((80, 60)), note=note, kind="signed")
    assert not later.may_change and len(attachments.of(room, note=note)) == 2
    history.undo(room)
    assert [seen.id for seen in attachments.of(room, note=note)] == [id]


def test_a_removed_note_takes_its_attachments_along_and_brings_them_back(room: Room, child: str) -> None:
    note = write_note(room, child)
    id = attachments.add(room, "a.jpg", photo((80, 60)), note=note).id
    before = attachments.data(room, id)
    notes.remove(room, note, room.now().astimezone())
    assert not attachments.of(room, student=child)
    history.undo(room)
    assert attachments.data(room, id) == before


def test_a_file_nobody_names_is_said_quietly(room: Room, child: str) -> None:
    from psyroom.services import checkup
    from psyroom.store import files

    attachments.add(room, "a.pdf", pdf(1), student=child)
    files.put(room, b"a kill came before the deed")
    work = checkup.check(room)
    while True:
        try:
            next(work)
        except StopIteration as done:
            made = done.value
            break
    (thing,) = [thing for thing in made.things if thing.name == "附件"]
    assert not thing.found and "另有 1 个" in thing.good and made.count == 0


# ---- nothing plain on any disk ----------------------------------------------------------------------------------

WATCHED = """
import ctypes, os, sys
from pathlib import Path
folder, temp, child, source = sys.argv[1:]
written = []
def hook(event, arguments):
    if event == "open" and isinstance(arguments[0], (str, bytes, os.PathLike)):
        how, flags = arguments[1], arguments[2] or 0
        if (isinstance(how, str) and set(how) & set("wax+")) or flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
            written.append(os.fspath(arguments[0]))
    elif event in ("tempfile.mkstemp", "tempfile.mkdtemp", "os.rename", "os.mkdir"):
        written.append(os.fspath(arguments[0]))
libc = ctypes.CDLL(None)
watch = libc.inotify_init1(os.O_NONBLOCK)
libc.inotify_add_watch(watch, temp.encode(), 0x100 | 0x80)  # made there, moved there, if only for a moment
from psyroom.store import keys
keys.UNBOUND = keys.PRACTICE
from psyroom.services import attachments, history
from psyroom.store.opening import open_room
from tests.conftest import PASSWORD
room = open_room(folder, "甲", PASSWORD)
sys.addaudithook(hook)
def look(step):
    left = [str(p) for p in Path(temp).rglob("*")]
    if left:
        print(step, left)
added = attachments.add_files(room, sorted(Path(source).iterdir()), student=child)
look("add")
original = attachments.add(room, "o.jpg", (Path(source) / "a.jpg").read_bytes(), student=child, original=True)
look("original")
for seen in attachments.of(room, student=child):
    content = attachments.data(room, seen.id)
    look("data")
    if seen.shown:
        attachments.small(room, seen.id, 100)
        attachments.drawn(seen, content, edge=900)
        look("draw")
attachments.remove(room, original.id)
history.undo(room)
look("undo")
room.close()
try:
    names = os.read(watch, 1 << 20)
except BlockingIOError:
    names = b""
print("REFUSED", len(added.refused), "ADDED", len(added.ids))
print("MADE", names)
outside = sorted({p for p in map(str, written) if not p.startswith((folder, "/dev/null"))})
print("WRITTEN", outside)
"""


def test_no_operation_writes_a_plain_byte_anywhere(room: Room, child: str, tmp_path: Path) -> None:
    """In a process whose temporary folder is watched: by looking after each step, by an audit hook, by the kernel."""
    source, temp = tmp_path / "given", tmp_path / "temp"
    source.mkdir()
    temp.mkdir()
    (source / "a.jpg").write_bytes(photo((900, 700)))
    (source / "b.pdf").write_bytes(pdf())
    (source / "c.docx").write_bytes(docx())
    (source / "d.jpg").write_bytes(b"\xff\xd8\xff broken")
    folder = room.folder
    room.close()
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": str(temp), "SQLITE_TMPDIR": str(temp)}
    environment["PYTHONDONTWRITEBYTECODE"] = "1"
    done = subprocess.run(
        [sys.executable, "-c", WATCHED, str(folder), str(temp), child, str(source)],
        env=environment, capture_output=True, text=True, cwd=tmp_path,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == ["REFUSED 1 ADDED 3", "MADE b''", "WRITTEN []"]
    for path in (p for p in folder.rglob("*") if p.is_file()):
        raw = path.read_bytes()
        assert b"CANARY" not in raw and b"\xff\xd8\xff\xe0\x00\x10JFIF" not in raw and b"%PDF" not in raw, path.name
    assert not list(temp.rglob("*"))


def test_no_text_of_an_attachment_reaches_a_repr(room: Room, child: str) -> None:
    seen = attachments.add(room, "名字.jpg", photo((80, 60)), student=child, caption="说明")
    with room.read() as session:
        row = session.get_one(Attachment, seen.id)
    taken = pictures.Taken("名字", "x", b"y")
    for thing in (seen, row, taken):
        assert not {"名字", "说明", row.key} & set(repr(thing).replace("'", " ").split()) and "名字" not in repr(thing)
    assert datetime.fromisoformat(seen.at).tzinfo is not None
