"""What happened with one student, on paper: day by day, the first first, with what was written where it was asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from psyroom.reports.faces import HEI, KAI, SONG
from psyroom.reports.note_papers import COPY, MASKED, SECRET
from psyroom.reports.paper import FINE, MM, Paper

TITLE = "学生经过记录"
NOTHING = "没有这几种记录。"
_WHEN = 31 * MM  # the column of days
_GREY = 0.35


@dataclass(frozen=True, repr=False)
class Happened:
    """A line: its day and hour, what, more about it, and what was written (empty where it is not to be told)."""

    day: str
    hour: str
    what: str
    detail: str
    body: str = ""


@dataclass(frozen=True, repr=False)
class TimelinePaper:
    """One student's time line in the kinds chosen."""

    name: str
    class_name: str
    kinds: str
    made_on: str
    maker: str
    lines: tuple[Happened, ...]
    masked: bool = False


def timeline_pdf(told: TimelinePaper, school: str, *, practice: bool = False, digest: str = "") -> tuple[bytes, str]:
    """The time line as PDF, and the characters no face has."""

    def draw(of: int) -> Paper:
        paper = Paper(TITLE, practice=practice, digest=digest, of=of, marks=("", SECRET), margin_mm=22)
        paper.head = lambda page: _running(page, told.name)
        paper.title(TITLE, 22)
        paper.space(2 * MM)
        paper.info(f"学校：{school}", "", f"制作：{told.maker}　{told.made_on}", size=10)
        paper.info(f"姓名：{told.name}", "", f"班级：{told.class_name}" if told.class_name else "", size=10)
        paper.paragraph(f"所含种类：{told.kinds}", size=10, leading=1.5, indent=False, align="left")
        paper.space(2 * MM)
        _lines(paper, told.lines)
        paper.space(2 * MM)
        paper.notes([COPY, MASKED] if told.masked else [COPY], size=8)
        return paper

    paper = draw(draw(0).pages)  # twice: the first time to know how many pages there are
    return paper.finish(), "".join(dict.fromkeys(paper.missing))


def _running(paper: Paper, name: str) -> None:
    paper.y += 1 * MM
    paper.text(paper.left, paper.y, f"{TITLE}　{name}（续）", KAI, 9.5, grey=_GREY)
    paper.y -= 4 * MM


def _lines(paper: Paper, lines: Sequence[Happened]) -> None:
    if not lines:
        paper.paragraph(NOTHING, face=KAI, size=10.5, align="left")
    x, wide = paper.left + _WHEN, paper.width - _WHEN
    for line in lines:
        paper.room(17 * MM)
        _rule(paper)
        paper.space(1.2 * MM)
        top = paper.y
        paper.text(paper.left, top - 11.5, line.day, HEI, 10)
        if line.hour:
            paper.text(paper.left, top - 25, line.hour, SONG, 9.5, grey=_GREY)
        paper.paragraph(line.what, face=HEI, size=10.5, leading=1.5, indent=False, align="left", x=x, room=wide)
        if line.detail:
            paper.paragraph(line.detail, face=SONG, size=9.5, leading=1.4, indent=False, align="left", x=x, room=wide)
        if line.body:
            paper.space(0.6 * MM)
            paper.paragraph(line.body, face=SONG, size=10.5, leading=1.55, indent=False, x=x, room=wide)
        paper.space(1.4 * MM)
    _rule(paper)


def _rule(paper: Paper) -> None:
    """A hair line over the whole width."""
    paper.canvas.setStrokeGray(0.6)
    paper.canvas.setLineWidth(FINE)
    paper.canvas.line(paper.left, paper.y, paper.right, paper.y)
    paper.canvas.setStrokeGray(0)
