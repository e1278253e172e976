"""What the chain gives back: history of a record, the last deed, undo."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from sqlmodel import Session, SQLModel

from psyroom.errors import NotFound, NothingToUndo, NotUndoable, Overtaken, Refused
from psyroom.store.connection import raw_of
from psyroom.store.migrations.runner import migrated_at
from psyroom.store.room import Room
from psyroom.store.tables import schema_of, table_named

NEVER_BACK = frozenset({"private_key"})
"""Kinds an undo leaves as they are: what was sealed under a key since would be lost with it."""


@dataclass(frozen=True)
class Change:
    """One revision of one record. `before`/`after`: whole on delete/insert, the changed columns on update, None: nothing
    there (or erased by law, then `erased`)."""

    deed: str
    at: str
    person: str
    what: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    erased: bool


@dataclass(frozen=True)
class Past:
    """One deed as a list shows it. `mine`: this person did it; `undone`: a later deed reversed it."""

    id: str
    at: str
    person: str
    what: str
    undoable: bool
    undone: bool
    undoes: str | None


@dataclass(frozen=True)
class Step:
    """One revision of a deed that is about to be reversed."""

    schema: str
    kind: str
    ref: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None


def _load(text: str | None) -> dict[str, Any] | None:
    return None if text is None else json.loads(text)


def history(room: Room, table: type[SQLModel] | str, ref: str) -> list[Change]:
    """What happened to one record, oldest first."""
    name = table if isinstance(table, str) else str(table.__tablename__)
    schema = schema_of(table_named(name))
    with room.read() as session:
        rows = (
            raw_of(session)
            .execute(
                "SELECT d.id, d.at, d.person, d.what, r.before, r.after, r.stone IS NOT NULL "
                f"FROM {schema}.revision r JOIN {schema}.deed d ON d.seq = r.deed WHERE r.kind = ? AND r.ref = ? ORDER BY r.seq",
                (name, ref),
            )
            .fetchall()
        )
    return [
        Change(deed, at, person, what, _load(before), _load(after), bool(erased))
        for deed, at, person, what, before, after, erased in rows
    ]


def deeds(room: Room, limit: int = 50) -> list[Past]:
    """The last deeds of everybody, newest first, each once although it may stand in both files."""
    found: dict[str, Past] = {}
    with room.read() as session:
        raw = raw_of(session)
        for schema in room.schemas:
            for row in raw.execute(
                "SELECT id, at, person, what, undoable, undoes, EXISTS (SELECT 1 FROM "
                f"{schema}.deed u WHERE u.undoes = d.id AND u.seq > d.seq) FROM {schema}.deed d ORDER BY seq DESC LIMIT ?",
                (limit,),
            ).fetchall():
                id, at, person, what, undoable, undoes, undone = row
                found[id] = Past(id, at, person, what, bool(undoable), bool(undone), undoes)
    return sorted(found.values(), key=lambda past: (past.at, past.id), reverse=True)[:limit]


def last_deed(room: Room) -> Past | None:
    """This person's last deed on this computer that can be undone: no undo itself, not undone. None when there is none."""
    found = []
    with room.read() as session:
        raw = raw_of(session)
        for schema in room.schemas:
            found += raw.execute(
                f"SELECT at, id, person, what FROM {schema}.deed d WHERE person = ? AND origin = ? AND undoes IS NULL AND "
                f"undoable AND NOT EXISTS (SELECT 1 FROM {schema}.deed u WHERE u.undoes = d.id AND u.seq > d.seq) "
                "ORDER BY seq DESC LIMIT 1",
                (room.person.id, room.origin),
            ).fetchall()
    if not found:
        return None
    # each file knows its own order; between the two, what was done since the room was opened counts before the stamps
    order = {id: place for place, id in enumerate(room.recent)}
    at, id, person, what = max(found, key=lambda row: (order.get(row[1], -1), row))
    return Past(id, at, person, what, True, False, None)


def label_of(room: Room, deed_id: str) -> str:
    """What a deed was called. Errors: `NotFound`."""
    with room.read() as session:
        raw = raw_of(session)
        for schema in room.schemas:
            if row := raw.execute(f"SELECT what FROM {schema}.deed WHERE id = ?", (deed_id,)).fetchone():
                return str(row[0])
    raise NotFound(what="这一步操作")


def touched_since(room: Room, deed_id: str) -> list[tuple[str, str]]:
    """Records of a deed that were changed again later, as (kind, id)."""
    with room.read() as session:
        raw = raw_of(session)
        return [pair for schema in room.schemas for pair in _touched(raw, schema, deed_id)]


