"""Series on the real window: every date before it is saved, fixes in place, this one or all, by the keyboard."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from psyroom.records.booking import URGENT, Booking
from psyroom.rules.series import Pattern
from psyroom.services import bookings, groups, series, slips, urgency
from psyroom.ui.pages.bookings import Here
from psyroom.ui.pages.bookings_form import BookingForm
from psyroom.ui.pages.bookings_series import read_place
from tests.services.room_for_bookings import MONDAY, TUESDAY, Small, as_duty, at, make_small
from tests.ui.at_the_bookings import (
    CTRL,
    MORNING,
    WEDNESDAY,
    book,
    card_of,
    drag,
    form_of,
    middle_of,
    page_of,
    press,
    set_clock,
    spot,
    stored,
    words_of,
)  # fmt: skip

WEEK = timedelta(weeks=1)


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Small]:
    made = make_small(tmp_path / "室")
    set_clock(made, MORNING)
    yield made
    made.room.close()


@pytest.fixture
def page(small: Small, qtbot: QtBot) -> Here:
    return page_of(qtbot, small)


def weekly(page: Here, small: Small, times: int = 4, starts: int = 730) -> BookingForm:
    """The form of a weekly booking from Wednesday on."""
    page.book(WEDNESDAY, starts, starts + 30)
    form = form_of(page)
    form.fill({**form.values(), "student": small.students[0], "person": small.wang, "place": small.places[0]})
    form.repeat.every.set_value(1)
    form.repeat.times.set_value(times)
    form.look()
    return form


def booked(small: Small, times: int = 4, starts: int = 730) -> tuple[str, ...]:
    values = {"student": small.students[0], "person": small.wang, "place": small.places[0], "way": "self"}
    rows = [(WEDNESDAY + n * WEEK, starts, starts + 30) for n in range(times)]
    return series.book(small.room, values, rows, MORNING).ids


def days(small: Small) -> list[date]:
    return sorted(b.day for b in stored(small))


def test_every_date_is_shown_and_saved_in_one_deed(page: Here, small: Small) -> None:
    form = weekly(page, small)
    assert form.plan.words() == "4 次，都可以" and len(form.plan.rows) == 4
    page.save()
    assert days(small) == [WEDNESDAY + n * WEEK for n in range(4)]
    assert len({b.series for b in stored(small)}) == 1 and stored(small)[0].series
    page.shell.undo_deed()
    assert stored(small) == []


def test_a_date_that_cannot_be_is_skipped_by_keyboard_alone(page: Here, small: Small, qtbot: QtBot) -> None:
    book(small, 1, day=WEDNESDAY + WEEK)
    form = weekly(page, small)
    assert form.plan.words() == "4 次，其中 1 次要处理"
    assert "已有预约" in words_of(form.plan.rows[1])
    qtbot.keyClick(form.fields["starts"].control, Qt.Key.Key_S, CTRL)
    assert len(stored(small)) == 1  # not saved: the keyboard stands on what is open
    assert QApplication.focusWidget() is form.plan.rows[1].ways[0]
    qtbot.keyClick(form.plan.rows[1].ways[0], Qt.Key.Key_Return)
    assert form.plan.words() == "3 次，跳过 1 次，都可以"
    qtbot.keyClick(form, Qt.Key.Key_S, CTRL)
    assert days(small) == [WEDNESDAY, WEDNESDAY + WEEK, WEDNESDAY + 2 * WEEK, WEDNESDAY + 3 * WEEK]
    assert sum(1 for b in stored(small) if b.series) == 3


def test_a_date_is_moved_to_the_free_time_offered(page: Here, small: Small) -> None:
    book(small, 1, day=WEDNESDAY + WEEK)
    form = weekly(page, small)
    press(form.plan, "换到 12:50")
    assert form.plan.words() == "4 次，都可以"
    page.save()
    made = sorted((b for b in stored(small) if b.series), key=lambda b: b.day)
    assert [b.starts for b in made] == [730, 770, 730, 730]


def test_a_typed_time_is_looked_at_at_once(page: Here, small: Small, qtbot: QtBot) -> None:
    book(small, 1, day=WEDNESDAY + WEEK)
    form = weekly(page, small)
    field = form.plan.rows[1].field
    assert field is not None
    qtbot.keyClicks(field, "1220")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert form.plan.open() == 1 and "12:20—12:50" in words_of(form.plan.rows[1])
    field = form.plan.rows[1].field
    assert field is not None
    qtbot.keyClicks(field, "1250-1315")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert form.plan.open() == 0 and form.plan.wanted()[1] == (WEDNESDAY + WEEK, 770, 795)
    QApplication.processEvents()
    press(form.plan, "改回原定")
    assert form.plan.open() == 1


@pytest.mark.parametrize(
    ("words", "row"),
    [
        ("1250", (WEDNESDAY, 770, 800)),
        ("12:50", (WEDNESDAY, 770, 800)),
        ("1250-1340", (WEDNESDAY, 770, 820)),
        ("周四 1250", (WEDNESDAY + timedelta(days=1), 770, 800)),
        ("9.10 1250", (date(2026, 9, 10), 770, 800)),
        ("周四", (WEDNESDAY + timedelta(days=1), 730, 760)),
        ("", None),
        ("午后", None),
        ("1300-1250", None),
    ],
)
def test_another_place_is_read_as_it_is_typed(words: str, row: object) -> None:
    assert read_place(words, (WEDNESDAY, 730, 760), TUESDAY) == row


def test_a_lesson_is_taken_on_for_its_date_only(page: Here, small: Small) -> None:
    form = weekly(page, small, times=2, starts=600)  # the third lesson of every day
    assert form.plan.open() == 2
    press(form.plan.rows[0], "已说好，照约")
    assert form.plan.open() == 1
    press(form.plan.rows[1], "跳过")
    page.save()
    assert days(small) == [WEDNESDAY]


def test_every_other_week_until_a_day(page: Here, small: Small) -> None:
    form = weekly(page, small)
    form.repeat.every.set_value(2)
    form.repeat.ends.set_value("until")
    form.repeat.until.set_value(WEDNESDAY + 5 * WEEK)
    form.look()
    assert [line.asked.day for line in form.plan.lines] == [WEDNESDAY + n * WEEK for n in (0, 2, 4)]
    assert series.preview(small.room, {**form.values()}, Pattern(2, (3,), WEDNESDAY + 5 * WEEK, None), MORNING) == [
        line.asked for line in form.plan.lines
    ]


# ---- this one, this and the following, all -----------------------------------------------------------------------


def test_the_card_says_which_one_of_how_many(page: Here, small: Small) -> None:
    ids = booked(small)
    page.show_entry("booking", ids[1])
    assert "第 2 次，共 4 次" in words_of(card_of(page))


def test_cancelling_asks_how_many_by_figures(page: Here, small: Small, qtbot: QtBot) -> None:
    ids = booked(small)
    page.show_entry("booking", ids[1])
    press(card_of(page), "学生取消")
    assert all(b.outcome == "open" for b in stored(small))  # it asks first
    bar = card_of(page).bar
    assert bar.isVisible() and bar.choices() == ["只取消这一次", "这一次和以后", "整个系列"]
    qtbot.keyClick(bar, Qt.Key.Key_2)
    outcomes = [b.outcome for b in sorted(stored(small), key=lambda b: b.day)]
    assert outcomes == ["open", *["cancelled_by_student"] * 3]
    page.shell.undo_deed()
    assert all(b.outcome == "open" for b in stored(small))


def test_changing_asks_in_the_form(page: Here, small: Small, qtbot: QtBot) -> None:
    ids = booked(small)
    page.edit(ids[2])
    form = form_of(page)
    form.fill({**form.values(), "starts": 735, "ends": 765})
    page.save()
    bar = page.desk._bar
    assert bar is not None and bar.isVisible()
    qtbot.keyClick(bar, Qt.Key.Key_2)
    starts = [b.starts for b in sorted(stored(small), key=lambda b: b.day)]
    assert starts == [730, 730, 735, 735] and not page.sheet.isVisible()


def test_a_dragged_one_moves_alone_and_the_rest_with_one_click_more(page: Here, small: Small, qtbot: QtBot) -> None:
    ids, thursday = booked(small, times=3), WEDNESDAY + timedelta(days=1)
    page.refresh(set())
    start = middle_of(page, ids[0])
    drag(qtbot, page, start, start + (spot(page, 3, 0) - spot(page, 2, 0)))
    assert days(small) == [thursday, WEDNESDAY + WEEK, WEDNESDAY + 2 * WEEK]
    qtbot.keyClick(page.grid, Qt.Key.Key_A)  # what the toast offers
    assert days(small) == [thursday + n * WEEK for n in range(3)]
    page.shell.undo_deed()
    page.shell.undo_deed()
    assert days(small) == [WEDNESDAY + n * WEEK for n in range(3)]


# ---- the room's own rules ----------------------------------------------------------------------------------------


def test_too_near_wants_a_reason_and_picking_it_saves(page: Here, small: Small, qtbot: QtBot) -> None:
    book(small, 1)  # 12:10—12:40; ten minutes are kept free after it
    page.book(WEDNESDAY, 765, 795)
    form = form_of(page)
    form.fill({**form.values(), "student": small.students[0], "person": small.wang})
    page.save()
    assert len(stored(small)) == 1 and "中间要留 10 分钟" in form.conflicts.words()
    bar = form.conflicts.bar
    assert bar is not None and bar.choices() == list(URGENT.values())
    qtbot.keyClick(bar, Qt.Key.Key_3)
    (made,) = [b for b in stored(small) if b.starts == 765]
    assert urgency.of(small.room, made.id) == URGENT["own_wish"]


def test_a_duty_person_s_reason_goes_into_a_sealed_slip(small: Small, qtbot: QtBot) -> None:
    book(small, 1)
    as_duty(small)
    set_clock(small, MORNING)
    page = page_of(qtbot, small)
    page.book(WEDNESDAY, 765, 795)
    form = form_of(page)
    form.fill({**form.values(), "student": small.students[0], "person": small.wang})
    page.save()
    assert form.conflicts.bar is not None
    before = slips.unread(small.room)
    qtbot.keyClick(form.conflicts.bar, Qt.Key.Key_1)
    assert any(b.starts == 765 for b in stored(small))
    assert slips.unread(small.room) == before + 1


# ---- the next free time ------------------------------------------------------------------------------------------


def test_f3_fills_the_next_free_time_and_then_the_one_after(page: Here, small: Small, qtbot: QtBot) -> None:
    book(small, 1)
    page.book(WEDNESDAY, 730, 760)
    form = form_of(page)
    found = []
    for _ in range(3):
        page.next_free()
        found.append((form.values()["day"], form.values()["starts"]))
    assert found == sorted(set(found)) and found[0] == (WEDNESDAY, 770)


def test_nothing_hard_is_ever_saved_past_the_form(page: Here, small: Small) -> None:
    """Two windows' worth of haste: the date was free when it was shown and is taken when it is saved."""
    form = weekly(page, small)
    bookings.book(
        small.room,
        {"student": small.students[1], "day": WEDNESDAY + WEEK, "starts": 730, "ends": 760, "person": small.wang},
        at(MONDAY, 480),
    )
    page.save()
    assert not any(b.series for b in stored(small)) and page.sheet.isVisible()
    assert form.plan.open() == 1
    assert isinstance(stored(small)[0], Booking)


