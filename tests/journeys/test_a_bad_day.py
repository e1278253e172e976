"""A bad day, with the program as a process of its own: the power goes while a note is being written; a lock, and at once
the password again, while the last backup is still being made."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Generator, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from psyroom.services import backups, checkup, drafts, rooms, students
from psyroom.store.opening import open_room
from psyroom.store.room import Room
from tests.journeys.test_real_process import PASSWORD, ROOT, Hands, _is_large, held, running, screen, wait_for

__all__ = ["screen"]

WORDS = "she says she cannot sleep and has eaten nothing"
DRAFT = 3.0
"""Seconds after which what was typed is kept, at the latest."""


def drive(work: Generator[Any, Any, Any]) -> Any:
    while True:
        try:
            next(work)
        except StopIteration as done:
            return done.value


def sound(room: Room) -> bool:
    return not room.findings and drive(checkup.check(room)).count == 0


@pytest.fixture
def folder(tmp_path: Path, cheap_keys: None) -> Iterator[Path]:
    """A room that no backup holds yet; whatever was started for it is ended."""
    there = tmp_path / "room"
    setup = rooms.RoomSetup(
        school_name="青山中学", stage="junior", term_starts=date(2026, 8, 31), counsellor="甲", password=PASSWORD,
        use_keyring=False,
    )  # fmt: skip
    with rooms.make_room(there, setup)[0] as room:
        students.add(room, {"name": "王芳", "stage": "junior", "cohort": 2026, "class_no": 1}, {})
    yield there
    for pid in running(there):
        os.kill(pid, 9)


def start(screen: str, folder: Path, hands: Hands) -> subprocess.Popen[bytes]:
    env = {**os.environ, "DISPLAY": screen, "QT_QPA_PLATFORM": "xcb", "PYTHONPATH": os.environ["PYTHONPATH"]}
    process = subprocess.Popen([sys.executable, "-m", "psyroom", "--room", str(folder)], env=env, cwd=ROOT)
    hands.focus(process.pid)
    let_in(screen, hands, process.pid, folder)
    return process


def let_in(screen: str, hands: Hands, pid: int, folder: Path) -> None:
    """The password, and the room's window with its pages."""
    hands.focus(pid)
    hands.type(PASSWORD)
    hands.press("Return")
    wait_for("the room to open", lambda: held(folder))
    wait_for("the room's window", lambda: _is_large(screen, hands, pid))
    hands.focus(pid)
    time.sleep(1.0)


def test_the_power_goes_while_a_note_is_written(screen: str, folder: Path, own_settings: Path) -> None:
    hands = Hands(screen)
    process = start(screen, folder, hands)
    hands.press("alt+5", "ctrl+n")
    time.sleep(0.5)
    hands.type("wf")
    time.sleep(0.5)
    hands.press("Return", "Return")  # the child; 个别辅导 as it stands
    time.sleep(1.0)
    hands.type(WORDS)
    time.sleep(DRAFT + 0.5)
    process.kill()
    process.wait()
    with open_room(folder, "甲", PASSWORD) as room:
        kept = json.dumps([drafts.load(room, kind, about) for kind, about, _ in drafts.pending(room)])
        assert WORDS in kept and sound(room)


def test_locked_and_at_once_back_while_the_last_backup_is_made(screen: str, folder: Path, own_settings: Path) -> None:
    hands = Hands(screen)
    first = start(screen, folder, hands)
    hands.press("ctrl+l")
    wait_for("the unlock window's process", lambda: bool([p for p in running(folder) if p != first.pid]))
    second = next(p for p in running(folder) if p != first.pid)
    wait_for("the window to be gone", lambda: not hands.windows(first.pid))
    let_in(screen, hands, second, folder)
    assert first.wait(timeout=20) == 0
    wait_for("the room in the second process", lambda: held(folder))
    os.kill(second, 9)
    wait_for("the end", lambda: not held(folder))
    with open_room(folder, "甲", PASSWORD) as room:
        (made,) = backups.listed(room)
        assert made.verified and not made.trouble and made.rows["main.student"] == 1 and sound(room)
