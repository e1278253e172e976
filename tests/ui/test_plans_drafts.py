"""Writing a plan: its draft survives, what cannot be saved is told and kept, Ctrl+Z takes it back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from psyroom.records.care import PART
from psyroom.services import drafts, plans
from psyroom.ui import drafting
from psyroom.ui.pages.note_draft import CompareView
from psyroom.ui.window import Shell
from tests.services.room_for_bookings import TUESDAY, Small, make_small
from tests.ui.at_the_editor import CTRL, compose, full_disk, key, set_clock
from tests.ui.at_the_plans import (
    ALT,
    FIVE,
    RARE,
    STEP,
    a_plan,
    editor_of,
    plan_of,
    tab_in,
    writes,
)  # fmt: skip
from tests.ui.at_the_window import open_window, press, words_of
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


def test_what_is_typed_is_in_the_draft_within_three_seconds_and_survives(
    small: Small, shell: Shell, qtbot: QtBot
) -> None:
    assert drafting.PAUSE <= 3000
    tab = tab_in(shell, student=small.students[0], edit=True)
    editor = editor_of(tab)
    editor.parts["present"].control.setFocus()
    writes(f"住校{RARE}")
    compose(editor.parts["present"].control, "zhu")  # an input method has not finished this one
    editor.steps.rows()[0].goal.set_value("作业不缺")
    editor.review.day.set_value("哪天")
    qtbot.waitUntil(lambda: drafts.pending(small.room) != [], timeout=drafting.PAUSE + 3000)
    assert "草稿已存" in editor.status.text()
    kept = drafts.load(small.room, plans.FORM, plans.about_new(small.students[0]))
    assert kept is not None and kept["present"] == f"住校{RARE}zhu" and kept["steps"][0]["goal"] == "作业不缺"
    assert kept["review_on"] == "哪天"
    shell.hide()
    again = open_window(qtbot, small.room, "talks")
    editor = editor_of(tab_in(again, student=small.students[0], edit=True))
    assert editor.banner.isVisible() and not editor.inner.isEnabled() and not editor.parts["present"].value()
    assert editor.banner.restore.hasFocus()
    assert not editor.save()  # not before one has chosen
    key(qtbot, Qt.Key.Key_Return)
    assert editor.parts["present"].value() == f"住校{RARE}zhu" and editor.review.day.text() == "哪天"
    assert editor.steps.rows()[0].goal.value() == "作业不缺" and editor.inner.isEnabled()
    key(qtbot, Qt.Key.Key_S, CTRL)
    assert "看不懂这个日期" in words_of(editor) and plans.of_student(small.room, small.students[0]) is None
    editor.review.day.set_value("11.8")
    key(qtbot, Qt.Key.Key_S, CTRL)
    assert plan_of(small).fields.review_on == date(2026, 11, 8) and drafts.pending(small.room) == []


def test_a_draft_of_a_saved_plan_is_compared_and_dropped(small: Small, shell: Shell, qtbot: QtBot) -> None:
    plan = a_plan(small, 0, STEP)
    tab = tab_in(shell, student=small.students[0], edit=True)
    editor = editor_of(tab)
    editor.parts["study"].control.setFocus()
    writes("再加一句。")
    key(qtbot, Qt.Key.Key_Escape)
    assert drafts.load(small.room, plans.FORM, plan) is not None and "有草稿" in words_of(tab.list)
    tab.write()
    editor = editor_of(tab)
    press(editor.banner, "对比")
    view = editor.stack.currentWidget()
    assert isinstance(view, CompareView) and "学业规划" in words_of(view) and "目标与措施" not in words_of(view)
    press(view, "丢弃草稿")
    assert drafts.pending(small.room) == [] and editor.parts["study"].value() == FIVE["study"]


def test_leaving_without_typing_leaves_no_draft(small: Small, shell: Shell, qtbot: QtBot) -> None:
    a_plan(small, 0, STEP)
    tab = tab_in(shell, student=small.students[0], edit=True)
    key(qtbot, Qt.Key.Key_Escape)
    assert drafts.pending(small.room) == [] and tab.isVisible()


def test_four_thousand_characters_are_pasted_and_nothing_is_cut(small: Small, shell: Shell, qtbot: QtBot) -> None:
    editor = editor_of(tab_in(shell, student=small.students[0], edit=True))
    control = editor.parts["present"].control
    control.setFocus()
    QApplication.clipboard().setText(("家" + RARE + "里") * 667)
    key(qtbot, Qt.Key.Key_V, CTRL)
    assert len(control.value()) == 4002 and control.height() > 200
    assert "多了 2002 个字" in editor.parts["present"].counter.text()
    key(qtbot, Qt.Key.Key_S, CTRL)
    assert len(control.value()) == 4002 and f"最多 {PART} 个字" in words_of(editor)
    control.set_value(control.value()[:PART])
    key(qtbot, Qt.Key.Key_S, CTRL)
    assert len(plan_of(small).fields.present) == PART


def test_saving_keeps_the_keyboard_where_it_is_and_ctrl_z_takes_it_back(
    small: Small, shell: Shell, qtbot: QtBot
) -> None:
    plan = a_plan(small, 0, STEP)
    editor = editor_of(tab_in(shell, student=small.students[0], edit=True))
    row = editor.steps.rows()[0]
    row.reached.set_value("yes")
    row.result.setFocus()
    writes("交齐了")
    key(qtbot, Qt.Key.Key_S, CTRL)
    assert editor.steps.rows()[0].result.hasFocus()
    (step,) = plans.seen(small.room, plan).steps
    assert (step.reached, step.result, step.done_on) == ("yes", "交齐了", TUESDAY)
    shell.undo_deed()
    assert editor.steps.rows()[0].reached.value() == "" and editor.steps.rows()[0].result.value() == ""
    shell.undo_deed()  # the plan itself
    assert editor.plan is None and "已撤销" in editor.status.text()
    assert editor.parts["present"].value() == FIVE["present"]  # what stands there can be saved again


def test_a_line_of_the_table_goes_by_alt_del(small: Small, shell: Shell, qtbot: QtBot) -> None:
    plan = a_plan(small, 0, STEP, {"goal": "早睡"})
    editor = editor_of(tab_in(shell, student=small.students[0], edit=True))
    editor.steps.rows()[0].due.setFocus()
    key(qtbot, Qt.Key.Key_Delete, ALT)
    assert [row.goal.value() for row in editor.steps.rows()] == ["早睡", ""] and editor.steps.rows()[0].goal.hasFocus()
    key(qtbot, Qt.Key.Key_S, CTRL)
    assert [step.goal for step in plans.seen(small.room, plan).steps] == ["早睡"]


def test_a_full_disk_loses_nothing(small: Small, shell: Shell, qtbot: QtBot, answers: Answers) -> None:
    editor = editor_of(tab_in(shell, student=small.students[0], edit=True))
    editor.parts["present"].control.setFocus()
    writes("写了一半")
    with full_disk():
        key(qtbot, Qt.Key.Key_S, CTRL)
        assert editor.parts["present"].value() == "写了一半" and plans.of_student(small.room, small.students[0]) is None
        assert editor.trouble.isVisible()
    key(qtbot, Qt.Key.Key_S, CTRL)
    assert plan_of(small).fields.present == "写了一半" and not editor.trouble.isVisible()
