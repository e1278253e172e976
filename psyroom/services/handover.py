"""What one person on duty leaves to the next: ticks from a fixed list, never words, and who has read them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from psyroom.errors import NotFound, NotValid
from psyroom.records.fields import checked
from psyroom.records.weeks import HANDOVER, Handover
from psyroom.services.school import context
from psyroom.store.questions import school as ask_school
from psyroom.store.questions import weeks as ask
from psyroom.store.room import Room


@dataclass(frozen=True)
class Left:
    """A handover as shown. `items` are codes of `HANDOVER`; `to` empty: for whoever comes next; `at` is `16:40`."""

    id: str
    day: date
    at: str
    person: str
    name: str
    to: str
    to_name: str
    items: tuple[str, ...]
    read_by: str
    read_name: str
    read_at: str

    @property
    def words(self) -> str:
        """有人还在等、钥匙已交接"""
        return "、".join(HANDOVER.get(item, item) for item in self.items)


def leave(room: Room, items: Sequence[str], now: datetime, to: str = "") -> str:
    """Leave ticks for the next on duty, or for somebody named. Returns the handover's id."""
    known = [item for item in HANDOVER if item in items]
    if not known or len(known) != len(set(items)):
        raise NotValid({"items": "请从列表里勾选要交接的事"})
    with room.write("交班") as deed:
        if to and to not in {p.id for p in ask_school.people(deed.session) if p.active}:
            raise NotValid({"to": "请选一位在用的接班人，或不选"})
        if to == room.person.id:
            raise NotValid({"to": "接班人不能是自己；不指定就空着"})
        values = {
            "day": now.date(),
            "at": now.strftime("%H:%M"),
            "person": room.person.id,
            "to": to,
            "items": ",".join(known),
        }
        row = Handover(**checked(Handover, values).model_dump(exclude={"id"}))
        deed.session.add(row)
        return row.id


def unread(room: Room) -> list[Left]:
    """What nobody has read yet and is for whoever is logged in: left by others, to them or to whoever comes next."""
    me = room.person.id
    with room.read() as session:
        rows = ask.unread(session)
    return [_left(room, row) for row in rows if row.person != me and row.to in ("", me)]


def between(room: Room, first: date, last: date) -> list[Left]:
    """Everything left on the days, in order of time."""
    with room.read() as session:
        rows = ask.handovers(session, first, last)
    return [_left(room, row) for row in rows]


def read(room: Room, handover_id: str, now: datetime) -> None:
    """Mark as read by whoever is logged in; what was read before keeps its first reader."""
    with room.write("看过交班") as deed:
        row = deed.session.get(Handover, handover_id)
        if row is None:
            raise NotFound(what="这条交班")
        if not row.read_by:
            row.read_by, row.read_at = room.person.id, now.strftime("%Y-%m-%d %H:%M")
            deed.session.add(row)


def _left(room: Room, row: ask.HandoverRow) -> Left:
    people = context(room).people
    return Left(
        id=row.id,
        day=row.day,
        at=row.at,
        person=row.person,
        name=people.get(row.person, ""),
        to=row.to,
        to_name=people.get(row.to, ""),
        items=tuple(item for item in row.items_left.split(",") if item),
        read_by=row.read_by,
        read_name=people.get(row.read_by, ""),
        read_at=row.read_at,
    )
