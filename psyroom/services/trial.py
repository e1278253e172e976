"""Trying times without asking the store each time: what stands around a week is read once, then a drag is free to look.

What a trial says is what saving would say, as of the moment it was read; saving looks again inside its transaction.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from psyroom.records.booking import BookingFields
from psyroom.rules import booking as rules
from psyroom.rules.booking import Appointment, Around, Clash
from psyroom.services import around
from psyroom.services.school import context
from psyroom.store.questions import booking as ask
from psyroom.store.questions import events as ask_events
from psyroom.store.room import Room


@dataclass(frozen=True)
class Trial:
    """What is carried, and the week it is carried over."""

    asked: Appointment
    around: Around

    def at(self, day: date, starts: int, ends: int) -> Sequence[Clash]:
        """What speaks against this time, hard ones first. No query."""
        return rules.conflicts(replace(self.asked, day=day, starts=starts, ends=ends), self.around)


def of(room: Room, kind: str, entry_id: str, monday: date, now: datetime) -> Trial | None:
    """A booking or an entry (`kind` event) on its way over a week; None when it is gone."""
    school = context(room)
    with room.snapshot() as session:
        row = ask_events.event(session, entry_id) if kind == "event" else ask.booking(session, entry_id)
        if row is None:
            return None
        if kind == "event":
            asked = around.event_appointment(row, id=entry_id)
        else:
            asked = around.asked(session, row, entry_id)
        return Trial(asked, around.gather(session, school, monday, monday + timedelta(days=6), now))


def of_new(room: Room, values: Mapping[str, Any], monday: date, now: datetime) -> Trial:
    """A new booking being drawn out: nothing is known but, at most, the counsellor and the room."""
    school = context(room)
    fields = BookingFields(
        day=monday, starts=0, ends=1, person=str(values.get("person", "")), place=str(values.get("place", ""))
    )
    with room.snapshot() as session:
        asked = around.asked(session, fields)
        return Trial(asked, around.gather(session, school, monday, monday + timedelta(days=6), now))
