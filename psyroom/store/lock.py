"""One process at a time holds a room: the window and the command line take the same lock."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from psyroom.errors import FolderNotWritable, RoomBusy

NAME = "room.lock"


def hold(folder: Path) -> Any:
    """The lock, taken; `.release()` gives it back, and so does the end of the process. Errors: `RoomBusy`,
    `FolderNotWritable`."""
    from filelock import FileLock, Timeout

    lock = FileLock(folder / NAME, thread_local=False)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise RoomBusy from None
    except OSError:
        raise FolderNotWritable(folder=folder) from None
    return lock
