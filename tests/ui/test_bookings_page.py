"""预约 on the real window and the real store, by mouse and by keyboard."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot
from sqlmodel import select

from psyroom.records.booking import Booking
from psyroom.records.opening import Slot
from psyroom.services import drafts, visits
from psyroom.ui.pages.bookings import Here
from psyroom.ui.pages.bookings_print import PrintChooser
from psyroom.ui.pages.walk_in import WalkIn
from tests.services.room_for_bookings import MONDAY, TUESDAY, Small, as_duty, at, make_small
from tests.ui.at_the_bookings import (
    CTRL,
    MORNING,
    WEDNESDAY,
    book,
    card_of,
    drag,
    form_of,
    inside,
    middle_of,
    page_of,
    press,
    set_clock,
    spot,
    stored,
    words_of,
)  # fmt: skip


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Small]:
    made = make_small(tmp_path / "室")
    set_clock(made, MORNING)
    yield made
    made.room.close()


@pytest.fixture
def page(small: Small, qtbot: QtBot) -> Here:
    return page_of(qtbot, small)


# ---- booking ----------------------------------------------------------------------------------------------------


def test_drag_name_and_save(page: Here, small: Small, qtbot: QtBot) -> None:
    drag(qtbot, page, spot(page, 2, 730), spot(page, 2, 770))
    form = form_of(page)
    assert (form.values()["day"], form.values()["starts"], form.values()["ends"]) == (WEDNESDAY, 730, 770)
    qtbot.keyClicks(form.picker, "zxy")
    qtbot.keyClick(form.picker, Qt.Key.Key_Return)
    assert form.values()["student"] == small.students[0]
    qtbot.keyClick(form.fields["starts"].control, Qt.Key.Key_S, CTRL)
    (row,) = stored(small)
    assert (row.student, row.day, row.starts, row.ends, row.person) == (
        small.students[0],
        WEDNESDAY,
        730,
        770,
        small.wang,
    )
    assert not page.sheet.isVisible() and "已预约" in page.shell.toaster.words()
    page.shell.undo_deed()
    assert stored(small) == [] and page.grid.boxes == []


def test_typed_times_keep_the_length(page: Here, qtbot: QtBot) -> None:
    page.book(WEDNESDAY, 730, 760)
    form = form_of(page)
    starts = form.fields["starts"].control
    starts.selectAll()
    qtbot.keyClicks(starts, "1640")
    assert (form.values()["starts"], form.values()["ends"]) == (1000, 1030)


def test_a_clash_is_said_under_the_time_with_three_ways_out(page: Here, small: Small) -> None:
    book(small)
    page.refresh(set())
    page.book(WEDNESDAY, 730, 760)
    form = form_of(page)
    assert "王老师 12:10—12:40 已有预约" in form.conflicts.words() and len(form.conflicts.free) == 3
    form.fill({**form.values(), "student": small.students[1]})
    page.save()
    assert len(stored(small)) == 1 and page.sheet.isVisible()
    press(form.conflicts, "12:50—13:20")
    assert form.values()["starts"] == 770
    page.save()
    assert [b.starts for b in stored(small)] == [730, 770]


def test_the_childs_lesson_asks_for_a_yes(page: Here, small: Small) -> None:
    page.book(WEDNESDAY, 600, 630)
    form = form_of(page)
    form.fill({**form.values(), "student": small.students[0]})
    page.save()
    assert stored(small) == [] and "学生这时有课" in form.conflicts.words()
    press(form.conflicts, "已说好，仍然预约")
    assert [b.starts for b in stored(small)] == [600]


def test_what_is_missing_is_said_under_its_field(page: Here) -> None:
    page.book(WEDNESDAY, 730, 760)
    page.save()
    form = form_of(page)
    assert "请选一位学生" in form.fields["student"].error.text()
    form.fields["client"].set_value("group")
    page.save()
    assert "团体至少 2 人" in form.fields["size"].error.text()


def test_a_form_left_open_is_there_again_and_can_be_emptied(page: Here, small: Small, qtbot: QtBot) -> None:
    page.book(WEDNESDAY, 730, 760)
    form = form_of(page)
    qtbot.keyClicks(form.picker, "lm")
    qtbot.keyClick(form.picker, Qt.Key.Key_Return)
    qtbot.keyClick(form, Qt.Key.Key_Escape)
    assert not page.sheet.isVisible()
    kept = drafts.load(small.room, "booking")
    assert kept is not None and kept["student"] == small.students[1]
    page.book(TUESDAY, 735, 765)
    form = form_of(page)
    assert form.values()["student"] == small.students[1] and form.values()["starts"] == 735
    assert "接着上次" in words_of(form)
    press(form, "清空")
    assert form_of(page).values()["student"] == ""
    assert drafts.load(small.room, "booking") is None


# ---- moving -----------------------------------------------------------------------------------------------------


def test_a_card_is_dragged_to_another_day_and_made_longer(page: Here, small: Small, qtbot: QtBot) -> None:
    booking = book(small)
    page.refresh(set())
    start = middle_of(page, booking)
    drag(qtbot, page, start, QPoint(spot(page, 3, 0).x(), start.y()))
    (row,) = stored(small)
    assert (row.day, row.starts, row.ends) == (WEDNESDAY + timedelta(days=1), 730, 760)
    box = next(box for box, entry in page.grid.boxes if entry.id == booking)
    frame = page.grid.frame
    assert frame is not None
    foot = QPoint(int(box.center().x()), int(box.bottom() - 2))
    drag(qtbot, page, foot, QPoint(foot.x(), int(frame.y(780))))
    (row,) = stored(small)
    assert (row.starts, row.ends) == (730, 780)
    page.shell.undo_deed()
    assert stored(small)[0].ends == 760


def test_a_card_dragged_onto_another_stays_and_the_form_says_why(page: Here, small: Small, qtbot: QtBot) -> None:
    book(small)
    booking = book(small, 1, starts=790, ends=820)
    page.refresh(set())
    start, frame = middle_of(page, booking), page.grid.frame
    assert frame is not None
    drag(qtbot, page, start, QPoint(start.x(), int(start.y() - 50 * frame.per_minute)))
    assert sorted(b.starts for b in stored(small)) == [730, 790]
    form = form_of(page)
    assert form.booking_id == booking and "已有预约" in form.conflicts.words()
    page.sheet.shut()
    page.edit(booking)
    assert form_of(page).values()["starts"] == 790  # the drag left no draft behind


# ---- by keyboard ------------------------------------------------------------------------------------------------


def test_the_keyboard_walks_books_and_opens(page: Here, small: Small, qtbot: QtBot) -> None:
    grid = page.grid
    booking = book(small, 1, starts=790, ends=820)
    page.refresh(set())
    grid.setFocus()
    qtbot.keyClick(grid, Qt.Key.Key_T)
    assert (grid.cursor_mark.day, grid.cursor_mark.starts) == (1, 570)
    qtbot.keyClick(grid, Qt.Key.Key_Right)
    for _ in range(6):
        qtbot.keyClick(grid, Qt.Key.Key_Down)
    assert (grid.cursor_mark.day, grid.cursor_mark.starts) == (2, 725)  # it stops where the opening begins
    qtbot.keyClick(grid, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    assert grid.cursor_mark.ends == 760
    qtbot.keyClick(grid, Qt.Key.Key_Return)
    assert (form_of(page).values()["starts"], form_of(page).values()["ends"]) == (725, 760)
    page.sheet.shut()
    grid.put_cursor(WEDNESDAY, 790, 820)
    qtbot.keyClick(grid, Qt.Key.Key_Return)
    assert card_of(page).entry.id == booking
    page.sheet.shut()
    qtbot.keyClick(grid, Qt.Key.Key_Delete)
    press(card_of(page), "学生取消")
    assert stored(small)[0].outcome == "cancelled_by_student"
    qtbot.keyClick(grid, Qt.Key.Key_PageDown)
    assert page.monday == MONDAY + timedelta(weeks=1) and "第 3 周" in page.title.text()
    qtbot.keyClick(grid, Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    assert page.monday == MONDAY


def test_n_walks_from_one_free_time_to_the_next(page: Here, small: Small, qtbot: QtBot) -> None:
    book(small, 0, day=TUESDAY, starts=725, ends=825)
    page.refresh(set())
    page.to_today()
    found = []
    for _ in range(3):
        qtbot.keyClick(page.grid, Qt.Key.Key_N)
        mark = page.grid.cursor_mark
        found.append((mark.day, mark.starts))
        assert not any(e.starts < mark.ends and mark.starts < e.ends for e in page.week.days[mark.day].entries)
    assert found == sorted(found) and found[0] == (1, 980)


# ---- who came ---------------------------------------------------------------------------------------------------


def test_arriving_closing_and_taking_it_back(page: Here, small: Small) -> None:
    booking = book(small, day=TUESDAY)
    set_clock(small, at(TUESDAY, 735))
    page.open(booking=booking)
    press(card_of(page), "到了")
    assert card_of(page).entry.state == "正在"
    set_clock(small, at(TUESDAY, 770))
    page.open(booking=booking)
    card = card_of(page)
    assert card.ends is not None and card.ends.value() == 770
    card.ends.set_value("1200")
    press(card, "结束来访")
    assert "离开时间要晚于开始时间 12:15" in words_of(card_of(page))
    card.ends.set_value("1245")
    press(card, "结束来访")
    (row,) = inside(small)
    assert (row.starts, row.ends, row.closed_by) == (735, 765, small.wang)
    assert card_of(page).entry.state == "已完成"
    page.shell.undo_deed()
    assert inside(small)[0].ends is None


def test_not_coming_and_what_was_done(page: Here, small: Small) -> None:
    booking = book(small, day=TUESDAY, starts=725, ends=755)
    set_clock(small, at(TUESDAY, 760))
    page.open(booking=booking)
    press(card_of(page), "未到")
    assert "找到人了吗" in words_of(card_of(page))
    press(card_of(page), "已找到本人")
    assert stored(small)[0].follow_up == "found"


def test_a_visit_is_corrected(page: Here, small: Small) -> None:
    entered = visits.walk_in(small.room, {"student": small.students[0]}, MORNING)
    page.open(visit=entered.visit)
    card = card_of(page)
    card.correct()
    card.correction.fields["starts"].set_value(580)
    press(card, "保存更正")
    assert inside(small)[0].starts == 580


def test_a_walk_in_from_any_page_by_a_few_keys(page: Here, small: Small, qtbot: QtBot) -> None:
    page.shell.go("openings")
    page.shell.walk_in()
    card = page.shell.findChild(WalkIn)
    assert isinstance(card, WalkIn) and card.isVisible()
    qtbot.keyClicks(card.picker, "zxy")
    qtbot.keyClick(card.picker, Qt.Key.Key_Return)
    assert not card.isVisible() and "张晓雨：已登记来访，09:50 开始" in page.shell.toaster.words()
    (row,) = inside(small)
    assert (row.student, row.starts, row.ends, row.person) == (small.students[0], 590, None, small.wang)
    page.shell.undo_deed()
    assert inside(small) == []
    card.begin()
    qtbot.keyClicks(card.picker, "qqq")
    qtbot.keyClick(card.picker, Qt.Key.Key_Return)
    assert "名册里没有" in words_of(card) and card.isVisible()
    qtbot.keyClick(card.picker, Qt.Key.Key_Escape)
    assert not card.isVisible()


def test_the_duty_person_marks_leaving_but_does_not_close(small: Small, qtbot: QtBot) -> None:
    entered = visits.walk_in(small.room, {"student": small.students[0]}, MORNING)
    as_duty(small)
    set_clock(small, at(TUESDAY, 620))
    page = page_of(qtbot, small)
    page.open(visit=entered.visit)
    assert not [b for b in card_of(page).findChildren(QPushButton) if "结束来访" in b.text()]
    press(card_of(page), "离开了")
    assert (inside(small)[0].ends, inside(small)[0].closed_by) == (620, "")
    assert "等心理教师" in words_of(card_of(page))


# ---- paper and paint --------------------------------------------------------------------------------------------


def test_tomorrows_list_is_seen_as_the_page(page: Here, small: Small, qtbot: QtBot) -> None:
    book(small)
    page.beside.print_papers()
    preview = page.stack.currentWidget()
    assert isinstance(preview, PrintChooser)
    assert preview.day.value() == WEDNESDAY
    qtbot.waitUntil(lambda: "1 页" in words_of(preview.preview), timeout=20_000)
    press(preview, "返回")
    assert page.stack.currentWidget() is page.browse


@pytest.mark.parametrize(("width", "height"), [(1366, 768), (1920, 1080)])
def test_a_full_week_is_painted_with_every_card_in_its_column(
    small: Small, qtbot: QtBot, width: int, height: int
) -> None:
    with small.room.write("很多") as deed:
        for n in range(200):
            day, band = n % 5, n // 5
            deed.session.add(
                Booking(
                    student=small.students[n % 6], day=MONDAY + timedelta(days=day), starts=480 + band * 14,
                    ends=480 + band * 14 + 30, person=small.chen if n % 2 else small.wang,
                )
            )  # fmt: skip
    page = page_of(qtbot, small, width, height)
    frame = page.grid.frame
    assert frame is not None and len(page.grid.boxes) == 200
    for box, entry in page.grid.boxes:
        assert frame.column((entry.day - MONDAY).days).contains(box), entry.starts
    assert not page.grid.grab().isNull()


def test_the_wheel_only_scrolls(page: Here, qtbot: QtBot) -> None:
    """A wheel over the calendar is a way of looking, never of changing."""
    before = page.monday
    where = QPointF(200, 200)
    event = QWheelEvent(
        where, page.grid.mapToGlobal(where), QPoint(0, 0), QPoint(0, -120), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    page.grid.wheelEvent(event)
    assert page.monday == before


def test_a_time_typed_and_not_saved_is_there_again(page: Here, small: Small, qtbot: QtBot) -> None:
    page.new()
    assert page.form is not None
    page.form.fill({**page.form.values(), "day": WEDNESDAY, "starts": 1025, "ends": 1060})
    page.form.edited.emit()
    page.sheet.shut()
    assert drafts.load(small.room, "booking") is not None
    page.new()
    assert page.form is not None
    values = page.form.values()
    assert (values["day"], values["starts"], values["ends"]) == (WEDNESDAY, 1025, 1060)


def test_a_new_booking_is_never_proposed_in_the_past(small: Small, qtbot: QtBot) -> None:
    """An evening without any plan: the next school day at noon."""
    set_clock(small, at(TUESDAY, 21 * 60 + 30))
    with small.room.write("删去计划") as deed:
        for row in deed.session.exec(select(Slot)).all():
            deed.session.delete(row)
    page = page_of(qtbot, small)
    page.new()
    assert page.form is not None
    values = page.form.values()
    assert values["day"] == WEDNESDAY and values["starts"] == 730
