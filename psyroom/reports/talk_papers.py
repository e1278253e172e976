"""The papers of 一生一谈 (facts 4.9), as PDF: 谈心谈话记录表 of one talk or many, a class's talks as a table, the class teacher's
slip of who is still to be talked to, and the map of coverage. Plain words and figures come in; nothing here knows a record.

The slip says names and nothing else; the map says figures and no name.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from psyroom.reports import grid
from psyroom.reports.faces import HEI, KAI, SONG
from psyroom.reports.note_form import SECOND, NoteForm, Value
from psyroom.reports.note_papers import MASKED, SECRET
from psyroom.reports.paper import FINE, FRAME, MM, Paper
from psyroom.reports.slips import fitting
from psyroom.reports.tables import Column, Row

RECORD = "谈心谈话记录表"
MISSING = "请与以下学生谈心谈话"
KEEP = "本记录由心理辅导室保管，用于关心和帮助学生，未经同意不复制、不转交；签字由本人手写"
NOT_WRITTEN = "（未写）"
_ONE, _TWO, _THREE = 48.0, 17.0, 28.0
"""The three values of a row in mm, as on the papers of what was said; `_REST`: the last two as one."""
_REST = _TWO + SECOND / MM + _THREE
_GREY = 0.35


@dataclass(frozen=True, repr=False)
class TalkPaper:
    """One talk in words."""

    name: str
    sex: str
    class_name: str
    number: str
    talker: str
    day: str
    hours: str
    place: str
    way: str
    theme: str
    points: str
    judged: str
    measures: str
    follow: str
    masked: bool = False


@dataclass(frozen=True, repr=False)
class TalkLine:
    """A student of a class and one talk; `day` empty: not talked to, `points` may say why."""

    number: str
    name: str
    day: str = ""
    talker: str = ""
    way: str = ""
    theme: str = ""
    points: str = ""
    follow: str = ""


def record_pdf(
    talks: Sequence[TalkPaper], school: str, *, practice: bool = False, digest: str = ""
) -> tuple[bytes, str]:
    """A page or more for each talk, and the characters no face has."""

    def draw(of: int) -> Paper:
        paper = Paper(RECORD, practice=practice, digest=digest, of=of, marks=("", SECRET), margin_mm=22)
        for at, talk in enumerate(talks):
            if at:
                paper.head = None
                paper.new_page()
            paper.head = lambda page, talk=talk: _running(page, f"{RECORD}　{talk.name}")
            paper.title(RECORD, 24)
            paper.space(1.5 * MM)
            paper.info(f"学校：{school}", "", "", size=11)
            paper.space(1 * MM)
            _talk(NoteForm(paper), talk)
            paper.space(1 * MM)
            paper.notes([KEEP, MASKED] if talk.masked else [KEEP], size=8)
        return paper

    return _counted(draw)


def _counted(draw: Callable[[int], Paper]) -> tuple[bytes, str]:
    """Drawn again where it is known only afterwards of how many pages it is."""
    paper = draw(0)
    if paper.pages > 1:
        paper = draw(paper.pages)
    return paper.finish(), "".join(dict.fromkeys(paper.missing))


def _running(paper: Paper, words: str) -> None:
    paper.y += 1 * MM
    paper.text((paper.left + paper.right) / 2, paper.y + 2 * MM, f"{words}（续）", KAI, 9.5, "center", grey=_GREY)
    paper.y -= 2.5 * MM


def _talk(form: NoteForm, talk: TalkPaper) -> None:
    form.band("基本情况")
    form.row(Value("姓　名", talk.name, _ONE), Value("性　别", talk.sex, _TWO), Value("学　号", talk.number, _THREE))
    form.row(Value("班　级", talk.class_name, _ONE), Value("谈话教师", talk.talker, _REST))
    form.row(Value("谈话日期", talk.day, _ONE), Value("时　间", talk.hours, _REST))
    form.row(Value("地　点", talk.place, _ONE), Value("方　式", talk.way, _REST))
    form.row(Value("谈话主题", talk.theme, 1, "left"))
    form.band("谈话记录")
    form.text("谈话要点", talk.points, least_mm=62, empty=NOT_WRITTEN)
    form.text("问题研判", talk.judged, least_mm=30, empty=NOT_WRITTEN)
    form.text("处理措施", talk.measures, least_mm=30, empty=NOT_WRITTEN)
    form.band("后续", least_mm=13)
    form.text("跟进情况", talk.follow, least_mm=16)
    form.sign("教师签字：", "学生签字：")
    form.end()


# ---- a class's talks as a table -------------------------------------------------------------------------------------

_TALKS = (
    Column("序号", 0.5),
    Column("学号", 1.2),
    Column("姓名", 1.0),
    Column("谈话日期", 1.2),
    Column("谈话人", 1.0),
    Column("方式", 0.7),
    Column("主题", 1.1),
    Column("要点", 4.6, align="left"),
    Column("跟进", 1.4, align="left"),
)


def class_pdf(
    title: str, info: tuple[str, str, str], lines: Sequence[TalkLine], *, practice: bool = False, digest: str = ""
) -> tuple[bytes, str]:
    """A class's talks of a semester, a line for each talk and for who has none; with room to sign."""

    def draw(of: int) -> Paper:
        paper = Paper(title, landscape=True, practice=practice, digest=digest, of=of, marks=("", SECRET))

        def head(page: Paper) -> None:
            page.title(title)
            page.info(*info)

        paper.head = head
        head(paper)
        rows = [
            Row((str(at), one.number, one.name, one.day, one.talker, one.way, one.theme, one.points, one.follow))
            for at, one in enumerate(lines, 1)
        ]
        grid.draw(paper, _TALKS, rows, size=9.5, row_mm=7.5)
        paper.signatures(("班主任（签字）：", "心理辅导室（签字）：", "日期："))
        return paper

    return _counted(draw)


