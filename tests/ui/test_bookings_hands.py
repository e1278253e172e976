"""Hands on the calendar: what speaks against a drag is seen before it is let go, keys carry cards, typed hours jump."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from psyroom.services import trial
from psyroom.store.room import Room
from psyroom.ui.calendar.over import tone
from psyroom.ui.pages.bookings import Here
from tests.services.room_for_bookings import TUESDAY, Small, make_small
from tests.ui.at_the_bookings import (
    LEFT,
    MORNING,
    WEDNESDAY,
    book,
    card_of,
    form_of,
    middle_of,
    page_of,
    set_clock,
    spot,
    stored,
)  # fmt: skip

SHIFT, ALT = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.AltModifier


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Small]:
    made = make_small(tmp_path / "室")
    set_clock(made, MORNING)
    yield made
    made.room.close()


@pytest.fixture
def page(small: Small, qtbot: QtBot) -> Here:
    return page_of(qtbot, small)


def take(page: Here, qtbot: QtBot, booking: str, to: QPoint) -> None:
    """A card picked up with the mouse and held over a place."""
    page.refresh(set())
    start = middle_of(page, booking)
    qtbot.mousePress(page.grid, LEFT, pos=start)
    for part in (1, 2, 3):
        qtbot.mouseMove(page.grid, start + (to - start) * part / 3)


def at_minute(page: Here, booking: str, minutes: int, days: int = 0) -> QPoint:
    """Where the pointer is when a card is carried so far."""
    page.refresh(set())
    frame = page.grid.frame
    assert frame is not None
    aside = spot(page, 2 + days, 0).x() - spot(page, 2, 0).x()
    return middle_of(page, booking) + QPoint(aside, int(minutes * frame.per_minute))


# ---- before it is let go ----------------------------------------------------------------------------------------


def test_what_cannot_be_is_said_while_it_is_carried(page: Here, small: Small, qtbot: QtBot) -> None:
    book(small, 1, starts=790, ends=820)
    booking = book(small)
    take(page, qtbot, booking, at_minute(page, booking, 60))
    carry = page.grid.carry
    assert carry is not None and (carry.mark.starts, tone(carry.clashes)) == (790, "brick")
    assert "王老师 13:10—13:40 已有预约" in [c.sentence for c in carry.clashes]
    assert not page.grid.grab().isNull()
    qtbot.mouseMove(page.grid, at_minute(page, booking, 0, 1))
    assert tone(page.grid.carry.clashes) == "accent"  # Thursday noon is free and open
    qtbot.mouseMove(page.grid, at_minute(page, booking, -130))
    assert tone(page.grid.carry.clashes) == "amber"  # a lesson: a person must say yes


def test_a_drag_asks_the_store_once(page: Here, small: Small, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    booking = book(small)
    target = at_minute(page, booking, 200)
    asked: list[str] = []
    for name in ("read", "snapshot"):
        real = getattr(Room, name)
        monkeypatch.setattr(Room, name, lambda room, real=real: asked.append("") or real(room))
    take(page, qtbot, booking, target)
    asked.clear()  # what the picking up read
    for step in range(30):
        qtbot.mouseMove(page.grid, target + QPoint(step * 5, step * 3))
    assert page.grid.carry is not None and asked == []


def test_a_trial_says_what_saving_says(page: Here, small: Small) -> None:
    book(small, 1, starts=790, ends=820)
    booking = book(small)
    found = trial.of(small.room, "booking", booking, page.monday, MORNING)
    assert found is not None
    assert [c.kind for c in found.at(WEDNESDAY, 730, 760)] == []
    assert {c.kind for c in found.at(WEDNESDAY, 780, 810)} == {"counsellor", "room"}
    assert {c.kind for c in found.at(WEDNESDAY, 765, 789)} == {"buffer"}
    assert {c.kind for c in found.at(TUESDAY, 500, 530)} == {"lesson_student", "closed", "past"}


def test_esc_puts_a_carried_card_back(page: Here, small: Small, qtbot: QtBot) -> None:
    booking = book(small)
    target = at_minute(page, booking, 0, 1)
    take(page, qtbot, booking, target)
    qtbot.keyClick(page.grid, Qt.Key.Key_Escape)
    assert page.grid.carry is None
    qtbot.mouseRelease(page.grid, LEFT, pos=target)
    assert [b.day for b in stored(small)] == [WEDNESDAY] and not page.sheet.isVisible()


def test_the_head_of_a_tall_card_makes_it_begin_later(page: Here, small: Small, qtbot: QtBot) -> None:
    booking = book(small, starts=730, ends=820)
    page.refresh(set())
    box = next(box for box, entry in page.grid.boxes if entry.id == booking)
    frame = page.grid.frame
    assert frame is not None
    head = QPoint(int(box.center().x()), int(box.top() + 1))
    qtbot.mousePress(page.grid, LEFT, pos=head)
    for minute in (735, 745, 750):
        qtbot.mouseMove(page.grid, QPoint(head.x(), int(frame.y(minute))))
    qtbot.mouseRelease(page.grid, LEFT, pos=QPoint(head.x(), int(frame.y(750))))
    (row,) = stored(small)
    assert (row.starts, row.ends) == (750, 820)


# ---- by keys ----------------------------------------------------------------------------------------------------


def test_m_carries_a_card_with_the_arrows(page: Here, small: Small, qtbot: QtBot) -> None:
    grid, booking = page.grid, book(small)
    page.refresh(set())
    grid.setFocus()
    grid.put_cursor(WEDNESDAY, 730, 760)
    qtbot.keyClick(grid, Qt.Key.Key_M)
    assert grid.carry is not None and grid.carry.entry is not None and grid.carry.entry.id == booking
    qtbot.keyClick(grid, Qt.Key.Key_Right)
    qtbot.keyClick(grid, Qt.Key.Key_Down)
    qtbot.keyClick(grid, Qt.Key.Key_Down, ALT)
    qtbot.keyClick(grid, Qt.Key.Key_Down, SHIFT)
    assert stored(small)[0].day == WEDNESDAY  # nothing is done before Enter
    qtbot.keyClick(grid, Qt.Key.Key_Return)
    (row,) = stored(small)
    assert (row.day, row.starts, row.ends) == (WEDNESDAY + timedelta(days=1), 755, 790)
    page.shell.undo_deed()
    assert stored(small)[0].day == WEDNESDAY


def test_a_card_is_carried_into_the_next_week(page: Here, small: Small, qtbot: QtBot) -> None:
    grid = page.grid
    book(small)
    page.refresh(set())
    grid.setFocus()
    grid.put_cursor(WEDNESDAY, 730, 760)
    qtbot.keyClick(grid, Qt.Key.Key_M)
    qtbot.keyClick(grid, Qt.Key.Key_PageDown)
    assert grid.carry is not None and not grid.carry.clashes
    qtbot.keyClick(grid, Qt.Key.Key_Return)
    assert [b.day for b in stored(small)] == [WEDNESDAY + timedelta(weeks=1)]


def test_a_carried_card_goes_to_a_typed_time(page: Here, small: Small, qtbot: QtBot) -> None:
    grid = page.grid
    book(small)
    page.refresh(set())
    grid.setFocus()
    grid.put_cursor(WEDNESDAY, 730, 760)
    qtbot.keyClick(grid, Qt.Key.Key_M)
    qtbot.keyClicks(grid, "1250")
    qtbot.keyClick(grid, Qt.Key.Key_Return)
    assert [(b.starts, b.ends) for b in stored(small)] == [(770, 800)]


@pytest.mark.parametrize(
    ("keys", "hours"), [("1630", (990, 1020)), ("1630-1710", (990, 1030)), ("930", (570, 600)), ("16:30", (990, 1020))]
)
def test_typed_hours_open_a_booking_there(page: Here, qtbot: QtBot, keys: str, hours: tuple[int, int]) -> None:
    page.grid.setFocus()
    page.grid.put_cursor(WEDNESDAY, 730, 760)
    qtbot.keyClicks(page.grid, keys)
    assert not page.grid.grab().isNull()
    qtbot.keyClick(page.grid, Qt.Key.Key_Return)
    values = form_of(page).values()
    assert (values["day"], values["starts"], values["ends"]) == (WEDNESDAY, *hours)


def test_a_typed_time_jumps_and_esc_forgets_it(page: Here, qtbot: QtBot) -> None:
    grid = page.grid
    grid.setFocus()
    grid.put_cursor(WEDNESDAY, 730, 760)
    qtbot.keyClicks(grid, "1630")
    assert (grid.cursor_mark.day, grid.cursor_mark.starts) == (2, 990) and grid.typed.words == "1630"
    qtbot.keyClick(grid, Qt.Key.Key_Escape)
    assert grid.typed.words == "" and not page.sheet.isVisible()
    qtbot.keyClicks(grid, "99")
    qtbot.keyClick(grid, Qt.Key.Key_Return)
    assert not page.sheet.isVisible()  # no time: nothing happens


def test_the_card_under_the_cell_still_opens_with_enter(page: Here, small: Small, qtbot: QtBot) -> None:
    booking = book(small)
    page.refresh(set())
    page.grid.setFocus()
    page.grid.put_cursor(WEDNESDAY, 730, 760)
    qtbot.keyClick(page.grid, Qt.Key.Key_Return)
    assert card_of(page).entry.id == booking


def test_the_week_is_painted_once_and_drags_leave_the_picture(page: Here, small: Small, qtbot: QtBot) -> None:
    booking = book(small)
    target = at_minute(page, booking, 100)
    take(page, qtbot, booking, target)
    page.grid.grab()
    before = page.grid._picture
    for step in range(1, 5):
        qtbot.mouseMove(page.grid, target + QPoint(0, step * 10))
        page.grid.grab()
    assert before is not None and page.grid._picture is before
    qtbot.keyClick(page.grid, Qt.Key.Key_Escape)
