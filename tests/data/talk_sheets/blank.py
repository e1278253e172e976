"""Makes the empty sheet that `fill.py` has LibreOffice fill in: `python tests/data/talk_sheets/blank.py`.

Names are invented; room and sheet have numbers of their own, which the tests put into their room.
"""

from __future__ import annotations

from pathlib import Path

from psyroom.reports import sealing
from psyroom.reports.talk_sheet import ClassSheet, talk_sheet
from psyroom.rules.talk_sheet import marks

HERE = Path(__file__).parent
ROOM, SHEET, PASSWORD = "0" * 31 + "1", "0" * 31 + "2", "gt27-gqju-dxnh-64km"
CLASS = [
    ("20260301", "安宁", "f"),
    ("20260302", "白帆", "m"),
    ("20260303", "曹一诺", "f"),
    ("20260304", "丁浩然", "m"),
    ("", "李明", "m"),
    ("", "李明", "f"),
    ("20260307", "欧阳晓雪", "f"),
    ("20260308", "石磊", "m"),
    ("20260309", "唐果", "f"),
    ("20260310", "魏子轩", "m"),
]
"""Number, name, sex of 2026级3班; two of one name without a number."""


def about() -> ClassSheet:
    sexes = {"m": "男", "f": "女"}
    shown = marks([(number, name, sexes[sex]) for number, name, sex in CLASS])
    rows = [(mark, name) for mark, (_, name, _) in zip(shown, CLASS, strict=True)]
    told = (("room", ROOM), ("sheet", SHEET), ("term", "2026-1"), ("class", "2026级/3"), ("rows", ""))
    return ClassSheet("青山职业学校", "2026级3班", "2026—2027学年第一学期", rows, told)


if __name__ == "__main__":
    made = talk_sheet(about())
    (HERE / "blank.xlsx").write_bytes(made)
    (HERE / "blank-locked.xlsx").write_bytes(sealing.workbook(made, PASSWORD, spins=10_000))