# ---- who is still to be talked to -------------------------------------------------------------------------------------

_ACROSS = 4
_BOX = 3.4 * MM


def missing_pdf(
    school: str, class_name: str, teacher: str, day: str, until: str, names: Sequence[str], *, practice: bool = False,
    digest: str = "",
) -> tuple[bytes, str]:  # fmt: skip
    """The slip for a class teacher: names with a box to tick, nothing about any of them. `until`: by when."""
    paper = Paper(MISSING, practice=practice, digest=digest, margin_mm=22)
    paper.head = lambda page: _running(page, f"{MISSING}　{class_name}")
    paper.title(MISSING, 20)
    paper.space(1.5 * MM)
    paper.info(f"学校：{school}", "", f"日期：{day}", size=11)
    paper.space(3 * MM)
    whom = f"{teacher.removesuffix('老师')}老师：" if teacher else f"{class_name}班主任老师："
    paper.paragraph(whom, size=12, indent=False)
    asked = f"请在{until}以前谈完，" if until else "请抽时间谈一谈，"
    paper.paragraph(
        f"{class_name}本学期还有 {len(names)} 名学生没有登记谈心谈话。{asked}谈后在方框里打勾，"
        "并告诉心理辅导室谈话日期、方式和主题；已经谈过的也请告诉一声。",
        size=12,
    )
    paper.space(4 * MM)
    _names(paper, names)
    paper.space(6 * MM)
    paper.signatures(("班主任（签字）：", "交回日期："), size=11)
    paper.space(2 * MM)
    paper.notes(["这张单子只写姓名，请不要张贴，用完交回心理辅导室或销毁"], size=8.5)
    return paper.finish(), "".join(dict.fromkeys(paper.missing))


def _names(paper: Paper, names: Sequence[str]) -> None:
    """Names in columns, each with a box before it, the lines of the table around them."""
    wide, high = paper.width / _ACROSS, 9 * MM
    for start in range(0, len(names), _ACROSS):
        paper.room(high)
        y = paper.y - high
        for at in range(_ACROSS):
            x = paper.left + at * wide
            paper.canvas.setLineWidth(FINE)
            paper.canvas.setStrokeGray(0)
            paper.canvas.rect(x, y, wide, high)
            if start + at >= len(names):
                continue
            name = names[start + at]
            paper.canvas.rect(x + 3 * MM, y + (high - _BOX) / 2, _BOX, _BOX)
            free = wide - 3 * MM - _BOX - 4 * MM
            size = fitting(name, KAI, 13, free)
            paper.text(x + 3 * MM + _BOX + 2.5 * MM, y + high / 2 - 0.36 * size, name, KAI, size)
        paper.y = y


