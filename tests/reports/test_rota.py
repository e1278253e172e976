"""The month's rota on paper: everything on one page, what is copied from it is what was planned, sums agree."""

from __future__ import annotations

import io
from datetime import date, timedelta

import openpyxl

from psyroom.reports import preview, xlsx
from psyroom.reports.rota import NOBODY, DayBox, PersonHours, TurnLine, month_pdf, month_sheets, weeks_of

NAMES = ("王思源", "欧阳晓峰", "陈𬱖", "甲")


def month(turns_a_day: int, *, weekends: bool = False, place: str = "") -> list[DayBox]:
    days = []
    for number in range(31):
        day = date(2026, 8, 1) + timedelta(days=number)
        works = weekends or day.weekday() < 5
        turns = tuple(
            TurnLine(f"{8 + n:02d}:05—{8 + n:02d}:50", 45, NAMES[(number + n) % 4], place=place if n % 2 else "")
            for n in range(turns_a_day if works else 0)
        )
        days.append(DayBox(day.day, f"8月{day.day}日", day.weekday(), "", day.weekday() > 4, turns))
    return days


def people(days: list[DayBox]) -> list[PersonHours]:
    turns = [turn for day in days for turn in day.turns]
    return [PersonHours(n, sum(t.person == n for t in turns), 45 * sum(t.person == n for t in turns), 0) for n in NAMES]


def test_a_month_of_six_weeks_and_seven_days_stands_on_one_page() -> None:
    for days in (month(3), month(4, weekends=True), month(2, weekends=True, place="团体活动室")):
        pdf, missing = month_pdf("青山中学", "2026年8月", "2026年7月30日", days, people(days))
        assert len(preview.sizes(pdf)) == 1 and not missing
        said = preview.text(pdf)
        assert said.count("08:05—08:50") == sum(bool(day.turns) for day in days)
        assert all(name in said for name in NAMES) and "心理辅导室值班安排表（2026年8月）" in said


def test_days_without_duty_at_the_weekend_have_no_column() -> None:
    pdf, _ = month_pdf("青山中学", "2026年8月", "", month(2), people(month(2)))
    assert "星期五" in preview.text(pdf) and "星期六" not in preview.text(pdf)
    pdf, _ = month_pdf("青山中学", "2026年8月", "", month(2, weekends=True), [])
    assert "星期日" in preview.text(pdf)


def test_a_substitution_is_marked_and_an_opening_without_anybody_is_left_to_be_filled_in() -> None:
    turns = (TurnLine("12:00—13:00", 60, "陈𬱖", "王思源", "请假"), TurnLine("17:00—18:00", 60, ""))
    days = [DayBox(3, "8月3日", 0, "国庆节", True, turns)]
    pdf, _ = month_pdf("青山中学", "2026年8月", "", days, [PersonHours("陈𬱖", 1, 60, 600)], practice=True)
    said = preview.text(pdf)
    assert "陈𬱖△（王思源）" in said and NOBODY in said and "国庆节" in said
    assert "10.00" in said and "代班或对调" in said and "练习模式" in said
    assert "请假" not in said  # why somebody was away does not hang on the door


def test_the_workbook_s_sums_are_those_of_its_rows() -> None:
    days = month(2)
    book = openpyxl.load_workbook(
        io.BytesIO(xlsx.workbook(month_sheets("青山中学", "2026年8月", "", days, people(days)))), data_only=True
    )
    assert book.sheetnames == ["值班安排", "各人时数"]
    rows = [row for row in book["值班安排"].iter_rows(values_only=True) if row[0] is not None]
    total = next(row for row in rows if row[0] == "本月合计")
    assert total[4] == sum(t.minutes for d in days for t in d.turns) / 60
    listed = [row for row in rows if str(row[0]).isdigit()]
    assert len(listed) == sum(len(d.turns) for d in days)
    hours = [row for row in book["各人时数"].iter_rows(values_only=True) if row[0] == "合计"][0]
    assert hours[1] == len(listed) and hours[2] == total[4]


def test_equal_months_give_equal_bytes_and_weeks_begin_on_monday() -> None:
    days = month(3)
    first = month_pdf("青山中学", "2026年8月", "", days, people(days))
    assert first == month_pdf("青山中学", "2026年8月", "", days, people(days))
    assert [week[0].weekday for week in weeks_of(days)] == [5, 0, 0, 0, 0, 0]
