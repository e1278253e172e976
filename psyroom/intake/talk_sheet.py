"""A class teacher's sheet of 一生一谈 as it came back: its rows by field, whatever order, program or format it comes in.

What a row means is decided where the room is known; here only the table is found. What the hidden sheet says is handed on
as said, to be checked.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from psyroom.errors import BadFile, FileHostile, FileTooBig, Tell
from psyroom.intake import many, refusal
from psyroom.intake.reading import MOST_ROWS, bytes_of
from psyroom.intake.sheets import Book, Cell, Sheet, from_answer, is_blank, shown
from psyroom.rules.talk_sheet import FILLED, GUIDE, HIDDEN, LABELS, SHEET, field_of, is_example, legible

MOST_HEAD = 40
"""The heads stand within these first rows."""
MOST_CLASS = 400
"""Rows of a class that are read; a sheet with more is some other table."""
SLIPS = re.compile(r"passwords(（\d+）)?\.txt")
"""Lies beside the sheets where the command line made them."""
NOT_OURS = "没有认出谈话表的表头（要有“姓名”和“谈话日期”），请检查是不是选错了文件"
LOCKED = "“{name}”的密码不是发出时的那个，也许老师改过；请问到密码，填进来再读一次。"


@dataclass(repr=False)
class SheetRow:
    """A row that names somebody or has something filled in. `row`: as the spreadsheet numbers it; `cells` by field, only
    what is not empty; `computed`: fields whose cell is a formula; `merged`: fields that stand for a block of cells."""

    row: int
    cells: dict[str, Cell] = field(default_factory=dict)
    computed: set[str] = field(default_factory=set)
    merged: set[str] = field(default_factory=set)

    def text(self, code: str) -> str:
        """A field as it reads on the screen."""
        return shown(self.cells.get(code))

    @property
    def filled(self) -> bool:
        """Whether a teacher wrote anything here."""
        return any(code in self.cells or code in self.computed for code in FILLED)


@dataclass(repr=False)
class SheetRead:
    """A file. `refused`: the sentence why it was not read; `locked`: only for want of a password; `marks`: what its hidden
    sheet says; `password`: the one that opened it; `notes`: what of it was left out."""

    path: Path
    sha256: str = ""
    refused: str = ""
    locked: bool = False
    marks: dict[str, str] = field(default_factory=dict)
    password: str = ""
    rows: list[SheetRow] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The file's name as it is shown and kept."""
        return legible(self.path.name, MOST_NAME)


def files_in(paths: Sequence[Path]) -> list[Path]:
    """The files to read, in order; a folder stands for its files. The slips with the passwords are none of them."""
    return many.files_in(paths, lambda file: bool(SLIPS.fullmatch(file.name)), MOST_FILES)


MOST_FILES = 2_000
MOST_NAME = 120
"""Characters of a file's name that are shown."""


def read_sheets(files: Sequence[Path], passwords: Callable[[str], Sequence[str]]) -> Iterator[tuple[int, SheetRead]]:
    """Each file's number with what it holds, as they are done. `passwords`: those to try for a file of that name, likely
    ones first. A file that cannot be read is told in its `refused`, never raised."""
    found = [SheetRead(path) for path in files]
    tried: dict[int, Sequence[str]] = {}

    def job(number: int) -> many.Job:
        one = found[number]
        try:
            data = bytes_of(one.path, one.name)
        except FileTooBig as big:
            one.refused = f"“{one.name}”太大（{big.values['size']}），一张谈话表到不了这么大，请检查是不是选错了文件。"
            data = b""
        except Tell as told:
            one.refused = str(told)
            data = b""
        one.sha256 = hashlib.sha256(data).hexdigest() if data else ""
        tried[number] = passwords(one.path.name)
        return number, data, tried[number]

    for number, answer in many.answers([partial(job, number) for number in range(len(files))]):
        one = found[number]
        if not one.refused:
            try:
                _take(one, answer, tried[number])
            except Tell as told:
                one.refused = str(told)
        yield number, one


