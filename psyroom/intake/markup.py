"""HTML tables saved as .xls, and SpreadsheetML 2003: both are what school systems call "Excel export"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from lxml import etree

from psyroom.intake.refusal import BAD, HOSTILE, MOST_CELLS, Refusal
from psyroom.intake.text import decoded

_SS = "{urn:schemas-microsoft-com:office:spreadsheet}"
Merge = tuple[int, int, int, int]
Found = tuple[str, list[list[Any]], list[Merge]]


def html_tables(data: bytes) -> list[Found]:
    """Each outermost table with its name, rows and merged blocks (first row, first column, last row, last column)."""
    text = _html_text(data)
    parser = etree.HTMLParser(encoding="utf-8", no_network=True, remove_comments=True, huge_tree=False)
    try:
        root = etree.fromstring(text.encode("utf-8"), parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise Refusal(BAD, "网页表格不完整，请在表格软件里打开后另存为 xlsx") from error
    found: list[Found] = []
    if root is not None:
        for table in root.iter("table"):
            # A layout table around the real one holds tables; the real one holds none.
            if table.find(".//table") is None:
                rows, merged = _grid(_html_rows(table))
                if rows:
                    found.append((f"表{len(found) + 1}", rows, merged))
    if not found:
        raise Refusal(BAD, "网页里没有表格，请检查是不是选错了文件")
    return found


def _html_text(data: bytes) -> str:
    said = re.search(rb"charset\s*=\s*[\"']?\s*([\w-]+)", data[:4096], re.IGNORECASE)
    if said and said[1].lower() in (b"gb2312", b"gbk", b"gb18030"):
        try:
            return data.decode("gb18030")
        except UnicodeDecodeError:
            pass  # the page says one thing and is another
    return decoded(data)


Cell = tuple[Any, int, int]  # value, columns and rows it spans


def _html_rows(table: Any) -> Iterator[tuple[int, list[tuple[int, Cell]]]]:
    for number, row in enumerate(table.iter("tr")):
        cells: list[tuple[int, Cell]] = []
        for cell in row.iterchildren("td", "th"):
            for br in cell.iter("br"):
                br.tail = "\n" + (br.tail or "")
            text = re.sub(r"[ \t\r\f\v\xa0]+", " ", "".join(cell.itertext())).strip()
            cells.append((-1, (text, _span(cell.get("colspan")), _span(cell.get("rowspan")))))
        yield number, cells


def _span(text: str | None) -> int:
    return max(1, min(int(text), 1000)) if text and text.strip().isdigit() else 1


def xml_sheets(data: bytes) -> list[Found]:
    """The worksheets of a SpreadsheetML 2003 workbook."""
    if b"<!DOCTYPE" in data.replace(b"\0", b"") or b"<!ENTITY" in data.replace(b"\0", b""):
        raise Refusal(HOSTILE, "含有外部定义")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, recover=False)
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise Refusal(BAD, "文件不完整或已损坏，请重新下载或另存一份") from error
    found = []
    for sheet in root.iter(f"{_SS}Worksheet"):
        rows, merged = _grid(_xml_rows(sheet))
        found.append((sheet.get(f"{_SS}Name") or "", rows, merged))
    return found


def _xml_rows(sheet: Any) -> Iterator[tuple[int, list[tuple[int, Cell]]]]:
    number = -1
    for row in sheet.iter(f"{_SS}Row"):
        number = _place(row, number)
        cells: list[tuple[int, Cell]] = []
        column = -1
        for cell in row.iterchildren(f"{_SS}Cell"):
            column = _place(cell, column)
            content = cell.find(f"{_SS}Data")
            value: Any = "" if content is None else "".join(content.itertext())
            if content is not None and content.get(f"{_SS}Type") == "Number":
                value = _number(value)
            elif content is not None and content.get(f"{_SS}Type") == "DateTime":
                value = value.split("T")[0]
            across, down = int(cell.get(f"{_SS}MergeAcross") or 0), int(cell.get(f"{_SS}MergeDown") or 0)
            cells.append((column, (value, min(across, 1000) + 1, min(down, 1000) + 1)))
            column += across
        yield number, cells


def _number(said: str) -> float | str:
    try:
        return float(said)
    except ValueError:
        return said


def _place(element: Any, before: int) -> int:
    said = element.get(f"{_SS}Index")
    place = int(said) - 1 if said and said.isdigit() else before + 1
    if place > 1_048_575:
        raise Refusal(HOSTILE, "有的单元格离名册太远")
    return place


def _grid(source: Iterator[tuple[int, list[tuple[int, Cell]]]]) -> tuple[list[list[Any]], list[Merge]]:
    """Cells laid out on a grid; a spanning cell stands in its first place only. Column -1: the next free one."""
    rows: list[list[Any]] = []
    merged: list[Merge] = []
    taken: dict[int, int] = {}  # column -> last row a cell from above still covers
    size = 0
    for number, cells in source:
        while len(rows) <= number:
            rows.append([])
            if len(rows) > MOST_CELLS:
                raise Refusal(HOSTILE, "有的单元格离名册太远")
        row, column = rows[number], 0
        for given, (value, across, down) in cells:
            column = given if given >= 0 else column
            while given < 0 and taken.get(column, -1) >= number:
                column += 1
            size += max(0, column + 1 - len(row))
            if size > MOST_CELLS:
                raise Refusal(HOSTILE, "表格大得不正常")
            row.extend([""] * (column + 1 - len(row)))
            row[column] = value
            if across > 1 or down > 1:
                merged.append((number, column, number + down - 1, column + across - 1))
                if down > 1:
                    for covered in range(column, column + across):
                        taken[covered] = number + down - 1
            column += across
    return rows, merged
