"""A child process of the benchmark: a sheet for each of 90 classes under its own password, and all read back filled.

python -m psyroom.bench.sheets FOLDER       prints one JSON object of seconds and counts; FOLDER must not exist

Floors: the same cells written by XlsxWriter with no list, colour or lock; and for the way back what no reader can spare,
a derivation of 100,000 rounds for each file (as the office programs save) and the bare reading of the plain workbook.
"""

from __future__ import annotations

import hashlib
import io
import json
import sys
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from struct import pack

import openpyxl
import python_calamine
import xlsxwriter
from sqlmodel import insert

from psyroom.bench.bulk import TODAY, drive, peak_mb, timed
from psyroom.records.ids import new_id
from psyroom.records.students import Student
from psyroom.reports import sealing
from psyroom.rules.talk_sheet import FIELDS, SHEET
from psyroom.services import talk_rules, talk_sheets, talk_sheets_read
from psyroom.services.rooms import RoomSetup, make_room
from psyroom.services.talk_sheets import SheetsMade
from psyroom.store.room import Room

PUPILS = 100 / 3
"""Of a class, on average: 3,000 in ninety."""
SPINS = 100_000
NOW = datetime(TODAY.year, TODAY.month, TODAY.day, 12, 50)
REASON, RECEIVER = "班主任工作需要", "各班班主任"
POINTS = "聊了最近的作息和功课，约好每周三放学后答疑，下个月再看看。"


def fill_school(room: Room, classes: int) -> None:
    """Years of thirty classes, each with its class teacher."""
    rows = []
    for n in range(round(PUPILS * classes)):
        place = n % classes
        rows.append(
            {"id": new_id(), "name": f"学生{n:04}", "sex": "fm"[n % 2], "stage": "vocational", "cohort": 2024 + place // 30,
             "class_no": place % 30 + 1, "number": f"2026{n:05}", "status": "present", "status_since": None}
        )  # fmt: skip
    with room.write("bench", undoable=False) as deed:
        deed.session.execute(insert(Student), rows)
    names = {("vocational", 2024 + place // 30, place % 30 + 1): f"教师{place}" for place in range(classes)}
    talk_rules.set_class_teachers(room, names)


def fill_in(made: SheetsMade) -> list[bytes]:
    """Every row of every sheet, saved as an office program saves it; the plain workbooks."""
    codes = list(FIELDS.values())
    cells = {"day": "10.12", "way": "面谈", "theme": "学习情况", "points": POINTS, "follow_up": "否"}
    plain = []
    for path, slip in zip(made.files, made.slips, strict=True):
        buffer = io.BytesIO()
        book = openpyxl.load_workbook(io.BytesIO(_opened(path.read_bytes(), slip.password)))
        page = book[SHEET]
        for row in range(3, page.max_row + 1):
            if page.cell(row, 2).value:
                for code, words in cells.items():
                    page.cell(row, codes.index(code) + 1).value = words
        book.save(buffer)
        plain.append(buffer.getvalue())
        path.write_bytes(sealing.workbook(plain[-1], slip.password, spins=SPINS))
    return plain


def _opened(data: bytes, password: str) -> bytes:
    from psyroom.intake.unlock import unlocked

    return unlocked(data, [password])[0]


def bare_writing(sheets: int, rows: int) -> None:
    for _ in range(sheets):
        book = xlsxwriter.Workbook(io.BytesIO(), {"in_memory": True})
        sheet = book.add_worksheet()
        for row in range(rows):
            for column in range(len(FIELDS)):
                sheet.write_string(row, column, "学生" if column < 2 else "")
        book.close()


def bare_reading(plain: Sequence[bytes]) -> None:
    for data in plain:
        spun = hashlib.sha512(b"salt").digest()
        for turn in range(SPINS):
            spun = hashlib.sha512(pack("<I", turn) + spun).digest()
        python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_name(SHEET).to_python()


def run(folder: Path, classes: int) -> dict[str, float]:
    setup = RoomSetup(
        "练习学校", "vocational", date(2026, 8, 31), "甲", "七步之外的灯", use_keyring=False, practice=True
    )
    room, _code = make_room(folder, setup)
    room.now = lambda: NOW.astimezone(UTC)
    fill_school(room, classes)
    out = folder.parent / "sheets-out"
    making, made = timed(lambda: drive(talk_sheets.making(room, out, NOW, reason=REASON, receiver=RECEIVER)))
    bare, _ = timed(lambda: bare_writing(classes, int(PUPILS) + 7))
    plain = fill_in(made)
    reading, dry = timed(lambda: drive(talk_sheets_read.reading(room, [out], NOW)))
    floor, _ = timed(lambda: bare_reading(plain))
    taking, taken = timed(lambda: talk_sheets_read.take(room, dry, NOW))
    again, second = timed(lambda: drive(talk_sheets_read.reading(room, [out], NOW)))
    room.close()
    return {
        "sheets": len(made.files), "making": making, "bare_writing": bare, "reading": reading, "bare_reading": floor,
        "taking": taking, "new": taken.new, "again": again, "unchanged": second.unchanged, "peak_mb": peak_mb(),
    }  # fmt: skip


if __name__ == "__main__":
    sys.stdout.write(json.dumps(run(Path(sys.argv[1]), int(sys.argv[2]))) + "\n")
