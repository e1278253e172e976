"""Questions of a student's time line about 一生一谈: talks, care, plans, what the parents were told, home visits. case.db."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlmodel import Session

from psyroom.records.care import Care, Feedback, HomeVisit, Plan, PlanReview, PlanStep
from psyroom.records.talks import Talk, TalkAttempt, TalkExcuse

talk_c = Talk.__table__.c  # type: ignore[attr-defined]
excuse_c = TalkExcuse.__table__.c  # type: ignore[attr-defined]
attempt_c = TalkAttempt.__table__.c  # type: ignore[attr-defined]
care_c = Care.__table__.c  # type: ignore[attr-defined]
plan_c = Plan.__table__.c  # type: ignore[attr-defined]
step_c = PlanStep.__table__.c  # type: ignore[attr-defined]
review_c = PlanReview.__table__.c  # type: ignore[attr-defined]
feedback_c = Feedback.__table__.c  # type: ignore[attr-defined]
visit_c = HomeVisit.__table__.c  # type: ignore[attr-defined]


def _of(session: Session, c: Any, student: str) -> list[Any]:
    """Every column of a table's rows that name the student."""
    return list(session.exec(select(*c).where(c.student == student)).all())  # type: ignore[call-overload]


def talks(session: Session, student: str) -> list[Any]:
    return _of(session, talk_c, student)


def excuses(session: Session, student: str) -> list[Any]:
    return _of(session, excuse_c, student)


def attempts(session: Session, student: str) -> list[Any]:
    return _of(session, attempt_c, student)


def cares(session: Session, student: str) -> list[Any]:
    return _of(session, care_c, student)


def plans(session: Session, student: str) -> list[Any]:
    return _of(session, plan_c, student)


def _of_plans(session: Session, c: Any, student: str) -> list[Any]:
    mine = select(plan_c.id).where(plan_c.student == student)
    return list(session.exec(select(*c).where(c.plan.in_(mine)).order_by(c.id)).all())  # type: ignore[call-overload]


def steps(session: Session, student: str) -> list[Any]:
    """Every column of the steps of a student's plans."""
    return sorted(_of_plans(session, step_c, student), key=lambda row: row.place)


def reviews(session: Session, student: str) -> list[Any]:
    """Every column of the reviews of a student's plans."""
    return _of_plans(session, review_c, student)


def feedbacks(session: Session, student: str) -> list[Any]:
    return _of(session, feedback_c, student)


def home_visits(session: Session, student: str) -> list[Any]:
    return _of(session, visit_c, student)
