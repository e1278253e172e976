"""Reading in 辅导记录: the list and its filters, one note whole, a colleague's, the private one, what is found; pictures."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from psyroom.services import drafts, note_list, notes, private_notes
from psyroom.services.notes import StepTyped
from psyroom.settings import Settings
from psyroom.ui import drafting, style
from psyroom.ui.kit.reading import Reading
from psyroom.ui.pages.export_dialog import ExportDialog
from psyroom.ui.pages.notes_list import MORE
from psyroom.ui.pages.notes_read import GateCard
from psyroom.ui.window import Shell
from tests.services.room_for_bookings import TUESDAY, Small, make_small
from tests.ui.at_the_notes import (
    ALT,
    CTRL,
    NOW,
    as_chen,
    key,
    lines,
    opened_by,
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


def test_printing_goes_through_the_one_dialog(small: Small, qtbot: QtBot) -> None:
    note = write(small)
    page = page_of(qtbot, small)
    page.open(note=note)
    key(qtbot, Qt.Key.Key_P, CTRL)
    dialog = page.shell.findChild(ExportDialog)
    assert dialog is not None and dialog.isVisible()
    qtbot.waitUntil(lambda: dialog.preview.page_count() > 0, timeout=30_000)
    dialog.close()
