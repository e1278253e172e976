"""A person's hours as a calendar file for a phone or another calendar: 忙, and nothing else.

No name, no place, no description, no kind: whoever opens the file learns when the person is busy. Each booking keeps its
UID, and its SEQUENCE rises with every change, so that a calendar which has it already moves or removes it (RFC 5545,
3.8.4.7 and 3.8.7.4).
"""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from psyroom.errors import NotValid, Refused
from psyroom.services.outgoing import put
from psyroom.services.school import context
from psyroom.store.questions import ics as ask
from psyroom.store.questions.ics import Busy as Busy
from psyroom.store.room import Room

SUMMARY = "忙"
PRODID = "-//psyroom//busy times//ZH"
LONGEST = 400  # days


def listed(room: Room, person: str, first: date, last: date) -> list[Busy]:
    """What the file would say, in order of time; `stands` False: cancelled there. Empty `person`: whoever is logged in."""
    person = person or room.person.id
    if last < first:
        raise NotValid({"last": "结束日期要不早于开始日期"})
    if (last - first).days > LONGEST:
        raise NotValid({"last": "一次最多导出一年多，请缩短日期"})
    if person not in context(room).people:
        raise Refused(why="没有这位老师，请从名单里选一位。")
    with room.read() as session:
        return sorted(ask.busy(session, person, first, last), key=lambda b: (b.day, b.starts, b.ends, b.kind, b.id))


def calendar(room: Room, person: str, first: date, last: date, now: datetime) -> bytes:
    """The calendar file (UTF-8). The same bookings give the same bytes; `now` stands only in an empty calendar's place
    of a last change and is otherwise not written."""
    from icalendar import Calendar, Event  # a quarter of a second to load, and only here

    made = Calendar()
    made.add("prodid", PRODID)
    made.add("version", "2.0")
    made.add("calscale", "GREGORIAN")
    made.add("method", "PUBLISH")
    for busy in listed(room, person, first, last):
        event, changed = Event(), datetime.fromisoformat(busy.at or now.isoformat()).astimezone(UTC)
        event.add("uid", uid(room, busy))
        event.add("dtstamp", changed)
        event.add("last-modified", changed)
        event.add("sequence", busy.changes)
        event.add("dtstart", _moment(busy.day, busy.starts))
        event.add("dtend", _moment(busy.day, max(busy.ends, busy.starts + 1)))
        event.add("summary", SUMMARY)
        event.add("class", "PRIVATE")
        event.add("status", "CONFIRMED" if busy.stands else "CANCELLED")
        event.add("transp", "OPAQUE" if busy.stands else "TRANSPARENT")
        made.add_component(event)
    data: bytes = made.to_ical()
    return data


def write(room: Room, target: Path, person: str, first: date, last: date, now: datetime) -> Path:
    """The calendar file where the person wants it, never inside the room's own folder."""
    data = calendar(room, person, first, last, now)
    return put(room, {target.name: data}, target.absolute().parent)[0]


def uid(room: Room, busy: Busy) -> str:
    """Always the same for one booking, and nothing can be read from it: a keyed digest of the record's id."""
    key = room.id.encode()[:64]
    return hashlib.blake2b(f"{busy.kind} {busy.id}".encode(), key=key, digest_size=16).hexdigest() + "@psyroom"


def _moment(day: date, minute: int) -> datetime:
    """The wall clock's minute of a day as UTC."""
    return (datetime(day.year, day.month, day.day) + timedelta(minutes=minute)).astimezone(UTC)
