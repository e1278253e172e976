"""The week's timetable for the door: when the room is open and who is there. Read from a few steps away, by anybody, so
no visitor stands on it, not even as a taken hour."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from psyroom.reports.faces import HEI, KAI, SONG
from psyroom.reports.paper import FINE, FRAME, MM, Paper
from psyroom.reports.slips import fitting

TITLE = "心理辅导室开放时间"
CLOSED = "不开放"
HOW = (
    "怎么约：直接敲门，或写张纸条投进心理信箱，写上班级和姓名就行；也可以请班主任带个话。",
    "门关着又急着想找人说说话，可以打全国统一心理援助热线 12356。",
)
_DAY, _TIME = 0.24, 0.4  # shares of the width
_MOST, _LEAST = 19 * MM, 3 * MM  # height of a line


@dataclass(frozen=True)
class DoorBand:
    """Open from–to, and who is there (empty: nobody named)."""

    span: str
    people: str


@dataclass(frozen=True)
class DoorDay:
    """A day: 周一, 11月23日, its bands; `name`: why none is open (国庆节)."""

    weekday: str
    date: str
    bands: tuple[DoorBand, ...] = ()
    name: str = ""


def door_sheet(school: str, week: str, days: Sequence[DoorDay], practice: bool = False) -> tuple[bytes, str]:
    """One A4 page as PDF, and the characters no face has. `week` is 第13周　11月23日—11月29日."""
    paper = Paper(TITLE, practice=practice, numbered=False, margin_mm=18)
    paper.bottom = 12 * MM
    paper.y -= 14
    paper.text(paper.paper_width / 2, paper.y, school, SONG, fitting(school, SONG, 16, paper.width), "center")
    paper.y -= 12
    paper.title(TITLE, 38)
    paper.y -= 12
    paper.text(paper.paper_width / 2, paper.y, week, HEI, 17, "center")
    paper.y -= 7 * MM
    foot = 46 * MM  # for how to book
    lines = sum(max(1, len(day.bands)) for day in days)
    height = max(_LEAST, min(_MOST, (paper.y - paper.bottom - foot) / max(lines + 1, 1)))
    _table(paper, days, height)
    paper.y -= 4 * MM
    for number, words in enumerate(HOW):
        paper.paragraph(words, face=KAI, size=15 if not number else 12, leading=1.6, indent=False, align="left")
        paper.y -= 2 * MM
    return paper.finish(), "".join(dict.fromkeys(paper.missing))


def _table(paper: Paper, days: Sequence[DoorDay], height: float) -> None:
    """Days down, each as high as it has bands."""
    size = min(24.0, height * 0.5)
    first, second = paper.left + _DAY * paper.width, paper.left + (_DAY + _TIME) * paper.width
    columns = ((paper.left, first), (first, second), (second, paper.right))
    top = paper.y
    for (left, right), words in zip(columns, ("星期", "开放时间", "值班老师"), strict=True):
        _centred(paper, words, HEI, size * 0.72, left, right, paper.y - height / 2)
    paper.y -= height
    _upright(paper, second, top, height)
    canvas = paper.canvas
    for day in days:
        rows = max(1, len(day.bands))
        _line(paper, paper.left, paper.right, paper.y, FINE * 1.5)
        middle = paper.y - rows * height / 2
        _centred(paper, day.weekday, HEI, size, paper.left, first, middle + height * 0.17)
        _centred(paper, day.date, SONG, size * 0.52, paper.left, first, middle - height * 0.25)
        if not day.bands:
            words = f"{day.name}　{CLOSED}" if day.name else CLOSED
            _centred(paper, words, SONG, size * 0.9, first, paper.right, middle, grey=0.35)
        for at, band in enumerate(day.bands):
            low = paper.y - (at + 1) * height
            if at:
                _line(paper, first, paper.right, low + height, FINE)
            _centred(paper, band.span, HEI, size, first, second, low + height / 2)
            _people(paper, band.people, size * 0.9, second, low + height / 2)
        if day.bands:
            _upright(paper, second, paper.y, rows * height)
        paper.y -= rows * height
    _upright(paper, first, top, top - paper.y)
    canvas.setLineWidth(FRAME)
    canvas.rect(paper.left, paper.y, paper.width, top - paper.y)


def _people(paper: Paper, people: str, size: float, left: float, middle: float) -> None:
    """Who is there, on two lines where one would be too small to read."""
    names = people.split("、")
    if len(names) > 2 and fitting(people, SONG, size, paper.right - left - 4 * MM) < size * 0.7:
        half = (len(names) + 1) // 2
        size *= 0.75
        _centred(paper, "、".join(names[:half]) + "、", SONG, size, left, paper.right, middle + size * 0.6)
        _centred(paper, "、".join(names[half:]), SONG, size, left, paper.right, middle - size * 0.6)
        return
    _centred(paper, people, SONG, size, left, paper.right, middle)


def _centred(
    paper: Paper, words: str, face: str, size: float, left: float, right: float, middle: float, *, grey: float = 0.0
) -> None:
    """In the middle of a cell, at the height `middle`."""
    size = fitting(words, face, size, right - left - 4 * MM)
    paper.text((left + right) / 2, middle - size * 0.36, words, face, size, "center", grey=grey)


def _line(paper: Paper, left: float, right: float, y: float, thick: float) -> None:
    paper.canvas.setStrokeGray(0)
    paper.canvas.setLineWidth(thick)
    paper.canvas.line(left, y, right, y)


def _upright(paper: Paper, x: float, top: float, height: float) -> None:
    paper.canvas.setStrokeGray(0)
    paper.canvas.setLineWidth(FINE)
    paper.canvas.line(x, top, x, top - height)
