"""Questions about the duty rota."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import select
from sqlmodel import Session

from psyroom.records.rota import DutyTurn

turn_c = DutyTurn.__table__.c  # type: ignore[attr-defined]


def turns(session: Session, first: date, last: date) -> list[Any]:
    """(id, day, starts, ends, place, person, instead_of, why) of the days, in order of time."""
    c = turn_c
    statement = select(c.id, c.day, c.starts, c.ends, c.place, c.person, c.instead_of, c.why)
    ordered = statement.where(c.day >= first, c.day <= last).order_by(c.day, c.starts, c.ends, c.place, c.id)
    return list(session.exec(ordered).all())  # type: ignore[call-overload]
