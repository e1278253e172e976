"""The register of what left, as a paper: for an inspection, or to be signed and filed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from psyroom.records.access import Export
from psyroom.records.fields import about
from psyroom.reports import printing
from psyroom.reports.recovery import chinese_date
from psyroom.reports.tables import Column, Row, Sheet, Table
from psyroom.services import exports
from psyroom.services.exports import Left
from psyroom.services.hours import local_now
from psyroom.services.rights import needs_counsellor
from psyroom.services.school import context
from psyroom.services.sheets import Made
from psyroom.store.room import Room

TITLE = "外出登记"
WAYS: dict[str, str] = about(Export, "how")["choices"]
MOST_NAMED = 4
_COLUMNS = (
    Column("序号", 0.6),
    Column("时间", 1.6),
    Column("内容", 2.0, align="left"),
    Column("涉及的学生", 2.6, align="left"),
    Column("原因", 2.0, align="left"),
    Column("交给", 2.0, align="left"),
    Column("方式", 1.2),
    Column("经手人", 1.1),
)


def way(left: Left) -> str:
    """打印 · 文件，已加密 · 文件，未加密"""
    return WAYS[left.how] if left.how == "paper" else f"{WAYS[left.how]}，{'已' if left.sealed else '未'}加密"


def whose(left: Left) -> str:
    """Whom it was about; of many the first and how many."""
    names = [child.who or "（已移除）" for child in left.students]
    more = f"等 {len(names)} 人" if len(names) > MOST_NAMED else ""
    return "、".join(names[:MOST_NAMED]) + more


def sheet(room: Room, *, words: str = "", how: str = "", now: datetime | None = None) -> Made:
    """The register (or what was found in it), oldest first. Errors: `NeedsCounsellor`."""
    needs_counsellor(room)
    moment = now or local_now(room)
    lines: Sequence[Left] = exports.listed(room, words=words, how=how)[::-1]
    school = context(room)
    rows = [
        Row(
            (
                str(number),
                f"{left.at:%Y-%m-%d %H:%M}",
                left.kind,
                whose(left),
                left.reason,
                left.receiver,
                way(left),
                left.who,
            )
        )
        for number, left in enumerate(lines, 1)
    ]
    info = (f"学校：{school.title}", f"共 {len(lines)} 条", f"打印日期：{chinese_date(moment.date())}")
    made = Sheet(TITLE, f"心理辅导室材料{TITLE}", info, (Table("", _COLUMNS, tuple(rows)),), ("经办人（签字）：", "日期："),
                 ("记录由程序自动登记，不能修改或撤销", "内部资料，注意保密"))  # fmt: skip
    digest = exports.foot(room, moment.date())
    practice = school.practice or room.practice
    pdf, missing = printing.sheets_pdf([made], landscape=True, practice=practice, digest=digest, size=9)
    return Made(f"{TITLE}_{moment.date().isoformat()}", pdf, None, missing)
