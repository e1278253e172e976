"""Tomorrow's list: for each class a slip to cut off, so that a class teacher sees the own class and no other.

Class, name, time, place; no reason, no kind, no way of booking. The words on it say nothing that a passer-by could use.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from psyroom.reports import grid
from psyroom.reports.faces import HEI, SONG
from psyroom.reports.paper import MM, Paper
from psyroom.reports.tables import Column, Row

TITLE = "预约名单"
_COLUMNS = (Column("序号", 0.6), Column("姓名", 1.6), Column("时间", 1.8), Column("地点", 2.0), Column("到达确认", 1.2))


@dataclass(frozen=True)
class Expected:
    """One student who is expected: name, from–to, room."""

    name: str
    span: str
    place: str


def tomorrow_list(
    school: str, day: str, classes: Sequence[tuple[str, Sequence[Expected]]], practice: bool = False
) -> tuple[bytes, str]:
    """The slips as PDF, classes in the order given, and the characters no face has. `day` is 11月24日 周二."""
    paper = Paper(TITLE, practice=practice)
    paper.title(TITLE)
    paper.info(f"学校：{school}", "", f"日期：{day}")
    paper.space(3 * MM)
    if not classes:
        paper.space(8 * MM)
        paper.text(paper.left + paper.width / 2, paper.y, "这一天没有学生预约。", SONG, 11, "center")
    for number, (name, expected) in enumerate(classes):
        height = (7.5 * (len(expected) + 1) + 22) * MM
        if height <= paper.top - paper.bottom:
            paper.room(height)
        if number and paper.y < paper.top:
            paper.cut_line()
        paper.y -= 11
        paper.text(paper.left, paper.y, name, HEI, 11)
        paper.text(paper.right, paper.y, f"{day}　请单独转告本人，按时到达", SONG, 9, "right")
        paper.y -= 5
        rows = [Row((str(i), e.name, e.span, e.place, "")) for i, e in enumerate(expected, 1)]
        grid.draw(paper, _COLUMNS, rows, size=10, row_mm=7.5)
    return paper.finish(), "".join(dict.fromkeys(paper.missing))
