"""The student's card keeps who opened it, beside the window's path, and tells it when asked."""

from __future__ import annotations

from pathlib import Path

from pytestqt.qtbot import QtBot

from psyroom.services import notes, reading, students
from psyroom.store.opening import open_room
from psyroom.store.room import Room
from psyroom.ui.pages.settings_notes import NotesSection
from psyroom.ui.pages.who_looked import WhoLooked
from psyroom.ui.window import Shell
from tests.services.room_for_bookings import PASSWORD, TUESDAY, at, make_small
from tests.ui.at_settings import part
from tests.ui.at_the_window import open_window, words_of


def test_opening_a_card_is_kept_and_told(qtbot: QtBot, room: Room) -> None:
    child, other = (
        students.add(room, {"name": name, "stage": "vocational", "cohort": 2026, "class_no": 1}, {}) for name in "金银"
    )
    shell: Shell = open_window(qtbot, room, "students")
    page = shell.go("students", student=child)
    qtbot.waitUntil(lambda: len(reading.of_student(room, child)) == 1)
    assert page is not None
    page.refresh({"student"})  # the same card built anew
    shell.go("students", student=other)
    qtbot.waitUntil(lambda: len(reading.of_student(room, other)) == 1)
    shell.go("students", student=child)
    page.refresh({"student"})
    qtbot.waitUntil(lambda: any(w.isVisible() for w in page.findChildren(WhoLooked)))
    (foot,) = [w for w in page.findChildren(WhoLooked) if w.isVisible()]
    foot.ask_button.click()
    assert "甲（我）" in words_of(foot) and "打开学生档案" in words_of(foot)
    foot.ask_button.click()
    assert foot.list is None and len(reading.of_student(room, child)) == 1


def test_the_desk_s_card_keeps_nothing(qtbot: QtBot, duty_room: Room) -> None:
    before = (duty_room.folder / "case.db").read_bytes()
    shell: Shell = open_window(qtbot, duty_room, "students")
    page = shell.pages["students"]
    assert not page.findChildren(WhoLooked)
    assert (duty_room.folder / "case.db").read_bytes() == before


def test_whoever_opened_one_s_own_notes_is_told_in_the_settings(qtbot: QtBot, tmp_path: Path) -> None:
    """A colleague's reason stands there, for the writer to read."""
    small = make_small(tmp_path / "室")
    moment = at(TUESDAY, 900)
    note = notes.add(small.room, {"day": TUESDAY, "problem": "说不想住校"}, small.students[:1], moment)
    folder = small.room.folder
    small.room.close()
    with open_room(folder, "陈老师", PASSWORD) as colleague:
        notes.open_other(colleague, note, "今天由我接待这名学生", moment)
    with open_room(folder, "王老师", PASSWORD) as room:
        shell: Shell = open_window(qtbot, room, "settings")
        card = part(shell, NotesSection)
        card.readers.ask_button.click()
        assert "陈老师" in words_of(card.readers) and "原因：今天由我接待这名学生" in words_of(card.readers)
