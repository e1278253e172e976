"""A small day at the real window without a mouse: every step is a key sent to whatever holds the keyboard."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from psyroom.records.students import StudentFields
from psyroom.services import hours, openings, students, week
from psyroom.settings import Settings
from psyroom.store.room import Room
from psyroom.ui import leave
from psyroom.ui.kit.rows import RowWidget
from psyroom.ui.pages.returns import Here as Returns
from psyroom.ui.pages.walk_in import WalkIn
from psyroom.ui.start import Program
from psyroom.ui.unlock import Unlock
from psyroom.ui.window import Shell

NOON = datetime(2026, 11, 17, 12, 5).astimezone()
CONTROL, ALT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier


@pytest.fixture
def left() -> Iterator[list[tuple[Path, bool]]]:
    seen: list[tuple[Path, bool]] = []
    door = leave.door
    leave.door = lambda folder, *, come_back: seen.append((folder, come_back))
    yield seen
    leave.door = door


def holder() -> QWidget:
    """Whoever holds the keyboard; with nobody a keyboard is dead, which is a fault of the window."""
    focus = QApplication.focusWidget()
    assert focus is not None, "nothing holds the keyboard"
    return focus


def press(key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    QTest.keyClick(holder(), key, modifier)
    QApplication.processEvents()


def type_words(words: str) -> None:
    """By keys; what no key makes comes as an input method hands it over."""
    if words.isascii():
        for letter in words:
            QTest.keyClicks(holder(), letter)
    else:
        event = QInputMethodEvent()
        event.setCommitString(words)
        QApplication.sendEvent(holder(), event)
    QApplication.processEvents()


def tab_to(wanted: Callable[[QWidget], bool], steps: int = 60) -> QWidget:
    """Walk with Tab until the wanted one holds the keyboard; everything met on the way must be in sight."""
    for _ in range(steps):
        if wanted(holder()):
            return holder()
        press(Qt.Key.Key_Tab)
        assert holder().isVisible(), f"the keyboard stands on something hidden: {holder()}"
    raise AssertionError("Tab never came there")


def is_button(words: str) -> Callable[[QWidget], bool]:
    return lambda widget: isinstance(widget, QPushButton) and widget.text() == words


def unlock(qtbot: QtBot, folder: Path, password: str) -> tuple[Program, Shell]:
    program = Program(folder)
    program.show()
    program.entrance.activateWindow()
    assert isinstance(program.entrance.shown(), Unlock)
    qtbot.waitUntil(lambda: QApplication.focusWidget() is not None)
    type_words(password)
    press(Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: program.shell is not None, timeout=30_000)
    shell = program.shell
    assert isinstance(shell, Shell)
    shell.activateWindow()
    qtbot.waitUntil(lambda: QApplication.focusWidget() is not None)
    return program, shell


def test_a_day_without_a_mouse(
    qtbot: QtBot, new_room: Callable[..., Room], password: str, left: list[tuple[Path, bool]]
) -> None:
    made = new_room()
    made.now = lambda: (NOON - timedelta(days=1)).astimezone(UTC)
    made.clock_confirmed = True
    child = StudentFields(name="张晓雨", sex="f", stage="vocational", cohort=2026, class_no=3)
    students.add(made, child.model_dump(), {})
    folder = made.folder
    made.close()
    Settings().save()

    _program, shell = unlock(qtbot, folder, password)
    qtbot.addWidget(shell)
    room = shell.room
    clock = {"now": NOON}
    room.now = lambda: clock["now"].astimezone(UTC)
    room.clock_confirmed = True
    press(Qt.Key.Key_1, ALT)

    # somebody at the door: initials and Enter
    press(Qt.Key.Key_Q, CONTROL)
    card = shell.findChild(WalkIn)
    assert isinstance(card, WalkIn) and card.isVisible()
    type_words("zxy")
    qtbot.waitUntil(lambda: bool(card.picker._model.hits))
    press(Qt.Key.Key_Return)
    if card.isVisible():  # the name is taken; a second Enter registers
        press(Qt.Key.Key_Return)
    inside = week.day_of(room, NOON.date(), hours.local_now(room)).entries
    assert [e.who for e in inside] == ["张晓雨"] and inside[0].inside

    # three quarters of an hour later the visit is closed from 今日
    clock["now"] = NOON + timedelta(minutes=45)
    press(Qt.Key.Key_1, ALT)
    tab_to(lambda w: isinstance(w, RowWidget) and w.row.what == "张晓雨")
    press(Qt.Key.Key_Return)
    tab_to(is_button("结束来访"))
    press(Qt.Key.Key_Return)
    closed = week.day_of(room, NOON.date(), hours.local_now(room)).entries
    assert len(closed) == 1 and closed[0].closed and closed[0].ends == 12 * 60 + 50

    # on duty, and off again
    clock["now"] = NOON + timedelta(hours=4, minutes=45)
    press(Qt.Key.Key_3, ALT)
    press(Qt.Key.Key_D, CONTROL)
    assert [d.person for d in openings.on_duty(room, hours.local_now(room))] == [room.person.id]
    clock["now"] = NOON + timedelta(hours=6, minutes=15)
    press(Qt.Key.Key_D, CONTROL)
    assert not openings.on_duty(room, hours.local_now(room))
    counted = hours.week_of(room, NOON.date(), hours.local_now(room))
    assert counted is not None and counted.open_minutes == 45 + 90

    # the curtain lets nothing through, and the keyboard comes back where it was
    before = holder()
    press(Qt.Key.Key_F12)
    assert holder() is not before
    press(Qt.Key.Key_Q, CONTROL)
    assert not card.isVisible(), "a key went through the curtain"
    press(Qt.Key.Key_F12)
    assert holder() is before

    # undo by its key: the duty goes on again; once more: it never began
    press(Qt.Key.Key_Z, CONTROL)
    assert openings.on_duty(room, hours.local_now(room))
    press(Qt.Key.Key_Z, CONTROL)
    assert not openings.on_duty(room, hours.local_now(room))

    press(Qt.Key.Key_L, CONTROL)
    assert left == [(folder, True)] and not shell.isVisible() and room.closed


def test_every_page_is_walked_by_tab(
    qtbot: QtBot, new_room: Callable[..., Room], password: str, left: list[tuple[Path, bool]]
) -> None:
    """On each page Tab comes round to where it began, over its own controls, and Enter never does nothing by accident."""
    made = new_room()
    folder = made.folder
    made.close()
    _program, shell = unlock(qtbot, folder, password)
    qtbot.addWidget(shell)
    for number, name in enumerate(("today", "bookings", "openings", "students", "returns", "settings"), 1):
        press(Qt.Key(Qt.Key.Key_0 + number), ALT)
        page = shell.go(name)
        assert page is not None
        if isinstance(page, Returns):  # it is made first
            qtbot.waitUntil(page.save_button.isEnabled, timeout=30_000)
        QTest.qWait(50)
        met: list[QWidget] = []
        for _ in range(200):
            press(Qt.Key.Key_Tab)
            if holder() in met:
                break
            met.append(holder())
        own = [w for w in met if page.isAncestorOf(w)]
        assert own, f"{name}: Tab never reaches the page"
        buttons = [
            b
            for b in list[QPushButton](page.findChildren(QPushButton))
            if b.isVisible() and b.isEnabled() and b.focusPolicy() & Qt.FocusPolicy.TabFocus
        ]
        missed = [b.text() for b in buttons if b not in met]
        assert not missed, f"{name}: only a mouse reaches {missed}"
    shell.lock()
