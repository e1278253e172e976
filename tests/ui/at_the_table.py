"""What the tests on table entry share: a class of thirty, the tab in the real window, hands that type and count their keys."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from psyroom.records.students import Student
from psyroom.rules.names import readings
from psyroom.services import history, talk_rules, talks
from psyroom.ui.window import Shell
from tests.services.room_for_bookings import Small, make_small
from tests.ui.at_the_window import open_window

CLASS, TEACHER = "七年级/7", "李秀兰"
MONDAY = date(2026, 10, 12)
NOW = datetime(2026, 10, 12, 17, 30)
SURNAMES, GIVEN = "安白曹丁范高韩贾孔林", "宁帆诺"
Key = Qt.Key
CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


def make_class(folder: Path) -> Small:
    """The small school with a seventh class of thirty; `students` are those thirty, in the order of their numbers."""
    small = make_small(folder)
    small.room.now = lambda: NOW.astimezone(UTC)
    with small.room.write("准备") as deed:
        children = [
            Student(name=f"{SURNAMES[n % 10]}一{GIVEN[n // 10]}", sex="f", stage="junior", cohort=2026, class_no=7,
                    number=f"7{n + 1:02d}")
            for n in range(30)
        ]  # fmt: skip
        deed.session.add_all(children)
        small.students[:] = [child.id for child in children]
    talk_rules.set_class_teacher(small.room, "junior", 2026, 7, TEACHER)
    return small


def table_of(qtbot: QtBot, small: Small, class_key: str = "") -> tuple[Shell, Any]:
    """The window with 录入 in front, and the class in it."""
    shell = open_window(qtbot, small.room, "talks")
    page: Any = shell.go("talks", tab="table")
    tab = page.tab("table")
    QApplication.processEvents()
    if class_key:
        tab.show_class(class_key)
    return shell, tab


def recorded(small: Small) -> dict[str, list[Any]]:
    """The talks of the class, newest first, by the child's place in it."""
    found = talks.of_class(small.room, CLASS, "", NOW)
    return {str(at): found[student] for at, student in enumerate(small.students, 1) if found[student]}


def undo(small: Small) -> None:
    history.undo(small.room)


class Hands:
    """A person at the keyboard; every press is counted in `keys`, every pause to think in `thoughts`.

    A word in Chinese costs its whole pinyin and one key that takes it; nothing is abbreviated or guessed ahead.
    """

    def __init__(self, qtbot: QtBot) -> None:
        self.qtbot = qtbot
        self.keys = self.thoughts = 0

    @staticmethod
    def held() -> QWidget:
        QApplication.processEvents()
        found = QApplication.focusWidget()
        assert found is not None
        return found

    def press(self, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        self.keys += 1 + (modifier != Qt.KeyboardModifier.NoModifier)
        self.qtbot.keyClick(self.held(), key, modifier)
        QApplication.processEvents()

    def enter(self) -> None:
        self.press(Key.Key_Return)

    def letters(self, typed: str) -> None:
        self.keys += len(typed)
        self.qtbot.keyClicks(self.held(), typed)
        QApplication.processEvents()

    def chinese(self, words: str) -> None:
        """Blanks part the words as an input method takes them; a mark is a key of its own."""
        for word in words.split():
            mark = word[-1] in "，。；：、“”！？"
            said = word[:-1] if mark else word
            if said:
                self.keys += sum(len(readings(char)[0]) for char in said) + 1
                self._commit(said)
            if mark:
                self.keys += 1
                self._commit(word[-1])

    def _commit(self, words: str) -> None:
        event = QInputMethodEvent("", [])
        event.setCommitString(words)
        QApplication.sendEvent(self.held(), event)
        QApplication.processEvents()

    def phrase(self, letters: str) -> None:
        """F8, some letters, Enter."""
        self.thoughts += 1
        self.press(Key.Key_F8)
        self.letters(letters)
        self.enter()

    def think(self) -> None:
        self.thoughts += 1
