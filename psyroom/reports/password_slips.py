"""The passwords of the class teachers' sheets: slips to cut apart, handed over by hand and never with the file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from psyroom.reports.faces import HEI, KAI, SONG
from psyroom.reports.paper import MM, Paper
from psyroom.reports.slips import fitting

TITLE = "登记表密码条"
NOBODY = "这个学期发出的表没有密码。"
HOW = "打开表格时输入，小横线也要输，字母都是小写。请妥善保管，不发到群里；表交回来以后，这张条子就可以撕掉。"
_HEIGHT = 46 * MM
_GREY = 0.45


@dataclass(frozen=True, repr=False)
class Slip:
    """One slip: the class, its teacher (empty: not known), the file's name, the password."""

    class_name: str
    teacher: str
    file: str
    password: str


def slips_pdf(school: str, term: str, slips: Sequence[Slip], practice: bool = False) -> tuple[bytes, str]:
    """The slips as PDF in the order given, several to a page with lines to cut, and the characters no face has."""
    paper = Paper(TITLE, practice=practice, numbered=False)
    if not slips:
        paper.text(paper.paper_width / 2, paper.top - 30 * MM, NOBODY, SONG, 11, "center")
    for number, slip in enumerate(slips):
        paper.room(_HEIGHT)
        if number and paper.y < paper.top:
            paper.cut_line()
        _slip(paper, school, term, slip)
    return paper.finish(), "".join(dict.fromkeys(paper.missing))


def _slip(paper: Paper, school: str, term: str, slip: Slip) -> None:
    paper.y -= 7 * MM
    teacher = "" if not slip.teacher else slip.teacher if slip.teacher.endswith("老师") else f"{slip.teacher}老师"
    paper.text(paper.left, paper.y, f"{slip.class_name}　{teacher or '班主任老师'}", HEI, 13)
    whose = f"{school}　{term}"
    paper.text(paper.right, paper.y, whose, SONG, fitting(whose, SONG, 9, paper.width / 2), "right", grey=_GREY)
    paper.y -= 7 * MM
    paper.text(paper.left, paper.y, "文件", SONG, 10.5, grey=_GREY)
    room = paper.width - 14 * MM
    paper.text(paper.left + 14 * MM, paper.y, slip.file, SONG, fitting(slip.file, SONG, 10.5, room))
    paper.y -= 12 * MM
    paper.text(paper.left, paper.y, "密码", SONG, 10.5, grey=_GREY)
    paper.text(paper.left + 14 * MM, paper.y, slip.password, HEI, 20)
    paper.y -= 3 * MM
    paper.paragraph(HOW, face=KAI, size=10.5, leading=1.5, indent=False, align="left")
