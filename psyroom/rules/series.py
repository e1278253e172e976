"""Which days a series falls on: every so many weeks, on some weekdays, so many times or until a day.

A day on which nothing can be held is listed like the others, so that a person sees the gap; nothing is left out
silently. Weeks are the school's (Monday to Sunday, running on through holidays).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from psyroom.rules.calendar import Calendar
from psyroom.rules.time import WEEKDAYS, monday_of, short_day

MOST = 60
"""Dates a series may have: a weekly one over three semesters."""


@dataclass(frozen=True)
class Pattern:
    """`every`: weeks between; `weekdays`: 1 is Monday, empty: the first day's own; `until`: the last day it may fall on;
    `times`: how many dates. One of the two ends it; with both, whichever comes first."""

    every: int = 1
    weekdays: tuple[int, ...] = ()
    until: date | None = None
    times: int | None = None


@dataclass(frozen=True)
class Candidate:
    """A day the pattern falls on. `school_day`: lessons are held; `name`: 国庆节, 调休上课 …; `holiday`: nobody is there."""

    day: date
    school_day: bool
    name: str
    holiday: bool


def problems(pattern: Pattern, first: date) -> dict[str, str]:
    """What is wrong with a pattern, by field; empty when it can be taken."""
    found: dict[str, str] = {}
    if not 1 <= pattern.every <= 8:
        found["every"] = "每隔几周请填 1 到 8"
    if any(not 1 <= weekday <= 7 for weekday in pattern.weekdays):
        found["weekdays"] = "星期请在周一到周日里选"
    if pattern.until is None and pattern.times is None:
        found["times"] = "请填写几次，或到哪一天为止"
    if pattern.times is not None and not 1 <= pattern.times <= MOST:
        found["times"] = f"次数要在 1 到 {MOST} 之间"
    if pattern.until is not None and pattern.until < first:
        found["until"] = "截止日期早于第一次，请检查"
    elif pattern.until is not None and (pattern.until - first).days > 400:
        found["until"] = "截止日期太远了，一个系列最多排一年"
    return found


def dates(pattern: Pattern, first: date, calendar: Calendar) -> list[Candidate]:
    """The days of a series from `first` on, in order; never more than `MOST`. A pattern with `problems` gives none."""
    if problems(pattern, first):
        return []
    weekdays = sorted(set(pattern.weekdays) or {first.isoweekday()})
    most = min(pattern.times or MOST, MOST)
    monday = monday_of(first)
    found: list[Candidate] = []
    while len(found) < most and (pattern.until is None or monday <= pattern.until):
        for weekday in weekdays:
            day = monday + timedelta(days=weekday - 1)
            if day < first or (pattern.until is not None and day > pattern.until):
                continue
            found.append(Candidate(day, calendar.is_school_day(day), calendar.name_of(day), calendar.is_holiday(day)))
        monday += timedelta(weeks=pattern.every)
    return found[:most]


def shift(anchor: tuple[date, int, int], target: tuple[date, int, int]) -> tuple[int, int, int]:
    """How one booking of a series was moved: (days, minutes of its beginning, minutes of its end)."""
    return (target[0] - anchor[0]).days, target[1] - anchor[1], target[2] - anchor[2]


def shifted(row: tuple[date, int, int], by: tuple[int, int, int]) -> tuple[date, int, int]:
    """Another one of the series moved alike."""
    return row[0] + timedelta(days=by[0]), row[1] + by[1], row[2] + by[2]


def sentence(pattern: Pattern, first: date) -> str:
    """每周二，共 8 次 · 每 2 周的周一、周四，到 12月18日"""
    weekdays = "、".join(f"周{WEEKDAYS[n - 1]}" for n in sorted(set(pattern.weekdays) or {first.isoweekday()}))
    said = f"每{weekdays}" if pattern.every == 1 else f"每 {pattern.every} 周的{weekdays}"
    if pattern.times is not None:
        said += f"，共 {pattern.times} 次"
    if pattern.until is not None:
        said += f"，到 {short_day(pattern.until)}"
    return said
