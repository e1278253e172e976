"""Ledgers as duty teachers keep them. What is doubtful is told, never guessed."""

from __future__ import annotations

import json
from collections import defaultdict
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import pytest

from psyroom.errors import BadFile
from psyroom.intake import times
from psyroom.intake.openings import LedgerRead, read_ledger
from psyroom.rules.intervals import total, union
from tests.intake import files

SAMPLE = files.DATA / "openings" / "开放记录_2026秋.xlsx"
HEAD = ["日期", "星期", "开放时间", "值班教师", "来访人次"]


def ledger(tmp_path: Path, rows: files.Rows, **more: Any) -> LedgerRead:
    return read_ledger(files.xlsx(tmp_path / "台账.xlsx", rows, **more), term_starts=date(2026, 8, 31), weeks=20)


def told(read: LedgerRead) -> list[tuple[int, str, int, int]]:
    return [(row.row, row.day.isoformat(), row.starts, row.ends) for row in read.rows]


def test_the_sample() -> None:
    answer = json.loads(SAMPLE.with_suffix(".expected.json").read_text("utf-8"))
    starts = date.fromisoformat(answer["term_starts"])
    read = read_ledger(SAMPLE, term_starts=starts, weeks=answer["weeks"])
    assert read.lines == answer["rows"] and read.repeated == 0
    fields = {"ends before it starts": "time", "no time": "time", "no such date": "day"}
    assert [(p.row, p.field) for p in read.problems] == [
        (row, fields.get(why, "day")) for row, why in answer["bad_rows"]
    ]
    days = defaultdict(list)
    for row in read.rows:
        days[row.day].append((row.starts, row.ends))
    weeks: dict[str, int] = defaultdict(int)
    for day, spans in days.items():
        weeks[str((day - starts).days // 7 + 1)] += total(union(spans))
    assert weeks == answer["open_minutes_by_week"]


@pytest.mark.parametrize(
    ("written", "spans"),
    [
        ("12:00-13:00", [(720, 780)]),
        ("12：00—13：00", [(720, 780)]),
        ("16:45 至 18:00", [(1005, 1080)]),
        ("16.45～18.20", [(1005, 1100)]),
        ("12点到13点半", [(720, 810)]),
        ("中午12:00-1:30", [(720, 810)]),
        ("下午4:45—6:00", [(1005, 1080)]),
        ("1200-1300", [(720, 780)]),
        ("12:00-13:00、16:45-18:00", [(720, 780), (1005, 1080)]),
        ("12:00 至 13:00；16:45 至 18:00", [(720, 780), (1005, 1080)]),
        ("11:10—12:40\n16:30—17:30", [(670, 760), (990, 1050)]),
        ("12:00-13:00（第5节后）", [(720, 780)]),
        ("12:00:00-13:00:00", [(720, 780)]),
        ("17:30-16:45", [(1050, 1005)]),
        ("中午", []),
        ("12:00", []),
        ("12:00-13:00，14:00", []),
        ("25:00-26:00", []),
        ("", []),
    ],
)
def test_spans(written: str, spans: list[tuple[int, int]]) -> None:
    assert times.spans(written) == spans


@pytest.mark.parametrize(
    ("written", "day"),
    [("2026-09-01", 1), ("2026/9/1", 1), ("2026.9.1", 1), ("2026年9月1日", 1), ("20260901", 1), ("9月1日", 1), ("9.1", 1),
     ("9/1", 1), ("9月1日（星期二）", 1), (date(2026, 9, 1), 1), (datetime(2026, 9, 1, 0, 0), 1), (46266, 1), ("09-02", 2)],
)  # fmt: skip
def test_dates(tmp_path: Path, written: Any, day: int) -> None:
    read = ledger(tmp_path, [HEAD, [written, "", "12:00-13:00", "甲", 1]])
    assert not read.problems and read.rows[0].day == date(2026, 9, day)


def test_a_date_without_a_year_takes_the_semester_s(tmp_path: Path) -> None:
    read = ledger(tmp_path, [HEAD, ["12月30日", "", "12:00-13:00", "", ""], ["1月4日", "", "12:00-13:00", "", ""]])
    assert [row.day for row in read.rows] == [date(2026, 12, 30), date(2027, 1, 4)]


@pytest.mark.parametrize(
    ("row", "field", "word"),
    [
        (["2026-11-31", "", "12:00-13:00", "甲", 1], "day", "没有“2026-11-31”这一天"),
        (["2026-11-04", "五", "12:00-13:00", "甲", 1], "day", "星期三"),
        (["11月4日（周五）", "", "12:00-13:00", "甲", 1], "day", "星期三"),
        (["2026-09-01", "二", "17:30-16:45", "甲", 1], "time", "不晚于"),
        (["2026-09-01", "二", "中午", "甲", 1], "time", "中午"),
        (["2026-09-01", "二", "", "甲", 1], "time", "没有开放时间"),
        (["2062-09-01", "", "12:00-13:00", "甲", 1], "day", "不在本学期"),
        (["7月1日", "", "12:00-13:00", "甲", 1], "day", "不在本学期"),
        (["", "", "12:00-13:00", "甲", 1], "day", "没有日期"),
        (["开学第一天", "", "12:00-13:00", "甲", 1], "day", "没有认出"),
        ([9.1, "", "12:00-13:00", "甲", 1], "day", "可能是"),
    ],
)
def test_what_is_doubtful_is_told(tmp_path: Path, row: list[Any], field: str, word: str) -> None:
    good = [[f"9月{day}日", "", "12:00-13:00", "乙", ""] for day in range(2, 10)]
    read = ledger(tmp_path, [HEAD, row, *good])
    assert len(read.rows) == 8
    assert [(p.row, p.field, p.taken) for p in read.problems] == [(2, field, False)] and word in read.problems[0].reason


def test_start_and_end_in_two_columns_and_time_cells(tmp_path: Path) -> None:
    rows = [["周次", "日期", "开始时间", "结束时间", "值班人员", "接待人数"],
            [1, date(2026, 9, 1), time(12, 0), time(13, 30), "甲", "3人"],
            [1, "9月2日", "16：45", "18点", "乙", ""],
            [1, "9月3日", 0.5, 0.5625, "乙", 0]]  # fmt: skip
    read = ledger(tmp_path, rows)
    assert told(read) == [(2, "2026-09-01", 720, 810), (3, "2026-09-02", 1005, 1080), (4, "2026-09-03", 720, 810)]
    assert [(row.person, row.received) for row in read.rows] == [("甲", 3), ("乙", None), ("乙", 0)]


def test_a_header_in_two_rows(tmp_path: Path) -> None:
    rows = [
        ["值班记录"],
        ["日期", "开放时间", "", "值班教师"],
        ["", "起", "止", ""],
        ["9月1日", "12:00", "13:00", "甲"],
    ]
    assert told(ledger(tmp_path, rows, merged=["B2:C2"])) == [(4, "2026-09-01", 720, 780)]


def test_a_start_and_a_length(tmp_path: Path) -> None:
    rows = [
        ["日期", "开始时间", "时长（分钟）", "教师"],
        ["9月1日", "12:00", 90, "甲"],
        ["9月2日", "12:00", "1小时30分", "甲"],
    ]
    assert [row.ends for row in ledger(tmp_path, rows).rows] == [810, 810]


def test_one_date_for_several_lines(tmp_path: Path) -> None:
    rows = [
        HEAD,
        ["9月1日", "二", "12:00-13:00", "甲", 1],
        ["", "", "16:45-18:00", "乙", 2],
        ["9月2日", "三", "12:00-13:00", "甲", 1],
    ]
    assert told(ledger(tmp_path, rows))[1] == (3, "2026-09-01", 1005, 1080)


def test_several_sheets_and_repeated_lines(tmp_path: Path) -> None:
    line = ["9月1日", "二", "12:00-13:00、16:45-18:00", "甲", 4]
    path = files.xlsx(tmp_path / "a.xlsx", {"九月": [HEAD, line, line, ["合计", "", "", "", 8]], "十月": [HEAD, ["10月9日", "", "12:00-13:00", "甲\n乙", ""]],
                                           "说明": [["每月一张"]]})  # fmt: skip
    read = read_ledger(path, term_starts=date(2026, 8, 31), weeks=20)
    assert (read.lines, read.repeated, len(read.rows), read.problems) == (2, 1, 3, [])
    assert [row.received for row in read.rows] == [4, None, None]  # people are counted once a line
    assert read.rows[2].person == "甲、乙"


def test_a_file_that_is_no_ledger() -> None:
    with pytest.raises(BadFile, match="开放时间"):
        read_ledger(files.ROSTERS / "有错误的名册.xlsx", term_starts=date(2026, 8, 31), weeks=20)


@pytest.mark.parametrize("over", [None, ["日期", "星期", "开放时间", "", "", "", "值班教师"]])
def test_a_column_for_each_part_of_the_day(tmp_path: Path, over: list[str] | None) -> None:
    parts = ["上午", "中午", "下午", "晚上"]
    head = [["日期", "星期", *parts, "值班教师"]] if over is None else [over, ["", "", *parts, ""]]
    row = ["2026-09-01", "二", "7:30-8:00", "12:10-1:00", "4:30-5:30、17:40-18:00", "7:00-8:30", "甲"]
    read = ledger(tmp_path, [*head, row, ["2026-09-02", "三", "", "", "下午4:30-5:00", "√", "甲"]])
    place = len(head) + 1
    spans = [(450, 480), (730, 780), (990, 1050), (1060, 1080), (1140, 1230)]
    assert told(read) == [(place, "2026-09-01", a, b) for a, b in spans]
    assert [(p.row, p.field) for p in read.problems] == [(place + 1, "time")]


def test_columns_for_parts_of_the_day_beside_one_of_times_hold_none(tmp_path: Path) -> None:
    read = ledger(tmp_path, [["日期", "开放时间", "上午", "下午"], ["2026-09-01", "12:00-13:00", "√", ""]])
    assert told(read) == [(2, "2026-09-01", 720, 780)] and not read.problems
