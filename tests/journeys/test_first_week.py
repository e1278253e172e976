"""From a fresh machine to the first return, through the real window: what a teacher does in her first week."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from PySide6.QtCore import Qt
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from psyroom.reports import preview
from psyroom.services import drafts, hours, returns, roll, week
from psyroom.store import recovery
from psyroom.store.opening import open_room
from psyroom.ui import ask, leave
from psyroom.ui.pages.bookings import Here as Bookings
from psyroom.ui.pages.bookings_form import BookingForm
from psyroom.ui.pages.openings import Here as Openings
from psyroom.ui.pages.returns import Here as Returns
from psyroom.ui.pages.students import Here as Students
from psyroom.ui.pages.students_form import StudentForm
from psyroom.ui.start import Program
from psyroom.ui.welcome import Welcome
from psyroom.ui.window import Shell
from psyroom.ui.wizard.first_run import FirstRun

DATA = Path(__file__).parent.parent / "data"
PASSWORD = "窗外的香樟树又高了一大截"
TUESDAY = datetime(2026, 11, 17, 12, 0).astimezone()


class Answers(ask.Person):
    """Where files come from and go to; what is confirmed."""

    def __init__(self, roster: Path, out: Path) -> None:
        self.roster, self.out = roster, out

    def confirm(self, *_: Any) -> bool:
        return True

    def open_file(self, *_: Any) -> Path:
        return self.roster

    def folder(self, *_: Any) -> Path:
        return self.out


@pytest.fixture
def left() -> Iterator[list[tuple[Path, bool]]]:
    seen: list[tuple[Path, bool]] = []
    door = leave.door
    leave.door = lambda folder, *, come_back: seen.append((folder, come_back))
    yield seen
    leave.door = door


def type_into(qtbot: QtBot, control: QWidget, words: str) -> None:
    """By keys; what no key makes comes as an input method hands it over."""
    control.setFocus()
    if hasattr(control, "selectAll"):
        control.selectAll()
    if words.isascii():
        qtbot.keyClicks(control, words)
    else:
        event = QInputMethodEvent()
        event.setCommitString(words)
        QApplication.sendEvent(control, event)


def make_the_room(qtbot: QtBot, program: Program, folder: Path) -> Shell:
    """The wizard, by its fields and its one button."""
    welcome = program.entrance.shown()
    assert isinstance(welcome, Welcome)
    welcome.tiles["make"].setFocus()
    qtbot.keyClick(welcome.tiles["make"], Qt.Key.Key_Return)
    wizard = program.entrance.shown()
    assert isinstance(wizard, FirstRun)
    type_into(qtbot, wizard.school.fields["name"].control, "临江县职业中专")
    wizard.school.fields["stage"].set_value("vocational")
    type_into(qtbot, wizard.school.fields["starts"].control, "2026-08-31")
    wizard.next.click()
    assert wizard.step() is wizard.lessons and len(wizard.lessons.for_all()) == 7
    wizard.next.click()
    assert wizard.step() is wizard.region
    wizard.region.set_value("hunan-vocational")
    wizard.next.click()
    assert wizard.step() is wizard.place
    type_into(qtbot, wizard.place.folder.line, str(folder))
    wizard.place.restores.set_value("yes")
    wizard.next.click()
    assert wizard.step() is wizard.person
    type_into(qtbot, wizard.person.person, "林晓")
    type_into(qtbot, wizard.person.password.first.control, PASSWORD)
    type_into(qtbot, wizard.person.password.again.control, PASSWORD)
    wizard.next.click()
    qtbot.waitUntil(lambda: wizard.step() is wizard.sheet, timeout=30_000)
    group = recovery.groups(wizard.sheet.code)[wizard.sheet.asked]
    wizard.next.click()
    assert wizard.step() is wizard.sheet, "the sheet was not looked at"
    type_into(qtbot, wizard.sheet.answer, group.lower())
    wizard.next.click()
    qtbot.waitUntil(lambda: program.shell is not None, timeout=30_000)
    shell = program.shell
    assert isinstance(shell, Shell)
    return shell


def bring_in_the_roster(qtbot: QtBot, shell: Shell) -> int:
    page = shell.go("students")
    assert isinstance(page, Students)
    page.begin_import()
    view = page.stack.currentWidget()
    view.choose()
    qtbot.waitUntil(lambda: view.columns is not None or view.preview is not None, timeout=30_000)
    if view.preview is None:
        view.go_on()
        qtbot.waitUntil(lambda: view.preview is not None, timeout=30_000)
    view.go_on()
    qtbot.waitUntil(lambda: bool(view.taken), timeout=30_000)
    return len(roll.everybody(shell.room))


def book_and_receive(qtbot: QtBot, shell: Shell, clock: dict[str, datetime]) -> None:
    page = shell.go("bookings")
    assert isinstance(page, Bookings)
    page.book(TUESDAY.date(), 12 * 60 + 5, 12 * 60 + 45)
    form = page.form
    assert isinstance(form, BookingForm)
    type_into(qtbot, form.fields["student"].control, "yyz")
    qtbot.keyClick(form.fields["student"].control, Qt.Key.Key_Return)
    page.save()
    if page.form is not None:  # outside the plan: it says so once, and is taken after a yes
        assert form.conflicts.words()
        page.save(anyway=True)
    shown = [e for e in week.day_of(shell.room, TUESDAY.date(), page.now()).entries if e.kind == "booking"]
    assert len(shown) == 1 and shown[0].who == "余阳志"

    page.book(TUESDAY.date(), 12 * 60 + 20, 12 * 60 + 50)  # somebody else at the same time
    form = page.form
    assert isinstance(form, BookingForm)
    type_into(qtbot, form.fields["student"].control, "蒋红")
    qtbot.keyClick(form.fields["student"].control, Qt.Key.Key_Return)
    page.save(anyway=True)
    assert page.form is form and form.conflicts.words(), "a double booking was taken"
    page.sheet.shut()
    assert drafts.load(shell.room, "booking") is not None
    drafts.discard(shell.room, "booking")

    clock["now"] = TUESDAY + timedelta(minutes=6)
    page.show_entry("booking", shown[0].id)
    page.card.arrive(None)
    clock["now"] = TUESDAY + timedelta(minutes=50)
    page.show_entry("booking", shown[0].id)
    assert page.card.entry.inside
    page.card.close_visit()
    assert page.card.entry.closed


def log_the_day(shell: Shell, clock: dict[str, datetime]) -> Openings:
    page = shell.go("openings")
    assert isinstance(page, Openings)
    clock["now"] = TUESDAY + timedelta(hours=4, minutes=50)
    page.refresh(set())
    page.toggle_duty()
    clock["now"] = TUESDAY + timedelta(hours=6, minutes=20)
    page.toggle_duty()
    return page


def test_from_a_fresh_machine_to_the_first_return(
    qtbot: QtBot, tmp_path: Path, left: list[tuple[Path, bool]], cheap_keys: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    roster = DATA / "rosters" / "班主任花名册_中等职业学校.xlsx"
    expected = json.loads(roster.with_name("班主任花名册_中等职业学校.expected.json").read_text("utf-8"))
    monkeypatch.setattr(ask, "answerer", Answers(roster, tmp_path / "上交"))
    folder = tmp_path / "心理辅导室"
    program = Program(None)
    program.show()
    shell = make_the_room(qtbot, program, folder)
    qtbot.addWidget(shell)
    room = shell.room
    clock = {"now": TUESDAY}
    room.now = lambda: clock["now"].astimezone(UTC)
    room.clock_confirmed = True

    assert bring_in_the_roster(qtbot, shell) == expected["students"]
    assert roll.by_class(room) == expected["by_class"]
    book_and_receive(qtbot, shell, clock)
    openings = log_the_day(shell, clock)
    figures = hours.week_of(room, TUESDAY.date(), hours.local_now(room))
    assert figures is not None and figures.outside_lessons_minutes == 44 + 90
    assert "/ 15 h" in openings.bar._figure.text()

    sent = shell.go("returns")
    assert isinstance(sent, Returns)
    qtbot.waitUntil(lambda: sent.preview.page_count() > 0 and sent.save_button.isEnabled(), timeout=30_000)
    sent.save()
    qtbot.waitUntil(lambda: len(returns.filings(room)) == 1, timeout=30_000)
    pdf, book = sorted((tmp_path / "上交").iterdir())
    words = preview.text(pdf.read_bytes())
    assert "临江县职业中专" in words and "余阳志" not in words
    assert load_workbook(book).sheetnames
    qtbot.waitUntil(lambda: sent.save_button.isEnabled(), timeout=30_000)

    page = shell.go("students")
    assert isinstance(page, Students)
    page.begin_add()
    form = page.stack.currentWidget()
    assert isinstance(form, StudentForm)
    type_into(qtbot, form.desk.fields["name"].control, "写到一半")
    shell.lock()
    assert left == [(folder, True)] and not shell.isVisible() and room.closed
    with open_room(folder, "林晓", PASSWORD) as again:
        again.clock_confirmed = True
        assert [kind for kind, _, _ in drafts.pending(again)] == ["student"]
        assert "写到一半" in json.dumps(drafts.load(again, "student"), ensure_ascii=False)
