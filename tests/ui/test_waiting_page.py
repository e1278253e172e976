"""The waiting list and the groups on the real window and the real store, by the keyboard."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot
from sqlmodel import select

from psyroom.records.booking import Booking
from psyroom.records.waiting import Waiting
from psyroom.rules.waiting import Window
from psyroom.services import bookings, drafts, groups, visits, waiting
from psyroom.ui.kit import RowList
from psyroom.ui.pages.bookings import Here
from psyroom.ui.pages.bookings_entry import EntryCard
from psyroom.ui.pages.groups import AttendanceBox, GroupCard, GroupsPanel
from psyroom.ui.pages.groups_form import GroupForm
from psyroom.ui.pages.waiting import TimesOf, WaitingPanel
from psyroom.ui.pages.waiting_form import WaitingForm
from psyroom.ui.pages.waiting_offers import Offers, StillWaits
from tests.services.room_for_bookings import MONDAY, TUESDAY, Small, as_duty, at, make_small
from tests.ui.at_the_window import buttons_of, open_window, press, words_of

WEDNESDAY, THURSDAY = TUESDAY + timedelta(days=1), TUESDAY + timedelta(days=2)
MORNING = at(TUESDAY, 590)
CTRL = Qt.KeyboardModifier.ControlModifier
NOON_4 = Window(4, 700, 840)


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Small]:
    made = make_small(tmp_path / "室")
    set_clock(made, MORNING)
    yield made
    made.room.close()


def set_clock(small: Small, moment: datetime) -> None:
    small.room.now = lambda: moment.astimezone(UTC)


def page_of(qtbot: QtBot, small: Small) -> Here:
    page = open_window(qtbot, small.room, "bookings").go("bookings")
    assert isinstance(page, Here)
    return page


@pytest.fixture
def page(small: Small, qtbot: QtBot) -> Here:
    return page_of(qtbot, small)


def wait(small: Small, which: int = 0, windows: tuple[Window, ...] = (), **more: Any) -> str:
    values = {"student": small.students[which], "minutes": 40, **more}
    return waiting.add(small.room, values, windows, MORNING)


def book(small: Small, which: int, **more: Any) -> str:
    values = {
        "student": small.students[which], "day": THURSDAY, "starts": 730, "ends": 770, "person": small.wang,
        "place": small.places[0], **more,
    }  # fmt: skip
    return bookings.book(small.room, values, at(MONDAY, 480)).id


def booked(small: Small) -> list[Booking]:
    with small.room.read() as session:
        return sorted(session.exec(select(Booking)).all(), key=lambda b: b.id)


def state_of(small: Small, waiting_id: str) -> str:
    with small.room.read() as session:
        return session.get_one(Waiting, waiting_id).state


def body(page: Here, kind: type[Any]) -> Any:
    found = page.sheet.body()
    assert isinstance(found, kind) and page.sheet.isVisible(), found
    return found


def key(qtbot: QtBot, which: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    """To whatever holds the keyboard."""
    QApplication.processEvents()
    held = QApplication.focusWidget()
    assert held is not None
    qtbot.keyClick(held, which, modifier)


def type_in(qtbot: QtBot, words: str) -> None:
    held = QApplication.focusWidget()
    assert held is not None
    qtbot.keyClicks(held, words)


def lines(widget: QWidget) -> list[str]:
    found: list[RowList] = [made for made in widget.findChildren(RowList) if made.isVisibleTo(widget)]
    return [f"{line.row.what}|{line.row.detail}" for made in found for line in made.rows()]


# ---- the list ---------------------------------------------------------------------------------------------------


def test_on_the_list_and_booked_without_a_mouse(small: Small, page: Here, qtbot: QtBot) -> None:
    page.grid.setFocus()
    key(qtbot, Qt.Key.Key_W)
    assert "没有人在等" in words_of(body(page, WaitingPanel))
    key(qtbot, Qt.Key.Key_A)
    form = body(page, WaitingForm)
    type_in(qtbot, "zxy")
    key(qtbot, Qt.Key.Key_Return)
    assert form.picker.value() == small.students[0] and form.fields["minutes"].control.hasFocus()
    form.grid.setFocus()
    for _ in range(4):  # from the name of 午休 to its Thursday
        key(qtbot, Qt.Key.Key_Right)
    key(qtbot, Qt.Key.Key_Space)
    assert form.windows() == (NOON_4,)
    form.typed.setFocus()
    form.typed.insert("周五 16:40-17:30")
    assert "读作：周五 16:40—17:30" in words_of(form)
    key(qtbot, Qt.Key.Key_S, CTRL)
    times = body(page, TimesOf)
    (entry,) = waiting.listed(small.room, MORNING)
    assert entry.suits == "周四午休；周五 16:40—17:30" and entry.expires == TUESDAY + timedelta(days=14)
    assert len(times.choices) == 3 and lines(times)[0].startswith("9月10日 周四  12:05—12:45|王老师")
    key(qtbot, Qt.Key.Key_2)
    (booking,) = booked(small)
    assert (booking.day, booking.starts) == (THURSDAY + timedelta(days=1), 1000)
    assert state_of(small, entry.id) == "booked" and not page.sheet.isVisible() and page.grid.hasFocus()
    assert page.waiting.text() == "候补"
    key(qtbot, Qt.Key.Key_Z, CTRL)
    assert not booked(small) and state_of(small, entry.id) == "waiting" and page.waiting.text() == "候补 1"


def test_a_line_is_two_lines_and_opens_by_enter(small: Small, page: Here, qtbot: QtBot) -> None:
    wait(small, 0, (NOON_4,), since=TUESDAY - timedelta(days=12), person=small.wang)
    first = wait(small, 1)
    waiting.set_first(small.room, first)
    page.toggle_waiting()
    panel = body(page, WaitingPanel)
    assert lines(panel) == [
        "李明 · 七年级2班|什么时间都行\n今天登记 · 至\xa09/22",
        "张晓雨 · 七年级1班|周四午休 · 想约王老师\n等了 12 天 · 至\xa09/22",
    ]
    assert "优先" in words_of(panel) and "2 人在等" in words_of(panel)
    key(qtbot, Qt.Key.Key_Down)
    key(qtbot, Qt.Key.Key_Return)
    assert body(page, TimesOf).entry.who == "张晓雨"
    key(qtbot, Qt.Key.Key_Backspace)
    assert body(page, WaitingPanel).list.rows()[1].hasFocus()
    page.toggle_waiting()
    assert not page.sheet.isVisible()


def test_an_old_entry_is_a_question(small: Small, page: Here, qtbot: QtBot) -> None:
    stays, goes = wait(small, 0, expires=TUESDAY), wait(small, 1, expires=TUESDAY)
    set_clock(small, at(THURSDAY, 590))
    page.toggle_waiting()
    panel = body(page, WaitingPanel)
    assert "还等吗？" in words_of(panel) and len(buttons_of(panel, "不等了")) == 2
    assert not buttons_of(panel, "找时间")
    key(qtbot, Qt.Key.Key_Return)
    assert state_of(small, stays) == "waiting" and len(buttons_of(panel, "找时间")) == 1
    press(panel, "不等了")
    assert state_of(small, goes) == "withdrawn" and "还等吗？" not in words_of(panel)


def test_a_counsellor_puts_somebody_first_and_takes_an_entry_off(small: Small, page: Here) -> None:
    entry = wait(small, 0)
    page.waiting_desk.open(entry)
    press(body(page, TimesOf), "设为优先")
    assert waiting.listed(small.room, MORNING)[0].first
    press(body(page, TimesOf), "取消优先")
    press(body(page, TimesOf), "不等了")
    assert state_of(small, entry) == "withdrawn" and "没有人在等" in words_of(body(page, WaitingPanel))


def test_what_was_typed_is_there_again_and_no_word_of_it_is_kept(small: Small, page: Here, qtbot: QtBot) -> None:
    page.waiting_desk.add()
    form = body(page, WaitingForm)
    type_in(qtbot, "lm")
    key(qtbot, Qt.Key.Key_Return)
    form.grid.toggle(0, 0)
    form.typed.insert("周四 1640-1730，他说不想去上课")
    key(qtbot, Qt.Key.Key_Escape)
    assert not page.sheet.isVisible()
    assert "不想" not in str(drafts.load(small.room, waiting.FORM))
    page.waiting_desk.add()
    form = body(page, WaitingForm)
    assert form.picker.value() == small.students[1] and len(form.grid.value()) == 5
    assert "接着上次没有填完的候补" in words_of(form)
    press(form, "清空")
    form = body(page, WaitingForm)
    assert not form.picker.value() and drafts.load(small.room, waiting.FORM) is None


def test_what_cannot_be_is_said_in_its_place(small: Small, page: Here, qtbot: QtBot) -> None:
    page.waiting_desk.add()
    form = body(page, WaitingForm)
    key(qtbot, Qt.Key.Key_S, CTRL)
    assert "请选一位学生" in words_of(form)
    form.fill({"student": small.students[0]})
    form.typed.insert("下课以后")
    key(qtbot, Qt.Key.Key_S, CTRL)
    assert "看不懂" in words_of(form) and form.typed.hasFocus()
    form.typed.set_value("周四 1640-1700")
    key(qtbot, Qt.Key.Key_S, CTRL)
    assert "都不够 40 分钟" in words_of(form)
    form.typed.set_value("")
    key(qtbot, Qt.Key.Key_S, CTRL)
    assert waiting.listed(small.room, MORNING)[0].suits == "什么时间都行"
    page.waiting_desk.add()
    body(page, WaitingForm).fill({"student": small.students[0]})
    key(qtbot, Qt.Key.Key_S, CTRL)
    assert "已经在候补名单上" in words_of(body(page, WaitingForm))


def test_an_entry_is_changed_with_its_other_hours(small: Small, page: Here, qtbot: QtBot) -> None:
    entry = wait(small, 0, (NOON_4, Window(5, 1000, 1060)))
    page.waiting_desk.open(entry)
    key(qtbot, Qt.Key.Key_E)
    form = body(page, WaitingForm)
    assert form.grid.value() == (NOON_4,) and form.typed.value() == "周五 16:40—17:40"
    form.fields["minutes"].set_value(30)
    key(qtbot, Qt.Key.Key_S, CTRL)
    (seen,) = waiting.listed(small.room, MORNING)
    assert (seen.minutes, set(seen.windows)) == (30, {NOON_4, Window(5, 1000, 1060)})
    assert drafts.load(small.room, waiting.FORM, entry) is None


# ---- a time frees -------------------------------------------------------------------------------------------------


def test_cancelling_offers_the_three_best_in_the_same_card(small: Small, page: Here, qtbot: QtBot) -> None:
    booking = book(small, 0)
    longest = wait(small, 1, (NOON_4,), since=TUESDAY - timedelta(days=12))
    wait(small, 2, (NOON_4,), since=TUESDAY - timedelta(days=3))
    wait(small, 3)
    wait(small, 4, since=TUESDAY - timedelta(days=1))
    wait(small, 5, (Window(5, 700, 840),))
    page.show_entry("booking", booking)
    press(body(page, EntryCard), "学生取消")
    card = body(page, EntryCard)
    (offers,) = card.findChildren(Offers)
    assert [match.entry.who for match in offers.found] == ["李明", "王芳", "钱多"]
    assert lines(offers)[0] == "李明 · 七年级2班|等了 12 天 · 周四午休合适"
    assert card.entry.outcome == "cancelled_by_student" and buttons_of(card, "改回待到")
    key(qtbot, Qt.Key.Key_1)
    new = next(b for b in booked(small) if b.outcome == "open")
    assert (new.student, new.day, new.starts, new.ends) == (small.students[1], THURSDAY, 730, 770)
    assert (new.person, new.place) == (small.wang, small.places[0]) and state_of(small, longest) == "booked"
    assert not page.sheet.isVisible()
    key(qtbot, Qt.Key.Key_Z, CTRL)
    assert state_of(small, longest) == "waiting" and not [b for b in booked(small) if b.outcome == "open"]


def test_nobody_fits_or_none_of_them_is_wanted(small: Small, page: Here, qtbot: QtBot) -> None:
    booking = book(small, 0)
    entry = wait(small, 1, (NOON_4,))
    page.show_entry("booking", booking)
    press(body(page, EntryCard), "老师取消")
    key(qtbot, Qt.Key.Key_0)
    assert not page.sheet.isVisible() and state_of(small, entry) == "waiting"
    waiting.change(small.room, entry, {}, (Window(1, 700, 840),), MORNING)
    again = book(small, 0)
    page.show_entry("booking", again)
    press(body(page, EntryCard), "停诊")
    assert not body(page, EntryCard).findChildren(Offers)


def test_moving_away_offers_what_was_left(small: Small, page: Here) -> None:
    booking = book(small, 0)
    entry = wait(small, 1, (NOON_4,))
    page.mover.let_down("booking", booking, THURSDAY + timedelta(days=1), 730, 770)
    offers = body(page, Offers)
    assert [match.entry.id for match in offers.found] == [entry]
    offers.choices[0]()
    assert state_of(small, entry) == "booked" and len(booked(small)) == 2


def test_who_could_come_in_any_free_time(small: Small, page: Here, qtbot: QtBot) -> None:
    entry = wait(small, 0, (NOON_4,))
    book(small, 1, starts=725, ends=765)
    page.grid.put_cursor(THURSDAY, 780, 810)
    page.grid.setFocus()
    key(qtbot, Qt.Key.Key_H)
    offers = body(page, Offers)
    assert (offers.freed.starts, offers.freed.ends, offers.freed.person) == (765, 825, small.wang)
    (match,) = offers.found
    assert match.entry.id == entry and match.starts >= 765 + 10, "the minutes between two are left free"
    key(qtbot, Qt.Key.Key_Escape)
    page.grid.put_cursor(THURSDAY, 730, 760)
    key(qtbot, Qt.Key.Key_H)
    assert not page.sheet.isVisible()


def test_a_task_leads_to_the_list(small: Small, page: Here) -> None:
    wait(small, 0)
    page.open(waiting=True)
    assert len(lines(body(page, WaitingPanel))) == 1


def test_a_lesson_asks_for_a_yes(small: Small, page: Here, qtbot: QtBot) -> None:
    entry = wait(small, 0)
    page.freed(THURSDAY, 600, 645, small.wang, small.places[0])
    offers = body(page, Offers)
    assert "要先说好" in lines(offers)[0]
    key(qtbot, Qt.Key.Key_1)
    assert "学生这时有课" in words_of(offers) and not booked(small)
    key(qtbot, Qt.Key.Key_Return)
    assert len(booked(small)) == 1 and state_of(small, entry) == "booked"


def test_taken_meanwhile_is_said_and_the_offers_are_read_anew(small: Small, page: Here, qtbot: QtBot) -> None:
    wait(small, 0)
    page.freed(THURSDAY, 730, 770, small.wang, small.places[0])
    offers = body(page, Offers)
    book(small, 1)
    key(qtbot, Qt.Key.Key_1)
    assert len(booked(small)) == 1 and not offers.found and "没有合适的人" in words_of(offers)


def test_booked_by_the_ordinary_form_the_entry_may_come_off(small: Small, page: Here, qtbot: QtBot) -> None:
    entry = wait(small, 0)
    page.book(THURSDAY, 730, 770)
    assert page.form is not None
    page.form.fill({**page.form.values(), "student": small.students[0]})
    page.save()
    assert len(booked(small)) == 1 and "候补还要留着吗" in words_of(body(page, StillWaits))
    key(qtbot, Qt.Key.Key_1)
    assert state_of(small, entry) == "withdrawn" and not page.sheet.isVisible()


def test_the_duty_person_sees_and_books_and_finds_no_mark(small: Small, qtbot: QtBot) -> None:
    entry = wait(small, 0, (NOON_4,))
    waiting.set_first(small.room, entry)
    as_duty(small)
    set_clock(small, MORNING)
    page = page_of(qtbot, small)
    page.toggle_waiting()
    panel = body(page, WaitingPanel)
    assert "张晓雨" in lines(panel)[0] and "优先" not in words_of(panel)
    page.waiting_desk.open(entry)
    times = body(page, TimesOf)
    assert not buttons_of(times, "设为优先") and not buttons_of(times, "取消优先") and "优先" not in words_of(times)
    times.setFocus()
    key(qtbot, Qt.Key.Key_1)
    assert len(booked(small)) == 1


# ---- groups -------------------------------------------------------------------------------------------------------


def test_a_group_is_made_by_typing_names(small: Small, page: Here, qtbot: QtBot) -> None:
    page.grid.setFocus()
    key(qtbot, Qt.Key.Key_G)
    assert "还没有团体" in words_of(body(page, GroupsPanel))
    key(qtbot, Qt.Key.Key_A)
    form = body(page, GroupForm)
    for initials in ("zxy", "lm", "wf"):
        type_in(qtbot, initials)
        key(qtbot, Qt.Key.Key_Return)
    key(qtbot, Qt.Key.Key_Backspace)
    assert form.members.value() == small.students[:2]
    form.topic.set_value("考前减压")
    key(qtbot, Qt.Key.Key_S, CTRL)
    card = body(page, GroupCard)
    assert "2 人 · 王老师带领" in words_of(card) and "主题：考前减压" in words_of(card)
    (group,) = groups.listed(small.room)
    assert (group.no, group.leader, group.topic) == (1, small.wang, "考前减压")
    key(qtbot, Qt.Key.Key_E)
    body(page, GroupForm).members._drop(small.students[0])
    body(page, GroupForm).fields["leader"].set_value(small.chen)
    key(qtbot, Qt.Key.Key_S, CTRL)
    (group,) = groups.listed(small.room)
    assert [m.student for m in group.members if m.until is None] == [small.students[1]] and group.leader == small.chen
    press(body(page, GroupCard), "团体结束")
    assert not groups.listed(small.room) and buttons_of(body(page, GroupCard), "团体继续")
    key(qtbot, Qt.Key.Key_Backspace)
    assert "也看已结束的" in words_of(body(page, GroupsPanel)) or buttons_of(page.sheet, "也看已结束的（1）")


def test_who_was_there_by_one_key_each(small: Small, page: Here, qtbot: QtBot) -> None:
    group = groups.add(small.room, {"leader": small.wang}, small.students[:3], TUESDAY)
    (seen,) = groups.listed(small.room)
    assert seen.id == group
    values = {"client": "group", "group_no": seen.no, "size": 3, "person": small.wang}
    visit = visits.walk_in(small.room, values, MORNING).visit
    page.show_entry("visit", visit)
    (box,) = body(page, EntryCard).findChildren(AttendanceBox)
    assert "到场 3 人，共 3 人" in words_of(box)
    first = next(iter(box.choices.values()))
    first.setFocus()
    key(qtbot, Qt.Key.Key_4)
    states = {p.who: p.state for p in groups.attendance(small.room, visit)}
    assert sorted(states.values()) == ["absent", "present", "present"] and "到场 2 人，共 3 人" in words_of(box)
    key(qtbot, Qt.Key.Key_Z, CTRL)
    assert {p.state for p in groups.attendance(small.room, visit)} == {"present"}
    assert first.value() == "present" and "到场 3 人" in words_of(box)


def test_the_duty_person_sees_no_topic(small: Small, qtbot: QtBot) -> None:
    group = groups.add(small.room, {"leader": small.wang}, small.students[:3], TUESDAY)
    groups.set_topic(small.room, group, "考前减压")
    as_duty(small)
    set_clock(small, MORNING)
    page = page_of(qtbot, small)
    page.groups_desk.open(group)
    assert "减压" not in words_of(body(page, GroupCard)) and "3 人" in words_of(body(page, GroupCard))
    page.groups_desk.edit(group)
    form = body(page, GroupForm)
    assert "主题" not in words_of(form) and form.values()["topic"] == ""
