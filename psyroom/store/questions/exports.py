"""Questions to the register of what left the room."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session

from psyroom.records.access import Export

export_c = Export.__table__.c  # type: ignore[attr-defined]


def exports(session: Session) -> list[Any]:
    """Every export, newest first."""
    c = export_c
    columns = (c.id, c.at, c.person, c.kind, c.students, c.reason, c.receiver, c.how, c.has_password, c.files, c.head)
    return list(session.execute(select(*columns).order_by(c.at.desc(), c.id.desc())).all())


def lately(session: Session, column: str, limit: int) -> list[str]:
    """The receivers (or reasons) said last, each once, the latest first."""
    wanted = export_c[column]
    statement = (
        select(wanted)
        .group_by(wanted)
        .order_by(func.max(export_c.at).desc(), func.max(export_c.id).desc())
        .limit(limit)
    )
    return [row[0] for row in session.execute(statement).all()]
