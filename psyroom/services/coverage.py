"""Coverage of a semester: every student once. Counted in one pass from columns, and kept until the next deed.

What counts as what is told in `rules.coverage`; page, paper, sheet and command line all ask here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from weakref import WeakKeyDictionary

from sqlmodel import Session

from psyroom.records.care import GIVEN
from psyroom.rules import classes
from psyroom.rules import coverage as rule
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


@dataclass(frozen=True, repr=False)
class StudentLine:
    """A student on the list. `talks`: in the semester, `last_day` and `last_by` of the latest; `excuse`: the reason, which
    a talk outdoes; `hidden_until`: not spoken of before that day, for an attempt was just made; `first_week`: of the first
    talk, None in the holiday after or without one."""

    id: str
    name: str
    sex: str
    number: str
    class_key: str
    class_name: str
    talks: int
    last_day: date | None
    last_by: str
    excuse: str
    attempts: int
    hidden_until: date | None
    care: bool
    lamps: Lamps
    first_week: int | None

    @property
    def left(self) -> bool:
        """Still to be talked to."""
        return not self.talks and not self.excuse


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


@dataclass(repr=False)
class _Counted:
    """A semester as counted at one moment."""

    coverage: Coverage
    lines: tuple[StudentLine, ...]
    by_id: dict[str, StudentLine] = field(default_factory=dict)
    by_class: dict[str, list[StudentLine]] = field(default_factory=dict)


_kept: WeakKeyDictionary[Room, tuple[tuple[int, int], dict[tuple[str, date], _Counted]]] = WeakKeyDictionary()


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
        if kept is None or kept[0] != stamp:
            kept = _kept[room] = (stamp, {})
        if (term.code, today) not in kept[1]:
            kept[1][term.code, today] = _count(session, school, term, today)
        return kept[1][term.code, today]


def _count(session: Session, school: SchoolContext, term: TermSpan, today: date) -> _Counted:
    rules = talk_rules.rules_in(session, school, term)
    first, last = rule.span(term, school.terms)
    day = rule.counted_on(term, today)
    rows = [
        row
        for row in ask.children(session)
        if rule.in_school(row.stage, row.cohort, term, school.system)
        and rule.on_list(row.status, row.status_since, day)
    ]
    facts = _Facts(session, term, first, min(last, today), day)
    lines: dict[ClassOf, list[StudentLine]] = {}
    names: dict[ClassOf, tuple[str, str]] = {}
    called_on = date(term.year, 9, 1)  # in August the same class is called otherwise already
    for row in rows:
        place: ClassOf = (row.stage, row.cohort, row.class_no)
        if place not in names:
            names[place] = school.class_key(*place, called_on), school.class_name(*place, called_on)
            lines[place] = []
        lines[place].append(_line(row, names[place], facts, rules, today))
    teachers = talk_rules.teachers_in(session)
    order = sorted(lines, key=lambda p: (*classes.grade_order(p[0], p[1], year=term.year, system=school.system), p[2]))
    told = []
    for place in order:
        lines[place].sort(key=lambda one: (one.number, one.id))
        grade = school.grade_name(place[0], place[1], called_on)
        told.append(_class(place, names[place], grade, teachers.get(place, ""), lines[place], term, rules))
    total = rule.together(told, term.weeks, name="全校")
    weeks = rule.weeks_left(term, today, rules.finish_week, school.calendar.is_school_day)
    week = term.week_of(today) or 0
    coverage = Coverage(
        term, day, week, weeks, first, last, rules, tuple(told), _grades(told, term.weeks), total,
        rule.needed_per_week(total.left, weeks),
    )  # fmt: skip
    everybody = tuple(one for place in order for one in lines[place])
    return _Counted(
        coverage, everybody, {one.id: one for one in everybody}, {names[place][0]: lines[place] for place in order}
    )


class _Facts:
    """What the records say, by student, read once."""

    def __init__(self, session: Session, term: TermSpan, first: date, last: date, day: date) -> None:
        self.term, self.first, self.day = term, first, day
        self.talks: dict[str, list[Any]] = {}
        for row in ask.talked(session, first, last):
            self.talks.setdefault(row.student, []).append(row)
        self.excuses = {row.student: row.reason for row in ask.excuses(session, term.code)}
        self.attempts: dict[str, list[date]] = {}
        for row in ask.attempts(session, first, last):
            self.attempts.setdefault(row.student, []).append(row.day)
        self.care = {
            row.student for row in ask.marks(session) if rule.under_care(row.since, row.until, row.lifted, day)
        }
        self.plans = _plans(session, self.care, day)
        self.feedback = _feedback(ask.feedback(session, term.code))

    def known(self, student: str) -> rule.Known:
        talks = self.talks.get(student, ())
        state, since = self.feedback.get(student, ("", None))
        return rule.Known(
            talks=len(talks),
            last_day=talks[-1].day if talks else None,
            last_by=talks[-1].talker if talks else "",
            excuse=self.excuses.get(student, ""),
            attempts=len(self.attempts.get(student, ())),
            care=student in self.care,
            plan=self.plans.get(student),
            feedback=state,
            feedback_on=since,
        )


def _plans(session: Session, students: Iterable[str], day: date) -> dict[str, rule.PlanKnown]:
    """The newest version of each student's plan that was made by a day, with the days of its reviews."""
    newest: dict[str, Any] = {}
    for row in ask.plans(session, students):
        if row.made_on <= day and (row.student not in newest or row.version > newest[row.student].version):
            newest[row.student] = row
    reviewed: dict[str, list[date]] = {}
    for review in ask.reviews(session, [row.id for row in newest.values()]):
        reviewed.setdefault(review.plan, []).append(review.day)
    return {
        student: rule.PlanKnown(bool(row.whole), row.made_on, row.review_on, tuple(reviewed.get(row.id, ())))
        for student, row in newest.items()
    }


