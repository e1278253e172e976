"""Workbooks: cells with their values, text that stays text, equal bytes, nothing in the temporary folder."""

from __future__ import annotations

import io
import tempfile
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from psyroom.reports import printing
from psyroom.reports.opening_sheets import TermLine, term_sheet
from psyroom.reports.recovery import recovery_sheet
from psyroom.reports.tables import Sheet
from psyroom.reports.tomorrow import Expected, tomorrow_list
from psyroom.reports.xlsx import table_xlsx, workbook

HOSTILE = ["=1+1", "+86", "-5", "@SUM(A1)", "http://a.b", "0012", "'x", "=HYPERLINK(1)"]


def opened(data: bytes, values: bool = True) -> Any:
    return openpyxl.load_workbook(io.BytesIO(data), data_only=values)


def term() -> Sheet:
    lines = [
        TermLine(1, "8月31日—9月6日", 5, 900, 960, 930, 900, "是", (3, 0, 1, 0), "=1+1"),
        TermLine(2, "9月7日—9月13日", 4, 900, 700, 641, 900, "否", (1, 8, 0, 0), ""),
    ]
    return term_sheet("=青山学校", "2026—2027学年第一学期", "2026年9月13日", lines)


def test_what_a_person_typed_never_becomes_a_formula() -> None:
    data = table_xlsx("", ["姓名", ("问题", 30)], [[text, text] for text in HOSTILE], marked={1})
    page = opened(data, values=False).active
    assert [c.value for c in page["A"]] == ["姓名", *HOSTILE] and all(c.data_type == "s" for c in page["A"])
    assert page.freeze_panes == "A2"
    summary = opened(workbook([term()]), values=False).active
    assert [c.data_type for row in summary.iter_rows() for c in row if c.value == "=1+1"] == ["s"]


def test_numbers_dates_and_blanks_keep_their_kind() -> None:
    page = opened(table_xlsx("名单", ["甲", "乙", "丙", "丁"], [[3, date(2026, 3, 5), None, 1.5]])).active
    assert page["A1"].value == "名单" and [c.value for c in page[2]] == ["甲", "乙", "丙", "丁"]
    assert page["A3"].value == 3 and page["B3"].value.date() == date(2026, 3, 5)
    assert page["C3"].value is None and page["D3"].value == 1.5


def test_a_sum_is_a_formula_with_its_value_beside_it() -> None:
    data = workbook([term()], landscape=True)
    formulas, values = opened(data, values=False).active, opened(data).active
    total = next(row for row in formulas.iter_rows() if row[0].value == "学期合计")[0].row
    assert formulas.cell(total, 5).value == f"=SUM(E{total - 2}:E{total - 1})"
    assert values.cell(total, 5).value == pytest.approx((960 + 700) / 60)
    assert values.cell(total, 6).value == pytest.approx((930 + 641) / 60)
    assert [values.cell(total, at).value for at in (9, 10, 11, 12)] == [4, 8, 1, 0]


def test_the_sheet_is_ready_to_print() -> None:
    page = opened(workbook([term()], landscape=True, practice=True, digest="摘要 01ab")).active
    assert page.page_setup.paperSize == 9 and page.page_setup.orientation == "landscape"
    assert page.print_title_rows == "$3:$4" and page.freeze_panes == "A5"
    assert page.sheet_properties.pageSetUpPr.fitToPage and page.page_setup.fitToHeight == 0
    assert "练习" in page.oddHeader.right.text and page.oddFooter.center.text.splitlines() == ["— &P —", "摘要 01ab"]
    assert page.column_dimensions["B"].width > page.column_dimensions["A"].width


def test_equal_contents_are_equal_bytes() -> None:
    assert workbook([term()]) == workbook([term()])
    assert table_xlsx("表", ["甲"], [["乙"]]) == table_xlsx("表", ["甲"], [["乙"]])


def test_no_paper_leaves_anything_in_the_temporary_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    canary = tmp_path / "temporary"
    canary.mkdir()
    for name in ("TMPDIR", "TEMP", "TMP"):
        monkeypatch.setenv(name, str(canary))
    monkeypatch.setattr(tempfile, "tempdir", None)
    made: list[str] = []
    for function in ("mkstemp", "mkdtemp", "TemporaryFile", "NamedTemporaryFile", "SpooledTemporaryFile"):
        monkeypatch.setattr(tempfile, function, lambda *a, _name=function, **k: made.append(_name))
    monkeypatch.chdir(canary)
    workbook([term()])
    table_xlsx("", ["姓名"], [["金丝雀甲"]] * 3000)
    printing.sheets_pdf([term()], landscape=True)
    recovery_sheet("青山学校", date(2026, 11, 21), "7K3M" * 8 + "K9")
    tomorrow_list("青山学校", "11月24日 周二", [("七年级1班", [Expected("金丝雀甲", "12:20", "")])])
    assert made == [] and list(canary.rglob("*")) == []
