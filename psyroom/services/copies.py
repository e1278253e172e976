"""A verified copy of the room, and bringing one back."""

from __future__ import annotations

import os
from collections.abc import Generator
from datetime import UTC, datetime
from pathlib import Path

from psyroom.errors import Refused
from psyroom.records.office import DeskState
from psyroom.services.rights import needs_counsellor
from psyroom.store import copies
from psyroom.store.room import Room

LAST_COPY = "last-copy"


def copy(room: Room, to: Path | str) -> Generator[tuple[int, int], None, Path]:
    """Copy the room into a new folder below `to`, opened and checked before it counts; yields (done, of) steps.

    Among the room's own files nothing is put but below `backups`. For whoever holds the case key; a duty
    person's is `backups.make`. Errors: `NeedsCounsellor`, and as `store.copies.copy_room`."""
    needs_counsellor(room)
    own, where = Path(os.path.realpath(room.folder)), Path(os.path.realpath(to))
    if where.is_relative_to(own) and not where.is_relative_to(own / "backups"):
        raise Refused(why="这是辅导室自己的文件夹，请把备份存到别的地方，最好是 U 盘或另一块磁盘。")
    made = yield from copies.copy_room(room, Path(to))
    with room.aside() as session:
        session.merge(DeskState(id=LAST_COPY, value=datetime.now(UTC).isoformat(timespec="seconds")))
    return made


def last_copy(room: Room) -> datetime | None:
    """When the last verified copy was made (UTC), or None."""
    with room.read() as session:
        row = session.get(DeskState, LAST_COPY)
        return datetime.fromisoformat(row.value) if row is not None and row.value else None


bring_back = copies.bring_back
