"""Thursday noon: 11.5 of 15 hours. One press makes the openings that are missing, and the sheet for the door prints."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtPrintSupport import QPrinter
from PySide6.QtWidgets import QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from psyroom.reports import preview
from psyroom.services import hours, openings
from psyroom.settings import Settings
from psyroom.store.room import Room
from psyroom.ui import ask
from psyroom.ui.pages.openings import Here as Openings
from psyroom.ui.pages.openings_print import SheetPreview
from psyroom.ui.pages.today import Here as Today
from psyroom.ui.window import Shell
from tests.journeys.hands import CONTROL, Hands

THURSDAY = datetime(2026, 11, 19, 12, 10).astimezone()
MONDAY = date(2026, 11, 16)


class Paper(ask.Person):
    """A printer that prints into a file."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def printer(self, parent: QWidget) -> QPrinter:
        made = QPrinter(QPrinter.PrinterMode.HighResolution)
        made.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
        made.setOutputFileName(str(self.file))
        return made


@pytest.fixture
def window(qtbot: QtBot, room: Room) -> Shell:
    """Eleven and a half hours were open from Monday to Wednesday; nothing else is planned."""
    room.now = lambda: THURSDAY.astimezone(UTC)
    room.clock_confirmed = True
    for days, bands in enumerate([((720, 840), (1020, 1140)), ((720, 840), (1020, 1140)), ((720, 840), (1020, 1110))]):
        for starts, ends in bands:
            values = {"day": MONDAY + timedelta(days=days), "starts": starts, "ends": ends}
            openings.record(room, values, hours.local_now(room))
    shell = Shell(room, Settings())
    qtbot.addWidget(shell)
    shell.resize(1366, 768)
    shell.show()
    shell.activateWindow()
    qtbot.waitUntil(shell.isActiveWindow)
    return shell


def words(widget: QWidget) -> str:
    return " ".join(label.text() for label in widget.findChildren(QLabel) if label.isVisibleTo(widget))


def printed(qtbot: QtBot, window: Shell, file: Path) -> None:
    """What the week on the door must say, and that it came out of the printer."""
    after = hours.shortage(window.room, THURSDAY.date(), hours.local_now(window.room))
    assert after is not None and after.gap == 0
    added = [e for e in openings.exceptions(window.room, MONDAY, MONDAY + timedelta(days=6)) if e.opens]
    assert len(added) == 2 and sum(e.ends - e.starts for e in added) == 210
    assert file.read_bytes().startswith(b"%PDF") and len(preview.sizes(file.read_bytes())) == 1


def sheet(qtbot: QtBot, window: Shell) -> SheetPreview:
    page = window.pages["openings"]
    assert isinstance(page, Openings)
    qtbot.waitUntil(lambda: any(s.isVisible() for s in page.findChildren(SheetPreview)))
    shown = next(s for s in page.findChildren(SheetPreview) if s.isVisible())
    qtbot.waitUntil(lambda: shown.preview.page_count() == 1, timeout=30_000)
    return shown


def test_thursday_noon_by_keys(qtbot: QtBot, window: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ask, "answerer", Paper(tmp_path / "门牌.pdf"))
    today = window.go("today")
    assert isinstance(today, Today)
    assert "11.5 / 15 h" in words(today.bar) and "还差" in words(today.bar)
    hands = Hands()
    hands.press(Qt.Key.Key_J, held=CONTROL)
    assert hands.stands_on() == "打印门口时间表"
    hands.press(Qt.Key.Key_Return)
    sheet(qtbot, window)
    hands.press(Qt.Key.Key_P, held=CONTROL)
    assert hands.count <= 3
    printed(qtbot, window, tmp_path / "门牌.pdf")


def test_thursday_noon_by_mouse(qtbot: QtBot, window: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ask, "answerer", Paper(tmp_path / "门牌.pdf"))
    today = window.go("today")
    assert isinstance(today, Today)
    hands = Hands()
    hands.click(button(today, "这 2 段都加开"))
    hands.click(button(window.pages["openings"], "打印门口时间表"))
    hands.click(button(sheet(qtbot, window), "打印"))
    assert hands.count <= 3
    printed(qtbot, window, tmp_path / "门牌.pdf")


def button(widget: QWidget, said: str) -> QPushButton:
    found: list[QPushButton] = [b for b in widget.findChildren(QPushButton) if b.text() == said and b.isVisible()]
    assert found, said
    return found[0]
