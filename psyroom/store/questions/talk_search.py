"""Questions of the search over talks, plans, what parents were told, home visits and marks: which hold all the words.

A plain reading of the encrypted rows, as that of notes; nothing is kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import func, select
from sqlmodel import Session

from psyroom.records.care import PARTS, Care, Feedback, HomeVisit, Plan, PlanReview, PlanStep
from psyroom.records.talks import Talk
from psyroom.store.questions.note_search import holds

plan_c = Plan.__table__.c  # type: ignore[attr-defined]


class Found(NamedTuple):
    """A row that holds all the words. `kind`: as the time line calls it; `table`: in which `texts` (field, text) lie."""

    kind: str
    table: Any
    id: str
    student: str
    day: Any
    texts: tuple[tuple[str, str], ...]


OWN: tuple[tuple[str, Any, str, tuple[str, ...]], ...] = (
    ("talk", Talk, "day", ("theme", "points", "judged", "measures", "followed")),
    ("plan", Plan, "made_on", (*PARTS, "summary")),
    ("feedback", Feedback, "day", ("study", "life", "advice", "reply", "remark", "refused_why")),
    (
        "home_visit", HomeVisit, "day",
        ("purpose", "family", "at_school", "at_home", "parents_say", "found", "next", "place", "present"),
    ),
    ("care", Care, "since", ("ground", "lifted_why")),
)  # fmt: skip
"""Kind, table, the field that holds its day, the fields that are searched."""
OF_A_PLAN: tuple[tuple[Any, tuple[str, ...]], ...] = (
    (PlanStep, ("goal", "step", "result")),
    (PlanReview, ("words",)),
)
"""What belongs to a plan and is searched with it."""


def found(session: Session, words: Sequence[str], limit: int) -> list[Found]:
    """The latest of each kind that hold all the words."""
    rows: list[Found] = []
    for kind, table, day, fields in OWN:
        c = table.__table__.c
        whole = func.concat_ws("\n", *(c[name] for name in fields))
        columns = (c.id, c.student, c[day], *(c[name] for name in fields))
        statement = select(*columns).where(*(holds(whole, word) for word in words)).order_by(c[day].desc(), c.id.desc())
        rows += [_row(kind, table, row, fields) for row in _rows(session, statement.limit(limit))]
    for table, fields in OF_A_PLAN:
        c = table.__table__.c
        whole = func.concat_ws("\n", *(c[name] for name in fields))
        columns = (plan_c.id, plan_c.student, plan_c.made_on, *(c[name] for name in fields))
        statement = select(*columns).where(c.plan == plan_c.id, *(holds(whole, word) for word in words))
        statement = statement.order_by(plan_c.made_on.desc(), c.id.desc())
        rows += [_row("plan", table, row, fields) for row in _rows(session, statement.limit(limit))]
    return rows


def _row(kind: str, table: Any, row: Any, fields: Sequence[str]) -> Found:
    texts = tuple((name, text) for name, text in zip(fields, row[3:], strict=True) if text)
    return Found(kind, table, row[0], row[1], row[2], texts)


def _rows(session: Session, statement: Any) -> list[Any]:
    return list(session.exec(statement).all())
