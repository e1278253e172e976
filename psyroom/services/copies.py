"""A verified copy of the room, and bringing one back."""

from __future__ import annotations

from collections.abc import Generator
from datetime import UTC, datetime
from pathlib import Path

from psyroom.records.office import DeskState
from psyroom.store import copies
from psyroom.store.room import Room

LAST_COPY = "last-copy"


def copy(room: Room, to: Path | str) -> Generator[tuple[int, int], None, Path]:
    """Copy the room into a new folder below `to`, opened and checked before it counts; yields (done, of) steps."""
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
