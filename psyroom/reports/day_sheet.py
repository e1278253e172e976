"""The day on paper, for when there is no power: who has duty, and who came, to be keyed in afterwards.

Its columns are those of the window that takes it in (按纸质记录补录), in the same order.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from psyroom.reports import grid
from psyroom.reports.paper import MM, Paper
from psyroom.reports.tables import Column, Row

TITLE = "心理辅导室日记录表"
DUTY = (
    Column("序号", 0.6),
    Column("值班老师", 2),
    Column("计划", 2),
    Column("从", 1.4),
    Column("到", 1.4),
    Column("签字", 2),
)
VISITS = (
    Column("序号", 0.6),
    Column("预约时间", 1.5),
    Column("到", 1.1),
    Column("离", 1.1),
    Column("姓名", 1.7),
    Column("班级", 1.6),
    Column("谁来（圈一个）", 2.5),
    Column("结果（圈一个）", 2.0),
    Column("接待老师", 1.4),
    Column("值班签字", 1.3),
)
WHO, CAME = "学生　家长　教师　团体", "来了　迟到　没来"
LEAST_ROWS = 8
_ROW = 9.5  # mm: room for a hand
NOTES = (
    "停电或电脑坏了先记在这里，时间写几点几分；团体在姓名一栏写人数",
    "来电后在“预约”里点“按纸质记录补录”，照这张表的顺序录入",
    "表上有姓名，请随手收好，录完锁进柜子",
)


@dataclass(frozen=True, repr=False)
class PlannedDuty:
    """Who is planned from when to when."""

    person: str
    span: str


@dataclass(frozen=True, repr=False)
class ExpectedVisit:
    """A booking printed in: its hours, who, class, of which kind, with whom."""

    span: str
    name: str
    class_name: str
    kind: str
    person: str


def day_sheet(
    school: str,
    day: str,
    planned: Sequence[PlannedDuty],
    expected: Sequence[ExpectedVisit] = (),
    practice: bool = False,
) -> tuple[bytes, str]:
    """The sheet as PDF (A4, lying), and the characters no face has. `day` is 2026年11月24日　周二."""
    paper = Paper(TITLE, landscape=True, practice=practice)

    def head(page: Paper) -> None:
        page.title(TITLE)
        page.info(f"学校：{school}", "", f"日期：{day}", size=10.5)

    paper.head = head
    head(paper)
    duties = [Row((str(n), p.person, p.span, "", "", "")) for n, p in enumerate(planned, 1)]
    duties += [Row((str(n), "", "", "", "", "")) for n in range(len(duties) + 1, max(3, len(duties) + 1) + 1)]
    grid.draw(paper, DUTY, duties, size=10, row_mm=7.5)
    paper.space(4 * MM)
    rows = [
        Row((str(n), e.span, "", "", e.name, e.class_name, e.kind, CAME, e.person, ""))
        for n, e in enumerate(expected, 1)
    ]
    below = 9 * MM  # the notes
    free = int((paper.y - paper.bottom - below) / (_ROW * MM)) - 1 - len(rows)
    for number in range(len(rows) + 1, len(rows) + (free if free > 2 else LEAST_ROWS) + 1):
        rows.append(Row((str(number), "", "", "", "", "", WHO, CAME, "", "")))
    grid.draw(paper, VISITS, rows, size=9.5, row_mm=_ROW)
    paper.notes(NOTES, size=8)
    return paper.finish(), "".join(dict.fromkeys(paper.missing))
