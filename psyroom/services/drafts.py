"""Forms not yet saved: kept encrypted, without a trace in the history; the deed that saves the form takes the draft away."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from sqlmodel import Session, col, delete, select

from psyroom.records.office import CaseDraft, DeskDraft
from psyroom.store.room import Room


def _table(room: Room) -> type[CaseDraft] | type[DeskDraft]:
    # what a counsellor types may be anything, so it lies in case.db; the desk's forms hold only desk fields
    return CaseDraft if room.has_cases else DeskDraft


def _key(room: Room, form: str, about: str) -> str:
    return f"{room.person.id}/{form}/{about}"


def save(room: Room, form: str, about: str, values: Mapping[str, Any]) -> None:
    """Keep what was typed so far: `form` names the kind of form, `about` the record (empty: a new one)."""
    table = _table(room)
    row = table(
        id=_key(room, form, about),
        person=room.person.id,
        form=form,
        about=about,
        at=datetime.now(UTC).isoformat(timespec="seconds"),
        text=json.dumps(dict(values), ensure_ascii=False, default=str),
    )
    with room.aside() as session:
        session.merge(row)


def load(room: Room, form: str, about: str = "") -> dict[str, Any] | None:
    """What this person typed into that form and did not save, or None."""
    with room.read() as session:
        row = session.get(_table(room), _key(room, form, about))
        return json.loads(row.text) if row is not None else None


def pending(room: Room) -> list[tuple[str, str, str]]:
    """(form, about, at) of this person's drafts, newest first."""
    table = _table(room)
    with room.read() as session:
        rows = session.exec(select(table.form, table.about, table.at).where(table.person == room.person.id)).all()
    return sorted((tuple(r) for r in rows), key=lambda r: r[2], reverse=True)


def discard(room: Room, form: str, about: str = "") -> None:
    with room.aside() as session:
        discard_in(session, room, form, about)


def discard_in(session: Session, room: Room, form: str, about: str = "") -> None:
    """Take the draft away in the same transaction that saves its form."""
    table = _table(room)
    session.execute(delete(table).where(col(table.id) == _key(room, form, about)))
