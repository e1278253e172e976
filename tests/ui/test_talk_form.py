"""One talk whole, over the window: several students at once, gentle words, follow-up, a draft; and a note counted as a talk."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pypdfium2
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from psyroom.services import drafts, talks
from psyroom.ui.pages import talk_form
from psyroom.ui.pages.export_dialog import ExportDialog
from psyroom.ui.pages.talk_form import TalkDialog
from psyroom.ui.window import Shell
from tests.services.room_for_bookings import TUESDAY, Small, make_small
from tests.ui.at_the_editor import a_note, set_clock
from tests.ui.at_the_table import CTRL, MONDAY, NOW, Hands, Key, make_class, recorded
from tests.ui.at_the_window import buttons_of, open_window, press, words_of


@pytest.fixture
def small(tmp_path: Path, cheap_keys: None) -> Iterator[Small]:
    made = make_class(tmp_path / "室")
    yield made
    made.room.close()


def form_in(qtbot: QtBot, small: Small, **what: object) -> tuple[Shell, TalkDialog]:
    shell = open_window(qtbot, small.room, "talks")
    dialog = talk_form.begin(shell, **what)  # type: ignore[arg-type]
    assert dialog is not None
    qtbot.waitUntil(dialog.isActiveWindow)
    return shell, dialog


def test_one_talk_with_two_students_is_a_row_for_each(small: Small, qtbot: QtBot) -> None:
    shell, dialog = form_in(qtbot, small, students=[small.students[0]])
    hands = Hands(qtbot)
    assert dialog.form.theme.hasFocus()
    dialog.form.pupils.picker.setFocus()
    hands.letters("hyf")
    hands.enter()
    dialog.form.theme.setFocus()
    hands.letters("3")
    part = dialog.form.fields["points"].control
    part.setFocus()
    hands.chinese("一起 做 值日")
    hands.press(Key.Key_F8)
    hands.letters("myt")
    hands.enter()
    hands.press(Key.Key_S, CTRL)
    found = recorded(small)
    assert {len(one) for one in found.values()} == {1} and len(found) == 2
    fields = found["1"][0].fields
    assert (fields.theme, fields.points, fields.day) == ("同伴交往", "一起做值日没有特别需要跟进的事。", MONDAY)
    assert "2 名学生的谈话" in words_of(shell.toaster) and drafts.pending(small.room) == []
    shell.undo_deed()
    assert recorded(small) == {}


def test_gentle_words_under_what_is_written(small: Small, qtbot: QtBot) -> None:
    _shell, dialog = form_in(qtbot, small, students=[small.students[0]])
    part = dialog.form.fields["points"]
    part.set_value("家长电话13812345678，家住襄垣县城关镇新建路3号。")
    assert "记录里不用写" in words_of(dialog) and "详细住址" in words_of(dialog)
    dialog.save()  # they stand in nobody's way
    assert len(recorded(small)) == 1


def test_what_is_wrong_stands_under_its_field_and_a_draft_stays(small: Small, qtbot: QtBot) -> None:
    shell, dialog = form_in(qtbot, small)
    hands = Hands(qtbot)
    hands.press(Key.Key_S, CTRL)
    assert "请选一位学生" in words_of(dialog)
    dialog.form.fields["starts"].control.setFocus()
    hands.letters("hello")
    hands.press(Key.Key_S, CTRL)
    assert "看不懂这个时间" in words_of(dialog) and recorded(small) == {}
    dialog.form.fields["points"].control.setFocus()
    hands.chinese("说 想家")
    hands.press(Key.Key_Escape)
    again = talk_form.begin(shell)
    assert again is not None and again.form.values()["points"] == "说想家" and "接着上次" in words_of(again)


def test_what_was_promised_is_done(small: Small, qtbot: QtBot) -> None:
    values = {"day": MONDAY, "talker": "王老师", "points": "想家", "follow_day": MONDAY}
    (talk,) = talks.add(small.room, values, [small.students[0]], NOW)
    _shell, dialog = form_in(qtbot, small, talk=talk)
    assert "说好10月12日跟进" in words_of(dialog)
    dialog.followed.setFocus()
    Hands(qtbot).chinese("周末 回了家")
    press(dialog, "跟进好了")
    seen = talks.seen(small.room, talk)
    assert (seen.followed_on, seen.followed, seen.to_follow) == (MONDAY, "周末回了家", False)


def test_a_talk_is_set_right_and_taken_out(small: Small, qtbot: QtBot) -> None:
    (talk,) = talks.add(small.room, {"day": MONDAY, "talker": "王老师", "points": "想家"}, [small.students[0]], NOW)
    shell, dialog = form_in(qtbot, small, talk=talk)
    dialog.form.fields["day"].control.set_value("1009")
    dialog.form.fields["points"].control.setPlainText("")
    Hands(qtbot).press(Key.Key_S, CTRL)
    fields = talks.seen(small.room, talk).fields
    assert (fields.day, fields.points, fields.talker) == (date(2026, 10, 9), "", "王老师")
    other = talk_form.begin(shell, talk=talk)
    assert other is not None
    other.remove()
    assert recorded(small) == {}
    shell.undo_deed()
    assert len(recorded(small)) == 1
    assert talk_form.begin(shell, talk="0" * 32) is None


@pytest.fixture
def noted(tmp_path: Path) -> Iterator[Small]:
    made = make_small(tmp_path / "室")
    set_clock(made)
    yield made
    made.room.close()


def test_a_note_is_counted_as_a_talk_by_one_key(noted: Small, qtbot: QtBot) -> None:
    note = a_note(noted)
    shell = open_window(qtbot, noted.room, "notes")
    page = shell.go("notes", note=note)
    assert page is not None
    qtbot.waitUntil(lambda: bool(buttons_of(page, "算作本学期谈话")))
    Hands(qtbot).press(Key.Key_T, Qt.KeyboardModifier.AltModifier)
    QApplication.processEvents()
    (talk,) = talks.of_student(noted.room, noted.students[0])
    assert (talk.origin, talk.fields.day, talk.fields.points) == ("note", TUESDAY, "")
    press(page, "算作本学期谈话")
    assert len(talks.of_student(noted.room, noted.students[0])) == 1 and "已经登记为谈话" in words_of(shell.toaster)


def test_a_talk_is_printed_as_it_is_recorded(small: Small, qtbot: QtBot) -> None:
    values = {"day": MONDAY, "talker": "赵老师", "points": "数学跟得上"}
    (talk,) = talks.add(small.room, values, [small.students[0]], NOW)
    _, dialog = form_in(qtbot, small, talk=talk)
    hands = Hands(qtbot)
    dialog.form.fields["points"].control.insertPlainText("了。")
    hands.press(Key.Key_P, CTRL)
    assert dialog.isVisible() and "先保存（Ctrl+S），再打印" in words_of(dialog.shell.toaster)
    hands.press(Key.Key_S, CTRL)
    shell, dialog = form_in(qtbot, small, talk=talk)
    hands.press(Key.Key_P, CTRL)
    leaving = [top for top in QApplication.topLevelWidgets() if isinstance(top, ExportDialog) and top.isVisible()]
    assert len(leaving) == 1 and leaving[0].leaving.kind == "谈心谈话记录表"
    qtbot.waitUntil(lambda: bool(leaving[0].files))
    (data,) = leaving[0].files.values()
    pages = pypdfium2.PdfDocument(data)
    assert "了。" in pages[0].get_textpage().get_text_range()
    leaving[0].reject()
