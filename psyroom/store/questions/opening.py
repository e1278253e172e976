"""Questions about when the room was open. The template and one-off changes are asked for in `booking`."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from sqlalchemy import Select, select
from sqlmodel import Session
from sqlmodel import select as sqlmodel_select

from psyroom.records.opening import Opening, Slot


@dataclass(frozen=True)
class OpeningRow:
    """An opening as stored; `ends` None: somebody is on duty now (or forgot to end it)."""

    id: str
    day: date
    starts: int
    ends: int | None
    person: str
    place: str
    origin: str
    received: int | None


opening_c = Opening.__table__.c  # type: ignore[attr-defined]
slot_c = Slot.__table__.c  # type: ignore[attr-defined]

_OPENING: Select[Any] = select(*[getattr(Opening, f.name) for f in fields(OpeningRow)])


def _rows(session: Session, statement: Select[Any]) -> list[Any]:
    return list(session.exec(statement).all())  # type: ignore[call-overload]


def _openings(session: Session, *where: Any) -> list[OpeningRow]:
    ordered = _OPENING.where(*where).order_by(opening_c.day, opening_c.starts, opening_c.id)
    return [OpeningRow(*row) for row in _rows(session, ordered)]


def openings(session: Session, first: date, last: date) -> list[OpeningRow]:
    """What was logged for the days, in order of time."""
    return _openings(session, opening_c.day >= first, opening_c.day <= last)


def not_ended(session: Session) -> list[OpeningRow]:
    """Duties begun and not ended, today's and forgotten ones."""
    return _openings(session, opening_c.ends.is_(None))


def opening_keys(session: Session) -> set[tuple[date, int, int | None, str]]:
    """(day, starts, ends, person) of every opening, to know a ledger's row again."""
    c = opening_c
    return {tuple(row) for row in _rows(session, select(c.day, c.starts, c.ends, c.person))}


def whole_template(session: Session) -> list[Any]:
    """(id, weekday, starts, ends, place, person, since, until) of every slot there ever was."""
    c = slot_c
    statement = select(c.id, c.weekday, c.starts, c.ends, c.place, c.person, c.since, c.until)
    return _rows(session, statement.order_by(c.weekday, c.starts, c.since))


def template_of(session: Session, weekday: int, person: str) -> list[Slot]:
    """The slots of one person on one weekday, ended ones too, as records."""
    return list(session.exec(sqlmodel_select(Slot).where(Slot.weekday == weekday, Slot.person == person)).all())


def own_duty(session: Session, person: str) -> Opening | None:
    """The duty a person began and has not ended, as a record; of several the latest."""
    mine = sqlmodel_select(Opening).where(opening_c.person == person, opening_c.ends.is_(None))
    return session.exec(mine.order_by(opening_c.day.desc(), opening_c.starts.desc())).first()


def logged_days(session: Session, first: date, last: date) -> set[date]:
    """The days on which anything was logged."""
    c = opening_c
    return {row[0] for row in _rows(session, select(c.day).where(c.day >= first, c.day <= last).distinct())}
