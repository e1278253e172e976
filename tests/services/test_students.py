"""Students: finding while typing, the deeds on one entry, merging, the time line; what a duty person may not do."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from psyroom.errors import NeedsCounsellor, NotFound, NotValid, Refused
from psyroom.records.booking import Booking, Visit
from psyroom.records.students import Student, StudentDetail, StudentQuestion
from psyroom.services import drafts, history, merging, roll, school, students, timeline
from psyroom.store.room import Room

MONDAY = date(2026, 11, 16)


def add(room: Room, name: str, class_no: int = 1, *, cohort: int = 2026, number: str = "", **detail: object) -> str:
    values = {"name": name, "stage": "vocational", "cohort": cohort, "class_no": class_no, "number": number}
    return students.add(room, values, detail)


def names(found: list[students.Entry]) -> list[str]:
    return [entry.name for entry in found]


# ---- finding ------------------------------------------------------------------------------------------------------


@pytest.fixture
def few(room: Room) -> Room:
    for name, class_no, number in (
        ("张晓雨", 3, "20260301"),
        ("张小燕", 3, "20260302"),
        ("单晓雨", 1, "20260101"),
        ("曾志明", 11, "20261101"),
        ("王芳", 1, "20260102"),
        ("王芳", 1, "20260103"),
        ("欧阳娜娜", 2, "20260201"),
        ("阿依古丽·买买提", 2, "20260202"),
    ):
        add(room, name, class_no, number=number)
    return room


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("zxy", ["张晓雨", "张小燕"]),
        ("zhangxy", ["张晓雨", "张小燕"]),
        ("zhangxiaoyu", ["张晓雨"]),
        ("sxy", ["单晓雨"]),
        ("dxy", ["单晓雨"]),
        ("zzm", ["曾志明"]),
        ("czm", ["曾志明"]),
        ("晓雨", ["单晓雨", "张晓雨"]),
        ("张x", ["张晓雨", "张小燕"]),
        ("王芳", ["王芳", "王芳"]),
        ("nn", ["欧阳娜娜"]),
        ("ayglmmt", ["阿依古丽·买买提"]),
        ("20261101", ["曾志明"]),
        ("2026级11班", ["曾志明"]),
        ("11班", ["曾志明"]),
        ("3班", ["张晓雨", "张小燕"]),
        ("wf 1班", ["王芳", "王芳"]),
        ("zxy 3班", ["张晓雨", "张小燕"]),
        ("zxy 1班", []),
        ("qqq", []),
        ("   ", []),
    ],
)
def test_typing_finds(few: Room, typed: str, expected: list[str]) -> None:
    assert names(students.find(few, typed)) == expected


def test_1_ban_is_not_11_ban(few: Room) -> None:
    assert "曾志明" not in names(students.find(few, "1班"))


def test_a_class_is_found_as_people_write_it(new_room: Callable[..., Room]) -> None:
    room = new_room(stage="junior", region="national")
    for name, class_no in (("甲一", 3), ("乙二", 13)):
        students.add(room, {"name": name, "stage": "junior", "cohort": 2026, "class_no": class_no}, {})
    for typed in ("七3", "7.3", "703", "七(3)班", "初一3班", "七年级3班", "2026级3班"):
        assert names(students.find(room, typed)) == ["甲一"], typed
    assert names(students.find(room, "七年级")) == ["甲一", "乙二"]


def test_the_best_stands_first_and_those_who_left_last(few: Room) -> None:
    add(few, "张晓")
    left = next(e.id for e in students.everybody(few) if e.name == "张晓雨")
    students.set_status(few, left, "moved", MONDAY)
    assert names(students.find(few, "张晓")) == ["张晓", "张晓雨"]
    assert names(students.find(few, "张晓", also_gone=False)) == ["张晓"]


def test_private_numbers_find_for_a_counsellor(few: Room) -> None:
    student = add(few, "李默", id_number="11010519491231002X", registry_number="G11010519491231002X")
    assert [e.id for e in students.find(few, "1949123")] == [student]
    assert [e.id for e in students.find(few, "G110105194")] == [student]


def test_the_roll_follows_every_deed(few: Room) -> None:
    before = len(students.everybody(few))
    student = add(few, "新来的")
    assert len(students.everybody(few)) == before + 1
    history.undo(few)
    assert len(students.everybody(few)) == before
    with pytest.raises(NotFound):
        students.entry(few, student)


def test_the_roll_says_classes_as_the_school_does(few: Room) -> None:
    assert {e.class_key for e in students.everybody(few)} >= {"2026级/3", "2026级/11"}
    school.set_naming(few, "vocational", "high")
    assert {e.class_key for e in students.everybody(few)} >= {"高一/3", "高一/11"}
    assert students.classes_of(few)[0][:3] == ("高一", "高一/1", "高一1班")


def test_the_class_tree_counts_who_is_here(few: Room) -> None:
    assert [(key, count) for _, key, _, count in students.classes_of(few)] == [
        ("2026级/1", 3),
        ("2026级/2", 2),
        ("2026级/3", 2),
        ("2026级/11", 1),
    ]
    student = students.find(few, "曾志明")[0].id
    students.set_status(few, student, "suspended", MONDAY)
    assert students.by_class(few) == {"2026级/1": 3, "2026级/2": 2, "2026级/3": 2}
    assert ("2026级", "2026级/11", "2026级11班", 1) in students.classes_of(few)


def test_same_name_then_same_sound(few: Room) -> None:
    add(few, "王方", 5)
    found = students.same_name(few, "王芳")
    assert names(found) == ["王芳", "王芳", "王方"]
    assert students.same_name(few, "王芳", but=found[0].id)[0].id == found[1].id
    assert students.same_name(few, "") == []


def test_five_thousand_are_found_by_every_way(room: Room) -> None:
    with room.write("导入名册") as deed:
        for n in range(5000):
            name = "赵钱孙李周吴郑王冯陈"[n % 10] + "晓志明芳燕"[n // 10 % 5] + "雨强伟丽军"[n // 50 % 5]
            fields = {"stage": "vocational", "cohort": 2024 + n % 3, "class_no": n % 40 + 1, "number": f"{n:06d}"}
            deed.session.add(Student(name=name, **fields))
    assert len(students.everybody(room)) == 5000
    assert [e.number for e in students.find(room, "004321")] == ["004321"]
    assert all(e.name.startswith("孙晓") for e in students.find(room, "sunx", limit=100, also_gone=False)[:10])
    assert len(students.find(room, "2026级", limit=10_000)) == sum(1 for n in range(5000) if 2024 + n % 3 == 2026)


# ---- one entry ----------------------------------------------------------------------------------------------------


def test_a_new_student_with_everything(room: Room) -> None:
    drafts.save(room, students.FORM, "", {"desk": {"name": "张"}})
    student = students.add(
        room,
        {"name": " 张晓雨 ", "sex": "f", "stage": "vocational", "cohort": 2026, "class_no": 3},
        {"born": date(2010, 5, 4), "guardian": "张建国", "boarding": True},
        ["poor", "left_behind"],
    )
    whole = students.whole(room, student)
    assert whole.entry.name == "张晓雨" and whole.entry.class_name == "2026级3班"
    assert whole.detail is not None and whole.detail.born == date(2010, 5, 4) and whole.detail.boarding is True
    assert whole.labels == ["left_behind", "poor"]
    assert students.labels_by_student(room) == {student: ["left_behind", "poor"]}
    assert drafts.load(room, students.FORM) is None, "the deed takes its draft away"


def test_problems_of_both_parts_are_told_together(room: Room) -> None:
    with pytest.raises(NotValid) as told:
        students.add(room, {"name": "", "stage": "vocational", "cohort": 2026, "class_no": 3}, {"address": "长" * 200})
    assert set(told.value.fields) == {"name", "address"}
    assert students.everybody(room) == []


@pytest.mark.parametrize("cohort", [2020, 2027])
def test_a_grade_the_school_does_not_have_is_refused(room: Room, cohort: int) -> None:
    with pytest.raises(NotValid) as told:
        add(room, "张三", cohort=cohort)
    assert "cohort" in told.value.fields


def test_a_number_that_cannot_be_right_is_kept_and_asked(room: Room) -> None:
    student = add(room, "张三", id_number="110105194912310021")
    whole = students.whole(room, student)
    assert whole.detail is not None and whole.detail.id_doubtful and whole.detail.id_number == "110105194912310021"
    assert [question.field for question in whole.questions] == ["id_number"]
    assert students.with_questions(room) == {student: 1}
    students.change(room, student, {}, {"id_number": "11010519491231002X"})
    whole = students.whole(room, student)
    assert whole.detail is not None and not whole.detail.id_doubtful and whole.questions == []


def test_a_verified_question_is_settled_and_comes_back_with_undo(room: Room) -> None:
    student = add(room, "张三", id_number="110105194912310021")
    question = students.whole(room, student).questions[0]
    students.settle_question(room, question.id)
    whole = students.whole(room, student)
    assert whole.questions == [] and whole.detail is not None and not whole.detail.id_doubtful
    history.undo(room)
    whole = students.whole(room, student)
    assert len(whole.questions) == 1 and whole.detail is not None and whole.detail.id_doubtful


def test_correcting_a_field_settles_its_question(room: Room) -> None:
    student = add(room, "张三")
    with room.write("导入名册") as deed:
        deed.session.add(StudentQuestion(student=student, field="born", reason="没有这一天，先留空"))
        deed.session.add(StudentQuestion(student=student, field="sex", reason="不认识“未知”，先留空"))
    students.change(room, student, {}, {"born": date(2010, 1, 2)})
    assert [question.field for question in students.whole(room, student).questions] == ["sex"]


def test_a_change_is_one_deed(room: Room) -> None:
    student = students.add(
        room, {"name": "张三", "stage": "vocational", "cohort": 2026, "class_no": 3}, {"guardian": "张父"}, ["poor"]
    )
    students.change(room, student, {"name": "张珊"}, {"guardian": "张母"}, ["orphan", "disabled"])
    whole = students.whole(room, student)
    assert whole.entry.name == "张珊" and set(whole.labels) == {"orphan", "disabled"}
    history.undo(room)
    whole = students.whole(room, student)
    assert whole.entry.name == "张三" and whole.labels == ["poor"]
    assert whole.detail is not None and whole.detail.guardian == "张父"


def test_into_another_class_suspended_gone_and_back(room: Room) -> None:
    student = add(room, "张三", 3)
    students.move_class(room, student, "vocational", 2026, 5)
    assert students.entry(room, student).class_name == "2026级5班"
    with pytest.raises(Refused):
        students.move_class(room, student, "vocational", 2026, 5)
    students.set_status(room, student, "suspended", MONDAY)
    assert not students.entry(room, student).here and students.whole(room, student).status_since == MONDAY
    students.set_status(room, student, "present", MONDAY + timedelta(days=1))
    assert students.entry(room, student).here
    with pytest.raises(NotValid):
        students.set_status(room, student, "moved", room.today() + timedelta(days=1))
    students.set_status(room, student, "moved", MONDAY)
    assert student not in [e.id for e in students.everybody(room)]
    assert student in [e.id for e in students.everybody(room, also_gone=True)]


def test_a_label_that_is_none_is_refused(room: Room) -> None:
    student = add(room, "张三")
    with pytest.raises(Refused):
        students.set_labels(room, student, ["high_risk"])
    students.set_labels(room, student, ["poor"])
    assert students.whole(room, student).labels == ["poor"]


# ---- merging ------------------------------------------------------------------------------------------------------


def twins(room: Room) -> tuple[str, str]:
    keep = students.add(
        room, {"name": "王芳", "stage": "vocational", "cohort": 2026, "class_no": 1}, {"guardian": "王父"}, ["poor"]
    )
    other = students.add(
        room,
        {"name": "王芳", "sex": "f", "stage": "vocational", "cohort": 2026, "class_no": 2, "number": "77"},
        {
            "guardian": "王母",
            "guardian_phone": "19900000001",
            "born": date(2010, 1, 1),
            "id_number": "110105194912310021",
        },
        ["poor", "orphan"],
    )
    with room.write("保存预约") as deed:
        person = room.person.id
        deed.session.add(Booking(student=other, day=MONDAY, starts=720, ends=760, person=person))
        deed.session.add(Visit(student=other, day=MONDAY, starts=720, ends=750, person=person))
    return keep, other


def test_merging_keeps_one_fills_what_lacks_and_moves_the_rest(room: Room) -> None:
    keep, other = twins(room)
    before = merging.preview(room, keep, other)
    assert (before.bookings, before.visits) == (1, 1)
    assert before.taken >= {"sex", "number", "born", "id_number"} and "class_no" in before.lost
    merging.merge(room, keep, other)
    whole = students.whole(room, keep)
    assert whole.entry.number == "77" and whole.entry.sex == "f" and whole.entry.class_no == 1
    assert whole.detail is not None
    assert whole.detail.model_dump() == {name: before.result[name] for name in whole.detail.model_dump()}
    assert whole.detail.id_doubtful and [question.field for question in whole.questions] == ["id_number"]
    assert set(whole.labels) == {"poor", "orphan"}
    assert {line.kind for line in timeline.of(room, keep)} == {"booking", "visit", "entry"}
    with pytest.raises(NotFound):
        students.entry(room, other)


def test_a_telephone_is_never_given_to_another_guardian(room: Room) -> None:
    keep, other = twins(room)
    merging.merge(room, keep, other)
    detail = students.whole(room, keep).detail
    assert detail is not None and (detail.guardian, detail.guardian_phone) == ("王父", "")


def test_merging_is_undone_whole(room: Room) -> None:
    keep, other = twins(room)
    first, second = students.whole(room, keep), students.whole(room, other)
    merging.merge(room, keep, other)
    assert history.undo(room).label == "合并同一名学生"
    for before, student in ((first, keep), (second, other)):
        after = students.whole(room, student)
        assert after.detail is not None and before.detail is not None
        assert after.detail.model_dump() == before.detail.model_dump()
        assert sorted(after.labels) == sorted(before.labels) and after.entry.number == before.entry.number
    assert {line.kind for line in timeline.of(room, other)} >= {"booking", "visit"}


def test_an_entry_is_not_merged_with_itself(room: Room) -> None:
    student = add(room, "王芳")
    with pytest.raises(Refused):
        merging.merge(room, student, student)
    with pytest.raises(NotFound):
        merging.merge(room, student, "0" * 32)


# ---- the time line ------------------------------------------------------------------------------------------------


def test_the_time_line_tells_everything_newest_first(room: Room) -> None:
    student = add(room, "张三")
    person = room.person.id
    with room.write("保存预约") as deed:
        deed.session.add(Booking(student=student, day=MONDAY, starts=720, ends=760, person=person, outcome="no_show"))
        deed.session.add(Booking(student=student, client="parent", day=MONDAY, starts=800, ends=840, person=person))
        deed.session.add(Visit(student=student, day=MONDAY, starts=905, ends=None, person=person))
    students.move_class(room, student, "vocational", 2026, 9)
    students.set_status(room, student, "suspended", MONDAY - timedelta(days=30))
    lines = timeline.of(room, student)
    assert [line.day for line in lines] == sorted((line.day for line in lines), reverse=True)
    told = {(line.kind, line.title, line.detail) for line in lines}
    assert ("booking", "预约（个别·面谈）", "未到 · 甲") in told
    assert ("booking", "家长预约（个别·面谈）", "待到 · 甲") in told
    assert ("visit", "来访（个别·面谈）", "进行中 · 甲") in told
    titles = [line.title for line in lines if line.kind == "entry"]
    assert set(titles) == {"进入名册", "调到2026级9班", "状态：休学"}
    assert next(line.day for line in lines if line.title == "状态：休学") == MONDAY - timedelta(days=30)


# ---- the desk -----------------------------------------------------------------------------------------------------


def test_a_duty_person_reads_desk_fields_alone(new_room: Callable[..., Room]) -> None:
    room = new_room()
    student = add(room, "张三", id_number="11010519491231002X", guardian="张父")
    students.set_labels(room, student, ["poor"])
    folder = room.folder
    room.close()
    from psyroom.store.opening import open_room
    from tests.conftest import PASSWORD

    with open_room(folder, "乙", PASSWORD) as desk:
        whole = students.whole(desk, student)
        assert whole.entry.name == "张三" and whole.detail is None and whole.labels == [] and whole.questions == []
        assert students.labels_by_student(desk) == {} and students.with_questions(desk) == {}
        assert students.find(desk, "194912") == [], "an identity number finds nobody on the desk's side"
        assert [line.kind for line in timeline.of(desk, student)] == ["entry"]


def test_every_deed_on_an_entry_needs_a_counsellor(duty_room: Room) -> None:
    some = "0" * 32
    for deed in (
        lambda: add(duty_room, "张三"),
        lambda: students.change(duty_room, some, {}, {}),
        lambda: students.move_class(duty_room, some, "vocational", 2026, 1),
        lambda: students.set_status(duty_room, some, "moved", MONDAY),
        lambda: students.set_labels(duty_room, some, []),
        lambda: students.settle_question(duty_room, some),
        lambda: merging.merge(duty_room, some, "1" * 32),
        lambda: merging.preview(duty_room, some, "1" * 32),
    ):
        with pytest.raises(NeedsCounsellor):
            deed()


def test_details_of_an_entry_made_without_any_can_be_filled(room: Room) -> None:
    with room.write("导入名册") as deed:
        row = Student(name="只有桌面", stage="vocational", cohort=2026, class_no=1)
        deed.session.add(row)
    students.change(room, row.id, {}, {"phone": "19900000000"})
    with room.read() as session:
        detail = session.get(StudentDetail, row.id)
    assert detail is not None and detail.phone == "19900000000"


def test_a_name_of_nobody_is_empty(room: Room) -> None:
    assert students.name_of(room, "0" * 32) == "" and roll.find(room, "x") == []
