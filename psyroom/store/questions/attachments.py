"""Questions about attachments. Lists are column queries that leave keys where they are; a record is loaded to be read or
changed."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col
from sqlmodel import select as select_rows

from psyroom.records.access import Reading
from psyroom.records.attachments import Attachment
from psyroom.records.notes import Note, NoteStudent

_c = Attachment.__table__.c  # type: ignore[attr-defined]
_LISTED = (
    _c.id, _c.student, _c.note, _c.kind, _c.caption, _c.name, _c.day, _c.media, _c.size, _c.person, _c.at,
)  # fmt: skip


def _listed(session: Session, where: Any) -> list[Any]:
    return list(session.exec(select(*_LISTED).where(where)).all())  # type: ignore[call-overload]


def of_student(session: Session, student: str) -> list[Any]:
    """What lies with a student and in no note."""
    return _listed(session, (_c.student == student) & (_c.note == ""))


def of_notes(session: Session, notes: Collection[str]) -> list[Any]:
    """What lies in these notes."""
    return _listed(session, _c.note.in_(sorted(notes))) if notes else []


def readable_notes(session: Session, student: str, person: str) -> set[str]:
    """The notes of a student which a person may read without a reason: one's own, and those colleagues share."""
    note, link = Note.__table__.c, NoteStudent.__table__.c  # type: ignore[attr-defined]
    statement = (
        select(note.id)
        .join(NoteStudent, link.note == note.id)
        .where(link.student == student, (note.writer == person) | note.shared)
    )
    return set(session.exec(statement).scalars())  # type: ignore[call-overload]


def opened_since(session: Session, person: str, note: str, since: str) -> bool:
    """Whether a person opened a colleague's note, with a reason, since then (UTC, ISO 8601)."""
    c = Reading.__table__.c  # type: ignore[attr-defined]
    statement = (
        select(c.id).where(c.person == person, c.note == note, c.what == "note", c.reason != "", c.at >= since).limit(1)
    )
    return session.exec(statement).first() is not None  # type: ignore[call-overload]


def rows_of_student(session: Session, student: str) -> list[Attachment]:
    """A student's attachments as records, those of notes not among them."""
    return list(session.exec(select_rows(Attachment).where(col(Attachment.student) == student)).all())
