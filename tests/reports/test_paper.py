"""The papers say what they should, page for page."""

from __future__ import annotations

import re
import subprocess
from datetime import date

import pytest

from psyroom.reports import preview, printing
from psyroom.reports.opening_sheets import (
    CorrectionLine,
    SignedLine,
    TermLine,
    WeekLine,
    WeekTotals,
    term_sheet,
    week_sheet,
)
from psyroom.reports.paper import PRACTICE_TAG, Paper
from psyroom.reports.recovery import recovery_sheet, recovery_text
from psyroom.reports.tables import Cell, Column, Row, Sheet, Table
from psyroom.reports.tomorrow import Expected, tomorrow_list

CODE = "7K3M-QX9T-0ABC-W2ZP-4HJN-88VD-E6RG-YT51-K9"
DAY = date(2026, 11, 21)


def words(pdf: bytes) -> str:
    """The text as pdftotext lays it out, blanks folded."""
    done = subprocess.run(["pdftotext", "-layout", "-", "-"], input=pdf, capture_output=True, check=True)
    return "\n".join(" ".join(line.split()) for line in done.stdout.decode("utf-8").splitlines() if line.strip())


def _long_table(rows: int) -> Sheet:
    columns = (
        Column("序号"),
        Column("姓名", group="学生基本信息"),
        Column("班级", group="学生基本信息"),
        Column("备注", 3, "left"),
    )
    body = [Row((str(n), f"学生{n}", "七年级1班", "　")) for n in range(1, rows + 1)]
    body.append(Row((Cell("合　计", span=2), f"{rows} 人", ""), total=True))
    return Sheet("表", "学生名单", ("填报单位（盖章）：青山学校", "统计时间：2026年11月", "填报日期：2026年11月20日"),
                 (Table("", columns, tuple(body)),), ("校长（签字）：",), ("本表一式二份",))  # fmt: skip


def test_a_long_table_repeats_title_head_and_numbers_its_pages() -> None:
    pdf, missing = printing.sheets_pdf([_long_table(70)])
    said = words(pdf)
    pages = preview.count(pdf)
    assert pages == 3 and missing == ""
    for once_a_page in ("学生名单", "填报单位（盖章）：青山学校", "学生基本信息", "备注"):
        assert said.count(once_a_page) == pages
    assert re.findall(r"^— ?(\d) ?—$", said, re.M) == ["1", "2", "3"]
    assert said.count("校长（签字）：") == said.count("合 计 70 人") == said.count("注：本表一式二份。") == 1
    assert [n for n in range(1, 71) if f"{n} 学生{n} 七年级1班" not in said] == []


@pytest.mark.parametrize("landscape", [False, True])
def test_every_practice_print_says_so(landscape: bool) -> None:
    plain, _ = printing.sheets_pdf([_long_table(40)], landscape=landscape)
    marked, _ = printing.sheets_pdf([_long_table(40)], landscape=landscape, practice=True)
    slips, _ = tomorrow_list("青山学校", "11月24日 周二", [("七年级1班", [Expected("李明", "12:20—13:00", "")])], True)
    assert "练习" not in preview.text(plain)
    for pdf in (marked, slips, recovery_sheet("青山学校", DAY, CODE, True)):
        assert preview.text(pdf).count(PRACTICE_TAG) == preview.count(pdf)
    assert PRACTICE_TAG in recovery_text("青山学校", DAY, CODE, True)


def test_the_digest_stands_at_every_foot() -> None:
    pdf, _ = printing.sheets_pdf([_long_table(70)], digest="记录摘要 0123456789abcdef")
    assert preview.text(pdf).count("记录摘要 0123456789abcdef") == preview.count(pdf)


def test_the_recovery_sheet_fits_a_page_and_both_forms_hold_the_whole_code() -> None:
    pdf = recovery_sheet("长治市襄垣县第一高级中学东校区附属初级中学部", DAY, CODE, room="0193a5c2")
    text = recovery_text("青山学校", DAY, CODE, room="0193a5c2")
    assert preview.count(pdf) == 1
    for said in (preview.text(pdf), text):
        assert CODE in said and "0193a5c2" in said and "2026年11月21日" in said and "保险柜" in said
    assert all(group in text for group in CODE.split("-"))


