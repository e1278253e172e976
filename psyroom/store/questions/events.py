"""Questions about entries of the calendar that are nobody's counselling: lessons, talks, activities. Plain rows."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from sqlalchemy import Select, select
from sqlmodel import Session

from psyroom.records.events import Event


@dataclass(frozen=True, repr=False)
class EventRow:
    """An entry as stored."""

    id: str
    kind: str
    day: date
    starts: int
    ends: int
    person: str
    place: str
    stage: str
    cohort: int
    class_no: int
    size: int
    outcome: str
    series: str


_EVENT: Select[Any] = select(*[getattr(Event, f.name) for f in fields(EventRow)])
event_c = Event.__table__.c  # type: ignore[attr-defined]


def _events(session: Session, *where: Any) -> list[EventRow]:
    statement = _EVENT.where(*where).order_by(event_c.day, event_c.starts, event_c.id)
    return [EventRow(*row) for row in session.exec(statement).all()]  # type: ignore[call-overload]


def event(session: Session, event_id: str) -> EventRow | None:
    return next(iter(_events(session, event_c.id == event_id)), None)


def events(session: Session, first: date, last: date) -> list[EventRow]:
    """Every entry of the days, cancelled ones too, in order of time."""
    return _events(session, event_c.day >= first, event_c.day <= last)


def standing(session: Session, first: date, last: date) -> list[EventRow]:
    """Entries that keep their time taken."""
    return _events(session, event_c.day >= first, event_c.day <= last, event_c.outcome != "cancelled")


def open_from(session: Session, first: date) -> list[EventRow]:
    """Entries from a day on that are still to take place."""
    return _events(session, event_c.day >= first, event_c.outcome == "open")


def left_open(session: Session, before: date) -> list[EventRow]:
    """Entries of earlier days of which nobody has said whether they were held."""
    return _events(session, event_c.day < before, event_c.outcome == "open")
