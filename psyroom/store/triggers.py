"""Triggers, kept in the files: every change of a watched table becomes a revision, whichever way it comes.

They call `deed('main'|'cases')`, which only an open `Room.write()` answers; a plain SQLCipher shell has no such
function. Guards keep deeds and revisions from being edited or cut.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import Table

from psyroom.store.tables import is_watched, schema_of, tables_in

_FORGET = (
    "old.stone IS NULL AND new.stone = content(old.before, old.after, old.salt) AND new.before IS NULL AND "
    "new.after IS NULL AND new.salt IS NULL AND (new.seq, new.deed, new.kind, new.ref) = "
    "(old.seq, old.deed, old.kind, old.ref)"
)


def _guard(table: str, verb: str, unless: str = "") -> str:
    when = f"WHEN NOT ({unless}) " if unless else ""
    return (
        f"CREATE TRIGGER {table}_{verb} BEFORE {verb.upper()} ON {table} {when}BEGIN "
        f"SELECT RAISE(ABORT, 'the chain is not edited'); END"
    )


_GUARDS = {
    "revision_update": _guard("revision", "update", _FORGET),
    "revision_delete": _guard("revision", "delete"),
    "deed_update": _guard("deed", "update"),
    "deed_delete": _guard("deed", "delete"),
}


def _of(table: Table) -> dict[str, str]:
    names = [column.name for column in table.columns]

    def whole(side: str) -> str:
        return "json_object(" + ", ".join(f"'{n}', {side}.\"{n}\"" for n in names) + ")"

    def changed(side: str) -> str:
        parts = (f'SELECT \'{n}\' AS k, {side}."{n}" AS v WHERE old."{n}" IS NOT new."{n}"' for n in names)
        return f"(SELECT json_group_object(k, v) FROM ({' UNION ALL '.join(parts)}))"

    differs = " OR ".join(f'old."{n}" IS NOT new."{n}"' for n in names)
    forms = {
        "insert": ("new", "NULL", whole("new"), ""),
        "update": ("new", changed("old"), changed("new"), f"WHEN {differs} "),
        "delete": ("old", whole("old"), "NULL", ""),
    }
    return {
        f"{table.name}_{verb}": f'CREATE TRIGGER {table.name}_{verb} AFTER {verb.upper()} ON "{table.name}" {when}BEGIN '
        f"INSERT INTO revision (deed, kind, ref, before, after, salt) VALUES "
        f"(deed('{schema_of(table)}'), '{table.name}', {side}.id, {before}, {after}, randomblob(16)); END"
        for verb, (side, before, after, when) in forms.items()
    }


def wanted(schema: str) -> dict[str, str]:
    """The triggers a file must have, by name."""
    triggers = dict(_GUARDS)
    for table in tables_in(schema):
        if is_watched(table):
            triggers |= _of(table)
    return triggers


def _present(execute: Callable[..., Any], schema: str) -> dict[str, str]:
    found = execute(f"SELECT name, sql FROM {schema}.sqlite_master WHERE type = 'trigger'").fetchall()
    return {name: sql.replace(f"CREATE TRIGGER {schema}.", "CREATE TRIGGER ", 1) for name, sql in found}


def are_faithful(execute: Callable[..., Any], schema: str) -> bool:
    """Whether a file's triggers are exactly those the program wants; a missing one would let changes pass unseen, and a
    foreign one, or a view or virtual table in a table's place, would act in the name of whoever opens the room."""
    (foreign,) = execute(
        f"SELECT count(*) FROM {schema}.sqlite_master WHERE type = 'view' OR sql LIKE 'CREATE VIRTUAL%'"
    ).fetchone()
    return not foreign and _present(execute, schema) == wanted(schema)


def drop(execute: Callable[..., Any], schema: str) -> None:
    for name in _present(execute, schema):
        execute(f'DROP TRIGGER {schema}."{name}"')


def install(execute: Callable[..., Any], schema: str) -> None:
    drop(execute, schema)
    for sql in wanted(schema).values():
        execute(sql.replace("CREATE TRIGGER ", f"CREATE TRIGGER {schema}.", 1))
