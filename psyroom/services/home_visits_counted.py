"""家访 as each region counts it: per student or per teacher, and which forms fulfil it (the region's data, with its clause)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from psyroom.records.care import VISITED
from psyroom.rules import coverage as rule_of_terms
from psyroom.rules import home_visits as rule
from psyroom.services import coverage, talk_rules
from psyroom.services.feedback import term_of
from psyroom.services.rights import needs_counsellor
from psyroom.services.school import SchoolContext, context
from psyroom.store.questions import feedback as ask
from psyroom.store.room import Room

NOT_ASKED = "地区没有规定次数，按学生统计"


@dataclass(frozen=True, repr=False)
class CountedRow:
    """A student (`student`: the id) or a teacher (by name) with the visits of the semester by form (`records.care.VISITED`);
    `counted`: how many of them count; `done`: as many as are asked."""

    name: str
    student: str
    class_key: str
    class_name: str
    forms: dict[str, int]
    counted: int
    done: bool
    last: date | None

    @property
    def all(self) -> int:
        return sum(self.forms.values())


@dataclass(frozen=True, repr=False)
class Counted:
    """`per`: student | teacher; `least`: how many are asked of each, 0 where nobody asks; `counts`: the forms that count;
    `of`: out of how many (students on the list, teachers of the school), None where the school has not said; `visits`:
    of the semester, one of several teachers once."""

    per: str
    rows: tuple[CountedRow, ...]
    least: int
    counts: tuple[str, ...]
    source: str
    of: int | None
    visits: int

    @property
    def done(self) -> int:
        return sum(row.done for row in self.rows)


def days_of(school: SchoolContext, now: datetime, term: str) -> tuple[date, date]:
    """The days whose visits belong to a semester: its own and those of the holiday after it."""
    return rule_of_terms.span(term_of(school, now, term), school.terms)


def counted(room: Room, now: datetime, term: str = "") -> Counted:
    """The home visits of a semester as the region counts them: per student everybody on the list, in class order; per
    teacher those who went and the class teachers, by name. Visits to come do not count.

    Errors: `NeedsCounsellor`, `Refused` (no such semester)."""
    needs_counsellor(room)
    school = context(room)
    span = term_of(school, now, term)
    rules = talk_rules.rules(room, term=span.code)
    first, last = days_of(school, now, span.code)
    with room.read() as session:
        visits = ask.visits_between(session, first, min(last, now.date()))
    duty = rules.home_visit
    if duty is not None and duty.per == "teacher":
        teachers = talk_rules.class_teachers(room).values()
        each = [(name, visit) for visit in visits for name in rule.teachers(visit.teachers)]
        names = {*teachers, *(name for name, _ in each)}
        rows = [
            _row(name, "", "", "", [v for who, v in each if who == name], duty.counts, duty.least)
            for name in sorted(names)
        ]
        return Counted("teacher", tuple(rows), duty.least, duty.counts, duty.source, rules.own.teachers, len(visits))
    counts, least = (duty.counts, duty.least) if duty is not None else (tuple(VISITED), 0)
    by_student: dict[str, list[Any]] = {}
    for visit in visits:
        by_student.setdefault(visit.student, []).append(visit)
    children = coverage.students(room, now, span.code)
    rows = [
        _row(child.name, child.id, child.class_key, child.class_name, by_student.get(child.id, []), counts, least)
        for child in children
    ]
    source = duty.source if duty is not None else NOT_ASKED
    return Counted("student", tuple(rows), least, counts, source, len(children), len(visits))


def _row(
    name: str, student: str, class_key: str, class_name: str, visits: list[Any], counts: tuple[str, ...], least: int
) -> CountedRow:  # fmt: skip
    forms = rule.by_form(visit.way for visit in visits)
    number = sum(forms[way] for way in counts)
    last = max((visit.day for visit in visits), default=None)
    done = rule.fulfilled(forms, counts, max(least, 1))
    return CountedRow(name, student, class_key, class_name, forms, number, done, last)
