"""Importing a roster: a dry run, one deed, again nothing, taken out again; and who is the same child."""

from __future__ import annotations

import json
from collections.abc import Callable, Generator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from psyroom.errors import BadFile, NeedsCounsellor, Refused
from psyroom.records.booking import Visit
from psyroom.rules.identity import complete
from psyroom.services import history, roster, students
from psyroom.services.roster import RosterPlan
from psyroom.store.history import deeds, last_deed
from psyroom.store.questions import roster as ask
from psyroom.store.room import Room
from tests.intake import files

SAMPLES = {
    "学籍系统导出_初级中学.xlsx": {"stage": "junior", "region": "national"},
    "班主任花名册_中等职业学校.xlsx": {"stage": "vocational"},
    "花名册_乡村小学.xls": {"stage": "primary", "region": "national"},
    "花名册_普通高中_GBK.csv": {"stage": "senior", "region": "national"},
    "有错误的名册.xlsx": {"stage": "primary", "region": "national"},
}
HEAD = ["姓名", "性别", "出生日期", "班级", "身份证号", "学籍号", "学号", "监护人", "监护人电话", "备注"]
ID_A, ID_B = complete("99900120130506101"), complete("99900120130506205")

Making = Callable[..., Room]


def done(work: Generator[Any, None, RosterPlan]) -> RosterPlan:
    while True:
        try:
            next(work)
        except StopIteration as end:
            plan: RosterPlan = end.value
            return plan


@pytest.fixture
def junior(new_room: Making) -> Room:
    return new_room(stage="junior", region="national")


@pytest.fixture
def bring(junior: Room, tmp_path: Path) -> Callable[..., RosterPlan]:
    """Imports rows below HEAD (short rows are filled up) and returns the plan."""

    def take(*rows: list[Any], head: list[str] = HEAD, **more: Any) -> RosterPlan:
        path = files.xlsx(tmp_path / "名册.xlsx", [head, *([*row, *[""] * (len(head) - len(row))] for row in rows)])
        plan = done(roster.plan(junior, path, **more))
        roster.take(junior, plan)
        return plan

    return take


def counts(plan: RosterPlan) -> tuple[int, int, int, int, int]:
    """new, changed, unchanged, repeated, refused"""
    new, changed, unchanged, repeated, refused = (
        plan.count(kind) for kind in ("new", "changed", "unchanged", "repeated", "refused")
    )
    return new, changed, unchanged, repeated, refused


def stored(room: Room) -> list[dict[str, Any]]:
    with room.read() as session:
        return [s.values for s in ask.everybody(session).values()]


# ---- the samples ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SAMPLES)
def test_a_sample_comes_in_again_changes_nothing_and_goes_out(new_room: Making, name: str) -> None:
    answer = json.loads((files.ROSTERS / name).with_suffix(".expected.json").read_text("utf-8"))
    room = new_room(**SAMPLES[name])
    plan = done(roster.plan(room, files.ROSTERS / name))
    assert students.by_class(room) == {}  # a dry run writes nothing
    told = plan.as_json()
    assert (told["new"], told["changed"], told["unchanged"]) == (answer["students"], 0, 0)
    assert told["repeated"] == (1 if "repeated_row" in answer else 0)
    assert told["by_class"] == answer["by_class"]
    assert [p["row"] for p in told["problems"] if not p["taken"]] == [row for row, _ in answer.get("refused_rows", [])]
    if "asked_rows" in answer:
        assert [p["row"] for p in told["problems"] if p["taken"]] == [row for row, _ in answer["asked_rows"]]
    json.dumps(told)

    deed = roster.take(room, plan)
    assert students.by_class(room) == answer["by_class"]
    before = len(deeds(room))

    again = done(roster.plan(room, files.ROSTERS / name))
    assert counts(again)[:3] == (0, 0, answer["students"])
    assert again.as_json()["by_class"] == answer["by_class"]
    assert roster.take(room, again) == "" and len(deeds(room)) == before

    assert history.undo(room, deed).kept == []
    assert students.by_class(room) == {} and stored(room) == []
    with room.read() as session:
        assert students.labels_by_student(room) == {} and ask.stamp(session)


def test_the_namesake_is_another_child_and_the_repeated_row_is_not(new_room: Making) -> None:
    room = new_room(**SAMPLES["有错误的名册.xlsx"])
    plan = done(roster.plan(room, files.ROSTERS / "有错误的名册.xlsx"))
    kinds = {item.row: item.kind for item in plan.items}
    assert (kinds[180], kinds[181]) == ("repeated", "new")
    roster.take(room, plan)
    born = [s["born"] for s in stored(room) if s["name"] == "卢发富"]
    assert sorted(born) == [date(2013, 10, 2), date(2014, 12, 20)]


