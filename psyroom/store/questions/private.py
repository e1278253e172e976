"""Questions about private notes and their keys."""

from __future__ import annotations

from sqlmodel import Session, select

from psyroom.records.people import Holder
from psyroom.records.private import PrivateKey, PrivateNote


def holders(session: Session) -> dict[str, str]:
    """Public keys of those who may hold the case key, and of the recovery sheet, by id."""
    return {row.id: row.public for row in session.exec(select(Holder)).all()}


def key_rows(session: Session) -> list[PrivateKey]:
    """Everybody's, oldest first for each person."""
    return sorted(session.exec(select(PrivateKey)).all(), key=lambda row: (len(row.id), row.id))


def note_rows(session: Session, person: str, *, note: str | None = None) -> list[PrivateNote]:
    """One person's, oldest first; `note`: those that belong to one record."""
    wanted = select(PrivateNote).where(PrivateNote.person == person)
    if note is not None:
        wanted = wanted.where(PrivateNote.note == note)
    return sorted(session.exec(wanted).all(), key=lambda row: (row.at, row.id))
