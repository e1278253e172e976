"""Kills while a colleague is being removed: at every stage and at random moments exactly one key opens each file."""

from __future__ import annotations

import os
import random
import shutil
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

from psyroom.errors import Tell, WrongPassword
from psyroom.faults.process import Figures
from psyroom.records.attachments import Attachment
from psyroom.records.students import Student, StudentDetail
from psyroom.services import private_notes
from psyroom.store import files, members, private, roomfile, settle
from psyroom.store.checking import drift, pages, verify
from psyroom.store.making import make_room
from psyroom.store.opening import open_room

PASSWORD = "练习练习练习"
STAYS, DUTY, LEAVES = "甲", "乙", "丙"
PRIVATE, PICTURE, NOTE = "只给自己看的：", b"\xff\xd8 a sand tray" * 5000, "a" * 32
STAGES = ("written", "granted", "rekeyed main", "rekeyed cases", "dropped")
MANY = 800
"""Students of a room whose keys change: enough that the change takes a while."""


@dataclass
class Removal:
    """One killed removal. `stage`: the last one reached, or "before"; `hot`: a journal lay there."""

    stage: str = "before"
    hot: bool = False
    faults: list[str] = field(default_factory=list)


def room_with_three(folder: Path, students: int) -> str:
    """A practice room with contents; returns the id of the one who will leave."""
    people = [(STAYS, "counsellor", PASSWORD), (DUTY, "duty", PASSWORD), (LEAVES, "counsellor", PASSWORD)]
    room, _ = make_room(folder, people=people, practice=True)
    with room, room.write("导入名册") as deed:
        for _ in range(students):
            student = Student(name="学生", stage="junior", cohort=2025, class_no=1)
            deed.session.add(student)
            deed.session.add(StudentDetail(id=student.id, address="地址" * 20))
        stored = files.put(room, PICTURE)
        deed.session.add(
            Attachment(
                id=NOTE, name="沙盘.jpg", day=date(2026, 10, 12), media="image/jpeg", person="", at="", **vars(stored)
            )
        )
    for name in (LEAVES, STAYS):  # the one who leaves first: two keys, and the seals of both stay as they are
        with open_room(folder, name, PASSWORD) as room:
            private_notes.write(room, f"{PRIVATE}{name}", note="", student=NOTE, now=datetime(2026, 10, 12, 12, 50))
    return roomfile.read(folder).people[2].id


def run(kills: int, place: Path, dice: random.Random, *, say: Callable[[str], None] = lambda line: None) -> Figures:
    """Kill `kills` removals: at every stage in turn, and at random moments."""
    figures = Figures("key change")
    made = place / "原样"
    person = room_with_three(made, MANY)
    for number in range(kills):
        folder = place / f"房间 {number}"
        shutil.copytree(made, folder)
        at = STAGES[number // 2 % len(STAGES)] if number % 2 else None
        removal = killed_removal(folder, person, at, dice)
        figures.kills += 1
        figures.counts["hot journals"] += removal.hot
        figures.counts[removal.stage] += 1
        if at and removal.stage != at:
            figures.faults.append(f"key change, kill {number}: {at} was not reached")
        figures.faults += [f"key change, kill {number}: {fault}" for fault in removal.faults]
        shutil.rmtree(folder, ignore_errors=True)
        say(f"{number + 1}/{kills}")
    shutil.rmtree(made, ignore_errors=True)
    return figures


def killed_removal(folder: Path, person: str, at: str | None, dice: random.Random) -> Removal:
    """Remove `person` in a process that is killed at a stage (`at`), or at a random moment; then look at the room."""
    removal = Removal()
    reading, writing = os.pipe()
    process = os.fork()
    if process == 0:
        _remove(folder, person, at, writing)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        if at is None:
            pipe.readline()  # the room is open
            time.sleep(dice.random() * 0.15)
            os.kill(process, signal.SIGKILL)
        os.waitpid(process, 0)
        reached = pipe.read().decode().split("\n")[:-1]
    removal.stage = ([s for s in reached if s in STAGES] or ["before"])[-1]
    removal.hot = any(settle.is_hot(folder / name) for name in settle.JOURNALS)
    _look(folder, person, removal)
    return removal


def _remove(folder: Path, person: str, at: str | None, pipe: int) -> None:
    def pause(where: str) -> None:
        os.write(pipe, f"{where}\n".encode())
        if where == at:
            os.kill(os.getpid(), signal.SIGKILL)

    try:
        room = open_room(folder, STAYS, PASSWORD)
        os.write(pipe, b"open\n")
        members.remove_person(room, person, pause=pause)
        room.close()
    finally:
        os._exit(0)


def _opens(folder: Path, name: str) -> bool | str:
    try:
        open_room(folder, name, PASSWORD).close()
    except WrongPassword:
        return False
    except Tell as error:
        return type(error).__name__
    return True


def _look(folder: Path, person: str, removal: Removal) -> None:
    expect: list[tuple[str, Callable[[], bool | str], bool]] = [
        ("duty first", lambda: _opens(folder, DUTY), True),
        ("leaves", lambda: _opens(folder, LEAVES), removal.stage == "before"),
        ("stays", lambda: _opens(folder, STAYS), True),
        ("duty after", lambda: _opens(folder, DUTY), True),
    ]
    for what, ask, wanted in expect:
        found = ask()
        if found != wanted and not (what == "leaves" and removal.stage == "before" and found is False):
            removal.faults.append(f"{removal.stage}: {what} {found}")
    with open_room(folder, STAYS, PASSWORD) as room:
        faults = [f.what for f in room.findings + verify(room).findings] + [kind for kind, _ in drift(room)]
        faults += [f.what for schema in room.schemas for f in pages(room, schema)]
        if [text for *_, text in private_notes.mine(room)] != [f"{PRIVATE}{STAYS}"] or private.not_on_sheet(room):
            faults.append("private notes")
        with room.read() as session:
            if files.get(room, session.get_one(Attachment, NOTE)) != PICTURE:
                faults.append("attachment")
        file = roomfile.read(folder)
        if removal.stage != "before":
            if len(file.check_desk) != 1 or len(file.check_case) != 1:
                faults.append("two keys left")
            if any(entry.id == person for entry in file.people):
                faults.append("still among the people")
    removal.faults += [f"{removal.stage}: {fault}" for fault in faults]
