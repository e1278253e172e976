"""Makes files as schools send them, and as nobody should."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import openpyxl

DATA = Path(__file__).parent.parent / "data"
ROSTERS = DATA / "rosters"
Rows = Sequence[Sequence[Any]]


def xlsx(
    path: Path,
    sheets: Mapping[str, Rows] | Rows,
    *,
    merged: Sequence[str] = (),
    hidden: Sequence[str] = (),
    formats: Mapping[str, str] | None = None,
) -> Path:
    """A workbook. `merged` and `formats` hold for every sheet."""
    book = openpyxl.Workbook()
    assert book.active is not None
    book.remove(book.active)
    for name, rows in (sheets if isinstance(sheets, Mapping) else {"Sheet1": sheets}).items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
        for block in merged:
            sheet.merge_cells(block)
        for cell, number_format in (formats or {}).items():
            sheet[cell].number_format = number_format
        if name in hidden:
            sheet.sheet_state = "hidden"
    book.save(path)
    return path


def csv(path: Path, rows: Rows, encoding: str = "utf-8", delimiter: str = ",") -> Path:
    text = "\r\n".join(delimiter.join(str(cell) for cell in row) for row in rows) + "\r\n"
    path.write_bytes(text.encode(encoding))
    return path


def html(path: Path, rows: Rows, encoding: str = "gb2312") -> Path:
    body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>\n" for row in rows)
    page = (
        f'<html xmlns:x="urn:schemas-microsoft-com:office:excel"><head><meta http-equiv=Content-Type '
        f'content="text/html; charset={encoding}"></head><body><table border=1>{body}</table></body></html>'
    )
    path.write_bytes(page.encode("gb18030" if encoding == "gb2312" else encoding))
    return path


def spreadsheetml(path: Path, rows: Rows, before: str = "") -> Path:
    """The XML workbooks of 2003. Row indexes are written, as some systems leave out empty rows."""
    lines = "".join(
        f'<Row ss:Index="{number}">'
        + "".join(f'<Cell><Data ss:Type="String">{cell}</Data></Cell>' for cell in row)
        + "</Row>"
        for number, row in enumerate(rows, 1)
        if any(cell != "" for cell in row)
    )
    path.write_text(
        f'<?xml version="1.0"?>{before}<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" '
        f'xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"><Worksheet ss:Name="一班"><Table>{lines}</Table>'
        "</Worksheet></Workbook>",
        "utf-8",
    )
    return path


def parts(source: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(source)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(contents: Mapping[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in contents.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def changed(path: Path, part: str, change: Any) -> Path:
    """The workbook with one part put through `change`."""
    contents = parts(path.read_bytes())
    contents[part] = change(contents[part])
    path.write_bytes(packed(contents))
    return path
