"""What the tests of 一生一谈 share: talks made, the page and its coverage, keys to whatever holds the keyboard."""

from __future__ import annotations

from datetime import UTC, date, timedelta
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from psyroom.services import talks
from psyroom.ui.pages.talks import Here
from psyroom.ui.pages.talks_cover import Tab
from tests.services.room_for_bookings import TUESDAY, Small, at
from tests.ui.at_the_window import open_window

NOW = at(TUESDAY, 900)
FIRST_CLASS = "七年级/1"


def talk(small: Small, which: int, *, day: date = TUESDAY - timedelta(days=1), by: str = "班主任李敏") -> str:
    """One talk with one of the six."""
    return talks.add(small.room, {"day": day, "talker": by}, [small.students[which]], NOW)[0]


def page_of(qtbot: QtBot, small: Small) -> Here:
    small.room.now = lambda: NOW.astimezone(UTC)
    page = open_window(qtbot, small.room, "talks").go("talks")
    assert isinstance(page, Here)
    QApplication.processEvents()
    return page


def cover_of(page: Here) -> Tab:
    tab: Any = page.show_tab("cover")
    assert isinstance(tab, Tab)
    return tab


def press(which: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    """A key to whatever holds the keyboard."""
    holder = QApplication.focusWidget()
    assert holder is not None
    QTest.keyClick(holder, which, modifier)
    QApplication.processEvents()


def names(tab: Tab) -> list[str]:
    """Who is listed beside the map."""
    return [line.name for line in tab.panel.list.lines()]


def lamps_of(tab: Tab, name: str) -> tuple[str, ...]:
    line = next(line for line in tab.panel.list.lines() if line.name == name)
    return tuple(lamp.state for _link, lamp in line.lamps.each)
