"""What the tests of 辅导记录 share: notes and visits made, the page opened, keys to whatever holds the keyboard."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from sqlmodel import select

from psyroom.records.access import Reading as Opened
from psyroom.services import notes, visits
from psyroom.settings import Settings
from psyroom.store.opening import open_room
from psyroom.ui import style
from psyroom.ui.kit.reading import Reading
from psyroom.ui.pages.note_editor import NoteEditor
from psyroom.ui.pages.notes import Here
from psyroom.ui.window import Shell
from tests.services.room_for_bookings import PASSWORD, TUESDAY, Small, at
from tests.ui.at_the_window import open_window

NOW = at(TUESDAY, 900)
CTRL, ALT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier
PARTS = {
    "words": "“上课老走神，一想到月考就手心出汗。”",
    "state": "说话声音小，谈到考试时捏衣角。",
    "problem": "主要困扰是考试前的紧张和入睡困难。",
    "measures": "商定每天记录入睡时间。",
    "effect": "说“没有来的时候那么堵了”。",
}


def set_clock(small: Small, moment: datetime) -> None:
    small.room.now = lambda: moment.astimezone(UTC)


def visit(small: Small, which: int = 0, *, minute: int = 730, day: date = TUESDAY) -> str:
    """A visit that is over."""
    values = {"client": "student", "student": small.students[which], "person": small.wang}
    entered = visits.walk_in(small.room, values, at(day, minute))
    visits.close(small.room, entered.visit, at(day, minute + 45), minute + 45)
    return entered.visit


def write(small: Small, which: int = 0, *, now: datetime = NOW, day: date = TUESDAY, **more: Any) -> str:
    values = {"kind": "individual", "day": day, "starts": 730, "ends": 775, **PARTS, **more.pop("values", {})}
    return notes.add(small.room, values, [small.students[which]], now, **more)


def as_chen(small: Small) -> None:
    """The same room, opened by the other counsellor."""
    folder = small.room.folder
    small.room.close()
    small.room = open_room(folder, "陈老师", PASSWORD)
    set_clock(small, NOW)


def page_of(qtbot: QtBot, small: Small) -> Here:
    page = open_window(qtbot, small.room, "notes").go("notes")
    assert isinstance(page, Here)
    QApplication.processEvents()
    return page


def whole(qtbot: QtBot, small: Small) -> Shell:
    """The window with all its pages."""
    style.dress(style.look_for("light", 100))
    shell = Shell(small.room, Settings())
    qtbot.addWidget(shell)
    shell.resize(1366, 768)
    shell.show()
    shell.activateWindow()
    qtbot.waitUntil(shell.isActiveWindow)
    return shell


def key(qtbot: QtBot, which: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    """To whatever holds the keyboard."""
    QApplication.processEvents()
    held = QApplication.focusWidget()
    assert held is not None
    qtbot.keyClick(held, which, modifier)
    QApplication.processEvents()


def lines(page: Here) -> list[str]:
    return [f"{i.what}|{i.detail}|{','.join(t for t, _ in i.tags)}" for i in page.pane.list.items() if i.kind != "day"]


def seen(small: Small, note: str) -> notes.NoteSeen:
    return notes.seen(small.room, note, NOW)


def read_text(page: Here) -> str:
    QApplication.processEvents()
    found: list[Reading] = [w for w in page.reader.findChildren(Reading) if w.isVisibleTo(page.reader)]
    return " ".join(w.words() for w in found)


def fill(editor: NoteEditor, name: str, words: str) -> None:
    """Write a part, as an input method hands it over."""
    editor.sheet.parts[name].control.set_value(words)


def opened_by(small: Small) -> list[Opened]:
    with small.room.read() as session:
        return list(session.exec(select(Opened).where(Opened.person == small.chen)).all())
