"""Questions that returns ask, and the filings they leave."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session

from psyroom.records.office import Filing
from psyroom.records.students import Student

student_c = Student.__table__.c  # type: ignore[attr-defined]
filing_c = Filing.__table__.c  # type: ignore[attr-defined]


def _rows(session: Session, statement: Any) -> list[Any]:
    return list(session.exec(statement).all())


def cohorts(session: Session) -> list[Any]:
    """(stage, cohort, count) of the students now at school."""
    c = student_c
    statement = select(c.stage, c.cohort, func.count()).where(c.status == "present").group_by(c.stage, c.cohort)
    return _rows(session, statement)


def filings(session: Session) -> list[Any]:
    """(id, kind, span, made_on, at, person, files, head), newest first; without the rows behind the figures."""
    c = filing_c
    statement = select(c.id, c.kind, c.span, c.made_on, c.at, c.person, c.files, c.head)
    return _rows(session, statement.order_by(c.id.desc()))


def figures_of(session: Session, filing_id: str) -> str | None:
    """The JSON of a filing's figures; None when there is no such filing."""
    return next(iter(_rows(session, select(filing_c.figures).where(filing_c.id == filing_id))), (None,))[0]
