"""Small papers to be cut: a slip for whoever has a booking, four to a page, and a note for each class teacher.

Neither says why. The teacher's note says when to let a student go and until when, and nothing that would make others ask.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from psyroom.reports import faces, grid
from psyroom.reports.faces import BIAOSONG, HEI, KAI, SONG
from psyroom.reports.paper import FINE, MM, Paper
from psyroom.reports.tables import Column, Row

TITLE = "预约条"
CLASS_TITLE = "学生通知条"
NOBODY = "这几天没有可以印的预约。"
PER_PAGE = 4
_PAD = 13 * MM  # from the cut to the text
_GREY = 0.45
_COLUMNS = (
    Column("姓名", 1.5),
    Column("日期", 1.6),
    Column("离班时间", 1.1),
    Column("回班时间", 1.1),
    Column("到哪里", 2.3),
)


@dataclass(frozen=True, repr=False)
class BookingSlip:
    """One slip: whose, of which class, when, where (a room, or 电话), whom to look for; `comes`: somebody is to come."""

    name: str
    class_name: str
    day: str
    span: str
    place: str
    person: str
    comes: bool = True


@dataclass(frozen=True, repr=False)
class LetGo:
    """A line of a teacher's note: who, on which day, from when to when, where to."""

    name: str
    day: str
    leaves: str
    returns: str
    where: str


# ---- four to a page --------------------------------------------------------------------------------------------


def booking_slips(school: str, slips: Sequence[BookingSlip], practice: bool = False) -> tuple[bytes, str]:
    """The slips as PDF, four to a page in the order given, and the characters no face has."""
    paper = Paper(TITLE, practice=practice, numbered=False)
    paper.bottom = 0  # each quarter has margins of its own
    if not slips:
        paper.text(paper.paper_width / 2, paper.top - 30 * MM, NOBODY, SONG, 11, "center")
    for number, slip in enumerate(slips):
        at = number % PER_PAGE
        if number and not at:
            paper.new_page()
        if not at:
            _cuts(paper)
        left = paper.paper_width / 2 * (at % 2)
        top = paper.paper_height - paper.paper_height / 2 * (at // 2)
        _slip(paper, school, slip, left + _PAD, top - _PAD, paper.paper_width / 2 - 2 * _PAD)
    return paper.finish(), "".join(dict.fromkeys(paper.missing))


def _cuts(paper: Paper) -> None:
    """Dashed lines that part the page in four."""
    canvas, middle, half = paper.canvas, paper.paper_width / 2, paper.paper_height / 2
    canvas.saveState()
    canvas.setStrokeGray(0.4)
    canvas.setLineWidth(0.5)
    canvas.setDash(3, 2.5)
    canvas.line(0, half, paper.paper_width, half)
    canvas.line(middle, 0, middle, paper.paper_height)
    canvas.restoreState()


def _slip(paper: Paper, school: str, slip: BookingSlip, x: float, y: float, room: float) -> None:
    """One quarter of the page, from its upper left corner."""
    y -= 5 * MM
    paper.text(x, y, school, SONG, fitting(school, SONG, 9, room), grey=_GREY)
    y -= 15 * MM
    paper.text(x + room / 2, y, TITLE, BIAOSONG, 24, "center")
    y -= 6 * MM
    paper.canvas.setStrokeGray(0)
    paper.canvas.setLineWidth(FINE)
    paper.canvas.line(x, y, x + room, y)
    lines = (
        ("姓名", slip.name, HEI, 19.0),
        ("班级", slip.class_name, SONG, 14.0),
        ("日期", slip.day, SONG, 14.0),
        ("时间", slip.span, HEI, 19.0),
        ("地点", slip.place, SONG, 14.0),
        ("找谁", slip.person, SONG, 14.0),
    )
    for label, value, face, size in lines:
        if not value:
            continue
        y -= 10.5 * MM
        paper.text(x, y, label, SONG, 11, grey=_GREY)
        paper.text(x + 15 * MM, y, value, face, fitting(value, face, size, room - 15 * MM))
    paper.y = y - 5 * MM
    paper.canvas.line(x, paper.y, x + room, paper.y)
    paper.y -= 1.5 * MM
    whom = slip.person or "老师"
    for words in (
        "到了敲敲门就好。" if slip.comes else "到时间老师会找你，不用跑一趟。",
        f"临时来不了，或想换个时间，都没关系：开始前告诉{whom}一声，或请班主任带个话，我们再约。",
    ):
        paper.paragraph(words, face=KAI, size=11.5, leading=1.5, indent=False, align="left", x=x, room=room)


def fitting(text: str, face: str, size: float, room: float) -> float:
    """The size at which the text fits the room on one line, never more than `size`."""
    used, fitted, _ = faces.fit(faces.cleaned(text), face)
    wide = faces.width(fitted, used, size)
    return size if wide <= room else size * room / wide


# ---- for the class teachers --------------------------------------------------------------------------------------


def class_slips(
    school: str, span: str, classes: Sequence[tuple[str, Sequence[LetGo]]], practice: bool = False
) -> tuple[bytes, str]:
    """A note for each class, several to a page, as PDF; and the characters no face has. `span`: the day or days."""
    paper = Paper(CLASS_TITLE, practice=practice)
    paper.title(CLASS_TITLE)
    paper.info(f"学校：{school}", "", f"日期：{span}")
    paper.space(3 * MM)
    if not classes:
        paper.space(8 * MM)
        paper.text(paper.left + paper.width / 2, paper.y, NOBODY, SONG, 11, "center")
    for number, (name, students) in enumerate(classes):
        height = (8 * (len(students) + 1) + 34) * MM
        if height <= paper.top - paper.bottom:
            paper.room(height)
        if number and paper.y < paper.top:
            paper.cut_line()
        paper.y -= 12
        paper.text(paper.left, paper.y, f"{name}　班主任老师", HEI, 12)
        paper.text(paper.right, paper.y, school, SONG, fitting(school, SONG, 9, paper.width / 2), "right", grey=_GREY)
        paper.y -= 2
        paper.paragraph(
            "下面的同学约好了时间，请您到点让他们离开，按时回班。请单独转告本人，不在班上念，也不必问缘由。谢谢您。",
            face=KAI,
            size=11,
            leading=1.6,
            indent=False,
            align="left",
        )
        paper.y -= 5
        rows = [Row((s.name, s.day, s.leaves, s.returns, s.where)) for s in students]
        grid.draw(paper, _COLUMNS, rows, size=10.5, row_mm=8)
    return paper.finish(), "".join(dict.fromkeys(paper.missing))