def test_doubts_are_kept_with_the_child(new_room: Making) -> None:
    room = new_room(**SAMPLES["有错误的名册.xlsx"])
    roster.take(room, done(roster.plan(room, files.ROSTERS / "有错误的名册.xlsx")))
    found = students.find(room, "高翀武")[0]
    whole = students.whole(room, found.id)
    assert whole.detail is not None and whole.detail.id_doubtful and whole.detail.id_number == "999073201506171720"
    assert [question.field for question in whole.questions] == ["id_number"]


def test_spoiled_numbers_are_asked_and_not_stored(new_room: Making) -> None:
    room = new_room(**SAMPLES["班主任花名册_中等职业学校.xlsx"])
    plan = done(roster.plan(room, files.ROSTERS / "班主任花名册_中等职业学校.xlsx"))
    roster.take(room, plan)
    assert len(plan.problems) == 121 and all(problem.taken for problem in plan.problems)
    assert sum(1 for s in stored(room) if not s["id_number"]) == 121
    assert sum(students.with_questions(room).values()) == 121


# ---- who is who -------------------------------------------------------------------------------------------------


def test_changes_are_told_field_by_field(bring: Callable[..., RosterPlan], junior: Room) -> None:
    bring(["张三", "男", "2013-05-06", "七1", ID_A, "G" + ID_A, "", "张大", "1"])
    plan = bring(["张三", "男", "2013-05-06", "七2", ID_A, "G" + ID_A, "", "", "2"])
    assert counts(plan) == (0, 1, 0, 0, 0)
    assert [(c.label, c.before, c.after) for c in plan.items[0].changes] == [
        ("班级", "七年级1班", "七年级2班"),
        ("监护人电话", "1", "2"),
    ]
    (child,) = stored(junior)
    assert (child["class_no"], child["guardian"], child["guardian_phone"]) == (
        2,
        "张大",
        "2",
    )  # an empty cell wipes nothing
    assert students.by_class(junior) == {"七年级/2": 1}


def test_those_absent_from_the_file_stay(bring: Callable[..., RosterPlan], junior: Room) -> None:
    bring(["张三", "男", "", "七1"], ["李四", "女", "", "七1"])
    plan = bring(["李四", "女", "", "七1"])
    assert counts(plan) == (0, 0, 1, 0, 0) and plan.by_class == {"七年级/1": 2}
    assert students.by_class(junior) == {"七年级/1": 2}


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (["张三", "男", "2013-05-06", "七1"], ["张三", "男", "2013-05-07", "七1"]),
        (["张三", "男", "", "七1", ID_A], ["张三", "男", "", "七1", ID_B]),
        (["张三", "男", "", "七1", "", "G1"], ["张三", "男", "", "七1", "", "G2"]),
        (["张三", "男", "", "七1", ID_A], ["张三", "男", "2013-05-07", "七1"]),  # the number holds another birthday
        (["张三", "男", "", "七1"], ["张三", "女", "", "七1"]),
        (["张三", "男", "", "七1", "", "", "05"], ["张三", "男", "", "七1", "", "", "17"]),
        (["张三", "男", "", "七1", "", "", "", "张大", "1"], ["张三", "男", "", "七1", "", "", "", "张二", "2"]),
        (["张三", "男", "", "七1"], ["张三", "男", "", "七2"]),
    ],
)
def test_two_children_of_one_name_are_two_children(
    bring: Callable[..., RosterPlan], junior: Room, first: list[str], second: list[str]
) -> None:
    assert counts(bring(first, second)) == (2, 0, 0, 0, 0)
    assert counts(bring(first, second)) == (0, 0, 2, 0, 0)
    assert counts(bring(second, first)) == (0, 0, 2, 0, 0)
    assert len(stored(junior)) == 2


def test_a_namesake_who_comes_later_is_another_child(bring: Callable[..., RosterPlan]) -> None:
    bring(["张三", "男", "2013-05-06", "七1", ID_A])
    assert counts(bring(["张三", "男", "2013-01-01", "七1"])) == (1, 0, 0, 0, 0)


def test_a_row_that_could_be_two_children_is_asked(bring: Callable[..., RosterPlan], junior: Room) -> None:
    bring(["张三", "男", "2013-05-06", "七1"], ["张三", "男", "2013-05-07", "七1"])
    plan = bring(["张三", "男", "", "七1"])
    assert counts(plan) == (0, 0, 0, 0, 1) and "同名" in plan.problems[0].reason
    assert len(stored(junior)) == 2


def test_a_row_with_another_sex_and_no_key_is_asked(bring: Callable[..., RosterPlan]) -> None:
    bring(["张三", "男", "", "七1"])
    plan = bring(["张三", "女", "", "七1"])
    assert counts(plan) == (0, 0, 0, 0, 1) and plan.problems[0].field == "sex"


