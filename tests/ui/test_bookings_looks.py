"""Pictures of every state of 预约, at both sizes and in the dark, written to `shots/` for a person to look at."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from psyroom.records.booking import Booking
from psyroom.rules.series import Pattern
from psyroom.services import bookings, events, roll, series, visits
from psyroom.ui.pages.bookings import Here
from psyroom.ui.window import Shell
from tests.ui.test_page_looks import NOON, THURSDAY, opened, school, window  # noqa: F401 - fixtures

NOW = NOON.replace(tzinfo=None)
FRIDAY = THURSDAY + timedelta(days=1)


def page_of(shell: Shell) -> Here:
    page = shell.go("bookings")
    assert isinstance(page, Here)
    QApplication.processEvents()
    return page


def somebody(page: Here, which: int) -> str:
    return roll.everybody(page.room)[which].id


def fill(page: Here, **more: Any) -> None:
    assert page.form is not None
    page.form.fill({**page.form.values(), **more})


def test_forms(shoot: Any, window: Callable[[str], Shell], qtbot: QtBot) -> None:  # noqa: F811
    shell = window("甲")
    page = page_of(shell)
    shoot(shell, "bookings-week")
    assert page.calendar.hours.verticalScrollBar().maximum() == 0  # a day until nine in the evening is seen whole
    page.book(FRIDAY, 760, 800)
    fill(page, student=somebody(page, 40))
    form = page.form
    assert form is not None
    form.repeat.every.set_value(1)
    form.look()
    QApplication.processEvents()
    form.plan.focus_open()
    qtbot.wait(20)
    shoot(shell, "bookings-repeat")
    page.sheet.shut()
    page.desk.event(FRIDAY, 840, 885)
    shoot(shell, "bookings-event-form")


def test_urgent(shoot: Any, window: Callable[[str], Shell], qtbot: QtBot) -> None:  # noqa: F811
    shell = window("甲")
    page = page_of(shell)
    free = bookings.next_free(
        page.room, {"day": FRIDAY, "starts": 800, "ends": 830, "person": page.room.person.id}, NOW
    )
    assert free is not None
    place = {"client": "student", "student": somebody(page, 50), "place": free.place, "person": free.person}
    bookings.book(page.room, {**place, "day": free.day, "starts": free.starts, "ends": free.ends - 10}, NOW)
    page.open(day=free.day)
    page.book(free.day, free.ends - 10, free.ends)
    fill(page, student=somebody(page, 41), person=free.person)
    page.save()
    qtbot.wait(20)
    shoot(shell, "bookings-urgent")


def test_series_and_entries(shoot: Any, window: Callable[[str], Shell]) -> None:  # noqa: F811
    shell = window("甲")
    page = page_of(shell)
    me = page.room.person.id
    events.add(page.room, {"kind": "parents_talk", "day": FRIDAY, "starts": 900, "ends": 980, "person": me}, NOW)
    lesson = {"kind": "lesson", "day": FRIDAY, "starts": 840, "ends": 885, "person": me}
    made = events.add(page.room, lesson | {"stage": "junior", "cohort": 2026, "class_no": 3}, NOW)
    shell.tell_changed()
    page.show_entry("event", made.id)
    shoot(shell, "bookings-event-card")
    values = {
        "client": "student",
        "student": somebody(page, 60),
        "person": me,
        "day": FRIDAY,
        "starts": 1030,
        "ends": 1060,
    }
    planned = series.preview(page.room, values, Pattern(1, (), None, 6), NOW)
    rows = [p.row for p in planned if p.ok]
    booked = series.book(page.room, values, rows, NOW)
    page.show_entry("booking", booked.ids[1])
    page.card.cancel("cancelled_by_student")  # type: ignore[union-attr, call-arg]
    shoot(shell, "bookings-series-card")
    page.sheet.shut()
    first = rows[0]
    page.mover.let_down("booking", booked.ids[0], first[0], first[1] + 5, first[2] + 5)
    shoot(shell, "bookings-series-moved")


def test_not_come(shoot: Any, window: Callable[[str], Shell]) -> None:  # noqa: F811
    shell = window("甲")
    page = page_of(shell)
    values = {"client": "student", "student": somebody(page, 70), "person": page.room.person.id}
    made = bookings.book(page.room, {**values, "day": THURSDAY, "starts": 480, "ends": 500}, NOW, anyway=True)
    visits.no_show(page.room, made.id, NOW)
    page.show_entry("booking", made.id)
    shoot(shell, "bookings-missed")
    page.desk.rebook(made.id)
    shoot(shell, "bookings-rebook")


def test_hands(shoot: Any, window: Callable[[str], Shell], qtbot: QtBot) -> None:  # noqa: F811
    shell = window("甲")
    page = page_of(shell)
    shoot(shell, "bookings-week")
    grid = page.grid
    waiting = [box for box, entry in grid.boxes if entry.kind == "booking" and entry.outcome == "open"]
    start, end = waiting[0].center().toPoint(), waiting[1].center().toPoint()
    qtbot.mousePress(grid, Qt.MouseButton.LeftButton, pos=start)
    for part in (1, 2, 3):
        qtbot.mouseMove(grid, start + (end - start) * part / 3 + QPoint(0, 3))
    shoot(shell, "bookings-drag")
    qtbot.keyClick(grid, Qt.Key.Key_Escape)
    qtbot.mouseRelease(grid, Qt.MouseButton.LeftButton, pos=end)
    grid.setFocus()
    qtbot.keyClicks(grid, "1430-1510")
    shoot(shell, "bookings-typed")


def test_a_week_of_two_hundred(shoot: Any, window: Callable[[str], Shell]) -> None:  # noqa: F811
    shell = window("甲")
    page = page_of(shell)
    monday = date(2026, 11, 16)
    students = roll.everybody(page.room)
    with page.room.write("很多") as deed:
        for n in range(200):
            starts = 480 + n // 5 * 14
            deed.session.add(
                Booking(
                    student=students[n].id, day=monday + timedelta(days=n % 5), starts=starts, ends=starts + 30,
                    person=page.room.person.id,
                )
            )  # fmt: skip
    shell.tell_changed()
    shoot(shell, "bookings-full")
