"""What a new room still lacks before its first day: a roster, a weekly plan, somebody booked."""

from __future__ import annotations

from dataclasses import dataclass

from psyroom.store.questions import booking as ask
from psyroom.store.questions import students
from psyroom.store.room import Room


@dataclass(frozen=True)
class Beginning:
    """What has been done at least once."""

    roster: bool
    plan: bool
    booked: bool

    @property
    def over(self) -> bool:
        return self.roster and self.plan and self.booked


def beginning(room: Room) -> Beginning:
    """How far the room has come."""
    with room.snapshot() as session:
        return Beginning(students.any_student(session), ask.any_slot(session), ask.any_client(session))
