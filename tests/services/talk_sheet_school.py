"""A school with classes for the sheets' tests, and the hands of class teachers: opening, filling, saving as this and that."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msoffcrypto
import openpyxl
from sqlmodel import SQLModel, select

from psyroom.bench.bulk import drive
from psyroom.reports import sealing
from psyroom.rules.talk_sheet import FIELDS, HEADERS, SHEET
from psyroom.services import students, talk_rules, talk_sheets, talk_sheets_read
from psyroom.services.talk_sheets import SheetsMade
from psyroom.services.talk_sheets_read import DryRun, FileRead, RowRead, Taken
from psyroom.store.room import Room

NOW = datetime(2026, 11, 19, 12, 50)
WHY = {"reason": "班主任工作需要", "receiver": "各班班主任"}
THREE = [(f"2026030{n}", name, "f") for n, name in enumerate(("安宁", "白帆", "曹一诺", "丁浩然"), 1)]
TWO = [("20260201", "戚薇", "f"), ("20260202", "石磊", "m")]
DAY = "2026-10-12"


def fill_school(room: Room, classes: Mapping[int, Sequence[tuple[str, str, str]]] | None = None) -> dict[str, str]:
    """Students of 2026级 by class, and 赵敏 the class teacher of class 3; name (with the number where one name is in the
    class twice) → id."""
    room.now, room.clock_confirmed = lambda: NOW.astimezone(UTC), True
    found: dict[str, str] = {}
    for class_no, rows in (classes or {3: THREE, 2: TWO}).items():
        for number, name, sex in rows:
            values = {
                "name": name,
                "sex": sex,
                "number": number,
                "stage": "vocational",
                "cohort": 2026,
                "class_no": class_no,
            }
            found[f"{name}{number}" if name in found else name] = students.add(room, values, {})
    talk_rules.set_class_teacher(room, "vocational", 2026, 3, "赵敏")
    return found


def sheets_out(room: Room, folder: Path, **more: Any) -> SheetsMade:
    return drive(talk_sheets.making(room, folder, NOW, **{**WHY, **more}))


def sheet_of(room: Room, folder: Path, class_no: int = 3) -> Path:
    """The sheet of a class, made without password."""
    made = sheets_out(room, folder, with_password=False)
    return next(path for path in made.files if f"级{class_no}班" in path.name)


def opened(path: Path, password: str = "") -> Any:
    data = path.read_bytes()
    if password:
        file, plain = msoffcrypto.OfficeFile(io.BytesIO(data)), io.BytesIO()
        file.load_key(password=password)
        file.decrypt(plain)
        data = plain.getvalue()
    return openpyxl.load_workbook(io.BytesIO(data))


def saved(book: Any, path: Path, password: str = "") -> Path:
    buffer = io.BytesIO()
    book.save(buffer)
    data = buffer.getvalue()
    path.write_bytes(sealing.workbook(data, password, spins=1000) if password else data)
    return path


def column(code: str) -> int:
    return list(FIELDS.values()).index(code) + 1


def row_of(page: Any, name: str) -> int:
    return next(row for row in range(2, page.max_row + 1) if page.cell(row, 2).value == name)


def put(page: Any, name: str, **cells: Any) -> int:
    """Type into a child's row; returns its number."""
    row = row_of(page, name)
    for code, value in cells.items():
        page.cell(row, column(code)).value = value
    return row


def filled(
    path: Path, rows: Mapping[str, Mapping[str, Any]], password: str = "", change: Callable[[Any], None] | None = None
) -> Path:
    """Type into the sheet and save it in its place; `change` does what else a teacher does to it."""
    book = opened(path, password)
    for name, cells in rows.items():
        put(book[SHEET], name, **cells)
    if change is not None:
        change(book)
    return saved(book, path, password)


def table(path: Path, rows: Sequence[Sequence[Any]], heads: Sequence[str] = HEADERS) -> Path:
    """A workbook of a teacher's own, without the hidden sheet."""
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    page.title = SHEET
    for row in [heads, *rows]:
        page.append(list(row))
    return saved(book, path)


def read(room: Room, *paths: Path, now: datetime = NOW, **more: Any) -> DryRun:
    return drive(talk_sheets_read.reading(room, list(paths), now, **more))


def the_file(dry: DryRun) -> FileRead:
    (file,) = dry.files
    assert not file.refused, file.refused
    return file


def row(dry: DryRun, name: str) -> RowRead:
    """The one row of a child that has something in it."""
    (found,) = [r for f in dry.files for r in f.rows if r.name == name and r.state != "blank"]
    return found


def take(room: Room, dry: DryRun) -> Taken:
    return talk_sheets_read.take(room, dry, NOW)


def stored(room: Room, model: type[SQLModel]) -> list[Any]:
    with room.read() as session:
        return list(session.exec(select(model)).all())


def count(dry: DryRun) -> tuple[int, int, int, int]:
    return dry.new, dry.changed, dry.unchanged, dry.problems