# ---- the map of coverage ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class MapLine:
    """A class, a grade or the school in figures. `by_week`: first talks of each week; `later`: in the holiday after."""

    name: str
    students: int
    talked: int
    excused: int
    left: int
    rate: str
    by_week: tuple[int, ...]
    later: int = 0
    total: bool = False


@dataclass(frozen=True)
class MapPaper:
    """`week`: how far the semester has come, 0 outside it; `said`: what the reader must know."""

    title: str
    info: tuple[str, str, str]
    lines: tuple[MapLine, ...]
    weeks: int
    week: int
    needed: str
    said: tuple[str, ...]


_NAME, _FIGURE, _ROW, _HEAD = 30 * MM, 15 * MM, 6.4 * MM, 8 * MM
_FIGURES = ("应谈", "已谈", "有原因", "未谈", "完成率")


def map_pdf(told: MapPaper, *, practice: bool = False, digest: str = "") -> tuple[bytes, str]:
    """Classes × states as bars, then class × week, on A4 upright and across; no name on either."""
    paper = Paper(told.title, landscape=True, practice=practice, digest=digest)

    def head(page: Paper) -> None:
        page.title(told.title)
        page.info(*told.info)
        page.space(1.5 * MM)

    paper.head = head
    head(paper)
    _part(paper, told, "一、各班谈到哪里了", _bar_head, _bar)
    if told.needed:
        paper.space(2 * MM)
        paper.paragraph(told.needed, face=HEI, size=10.5, indent=False, align="left")
    paper.new_page()
    _part(paper, told, "二、每周新谈的人数（每名学生只在第一次谈话的那一周计一次）", _week_head, _week)
    paper.notes(told.said)
    return paper.finish(), "".join(dict.fromkeys(paper.missing))


Drawn = Callable[[Paper, MapPaper, MapLine, float], None]


def _part(
    paper: Paper, told: MapPaper, words: str, heads: Callable[[Paper, MapPaper, float], None], line: Drawn
) -> None:
    """A part of the map: its heading, its head, a row for each class; the head again on every page."""
    paper.heading(words)
    top = _head_row(paper, told, heads)
    for one in told.lines:
        if paper.y - _ROW < paper.bottom:
            _frame(paper, top)
            paper.new_page()
            top = _head_row(paper, told, heads)
        y = paper.y - _ROW
        face = HEI if one.total else SONG
        size = fitting(one.name, face, 9.5, _NAME - 2 * MM)
        paper.text(paper.left + _NAME / 2, y + _ROW / 2 - 0.36 * size, one.name, face, size, "center")
        line(paper, told, one, y)
        _rule(paper, paper.left, y, paper.right, y)
        paper.y = y
    _frame(paper, top)


def _head_row(paper: Paper, told: MapPaper, heads: Callable[[Paper, MapPaper, float], None]) -> float:
    top = paper.y
    y = top - _HEAD
    paper.text(paper.left + _NAME / 2, y + _HEAD / 2 - 3.4, "班级", HEI, 9.5, "center")
    heads(paper, told, y)
    _rule(paper, paper.left, y, paper.right, y)
    paper.y = y
    return top


def _frame(paper: Paper, top: float) -> None:
    paper.canvas.setStrokeGray(0)
    paper.canvas.setLineWidth(FRAME)
    paper.canvas.rect(paper.left, paper.y, paper.width, top - paper.y)
    _rule(paper, paper.left + _NAME, top, paper.left + _NAME, paper.y)


def _rule(paper: Paper, x1: float, y1: float, x2: float, y2: float) -> None:
    paper.canvas.setStrokeGray(0)
    paper.canvas.setLineWidth(FINE)
    paper.canvas.line(x1, y1, x2, y2)


_STATES = (("已谈", "talked"), ("有原因", "excused"), ("未谈", "left"))


