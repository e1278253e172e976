"""The first days: the card that leads to a working room, and what it rests on."""

from __future__ import annotations

from datetime import date
from typing import Any

from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from psyroom.records.students import StudentFields
from psyroom.services import history, openings, students
from psyroom.services.beginning import beginning
from psyroom.settings import Settings
from psyroom.store.room import Room
from psyroom.ui.kit import Form
from psyroom.ui.pages.bookings_form import BookingForm
from psyroom.ui.pages.students_import import ImportView
from psyroom.ui.pages.today import Here
from psyroom.ui.window import Shell

BAND = {"starts": 725, "ends": 775, "since": date(2026, 8, 31)}


def test_the_card_shows_what_is_still_to_do_and_goes(qtbot: QtBot, room: Room) -> None:
    room.clock_confirmed = True
    shell = Shell(room, Settings())
    qtbot.addWidget(shell)
    shell.show()
    page = shell.go("today")
    assert isinstance(page, Here) and page.begin.isVisible()
    assert [bool(row.row.tags) for row in page.begin.steps.rows()] == [False, False, False]
    child = StudentFields(name="张晓雨", stage="vocational", cohort=2026, class_no=3)
    students.add(room, child.model_dump(), {})
    page.refresh(set())
    assert [bool(row.row.tags) for row in page.begin.steps.rows()] == [True, False, False]
    assert not beginning(room).over


def test_each_step_s_button_opens_the_thing_itself(qtbot: QtBot, room: Room) -> None:
    room.clock_confirmed = True
    shell = Shell(room, Settings())
    qtbot.addWidget(shell)
    shell.show()
    for number, there in enumerate((ImportView, Form, BookingForm)):
        page: Any = shell.go("today")
        wanted = page.begin.steps.rows()[number].row.action
        wanted[1]()
        QApplication.processEvents()
        shown = [w for w in shell.stack.currentWidget().findChildren(there) if w.isVisible()]
        assert shown, wanted[0]


def test_a_duty_person_has_nothing_to_set_up(qtbot: QtBot, duty_room: Room) -> None:
    duty_room.clock_confirmed = True
    shell = Shell(duty_room, Settings())
    qtbot.addWidget(shell)
    shell.show()
    page = shell.go("today")
    assert isinstance(page, Here) and not page.begin.isVisible()


def test_five_weekdays_are_one_deed(room: Room) -> None:
    room.clock_confirmed = True
    assert len(openings.add_slots(room, BAND, range(1, 6))) == 5
    assert beginning(room).plan
    history.undo(room)
    assert not beginning(room).plan


def test_all_missing_time_is_opened_and_taken_back_at_once(room: Room) -> None:
    room.clock_confirmed = True
    parts = [{"day": date(2026, 11, day), "starts": 725, "ends": 775, "why": "extra"} for day in (19, 20)]
    assert openings.add_spare(room, parts) == 2
    assert history.undo(room).label == "临时加开"
    assert not openings.exceptions(room, date(2026, 11, 16), date(2026, 11, 22))


def test_in_the_first_days_the_keyboard_stands_on_the_next_step(qtbot: QtBot, room: Room) -> None:
    room.clock_confirmed = True
    shell = Shell(room, Settings())
    qtbot.addWidget(shell)
    shell.show()
    shell.activateWindow()
    qtbot.waitUntil(shell.isActiveWindow)
    page: Any = shell.go("today")
    assert page.begin.steps.rows()[0].hasFocus()
    child = StudentFields(name="张晓雨", stage="vocational", cohort=2026, class_no=3)
    students.add(room, child.model_dump(), {})
    shell.go("students")
    shell.go("today")
    page.duty.setFocus()
    page.shown()
    assert page.begin.steps.rows()[1].hasFocus()


def test_the_first_day_is_looked_at(shoot: Any, qtbot: QtBot, room: Room) -> None:
    room.clock_confirmed = True
    shell = Shell(room, Settings())
    qtbot.addWidget(shell)
    shell.show()
    for page in ("today", "bookings", "openings"):
        shell.go(page)
        QApplication.processEvents()
        shoot(shell, f"first-day-{page}")
