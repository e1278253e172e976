"""Grades and classes: how schools write them, what they mean, how the school says them today.

A class is (stage, cohort, class number). The cohort is the year of entry to the stage, so promotion changes no record:
七年级 in the school year 2026 is the junior cohort 2026. Under 五四学制 primary has five years and junior runs from
六年级 (初一) to 九年级.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from psyroom.records.school import STAGES_WITHIN

_RANK = {"primary": 0, "junior": 1, "senior": 2, "vocational": 3}
_DIGITS = {"零": 0, "〇": 0, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
_CHINESE = "零一二三四五六七八九十"

# What may stand before a grade or a year of entry, and the stage it means.
_HINTS = {
    "小学": "primary",
    "小": "primary",
    "初中": "junior",
    "初": "junior",
    "普高": "senior",
    "高中": "senior",
    "高": "senior",
    "职业高中": "vocational",
    "职业中专": "vocational",
    "职高": "vocational",
    "中职": "vocational",
    "中专": "vocational",
    "职专": "vocational",
    "职": "vocational",
}
_HINT = "(?P<hint>" + "|".join(sorted(_HINTS, key=len, reverse=True)) + ")?部?"
_ONE = r"十[一二]?|[一二三四五六七八九]|1[0-2]|0?[1-9]"
_NUMBER = r"[0-9]{1,2}|[一二三四五六七八九十两]{1,3}"
_GAP = r"[.\-—–_/·、,:]"
_CLASS = rf"{_GAP}?第?(?:\((?P<in>{_NUMBER})\)班?|(?P<out>{_NUMBER})班?)"

_COHORT = re.compile(rf"{_HINT}(?P<cohort>20[0-9]{{2}}|[0-9]{{2}})级(?:{_CLASS})?")
_COHORT_BRACKET = re.compile(rf"{_HINT}(?P<cohort>20[0-9]{{2}})\((?P<in>{_NUMBER})\)班?(?P<out>)")
_GRADE_SAID = re.compile(rf"{_HINT}(?P<grade>{_ONE})年级?(?:{_CLASS})?")
_GRADE_HINTED = re.compile(
    rf"(?=[小初高普职中]){_HINT}(?P<grade>[一二三四五六]|[1-6](?![0-9]))级?(?:{_CLASS})?",
)
_GRADE_BRACKET = re.compile(rf"(?P<hint>)(?P<grade>{_ONE})\((?P<in>{_NUMBER})\)班?(?P<out>)")
_GRADE_GAP = re.compile(rf"(?P<hint>)(?P<in>)(?P<grade>{_ONE}){_GAP}(?P<out>{_NUMBER})班?")
_GRADE_MIXED = re.compile(r"(?P<hint>)(?P<in>)(?P<grade>[一二三四五六七八九])(?P<out>[0-9]{1,2})班?")
_GRADE_PAIR = re.compile(r"(?P<hint>)(?P<in>)(?P<grade>[一二三四五六七八九])(?P<out>[一二三四五六七八九])班")
_HINT_DIGITS = re.compile(rf"(?=[初高]){_HINT}(?P<in>)(?P<grade>[1-4])(?P<out>0[1-9]|[1-9][0-9])班?")
_DIGITS_ONLY = re.compile(r"(?P<first>[0-9]{1,2})(?P<class>[0-9]{2})班?")
_CLASS_ONLY = re.compile(rf"第?(?:\((?P<in>{_NUMBER})\)班?|(?P<out>{_NUMBER})班?)")
_GRADE_BARE = re.compile(rf"(?P<grade>{_ONE})")
_COHORT_BARE = re.compile(r"(?P<cohort>20[0-9]{2})年?")


@dataclass(frozen=True)
class ClassFound:
    """A class as it was read. `said`: "grade" 七年级, "cohort" 2026级, "high" 高一 in a vocational school."""

    stage: str
    cohort: int
    class_no: int
    said: str


@dataclass(frozen=True)
class _Grade:
    stage: str
    cohort: int
    said: str


def years_of(stage: str, system: str) -> int:
    """How many grades a stage has."""
    if stage == "primary":
        return 5 if system == "54" else 6
    if stage == "junior":
        return 4 if system == "54" else 3
    return 3


def first_grade(stage: str, system: str) -> int:
    """The first grade of a stage, counted through from 一年级; a vocational school counts its own."""
    return {"primary": 1, "junior": 6 if system == "54" else 7, "senior": 10, "vocational": 1}[stage]


def number_of(text: str) -> int | None:
    """A number from 0 to 99 in Arabic or Chinese digits; None when it is none."""
    if re.fullmatch(r"[0-9]{1,2}", text):
        return int(text)
    found = re.fullmatch(r"(?:([二两三四五六七八九一])?(十))?([一二两三四五六七八九])?", text)
    if not found or not text:
        return None
    tens, ten, ones = found.groups()
    return (_DIGITS[tens] if tens else 1) * 10 * bool(ten) + (_DIGITS[ones] if ones else 0)


def number_name(number: int) -> str:
    """一 … 十二 for a grade's number."""
    return _CHINESE[number] if number <= 10 else "十" + _CHINESE[number - 10]


