"""What a table is, before it becomes a page or a sheet: columns, rows, and figures that know where they came from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Column:
    """`width` is a share of the table's width. Neighbours with the same `group` stand under one heading."""

    title: str
    width: float = 1.0
    align: str = "center"
    group: str = ""


@dataclass(frozen=True)
class Figure:
    """A number on a paper. `id` leads to the records behind it; `value` goes into a sheet's cell, `text` onto the page.

    `number` is the sheet's number format. `adds` says what the sheet's formula sums: `above` the column down to here,
    `left` the row up to here; empty: the number stands alone (distinct people do not add up).
    """

    id: str
    value: float
    text: str
    number: str = "0"
    adds: str = ""


@dataclass(frozen=True, repr=False)
class Cell:
    """A cell that is more than its text: it spans columns, or has its own place or face."""

    text: str
    span: int = 1
    align: str = ""
    face: str = ""


Content = Cell | Figure | str


@dataclass(frozen=True, repr=False)
class Row:
    """Cells from left to right, their spans adding up to the columns; `total` rows stand in 黑体."""

    cells: tuple[Content, ...]
    total: bool = False


@dataclass(frozen=True, repr=False)
class Table:
    """A part of a paper: its heading, columns and rows."""

    heading: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True, repr=False)
class Sheet:
    """Tables that share a page or a tab, with the line above and what stands below them."""

    name: str
    title: str
    info: tuple[str, str, str]
    tables: tuple[Table, ...]
    signatures: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def count(value: int, id: str = "", adds: str = "") -> Figure:
    """A number of times or people."""
    return Figure(id, value, str(value), "0", adds)


def hours(minutes: int, id: str = "", adds: str = "") -> Figure:
    """Minutes as hours: two decimals on paper, exact in the sheet."""
    return Figure(id, minutes / 60, f"{minutes / 60:.2f}", "0.00", adds)


def more_or_less(minutes: int) -> Figure:
    """A difference in minutes as hours, with its sign."""
    return Figure("", minutes / 60, f"{minutes / 60:+.2f}" if minutes else "0.00", "+0.00;-0.00;0.00")


def groups(columns: Sequence[Column]) -> Iterator[tuple[str, int, int]]:
    """Runs of columns under one heading: its text (empty: none), first column, the one after the last."""
    start = 0
    for at in range(1, len(columns) + 1):
        same = at < len(columns) and columns[at].group and columns[at].group == columns[start].group
        if not same:
            yield columns[start].group, start, at
            start = at
