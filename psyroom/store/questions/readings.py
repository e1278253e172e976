"""Questions about who opened whose record."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import and_, join, or_, select
from sqlmodel import Session

from psyroom.records.access import Reading
from psyroom.records.notes import Note, NoteStudent

reading_c = Reading.__table__.c  # type: ignore[attr-defined]
note_c = Note.__table__.c  # type: ignore[attr-defined]
in_file_c = NoteStudent.__table__.c  # type: ignore[attr-defined]


def same_since(session: Session, values: Mapping[str, str], since: str) -> bool:
    """Whether the same person opened the same thing for the same reason since a moment (UTC, ISO 8601)."""
    same = [reading_c[name] == value for name, value in values.items()]
    statement = select(reading_c.id).where(*same, reading_c.at >= since).limit(1)
    return session.exec(statement).first() is not None  # type: ignore[call-overload]


def of_student(session: Session, student: str, limit: int) -> list[Any]:
    """(at, person, what, reason, note number) of every opening of a student's record or of a note in it, newest first."""
    theirs = select(in_file_c.note).where(in_file_c.student == student)
    return _told(session, or_(reading_c.student == student, reading_c.note.in_(theirs)), limit)


def of_writer(session: Session, writer: str, limit: int) -> list[Any]:
    """The same of the notes one person wrote, by others."""
    theirs = select(note_c.id).where(note_c.writer == writer)
    return _told(session, and_(reading_c.person != writer, reading_c.note.in_(theirs)), limit)


def _told(session: Session, where: Any, limit: int) -> list[Any]:
    statement = (
        select(reading_c.at, reading_c.person, reading_c.what, reading_c.reason, note_c.number)
        .select_from(join(Reading.__table__, Note.__table__, reading_c.note == note_c.id, isouter=True))  # type: ignore[attr-defined]
        .where(where)
        .order_by(reading_c.at.desc(), reading_c.id.desc())
        .limit(limit)
    )
    return list(session.exec(statement).all())  # type: ignore[call-overload]
