"""The papers of what was said: 个别辅导记录, 团体辅导记录, 沟通记录 and 成长信息记录 (facts 4.2, 4.3, 4.5), as PDF.

Each is handed plain words and knows nothing of records: what must not stand on a paper never comes here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from psyroom.reports import grid
from psyroom.reports.faces import KAI
from psyroom.reports.note_form import SECOND, NoteForm, Value
from psyroom.reports.paper import MM, Paper
from psyroom.reports.tables import Column, Row

SECRET = "内部资料　注意保密"
UNSIGNED = "未签字"
NOT_WRITTEN = "（未写）"
KEEP = "本记录由心理辅导室保管，只用于辅导工作，未经同意不复制、不转交"
MASKED = "姓名已隐去，班级只写到年级"
COPY = "本材料按所写的用途提供，用完请交回心理辅导室或销毁"
_HISTORY = (
    Column("日期", 1.5),
    Column("时间", 1.3),
    Column("事项", 2.6, align="left"),
    Column("情况", 3, align="left"),
)


_ONE, _TWO, _THREE = 48.0, 17.0, 28.0
"""The three values of a row in mm; with the labels before the second and third they fill the banded form."""
_FIRST_TWO, _LAST_TWO = _ONE + SECOND / MM + _TWO, _TWO + SECOND / MM + _THREE
"""Two of them as one, so that the upright lines of all rows stand above each other."""

BASIC = (50.0, 22.0, 30.0)
"""The three values of a row of 基本情况, which has no band; `BASIC_REST`: the last two as one."""
BASIC_REST = BASIC[1] + SECOND / MM + BASIC[2]

_SIGNS = {"group": "带领教师", "contact": "记录教师"}


@dataclass(frozen=True, repr=False)
class Person:
    """Somebody a note is about."""

    name: str
    sex: str = ""
    class_name: str = ""


@dataclass(frozen=True, repr=False)
class NotePaper:
    """A note in words. `ordinal`: 第几次, 0 where it is not counted; `parts`: label (its lines) and text in order;
    `steps`, `later`, `desk`: a line each; `signed`: who signed and when, empty where nobody did."""

    kind: str
    title: str
    number: str
    ordinal: int
    day: str
    hours: str
    place: str
    channel: str
    source: str
    writer: str
    people: tuple[Person, ...]
    case_no: str = ""
    categories: str = ""
    topic: str = ""
    with_whom: str = ""
    parts: tuple[tuple[str, str], ...] = ()
    hospital: str = ""
    steps: tuple[str, ...] = ()
    later: tuple[str, ...] = ()
    desk: tuple[str, ...] = ()
    signed: str = ""
    masked: bool = False


@dataclass(frozen=True, repr=False)
class Closed:
    """A note that is only told of: it is another teacher's, who has not shared it."""

    words: str


@dataclass(frozen=True, repr=False)
class GrowthPaper:
    """One student's file in the parts that were chosen; a part that was not chosen is None."""

    name: str
    masked: bool
    made_on: str
    parts: str
    basic: tuple[tuple[Value, ...], ...] | None = None
    family: tuple[tuple[str, str], ...] | None = None
    mind: tuple[tuple[str, str], ...] | None = None
    notes: tuple[NotePaper | Closed, ...] | None = None
    contacts: tuple[NotePaper | Closed, ...] | None = None
    talks: tuple[tuple[str, str], ...] | None = None
    plan: tuple[tuple[str, str], ...] | None = None
    home: tuple[tuple[str, str], ...] | None = None
    history: tuple[tuple[str, str, str, str], ...] | None = None
    maker: str = ""


# ---- one note -----------------------------------------------------------------------------------------------------


def note_pdf(note: NotePaper, school: str, *, practice: bool = False, digest: str = "") -> tuple[bytes, str]:
    """The note as PDF, and the characters no face has."""
    marks = ("" if note.signed else UNSIGNED, SECRET)

    def draw(of: int) -> Paper:
        paper = Paper(note.title, practice=practice, digest=digest, of=of, marks=marks, margin_mm=22)
        paper.head = lambda page: _running(page, note.title, note.number)
        paper.title(note.title, 24)
        paper.space(1.5 * MM)
        paper.info(f"学校：{school}", "", f"编号：{note.number}" if note.number else "", size=11)
        paper.space(1 * MM)
        _whole_note(NoteForm(paper), note)
        paper.space(1 * MM)
        paper.notes([KEEP, MASKED] if note.masked else [KEEP], size=8)
        return paper

    return _finished(draw)


