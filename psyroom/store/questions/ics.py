"""Questions for the calendar file: a person's hours, what once stood among them, and how often each was changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import and_, func, or_, select
from sqlmodel import Session

from psyroom.records.booking import STANDING, Booking
from psyroom.records.events import Event
from psyroom.store.chain import DeskDeed, DeskRevision

KINDS = {"booking": (Booking, STANDING), "event": (Event, ("open", "held"))}
"""Table → its record and the outcomes that keep its time taken."""


@dataclass(frozen=True)
class Busy:
    """One stretch of a person's time, without a word on what it is for. `changes`: times it was changed since it was
    made, `at`: when last (UTC)."""

    kind: str
    id: str
    day: date
    starts: int
    ends: int
    stands: bool
    changes: int
    at: str


# SQLModel's own `select` is typed for at most four columns, so these are SQLAlchemy's.
revision_c = DeskRevision.__table__.c  # type: ignore[attr-defined]
deed_c = DeskDeed.__table__.c  # type: ignore[attr-defined]


def _rows(session: Session, statement: Any) -> list[Any]:
    return list(session.exec(statement).all())


def busy(session: Session, person: str, first: date, last: date) -> list[Busy]:
    """The person's bookings and entries of the days, those cancelled, moved away, given to somebody else or taken back
    too: a calendar that has them already must learn that they went."""
    return [
        found
        for kind, (table, standing) in KINDS.items()
        for found in _of_kind(session, kind, table.__table__.c, standing, person, first, last)  # type: ignore[attr-defined]
    ]


def _of_kind(
    session: Session, kind: str, c: Any, standing: tuple[str, ...], person: str, first: date, last: date
) -> list[Busy]:
    before = _was(session, kind, person, first, last)
    here = and_(c.person == person, c.day >= first, c.day <= last)
    now = {
        row.id: row
        for part in _parts(list(before))
        for row in _rows(
            session,
            select(c.id, c.day, c.starts, c.ends, c.person, c.outcome).where(
                or_(here, c.id.in_(part)) if part else here
            ),
        )
    }
    changes = _changes(session, kind, list({*before, *now}))
    found = []
    for ref, (count, at) in changes.items():
        row, was = now.get(ref), before.get(ref)
        if row is not None and row.person == person:
            found.append(Busy(kind, ref, row.day, row.starts, row.ends, row.outcome in standing, count, at))
            continue
        day = was["day"] if was and was["day"] else row.day if row is not None else None
        if was is None or not was["own"] or day is None or not first <= day <= last:
            continue
        starts = was["starts"] if was["starts"] is not None else row.starts if row is not None else 0
        ends = was["ends"] if was["ends"] is not None else row.ends if row is not None else starts
        found.append(Busy(kind, ref, day, starts, ends, False, count, at))
    return sorted(found, key=lambda b: (b.day, b.starts, b.ends, b.id))


def _was(session: Session, kind: str, person: str, first: date, last: date) -> dict[str, dict[str, Any]]:
    """What once was the person's, or once lay in these days, as far as a later revision says what it was before."""
    value = [func.json_extract(revision_c.before, f"$.{name}") for name in ("person", "day", "starts", "ends")]
    statement = select(
        revision_c.ref, *(v.label(n) for v, n in zip(value, ("who", "day", "starts", "ends"), strict=True))
    )
    once = or_(value[0] == person, and_(value[1] >= first.isoformat(), value[1] <= last.isoformat()))
    found: dict[str, dict[str, Any]] = {}
    for row in _rows(session, statement.where(revision_c.kind == kind, once).order_by(revision_c.seq)):
        day = date.fromisoformat(row.day) if row.day else None
        one = found.setdefault(row.ref, {"own": False, "day": None, "starts": None, "ends": None})
        one["own"] = one["own"] or row.who == person
        one |= {n: v for n, v in (("day", day), ("starts", row.starts), ("ends", row.ends)) if v is not None}
    return found


def _changes(session: Session, kind: str, refs: list[str]) -> dict[str, tuple[int, str]]:
    """id → (revisions after the first, when the last was)"""
    found: dict[str, tuple[int, str]] = {}
    for part in _parts(refs):
        if not part:
            continue
        statement = (
            select(revision_c.ref, func.count(), func.max(deed_c.at))
            .where(deed_c.seq == revision_c.deed, revision_c.kind == kind, revision_c.ref.in_(part))
            .group_by(revision_c.ref)
        )
        found |= {ref: (int(count) - 1, str(at)) for ref, count, at in _rows(session, statement)}
    return found


def _parts(refs: list[str]) -> list[list[str]]:
    """SQLite takes a limited number of bound values; one empty part where there is nothing."""
    return [refs[at : at + 500] for at in range(0, len(refs), 500)] or [[]]
