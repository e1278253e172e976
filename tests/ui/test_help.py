"""The help inside the program: F1 opens what belongs to the page, words find it, links lead on, Esc goes back."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from psyroom.settings import Settings
from psyroom.store.room import Room
from psyroom.ui import help as helping
from psyroom.ui.window import PAGES, Shell
from tests.test_architecture import HARSH


@pytest.fixture
def shell(qtbot: QtBot, room: Room) -> Shell:
    made = Shell(room, Settings())
    qtbot.addWidget(made)
    made.resize(1366, 768)
    made.show()
    return made


def test_every_page_of_the_sidebar_has_its_help() -> None:
    covered = {page for topic in helping.topics() for page in topic.pages}
    assert covered >= {entry.key for entry in PAGES}
    assert len({t.key for t in helping.topics()}) == len(helping.topics())


@pytest.mark.parametrize("topic", helping.topics(), ids=lambda t: t.key)
def test_a_topic_reads_well(topic: helping.Topic) -> None:
    """A title, links that lead somewhere, quiet words, and short enough for one sitting."""
    assert topic.text.startswith(f"# {topic.title}") and 2 <= len(topic.title) <= 16
    keys = {t.key for t in helping.topics()}
    assert set(re.findall(r"\]\(([^)]*)\)", topic.text)) <= keys
    assert not [word for word in HARSH if word in topic.text]
    assert len(topic.text) < 2500


def test_f1_opens_the_page_s_own_topic_and_goes_back(shell: Shell, qtbot: QtBot) -> None:
    shell.go("bookings")
    qtbot.keyClick(shell, Qt.Key.Key_F1)
    page: Any = shell.stack.currentWidget()
    assert isinstance(page, helping.HelpPage)
    assert "bookings" in next(t for t in helping.topics() if t.title == page.list.currentItem().text()).pages
    qtbot.keyClick(page.words, Qt.Key.Key_Escape)
    assert shell.stack.currentWidget() is shell.pages["bookings"]
    qtbot.keyClick(shell, Qt.Key.Key_F1)
    qtbot.keyClick(shell, Qt.Key.Key_F1)
    assert shell.stack.currentWidget() is shell.pages["bookings"]


def test_words_find_a_topic_and_links_lead_on(shell: Shell, qtbot: QtBot) -> None:
    shell.help()
    page: Any = shell.stack.currentWidget()
    qtbot.keyClicks(page.words, "Ctrl+Q")
    assert page.list.count() >= 1 and "Ctrl+Q" in page.article.toPlainText()
    page.words.setText("没有这样的话")
    assert page.list.count() == 0 and page.none.isVisible()
    page.article.anchorClicked.emit(QUrl("bookings"))
    assert page.article.toPlainText().startswith(next(t.title for t in helping.topics() if t.key == "bookings"))


def test_help_is_looked_at(shoot: Callable[[QWidget, str], None], shell: Shell) -> None:
    shell.help()
    shoot(shell, "help")
