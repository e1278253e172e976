"""辅导记录 on the real window and the real store: from a visit to a saved note, signed, added to, unlocked, its history."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot
from sqlmodel import select

from psyroom.records.access import Reading as Opened
from psyroom.records.notes import DeskWord, NoNote
from psyroom.services import drafts, note_list, notes, private_notes, slips, visits
from psyroom.services.notes import StepTyped
from psyroom.settings import Settings
from psyroom.store.opening import open_room
from psyroom.ui import drafting, style
from psyroom.ui.kit.reading import Reading
from psyroom.ui.pages.bookings_entry import EntryCard
from psyroom.ui.pages.note_editor import NoteEditor
from psyroom.ui.pages.notes import Here
from psyroom.ui.pages.notes_history import HistoryView
from psyroom.ui.pages.notes_list import MORE
from psyroom.ui.pages.notes_new import NewCard
from psyroom.ui.pages.notes_read import GateCard
from psyroom.ui.window import Shell
from tests.services.room_for_bookings import PASSWORD, TUESDAY, Small, at, make_small
from tests.ui.at_the_window import buttons_of, compose, open_window, press, words_of

NOW = at(TUESDAY, 900)
CTRL, ALT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier
PARTS = {
    "words": "“上课老走神，一想到月考就手心出汗。”",
    "state": "说话声音小，谈到考试时捏衣角。",
    "problem": "主要困扰是考试前的紧张和入睡困难。",
    "measures": "商定每天记录入睡时间。",
    "effect": "说“没有来的时候那么堵了”。",
}


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Small]:
    made = make_small(tmp_path / "室")
    set_clock(made, NOW)
    yield made
    made.room.close()


def set_clock(small: Small, moment: datetime) -> None:
    small.room.now = lambda: moment.astimezone(UTC)


def visit(small: Small, which: int = 0, *, minute: int = 730, day: date = TUESDAY) -> str:
    """A visit that is over."""
    values = {"client": "student", "student": small.students[which], "person": small.wang}
    entered = visits.walk_in(small.room, values, at(day, minute))
    visits.close(small.room, entered.visit, at(day, minute + 45), minute + 45)
    return entered.visit


def write(small: Small, which: int = 0, *, now: datetime = NOW, day: date = TUESDAY, **more: Any) -> str:
    values = {"kind": "individual", "day": day, "starts": 730, "ends": 775, **PARTS, **more.pop("values", {})}
    return notes.add(small.room, values, [small.students[which]], now, **more)


def as_chen(small: Small) -> None:
    """The same room, opened by the other counsellor."""
    folder = small.room.folder
    small.room.close()
    small.room = open_room(folder, "陈老师", PASSWORD)
    set_clock(small, NOW)


def page_of(qtbot: QtBot, small: Small) -> Here:
    page = open_window(qtbot, small.room, "notes").go("notes")
    assert isinstance(page, Here)
    QApplication.processEvents()
    return page


def whole(qtbot: QtBot, small: Small) -> Shell:
    """The window with all its pages."""
    style.dress(style.look_for("light", 100))
    shell = Shell(small.room, Settings())
    qtbot.addWidget(shell)
    shell.resize(1366, 768)
    shell.show()
    shell.activateWindow()
    qtbot.waitUntil(shell.isActiveWindow)
    return shell


def key(qtbot: QtBot, which: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    """To whatever holds the keyboard."""
    QApplication.processEvents()
    held = QApplication.focusWidget()
    assert held is not None
    qtbot.keyClick(held, which, modifier)
    QApplication.processEvents()


def lines(page: Here) -> list[str]:
    return [f"{i.what}|{i.detail}|{','.join(t for t, _ in i.tags)}" for i in page.pane.list.items() if i.kind != "day"]


def seen(small: Small, note: str) -> notes.NoteSeen:
    return notes.seen(small.room, note, NOW)


def read_text(page: Here) -> str:
    QApplication.processEvents()
    found: list[Reading] = [w for w in page.reader.findChildren(Reading) if w.isVisibleTo(page.reader)]
    return " ".join(w.words() for w in found)


# ---- writing ----------------------------------------------------------------------------------------------------


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


def fill(editor: NoteEditor, name: str, words: str) -> None:
    """Write a part, as an input method hands it over."""
    editor.sheet.parts[name].control.set_value(words)


# ---- what is to be written ----------------------------------------------------------------------------------------


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


# ---- reading ------------------------------------------------------------------------------------------------------


def test_the_list_by_day_with_its_filters(small: Small, qtbot: QtBot) -> None:
    write(small, 0)
    write(small, 1, day=TUESDAY - timedelta(days=1), values={"kind": "telephone"})
    signed = write(small, 2, day=TUESDAY - timedelta(days=2), values={"effect": ""})
    notes.sign(small.room, signed, NOW)
    page = page_of(qtbot, small)
    assert [i.what for i in page.pane.list.items() if i.kind == "day"][0] == "2026年9月8日 周二"
    assert lines(page) == [
        "张晓雨 七年级1班|12:10 · 个别辅导|",
        "李明 七年级2班|12:10 · 电话辅导|",
        "王芳 七年级3班|12:10 · 个别辅导|已签字",
    ]
    page.pane.turn_filters()
    page.pane.filters.unsigned.set_value(True)
    assert len(lines(page)) == 2 and "未签字" in words_of(page.pane.card)
    page.pane.filters.kind.set_value("telephone")
    assert [line.split("|")[0] for line in lines(page)] == ["李明 七年级2班"]
    press(page.pane.card, "不筛选")
    assert len(lines(page)) == 3
    page.pane.filters.student.setFocus()
    qtbot.keyClicks(page.pane.filters.student, "wf")
    key(qtbot, Qt.Key.Key_Return)
    assert len(lines(page)) == 1


def test_earlier_ones_come_when_asked(small: Small, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("psyroom.ui.pages.notes.FIRST", 3)
    for n in range(5):
        write(small, n, day=TUESDAY - timedelta(days=n))
    page = page_of(qtbot, small)
    page._limit = 3
    page._list()
    assert len(lines(page)) == 4 and page.pane.list.items()[-1].what == MORE
    page._on_opened(page.pane.list.items()[-1])
    assert len(lines(page)) == 5


def test_only_what_is_written_is_shown_and_steps_are_ticked(small: Small, qtbot: QtBot) -> None:
    note = write(
        small,
        values={"effect": "", "hospital_says": "焦虑状态", "hospital": "市第一医院", "hospital_day": TUESDAY},
        categories=["study"],
        steps=[StepTyped("约班主任", TUESDAY - timedelta(days=1))],
    )
    page = page_of(qtbot, small)
    page.open(note=note)
    shown = words_of(page.reader)
    assert "来访者的话" in shown and "旁人的观察" not in shown and "还没写：辅导效果" in shown
    assert "12:10—12:55（45 分钟）" in shown and "学习压力" in shown and "已过期" in shown
    assert "医院诊断" in shown and "来源：市第一医院 · 2026年9月8日" in shown
    assert "已锁定" not in shown and "9月15日起锁定" in shown
    box = next(w for w in page.reader.findChildren(QWidget) if w.accessibleName() == "做完了：约班主任")
    box.setChecked(True)  # type: ignore[attr-defined]
    assert seen(small, note).steps[0].done_at and "做完" in words_of(page.reader)


def test_a_note_is_locked_by_itself_and_a_removed_one_comes_back(small: Small, qtbot: QtBot) -> None:
    old = write(small, 0, now=NOW - timedelta(days=8), day=TUESDAY - timedelta(days=8))
    new = write(small, 1)
    page = page_of(qtbot, small)
    page.open(note=old)
    assert "已锁定（自动）" in words_of(page.reader) and not buttons_of(page.reader, "修改")
    page.open(note=new)
    key(qtbot, Qt.Key.Key_Delete, CTRL)
    assert [line.id for line in note_list.listed(small.room, NOW)] == [old] and page.reader.note is None
    key(qtbot, Qt.Key.Key_Z, CTRL)
    assert len(lines(page)) == 2


def test_a_colleague_s_note_shows_what_it_is_and_opens_with_a_reason(small: Small, qtbot: QtBot) -> None:
    closed, shared = write(small, 0), write(small, 1, day=TUESDAY - timedelta(days=1))
    notes.share(small.room, shared, True)
    as_chen(small)
    page = page_of(qtbot, small)
    assert lines(page)[0] == "张晓雨 七年级1班|12:10 · 个别辅导 · 王老师写|"
    page.pane.list.setFocus()
    page.pane.list.focus_first()
    qtbot.waitUntil(lambda: bool(page.reader.findChildren(GateCard)))
    assert "手心" not in words_of(page) and not read_text(page)
    key(qtbot, Qt.Key.Key_Return)
    key(qtbot, Qt.Key.Key_Return)
    assert "请写明为什么要看" in words_of(page.reader) and not opened_by(small)
    compose(QApplication.focusWidget(), "接手这名学生")
    key(qtbot, Qt.Key.Key_Return)
    assert "手心出汗" in read_text(page) and "已经记下来了" in words_of(page.reader)
    assert [(o.note, o.reason) for o in opened_by(small)] == [(closed, "接手这名学生")]
    assert not buttons_of(page.reader, "修改") and not buttons_of(page.reader, "修改历史")
    assert page.reader.private is None
    page.open(note=shared)
    assert "手心出汗" in read_text(page) and len(opened_by(small)) == 2


def opened_by(small: Small) -> list[Opened]:
    with small.room.read() as session:
        return list(session.exec(select(Opened).where(Opened.person == small.chen)).all())


def test_one_s_own_private_note_is_folded_until_pressed(small: Small, qtbot: QtBot) -> None:
    note = write(small, private="她讲到父亲时停了很久")
    page = page_of(qtbot, small)
    page.open(note=note)
    card = page.reader.private
    assert card is not None and "停了很久" not in read_text(page) + words_of(page)
    press(card, "打开")
    assert "停了很久" in read_text(page)
    press(card, "改这一段")
    assert card.writing is not None
    card.writing.set_value("下次不急着问")
    drafting.flush_all()
    kept = drafts.load(small.room, "note-private", note)
    assert kept is not None and "下次" not in str(kept)
    press(card, "保存")
    assert (
        private_notes.read(small.room, note) == "下次不急着问" and drafts.load(small.room, "note-private", note) is None
    )
    press(card, "收起")
    assert "下次" not in read_text(page)


def test_a_later_word_not_saved_is_there_again(small: Small, qtbot: QtBot) -> None:
    note = write(small)
    notes.sign(small.room, note, NOW)
    page = page_of(qtbot, small)
    page.open(note=note)
    key(qtbot, Qt.Key.Key_A, ALT)
    held: Any = QApplication.focusWidget()
    held.insertPlainText("补一半")
    key(qtbot, Qt.Key.Key_Escape)
    key(qtbot, Qt.Key.Key_A, ALT)
    again: Any = QApplication.focusWidget()
    assert again.value() == "补一半" and "上次没有保存的补记已放回" in words_of(page.reader.place)


# ---- searching ----------------------------------------------------------------------------------------------------


def test_it_finds_as_one_types_and_marks_what_it_found(small: Small, qtbot: QtBot) -> None:
    note = write(small, 0, private="她讲到父亲时停了很久")
    write(small, 1, day=TUESDAY - timedelta(days=1), values={"words": "和同桌吵架"})
    page = page_of(qtbot, small)
    key(qtbot, Qt.Key.Key_F, CTRL)
    compose(QApplication.focusWidget(), "手")
    assert len(lines(page)) == 2
    compose(QApplication.focusWidget(), "心")
    qtbot.waitUntil(lambda: bool(page.pane.list.items()) and page.pane.list.items()[0].kind == "hit")
    (hit,) = page.pane.list.items()
    assert [hit.excerpt[a:b] for a, b in hit.marks] == ["手心"] and not page.pane.to_write.isVisible()
    key(qtbot, Qt.Key.Key_Return)
    key(qtbot, Qt.Key.Key_Return)
    assert page.reader.note is not None and page.reader.note.id == note
    assert [w for r in page.reader.findChildren(Reading) for w in r.marked("hit")] == ["手心"]
    page.pane.seek("父亲")
    qtbot.waitUntil(lambda: bool(page.pane.list.items()) and "父亲" in page.pane.list.items()[0].excerpt)
    (hit,) = page.pane.list.items()
    assert hit.icon == "lock-simple" and ("只有我看得到", "") in hit.tags
    page._on_opened(hit)
    assert page.reader.private is not None and page.reader.private.is_open()
    page.pane.box.setFocus()
    key(qtbot, Qt.Key.Key_Escape)
    assert len(lines(page)) == 2 and page.pane.to_write.isVisible()


def test_where_nothing_is_found_it_says_so(small: Small, qtbot: QtBot) -> None:
    write(small, 0)
    page = page_of(qtbot, small)
    page.open(search="没有这样的话")
    qtbot.waitUntil(lambda: "没有“没有这样的话”" in words_of(page.pane))


# ---- from elsewhere ---------------------------------------------------------------------------------------------


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


def test_looks(shoot: Callable[[QWidget, str], None], small: Small, qtbot: QtBot) -> None:
    visit(small, 0, minute=480)
    visit(small, 3, minute=540)
    note = write(
        small, 1, categories=["study", "sleep"], steps=[StepTyped("约班主任", TUESDAY)], private="下次不急着问",
        values={"hospital_says": "焦虑状态", "hospital": "市第一医院", "hospital_day": TUESDAY},
    )  # fmt: skip
    old = write(small, 2, day=TUESDAY - timedelta(days=9), now=NOW - timedelta(days=9))
    notes.add_word(small.room, old, "今天在走廊遇到，说睡得好一些了。", NOW)
    notes.unlock(small.room, old, "漏了一句", NOW)
    notes.change(small.room, old, {"measures": "商定每天记录入睡和醒来的时间。"}, [small.students[2]], NOW)
    shell = Shell(small.room, Settings(text_size=style.tokens.now().text_size))
    qtbot.addWidget(shell)
    page: Any = shell.go("notes")
    shoot(shell, "page-notes")
    page.open(note=note)
    page.reader.private.open()
    shoot(shell, "page-notes-read")
    page.reader.area.verticalScrollBar().setValue(9999)
    shoot(shell, "page-notes-private")
    page.deeds.sign()
    page.reader.area.verticalScrollBar().setValue(0)
    shoot(shell, "page-notes-sign")
    page.open(note=old)
    page.deeds.history()
    shoot(shell, "page-notes-history")
    page.back()
    page.begin_new()
    page.pane.turn_filters()
    shoot(shell, "page-notes-new")
    page.pane.turn_filters()
    page.open(search="手心")
    qtbot.waitUntil(lambda: page.pane.list.items()[0].kind == "hit")
    shoot(shell, "page-notes-search")


def test_what_is_typed_in_the_reading_view_outlives_what_happens_meanwhile(small: Small, qtbot: QtBot) -> None:
    note = write(small, steps=[StepTyped("约班主任", TUESDAY)])
    notes.sign(small.room, note, NOW)
    page = page_of(qtbot, small)
    page.open(note=note)
    key(qtbot, Qt.Key.Key_A, ALT)
    held: Any = QApplication.focusWidget()
    held.insertPlainText("补一半")
    page.deeds.tick(seen(small, note).steps[0].id, True)
    page.shell.tell_changed()
    assert held.isVisible() and held.value() == "补一半" and seen(small, note).steps[0].done_at
    page.open(note=write(small, 1))
    kept = drafts.load(small.room, "note-word", note)
    assert kept is not None and kept["text"] == "补一半"


def test_the_private_note_is_folded_when_the_page_is_left(small: Small, qtbot: QtBot) -> None:
    note = write(small, private="下次不急着问")
    shell = whole(qtbot, small)
    page: Any = shell.go("notes", note=note)
    page.reader.private.open()
    shell.go("today")
    shell.go("notes")
    assert not page.reader.private.is_open() and "下次" not in read_text(page)
