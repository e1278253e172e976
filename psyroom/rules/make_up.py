"""补开: which minutes of an opening heal an earlier short week.

A minute counts once, in the week it happened; healing only says so, and no minute heals twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from psyroom.rules.intervals import Band, overlap, subtract, total


@dataclass(frozen=True)
class MakeUp:
    """An opening meant to make up for the week that begins on `heals`. `person` empty: whoever was there."""

    id: str
    day: date
    starts: int
    ends: int
    person: str
    heals: date


@dataclass(frozen=True)
class MadeUp:
    """What was really opened of a make-up; `minutes` outside lessons, never 0."""

    id: str
    day: date
    heals: date
    minutes: int


def made_up(
    make_ups: Iterable[MakeUp], opened: Mapping[date, Mapping[str, Iterable[Band]]], each: bool
) -> list[MadeUp]:
    """What of the make-ups was opened, in order of time.

    `opened` holds the minutes outside lessons by day and by person, all under one key where several people at once count
    once; `each`: people count apart, and a make-up of a named person takes only theirs.
    """
    left = {day: {key: list(bands) for key, bands in people.items()} for day, people in opened.items()}
    found = []
    for one in sorted(make_ups, key=lambda m: (m.day, m.starts, m.ends, m.id)):
        here = left.get(one.day, {})
        minutes = 0
        for key in [one.person] if each and one.person else list(here):
            band = [(one.starts, one.ends)]
            minutes += total(overlap(here.get(key, []), band))
            here[key] = subtract(here.get(key, []), band)
        if minutes:
            found.append(MadeUp(one.id, one.day, one.heals, minutes))
    return found
