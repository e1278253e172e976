"""Numbers as an xlsx shows them: a class stored as 7.1 and shown as 7.10, a seat stored as 5 and shown as 05.

Reads the styles of a checked archive; only formats made of zeros matter, everything else is left to the reader.
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from typing import Any

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_LINK = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_CELL = re.compile(rb"<c\s([^>]*)>")
_PLACE = re.compile(rb'\br="([A-Z]+)(\d+)"')
_STYLE = re.compile(rb'\bs="(\d+)"')
_MAYBE = re.compile(rb'formatCode="0(?:0|\.0)|numFmtId="2"')
_BUILT_IN = {"2": "0.00"}


def as_shown(data: bytes, sheets: dict[str, list[list[Any]]]) -> None:
    """Put the shown text in the place of numbers whose format fills up with zeros. Changes `sheets` (name → rows)."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = set(archive.namelist())
        if not {"xl/styles.xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels"} <= names:
            return
        content = archive.read("xl/styles.xml")
        if not _MAYBE.search(content):  # nearly every file: nothing more is looked at
            return
        styles = _zero_styles(content)
        if not styles:
            return
        for name, part in parts_of(archive).items():
            if name in sheets and part in names:
                _apply(archive.read(part), styles, sheets[name])


def _tree(content: bytes) -> Any:
    from xml.etree import ElementTree  # a DTD has been refused before anything comes here

    try:
        return ElementTree.fromstring(content)
    except ElementTree.ParseError as error:
        raise ValueError("no XML") from error


def _zero_styles(content: bytes) -> dict[int, str]:
    """Style number → format code, of the formats 00…, 0.0…"""
    root = _tree(content)
    codes = dict(_BUILT_IN)
    for found in root.iter(f"{_MAIN}numFmt"):
        codes[found.get("numFmtId", "")] = found.get("formatCode", "")
    styles: dict[int, str] = {}
    for number, style in enumerate(root.iterfind(f"{_MAIN}cellXfs/{_MAIN}xf")):
        code = codes.get(style.get("numFmtId", ""), "").removesuffix("_ ").removesuffix("_)").strip()
        if re.fullmatch(r"0{2,18}|0\.0{1,3}", code):
            styles[number] = code
    return styles


def parts_of(archive: zipfile.ZipFile) -> dict[str, str]:
    """Sheet name → part of the archive."""
    links = _tree(archive.read("xl/_rels/workbook.xml.rels"))
    targets = {link.get("Id"): link.get("Target", "") for link in links}
    found = {}
    for sheet in _tree(archive.read("xl/workbook.xml")).iter(f"{_MAIN}sheet"):
        target = targets.get(sheet.get(_LINK), "")
        found[sheet.get("name", "")] = target.lstrip("/") if target.startswith("/") else posixpath.join("xl", target)
    return found


def _apply(content: bytes, styles: dict[int, str], rows: list[list[Any]]) -> None:
    for match in _CELL.finditer(content):
        style, place = _STYLE.search(match[1]), _PLACE.search(match[1])
        if style is None or place is None or int(style[1]) not in styles:
            continue
        row, column = int(place[2]) - 1, 0
        for letter in place[1]:
            column = column * 26 + letter - 64
        if row < len(rows) and column <= len(rows[row]):
            value = rows[row][column - 1]
            if isinstance(value, (int, float)) and not isinstance(value, bool) and 0 <= value < 1e15:
                rows[row][column - 1] = _text(value, styles[int(style[1])])


def _text(value: float, code: str) -> str:
    if "." in code:
        return f"{value:.{len(code) - 2}f}"
    return f"{value:0{len(code)}.0f}"