def _touched(raw: Any, schema: str, deed_id: str) -> list[tuple[str, str]]:
    """Records changed after a deed. A later change and its undo cancel out, so that one can go back step by step."""
    deed, revision = f"{schema}.deed", f"{schema}.revision"
    rows = raw.execute(
        f"SELECT DISTINCT kind, ref FROM {revision} r WHERE deed = (SELECT seq FROM {deed} WHERE id = ?) AND EXISTS ("
        f"SELECT 1 FROM {revision} l JOIN {deed} d ON d.seq = l.deed "
        "WHERE l.kind = r.kind AND l.ref = r.ref AND l.deed > r.deed "
        # it was undone, this record included, and the undo still stands
        f"AND NOT EXISTS (SELECT 1 FROM {deed} u JOIN {revision} v ON v.deed = u.seq AND v.kind = r.kind AND v.ref = r.ref "
        f"WHERE u.undoes = d.id AND u.seq > d.seq AND NOT EXISTS (SELECT 1 FROM {deed} w WHERE w.undoes = u.id)) "
        # or it is itself such an undo, of a change later than this one
        f"AND NOT EXISTS (SELECT 1 FROM {deed} t WHERE t.id = d.undoes AND t.seq > r.deed "
        f"AND NOT EXISTS (SELECT 1 FROM {deed} w WHERE w.undoes = d.id)))",
        (deed_id,),
    ).fetchall()
    return [(str(kind), str(ref)) for kind, ref in rows]


def undo(
    room: Room,
    deed_id: str | None = None,
    *,
    what: str = "撤销",
    check: Callable[[Session, list[Step]], None] | None = None,
) -> str:
    """Reverse one's own deed (the last one, or that one) by a new deed, whose id is returned.

    `check` sees what was reversed before it is sealed, and may refuse by raising.
    Errors: `NothingToUndo`, `NotFound`, `NotUndoable`, `Refused` (somebody else's), `Overtaken` (changed since)."""
    id, _ = undo_except(room, deed_id, None, what=what, check=check)
    return id


def undo_except(
    room: Room,
    deed_id: str | None,
    keep: Callable[[Step], bool] | None,
    *,
    what: str = "撤销",
    check: Callable[[Session, list[Step]], None] | None = None,
) -> tuple[str, list[Step]]:
    """Undo a deed but for the steps `keep` holds back: an import, without the students touched since.

    Returns the new deed's id and the steps kept. Without `keep` a record changed since refuses the whole (`Overtaken`).
    """
    if deed_id is None:
        last = last_deed(room)
        if last is None:
            raise NothingToUndo
        deed_id = last.id
    kept: list[Step] = []
    back: list[Step] = []
    with room.write(what, undoes=deed_id) as deed:
        raw = deed.raw
        raw.execute("PRAGMA defer_foreign_keys = ON")
        seen = False
        for schema in room.schemas:
            row = raw.execute(
                f"SELECT seq, spans, person, what, undoable FROM {schema}.deed WHERE id = ?", (deed_id,)
            ).fetchone()
            if row is None:
                continue
            seen = True
            seq, spans, person, label, undoable = row
            if not undoable or (spans and len(room.schemas) == 1) or seq <= migrated_at(raw.execute, schema):
                raise NotUndoable(label=label)
            if person != room.person.id:
                raise Refused(why="只能撤销自己做的操作，请由做这一步的人来撤销。")
            if raw.execute(f"SELECT 1 FROM {schema}.deed WHERE undoes = ? AND seq > ?", (deed_id, seq)).fetchone():
                raise NothingToUndo
            overtaken = {pair for pair in _touched(raw, schema, deed_id) if pair[0] not in NEVER_BACK}
            steps = [
                Step(schema, kind, ref, _load(before), _load(after))
                for kind, ref, before, after in raw.execute(
                    f"SELECT kind, ref, before, after FROM {schema}.revision WHERE deed = ? ORDER BY seq DESC", (seq,)
                ).fetchall()
                if kind not in NEVER_BACK
            ]
            if keep is None and overtaken:
                raise Overtaken(sorted(overtaken))
            if any(step.before is None and step.after is None for step in steps):
                raise Overtaken([(step.kind, step.ref) for step in steps if step.before is None and step.after is None])
            due: list[Step] = []
            for step in steps:
                (kept if (step.kind, step.ref) in overtaken or (keep and keep(step)) else due).append(step)
            reverse(raw, due)
            back += due
        if not seen:
            raise NotFound(what="这一步操作")
        if check is not None:  # once, when both files stand as they would: what one holds may rest on the other
            check(deed.session, back)
    return deed.id, kept


def _verb(step: Step) -> str:
    """What reverses it."""
    return "delete" if step.before is None else "insert" if step.after is None else "update"


def reverse(raw: Any, steps: list[Step]) -> None:
    """Newest first, on stored values, so that no type is converted twice."""
    for (schema, kind, verb), group in groupby(steps, key=lambda s: (s.schema, s.kind, _verb(s))):
        table = f'{schema}."{kind}"'
        if verb == "delete":
            raw.executemany(f"DELETE FROM {table} WHERE id = ?", [(step.ref,) for step in group])
            continue
        for names, same in groupby(group, key=lambda s: tuple(s.before or ())):
            values = [(*(step.before or {}).values(), *((step.ref,) if verb == "update" else ())) for step in same]
            if verb == "insert":
                columns, marks = ", ".join(f'"{n}"' for n in names), ", ".join("?" * len(names))
                raw.executemany(f"INSERT INTO {table} ({columns}) VALUES ({marks})", values)
            else:
                setting = ", ".join(f'"{n}" = ?' for n in names)
                raw.executemany(f"UPDATE {table} SET {setting} WHERE id = ?", values)
