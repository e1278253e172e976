"""Runs the steps that are due, before a room is opened."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from psyroom.errors import Damaged, NeedsCases, NewerFormat
from psyroom.store import triggers
from psyroom.store.connection import Connection, connect, driver
from psyroom.store.migrations import cases_3, cases_4, cases_5, desk_2

Execute = Callable[..., Any]


@dataclass(frozen=True)
class Step:
    """One change of shape. `files`: the schemas it touches; `run` gets `execute` of a connection inside a transaction."""

    number: int
    files: frozenset[str]
    run: Callable[[Execute], None]


STEPS: Sequence[Step] = (
    Step(2, frozenset({"main"}), desk_2.run),  # apart from 3: a duty person may be the first to open
    Step(3, frozenset({"cases"}), cases_3.run),
    Step(4, frozenset({"cases"}), cases_4.run),
    Step(5, frozenset({"cases"}), cases_5.run),
)
"""Steps after the first shape, which `create_all` makes and `tests/store/samples/` keeps."""

LATEST = 5


def bring_up_to_date(folder: Path, keys: dict[str, bytes], steps: Sequence[Step] | None = None) -> list[int]:
    """Run what is due and return the numbers run. Killed anywhere, both files are old or both are new.

    Errors: `NewerFormat`, `NeedsCases`, `Damaged`."""
    steps = STEPS if steps is None else steps
    latest = max((step.number for step in steps), default=LATEST)
    try:
        raw = connect(folder, keys)
    except driver.DatabaseError:
        raise Damaged(name="desk.db") from None
    try:
        version = {schema: raw.execute(f"PRAGMA {schema}.user_version").fetchone()[0] for schema in keys}
        if any(number > latest for number in version.values()):
            raise NewerFormat
        if any(number < 1 for number in version.values()):
            raise Damaged(name="desk.db")
        due = [s for s in steps if any(version[schema] < s.number for schema in s.files & keys.keys())]
        if due:
            _run(raw, due, version)
        return [step.number for step in due]
    finally:
        raw.close()


def _run(raw: Connection, due: Sequence[Step], version: dict[str, int]) -> None:
    if any(not step.files <= version.keys() for step in due):
        raise NeedsCases
    raw.execute("PRAGMA foreign_keys = OFF")  # silently ignored inside a transaction
    raw.execute("BEGIN IMMEDIATE")
    try:
        for schema in version:
            triggers.drop(raw.execute, schema)  # a rebuilt table would lose them without a word
        for step in due:
            step.run(raw.execute)
            for schema in step.files:
                raw.execute(f"PRAGMA {schema}.user_version = {step.number}")
        for schema in {schema for step in due for schema in step.files}:
            _mark(raw, schema)
        for schema in version:
            triggers.install(raw.execute, schema)
            if raw.execute(f"PRAGMA {schema}.foreign_key_check").fetchall():
                raise RuntimeError("a migration broke a reference")
        raw.execute("COMMIT")
    except BaseException:
        if raw.in_transaction:
            raw.execute("ROLLBACK")
        raise


MIGRATED = "migrated"
"""State by this name holds the last deed before the shape changed: what older deeds stored may name columns that are gone."""


def _mark(raw: Connection, schema: str) -> None:
    table = "desk_state" if schema == "main" else "case_state"
    raw.execute(
        f"INSERT OR REPLACE INTO {schema}.{table} (id, value) SELECT ?, coalesce(max(seq), 0) FROM {schema}.deed",
        (MIGRATED,),
    )


def migrated_at(execute: Execute, schema: str) -> int:
    """The number of a file's last deed before its shape last changed; 0 when it never did."""
    table = "desk_state" if schema == "main" else "case_state"
    row = execute(f"SELECT value FROM {schema}.{table} WHERE id = ?", (MIGRATED,)).fetchone()
    return int(row[0]) if row else 0