@pytest.mark.parametrize(
    ("second", "by"),
    [
        (["张三", "男", "", "八1", "", "G" + ID_A], "registry"),
        (["张三", "男", "", "八1", "", ID_A], "registry without its letter"),
        (["张三", "男", "", "八1", ID_A], "identity"),
        (["张三", "男", "2013-05-06", "八1"], "birthday"),
        (["张三", "", "", "八1", "", "", "20260001"], "number"),
        (["张三", "", "", "七1"], "class"),
    ],
)
def test_each_key_knows_the_child_again(
    bring: Callable[..., RosterPlan], junior: Room, second: list[str], by: str
) -> None:
    bring(["张三", "男", "2013-05-06", "七1", ID_A, "G" + ID_A, "20260001"], ["李四", "男", "", "七1"])
    plan = bring(second)
    assert counts(plan)[0] == 0 and not plan.problems, by
    assert len(stored(junior)) == 2


def test_keys_brought_later_to_a_child_known_by_class_only_are_asked(
    bring: Callable[..., RosterPlan], junior: Room
) -> None:
    bring(["张三", "男", "", "七1"])
    plan = bring(["张三", "男", "2013-05-06", "七1", ID_A])
    assert counts(plan) == (0, 1, 0, 0, 0) and [p.taken for p in plan.problems] == [True]
    assert stored(junior)[0]["id_number"] == ID_A
    assert not bring(["张三", "男", "2013-05-06", "七1", ID_A]).problems


def test_a_new_name_under_the_same_number(bring: Callable[..., RosterPlan], junior: Room) -> None:
    bring(["张三", "男", "2013-05-06", "七1", ID_A, "G" + ID_A])
    plan = bring(["张叁", "男", "2013-05-06", "七1", ID_A, "G" + ID_A])
    assert counts(plan) == (0, 1, 0, 0, 0) and plan.problems[0].taken and stored(junior)[0]["name"] == "张叁"
    plan = bring(["王五", "男", "2012-01-01", "七1", "", "G" + ID_A])
    assert counts(plan) == (0, 0, 0, 0, 1) and stored(junior)[0]["name"] == "张叁"


def test_the_same_child_twice_in_one_file(bring: Callable[..., RosterPlan], junior: Room) -> None:
    row = ["张三", "男", "2013-05-06", "七1", ID_A]
    assert counts(bring(row, row, [*row, "", "", "", "", "单亲"])) == (1, 0, 0, 2, 0)
    assert list(students.labels_by_student(junior).values()) == [["single_parent"]]  # the second row knew more
    plan = bring(row, ["张三", "男", "2013-05-06", "七2", ID_A])
    assert counts(plan) == (0, 0, 1, 0, 1) and "第 2 行" in plan.problems[0].reason


def test_a_doubtful_number_never_takes_the_place_of_a_sound_one(bring: Callable[..., RosterPlan], junior: Room) -> None:
    wrong = ID_A[:17] + ("0" if ID_A[17] != "0" else "1")
    bring(["张三", "男", "2013-05-06", "七1", ID_A])
    plan = bring(["张三", "男", "2013-05-06", "七1", wrong])
    assert counts(plan) == (0, 0, 1, 0, 0) and stored(junior)[0]["id_number"] == ID_A and plan.problems


def test_labels_come_and_are_never_taken_away(bring: Callable[..., RosterPlan], junior: Room) -> None:
    head = ["姓名", "班级", "是否留守", "备注"]
    bring(["张三", "七1", "1-单亲留守儿童", "爱画画"], head=head)
    plan = bring(["张三", "七1", "0-非留守儿童", "爱画画"], head=head)
    assert counts(plan) == (0, 0, 1, 0, 0) and plan.problems[0].field == "left_behind"
    plan = bring(["张三", "七1", "2-双亲留守儿童", "转学插班"], head=head)
    assert [(c.label, c.before, c.after) for c in plan.items[0].changes] == [
        ("关注类别", "留守（单亲留守）", "留守（双亲留守）"),
        ("关注类别", "", "转学插班"),
    ]
    assert stored(junior)[0]["remark"] == "爱画画"


def test_a_suspended_child_in_the_file_keeps_the_status(bring: Callable[..., RosterPlan], junior: Room) -> None:
    bring(["张三", "男", "2013-05-06", "七1"])
    child = students.find(junior, "张三")[0]
    students.set_status(junior, child.id, "suspended", date(2026, 9, 1))
    plan = bring(["张三", "男", "2013-05-06", "七1"])
    assert counts(plan) == (0, 0, 1, 0, 0) and "休学" in plan.problems[0].reason and plan.by_class == {}


# ---- the school's way of saying, columns, spellings -------------------------------------------------------------


