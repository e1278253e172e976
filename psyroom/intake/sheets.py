"""What a file held: sheets of cells with the numbers the spreadsheet gives its rows."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any


@dataclass(frozen=True)
class Clock:
    """A time cell: minutes from midnight."""

    minutes: int


_MARGIN = " \t\r\n\f\v\xa0\u3000\ufeff\u200b\u2003\u2002"

Cell = str | int | float | bool | date | datetime | Clock


@dataclass(frozen=True)
class Merged:
    """A merged block, rows and columns from 0, both ends included."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass
class Sheet:
    """Rows from the sheet's first on, so `rows[0]` is what the spreadsheet calls row 1; rows may differ in length."""

    name: str
    rows: list[list[Cell]]
    merged: list[Merged] = field(default_factory=list)
    hidden: bool = False

    def cell(self, row: int, column: int) -> Cell:
        cells = self.rows[row]
        return cells[column] if column < len(cells) else ""

    @property
    def width(self) -> int:
        return max((len(row) for row in self.rows), default=0)


@dataclass
class Book:
    """A file's sheets in order. `name` is the file's name for sentences."""

    name: str
    sheets: list[Sheet]


def from_answer(name: str, answer: dict[str, Any]) -> Book:
    """The child's JSON as a book. A list in a cell's place is a date or a time."""
    sheets = []
    for raw in answer["sheets"]:
        rows = raw["rows"]
        for row in rows:
            for place, value in enumerate(row):
                if type(value) is list:
                    row[place] = _dated(value)
        sheets.append(Sheet(raw["name"], rows, [Merged(*m) for m in raw["merged"]], raw["hidden"]))
    return Book(name, sheets)


def _dated(value: list[Any]) -> Cell:
    kind, what = value
    if kind == "d":
        return date.fromisoformat(what)
    if kind == "m":
        moment = datetime.fromisoformat(what)
        return moment.date() if not (moment.hour or moment.minute) else moment
    return Clock(int(what))


def shown(cell: Cell | None) -> str:
    """A cell as it reads on the screen: 19900093207.0 is "19900093207", a date is 2026-09-01, ticks stay ticks."""
    if cell is None:
        return ""
    if isinstance(cell, str):
        return cell if cell and cell[0] not in _MARGIN and cell[-1] not in _MARGIN else cell.strip(_MARGIN)
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, float):
        if cell.is_integer() and abs(cell) < 1e15:
            return str(int(cell))
        return repr(cell)
    if isinstance(cell, datetime):
        return cell.strftime("%Y-%m-%d %H:%M")
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, Clock):
        return f"{cell.minutes // 60}:{cell.minutes % 60:02d}"
    return str(cell)


def is_blank(cell: Cell | None) -> bool:
    if isinstance(cell, str):
        return not cell or (cell[0] in _MARGIN and not cell.strip(_MARGIN))
    return cell is None
