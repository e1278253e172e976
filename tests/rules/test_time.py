"""Semesters, weeks, school years, typed dates and times, the calendar, periods."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from psyroom.rules.calendar import Calendar, known_years
from psyroom.rules.periods import PeriodSpan, default_periods, lessons_on, outside_lessons
from psyroom.rules.time import school_year_of, term, term_of
from psyroom.rules.typed import clock, day, length, minutes, span

TODAY = date(2026, 11, 21)  # a Saturday
DATES = st.dates(date(2005, 1, 1), date(2060, 12, 31))


@given(DATES, st.integers(1, 30))
def test_weeks_run_on_without_a_gap(starts: date, weeks: int) -> None:
    one = term(school_year_of(starts), 1, starts, weeks)
    assert one.week_of(starts) == 1
    days = [day for week in range(1, weeks + 1) for day in one.days_of(week)]
    assert days == [one.monday(1) + timedelta(days=n) for n in range(weeks * 7)]
    assert [one.week_of(d) for d in days] == [n // 7 + 1 for n in range(weeks * 7)]
    assert days[0].weekday() == 0 and days[-1] == one.ends
    assert one.week_of(days[0] - timedelta(days=1)) is None and one.week_of(days[-1] + timedelta(days=1)) is None


def test_term_names_and_neighbours() -> None:
    autumn, spring = term(2026, 1, date(2026, 8, 31), 20), term(2026, 2, date(2027, 3, 1), 20)
    assert (autumn.code, autumn.name) == ("2026-1", "2026—2027学年第一学期")
    assert term_of([autumn, spring], date(2027, 2, 10)) is None
    assert term(2026, 1, date(2026, 9, 1), 20).monday(1) == date(2026, 8, 31)


def test_the_school_year_begins_in_august() -> None:
    assert [school_year_of(d) for d in (date(2026, 7, 31), date(2026, 8, 1), date(2027, 1, 1))] == [2025, 2026, 2026]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("3.5", date(2027, 3, 5)),
        ("0305", date(2027, 3, 5)),
        ("3月5日", date(2027, 3, 5)),
        ("11.2", date(2026, 11, 2)),
        ("9/1", date(2026, 9, 1)),
        ("１１月２号", date(2026, 11, 2)),
        ("2026-03-05", date(2026, 3, 5)),
        ("2026年3月5日", date(2026, 3, 5)),
        ("20260305", date(2026, 3, 5)),
        ("5号", date(2026, 11, 5)),
        ("今天", TODAY),
        ("昨天", date(2026, 11, 20)),
        ("后天", date(2026, 11, 23)),
        ("周五", date(2026, 11, 20)),
        ("星期日", date(2026, 11, 22)),
        ("下周三", date(2026, 11, 25)),
        ("上周一", date(2026, 11, 9)),
        ("2.30", None),
        ("11月31日", None),
        ("2026-13-01", None),
        ("随便", None),
        ("", None),
    ],
)
def test_typed_days(text: str, expected: date | None) -> None:
    assert day(text, TODAY) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1430", 870),
        ("14:30", 870),
        ("14：30", 870),
        ("14.30", 870),
        ("2:30", 150),
        ("930", 570),
        ("9", 540),
        ("下午2:30", 870),
        ("14点半", 870),
        ("晚上七点", 1140),
        ("24:00", 1440),
        ("24:01", None),
        ("14:60", None),
        ("8:5", None),
        ("中午", None),
        ("", None),
    ],
)
def test_typed_times(text: str, expected: int | None) -> None:
    assert minutes(text) == expected


def test_booking_hours_are_in_the_afternoon() -> None:
    assert minutes("2:30", school_hours=True) == 870
    assert minutes("02:30", school_hours=True) == 150
    assert minutes("930", school_hours=True) == 570


@given(st.integers(0, 1439))
def test_clock_is_read_back(value: int) -> None:
    assert minutes(clock(value)) == value


@given(st.text(max_size=10))
def test_nothing_typed_breaks_the_reader(text: str) -> None:
    value = minutes(text)
    assert value is None or 0 <= value <= 1440
    day(text, TODAY)


def test_lengths_and_spans() -> None:
    assert [length(n) for n in (0, 35, 60, 95)] == ["0 分", "35 分", "1 小时", "1 小时 35 分"]
    assert span(545, 600) == "09:05—10:00"


def test_holidays_and_make_up_days() -> None:
    calendar = Calendar()
    assert not calendar.is_school_day(date(2026, 10, 1)) and calendar.name_of(date(2026, 10, 1)) == "国庆节"
    assert calendar.is_school_day(date(2026, 10, 10)) and calendar.name_of(date(2026, 10, 10)) == "调休上课"
    assert calendar.is_school_day(date(2026, 10, 9)) and calendar.name_of(date(2026, 10, 9)) == ""
    assert not calendar.is_school_day(date(2026, 10, 11)) and calendar.name_of(date(2026, 10, 11)) == ""
    assert calendar.is_holiday(date(2026, 10, 5)) and not calendar.is_holiday(date(2026, 10, 11))


def test_the_school_s_own_word_stands_above_the_library() -> None:
    own = {date(2026, 10, 10): False, date(2026, 10, 7): True, date(2026, 11, 27): False, date(2026, 11, 26): True}
    calendar = Calendar(own)
    assert [calendar.is_school_day(d) for d in own] == list(own.values())
    assert [calendar.name_of(d) for d in own] == ["学校放假", "学校安排上课", "学校放假", ""]


@given(DATES)
def test_years_the_library_does_not_know_are_assumed_until_answered(day: date) -> None:
    known = day.year in known_years()
    assert Calendar().assumed(day) is not known
    assert Calendar(answered={day.year}).assumed(day) is False
    assert Calendar(own={day: False}).assumed(day) is False
    if not known:
        assert Calendar().is_school_day(day) is (day.weekday() < 5)


PERIODS = [
    PeriodSpan("lesson", "", 1, 480, 525, date(2026, 8, 1), date(2026, 10, 31)),
    PeriodSpan("lesson", "", 1, 500, 545, date(2026, 11, 1)),
    PeriodSpan("study", "", 1, 1130, 1230),
    PeriodSpan("excluded", "", 1, 720, 750),
]


def test_lessons_run_on_school_days_by_date() -> None:
    calendar = Calendar()
    assert lessons_on(PERIODS, date(2026, 10, 10), calendar) == [(480, 525)]
    assert lessons_on(PERIODS, date(2026, 10, 11), calendar) == []
    assert lessons_on(PERIODS, date(2026, 10, 31) - timedelta(days=1), calendar) == [(480, 525)]
    assert lessons_on(PERIODS, date(2026, 11, 2), calendar) == [(500, 545)]


def test_outside_lessons() -> None:
    calendar, whole = Calendar(), [(0, 1440)]
    school_day, sunday = date(2026, 11, 2), date(2026, 11, 8)
    assert outside_lessons(whole, school_day, calendar, PERIODS) == [(0, 500), (545, 720), (750, 1440)]
    assert outside_lessons(whole, sunday, calendar, PERIODS) == [(0, 720), (750, 1440)]
    without = outside_lessons(whole, school_day, calendar, PERIODS, study_counts=False)
    assert without == [(0, 500), (545, 720), (750, 1130), (1230, 1440)]
    assert outside_lessons(whole, sunday, calendar, PERIODS, study_counts=False) == [(0, 720), (750, 1440)]


def test_a_minute_in_any_stage_s_lesson_is_not_outside() -> None:
    two = [PeriodSpan("lesson", "junior", 1, 480, 525), PeriodSpan("lesson", "senior", 1, 500, 540)]
    assert outside_lessons([(480, 600)], date(2026, 11, 2), Calendar(), two) == [(540, 600)]
    assert lessons_on(two, date(2026, 11, 2), Calendar(), "junior") == [(480, 525)]


@pytest.mark.parametrize("stage", ["primary", "junior", "senior", "vocational", "nine", "complete"])
def test_default_periods_are_in_order(stage: str) -> None:
    periods = default_periods(stage)
    for one in {p.stage for p in periods}:
        lessons = [p for p in periods if p.stage == one]
        assert [p.starts for p in lessons] == sorted(p.starts for p in lessons)
        assert all(a.ends <= b.starts for a, b in zip(lessons, lessons[1:], strict=False))
    assert len({p.stage for p in periods}) == (2 if stage in ("nine", "complete") else 1)
