"""学生 on the real window and the real store: finding by keyboard, each deed with its undo, forms that keep what was typed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from psyroom.records.booking import Booking, Visit
from psyroom.records.students import StudentQuestion
from psyroom.services import drafts, students
from psyroom.store.room import Room
from psyroom.ui import drafting
from psyroom.ui.pages.students import Here
from psyroom.ui.pages.students_card import DUTY_WORDS
from psyroom.ui.pages.students_form import StudentForm
from psyroom.ui.pages.students_import import ImportView
from psyroom.ui.pages.students_merge import MergeView
from psyroom.ui.window import Shell
from tests.ui.at_the_window import compose, open_window, press, words_of

ROSTERS = Path(__file__).parent.parent / "data" / "rosters"
DAY = date(2026, 11, 16)


@pytest.fixture
def window(qtbot: QtBot) -> Callable[[Room], Shell]:
    return lambda room: open_window(qtbot, room, "students")


@pytest.fixture
def school(room: Room) -> Room:
    """Six students of two grades, one with something to verify."""
    for name, cohort, class_no, number in (
        ("张晓雨", 2026, 3, "20260301"),
        ("张小燕", 2026, 3, "20260302"),
        ("单晓雨", 2026, 1, "20260101"),
        ("王芳", 2025, 1, "20250101"),
        ("王芳", 2025, 1, "20250102"),
    ):
        students.add(
            room, {"name": name, "stage": "vocational", "cohort": cohort, "class_no": class_no, "number": number}, {}
        )
    students.add(
        room,
        {"name": "李默", "sex": "m", "stage": "vocational", "cohort": 2025, "class_no": 2},
        {
            "id_number": "110105194912310021",
            "guardian": "李父",
            "guardian_relation": "父亲",
            "guardian_phone": "19900000001",
        },
        ["poor", "left_behind"],
    )
    return room


def page_of(shell: Shell) -> Here:
    page = shell.go("students")
    assert isinstance(page, Here)
    return page


def id_of(room: Room, name: str) -> str:
    return students.find(room, name)[0].id


def form_of(page: Here) -> StudentForm:
    form = page.stack.currentWidget()
    assert isinstance(form, StudentForm)
    return form


# ---- finding ------------------------------------------------------------------------------------------------------


def test_an_empty_page_offers_the_one_button(qtbot: QtBot, room: Room, window: Callable[[Room], Shell]) -> None:
    page = page_of(window(room))
    assert page.stack.currentWidget() is page.empty
    press(page.empty, "从名册导入")
    assert isinstance(page.stack.currentWidget(), ImportView)
    qtbot.keyClick(page.stack.currentWidget(), Qt.Key.Key_Escape)
    assert page.stack.currentWidget() is page.empty


def test_typing_walking_and_reading_by_keyboard_alone(
    qtbot: QtBot, school: Room, window: Callable[[Room], Shell]
) -> None:
    page = page_of(window(school))
    assert page.header.question.text() == "在校 6 人，4 个班" and len(page.table.rows()) == 6
    qtbot.keyClicks(page.find_box, "zxy")
    assert [entry.name for entry in page.table.rows()] == [
        "张晓雨",
        "张小燕",
    ] and page.pane.counted.text() == "找到 2 人"
    qtbot.keyClick(page.find_box, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: page.card.student == id_of(school, "张晓雨"))
    assert page.table.hasFocus()
    qtbot.keyClick(page.table, Qt.Key.Key_Down)
    qtbot.waitUntil(lambda: "张小燕" in words_of(page.card))
    assert "2026级3班" in words_of(page.card) and "20260302" in words_of(page.card)
    qtbot.keyClicks(page.find_box, "qqq")
    assert "没有找到" in page.pane.nothing_words.text() and not page.table.isVisible()
    qtbot.keyClick(page.find_box, Qt.Key.Key_Escape)
    assert page.find_box.text() == "" and len(page.table.rows()) == 6


def test_the_class_tree_filters_and_counts(school: Room, window: Callable[[Room], Shell]) -> None:
    page = page_of(window(school))
    shown = {page.tree.branch()}
    for item in page.tree._items():
        page.tree.setCurrentItem(item)
        kind, key = page.tree.branch()
        shown.add((kind, key))
        assert page.pane.counted.text() == f"{item.data(0, 257)} 人", (kind, key)
    assert shown == {
        ("all", ""), ("grade", "2026级"), ("class", "2026级/1"), ("class", "2026级/3"), ("grade", "2025级"),
        ("class", "2025级/1"), ("class", "2025级/2"), ("doubt", ""),
    }  # fmt: skip


def test_the_find_box_of_the_window_opens_the_card(qtbot: QtBot, school: Room, window: Callable[[Room], Shell]) -> None:
    shell = window(school)
    qtbot.keyClicks(shell.find_box, "sxy")
    qtbot.keyClick(shell.find_box, Qt.Key.Key_Return)
    page = shell.pages["students"]
    assert isinstance(page, Here) and page.card.student == id_of(school, "单晓雨")


# ---- the card -----------------------------------------------------------------------------------------------------


def test_a_counsellor_reads_everything(school: Room, window: Callable[[Room], Shell]) -> None:
    student = id_of(school, "李默")
    with school.write("保存预约") as deed:
        deed.session.add(Booking(student=student, day=DAY, starts=720, ends=760, person=school.person.id))
        deed.session.add(Visit(student=student, day=DAY, starts=725, ends=750, person=school.person.id))
    page = page_of(window(school))
    page.open(student=student)
    told = words_of(page.card)
    for words in ("李默", "110105194912310021", "李父（父亲）", "19900000001", "留守", "家庭经济困难", "待核实：身份证号",
                  "来访（个别·面谈）", "预约（个别·面谈）", "进入名册"):  # fmt: skip
        assert words in told, words


def test_a_duty_person_reads_desk_fields_and_why(
    new_room: Callable[..., Room], window: Callable[[Room], Shell]
) -> None:
    from psyroom.store.opening import open_room
    from tests.conftest import PASSWORD

    first = new_room()
    values = {"name": "李默", "stage": "vocational", "cohort": 2025, "class_no": 2}
    student = students.add(first, values, {"guardian": "李父", "born": date(2010, 1, 1)}, ["poor"])
    folder = first.folder
    first.close()
    with open_room(folder, "乙", PASSWORD) as desk:
        page = page_of(window(desk))
        page.open(student=student)
        told = words_of(page)
        assert "李默" in told and "2025级2班" in told and DUTY_WORDS in told
        for words in ("李父", "2010", "经济困难", "待核实"):
            assert words not in told, words
        shown = [b.text() for b in page.findChildren(QPushButton) if b.isVisibleTo(page) and b.text()]
        assert shown == [], "nothing can be changed, so nothing offers it"
        desk.close()


def test_verified_is_one_press_and_comes_back(school: Room, window: Callable[[Room], Shell]) -> None:
    shell = window(school)
    page = page_of(shell)
    page.open(student=id_of(school, "李默"))
    press(page.card, "已核实")
    assert students.with_questions(school) == {} and "待核实" not in words_of(page.card)
    assert shell.toaster.words() == "已核实"
    shell.undo_deed()
    assert students.with_questions(school) != {} and "待核实：身份证号" in words_of(page.card)


def test_suspended_with_a_date_and_back_by_undo(qtbot: QtBot, school: Room, window: Callable[[Room], Shell]) -> None:
    shell = window(school)
    page = page_of(shell)
    student = id_of(school, "张晓雨")
    page.open(student=student)
    press(page.card, "休学")
    small = page._small
    small.day.set_value("不是日期")
    qtbot.keyClick(small.day, Qt.Key.Key_Return)
    assert "看不懂这个日期" in words_of(page.card) and students.entry(school, student).here
    small.day.set_value(DAY)
    qtbot.keyClick(small.day, Qt.Key.Key_Return)
    assert students.entry(school, student).status == "suspended"
    assert "休学，自 2026-11-16 周一" in words_of(page.card) and "状态：休学" in words_of(page.card)
    shell.undo_deed()
    assert students.entry(school, student).here and "休学，自" not in words_of(page.card)


def test_a_day_to_come_is_refused_under_its_field(school: Room, window: Callable[[Room], Shell]) -> None:
    page = page_of(window(school))
    page.open(student=id_of(school, "张晓雨"))
    press(page.card, "转出")
    page._small.day.set_value(date(2099, 1, 1))
    press(page.card, "登记转出")
    assert "日期还没到" in words_of(page.card)


def test_into_another_class_and_the_list_follows(school: Room, window: Callable[[Room], Shell]) -> None:
    shell = window(school)
    page = page_of(shell)
    student = id_of(school, "张晓雨")
    page.open(student=student)
    press(page.card, "调班")
    page._small.class_no.set_value(8)
    press(page._small, "调班")
    assert students.entry(school, student).class_key == "2026级/8" and shell.toaster.words() == "张晓雨已调到2026级8班"
    assert ("class", "2026级/8") in [item.data(0, 256) for item in page.tree._items()]


def test_what_today_asks_opens_what_is_to_be_verified(school: Room, window: Callable[[Room], Shell]) -> None:
    page = page_of(window(school))
    page.open(questions=True)
    assert [entry.name for entry in page.table.rows()] == ["李默"] and page.card.student == id_of(school, "李默")


# ---- forms --------------------------------------------------------------------------------------------------------


def test_a_new_student_by_keyboard_alone(qtbot: QtBot, school: Room, window: Callable[[Room], Shell]) -> None:
    shell = window(school)
    page = page_of(shell)
    press(page, "新增学生")
    form = form_of(page)
    compose(form.desk.fields["name"].control, "王芳")
    assert "已有同名的学生" in words_of(form) and words_of(form).count("2025级1班") == 2
    qtbot.keyClick(form, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    assert "班要填数字" in words_of(form) or "请填写班" in words_of(form)
    qtbot.keyClicks(form.desk.fields["class_no"].control, "4")
    qtbot.keyClicks(form.private.fields["born"].control, "2010-5-4")
    form.labels["orphan"].setChecked(True)
    qtbot.keyClick(form, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    assert page.stack.currentWidget() is page.browse
    whole = students.whole(school, page.card.student)
    assert (whole.entry.name, whole.entry.class_key, whole.entry.sex) == ("王芳", "2026级/4", "")
    assert whole.detail is not None and whole.detail.born == date(2010, 5, 4) and whole.labels == ["orphan"]
    assert shell.toaster.words() == "已新增：王芳"
    shell.undo_deed()
    assert len(students.find(school, "王芳")) == 2


def test_somebody_of_the_same_sound_is_shown_and_opened(
    qtbot: QtBot, school: Room, window: Callable[[Room], Shell]
) -> None:
    page = page_of(window(school))
    page.begin_add()
    compose(form_of(page).desk.fields["name"].control, "张晓宇")
    assert "有读音相同的学生" in words_of(form_of(page)) and "20260301" in words_of(form_of(page))
    press(form_of(page), "就是这名学生")
    assert page.stack.currentWidget() is page.browse and page.card.student == id_of(school, "张晓雨")


def test_every_problem_stands_under_its_field(school: Room, window: Callable[[Room], Shell]) -> None:
    page = page_of(window(school))
    page.begin_add()
    form = form_of(page)
    form.desk.fields["class_no"].set_value("三班")
    form.private.fields["born"].set_value("生日")
    press(form, "保存")
    assert form.desk.fields["name"].error.text() == "请填写姓名"
    assert form.desk.fields["class_no"].error.text() == "班要填数字"
    assert form.private.fields["born"].error.text().startswith("看不懂这个日期")
    assert form.private.fields["born"].value() == "生日", "nothing typed is lost"


def test_an_identity_number_fills_birthday_and_sex_or_says_it_is_wrong(
    qtbot: QtBot, school: Room, window: Callable[[Room], Shell]
) -> None:
    page = page_of(window(school))
    page.begin_add()
    form = form_of(page)
    number = form.private.fields["id_number"]
    qtbot.keyClicks(number.control, "11010519491231002x")
    qtbot.keyClick(number.control, Qt.Key.Key_Return)
    assert form.private.fields["born"].value() == date(1949, 12, 31) and form.desk.fields["sex"].value() == "f"
    number.set_value("110105194912310021")
    number.control.editingFinished.emit()
    assert "校验位不对" in number.hint.text()


def test_what_was_typed_comes_back_after_the_room_was_left(
    qtbot: QtBot, school: Room, window: Callable[[Room], Shell]
) -> None:
    page = page_of(window(school))
    page.begin_add()
    compose(form_of(page).desk.fields["name"].control, "赵没写完")
    form_of(page).private.fields["born"].set_value(date(2010, 5, 4))
    form_of(page).labels["poor"].setChecked(True)
    drafting.flush_all()  # what locking does first
    page.back()
    assert "“新增学生”还没有保存" in words_of(page)
    press(page, "打开")
    assert "上次没有保存的内容还在" in words_of(form_of(page)) and form_of(page).desk.fields["name"].value() == ""
    form_of(page).resume.click()
    form = form_of(page)
    assert form.desk.fields["name"].value() == "赵没写完" and form.private.fields["born"].value() == date(2010, 5, 4)
    assert form.chosen_labels() == ["poor"]
    form.desk.fields["class_no"].set_value(6)
    press(form, "保存")
    assert id_of(school, "赵没写完") and drafts.load(school, students.FORM) is None
    page.begin_add()
    assert "上次没有保存" not in words_of(form_of(page))


def test_escape_keeps_a_draft_and_dropping_it_is_a_choice(
    qtbot: QtBot, school: Room, window: Callable[[Room], Shell]
) -> None:
    page = page_of(window(school))
    student = id_of(school, "李默")
    page.begin_change(student)
    qtbot.keyClicks(form_of(page).private.fields["phone"].control, "199")
    qtbot.keyClick(form_of(page), Qt.Key.Key_Escape)
    assert page.stack.currentWidget() is page.browse and drafts.load(school, students.FORM, student) is not None
    page.begin_change(student)
    form_of(page).drop.click()
    assert drafts.load(school, students.FORM, student) is None and form_of(page).private.fields["phone"].value() == ""


def test_a_correction_writes_what_differs_and_shows_what_is_asked(
    school: Room, window: Callable[[Room], Shell]
) -> None:
    shell = window(school)
    page = page_of(shell)
    student = id_of(school, "李默")
    with school.write("导入名册") as deed:
        deed.session.add(StudentQuestion(student=student, field="born", reason="没有这一天，先留空"))
    page.begin_change(student)
    form = form_of(page)
    assert form.private.fields["born"].hint.text() == "待核实：没有这一天，先留空"
    form.private.fields["born"].set_value(date(2010, 2, 28))
    form.labels["poor"].setChecked(False)
    press(form, "保存")
    whole = students.whole(school, student)
    assert whole.labels == ["left_behind"] and [question.field for question in whole.questions] == ["id_number"]
    assert whole.detail is not None and whole.detail.guardian_phone == "19900000001"
    shell.undo_deed()
    assert set(students.whole(school, student).labels) == {"poor", "left_behind"}


# ---- merging ------------------------------------------------------------------------------------------------------


def test_two_entries_are_seen_side_by_side_and_become_one(school: Room, window: Callable[[Room], Shell]) -> None:
    shell = window(school)
    page = page_of(shell)
    one, two = students.find(school, "王芳")
    page.open(student=one.id)
    press(page.card, "合并")
    view = page.stack.currentWidget()
    assert isinstance(view, MergeView) and not view.button.isEnabled()
    press(view, "王芳 · 2025级1班 · 20250102")
    told = words_of(view)
    assert "20250101" in told and "20250102" in told and "不一样" in told
    view.swap()
    press(view, "合成一条")
    assert [entry.id for entry in students.find(school, "王芳")] == [two.id]
    assert students.entry(school, two.id).number == "20250102" and page.card.student == two.id
    shell.undo_deed()
    assert len(students.find(school, "王芳")) == 2
