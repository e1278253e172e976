"""Damage from outside: a flipped bit, a cut or emptied file, swapped pages, an older file put back, one that is gone.

Every piece of a room is damaged in turn; each time somebody opens it and lets it be checked. What is not said is counted
as unseen: there must be none. POSIX and Windows alike.
"""

from __future__ import annotations

import random
import shutil
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from psyroom.errors import Tell
from psyroom.records.attachments import Attachment
from psyroom.records.notes import Note, NoteStudent
from psyroom.records.students import Student, StudentDetail
from psyroom.store import copies, files
from psyroom.store.checking import check
from psyroom.store.making import make_room
from psyroom.store.opening import open_room
from psyroom.store.room import Room

PASSWORD = "练习练习练习"
COUNSELLOR = "甲"
PAGE = 4096


@dataclass
class Figures:
    """`told`: how often each kind of damage was said, at opening or by the check; `unseen` and `bugs` must be empty."""

    told: Counter[str] = field(default_factory=Counter)
    unseen: list[str] = field(default_factory=list)
    bugs: list[str] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        return not (self.unseen or self.bugs)

    def lines(self) -> list[str]:
        kinds = ", ".join(f"{kind} {count}" for kind, count in sorted(self.told.items()))
        return [
            f"damaged {sum(self.told.values()) + len(self.unseen) + len(self.bugs)}: said {kinds}",
            f"unseen {len(self.unseen)}, not a sentence {len(self.bugs)}",
            *self.unseen[:20],
            *self.bugs[:20],
        ]


# ---- what is damaged -----------------------------------------------------------------------------------------------


def _content(room: Room, count: int) -> None:
    """Something in every file: a child, a note, an attachment; the deed spans both."""
    stored = files.put(room, random.Random(count).randbytes(5_000 + count))
    with room.write("准备") as deed:
        student = Student(name=f"学生{count}", stage="junior", cohort=2025, class_no=1)
        note = Note(day=date(2026, 9, 1), number=f"2026-{count:03d}", writer=room.person.id, problem="说不想住校" * 40)
        deed.session.add_all([student, StudentDetail(id=student.id, address="地址" * 20), note])
        deed.session.add(NoteStudent(note=note.id, student=student.id))
        deed.session.add(
            Attachment(
                student=student.id, note=note.id, name="沙盘.jpg", day=note.day, media="image/jpeg", size=stored.size,
                sha256=stored.sha256, file=stored.file, key=stored.key, person=room.person.id, at=deed.at,
            )
        )  # fmt: skip


def make(folder: Path) -> Path:
    """A room with contents, one verified copy among its backups, and an older state of its files beside it (returned)."""
    room, _ = make_room(folder, people=[(COUNSELLOR, "counsellor", PASSWORD), ("乙", "duty", PASSWORD)], practice=True)
    with room:
        for count in range(4):
            _content(room, count)
    older = folder.with_name(folder.name + " 旧")
    shutil.copytree(folder, older, ignore=shutil.ignore_patterns("room.lock"))
    with open_room(folder, COUNSELLOR, PASSWORD) as room:
        for count in range(4, 8):
            _content(room, count)
        for _ in copies.copy_room(room, folder / "backups"):
            pass
    return older


def pieces(folder: Path) -> list[Path]:
    """Every file whose damage must be said: the store's, the attachments', the copies'. Not the lock, not counters."""
    names = ("*.db", "room.json", "files/*", "backups/*/*.db", "backups/*/room.json", "backups/*/files/*")
    return sorted(path for name in names for path in folder.glob(name) if path.is_file())


# ---- how -----------------------------------------------------------------------------------------------------------


def flip(path: Path, dice: random.Random, older: Path) -> bool:
    """One bit."""
    data = bytearray(path.read_bytes())
    data[dice.randrange(len(data))] ^= 1 << dice.randrange(8)
    path.write_bytes(data)
    return True


