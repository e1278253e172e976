"""The duty rota of a month on paper: a calendar to hang up, each one's hours under it; the same as lists for a sheet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from psyroom.reports import faces, grid
from psyroom.reports.faces import HEI, KAI, SONG
from psyroom.reports.paper import FINE, FRAME, MM, Paper
from psyroom.reports.tables import Cell, Column, Content, Row, Sheet, Table, count, hours

TITLE = "心理辅导室值班安排表"
SIGNATURES = ("排表人（签字）：", "分管领导（签字）：", "学校（盖章）：")
NOBODY = "待定"
_AS_PLANNED = "学期累计按排班计划算，含本月"
_SUBSTITUTED = "姓名后有△的是代班或对调，括号里是原来排的老师"
_PAD = 1.4 * MM
_LARGEST, _SMALLEST = 11.0, 6.5  # points of a turn's line
_SPREAD = 7 * MM  # a week grows by no more than this, for what is written in by hand
_DAY_HEAD = 1.75  # of the size: the line with the day's number
_LEADING = 1.42


@dataclass(frozen=True)
class TurnLine:
    """One turn as printed: 12:05—13:45, who (empty: nobody yet), who should have had it, why, in which room."""

    span: str
    minutes: int
    person: str
    instead: str = ""
    why: str = ""
    place: str = ""

    @property
    def who(self) -> str:
        if not self.person:
            return NOBODY
        return f"{self.person}△（{self.instead}）" if self.instead else self.person


@dataclass(frozen=True)
class DayBox:
    """A day of the calendar; `weekday` from 0 for Monday. `name`: 国庆节, 调休上课 …; `rest`: no lessons."""

    number: int
    date: str
    weekday: int
    name: str
    rest: bool
    turns: tuple[TurnLine, ...]


@dataclass(frozen=True)
class PersonHours:
    """What a person has of the month, and of the semester so far as planned; minutes."""

    name: str
    turns: int
    minutes: int
    term_minutes: int


WEEKDAYS = ("星期一", "星期二", "星期三", "星期四", "星期五", "星期六", "星期日")


def weeks_of(days: Sequence[DayBox]) -> list[list[DayBox]]:
    """The days by week, Monday first."""
    found: list[list[DayBox]] = []
    for day in days:
        if not found or day.weekday == 0:
            found.append([])
        found[-1].append(day)
    return found


def month_pdf(
    school: str,
    month: str,
    made: str,
    days: Sequence[DayBox],
    people: Sequence[PersonHours],
    *,
    practice: bool = False,
) -> tuple[bytes, str]:
    """The month as one landscape page (two where very many turns ask for it), and the characters no face has. `month` is
    2026年11月, `made` the day it was printed. A Saturday or Sunday without duty all month has no column."""
    paper = Paper(TITLE, landscape=True, practice=practice, numbered=False, margin_mm=15)
    paper.top, paper.bottom = paper.paper_height - 14 * MM, 13 * MM
    paper.y = paper.top
    paper.title(f"{TITLE}（{month}）", 20)
    paper.info(f"学校：{school}", "", f"打印日期：{made}")
    weeks = [week for week in weeks_of(days) if any(day.weekday < 5 or day.turns for day in week)]
    columns = [n for n in range(7) if n < 5 or any(day.turns for day in days if day.weekday == n)]
    foot = (7.0 * 4 + 17) * MM if people else 17 * MM
    several = len({turn.place for day in days for turn in day.turns}) > 1
    room = paper.y - paper.bottom - foot - 6.5 * MM
    size = _size(weeks, room, paper.width / len(columns), several)
    spare = (room - sum(_tall(week, size, several) for week in weeks)) / max(len(weeks), 1)
    _head(paper, columns)
    for week in weeks:
        tall = _tall(week, size, several) + max(min(spare, _SPREAD), 0)
        if paper.y - tall < paper.bottom:
            paper.new_page()
            _head(paper, columns)
        _week(paper, week, columns, size, tall, several)
    paper.space(3 * MM)
    if people:
        paper.room(foot - 10 * MM)
        shown = _people_table(people)
        grid.draw(paper, shown.columns, shown.rows, size=9, row_mm=6.2, keep=True)
    paper.notes(_notes(days))
    paper.signatures(SIGNATURES)
    return paper.finish(), "".join(dict.fromkeys(paper.missing))


def month_sheets(
    school: str, month: str, made: str, days: Sequence[DayBox], people: Sequence[PersonHours]
) -> list[Sheet]:
    """The month as lists: turn by turn, and each one's hours."""
    columns = (
        Column("序号", 0.6), Column("日期", 1.3), Column("星期", 0.8), Column("时间", 1.6), Column("时长\n（小时）", 0.9),
        Column("房间", 1.5), Column("值班教师", 1.3), Column("原排教师", 1.3), Column("换班原因", 1.3), Column("签到", 1.2),
    )  # fmt: skip
    rows = []
    turns = [(day, turn) for day in days for turn in day.turns]
    for number, (day, turn) in enumerate(turns, 1):
        shown: list[Content] = [str(number), day.date, WEEKDAYS[day.weekday][-1], turn.span, hours(turn.minutes)]
        rows.append(Row((*shown, turn.place, turn.person or NOBODY, turn.instead, turn.why, "")))
    total = hours(sum(turn.minutes for _, turn in turns), adds="above")
    rows.append(Row((Cell("本月合计", span=4), total, *[""] * 5), total=True))
    info = (f"学校：{school}", month, f"打印日期：{made}")
    table = _people_list(people)
    return [
        Sheet("值班安排", f"{TITLE}（{month}）", info, (Table("", columns, tuple(rows)),), SIGNATURES, ()),
        Sheet("各人时数", f"{month}值班时数", info, (table,), (), (_AS_PLANNED,)),
    ]


