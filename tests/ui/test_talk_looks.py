"""Pictures of table entry, a talk whole and the class teachers' sheets, with the practice school, for a person to look at."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from psyroom.bench.bulk import drive
from psyroom.practice.making import PASSWORD, make_practice
from psyroom.services import coverage, roll, talk_sheets, talks
from psyroom.settings import Settings
from psyroom.store.opening import open_room
from psyroom.store.room import Room
from psyroom.ui import worker
from psyroom.ui.pages import talk_form
from psyroom.ui.pages.talk_sheets_out import SheetsOut
from psyroom.ui.tokens import now as look
from psyroom.ui.window import Shell
from tests.services.talk_sheet_school import WHY, filled

THURSDAY = date(2026, 11, 19)
NOON = datetime(2026, 11, 19, 12, 20).astimezone()


@pytest.fixture(scope="module")
def school(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("practice") / "room"
    drive(make_practice(folder, times=1, today=THURSDAY, password=PASSWORD)).close()
    return folder


@pytest.fixture
def room(school: Path, tmp_path: Path) -> Iterator[Room]:
    shutil.copytree(school, tmp_path / "room")
    made = open_room(tmp_path / "room", "甲", PASSWORD)
    made.now = lambda: NOON.astimezone(UTC)
    yield made
    made.close()


@pytest.fixture
def shell(room: Room, qtbot: QtBot) -> Shell:
    made = Shell(room, Settings(text_size=look().text_size))
    qtbot.addWidget(made)
    made.show()
    return made


def rested(qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: not worker.busy(), timeout=60_000)
    QApplication.processEvents()


def test_a_class_in_one_sitting(shoot: Callable[..., None], shell: Shell) -> None:
    page: Any = shell.go("talks", tab="table")
    tab = page.tab("table")
    shoot(shell, "talks-table-begin")
    line = max(coverage.of(shell.room, NOON).classes, key=lambda one: one.left if one.talked else 0)
    tab.show_class(line.key)
    shoot(shell, "talks-table")
    tab.into_table()
    free = [row for row in tab.sitting.rows if not row.done]
    free[0].own = {"theme": "学习情况", "points": "学习上有些吃力，英语单词记不住，说好每天早读前背十个，下周再看看。"}
    free[1].own = {
        "theme": "同伴交往",
        "points": "和同学相处融洽，有固定的好朋友。",
        "follow_day": date(2026, 11, 30),
        "follow_up": True,
    }
    free[2].own = {"points": "最近情绪平稳。", "excuse": "长期请假"}
    tab.sitting.check(free[2])
    tab._show()
    tab.grid.begin(free[3].student)
    shoot(shell, "talks-table-rows")


def test_one_talk_whole(shoot: Callable[..., None], shell: Shell) -> None:
    pupils = roll.everybody(shell.room)
    values = {
        "day": date(2026, 11, 9),
        "talker": "王老师",
        "theme": "同伴交往",
        "points": "和同桌闹过小矛盾，已经说开了。",
    }
    values |= {"judged": "提到同桌时停了几次。", "measures": "约好下周再聊。", "follow_day": date(2026, 11, 16)}
    (talk,) = talks.add(shell.room, values, [pupils[2].id], NOON)
    dialog = talk_form.begin(shell, students=[pupils[3].id, pupils[4].id])
    assert dialog is not None
    dialog.form.fields["points"].set_value("宿舍里有人玩手机，睡不好；家住城关镇新建路3号。")
    QApplication.processEvents()
    assert dialog.grab().save(str(_shots() / f"talks-form-{_look()}.png"))
    dialog.reject()
    dialog = talk_form.begin(shell, talk=talk)
    assert dialog is not None
    QApplication.processEvents()
    assert dialog.grab().save(str(_shots() / f"talks-form-old-{_look()}.png"))
    dialog.reject()


def test_the_class_teachers_sheets(shoot: Callable[..., None], shell: Shell, qtbot: QtBot, tmp_path: Path) -> None:
    page: Any = shell.go("talks", tab="sheets")
    tab = page.tab("sheets")
    shoot(shell, "talks-sheets")
    tab.show_class(tab.states[0])
    shoot(shell, "talks-sheets-class")
    page.sheet.shut()
    dialog = SheetsOut(shell, tab.states)
    dialog.open()
    shoot(shell, "talks-sheets-behind")
    QApplication.processEvents()
    assert dialog.grab().save(str(_shots() / f"talks-sheets-out-{_look()}.png"))
    dialog.reject()
    waiting = sorted(tab.states, key=lambda one: -one.left_to_talk)[:3]
    made = drive(
        talk_sheets.making(
            shell.room, tmp_path / "表", NOON, classes=[s.key for s in waiting], with_password=False, **WHY
        )
    )
    for state, path in zip(waiting, made.files, strict=True):
        names = [one.name for one in coverage.students(shell.room, NOON, class_key=state.key) if one.left][:9]
        day = {"day": "11.3", "theme": "学习情况", "points": "说作业有点多，约好每天先写数学。"}
        filled(path, {name: day if at % 4 else {"points": "没写日期"} for at, name in enumerate(dict.fromkeys(names))})
    (tmp_path / "表" / "通知.xlsx").write_bytes(b"not a workbook")
    tab.read_files([tmp_path / "表"])
    view: Any = page.stack.currentWidget()
    qtbot.waitUntil(lambda: view.view is not None, timeout=60_000)
    rested(qtbot)
    view.view.table.selectRow(0)
    shoot(shell, "talks-sheets-dry")
    view.take()
    shoot(shell, "talks-sheets-done")
    page.back()
    shoot(shell, "talks-sheets-after")


def _shots() -> Path:
    from tests.ui.conftest import SHOTS

    SHOTS.mkdir(exist_ok=True)
    return SHOTS


def _look() -> str:
    return "dark" if look().dark else "1920" if look().text_size == 150 else "1366"
