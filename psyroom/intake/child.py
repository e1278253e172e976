"""The child process in which a file from outside is opened: bytes on standard input, one JSON answer on standard output.

`python -m psyroom.intake.child`. A hostile file can end this process and nothing else. It writes no file, opens no socket,
may use two gigabytes and twenty seconds, and leaves no core dump. Keep its imports few: it starts anew for each file.
"""

from __future__ import annotations

import datetime
import io
import json
import sys
from typing import Any

from psyroom.intake.refusal import BAD, ENCRYPTED, HOSTILE, MOST_CELLS, Refusal

MOST_MEMORY = 480_000_000  # sixty thousand rows of thirty columns; the largest school has five thousand
MOST_SECONDS = 20


def limit() -> None:
    """Bounds by the operating system, where it has them (not on Windows; there only the time limit stands)."""
    try:
        import resource
    except ImportError:
        return
    for what, most in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_AS, MOST_MEMORY),
        (resource.RLIMIT_CPU, MOST_SECONDS),
    ):
        hard = resource.getrlimit(what)[1]
        resource.setrlimit(what, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))


def sheets_of(data: bytes) -> list[dict[str, Any]]:
    """The sheets of a file: name, rows, merged blocks, whether hidden. Raises Refusal."""
    from psyroom.intake.sniff import kind_of

    kind = kind_of(data)
    if kind == "text":
        from psyroom.intake.text import rows_of

        return [_sheet("", rows_of(data), [])]
    if kind in ("html", "xml"):
        from psyroom.intake.markup import html_tables, xml_sheets

        return [_sheet(*found) for found in (html_tables(data) if kind == "html" else xml_sheets(data))]
    if kind == "zip":
        from psyroom.intake.archive import check

        check(data)
        found = _workbook(data)
        _as_shown(data, found)
        return found
    return _workbook(data)


def _as_shown(data: bytes, found: list[dict[str, Any]]) -> None:
    from psyroom.intake.formats import as_shown

    try:
        as_shown(data, {sheet["name"]: sheet["rows"] for sheet in found})
    except (KeyError, ValueError):
        pass  # styles nobody can read: the numbers stay as they are stored


def _sheet(name: str, rows: list[list[Any]], merged: list[Any], hidden: bool = False) -> dict[str, Any]:
    while rows and not any(cell != "" for cell in rows[-1]):
        rows.pop()
    return {"name": name, "rows": rows, "merged": merged, "hidden": hidden}


def _workbook(data: bytes) -> list[dict[str, Any]]:
    import python_calamine as calamine

    found = []
    try:
        book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        for about in book.sheets_metadata:
            if about.typ != calamine.SheetTypeEnum.WorkSheet:
                continue
            sheet = book.get_sheet_by_name(about.name)
            if sheet.total_height * sheet.total_width > MOST_CELLS:
                raise Refusal(HOSTILE, "有的单元格离名册太远")
            merged = [(a[0], a[1], b[0], b[1]) for a, b in sheet.merged_cell_ranges or []]
            hidden = about.visible != calamine.SheetVisibleEnum.Visible
            found.append(_sheet(about.name, sheet.to_python(skip_empty_area=False), merged, hidden))
    except calamine.PasswordError as error:
        raise Refusal(ENCRYPTED) from error
    except (calamine.CalamineError, OSError, ValueError) as error:
        raise Refusal(BAD, "文件不完整或已损坏，请重新下载或另存一份") from error
    return found


def told(value: object) -> object:
    """Dates and times as JSON: a list of a letter and a text, or minutes."""
    if isinstance(value, datetime.datetime):
        return ["m", value.isoformat(timespec="minutes")]
    if isinstance(value, datetime.date):
        return ["d", value.isoformat()]
    if isinstance(value, datetime.time):
        return ["t", value.hour * 60 + value.minute]
    if isinstance(value, datetime.timedelta):
        return ["t", round(value.total_seconds() / 60)]
    return str(value)


def main() -> int:
    data = sys.stdin.buffer.read()
    limit()
    answer: dict[str, Any]
    try:
        answer = {"sheets": sheets_of(data)}
    except Refusal as refusal:
        answer = {"refused": refusal.kind, "why": refusal.why}
    out = json.dumps(answer, ensure_ascii=False, default=told).encode("utf-8", "surrogatepass")
    sys.stdout.buffer.write(out)
    sys.stdout.buffer.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
