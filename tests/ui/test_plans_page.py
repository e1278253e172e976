"""方案 in the real window on the real store: found, written from zero by keyboard alone, reviewed, versioned, undone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from psyroom.records.care import PARTS
from psyroom.services import drafts, history, plans, students
from psyroom.ui.kit.writing import Writing
from psyroom.ui.pages.export_dialog import ExportDialog
from psyroom.ui.pages.plans_offered import BLANK, Line
from psyroom.ui.pages.plans_versions import VersionsView
from psyroom.ui.window import Shell
from tests.services.room_for_bookings import TUESDAY, Small, make_small
from tests.ui.at_the_editor import CTRL, NOW, key, set_clock
from tests.ui.at_the_plans import (
    ALT,
    FIVE,
    RARE,
    STEP,
    a_mark,
    a_plan,
    editor_of,
    on_to,
    plan_of,
    tab_in,
    writes,
)  # fmt: skip
from tests.ui.at_the_window import buttons_of, open_window, words_of
from tests.ui.conftest import Answers


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Small]:
    made = make_small(tmp_path / "室")
    set_clock(made)
    yield made
    made.room.close()


@pytest.fixture
def shell(small: Small, qtbot: QtBot) -> Shell:
    return open_window(qtbot, small.room, "talks")


# ---- from zero by keyboard alone ----------------------------------------------------------------------------------


def test_a_whole_plan_is_written_reviewed_and_printed_without_a_mouse(small: Small, shell: Shell, qtbot: QtBot) -> None:
    tab = tab_in(shell)
    assert tab.picker.hasFocus() and "Ctrl+N" in words_of(tab)  # nobody is listed yet: the page says how to begin
    qtbot.keyClicks(tab.picker, "zxy")
    key(qtbot, Qt.Key.Key_Return)
    key(qtbot, Qt.Key.Key_Return)  # “写方案” holds the keyboard
    editor = editor_of(tab)
    held = QApplication.focusWidget()
    assert held is not None and editor.form.fields["kind"].isAncestorOf(held)
    for _ in range(3):
        key(qtbot, Qt.Key.Key_Down)
    assert editor.form.fields["kind"].value() == "left_behind"
    for name in PARTS:
        on_to(qtbot, editor.parts[name].control)
        writes(FIVE[name])
    key(qtbot, Qt.Key.Key_Tab)
    first = editor.steps.rows()[0]
    assert first.goal.hasFocus()
    for words in ("作业不缺", "每天放学前交给课代表", "班主任"):
        writes(words)
        key(qtbot, Qt.Key.Key_Return)
    assert first.due.hasFocus()
    qtbot.keyClicks(first.due, "9.29")
    key(qtbot, Qt.Key.Key_Return)
    second = editor.steps.rows()[1]
    assert second.goal.hasFocus()
    key(qtbot, Qt.Key.Key_F8)  # a sample step for the second line
    offer = QApplication.focusWidget()
    assert isinstance(offer, Line) and "班主任" in words_of(offer)
    key(qtbot, Qt.Key.Key_Down)
    key(qtbot, Qt.Key.Key_Return)
    assert second.goal.hasFocus() and second.goal.value() and second.due.value() == TUESDAY + timedelta(weeks=4)
    on_to(qtbot, editor.review.day)
    key(qtbot, Qt.Key.Key_Tab)
    key(qtbot, Qt.Key.Key_Tab)
    key(qtbot, Qt.Key.Key_Space)  # two months on
    key(qtbot, Qt.Key.Key_S, CTRL)
    assert "已保存" in editor.status.text()
    found = plan_of(small)
    assert found.complete and {name: getattr(found.fields, name) for name in PARTS} == FIVE
    assert (found.fields.kind, found.fields.maker, found.fields.review_on) == (
        "left_behind", "王老师", date(2026, 11, 8),
    )  # fmt: skip
    assert [(s.goal, s.who) for s in found.steps][0] == ("作业不缺", "班主任") and len(found.steps) == 2
    key(qtbot, Qt.Key.Key_Escape)
    assert tab.isVisible() and "完整" in words_of(tab.list)
    key(qtbot, Qt.Key.Key_R, ALT)  # looked at again at once
    writes("和祖母一起看了一遍")
    key(qtbot, Qt.Key.Key_Return)
    key(qtbot, Qt.Key.Key_Down)  # what came of the first step: 达成
    key(qtbot, Qt.Key.Key_S, CTRL)
    again = plan_of(small)
    assert again.reviews[0].words == "和祖母一起看了一遍" and again.fields.review_on == date(2026, 10, 8)
    assert again.steps[0].reached == "yes" and again.steps[1].reached == ""
    key(qtbot, Qt.Key.Key_P, CTRL)
    dialog = next(w for w in QApplication.topLevelWidgets() if isinstance(w, ExportDialog) and w.isVisible())
    qtbot.waitUntil(lambda: dialog.preview.page_count() > 0, timeout=30_000)
    assert "张晓雨" in words_of(dialog) and "成长指导方案" in words_of(dialog)
    dialog.reject()
    assert drafts.pending(small.room) == []


def test_the_list_is_walked_and_opened_by_keyboard(small: Small, shell: Shell, qtbot: QtBot) -> None:
    a_mark(small, 1)
    a_plan(small, 0, review_on=date(2026, 10, 8))
    a_plan(small, 2, path="")
    tab = tab_in(shell)
    rows = tab.list.rows()
    assert [row.row.key for row in rows] == [small.students[n] for n in (1, 2, 0)]  # to do first
    assert rows[0].hasFocus()
    key(qtbot, Qt.Key.Key_Down)
    qtbot.waitUntil(lambda: "还没写：升学路径" in words_of(tab.reader))
    key(qtbot, Qt.Key.Key_Up)
    qtbot.waitUntil(lambda: "还没有成长指导方案" in words_of(tab.reader))
    key(qtbot, Qt.Key.Key_Return)
    assert editor_of(tab).student == small.students[1]
    key(qtbot, Qt.Key.Key_Escape)
    assert tab.list.rows()[0].hasFocus()
    key(qtbot, Qt.Key.Key_Down)
    key(qtbot, Qt.Key.Key_Return)  # a plan that is there is read first
    assert tab.reader.plan is not None and tab.reader.first is not None and tab.reader.first.hasFocus()
    key(qtbot, Qt.Key.Key_Escape)
    assert tab.list.rows()[1].hasFocus()


@pytest.mark.parametrize(("state", "which"), [("none", 1), ("unfinished", 2), ("good", 0), ("review_due", 3)])
def test_the_filter_shows_each_state(small: Small, shell: Shell, state: str, which: int) -> None:
    a_mark(small, 1)
    a_plan(small, 0, review_on=date(2026, 10, 8))
    a_plan(small, 2, path="")
    a_plan(small, 3, review_on=TUESDAY, made_on=TUESDAY - timedelta(days=5))
    tab = tab_in(shell, state=state)
    assert [row.row.key for row in tab.list.rows()] == [small.students[which]]


def test_what_is_overdue_is_said_in_brick_with_words(small: Small, shell: Shell) -> None:
    late = {**STEP, "due": TUESDAY - timedelta(days=2)}
    a_plan(small, 0, late, made_on=TUESDAY - timedelta(days=30), review_on=TUESDAY - timedelta(days=3))
    tab = tab_in(shell, student=small.students[0])
    (row,) = tab.list.rows()
    assert row.row.stripe == "brick" and list(row.row.tags) == [("过期 3 天", "brick")]
    assert "9月5日该回顾" in words_of(row) and "1 条措施过期" in words_of(row)
    assert "已过 3 天" in words_of(tab.reader) and "过期 2 天" in words_of(tab.reader)
    tab.write()
    assert "已过 2 天，还没有结果" in words_of(editor_of(tab))


# ---- what is offered ----------------------------------------------------------------------------------------------


def test_a_prompt_is_put_in_only_when_it_is_taken(small: Small, shell: Shell, qtbot: QtBot) -> None:
    tab = tab_in(shell, student=small.students[0], edit=True)
    editor = editor_of(tab)
    editor.form.fields["kind"].set_value("study")
    assert all(not part.value() for part in editor.parts.values()) and not editor.steps.value()
    control = editor.parts["difficulty"].control
    control.setFocus()
    writes("上课听不懂。")
    key(qtbot, Qt.Key.Key_F8)
    key(qtbot, Qt.Key.Key_Return)
    offered = plans.template("study").prompts["difficulty"][0]
    assert control.hasFocus() and control.value() == f"上课听不懂。\n{offered}"
    assert control.textCursor().selectedText() == BLANK  # typing fills the first blank
    writes("分数")
    assert control.value().count(BLANK) == offered.count(BLANK) - 1
    key(qtbot, Qt.Key.Key_F8)
    key(qtbot, Qt.Key.Key_Escape)
    assert control.hasFocus()


def test_blanks_left_over_are_said_and_found(small: Small, shell: Shell, qtbot: QtBot) -> None:
    editor = editor_of(tab_in(shell, student=small.students[0], edit=True))
    editor.put_in("present", f"和{BLANK}一起住，父母在{BLANK}。")
    editor.put_in("path", f"想去{RARE}{BLANK}。")
    assert "还有 2 处" in editor.parts["present"].hint.text()
    first = editor.parts["present"].control
    first.moveCursor(QTextCursor.MoveOperation.Start)
    first.setFocus()
    for name, words in (("present", "祖母"), ("present", "外省"), ("path", "汽修")):
        key(qtbot, Qt.Key.Key_F9)
        assert editor.parts[name].control.hasFocus()
        writes(words)
    assert editor.parts["present"].value() == "和祖母一起住，父母在外省。"
    assert editor.parts["path"].value() == f"想去{RARE}汽修。" and editor.parts["present"].hint.text() == ""


def test_gentle_words_stand_under_a_part(small: Small, shell: Shell, qtbot: QtBot) -> None:
    editor = editor_of(tab_in(shell, student=small.students[0], edit=True))
    part = editor.parts["present"]
    part.control.setFocus()
    writes("母亲电话 13812345678")
    qtbot.waitUntil(lambda: part.cautions is not None and bool(part.cautions.shown()))
    key(qtbot, Qt.Key.Key_F7)
    assert part.cautions is not None and part.cautions.isAncestorOf(QApplication.focusWidget())


# ---- reviews and versions -----------------------------------------------------------------------------------------


def test_a_review_that_is_given_up_is_put_back_next_time(small: Small, shell: Shell, qtbot: QtBot) -> None:
    a_plan(small, 0, STEP, review_on=date(2026, 10, 8))
    tab = tab_in(shell, student=small.students[0])
    key(qtbot, Qt.Key.Key_R, ALT)
    writes("看了一半")
    key(qtbot, Qt.Key.Key_Escape)
    assert tab.reader.place.form is None and not plan_of(small).reviews
    tab.review()
    form: Any = tab.reader.place.form
    assert form.words.value() == "看了一半" and "已放回" in words_of(form)
    form.next.set_value("没想好")
    key(qtbot, Qt.Key.Key_S, CTRL)
    assert "看不懂这个日期" in words_of(form) and not plan_of(small).reviews
    form.next.set_value("")
    key(qtbot, Qt.Key.Key_S, CTRL)
    assert plan_of(small).reviews[0].words == "看了一半" and plan_of(small).fields.review_on is None
    assert drafts.pending(small.room) == [] and tab.reader.place.form is None
    history.undo(small.room)
    assert plan_of(small).fields.review_on == date(2026, 10, 8)


def test_a_new_version_is_changed_and_the_old_one_only_looked_at(small: Small, shell: Shell, qtbot: QtBot) -> None:
    old = a_plan(small, 0, STEP)
    tab = tab_in(shell, student=small.students[0])
    key(qtbot, Qt.Key.Key_N, ALT)
    editor = editor_of(tab)
    assert "第 2 版" in editor.header.question.text() and editor.parts["study"].value() == FIVE["study"]
    editor.parts["study"].control.setFocus()
    writes("英语也补。")
    key(qtbot, Qt.Key.Key_Return, CTRL)
    assert plans.seen(small.room, old).fields.study == FIVE["study"]
    key(qtbot, Qt.Key.Key_H, ALT)
    view = tab.page.stack.currentWidget()
    assert isinstance(view, VersionsView) and "英语也补。" in words_of(view) and "1 处不同" in words_of(view)
    assert not [w for w in view.findChildren(Writing) if w.isVisible()] and not buttons_of(view, "修改")
    key(qtbot, Qt.Key.Key_Down)
    assert "第 1 版写的" in words_of(view) and "英语也补。" not in words_of(view)
    key(qtbot, Qt.Key.Key_Escape)
    assert tab.isVisible()


def test_removing_asks_and_is_undone(small: Small, shell: Shell, qtbot: QtBot, answers: Answers) -> None:
    a_plan(small, 0, STEP)
    tab = tab_in(shell, student=small.students[0])
    answers.yes = False
    key(qtbot, Qt.Key.Key_Delete, CTRL)
    assert plan_of(small) and answers.asked == ["删除第 1 版？"]
    answers.yes = True
    key(qtbot, Qt.Key.Key_Delete, CTRL)
    assert plans.of_student(small.room, small.students[0]) is None and "还没有成长指导方案" in words_of(tab.reader)
    shell.undo_deed()
    assert plan_of(small).steps and "还没有成长指导方案" not in words_of(tab.reader)


# ---- roads --------------------------------------------------------------------------------------------------------


def test_a_version_named_from_elsewhere_is_shown(small: Small, shell: Shell, qtbot: QtBot) -> None:
    old = a_plan(small, 0, STEP)
    new = plans.new_version(small.room, old, NOW)
    tab = tab_in(shell, student=small.students[0], plan=new)
    assert tab.page.stack.currentWidget() is tab.page.browse and tab.reader.plan is not None
    tab = tab_in(shell, student=small.students[0], plan=old)
    view = tab.page.stack.currentWidget()
    assert isinstance(view, VersionsView) and "第 1 版写的" in words_of(view) and view.list.rows()[1].hasFocus()


def test_a_plan_begun_for_somebody_on_no_list_is_found_again(small: Small, shell: Shell, qtbot: QtBot) -> None:
    tab = tab_in(shell, student=small.students[3], edit=True)
    editor_of(tab).parts["present"].control.setFocus()
    writes("写了一半")
    key(qtbot, Qt.Key.Key_Escape)
    (row,) = tab.list.rows()
    assert row.row.key == small.students[3] and "在草稿里" in words_of(row)
    row.setFocus()
    key(qtbot, Qt.Key.Key_Return)
    assert editor_of(tab).banner.isVisible()


def test_a_student_who_left_is_still_found_and_never_due(small: Small, shell: Shell) -> None:
    a_plan(small, 0, made_on=TUESDAY - timedelta(days=9), review_on=TUESDAY - timedelta(days=3))
    students.set_status(small.room, small.students[0], "moved", TUESDAY)
    tab = tab_in(shell)
    (row,) = tab.list.rows()
    assert "已不在校" in words_of(row) and row.row.stripe == ""
    tab.filter.set_value("review_due")
    assert not tab.list.rows()
