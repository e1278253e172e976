"""Rosters as schools lay them out: whatever the shape, the same children come out."""

from __future__ import annotations

import json
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from psyroom.errors import NoTable
from tests.intake import files
from tests.intake.rosters import children, problems, read, sheet

STAGES = {
    "学籍系统导出_初级中学.xlsx": "junior",
    "班主任花名册_中等职业学校.xlsx": "vocational",
    "花名册_乡村小学.xls": "primary",
    "花名册_普通高中_GBK.csv": "senior",
    "有错误的名册.xlsx": "primary",
}


# ---- the samples ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", STAGES)
def test_a_sample_as_its_answer_says(name: str) -> None:
    answer = json.loads((files.ROSTERS / name).with_suffix(".expected.json").read_text("utf-8"))
    found = read(files.ROSTERS / name, STAGES[name])
    repeated = 1 if "repeated_row" in answer else 0
    assert len(found.rows) == answer["students"] + repeated
    by_class = Counter(key for row, _, key in children(found) if row != answer.get("repeated_row"))
    assert by_class == answer["by_class"]
    assert not found.notes and not found.spellings
    for sample in answer["sample"]:
        key = f"{sample['grade']}/{sample['class_no']}"
        rows = [r for r, told in zip(found.rows, children(found), strict=True) if told[1:] == (sample["name"], key)]
        row = rows[0]
        values = {**row.defaults, **row.values}
        for field, told in (("id_number", "id_number"), ("guardian", "guardian"), ("guardian_phone", "guardian_phone"),
                            ("registry_number", "student_number"), ("boarding", "boarding")):  # fmt: skip
            if field in values:
                assert values[field] == sample[told]
        assert values["sex"] == {"男": "m", "女": "f"}[sample["sex"]]
        if "born" in values:
            assert values["born"] == date.fromisoformat(sample["born"])


def test_the_registry_s_coded_values() -> None:
    found = read(files.ROSTERS / "学籍系统导出_初级中学.xlsx")
    row = next(row for row in found.rows if row.name == "董敏")
    assert row.values == {
        "name": "董敏", "sex": "m", "born": date(2012, 6, 23), "ethnicity": "汉族", "id_number": "999092201206236971",
        "registry_number": "G999092201206236971", "number": "25", "boarding": True, "address": "某乡某村",
        "phone": "19900068323", "only_child": False, "guardian": "马平", "guardian_relation": "父亲",
        "guardian_phone": "19900068323",
    }  # fmt: skip
    assert row.labels == {"left_behind": "单亲留守"} and row.denied == {"orphan"}


def test_identity_numbers_spoiled_by_the_spreadsheet_are_not_kept() -> None:
    found = read(files.ROSTERS / "班主任花名册_中等职业学校.xlsx", "vocational")
    spoiled = [row for row in found.rows if row.problems]
    assert len(spoiled) == 121
    assert all("id_number" not in row.values for row in spoiled)
    assert {(p.field, p.taken) for row in spoiled for p in row.problems} == {("id_number", True)}


def test_exactly_the_wrong_rows() -> None:
    answer = json.loads((files.ROSTERS / "有错误的名册.expected.json").read_text("utf-8"))
    found = read(files.ROSTERS / "有错误的名册.xlsx", "primary")
    fields = {"no name": "name", "no class": "class"}
    fields |= {"check digit of identity number": "id_number", "no such date: birthday left empty": "born",
               "sex not known: left empty": "sex"}  # fmt: skip
    wanted = [(row, fields[why], False) for row, why in answer["refused_rows"]]
    wanted += [(row, fields[why], True) for row, why in answer["asked_rows"]]
    assert problems(found) == sorted(wanted)
    for row in found.rows:
        for problem in row.problems:
            if problem.field == "id_number":
                assert row.values["id_doubtful"] and len(row.values["id_number"]) == 18
            else:
                assert problem.field not in row.values


# ---- shapes -----------------------------------------------------------------------------------------------------


