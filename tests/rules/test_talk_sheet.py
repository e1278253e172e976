"""What a class teacher types in the sheet: dates, ways, yes and no, heads; nothing is guessed."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from psyroom.records.talks import WAYS, TalkExcuse, TalkFields
from psyroom.rules import talk_sheet as rule
from psyroom.rules.talk_sheet import Unread

FIRST, LAST = date(2026, 8, 31), date(2027, 2, 28)
DAY = date(2026, 10, 12)


@pytest.mark.parametrize(
    "said",
    [
        "10.12", "10-12", "10/12", "10月12日", "10月12号", "10月12", "1012", "2026-10-12", "2026/10/12", "2026.10.12", "26.10.12",
        "2026年10月12日", "20261012", "10月12日（周一）", "10.12 星期一", "１０．１２", " 10 . 12 ", "10。12", "46307",
        "2026-10-12 08:30", "10、12",
    ],
)  # fmt: skip
def test_a_day_typed_any_way(said: str) -> None:
    assert rule.day(said, FIRST, LAST) == DAY


def test_a_day_without_a_year_is_the_semesters() -> None:
    assert rule.day("1.8", FIRST, LAST) == date(2027, 1, 8)
    assert rule.day("9.1", FIRST, LAST) == date(2026, 9, 1)
    assert rule.day("7.15", FIRST, LAST) == date(2027, 7, 15), "outside: told as such by whoever asks"


def test_a_number_that_may_be_two_days() -> None:
    assert rule.day("10.12", FIRST, LAST, number=True) == DAY
    with pytest.raises(Unread) as told:
        rule.day("10.1", FIRST, LAST, number=True)
    assert "也可能是 10月10日" in told.value.why
    assert rule.day("10.1", FIRST, LAST) == date(2026, 10, 1), "as text it was typed so"
    assert rule.day("10.1", date(2026, 10, 5), LAST, number=True) == date(2026, 10, 10)
    assert rule.day("9.3", FIRST, date(2026, 9, 20), number=True) == date(2026, 9, 3)


@pytest.mark.parametrize(
    "said", ["上周三", "十月", "10", "13.1", "2.30", "10.12、10.13", "10.12-13", "2026", "谈过", "10月12日 周三"]
)
def test_what_is_no_day_is_told(said: str) -> None:
    with pytest.raises(Unread):
        rule.day(said, FIRST, LAST)


@given(
    st.dates(FIRST, LAST),
    st.sampled_from(["{m}.{d}", "{m}月{d}日", "{y}-{m}-{d}", "{y}/{m:02}/{d:02}", "{m:02}{d:02}"]),
)
def test_every_day_of_a_semester_in_every_shape(day: date, shape: str) -> None:
    assert rule.day(shape.format(y=day.year, m=day.month, d=day.day), FIRST, LAST) == day


@given(st.text(max_size=12))
def test_anything_typed_is_a_day_or_told(said: str) -> None:
    try:
        found = rule.day(said, FIRST, LAST)
    except Unread as unread:
        assert unread.why
    else:
        assert abs(found - FIRST) < timedelta(days=36600)


def test_ways_and_what_teachers_call_them() -> None:
    assert {rule.way(label) for label in WAYS.values()} == set(WAYS)
    for said, code in {"微信": "online", "QQ": "online", "Ｑｑ": "online", "钉钉视频": "online", "当面": "face", "面对面谈话": "face",
                       "打电话": "telephone", "上门家访": "home", "主题班会": "group", "周记": "letter"}.items():  # fmt: skip
        assert rule.way(said) == code, said
    for said in ("托梦", "微信、电话", "谈"):
        with pytest.raises(Unread):
            rule.way(said)


def test_yes_and_no() -> None:
    assert [rule.yes(said) for said in ("是", "√", "需要", "否", "不用", "无。")] == [True] * 3 + [False] * 3
    with pytest.raises(Unread):
        rule.yes("再说")


def test_heads_are_known_in_their_usual_spellings() -> None:
    assert [rule.field_of(head) for head in rule.HEADERS] == list(rule.FIELDS.values())
    for said, field in {" 姓 名 ": "name", "谈话日期（必填）": "day", "谈话时间": "day", "谈话内容": "points", "要点\n": "points",
                        "学籍号": "", "家长电话": "", "备注": ""}.items():  # fmt: skip
        assert rule.field_of(said) == field, said


def test_the_example_is_never_a_row_and_a_name_over_it_is() -> None:
    assert rule.is_example(rule.EXAMPLE[0], rule.EXAMPLE[1]) and rule.is_example("示例", "")
    assert rule.is_example("", "（示例）") and not rule.is_example("20260301", "安宁")
    assert not rule.is_example("示例", "安宁")


def test_marks_of_one_name_and_back() -> None:
    rows = [("1", "李明", "男"), ("", "李明", "男"), ("", "李明", "女"), ("", "王红", "女"), ("2", "安宁", "女")]
    found = rule.marks(rows)
    assert found == ["1", "同名②", "同名③", "", "2"]
    assert rule.marks(rows[1:3]) == ["同名①男", "同名②女"]
    assert [rule.twin(mark) for mark in found] == [None, 1, 2, None, None] and rule.twin("同名2") == 1


def test_the_sheet_asks_for_no_more_than_the_record_holds() -> None:
    from psyroom.records.fields import about

    assert about(TalkFields, "points")["limit"] > rule.HINT_LENGTH
    assert about(TalkExcuse, "reason")["limit"] >= 20 and rule.FILLED == tuple(list(rule.FIELDS.values())[2:])
