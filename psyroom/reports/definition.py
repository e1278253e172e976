"""A return as data: `resources/returns/CODE.json` says its tables, columns, grouping, signatures and notes.

A return names record fields (`visit.form`) and measures (`times`, `people`); it never re-declares a label or a choice.
A field that is private, or that no record declares, is refused when the file is read: what leaves the room without
names cannot be grouped or listed by one.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from psyroom.errors import NoSuchReturn
from psyroom.paths import resource
from psyroom.records.booking import Booking, Visit
from psyroom.records.fields import Fields, about
from psyroom.records.opening import Opening, OpeningException, Slot
from psyroom.records.students import Student, StudentDetail, StudentLabel
from psyroom.reports.tables import Column

RECORDS: dict[str, type[Fields]] = {
    "visit": Visit,
    "booking": Booking,
    "student": Student,
    "student_detail": StudentDetail,
    "student_label": StudentLabel,
    "opening": Opening,
    "opening_slot": Slot,
    "opening_exception": OpeningException,
}
DERIVED = {"student.grade": ("student.stage", "student.cohort")}
"""Groupings worked out from several fields; each of them must be open too."""

MEASURES = {"times": "人次", "people": "人数"}


class NotAllowed(ValueError):
    """The return itself is wrong: it names what no record declares, or what is private. A bug, not a person's mistake."""


@dataclass(frozen=True)
class ListColumn:
    """A column of a list: which measure of the source it shows."""

    measure: str
    column: Column


@dataclass(frozen=True)
class TableDefinition:
    """One table: a list of a source's rows (`columns`), or a tally of them (`across`, and `down` for a cross table)."""

    id: str
    sheet: str
    heading: str
    source: str
    columns: tuple[ListColumn, ...] = ()
    total: str = ""
    down: str = ""
    across: str = ""
    measures: tuple[str, ...] = ()
    where: Mapping[str, tuple[str, ...]] | None = None


@dataclass(frozen=True)
class Definition:
    """A return: what it is called, over which span, on which paper, with what."""

    code: str
    title: str
    span: str
    landscape: bool
    info: tuple[str, str, str]
    tables: tuple[TableDefinition, ...]
    signatures: tuple[str, ...]
    notes: tuple[str, ...]


@cache
def definitions(folder: Path | None = None) -> tuple[Definition, ...]:
    """Every return that ships with the program, by code."""
    return tuple(read(path) for path in sorted((folder or resource("returns")).glob("*.json")))


def definition(code: str) -> Definition:
    """The return of that code; raises `NoSuchReturn`."""
    for found in definitions():
        if found.code == code:
            return found
    raise NoSuchReturn(name=code)


def read(path: Path) -> Definition:
    """A return from its file; raises `NotAllowed` when it names a private or an unknown field."""
    return parse(json.loads(path.read_text("utf-8")))


def parse(raw: Mapping[str, Any]) -> Definition:
    """A return from its data, checked."""
    tables = tuple(_table(table) for table in raw["tables"])
    for table in tables:
        for name in _fields(table):
            _check(name)
        unknown = [m for m in table.measures if m not in MEASURES]
        if unknown:
            raise NotAllowed(f"{raw['code']}: no such measure {unknown[0]}")
    left, middle, right = raw["info"]
    return Definition(
        code=raw["code"],
        title=raw["title"],
        span=raw["span"],
        landscape=bool(raw.get("landscape", False)),
        info=(left, middle, right),
        tables=tables,
        signatures=tuple(raw.get("signatures", ())),
        notes=tuple(raw.get("notes", ())),
    )


def _table(raw: Mapping[str, Any]) -> TableDefinition:
    columns = tuple(
        ListColumn(c["measure"], Column(c["title"], c.get("width", 1.0), c.get("align", "center"), c.get("group", "")))
        for c in raw.get("columns", ())
    )
    return TableDefinition(
        id=raw["id"],
        sheet=raw["sheet"],
        heading=raw["heading"],
        source=raw["source"],
        columns=columns,
        total=raw.get("total", ""),
        down=raw.get("down", ""),
        across=raw.get("across", ""),
        measures=tuple(raw.get("measures", ())),
        where={name: tuple(values) for name, values in raw.get("where", {}).items()},
    )


def _fields(table: TableDefinition) -> Iterator[str]:
    """Every record field a table lists, groups or filters by."""
    yield from (name for name in (table.down, table.across) if name)
    yield from table.where or ()
    yield from (c.measure for c in table.columns if "." in c.measure)


def _check(name: str) -> None:
    for single in DERIVED.get(name, (name,)):
        record, _, field = single.partition(".")
        model = RECORDS.get(record)
        if model is None or field not in model.model_fields:
            raise NotAllowed(f"no record declares {single}")
        if about(model, field)["private"]:
            raise NotAllowed(f"{single} is private and may not stand in a return")


def choices(name: str) -> dict[str, str]:
    """The labels of a field's choices, in their declared order; empty for a derived or an open field."""
    record, _, field = name.partition(".")
    if name in DERIVED:
        return {}
    return dict(about(RECORDS[record], field)["choices"] or {})
