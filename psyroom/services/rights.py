"""Who may do what, below the screen. What is not attached cannot be read; what may be read may still not be changed."""

from __future__ import annotations

from psyroom.errors import NeedsCounsellor
from psyroom.store.room import Room


def needs_counsellor(room: Room) -> None:
    """Raise `NeedsCounsellor` unless the room was opened by one who holds the case key."""
    if not room.has_cases:
        raise NeedsCounsellor()
