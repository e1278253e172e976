"""What the confidential returns are filled from: coverage, growth plans, what the parents were told, home visits.

Every figure is the one the pages and the command line say, from `coverage`, `feedback_list` and `home_visits`; the records
behind it are named beside it. Who is not on the list of the semester is counted nowhere. Names stand only in the rows that
a return shows where they were asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import cached_property
from typing import Any

from psyroom.records.care import FEEDBACK_WAYS, PLAN_KINDS
from psyroom.records.talks import DENOMINATORS, OWED, THEMES
from psyroom.reports.definition import Definition
from psyroom.reports.filling import Fact, Facts, ListRow, Parts
from psyroom.reports.recovery import chinese_date
from psyroom.reports.tables import Content, Figure, count
from psyroom.rules import coverage as rule
from psyroom.rules.coverage import ClassLine
from psyroom.rules.time import TermSpan
from psyroom.services import coverage, feedback_list, plan_list
from psyroom.services.coverage import StudentLine
from psyroom.services.feedback_list import FeedbackLine
from psyroom.services.rights import needs_counsellor
from psyroom.services.school import SchoolContext
from psyroom.store.questions import return_talks as ask
from psyroom.store.room import Room

OTHER = "其他"
NO_PLAN = "还没有方案"
Table = tuple[list[ListRow], ListRow]
Asked = tuple[Room, SchoolContext, TermSpan, datetime]


def gather(
    room: Room, school: SchoolContext, term: TermSpan, now: datetime, wanted: Definition, *, grade_only: bool = False
) -> Facts:
    """All a confidential return of this semester is filled from, of one moment. `grade_only`: classes of a list that has a
    row for each child are written as grades."""
    needs_counsellor(room)
    known = _Known(room, term, now, grade_only)
    rows: dict[str, Sequence[ListRow]] = {}
    totals: dict[str, ListRow] = {}
    tallies: dict[str, Sequence[Fact]] = {}
    categories: dict[str, Mapping[str, str]] = {}
    notes: list[str] = [known.on_list]
    for source in dict.fromkeys(table.source for table in wanted.tables):
        if source in _LISTS:
            rows[source], totals[source] = _LISTS[source](known)
        else:
            tallies[source] = _TALLIES[source](known)
    for name in {table.down for table in wanted.tables} & _CATEGORIES.keys():
        categories[name] = _CATEGORIES[name]
    for said in _NOTES.get(wanted.code, ()):
        notes += said(known)
    return Facts(rows, totals, tallies, categories, tuple(notes))


class _Known:
    """What one return of one moment rests on, each part read when it is first asked for."""

    def __init__(self, room: Room, term: TermSpan, now: datetime, grade_only: bool) -> None:
        self.room, self.term, self.now, self.grade_only = room, term, now, grade_only
        self.coverage = coverage.of(room, now, term.code)
        self.lines = coverage.students(room, now, term.code)
        self.by_class: dict[str, list[StudentLine]] = {}
        for line in self.lines:
            self.by_class.setdefault(line.class_key, []).append(line)

    @property
    def on_list(self) -> str:
        return f"名单为{chinese_date(self.coverage.day)}在读的学生，休学、转出、毕业的不计"

    @cached_property
    def talks(self) -> list[Any]:
        """The talks with students on the list, in order of time."""
        here = {line.id for line in self.lines}
        last = min(self.coverage.last, self.now.date())
        with self.room.read() as session:
            rows = ask.talks(session, self.coverage.first, last)
        return [row for row in rows if row.student in here]

    @cached_property
    def first_talk(self) -> dict[str, str]:
        """The first talk of the semester by student: the one that counts."""
        found: dict[str, str] = {}
        for row in self.talks:
            found.setdefault(row.student, row.id)
        return found

    @cached_property
    def excuses(self) -> dict[str, str]:
        with self.room.read() as session:
            return {row.student: row.id for row in ask.excuses(session, self.term.code)}

    @cached_property
    def plans(self) -> dict[str, plan_list.PlanLine]:
        return {line.student: line for line in plan_list.listed(self.room, self.now, self.term.code)}

    @cached_property
    def feedback(self) -> dict[str, FeedbackLine]:
        return {line.student: line for line in feedback_list.listed(self.room, self.now, self.term.code)}

    def groups(self, by_grade: bool) -> list[tuple[ClassLine, list[StudentLine]]]:
        """Each class with its children, or each grade."""
        if not by_grade:
            return [(line, self.by_class.get(line.key, [])) for line in self.coverage.classes]
        of_grade: dict[str, list[StudentLine]] = {}
        for line in self.coverage.classes:
            of_grade.setdefault(line.grade, []).extend(self.by_class.get(line.key, []))
        return [(line, of_grade.get(line.name, [])) for line in self.coverage.grades]


# ---- lists ----------------------------------------------------------------------------------------------------------

Counted = Callable[[_Known, ClassLine, list[StudentLine]], dict[str, tuple[int, Parts]]]
"""For a class or a grade: what each column says, and the records behind it."""


def _each(ids: Iterable[str]) -> Parts:
    return tuple((id, 1) for id in ids)


def _table(known: _Known, by_grade: bool, counted: Counted, of: tuple[str, str]) -> Table:
    """A row for each class or grade, and the sum. `of`: the columns whose quotient is the rate."""
    rows: list[ListRow] = []
    whole: dict[str, tuple[int, Parts]] = {}
    for line, children in known.groups(by_grade):
        figures = counted(known, line, children)
        for name, (value, parts) in figures.items():
            before = whole.get(name, (0, ()))
            whole[name] = before[0] + value, (*before[1], *parts)
        values: dict[str, Content] = {name: count(value) for name, (value, _) in figures.items()}
        rows.append(ListRow(line.key, {**values, "name": line.name, "rate": _rate(figures, of)}, _parts(figures)))
    sums: dict[str, Content] = {name: count(value, adds="above") for name, (value, _) in whole.items()}
    return rows, ListRow("all", {**sums, "rate": _rate(whole, of)}, _parts(whole))


def _parts(figures: Mapping[str, tuple[int, Parts]]) -> dict[str, Parts]:
    return {name: parts for name, (_, parts) in figures.items()}


def _rate(figures: Mapping[str, tuple[int, Parts]], of: tuple[str, str]) -> Content:
    """Percent to one place, never 100 before it is; a dash where nobody is asked."""
    done, asked = (figures.get(name, (0, ()))[0] for name in of)
    return percent(rule.rate(done, asked)) if asked else "—"


def percent(value: float) -> Figure:
    """A rate as it stands on paper and in a sheet; it rests on two figures, not on records of its own."""
    return Figure("", value, f"{value:.1f}%", '0.0"%"')


def _talked(known: _Known, line: ClassLine, children: list[StudentLine]) -> dict[str, tuple[int, Parts]]:
    return {
        "students": (line.students, _each(child.id for child in children)),
        "talked": (line.talked, _each(known.first_talk[child.id] for child in children if child.talks)),
        "excused": (line.excused, _each(known.excuses[c.id] for c in children if c.excuse and not c.talks)),
        "left": (line.left, _each(child.id for child in children if child.left)),
        "asked": (line.asked, ()),
    }


def _planned(known: _Known, line: ClassLine, children: list[StudentLine]) -> dict[str, tuple[int, Parts]]:
    due = [child for child in children if child.lamps.plan.state != rule.NONE]
    there = [child for child in due if child.lamps.plan.state == rule.GREEN]
    return {
        "due": (line.plans_due, _each(child.id for child in due)),
        "plans": (line.plans, _each(known.plans[child.id].plan for child in there)),
        "left": (line.plans_due - line.plans, _each(c.id for c in due if c not in there)),
    }


def _told(known: _Known, line: ClassLine, children: list[StudentLine]) -> dict[str, tuple[int, Parts]]:
    owed = [known.feedback[child.id] for child in children if known.feedback[child.id].owed]
    given = [one for one in owed if one.given]
    slips = [one for one in owed if one.way == "letter"]
    found = {
        "due": (line.feedback_due, _each(one.student for one in owed)),
        "given": (line.feedback, _each(one.feedback for one in given)),
        "left": (line.feedback_due - line.feedback, _each(one.student for one in owed if not one.given)),
    }
    for way in FEEDBACK_WAYS:
        found[way] = _many(one.feedback for one in given if one.way == way)
    for state in ("printed", "delivered", "signed"):
        found[state] = _many(one.feedback for one in slips if one.state == state)
    found["refused"] = _many(one.feedback for one in owed if one.state == "refused")
    return found


def _many(ids: Iterable[str]) -> tuple[int, Parts]:
    parts = _each(ids)
    return len(parts), parts


def _plan_list(known: _Known) -> Table:
    """A row for each child under care, class by class."""
    rows: list[ListRow] = []
    grades = {line.key: line.grade for line in known.coverage.classes}
    for child in known.lines:
        if child.lamps.plan.state == rule.NONE:
            continue
        plan = known.plans.get(child.id)
        there = plan is not None and bool(plan.plan)
        rows.append(
            ListRow(
                child.id,
                {
                    "number": str(len(rows) + 1),
                    "class": grades[child.class_key] if known.grade_only else child.class_name,
                    "who": child.name,
                    "kind": kind_of(plan) if there else NO_PLAN,
                    "made": _day(plan.made_on if plan else None),
                    "maker": plan.maker if plan else "",
                    "stands": "有" if child.lamps.plan.state == rule.GREEN else "未写全" if there else "没有",
                    "review": _day(plan.review_on if plan else None),
                },
                student=child.id,
            )
        )
    return rows, ListRow("all", {})


def kind_of(plan: Any) -> str:
    """The kind of difficulty in words; what nobody chose is said so."""
    return PLAN_KINDS[plan.kind] if plan.kind else _NO_KIND


_NO_KIND = "没有选类型"


def _day(day: date | None) -> str:
    return day.isoformat() if day is not None else ""


_LISTS: dict[str, Callable[[_Known], Table]] = {
    "talk_grades": lambda known: _table(known, True, _talked, ("talked", "asked")),
    "talk_classes": lambda known: _table(known, False, _talked, ("talked", "asked")),
    "plan_grades": lambda known: _table(known, True, _planned, ("plans", "due")),
    "plan_list": _plan_list,
    "feedback_classes": lambda known: _table(known, False, _told, ("given", "due")),
}


# ---- tallies --------------------------------------------------------------------------------------------------------


def _talks(known: _Known) -> list[Fact]:
    """Every talk of the semester with somebody on its list."""
    return [
        Fact(row.id, {"talk.way": row.way, "talk.theme_group": _theme(row.theme)}, 1, row.student)
        for row in known.talks
    ]


def _theme(theme: str) -> str:
    return theme if theme in THEMES else OTHER if theme else ""


def _plans(known: _Known) -> list[Fact]:
    """Everybody under care, by the kind of difficulty of the plan there is."""
    found = []
    for child in known.lines:
        if child.lamps.plan.state != rule.NONE:
            plan = known.plans.get(child.id)
            there = plan is not None and bool(plan.plan)
            kind = (plan.kind or "unsaid") if plan is not None and there else "none"
            found.append(
                Fact(plan.plan if plan is not None and there else child.id, {"growth_plan.kind": kind}, 1, child.id)
            )
    return found


_TALLIES: dict[str, Callable[[_Known], list[Fact]]] = {"talks": _talks, "plans": _plans}

_CATEGORIES: dict[str, Mapping[str, str]] = {
    "talk.theme_group": {theme: theme for theme in THEMES},
    "growth_plan.kind": {
        **{kind: label for kind, label in PLAN_KINDS.items() if kind}, "unsaid": _NO_KIND, "none": NO_PLAN,
    },
}  # fmt: skip


# ---- what the reader must know --------------------------------------------------------------------------------------


def _rules_of_talks(known: _Known) -> list[str]:
    rules = known.coverage.rules
    return [
        f"完成率＝已谈÷{DENOMINATORS[rules.denominator]}；目标 {rules.target}%（{rules.target_source}）",
        "有原因未谈的没有谈成，不计入已谈",
    ]


def _rules_of_feedback(known: _Known) -> list[str]:
    rules = known.coverage.rules
    said = [f"应反馈的是{OWED[rules.feedback_for]}（{rules.feedback_source}）"]
    beside = sum(1 for one in known.feedback.values() if one.given and not one.owed)
    return [*said, f"另有不要求反馈而反馈了的学生 {beside} 人，不在表内"] if beside else said


_NOTES: dict[str, tuple[Callable[[_Known], list[str]], ...]] = {
    "talks-by-class": (_rules_of_talks,),
    "feedback-summary": (_rules_of_feedback,),
}


# ---- a list that gives somebody away --------------------------------------------------------------------------------


def alone(room: Room, now: datetime, term: str) -> list[str]:
    """The classes in which only one child is under care: a list by class names that child to whoever knows the class."""
    needs_counsellor(room)
    found: dict[str, int] = {}
    for line in coverage.students(room, now, term):
        if line.lamps.plan.state != rule.NONE:
            found[line.class_name] = found.get(line.class_name, 0) + 1
    return [name for name, many in found.items() if many == 1]
