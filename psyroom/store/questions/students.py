"""Questions about students. Column queries for lists; records only where one is being edited."""

from __future__ import annotations

from typing import Any

from sqlalchemy import text
from sqlmodel import Session, col, select

from psyroom.records.booking import Booking, Visit
from psyroom.records.students import Student, StudentDetail, StudentLabel, StudentQuestion


def stamp(session: Session) -> int:
    """Rises with every deed of desk.db: tells whether a list kept in memory is still true."""
    return int(session.execute(text("SELECT coalesce(max(seq), 0) FROM main.deed")).scalar_one())


def roll(session: Session) -> list[Any]:
    """(id, name, sex, stage, cohort, class_no, number, status) of everybody not entered by mistake."""
    columns = (
        Student.id,
        Student.name,
        Student.sex,
        Student.stage,
        Student.cohort,
        Student.class_no,
        Student.number,
        Student.status,
    )
    return list(session.execute(select(*columns).where(Student.status != "removed").order_by(Student.id)).all())  # type: ignore[call-overload]


def any_student(session: Session) -> bool:
    return session.execute(select(Student.id).where(Student.status != "removed").limit(1)).first() is not None


def details(session: Session, ids: list[str]) -> dict[str, Any]:
    """By student: (id, born, id_number, registry_number, guardian, guardian_relation, guardian_phone, boarding)."""
    found: dict[str, Any] = {}
    columns = (
        StudentDetail.id,
        StudentDetail.born,
        StudentDetail.id_number,
        StudentDetail.registry_number,
        StudentDetail.guardian,
        StudentDetail.guardian_relation,
        StudentDetail.guardian_phone,
        StudentDetail.boarding,
    )
    for start in range(0, len(ids), 500):
        part = ids[start : start + 500]
        for row in session.execute(select(*columns).where(col(StudentDetail.id).in_(part))).all():  # type: ignore[call-overload]
            found[row.id] = row
    return found


def by_private_number(session: Session, number: str) -> list[str]:
    """Students whose identity or registry number contains the text (counsellors only)."""
    match = f"%{number}%"
    statement = select(StudentDetail.id).where(
        col(StudentDetail.id_number).like(match) | col(StudentDetail.registry_number).like(match)
    )
    return list(session.exec(statement).all())


def labels(session: Session, student: str | None = None) -> list[Any]:
    """(id, student, label, detail)"""
    statement = select(StudentLabel.id, StudentLabel.student, StudentLabel.label, StudentLabel.detail)
    if student is not None:
        statement = statement.where(StudentLabel.student == student)
    return list(session.exec(statement).all())


def open_questions(session: Session, student: str | None = None) -> list[Any]:
    """(id, student, field, reason) still to be verified."""
    statement = select(
        StudentQuestion.id, StudentQuestion.student, StudentQuestion.field, StudentQuestion.reason
    ).where(col(StudentQuestion.settled).is_(False))
    if student is not None:
        statement = statement.where(StudentQuestion.student == student)
    return list(session.exec(statement).all())


def label_rows(session: Session, student: str) -> list[StudentLabel]:
    """A student's labels as records, to be changed."""
    return list(session.exec(select(StudentLabel).where(StudentLabel.student == student)).all())


def question_rows(session: Session, student: str, *, also_settled: bool = False) -> list[StudentQuestion]:
    """A student's questions as records, to be changed; the open ones, or all."""
    statement = select(StudentQuestion).where(StudentQuestion.student == student)
    if not also_settled:
        statement = statement.where(col(StudentQuestion.settled).is_(False))
    return list(session.exec(statement).all())


def booking_rows(session: Session, student: str) -> list[Booking]:
    """A student's bookings as records (the parents' too)."""
    return list(session.exec(select(Booking).where(Booking.student == student)).all())


def visit_rows(session: Session, student: str) -> list[Visit]:
    """A student's visits as records (the parents' too)."""
    return list(session.exec(select(Visit).where(Visit.student == student)).all())
