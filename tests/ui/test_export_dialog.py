"""The one dialog by which something leaves: pages, reason, receiver, password, folder; the register afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from PySide6.QtCore import Qt
from PySide6.QtPrintSupport import QPrinter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from psyroom.reports import preview
from psyroom.services import drafts, exports, notes
from psyroom.ui.help import HelpOver
from psyroom.ui.pages.export_dialog import ExportDialog, Leaving, ask_to_leave, leave_growth_file, leave_note
from psyroom.ui.window import Shell
from tests.services.room_for_bookings import NOON, TUESDAY, Small, make_small
from tests.ui.at_the_window import open_window, press, words_of
from tests.ui.conftest import Answers


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Small]:
    made = make_small(tmp_path / "室")
    made.room.now = lambda: NOON.astimezone(UTC)
    yield made
    made.room.close()


@pytest.fixture
def shell(small: Small, qtbot: QtBot) -> Shell:
    return open_window(qtbot, small.room, "students")


def written(small: Small) -> str:
    values = {"day": TUESDAY, "starts": 725, "ends": 765, "state": "心里发慌", "words": "“我怕考不好”"}
    return notes.add(small.room, values, [small.students[0]], NOON)


def opened(shell: Shell, small: Small, qtbot: QtBot) -> ExportDialog:
    dialog = leave_note(shell, small.room, written(small))
    assert dialog is not None
    qtbot.waitUntil(lambda: dialog.preview.page_count() > 0, timeout=10_000)
    return dialog


def fill(dialog: ExportDialog, reason: str = "转介就医", receiver: str = "县医院心理门诊") -> None:
    dialog.reason.set_value(reason)
    dialog.receiver.set_value(receiver)


def test_a_note_leaves_sealed_with_its_line_in_the_register(
    shell: Shell, small: Small, qtbot: QtBot, answers: Answers, tmp_path: Path
) -> None:
    dialog = opened(shell, small, qtbot)
    said = preview.text(dialog.preview.pdf())
    assert "心里发慌" in said and "张晓雨" in said and dialog.windowTitle() == "心理辅导室"
    fill(dialog)
    answers.path = tmp_path / "出去"
    password = dialog.seal.value()
    qtbot.keyClick(dialog, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    (path,) = (tmp_path / "出去").iterdir()
    assert path.name == "个别辅导记录_2026-001.pdf"
    document = pypdfium2.PdfDocument(path.read_bytes(), password=password)
    document.close()
    (line,) = exports.listed(small.room)
    assert (line.kind, line.receiver, line.sealed) == ("个别辅导记录", "县医院心理门诊", True)
    assert [child.who for child in line.students] == ["张晓雨"]
    told = words_of(dialog)
    assert password in told and exports.HAND_OVER in told and "已经记进外出登记" in told
    press(dialog, "完成")
    assert not dialog.isVisible() and drafts.load(small.room, "export") is None


def test_without_reason_or_receiver_nothing_leaves(
    shell: Shell, small: Small, qtbot: QtBot, answers: Answers, tmp_path: Path
) -> None:
    dialog = opened(shell, small, qtbot)
    answers.path = tmp_path / "出去"
    dialog.go()
    assert "请写明为什么要拿出去" in words_of(dialog) and "请写明交给谁" in words_of(dialog)
    assert dialog.reason.control.line.hasFocus() and answers.asked == []
    assert exports.listed(small.room) == [] and not (tmp_path / "出去").exists()


def test_an_own_password_must_hold(shell: Shell, small: Small, qtbot: QtBot, answers: Answers, tmp_path: Path) -> None:
    dialog = opened(shell, small, qtbot)
    fill(dialog)
    answers.path = tmp_path / "出去"
    press(dialog, "自己定密码")
    for weak in ("", "12345678"):
        dialog.seal.control.own.setText(weak)
        dialog.go()
        assert "这个密码不行" in words_of(dialog) and exports.listed(small.room) == []
    dialog.seal.control.own.setText("绿萝在窗边等着雨停下来了")
    dialog.go()
    assert exports.listed(small.room)[0].sealed and len(list((tmp_path / "出去").iterdir())) == 1


def test_weak_places_are_told_at_once(
    shell: Shell, small: Small, qtbot: QtBot, answers: Answers, tmp_path: Path
) -> None:
    dialog = opened(shell, small, qtbot)
    fill(dialog)
    answers.path = small.room.folder / "里面"
    dialog.folder.control.choose()
    assert "辅导室自己的文件夹" in words_of(dialog)
    dialog.go()
    assert exports.listed(small.room) == [] and not (small.room.folder / "里面").exists()
    answers.path = tmp_path / "我的坚果云"
    dialog.folder.control.choose()
    assert "没有加密" not in words_of(dialog)
    press(dialog, "不加密")
    assert "没有加密的材料不能放在那里" in words_of(dialog)
    dialog.go()
    assert exports.listed(small.room) == [] and not answers.path.exists()
    answers.path = tmp_path / "本机"
    dialog.folder.control.choose()
    dialog.go()
    assert not exports.listed(small.room)[0].sealed and "用完请删掉" in words_of(dialog)


def test_printing_asks_no_password_and_is_noted(
    shell: Shell, small: Small, qtbot: QtBot, answers: Answers, tmp_path: Path
) -> None:
    dialog = opened(shell, small, qtbot)
    press(dialog, "打印")
    assert not dialog.seal.isVisibleTo(dialog) and not dialog.folder.isVisibleTo(dialog)
    fill(dialog)
    dialog.go()
    assert answers.asked == ["打印"] and exports.listed(small.room) == []  # no printer was chosen
    answers.paper = QPrinter()
    answers.paper.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
    answers.paper.setOutputFileName(str(tmp_path / "纸.pdf"))
    dialog.go()
    (line,) = exports.listed(small.room)
    assert (line.how, line.kind) == ("paper", "个别辅导记录") and preview.count((tmp_path / "纸.pdf").read_bytes()) == 1


def test_esc_leaves_without_loss(shell: Shell, small: Small, qtbot: QtBot) -> None:
    dialog = opened(shell, small, qtbot)
    fill(dialog, "学校存档", "")
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible() and exports.listed(small.room) == []
    again = opened(shell, small, qtbot)
    assert again.reason.value() == "学校存档"


def test_the_growth_file_is_made_of_the_parts_that_are_ticked(shell: Shell, small: Small, qtbot: QtBot) -> None:
    written(small)
    dialog = leave_growth_file(shell, small.room, small.students[0])
    qtbot.waitUntil(lambda: dialog.preview.page_count() > 0, timeout=10_000)
    assert "心里发慌" in preview.text(dialog.preview.pdf())
    for part in ("notes", "contacts", "talks", "plan", "home", "timeline", "mind", "family"):
        dialog.checks[part].click()
    qtbot.waitUntil(lambda: dialog.preview.page_count() > 0 and "心里发慌" not in preview.text(dialog.preview.pdf()))
    dialog.checks["mask"].click()
    qtbot.waitUntil(lambda: dialog.preview.page_count() > 0 and "张**" in preview.text(dialog.preview.pdf()))
    assert not dialog.checks["identity"].isEnabled()
    dialog.checks["basic"].click()
    assert "请至少选一部分" in words_of(dialog)
    fill(dialog)
    dialog.go()
    assert exports.listed(small.room) == []


def test_anything_else_goes_the_same_way(
    shell: Shell, small: Small, qtbot: QtBot, answers: Answers, tmp_path: Path
) -> None:
    made: dict[str, Any] = {"沙盘.jpg": b"\xff\xd8\xff broken"}
    dialog = ask_to_leave(shell, Leaving("沙盘照片", (small.students[0],), lambda _ticks: made, printable=False))
    qtbot.waitUntil(lambda: dialog.preview.page_count() > 0, timeout=10_000)
    fill(dialog)
    answers.path = tmp_path / "出去"
    dialog.go()
    assert [p.name for p in (tmp_path / "出去").iterdir()] == ["沙盘.jpg.pdf"]


def test_enter_goes_to_the_next_field(shell: Shell, small: Small, qtbot: QtBot) -> None:
    dialog = opened(shell, small, qtbot)
    dialog.reason.control.line.setFocus()
    QTest.keyClick(dialog.reason.control.line, Qt.Key.Key_Return)
    assert dialog.receiver.control.line.hasFocus() and dialog.isVisible()


def test_its_looks(shell: Shell, small: Small, qtbot: QtBot, shoot: Any) -> None:
    exports.printed(small.room, {"x": b"%PDF-"}, kind="记录", students=[], reason="家长查阅", receiver="监护人张建国")
    dialog = opened(shell, small, qtbot)
    shoot(dialog, "dialog-export")


def test_the_growth_file_s_looks(shell: Shell, small: Small, qtbot: QtBot, shoot: Any, tmp_path: Path) -> None:
    written(small)
    dialog = leave_growth_file(shell, small.room, small.students[0])
    qtbot.waitUntil(lambda: dialog.preview.page_count() > 0, timeout=10_000)
    shoot(dialog, "dialog-export-growth")
    fill(dialog)
    dialog.folder.set_value(tmp_path / "出去")
    dialog.go()
    shoot(dialog, "dialog-export-done")


def test_f1_opens_the_help_over_it_and_goes_back_to_the_same_word(shell: Shell, small: Small, qtbot: QtBot) -> None:
    dialog = opened(shell, small, qtbot)
    dialog.reason.set_value("转介")
    for key in (Qt.Key.Key_Escape, Qt.Key.Key_F1):
        dialog.activateWindow()
        qtbot.waitUntil(dialog.isActiveWindow)
        qtbot.keyClick(dialog, Qt.Key.Key_F1)
        (over,) = [made for made in dialog.findChildren(HelpOver) if made.isVisible()]
        assert over.page.list.currentItem().text() == "把材料拿出去" and over.isModal()
        qtbot.waitUntil(over.isActiveWindow)
        qtbot.keyClick(over, key)
        qtbot.waitUntil(lambda over=over: not isValid(over) or not over.isVisible())
        assert dialog.isVisible() and dialog.reason.value() == "转介"


def test_f12_covers_what_leaves_also_under_the_help(shell: Shell, small: Small, qtbot: QtBot) -> None:
    dialog = opened(shell, small, qtbot)
    qtbot.waitUntil(dialog.isActiveWindow)
    qtbot.keyClick(dialog, Qt.Key.Key_F1)
    (over,) = dialog.findChildren(HelpOver)
    qtbot.waitUntil(lambda: QApplication.activeModalWidget() is over)
    qtbot.keyClick(over, Qt.Key.Key_F12)
    assert not [w for w in QApplication.topLevelWidgets() if w.isVisible() and w is not shell]
