"""Questions about growth plans, their steps and reviews. All in case.db; lists are column queries without the long texts."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import and_, func, select
from sqlmodel import Session, col
from sqlmodel import select as select_rows

from psyroom.records.care import PARTS, Plan, PlanReview, PlanStep
from psyroom.store.questions.talks import BLANK

plan_c = Plan.__table__.c  # type: ignore[attr-defined]
step_c = PlanStep.__table__.c  # type: ignore[attr-defined]
review_c = PlanReview.__table__.c  # type: ignore[attr-defined]


def of_student(session: Session, student: str) -> list[Plan]:
    """Every version of a student's plan, the first first."""
    statement = select_rows(Plan).where(col(Plan.student) == student).order_by(col(Plan.version), col(Plan.id))
    return list(session.exec(statement).all())


def steps(session: Session, plan: str) -> list[PlanStep]:
    """The steps of a plan in their order."""
    statement = select_rows(PlanStep).where(col(PlanStep.plan) == plan).order_by(col(PlanStep.place), col(PlanStep.id))
    return list(session.exec(statement).all())


def reviews(session: Session, plan: str) -> list[PlanReview]:
    """When a plan was looked at again, the first first."""
    c = PlanReview
    statement = select_rows(c).where(col(c.plan) == plan).order_by(col(c.day), col(c.id))
    return list(session.exec(statement).all())


def newest(session: Session, day: date) -> dict[str, Any]:
    """Student → the newest version made up to a day: (id, student, version, kind, made_on, maker, review_on) and for each
    of the five parts whether it holds anything."""
    c = plan_c
    filled = [(func.trim(c[name], BLANK) != "").label(name) for name in PARTS]
    columns = (c.id, c.student, c.version, c.kind, c.made_on, c.maker, c.review_on, *filled)
    statement = select(*columns).where(c.made_on <= day).order_by(c.version, c.id)
    return {row.student: row for row in session.execute(statement).all()}


def last_reviews(session: Session, day: date) -> dict[str, date]:
    """Plan → the day it was last looked at again, up to a day."""
    c = review_c
    statement = select(c.plan, func.max(c.day)).where(c.day <= day).group_by(c.plan)
    return {row[0]: row[1] for row in session.execute(statement).all()}


def late_steps(session: Session, day: date) -> dict[str, int]:
    """Plan → how many of its steps have no result though their date is past."""
    c = step_c
    late = and_(c.reached == "", c.due.is_not(None), c.due < day)
    statement = select(c.plan, func.count()).where(late).group_by(c.plan)
    return {row[0]: row[1] for row in session.execute(statement).all()}
