"""What of the class teachers' sheets could not be taken in, as a list to hand back: which file, which row, whose, and why.

It goes out through the register like any paper with names. That writes a line, and only a line: a dry run that was true
before is true after it (`restamped`).
"""

from __future__ import annotations

from dataclasses import replace

from psyroom.reports import printing, xlsx
from psyroom.reports.recovery import chinese_date
from psyroom.reports.tables import Cell, Column, Row, Sheet, Table
from psyroom.services.hours import local_now
from psyroom.services.rights import needs_counsellor
from psyroom.services.school import context
from psyroom.services.sheets import Made
from psyroom.services.talk_sheet_rows import PROBLEM
from psyroom.services.talk_sheets_read import DryRun
from psyroom.store.questions import talks as ask
from psyroom.store.room import Room

KIND = "班主任表待核对清单"
Stamp = tuple[int, int]
_COLUMNS = (
    Column("班级", 1.3),
    Column("文件", 2.2, align="left"),
    Column("行", 0.5),
    Column("姓名", 1.0),
    Column("要核对什么", 4.4, align="left"),
)


def about(dry: DryRun) -> tuple[str, ...]:
    """The students the list is about."""
    return tuple(
        dict.fromkeys(row.student for file in dry.files for row in file.rows if row.state == PROBLEM and row.student)
    )


def problems(room: Room, dry: DryRun) -> Made:
    """The list, file by file. Errors: `NeedsCounsellor`."""
    needs_counsellor(room)
    school, today = context(room), local_now(room).date()
    rows = []
    for file in dry.files:
        if file.refused:
            rows.append(Row((file.class_name or "—", file.name, "", "", Cell(file.refused))))
        rows += [
            Row((file.class_name, file.name, str(row.row), row.name, Cell(row.reason)))
            for row in file.rows
            if row.state == PROBLEM
        ]
    info = (f"学校：{school.title}", f"共 {len(rows)} 处", f"日期：{chinese_date(today)}")
    notes = ("改好后请把表再交一次；已经收下的行不会重复登记。", "内部资料，注意保密")
    sheet = Sheet(
        KIND,
        f"一生一谈登记表{'' if rows else '没有'}待核对的内容",
        info,
        (Table("", _COLUMNS, tuple(rows)),),
        (),
        notes,
    )
    practice = school.practice or room.practice
    pdf, missing = printing.sheets_pdf([sheet], landscape=True, practice=practice)
    book = xlsx.workbook([sheet], landscape=True, practice=practice)
    return Made(f"{KIND}_{today.isoformat()}", pdf, book, missing)


def moment(room: Room) -> Stamp:
    """How far the deeds have come."""
    needs_counsellor(room)
    with room.read() as session:
        return ask.stamp(session)


def restamped(room: Room, dry: DryRun, before: Stamp) -> DryRun:
    """The dry run after a list of it has left, where it was true right before (`before`: the moment then)."""
    needs_counsellor(room)
    return replace(dry, stamp=moment(room)) if dry.stamp == before else dry
