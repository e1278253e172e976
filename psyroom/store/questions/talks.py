"""Questions about talks, care and what coverage is counted from. All in case.db but the roll; lists are column queries,
records only to be changed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any, TypeVar

from sqlalchemy import Select, String, and_, func, or_, select, text, type_coerce
from sqlmodel import Session, SQLModel
from sqlmodel import select as select_rows

from psyroom.records.care import PARTS, Care, Feedback, Plan, PlanReview
from psyroom.records.students import Student
from psyroom.records.talks import ClassTeacher, Talk, TalkAttempt, TalkExcuse, TalkRules

talk_c = Talk.__table__.c  # type: ignore[attr-defined]
excuse_c = TalkExcuse.__table__.c  # type: ignore[attr-defined]
attempt_c = TalkAttempt.__table__.c  # type: ignore[attr-defined]
care_c = Care.__table__.c  # type: ignore[attr-defined]
plan_c = Plan.__table__.c  # type: ignore[attr-defined]
review_c = PlanReview.__table__.c  # type: ignore[attr-defined]
feedback_c = Feedback.__table__.c  # type: ignore[attr-defined]
student_c = Student.__table__.c  # type: ignore[attr-defined]
teacher_c = ClassTeacher.__table__.c  # type: ignore[attr-defined]

Row = TypeVar("Row", bound=SQLModel)

BLANK = " \t\r\n\v\f\u00a0\u3000"
"""What a part of a plan may hold and still be empty."""


def _rows(session: Session, statement: Select[Any]) -> list[Any]:
    return list(session.exec(statement).all())  # type: ignore[call-overload]


def _among(session: Session, statement: Select[Any], column: Any, ids: Iterable[str]) -> list[Any]:
    wanted = sorted(set(ids))
    found: list[Any] = []
    for at in range(0, len(wanted), 500):  # SQLite takes a limited number of bound values
        found += _rows(session, statement.where(column.in_(wanted[at : at + 500])))
    return found


# ---- what coverage is counted from ------------------------------------------------------------------------------


def stamp(session: Session) -> tuple[int, int]:
    """Rises with every deed of either file: tells whether figures kept in memory are still true."""
    row = session.execute(
        text("SELECT (SELECT coalesce(max(seq), 0) FROM main.deed), (SELECT coalesce(max(seq), 0) FROM cases.deed)")
    ).one()
    return int(row[0]), int(row[1])


def children(session: Session) -> list[Any]:
    """(id, name, sex, stage, cohort, class_no, number, status, status_since) of everybody not entered by mistake."""
    c = student_c
    columns = (c.id, c.name, c.sex, c.stage, c.cohort, c.class_no, c.number, c.status, c.status_since)
    return _rows(session, select(*columns).where(c.status != "removed"))


def talked(session: Session, first: date, last: date) -> list[Any]:
    """(student, talks: how many, first: the first day, latest: the last day as ten characters and who talked on it) of some
    days; the index alone answers."""
    c = talk_c
    latest = func.max(type_coerce(c.day, String).concat(c.talker)).label("latest")
    columns = (c.student, func.count().label("talks"), func.min(c.day).label("first"), latest)
    return _rows(session, select(*columns).where(c.day >= first, c.day <= last).group_by(c.student))


def excuses(session: Session, term: str) -> list[Any]:
    """(student, reason) of a semester."""
    return _rows(session, select(excuse_c.student, excuse_c.reason).where(excuse_c.term == term))


def attempts(session: Session, first: date, last: date) -> list[Any]:
    """(student, attempts: how many, last: the day of the latest) in some days."""
    c = attempt_c
    columns = (c.student, func.count().label("attempts"), func.max(c.day).label("last"))
    return _rows(session, select(*columns).where(c.day >= first, c.day <= last).group_by(c.student))


def marks(session: Session) -> list[Any]:
    """(id, student, since, until, lifted) of every mark of care there was, the oldest first."""
    c = care_c
    return _rows(session, select(c.id, c.student, c.since, c.until, c.lifted).order_by(c.since, c.id))


def _filled(column: Any) -> Any:
    return func.trim(column, BLANK) != ""


def plans(session: Session, until: date) -> list[Any]:
    """(id, student, version, made_on, review_on, whole: its five parts are filled) of the newest version of each student
    that was made by a day."""
    c = plan_c
    whole = and_(*(_filled(c[part]) for part in PARTS)).label("whole")
    newest = select(c.student, func.max(c.version).label("version")).where(c.made_on <= until).group_by(c.student)
    last = newest.subquery()
    statement = select(c.id, c.student, c.version, c.made_on, c.review_on, whole)
    return _rows(session, statement.join(last, and_(c.student == last.c.student, c.version == last.c.version)))


def reviews(session: Session) -> list[Any]:
    """(plan, day) of every review."""
    return _rows(session, select(review_c.plan, review_c.day))


def feedback(session: Session, term: str) -> list[Any]:
    """(student, state, printed_on, delivered_on, signed_on, refused_on) of a semester, the oldest first, as the list of
    feedback takes them."""
    c = feedback_c
    columns = (c.student, c.state, c.printed_on, c.delivered_on, c.signed_on, c.refused_on)
    return _rows(session, select(*columns).where(c.term == term).order_by(c.day, c.made_at, c.id))


# ---- rules and class teachers -----------------------------------------------------------------------------------


def rules_row(session: Session) -> TalkRules | None:
    return session.get(TalkRules, "talks")


def class_teachers(session: Session) -> list[Any]:
    """(stage, cohort, class_no, name)"""
    c = teacher_c
    return _rows(session, select(c.stage, c.cohort, c.class_no, c.name).order_by(c.id))


def class_teacher_rows(session: Session, stage: str, cohort: int, class_no: int) -> list[ClassTeacher]:
    """The class teachers of a class as records, to be changed."""
    statement = select_rows(ClassTeacher).where(
        teacher_c.stage == stage, teacher_c.cohort == cohort, teacher_c.class_no == class_no
    )
    return list(session.exec(statement).all())


# ---- talks and care whole ---------------------------------------------------------------------------------------


def talks_of(
    session: Session, students: Iterable[str], first: date | None = None, last: date | None = None
) -> list[Any]:
    """Every column of the talks of some students, the newest day first."""
    c = talk_c
    statement = select(*c).order_by(c.day.desc(), c.made_at.desc(), c.id.desc())
    if first is not None:
        statement = statement.where(c.day >= first)
    if last is not None:
        statement = statement.where(c.day <= last)
    found = _among(session, statement, c.student, students)
    return sorted(found, key=lambda row: (row.day, row.made_at, row.id), reverse=True)


def talk(session: Session, talk_id: str) -> Any:
    """One talk's columns; None where it is gone."""
    return session.execute(select(*talk_c).where(talk_c.id == talk_id)).one_or_none()


