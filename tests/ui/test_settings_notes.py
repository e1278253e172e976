"""设置 · 辅导记录 and 常用语 on the real window: the days until the lock, the school's categories, phrases."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from psyroom.services import categories, note_lock, phrases
from psyroom.store.room import Room
from psyroom.ui.pages.settings_notes import NotesSection, PhrasesSection
from psyroom.ui.window import Shell
from tests.ui.at_settings import form_of, part
from tests.ui.at_the_window import buttons_of, open_window, press, words_of


@pytest.fixture
def shell(qtbot: QtBot, room: Room) -> Shell:
    return open_window(qtbot, room, "settings")


def names(room: Room) -> list[str]:
    return [name for _id, name in categories.listed(room)]


def test_the_days_until_the_lock(shell: Shell, room: Room) -> None:
    section = part(shell, NotesSection)
    assert section.days.value() == 7 and not section.save_button.isEnabled()
    section.days.control.set_value("10")
    press(section, "保存天数")
    assert note_lock.lock_days(room) == 10 and not section.save_button.isEnabled()
    section.days.control.set_value("0")
    press(section, "保存天数")
    assert note_lock.lock_days(room) == 10 and section.days.error.text()
    section.days.control.set_value("七天")
    press(section, "保存天数")
    assert note_lock.lock_days(room) == 10 and section.days.error.text()
    shell.undo_deed()
    assert note_lock.lock_days(room) == 7


def test_categories_are_added_renamed_moved_retired_and_come_back(shell: Shell, room: Room, qtbot: QtBot) -> None:
    section = part(shell, NotesSection)
    press(section, "添加类别")
    form = form_of(section)
    form.fields["name"].set_value("考试焦虑")
    qtbot.keyClick(form.fields["name"].control, Qt.Key.Key_Return)
    assert names(room)[-1] == "考试焦虑" and section.place.isHidden()
    press(section, "考试焦虑")
    form = form_of(section)
    form.fields["name"].set_value("学习压力")
    press(form, "保存名称")
    assert "学习压力”有两个" in words_of(form)
    form.fields["name"].set_value("考前紧张")
    press(form, "保存名称")
    assert names(room)[-1] == "考前紧张"
    press(section, "考前紧张")
    press(form_of(section), "往前一位")
    assert names(room)[-2] == "考前紧张"
    press(form_of(section), "停用")
    assert "考前紧张" not in names(room) and "停用的" in words_of(section)
    press(section, "考前紧张")
    assert "考前紧张" in names(room)
    shell.undo_deed()
    assert "考前紧张" not in names(room)


def test_one_s_own_phrases(shell: Shell, room: Room) -> None:
    section: Any = part(shell, PhrasesSection)
    assert "还没有自己加的" in words_of(section)
    press(section, "添加常用语")
    form = form_of(section)
    form.fields["text"].set_value("愿意下周同一时间再来")
    form.fields["part"].set_value("effect")
    press(form, "添加")
    (row,) = section.rows.rows()
    assert row.row.what == "愿意下周同一时间再来" and row.row.detail == "辅导效果 · 自己的"
    press(section, "修改")
    form = form_of(section)
    form.fields["text"].set_value("")
    press(form, "保存")
    assert form.fields["text"].error.text()
    form.fields["text"].set_value("愿意下周再来一次")
    press(form, "保存")
    assert phrases.find(room, "yyxzzl")[0].text == "愿意下周再来一次"
    press(section, "去掉")
    assert not buttons_of(section, "去掉")
    shell.undo_deed()
    assert buttons_of(section, "去掉")
