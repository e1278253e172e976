"""The program as a process of its own on a screen of its own: keys go in through the X server, as from a keyboard."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest
from filelock import FileLock, Timeout

from psyroom.services import drafts, rooms, students
from psyroom.store.opening import open_room

ROOT = Path(__file__).parent.parent.parent
PASSWORD = "lock-and-come-back"
PATIENCE = 60.0  # seconds; a busy machine


def wait_for(what: str, true: Callable[[], bool]) -> None:
    until = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < until, f"waited in vain: {what}"
        time.sleep(0.1)


@pytest.fixture
def screen() -> Iterator[str]:
    """An X server with nothing on it; its display's name."""
    read, write = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(write), "-screen", "0", "1366x768x24", "-nolisten", "tcp"],
        pass_fds=[write],
        stderr=subprocess.DEVNULL,
    )
    os.close(write)
    try:
        with os.fdopen(read) as told:
            yield f":{told.readline().strip()}"
    finally:
        server.terminate()
        server.wait()


class Hands:
    """Finds windows and presses keys on one display."""

    def __init__(self, display: str) -> None:
        self._env = {**os.environ, "DISPLAY": display}

    def windows(self, pid: int) -> list[str]:
        done = subprocess.run(
            ["xdotool", "search", "--onlyvisible", "--pid", str(pid)], env=self._env, capture_output=True, text=True
        )
        return done.stdout.split()

    def focus(self, pid: int) -> None:
        wait_for("a window", lambda: bool(self.windows(pid)))
        subprocess.run(["xdotool", "windowfocus", "--sync", self.windows(pid)[-1]], env=self._env, check=True)

    def type(self, words: str) -> None:
        subprocess.run(["xdotool", "type", "--delay", "40", words], env=self._env, check=True)

    def press(self, *keys: str) -> None:
        subprocess.run(["xdotool", "key", "--delay", "60", *keys], env=self._env, check=True)


def running(folder: Path) -> list[int]:
    """Processes of the program that were started for this room."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            words = (entry / "cmdline").read_bytes().decode().split("\0") if entry.name.isdigit() else []
        except OSError:
            continue
        if "psyroom" in words and str(folder) in words:
            found.append(int(entry.name))
    return found


def held(folder: Path) -> bool:
    """Whether a process has the room open."""
    lock = FileLock(folder / "room.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        return True
    lock.release()
    return False


def test_lock_ends_the_process_and_the_unlock_window_comes_back(
    screen: str, tmp_path: Path, own_settings: Path
) -> None:
    folder = tmp_path / "room"
    setup = rooms.RoomSetup(
        school_name="练习学校", stage="junior", term_starts=date(2026, 8, 31), counsellor="甲", password=PASSWORD,
        use_keyring=False, practice=True, lessons=((480, 525),),
    )  # fmt: skip
    with rooms.make_room(folder, setup)[0] as room:
        students.add(room, {"name": "王芳", "stage": "junior", "cohort": 2026, "class_no": 1}, {})
    env = {**os.environ, "DISPLAY": screen, "QT_QPA_PLATFORM": "xcb", "PYTHONPATH": os.environ["PYTHONPATH"]}
    first = subprocess.Popen([sys.executable, "-m", "psyroom", "--room", str(folder)], env=env, cwd=ROOT)
    hands = Hands(screen)
    try:
        hands.focus(first.pid)
        hands.type(PASSWORD)
        hands.press("Return")
        wait_for("the room to open", lambda: held(folder))
        wait_for(
            "the room's window", lambda: len(hands.windows(first.pid)) >= 1 and _is_large(screen, hands, first.pid)
        )
        hands.focus(first.pid)
        hands.press("alt+4", "ctrl+n")
        time.sleep(1.0)
        hands.type("zhangsan")
        hands.press("ctrl+l")
        assert first.wait(timeout=PATIENCE) == 0
        assert not held(folder)
        wait_for("the unlock window's process", lambda: bool([p for p in running(folder) if p != first.pid]))
        second = next(p for p in running(folder) if p != first.pid)
        wait_for("the unlock window", lambda: bool(hands.windows(second)))
        assert not held(folder), "the unlock window holds no room"
        with open_room(folder, "甲", PASSWORD) as room:
            kept = json.dumps([drafts.load(room, kind, about) for kind, about, _ in drafts.pending(room)])
            assert "zhangsan" in kept
    finally:
        for pid in running(folder):
            os.kill(pid, 9)


def _is_large(screen: str, hands: Hands, pid: int) -> bool:
    """The room's window is wider than the unlock window's 900 pixels."""
    for window in hands.windows(pid):
        done = subprocess.run(
            ["xdotool", "getwindowgeometry", "--shell", window],
            env={**os.environ, "DISPLAY": screen},
            capture_output=True,
            text=True,
        )
        sizes = dict(line.split("=", 1) for line in done.stdout.split() if "=" in line)
        if int(sizes.get("WIDTH", "0")) > 1000:
            return True
    return False