def _people_list(people: Sequence[PersonHours]) -> Table:
    columns = (Column("值班教师", 2), Column("本月次数"), Column("本月（小时）"), Column("学期累计（小时）"))
    rows = [Row((p.name, count(p.turns), hours(p.minutes), hours(p.term_minutes))) for p in people]
    sums = (
        count(sum(p.turns for p in people), adds="above"),
        hours(sum(p.minutes for p in people), adds="above"),
        hours(sum(p.term_minutes for p in people), adds="above"),
    )
    return Table("", columns, (*rows, Row(("合计", *sums), total=True)))


def _people_table(people: Sequence[PersonHours]) -> Table:
    """A column for each person, so that it lies flat under the calendar."""
    columns = (Column("值班教师", 1.5), *(Column(p.name) for p in people))
    rows = (
        Row(("本月次数", *(count(p.turns) for p in people))),
        Row(("本月（小时）", *(hours(p.minutes) for p in people))),
        Row(("学期累计（小时）", *(hours(p.term_minutes) for p in people))),
    )
    return Table("", columns, rows)


def _notes(days: Sequence[DayBox]) -> list[str]:
    found = [_AS_PLANNED]
    if any(turn.instead for day in days for turn in day.turns):
        found.insert(0, _SUBSTITUTED)
    return found


# ---- the calendar -------------------------------------------------------------------------------------------------


def _tall(week: Sequence[DayBox], size: float, several: bool) -> float:
    most = max((len(day.turns) for day in week), default=0) * (2 if several else 1)
    return (_DAY_HEAD + max(most, 1) * _LEADING) * size + 1.2 * _PAD


def _said(size: float) -> float:
    """How wide the hours of a turn stand, so that the names begin under each other."""
    return faces.width("00:00—00:00", SONG, size) + 0.6 * size


def _size(weeks: Sequence[Sequence[DayBox]], height: float, wide: float, several: bool) -> float:
    """The largest size at which the month stands on the page and every turn on its line."""
    turns = [turn for week in weeks for day in week for turn in day.turns]
    size = _LARGEST
    while size > _SMALLEST:
        fits = all(_said(size) + faces.width(turn.who, HEI, size) <= wide - 2 * _PAD for turn in turns)
        if fits and sum(_tall(week, size, several) for week in weeks) <= height:
            break
        size -= 0.25
    return size


def _head(paper: Paper, columns: Sequence[int]) -> None:
    wide, tall = paper.width / len(columns), 6.5 * MM
    canvas = paper.canvas
    canvas.setStrokeGray(0)
    for at, number in enumerate(columns):
        canvas.setLineWidth(FINE)
        canvas.rect(paper.left + at * wide, paper.y - tall, wide, tall)
        paper.text(paper.left + (at + 0.5) * wide, paper.y - tall / 2 - 3.6, WEEKDAYS[number], HEI, 10, "center")
    canvas.setLineWidth(FRAME)
    canvas.rect(paper.left, paper.y - tall, paper.width, tall)
    paper.y -= tall


def _week(
    paper: Paper, week: Sequence[DayBox], columns: Sequence[int], size: float, tall: float, several: bool
) -> None:
    wide, canvas = paper.width / len(columns), paper.canvas
    by_weekday = {day.weekday: day for day in week}
    for at, number in enumerate(columns):
        left, day = paper.left + at * wide, by_weekday.get(number)
        if day is None or (day.rest and not day.turns):
            canvas.setFillGray(0.955)
            canvas.rect(left, paper.y - tall, wide, tall, stroke=0, fill=1)
        canvas.setStrokeGray(0)
        canvas.setLineWidth(FINE)
        canvas.rect(left, paper.y - tall, wide, tall)
        if day is not None:
            _day(paper, day, left, wide, size, several)
    canvas.setLineWidth(FRAME)
    canvas.rect(paper.left, paper.y - tall, paper.width, tall)
    paper.y -= tall


def _day(paper: Paper, day: DayBox, left: float, wide: float, size: float, several: bool) -> None:
    y = paper.y - size * 1.3 - 0.3 * _PAD
    paper.text(left + _PAD, y, str(day.number), HEI, size * 1.12)
    if day.name:
        paper.text(left + wide - _PAD, y, day.name, KAI, size, "right", grey=0.25)
    begins = left + _PAD + _said(size)
    room = left + wide - _PAD - begins
    for turn in day.turns:
        y -= size * _LEADING
        paper.text(left + _PAD, y, turn.span, SONG, size, grey=0.25)
        small = size
        while faces.width(turn.who, HEI, small) > room and small > 5:
            small -= 0.25
        paper.text(begins, y, turn.who, HEI, small, grey=0 if turn.person else 0.45)
        if several:
            y -= size * _LEADING
            paper.text(begins, y, turn.place, KAI, size * 0.9, grey=0.25)
