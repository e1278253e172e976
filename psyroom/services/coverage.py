"""Coverage of a semester: every student once. Counted in one pass from columns, and kept until the next deed.

What counts as what is told in `rules.coverage`; page, paper, sheet and command line all ask here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Any
from weakref import WeakKeyDictionary

from sqlmodel import Session

from psyroom.rules import classes
from psyroom.rules import coverage as rule
from psyroom.rules import feedback as slips
from psyroom.rules.coverage import ClassLine as ClassLine
from psyroom.rules.coverage import Lamp as Lamp
from psyroom.rules.coverage import Lamps as Lamps
from psyroom.rules.time import TermSpan
from psyroom.services import talk_rules
from psyroom.services.rights import needs_counsellor
from psyroom.services.school import SchoolContext, context
from psyroom.services.talk_rules import ClassOf, RulesSeen
from psyroom.store.questions import talks as ask
from psyroom.store.room import Room


@dataclass(frozen=True, repr=False, kw_only=True)
class StudentLine(rule.Known):
    """A student on the list, with what is known. `hidden_until`: not spoken of before that day, for an attempt was just
    made; `states`: of the three lamps; `day`: the day counted."""

    id: str
    name: str
    sex: str
    number: str
    class_key: str
    class_name: str
    hidden_until: date | None
    states: tuple[str, str, str]
    day: date

    @property
    def left(self) -> bool:
        """Still to be talked to."""
        return not self.talks and not self.excuse

    @cached_property
    def lamps(self) -> Lamps:
        """The three lamps in words."""
        return rule.lamps(self, self.states, day=self.day)


@dataclass(frozen=True, repr=False)
class Coverage:
    """A semester in figures on the day counted. `week`: today's, 0 outside the semester; `weeks`: those left to finish in;
    `first`, `last`: the days whose talks belong to it."""

    term: TermSpan
    day: date
    week: int
    weeks: int
    first: date
    last: date
    rules: RulesSeen
    classes: tuple[ClassLine, ...]
    grades: tuple[ClassLine, ...]
    total: ClassLine
    needed_per_week: int


@dataclass(frozen=True, repr=False)
class _Class:
    """A class of the list: what it is called in the semester, and its students in order."""

    place: ClassOf
    key: str
    name: str
    grade: str
    rows: list[Any]


@dataclass(frozen=True, repr=False)
class _Counted:
    """A semester as counted at one moment."""

    coverage: Coverage
    lines: tuple[StudentLine, ...]
    by_id: dict[str, StudentLine]
    by_class: dict[str, list[StudentLine]]


@dataclass(repr=False)
class _Kept:
    """What is true as long as no deed has been written since: the list, of desk.db alone; the figures, of both files."""

    stamp: tuple[int, int]
    lists: dict[tuple[str, date], list[_Class]] = field(default_factory=dict)
    counted: dict[tuple[str, date], _Counted] = field(default_factory=dict)


_kept: WeakKeyDictionary[Room, _Kept] = WeakKeyDictionary()


def of(room: Room, now: datetime, term: str = "") -> Coverage:
    """The figures of a semester (its code; empty: the present one)."""
    needs_counsellor(room)
    return _counted(room, now, term).coverage


def students(room: Room, now: datetime, term: str = "", *, class_key: str = "") -> list[StudentLine]:
    """Everybody on the list, or a class of it, in class order. A class is called what it was called in that semester."""
    needs_counsellor(room)
    counted = _counted(room, now, term)
    return list(counted.by_class.get(class_key, ()) if class_key else counted.lines)


def line(room: Room, student: str, now: datetime, term: str = "") -> StudentLine | None:
    """One student on the list; None for who is not on it."""
    needs_counsellor(room)
    return _counted(room, now, term).by_id.get(student)


def lamps(room: Room, student: str, now: datetime, term: str = "") -> Lamps:
    """The three lamps of a student in a semester."""
    needs_counsellor(room)
    found = _counted(room, now, term).by_id.get(student)
    return found.lamps if found is not None else rule.OFF_LIST


# ---- counting -----------------------------------------------------------------------------------------------------


def _counted(room: Room, now: datetime, code: str) -> _Counted:
    school = context(room)
    today = now.date()
    term = school.term(code) if code else school.term_on(today)
    with room.snapshot() as session:
        stamp = ask.stamp(session)
        kept = _kept.get(room)
        if kept is None or kept.stamp != stamp:  # a deed that touched no student is the usual one: the list stays
            same = kept is not None and kept.stamp[0] == stamp[0]
            kept = _kept[room] = _Kept(stamp, kept.lists if kept is not None and same else {})
        wanted = term.code, today
        if wanted not in kept.counted:
            if wanted not in kept.lists:
                kept.lists[wanted] = _list(session, school, term, rule.counted_on(term, today))
            kept.counted[wanted] = _count(session, school, term, today, kept.lists[wanted])
        return kept.counted[wanted]


def _list(session: Session, school: SchoolContext, term: TermSpan, day: date) -> list[_Class]:
    """The classes of the semester in order, each with the students that count on the day."""
    grades: dict[tuple[str, int], bool] = {}
    found: dict[ClassOf, list[Any]] = {}
    for row in ask.children(session):
        grade = row.stage, row.cohort
        if grade not in grades:
            grades[grade] = rule.in_school(*grade, term, school.system)
        if grades[grade] and rule.on_list(row.status, row.status_since, day):
            found.setdefault((row.stage, row.cohort, row.class_no), []).append(row)
    called_on = rule.called_on(term)
    order = sorted(found, key=lambda p: (*classes.grade_order(p[0], p[1], year=term.year, system=school.system), p[2]))
    return [
        _Class(
            place, school.class_key(*place, called_on), school.class_name(*place, called_on),
            school.grade_name(place[0], place[1], called_on),
            sorted(found[place], key=lambda row: (row.number, row.id)),
        )
        for place in order
    ]  # fmt: skip


def _count(session: Session, school: SchoolContext, term: TermSpan, today: date, listed: list[_Class]) -> _Counted:
    rules = talk_rules.rules_in(session, school, term)
    first, last = rule.span(term, school.terms)
    day = rule.counted_on(term, today)
    facts = _Facts(session, term, first, min(last, today), day)
    teachers = talk_rules.teachers_in(session)
    lines = {one.key: [_line(row, one, facts, rules, today) for row in one.rows] for one in listed}
    told = [_class(one, teachers.get(one.place, ""), lines[one.key], term, rules) for one in listed]
    total = rule.together(told, term.weeks, name="全校")
    weeks = rule.weeks_left(term, today, rules.finish_week, school.calendar.is_school_day)
    coverage = Coverage(
        term, day, term.week_of(today) or 0, weeks, first, last, rules, tuple(told), _grades(told, term.weeks), total,
        rule.needed_per_week(total.left, weeks),
    )  # fmt: skip
    everybody = tuple(one for some in lines.values() for one in some)
    return _Counted(coverage, everybody, {one.id: one for one in everybody}, lines)


class _Facts:
    """What the records say, by student, read once."""

    def __init__(self, session: Session, term: TermSpan, first: date, last: date, day: date) -> None:
        self.first, self.day = first, day
        self.talks = {row.student: row for row in ask.talked(session, first, last)}
        self.excuses = {row.student: row.reason for row in ask.excuses(session, term.code)}
        self.attempts = {row.student: row for row in ask.attempts(session, first, last)}
        self.care = {
            row.student for row in ask.marks(session) if rule.under_care(row.since, row.until, row.lifted, day)
        }
        self.plans = _plans(session, day)
        self.feedback = _feedback(ask.feedback(session, term.code))


def _plans(session: Session, day: date) -> dict[str, rule.PlanKnown]:
    """The newest version of each student's plan that was made by a day, with the days of its reviews."""
    reviewed: dict[str, list[date]] = {}
    for review in ask.reviews(session):
        reviewed.setdefault(review.plan, []).append(review.day)
    return {
        row.student: rule.PlanKnown(bool(row.whole), row.made_on, row.review_on, tuple(reviewed.get(row.id, ())))
        for row in ask.plans(session, day)
    }


