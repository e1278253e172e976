"""成长指导方案 as PDF (facts 4.10): who, the five parts, goals and steps, reviews, and where the three sign.

It is handed plain words and knows nothing of records. What is not written yet prints as ruled space, to be written by hand.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from psyroom.reports import faces
from psyroom.reports.faces import HEI, KAI
from psyroom.reports.lines import Line, break_lines
from psyroom.reports.note_form import LABEL, SIZE, NoteForm, Value
from psyroom.reports.note_papers import SECRET
from psyroom.reports.paper import FINE, MM, Paper

TITLE = "成长指导方案"
SIGNS = ("学生签字：", "家长签字：", "导师签字：")
KEEP = "本方案由学校、学生和家长商量制定，学校留存一份，学生或家长一份；未经同意不转交他人"
MASKED = "姓名已隐去，班级只写到年级"
NOT_MADE = "这是以前的版本，只供查阅"

_ONE, _TWO, _THREE = 40.0, 17.0, 36.0
"""The three values of a row of the head, in mm."""
_RULE = 8.2 * MM  # between two lines to write on by hand
_CELL = 1.4 * MM
_SMALL, _TIGHT, _MIDDLE = 9.5, 1.35, 0.36
_STEPS = (("目　标", 2.6), ("措　施", 3.95), ("负责人", 1.4), ("完成日期", 1.75), ("结　果", 2.3))
_REVIEWS = (("回顾日期", 1.5), ("回顾情况", 5.6), ("下次回顾", 1.5), ("回顾人", 1.4))
BLANK_STEPS, BLANK_REVIEWS = 4, 2
"""Empty rows where none is written."""


@dataclass(frozen=True, repr=False)
class StepLine:
    goal: str
    step: str
    who: str
    due: str
    result: str


@dataclass(frozen=True, repr=False)
class ReviewLine:
    day: str
    words: str
    next_on: str
    who: str


@dataclass(frozen=True, repr=False)
class PlanPaper:
    """A version in words; the kind of difficulty is the room's own and does not stand on what a child signs. `parts`: label (its lines) and text of the five, in order; `older`: it is not the newest."""

    name: str
    sex: str
    class_name: str
    maker: str
    made_on: str
    review_on: str
    version: str
    parts: tuple[tuple[str, str], ...]
    steps: tuple[StepLine, ...]
    reviews: tuple[ReviewLine, ...]
    summary: str
    masked: bool = False
    older: bool = False


class PlanForm(NoteForm):
    """A form with tables in it, and with ruled space where nothing is written."""

    def ruled(self, label: str, lines: int) -> None:
        """A label and so many lines to write on."""
        high = lines * _RULE + 2 * MM
        self._room(high)
        paper = self.paper
        self._label(label, self.left, LABEL, paper.y, high)
        canvas = paper.canvas
        canvas.saveState()
        canvas.setStrokeGray(0.55)
        canvas.setLineWidth(FINE)
        canvas.setDash(1, 2)
        for at in range(1, lines + 1):
            y = paper.y - at * _RULE
            canvas.line(self.left + LABEL + 2 * MM, y, paper.right - 2 * MM, y)
        canvas.restoreState()
        self._below(high)

    def written(self, label: str, body: str, lines: int) -> None:
        """A text, or ruled space for it."""
        if body.strip():
            self.text(label, body, least_mm=15)
        else:
            self.ruled(label, lines)

    def table(self, columns: Sequence[tuple[str, float]], rows: Sequence[Sequence[str]], *, blank: int) -> None:
        """Columns under their heads over the whole width, `blank` empty rows where there are none. The heads are said again
        on the next page."""
        free = self.paper.right - self.left
        share = free / sum(width for _, width in columns)
        wide = [width * share for _, width in columns]
        heads = [head for head, _ in columns]
        laid = [self._laid(row, wide) for row in rows] or [(self._laid([""] * len(wide), wide)[0], 9.5 * MM)] * blank
        self._room(7.6 * MM + laid[0][1])
        self._heads(heads, wide)
        for cells, high in laid:
            if self.paper.y - high < self.paper.bottom:
                self._break()
                self._heads(heads, wide)
            x = self.left
            for at, (lines, face) in enumerate(cells):
                if at:
                    self._upright(x, high)
                align = "left" if len(lines) > 1 or wide[at] > 30 * MM else "center"
                y = self.paper.y - high / 2 + (len(lines) - 1) / 2 * _SMALL * _TIGHT - _MIDDLE * _SMALL
                for line in lines:
                    self.paper.line_of(line, x + _CELL, y, face, _SMALL, wide[at] - 2 * _CELL, align)
                    y -= _SMALL * _TIGHT
                x += wide[at]
            self._below(high)

    def _laid(self, row: Sequence[str], wide: Sequence[float]) -> tuple[list[tuple[list[Line], str]], float]:
        cells, most = [], 1
        for words, room in zip(row, wide, strict=True):
            face, fitted, missing = faces.fit_text(faces.cleaned(words), KAI)
            self.paper.missing += missing
            lines = break_lines(fitted, face, _SMALL, room - 2 * _CELL)
            cells.append((lines, face))
            most = max(most, len(lines))
        return cells, max(8.2 * MM, most * _SMALL * _TIGHT + 2.4 * MM)

    def _heads(self, heads: Sequence[str], wide: Sequence[float]) -> None:
        high, x = 7.6 * MM, self.left
        for at, (words, room) in enumerate(zip(heads, wide, strict=True)):
            if at:
                self._upright(x, high)
            self.paper.text(x + room / 2, self.paper.y - high / 2 - _MIDDLE * SIZE, words, HEI, SIZE, "center")
            x += room
        self._below(high)

    def _upright(self, x: float, high: float) -> None:
        canvas = self.paper.canvas
        canvas.setStrokeGray(0)
        canvas.setLineWidth(FINE)
        canvas.line(x, self.paper.y, x, self.paper.y - high)


