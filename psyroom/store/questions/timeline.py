"""Questions of one student's time line: columns only, each by an index on the student or on the note.

What is confidential is asked for with the person who reads: the words of a record that is neither the person's own nor
shared are not even loaded (`sealed` gives when and by whom, no more).
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, and_, exists, not_, or_, select
from sqlmodel import Session

from psyroom.records.attachments import Attachment
from psyroom.records.booking import Booking, Visit
from psyroom.records.notes import Addendum, DeskWord, NextStep, Note, NoteStudent

booking_c = Booking.__table__.c  # type: ignore[attr-defined]
visit_c = Visit.__table__.c  # type: ignore[attr-defined]
note_c = Note.__table__.c  # type: ignore[attr-defined]
link_c = NoteStudent.__table__.c  # type: ignore[attr-defined]
step_c = NextStep.__table__.c  # type: ignore[attr-defined]
addendum_c = Addendum.__table__.c  # type: ignore[attr-defined]
word_c = DeskWord.__table__.c  # type: ignore[attr-defined]
attachment_c = Attachment.__table__.c  # type: ignore[attr-defined]


def _rows(session: Session, statement: Any) -> list[Any]:
    return list(session.exec(statement).all())


# ---- the desk's -------------------------------------------------------------------------------------------------


def bookings(session: Session, student: str) -> list[Any]:
    """(id, day, starts, client, form, channel, outcome, person) of a student's bookings, the parents' too."""
    c = booking_c
    return _rows(
        session,
        select(c.id, c.day, c.starts, c.client, c.form, c.channel, c.outcome, c.person).where(c.student == student),
    )


def visits(session: Session, student: str) -> list[Any]:
    """(id, day, starts, ends, client, form, channel, person) of a student's visits, the parents' too."""
    c = visit_c
    return _rows(
        session,
        select(c.id, c.day, c.starts, c.ends, c.client, c.form, c.channel, c.person).where(c.student == student),
    )


# ---- the counsellors' -------------------------------------------------------------------------------------------


def _readable(person: str) -> ColumnElement[bool]:
    return or_(note_c.writer == person, note_c.shared)


def _in_file(student: str) -> ColumnElement[bool]:
    """Whether a note lies in the student's file."""
    return note_c.id.in_(select(link_c.note).where(link_c.student == student))


def notes(session: Session, student: str, person: str) -> list[Any]:
    """Every column of the notes in a student's file that this person may read."""
    return _rows(session, select(*note_c).where(_in_file(student), _readable(person)))


def sealed(session: Session, student: str, person: str) -> list[Any]:
    """(id, number, day, starts, writer) of the colleagues' notes in a student's file that open with a reason only."""
    c = note_c
    return _rows(
        session,
        select(c.id, c.number, c.day, c.starts, c.writer).where(_in_file(student), not_(_readable(person))),
    )


def steps(session: Session, student: str, person: str) -> list[Any]:
    """(id, note, text, due, done_at, person, day, number) of the next steps of readable notes."""
    columns = (
        step_c.id,
        step_c.note,
        step_c.text,
        step_c.due,
        step_c.done_at,
        step_c.person,
        note_c.day,
        note_c.number,
    )
    return _rows(session, select(*columns).where(step_c.note == note_c.id, _in_file(student), _readable(person)))


def addenda(session: Session, student: str, person: str) -> list[Any]:
    """(id, note, at, person, text, number) of the later words to readable notes."""
    columns = (addendum_c.id, addendum_c.note, addendum_c.at, addendum_c.person, addendum_c.text, note_c.number)
    return _rows(session, select(*columns).where(addendum_c.note == note_c.id, _in_file(student), _readable(person)))


def _beside(c: Any, student: str, person: str) -> ColumnElement[bool]:
    """Of what lies in a file or in a note: in the student's own file, or in a readable note of it and in nobody's own."""
    linked = select(link_c.note).where(link_c.student == student)
    readable = exists().where(note_c.id == c.note, _readable(person))
    return and_(or_(c.student == student, and_(c.student == "", c.note.in_(linked))), or_(c.note == "", readable))


def attachments(session: Session, student: str, person: str) -> list[Any]:
    """(id, note, kind, caption, name, day, person) of attachments this person may open."""
    c = attachment_c
    columns = (c.id, c.note, c.kind, c.caption, c.name, c.day, c.person)
    return _rows(session, select(*columns).where(_beside(c, student, person)))


def desk_words(session: Session, student: str, person: str) -> list[Any]:
    """(id, note, day, at, writer, text) of slips from the desk that became part of the record."""
    c = word_c
    columns = (c.id, c.note, c.day, c.at, c.writer, c.text)
    return _rows(session, select(*columns).where(_beside(c, student, person)))