def test_the_weekly_sheet() -> None:
    lines = [
        WeekLine("11月16日", "一", "12:20—14:00", "午休", 100, 100, "王老师", 2, 0, 1, 0),
        WeekLine("11月16日", "一", "12:20—14:00", "午休", 100, 100, "李老师"),
        WeekLine("11月17日", "二", "15:00—17:30", "课后", 150, 105, "王老师", 0, 12, 0, 1),
    ]
    sheet = week_sheet(
        "青山学校", "第12周", "11月16日—11月22日", "2026年11月22日", lines, WeekTotals(250, 205, 900, "还差 11.58")
    )
    said = words(printing.sheets_pdf([sheet], landscape=True)[0])
    assert "学校（盖章）：青山学校 第12周（11月16日—11月22日） 填表日期：2026年11月22日" in said
    assert "3 11月17日 二 15:00—17:30 课后 2.50 1.75 王老师 12 1" in said
    assert "本周合计 4.17 3.42 2 12 1 1 目标 15.00，还差 11.58" in said
    empty = week_sheet("青山学校", "第1周", "—", "—", [], WeekTotals(0, 0, None, "没有规定目标"))
    assert "本周合计 0.00 0.00 0 0 0 0 没有规定目标" in words(printing.sheets_pdf([empty], landscape=True)[0])


def test_a_full_week_with_signatures_and_corrections_stays_on_one_page() -> None:
    lines = [WeekLine("11月16日", "一", "12:20—14:00", "午休", 100, 100, "王老师、李老师", 2, 0, 1, 0)] * 26
    fixed = ("11月16日 周一 开放 12:05—13:35 改为 12:05—13:50", 15, -15, "王老师", "时间记错", "2026-11-24 09:00")
    sheet = week_sheet(
        "青山学校",
        "第12周",
        "11月16日—11月22日",
        "2026年11月22日",
        lines,
        WeekTotals(250, 205, 900, "未达标"),
        ["课外指上课时间以外", "未达标原因：学校活动，另有补开11月28日2.00小时（计入当周）"],
        signed=[SignedLine("王老师", "2026-11-23 10:05", 250, 205), SignedLine("王老师", "2026-11-25 10:05", 265, 220)],
        corrections=[CorrectionLine(*fixed)] * 6,
    )
    pdf, missing = printing.sheets_pdf([sheet], landscape=True, size=9, row_mm=6.6, one_page=True)
    said = words(pdf)
    assert preview.count(pdf) == 1 and missing == ""
    assert "第1次签字时 4.17 3.42 王老师 签字时间 2026-11-23 10:05" in said
    assert f"更正6：{fixed[0]} +0.25 -0.25 王老师 时间记错，2026-11-24 09:00 更正" in said
    assert preview.count(printing.sheets_pdf([sheet], landscape=True, size=9, row_mm=6.6)[0]) == 2


def test_the_semester_sheet_leaves_weeks_to_come_blank() -> None:
    lines = [
        TermLine(1, "8月31日—9月6日", 5, 900, 960, 930, 900, "是", (3, 0, 1, 0), ""),
        TermLine(2, "9月7日—9月13日", 4, 900, 700, 640, 900, "否", (1, 8, 0, 0), "补课"),
        TermLine(3, "9月14日—9月20日", 0, 900, 0, 0, 900, "", (0, 0, 0, 0), "", future=True),
    ]
    said = words(
        printing.sheets_pdf([term_sheet("青山学校", "2026—2027学年第一学期", "2026年9月13日", lines)], landscape=True)[
            0
        ]
    )
    assert "1 8月31日—9月6日 5 15.00 16.00 15.50 15.00 是 3 1" in said
    assert "3 9月14日—9月20日 15.00 15.00\n" in said
    assert "学期合计 9 45.00 27.67 26.17 1周 4 8 1 0 应达标2周" in said


def test_tomorrows_slips_part_the_classes_and_say_no_reason() -> None:
    classes = [
        (f"七年级{n}班", [Expected(f"学生{n}{i}", "12:20—13:00", "个别辅导室") for i in range(n)]) for n in range(1, 9)
    ]
    pdf, missing = tomorrow_list("青山学校", "11月24日 周二", classes)
    said = words(pdf)
    assert missing == "" and preview.count(pdf) == 2
    assert said.count("沿此线裁开") >= 5
    assert all(f"{n} 学生8{n - 1} 12:20—13:00 个别辅导室" in said for n in range(1, 9))
    assert not any(word in said for word in ("心理", "咨询", "关注", "原因", "预约方式"))
    assert "没有学生预约" in words(tomorrow_list("青山学校", "11月24日 周二", [])[0])


def test_a_paper_is_shown_as_pictures_without_a_file() -> None:
    pages = list(preview.pages(recovery_sheet("青山学校", DAY, CODE), 40))
    assert len(pages) == 1 and len(pages[0].rgb) == pages[0].stride * pages[0].height
    assert pages[0].height > pages[0].width and 0 in pages[0].rgb and 255 in pages[0].rgb


def test_a_rest_that_does_not_fit_goes_to_the_next_page() -> None:
    paper = Paper("试")
    paper.paragraph("心理辅导室每天都开放。" * 400)
    assert preview.count(paper.finish()) > 1