def _feedback(rows: Iterable[Any]) -> dict[str, tuple[str, date | None]]:
    """(state, since) by student: of the one that speaks for the others."""
    by_student: dict[str, list[Any]] = {}
    for row in rows:
        by_student.setdefault(row.student, []).append(row)
    stand = {student: slips.stands(some) for student, some in by_student.items()}
    return {student: (row.state, slips.since(row)) for student, row in stand.items()}


def _line(row: Any, of: _Class, facts: _Facts, rules: RulesSeen, today: date) -> StudentLine:
    student = row.id
    talk, tried = facts.talks.get(student), facts.attempts.get(student)
    talks, excuse = (talk.talks if talk is not None else 0), facts.excuses.get(student, "")
    care, plan = student in facts.care, facts.plans.get(student)
    state, since = facts.feedback.get(student, ("", None))
    again = rule.shown_again(tried.last, rules.hide_days, today) if tried is not None else None
    return StudentLine(
        talks=talks,
        first_day=talk.first if talk is not None else None,
        last_day=date.fromisoformat(talk.latest[:10]) if talk is not None else None,
        last_by=talk.latest[10:] if talk is not None else "",
        excuse=excuse,
        attempts=tried.attempts if tried is not None else 0,
        care=care,
        plan=plan,
        feedback=state,
        feedback_on=since,
        id=student,
        name=row.name,
        sex=row.sex,
        number=row.number,
        class_key=of.key,
        class_name=of.name,
        hidden_until=again if not talks and not excuse else None,
        states=rule.states(talks, care, plan, state, feedback_for=rules.feedback_for, first=facts.first, day=facts.day),
        day=facts.day,
    )


