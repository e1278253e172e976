"""Why a booking breaks the room's rules: a counsellor's to read. Nothing on the desk's side tells it.

A counsellor's choice lies in case.db beside the booking; what a duty person chose is sealed into a slip in the same
deed, so that whoever holds the desk's key can read the time and never the reason.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from psyroom.errors import NotValid
from psyroom.records.booking import URGENT, BookingUrgency
from psyroom.rules.time import day_name
from psyroom.rules.typed import span
from psyroom.services import slips
from psyroom.services.rights import needs_counsellor
from psyroom.store.room import Deed, Room


def known(reason: str) -> str:
    """The reason if it is one of the list, or none. Raises `NotValid`."""
    if reason and reason not in URGENT:
        raise NotValid({"urgent": "请从列表里选一个破例的原因"})
    return reason


def keep(deed: Deed, room: Room, row: Any, who: str, reason: str, now: datetime) -> None:
    """Keep in the same deed why this appointment breaks the rules; without a reason an earlier one is taken away, as the
    time that needed it is no more."""
    if room.has_cases:
        kept = deed.session.get(BookingUrgency, row.id)
        if reason:
            kept = kept or BookingUrgency(id=row.id, reason=reason, person=room.person.id)
            kept.reason, kept.person = reason, room.person.id
            deed.session.add(kept)
        elif kept is not None:
            deed.session.delete(kept)
    elif reason:
        when = f"{day_name(row.day)} {span(row.starts, row.ends)}"
        slips.seal_in(deed, room, f"{who} {when} 破例安排的原因：{URGENT[reason]}", now)


def of(room: Room, booking_id: str) -> str:
    """Why a booking breaks the rules, in words; empty where it does not, or a duty person's slip tells it."""
    needs_counsellor(room)
    with room.read() as session:
        row = session.get(BookingUrgency, booking_id)
        return URGENT[row.reason] if row is not None else ""