def test_group_heads_above(tmp_path: Path) -> None:
    found = sheet(
        tmp_path,
        [
            ["××中学七年级1班学生花名册"],
            ["学生信息", "", "", "家长信息", "", ""],
            ["姓名", "性别", "出生日期", "姓名", "关系", "联系电话"],
            ["张三", "男", "2013-05-06", "张大", "父亲", 19900000001.0],
        ],
        merged=["A1:F1", "A2:C2", "D2:F2"],
    )
    assert children(found) == [(4, "张三", "七年级/1")]
    assert found.rows[0].values == {
        "name": "张三", "sex": "m", "born": date(2013, 5, 6), "guardian": "张大", "guardian_relation": "父亲",
        "guardian_phone": "19900000001",
    }  # fmt: skip


def test_heads_divided_below_and_two_columns_of_ticks(tmp_path: Path) -> None:
    found = sheet(
        tmp_path,
        [
            ["七年级1班"],
            ["序号", "姓名", "性别", "", "家长", ""],
            ["", "", "男", "女", "姓名", "电话"],
            [1, "张三", "√", "", "张大", "1"],
            [2, "李四", "", "√", "李大", "2"],
            ["合计", "2人", "1", "1", "", ""],
        ],
        merged=["A2:A3", "B2:B3", "C2:D2", "E2:F2"],
    )
    assert [(r.name, r.values["sex"], r.values["guardian"]) for r in found.rows] == [
        ("张三", "m", "张大"),
        ("李四", "f", "李大"),
    ]


@pytest.mark.parametrize("merged", [(), ("A2:A4", "B2:B3", "A5:A8", "B5:B8")])
def test_grade_and_class_on_the_first_row_of_a_block(tmp_path: Path, merged: tuple[str, ...]) -> None:
    rows = [["年级", "班级", "姓名"], ["七年级", "1班", "甲一"], ["", "", "甲二"], ["", "2班", "乙一"],
            ["八年级", "1班", "丙一"], ["", "", "丙二"], ["", "", "丙三"], ["", "", "丙四"]]  # fmt: skip
    keys = [key for _, _, key in children(sheet(tmp_path, rows, merged=merged))]
    assert keys == ["七年级/1", "七年级/1", "七年级/2", "八年级/1", "八年级/1", "八年级/1", "八年级/1"]


def test_one_empty_class_in_a_filled_column_is_no_block(tmp_path: Path) -> None:
    rows = [["姓名", "班级"], ["甲", "七1"], ["乙", ""], ["丙", "七1"], ["丁", "七2"]]
    found = sheet(tmp_path, rows)
    assert problems(found) == [(3, "class", False)]


def test_side_by_side(tmp_path: Path) -> None:
    rows = [["七（3）班花名册"], ["序号", "姓名", "性别", "", "序号", "姓名", "性别"], [1, "甲", "男", "", 3, "丙", "男"],
            [2, "乙", "女", "", "", "", ""]]  # fmt: skip
    assert sorted(children(sheet(tmp_path, rows))) == [
        (3, "丙", "七年级/3"),
        (3, "甲", "七年级/3"),
        (4, "乙", "七年级/3"),
    ]


def test_a_sheet_per_class_and_sheets_that_are_none(tmp_path: Path) -> None:
    found = sheet(
        tmp_path,
        {
            "703": [["姓名", "性别"], ["甲", "男"]],
            "八年级2班": [["姓名", "性别"], ["乙", "女"]],
            "Sheet3": [
                ["班级：初三（10）班", "班主任：王"],
                ["姓名", "性别"],
                ["丙", "女"],
                ["制表人：王", "2026年9月"],
            ],
            "说明": [["本表由教务处提供"]],
            "教师": [["姓名", "任教学科"], ["王", "数学"]],
            "去年": [["姓名", "班级"], ["旧", "七1"]],
        },
        hidden=["去年"],
    )
    assert children(found) == [(2, "甲", "七年级/3"), (2, "乙", "八年级/2"), (3, "丙", "九年级/10")]
    assert not found.refused
    assert len(found.notes) == 3 and all(any(name in note for note in found.notes) for name in ("说明", "教师", "去年"))


