"""设置 on the real window and the real store: each card does its deed, says what was wrong under its field, undoes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date

import pytest
from PySide6.QtCore import QPointF, Qt
from pytestqt.qtbot import QtBot

from psyroom.services import drafts, school
from psyroom.store.room import Room
from psyroom.ui import drafting, style
from psyroom.ui.pages.settings_hours import HoursSection, TargetSection
from psyroom.ui.pages.settings_school import SchoolSection
from psyroom.ui.pages.settings_terms import TermsSection
from psyroom.ui.window import Shell
from tests.ui.at_settings import form_of, page_of, part
from tests.ui.at_the_window import buttons_of, open_window, press, words_of


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[Callable[[Room], Shell]]:
    yield lambda room: open_window(qtbot, room, "settings")
    style.dress(style.look_for("light", 100))


# ---- who sees what ------------------------------------------------------------------------------------------------


def test_the_list_and_the_column_follow_each_other(qtbot: QtBot, room: Room, window: Callable[[Room], Shell]) -> None:
    page = page_of(window(room))
    assert [section.name for section in page.sections] == [
        "学校", "学期与校历", "作息时间", "开放目标", "人员", "我的密码", "另一个账户", "房间", "我的课表", "预约规则", "辅导记录", "常用语",
        "谈话与反馈", "外观与锁定", "备份与恢复", "数据安全", "外出登记", "回收站",
    ]  # fmt: skip
    page.list.setFocus()
    qtbot.keyClick(page.list, Qt.Key.Key_Down)
    assert page.list.currentRow() == 1 and page.area.verticalScrollBar().value() == page.sections[1].y()
    page.area.verticalScrollBar().setValue(page.area.verticalScrollBar().maximum())
    assert page.list.currentRow() == len(page.sections) - 1
    page.open(section="people")
    assert page.list.currentItem().text() == "人员"


def test_a_duty_person_finds_only_what_is_theirs(duty_room: Room, window: Callable[[Room], Shell]) -> None:
    page = page_of(window(duty_room))
    assert [section.name for section in page.sections] == ["我的密码", "另一个账户", "外观与锁定", "回收站"]


# ---- school -------------------------------------------------------------------------------------------------------


def test_the_school_is_renamed_and_put_back(room: Room, window: Callable[[Room], Shell]) -> None:
    shell = window(room)
    card: SchoolSection = part(shell, SchoolSection)
    assert not buttons_of(card, "保存")
    card.form.fields["name"].set_value("")
    press(card, "保存")
    assert card.form.fields["name"].error.text() == "请填写学校名称"
    card.form.fields["name"].set_value("青山第二职业学校")
    press(card, "保存")
    assert school.context(room).name == "青山第二职业学校" and not buttons_of(card, "保存")
    shell.undo_deed()
    assert school.context(room).name == "青山职业学校" == card.form.fields["name"].value()


def test_what_was_typed_of_the_school_is_kept_and_said(room: Room, window: Callable[[Room], Shell]) -> None:
    card: SchoolSection = part(window(room), SchoolSection)
    card.form.fields["campus"].set_value("东校区")
    drafting.flush_all()
    again: SchoolSection = part(window(room), SchoolSection)
    assert again.form.fields["campus"].value() == "东校区" and "已放回" in words_of(again)
    press(again, "不改了")
    assert again.form.fields["campus"].value() == "" and drafts.load(room, "settings-school") is None


def test_classes_are_called_as_the_school_says(room: Room, window: Callable[[Room], Shell]) -> None:
    shell = window(room)
    card: SchoolSection = part(shell, SchoolSection)
    card.namings["vocational"].set_value("high")
    assert school.context(room).style("vocational") == "high"
    shell.undo_deed()
    assert school.context(room).style("vocational") == "cohort" == card.namings["vocational"].value()


# ---- terms and days -----------------------------------------------------------------------------------------------


def test_the_next_term_is_added_with_a_sensible_guess(room: Room, window: Callable[[Room], Shell]) -> None:
    shell = window(room)
    card: TermsSection = part(shell, TermsSection)
    press(card, "添加学期")
    form = form_of(card)
    assert "2026—2027学年第二学期" in words_of(form)
    form.fields["starts"].set_value(date(2026, 9, 7))
    press(form, "添加")
    assert school.context(room).terms[0].starts == date(2026, 9, 7), "the same half of the year is the same semester"
    press(card, "添加学期")
    form_of(card).fields["weeks"].set_value("许多")
    press(form_of(card), "添加")
    assert "请填周数" in words_of(card)
    form_of(card).fields["weeks"].set_value(19)
    form_of(card).fields["starts"].set_value(date(2027, 2, 22))
    press(form_of(card), "添加")
    assert [term.code for term in school.context(room).terms] == ["2026-1", "2026-2"]
    assert "2026—2027学年第二学期" in words_of(card) and card.place.form is None


def test_an_overlapping_term_is_told_in_place(room: Room, window: Callable[[Room], Shell]) -> None:
    card: TermsSection = part(window(room), TermsSection)
    press(card, "添加学期")
    form = form_of(card)
    form.fields["starts"].set_value(date(2027, 2, 1))
    form.fields["weeks"].set_value(20)
    press(form, "添加")
    press(card, "添加学期")
    form_of(card).fields["starts"].set_value(date(2027, 5, 3))
    card._open_change(school.context(room).terms[0])
    form_of(card).fields["weeks"].set_value(30)
    press(form_of(card), "保存")
    assert "日期重叠" in words_of(form_of(card)) and school.context(room).terms[0].weeks == 20


def test_a_day_is_marked_by_mouse_and_by_keys(qtbot: QtBot, room: Room, window: Callable[[Room], Shell]) -> None:
    shell = window(room)
    card: TermsSection = part(shell, TermsSection)
    grid = card.month.grid
    day = date(2026, 11, 18)
    grid.go(day)
    box = grid.box_of(day)
    assert box is not None
    qtbot.mouseClick(grid, Qt.MouseButton.LeftButton, pos=QPointF(box.center()).toPoint())
    assert school.context(room).calendar.own == {day: False} and grid.told(day) == "学校放假"
    grid.setFocus()
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Right):
        qtbot.keyClick(grid, key)
    qtbot.keyClick(grid, Qt.Key.Key_Space)
    assert school.context(room).calendar.own == {day: False, date(2026, 11, 21): True}
    qtbot.keyClick(grid, Qt.Key.Key_Space)
    assert school.context(room).calendar.own == {day: False}
    shell.undo_deed()
    assert school.context(room).calendar.own == {day: False, date(2026, 11, 21): True}
    qtbot.keyClick(grid, Qt.Key.Key_PageDown)
    assert card.month.name.text() == "2026 年 12 月"


def test_a_year_beyond_the_library_is_asked_and_answered(room: Room, window: Callable[[Room], Shell]) -> None:
    shell = window(room)
    card: TermsSection = part(shell, TermsSection)
    question = card.questions[2027]
    assert "请确认 2027 年的节假日安排" in words_of(question)
    press(question, "填写")
    first, last = question.fields["元旦"]
    last.set_value("1.1")
    press(question, "确认 2027 年")
    assert "元旦的起止日期没有看懂" in words_of(question)
    first.set_value("1.1")
    last.set_value("1.3")
    question.make_up.set_value("1.9 大年初一")
    press(question, "确认 2027 年")
    assert "“大年初一”没有看懂" in words_of(question)
    question.make_up.set_value("1.9")
    press(question, "确认 2027 年")
    calendar = school.context(room).calendar
    assert not calendar.is_school_day(date(2027, 1, 1)) and calendar.is_school_day(date(2027, 1, 9))
    assert calendar.is_school_day(date(2027, 1, 4)) and not calendar.assumed(date(2027, 1, 4))
    assert card.questions == {} and "请确认" not in words_of(card)
    shell.undo_deed()
    assert 2027 in card.questions


def test_holidays_half_typed_are_put_back(room: Room, window: Callable[[Room], Shell]) -> None:
    card: TermsSection = part(window(room), TermsSection)
    card.questions[2027].unfold()
    card.questions[2027].fields["春节"][0].set_value("2.6")
    card.questions[2027].make_up.set_value("2.20 2.")
    drafting.flush_all()
    again: TermsSection = part(window(room), TermsSection)
    question = again.questions[2027]
    assert question.editor.isVisibleTo(again) and question.fields["春节"][0].value() == date(2027, 2, 6)
    assert question.make_up.text() == "2.20 2."
    question.make_up.set_value("2.20")
    question.fields["春节"][1].set_value("2.12")
    press(question, "确认 2027 年")
    assert again.questions == {} and drafts.load(room, "settings-year", "2027") is None


# ---- hours and target ---------------------------------------------------------------------------------------------


def test_lessons_are_changed_from_a_day_on(qtbot: QtBot, room: Room, window: Callable[[Room], Shell]) -> None:
    shell = window(room)
    card: HoursSection = part(shell, HoursSection)
    assert "1  08:00—08:45" in words_of(card)
    card.edit("lesson", "")
    card.editor.rows[0][3].set_value("午饭后")
    press(form_of(card), "加一节")
    assert card.editor.bands_read()[-1] == (1005, 1050), "as long as the last one, after a break"
    press(form_of(card), "保存作息时间")
    assert "第 1 行的时间没有看懂" in words_of(form_of(card))
    card.editor.rows[0][3].set_value("840")
    form_of(card).fields["since"].set_value(date(2026, 11, 16))
    press(form_of(card), "保存作息时间")
    now = school.context(room)
    assert HoursSection.bands(now.periods, "lesson", "", date(2026, 11, 16))[0] == (480, 520)
    assert len(HoursSection.bands(now.periods, "lesson", "", date(2026, 11, 16))) == 8
    assert len(HoursSection.bands(now.periods, "lesson", "", date(2026, 11, 13))) == 7
    assert card.place.form is None and "08:00—08:40" in words_of(card)


def test_lessons_left_unsaved_are_put_back(room: Room, window: Callable[[Room], Shell]) -> None:
    card: HoursSection = part(window(room), HoursSection)
    card.edit("lesson", "")
    card.editor.rows[0][3].set_value("8:4")
    press(form_of(card), "加一节")
    drafting.flush_all()
    again: HoursSection = part(window(room), HoursSection)
    again.edit("lesson", "")
    assert "上次没有保存的内容已放回" in words_of(form_of(again))
    assert len(again.editor.rows) == 8 and again.editor.typed()[0] == ["08:00", "8:4"]
    press(form_of(again), "取消")
    again.edit("lesson", "")
    assert len(again.editor.rows) == 7 and "已放回" not in words_of(form_of(again))


def test_hours_of_each_stage_where_there_are_two(
    new_room: Callable[..., Room], window: Callable[[Room], Shell]
) -> None:
    room = new_room(
        stage="nine", region="national", lessons=(), lessons_by_stage={"primary": [(500, 540)], "junior": [(480, 525)]}
    )
    card: HoursSection = part(window(room), HoursSection)
    told = words_of(card)
    assert "小学上课" in told and "初中上课" in told and "08:20—09:00" in told and "08:00—08:45" in told


def test_night_study_counts_or_does_not(room: Room, window: Callable[[Room], Shell]) -> None:
    shell = window(room)
    card: HoursSection = part(shell, HoursSection)
    assert card.study.value() is True
    card.study.click()
    assert school.context(room).study_counts is False
    shell.undo_deed()
    assert school.context(room).study_counts is True and card.study.value() is True


def test_the_region_s_target_and_the_school_s_own(room: Room, window: Callable[[Room], Shell]) -> None:
    shell = window(room)
    card: TargetSection = part(shell, TargetSection)
    assert "每周课外开放不少于 15 小时（湘教发〔2024〕23号" in words_of(card)
    press(card, "学校自己定")
    form_of(card).fields["hours"].set_value("很多")
    press(form_of(card), "保存")
    assert "请填小时数" in words_of(form_of(card))
    form_of(card).fields["hours"].set_value("7.5")
    form_of(card).fields["since"].set_value(date(2026, 11, 16))
    press(form_of(card), "保存")
    assert school.context(room).targets == ((date(2026, 11, 16), 450),)
    assert "每周 7.5 小时" in words_of(card) and "学校自定（2026-11-16 起）" in words_of(card)
    press(card, "恢复地区的目标")
    assert school.context(room).targets == () and "湘教发" in words_of(card)


def test_people_on_duty_at_once_may_count_apart(room: Room, window: Callable[[Room], Shell]) -> None:
    shell = window(room)
    card: TargetSection = part(shell, TargetSection)
    assert card.each.value() is False
    card.each.click()
    assert school.context(room).each_counts is True
    shell.undo_deed()
    assert school.context(room).each_counts is False and card.each.value() is False


def test_a_region_that_does_not_fit_is_taken_with_a_warning(
    new_room: Callable[..., Room], window: Callable[[Room], Shell]
) -> None:
    room = new_room(stage="primary", region="national")
    card: TargetSection = part(window(room), TargetSection)
    card.region.set_value("hunan-vocational")
    assert school.context(room).region == "hunan-vocational" and "本校是小学" in words_of(card)
