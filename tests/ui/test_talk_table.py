"""录入 on the real window: a class by keyboard alone; every problem in its row, nothing typed lost, one deed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from psyroom.services import drafts, talks
from psyroom.ui import drafting
from psyroom.ui.pages.talk_form import TalkDialog
from psyroom.ui.pages.talk_table import FORM
from tests.services.room_for_bookings import Small
from tests.ui.at_the_table import (
    CLASS,
    CTRL,
    MONDAY,
    NOW,
    SHIFT,
    TEACHER,
    Hands,
    Key,
    make_class,
    recorded,
    table_of,
)
from tests.ui.at_the_window import words_of


@pytest.fixture
def small(tmp_path: Path, cheap_keys: None) -> Iterator[Small]:
    made = make_class(tmp_path / "室")
    yield made
    made.room.close()


def talked(small: Small, place: int = 1, **more: object) -> str:
    values = {"day": MONDAY, "talker": "王老师", "theme": "学习情况", "points": "想学好数学", **more}
    return talks.add(small.room, values, [small.students[place - 1]], NOW)[0]


def test_a_row_inherits_what_is_said_above_and_may_say_otherwise(small: Small, qtbot: QtBot) -> None:
    _shell, tab = table_of(qtbot, small, CLASS)
    hands = Hands(qtbot)
    assert tab.day.hasFocus() and tab.talker.text() == TEACHER
    tab.day.clear()
    hands.letters("1009")
    hands.enter()
    hands.enter()
    assert tab.grid.row().place == 1 and tab.grid.column() == "theme"
    hands.letters("xx")
    hands.enter()  # letters find 学习情况
    hands.chinese("单词 背 得 慢")
    hands.enter()
    assert tab.grid.row().place == 2 and tab.grid.column() == "theme"
    for _ in range(4):
        hands.press(Key.Key_Backtab, SHIFT)
    assert tab.grid.column() == "day"
    hands.letters("1010")
    hands.press(Key.Key_Tab)
    hands.letters("1230")
    hands.press(Key.Key_Tab)
    hands.chinese("赵老师")
    hands.press(Key.Key_Tab)
    hands.letters("dh")
    hands.press(Key.Key_Tab)
    hands.letters("3")  # a figure takes it and goes on
    hands.chinese("和 同桌 和好")
    hands.press(Key.Key_Tab)
    hands.press(Key.Key_Tab)
    hands.letters("1020")
    hands.press(Key.Key_S, CTRL)
    found = recorded(small)
    assert list(found) == ["1", "2"]
    first, second = found["1"][0].fields, found["2"][0].fields
    assert (first.day, first.talker, first.way, first.theme, first.points) == (
        date(2026, 10, 9), TEACHER, "face", "学习情况", "单词背得慢",
    )  # fmt: skip
    assert (second.day, second.starts, second.talker, second.way, second.theme) == (
        date(2026, 10, 10), 750, "赵老师", "telephone", "同伴交往",
    )  # fmt: skip
    assert (second.follow_up, second.follow_day) == (True, date(2026, 10, 20))
    assert tab.grid.row().place == 3 and "还要谈 28" in words_of(tab)


def test_enter_goes_down_past_who_was_talked_to_and_an_empty_row_costs_nothing(small: Small, qtbot: QtBot) -> None:
    talked(small, 2)
    _shell, tab = table_of(qtbot, small, CLASS)
    hands = Hands(qtbot)
    tab.into_table()
    hands.enter()  # nothing typed: the next row, and the second is done
    assert tab.grid.row().place == 3
    hands.press(Key.Key_Down)
    hands.letters("1")
    hands.chinese("都 好")
    hands.enter()
    assert tab.grid.row().place == 5 and len(tab.sitting.typed()) == 1
    tab.fold.set_value(True)
    assert [row.place for row in tab.grid.rows()][:3] == [1, 3, 4] and tab.grid.row().place == 5
    hands.press(Key.Key_S, CTRL)
    assert sorted(recorded(small)) == ["2", "4"]


def test_where_a_row_is_begun_the_next_one_begins(small: Small, qtbot: QtBot) -> None:
    _shell, tab = table_of(qtbot, small, CLASS)
    hands = Hands(qtbot)
    tab.into_table()
    hands.press(Key.Key_Tab)
    assert tab.grid.column() == "points"
    hands.chinese("没有 写 主题")
    hands.enter()
    assert (tab.grid.row().place, tab.grid.column()) == (2, "points")
    assert tab.grid.points.toPlainText() == ""


def test_from_above_by_one_key(small: Small, qtbot: QtBot) -> None:
    _shell, tab = table_of(qtbot, small, CLASS)
    hands = Hands(qtbot)
    tab.into_table()
    hands.letters("2")
    hands.chinese("作业 有点 多")
    hands.enter()
    hands.press(Key.Key_D, CTRL)
    assert tab.grid.pick.text() == "学习情况" and "points" not in tab.grid.row().own
    hands.press(Key.Key_Down)
    tab.grid.copy_above(whole=True)
    assert tab.grid.row().own["theme"] == "学习情况"
    tab.grid.clear_row()
    assert not tab.grid.row().own
    assert len(tab.sitting.typed()) == 2


def test_a_problem_stands_in_its_row_and_nothing_is_saved_until_it_is_gone(small: Small, qtbot: QtBot) -> None:
    _shell, tab = table_of(qtbot, small, CLASS)
    hands = Hands(qtbot)
    tab.into_table()
    hands.letters("2")
    hands.chinese("作业 有点 多")
    for _ in range(3):
        hands.press(Key.Key_Tab)
    assert tab.grid.column() == "excuse"
    hands.letters("1")
    row = tab.sitting.rows[0]
    assert row.own["excuse"] == "长期请假"
    assert "请留下一样" in row.problems[0] and tab.grid.row().place == 2  # said when the row is left
    hands.letters("1")
    hands.press(Key.Key_Up)
    for _ in range(4):
        hands.press(Key.Key_Backtab, SHIFT)
    assert tab.grid.column() == "starts"
    hands.letters("hello")
    hands.press(Key.Key_S, CTRL)
    assert recorded(small) == {} and "1 行要先看一下" in words_of(tab)
    assert row.problems[1] == "看不懂时间，请写成 1430 或 14:30" and tab.sitting.rows[1].problems == ()
    assert tab.grid.row() is row  # the keyboard is there, and what was typed stands
    assert row.own["starts"] == "hello" and row.own["points"] == "作业有点多"


def test_dates_are_refused_in_words(small: Small, qtbot: QtBot) -> None:
    _shell, tab = table_of(qtbot, small, CLASS)
    hands = Hands(qtbot)
    tab.day.clear()
    hands.letters("1013")
    tab.into_table()
    hands.letters("1")
    hands.press(Key.Key_S, CTRL)
    assert tab.sitting.rows[0].problems == ("谈话日期还没有到",) and recorded(small) == {}
    tab.day.set_value("昨天")
    tab.talker.setFocus()
    tab.talker.selectAll()
    hands.press(Key.Key_Backspace)
    hands.press(Key.Key_S, CTRL)
    assert "还没有写谈话人" in tab.sitting.rows[0].problems[0]
    tab.talker.setFocus()
    hands.chinese("王老师")
    hands.press(Key.Key_S, CTRL)
    assert recorded(small)["1"][0].fields.day == date(2026, 10, 11)


def test_who_could_not_be_talked_to(small: Small, qtbot: QtBot) -> None:
    _shell, tab = table_of(qtbot, small, CLASS)
    hands = Hands(qtbot)
    tab.into_table()
    for _ in range(4):
        hands.press(Key.Key_Tab)
    hands.letters("2")
    assert tab.sitting.counted() == (0, 1)
    hands.press(Key.Key_S, CTRL)
    assert talks.excuse_of(small.room, small.students[0], NOW) == "住院或休养"
    assert recorded(small) == {} and "1 人未谈原因" in words_of(tab.shell.toaster)
    hands.press(Key.Key_Z, CTRL)
    assert talks.excuse_of(small.room, small.students[0], NOW) == ""


def test_phrases_by_pinyin_in_the_points(small: Small, qtbot: QtBot) -> None:
    _shell, tab = table_of(qtbot, small, CLASS)
    hands = Hands(qtbot)
    tab.into_table()
    hands.press(Key.Key_Tab)
    hands.letters(";glj")
    qtbot.waitUntil(lambda: not tab.phrases.isHidden())
    hands.enter()
    assert tab.grid.points.toPlainText() == "鼓励继续保持，有事随时来找老师。" and tab.grid.row().place == 1
    hands.press(Key.Key_F8)
    hands.letters("mytb")
    hands.press(Key.Key_Escape)
    assert tab.grid.points.hasFocus() and tab.phrases.isHidden()


def test_letters_lead_to_a_row(small: Small, qtbot: QtBot) -> None:
    _shell, tab = table_of(qtbot, small, CLASS)
    hands = Hands(qtbot)
    tab.into_table()
    hands.press(Key.Key_F, CTRL)
    assert tab.seek.hasFocus()
    hands.letters("hyf")  # 韩一帆
    assert tab.grid.row().name == "韩一帆" and tab.seek.hasFocus()
    hands.enter()
    assert tab.grid.pick.hasFocus() and tab.grid.row().name == "韩一帆" and tab.seek.text() == ""


def test_who_was_talked_to_gets_another_talk_or_has_this_one_set_right(small: Small, qtbot: QtBot) -> None:
    old = talked(small)
    _shell, tab = table_of(qtbot, small, CLASS)
    hands = Hands(qtbot)
    assert tab.grid.begin(small.students[0])
    assert "10月12日 王老师谈过" in words_of(tab)
    hands.letters("3")
    hands.chinese("又 谈了 一次")
    hands.press(Key.Key_S, CTRL)
    assert [t.fields.theme for t in recorded(small)["1"]].count("同伴交往") == 1 and len(recorded(small)["1"]) == 2
    hands.press(Key.Key_Z, CTRL)
    tab.grid.clear_row()
    assert [t.id for t in recorded(small)["1"]] == [old]
    tab.empty()
    assert tab.grid.begin(small.students[0], "points")
    hands.press(Key.Key_F2)
    assert tab.grid.points.toPlainText() == "想学好数学"
    tab.grid.points.setPlainText("想学好物理")
    hands.press(Key.Key_S, CTRL)
    (now,) = recorded(small)["1"]
    assert (now.id, now.fields.points, now.fields.talker) == (old, "想学好物理", "王老师")
    assert tab.grid.begin(small.students[0])
    hands.enter()
    assert isinstance(QApplication.activeModalWidget(), TalkDialog)


def test_what_is_typed_survives_the_lock_the_syllable_too(small: Small, qtbot: QtBot) -> None:
    shell, tab = table_of(qtbot, small, CLASS)
    hands = Hands(qtbot)
    tab.into_table()
    hands.letters("2")
    hands.chinese("作业 有点 多")
    QApplication.sendEvent(hands.held(), QInputMethodEvent("shu", []))
    assert tab.draft.pending() and drafting.PAUSE <= 3000
    drafting.flush_all()
    kept = drafts.load(small.room, FORM, CLASS)
    assert kept is not None and kept["rows"][small.students[0]]["own"]["points"] == "作业有点多shu"
    shell.hide()
    _again, other = table_of(qtbot, small)
    assert "有没存的" in words_of(other)
    other.show_class(CLASS)
    assert "接着上次没有存的" in words_of(other)
    assert other.sitting.rows[0].own == {"theme": "学习情况", "points": "作业有点多shu"}
    other.save()
    assert drafts.load(small.room, FORM, CLASS) is None and recorded(small)["1"][0].fields.theme == "学习情况"


def test_what_is_changed_elsewhere_leaves_what_is_typed(small: Small, qtbot: QtBot) -> None:
    shell, tab = table_of(qtbot, small, CLASS)
    hands = Hands(qtbot)
    tab.into_table()
    hands.letters("2")
    hands.chinese("作业 有点 多")
    talked(small, 4)
    shell.tell_changed("talk")
    assert tab.sitting.rows[3].done and tab.sitting.rows[0].own["points"] == "作业有点多"
    assert tab.grid.points.toPlainText() == "作业有点多"
