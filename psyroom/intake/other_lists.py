"""Sheets of a roster's file that are other lists: teachers, those who have left, notes, statistics."""

from __future__ import annotations

import re

from psyroom.intake.columns import Table
from psyroom.intake.header import STAFF, plain
from psyroom.intake.sheets import Sheet

_LEFT = re.compile(r"转出|离校|退学|辍学|往届|毕业|已转走|流失")


def of_staff(table: Table) -> bool:
    """A list of teachers: never children, even where it names the classes they teach."""
    said = [plain(column.key) for column in table.columns]
    return any(STAFF.fullmatch(header) for header in said) and not any(
        "学生" in header or "家长" in header for header in said
    )


def why_left_out(sheet: Sheet, roster: bool, *, alone: bool) -> str:
    """The note to the person on why a sheet is not read; empty where it is read, or has nothing to tell of.

    `roster`: it holds tables of children; `alone`: no other sheet does.
    """
    if sheet.hidden:
        return f"工作表“{sheet.name}”是隐藏的，没有读；需要时请取消隐藏后再导入。" if roster else ""
    if not roster:
        return f"工作表“{sheet.name}”不像名册，没有读。" if sheet.rows else ""
    if not alone and _LEFT.search(sheet.name):
        return f"工作表“{sheet.name}”看上去是已经离校的学生，没有读；如果他们还在校，请改一下工作表的名字再导入一次。"
    return ""
