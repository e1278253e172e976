"""Lessons, talks and activities on the calendar, and what follows when somebody did not come, on the real window."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot
from sqlmodel import select

from psyroom.records.events import Event
from psyroom.services import events, missed, visits
from psyroom.services.around import Clashes
from psyroom.ui.calendar.paint import FACES, face_of
from psyroom.ui.pages.bookings import Here
from psyroom.ui.pages.bookings_event import EventCard, EventForm
from tests.services.room_for_bookings import TUESDAY, Small, at, make_small
from tests.ui.at_the_bookings import (
    CTRL,
    MORNING,
    WEDNESDAY,
    book,
    card_of,
    form_of,
    page_of,
    press,
    set_clock,
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


def kept(small: Small) -> list[Event]:
    with small.room.read() as session:
        return sorted(session.exec(select(Event)).all(), key=lambda e: (e.day, e.starts))


def event_form(page: Here) -> EventForm:
    form = page.sheet.body()
    assert isinstance(form, EventForm)
    return form


def lesson(small: Small, **more: object) -> str:
    values = {"kind": "lesson", "day": WEDNESDAY, "starts": 840, "ends": 885, "person": small.wang, **more}
    return events.add(small.room, values, MORNING).id


# ---- entries ------------------------------------------------------------------------------------------------------


def test_a_lesson_for_a_class_by_the_keyboard(page: Here, small: Small, qtbot: QtBot) -> None:
    page.grid.setFocus()
    page.grid.put_cursor(WEDNESDAY, 840, 870)
    qtbot.keyClick(page.grid, Qt.Key.Key_E)
    form = event_form(page)
    form.whom.insert("七2")
    form.whom.textEdited.emit(form.whom.text())
    qtbot.keyClick(form.whom, Qt.Key.Key_Return)
    qtbot.keyClick(form.fields["starts"].control, Qt.Key.Key_S, CTRL)
    (row,) = kept(small)
    assert (row.kind, row.day, row.starts, row.ends, row.stage, row.cohort, row.class_no) == (
        "lesson", WEDNESDAY, 840, 885, "junior", 2026, 2,
    )  # fmt: skip
    assert row.place == ""
    entry = next(e for _, e in page.grid.boxes if e.kind == "event")
    assert entry.who == "心理课 · 七年级2班" and face_of(entry, page.now()) is FACES["planned"]
    page.shell.undo_deed()
    assert kept(small) == []


def test_an_entry_takes_the_counsellor_s_time(page: Here, small: Small) -> None:
    book(small)
    page.desk.event(WEDNESDAY, 730, 775)
    form = event_form(page)
    assert "王老师 12:10—12:40 已有预约" in form.conflicts.words()
    page.save()
    assert kept(small) == [] and page.sheet.isVisible()


def test_a_lesson_of_every_week(page: Here, small: Small) -> None:
    page.desk.event(WEDNESDAY, 840, 885)
    form = event_form(page)
    form.repeat.every.set_value(1)
    form.repeat.times.set_value(3)
    form.look()
    assert form.plan.words() == "3 次，都可以"
    page.save()
    assert [e.day for e in kept(small)] == [WEDNESDAY + timedelta(weeks=n) for n in range(3)]
    page.show_entry("event", kept(small)[1].id)
    card = page.sheet.body()
    assert isinstance(card, EventCard) and "第 2 次，共 3 次" in words_of(card)


def test_held_with_so_many(page: Here, small: Small, qtbot: QtBot) -> None:
    entry = lesson(small)
    set_clock(small, at(WEDNESDAY, 900))
    page.show_entry("event", entry)
    card = page.sheet.body()
    assert isinstance(card, EventCard) and card.people is not None
    press(card, "已开展")
    assert "请填写参加人数" in words_of(card)
    qtbot.keyClicks(card.people, "42")
    qtbot.keyClick(card.people, Qt.Key.Key_Return)
    (row,) = kept(small)
    assert (row.outcome, row.size) == ("held", 42)
    assert "42 人参加" in words_of(page.sheet.body())  # type: ignore[arg-type]


def test_an_entry_is_changed_moved_and_cancelled(page: Here, small: Small) -> None:
    entry = lesson(small)
    page.desk.edit("event", entry)
    form = event_form(page)
    form.fill({**form.values(), "starts": 895, "ends": 940})
    page.save()
    assert kept(small)[0].starts == 895
    page.mover.let_down("event", entry, WEDNESDAY, 840, 885)
    assert kept(small)[0].starts == 840
    page.show_entry("event", entry)
    card = page.sheet.body()
    assert isinstance(card, EventCard)
    press(card, "取消")
    assert kept(small)[0].outcome == "cancelled"
    press(page.sheet.body(), "改回待开展")  # type: ignore[arg-type]
    assert kept(small)[0].outcome == "open"


def test_an_entry_s_form_left_open_is_there_again(page: Here, small: Small) -> None:
    page.desk.event(WEDNESDAY, 840, 885)
    event_form(page).fields["kind"].set_value("parents_talk")
    page.sheet.shut()
    page.desk.event(WEDNESDAY, 900, 945)
    assert event_form(page).values()["kind"] == "parents_talk" and event_form(page).values()["starts"] == 900


# ---- somebody did not come -----------------------------------------------------------------------------------------


def not_come(small: Small, page: Here) -> str:
    booking = book(small, day=TUESDAY, starts=725, ends=755)
    set_clock(small, at(TUESDAY, 760))
    visits.no_show(small.room, booking, at(TUESDAY, 760))
    page.open(booking=booking)
    return booking


def test_another_time_is_booked_and_the_missed_one_is_settled_in_one_deed(page: Here, small: Small) -> None:
    booking = not_come(small, page)
    press(card_of(page), "另约下一个空位")
    form = form_of(page)
    values = form.values()
    assert values["student"] == small.students[0]
    assert (values["day"], values["starts"]) > (TUESDAY, 760) and values["ends"] - values["starts"] == 30
    page.save()
    rows = {b.id: b for b in stored(small)}
    assert len(rows) == 2 and rows[booking].follow_up == "rebooked"
    page.shell.undo_deed()
    (row,) = stored(small)
    assert (row.id, row.outcome, row.follow_up) == (booking, "no_show", "")


def test_a_refused_other_time_leaves_the_missed_one_open(small: Small, page: Here) -> None:
    booking = not_come(small, page)
    book(small, 1)
    values = {**missed.again(small.room, booking), "day": WEDNESDAY, "starts": 730, "ends": 760}
    with pytest.raises(Clashes):
        missed.rebook(small.room, booking, values, at(TUESDAY, 760))
    assert next(b for b in stored(small) if b.id == booking).follow_up == ""


def test_what_to_do_stands_there_at_once(page: Here, small: Small) -> None:
    booking = book(small, day=TUESDAY, starts=725, ends=755)
    set_clock(small, at(TUESDAY, 760))
    page.open(booking=booking)
    press(card_of(page), "未到")
    words = [b.text() for b in card_of(page).findChildren(type(page.waiting))]
    assert {"另约下一个空位", "已找到本人", "已告知班主任", "已联系家长"} <= set(words)
    press(card_of(page), "已告知班主任")
    assert stored(small)[0].follow_up == "class_teacher_told"


def test_only_a_missed_one_is_booked_again(small: Small) -> None:
    booking = book(small)
    values = {**missed.again(small.room, booking), "day": WEDNESDAY, "starts": 790, "ends": 820}
    with pytest.raises(Exception, match="没有记为“未到”"):
        missed.rebook(small.room, booking, values, MORNING)
    assert len(stored(small)) == 1
