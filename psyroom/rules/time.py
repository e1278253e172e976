"""School years, semesters, week numbers.

Week 1 is the Monday to Sunday that holds the semester's first day; weeks run on through holidays (duties and facts of
the field: schools count "第9周（4月14日—4月17日）" without a gap).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

WEEKDAYS = "一二三四五六日"
_HALVES = {1: "第一学期", 2: "第二学期"}


@dataclass(frozen=True)
class TermSpan:
    """A semester as dates. `code` is `2026-1`: school year 2026–2027, first semester."""

    code: str
    year: int
    half: int
    starts: date
    weeks: int

    @property
    def name(self) -> str:
        return f"{self.year}—{self.year + 1}学年{_HALVES[self.half]}"

    @property
    def ends(self) -> date:
        """The Sunday of the last week."""
        return self.monday(self.weeks) + timedelta(days=6)

    def monday(self, week: int) -> date:
        return monday_of(self.starts) + timedelta(weeks=week - 1)

    def days_of(self, week: int) -> list[date]:
        """Monday to Sunday."""
        first = self.monday(week)
        return [first + timedelta(days=n) for n in range(7)]

    def week_of(self, day: date) -> int | None:
        """The week a day lies in; None outside the semester. Days of week 1 before the first day belong to week 1."""
        week = (day - self.monday(1)).days // 7 + 1
        return week if 1 <= week <= self.weeks else None


def term(year: int, half: int, starts: date, weeks: int) -> TermSpan:
    return TermSpan(f"{year}-{half}", year, half, starts, weeks)


def term_of(terms: Iterable[TermSpan], day: date) -> TermSpan | None:
    """The semester a day lies in; where two overlap, the one that began later."""
    holding = [span for span in terms if span.week_of(day) is not None]
    return max(holding, key=lambda span: span.starts, default=None)


def school_year_of(day: date) -> int:
    """The first calendar year of the school year (学年) a day lies in; it begins on 1 August."""
    return day.year if day.month >= 8 else day.year - 1


def monday_of(day: date) -> date:
    """The Monday of a day's week."""
    return day - timedelta(days=day.weekday())


def short_day(day: date) -> str:
    """9月1日"""
    return f"{day.month}月{day.day}日"


def day_span(first: date, last: date) -> str:
    """8月31日—9月6日"""
    return f"{short_day(first)}—{short_day(last)}"


def day_name(day: date) -> str:
    """9月1日 周二"""
    return f"{short_day(day)} 周{WEEKDAYS[day.weekday()]}"