def test_tables_and_sections_below_each_other(tmp_path: Path) -> None:
    stacked = [
        ["七年级1班"],
        ["姓名", "性别"],
        ["甲", "男"],
        [],
        ["七年级2班"],
        ["姓名", "性别"],
        ["乙", "女"],
        ["合计：2人", ""],
    ]
    assert children(sheet(tmp_path, stacked)) == [(3, "甲", "七年级/1"), (7, "乙", "七年级/2")]
    sections = [["姓名", "性别"], ["七年级1班", ""], ["甲", "男"], ["七年级2班", ""], ["乙", "女"]]
    assert children(sheet(tmp_path, sections)) == [(3, "甲", "七年级/1"), (5, "乙", "七年级/2")]
    pages = [["姓名", "班级"], ["甲", "七1"], ["姓名", "班级"], ["乙", "七1"]]
    assert [name for _, name, _ in children(sheet(tmp_path, pages))] == ["甲", "乙"]


def test_lines_prepared_and_not_filled_in(tmp_path: Path) -> None:
    rows = [
        ["序号", "姓名", "性别", "班级"],
        [1, "甲", "男", "七1"],
        [2, "", "", "七1"],
        [3, "", "", ""],
        [4, "", "女", "七1"],
    ]
    found = sheet(tmp_path, rows)
    assert len(found.rows) == 1 and problems(found) == [(5, "name", False)]


def test_a_child_without_sex_below_the_header_is_not_a_sub_head(tmp_path: Path) -> None:
    found = sheet(tmp_path, [["姓名", "性别", "班级"], ["", "男", ""], ["甲", "男", "七1"]])
    assert problems(found) == [(2, "name", False)] and found.rows[0].values["sex"] == "m"


def test_no_roster_at_all(tmp_path: Path) -> None:
    with pytest.raises(NoTable, match="姓名"):
        sheet(tmp_path, [["日期", "开放时间"], ["9月1日", "12:00-13:00"]])
    with pytest.raises(NoTable):
        sheet(tmp_path, [["学生姓名一览表"], ["甲", "男"]])


# ---- columns ------------------------------------------------------------------------------------------------------


def test_columns_with_samples_and_corrections(tmp_path: Path) -> None:
    rows = [["姓名", "班级", "联系电话", "其它编号"], ["甲", "七1", "1", "A1"], ["乙", "七1", "2", "A2"], ["丙", "七1", "2", "A3"],
            ["丁", "七1", "3", "A4"]]  # fmt: skip
    found = sheet(tmp_path, rows)
    columns = {column.key: column for column in found.columns}
    assert columns["联系电话"].samples == ("1", "2", "3")
    assert columns["联系电话"].field == "guardian_phone" and columns["联系电话"].sure < columns["姓名"].sure
    assert columns["其它编号"].field == "ignored"
    corrected = sheet(tmp_path, rows, mapping={"联系电话": "phone", "其它编号": "number"})
    assert (corrected.rows[0].values["phone"], corrected.rows[0].values["number"]) == ("1", "A1")
    assert corrected.digest == found.digest
    again = sheet(tmp_path, rows, remembered={found.digest: {"其它编号": "number"}})
    assert again.rows[0].values["number"] == "A1"


def test_whose_telephone(tmp_path: Path) -> None:
    both = sheet(tmp_path, [["姓名", "班级", "联系电话", "家长电话"], ["甲", "七1", "1", "2"]]).rows[0].values
    assert (both["phone"], both["guardian_phone"]) == ("1", "2")


def test_two_parents(tmp_path: Path) -> None:
    head = ["姓名", "班级", "父亲姓名", "父亲电话", "母亲姓名", "母亲电话"]
    found = sheet(tmp_path, [head, ["甲", "七1", "张大", "1", "王妈", "2"], ["乙", "七1", "", "", "李妈", "3"]])
    first, second = (row.values for row in found.rows)
    assert (first["guardian"], first["guardian_relation"], first["guardian_phone"]) == ("张大", "父亲", "1")
    assert first["remark"] == "母亲：王妈 2"
    assert (second["guardian"], second["guardian_relation"], second["guardian_phone"]) == ("李妈", "母亲", "3")