def _plain(value: object) -> str:
    """A cell's text in one form: half width, no blanks, no `.0` of a number cell, no caption before it."""
    if value is None:
        return ""
    if isinstance(value, float):
        value = int(value) if value.is_integer() else repr(value)
    text = re.sub(r"\s+", "", unicodedata.normalize("NFKC", str(value)))
    text = re.sub(r"^(所在)?(行政)?(班级|年级|班别|班)(名称)?:", "", text)
    text = re.sub(r"[〔【\[{<﹝]", "(", re.sub(r"[〕】\]}>﹞]", ")", text))
    year = re.match(r"[二][零〇0][零〇一二三四五六七八九]{2}(?=级)", text)  # 二〇二六级
    if year:
        text = "".join(str(_DIGITS.get(c, c)) for c in year.group()) + text[year.end() :]
    return re.sub(r"\.0$", "", text) if re.fullmatch(r"[0-9]+\.0", text) else text


def _grade(number: int, hint: str, said_year: bool, school_stage: str, year: int, system: str) -> _Grade | None:
    """The grade a number means in this school; None when it is none of its grades or could be two."""
    within = STAGES_WITHIN[school_stage]
    if hint:
        stage, said = _HINTS[hint], "grade"
        if stage == "senior" and within == ("vocational",):
            stage, said = "vocational", "high"
        if stage not in within:
            return None
        count, first = years_of(stage, system), first_grade(stage, system)
        if 1 <= number <= count:
            return _Grade(stage, year - (number - 1), said)
        if said_year and first <= number < first + count:
            return _Grade(stage, year - (number - first), said)
        return None
    for stage in within:
        count, first = years_of(stage, system), first_grade(stage, system)
        if first <= number < first + count:
            return _Grade(stage, year - (number - first), "grade")
    # A senior school may count its own grades; in a junior one "三年级" is more likely another school's list.
    if within == ("senior",) and 1 <= number <= years_of("senior", system):
        return _Grade("senior", year - (number - 1), "grade")
    return None


def _cohort(entered: int, hint: str, school_stage: str, year: int, system: str) -> _Grade | None:
    """The grade that entered in a year; None when nobody of it is still here or two stages have one."""
    within = STAGES_WITHIN[school_stage]
    if hint:
        stage = _HINTS[hint]
        if stage == "senior" and within == ("vocational",):
            stage = "vocational"
        within = (stage,) if stage in within else ()
    fits = [stage for stage in within if 0 <= year - entered < years_of(stage, system)]
    return _Grade(fits[0], entered, "cohort") if len(fits) == 1 else None


def _read(text: str, school_stage: str, year: int, system: str) -> tuple[_Grade, int | None] | None:
    """A text that names a grade, and a class number or none."""
    for pattern in (_COHORT, _COHORT_BRACKET):
        if found := pattern.fullmatch(text):
            entered = int(found["cohort"])
            entered += 0 if entered > 99 else 2000
            grade = _cohort(entered, found["hint"] or "", school_stage, year, system)
            return _with_class(grade, found["in"] or found["out"])
    for pattern in (_GRADE_SAID, _GRADE_HINTED, _GRADE_BRACKET, _GRADE_GAP, _GRADE_MIXED, _GRADE_PAIR, _HINT_DIGITS):
        if found := pattern.fullmatch(text):
            number = number_of(found["grade"]) or 0
            grade = _grade(number, found["hint"] or "", "年" in text, school_stage, year, system)
            return _with_class(grade, found["in"] or found["out"])
    # 703, 0703, 1203: the grade and two digits of the class; 2403: the year of entry and two digits.
    if found := _DIGITS_ONLY.fullmatch(text):
        first = int(found["first"])
        if first > 12 and len(found["first"]) == 2:
            return _with_class(_cohort(2000 + first, "", school_stage, year, system), found["class"])
        return _with_class(_grade(first, "", False, school_stage, year, system), found["class"])
    return None


