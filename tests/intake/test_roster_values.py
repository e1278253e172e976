"""What stands in a roster's cells: names, dates, numbers, words. What cannot be read is said, not guessed."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from psyroom.rules.identity import complete
from tests.intake.rosters import children, problems, sheet


@pytest.mark.parametrize(
    ("written", "name"),
    [("蒋  红", "蒋红"), ("蒋　红", "蒋红"), ("阿依古丽 · 买买提", "阿依古丽·买买提"), ("买买提•艾力", "买买提·艾力"), ("𫘧 䶮", "𫘧䶮"),
     ("Anna  Maria", "Anna Maria"), ("*张三", "张三"), ("王二2", "王二2")],
)  # fmt: skip
def test_names(tmp_path: Path, written: str, name: str) -> None:
    assert sheet(tmp_path, [["姓名", "班级"], [written, "七1"]]).rows[0].name == name


@pytest.mark.parametrize(
    "written",
    ["20130506", 20130506, "2013-5-6", "2013/05/06", "2013.5.6", "2013年5月6日", "13.5.6", date(2013, 5, 6),
     datetime(2013, 5, 6, 0, 0), 41400, "2013-05-06 00:00:00"],
)  # fmt: skip
def test_birthdays(tmp_path: Path, written: Any) -> None:
    assert sheet(tmp_path, [["姓名", "班级", "生日"], ["甲", "七1", written]]).rows[0].values["born"] == date(
        2013, 5, 6
    )


@pytest.mark.parametrize("written", ["2014-02-30", "20131306", "1900-01-01", "不详", "2031-01-01"])
def test_impossible_birthdays_are_left_empty(tmp_path: Path, written: str) -> None:
    found = sheet(tmp_path, [["姓名", "班级", "生日"], ["甲", "七1", written]])
    assert "born" not in found.rows[0].values and problems(found) == [(2, "born", True)]


def test_a_column_of_months_is_said_once(tmp_path: Path) -> None:
    found = sheet(tmp_path, [["姓名", "班级", "出生年月"], ["甲", "七1", "2013.05"], ["乙", "七1", "2013年7月"]])
    assert problems(found) == [] and "没有日" in found.notes[0]


GOOD = complete("99903320110606406")


@pytest.mark.parametrize(
    ("written", "kept", "asked"),
    [(GOOD, GOOD, False), (f"'{GOOD}", GOOD, False), (f" {GOOD[:6]} {GOOD[6:]}", GOOD, False), ("无", "", False),
     (GOOD[:17] + ("1" if GOOD[17] != "1" else "2"), "same", True), (GOOD[:17], "same", True),
     (999033201106064068, "", True), ("9.99033E+17", "", True), ("999033201106064000", "", True)],
)  # fmt: skip
def test_identity_numbers(tmp_path: Path, written: Any, kept: str, asked: bool) -> None:
    found = sheet(tmp_path, [["姓名", "班级", "身份证号"], ["甲", "七1", written]])
    values = found.rows[0].values
    assert values.get("id_number", "") == (written if kept == "same" else kept)
    assert bool(values.get("id_doubtful")) == (kept == "same")
    assert problems(found) == ([(2, "id_number", True)] if asked else [])


def test_a_passport_has_no_check_digit(tmp_path: Path) -> None:
    found = sheet(tmp_path, [["姓名", "班级", "证件类型", "证件号码"], ["甲", "七1", "护照", "E12345678"]])
    assert found.rows[0].values["id_number"] == "E12345678" and problems(found) == []


def test_birthday_and_identity_number_that_disagree(tmp_path: Path) -> None:
    found = sheet(tmp_path, [["姓名", "班级", "生日", "身份证号"], ["甲", "七1", "2011-06-07", GOOD]])
    assert problems(found) == [(2, "born", True)] and found.rows[0].values["born"] == date(2011, 6, 7)


def test_nothing_is_derived_from_the_identity_number(tmp_path: Path) -> None:
    assert set(sheet(tmp_path, [["姓名", "班级", "身份证号"], ["甲", "七1", GOOD]]).rows[0].values) == {
        "name",
        "id_number",
    }


@pytest.mark.parametrize(
    ("said", "labels", "rest"),
    [
        ("留守", {"left_behind": ""}, ""),
        ("双亲留守儿童、单亲家庭", {"left_behind": "双亲留守", "single_parent": ""}, ""),
        ("建档立卡户，肢体残疾", {"poor": "建档立卡", "disabled": "肢体残疾"}, ""),
        ("孤儿；爱画画", {"orphan": ""}, "爱画画"),
        ("父亲2020年去世", {"bereaved": ""}, "父亲2020年去世"),
        ("非留守", {}, ""),
        ("不是单亲", {}, ""),
        ("无", {}, ""),
        ("跟奶奶住，九月转来", {}, "跟奶奶住，九月转来"),
    ],
)
def test_remarks_become_labels_or_are_kept(tmp_path: Path, said: str, labels: dict[str, str], rest: str) -> None:
    row = sheet(tmp_path, [["姓名", "班级", "备注"], ["甲", "七1", said]]).rows[0]
    assert (row.labels, row.values.get("remark", "")) == (labels, rest)


def test_label_columns_and_yes_and_no(tmp_path: Path) -> None:
    head = ["姓名", "班级", "是否留守", "残疾类型", "是否单亲", "就读方式", "是否独生子女"]
    found = sheet(tmp_path, [head, ["甲", "七1", "2-双亲留守儿童", "1-视力残疾", "√", "1-走读", "1-是"],
                             ["乙", "七1", "否", "0-无残疾", "0", "寄宿", "0"], ["丙", "七1", "", "", "", "3-其他", "也许"]])  # fmt: skip
    first, second, third = found.rows
    assert first.labels == {"left_behind": "双亲留守", "disabled": "视力残疾", "single_parent": ""}
    assert (first.values["boarding"], first.values["only_child"]) == (False, True)
    assert second.labels == {} and second.denied == {"left_behind", "disabled", "single_parent"}
    assert (second.values["boarding"], second.values["only_child"]) == (True, False)
    assert third.labels == {} and third.denied == set()
    assert problems(found) == [(4, "boarding", True), (4, "only_child", True)]


def test_a_column_of_ticks_says_no_only_for_a_new_child(tmp_path: Path) -> None:
    found = sheet(tmp_path, [["姓名", "班级", "是否住校"], ["甲", "七1", "√"], ["乙", "七1", ""]])
    assert found.rows[0].values["boarding"] is True
    assert "boarding" not in found.rows[1].values and found.rows[1].defaults == {"boarding": False}


def test_text_too_long_is_cut_and_asked(tmp_path: Path) -> None:
    found = sheet(tmp_path, [["姓名", "班级", "备注"], ["甲", "七1", "长" * 300]])
    assert len(found.rows[0].values["remark"]) == 200 and problems(found) == [(2, "remark", True)]


def test_a_telephone_spoiled_by_the_spreadsheet(tmp_path: Path) -> None:
    found = sheet(tmp_path, [["姓名", "班级", "家长电话", "学号"], ["甲", "七1", "1.99E+10", "2.026E+17"]])
    assert set(found.rows[0].values) == {"name"}
    assert problems(found) == [(2, "guardian_phone", True), (2, "number", True)]


def test_numbers_as_they_are_shown(tmp_path: Path) -> None:
    """7.10 stored as 7.1 and shown with two decimals is class 10; a seat shown as 05 is 05."""
    rows = [["姓名", "班级", "学号", "家长电话"], ["甲", 7.1, 5, 19900000001], ["乙", 7.09, 1234, 19900000002]]
    formats = {"B2": "0.00", "B3": "0.00", "C2": "000", "C3": "000", "D2": "0"}
    found = sheet(tmp_path, rows, formats=formats)
    assert [key for _, _, key in children(found)] == ["七年级/10", "七年级/9"]
    assert [row.values["number"] for row in found.rows] == ["005", "1234"]
    assert found.rows[0].values["guardian_phone"] == "19900000001"