# ---- classes ------------------------------------------------------------------------------------------------------


def test_a_spelling_that_is_not_read_is_asked_once(tmp_path: Path) -> None:
    rows = [["姓名", "班级"], ["甲", "宏志班"], ["乙", "宏志班"], ["丙", "七1"]]
    found = sheet(tmp_path, rows)
    assert [(s.text, s.count, s.row) for s in found.spellings] == [("宏志班", 2, 2)]
    assert problems(found) == [(2, "class", False), (3, "class", False)]
    answered = sheet(tmp_path, rows, classes={"宏志班": ("junior", 2026, 9)})
    assert [key for _, _, key in children(answered)] == ["七年级/9", "七年级/9", "七年级/1"]


def test_seven_ten_stored_as_a_number_is_asked(tmp_path: Path) -> None:
    numbers = [7.1, 7.2, 7.3, 7.4, 7.5, 7.6, 7.7, 7.8, 7.9, 7.1, 7.11]
    rows = [["姓名", "班级"], *([f"甲{'一二三四五六七八九十百'[n]}", number] for n, number in enumerate(numbers))]
    found = sheet(tmp_path, rows)
    assert [s.text for s in found.spellings] == ["7.1（第2行起）", "7.1（第11行起）"]
    answers = {"7.1（第2行起）": ("junior", 2026, 1), "7.1（第11行起）": ("junior", 2026, 10)}
    assert [key for _, _, key in children(sheet(tmp_path, rows, classes=answers))] == [
        f"七年级/{n}" for n in range(1, 12)
    ]
    few = sheet(tmp_path, [["姓名", "班级"], ["甲", 7.1], ["乙", 7.2]])
    assert not few.spellings and len(few.rows) == 2  # nothing says there are ten classes


def test_blocks_whose_class_number_is_the_same(tmp_path: Path) -> None:
    rows = [["年级", "班", "姓名"], ["七年级", "1", "甲一"], ["", "", "甲二"], ["", "", "甲三"], ["八年级", "1", "乙一"],
            ["", "", "乙二"], ["", "", "乙三"]]  # fmt: skip
    assert [key for _, _, key in children(sheet(tmp_path, rows))] == ["七年级/1"] * 3 + ["八年级/1"] * 3


def test_the_year_of_entry_names_the_grade_only_where_nothing_else_does(tmp_path: Path) -> None:
    head = ["姓名", "入学年月", "班级"]
    assert children(sheet(tmp_path, [head, ["甲", "202509", "3"]])) == [(2, "甲", "八年级/3")]
    assert children(sheet(tmp_path, [head, ["甲", "202509", "七年级3班"]])) == [(2, "甲", "七年级/3")]


@pytest.mark.parametrize(
    ("title", "class_no"),
    [("××中学7（12）班学生花名册", 12), ("2026年秋季七年级三班名单", 3), ("初一（3）班", 3), ("班级：七年级 3 班", 3), ("703班花名册", 3),
     ("班别：2026级3班  班主任：王", 3), ("7.3班学生名册", 3)],
)  # fmt: skip
def test_classes_named_in_titles(tmp_path: Path, title: str, class_no: int) -> None:
    assert children(sheet(tmp_path, [[title], ["姓名", "性别"], ["甲", "男"]]))[0][2].endswith(f"/{class_no}")


def test_a_class_in_a_title_that_is_not_read_is_asked_once(tmp_path: Path) -> None:
    rows = {
        "一": [["班级：2026级计算机应用1班"], ["姓名", "性别"], ["甲", "男"], ["乙", "女"]],
        "26电商2班": [["姓名", "性别"], ["丙", "男"]],
    }
    found = sheet(tmp_path, rows, "vocational")
    assert [(s.text, s.count) for s in found.spellings] == [("2026级计算机应用1班", 2), ("26电商2班", 1)]
    answers = {"2026级计算机应用1班": ("vocational", 2026, 1), "26电商2班": ("vocational", 2026, 2)}
    found = sheet(tmp_path, rows, "vocational", classes=answers)
    assert [row.found.class_no for row in found.rows if row.found] == [1, 1, 2] and not found.refused
