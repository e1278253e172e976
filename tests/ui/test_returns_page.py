"""上报 on the real window: the page that will be printed, every figure opened, files and filing."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from psyroom.reports import preview
from psyroom.services import hours, openings, returns
from psyroom.settings import Settings
from psyroom.store.room import Room
from psyroom.ui import ask
from psyroom.ui.pages.returns import Here
from psyroom.ui.window import Shell

NOW = datetime(2026, 11, 19, 18, 0).astimezone()


@pytest.fixture
def page(qtbot: QtBot, room: Room) -> Here:
    room.now = lambda: NOW.astimezone(UTC)
    room.clock_confirmed = True
    for day in (16, 17):
        values = {"day": date(2026, 11, day), "starts": 12 * 60, "ends": 13 * 60 + 30}
        openings.record(room, values, hours.local_now(room))
    shell = Shell(room, Settings())
    qtbot.addWidget(shell)
    shell.resize(1366, 768)
    shell.show()
    made = shell.go("returns")
    assert isinstance(made, Here)
    qtbot.waitUntil(lambda: made.preview.page_count() > 0, timeout=20_000)
    return made


class Folder(ask.Person):
    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def folder(self, *_: Any) -> Path:
        return self._folder


def test_what_is_seen_is_what_is_saved_and_filed(
    page: Here, room: Room, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ask, "answerer", Folder(tmp_path / "上交"))
    seen = preview.text(page.preview.pdf())
    assert "心理辅导室开放与辅导情况学期汇总" in seen and "3.00" in seen
    page.save()
    qtbot.waitUntil(lambda: len(returns.filings(room)) == 1, timeout=20_000)
    qtbot.waitUntil(lambda: len(page.past.rows()) == 1, timeout=20_000)
    files = sorted((tmp_path / "上交").iterdir())
    assert [f.suffix for f in files] == [".pdf", ".xlsx"]
    assert "3.00" in preview.text(files[0].read_bytes())
    cells = [c.value for r in load_workbook(files[1], data_only=True).worksheets[0].iter_rows() for c in r]
    assert 3 in cells


def test_every_figure_opens_to_rows_that_add_up(page: Here, qtbot: QtBot) -> None:
    page.view.set_value("figures")
    assert page._made is not None and len(page.figures.buttons) == len(page._made.figures)
    for figure_id, figure in page._made.figures.items():
        rows = returns.figure_rows(page.room, page._made, figure_id)
        total = sum(row.adds for row in rows)
        assert total == round(figure.value * 60 if figure.number == "0.00" else figure.value), figure_id
    figure_id = next(i for i, f in page._made.figures.items() if f.text == "3.00")
    page.figures.buttons[figure_id].click()
    body = page.sheet.body()
    assert page.sheet.isVisible() and body is not None
    words = " ".join(label.text() for label in body.findChildren(QLabel))
    assert "由 2 条记录得来，合计 3 小时" in words


def test_the_duty_person_has_no_returns_page(qtbot: QtBot, duty_room: Room) -> None:
    shell = Shell(duty_room, Settings())
    qtbot.addWidget(shell)
    assert "returns" not in [entry.key for entry in shell.entries] and shell.go("returns") is None
