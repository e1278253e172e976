"""What the tests on a window share: opening it on one page, reading what is shown, pressing what is there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from psyroom.settings import Settings
from psyroom.store.room import Room
from psyroom.ui import style
from psyroom.ui.kit import Elided, Tag
from psyroom.ui.window import PAGES, Shell


def open_window(qtbot: QtBot, room: Room, key: str) -> Shell:
    """The real window with one page, at 1366×768 and 100 %, ready for the keyboard."""
    style.dress(style.look_for("light", 100))
    shell = Shell(room, Settings(), entries=tuple(entry for entry in PAGES if entry.key == key))
    qtbot.addWidget(shell)
    shell.resize(1366, 768)
    shell.show()
    shell.activateWindow()
    qtbot.waitUntil(shell.isActiveWindow)
    return shell


def words_of(widget: QWidget) -> str:
    """Every label and tag that is shown."""
    QApplication.processEvents()  # what was just added is shown with the next layout
    shown = [label for label in widget.findChildren(QLabel) if label.isVisibleTo(widget)]
    labels = [label.words() if isinstance(label, Elided) else label.text() for label in shown]
    return " ".join([*labels, *(tag.words() for tag in widget.findChildren(Tag) if tag.isVisibleTo(widget))])


def buttons_of(widget: QWidget, words: str) -> list[QPushButton]:
    """The buttons of these words that are shown."""
    QApplication.processEvents()
    return [b for b in widget.findChildren(QPushButton) if b.text() == words and b.isVisibleTo(widget)]


def press(widget: QWidget, words: str) -> None:
    found = [b for b in buttons_of(widget, words) if b.isEnabled()]
    assert found, f"no button {words}"
    found[0].click()


def compose(field: Any, words: str) -> None:
    """What an input method hands over; key events cannot carry Chinese."""
    field.insert(words)


class Hands:
    """The person at the dialogs: picks this file or folder, saves there, says yes or no. `asked` is what was asked."""

    def __init__(
        self,
        *,
        opens: Path | None = None,
        saves: Path | None = None,
        folder: Path | None = None,
        yes: bool | None = None,
    ) -> None:
        self._opens, self._saves, self._folder, self._yes = opens, saves, folder, yes
        self.asked: list[str] = []

    def open_file(self, parent: QWidget, title: str, patterns: str) -> Path | None:
        return self._opens

    def save_file(self, parent: QWidget, title: str, name: str, patterns: str) -> Path | None:
        return self._saves

    def folder(self, parent: QWidget, title: str, start: Path | None) -> Path | None:
        return self._folder

    def confirm(self, parent: QWidget, title: str, words: str, yes: str, no: str, grave: bool) -> bool:
        assert self._yes is not None, f"nobody expected to be asked: {title}"
        self.asked.append(f"{title} {words} {grave}")
        return self._yes

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(f"nobody expected {name}")
