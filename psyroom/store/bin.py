"""The recycle bin: a reading of the chain. What was deleted and lies nowhere now, and putting it back by a new deed.

Nothing is kept for it: a revision holds the whole record that went (heart.md), for as long as the law does not ask for
its erasure.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session

from psyroom.errors import NotFound, NotUndoable
from psyroom.store.connection import raw_of
from psyroom.store.history import Step, reverse
from psyroom.store.migrations.runner import migrated_at
from psyroom.store.room import Room
from psyroom.store.tables import schema_of, table_named

# the last revision of its record: nothing came back since
_STILL_GONE = (
    "r.after IS NULL AND r.before IS NOT NULL AND NOT EXISTS (SELECT 1 FROM {s}.revision l WHERE l.kind = r.kind AND "
    "l.ref = r.ref AND l.seq > r.seq)"
)


@dataclass(frozen=True, repr=False)
class Gone:
    """One deleted record. `before`: its stored values; `undo`: it went by taking back what had made it."""

    deed: str
    at: str
    person: str
    what: str
    kind: str
    ref: str
    before: dict[str, Any]
    undo: bool


def gone(room: Room, kinds: Collection[str], limit: int = 200) -> list[Gone]:
    """Deleted records of these kinds that are nowhere now, newest first. Only what this person's files hold."""
    found: list[tuple[str, Gone]] = []
    with room.read() as session:
        raw = raw_of(session)
        for schema in room.schemas:
            wanted = [kind for kind in kinds if schema_of(table_named(kind)) == schema]
            after = migrated_at(raw.execute, schema)
            for kind in wanted:
                rows = raw.execute(
                    f"SELECT d.id, d.at, d.person, d.what, r.ref, r.before, d.undoes IS NOT NULL FROM {schema}.revision r "
                    f"JOIN {schema}.deed d ON d.seq = r.deed WHERE r.kind = ? AND d.seq > ? AND {_STILL_GONE.format(s=schema)} "
                    "ORDER BY r.seq DESC LIMIT ?",
                    (kind, after, limit),
                ).fetchall()
                for deed, at, person, what, ref, before, undo in rows:
                    found.append((at, Gone(deed, at, person, what, kind, ref, json.loads(before), bool(undo))))
    found.sort(key=lambda pair: pair[0], reverse=True)
    return [one for _, one in found[:limit]]


def put_back(
    room: Room,
    deed_id: str,
    *,
    what: str,
    check: Callable[[Session, list[Step]], None],
) -> list[Step]:
    """Every record that deed deleted and that is nowhere now stands again, in a new deed (undoable in its turn).

    `check` sees what was put back before it is sealed, and may refuse by raising. Errors: `NotFound` (nothing of it is
    gone), `NotUndoable` (from before a change of shape, or half of it lies in a file this person has no key to)."""
    back: list[Step] = []
    with room.write(what) as deed:
        raw = deed.raw
        raw.execute("PRAGMA defer_foreign_keys = ON")
        for schema in room.schemas:
            row = raw.execute(f"SELECT seq, spans, what FROM {schema}.deed WHERE id = ?", (deed_id,)).fetchone()
            if row is None:
                continue
            seq, spans, label = row
            if seq <= migrated_at(raw.execute, schema) or (spans and len(room.schemas) == 1):
                raise NotUndoable(label=label)
            for kind, ref, before in raw.execute(
                f"SELECT r.kind, r.ref, r.before FROM {schema}.revision r WHERE r.deed = ? AND "
                f"{_STILL_GONE.format(s=schema)} ORDER BY r.seq DESC",
                (seq,),
            ).fetchall():
                back.append(Step(schema, kind, ref, json.loads(before), None))
        if not back:
            raise NotFound(what="回收站里的这一项")
        reverse(raw, back)
        check(deed.session, back)
    return back
