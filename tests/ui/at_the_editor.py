"""What the tests on the note editor share: opening it in the window, writing as an input method hands it over."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from psyroom.services import notes, visits
from psyroom.services.notes import NoteSeen
from psyroom.ui.kit.writing import Writing
from psyroom.ui.pages.note_editor import NoteEditor
from psyroom.ui.window import Shell
from tests.services.room_for_bookings import TUESDAY, Small, at
from tests.ui.at_the_window import open_window

NOW = at(TUESDAY, 900)
CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
PLAIN = Qt.KeyboardModifier.NoModifier


def set_clock(small: Small, moment: datetime = NOW) -> None:
    small.room.now = lambda: moment.astimezone(UTC)


def a_visit(small: Small, which: int = 0, *, minute: int = 730, day: date = TUESDAY) -> str:
    """A visit of 45 minutes that is over."""
    values = {"client": "student", "student": small.students[which], "person": small.wang}
    entered = visits.walk_in(small.room, values, at(day, minute))
    visits.close(small.room, entered.visit, at(day, minute + 45), minute + 45)
    return entered.visit


def a_note(small: Small, which: int = 0, **more: Any) -> str:
    """A saved note of one child."""
    values = {"kind": "individual", "day": TUESDAY, "starts": 730, "ends": 775, "state": "说话声音小。"}
    values |= more.pop("values", {})
    return notes.add(small.room, values, [small.students[which]], NOW, **more)


def window(qtbot: QtBot, small: Small) -> Shell:
    return open_window(qtbot, small.room, "notes")


def editor_in(shell: Shell, **target: Any) -> NoteEditor:
    """The editor as the page opens it: `visit`, `student` with `kind`, or `edit` with a note's id."""
    page: Any = shell.go("notes")
    if "edit" in target:
        page.edit(target["edit"])
    elif "visit" in target:
        page.write_of(target["visit"])
    else:
        page.write_about(target.get("student", ""), target.get("kind", "individual"))
    QApplication.processEvents()
    found = page.stack.currentWidget()
    assert isinstance(found, NoteEditor)
    return found


def stored(small: Small, note: str) -> NoteSeen:
    return notes.seen(small.room, note, NOW)


def field(editor: NoteEditor, name: str) -> Writing:
    return editor.sheet.parts[name].control


def write(editor: NoteEditor, name: str, words: str) -> None:
    """Write into a part, as an input method hands words over."""
    control = field(editor, name)
    control.setFocus()
    commit(control, words)


def commit(control: QWidget, words: str) -> None:
    event = QInputMethodEvent("", [])
    event.setCommitString(words)
    QApplication.sendEvent(control, event)


def compose(control: QWidget, syllable: str) -> None:
    """An input method holds a syllable it has not finished."""
    QApplication.sendEvent(control, QInputMethodEvent(syllable, []))


def key(qtbot: QtBot, which: Qt.Key, modifier: Qt.KeyboardModifier = PLAIN) -> None:
    """To whatever holds the keyboard."""
    QApplication.processEvents()
    held = QApplication.focusWidget()
    assert held is not None
    qtbot.keyClick(held, which, modifier)
    QApplication.processEvents()


@contextmanager
def full_disk() -> Iterator[None]:
    """No file of this process can grow."""
    import resource

    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
