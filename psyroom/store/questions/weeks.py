"""Questions about weeks as they were answered for: reasons, signatures, amendments, make-ups, handovers. All desk.db."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, or_, select
from sqlmodel import Session
from sqlmodel import select as sqlmodel_select

from psyroom.records.booking import Visit
from psyroom.records.opening import Opening, OpeningException
from psyroom.records.weeks import Handover, WeekAmendment, WeekReason, WeekSignature

signature_c = WeekSignature.__table__.c  # type: ignore[attr-defined]
amendment_c = WeekAmendment.__table__.c  # type: ignore[attr-defined]
reason_c = WeekReason.__table__.c  # type: ignore[attr-defined]
exception_c = OpeningException.__table__.c  # type: ignore[attr-defined]
handover_c = Handover.__table__.c  # type: ignore[attr-defined]


def _rows(session: Session, statement: Select[Any]) -> list[Any]:
    return list(session.exec(statement).all())  # type: ignore[call-overload]


# ---- signatures -----------------------------------------------------------------------------------------------


def signatures(session: Session, first: date, last: date) -> list[Any]:
    """(id, monday, person, at, outside, open, target, rows) of the weeks that begin on the days, by week and in the
    order they were given."""
    c = signature_c
    statement = select(c.id, c.monday, c.person, c.at, c.outside, c.open, c.target, c.rows)
    return _rows(session, statement.where(c.monday >= first, c.monday <= last).order_by(c.monday, c.id))


def signed(session: Session, mondays: Iterable[date]) -> dict[date, str]:
    """Which of the weeks are signed, and who signed last (a person's id)."""
    wanted = sorted(set(mondays))
    if not wanted:
        return {}
    c = signature_c
    found: dict[date, str] = {}
    for at in range(0, len(wanted), 500):  # SQLite takes a limited number of bound values
        statement = select(c.monday, c.person).where(c.monday.in_(wanted[at : at + 500])).order_by(c.id)
        found |= {row.monday: row.person for row in _rows(session, statement)}
    return found


def signed_minutes(session: Session, first: date, last: date) -> dict[date, int]:
    """Monday → minutes outside lessons at the latest signature, of the weeks that begin on the days."""
    c = signature_c
    statement = select(c.monday, c.outside).where(c.monday >= first, c.monday <= last).order_by(c.id)
    return {row.monday: row.outside for row in _rows(session, statement)}


def amendments(session: Session, first: date, last: date) -> list[Any]:
    """(id, monday, kind, ref, why, person, at) of the weeks that begin on the days, in the order they were made."""
    c = amendment_c
    statement = select(c.id, c.monday, c.kind, c.ref, c.why, c.person, c.at)
    return _rows(session, statement.where(c.monday >= first, c.monday <= last).order_by(c.monday, c.id))


def day_of(session: Session, kind: str, ref: str) -> date | None:
    """The day of an opening or a visit as it stands."""
    if kind == Opening.__tablename__:
        opening = session.get(Opening, ref)
        return opening.day if opening is not None else None
    visit = session.get(Visit, ref)
    return visit.day if visit is not None else None


# ---- reasons and make-ups -------------------------------------------------------------------------------------


def reasons(session: Session, first: date, last: date) -> dict[date, str]:
    """Monday → why the week fell short."""
    c = reason_c
    rows = _rows(session, select(c.monday, c.why).where(c.monday >= first, c.monday <= last).order_by(c.id))
    return {row.monday: row.why for row in rows}


def reason_rows(session: Session, monday: date) -> list[WeekReason]:
    """A week's reason, as records."""
    return list(session.exec(sqlmodel_select(WeekReason).where(WeekReason.monday == monday)).all())


def make_ups(session: Session, first: date, last: date) -> list[Any]:
    """(id, day, starts, ends, place, person, heals): openings that heal a week and lie on one of the days, or heal a
    week that begins on one of them, and all others of their days: no minute heals twice. In order of time."""
    c = exception_c
    healing = (c.opens.is_(True), c.heals.is_not(None))
    touches = or_((c.day >= first) & (c.day <= last), (c.heals >= first) & (c.heals <= last))
    days = select(c.day).where(*healing, touches)
    statement = select(c.id, c.day, c.starts, c.ends, c.place, c.person, c.heals)
    return _rows(session, statement.where(*healing, c.day.in_(days)).order_by(c.day, c.starts, c.id))


# ---- handover -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class HandoverRow:
    """A handover as stored; `items_left` are its ticks, with commas between."""

    id: str
    day: date
    at: str
    person: str
    to: str
    items_left: str
    read_by: str
    read_at: str


def handovers(session: Session, first: date, last: date) -> list[HandoverRow]:
    """What was left on the days, in order of time."""
    return _handovers(session, handover_c.day >= first, handover_c.day <= last)


def unread(session: Session) -> list[HandoverRow]:
    """What nobody has read, in order of time."""
    return _handovers(session, handover_c.read_by == "")


def _handovers(session: Session, *where: Any) -> list[HandoverRow]:
    c = handover_c
    found = _rows(session, _HANDOVER.where(*where).order_by(c.day, c.at, c.id))
    return [HandoverRow(*row) for row in found]


_HANDOVER: Select[Any] = select(
    *[handover_c[name] for name in ("id", "day", "at", "person", "to", "items", "read_by", "read_at")]
)
