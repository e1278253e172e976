"""What the tests on 预约 share: the page in a window, a booking, places on the grid, drags, what stands at the side."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot
from sqlmodel import select

from psyroom.records.booking import Booking, Visit
from psyroom.services import bookings
from psyroom.settings import Settings
from psyroom.ui.pages.bookings import Here
from psyroom.ui.pages.bookings_entry import EntryCard
from psyroom.ui.pages.bookings_form import BookingForm
from psyroom.ui.window import Shell
from tests.services.room_for_bookings import MONDAY, TUESDAY, Small, at

WEDNESDAY = TUESDAY + timedelta(days=1)
MORNING = at(TUESDAY, 590)
CTRL = Qt.KeyboardModifier.ControlModifier
LEFT = Qt.MouseButton.LeftButton


def set_clock(small: Small, moment: datetime) -> None:
    small.room.now = lambda: moment.astimezone(UTC)


def page_of(qtbot: QtBot, small: Small, width: int = 1366, height: int = 768) -> Here:
    shell = Shell(small.room, Settings())
    qtbot.addWidget(shell)
    shell.resize(width, height)
    shell.show()
    shell.activateWindow()
    qtbot.waitUntil(shell.isActiveWindow)  # shortcuts reach an active window only
    page = shell.go("bookings")
    assert isinstance(page, Here)
    qtbot.waitUntil(
        lambda: page.grid.frame is not None and page.grid.frame.height >= page.grid.parentWidget().height() - 2
    )
    return page


def book(small: Small, which: int = 0, **more: Any) -> str:
    values = {
        "student": small.students[which], "day": WEDNESDAY, "starts": 730, "ends": 760, "person": small.wang,
        "place": small.places[0], **more,
    }  # fmt: skip
    return bookings.book(small.room, values, at(MONDAY, 480)).id


def stored(small: Small) -> list[Booking]:
    with small.room.read() as session:
        return sorted(session.exec(select(Booking)).all(), key=lambda b: b.id)


def inside(small: Small) -> list[Visit]:
    with small.room.read() as session:
        return list(session.exec(select(Visit)).all())


def spot(page: Here, day: int, minute: int) -> QPoint:
    """Where a minute of a day is on the grid, near the column's free right edge."""
    frame = page.grid.frame
    assert frame is not None
    return QPoint(int(frame.lefts[day] + frame.widths[day] - 4), int(frame.y(minute)))


def middle_of(page: Here, booking: str) -> QPoint:
    box = next(box for box, entry in page.grid.boxes if entry.id == booking)
    return box.center().toPoint()


def drag(qtbot: QtBot, page: Here, start: QPoint, end: QPoint) -> None:
    qtbot.mousePress(page.grid, LEFT, pos=start)
    for part in (1, 2, 3):
        qtbot.mouseMove(page.grid, start + (end - start) * part / 3)
    qtbot.mouseRelease(page.grid, LEFT, pos=end)


def form_of(page: Here) -> BookingForm:
    form = page.sheet.body()
    assert isinstance(form, BookingForm) and page.sheet.isVisible()
    return form


def card_of(page: Here) -> EntryCard:
    card = page.sheet.body()
    assert isinstance(card, EntryCard) and page.sheet.isVisible()
    return card


def press(widget: QWidget, words: str) -> None:
    found = [b for b in widget.findChildren(QPushButton) if b.text() == words and b.isVisibleTo(widget)]
    assert found, [b.text() for b in widget.findChildren(QPushButton)]
    found[0].click()


def words_of(widget: QWidget) -> str:
    return " ".join(label.text() for label in widget.findChildren(QLabel) if label.isVisibleTo(widget))
