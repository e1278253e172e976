"""What the tests on 方案 share: the tab, its editor, a plan, and writing as an input method hands words over."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from psyroom.services import care, plans
from psyroom.ui.pages.plans import Tab
from psyroom.ui.pages.plans_editor import PlanEditor
from psyroom.ui.window import Shell
from tests.services.room_for_bookings import TUESDAY, Small
from tests.ui.at_the_editor import NOW, commit, key

FIVE = {
    "present": "住校，父母在外省做工，与祖母同住。",
    "difficulty": "作业常缺，课间独处。",
    "study": "期中前补上两章，作业不缺。",
    "advice": "学生：每天做成一件小事。",
    "path": "先拿到等级证书，再看升学。",
}
STEP = {"goal": "作业不缺", "step": "每天放学前交给课代表", "who": "班主任", "due": TUESDAY + timedelta(days=21)}
RARE = "𠮷𠀀龘㙓"
ALT = Qt.KeyboardModifier.AltModifier


def tab_in(shell: Shell, **target: Any) -> Tab:
    page: Any = shell.go("talks", tab="plans", **target)
    QApplication.processEvents()
    found = page.made["plans"]
    assert isinstance(found, Tab)
    return found


def editor_of(tab: Tab) -> PlanEditor:
    found = tab.page.stack.currentWidget()
    assert isinstance(found, PlanEditor)
    return found


def a_plan(small: Small, which: int = 0, *steps: dict[str, Any], **more: Any) -> str:
    return plans.save(small.room, small.students[which], {**FIVE, "maker": "王老师", **more}, steps, NOW)


def a_mark(small: Small, which: int = 0) -> None:
    care.mark(small.room, small.students[which], {"since": TUESDAY, "ground": "班主任提出：常缺作业"}, NOW)


def plan_of(small: Small, which: int = 0) -> plans.PlanSeen:
    found = plans.of_student(small.room, small.students[which])
    assert found is not None
    return found


def writes(words: str) -> None:
    """Into whatever holds the keyboard, as an input method hands it over."""
    held = QApplication.focusWidget()
    assert held is not None
    commit(held, words)


def on_to(qtbot: QtBot, wanted: Any, *, by: Qt.Key = Qt.Key.Key_Tab) -> None:
    """Tab until the keyboard is there."""
    for _ in range(40):
        if wanted.hasFocus():
            return
        key(qtbot, by)
    raise AssertionError(f"Tab never came to {wanted.accessibleName()}")
