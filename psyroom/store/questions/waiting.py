"""Questions about the waiting list. Only `firsts` reads case.db; ask it only where that is attached."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlmodel import Session

from psyroom.records.waiting import Waiting, WaitingFirst, WaitingWindow

# SQLModel's own `select` is typed for at most four columns, so these are SQLAlchemy's.
waiting_c = Waiting.__table__.c  # type: ignore[attr-defined]
window_c = WaitingWindow.__table__.c  # type: ignore[attr-defined]
first_c = WaitingFirst.__table__.c  # type: ignore[attr-defined]


@dataclass(frozen=True, repr=False)
class WaitingRow:
    """An entry as stored."""

    id: str
    client: str
    student: str
    name: str
    person: str
    minutes: int
    channel: str
    way: str
    since: date
    expires: date
    state: str
    booking: str


def _rows(session: Session, statement: Any) -> list[Any]:
    return list(session.exec(statement).all())


def _entries(session: Session, *where: Any) -> list[WaitingRow]:
    columns = [waiting_c[f.name] for f in fields(WaitingRow)]
    found = _rows(session, select(*columns).where(*where).order_by(waiting_c.since, waiting_c.id))
    return [WaitingRow(*row) for row in found]


def waiting(session: Session) -> list[WaitingRow]:
    """Everybody who waits, the longest first."""
    return _entries(session, waiting_c.state == "waiting")


def entry(session: Session, waiting_id: str) -> WaitingRow | None:
    return next(iter(_entries(session, waiting_c.id == waiting_id)), None)


def of_student(session: Session, student: str) -> list[WaitingRow]:
    """What a student, or the parents, still wait for."""
    return _entries(session, waiting_c.student == student, waiting_c.state == "waiting")


def windows(session: Session) -> dict[str, list[Any]]:
    """id of an entry that waits → its (waiting, weekday, starts, ends), in order of the week."""
    c = window_c
    statement = (
        select(c.waiting, c.weekday, c.starts, c.ends)
        .join(waiting_c.id.table, waiting_c.id == c.waiting)
        .where(waiting_c.state == "waiting")
        .order_by(c.weekday, c.starts)
    )
    found: dict[str, list[Any]] = {}
    for row in _rows(session, statement):
        found.setdefault(row.waiting, []).append(row)
    return found


def firsts(session: Session) -> set[str]:
    """The entries a counsellor put first. Needs case.db."""
    return {row[0] for row in _rows(session, select(first_c.id).where(first_c.first))}


# ---- records, to be changed -----------------------------------------------------------------------------------


def window_rows(session: Session, waiting_id: str) -> list[WaitingWindow]:
    statement = select(WaitingWindow).where(window_c.waiting == waiting_id)
    return list(session.exec(statement).scalars().all())  # type: ignore[call-overload]


def rows_of_student(session: Session, student: str) -> list[Waiting]:
    """Every entry of a student or the parents, also those that wait no more."""
    statement = select(Waiting).where(waiting_c.student == student)
    return list(session.exec(statement).scalars().all())  # type: ignore[call-overload]
