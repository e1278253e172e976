"""What the journeys about notes share: a small room on a Tuesday noon, and where one looks in the window."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from psyroom.services import today
from psyroom.store.opening import open_room
from psyroom.ui.pages.note_editor import NoteEditor
from psyroom.ui.pages.notes import Here as Notes
from psyroom.ui.window import Shell
from tests.services.room_for_bookings import PASSWORD, TUESDAY, Small, at, make_small
from tests.ui.at_the_notes import NOW, set_clock

K = Qt.Key
SHIFT = Qt.KeyboardModifier.ShiftModifier


def tuesday_noon(folder: Path) -> Iterator[Small]:
    made = make_small(folder / "室")
    made.room.clock_confirmed = True
    set_clock(made, at(TUESDAY, 730))
    yield made
    made.room.close()


def as_person(small: Small, name: str, moment: datetime = NOW) -> None:
    """The same room, opened by somebody else."""
    folder = small.room.folder
    small.room.close()
    small.room = open_room(folder, name, PASSWORD)
    small.room.clock_confirmed = True
    set_clock(small, moment)


def page(shell: Shell) -> Notes:
    found = shell.pages["notes"]
    assert isinstance(found, Notes)
    return found


def editor(shell: Shell) -> NoteEditor:
    QApplication.processEvents()
    found = page(shell).stack.currentWidget()
    assert isinstance(found, NoteEditor)
    return found


def count(shell: Shell) -> int:
    """What the side says of 辅导记录."""
    return shell.side.buttons["notes"].count()


def tasks(small: Small, kind: str) -> list[str]:
    return [t.words for t in today.today(small.room, small.room.now().astimezone()).tasks if t.kind == kind]
