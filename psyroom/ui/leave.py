"""Leaving the room: the one seam by which a lock leaves the process that held keys and text.

Window gone at once → drafts flushed → (something changed: the unlock window in a fresh process, and a last backup under
the room's lock, ten seconds at most) → room closed → a fresh process with the unlock window → this one ends.
A journey in a test replaces `door` and asserts what is on disk.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from psyroom import log
from psyroom.ui import backing, drafting, worker

if TYPE_CHECKING:
    from psyroom.store.room import Room


FOLLOWS = "PSYROOM_FOLLOWS"
"""Tells the fresh process that another one may still hold the room for some seconds: it waits instead of refusing."""


class FreshProcess:
    """Ends this process without a detour through anybody's clean-up; before that, the unlock window in a new one."""

    def __init__(self) -> None:
        self._started = False

    def ahead(self, folder: Path) -> None:
        """The unlock window already, while this process still has something to finish."""
        self._started = True
        flags = {"creationflags": 0x00000208} if os.name == "nt" else {"start_new_session": True}
        none = subprocess.DEVNULL
        command = [sys.executable, "-m", "psyroom", "--room", str(folder)]
        environment = {**os.environ, FOLLOWS: "1"}
        subprocess.Popen(  # noqa: S603
            command, stdin=none, stdout=none, stderr=none, close_fds=True, env=environment, **flags
        )

    def __call__(self, folder: Path, *, come_back: bool) -> None:
        if come_back and not self._started:
            self.ahead(folder)
        os._exit(0)


door: Callable[..., None] = FreshProcess()


def leave(room: Room, *, come_back: bool = True) -> None:
    """Lock (`come_back`) or quit. Whatever goes wrong on the way, the process ends and with it keys and text."""
    _quietly(drafting.settle_typing)  # first: a window that hides takes the keyboard from its field
    for window in QApplication.topLevelWidgets():
        window.hide()
    if QApplication.clipboard().ownsClipboard():
        QApplication.clipboard().clear()
    folder = room.folder
    for step in (drafting.flush_all, worker.cancel_all):
        _quietly(step)
    _quietly(lambda: _back_up(room, come_back=come_back))
    _quietly(_still)
    _quietly(room.close)
    door(folder, come_back=come_back)


def _still() -> None:
    """No clock of a page asks a room that is closed."""
    for window in QApplication.topLevelWidgets():
        timers: Iterable[QTimer] = window.findChildren(QTimer)
        for timer in timers:
            timer.stop()


def _back_up(room: Room, *, come_back: bool) -> None:
    if not backing.is_wanted(room):
        return
    if come_back and isinstance(door, FreshProcess):
        door.ahead(room.folder)
    backing.last(room)


def _quietly(step: Callable[[], object]) -> None:
    try:
        step()
    except Exception as error:  # noqa: BLE001 - a lock that stops half-way leaves the keys in memory
        log.bug(error)