def _take(one: SheetRead, answer: dict[str, Any], tried: Sequence[str]) -> None:
    name = one.name
    if kind := answer.get("refused"):
        why = str(answer.get("why", "")).replace("名册", "表格")
        if kind == refusal.ENCRYPTED:
            one.locked = True
            one.refused = LOCKED.format(name=name)
            return
        raise (FileHostile if kind == refusal.HOSTILE else BadFile)(name=name, why=why)
    if sum(len(sheet["rows"]) for sheet in answer["sheets"]) > MOST_ROWS:
        raise BadFile(name=name, why="里面的行太多，请检查是不是选错了文件")
    which = answer.get("password")
    if which is not None and 0 <= which < len(tried):
        one.password = tried[which]
    if answer.get("macros"):
        one.notes.append("文件里带有宏，只读了格子里的文字，宏没有运行")
    _find(one, from_answer(name, answer), answer.get("formulas") or {})


def _find(one: SheetRead, book: Book, formulas: dict[str, Any]) -> None:
    """The table among the sheets: 谈话 before others, and one that is shown before one that is hidden."""
    for sheet in book.sheets:
        if sheet.name == HIDDEN and not one.marks:
            one.marks = {shown(row[0]): shown(row[1]) for row in sheet.rows[:20] if len(row) > 1 and shown(row[0])}
    tables = [
        (sheet, heads[0], heads[1])
        for sheet in sorted(book.sheets, key=lambda s: (s.name != SHEET, s.hidden))
        if sheet.name not in (HIDDEN, GUIDE) and (heads := _heads(sheet)) is not None
    ]
    if not tables:
        raise BadFile(name=one.name, why=NOT_OURS)
    sheet, first, columns = tables[0]
    if len(sheet.rows) - first > MOST_CLASS and sum(1 for row in sheet.rows[first:] if any(row)) > MOST_CLASS:
        raise BadFile(name=one.name, why=f"有 {len(sheet.rows)} 行，一个班到不了这么多，请检查是不是选错了文件")
    for other, begin, places in tables[1:]:
        if any(row.filled for row in _rows(other, begin, places, formulas)):
            one.notes.append(f"“{legible(other.name, 31)}”这一页没有读，只读了“{legible(sheet.name, 31)}”")
    for column, head in _others(sheet, first, columns).items():
        if any(column < len(row) and not is_blank(row[column]) for row in sheet.rows[first:]):
            one.notes.append(f"多出来的“{legible(head, 12) or f'第{column + 1}列'}”一列没有读")
    one.rows = list(_rows(sheet, first, columns, formulas))


def _heads(sheet: Sheet) -> tuple[int, dict[str, int]] | None:
    """The row below the heads, and the column of each field."""
    for place, row in enumerate(sheet.rows[:MOST_HEAD]):
        found: dict[str, int] = {}
        for at, cell in enumerate(row[:200]):
            if isinstance(cell, str) and (code := field_of(cell)):
                found.setdefault(code, at)
        if "name" in found and "day" in found:
            return place + 1, found
    return None


def _others(sheet: Sheet, first: int, columns: dict[str, int]) -> dict[int, str]:
    """Columns that are none of ours, with what stands above them."""
    heads = sheet.rows[first - 1]
    width = min(max((len(row) for row in sheet.rows), default=0), 200)
    ours = set(columns.values())
    return {at: shown(heads[at]) if at < len(heads) else "" for at in range(width) if at not in ours}


def _rows(sheet: Sheet, first: int, columns: dict[str, int], formulas: dict[str, Any]) -> Iterator[SheetRow]:
    computed = {(row, column) for row, column in formulas.get(sheet.name, ())}
    blocks = {
        (row, block.left): (block.top, block.left)
        for block in sheet.merged
        if block.left in columns.values()
        for row in range(block.top + 1, min(block.bottom, len(sheet.rows) - 1) + 1)
    }
    for place in range(first, len(sheet.rows)):
        found = SheetRow(place + 1)
        for code, at in columns.items():
            cell = sheet.cell(place, at)
            if (place, at) in computed:
                found.computed.add(code)
            elif is_blank(cell) and (place, at) in blocks:
                cell = sheet.cell(*blocks[place, at])
                found.merged.add(code)
            if not is_blank(cell):
                found.cells[code] = cell
        if not found.cells and not found.computed:
            continue
        if is_example(found.text("number"), found.text("name")) or found.text("name") == LABELS["name"]:
            continue  # the example; the heads once more
        yield found
