"""Where a workbook computes: the cells that hold a formula. Its value is never taken for something somebody typed."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from xml.etree import ElementTree

from psyroom.intake.formats import parts_of
from psyroom.intake.refusal import BAD, Refusal

Places = dict[str, list[tuple[int, int]]]
_FORMULA = re.compile(rb"<(?:\w+:)?f[\s>/]")
_BOF, _EOF, _SHEET, _UNICODE = 0x0809, 0x0A, 0x85, 1
_COMPUTED = (0x0006, 0x0206, 0x0406)


def of_xlsx(data: bytes) -> Places:
    """By sheet: rows and columns from 0. The archive has been checked."""
    found: Places = {}
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = set(archive.namelist())
        for sheet, part in parts_of(archive).items():
            if part in names and _FORMULA.search(content := archive.read(part)):
                found[sheet] = list(_cells(content))
    return found


def _cells(content: bytes) -> Iterator[tuple[int, int]]:
    row = column = -1
    for _, element in ElementTree.iterparse(io.BytesIO(content), ("start", "end")):
        name = element.tag.rpartition("}")[2]
        if name == "row" and _ == "start":
            row, column = int(element.get("r") or row + 2) - 1, -1
        elif name == "c" and _ == "start":
            column = _column(element.get("r"), column)
        elif name == "c":
            if any(child.tag.rpartition("}")[2] == "f" for child in element):
                yield row, column
            element.clear()


def _column(reference: str | None, before: int) -> int:
    letters = re.match(r"[A-Z]+", reference or "")
    if not letters:
        return before + 1
    number = 0
    for letter in letters[0]:
        number = number * 26 + ord(letter) - 64
    return number - 1


def of_xls(data: bytes) -> Places:
    """The same for a BIFF8 workbook; nothing where its records cannot be walked."""
    stream = _stream(data)
    found: Places = {}
    for name, begin in _sheets(stream):
        cells = [
            (int.from_bytes(body[:2], "little"), int.from_bytes(body[2:4], "little"))
            for kind, body in _records(stream, begin)
            if kind in _COMPUTED and len(body) >= 4
        ]
        if cells:
            found[name] = cells
    return found


def _stream(data: bytes) -> bytes:
    import olefile  # type: ignore[import-untyped]

    if not olefile.isOleFile(data):
        return data
    with olefile.OleFileIO(io.BytesIO(data)) as ole:
        for name in ("Workbook", "Book"):
            if ole.exists(name):
                return bytes(ole.openstream(name).read())
    return b""


def _records(stream: bytes, at: int) -> Iterator[tuple[int, bytes]]:
    """Records of one substream, its end included; what is embedded in it (a chart) stays inside."""
    deep = 0
    while at + 4 <= len(stream):
        kind, size = int.from_bytes(stream[at : at + 2], "little"), int.from_bytes(stream[at + 2 : at + 4], "little")
        yield kind, stream[at + 4 : at + 4 + size]
        deep += (kind == _BOF) - (kind == _EOF)
        if deep <= 0:
            return
        at += 4 + size


def _sheets(stream: bytes) -> Iterator[tuple[str, int]]:
    for kind, body in _records(stream, 0):
        if kind == _SHEET and len(body) > 8:
            text = body[8:]
            name = text.decode("utf-16-le", "replace") if body[7] & _UNICODE else text.decode("latin-1")
            yield name[: body[6]], int.from_bytes(body[:4], "little")


def refuse_in_markup(data: bytes) -> None:
    """A table saved as a web page or as XML does not say where its formulas stand once it is read: then it is not read."""
    plain = data.replace(b"\0", b"")
    if b"x:fmla" in plain or b"ss:Formula=" in plain:
        raise Refusal(BAD, "里面有公式，请在表格软件里把公式换成文字，再另存为 xlsx")
