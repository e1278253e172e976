"""When the practice room was open: the weekly plan, and what became of it, day by day, with the gaps of real life.

The plan asks for more than the region's 15 hours, so that an ordinary week just reaches them, a week of examinations
does not, and the week under way stands at 11.5 hours from Thursday on.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Any

from psyroom.records.ids import new_id
from psyroom.rules.calendar import Calendar
from psyroom.rules.time import TermSpan

Row = dict[str, Any]

NOON = (725, 835)  # 12:05–13:55
EVENING = (1010, 1130)  # 16:50–18:50
NIGHT = (1140, 1230)  # 19:00–20:30, Wednesdays
UNDER_WAY = (
    (NOON, EVENING),  # Monday to Wednesday: 3 × 230 minutes
    (NOON, EVENING),
    (NOON, EVENING),
    (),
    (),
)
THIN = ((NOON, EVENING), (EVENING,), (NOON, EVENING), (NOON,), ())
"""The same 690 minutes spread over a week that lost an afternoon and a day, for a Friday and the weekend."""


@dataclass
class Duty:
    """Rows of the plan and of what was; `open_bands` is what bookings may lie in."""

    slots: list[Row] = field(default_factory=list)
    exceptions: list[Row] = field(default_factory=list)
    openings: list[Row] = field(default_factory=list)
    open_bands: dict[date, list[tuple[int, int]]] = field(default_factory=dict)


def planned(weekday: int) -> list[tuple[int, int]]:
    """The plan's bands of a weekday, 1 being Monday."""
    if weekday > 5:
        return []
    return [NOON, EVENING, NIGHT] if weekday == 3 else [NOON, EVENING]


def on_duty(weekday: int, band: tuple[int, int], counsellor: str, colleague: str) -> str:
    """The counsellor keeps most hours; the colleague Tuesday and Thursday noon and Friday evening."""
    return colleague if (weekday, band) in ((2, NOON), (4, NOON), (5, EVENING)) else counsellor


def make_duty(
    chance: Random,
    terms: tuple[TermSpan, TermSpan],
    calendar: Calendar,
    today: date,
    people: tuple[str, str],
    place: str,
) -> Duty:
    """`people`: counsellor and colleague, by id."""
    made = Duty()
    for weekday in range(1, 6):
        for band in planned(weekday):
            values = {"starts": band[0], "ends": band[1], "place": place, "person": on_duty(weekday, band, *people)}
            since = terms[0].monday(1)
            made.slots.append({"id": new_id(), "weekday": weekday, **values, "since": since, "until": None})
    for term in terms:
        short = chance.randrange(5, 9)  # the week of the training course
        for week in range(1, term.weeks + 1):
            monday = term.monday(week)
            if monday <= today <= monday + timedelta(days=6):
                _week_under_way(made, calendar, monday, today, people, place)
                break
            for day in term.days_of(week):
                if term.starts <= day < today:
                    _one_day(made, chance, calendar, day, week, term.weeks, week == short, people, place)
    return made


def _opened(made: Duty, day: date, band: tuple[int, int], person: str, place: str, origin: str = "duty") -> None:
    values = {"day": day, "starts": band[0], "ends": band[1], "person": person, "place": place, "origin": origin}
    made.openings.append({"id": new_id(), **values, "received": None})


def _closed(made: Duty, day: date, band: tuple[int, int], person: str, place: str, why: str) -> None:
    values = {
        "day": day,
        "starts": band[0],
        "ends": band[1],
        "opens": False,
        "place": place,
        "person": person,
        "why": why,
    }
    made.exceptions.append({"id": new_id(), **values})


def _one_day(
    made: Duty,
    chance: Random,
    calendar: Calendar,
    day: date,
    week: int,
    weeks: int,
    short: bool,
    people: tuple[str, str],
    place: str,
) -> None:
    weekday = day.isoweekday()
    if not calendar.is_school_day(day):
        if weekday == 6 and week % 4 == 2 and not calendar.name_of(day):
            _opened(made, day, (540, 660), people[0], place, "hand")  # a Saturday for parents
            made.open_bands[day] = [(540, 660)]
        return
    bands = planned(weekday if weekday <= 5 else 1)
    examination = week == 10 or week >= weeks - 1
    if short and weekday in (2, 3):
        for band in bands:
            _closed(made, day, band, on_duty(weekday, band, *people), place, "training")
        return
    for band in bands:
        person = on_duty(weekday, band, *people)
        likely = {NOON: 0.92, EVENING: 0.9, NIGHT: 0.55}[band] * (0.55 if examination else 1)
        if chance.random() > likely:
            _closed(made, day, band, person, place, "exam" if examination else chance.choice(("activity", "leave")))
            continue
        began, ended = band[0] + chance.randrange(-2, 5), band[1] + chance.randrange(-8, 6)
        _opened(made, day, (began, ended), person, place, "hand" if chance.random() < 0.08 else "duty")
        made.open_bands.setdefault(day, []).append(band)
        if band == EVENING and chance.random() < 0.2:  # two at once count once
            other = people[0] if person == people[1] else people[1]
            _opened(made, day, (began + 15, ended - 20), other, place)


def _week_under_way(
    made: Duty, calendar: Calendar, monday: date, today: date, people: tuple[str, str], place: str
) -> None:
    for n, bands in enumerate(UNDER_WAY if today.weekday() <= 3 else THIN):
        day = monday + timedelta(days=n)
        if day >= today or not calendar.is_school_day(day):
            continue
        for band in bands:
            _opened(made, day, band, on_duty(n + 1, band, *people), place)
            made.open_bands.setdefault(day, []).append(band)
        if today.weekday() > 3:
            for band in (b for b in (NOON, EVENING) if b[0] not in [start for start, _end in bands]):
                _closed(made, day, band, on_duty(n + 1, band, *people), place, "activity" if n == 4 else "leave")
