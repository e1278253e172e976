"""Pictures of 方案 at both sizes and in the dark, for a person to look at; no words are cut, however long."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from psyroom.records.care import PARTS
from psyroom.services import care, plans
from psyroom.settings import Settings
from psyroom.ui.pages.plans_editor import PlanEditor
from psyroom.ui.tokens import now as look
from psyroom.ui.window import Shell
from tests.services.room_for_bookings import TUESDAY, Small, make_small
from tests.ui.at_the_editor import NOW, set_clock

LONG = "这学期在校有起有伏，和同学一起打扫教室时很主动；𠮷田老师看在眼里，当面夸过几次。" * 6


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Small]:
    made = make_small(tmp_path / "室")
    set_clock(made)
    for which in range(4):
        values = {"since": TUESDAY - timedelta(days=3), "ground": "班主任提出：近来常缺作业"}
        care.mark(made.room, made.students[which], values, NOW)
    whole = dict.fromkeys(PARTS, LONG) | {"kind": "left_behind", "maker": "欧阳老师"}
    steps: list[dict[str, Any]] = [
        {"goal": "每周和父母说上话，先说一件高兴的事" * 2, "step": LONG[:190], "who": "班主任、导师、宿管老师",
         "due": TUESDAY - timedelta(days=4)},
        {"goal": "早睡", "step": "手机放客厅", "who": "祖母", "reached": "partly", "result": LONG[:150]},
    ]  # fmt: skip
    made_on, review_on = TUESDAY - timedelta(days=30), TUESDAY - timedelta(days=3)
    late = {**whole, "made_on": made_on, "review_on": review_on, "summary": LONG}
    first = plans.save(made.room, made.students[0], late, steps, NOW)
    plans.review(made.room, first, {"day": TUESDAY - timedelta(days=9), "words": LONG, "next_on": review_on}, NOW)
    again = plans.new_version(made.room, plans.save(made.room, made.students[1], whole, steps, NOW), NOW)
    changed = {"study": "每周二、四课后补二十分钟。", "review_on": TUESDAY + timedelta(days=30)}
    plans.save(made.room, made.students[1], changed, [], NOW, plan=again)
    plans.save(made.room, made.students[2], {"present": LONG}, [], NOW)
    yield made
    made.room.close()


def settle() -> None:
    """Fields grow with their words a moment after they are shown."""
    for _ in range(12):
        QApplication.processEvents()


def test_plans_are_looked_at(small: Small, shoot: Callable[[QWidget, str], None], qtbot: QtBot) -> None:
    shell = Shell(small.room, Settings(text_size=look().text_size))
    qtbot.addWidget(shell)
    shell.show()
    page: Any = shell.go("talks", tab="plans", student=small.students[0])
    tab = page.made["plans"]
    shoot(shell, "plans-late")
    tab.review()
    settle()
    shoot(shell, "plans-review")
    tab.reader.place.shut()
    tab.show_student(small.students[3])
    shoot(shell, "plans-none")
    tab.show_student(small.students[0])
    tab.write()
    editor = page.stack.currentWidget()
    assert isinstance(editor, PlanEditor)
    settle()
    shoot(shell, "plans-editor")
    editor.steps.rows()[0].goal.setFocus()
    settle()
    shoot(shell, "plans-steps")
    editor.leave()
    tab.show_student(small.students[1])
    tab.versions()
    shoot(shell, "plans-versions")
