"""What the tests of 反馈 and 家访 share: a class of 49, the tab opened in the real window, keys and words to whatever holds the
keyboard."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QInputMethodEvent
from PySide6.QtPrintSupport import QPrinter
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from psyroom.records.students import Student
from psyroom.ui import worker
from psyroom.ui.window import Shell
from tests.services.room_for_bookings import NOON, Small, make_small
from tests.ui.at_the_window import open_window

CLASS = "七年级/9"
SURNAMES = "赵钱孙李周吴郑王冯陈"
GIVEN = "安静明朗清"
Key = Qt.Key
CTRL = Qt.KeyboardModifier.ControlModifier


def make_class(folder: Path) -> Small:
    """The small school with a ninth class of 49, on the second Tuesday of its semester."""
    small = make_small(folder)
    set_clock(small, NOON)
    with small.room.write("准备") as deed:
        children = [
            Student(name=f"{SURNAMES[n % 10]}小{GIVEN[n // 10]}", sex="m", stage="junior", cohort=2026, class_no=9,
                    number=f"9{n + 1:02d}")
            for n in range(49)
        ]  # fmt: skip
        deed.session.add_all(children)
        small.students.extend(child.id for child in children)
    return small


def of_class(small: Small) -> list[str]:
    """The 49, in the order of their numbers."""
    return small.students[6:]


def set_clock(small: Small, moment: datetime) -> None:
    small.room.now = lambda: moment.astimezone(UTC)


def later(small: Small, days: int) -> datetime:
    """Some days go by; the moment it is then."""
    moment = NOON + timedelta(days=days)
    set_clock(small, moment)
    return moment


def tab_of(qtbot: QtBot, small: Small, key: str) -> tuple[Shell, Any]:
    """The window with the tab in front."""
    shell = open_window(qtbot, small.room, "talks")
    page: Any = shell.go("talks", tab=key)
    QApplication.processEvents()
    return shell, page.tab(key)


def settle(qtbot: QtBot, quiet: int = 120) -> None:
    """Until what rests has rested and what is worked on is done."""
    qtbot.wait(quiet)
    qtbot.waitUntil(lambda: not worker.busy(), timeout=20_000)
    QApplication.processEvents()


def held() -> QWidget:
    QApplication.processEvents()
    found = QApplication.focusWidget()
    assert found is not None
    return found


def key(qtbot: QtBot, which: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    """To whatever holds the keyboard."""
    qtbot.keyClick(held(), which, modifier)
    QApplication.processEvents()


def write(words: str) -> None:
    """What an input method hands over to whatever holds the keyboard."""
    event = QInputMethodEvent()
    event.setCommitString(words)
    QApplication.sendEvent(held(), event)
    QApplication.processEvents()


def begin_syllable(letters: str) -> None:
    """What an input method holds and has not handed over."""
    QApplication.sendEvent(held(), QInputMethodEvent(letters, []))
    QApplication.processEvents()


def paper(folder: Path) -> QPrinter:
    """A printer that prints into a file."""
    made = QPrinter()
    made.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
    made.setOutputFileName(str(folder / "纸.pdf"))
    return made


def mime_of(path: Path) -> QMimeData:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path))])
    return mime


def drop(target: QWidget, at: QPointF, mime: QMimeData) -> None:
    actions, button = Qt.DropAction.CopyAction | Qt.DropAction.MoveAction, Qt.MouseButton.LeftButton
    plain = Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(at.toPoint(), actions, mime, button, plain)
    QApplication.sendEvent(target, enter)
    assert enter.isAccepted() and enter.dropAction() == Qt.DropAction.CopyAction
    event = QDropEvent(at, actions, mime, button, plain)
    QApplication.sendEvent(target, event)
    assert event.dropAction() == Qt.DropAction.CopyAction, "what lies outside is not taken away"
