"""Questions about unsaved forms: in case.db for a counsellor, in desk.db for the desk."""

from __future__ import annotations

from typing import Any

from sqlmodel import Session, col, delete, select

from psyroom.records.office import CaseDraft, DeskDraft

Table = type[CaseDraft] | type[DeskDraft]


def of_person(session: Session, table: Table, person: str) -> list[Any]:
    """(form, about, at) of a person's drafts, newest first."""
    rows = session.exec(select(table.form, table.about, table.at).where(table.person == person)).all()
    return sorted(rows, key=lambda row: row.at, reverse=True)


def remove(session: Session, table: Table, key: str) -> None:
    session.execute(delete(table).where(col(table.id) == key))
