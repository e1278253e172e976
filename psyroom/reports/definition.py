"""A return as data: `resources/returns/CODE.json` says its tables, columns, grouping, signatures and notes.

A return names record fields (`visit.form`) and measures (`times`, `people`); it never re-declares a label or a choice.
A field that is private, or that no record declares, is refused when the file is read: what leaves the room without
names cannot be grouped or listed by one. A `confidential` return is about talks, care, plans or families: it may be grouped
by what is chosen from a closed list there, and what it leaves behind lies in case.db. Columns and tables that are `named`
stand on the paper only where names were asked for.
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
from psyroom.records.care import Care, Feedback, HomeVisit, Plan
from psyroom.records.fields import Fields, about
from psyroom.records.opening import Opening, OpeningException, Slot
from psyroom.records.students import Student, StudentDetail, StudentLabel
from psyroom.records.talks import Talk
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
CONFIDENTIAL: dict[str, type[Fields]] = {
    "talk": Talk,
    "care": Care,
    "growth_plan": Plan,
    "feedback": Feedback,
    "home_visit": HomeVisit,
}
"""Records that only a confidential return may name."""
GROUPED = ("talk.theme_group",)
"""Free words that are counted by the offered ones; what somebody called it otherwise never stands in a return."""
DERIVED = {"student.grade": ("student.stage", "student.cohort")}
"""Groupings worked out from several fields; each of them must be open too."""

MEASURES = {"times": "人次", "people": "人数"}


class NotAllowed(ValueError):
    """The return itself is wrong: it names what no record declares, or what is private. A bug, not a person's mistake."""


@dataclass(frozen=True)
class ListColumn:
    """A column of a list: which measure of the source it shows; `named`: only where names were asked for."""

    measure: str
    column: Column
    named: bool = False


@dataclass(frozen=True)
class TableDefinition:
    """One table: a list of a source's rows (`columns`), or a tally of them (by `across`, by `down`, or by both as a cross
    table). `words`: what a measure is called here; `named`: only where names were asked for."""

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
    words: Mapping[str, str] | None = None
    named: bool = False


@dataclass(frozen=True)
class Definition:
    """A return: what it is called, over which span, on which paper, with what. `names`: what is said beside the tick that
    puts names on it, empty where it never bears any; `one_by_one`: it has a row for each child, so that it goes by the
    dialog that asks even without names; `place`: in the list of returns."""

    code: str
    title: str
    span: str
    landscape: bool
    info: tuple[str, str, str]
    tables: tuple[TableDefinition, ...]
    signatures: tuple[str, ...]
    notes: tuple[str, ...]
    confidential: bool = False
    names: str = ""
    one_by_one: bool = False
    place: int = 0


@cache
def definitions(folder: Path | None = None) -> tuple[Definition, ...]:
    """Every return that ships with the program, in their places."""
    found = [read(path) for path in (folder or resource("returns")).glob("*.json")]
    return tuple(sorted(found, key=lambda one: (one.place, one.code)))


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
    confidential, names = bool(raw.get("confidential", False)), raw.get("names", "")
    for table in tables:
        for name in _fields(table):
            _check(name, confidential)
        if not names and (table.named or any(column.named for column in table.columns)):
            raise NotAllowed(f"{raw['code']}: {table.id} bears names, and nobody is asked")
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
        confidential=confidential,
        names=names,
        one_by_one=bool(raw.get("one_by_one", False)),
        place=int(raw.get("place", 0)),
    )


def _table(raw: Mapping[str, Any]) -> TableDefinition:
    columns = tuple(
        ListColumn(
            c["measure"],
            Column(c["title"], c.get("width", 1.0), c.get("align", "center"), c.get("group", "")),
            bool(c.get("named", False)),
        )
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
        words=raw.get("words", {}),
        named=bool(raw.get("named", False)),
    )


def _fields(table: TableDefinition) -> Iterator[str]:
    """Every record field a table lists, groups or filters by."""
    yield from (name for name in (table.down, table.across) if name)
    yield from table.where or ()
    yield from (c.measure for c in table.columns if "." in c.measure)


def _check(name: str, confidential: bool) -> None:
    if confidential and name in GROUPED:
        return
    records = {**RECORDS, **(CONFIDENTIAL if confidential else {})}
    for single in DERIVED.get(name, (name,)):
        record, _, field = single.partition(".")
        model = records.get(record)
        if model is None or field not in model.model_fields:
            raise NotAllowed(f"no record declares {single}")
        told = about(model, field)
        closed = confidential and record in CONFIDENTIAL and told["choices"] is not None
        if told["private"] and not closed:
            raise NotAllowed(f"{single} is private and may not stand in a return")


def choices(name: str) -> dict[str, str]:
    """The labels of a field's choices, in their declared order; empty for a derived or an open field."""
    record, _, field = name.partition(".")
    if name in DERIVED or name in GROUPED:
        return {}
    return dict(about({**RECORDS, **CONFIDENTIAL}[record], field)["choices"] or {})
