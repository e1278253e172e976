"""Which days are school days: Monday to Friday, less public holidays, plus make-up days, under the school's own word.

Public holidays and make-up days come from `chinesecalendar` (notices of the State Council) as far as it knows. Beyond
that the school is asked once a year; until it has answered, every figure that rests on such a day is assumed.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any

_NAMES = {
    "New Year's Day": "元旦",
    "Spring Festival": "春节",
    "Tomb-sweeping Day": "清明节",
    "Labour Day": "劳动节",
    "Dragon Boat Festival": "端午节",
    "National Day": "国庆节",
    "Mid-autumn Festival": "中秋节",
    "Anti-Fascist 70th Day": "抗战胜利纪念日",
}


@lru_cache(maxsize=1)
def _library() -> Any:
    from chinese_calendar import constants

    return constants


@lru_cache(maxsize=1)
def known_years() -> range:
    """The calendar years whose holidays and make-up days the library knows."""
    return range(min(_library().holidays).year, max(_library().holidays).year + 1)


@dataclass(frozen=True)
class Calendar:
    """`own`: the school's word on single days (True: lessons take place). `answered`: years beyond the library for
    which the school has said all it has to say."""

    own: Mapping[date, bool] = field(default_factory=dict)
    answered: Collection[int] = frozenset()

    def is_school_day(self, day: date) -> bool:
        if day in self.own:
            return self.own[day]
        return _public_school_day(day)

    def assumed(self, day: date) -> bool:
        """True where neither the library nor the school has said anything about this day's year."""
        return day not in self.own and day.year not in known_years() and day.year not in self.answered

    def name_of(self, day: date) -> str:
        """Why a day is not like others: 国庆节, 调休上课, 学校放假, 学校安排上课; empty for an ordinary day."""
        if day in self.own and self.own[day] != _public_school_day(day):
            return "学校安排上课" if self.own[day] else "学校放假"
        if day.year not in known_years():
            return ""
        if day in _library().workdays:
            return "调休上课"
        holiday = _library().holidays.get(day)
        return _NAMES.get(holiday or "", "放假") if holiday else ""

    def is_holiday(self, day: date) -> bool:
        """A day off that is more than an ordinary weekend: nobody is planned to be in the room."""
        return not self.is_school_day(day) and (day.weekday() < 5 or bool(self.name_of(day)))


def _public_school_day(day: date) -> bool:
    if day.year in known_years():
        if day in _library().workdays:
            return True
        if day in _library().holidays:
            return False
    return day.weekday() < 5
