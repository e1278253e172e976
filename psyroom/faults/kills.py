"""Kills during mixed writes over both files: nothing acknowledged may be lost, the files agree, chain and rows agree.

A process of its own writes (both files, one file, hundreds of rows, undo, drafts) and acknowledges each deed on a pipe
after its commit; it is killed (SIGKILL) at a random moment. Then the folder is sometimes renamed or copied elsewhere, a
duty person sometimes opens first and writes, and a counsellor's opening must find everything whole. POSIX only.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from pathlib import Path

from psyroom.errors import Tell
from psyroom.faults import deeds
from psyroom.records.office import CaseDraft
from psyroom.records.opening import Opening
from psyroom.records.students import Student, StudentDetail, StudentLabel
from psyroom.store import settle
from psyroom.store.checking import drift, pages, verify
from psyroom.store.connection import raw_of
from psyroom.store.history import undo
from psyroom.store.making import make_room
from psyroom.store.opening import open_room
from psyroom.store.room import Room
from psyroom.store.tables import CASES, MAIN

PASSWORD = "练习练习练习"
COUNSELLOR, DUTY = "甲", "乙"
BULK = 150
FRESH_ROOM_EVERY = 20


@dataclass
class Figures:
    """What a run counted. Everything from `lost` on must be zero or empty."""

    kills: int = 0
    acknowledged: int = 0
    hot: int = 0
    both_hot: int = 0
    moved: int = 0
    moved_hot: int = 0
    duty_first: int = 0
    settled: int = 0
    lost: int = 0
    disagreeing: int = 0
    faults: list[str] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        return not (self.lost or self.disagreeing or self.faults)

    def lines(self) -> list[str]:
        return [
            f"mixed deeds over both files: kills {self.kills}, acknowledged deeds {self.acknowledged}",
            f"hot journals {self.hot} (both hot {self.both_hot}), moved folders {self.moved} (hot {self.moved_hot}, "
            f"settled {self.settled}), duty first {self.duty_first}",
            f"lost {self.lost}, files disagreeing {self.disagreeing}, faults {len(self.faults)}",
            *self.faults[:20],
        ]


# ---- the writer, in a process of its own -----------------------------------------------------------------------


def _both(room: Room, dice: random.Random, count: int = 1) -> str:
    with room.write("添加学生") as deed:
        for _ in range(count):
            student = Student(name="学生", stage="junior", cohort=2025, class_no=dice.randint(1, 12))
            deed.session.add(student)
            deed.session.add(StudentDetail(id=student.id, guardian="家长" * dice.randint(1, 9)))
    return f"{deed.id} {MAIN} {CASES}"


def _bulk(room: Room, dice: random.Random) -> str:
    return _both(room, dice, BULK)


def _desk(room: Room, dice: random.Random) -> str:
    with room.write("登记开放") as deed:
        starts = dice.randint(400, 900)
        deed.session.add(Opening(day=date(2026, 9, 1), starts=starts, ends=starts + 40))
    return f"{deed.id} {MAIN}"


def _case(room: Room, dice: random.Random) -> str:
    with room.write("标记关注") as deed:
        deed.session.add(StudentLabel(student=f"{dice.getrandbits(64):016x}", label="poor", detail="说明" * 5))
    return f"{deed.id} {CASES}"


def _change_all(room: Room, dice: random.Random) -> str:
    with room.write("调整班级") as deed:
        deed.raw.execute("UPDATE main.student SET class_no = class_no % 12 + 1")
        changed = deed.raw.execute("UPDATE cases.student_detail SET phone = ?", (str(dice.getrandbits(32)),)).rowcount
    return f"{deed.id} {MAIN} {CASES}" if changed else ""  # of an empty room no deed is left


def _undo(room: Room, dice: random.Random) -> str:
    return f"{undo(room)} either"


def _draft(room: Room, dice: random.Random) -> str:
    with room.aside() as session:
        session.merge(CaseDraft(id="draft", text="草稿" * dice.randint(1, 200)))
    return ""


FULL: tuple[Callable[[Room, random.Random], str], ...] = (
    _both,
    _both,
    _both,
    _bulk,
    _desk,
    _case,
    _change_all,
    _undo,
    _draft,
    *deeds.MIX,
)
DESK: tuple[Callable[[Room, random.Random], str], ...] = (_desk,)


def _write_on(folder: Path, person: str, seed: int, pipe: int, limit: int) -> None:
    dice = random.Random(seed)
    room = open_room(folder, person, PASSWORD)
    os.write(pipe, b"ready\n")
    for _ in range(limit):
        try:
            told = dice.choice(FULL if room.has_cases else DESK)(room, dice)
        except Tell:  # nothing to undo, overtaken
            continue
        if told:
            os.write(pipe, f"{told}\n".encode())  # only after the commit has answered


def _spawn(folder: Path, person: str, seed: int, limit: int) -> tuple[int, int]:
    """A writer in its own process: (process, pipe to read)."""
    reading, writing = os.pipe()
    process = os.fork()
    if process == 0:
        code = 1
        try:
            os.close(reading)
            _write_on(folder, person, seed, writing, limit)
            code = 0
        finally:
            os._exit(code)
    os.close(writing)
    return process, reading


def _lines(pipe: int) -> Iterator[str]:
    with os.fdopen(pipe, "rb") as file:
        for line in file:
            if line.endswith(b"\n"):
                yield line.decode().strip()


# ---- one kill ----------------------------------------------------------------------------------------------------


def _kill_once(folder: Path, dice: random.Random, figures: Figures) -> list[str]:
    process, pipe = _spawn(folder, COUNSELLOR, dice.getrandbits(32), 10_000)
    lines = _lines(pipe)
    first = next(lines, "")
    told = list(islice(lines, dice.randint(0, 9)))  # counted in deeds, so that a busy machine is killed as often
    time.sleep(dice.random() * 0.03)
    os.kill(process, signal.SIGKILL)
    os.waitpid(process, 0)
    told += lines
    if first != "ready":
        figures.faults.append("the writer did not open the room")
    figures.kills += 1
    figures.acknowledged += len(told)
    return told


def _move(folder: Path, dice: random.Random, number: int) -> Path:
    goal = folder.with_name(f"搬家 {number}")
    if dice.random() < 0.5:
        folder.rename(goal)
    else:  # copied to a stick, and the stick put into another computer
        shutil.copytree(folder, goal)
        shutil.rmtree(folder)
    return goal


def _check(room: Room, told: list[str], figures: Figures, number: int) -> None:
    with room.read() as session:
        raw = raw_of(session)
        known = {s: {row[0] for row in raw.execute(f"SELECT id FROM {s}.deed").fetchall()} for s in (MAIN, CASES)}
        students = {row[0] for row in raw.execute("SELECT id FROM main.student").fetchall()}
        details = {row[0] for row in raw.execute("SELECT id FROM cases.student_detail").fetchall()}
    for line in told:
        id, *where = line.split(" ")
        there = [s for s in (MAIN, CASES) if id in known[s]]
        if not there if where == ["either"] else any(schema not in there for schema in where):
            figures.lost += 1
    figures.disagreeing += students != details
    found = [f.what for f in room.findings] + [f.what for f in verify(room).findings]
    found += [f"drift {kind}" for kind, _ in drift(room)[:5]]
    found += [f.what for schema in room.schemas for f in pages(room, schema)]
    found += [f"half written: {what}" for what in deeds.torn(room)]
    figures.faults += [f"kill {number}: {what}" for what in found]


def run(kills: int, place: Path, *, seed: int | None = None, say: Callable[[str], None] = lambda line: None) -> Figures:
    """Kill a writer `kills` times in rooms below `place`; the folder is left empty."""
    dice, figures = random.Random(seed), Figures()
    folder = place / "none"
    told: list[str] = []
    for number in range(kills):
        if number % FRESH_ROOM_EVERY == 0:
            shutil.rmtree(folder, ignore_errors=True)
            folder, told = place / f"房间 {number}", []
            make_room(folder, people=[(COUNSELLOR, "counsellor", PASSWORD), (DUTY, "duty", PASSWORD)], practice=True)[
                0
            ].close()
        told += _kill_once(folder, dice, figures)
        hot = [settle.is_hot(folder / name) for name in settle.JOURNALS]
        figures.hot += any(hot)
        figures.both_hot += all(hot)
        if dice.random() < 0.5:
            folder = _move(folder, dice, number)
            figures.moved += 1
            figures.moved_hot += any(hot)
            figures.settled += bool(settle.settle(folder))  # an opening does it too; here it is counted
        if dice.random() < 0.4:
            process, pipe = _spawn(folder, DUTY, dice.getrandbits(32), dice.randint(0, 3))
            told += [line for line in _lines(pipe) if line != "ready"]
            if os.waitpid(process, 0)[1] != 0:
                figures.faults.append(f"kill {number}: the duty person could not work")
            figures.duty_first += 1
        try:
            room = open_room(folder, COUNSELLOR, PASSWORD)
        except Tell as error:
            figures.faults.append(f"kill {number}: {type(error).__name__} at opening")
            shutil.rmtree(folder, ignore_errors=True)
            break
        try:
            _check(room, told, figures, number)
        finally:
            room.close()
        say(f"{number + 1}/{kills}")
    shutil.rmtree(folder, ignore_errors=True)
    return figures
