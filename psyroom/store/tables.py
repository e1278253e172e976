"""Every table of the room, known to the metadata in one place: whoever builds, checks or migrates imports this module."""

from __future__ import annotations

from sqlalchemy import MetaData, Table
from sqlmodel import SQLModel

from psyroom.records import (
    access,
    attachments,
    booking,
    care,
    events,
    groups,
    notes,
    office,
    opening,
    people,
    private,
    rota,
    school,
    students,
    talks,
    waiting,
    weeks,
)
from psyroom.store import chain

MODULES = (
    access, attachments, booking, care, events, groups, notes, office, opening, people, private, rota, school, students,
    talks, waiting, weeks, chain,
)  # fmt: skip
MAIN = "main"  # desk.db, as SQLite calls the connection's first file
CASES = "cases"  # case.db, attached in a counsellor's connection
FILES = {MAIN: "desk.db", CASES: "case.db"}


def metadata() -> MetaData:
    return SQLModel.metadata


def schema_of(table: Table) -> str:
    return table.schema or MAIN


def is_watched(table: Table) -> bool:
    """Whether a change of this table leaves a revision. The chain watches itself by guards instead."""
    return table.name not in chain.OWN and not table.info.get("unwatched")


def tables_in(schema: str) -> list[Table]:
    return [table for table in metadata().sorted_tables if schema_of(table) == schema]


def table_named(name: str) -> Table:
    """A watched table by its name, which is unique across both files; KeyError when there is none."""
    for table in metadata().sorted_tables:
        if table.name == name and is_watched(table):
            return table
    raise KeyError(name)