def _bar_head(paper: Paper, _told: MapPaper, y: float) -> None:
    """What the grounds of the bar mean, and the names of the figures."""
    x, middle = paper.left + _NAME + 3 * MM, y + _HEAD / 2
    for words, state in _STATES:
        _ground(paper, state, x, middle - 1.6 * MM, 6 * MM, 3.2 * MM)
        x += 7.5 * MM + paper.text(x + 7.5 * MM, middle - 3.2, words, SONG, 9) + 6 * MM
    for at, words in enumerate(_FIGURES):
        _cell(paper, words, paper.right - (len(_FIGURES) - at) * _FIGURE, y, _HEAD, HEI)


def _cell(paper: Paper, words: str, x: float, y: float, high: float, face: str) -> None:
    paper.text(x + _FIGURE / 2, y + high / 2 - 3.3, words, face, 9.2, "center")
    _rule(paper, x, y, x, y + high)


def _bar(paper: Paper, _told: MapPaper, one: MapLine, y: float) -> None:
    figures = (str(one.students), str(one.talked), str(one.excused), str(one.left), one.rate)
    left = paper.right - len(figures) * _FIGURE
    for at, words in enumerate(figures):
        _cell(paper, words, left + at * _FIGURE, y, _ROW, HEI if one.total else SONG)
    x, wide = paper.left + _NAME + 3 * MM, left - paper.left - _NAME - 6 * MM
    box, high = y + _ROW * 0.24, _ROW * 0.52
    for _, state in _STATES:
        part = wide * getattr(one, state) / max(one.students, 1)
        if part:
            _ground(paper, state, x, box, part, high)
        x += part


def _ground(paper: Paper, state: str, x: float, y: float, wide: float, high: float) -> None:
    """Full, hatched or empty, so that a copy in black and white tells the same."""
    canvas = paper.canvas
    canvas.saveState()
    canvas.setStrokeGray(0.25)
    canvas.setLineWidth(FINE)
    canvas.setFillGray({"talked": 0.38, "excused": 0.9, "left": 1.0}[state])
    canvas.rect(x, y, wide, high, stroke=1, fill=1)
    if state == "excused":
        clip = canvas.beginPath()
        clip.rect(x, y, wide, high)
        canvas.clipPath(clip, stroke=0, fill=0)
        step = 1.3 * MM
        for n in range(int((wide + high) / step) + 1):
            canvas.line(x + n * step - high, y, x + n * step, y + high)
    canvas.restoreState()


def _columns(paper: Paper, told: MapPaper) -> tuple[float, float]:
    """Left edge and width of a week; the last one column is what came after the semester."""
    left = paper.left + _NAME
    return left, (paper.right - left) / (told.weeks + 1)


def _week_head(paper: Paper, told: MapPaper, y: float) -> None:
    left, wide = _columns(paper, told)
    for week in range(1, told.weeks + 2):
        words = str(week) if week <= told.weeks else "假期"
        face = HEI if week == told.week else SONG
        size = fitting(words, face, 9, wide - 1 * MM)
        paper.text(left + (week - 0.5) * wide, y + _HEAD / 2 - 3.2, words, face, size, "center")
        _rule(paper, left + (week - 1) * wide, y, left + (week - 1) * wide, y + _HEAD)


def _week(paper: Paper, told: MapPaper, one: MapLine, y: float) -> None:
    left, wide = _columns(paper, told)
    for at, number in enumerate((*one.by_week, one.later)):
        x = left + at * wide
        if number:
            share = min(number / max(one.students, 1) * 4, 1.0)  # a quarter of the class in one week is full
            paper.canvas.setFillGray(0.97 - 0.35 * share)
            paper.canvas.rect(x + 0.4, y + 0.4, wide - 0.8, _ROW - 0.8, stroke=0, fill=1)  # the lines stay
            size = fitting(str(number), SONG, 9, wide - 0.8 * MM)
            paper.text(x + wide / 2, y + _ROW / 2 - 3.2, str(number), HEI if one.total else SONG, size, "center")
        _rule(paper, x, y, x, y + _ROW)
