"""设置 · 外出登记: the register read, found in and printed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from psyroom.reports import preview
from psyroom.services import export_sheet, exports
from psyroom.ui import style, tokens
from psyroom.ui.pages.export_dialog import ExportDialog
from psyroom.ui.pages.settings_exports import ExportsSection
from tests.services.room_for_bookings import NOON, Small, make_small
from tests.ui.at_the_window import open_window, press, words_of


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Small]:
    made = make_small(tmp_path / "室")
    made.room.now = lambda: NOON.astimezone(UTC)
    yield made
    made.room.close()


def noted(small: Small, tmp_path: Path, count: int = 1) -> None:
    for n in range(count):
        exports.printed(
            small.room, {"x": b"x"}, kind="个别辅导记录", students=small.students[:1], reason="转介就医",
            receiver=f"县医院心理门诊{n}",
        )  # fmt: skip
    exports.write(
        small.room, {"名单.pdf": b"%PDF-"}, tmp_path / "外", kind="预约名单", students=small.students[:9],
        reason="班主任工作需要", receiver="年级组",
    )  # fmt: skip


def section(qtbot: QtBot, small: Small) -> Any:
    page: Any = open_window(qtbot, small.room, "settings").go("settings")
    return page.section(ExportsSection)


def test_an_empty_register_says_what_it_is_for(small: Small, qtbot: QtBot) -> None:
    assert "还没有材料出去过" in words_of(section(qtbot, small))


def test_it_tells_who_what_whose_why_and_to_whom(small: Small, qtbot: QtBot, tmp_path: Path) -> None:
    noted(small, tmp_path)
    told = words_of(section(qtbot, small))
    for said in (
        "个别辅导记录 · 张晓雨",
        "交给 县医院心理门诊0，转介就医",
        "打印",
        "文件，未加密",
        "等 6 人",
        "王老师",
    ):
        assert said in told, said


def test_it_is_found_in_and_shown_whole(small: Small, qtbot: QtBot, tmp_path: Path) -> None:
    noted(small, tmp_path, 12)
    made = section(qtbot, small)
    assert len(made.rows.findChildren(QWidget)) and "看全部 13 条" in [
        b.text() for b in made.findChildren(type(made.print_button))
    ]
    press(made, "看全部 13 条")
    assert words_of(made).count("转介就医") == 12
    made.line.set_value("年级组")
    assert "预约名单" in words_of(made) and "转介就医" not in words_of(made)
    made.line.set_value("没有这个人")
    assert "没有找到" in words_of(made)


def test_the_register_on_paper_is_noted_itself(small: Small, qtbot: QtBot, tmp_path: Path) -> None:
    noted(small, tmp_path)
    made = section(qtbot, small)
    press(made, "打印登记")
    dialog = made.shell.findChild(ExportDialog)
    qtbot.waitUntil(lambda: dialog.preview.page_count() > 0, timeout=10_000)
    said = preview.text(dialog.preview.pdf())
    for words in ("外出登记", "县医院心理门诊0", "张晓雨", "文件，未加密", "共 2 条"):
        assert words in said, words
    assert export_sheet.sheet(small.room).pdf == export_sheet.sheet(small.room).pdf
    dialog.reject()


def test_its_looks(small: Small, qtbot: QtBot, tmp_path: Path, shoot: Any) -> None:
    noted(small, tmp_path, 3)
    look = tokens.now()
    made = section(qtbot, small)
    style.dress(look)
    made.shell.go("settings", section="exports")
    shoot(made.shell, "page-settings-exports")
