"""Questions about series: what carries one mark, bookings and entries of the calendar alike."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, select
from sqlmodel import Session

from psyroom.records.booking import Booking
from psyroom.records.events import Event

booking_c = Booking.__table__.c  # type: ignore[attr-defined]
event_c = Event.__table__.c  # type: ignore[attr-defined]


@dataclass(frozen=True)
class PartRow:
    """One of a series as stored. `kind`: booking, event."""

    kind: str
    id: str
    day: date
    starts: int
    ends: int
    person: str
    place: str
    outcome: str
    series: str


def _parts(session: Session, kind: str, column: str, value: str) -> list[PartRow]:
    c = booking_c if kind == "booking" else event_c
    statement: Select[Any] = select(c.id, c.day, c.starts, c.ends, c.person, c.place, c.outcome, c.series)
    statement = statement.where(c[column] == value).order_by(c.day, c.starts, c.id)
    return [PartRow(kind, *row) for row in session.exec(statement).all()]  # type: ignore[call-overload]


def part(session: Session, part_id: str) -> PartRow | None:
    """A booking or an entry of the calendar by its id."""
    found = _parts(session, "booking", "id", part_id) or _parts(session, "event", "id", part_id)
    return next(iter(found), None)


def parts(session: Session, series: str) -> list[PartRow]:
    """Everything that carries the mark, cancelled ones too, in order of time; nothing for an empty mark."""
    if not series:
        return []
    found = _parts(session, "booking", "series", series) + _parts(session, "event", "series", series)
    return sorted(found, key=lambda p: (p.day, p.starts, p.id))
