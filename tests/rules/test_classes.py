"""Classes as schools write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from psyroom.records.school import STAGES_WITHIN
from psyroom.rules.classes import class_key, class_name, grade_name, grade_order, number_of, parse_class, years_of

YEAR = 2026


def key(grade: object, text: object, stage: str, system: str = "63", year: int = YEAR) -> str | None:
    found = parse_class(grade, text, school_stage=stage, system=system, year=year)
    if found is None:
        return None
    return class_key(found.stage, found.cohort, found.class_no, year=year, system=system, style=found.said)


@pytest.mark.parametrize(
    "text",
    [
        "初一3班",
        "七年级3班",
        "七(3)班",
        "七（3）班",
        "7.3",
        7.3,
        "703",
        "0703",
        703,
        703.0,
        "703班",
        "７（３）班",
        "7-3",
    ]
    + [
        "七年三班",
        "七年级（三）班",
        "初一年级 3 班",
        "初中一年级3班",
        "七3班",
        "七年级第3班",
        "班级：七年级3班",
        "初一(03)班",
    ]
    + ["7年级3班", "初1(3)班", "七【3】班", "七·3班"],
)
def test_one_junior_class_in_many_spellings(text: object) -> None:
    assert key("", text, "junior") == "七年级/3"
    assert key(text, "", "junior") == "七年级/3"


@pytest.mark.parametrize(
    ("grade", "text", "stage", "expected"),
    [
        ("七年级", "七年级(1)班", "junior", "七年级/1"),
        ("七年级", "1", "junior", "七年级/1"),
        ("七年级", 1.0, "junior", "七年级/1"),
        ("七年级", 1, "junior", "七年级/1"),
        ("七年级", "一班", "junior", "七年级/1"),
        ("七年级", "3班", "junior", "七年级/3"),
        ("七年级", "(3)", "junior", "七年级/3"),
        ("七年级", "（十二）班", "junior", "七年级/12"),
        ("初三", "二十一班", "junior", "九年级/21"),
        (8.0, 2.0, "junior", "八年级/2"),
        ("2026级", "七(3)班", "junior", "七年级/3"),
        ("2025", 4, "junior", "2025级/4"),
        ("高一年级", "12", "senior", "高一/12"),
        (None, "高一（12）班", "senior", "高一/12"),
        ("", "七三班", "junior", "七年级/3"),
        (None, "高一1班", "senior", "高一/1"),
        (None, "1203", "senior", "高三/3"),
        (None, "2025级8班", "senior", "2025级/8"),
        (None, "高2025级3班", "senior", "2025级/3"),
        (None, "十一年级3班", "senior", "高二/3"),
        (None, "203", "senior", "高二/3"),
        (None, "2026级一班", "vocational", "2026级/1"),
        (None, "24级3班", "vocational", "2024级/3"),
        (None, "职一3班", "vocational", "一年级/3"),
        (None, "中专二年级(2)班", "vocational", "二年级/2"),
        (None, "高一（2）班", "vocational", "高一/2"),
        (None, "一(1)", "primary", "一年级/1"),
        (None, "1年级2班", "primary", "一年级/2"),
        (None, "小学三年级2班", "primary", "三年级/2"),
        (None, "103", "primary", "一年级/3"),
        (None, "初2024级3班", "junior", "2024级/3"),
        (None, "一(1)", "nine", "一年级/1"),
        (None, "703", "nine", "七年级/3"),
        (None, "初2025级3班", "nine", "2025级/3"),
        (None, "2022级1班", "nine", "2022级/1"),
        (None, "高一1班", "complete", "高一/1"),
        ("高中2025级", "2025级3班", "complete", "2025级/3"),
    ],
)
def test_spellings(grade: object, text: object, stage: str, expected: str) -> None:
    assert key(grade, text, stage) == expected


@pytest.mark.parametrize(
    ("text", "stage", "expected"),
    [
        ("六年级1班", "junior", "六年级/1"),
        ("初一1班", "junior", "六年级/1"),
        ("初四2班", "junior", "九年级/2"),
        ("六年级1班", "primary", None),
        ("五(2)", "primary", "五年级/2"),
        ("六(2)", "nine", "六年级/2"),
        ("2023级2班", "junior", "2023级/2"),
    ],
)
def test_five_four_system(text: str, stage: str, expected: str | None) -> None:
    assert key("", text, stage, "54") == expected


@pytest.mark.parametrize(
    ("grade", "text", "stage"),
    [
        ("", "", "junior"),
        (None, None, "junior"),
        ("", "3班", "junior"),
        ("七年级", "", "junior"),
        ("七年级", "八(3)班", "junior"),
        ("七年级3班", "4班", "junior"),
        ("", "三年级2班", "junior"),
        ("", "103", "junior"),
        ("", "七年级0班", "junior"),
        ("", "七年级100班", "junior"),
        ("", "高一1班", "junior"),
        ("", "73班", "junior"),
        ("", "2026届3班", "junior"),
        ("", "2023级3班", "junior"),
        ("", "2027级3班", "junior"),
        ("", "火箭班", "junior"),
        ("", "24级护理3班", "vocational"),
        ("", "高12班", "senior"),
        ("", "职一3班", "senior"),
        ("", "2025级3班", "nine"),
        ("", "2025级3班", "complete"),
        ("", "103", "complete"),
        ("初四", "2班", "junior"),
    ],
)
def test_what_is_not_clear_is_asked(grade: object, text: object, stage: str) -> None:
    assert parse_class(grade, text, school_stage=stage, year=YEAR) is None


@given(st.data(), st.sampled_from(sorted(STAGES_WITHIN)), st.sampled_from(["63", "54"]), st.integers(2010, 2060))
def test_what_the_school_says_is_read_back(data: st.DataObject, school: str, system: str, year: int) -> None:
    stage = data.draw(st.sampled_from(STAGES_WITHIN[school]))
    cohort = year - data.draw(st.integers(0, years_of(stage, system) - 1))
    number = data.draw(st.integers(1, 99))
    styles = ["grade", "high"] if stage == "vocational" else ["grade"]
    style = data.draw(st.sampled_from(styles + (["cohort"] if len(STAGES_WITHIN[school]) == 1 else [])))
    said = class_name(stage, cohort, number, year=year, system=system, style=style)
    found = parse_class("", said, school_stage=school, system=system, year=year)
    assert found is not None
    assert (found.stage, found.cohort, found.class_no, found.said) == (stage, cohort, number, style)
    name = grade_name(stage, cohort, year=year, system=system, style=style)
    assert parse_class(name, number, school_stage=school, system=system, year=year) == found


@given(
    st.one_of(st.none(), st.text(max_size=12), st.integers(), st.floats()), st.one_of(st.text(max_size=12), st.floats())
)
def test_nothing_typed_breaks_it(grade: object, text: object) -> None:
    found = parse_class(grade, text, school_stage="complete", year=YEAR)
    assert found is None or 1 <= found.class_no <= 99


def test_promotion_changes_the_grade_and_no_record() -> None:
    assert [class_key("junior", 2025, 2, year=year) for year in (2025, 2026, 2027, 2028)] == [
        "七年级/2",
        "八年级/2",
        "九年级/2",
        "2025级/2",
    ]
    assert class_key("senior", 2027, 1, year=2026) == "2027级/1"


def test_grades_sort_from_the_youngest_and_leavers_last() -> None:
    classes = [("senior", 2026), ("junior", 2024), ("junior", 2026), ("senior", 2020), ("primary", 2021)]
    ordered = sorted(classes, key=lambda item: grade_order(*item, year=YEAR))
    assert [grade_name(*item, year=YEAR) for item in ordered] == ["六年级", "七年级", "九年级", "高一", "2020级"]


@pytest.mark.parametrize(
    ("text", "number"), [("十", 10), ("十二", 12), ("二十", 20), ("九十九", 99), ("07", 7), ("两", 2)]
)
def test_chinese_numbers(text: str, number: int) -> None:
    assert number_of(text) == number


@pytest.mark.parametrize("text", ["", "百", "一一", "十十", "100", "二十十"])
def test_no_number(text: str) -> None:
    assert number_of(text) is None
