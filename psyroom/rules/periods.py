"""Lessons, night study and bands a school does not count, by stage and by date; what of an opening lies outside lessons.

课外 (outside lessons) follows 湘教发〔2024〕23号 二(一)2 "课外开放", which does not say which bands count: by default every
open minute outside lessons; a school may exclude bands, or night study (duties of the field, table of ambiguities).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from psyroom.records.school import STAGES_WITHIN
from psyroom.rules.calendar import Calendar
from psyroom.rules.intervals import Band, subtract, union

ALWAYS = date(2000, 1, 1)


@dataclass(frozen=True)
class PeriodSpan:
    """A band of the day. `kind`: lesson, study or excluded; `stage` empty: the whole school; `until` is the last day."""

    kind: str
    stage: str
    number: int
    starts: int
    ends: int
    since: date = ALWAYS
    until: date | None = None

    def holds_on(self, day: date) -> bool:
        return self.since <= day and (self.until is None or day <= self.until)


def bands_on(periods: Iterable[PeriodSpan], kind: str, day: date, stage: str | None = None) -> list[Band]:
    """The bands of a kind in force on a day, whether or not it is a school day. `stage` None: any stage's."""
    return union(
        (p.starts, p.ends)
        for p in periods
        if p.kind == kind and p.holds_on(day) and (stage is None or p.stage in ("", stage))
    )


def lessons_on(periods: Iterable[PeriodSpan], day: date, calendar: Calendar, stage: str | None = None) -> list[Band]:
    """The lesson bands that run on a day: none on days without school. `stage` None: any stage's."""
    return bands_on(periods, "lesson", day, stage) if calendar.is_school_day(day) else []


def not_counted(day: date, calendar: Calendar, periods: Iterable[PeriodSpan], study_counts: bool = True) -> list[Band]:
    """The minutes of a day that never count as outside lessons: lessons of any stage and, unless the school counts it,
    night study, both on school days only; bands the school excludes, on every day."""
    periods = list(periods)
    away = bands_on(periods, "excluded", day)
    if calendar.is_school_day(day):
        away += bands_on(periods, "lesson", day)
        if not study_counts:
            away += bands_on(periods, "study", day)
    return union(away)


def outside_lessons(
    open_bands: Iterable[Band],
    day: date,
    calendar: Calendar,
    periods: Iterable[PeriodSpan],
    study_counts: bool = True,
) -> list[Band]:
    """The open minutes of one day that lie outside lessons; several people at once count once."""
    return subtract(open_bands, not_counted(day, calendar, periods, study_counts))


_PRIMARY = ["0820-0900", "0910-0950", "1020-1100", "1110-1150", "1400-1440", "1450-1530"]
_MIDDLE = ["0800-0845", "0855-0940", "1000-1045", "1055-1140", "1400-1445", "1455-1540", "1600-1645"]
_SENIOR = ["0800-0840", "0850-0930", "0955-1035", "1045-1125", "1135-1215"]
_SENIOR += ["1410-1450", "1500-1540", "1555-1635", "1645-1725"]
_LESSONS = {"primary": _PRIMARY, "junior": _MIDDLE, "senior": _SENIOR, "vocational": _MIDDLE}
_STUDY = {"senior": ["1900-2150"], "vocational": ["1850-2030"]}


def default_periods(stage: str, since: date = ALWAYS) -> list[PeriodSpan]:
    """A usual day for a kind of school (`records.school.STAGES`), for the wizard to propose; the school corrects it.

    Night study is proposed where most schools board: 高中 and 中职. A school of two stages gets each stage's lessons.
    """
    within = STAGES_WITHIN[stage]
    found: list[PeriodSpan] = []
    for one in within:
        named = one if len(within) > 1 else ""
        for kind, bands in (("lesson", _LESSONS[one]), ("study", _STUDY.get(one, []))):
            for number, band in enumerate(bands, 1):
                starts, ends = (int(part[:2]) * 60 + int(part[2:]) for part in band.split("-"))
                found.append(PeriodSpan(kind, named, number, starts, ends, since))
    return found
