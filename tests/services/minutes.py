"""Opening minutes counted from first principles, one by one: no band arithmetic, none of the product's own counting."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

LESSONS = ((480, 525), (535, 580), (600, 645), (655, 700), (840, 885), (895, 940), (950, 995))
"""The school of `conftest`."""


def days_from(first: str, last: str) -> list[date]:
    a, b = date.fromisoformat(first), date.fromisoformat(last)
    return [a + timedelta(days=n) for n in range((b - a).days + 1)]


OFF = {
    *days_from("2025-10-01", "2025-10-08"),
    *days_from("2026-01-01", "2026-01-03"),
    *days_from("2026-02-15", "2026-02-23"),
    *days_from("2026-04-04", "2026-04-06"),
    *days_from("2026-05-01", "2026-05-05"),
    *days_from("2026-06-19", "2026-06-21"),
    *days_from("2026-09-25", "2026-09-27"),
    *days_from("2026-10-01", "2026-10-07"),
}
"""Public holidays, from the notices of the State Council."""
ON = {
    date.fromisoformat(day)
    for day in (
        "2025-09-28",
        "2025-10-11",
        "2026-01-04",
        "2026-02-14",
        "2026-02-28",
        "2026-05-09",
        "2026-09-20",
        "2026-10-10",
    )
}
"""Weekend days on which school is held instead."""


@dataclass
class Logged:
    """A record that opens the room."""

    day: date
    starts: int
    ends: int
    person: str


def school_day(day: date, own: Mapping[date, bool]) -> bool:
    if day in own:
        return own[day]
    return day in ON or (day.weekday() < 5 and day not in OFF)


def in_lesson(day: date, minute: int, own: Mapping[date, bool]) -> bool:
    return school_day(day, own) and any(a <= minute < b for a, b in LESSONS)


def count(rows: Iterable[Logged], days: Collection[date], own: Mapping[date, bool], each: bool) -> tuple[int, int]:
    """(outside lessons, in all) of the days."""
    minutes = {
        (row.day, row.person if each else "", minute)
        for row in rows
        if row.day in days
        for minute in range(row.starts, row.ends)
    }
    return sum(not in_lesson(day, minute, own) for day, _, minute in minutes), len(minutes)


def week_days(monday: date) -> list[date]:
    return [monday + timedelta(days=n) for n in range(7)]
