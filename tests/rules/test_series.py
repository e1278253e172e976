"""The days of a series: every so many weeks, holidays listed, an end by number or by day."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from psyroom.rules import series
from psyroom.rules.calendar import Calendar
from psyroom.rules.series import MOST, Pattern, dates

TUESDAY = date(2026, 9, 8)


def days(pattern: Pattern, first: date = TUESDAY) -> list[date]:
    return [c.day for c in dates(pattern, first, Calendar())]


def test_weekly_on_the_first_days_own_weekday() -> None:
    assert days(Pattern(times=3)) == [date(2026, 9, 8), date(2026, 9, 15), date(2026, 9, 22)]


def test_a_holiday_is_listed_and_said() -> None:
    found = dates(Pattern(times=5), TUESDAY, Calendar())
    assert [(c.day, c.holiday, c.name) for c in found][-1] == (date(2026, 10, 6), True, "国庆节")
    assert [c.school_day for c in found] == [True] * 4 + [False]


def test_a_makeup_saturday_is_a_day_like_others() -> None:
    found = dates(Pattern(times=1), date(2026, 10, 10), Calendar())  # 调休上课
    assert (found[0].school_day, found[0].holiday, found[0].name) == (True, False, "调休上课")


def test_the_schools_own_word_counts() -> None:
    found = dates(Pattern(times=2), TUESDAY, Calendar({date(2026, 9, 15): False}))
    assert [c.holiday for c in found] == [False, True] and found[1].name == "学校放假"


def test_every_second_week_on_two_weekdays_begins_with_the_first_day() -> None:
    assert days(Pattern(every=2, weekdays=(4, 1), times=4)) == [
        date(2026, 9, 10),  # the Monday of this week lies before the first day
        date(2026, 9, 21),
        date(2026, 9, 24),
        date(2026, 10, 5),
    ]


def test_until_a_day_and_whichever_comes_first() -> None:
    assert days(Pattern(until=date(2026, 9, 22))) == [date(2026, 9, 8), date(2026, 9, 15), date(2026, 9, 22)]
    assert days(Pattern(until=date(2026, 9, 21), times=9)) == [date(2026, 9, 8), date(2026, 9, 15)]
    assert days(Pattern(until=date(2026, 12, 31), times=1)) == [date(2026, 9, 8)]
    assert days(Pattern(weekdays=(1,), until=date(2026, 9, 10))) == []


@pytest.mark.parametrize(
    ("pattern", "field"),
    [
        (Pattern(), "times"),
        (Pattern(times=0), "times"),
        (Pattern(times=MOST + 1), "times"),
        (Pattern(every=0, times=2), "every"),
        (Pattern(weekdays=(8,), times=2), "weekdays"),
        (Pattern(until=date(2026, 9, 7)), "until"),
        (Pattern(until=date(2028, 9, 7)), "until"),
    ],
)
def test_what_is_wrong_is_said_by_field(pattern: Pattern, field: str) -> None:
    assert list(series.problems(pattern, TUESDAY)) == [field]
    assert dates(pattern, TUESDAY, Calendar()) == []


@given(
    every=st.integers(1, 8),
    weekdays=st.sets(st.integers(1, 7), max_size=4),
    times=st.one_of(st.none(), st.integers(1, MOST)),
    length=st.one_of(st.none(), st.integers(0, 400)),
    first=st.dates(date(2024, 1, 1), date(2030, 1, 1)),
)
def test_whatever_the_pattern(
    every: int, weekdays: set[int], times: int | None, length: int | None, first: date
) -> None:
    until = first + timedelta(days=length) if length is not None else None
    pattern = Pattern(every, tuple(weekdays), until, times)
    found = days(pattern, first)
    assert found == sorted(set(found)) and len(found) <= min(times or MOST, MOST)
    assert all(day >= first and (until is None or day <= until) for day in found)
    assert {day.isoweekday() for day in found} <= (weekdays or {first.isoweekday()})
    monday = first - timedelta(days=first.weekday())
    assert all((day - monday).days // 7 % every == 0 for day in found)
    if times and until is None:
        assert len(found) == times


def test_a_move_of_one_moves_the_others_alike() -> None:
    by = series.shift((TUESDAY, 725, 765), (date(2026, 9, 10), 980, 1030))
    assert by == (2, 255, 265)
    assert series.shifted((date(2026, 9, 15), 730, 770), by) == (date(2026, 9, 17), 985, 1035)


def test_the_pattern_in_words() -> None:
    assert series.sentence(Pattern(times=8), TUESDAY) == "每周二，共 8 次"
    told = series.sentence(Pattern(every=2, weekdays=(4, 1), until=date(2026, 12, 18)), TUESDAY)
    assert told == "每 2 周的周一、周四，到 12月18日"
