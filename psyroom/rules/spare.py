"""Which times of a school day outside lessons could still be opened, by the names schools have for them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from psyroom.rules.calendar import Calendar
from psyroom.rules.intervals import Band, subtract, union
from psyroom.rules.periods import PeriodSpan, bands_on, lessons_on, not_counted
from psyroom.rules.time import WEEKDAYS
from psyroom.rules.typed import length

SHORTEST = 20
"""A break shorter than this is none to open a room in."""
STEP = 5
AFTER_SCHOOL = 120
"""Minutes after the last lesson in which students are still there: 课后服务 lasts two hours."""


@dataclass(frozen=True)
class Spare:
    """A stretch that is not open and not planned. `name`: 午休, 放学后, 晚自习, 大课间; `minutes` of it to open."""

    day: date
    starts: int
    ends: int
    name: str
    minutes: int


def spare_on(
    day: date, calendar: Calendar, periods: Iterable[PeriodSpan], study_counts: bool, taken: Iterable[Band]
) -> list[Spare]:
    """The stretches of a school day that would count as outside lessons and lie in none of `taken`, in order."""
    periods = list(periods)
    lessons = lessons_on(periods, day, calendar)
    if not lessons:
        return []
    named: list[tuple[Band, str]] = []
    for (_, before), (after, _) in zip(lessons, lessons[1:], strict=False):
        named.append(((before, after), "午休" if before < 13 * 60 < after + 60 and after - before >= 45 else "大课间"))
    study = bands_on(periods, "study", day)
    last = lessons[-1][1]
    evening = min((band[0] for band in study if band[0] >= last), default=1440)
    named.append(((last, min(last + AFTER_SCHOOL, evening)), "放学后"))
    named += [(band, "晚自习") for band in subtract(study, [(0, last)])]
    away = union([*not_counted(day, calendar, periods, study_counts), *taken])
    found = []
    for band, name in named:
        for starts, ends in subtract([band], away):
            starts, ends = -(-starts // STEP) * STEP, ends // STEP * STEP
            if ends - starts >= SHORTEST:
                found.append(Spare(day, starts, ends, name, ends - starts))
    return found


def fill(missing: int, spares: Sequence[Spare]) -> list[Spare]:
    """The fewest stretches (the longest first) that make up for missing minutes, each with its part in `minutes`.

    All of them, whole, where they do not suffice. Breaks between lessons are taken only when nothing longer is left.
    """
    if missing <= 0:
        return []
    chosen: list[Spare] = []
    for spare in sorted(spares, key=lambda s: (s.name == "大课间", -s.minutes, s.day, s.starts)):
        chosen.append(spare)
        if sum(s.minutes for s in chosen) >= missing:
            break
    shares = _share(missing, [s.minutes for s in chosen])
    parts = [replace(spare, minutes=share) for spare, share in zip(chosen, shares, strict=True)]
    return sorted((part for part in parts if part.minutes), key=lambda s: (s.day, s.starts))


def _share(missing: int, room: Sequence[int]) -> list[int]:
    """Even parts of the missing minutes, in steps of five, none above its room; whole rooms where that is not enough."""
    if sum(room) <= missing:
        return list(room)
    shares = [0] * len(room)
    order = sorted(range(len(room)), key=lambda index: room[index])
    for place, index in enumerate(order):
        left = missing - sum(shares)
        even = -(-left // (len(order) - place))
        shares[index] = max(min(room[index], -(-even // STEP) * STEP), 0)
    return shares


def sentence(parts: Sequence[Spare], missing: int, weekend: bool = True) -> str:
    """周五午休、晚自习各开 1 小时即够。 `weekend`: a day without school, and no holiday, is still to come this week."""
    if not parts:
        way = "可以周末加开" if weekend else "可以以后补开，并给这一周选一个原因"
        return f"本周余下的上课日里没有空着的课外时段了，{way}。" if missing > 0 else ""
    amounts = {part.minutes for part in parts}
    if len(amounts) == 1 and len(parts) > 1:
        names = []
        for index, part in enumerate(parts):
            same_day = index > 0 and parts[index - 1].day == part.day
            names.append(part.name if same_day else f"周{WEEKDAYS[part.day.weekday()]}{part.name}")
        opened = "、".join(names) + f"各开 {length(parts[0].minutes)}"
    else:
        opened = "、".join(f"周{WEEKDAYS[p.day.weekday()]}{p.name}开 {length(p.minutes)}" for p in parts)
    given = sum(part.minutes for part in parts)
    if given >= missing:
        return f"{opened}即够。"
    return f"{opened}，仍差 {length(missing - given)}。"