def _with_class(grade: _Grade | None, text: str | None) -> tuple[_Grade, int | None] | None:
    if grade is None:
        return None
    if not text:
        return grade, None
    number = number_of(text)
    return (grade, number) if number else None


def parse_class(
    grade_text: object, class_text: object, *, school_stage: str, system: str = "63", year: int
) -> ClassFound | None:
    """The class a row's two cells (either may be empty) mean in this school in the school year `year` (its first year).

    `school_stage` is one of `records.school.STAGES`. None: not read, contradictory, not one of the school's grades, or
    possibly two of them; the person is then asked. 2026届 is never read: schools mean entry or graduation by it.
    """
    grade_said, class_said = _plain(grade_text), _plain(class_text)
    grade: _Grade | None = None
    number: int | None = None
    if grade_said:
        read = _read(grade_said, school_stage, year, system)
        if read is None and (bare := _GRADE_BARE.fullmatch(grade_said)):
            alone = _grade(number_of(bare["grade"]) or 0, "", True, school_stage, year, system)
            read = (alone, None) if alone else None
        elif read is None and (bare := _COHORT_BARE.fullmatch(grade_said)):
            alone = _cohort(int(bare["cohort"]), "", school_stage, year, system)
            read = (alone, None) if alone else None
        if read is None:
            return None
        grade, number = read
    if class_said:
        only = _CLASS_ONLY.fullmatch(class_said)
        if only and not _GRADE_PAIR.fullmatch(class_said):
            said_number = number_of(only["in"] or only["out"])
            if not said_number or (number is not None and number != said_number):
                return None
            number = said_number
        else:
            read = _read(class_said, school_stage, year, system)
            if read is None:
                read = _prefixed(grade, class_said, school_stage, year, system)
            if read is None:
                return None
            of_class, said_number = read
            if grade and (grade.stage, grade.cohort) != (of_class.stage, of_class.cohort):
                return None
            if number is not None and said_number is not None and number != said_number:
                return None
            # 2026级 | 高一(1)班: the school says 高一
            grade = of_class if grade is None or grade.said == "cohort" else grade
            number = said_number or number
    if grade is None or not number:
        return None
    return ClassFound(grade.stage, grade.cohort, number, grade.said)


def _prefixed(grade: _Grade | None, text: str, school_stage: str, year: int, system: str) -> tuple[_Grade, int] | None:
    """A class cell whose own grade or year is only clear through the grade cell beside it: 高中 | 2025级 in two stages."""
    if grade is None:
        return None
    read = _read(text, grade.stage, year, system)
    if read is None or read[1] is None:
        return None
    return read[0], read[1]


def grade_name(stage: str, cohort: int, *, year: int, system: str = "63", style: str = "grade") -> str:
    """七年级, 高一, 2026级. Those who have left (or not yet entered) are named by their year of entry.

    A vocational school's grades are 一年级 … 三年级, or 高一 … 高三 where it says so (style "high").
    """
    index = year - cohort
    if style == "cohort" or not 0 <= index < years_of(stage, system):
        return f"{cohort}级"
    if stage == "senior" or (stage == "vocational" and style == "high"):
        return "高" + number_name(index + 1)
    return number_name(first_grade(stage, system) + index) + "年级"


def class_key(stage: str, cohort: int, class_no: int, *, year: int, system: str = "63", style: str = "grade") -> str:
    """七年级/1, 高一/12, 2026级/3: what the school says in the school year `year`."""
    return f"{grade_name(stage, cohort, year=year, system=system, style=style)}/{class_no}"


def class_name(stage: str, cohort: int, class_no: int, *, year: int, system: str = "63", style: str = "grade") -> str:
    """七年级1班, 高一12班, 2026级3班."""
    return f"{grade_name(stage, cohort, year=year, system=system, style=style)}{class_no}班"


def grade_order(stage: str, cohort: int, *, year: int, system: str = "63") -> tuple[int, int, int]:
    """For sorting: 一年级 … 高三, those who have left last (the latest leavers first)."""
    index = year - cohort
    gone = 1 if index >= years_of(stage, system) else 0
    return gone, _RANK[stage], index
