"""What differs between the room of now and a copy: record by record, counted inside SQLite, read-only on both sides."""

from __future__ import annotations

from collections.abc import Collection, Generator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from psyroom.errors import Damaged
from psyroom.store.connection import connect_alone, driver, quoted, uri
from psyroom.store.room import Room
from psyroom.store.tables import CASES, FILES, MAIN, is_watched, tables_in

FEW = 5
"""Records of a kind that are named."""


@dataclass(repr=False)
class Kind:
    """One kind of record. `back`: only in the copy, comes back; `changed`: different; `gone`: only now, will not be there.
    The `some_…` hold the values of a few (of `changed` those of the copy)."""

    kind: str
    back: int = 0
    changed: int = 0
    gone: int = 0
    some_back: list[dict[str, Any]] = field(default_factory=list)
    some_changed: list[dict[str, Any]] = field(default_factory=list)
    some_gone: list[dict[str, Any]] = field(default_factory=list)


def compare(room: Room, copy: Path, named: Collection[str] = ()) -> Generator[tuple[int, int], None, list[Kind]]:
    """Every watched kind in which the two differ; those in `named` with a few of their records. The present keys must
    open the copy. Yields (done, of). Errors: `Damaged`."""
    c = connect_alone(room.folder / FILES[MAIN], room._keys[MAIN], mode="ro")
    found = []
    try:
        now, then = {MAIN: "main", CASES: "now_cases"}, {MAIN: "then_main", CASES: "then_cases"}
        for alias, path, schema in (
            (now[CASES], room.folder, CASES),
            (then[MAIN], copy, MAIN),
            (then[CASES], copy, CASES),
        ):
            if schema in room._keys:
                c.execute(f"ATTACH ? AS {alias} KEY ?", (uri(path / FILES[schema], "ro"), quoted(room._keys[schema])))
        tables = [(s, table.name) for s in room.schemas for table in tables_in(s) if is_watched(table)]
        for number, (schema, name) in enumerate(tables):
            yield number, len(tables)
            kind = _one(c, now[schema], then[schema], name, name in named)
            if kind.back or kind.changed or kind.gone:
                found.append(kind)
    except driver.DatabaseError:
        raise Damaged(name=copy.name) from None
    finally:
        c.close()
    return found


def _one(c: Any, now: str, then: str, name: str, with_some: bool) -> Kind:
    kind = Kind(name)
    there = _columns(c, then, name)
    shared = [column for column in _columns(c, now, name) if column in there]
    if not there:  # the copy is from before this kind of record
        kind.gone = c.execute(f'SELECT count(*) FROM {now}."{name}"').fetchone()[0]
        return kind
    differ = " OR ".join(f'a."{n}" IS NOT b."{n}"' for n in shared if n != "id") or "0"
    gone = f'FROM {now}."{name}" a WHERE NOT EXISTS (SELECT 1 FROM {then}."{name}" b WHERE b.id = a.id)'
    back = f'FROM {then}."{name}" a WHERE NOT EXISTS (SELECT 1 FROM {now}."{name}" b WHERE b.id = a.id)'
    changed = f'FROM {then}."{name}" a JOIN {now}."{name}" b ON b.id = a.id WHERE {differ}'
    kind.gone, kind.back, kind.changed = (
        c.execute(f"SELECT count(*) {q}").fetchone()[0] for q in (gone, back, changed)
    )
    if with_some:
        wanted = ", ".join(f'a."{n}"' for n in shared)
        for count, question, into in (
            (kind.gone, gone, kind.some_gone),
            (kind.back, back, kind.some_back),
            (kind.changed, changed, kind.some_changed),
        ):
            if count:
                rows = c.execute(f"SELECT {wanted} {question} ORDER BY a.id DESC LIMIT ?", (FEW,)).fetchall()
                into += [dict(zip(shared, row, strict=True)) for row in rows]
    return kind


def _columns(c: Any, schema: str, table: str) -> list[str]:
    return [row[1] for row in c.execute(f'PRAGMA {schema}.table_info("{table}")').fetchall()]
