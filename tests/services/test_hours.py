"""A week's minutes, what is behind them, and what would fill a week."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import select

from psyroom.records.booking import Visit
from psyroom.records.opening import Opening
from psyroom.rules.calendar import Calendar
from psyroom.rules.periods import PeriodSpan
from psyroom.rules.spare import Spare, fill, sentence, spare_on
from psyroom.services import hours, openings, school
from psyroom.store.room import Room

MONDAY = date(2026, 11, 16)  # week 12
NOW = datetime(2026, 11, 20, 11, 0)  # its Friday
LATER = datetime(2026, 12, 31, 12, 0)


def put(room: Room, *rows: tuple[date, int, int | None], person: str = "p") -> None:
    with room.write("试") as deed:
        deed.session.add_all(Opening(day=d, starts=a, ends=b, person=person) for d, a, b in rows)


def visit(room: Room, day: date, starts: int, ends: int | None, channel: str = "in_person") -> None:
    with room.write("试") as deed:
        deed.session.add(
            Visit(client="teacher", name="丁", day=day, starts=starts, ends=ends, person="p", channel=channel)
        )


def week12(room: Room, now: datetime = LATER) -> hours.WeekHours:
    found = hours.week_of(room, MONDAY, now)
    assert found is not None
    return found


def test_several_people_at_once_count_once_and_lessons_are_apart(room: Room) -> None:
    put(room, (MONDAY, 690, 810), (MONDAY, 700, 820))
    put(room, (MONDAY, 535, 580), person="q")  # a whole lesson
    week = week12(room)
    assert (week.open_minutes, week.outside_lessons_minutes) == (175, 120)  # a lesson ends at 11:40
    assert (week.target_minutes, week.missing, week.school_days) == (900, 780, 5)
    assert week.target_source == "湘教发〔2024〕23号 二(一)2"


def test_visits_open_the_room_and_a_telephone_does_not(room: Room) -> None:
    put(room, (MONDAY, 720, 760))
    visit(room, MONDAY, 750, 800)
    visit(room, MONDAY, 1000, 1040, "telephone")
    assert week12(room).open_minutes == 80


def test_what_has_not_ended_counts_to_now_today_and_not_at_all_when_forgotten(room: Room) -> None:
    put(room, (NOW.date(), 600, None), (MONDAY, 720, None))
    week = week12(room, NOW)
    assert week.open_minutes == 60
    rows = hours.rows_behind(room, MONDAY, NOW.date(), NOW)
    assert [(row.day, row.minutes, row.waiting) for row in rows] == [(MONDAY, 0, True), (NOW.date(), 60, True)]
    assert week12(room, LATER).open_minutes == 0


def test_lessons_run_on_make_up_days_and_not_on_holidays(room: Room) -> None:
    put(room, (date(2026, 10, 10), 480, 525), (date(2026, 10, 8), 480, 525), (date(2026, 10, 7), 480, 525))
    term = school.context(room).term("2026-1")
    week = hours.weeks(room, term, LATER)[5]
    assert (week.week, week.starts, week.open_minutes, week.outside_lessons_minutes) == (6, date(2026, 10, 5), 135, 45)
    assert ("国庆节", False) in [(h.name, h.school_day) for h in week.holidays]
    assert ("调休上课", True) in [(h.name, h.school_day) for h in week.holidays]


def test_the_school_s_own_rules(room: Room) -> None:
    put(room, (MONDAY, 720, 780), (MONDAY, 1140, 1200))
    assert week12(room).outside_lessons_minutes == 120
    school.set_periods(room, "excluded", [(720, 750)], date(2026, 8, 31))
    assert week12(room).outside_lessons_minutes == 90
    school.set_periods(room, "study", [(1130, 1230)], date(2026, 8, 31))
    assert week12(room).outside_lessons_minutes == 90
    school.change_school(room, {"study_counts": False})
    assert week12(room).outside_lessons_minutes == 30
    school.set_day(room, MONDAY, False)
    assert week12(room).outside_lessons_minutes == 90
    assert week12(room).open_minutes == 120
    school.set_target(room, date(2026, 11, 22), 600)
    assert week12(room).target_minutes == 600
    before = hours.week_of(room, MONDAY - timedelta(days=7), LATER)
    assert before is not None and before.target_minutes == 900


def test_a_region_without_hours_asks_nothing(new_room: Callable[..., Room]) -> None:
    room = new_room(stage="junior", region="weinan")
    week = week12(room)
    assert (week.target_minutes, week.missing) == (None, 0)
    assert hours.shortage(room, NOW.date(), NOW) is None


def test_years_nobody_has_told_are_said(new_room: Callable[..., Room]) -> None:
    room = new_room(term_starts=date(2026, 12, 21), weeks=4)
    term = school.context(room).terms[0]
    assert [week.calendar_assumed for week in hours.weeks(room, term, NOW)] == [False, True, True, True]
    school.answer_year(room, 2027, [date(2027, 1, 1)], [])
    assert not any(week.calendar_assumed for week in hours.weeks(room, term, NOW))


def test_outside_semesters_there_is_no_week(room: Room) -> None:
    assert hours.week_of(room, date(2026, 8, 1), NOW) is None
    assert hours.shortage(room, date(2027, 2, 10), NOW) is None


BANDS = st.lists(
    st.tuples(st.integers(0, 6), st.integers(400, 1300), st.integers(1, 200), st.booleans()), min_size=1, max_size=8
)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(BANDS)
def test_the_rows_behind_a_figure_sum_up_to_it(room: Room, drawn: list[tuple[int, int, int, bool]]) -> None:
    """Against counting minute by minute."""
    with room.write("试") as deed:
        for row in (*deed.session.exec(select(Opening)).all(), *deed.session.exec(select(Visit)).all()):
            deed.session.delete(row)
        for day, starts, length, seen in drawn:
            values: dict[str, Any] = {
                "day": MONDAY + timedelta(days=day),
                "starts": starts,
                "ends": starts + length,
                "person": "a" * 32,
            }
            deed.session.add(Visit(client="teacher", **values) if seen else Opening(**values))
    lessons = {
        m
        for a, b in ((480, 525), (535, 580), (600, 645), (655, 700), (840, 885), (895, 940), (950, 995))
        for m in range(a, b)
    }
    minutes = {(day, minute) for day, starts, length, _ in drawn for minute in range(starts, starts + length)}
    outside = {(day, minute) for day, minute in minutes if day > 4 or minute not in lessons}
    week = week12(room)
    rows = hours.rows_behind(room, MONDAY, MONDAY + timedelta(days=6), LATER)
    assert (week.open_minutes, week.outside_lessons_minutes) == (len(minutes), len(outside))
    assert (sum(r.adds_open for r in rows), sum(r.adds_outside for r in rows)) == (len(minutes), len(outside))
    assert all(r.adds_open <= r.minutes and r.outside <= r.minutes and r.adds_outside <= r.outside for r in rows)


# ---- what is missing ------------------------------------------------------------------------------------------


def test_what_is_missing_and_what_would_fill_it(room: Room) -> None:
    school.set_periods(room, "study", [(1130, 1230)], date(2026, 8, 31))
    put(room, *[(MONDAY + timedelta(days=n), 700, 840) for n in range(4)], (MONDAY, 995, 1115), (MONDAY, 1130, 1230))
    found = hours.shortage(room, NOW.date(), NOW)
    assert found is not None
    assert (found.week.outside_lessons_minutes, found.missing, found.planned, found.gap) == (780, 120, 0, 120)
    assert found.sentence == "还差 2 小时：周五午休开 2 小时即够。"
    openings.add_exception(room, {"day": NOW.date(), "starts": 995, "ends": 1025, "opens": True})
    found = hours.shortage(room, NOW.date(), NOW)
    assert found is not None and (found.planned, found.gap) == (30, 90)
    assert found.sentence == "还差 2 小时，计划里还有 30 分：周五午休开 1 小时 30 分即够。"
    openings.add_exception(room, {"day": NOW.date(), "starts": 700, "ends": 840, "opens": True})
    found = hours.shortage(room, NOW.date(), NOW)
    assert found is not None and found.sentence == "还差 2 小时，按计划开放就够了。"
    put(room, (NOW.date(), 700, 840))
    found = hours.shortage(room, NOW.date(), NOW.replace(hour=14))
    assert found is not None and found.sentence == "本周已达到目标。"


def test_what_cannot_be_reached_is_said(room: Room) -> None:
    found = hours.shortage(room, NOW.date(), NOW)
    assert found is not None and found.gap == 900
    assert found.sentence == "还差 15 小时：周五午休开 2 小时 20 分、周五放学后开 2 小时，仍差 10 小时 40 分。"
    assert [(s.name, s.starts, s.ends) for s in found.spare] == [("午休", 700, 840), ("放学后", 995, 1115)]


def test_thursday_says_what_friday_must_do(room: Room) -> None:
    """As in the days of the field: 周五午休、晚自习各开 1 小时即够."""
    school.set_periods(room, "lesson", [(480, 700), (780, 995)], MONDAY)
    school.set_periods(room, "study", [(1115, 1175)], MONDAY)
    openings.add_exception(room, {"day": NOW.date(), "starts": 995, "ends": 1115, "opens": True})
    put(room, *[(MONDAY + timedelta(days=n), 1000, 1160) for n in range(4)], (MONDAY, 700, 720))
    thursday = datetime(2026, 11, 19, 20, 0)
    found = hours.shortage(room, MONDAY, thursday)
    assert found is not None and (found.missing, found.planned, found.gap) == (240, 120, 120)
    assert found.sentence == "还差 4 小时，计划里还有 2 小时：周五午休、晚自习各开 1 小时即够。"
    made = [{"day": p.day, "starts": p.starts, "ends": p.starts + p.minutes, "why": "extra"} for p in found.parts]
    assert openings.add_spare(room, made) == 2
    after = hours.shortage(room, MONDAY, thursday)
    assert (
        after is not None and (after.planned, after.gap) == (240, 0) and after.sentence.endswith("按计划开放就够了。")
    )


def test_a_make_up_on_friday_is_counted_on(room: Room) -> None:
    """What heals an earlier week counts in the week it happens in, so it is part of the plan here."""
    friday = NOW.date()
    put(room, *[(MONDAY + timedelta(days=n), 1000, 1200) for n in range(4)])
    openings.add_exception(
        room, {"day": friday, "starts": 1000, "ends": 1100, "opens": True, "heals": MONDAY - timedelta(days=7)}
    )
    found = hours.shortage(room, MONDAY, datetime(2026, 11, 19, 21, 0))
    assert found is not None and (found.missing, found.planned, found.sentence) == (
        100, 100, "还差 1 小时 40 分，按计划开放就够了。",
    )  # fmt: skip


def test_a_week_with_holidays_looks_for_the_days_that_are_left(room: Room) -> None:
    mid = hours.shortage(room, date(2026, 9, 28), datetime(2026, 9, 29, 18, 0))  # holidays from Thursday on
    assert mid is not None and mid.week.target_minutes == 900
    assert {part.day for part in mid.spare} == {date(2026, 9, 29), date(2026, 9, 30)}
    over = hours.shortage(room, date(2026, 9, 28), datetime(2026, 9, 30, 21, 0))
    assert over is not None and over.parts == ()
    assert over.sentence.endswith("没有空着的课外时段了，可以以后补开，并给这一周选一个原因。")
    made_up = hours.shortage(room, date(2026, 10, 8), datetime(2026, 10, 9, 21, 0))  # Saturday is a school day
    assert made_up is not None and "周六午休" in made_up.sentence


def test_the_word_comes_before_the_last_school_day(room: Room) -> None:
    context = school.context(room)
    assert hours.warn_from(context, NOW.date()) == (date(2026, 11, 19), 720)
    assert hours.warn_from(context, date(2026, 10, 1)) == (date(2026, 9, 29), 720)
    assert hours.warn_from(context, date(2026, 10, 8)) == (date(2026, 10, 8), 720)  # Thursday, Friday, Saturday
    school.set_day(room, date(2026, 11, 17), False)
    for n in (2, 3, 4):
        school.set_day(room, date(2026, 11, 16) + timedelta(days=n), False)
    assert hours.warn_from(school.context(room), NOW.date()) == (date(2026, 11, 16), 720)


def test_even_parts_in_one_sentence() -> None:
    friday = date(2026, 11, 20)
    noon, evening = Spare(friday, 700, 780, "午休", 80), Spare(friday, 1130, 1230, "晚自习", 100)
    parts = fill(120, [noon, evening])
    assert [(part.name, part.minutes) for part in parts] == [("午休", 60), ("晚自习", 60)]
    assert sentence(parts, 120) == "周五午休、晚自习各开 1 小时即够。"
    assert sentence(fill(170, [noon, evening]), 170) == "周五午休开 1 小时 20 分、周五晚自习开 1 小时 30 分即够。"
    assert sentence([], 10) == "本周余下的上课日里没有空着的课外时段了，可以周末加开。"


@given(st.integers(1, 600), st.lists(st.integers(4, 30), max_size=6))
def test_the_parts_fill_exactly_what_is_missing(missing: int, sizes: list[int]) -> None:
    spares = [Spare(MONDAY + timedelta(days=n), 700, 700 + size * 5, "午休", size * 5) for n, size in enumerate(sizes)]
    parts = fill(missing, spares)
    given_minutes = sum(part.minutes for part in parts)
    room_there = sum(spare.minutes for spare in spares)
    assert given_minutes == room_there if room_there <= missing else missing <= given_minutes < missing + 5 * len(parts)
    assert all(0 < part.minutes <= spare.minutes for part in parts for spare in spares if spare.day == part.day)


def test_spare_times_leave_out_what_is_taken_or_never_counts() -> None:
    calendar = Calendar()
    periods = [
        PeriodSpan("lesson", "", 1, 480, 700),
        PeriodSpan("lesson", "", 2, 840, 995),
        PeriodSpan("study", "", 1, 1100, 1200),
    ]
    names = [(s.name, s.starts, s.ends) for s in spare_on(MONDAY, calendar, periods, True, [(720, 760)])]
    assert names == [("午休", 700, 720), ("午休", 760, 840), ("放学后", 995, 1100), ("晚自习", 1100, 1200)]
    assert [s.name for s in spare_on(MONDAY, calendar, periods, False, [])] == ["午休", "放学后"]
    assert spare_on(MONDAY - timedelta(days=1), calendar, periods, True, []) == []
