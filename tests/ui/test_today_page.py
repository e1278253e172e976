"""今日 on the real window and the real store."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot
from sqlmodel import select

from psyroom.records.booking import Booking, Visit
from psyroom.services import bookings, openings, slips, visits
from psyroom.services import school as schools
from psyroom.settings import Settings
from psyroom.ui import icons
from psyroom.ui.calendar.paint import FACES
from psyroom.ui.kit import EmptyState
from psyroom.ui.pages import bookings as bookings_page
from psyroom.ui.pages.today import ICONS, Here
from psyroom.ui.window import Shell
from tests.services.room_for_bookings import MONDAY, TUESDAY, Small, as_duty, at, make_small

NOON = at(TUESDAY, 733)


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Small]:
    made = make_small(tmp_path / "室")
    set_clock(made, NOON)
    yield made
    made.room.close()


def set_clock(small: Small, moment: datetime) -> None:
    small.room.now = lambda: moment.astimezone(UTC)


def page_of(small: Small, qtbot: QtBot) -> Here:
    shell = Shell(small.room, Settings())
    qtbot.addWidget(shell)
    shell.resize(1366, 768)
    shell.show()
    page = shell.go("today")
    assert isinstance(page, Here)
    return page


def book(small: Small, which: int = 0, **more: Any) -> str:
    values = {
        "student": small.students[which],
        "day": TUESDAY,
        "starts": 730,
        "ends": 760,
        "person": small.wang,
        **more,
    }
    return bookings.book(small.room, values, at(MONDAY, 480)).id


def whats(rows: Any) -> list[str]:
    return [w.row.what for w in rows.rows()]


def due(page: Here) -> list[str]:
    """But for the hours of the plan, which nobody logs here."""
    return [words for words in whats(page.tasks) if "没有确认" not in words]


def words_of(widget: QWidget) -> str:
    return " ".join(label.text() for label in widget.findChildren(QLabel) if label.isVisibleTo(widget))


def press(widget: QWidget, words: str) -> None:
    QApplication.processEvents()  # rows made anew are shown when the layout has seen them
    found = [b for b in widget.findChildren(QPushButton) if words in b.text() and b.isVisibleTo(widget)]
    assert found, [b.text() for b in widget.findChildren(QPushButton)]
    found[0].click()


def test_the_day_stands_on_both_sides_of_now(small: Small, qtbot: QtBot) -> None:
    book(small)
    book(small, 1, starts=985, ends=1015)
    page = page_of(small, qtbot)
    assert whats(page.before) == ["张晓雨"] and whats(page.after) == ["李明"]
    assert page.now_line.isVisible() and "9月8日 周二 · 第 2 周" in page.header.question.text()
    press(page.before, "到了")
    with small.room.read() as session:
        assert [b.outcome for b in session.exec(select(Booking)).all()].count("arrived") == 1
    assert "已到" in page.shell.toaster.words()
    page.shell.undo_deed()
    with small.room.read() as session:
        assert session.exec(select(Visit)).all() == []


def test_nobody_came_and_the_task_leads_to_the_card(small: Small, qtbot: QtBot) -> None:
    booking = book(small)
    set_clock(small, at(TUESDAY, 745))
    page = page_of(small, qtbot)
    press(page.before, "未到")
    assert due(page) == ["张晓雨没有来，找到人了吗？"]
    page.tasks.rows()[0].act()
    other = page.shell.pages["bookings"]
    assert isinstance(other, bookings_page.Here) and other.card.entry.id == booking
    press(other.card, "已联系家长")
    page.shell.go("today")
    assert due(page) == []


def test_a_visit_marked_as_left_is_closed_from_the_line(small: Small, qtbot: QtBot) -> None:
    entered = visits.walk_in(small.room, {"student": small.students[0]}, at(TUESDAY, 700))
    visits.leave(small.room, entered.visit, at(TUESDAY, 730))
    page = page_of(small, qtbot)
    press(page.before, "结束")
    with small.room.read() as session:
        row = session.get(Visit, entered.visit)
    assert row is not None and (row.ends, row.closed_by) == (730, small.wang)


def test_duty_by_one_button(small: Small, qtbot: QtBot) -> None:
    page = page_of(small, qtbot)
    page.duty.click()
    assert page.duty.text() == "结束值班" and "王老师正在值班" in page.header.question.text()
    set_clock(small, at(TUESDAY, 800))
    page.duty.click()
    assert page.duty.text() == "开始值班"
    (row,) = openings.openings_of(small.room, TUESDAY, TUESDAY)
    assert (row.starts, row.ends) == (733, 800)


def test_what_the_week_misses_is_opened_from_here(small: Small, qtbot: QtBot) -> None:
    schools.set_target(small.room, date(2026, 8, 31), 1200)
    page = page_of(small, qtbot)
    assert "20 h" in words_of(page.bar)
    assert page.every.text() == "这 3 段都加开"
    first = page.parts.itemAt(0).widget()
    assert isinstance(first, QPushButton)
    first.click()
    added = [e for e in openings.exceptions(small.room, MONDAY, MONDAY + timedelta(days=6)) if e.opens]
    assert len(added) == 1 and added[0].person == small.wang


def test_an_empty_day_is_kind_and_a_region_without_hours_says_so(small: Small, qtbot: QtBot) -> None:
    page = page_of(small, qtbot)
    QApplication.processEvents()
    (empty,) = [e for e in page.findChildren(EmptyState) if e.isVisible()]
    assert "今天还没有人预约" in words_of(empty)
    assert not page.now_line.isVisible() and not page.before.isVisible()


def test_the_desk_seals_a_word_and_the_counsellor_reads_it(small: Small, qtbot: QtBot) -> None:
    as_duty(small)
    set_clock(small, NOON)
    page = page_of(small, qtbot)
    assert page.slip.isVisible()
    page.slip.seal()
    assert "请写一句" in page.slip.field.error.text()
    page.slip.words.setPlainText("来时在哭")
    press(page.slip, "封上")
    assert page.slip.words.toPlainText() == "" and not page.slip.words.document().isUndoAvailable()
    assert "已密封" in page.shell.toaster.words() and slips.unread(small.room) == 1
    assert due(page) == []


def test_the_counsellor_reads_and_marks(small: Small, qtbot: QtBot) -> None:
    slips.write_slip(small.room, "来时在哭", NOON)
    page = page_of(small, qtbot)
    assert due(page) == ["1 张密封便条还没有读"] and not page.slip.isVisible()
    assert "来时在哭" not in words_of(page)
    page.tasks.rows()[0].act()
    assert "来时在哭" in words_of(page.sheet)
    press(page.sheet, "读过了")
    assert slips.unread(small.room) == 0 and due(page) == [] and "来时在哭" not in words_of(page.sheet)


def test_every_icon_of_a_table_is_in_the_set() -> None:
    named = {*ICONS.values(), *(face.icon for face in FACES.values() if face.icon)}
    assert sorted(name for name in named if not icons.known(name)) == []


def test_all_that_is_missing_is_opened_by_one_click_and_the_door_s_sheet_is_offered(small: Small, qtbot: QtBot) -> None:
    schools.set_target(small.room, date(2026, 8, 31), 1200)
    page = page_of(small, qtbot)
    page.every.click()
    added = [e for e in openings.exceptions(small.room, MONDAY, MONDAY + timedelta(days=6)) if e.opens]
    assert len(added) == 3
    opened: Any = page.shell.pages["openings"]
    qtbot.waitUntil(lambda: opened.fill.added.isVisible())
    assert "门口的时间表要换了" in words_of(opened.fill)
