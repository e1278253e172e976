"""设置, the people, rooms, own lessons, look and safety, on the real window and the real store."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from psyroom.services import backups, bookings, people, private_notes
from psyroom.services.school import context
from psyroom.settings import Settings
from psyroom.store import recovery, roomfile
from psyroom.store.opening import open_room
from psyroom.store.recovering import recover
from psyroom.store.room import Room
from psyroom.ui import ask, style, tokens
from psyroom.ui.pages.settings_people import (
    LOST,
    NOT_ON_SHEET,
    RESET_LOST,
    AfterRemoval,
    PasswordSection,
    PeopleSection,
)
from psyroom.ui.pages.settings_safety import LookSection, SafetySection
from psyroom.ui.pages.settings_school import PlacesSection
from psyroom.ui.pages.settings_timetable import TimetableSection
from psyroom.ui.window import Shell
from tests.conftest import PASSWORD
from tests.ui.at_settings import OTHER, form_of, part
from tests.ui.at_the_window import Hands, buttons_of, open_window, press, words_of


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[Callable[[Room], Shell]]:
    yield lambda room: open_window(qtbot, room, "settings")
    style.dress(style.look_for("light", 100))


# ---- people -------------------------------------------------------------------------------------------------------


def test_a_colleague_is_added_with_a_password_of_their_own(room: Room, window: Callable[[Room], Shell]) -> None:
    shell = window(room)
    card: PeopleSection = part(shell, PeopleSection)
    assert "甲" in words_of(card) and "乙" in words_of(card)
    press(card, "添加人员")
    form = form_of(card)
    form.fields["name"].set_value("丙")
    form.fields["password"].set_value(OTHER)
    form.fields["again"].set_value("不一样")
    press(form, "添加")
    assert "两次输入的不一样" in words_of(form)
    form.fields["password"].set_value("短")
    form.fields["again"].set_value("短")
    press(form, "添加")
    assert "至少要 12 个字符" in words_of(form)
    form.fields["password"].set_value(OTHER)
    form.fields["again"].set_value(OTHER)
    press(form, "添加")
    assert ("丙", "duty") in [(name, role) for _, name, role, _ in people.listed(room)]
    assert card.place.form is None and "丙" in words_of(card)


def test_taking_off_says_what_it_does_and_asks(
    qtbot: QtBot, room: Room, window: Callable[[Room], Shell], monkeypatch: pytest.MonkeyPatch
) -> None:
    shell = window(room)
    card: PeopleSection = part(shell, PeopleSection)
    assert len(buttons_of(card, "移除")) == 1, "nobody takes off the one who is using the room"
    hands = Hands(yes=False)
    monkeypatch.setattr(ask, "answerer", hands)
    press(card, "移除")
    assert "旧备份" in hands.asked[0] and "不能撤销" in hands.asked[0] and hands.asked[0].endswith("True")
    assert all(active for *_, active in people.listed(room))
    monkeypatch.setattr(ask, "answerer", Hands(yes=True))
    for _ in backups.make(room):
        pass
    press(card, "移除")
    qtbot.waitUntil(lambda: not all(active for *_, active in people.listed(room)), timeout=20_000)
    qtbot.waitUntil(lambda: "乙" not in words_of(card.rows), timeout=20_000)
    told = card.findChild(AfterRemoval)
    assert told is not None and "旧密码" in words_of(told) and "私密手记" not in words_of(told)
    assert len(backups.sealed_before(room)) == 1
    told.backup_button.click()
    qtbot.waitUntil(lambda: "已销毁" in words_of(card), timeout=20_000)
    assert not backups.sealed_before(room) and len(backups.listed(room)) == 1


def test_what_a_reset_and_a_new_sheet_do_to_private_notes_is_said(room: Room, window: Callable[[Room], Shell]) -> None:
    people.add(room, "丙", "counsellor", OTHER)
    folder = room.folder
    room.close()
    with open_room(folder, "丙", OTHER) as theirs:
        private_notes.write(theirs, "只给自己看的", note="", student="", now=datetime(2026, 10, 12, 12))
    with open_room(folder, "甲", PASSWORD) as room:
        card: PeopleSection = part(window(room), PeopleSection)
        assert "私密手记" not in words_of(card)
        id = next(id for id, name, _, _ in people.listed(room) if name == "丙")
        card._open_reset(id, "丙", "counsellor")
        assert "恢复单" in words_of(form_of(card)) and RESET_LOST not in words_of(form_of(card))
        people.new_recovery_sheet(room)
        card.show_school(context(room))
        assert NOT_ON_SHEET in words_of(card)
        card._open_reset(id, "丙", "counsellor")
        assert RESET_LOST in words_of(form_of(card))
        people.reset_password(room, id, f"{OTHER}新的")
        card.show_school(context(room))
        assert LOST in words_of(card)
    with open_room(folder, "丙", f"{OTHER}新的") as theirs:
        section: PasswordSection = part(window(theirs), PasswordSection)
        assert private_notes.AWAY in words_of(section)


def test_one_s_own_password_is_changed_by_anybody(duty_room: Room, window: Callable[[Room], Shell]) -> None:
    shell = window(duty_room)
    card: PasswordSection = part(shell, PasswordSection)
    press(card, "修改密码")
    form = form_of(card)
    form.fields["old"].set_value("不是这个")
    form.fields["password"].set_value(OTHER)
    form.fields["again"].set_value(OTHER)
    press(form, "改密码")
    assert "密码不对" in words_of(form)
    form.fields["old"].set_value(PASSWORD)
    press(form, "改密码")
    assert shell.toaster.words() == "密码已改" and card.place.form is None
    people.change_password(duty_room, OTHER, PASSWORD)


# ---- rooms, timetable ---------------------------------------------------------------------------------------------


def test_a_room_is_added_and_closed(room: Room, window: Callable[[Room], Shell]) -> None:
    shell = window(room)
    card: PlacesSection = part(shell, PlacesSection)
    press(card, "添加房间")
    form_of(card).fields["name"].set_value("个别辅导室")
    press(form_of(card), "添加")
    assert "已经有一间" in words_of(form_of(card))
    form_of(card).fields["name"].set_value("沙盘室")
    press(form_of(card), "添加")
    assert "沙盘室" in words_of(card)
    buttons_of(card, "停用")[-1].click()
    assert "沙盘室" not in words_of(card.rows)
    shell.undo_deed()
    assert "沙盘室" in words_of(card.rows)


def test_own_lessons_are_marked_by_keys(qtbot: QtBot, room: Room, window: Callable[[Room], Shell]) -> None:
    shell = window(room)
    card: TimetableSection = part(shell, TimetableSection)
    assert len(card.grid.cells) == 35 and not card.save_button.isEnabled()
    first = card.grid.cells[(1, 480, 525)]
    first.setFocus()
    qtbot.keyClick(first, Qt.Key.Key_Space)
    qtbot.keyClick(first, Qt.Key.Key_Right)
    second = card.grid.cells[(2, 480, 525)]
    assert second.hasFocus()
    qtbot.keyClick(second, Qt.Key.Key_Down)
    qtbot.keyClick(card.grid.cells[(2, 535, 580)], Qt.Key.Key_Space)
    press(card, "保存课表")
    assert bookings.timetable_of(room, room.person.id) == [(1, 480, 525), (2, 535, 580)]
    assert card.grid.value() == {(1, 480, 525), (2, 535, 580)} and not card.save_button.isEnabled()
    shell.undo_deed()
    assert card.grid.value() == set()


# ---- look and safety ----------------------------------------------------------------------------------------------


def test_the_look_is_chosen_and_remembered(room: Room, window: Callable[[Room], Shell]) -> None:
    shell = window(room)
    card: LookSection = part(shell, LookSection)
    card.text_size.set_value(150)
    assert tokens.now().text_size == 150 and Settings.load().text_size == 150
    shell.set_text_size(100)
    assert card.text_size.value() == 100
    card.theme.set_value("dark")
    assert tokens.now().dark and Settings.load().theme == "dark"
    card.idle.set_value(15)
    assert Settings.load().idle_minutes == 15
    card.theme.set_value("light")


def test_a_sound_room_is_told_to_be_sound(qtbot: QtBot, room: Room, window: Callable[[Room], Shell]) -> None:
    card: SafetySection = part(window(room), SafetySection)
    press(card, "体检")
    qtbot.waitUntil(lambda: "体检完毕，没有发现问题" in words_of(card), timeout=30_000)


def test_a_lost_recovery_sheet_is_replaced(
    room: Room, window: Callable[[Room], Shell], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    old = roomfile.read(room.folder).sheet.public
    card: SafetySection = part(window(room), SafetySection)
    monkeypatch.setattr(ask, "answerer", Hands(yes=False))
    press(card, "换一张恢复单")
    assert roomfile.read(room.folder).sheet.public == old, "it asks first"
    monkeypatch.setattr(ask, "answerer", Hands(yes=True))
    press(card, "换一张恢复单")
    sheet, code = card.sheet, card.sheet.code
    assert roomfile.read(room.folder).sheet.public != old and sheet.preview.page_count() == 1
    press(sheet, "核对好了")
    assert "不一样" in words_of(sheet), "nobody goes on without having looked"
    sheet.answer.setText(recovery.groups(code)[sheet.asked].lower())
    press(sheet, "核对好了")
    assert "换好了" in words_of(card) and sheet.code == ""
    folder = room.folder
    room.close()
    opened, _ = recover(folder, code, "甲", OTHER)
    opened.close()
