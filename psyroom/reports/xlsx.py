"""Workbooks that leave the room: written in memory, equal bytes for equal contents, nothing typed ever becomes a formula.

XlsxWriter, not openpyxl, because openpyxl leaves plain-text sheets in the temporary folder while it writes. A formula
carries its value beside it, because previewers show 0 otherwise.
"""

from __future__ import annotations

import io
import math
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import xlsxwriter
from xlsxwriter.utility import xl_range

from psyroom.reports.paper import PRACTICE_TAG
from psyroom.reports.tables import Cell, Column, Content, Figure, Row, Sheet, Table, groups

Value = str | int | float | date | None
_CREATED = datetime(2000, 1, 1)
_UNITS = 92  # characters that fill a portrait page at 10 points, shared among the columns


def workbook(
    sheets: Sequence[Sheet],
    *,
    landscape: bool = False,
    practice: bool = False,
    digest: str = "",
    creator: str = "",
    one_page: bool = False,
) -> bytes:
    """The sheets as one xlsx, each set up to print on A4 with its headings repeated; `one_page`: on a single page each."""
    buffer, book = begin(creator)
    formats = _Formats(book)
    for sheet in sheets:
        writer = _Writer(book, formats, sheet, landscape)
        writer.write(practice, digest)
        if one_page:
            writer.page.fit_to_pages(1, 1)
    book.close()
    return buffer.getvalue()


def table_xlsx(
    title: str,
    columns: Sequence[str | tuple[str, float]],
    rows: Sequence[Sequence[Value]],
    *,
    sheet: str = "Sheet1",
    landscape: bool = False,
    practice: bool = False,
    marked: frozenset[int] | set[int] = frozenset(),
) -> bytes:
    """A plain list as xlsx: `columns` are titles, or titles with a width in characters. With an empty `title` the
    headings stand in the first row, as an importer expects them. `marked` columns (from 0) are tinted.
    Text stays text, however it begins; a date becomes a date, a number a number."""
    buffer, book = begin("")
    formats = _Formats(book)
    page = book.add_worksheet(sheet[:31])
    top = 0
    if title:
        page.merge_range(0, 0, 0, max(len(columns) - 1, 1), "", formats.of("title"))
        page.write_string(0, 0, title, formats.of("title"))
        page.set_row(0, 30)
        top = 1
    for at, column in enumerate(columns):
        name, wide = column if isinstance(column, tuple) else (column, 0.0)
        longest = max((length(row[at]) for row in rows if at < len(row)), default=0)
        page.set_column(at, at, wide or min(max(length(name), longest) + 2, 48))
        page.write_string(top, at, name, formats.of("head"))
    for number, row in enumerate(rows, top + 1):
        for at, value in enumerate(row):
            _write_value(page, number, at, value, formats, at in marked)
    page.freeze_panes(top + 1, 0)
    page.autofilter(top, 0, top + len(rows), len(columns) - 1)
    _print_setup(page, landscape, practice, "", top, top)
    book.close()
    return buffer.getvalue()


def begin(creator: str) -> tuple[io.BytesIO, Any]:
    """A workbook in memory in which text stays text, and the buffer it will lie in once it is closed."""
    buffer = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "default_date_format": "yyyy-mm-dd",
    }
    book = xlsxwriter.Workbook(buffer, options)
    book.set_properties({"created": _CREATED, "author": creator, "comments": ""})
    return buffer, book


def length(value: Value) -> int:
    """How many narrow characters wide a value shows: a Chinese character takes two."""
    return sum(2 if ord(c) > 0x2E7F else 1 for c in str(value)) if value is not None else 0


def _write_value(page: Any, row: int, column: int, value: Value, formats: _Formats, marked: bool) -> None:
    style = "marked" if marked else "cell"
    if value is None or value == "":
        page.write_blank(row, column, None, formats.of(style))
    elif isinstance(value, str):
        page.write_string(row, column, value, formats.of(style))
    elif isinstance(value, date):
        page.write_datetime(row, column, value, formats.of(style, number="yyyy-mm-dd"))
    else:
        page.write_number(row, column, value, formats.of(style))


