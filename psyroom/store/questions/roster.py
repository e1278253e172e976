"""Questions an import asks: everybody with everything, to know each child again; and what was remembered of columns."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import text
from sqlmodel import Session, col, select

from psyroom.records.access import Reading
from psyroom.records.students import (
    ColumnMap,
    Student,
    StudentBackground,
    StudentDetail,
    StudentDetailFields,
    StudentFields,
    StudentLabel,
    StudentQuestion,
)
from psyroom.store.tables import is_watched, metadata, schema_of

DESK = tuple(name for name in StudentFields.model_fields if name != "status_since")
DETAIL = tuple(StudentDetailFields.model_fields)


@dataclass(repr=False)
class Stored:
    """A student with all fields of both files; `labels` label → (row id, detail); `questions` (field, reason, settled)."""

    id: str
    values: dict[str, Any]
    has_detail: bool
    labels: dict[str, tuple[str, str]] = field(default_factory=dict)
    questions: list[tuple[str, str, bool]] = field(default_factory=list)


def everybody(session: Session) -> dict[str, Stored]:
    """All students but those entered by mistake, by id. Needs case.db."""
    detail_columns = [getattr(StudentDetail, name) for name in DETAIL]
    desk_columns = [getattr(Student, name) for name in DESK]
    statement = (
        select(Student.id, StudentDetail.id, *desk_columns, *detail_columns)
        .join(StudentDetail, col(StudentDetail.id) == col(Student.id), isouter=True)
        .where(Student.status != "removed")
        .order_by(Student.id)
    )
    found: dict[str, Stored] = {}
    names = DESK + DETAIL
    for row in session.execute(statement).all():
        found[row[0]] = Stored(row[0], dict(zip(names, row[2:], strict=True)), row[1] is not None)
    for label in session.execute(
        select(StudentLabel.id, StudentLabel.student, StudentLabel.label, StudentLabel.detail)
    ):
        if label.student in found:
            found[label.student].labels[label.label] = (label.id, label.detail)
    asked = select(StudentQuestion.student, StudentQuestion.field, StudentQuestion.reason, StudentQuestion.settled)
    for question in session.execute(asked):
        if question.student in found:
            found[question.student].questions.append((question.field, question.reason, question.settled))
    return found


def stamp(session: Session) -> tuple[int, int]:
    """Rises with every deed of either file: tells whether a plan is still true. Needs case.db."""
    row = session.execute(
        text("SELECT (SELECT coalesce(max(seq), 0) FROM main.deed), (SELECT coalesce(max(seq), 0) FROM cases.deed)")
    ).one()
    return int(row[0]), int(row[1])


def column_maps(session: Session, kind: str) -> dict[str, dict[str, str]]:
    """Remembered corrections of columns, by the digest of a file's headers."""
    rows = session.execute(select(ColumnMap.id, ColumnMap.mapping).where(ColumnMap.kind == kind)).all()
    return {row.id: json.loads(row.mapping) for row in rows}


# ---- taking an import out again -------------------------------------------------------------------------------


def names(session: Session) -> dict[str, str]:
    """Every student's name by id."""
    return {row.id: row.name for row in session.execute(select(Student.id, Student.name))}


def owners(session: Session, deed_id: str) -> dict[str, str]:
    """Whose a row is that a deed wrote into a table beside the students (labels, questions): row id → student."""
    found: dict[str, str] = {}
    for model in (StudentLabel, StudentQuestion):
        for row in session.execute(select(model.id, model.student)):
            found[row.id] = row.student
    written = text(
        "SELECT ref, coalesce(json_extract(after, '$.student'), json_extract(before, '$.student')) FROM cases.revision "
        "WHERE deed = (SELECT seq FROM cases.deed WHERE id = :deed) AND kind IN ('student_label', 'student_question')"
    )
    for ref, student in session.execute(written, {"deed": deed_id}):
        if student:
            found[ref] = student
    return found


def named_elsewhere(session: Session, deed_id: str) -> set[str]:
    """Students named by any record which that deed did not write: a booking, a visit, a note, a label added since …
    That somebody looked at the record holds nobody."""
    found: set[str] = set()
    background = StudentBackground.__tablename__
    for table in metadata().sorted_tables:
        column = "id" if table.name == background else "student"
        if not is_watched(table) or column not in table.columns or table.name == Reading.__tablename__:
            continue
        schema = schema_of(table)
        statement = text(
            f"SELECT DISTINCT {column} FROM {schema}.\"{table.name}\" WHERE {column} <> '' AND id NOT IN (SELECT ref FROM "
            f"{schema}.revision WHERE kind = :kind AND deed = (SELECT seq FROM {schema}.deed WHERE id = :deed))"
        )
        found.update(row[0] for row in session.execute(statement, {"kind": table.name, "deed": deed_id}))
    return found
