"""Habits of the sheets schools keep that no single sample shows: each was once read wrongly."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from psyroom.errors import NoTable
from psyroom.rules.identity import complete
from tests.intake import files
from tests.intake.rosters import children, problems, read, sheet

ID = complete("99900120130506101")
ID_X = next(number for n in range(1, 99) if (number := complete(f"999001201305061{n:02d}")).endswith("X"))


def test_two_numbered_guardians_over_two_rows_of_heads(tmp_path: Path) -> None:
    found = sheet(
        tmp_path,
        [
            ["××学校学生及监护人信息表"],
            ["序号", "学生信息", "", "", "监护人1", "", "", "监护人2", "", "", "备注"],
            ["", "姓名", "性别", "班级", "姓名", "关系", "电话", "姓名", "关系", "电话", ""],
            [1, "张三", "男", "七（2）班", "张大", "父亲", "19900000001", "李四", "母亲", "19900000002", ""],
        ],
        merged=["A1:K1", "A2:A3", "B2:D2", "E2:G2", "H2:J2", "K2:K3"],
    )
    assert children(found) == [(4, "张三", "七年级/2")] and not found.refused
    assert found.rows[0].values["guardian"] == "张大" and found.rows[0].values["guardian_phone"] == "19900000001"
    assert "李四" in found.rows[0].values["remark"]


@pytest.mark.parametrize("dot", ["．", ".", "•", " · ", "。", "▪"])
def test_every_dot_within_a_name_is_the_one(tmp_path: Path, dot: str) -> None:
    found = sheet(tmp_path, [["姓名", "班级"], [f"古丽娜尔{dot}艾合买提", "七1班"]])
    assert found.rows[0].name == "古丽娜尔·艾合买提"


@pytest.mark.parametrize("said", ["'2013-05-06", "2013 5 6", "2013。5。6", "2013.5.6.", "‘2013年5月6日"])
def test_more_ways_to_write_a_day(tmp_path: Path, said: str) -> None:
    found = sheet(tmp_path, [["姓名", "班级", "出生日期"], ["张三", "七1班", said]])
    assert found.rows[0].values["born"] == date(2013, 5, 6) and not problems(found)


def test_a_day_that_may_be_two_is_asked(tmp_path: Path) -> None:
    found = sheet(tmp_path, [["姓名", "班级", "出生日期"], ["张三", "七1班", "3/5/2013"]])
    assert problems(found) == [(2, "born", True)] and "born" not in found.rows[0].values


def test_a_sound_identity_number_completes_the_month_and_stands_for_a_missing_birthday(tmp_path: Path) -> None:
    whole = sheet(tmp_path, [["姓名", "班级", "出生年月", "身份证号"], ["张三", "七1班", "2013.05", ID]])
    assert whole.rows[0].values["born"] == date(2013, 5, 6) and not whole.notes
    missing = sheet(tmp_path, [["姓名", "班级", "身份证号"], ["张三", "七1班", ID]])
    assert missing.rows[0].defaults == {"born": date(2013, 5, 6)} and "born" not in missing.rows[0].values


@pytest.mark.parametrize(("said", "number"), [("2013.06", ID), ("2013-02-30", ID), ("", ID[:17] + "#")])
def test_a_doubtful_birthday_is_not_taken_from_the_number(tmp_path: Path, said: str, number: str) -> None:
    found = sheet(tmp_path, [["姓名", "班级", "出生日期", "身份证号"], ["张三", "七1班", said, number]])
    assert "born" not in found.rows[0].values and not found.rows[0].defaults
    assert problems(found) or found.notes


@pytest.mark.parametrize("form", ["{0}-{1}-{2}", "{0} {1} {2}", "{0}.{1}.{2}", "身份证{0}{1}{2}"])
def test_an_identity_number_in_parts(tmp_path: Path, form: str) -> None:
    said = form.format(ID[:6], ID[6:14], ID[14:])
    found = sheet(tmp_path, [["姓名", "班级", "身份证号"], ["张三", "七1班", said]])
    assert found.rows[0].values["id_number"] == ID and not problems(found)


def test_a_multiplication_sign_for_x_only_where_the_check_digit_proves_it(tmp_path: Path) -> None:
    rows = [["姓名", "班级", "身份证号"], ["张三", "七1班", ID_X[:-1] + "×"], ["李四", "七1班", ID[:17] + "×"]]
    found = sheet(tmp_path, rows)
    assert found.rows[0].values["id_number"] == ID_X
    assert problems(found) == [(3, "id_number", True)]


@pytest.mark.parametrize(("said", "sex"), [("♂", "m"), ("♀", "f"), ("(女)", "f"), ("（男）", "m")])
def test_signs_for_the_sexes(tmp_path: Path, said: str, sex: str) -> None:
    assert sheet(tmp_path, [["姓名", "班级", "性别"], ["张三", "七1班", said]]).rows[0].values["sex"] == sex


def test_grade_and_class_in_two_chinese_digits(tmp_path: Path) -> None:
    found = sheet(tmp_path, [["姓名", "班级"], ["张三", "三二班"], ["李四", "六十二班"]], "primary")
    assert [key for _, _, key in children(found)] == ["三年级/2"]
    assert [spelling.text for spelling in found.spellings] == ["六十二班"]  # 六（12）班 or 62班: asked


def test_a_list_of_teachers_is_no_roster_even_with_classes(tmp_path: Path) -> None:
    staff = [["姓名", "性别", "任教班级", "任教学科", "联系电话"], ["王老师", "女", "七1班", "语文", "19900000000"]]
    with pytest.raises(NoTable):
        sheet(tmp_path, staff)
    found = sheet(tmp_path, {"学生": [["姓名", "班级"], ["张三", "七1班"]], "Sheet2": staff})
    assert [row.name for row in found.rows] == ["张三"] and not found.refused
    assert any("Sheet2" in note for note in found.notes)


# ---- titles, sheets and file names ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("title", "key"),
    [
        ("八年级（ 3 ）班", "八年级/3"),
        ("  八  年级（ 3 ）班      班主任：王红", "八年级/3"),
        ("2026年秋季七年级  3  班学生名单", "七年级/3"),
        ("2024-2025学年七年级1班", "七年级/1"),
        ("七年级3名单", "七年级/3"),
        ("五四中学八（2）班", "八年级/2"),
        # A number that counts something else, or more than one class: asked, never guessed.
        ("七年级30人名单", ""),
        ("七年级2026年秋名单", ""),
        ("初一 2026年9月", ""),
        ("七年级第1学期花名册", ""),
        ("七年级一学期", ""),
        ("七年级1班至3班", ""),
        ("七年级1、2班", ""),
        ("七年级（1）班、（2）班", ""),
        ("七年级1班、八年级2班", ""),
        ("七八年级3班", ""),
    ],
)
def test_what_a_title_says_of_the_class(tmp_path: Path, title: str, key: str) -> None:
    found = sheet(tmp_path, [[title], ["姓名", "性别"], ["张三", "男"], ["李四", "女"]])
    assert [k for _, _, k in children(found)] == ([key] * 2 if key else [])
    assert len(found.refused) == (0 if key else 2)


@pytest.mark.parametrize("title", ["七、八年级", "七八年级", "7-9年级", "初一、初二"])
def test_a_title_of_several_grades_gives_none(tmp_path: Path, title: str) -> None:
    found = sheet(tmp_path, [[f"{title}名单"], ["姓名", "班级"], ["张三", "3班"]])
    assert not found.rows and [s.text for s in found.spellings] == ["3班"]


def test_two_classes_side_by_side_each_under_its_own_title(tmp_path: Path) -> None:
    found = sheet(
        tmp_path,
        [
            ["七年级1班", "", "", "", "七年级2班"],
            ["序号", "姓名", "性别", "", "序号", "姓名", "性别"],
            [1, "张三", "男", "", 1, "李四", "女"],
        ],
        merged=["A1:C1", "E1:G1"],
    )
    assert [(name, key) for _, name, key in children(found)] == [("张三", "七年级/1"), ("李四", "七年级/2")]


def test_sheets_named_by_numbers_below_a_title_of_the_grade(tmp_path: Path) -> None:
    rows = [["××中学九年级花名册"], ["姓名", "性别"], ["张三", "男"]]
    assert [key for _, _, key in children(sheet(tmp_path, {"1": rows, "2": rows}))] == ["九年级/1", "九年级/2"]
    assert not sheet(tmp_path, {"1": rows}).rows  # a lone sheet 1 may be just that


def test_the_file_s_name_completes_what_the_sheets_lack(tmp_path: Path) -> None:
    path = files.xlsx(tmp_path / "2026年秋八年级名单.xlsx", {"1班": [["姓名"], ["张三"]], "2班": [["姓名"], ["李四"]]})
    assert [key for _, _, key in children(read(path))] == ["八年级/1", "八年级/2"]
    path = files.xlsx(tmp_path / "七年级1班.xlsx", [["姓名", "班级"], ["张三", "2班"], ["李四", ""]])
    assert [key for _, _, key in children(read(path))] == ["七年级/2"]  # an empty class cell stays a question


def test_titles_that_come_back_for_every_class(tmp_path: Path) -> None:
    block = [["学号", "姓名", "性别"], ["01", "张三", "男"], ["合计", 1], []]
    rows = [r for n in (1, 2) for r in ([["七年级学生名单"], [f"班级：{n}班", "", "班主任：李老师"], *block])]
    found = sheet(tmp_path, rows)
    assert [key for _, _, key in children(found)] == ["七年级/1", "七年级/2"] and not found.refused


def test_below_is_blank_is_no_child(tmp_path: Path) -> None:
    found = sheet(tmp_path, [["班级", "姓名", "备注"], ["七1班", "张三", ""], ["", "以下空白", ""]])
    assert len(found.rows) == 1 and not found.refused


def test_a_header_s_advice_in_brackets(tmp_path: Path) -> None:
    head = ["班级（如：七1）", "学生姓名（与户口本一致）", "身份证号码（18位）", "家长联系电话（手机）"]
    found = sheet(tmp_path, [head, ["七1", "张三", ID, "19900000001"]])
    assert found.rows[0].values["id_number"] == ID and found.rows[0].values["guardian_phone"] == "19900000001"


def test_text_in_words_with_one_blank_between(tmp_path: Path) -> None:
    path = tmp_path / "名单.txt"
    path.write_bytes(
        "七年级1班名单\n姓名 性别 电话\n张三 男 19900000001\n李四 女 19900000002\n王五 男 19900000003\n赵六 女 19900000004\n".encode(
            "gb18030"
        )
    )
    assert [(row.name, row.values["sex"]) for row in read(path).rows[:2]] == [("张三", "m"), ("李四", "f")]


@pytest.mark.parametrize("said", ["高101", "高1.1", "高一01班"])
def test_senior_grades_in_digits(tmp_path: Path, said: str) -> None:
    assert children(sheet(tmp_path, [["姓名", "班级"], ["张三", said]], "senior"))[0][2] == "高一/1"


@pytest.mark.parametrize("stage", ["nine", "complete", "junior"])
def test_a_class_number_takes_the_grade_of_the_class_in_the_title(tmp_path: Path, stage: str) -> None:
    found = sheet(tmp_path, [["七年级1班"], ["姓名", "班级"], ["张三", "2班"]], stage)
    assert [key for _, _, key in children(found)] == ["七年级/2"]


def test_a_sheet_of_those_who_left_is_not_read_beside_the_roster(tmp_path: Path) -> None:
    rows = {"在校生": [["姓名", "班级"], ["张三", "七1班"]], "转出学生": [["姓名", "班级"], ["李四", "七1班"]]}
    found = sheet(tmp_path, rows)
    assert [row.name for row in found.rows] == ["张三"] and "转出学生" in found.notes[0]
    assert len(sheet(tmp_path, {"毕业班": [["姓名", "班级"], ["张三", "九1班"]]}).rows) == 1  # alone, it is the roster


def test_a_column_of_stages_tells_apart_two_grades_of_one_year(tmp_path: Path) -> None:
    head = ["学段", "年级", "班级", "姓名"]
    found = sheet(tmp_path, [head, ["初中", "2026级", 1, "张三"], ["高中", "2026级", 1, "李四"]], "complete")
    assert [row.found.stage for row in found.rows if row.found] == ["junior", "senior"]
    found = sheet(tmp_path, [head[1:], ["2026级", 1, "张三"]], "complete")
    assert not found.rows and len(found.spellings) == 1