_SINCE = {"printed": "printed_on", "delivered": "delivered_on", "signed": "signed_on", "refused": "refused_on"}


def _feedback(rows: Iterable[Any]) -> dict[str, tuple[str, date | None]]:
    """(state, since) by student: of a feedback that was given, else of the newest."""
    found: dict[str, tuple[str, date | None]] = {}
    for row in rows:
        if row.student in found and found[row.student][0] in GIVEN and row.state not in GIVEN:
            continue
        found[row.student] = row.state, getattr(row, _SINCE[row.state]) if row.state in _SINCE else None
    return found


def _line(row: Any, called: tuple[str, str], facts: _Facts, rules: RulesSeen, today: date) -> StudentLine:
    known = facts.known(row.id)
    tried = max(facts.attempts.get(row.id, ()), default=None)
    waits = not known.talks and not known.excuse
    return StudentLine(
        id=row.id,
        name=row.name,
        sex=row.sex,
        number=row.number,
        class_key=called[0],
        class_name=called[1],
        talks=known.talks,
        last_day=known.last_day,
        last_by=known.last_by,
        excuse=known.excuse,
        attempts=known.attempts,
        hidden_until=rule.shown_again(tried, rules.hide_days, today) if waits else None,
        care=known.care,
        lamps=rule.lamps(known, feedback_for=rules.feedback_for, first=facts.first, day=facts.day),
        first_week=facts.term.week_of(facts.talks[row.id][0].day) if known.talks else None,
    )


def _class(
    place: ClassOf, called: tuple[str, str], grade: str, teacher: str, lines: list[StudentLine], term: TermSpan,
    rules: RulesSeen,
) -> ClassLine:  # fmt: skip
    talked = [one for one in lines if one.talks]
    excused = sum(bool(one.excuse) and not one.talks for one in lines)
    by_week = [0] * term.weeks
    for one in talked:
        if one.first_week is not None:
            by_week[one.first_week - 1] += 1
    due = {link: [getattr(one.lamps, link).state for one in lines] for link in ("plan", "feedback")}
    asked = rule.asked(len(lines), excused, rules.denominator)
    return ClassLine(
        key=called[0],
        name=called[1],
        grade=grade,
        stage=place[0],
        cohort=place[1],
        class_no=place[2],
        teacher=teacher,
        students=len(lines),
        talked=len(talked),
        excused=excused,
        attempted=sum(one.left and one.attempts > 0 for one in lines),
        left=len(lines) - len(talked) - excused,
        plans_due=sum(state != rule.NONE for state in due["plan"]),
        plans=sum(state == rule.GREEN for state in due["plan"]),
        feedback_due=sum(state != rule.NONE for state in due["feedback"]),
        feedback=sum(state == rule.GREEN for state in due["feedback"]),
        by_week=tuple(by_week),
        later=len(talked) - sum(by_week),
        asked=asked,
        rate=rule.rate(len(talked), asked),
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