def _class(of: _Class, teacher: str, lines: list[StudentLine], term: TermSpan, rules: RulesSeen) -> ClassLine:
    talked = excused = attempted = 0
    plans, told = [0, 0], [0, 0]
    by_week = [0] * term.weeks
    monday = term.monday(1)
    for one in lines:
        if one.talks and one.first_day is not None:
            talked += 1
            if (week := (one.first_day - monday).days // 7) < term.weeks:
                by_week[week] += 1
        elif one.excuse:
            excused += 1
        elif one.attempts:
            attempted += 1
        for count, state in ((plans, one.states[1]), (told, one.states[2])):
            count[0] += state != rule.NONE
            count[1] += state == rule.GREEN
    asked = rule.asked(len(lines), excused, rules.denominator)
    return ClassLine(
        key=of.key,
        name=of.name,
        grade=of.grade,
        stage=of.place[0],
        cohort=of.place[1],
        class_no=of.place[2],
        teacher=teacher,
        students=len(lines),
        talked=talked,
        excused=excused,
        attempted=attempted,
        left=len(lines) - talked - excused,
        plans_due=plans[0],
        plans=plans[1],
        feedback_due=told[0],
        feedback=told[1],
        by_week=tuple(by_week),
        later=talked - sum(by_week),
        asked=asked,
        rate=rule.rate(talked, asked),
    )


def _grades(lines: list[ClassLine], weeks: int) -> tuple[ClassLine, ...]:
    """A line for each grade, in order."""
    found: dict[tuple[str, int], list[ClassLine]] = {}
    for one in lines:
        found.setdefault((one.stage, one.cohort), []).append(one)
    return tuple(
        rule.together(some, weeks, key=some[0].grade, name=some[0].grade, grade=some[0].grade)
        for some in found.values()
    )