class _Formats:
    """The few cell formats, each made once per workbook."""

    _BASE: dict[str, dict[str, Any]] = {
        "title": {"font_name": "宋体", "font_size": 16, "bold": True, "align": "center", "valign": "vcenter"},
        "part": {"font_name": "黑体", "font_size": 11, "valign": "vcenter"},
        "info": {"font_name": "宋体", "font_size": 10, "valign": "vcenter"},
        "head": {"font_name": "黑体", "font_size": 10, "align": "center", "valign": "vcenter", "border": 1,
                 "text_wrap": True, "bg_color": "#F3F1EB"},
        "cell": {"font_name": "宋体", "font_size": 10, "valign": "vcenter", "border": 1, "text_wrap": True},
        "marked": {"font_name": "宋体", "font_size": 10, "valign": "vcenter", "border": 1, "text_wrap": True,
                   "bg_color": "#FFF6E0"},
        "total": {"font_name": "黑体", "font_size": 10, "valign": "vcenter", "border": 1},
        "note": {"font_name": "宋体", "font_size": 9, "valign": "top", "text_wrap": True},
    }  # fmt: skip

    def __init__(self, book: Any) -> None:
        self._book = book
        self._made: dict[tuple[str, str, str], Any] = {}

    def of(self, style: str, align: str = "", number: str = "") -> Any:
        key = (style, align, number)
        if key not in self._made:
            properties = dict(self._BASE[style])
            if align:
                properties["align"] = align
            if number:
                properties["num_format"] = number
            self._made[key] = self._book.add_format(properties)
        return self._made[key]


