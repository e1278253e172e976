"""Questions about what parents were told and about home visits. All in case.db; lists are column queries."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from sqlalchemy import Select, select
from sqlmodel import Session, col
from sqlmodel import select as select_rows

from psyroom.records.attachments import Attachment
from psyroom.records.care import Feedback, HomeVisit

feedback_c = Feedback.__table__.c  # type: ignore[attr-defined]
visit_c = HomeVisit.__table__.c  # type: ignore[attr-defined]
attachment_c = Attachment.__table__.c  # type: ignore[attr-defined]

_AT_ONCE = 500  # SQLite takes a limited number of bound values


def _rows(session: Session, statement: Select[Any]) -> list[Any]:
    return list(session.exec(statement).all())  # type: ignore[call-overload]


# ---- feedback -------------------------------------------------------------------------------------------------


def of_student(session: Session, student: str) -> list[Any]:
    """All columns of a student's feedback, the newest first."""
    c = feedback_c
    return _rows(session, select(*c).where(c.student == student).order_by(c.day.desc(), c.made_at.desc(), c.id.desc()))


def of_term(session: Session, term: str) -> list[Any]:
    """All columns of a semester's feedback, the oldest first."""
    c = feedback_c
    return _rows(session, select(*c).where(c.term == term).order_by(c.day, c.made_at, c.id))


def in_states(session: Session, states: Iterable[str], way: str, term: str) -> list[Any]:
    """(id, student, term, state, day, printed_on, delivered_on) of one way in a semester, the oldest first."""
    c = feedback_c
    columns = (c.id, c.student, c.term, c.state, c.day, c.printed_on, c.delivered_on)
    statement = select(*columns).where(c.state.in_(sorted(states)), c.way == way, c.term == term)
    return _rows(session, statement.order_by(c.day, c.made_at, c.id))


def feedback_rows(session: Session, ids: Iterable[str]) -> dict[str, Feedback]:
    """Records by id, to be changed."""
    wanted = sorted(set(ids))
    found: dict[str, Feedback] = {}
    for at in range(0, len(wanted), _AT_ONCE):
        for row in session.exec(select_rows(Feedback).where(col(Feedback.id).in_(wanted[at : at + _AT_ONCE]))).all():
            found[row.id] = row
    return found


def given_by_visit(session: Session, visit: str) -> list[Feedback]:
    """The feedback that was given by a home visit, as records."""
    return list(session.exec(select_rows(Feedback).where(col(Feedback.home_visit) == visit)).all())


def scans_there(session: Session, ids: Iterable[str]) -> dict[str, str]:
    """Attachments that are still there → whose they are."""
    wanted = sorted(set(ids) - {""})
    found: dict[str, str] = {}
    for at in range(0, len(wanted), _AT_ONCE):
        statement = select(attachment_c.id, attachment_c.student)
        rows = _rows(session, statement.where(attachment_c.id.in_(wanted[at : at + _AT_ONCE])))
        found.update((row.id, row.student) for row in rows)
    return found


# ---- home visits ----------------------------------------------------------------------------------------------


def visits_of_student(session: Session, student: str) -> list[Any]:
    """All columns of a student's home visits, the newest first."""
    c = visit_c
    return _rows(session, select(*c).where(c.student == student).order_by(c.day.desc(), c.made_at.desc(), c.id.desc()))


def visits_between(session: Session, first: date, last: date) -> list[Any]:
    """All columns of the home visits of these days, the newest first."""
    c = visit_c
    statement = select(*c).where(c.day >= first, c.day <= last)
    return _rows(session, statement.order_by(c.day.desc(), c.made_at.desc(), c.id.desc()))


def to_return(session: Session, until: date) -> list[Any]:
    """All columns of home visits whose return visit has a date up to a day and has not been made, the oldest first."""
    c = visit_c
    statement = select(*c).where(c.next_on <= until, c.next_done.is_(None))
    return _rows(session, statement.order_by(c.next_on, c.id))


def feedback_of_visits(session: Session, visits: Iterable[str]) -> dict[str, str]:
    """Home visit → the feedback given by it."""
    wanted = sorted(set(visits) - {""})
    found: dict[str, str] = {}
    for at in range(0, len(wanted), _AT_ONCE):
        statement = select(feedback_c.home_visit, feedback_c.id)
        rows = _rows(session, statement.where(feedback_c.home_visit.in_(wanted[at : at + _AT_ONCE])))
        found.update((row.home_visit, row.id) for row in rows)
    return found
