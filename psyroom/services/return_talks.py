"""What the confidential returns are filled from: coverage, growth plans, what the parents were told, home visits.

Every figure is the one the pages and the command line say, from `coverage`, `feedback_list` and `home_visits`; the records
behind it are named beside it. Who is not on the list of the semester is counted nowhere. Names stand only in the rows that
a return shows where they were asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from psyroom.records.care import FEEDBACK_WAYS, PLAN_KINDS
from psyroom.records.talks import DENOMINATORS, OWED, THEMES
from psyroom.reports.definition import Definition
from psyroom.reports.filling import Fact, Facts, ListRow, Parts
from psyroom.rules import coverage as rule
from psyroom.rules.coverage import ClassLine
from psyroom.rules.time import TermSpan
from psyroom.services import coverage, return_visits
from psyroom.services.coverage import StudentLine
from psyroom.services.return_known import Known, Table, each, many, table_of
from psyroom.services.rights import needs_counsellor
from psyroom.services.school import SchoolContext
from psyroom.store.room import Room

OTHER = "其他"
NO_PLAN = "还没有方案"


def gather(
    room: Room, school: SchoolContext, term: TermSpan, now: datetime, wanted: Definition, *, grade_only: bool = False
) -> Facts:
    """All a confidential return of this semester is filled from, of one moment. `grade_only`: classes of a list that has a
    row for each child are written as grades. A source that the region does not ask for is not there."""
    needs_counsellor(room)
    known = Known(room, term, now, grade_only)
    rows: dict[str, Sequence[ListRow]] = {}
    totals: dict[str, ListRow] = {}
    tallies: dict[str, Sequence[Fact]] = {}
    categories: dict[str, Mapping[str, str]] = {}
    for source in dict.fromkeys(table.source for table in wanted.tables):
        if source in _TALLIES:
            tallies[source] = _TALLIES[source](known)
        elif (made := _LISTS[source](known)) is not None:
            rows[source], totals[source] = made
    for name in {table.down for table in wanted.tables} & _CATEGORIES.keys():
        categories[name] = _CATEGORIES[name]
    return Facts(rows, totals, tallies, categories, tuple(_NOTES[wanted.code](known)))


# ---- lists ----------------------------------------------------------------------------------------------------------


def _talked(known: Known, line: ClassLine, children: list[StudentLine]) -> dict[str, tuple[int, Parts]]:
    return {
        "students": (line.students, each(child.id for child in children)),
        "talked": (line.talked, each(known.first_talk[child.id] for child in children if child.talks)),
        "excused": (line.excused, each(known.excuses[c.id] for c in children if c.excuse and not c.talks)),
        "left": (line.left, each(child.id for child in children if child.left)),
        "asked": (line.asked, ()),
    }


def _planned(known: Known, line: ClassLine, children: list[StudentLine]) -> dict[str, tuple[int, Parts]]:
    due = [child for child in children if child.lamps.plan.state != rule.NONE]
    there = [child for child in due if child.lamps.plan.state == rule.GREEN]
    return {
        "due": (line.plans_due, each(child.id for child in due)),
        "plans": (line.plans, each(known.plans[child.id].plan for child in there)),
        "left": (line.plans_due - line.plans, each(c.id for c in due if c not in there)),
    }


def _told(known: Known, line: ClassLine, children: list[StudentLine]) -> dict[str, tuple[int, Parts]]:
    owed = [known.feedback[child.id] for child in children if known.feedback[child.id].owed]
    given = [one for one in owed if one.given]
    slips = [one for one in owed if one.way == "letter"]
    found = {
        "due": (line.feedback_due, each(one.student for one in owed)),
        "given": (line.feedback, each(one.feedback for one in given)),
        "left": (line.feedback_due - line.feedback, each(one.student for one in owed if not one.given)),
    }
    for way in FEEDBACK_WAYS:
        found[way] = many(one.feedback for one in given if one.way == way)
    for state in ("printed", "delivered", "signed"):
        found[state] = many(one.feedback for one in slips if one.state == state)
    found["refused"] = many(one.feedback for one in owed if one.state == "refused")
    return found


def _plan_list(known: Known) -> Table:
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


_LISTS: dict[str, Callable[[Known], Table | None]] = {
    **return_visits.LISTS,
    "talk_grades": lambda known: table_of(known, True, _talked, ("talked", "asked")),
    "talk_classes": lambda known: table_of(known, False, _talked, ("talked", "asked")),
    "plan_grades": lambda known: table_of(known, True, _planned, ("plans", "due")),
    "plan_list": _plan_list,
    "feedback_classes": lambda known: table_of(known, False, _told, ("given", "due")),
}


# ---- tallies --------------------------------------------------------------------------------------------------------


def _talks(known: Known) -> list[Fact]:
    """Every talk of the semester with somebody on its list."""
    return [
        Fact(row.id, {"talk.way": row.way, "talk.theme_group": _theme(row.theme)}, 1, row.student)
        for row in known.talks
    ]


def _theme(theme: str) -> str:
    return theme if theme in THEMES else OTHER if theme else ""


def _plans(known: Known) -> list[Fact]:
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


_TALLIES: dict[str, Callable[[Known], list[Fact]]] = {"talks": _talks, "plans": _plans}

_CATEGORIES: dict[str, Mapping[str, str]] = {
    "talk.theme_group": {theme: theme for theme in THEMES},
    "growth_plan.kind": {
        **{kind: label for kind, label in PLAN_KINDS.items() if kind}, "unsaid": _NO_KIND, "none": NO_PLAN,
    },
}  # fmt: skip


# ---- what the reader must know --------------------------------------------------------------------------------------


def _rules_of_talks(known: Known) -> list[str]:
    rules = known.coverage.rules
    return [
        known.on_list,
        f"完成率＝已谈÷{DENOMINATORS[rules.denominator]}；目标 {rules.target}%（{rules.target_source}）",
        "有原因未谈的没有谈成，不计入已谈",
    ]


def _rules_of_feedback(known: Known) -> list[str]:
    rules = known.coverage.rules
    said = [known.on_list, f"应反馈的是{OWED[rules.feedback_for]}（{rules.feedback_source}）"]
    beside = sum(1 for one in known.feedback.values() if one.given and not one.owed)
    return [*said, f"另有不要求反馈而反馈了的学生 {beside} 人，不在表内"] if beside else said


_NOTES: dict[str, Callable[[Known], list[str]]] = {
    "talks-by-class": _rules_of_talks,
    "feedback-summary": _rules_of_feedback,
    "plans-list": lambda known: [known.on_list],
    "home-visits": return_visits.rules_of_visits,
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