def cut(path: Path, dice: random.Random, older: Path) -> bool:
    """The end is missing: as after a power cut on a cheap stick."""
    data = path.read_bytes()
    path.write_bytes(data[: dice.randrange(1, len(data))])
    return True


def empty(path: Path, dice: random.Random, older: Path) -> bool:
    path.write_bytes(b"")
    return True


def gone(path: Path, dice: random.Random, older: Path) -> bool:
    path.unlink()
    return True


def zeros(path: Path, dice: random.Random, older: Path) -> bool:
    """A block that was never written."""
    data = bytearray(path.read_bytes())
    at = dice.randrange(max(1, len(data) // PAGE)) * PAGE
    blank = bytes(len(data[at : at + PAGE]))
    data[at : at + PAGE] = blank
    path.write_bytes(data)
    return True


def swap(path: Path, dice: random.Random, older: Path) -> bool:
    """Two pages have changed places."""
    data = bytearray(path.read_bytes())
    if len(data) < 2 * PAGE:
        return False
    one, two = dice.sample(range(len(data) // PAGE), 2)
    first, second = (bytes(data[at * PAGE : (at + 1) * PAGE]) for at in (one, two))
    data[one * PAGE : (one + 1) * PAGE], data[two * PAGE : (two + 1) * PAGE] = second, first
    path.write_bytes(data)
    return True


def old(path: Path, dice: random.Random, older: Path) -> bool:
    """An older file in the place of the present one."""
    before = older / path.name
    if path.suffix != ".db" or not before.exists():
        return False
    shutil.copyfile(before, path)
    return True


def other(path: Path, dice: random.Random, older: Path) -> bool:
    """Another file of the same kind in its place."""
    beside = [p for p in path.parent.iterdir() if p != path and p.is_file() and p.suffix == path.suffix]
    if not beside or path.suffix == ".json":
        return False
    shutil.copyfile(dice.choice(beside), path)
    return True


WAYS: dict[str, Callable[[Path, random.Random, Path], bool]] = {
    "flip": flip, "cut": cut, "empty": empty, "gone": gone, "zeros": zeros, "swap": swap, "old": old, "other": other,
}  # fmt: skip


# ---- and whether it is said ----------------------------------------------------------------------------------------


def said(folder: Path) -> list[str]:
    """What a person hears: the sentence at opening, or what opening and 体检 find. Any other error rises."""
    try:
        room = open_room(folder, COUNSELLOR, PASSWORD)
    except Tell as tell:
        return [str(tell)]
    with room:
        found = [finding.sentence for finding in room.findings]
        work = check(room)
        try:
            while True:
                next(work)
        except StopIteration as end:
            return found + [finding.sentence for finding in end.value]


def run(times: int, place: Path, *, seed: int | None = None, say: Callable[[str], None] = lambda line: None) -> Figures:
    """Damage a room `times` times, another piece in another way each time, and hear what is said."""
    dice, figures = random.Random(seed), Figures()
    whole = place / "原样"
    older = make(whole)
    if heard := said(whole):
        figures.unseen.append(f"the whole room is not whole: {heard[0]}")
        return figures
    ways = list(WAYS)
    number = 0
    while number < times:
        folder = place / "损坏"
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(whole, folder, ignore=shutil.ignore_patterns("room.lock"))
        path = dice.choice(pieces(folder))
        way = "flip" if number % 2 else ways[number // 2 % len(ways)]
        if path.suffix == ".json":
            (folder / "room.json.before").unlink(missing_ok=True)
        if not WAYS[way](path, dice, older):
            way = "flip"
            flip(path, dice, older)
        what = f"{way} {path.relative_to(folder).parts[0] if path.parent != folder else path.name}"
        number += 1
        try:
            heard = said(folder)
        except Exception as error:  # noqa: BLE001 - whatever is no sentence is what is looked for
            figures.bugs.append(f"{what}: {type(error).__name__}")
            continue
        if heard:
            figures.told[way] += 1
        else:
            figures.unseen.append(what)
        say(f"{number}/{times}")
    shutil.rmtree(place / "损坏", ignore_errors=True)
    return figures
