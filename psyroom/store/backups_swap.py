"""The last step of bringing a copy back, which a kill cannot halve: both files and room.json change places by a marker.

Without the marker in `returning/`, the next opening throws away what lies there; with it, the next opening finishes.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from psyroom.store import roomfile
from psyroom.store import settle as settling
from psyroom.store.tables import FILES

FOLDER = "returning"
READY = "ready.json"
IN_TURN = (*FILES.values(), roomfile.BEFORE, roomfile.NAME)
Pause = Callable[[str], None]


def nothing(where: str) -> None:
    return None


def finish_or_forget(folder: Path, *, pause: Pause = nothing) -> bool:
    """Before a room is opened, under its lock: finish a bringing back that was decided, throw away one that was not.
    Whether there was one to finish. Needs no key."""
    work = folder / FOLDER
    if not work.is_dir():
        return False
    if not (work / READY).exists():
        forget(work)
        return False
    for left in (*(folder / name for name in settling.JOURNALS), *folder.glob("desk.db-mj*")):
        left.unlink(missing_ok=True)  # they belong to the files that go
    for name in IN_TURN:
        if (work / name).exists():
            (work / name).replace(folder / name)
            pause(f"replaced {name}")
    roomfile.sync_folder(folder)
    (work / READY).unlink()
    pause("finished")
    forget(work)
    return True


def forget(work: Path) -> None:
    """Its own files and nothing else."""
    if not work.is_dir() or work.is_symlink():
        return
    own = {*IN_TURN, *settling.JOURNALS, READY, READY + ".new", roomfile.NAME + ".new", roomfile.BEFORE + ".new"}
    for left in work.iterdir():
        if left.name in own or left.name.startswith("desk.db-mj"):
            left.unlink()
    if not any(work.iterdir()):
        work.rmdir()
