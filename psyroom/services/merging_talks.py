"""Talks, care, growth plans, what the parents were told and home visits follow when two entries become one.

Nothing that was done is lost. Of what there may be one of (a reason not to talk in a semester, a mark that is not lifted)
one stands; versions of two plans are counted anew in the order in which they were made.
"""

from __future__ import annotations

import json

from sqlmodel import Session

from psyroom.errors import Refused
from psyroom.records.care import Care, Feedback, HomeVisit, Plan
from psyroom.records.fields import about
from psyroom.records.talks import Talk, TalkAttempt, TalkExcuse
from psyroom.store.questions import notes as ask
from psyroom.store.questions import talk_joins

MOVED = (Talk, TalkAttempt, Feedback, HomeVisit)
COUNTED = (Talk, Plan, Feedback, HomeVisit)
"""What a person is told of before merging."""


def follow(session: Session, keep: str, other: str) -> None:
    """Inside the caller's deed, everything of `other` lies with `keep`. Errors: `Refused` when the grounds of two marks
    together are too long."""
    for table in MOVED:
        for row in ask.of_student(session, table, other):
            row.student = keep
            session.add(row)
    _excuses(session, keep, other)
    _care(session, keep, other)
    _plans(session, keep, other)
    for sheet in talk_joins.sheets_naming(session, other):
        rows = [keep if student == other else student for student in json.loads(sheet.students)]
        sheet.students = json.dumps(rows)  # the order of its rows stays: a sheet on its way back is read by it
        session.add(sheet)


def _excuses(session: Session, keep: str, other: str) -> None:
    own = {row.term for row in ask.of_student(session, TalkExcuse, keep)}
    for row in ask.of_student(session, TalkExcuse, other):
        if row.term in own:
            session.delete(row)
        else:
            row.student = keep
            session.add(row)


def _care(session: Session, keep: str, other: str) -> None:
    """Marks follow with their dates; of two that are not lifted one stands, from the earlier day, with both grounds."""
    stands = next((row for row in ask.of_student(session, Care, keep) if row.lifted is None), None)
    for row in ask.of_student(session, Care, other):
        if row.lifted is not None or stands is None:
            row.student = keep
            session.add(row)
            continue
        if row.ground != stands.ground:
            both = f"{stands.ground}；{row.ground}"
            if len(both) > about(Care, "ground")["limit"]:
                raise Refused(why="两条的重点关爱依据合在一起太长了，请先在其中一条里删短，再合并。")
            stands.ground = both
        stands.since = min(stands.since, row.since)
        stands.until = max(stands.until, row.until) if stands.until and row.until else None
        session.add(stands)
        session.delete(row)


def _plans(session: Session, keep: str, other: str) -> None:
    """The one made last is the plan; the earlier ones stay below it."""
    plans = [row for student in (keep, other) for row in ask.of_student(session, Plan, student)]
    if not any(row.student == other for row in plans):
        return
    for version, row in enumerate(sorted(plans, key=lambda row: (row.made_on, row.made_at, row.id)), 1):
        row.student, row.version = keep, version
        session.add(row)


def number_of(session: Session, student: str) -> int:
    """How many talks, plans, feedbacks and home visits lie under an entry."""
    return sum(len(ask.of_student(session, table, student)) for table in COUNTED)
