"""Everything that happened to one record and to those that belong to it: a reading of the chain, for versions."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlmodel import SQLModel

from psyroom.store.connection import raw_of
from psyroom.store.room import Room
from psyroom.store.tables import schema_of, table_named


@dataclass(frozen=True, repr=False)
class Turn:
    """One revision. `after`: whole on insert, the changed columns on update, None when it went; `before` likewise."""

    deed: str
    at: str
    person: str
    what: str
    kind: str
    ref: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None


def turns(room: Room, table: type[SQLModel], ref: str, parts: Sequence[type[SQLModel]], column: str) -> list[Turn]:
    """The revisions of a record and of the rows of `parts` that name it, or named it, in `column`; oldest first. All of
    one file."""
    own = str(table.__tablename__)
    schema = schema_of(table_named(own))
    wanted = [(own, ref)]
    found: list[tuple[int, Turn]] = []
    with room.snapshot() as session:
        raw = raw_of(session)
        for part in parts:
            kind = str(part.__tablename__)
            here = raw.execute(f'SELECT id FROM {schema}."{kind}" WHERE "{column}" = ?', (ref,)).fetchall()
            gone = raw.execute(
                f"SELECT DISTINCT ref FROM {schema}.revision WHERE kind = ? AND after IS NULL AND before IS NOT NULL AND "
                "json_extract(before, ?) = ?",
                (kind, f"$.{column}", ref),
            ).fetchall()
            wanted += [(kind, id) for (id,) in dict.fromkeys([*here, *gone])]
        for kind, id in wanted:
            rows = raw.execute(
                f"SELECT r.seq, d.id, d.at, d.person, d.what, r.before, r.after FROM {schema}.revision r "
                f"JOIN {schema}.deed d ON d.seq = r.deed WHERE r.kind = ? AND r.ref = ?",
                (kind, id),
            ).fetchall()
            for seq, deed, at, person, what, before, after in rows:
                found.append((seq, Turn(deed, at, person, what, kind, id, _load(before), _load(after))))
    return [turn for _, turn in sorted(found, key=lambda one: one[0])]


def _load(text: str | None) -> dict[str, Any] | None:
    return None if text is None else json.loads(text)
