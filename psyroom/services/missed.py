"""Somebody did not come and is given another time: the new booking and what was done about the missed one, in one deed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from psyroom.errors import NotFound, Refused
from psyroom.records.booking import Booking
from psyroom.rules.time import day_name
from psyroom.rules.typed import span
from psyroom.services import bookings, drafts
from psyroom.services.bookings import Booked
from psyroom.services.school import context
from psyroom.store.room import Room

CARRIED = ("client", "student", "name", "group_no", "size", "form", "channel", "person", "place")
"""What a new booking takes over from the missed one."""


def again(room: Room, missed_id: str) -> dict[str, Any]:
    """What a form for another time begins with: the same client, counsellor, room, and the missed length.

    Raises `NotFound`."""
    with room.read() as session:
        row = session.get(Booking, missed_id)
        if row is None:
            raise NotFound(what="这个预约")
        return {name: getattr(row, name) for name in CARRIED} | {"minutes": row.ends - row.starts}


def rebook(
    room: Room,
    missed_id: str,
    values: Mapping[str, Any],
    now: datetime,
    *,
    anyway: bool = False,
    urgent: str = "",
) -> Booked:
    """Book the new time and mark the missed one as 已另约. Raises as `bookings.book`; nothing is then changed."""
    school = context(room)
    with room.write("未到后另约") as deed:
        missed = deed.session.get(Booking, missed_id)
        if missed is None:
            raise NotFound(what="这个预约")
        if missed.outcome != "no_show":
            raise Refused(why="这个预约没有记为“未到”，请直接新建预约。")
        row, found = bookings.put(deed, room, school, values, now, anyway=anyway, urgent=urgent)
        missed.follow_up = "rebooked"
        deed.session.add(missed)
        drafts.discard_in(deed.session, room, bookings.FORM)
        when = f"{day_name(row.day)} {span(row.starts, row.ends)}"
        return Booked(row.id, (when, *bookings.taken_on(found, anyway)), deed.id)
