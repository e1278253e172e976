"""Leaving the room: the one seam by which a lock leaves the process that held keys and text.

Window gone at once → drafts flushed → room closed → a fresh process with the unlock window → this one ends.
A journey in a test replaces `door` and asserts what is on disk.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QApplication

from psyroom import log
from psyroom.ui import drafting, worker

if TYPE_CHECKING:
    from psyroom.store.room import Room


def fresh_process(folder: Path, *, come_back: bool) -> None:
    """End this process without a detour through anybody's clean-up; before that, start the unlock window anew."""
    if come_back:
        flags = {"creationflags": 0x00000208} if os.name == "nt" else {"start_new_session": True}
        none = subprocess.DEVNULL
        command = [sys.executable, "-m", "psyroom", "--room", str(folder)]
        subprocess.Popen(command, stdin=none, stdout=none, stderr=none, close_fds=True, **flags)  # noqa: S603
    os._exit(0)


door: Callable[..., None] = fresh_process


def leave(room: Room, *, come_back: bool = True) -> None:
    """Lock (`come_back`) or quit. Whatever goes wrong on the way, the process ends and with it keys and text."""
    _quietly(drafting.settle_typing)  # first: a window that hides takes the keyboard from its field
    for window in QApplication.topLevelWidgets():
        window.hide()
    if QApplication.clipboard().ownsClipboard():
        QApplication.clipboard().clear()
    folder = room.folder
    for step in (drafting.flush_all, worker.cancel_all, room.close):
        _quietly(step)
    door(folder, come_back=come_back)


def _quietly(step: Callable[[], object]) -> None:
    try:
        step()
    except Exception as error:  # noqa: BLE001 - a lock that stops half-way leaves the keys in memory
        log.bug(error)
