"""Questions that the confidential returns ask: which records stand behind a figure. All in case.db."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlmodel import Session

from psyroom.records.care import Feedback, HomeVisit, Plan
from psyroom.records.office import CaseFiling
from psyroom.records.students import Student
from psyroom.records.talks import Talk, TalkExcuse

talk_c = Talk.__table__.c  # type: ignore[attr-defined]
excuse_c = TalkExcuse.__table__.c  # type: ignore[attr-defined]
plan_c = Plan.__table__.c  # type: ignore[attr-defined]
feedback_c = Feedback.__table__.c  # type: ignore[attr-defined]
visit_c = HomeVisit.__table__.c  # type: ignore[attr-defined]
student_c = Student.__table__.c  # type: ignore[attr-defined]
filing_c = CaseFiling.__table__.c  # type: ignore[attr-defined]

_TOLD = {
    "student": (student_c.id, student_c.name, student_c.stage, student_c.cohort, student_c.class_no),
    "talk": (talk_c.id, talk_c.student, talk_c.day, talk_c.way, talk_c.talker),
    "talk_excuse": (excuse_c.id, excuse_c.student, excuse_c.day, excuse_c.reason),
    "growth_plan": (plan_c.id, plan_c.student, plan_c.made_on, plan_c.version),
    "feedback": (feedback_c.id, feedback_c.student, feedback_c.day, feedback_c.way, feedback_c.state),
    "home_visit": (visit_c.id, visit_c.student, visit_c.day, visit_c.way, visit_c.teachers),
}
"""Kinds of records a figure may rest on, with what is told of each."""


def _rows(session: Session, statement: Any) -> list[Any]:
    return list(session.exec(statement).all())


def talks(session: Session, first: date, last: date) -> list[Any]:
    """(id, student, day, way, theme) of the talks of some days, in the order in which coverage takes them."""
    c = talk_c
    statement = select(c.id, c.student, c.day, c.way, c.theme).where(c.day >= first, c.day <= last)
    return _rows(session, statement.order_by(c.day, c.id))


def excuses(session: Session, term: str) -> list[Any]:
    """(id, student) of the reasons of a semester."""
    return _rows(session, select(excuse_c.id, excuse_c.student).where(excuse_c.term == term))


def told(session: Session, ids: Iterable[str]) -> dict[str, tuple[str, Any]]:
    """By id: the kind of a record and the columns that are told of it; who is gone is missing."""
    wanted, found = sorted(set(ids)), dict[str, tuple[str, Any]]()
    for kind, columns in _TOLD.items():
        for at in range(0, len(wanted), 500):
            some = wanted[at : at + 500]
            rows = _rows(session, select(*columns).where(columns[0].in_(some)))
            found |= {row.id: (kind, row) for row in rows}
    return found


def filings(session: Session) -> list[Any]:
    """(id, kind, span, made_on, at, person, files, head), newest first; without the rows behind the figures."""
    c = filing_c
    statement = select(c.id, c.kind, c.span, c.made_on, c.at, c.person, c.files, c.head)
    return _rows(session, statement.order_by(c.id.desc()))


def figures_of(session: Session, filing_id: str) -> str | None:
    """The JSON of a filing's figures; None when there is no such filing."""
    return next(iter(_rows(session, select(filing_c.figures).where(filing_c.id == filing_id))), (None,))[0]