def test_a_stage_without_students_takes_the_file_s_way_of_saying_its_classes(
    bring: Callable[..., RosterPlan], junior: Room
) -> None:
    assert bring(["张三", "男", "", "2026级3班"]).by_class == {"2026级/3": 1}
    assert students.by_class(junior) == {"2026级/3": 1}
    assert bring(["李四", "男", "", "七年级3班"]).by_class == {"2026级/3": 2}  # said once, it holds
    history.undo(junior)
    history.undo(junior)
    assert bring(["李四", "男", "", "七年级3班"]).by_class == {"七年级/3": 1}


def test_a_corrected_column_is_remembered(bring: Callable[..., RosterPlan], junior: Room) -> None:
    head = ["姓名", "班级", "紧要编码"]
    bring(["张三", "七1", "X1"], head=head, mapping={"紧要编码": "number"})
    assert stored(junior)[0]["number"] == "X1"
    bring(["李四", "七1", "X2"], head=head)
    assert sorted(s["number"] for s in stored(junior)) == ["X1", "X2"]


def test_a_spelling_answered_once(bring: Callable[..., RosterPlan], junior: Room) -> None:
    plan = bring(["张三", "男", "", "宏志班"])
    assert [s.text for s in plan.spellings] == ["宏志班"] and counts(plan) == (0, 0, 0, 0, 1)
    assert bring(["张三", "男", "", "宏志班"], classes={"宏志班": ("junior", 2026, 8)}).by_class == {"七年级/8": 1}


# ---- undo, rights, broken files -----------------------------------------------------------------------------------


def test_undo_keeps_those_somebody_has_touched(bring: Callable[..., RosterPlan], junior: Room) -> None:
    bring(["甲", "男", "2013-05-06", "七1", "", "", "", "", "", "单亲"], ["乙", "男", "", "七1", "", "", "", "", "", "留守"],
          ["丙", "男", "", "七1"], ["丁", "男", "", "七1"], ["戊", "男", "", "七1"])  # fmt: skip
    deed = last_deed(junior)
    assert deed is not None
    ids = {entry.name: entry.id for entry in students.everybody(junior)}
    students.change(junior, ids["甲"], {"sex": "f"}, {})
    students.change(junior, ids["乙"], {}, {}, labels=[])  # a label taken away since
    with junior.write("登记来访") as written:
        written.session.add(Visit(day=date(2026, 9, 1), starts=720, ends=760, person="x", student=ids["丙"]))
    students.change(junior, ids["丁"], {}, {}, labels=["poor"])  # a label added since
    done_now = history.undo(junior, deed.id)
    assert done_now.kept == sorted(["甲", "乙", "丙", "丁"])
    kept = {s["name"]: s for s in stored(junior)}
    assert set(kept) == {"甲", "乙", "丙", "丁"}
    assert kept["甲"]["born"] == date(2013, 5, 6) and kept["甲"]["sex"] == "f"  # whole, details too
    assert students.labels_by_student(junior) == {ids["甲"]: ["single_parent"], ids["丁"]: ["poor"]}


def test_undo_puts_changed_values_back(bring: Callable[..., RosterPlan], junior: Room) -> None:
    bring(["张三", "男", "2013-05-06", "七1", "", "", "", "张大", "1"])
    bring(["张三", "男", "2013-05-06", "七2", "", "", "", "张大", "2", "留守"])
    assert history.undo(junior).kept == []
    (child,) = stored(junior)
    assert (child["class_no"], child["guardian_phone"]) == (1, "1") and students.labels_by_student(junior) == {}


def test_a_plan_overtaken_is_refused(bring: Callable[..., RosterPlan], junior: Room, tmp_path: Path) -> None:
    path = files.xlsx(tmp_path / "a.xlsx", [["姓名", "班级"], ["张三", "七1"]])
    plan = done(roster.plan(junior, path))
    bring(["李四", "男", "", "七1"])
    with pytest.raises(Refused, match="重新预览"):
        roster.take(junior, plan)


def test_only_a_counsellor_imports(duty_room: Room) -> None:
    with pytest.raises(NeedsCounsellor):
        done(roster.plan(duty_room, files.ROSTERS / "有错误的名册.xlsx"))


def test_a_broken_file_changes_nothing(junior: Room, tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes(b"PK\x03\x04 no")
    with pytest.raises(BadFile):
        done(roster.plan(junior, tmp_path / "a.xlsx"))
    assert stored(junior) == []


def test_the_sheet_of_questions(new_room: Making) -> None:
    room = new_room(**SAMPLES["有错误的名册.xlsx"])
    table = roster.problems_sheet(done(roster.plan(room, files.ROSTERS / "有错误的名册.xlsx")))
    assert table.columns[:5] == ["问题", "工作表", "行", "姓名", "性别"]
    assert len(table.rows) == 23 and len(table.marked) == 9
    assert table.rows[0][0].startswith("没有姓名") and table.rows[0][1:6] == ["Sheet", "9", "", "男", "2015-03-15"]