class _Writer:
    """One tab, written from the top down."""

    def __init__(self, book: Any, formats: _Formats, sheet: Sheet, landscape: bool) -> None:
        self.page, self.formats, self.sheet = book.add_worksheet(sheet.name[:31]), formats, sheet
        self.landscape = landscape
        self.columns = max(len(table.columns) for table in sheet.tables)
        self.widths: list[float] = []
        self.row = 0

    def write(self, practice: bool, digest: str) -> None:
        sheet = self.sheet
        units = _UNITS * (1.45 if self.landscape else 1)
        widest = max(sheet.tables, key=lambda table: len(table.columns))
        share = units / sum(column.width for column in widest.columns)
        self.widths = [round(column.width * share, 1) for column in widest.columns]
        for at, wide in enumerate(self.widths):
            self.page.set_column(at, at, wide)
        self._merged(sheet.title, "title", 30)
        self._info(sheet.info)
        first_head = last_head = self.row
        for number, table in enumerate(sheet.tables):
            for heading in table.heading.split("\n") if table.heading else ():
                self._merged(heading, "part", 22)
            head = self.row
            self._head(table)
            if number == 0:
                first_head, last_head = head, self.row - 1
            for row in table.rows:
                self._cells(table, row)
            if len(sheet.tables) > 1:
                self.row += 1
        if sheet.signatures:
            self._spread(sheet.signatures)
        if sheet.notes:
            body = (
                sheet.notes[0]
                if len(sheet.notes) == 1
                else "；".join(f"{i}. {n}" for i, n in enumerate(sheet.notes, 1))
            )
            lines = length(body) // int(units) + 1
            self._merged("注：" + body + "。", "note", 14 * lines + 4)
        if len(sheet.tables) == 1:
            self.page.freeze_panes(last_head + 1, 0)
        _print_setup(self.page, self.landscape, practice, digest, first_head, last_head)

    def _merged(self, text: str, style: str, height: float) -> None:
        self.page.merge_range(self.row, 0, self.row, self.columns - 1, "", self.formats.of(style))
        self.page.write_string(self.row, 0, text, self.formats.of(style))
        self.page.set_row(self.row, height)
        self.row += 1

    def _span(self, first: int, after: int, text: str, style: str, align: str) -> None:
        if after - first > 1:
            self.page.merge_range(self.row, first, self.row, after - 1, "", self.formats.of(style, align))
        elif not text:
            self.page.write_blank(self.row, first, None, self.formats.of(style, align))
            return
        self.page.write_string(self.row, first, text, self.formats.of(style, align))

    def _info(self, info: tuple[str, str, str]) -> None:
        """Left, middle and right over thirds of the columns; a missing one gives its room away, a middle one that is too
        long for its third stands in a line of its own."""
        left, middle, right = info
        first, after = (round(self.columns * n / 3) for n in (1, 2))
        if left and right and length(middle) > sum(self.widths[first:after]):
            self._info((left, "", right))
            self._info((middle, "", ""))
            return
        shown = [(text, align) for text, align in zip(info, ("left", "center", "right"), strict=True) if text]
        for number, (text, align) in enumerate(shown):
            first, after = (round(self.columns * n / len(shown)) for n in (number, number + 1))
            self._span(first, after, text, "info", align)
        if shown:
            self.page.set_row(self.row, 20)
            self.row += 1

    def _spread(self, items: Sequence[str]) -> None:
        for number, text in enumerate(items):
            first, after = (round(self.columns * n / len(items)) for n in (number, number + 1))
            if after > first:
                self._span(first, after, text, "info", "left")
        self.page.set_row(self.row, 26)
        self.row += 1

    def _head(self, table: Table) -> None:
        style = self.formats.of("head")
        grouped = any(column.group for column in table.columns)
        for text, first, after in groups(table.columns):
            if text:
                self._span(first, after, text, "head", "center")
            elif grouped:
                self.page.merge_range(self.row, first, self.row + 1, first, "", style)
        lower = self.row + (1 if grouped else 0)
        for at, column in enumerate(table.columns):
            self.page.write_string(lower if column.group or not grouped else self.row, at, _one_line(column), style)
        for row in range(self.row, lower + 1):
            self.page.set_row(row, 22)
        self.row = lower + 1

    def _cells(self, table: Table, row: Row) -> None:
        at, lines = 0, 1
        for content in row.cells:
            first = at
            at = self._content(table, row, at, content)
            text = content.text if isinstance(content, Cell | Figure) else content
            wide = sum(self.widths[first:at]) - 1  # a little is lost at both edges
            lines = max(lines, *(math.ceil(length(part) / max(wide, 1)) for part in text.split("\n")))
        self.page.set_row(self.row, 20 if lines == 1 else 14 * lines + 4)
        self.row += 1

    def _content(self, table: Table, row: Row, at: int, content: Content) -> int:
        style = "total" if row.total else "cell"
        align = table.columns[at].align
        if isinstance(content, Figure):
            shape = self.formats.of(style, align, content.number)
            if content.adds == "above":
                begin = self.row - table.rows.index(row)
                formula = f"=SUM({xl_range(begin, at, self.row - 1, at)})"
                self.page.write_formula(self.row, at, formula, shape, content.value)
            elif content.adds == "left":
                formula = f"=SUM({xl_range(self.row, 1, self.row, at - 1)})"
                self.page.write_formula(self.row, at, formula, shape, content.value)
            else:
                self.page.write_number(self.row, at, content.value, shape)
            return at + 1
        cell = content if isinstance(content, Cell) else Cell(content)
        self._span(at, at + cell.span, cell.text, style, cell.align or ("center" if cell.span > 1 else align))
        return at + cell.span


def _one_line(column: Column) -> str:
    return column.title.replace("\n", "")


def _print_setup(page: Any, landscape: bool, practice: bool, digest: str, first_head: int, last_head: int) -> None:
    page.set_paper(9)  # A4
    if landscape:
        page.set_landscape()
    page.set_margins(left=0.7, right=0.7, top=0.8, bottom=0.8)
    page.center_horizontally()
    page.fit_to_pages(1, 0)
    page.repeat_rows(first_head, last_head)
    page.set_footer("&C— &P —" + (f"\n&6{digest}" if digest else ""))  # below: beside the number it would run into it
    if practice:
        page.set_header(f"&R&9{PRACTICE_TAG}")