def _finished(draw: Callable[[int], Paper]) -> tuple[bytes, str]:
    """Drawn twice: the first time to know how many pages there are."""
    paper = draw(draw(0).pages)
    return paper.finish(), "".join(dict.fromkeys(paper.missing))


def _running(paper: Paper, title: str, number: str) -> None:
    """Above the pages after the first: which paper this is."""
    paper.y += 1 * MM
    words = "　".join(filter(None, (title, number)))
    middle = (paper.left + paper.right) / 2  # between the red words above
    paper.text(middle, paper.y + 2 * MM, f"{words}（续）", KAI, 9.5, "center", grey=0.35)
    paper.y -= 2.5 * MM


def _whole_note(form: NoteForm, note: NotePaper) -> None:
    form.band("基本信息")
    _who(form, note)
    _when(form, note)
    form.band("沟通内容" if note.kind == "contact" else "过程记录" if note.kind == "group" else "辅导记录")
    _said(form, note)
    if note.steps or note.later or note.desk:
        form.band("后续", least_mm=13)
        _after(form, note)
    form.sign(f"{_SIGNS.get(note.kind, '辅导教师')}签字：", said=note.signed or "（系统中还没有签字）")
    form.end()


def _who(form: NoteForm, note: NotePaper) -> None:
    if note.kind == "group":
        many = f"{len(note.people)} 人" if note.people else ""
        form.row(Value("团体主题", note.topic, _FIRST_TWO), Value("人　数", many, _THREE))
        if note.people:
            form.row(Value("成　员", _members(note.people), 1, "left"))
        return
    if note.kind == "teacher":
        form.row(Value("来访教师", note.with_whom, _ONE), Value("主　题", note.topic, _LAST_TWO))
        return
    for person in note.people:
        form.row(
            Value("姓　名", person.name, _ONE),
            Value("性　别", person.sex, _TWO),
            Value("班　级", person.class_name, _THREE),
        )
    if not note.people:
        form.row(Value("来访者", note.with_whom or "（未登记姓名）", 1))
    if note.kind == "contact":
        form.row(Value("沟通对象", note.with_whom, _ONE), Value("主　题", note.topic, _LAST_TWO))
    elif note.with_whom and note.people:
        form.row(Value("通话对象", note.with_whom, 1, "left"))


def _members(people: Sequence[Person]) -> str:
    """By class, each class named once: 七年级1班：周一鸣、李小月；七年级2班：……"""
    classes: dict[str, list[str]] = {}
    for person in people:
        classes.setdefault(person.class_name, []).append(person.name)
    return "；".join(f"{name}：{'、'.join(who)}" if name else "、".join(who) for name, who in classes.items())


def _when(form: NoteForm, note: NotePaper, *, brief: bool = False) -> None:
    form.row(Value("日　期", note.day, _ONE), Value("时　间", note.hours, _LAST_TWO))
    place, channel = Value("地　点", note.place, _ONE), Value("方　式", note.channel, _TWO)
    if note.kind in ("contact", "teacher", "group"):
        form.row(place, channel, Value("教　师", note.writer, _THREE))
    else:
        form.row(place, channel, Value("第几次", f"第 {note.ordinal} 次" if note.ordinal else "", _THREE))
        form.row(Value("信息来源", note.source, _ONE), Value("辅导教师", note.writer, _LAST_TWO))
    if note.case_no and not brief:
        form.row(Value("个案编号", note.case_no, _ONE), Value("问题类别", note.categories, _LAST_TWO))
    elif note.categories:
        form.row(Value("问题类别", note.categories, 1, "left"))


def _said(form: NoteForm, note: NotePaper) -> None:
    if note.topic and note.kind in ("individual", "telephone"):
        form.row(Value("主　题", note.topic, 1, "left"))
    for label, text in note.parts:
        form.text(label, text, least_mm=16 if text else 10, empty=NOT_WRITTEN)
    if note.hospital:
        form.text("医院诊断\n（来源、日期）", note.hospital, least_mm=14)


def _after(form: NoteForm, note: NotePaper) -> None:
    if note.steps:
        form.text("后续计划", "\n".join(_numbered(note.steps)), least_mm=13)
    if note.desk:
        form.text("值班便条", "\n".join(note.desk), least_mm=13)
    if note.later:
        form.text("补　记", "\n".join(note.later), least_mm=13)


