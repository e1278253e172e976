"""The practice school's two semesters around a day, and the calendar beyond the holiday library."""

from __future__ import annotations

from datetime import date, timedelta

from psyroom.rules.calendar import known_years
from psyroom.rules.time import TermSpan, school_year_of, term

WEEKS = {1: 20, 2: 19}


def _first_monday(day: date) -> date:
    return day + timedelta(days=-day.weekday() % 7)


def starts_of(year: int, half: int) -> date:
    """A semester's first Monday: in the autumn the week of 1 September, in spring the first after 24 February."""
    if half == 2:
        return _first_monday(date(year + 1, 2, 24))
    first = date(year, 9, 1)
    return first - timedelta(days=first.weekday()) if first.weekday() < 5 else _first_monday(first)


def terms_around(today: date) -> tuple[TermSpan, TermSpan]:
    """The semester that has begun last, and the one before it."""
    year = school_year_of(today)
    spans = [term(y, half, starts_of(y, half), WEEKS[half]) for y in (year - 2, year - 1, year) for half in (1, 2)]
    begun = [span for span in spans if span.starts <= today]
    return begun[-2], begun[-1]


def days_off(first: date, last: date) -> tuple[list[int], list[date]]:
    """Years the holiday library does not know yet, and the days off this school has answered for them: the fixed ones."""
    unknown = [year for year in range(first.year, last.year + 1) if year not in known_years()]
    off = []
    for year in unknown:
        off += [date(year, 1, 1), date(year, 4, 5), date(year, 5, 1), *(date(year, 10, n) for n in range(1, 8))]
    return unknown, [day for day in off if day.weekday() < 5]
