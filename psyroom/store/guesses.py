"""Wrong guesses slow down, remembered beside room.json across restarts; the right password never waits over 5 s."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path

NAME = "room.guesses"
FREE = 3  # slips of the finger
LONGEST = 5.0
FORGOTTEN_AFTER = 15 * 60.0

pause: Callable[[float], None] = time.sleep
"""How it waits; tests put their own in its place."""


def _read(folder: Path) -> tuple[int, float]:
    try:
        raw = json.loads((folder / NAME).read_text("utf-8"))
        return int(raw["wrong"]), float(raw["at"])
    except (OSError, ValueError, KeyError, TypeError, RecursionError, OverflowError):
        return 0, 0.0


def _wrong(folder: Path) -> int:
    wrong, at = _read(folder)
    return 0 if abs(time.time() - at) > FORGOTTEN_AFTER else wrong


def seconds(folder: Path) -> float:
    """How long the next attempt waits: 0.5, 1, 2, 4, 5, 5 … seconds after three free ones."""
    wrong = _wrong(folder)
    return 0.0 if wrong < FREE else min(LONGEST, 0.5 * 2.0 ** min(wrong - FREE, 10))


def wait(folder: Path) -> None:
    if delay := seconds(folder):
        pause(delay)


def note_wrong(folder: Path) -> None:
    wrong = _wrong(folder)
    try:
        (folder / NAME).write_text(json.dumps({"wrong": wrong + 1, "at": time.time()}), "utf-8")
    except OSError:
        return  # a folder that cannot be written to opens no room either


def forget(folder: Path) -> None:
    try:
        (folder / NAME).unlink(missing_ok=True)
    except OSError:
        return