def plan_pdf(plan: PlanPaper, school: str, *, practice: bool = False, digest: str = "") -> tuple[bytes, str]:
    """The plan as PDF, and the characters no face has. Drawn twice: the first time to know how many pages there are."""
    paper = _drawn(plan, school, practice, digest, _drawn(plan, school, practice, digest, 0).pages)
    return paper.finish(), "".join(dict.fromkeys(paper.missing))


def _drawn(plan: PlanPaper, school: str, practice: bool, digest: str, of: int) -> Paper:
    mark = NOT_MADE.split("，")[0].removeprefix("这是") if plan.older else ""
    paper = Paper(TITLE, practice=practice, digest=digest, of=of, marks=(mark, SECRET), margin_mm=22)
    paper.head = lambda page: _running(page, plan)
    paper.title(f"学生{TITLE}", 24)
    paper.space(1.5 * MM)
    paper.info(f"学校：{school}", "", f"版本：{plan.version}", size=11)
    paper.space(1 * MM)
    form = PlanForm(paper)
    form.band("学生", least_mm=18)
    form.row(
        Value("姓　名", plan.name, _ONE), Value("性　别", plan.sex, _TWO), Value("班　级", plan.class_name, _THREE)
    )
    form.row(
        Value("制定日期", plan.made_on, _ONE),
        Value("制定人", plan.maker, _TWO),
        Value("回顾日期", plan.review_on, _THREE),
    )
    form.band("方案内容")
    for label, text in plan.parts:
        form.written(label, text, 3)
    form.band("目标与措施", least_mm=30 if plan.steps else 48)
    form.table(_STEPS, [(s.goal, s.step, s.who, s.due, s.result) for s in plan.steps], blank=BLANK_STEPS)
    form.band("回顾小结", least_mm=30 if plan.reviews else 54)
    form.table(_REVIEWS, [(r.day, r.words, r.next_on, r.who) for r in plan.reviews], blank=BLANK_REVIEWS)
    form.written("执行情况\n与小结", plan.summary, 3)
    form.sign(*SIGNS, high_mm=20)
    form.end()
    paper.space(1 * MM)
    paper.notes([note for note, on in ((KEEP, True), (MASKED, plan.masked), (NOT_MADE, plan.older)) if on], size=8)
    return paper


def _running(paper: Paper, plan: PlanPaper) -> None:
    """Above the pages after the first: whose plan this is."""
    paper.y += 1 * MM
    words = "　".join(filter(None, (TITLE, plan.name, plan.version)))
    paper.text((paper.left + paper.right) / 2, paper.y + 2 * MM, f"{words}（续）", KAI, 9.5, "center", grey=0.35)
    paper.y -= 2.5 * MM
