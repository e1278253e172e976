"""What a confidential return of one moment rests on, and how a table of classes or grades is made of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from functools import cached_property
from typing import Any

from psyroom.reports.filling import ListRow, Parts
from psyroom.reports.recovery import chinese_date
from psyroom.reports.tables import Content, Figure, count
from psyroom.rules import coverage as rule
from psyroom.rules.coverage import ClassLine
from psyroom.rules.time import TermSpan
from psyroom.services import coverage, feedback_list, home_visits, home_visits_counted, plan_list
from psyroom.services.coverage import StudentLine
from psyroom.services.feedback_list import FeedbackLine
from psyroom.services.home_visits import HomeVisitSeen
from psyroom.services.home_visits_counted import Counted
from psyroom.services.rights import needs_counsellor
from psyroom.store.questions import return_talks as ask
from psyroom.store.room import Room

Table = tuple[list[ListRow], ListRow]
"""The rows of a list, and their sum."""


class Known:
    """What one return of one moment rests on, each part read when it is first asked for."""

    def __init__(self, room: Room, term: TermSpan, now: datetime, grade_only: bool) -> None:
        needs_counsellor(room)
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

    @cached_property
    def counted(self) -> Counted:
        """The home visits as the region counts them."""
        return home_visits_counted.counted(self.room, self.now, self.term.code)

    @cached_property
    def visits(self) -> list[HomeVisitSeen]:
        """The home visits of the semester up to now, in order of time."""
        rows = home_visits.listed(self.room, self.now, self.term.code)
        return sorted(
            (row for row in rows if row.fields.day <= self.now.date()), key=lambda row: (row.fields.day, row.id)
        )

    def groups(self, by_grade: bool) -> list[tuple[ClassLine, list[StudentLine]]]:
        """Each class with its children, or each grade."""
        if not by_grade:
            return [(line, self.by_class.get(line.key, [])) for line in self.coverage.classes]
        of_grade: dict[str, list[StudentLine]] = {}
        for line in self.coverage.classes:
            of_grade.setdefault(line.grade, []).extend(self.by_class.get(line.key, []))
        return [(line, of_grade.get(line.name, [])) for line in self.coverage.grades]


def many(ids: Iterable[str]) -> tuple[int, Parts]:
    parts = each(ids)
    return len(parts), parts


Columns = Callable[[Known, ClassLine, list[StudentLine]], dict[str, tuple[int, Parts]]]
"""For a class or a grade: what each column says, and the records behind it."""


def each(ids: Iterable[str]) -> Parts:
    return tuple((id, 1) for id in ids)


def table_of(known: Known, by_grade: bool, columns: Columns, of: tuple[str, str]) -> Table:
    """A row for each class or grade, and the sum. `of`: the columns whose quotient is the rate."""
    rows: list[ListRow] = []
    whole: dict[str, tuple[int, Parts]] = {}
    for line, children in known.groups(by_grade):
        figures = columns(known, line, children)
        for name, (value, parts) in figures.items():
            before = whole.get(name, (0, ()))
            whole[name] = before[0] + value, (*before[1], *parts)
        values: dict[str, Content] = {name: count(value) for name, (value, _) in figures.items()}
        rows.append(ListRow(line.key, {**values, "name": line.name, "rate": rate_of(figures, of)}, parts_of(figures)))
    sums: dict[str, Content] = {name: count(value, adds="above") for name, (value, _) in whole.items()}
    return rows, ListRow("all", {**sums, "rate": rate_of(whole, of)}, parts_of(whole))


def parts_of(figures: Mapping[str, tuple[int, Parts]]) -> dict[str, Parts]:
    return {name: parts for name, (_, parts) in figures.items()}


def rate_of(figures: Mapping[str, tuple[int, Parts]], of: tuple[str, str]) -> Content:
    """Percent to one place, never 100 before it is; a dash where nobody is asked."""
    done, asked = (figures.get(name, (0, ()))[0] for name in of)
    return percent(rule.rate(done, asked)) if asked else "—"


def percent(value: float) -> Figure:
    """A rate as it stands on paper and in a sheet; it rests on two figures, not on records of its own."""
    return Figure("", value, f"{value:.1f}%", '0.0"%"')