def test_a_refusal_puts_the_keyboard_on_the_way_on(page: Here, small: Small, qtbot: QtBot) -> None:
    page.book(WEDNESDAY, 600, 630)
    form = form_of(page)
    form.fill({**form.values(), "student": small.students[0]})
    qtbot.keyClick(form, Qt.Key.Key_S, CTRL)
    assert stored(small) == []
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Return)  # 已说好，仍然预约
    assert [b.starts for b in stored(small)] == [600]


def test_the_last_answer_leads_to_saving(page: Here, small: Small, qtbot: QtBot) -> None:
    book(small, 1, day=WEDNESDAY + WEEK)
    form = weekly(page, small)
    form.plan.focus_open()
    for _ in range(2):  # 跳过, then 保存
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Return)
    assert sum(1 for b in stored(small) if b.series) == 3


def test_how_often_is_kept_in_the_draft(page: Here, small: Small) -> None:
    form = weekly(page, small, times=5)
    form.repeat.every.set_value(2)
    form.edited.emit()
    page.sheet.shut()
    page.book(WEDNESDAY, 730, 760)
    again = form_of(page).repeat
    assert (again.every.value(), again.times.value()) == (2, 5)
    assert len(form_of(page).plan.lines) == 5


def test_a_group_is_picked_with_its_members_in_sight(page: Here, small: Small) -> None:
    groups.add(small.room, {"leader": small.chen}, small.students[:3], TUESDAY)
    page.book(WEDNESDAY, 730, 775)
    form = form_of(page)
    form.fields["client"].set_value("group")
    assert form.values()["group_no"] and form.values()["size"] == 3 and form.values()["person"] == small.chen
    assert "张晓雨（七年级1班）" in words_of(form)
    page.save()
    (row,) = stored(small)
    assert (row.client, row.size, row.form, row.person) == ("group", 3, "group", small.chen)
    page.show_entry("booking", row.id)
    assert "成员：" in words_of(card_of(page)) and "李明" in words_of(card_of(page))
    book_one = {"student": small.students[0], "day": WEDNESDAY, "starts": 740, "ends": 770, "person": small.wang}
    assert "张晓雨" in bookings.check(small.room, book_one, MORNING).hard[0].sentence
