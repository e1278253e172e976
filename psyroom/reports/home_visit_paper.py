"""家访记录 (facts 4.11), as PDF: one visit as it was written down, or an empty form to take along and fill in by hand."""

from __future__ import annotations

from dataclasses import dataclass

from psyroom.reports.faces import KAI
from psyroom.reports.note_form import SECOND, NoteForm, Value
from psyroom.reports.note_papers import SECRET
from psyroom.reports.paper import MM, Paper

TITLE = "家访记录"
KEEP = "本记录由心理辅导室保管，用于家校共同关心学生，未经同意不复制、不转交"
PARTS = (
    ("family", "家庭情况"),
    ("at_school", "在校表现"),
    ("at_home", "在家表现"),
    ("parents_say", "家长意见"),
    ("found", "发现与\n建议"),
)
_ONE, _TWO, _THREE = 48.0, 17.0, 28.0
"""The three values of a row in mm, as on the papers of what was said; `_REST`: the last two as one."""
_REST = _TWO + SECOND / MM + _THREE
_BY_HAND = 22.5  # mm for a part that is filled in by hand
_FORMS = "实地　电话　微信、视频（圈出）"
_DATE = "　　　　年　　月　　日"


@dataclass(frozen=True, repr=False)
class HomeVisitPaper:
    """A visit in words; what is empty is left to the pen on an empty form."""

    name: str = ""
    sex: str = ""
    class_name: str = ""
    day: str = ""
    hours: str = ""
    form: str = ""
    place: str = ""
    teachers: str = ""
    present: str = ""
    purpose: str = ""
    parts: tuple[tuple[str, str], ...] = ()
    next: str = ""
    next_on: str = ""
    feedback: str = ""
    by_hand: bool = False


def home_visit_pdf(
    visit: HomeVisitPaper, school: str, *, practice: bool = False, digest: str = ""
) -> tuple[bytes, str]:
    """The visit as PDF, and the characters no face has."""

    def draw(of: int) -> Paper:
        paper = Paper(TITLE, practice=practice, digest=digest, of=of, marks=("", SECRET), margin_mm=22)
        paper.head = lambda page: _running(page, visit)
        paper.title(TITLE, 24)
        paper.space(1.5 * MM)
        paper.info(f"学校：{school}", "", "", size=11)
        paper.space(1 * MM)
        _form(NoteForm(paper), visit)
        paper.space(1 * MM)
        paper.notes([KEEP], size=8)
        return paper

    paper = draw(0)
    if paper.pages > 1:  # drawn again, now that it is known of how many pages
        paper = draw(paper.pages)
    return paper.finish(), "".join(dict.fromkeys(paper.missing))


def _running(paper: Paper, visit: HomeVisitPaper) -> None:
    words = "　".join(filter(None, (TITLE, visit.name)))
    paper.y += 1 * MM
    paper.text((paper.left + paper.right) / 2, paper.y + 2 * MM, f"{words}（续）", KAI, 9.5, "center", grey=0.35)
    paper.y -= 2.5 * MM


def _form(form: NoteForm, visit: HomeVisitPaper) -> None:
    hand = visit.by_hand
    form.band("基本情况")
    form.row(
        Value("姓　名", visit.name, _ONE), Value("性　别", visit.sex, _TWO), Value("班　级", visit.class_name, _THREE)
    )
    form.row(Value("家访日期", visit.day or (_DATE if hand else ""), _ONE), Value("时　间", visit.hours, _REST))
    form.row(Value("家访教师", visit.teachers, _ONE), Value("形　式", visit.form or (_FORMS if hand else ""), _REST))
    form.row(Value("地　点", visit.place, _ONE), Value("在场的人", visit.present, _REST))
    if visit.purpose or hand:
        form.text("目　的", visit.purpose, least_mm=12 if hand else 9)
    form.band("家访情况")
    for label, body in visit.parts:
        if body or hand:
            form.text(label, body, least_mm=_BY_HAND if hand else 15)
    if not hand and not any(body for _, body in visit.parts):
        form.line("没有写下情况。", grey=0.5)
    if visit.next or visit.next_on or visit.feedback or hand:
        form.band("后续", least_mm=13)
        form.text("后续计划", visit.next, least_mm=18 if hand else 11)
        if visit.feedback:
            form.text("家校反馈", visit.feedback, least_mm=9)
        form.row(Value("回访日期", visit.next_on or (_DATE if hand else ""), 1, "left"))
    form.sign("家访教师签字：", "家长签字：")
    form.end()
