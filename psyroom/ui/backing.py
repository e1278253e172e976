"""Backups that nobody has to think of: every half hour of work, when the second place is plugged in, and at leaving.

All of it runs in the worker; the second place is looked for by a thread of its own, because a stick that does not answer
must hold up nothing else.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Generator
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QTimer

from psyroom.errors import Tell
from psyroom.services import backups

if TYPE_CHECKING:
    from psyroom.store.room import Room
    from psyroom.ui.window import Shell

HEADLESS = 10.0
"""Seconds a backup may take after the window is gone (keys.md); verifying is left for later after half of them."""
FIRST = 8_000
"""Milliseconds after the room was opened: what was made without the case key is verified, a missed backup made up."""
LOOK = 20.0
"""Seconds between two looks for the second place."""


class Keeper(QObject):
    """Belongs to the window. `trouble` is what the last automatic backup said, when it was not made."""

    def __init__(self, shell: Shell) -> None:
        super().__init__(shell)
        self.shell, self.room = shell, shell.room
        self.trouble = ""
        self._job: Any = None
        self._there = threading.Event()  # the second place has come, and was not seen to yet
        self._stop = threading.Event()
        self.room.on_close(lambda _room: self._stop.set())
        if self.room.practice:
            return
        for interval, single, do in (
            (backups.EVERY * 60_000, False, self.make),
            (FIRST, True, self._begin),
            (5_000, False, self._look),
        ):
            timer = QTimer(self)
            timer.setSingleShot(single)
            timer.timeout.connect(do)
            timer.start(interval)
        threading.Thread(target=self._watch, name="psyroom-second-place", daemon=True).start()

    def _watch(self) -> None:
        was = False
        while not self._stop.wait(LOOK):
            try:
                now = backups.present_second(self.room) is not None
            except Exception:  # noqa: BLE001 - the room is closing, or the stick is just being pulled out
                continue
            if now and not was:
                self._there.set()
            was = now

    def _run(self, work: Any, done: Any) -> None:
        if self._job is None and not self.room.closed:
            self._job = self.shell.run(self.shell, until_closed(self.room, work), done=done, failed=self._failed)

    def _begin(self) -> None:
        if not self.room.has_cases:
            self.make()
            return

        def done(damaged: list[Any] | None) -> None:
            self._job = None
            if self.room.closed:
                return
            if damaged:
                self.shell.toast(f"有 {len(damaged)} 份备份打开核对时发现损坏，请立即备份一次")
            self.make()

        self._run(backups.verify_waiting(self.room), done)

    def make(self) -> None:
        """A backup, when something changed since the last."""

        def done(made: Any) -> None:
            self._job = None
            if self.room.closed:
                return
            if made is not None:
                self.trouble = made.trouble
                self.shell.tell_changed("desk_state")
            self.shell.say_backup()

        self._run(backups.make(self.room, automatic=True), done)

    def _look(self) -> None:
        if not self._there.is_set() or self._job is not None:
            return
        self._there.clear()

        def done(carried: Any) -> None:
            self._job = None
            if self.room.closed:
                return
            self.trouble = ""
            if carried is not None:
                self.shell.tell_changed("desk_state")
                self.shell.toast("已备份到第二处，U 盘可以拔出了")
            self.shell.say_backup()

        self._run(backups.carry_over(self.room), done)

    def _failed(self, tell: Tell) -> None:
        """Said at the window's foot and on the settings page; nobody is interrupted."""
        self._job = None
        if self.room.closed:
            return
        self.trouble = str(tell)
        self.shell.say_backup()


def until_closed(room: Room, work: Generator[Any, None, Any]) -> Generator[Any, None, Any]:
    """Work that nobody asked for ends without a word when the room closes under it."""
    try:
        return (yield from work)
    except Exception:
        if room.closed:
            return None
        raise


def is_wanted(room: Room) -> bool:
    """Whether something changed that no backup holds yet. A damaged room gives none."""
    try:
        return not room.closed and backups.is_due(room)
    except Tell:
        return False


def last(room: Room) -> None:
    """After the window is gone: one more backup, within ten seconds. What it cannot finish leaves no trace."""
    ends = time.monotonic() + HEADLESS
    work = backups.make(room, automatic=True, seconds=HEADLESS / 2)
    try:
        for _ in work:
            if time.monotonic() > ends:
                break
    except Tell:
        return  # a full disk, a stick pulled out: the next start says how old the last backup is
    finally:
        work.close()
