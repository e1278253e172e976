"""辅导记录 on the real window and the real store: from a visit to a saved note, signed, added to, unlocked, its history."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from sqlmodel import select

from psyroom.records.notes import DeskWord, NoNote
from psyroom.services import note_list, slips
from psyroom.services.notes import StepTyped
from psyroom.ui.kit.reading import Reading
from psyroom.ui.pages.bookings_entry import EntryCard
from psyroom.ui.pages.note_editor import NoteEditor
from psyroom.ui.pages.notes import Here
from psyroom.ui.pages.notes_history import HistoryView
from psyroom.ui.pages.notes_new import NewCard
from tests.services.room_for_bookings import TUESDAY, Small, make_small
from tests.ui.at_the_notes import (
    ALT,
    CTRL,
    NOW,
    PARTS,
    fill,
    key,
    page_of,
    read_text,
    seen,
    set_clock,
    visit,
    whole,
    write,
)
from tests.ui.at_the_window import buttons_of, compose, press, words_of


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Small]:
    made = make_small(tmp_path / "室")
    set_clock(made, NOW)
    yield made
    made.room.close()


def test_from_a_visit_in_one_click_to_signed_added_to_unlocked_and_restored(small: Small, qtbot: QtBot) -> None:
    came = visit(small)
    shell = whole(qtbot, small)
    bookings: Any = shell.go("bookings")
    bookings.show_entry("visit", came)
    card = bookings.sheet.body()
    assert isinstance(card, EntryCard)
    press(card, "写记录")
    page = shell.pages["notes"]
    assert isinstance(page, Here)
    editor = page.stack.currentWidget()
    assert isinstance(editor, NoteEditor) and page.badge() == 1
    for name, words in PARTS.items():
        fill(editor, name, words)
    key(qtbot, Qt.Key.Key_Return, CTRL)
    (line,) = note_list.listed(small.room, NOW)
    note = line.id
    assert seen(small, note).fields.visit == came and seen(small, note).fields.starts == 730
    assert page.stack.currentWidget() is page.browse and page.reader.note is not None and page.reader.note.id == note
    assert "手心出汗" in read_text(page) and page.badge() == 0 and "都写完了" in words_of(page.pane)
    # signed: Enter alone does not
    key(qtbot, Qt.Key.Key_S, ALT)
    assert "签字不能撤销" in words_of(page.reader)
    key(qtbot, Qt.Key.Key_Return)
    assert not seen(small, note).signed_at
    key(qtbot, Qt.Key.Key_S, ALT)
    press(page.reader.place, "签字")
    assert seen(small, note).signed_at and "已签字" in words_of(page.reader)
    assert not buttons_of(page.reader, "修改") and buttons_of(page.reader, "补记")
    # added to
    key(qtbot, Qt.Key.Key_A, ALT)
    held: Any = QApplication.focusWidget()
    held.insertPlainText("今天在走廊遇到，说睡得好一些了。")
    key(qtbot, Qt.Key.Key_S, CTRL)
    assert [one.text for one in seen(small, note).addenda] == ["今天在走廊遇到，说睡得好一些了。"]
    assert "说睡得好一些了" in read_text(page)
    # unlocked with a reason, changed
    key(qtbot, Qt.Key.Key_U, ALT)
    key(qtbot, Qt.Key.Key_Return)
    assert "请写明为什么要解锁" in words_of(page.reader.place)
    compose(QApplication.focusWidget(), "漏了一句")
    key(qtbot, Qt.Key.Key_Return)
    assert (
        seen(small, note).may_change and not seen(small, note).signed_at and "原因：漏了一句" in words_of(page.reader)
    )
    key(qtbot, Qt.Key.Key_F2)
    editor = page.stack.currentWidget()
    assert isinstance(editor, NoteEditor)
    fill(editor, "measures", "商定每天记录入睡和醒来的时间。")
    key(qtbot, Qt.Key.Key_S, CTRL)
    assert page.stack.currentWidget() is editor
    key(qtbot, Qt.Key.Key_Escape)
    assert "醒来" in seen(small, note).fields.measures
    # its history, and the first version again
    key(qtbot, Qt.Key.Key_H, ALT)
    history = page.stack.currentWidget()
    assert isinstance(history, HistoryView) and "王老师" in words_of(history)
    added = [words for w in history.findChildren(Reading) for words in w.marked("new")]
    assert any("醒来" in words for words in added)
    first = history.list.rows()[-1]
    first.setFocus()
    key(qtbot, Qt.Key.Key_Return)
    key(qtbot, Qt.Key.Key_R, CTRL)
    assert seen(small, note).fields.measures == PARTS["measures"]
    assert (
        history.versions[0].values["measures"] == PARTS["measures"] and "醒来" in history.versions[1].values["measures"]
    )
    key(qtbot, Qt.Key.Key_Escape)
    assert page.stack.currentWidget() is page.browse and PARTS["measures"] in read_text(page)


def test_the_list_of_what_is_to_be_written_by_keyboard(small: Small, qtbot: QtBot) -> None:
    first = visit(small, 0, minute=480)
    visit(small, 1, minute=600)
    half = write(small, 2, values={"effect": ""})
    page = page_of(qtbot, small)
    rows = [(w.row.what, w.row.tags[0][0]) for w in page.pane.to_write.list.rows()]
    assert rows == [("张晓雨 七年级1班", "未写"), ("李明 七年级2班", "未写"), ("王芳 七年级3班", "未完")]
    assert page.badge() == 3 and "待写 3 次" in words_of(page.pane)
    key(qtbot, Qt.Key.Key_N)
    assert "为什么不用写" in words_of(page.pane.to_write)
    key(qtbot, Qt.Key.Key_2)
    with small.room.read() as session:
        assert session.get_one(NoNote, first).why == "elsewhere"
    assert page.badge() == 2
    key(qtbot, Qt.Key.Key_Z, CTRL)
    assert page.badge() == 3
    page.pane.to_write.list.rows()[2].setFocus()
    key(qtbot, Qt.Key.Key_Return)
    editor = page.stack.currentWidget()
    assert isinstance(editor, NoteEditor) and editor.note is not None and editor.note.id == half


def test_down_from_what_is_to_be_written_goes_to_the_notes_and_up_comes_back(small: Small, qtbot: QtBot) -> None:
    visit(small, 0, minute=480)
    write(small, 1)
    page = page_of(qtbot, small)
    assert page.pane.to_write.list.rows()[0].hasFocus()
    key(qtbot, Qt.Key.Key_Down)
    assert page.pane.list.hasFocus()
    qtbot.waitUntil(lambda: page.reader.note is not None)
    key(qtbot, Qt.Key.Key_Return)
    assert page.reader.area is not None and page.reader.area.hasFocus()
    key(qtbot, Qt.Key.Key_Escape)
    assert page.pane.list.hasFocus()
    key(qtbot, Qt.Key.Key_Up)
    assert page.pane.to_write.list.rows()[0].hasFocus()


def test_a_draft_is_offered_where_it_was_begun(small: Small, qtbot: QtBot) -> None:
    came = visit(small)
    page = page_of(qtbot, small)
    page.write_of(came)
    editor: Any = page.stack.currentWidget()
    fill(editor, "words", "写到一半")
    page.back()
    assert page.pane.to_write.list.rows()[0].row.tags[0][0] == "有草稿"
    page.write_about(small.students[1], "individual")
    editor = page.stack.currentWidget()
    fill(editor, "state", "还没写完")
    page.back()
    row = page.pane.to_write.list.rows()[0].row
    assert row.what == "李明 个别辅导" and "写到一半" in row.detail
    assert row.open is not None
    row.open()
    assert isinstance(page.stack.currentWidget(), NoteEditor)
    assert page.stack.currentWidget()._blank_about == f"student:{small.students[1]}:individual"  # type: ignore[union-attr]


def test_a_new_note_asks_for_the_student_by_pinyin(small: Small, qtbot: QtBot) -> None:
    page = page_of(qtbot, small)
    key(qtbot, Qt.Key.Key_N, CTRL)
    card = page.reader.findChild(NewCard)
    assert card is not None and card.picker.hasFocus()
    key(qtbot, Qt.Key.Key_Return)
    assert "请选一位学生" in words_of(card)
    qtbot.keyClicks(card.picker, "zxy")
    key(qtbot, Qt.Key.Key_Return)
    key(qtbot, Qt.Key.Key_Return)
    editor = page.stack.currentWidget()
    assert isinstance(editor, NoteEditor)
    page.back()
    assert "选一篇记录" in words_of(page.reader)
    page.begin_new()
    assert "预约过的来访" in words_of(page.reader)
    key(qtbot, Qt.Key.Key_Escape)
    assert "预约过的来访" not in words_of(page.reader)


def test_what_was_agreed_and_what_the_desk_left_stand_there_while_nothing_is_chosen(small: Small, qtbot: QtBot) -> None:
    visit(small)
    note = write(small, 1, steps=[StepTyped("约班主任", TUESDAY - timedelta(days=1))])
    slips.write_slip(small.room, "来的时候在哭", NOW)
    page = page_of(qtbot, small)
    shown = words_of(page.reader)
    assert "约班主任" in shown and "过了 1 天" in shown and "来的时候在哭" in shown
    press(page.reader, "做完了")
    assert seen(small, note).steps[0].done_at and "约班主任" not in words_of(page.reader)
    press(page.reader, "张晓雨 七年级1班")
    with small.room.read() as session:
        (word,) = session.exec(select(DeskWord)).all()
        assert (word.student, word.text) == (small.students[0], "来的时候在哭")
    assert "来的时候在哭" not in words_of(page.reader)


def test_a_slip_becomes_part_of_a_note(small: Small, qtbot: QtBot) -> None:
    visit(small)
    slips.write_slip(small.room, "来的时候在哭", NOW)
    page = page_of(qtbot, small)
    press(page.reader, "写成一篇记录")
    card = page.reader.findChild(NewCard)
    assert card is not None and card.picker.value() == small.students[0]
    press(page.reader, "开始写")
    editor = page.stack.currentWidget()
    assert isinstance(editor, NoteEditor)
    fill(editor, "words", "说和同桌吵架了")
    key(qtbot, Qt.Key.Key_Return, CTRL)
    assert "来的时候在哭" in read_text(page) and "值班便条" in words_of(page.reader)


def test_from_a_student_s_card_with_the_kind(small: Small, qtbot: QtBot) -> None:
    shell = whole(qtbot, small)
    students: Any = shell.go("students", student=small.students[0])
    kinds = students.card.kinds.actions()
    assert [a.text() for a in kinds][:3] == ["个别辅导", "团体辅导", "家长沟通"]
    kinds[2].trigger()
    page = shell.pages["notes"]
    assert isinstance(page, Here) and shell.now_shown == "notes"
    editor: Any = page.stack.currentWidget()
    assert isinstance(editor, NoteEditor) and editor._blank_about == f"student:{small.students[0]}:parent"


def test_a_visit_with_a_note_leads_to_it(small: Small, qtbot: QtBot) -> None:
    came = visit(small)
    note = write(small, values={"visit": came})
    shell = whole(qtbot, small)
    bookings: Any = shell.go("bookings")
    bookings.show_entry("visit", came)
    press(bookings.sheet.body(), "看记录")
    page: Any = shell.pages["notes"]
    assert page.reader.note is not None and page.reader.note.id == note