def _numbered(lines: Sequence[str]) -> list[str]:
    return [f"{at}. {line}" for at, line in enumerate(lines, 1)] if len(lines) > 1 else list(lines)


# ---- a student's file ---------------------------------------------------------------------------------------------

TITLE = "成长信息记录"
_HEADS = ("一", "二", "三", "四", "五", "六", "七", "八", "九")


def growth_pdf(file: GrowthPaper, school: str, *, practice: bool = False, digest: str = "") -> tuple[bytes, str]:
    """The file as PDF, and the characters no face has. Only the parts that are there, numbered on."""

    def draw(of: int) -> Paper:
        paper = Paper(TITLE, practice=practice, digest=digest, of=of, marks=("", SECRET), margin_mm=22)
        paper.head = lambda page: _running(page, TITLE, file.name)
        paper.title(TITLE, 24)
        paper.space(3 * MM)
        paper.info(f"学校：{school}", "", f"制作日期：{file.made_on}", size=11)
        paper.space(0.5 * MM)
        form = NoteForm(paper, banded=False)
        form.row(Value("姓　名", file.name, BASIC[0]), Value("制作教师", file.maker, BASIC_REST))
        form.row(Value("所含部分", file.parts, 1, "left"))
        form.end()
        numbers = iter(_HEADS)
        if file.basic is not None:
            _head(paper, next(numbers), "基本情况")
            form = NoteForm(paper, banded=False)
            for row in file.basic:
                form.row(*row)
            form.end()
        for name, texts in (("家庭情况", file.family), ("心理状况", file.mind)):
            if texts is not None:
                _head(paper, next(numbers), name)
                _texts(paper, texts)
        for name, notes in (("辅导记录", file.notes), ("沟通记录", file.contacts)):
            if notes is not None:
                _head(paper, next(numbers), f"{name}（{len(notes)} 份）" if notes else name)
                _notes(paper, notes)
        for name, texts in (("谈话记录", file.talks), ("成长指导方案", file.plan), ("家访记录", file.home)):
            if texts is not None:
                _head(paper, next(numbers), name)
                _texts(paper, texts)
        if file.history is not None:
            _head(paper, next(numbers), "经过")
            _history(paper, file.history)
        paper.space(2 * MM)
        paper.notes([COPY, MASKED] if file.masked else [COPY], size=8)
        return paper

    return _finished(draw)


def _head(paper: Paper, number: str, words: str) -> None:
    """一、基本情况, with room for the beginning of what stands below it."""
    paper.room(34 * MM)
    paper.space(2.5 * MM)
    paper.heading(f"{number}、{words}", size=12.5)
    paper.space(0.5 * MM)


def _none(paper: Paper) -> None:
    paper.paragraph("没有记录。", face=KAI, size=10.5, align="left")


def _texts(paper: Paper, texts: Sequence[tuple[str, str]]) -> None:
    if not texts:
        _none(paper)
        return
    form = NoteForm(paper, banded=False)
    for label, text in texts:
        form.text(label, text, least_mm=9)
    form.end()


def _notes(paper: Paper, notes: Sequence[NotePaper | Closed]) -> None:
    if not notes:
        _none(paper)
    for at, note in enumerate(notes):
        if at:
            paper.space(3.5 * MM)
        if isinstance(note, Closed):
            paper.room(12 * MM)
            form = NoteForm(paper, banded=False)
            form.line(note.words, grey=0.3)
            form.end()
            continue
        paper.room(60 * MM)
        form = NoteForm(paper)
        form.band(f"第{note.ordinal}次" if note.ordinal else "团体" if note.kind == "group" else "沟通")
        heading = f"{note.title.removesuffix('记录')}　{note.number}"
        signed = "已签字" if note.signed else UNSIGNED
        form.row(Value("记　录", heading, _FIRST_TWO), Value("签　字", signed, _THREE))
        if note.kind == "contact":
            form.row(Value("沟通对象", note.with_whom, _ONE), Value("主　题", note.topic, _LAST_TWO))
        elif note.kind == "group":
            form.row(Value("团体主题", note.topic, 1, "left"))
        _when(form, note, brief=True)
        _said(form, note)
        _after(form, note)
        form.end()


def _history(paper: Paper, lines: Sequence[tuple[str, str, str, str]]) -> None:
    if not lines:
        _none(paper)
        return
    grid.draw(paper, _HISTORY, [Row(line) for line in lines], size=9.5, row_mm=7)
