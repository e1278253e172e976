"""The rows of the sheets read back: who is meant, what was written, and what the room has of it already."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from psyroom.errors import Refused
from psyroom.records.talks import Talk, TalkExcuse, TalkSheet
from psyroom.rules.talk_sheet import HEADERS, SHEET
from psyroom.services import students, talk_sheets_read, talks
from psyroom.services.history import undo
from psyroom.store.room import Room
from tests.services.talk_sheet_school import (
    DAY,
    NOW,
    column,
    count,
    fill_school,
    filled,
    opened,
    put,
    read,
    row,
    saved,
    sheet_of,
    stored,
    take,
    the_file,
)

DAY_READ = date(2026, 10, 12)
WHOLE = {
    "day": "10.12", "talker": "孙丽", "way": "电话", "theme": "学习情况", "points": "约好周三答疑", "follow_up": "是",
}  # fmt: skip


@pytest.fixture
def children(room: Room) -> dict[str, str]:
    return fill_school(room)


@pytest.fixture
def path(room: Room, children: dict[str, str], tmp_path: Path) -> Path:
    """The sheet of class 3, without password."""
    return sheet_of(room, tmp_path)


# ---- who is meant ---------------------------------------------------------------------------------------------------


def test_a_child_of_another_class(room: Room, path: Path) -> None:
    def change(book: Any) -> None:
        at = put(book[SHEET], "安宁", number="20260201", day=DAY)
        book[SHEET].cell(at, 2).value = "戚薇"

    filled(path, {}, change=change)
    dry = read(room, path)
    assert count(dry) == (0, 0, 0, 1)
    assert row(dry, "戚薇").reason == "“戚薇”不是这个班的学生（在2026级2班），没有读入"


def test_number_and_name_that_do_not_fit(room: Room, path: Path) -> None:
    filled(path, {"安宁": {"number": "20260302", "day": DAY}, "曹一诺": {"number": "2.02603E+07", "day": DAY}})
    dry = read(room, path)
    assert "学号和姓名对不上" in row(dry, "安宁").reason
    assert row(dry, "曹一诺").state == "new" and "按姓名认的" in row(dry, "曹一诺").said[0]


def test_two_of_one_name(room: Room, tmp_path: Path) -> None:
    rows = [("20260301", "李明", "m"), ("20260302", "李明", "m"), ("", "王红", "f"), ("", "王红", "f")]
    children = fill_school(room, {3: rows, 2: [("20260201", "戚薇", "f")]})
    path = sheet_of(room, tmp_path)
    book = opened(path)
    page = book[SHEET]
    marks = {page.cell(n, 1).value: n for n in range(3, 7)}
    for mark, day in (("20260302", "10.12"), ("同名②", "10.13")):
        page.cell(marks[mark], 3).value = day
    page.cell(marks["同名①"], 1).value = None
    page.cell(marks["同名①"], 3).value = "10.14"
    dry = read(room, saved(book, path))
    assert count(dry) == (2, 0, 0, 1)
    by_day = {r.after["day"].day: r.student for r in the_file(dry).rows if r.state == "new"}
    assert by_day[12] == children["李明20260302"]
    (sheet,) = [one for one in stored(room, TalkSheet) if one.class_no == 3]
    import json

    order = [id for id in json.loads(sheet.students) if students.whole(room, id).entry.name == "王红"]
    assert by_day[13] == order[1]
    assert "2 名“王红”" in [r for r in the_file(dry).rows if r.state == "problem"][0].reason


def test_a_child_who_left_since(room: Room, children: dict[str, str], path: Path) -> None:
    students.set_status(room, children["安宁"], "moved", date(2026, 10, 20))
    students.set_status(room, children["白帆"], "moved", date(2026, 10, 20))
    students.set_status(room, children["曹一诺"], "moved", date(2026, 10, 20))
    students.move_class(room, [children["丁浩然"]], "vocational", 2026, 2)
    filled(
        path, {"安宁": {"day": DAY}, "白帆": {"day": "10.25"}, "曹一诺": {"excuse": "转学了"}, "丁浩然": {"day": DAY}}
    )
    dry = read(room, path)
    assert count(dry) == (2, 0, 0, 2)
    assert row(dry, "安宁").said[0] == "这名学生10月20日起已经转出"
    assert "在那以后" in row(dry, "白帆").reason and "不用填未谈原因" in row(dry, "曹一诺").reason
    assert "现在在2026级2班" in row(dry, "丁浩然").said[0]


def test_the_same_child_in_two_rows(room: Room, path: Path) -> None:
    def change(book: Any) -> None:
        for at, (number, name, day) in enumerate((("20260301", "安宁", DAY), ("20260302", "白帆", "10.20"))):
            for place, value in enumerate((number, name, day), 1):
                book[SHEET].cell(30 + at, place).value = value

    filled(path, {"安宁": {"day": DAY}, "白帆": {"day": DAY}}, change=change)
    dry = read(room, path)
    assert count(dry) == (2, 0, 1, 1)
    assert "第 4 行已经填了" in [r for r in the_file(dry).rows if r.state == "problem"][0].reason


# ---- what was written -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"day": "2026-08-01"}, "不在2026—2027学年第一学期里"),
        ({"day": "2026-11-20"}, "还没有到"),
        ({"day": "12.25"}, "还没有到"),
        ({"day": "2.30"}, "没有“2.30”这一天"),
        ({"day": "上周三"}, "没有认出"),
        ({"day": "10月12日（周五）"}, "是星期一，不是星期五"),
        ({"day": DAY, "way": "托梦"}, "方式“托梦”没有认出"),
        ({"day": DAY, "way": "微信或家访"}, "可能是好几种"),
        ({"day": DAY, "follow_up": "看情况"}, "请填 是 或 否"),
        ({"day": DAY, "excuse": "长期请假"}, "只留一个"),
        ({"talker": "孙丽"}, "只填了谈话人，没有谈话日期"),
        ({"points": "聊过"}, "只填了要点，没有谈话日期"),
        ({"excuse": "请假", "points": "打过电话"}, "又写了要点"),
        ({"day": DAY, "points": "长" * 2001}, "没有读入也没有截短"),
        ({"day": DAY, "theme": "题" * 21}, "主题有 21 个字"),
        ({"excuse": "由" * 61}, "未谈原因有 61 个字"),
        ({"day": DAY, "talker": "同上"}, "请每行写全"),
        ({"day": "=TODAY()"}, "谈话日期一格是公式"),
        ({"day": DAY, "points": "=1+1"}, "要点一格是公式"),
    ],
)
def test_what_cannot_be_taken_is_told(room: Room, path: Path, cells: dict[str, str], reason: str) -> None:
    filled(path, {"安宁": cells})
    dry = read(room, path)
    assert count(dry) == (0, 0, 0, 1)
    assert reason in row(dry, "安宁").reason
    assert dry.as_json()["problems"] == [{"file": path.name, "row": 3, "reason": row(dry, "安宁").reason}]
    take(room, dry)
    assert not stored(room, Talk) and not stored(room, TalkExcuse)


@pytest.mark.parametrize(
    ("cells", "after", "said"),
    [
        ({"way": "微信"}, {"way": "online"}, "方式“微信”读作“线上”"),
        ({"way": "QQ"}, {"way": "online"}, "方式“QQ”读作“线上”"),
        ({"way": "当面"}, {"way": "face"}, "方式“当面”读作“面谈”"),
        ({"way": "家访"}, {"way": "home"}, ""),
        ({"follow_up": "√"}, {"follow_up": True}, ""),
        ({"theme": "自己起的题目"}, {"theme": "自己起的题目"}, ""),
        ({"points": "字" * 200}, {"points": "字" * 200}, ""),
        ({"points": " 第一行\n第二行 "}, {"points": "第一行\n第二行"}, ""),
        ({"points": "看\u200b不见"}, {"points": "看不见"}, "要点里有看不见的字符，去掉了"),
        ({"day": datetime(2026, 10, 12)}, {"day": DAY_READ}, ""),
        ({"day": 46307}, {"day": DAY_READ}, ""),
        ({"day": 10.12}, {"day": DAY_READ}, ""),
        ({"day": "2026/10/12"}, {"day": DAY_READ}, ""),
        ({"day": "26.10.12"}, {"day": DAY_READ}, ""),
        ({"day": "10月12日（周一）"}, {"day": DAY_READ}, ""),
        ({"day": "２０２６．１０．１２"}, {"day": DAY_READ}, ""),
    ],
)
def test_what_is_understood(room: Room, path: Path, cells: dict[str, Any], after: dict[str, Any], said: str) -> None:
    filled(path, {"安宁": {"day": DAY, "talker": "孙丽", "way": "面谈", **cells}})
    found = row(read(room, path), "安宁")
    assert found.state == "new", found.reason
    assert {code: found.after[code] for code in after} == after
    assert found.said == ((said,) if said else ())


def test_text_that_looks_like_a_formula_stays_text(room: Room, path: Path) -> None:
    """In from CSV and out again as text."""
    from psyroom.reports.xlsx import table_xlsx

    words = ["=1+1", "+86 139", "-5 分", "@全体"]
    lines = [
        f"2026030{n},{name},{DAY},孙丽,面谈,,{word},,"
        for n, (name, word) in enumerate(zip(("安宁", "白帆", "曹一诺", "丁浩然"), words, strict=True), 1)
    ]
    csv = path.with_name("三班.csv")
    csv.write_bytes("\r\n".join([",".join(HEADERS), *lines]).encode("gb18030"))
    dry = read(room, csv)
    assert count(dry) == (4, 0, 0, 0)
    take(room, dry)
    kept = sorted(talk.points for talk in stored(room, Talk))
    assert kept == sorted(words)
    out = path.with_name("out.xlsx")
    out.write_bytes(table_xlsx("", ["要点"], [[word] for word in kept]))
    cells = [line[0] for line in openpyxl.load_workbook(out).active.iter_rows(min_row=2)]  # type: ignore[union-attr]
    assert [(cell.value, cell.data_type) for cell in cells] == [(word, "s") for word in kept]


def test_a_merged_cell_stands_for_each_row(room: Room, path: Path) -> None:
    def change(book: Any) -> None:
        page = book[SHEET]
        put(page, "安宁", day=DAY, talker="孙丽", way="集体")
        for code in ("day", "talker", "way"):
            page.merge_cells(start_row=3, end_row=4, start_column=column(code), end_column=column(code))

    filled(path, {}, change=change)
    dry = read(room, path)
    assert count(dry) == (2, 0, 0, 0)
    assert row(dry, "白帆").after["way"] == "group" and "合并" in row(dry, "白帆").said[0]


# ---- beside what the room has ---------------------------------------------------------------------------------------


def test_a_counsellors_own_talk_is_never_overwritten(room: Room, children: dict[str, str], path: Path) -> None:
    own = {"day": DAY_READ, "talker": "赵敏", "points": "本室写的"}
    talks.add(room, own, [children["安宁"]], NOW)
    talks.add(room, {**own, "talker": "甲"}, [children["白帆"]], NOW)
    filled(path, {"安宁": {"day": DAY, "points": "老师写的"}, "白帆": {"day": DAY, "points": "老师写的"}})
    dry = read(room, path)
    assert count(dry) == (1, 0, 1, 0)
    assert "本室已经登记过" in row(dry, "安宁").reason and row(dry, "安宁").before["points"] == "本室写的"
    assert "同一天还有甲谈的一次" in row(dry, "白帆").said[-1]
    take(room, dry)
    assert sorted(talk.points for talk in stored(room, Talk)) == ["本室写的", "本室写的", "老师写的"]


def test_a_talk_corrected_in_the_room_is_not_overwritten(room: Room, path: Path) -> None:
    filled(path, {"安宁": WHOLE})
    take(room, read(room, path))
    (talk,) = stored(room, Talk)
    values = {code: getattr(talk, code) for code in ("day", "talker", "way", "theme", "follow_up")}
    talks.change(room, talk.id, {**values, "points": "本室改过"}, NOW)
    filled(path, {"安宁": {"points": "老师又改"}})
    dry = read(room, path)
    assert count(dry) == (0, 0, 0, 1) and "在本室改过" in row(dry, "安宁").reason
    talks.follow(room, talk.id, date(2026, 11, 1), "谈过了")
    undo(room)
    undo(room)
    assert count(read(room, path)) == (0, 1, 0, 0)


def test_an_own_excuse_stays_and_a_talk_outdoes_one(room: Room, children: dict[str, str], path: Path) -> None:
    talks.excuse(room, children["安宁"], "家长不同意", NOW)
    talks.excuse(room, children["白帆"], "长期请假", NOW)
    talks.add(room, {"day": DAY_READ, "talker": "甲"}, [children["曹一诺"]], NOW)
    filled(path, {"安宁": {"excuse": "长期请假"}, "白帆": {"day": DAY}, "曹一诺": {"excuse": "长期请假"}})
    dry = read(room, path)
    assert count(dry) == (1, 0, 0, 2)
    assert "本室已登记原因“家长不同意”" in row(dry, "安宁").reason and "已有谈话记录" in row(dry, "曹一诺").reason


def test_what_changed_since_the_dry_run_is_read_again(room: Room, children: dict[str, str], path: Path) -> None:
    filled(path, {"安宁": WHOLE})
    dry = read(room, path)
    talks.add(room, {"day": DAY_READ, "talker": "甲"}, [children["白帆"]], NOW)
    with pytest.raises(Refused, match="重新读"):
        take(room, dry)
    assert [talk.talker for talk in stored(room, Talk)] == ["甲"]
    take(room, read(room, path))
    with pytest.raises(Refused):
        talk_sheets_read.take(room, dry, NOW)


def test_without_a_class_teacher_the_talker_is_asked_for(room: Room, children: dict[str, str], tmp_path: Path) -> None:
    path = filled(sheet_of(room, tmp_path, 2), {"戚薇": {"day": DAY}})
    assert "没有填谈话人" in row(read(room, path), "戚薇").reason