def to_follow(session: Session, until: date) -> list[Any]:
    """(id, student, day, talker, follow_day) of talks to be followed up and not yet, due up to a day or with no day set."""
    c = talk_c
    statement = select(c.id, c.student, c.day, c.talker, c.follow_day).where(
        c.follow_up.is_(True), c.followed_on.is_(None), or_(c.follow_day.is_(None), c.follow_day <= until)
    )
    return _rows(session, statement.order_by(c.follow_day, c.day, c.id))


def from_note(session: Session, note: str) -> dict[str, str]:
    """Student → the talk that rests on a session note."""
    rows = _rows(session, select(talk_c.student, talk_c.id).where(talk_c.note == note))
    return {row.student: row.id for row in rows}


def excuse_rows(session: Session, student: str, term: str) -> list[TalkExcuse]:
    """The excuse of a student in a semester as records, to be changed."""
    statement = select_rows(TalkExcuse).where(excuse_c.student == student, excuse_c.term == term)
    return list(session.exec(statement).all())


def attempts_of(session: Session, student: str) -> list[Any]:
    """Every column of a student's attempts, the newest first."""
    c = attempt_c
    return _rows(session, select(*c).where(c.student == student).order_by(c.day.desc(), c.id.desc()))


def marks_of(session: Session, student: str = "") -> list[Any]:
    """Every column of the marks of care of a student, or of everybody, the newest first."""
    statement = select(*care_c).order_by(care_c.since.desc(), care_c.id.desc())
    return _rows(session, statement.where(care_c.student == student) if student else statement)
