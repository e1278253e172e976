"""导入名册 on the real window and the real store: choose, check the columns, dry run, one deed, out again."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from psyroom.services import students
from psyroom.store.room import Room
from psyroom.ui import ask
from psyroom.ui.pages.students import Here
from psyroom.ui.pages.students_import import ImportView
from psyroom.ui.window import Shell
from tests.ui.at_the_window import Hands, open_window, press, words_of

ROSTERS = Path(__file__).parent.parent / "data" / "rosters"


@pytest.fixture
def window(qtbot: QtBot) -> Callable[[Room], Shell]:
    return lambda room: open_window(qtbot, room, "students")


def page_of(shell: Shell) -> Here:
    page = shell.go("students")
    assert isinstance(page, Here)
    return page


def test_a_roster_comes_in_and_goes_out_again(
    qtbot: QtBot,
    new_room: Callable[..., Room],
    window: Callable[[Room], Shell],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    room = new_room(stage="primary", region="national")
    shell = window(room)
    page = page_of(shell)
    file, sheet = tmp_path / "名册.xlsx", tmp_path / "待核实"
    shutil.copy(ROSTERS / "有错误的名册.xlsx", file)
    monkeypatch.setattr(ask, "answerer", Hands(opens=file, saves=sheet))
    press(page.empty, "从名册导入")
    view = page.stack.currentWidget()
    assert isinstance(view, ImportView)
    qtbot.keyClick(view, Qt.Key.Key_O, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: view.columns is not None and view.stack.currentWidget() is view.columns, timeout=20_000)
    assert view.columns is not None
    told = words_of(view.columns)
    assert "身份证号" in told and "薛文娟 · 卢发富 · 郭涵胜" in told
    qtbot.keyClick(view, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: view.preview is not None and view.stack.currentWidget() is view.preview, timeout=20_000)
    assert view.preview is not None and view.plan is not None
    assert students.everybody(room) == [], "a dry run writes nothing"
    refused = [item.row for item in view.preview.table.rows()]
    assert view.preview.filter.value() == "refused" and len(refused) == view.plan.count("refused") == 9
    view.preview.show_kind("all")
    assert len(view.preview.table.rows()) == len(view.plan.items)
    press(view.preview, "把问题另存为表格")
    rows = list(openpyxl.load_workbook(sheet.with_suffix(".xlsx")).active.values)
    assert rows[0][:3] == ("问题", "工作表", "行") and len(rows) - 1 == len(
        {(p.sheet, p.row) for p in view.plan.problems}
    )
    qtbot.keyClick(view, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    assert len(students.everybody(room)) == view.plan.count("new") == 170
    assert "新增 170 人" in words_of(view)
    press(view, "撤销这次导入")
    assert students.everybody(room) == [] and page.stack.currentWidget() is page.empty


def test_a_class_spelling_is_asked_once_for_all_its_rows(
    qtbot: QtBot, room: Room, window: Callable[[Room], Shell], tmp_path: Path
) -> None:
    file = tmp_path / "名册.csv"
    file.write_text("姓名,班级,性别\n甲一,春蕾班,女\n乙二,春蕾班,男\n丙三,2026级2班,男\n", "utf-8")
    page = page_of(window(room))
    page.begin_import()
    view = page.stack.currentWidget()
    assert isinstance(view, ImportView)
    view.read(file)
    qtbot.waitUntil(lambda: view.stack.currentWidget() is view.columns, timeout=20_000)
    assert view.columns is not None and list(view.columns.answers) == ["春蕾班"]
    grade, number = view.columns.answers["春蕾班"]
    number.set_value(9)
    view.to_preview()
    assert view.stack.currentWidget() is view.columns and "要一起填" in words_of(view.columns)
    grade.set_value(("vocational", 2026))
    view.to_preview()
    qtbot.waitUntil(lambda: view.preview is not None and view.stack.currentWidget() is view.preview, timeout=20_000)
    view.take()
    assert sorted((e.cohort, e.class_no) for e in students.everybody(room)) == [(2026, 2), (2026, 9), (2026, 9)]


def test_a_column_taken_wrongly_is_corrected(
    qtbot: QtBot, room: Room, window: Callable[[Room], Shell], tmp_path: Path
) -> None:
    file = tmp_path / "名册.csv"
    file.write_text("姓名,班级,编码\n甲一,2026级1班,A01\n乙二,2026级1班,A02\n", "utf-8")
    page = page_of(window(room))
    page.begin_import()
    view = page.stack.currentWidget()
    assert isinstance(view, ImportView)
    view.read(file)
    qtbot.waitUntil(lambda: view.stack.currentWidget() is view.columns, timeout=20_000)
    assert view.columns is not None
    view.columns.choices["编码"].set_value("number")
    view.to_preview()
    qtbot.waitUntil(lambda: view.preview is not None and view.stack.currentWidget() is view.preview, timeout=20_000)
    view.take()
    assert [entry.number for entry in students.everybody(room)] == ["A01", "A02"]


@pytest.mark.parametrize("name", ["图片.xlsx", "没有表头.csv"])
def test_a_bad_file_says_why_and_the_page_stays(
    qtbot: QtBot, room: Room, window: Callable[[Room], Shell], tmp_path: Path, name: str
) -> None:
    file = tmp_path / name
    file.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(300) if name.endswith("xlsx") else "今天,天气\n晴,好\n".encode())
    page = page_of(window(room))
    page.begin_import()
    view = page.stack.currentWidget()
    assert isinstance(view, ImportView)
    view.read(file)
    qtbot.waitUntil(lambda: view.trouble.isVisible(), timeout=20_000)
    assert name in view.trouble_words.text() and view.stack.currentWidget() is view.start
    assert students.everybody(room) == []
