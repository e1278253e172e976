"""班主任表 on the real window and real files: out under a password each, back with a dry run, receipts, what is missing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from psyroom.services import exports, talk_sheets, talks
from psyroom.store.room import Room
from psyroom.ui.kit import Card
from psyroom.ui.pages.export_dialog import ExportDialog
from psyroom.ui.pages.talk_sheets_in import ReadView
from psyroom.ui.pages.talk_sheets_out import SheetsOut
from psyroom.ui.window import Shell
from tests.services.talk_sheet_school import DAY, fill_school, filled, sheet_of, sheets_out
from tests.ui.at_the_table import CTRL, Hands, Key
from tests.ui.at_the_window import buttons_of, open_window, press, words_of
from tests.ui.conftest import Answers


@pytest.fixture
def school(new_room: Callable[..., Room]) -> tuple[Room, dict[str, str]]:
    room = new_room()
    return room, fill_school(room)


def tab_of(qtbot: QtBot, room: Room) -> tuple[Shell, Any]:
    shell = open_window(qtbot, room, "talks")
    page: Any = shell.go("talks", tab="sheets")
    QApplication.processEvents()
    return shell, page.tab("sheets")


def read_in(tab: Any, qtbot: QtBot, *paths: Path) -> ReadView:
    tab.read_files(list(paths))
    view = tab.page.stack.currentWidget()
    assert isinstance(view, ReadView)
    qtbot.waitUntil(lambda: view.view is not None and view.stack.currentWidget() is view.view, timeout=30_000)
    return view


def test_sheets_go_out_by_keyboard_and_the_slips_stand_there(
    school: tuple[Room, dict[str, str]], qtbot: QtBot, answers: Answers, tmp_path: Path
) -> None:
    room, _ = school
    answers.path = tmp_path / "U盘"
    answers.path.mkdir()
    shell, tab = tab_of(qtbot, room)
    assert "共 2 个班" in words_of(tab) and "还没有发" in [s[0] for s in map(_stand, tab.states)]
    hands = Hands(qtbot)
    hands.press(Key.Key_N, CTRL)
    dialog: Any = QApplication.activeModalWidget()
    assert isinstance(dialog, SheetsOut) and dialog.chosen() == [s.key for s in tab.states]
    qtbot.waitUntil(dialog.isActiveWindow)
    hands.press(Key.Key_S, CTRL)
    qtbot.waitUntil(lambda: dialog.made is not None, timeout=30_000)
    assert len(list(answers.path.iterdir())) == 2 and len(dialog.made.slips) == 2
    qtbot.waitUntil(lambda: dialog.preview.page_count() > 0, timeout=30_000)
    (line,) = exports.listed(room)
    assert (line.kind, line.sealed, line.receiver, len(line.students)) == (talk_sheets.KIND, True, "各班班主任", 6)
    press(dialog, "完成")
    assert "还没有交" in [_stand(s)[0] for s in tab.states] and "还没有交：2026级2班、2026级3班" in words_of(tab)
    assert shell.isVisible()


def _stand(state: Any) -> tuple[str, str]:
    from psyroom.ui.pages.talk_sheets_words import stands

    return stands(state)


def test_doing_without_a_password_asks(
    school: tuple[Room, dict[str, str]], qtbot: QtBot, answers: Answers, tmp_path: Path
) -> None:
    room, _ = school
    answers.path, answers.yes = tmp_path, False
    shell, tab = tab_of(qtbot, room)
    dialog = SheetsOut(shell, tab.states, [tab.states[0].key])
    dialog.open()
    dialog.seal.set_value(False)
    dialog.go()
    assert answers.asked[-1] == "真的不加密吗？" and dialog.seal.value() is True and dialog.made is None
    dialog.receiver.set_value("")
    dialog.go()
    assert "请写明交给谁" in words_of(dialog) and not list(tmp_path.glob("*.xlsx"))
    dialog.receiver.set_value("赵老师")
    dialog.seal.set_value(False)
    answers.yes = True
    dialog.go()
    qtbot.waitUntil(lambda: dialog.made is not None, timeout=30_000)
    assert len(list(tmp_path.glob("*.xlsx"))) == 1 and "没有加密" in words_of(dialog)
    dialog.accept()


def test_back_with_a_dry_run_taken_and_undone(
    school: tuple[Room, dict[str, str]], qtbot: QtBot, tmp_path: Path
) -> None:
    room, ids = school
    path = sheet_of(room, tmp_path)
    filled(path, {"安宁": {"day": DAY, "talker": "赵敏", "points": "想家"}, "白帆": {"points": "没有日期"},
                  "曹一诺": {"excuse": "长期请假"}})  # fmt: skip
    shell, tab = tab_of(qtbot, room)
    view = read_in(tab, qtbot, path)
    assert view.view is not None
    assert [line.row.name for line in view.view.table.rows() if line.row] == [
        "白帆"
    ]  # what is to be looked at comes first
    assert "没有谈话日期" in words_of(view.view.detail) or view.view.table.row() is None
    assert "还没有收下" in words_of(view) and talks.of_student(room, ids["安宁"]) == []
    view.view.filter.set_value("new")
    assert {line.row.name for line in view.view.table.rows() if line.row} == {"安宁", "曹一诺"}
    view.view.take_button.setFocus()
    Hands(qtbot).press(Key.Key_S, CTRL)
    assert [t.fields.points for t in talks.of_student(room, ids["安宁"])] == ["想家"]
    assert "新增 2" in words_of(view) and "2026级2班" in words_of(view)  # the class that is still missing
    (receipt,) = talk_sheets.receipts(room)
    assert (receipt.new, receipt.problems, receipt.destroyed) == (2, 1, False)
    press(view, "标记已销毁")
    assert talk_sheets.receipts(room)[0].destroyed and path.exists(), "it never deletes by itself"
    shell.undo_deed()
    shell.undo_deed()
    assert talks.of_student(room, ids["安宁"]) == [] and talk_sheets.receipts(room) == []
    Hands(qtbot).press(Key.Key_Escape)
    assert tab.page.stack.currentWidget() is tab.page.browse


def test_old_and_new_stand_beside_each_other(school: tuple[Room, dict[str, str]], qtbot: QtBot, tmp_path: Path) -> None:
    room, ids = school
    path = sheet_of(room, tmp_path)
    filled(path, {"安宁": {"day": DAY, "talker": "赵敏", "points": "想家"}})
    shell, tab = tab_of(qtbot, room)
    read_in(tab, qtbot, path).take()
    filled(path, {"安宁": {"points": "想家，约好周末回去"}})
    view = read_in(tab, qtbot, path)
    assert view.view is not None
    (line,) = view.view.table.rows()
    view.view.table.choose(line)
    assert not view.view.table.isColumnHidden(3)
    shown = words_of(view.view.detail)
    assert "原来" in shown and "要点：想家" in shown and "改成" in shown and "要点：想家，约好周末回去" in shown
    assert "修改 1" in " ".join(b.text() for b in buttons_of(view, "修改 1"))
    view.take()
    assert [t.fields.points for t in talks.of_student(room, ids["安宁"])] == ["想家，约好周末回去"]
    assert shell.isVisible()


def test_what_is_wrong_is_said_in_full_and_the_class_still_missing_first(
    school: tuple[Room, dict[str, str]], qtbot: QtBot, tmp_path: Path
) -> None:
    """Nobody has to click a row to read why it was not taken; 原来 takes no room where it is empty."""
    room, _ = school
    path = sheet_of(room, tmp_path)
    filled(path, {"安宁": {"day": DAY, "talker": "赵敏"}})
    _shell, tab = tab_of(qtbot, room)
    read_in(tab, qtbot, path).take()
    filled(path, {"安宁": {"points": "想家"}, "白帆": {"points": "没有日期"}})
    view = read_in(tab, qtbot, path)
    assert view.view is not None
    assert [line.row.name for line in view.view.table.rows()] == ["白帆"]
    assert "没有谈话日期" in words_of(view.view.detail) and view.view.table.isColumnHidden(3)
    view.view.show_state("changed")
    assert not view.view.table.isColumnHidden(3) and view.view.take_button.hasFocus()
    view.take()
    QApplication.processEvents()
    (missing,) = [card for card in view.stack.currentWidget().findChildren(Card) if "还没有交的班" in words_of(card)]
    assert missing.mapTo(view, missing.rect().topLeft()).y() < view.receipts.mapTo(view, view.rect().topLeft()).y()


def test_beside_an_open_class_the_list_keeps_its_room(
    school: tuple[Room, dict[str, str]], qtbot: QtBot, tmp_path: Path
) -> None:
    room, _ = school
    sheets_out(room, tmp_path)
    _shell, tab = tab_of(qtbot, room)
    tall = tab.table.height()
    tab.show_class(tab.states[0])
    QApplication.processEvents()
    assert tab.table.height() > 0.8 * tall and tab.which.width() > tab.width() / 2


def test_a_teachers_own_password_is_asked_for_and_a_strange_file_says_why(
    school: tuple[Room, dict[str, str]], qtbot: QtBot, tmp_path: Path
) -> None:
    room, ids = school
    path = sheet_of(room, tmp_path)
    filled(path, {"安宁": {"day": DAY, "talker": "赵敏"}})
    from tests.services.talk_sheet_school import opened, saved

    saved(opened(path), path, "赵老师自己的密码")
    (tmp_path / "通知.xlsx").write_bytes(b"not a workbook")
    _shell, tab = tab_of(qtbot, room)
    view = read_in(tab, qtbot, tmp_path)
    assert view.view is not None and not view.view.take_button.isEnabled()
    assert "要密码" in words_of(view.view) and view.view.word.hasFocus()
    strange = next(file for file in view.dry.files if file.name == "通知.xlsx")  # type: ignore[union-attr]
    view.view.files.choose(strange)
    assert strange.refused and strange.refused in words_of(view.view)
    before = view.view
    view.view.word.setFocus()
    view.view.word.setText("赵老师自己的密码")
    Hands(qtbot).enter()
    qtbot.waitUntil(lambda: view.view is not before and view.stack.currentWidget() is view.view, timeout=30_000)
    view.take()
    assert len(talks.of_student(room, ids["安宁"])) == 1


def test_the_list_to_hand_back_leaves_through_the_register_and_the_dry_run_stays_true(
    school: tuple[Room, dict[str, str]], qtbot: QtBot, tmp_path: Path
) -> None:
    room, ids = school
    path = sheet_of(room, tmp_path)
    filled(path, {"安宁": {"day": DAY, "talker": "赵敏"}, "白帆": {"points": "没有日期"}})
    _shell, tab = tab_of(qtbot, room)
    view = read_in(tab, qtbot, path)
    view.hand_back()
    dialog: Any = QApplication.activeModalWidget()
    assert isinstance(dialog, ExportDialog)
    qtbot.waitUntil(lambda: dialog.preview.page_count() > 0, timeout=30_000)
    dialog.reason.set_value("班主任工作需要")
    dialog.receiver.set_value("赵老师")
    dialog.folder.set_value(tmp_path / "交还")
    dialog.go()
    assert sorted(p.suffix for p in (tmp_path / "交还").iterdir())
    line = exports.listed(room)[0]
    assert line.kind == "班主任表待核对清单" and [child.id for child in line.students] == [ids["白帆"]]
    dialog.accept()
    view.take()
    assert len(talks.of_student(room, ids["安宁"])) == 1, "no second reading was needed"


def test_what_changed_since_is_read_anew(school: tuple[Room, dict[str, str]], qtbot: QtBot, tmp_path: Path) -> None:
    room, ids = school
    path = sheet_of(room, tmp_path)
    filled(path, {"安宁": {"day": DAY, "talker": "赵敏"}})
    _shell, tab = tab_of(qtbot, room)
    view = read_in(tab, qtbot, path)
    before = view.view
    talks.add(room, {"day": "2026-10-13", "talker": "甲"}, [ids["白帆"]], tab.now())
    view.take()
    qtbot.waitUntil(lambda: view.view is not before and view.stack.currentWidget() is view.view, timeout=30_000)
    assert "重新读了一遍" in words_of(view) and talks.of_student(room, ids["安宁"]) == []
    view.take()
    assert len(talks.of_student(room, ids["安宁"])) == 1


def test_a_file_is_dropped_and_all_are_marked_destroyed_at_once(
    school: tuple[Room, dict[str, str]], qtbot: QtBot, tmp_path: Path
) -> None:
    room, _ = school
    made = sheets_out(room, tmp_path, with_password=False)
    for path, name in zip(sorted(made.files), ("戚薇", "安宁"), strict=True):
        filled(path, {name: {"day": DAY, "talker": "赵敏"}})
    shell, tab = tab_of(qtbot, room)
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path)) for path in made.files])
    actions, plain = Qt.DropAction.CopyAction, Qt.KeyboardModifier.NoModifier
    tab.dropEvent(QDropEvent(QPointF(9, 9), actions, mime, Qt.MouseButton.LeftButton, plain))
    view: Any = tab.page.stack.currentWidget()
    qtbot.waitUntil(lambda: view.view is not None, timeout=30_000)
    view.take()
    Hands(qtbot).press(Key.Key_Escape)
    assert "读过的 2 个文件" in words_of(tab) and [s.rows_filled for s in tab.states] == [1, 1]
    tab.show_class(tab.states[0])
    assert "新增 1" in words_of(tab.page.sheet) and buttons_of(tab.page.sheet, "标记已销毁")
    press(tab, "都已销毁")
    assert all(r.destroyed for r in talk_sheets.receipts(room)) and "已销毁" in words_of(tab.page.sheet)
    assert tab.lying.isHidden()
    shell.undo_deed()
    assert not any(r.destroyed for r in talk_sheets.receipts(room))
