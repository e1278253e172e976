"""Forms not yet saved: kept encrypted, without a trace in the history; the deed that saves the form takes the draft away."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from sqlmodel import Session

from psyroom.records.office import CaseDraft, DeskDraft
from psyroom.store.questions import drafts as ask
from psyroom.store.room import Room

LONGEST = 40
"""Characters of one value of a draft at the desk: the longest name, an id."""


def _table(room: Room) -> type[CaseDraft] | type[DeskDraft]:
    # what a counsellor types may be anything, so it lies in case.db; the desk's forms hold only desk fields
    return CaseDraft if room.has_cases else DeskDraft


def _short(value: Any) -> Any:
    """What a field typed at the desk may hold: no more than a name. What stands in the wrong field (a sentence where a
    time belongs) is not kept beyond that."""
    if isinstance(value, str):
        return value[:LONGEST]
    if isinstance(value, Mapping):
        return {name: _short(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_short(inner) for inner in value]
    return value


def _key(room: Room, form: str, about: str) -> str:
    return f"{room.person.id}/{form}/{about}"


def save(room: Room, form: str, about: str, values: Mapping[str, Any]) -> None:
    """Keep what was typed so far: `form` names the kind of form, `about` the record (empty: a new one)."""
    table = _table(room)
    if table is DeskDraft:
        values = {name: _short(value) for name, value in values.items()}
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
    with room.read() as session:
        return [(form, about, at) for form, about, at in ask.of_person(session, _table(room), room.person.id)]


def kept_at(room: Room, form: str, about: str = "") -> datetime | None:
    """When that draft was kept (UTC), or None where there is none."""
    with room.read() as session:
        row = session.get(_table(room), _key(room, form, about))
        return datetime.fromisoformat(row.at) if row is not None else None


def discard(room: Room, form: str, about: str = "") -> None:
    with room.aside() as session:
        discard_in(session, room, form, about)


def discard_in(session: Session, room: Room, form: str, about: str = "") -> None:
    """Take the draft away in the same transaction that saves its form."""
    ask.remove(session, _table(room), _key(room, form, about))
