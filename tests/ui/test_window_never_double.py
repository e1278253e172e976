"""Two hundred random handlings of the real week: drags, forms, series, scopes, Ctrl+Z. Nobody ever has two at once."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QPushButton, QWidget
from pytestqt.qtbot import QtBot

from psyroom.services import groups, room_rules
from psyroom.ui.pages.bookings import Here
from psyroom.ui.pages.bookings_entry import EntryCard
from psyroom.ui.pages.bookings_event import EventForm
from psyroom.ui.pages.bookings_form import BookingForm
from psyroom.ui.pages.bookings_timed import TimedForm
from tests.services.never_double import doubles, marks, standing
from tests.services.room_for_bookings import MONDAY, TUESDAY, Small, at, make_small
from tests.ui.at_the_bookings import CTRL, LEFT, drag, page_of, set_clock, spot

HANDLINGS = 200
WEEKS = 3


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Small]:
    made = make_small(tmp_path / "室")
    room_rules.set_rules(made.room, {"buffer_after": 0})
    groups.add(made.room, {"leader": made.wang}, made.students[:2], MONDAY)
    set_clock(made, at(MONDAY, 480))
    yield made
    made.room.close()


class Hand:
    """Somebody who drags, types and presses without thinking. What a form refuses is tried another way, then given up."""

    def __init__(self, qtbot: QtBot, page: Here, small: Small, seed: int) -> None:
        self.qtbot, self.page, self.small, self.dice = qtbot, page, small, random.Random(seed)
        self.done: Counter[str] = Counter()

    def handle(self) -> str:
        """One handling; its name."""
        deeds: list[Callable[[], None]] = [
            *[self.draw_a_booking] * 4, *[self.carry_a_card] * 3, *[self.call_off] * 2, self.change, *[self.undo] * 2,
            self.add_an_event, self.bring_back, self.turn_the_page,
        ]  # fmt: skip
        deed = self.dice.choice(deeds)
        before = len(self.small.room.recent)
        deed()
        self.leave_the_side()
        self.done[deed.__name__] += len(self.small.room.recent) > before
        return deed.__name__

    # ---- on the calendar

    def place(self) -> QPoint:
        return spot(self.page, self.dice.randint(1, 3), self.dice.choice((725, 735, 755, 770, 790)))

    def card(self) -> QPoint | None:
        boxes = [box for box, entry in self.page.grid.boxes if entry.outcome == "open"]
        return self.dice.choice(boxes).center().toPoint() if boxes else None

    def draw_a_booking(self) -> None:
        start = self.place()
        frame = self.page.grid.frame
        assert frame is not None
        drag(self.qtbot, self.page, start, start + QPoint(0, int(self.dice.choice((20, 40)) * frame.per_minute)))
        form = self.page.sheet.body()
        if isinstance(form, BookingForm) and self.page.sheet.isVisible() and not form.about:
            form.fill({**form.values(), **self.client()})
            if self.dice.random() < 0.5:
                form.repeat.every.set_value(1)
                form.repeat.times.set_value(self.dice.randint(2, WEEKS))
            self.save(form)

    def client(self) -> dict[str, Any]:
        dice, small = self.dice, self.small
        where = {"person": dice.choice((small.wang, small.chen)), "place": dice.choice((*small.places, ""))}
        if dice.random() < 0.15:
            return {**where, "client": "group", "group_no": 1, "size": 2, "student": ""}
        return {**where, "client": "student", "student": small.students[dice.randint(0, 2)]}

    def carry_a_card(self) -> None:
        start = self.card()
        if start is not None:
            drag(self.qtbot, self.page, start, self.place())
            if self.dice.random() < 0.5:
                self.press(self.page.shell.toaster, "以后也这样改")

    def turn_the_page(self) -> None:
        ahead = self.page.monday < MONDAY + timedelta(weeks=WEEKS - 1)
        self.key(self.page.grid, Qt.Key.Key_PageDown if ahead else Qt.Key.Key_Home)
        if not ahead:
            self.key(self.page.grid, Qt.Key.Key_T)

    def undo(self) -> None:
        self.page.grid.setFocus()
        self.key(self.page.grid, Qt.Key.Key_Z, CTRL)

    def add_an_event(self) -> None:
        self.page.grid.put_cursor(self.page.monday + timedelta(days=self.dice.randint(1, 3)), 725, 745)
        self.key(self.page.grid, Qt.Key.Key_E)
        form = self.page.sheet.body()
        if isinstance(form, EventForm) and self.page.sheet.isVisible():
            client = self.client()
            form.fill({**form.values(), "person": client["person"], "place": client["place"]})
            self.save(form)

    # ---- at the side

    def open_card(self) -> EntryCard | None:
        where = self.card()
        if where is None:
            return None
        self.qtbot.mouseClick(self.page.grid, LEFT, pos=where)
        card = self.page.sheet.body()
        return card if isinstance(card, EntryCard) and self.page.sheet.isVisible() else None

    def call_off(self) -> None:
        card = self.open_card()
        if card is not None and self.press(card, self.dice.choice(("学生取消", "老师取消", "停诊"))):
            self.choose_scope(card.bar)

    def change(self) -> None:
        card = self.open_card()
        if card is None or not self.press(card, "改时间或内容"):
            return
        form = self.page.sheet.body()
        assert isinstance(form, BookingForm)
        starts = self.dice.choice((725, 740, 755))
        form.fill({**form.values(), "starts": starts, "ends": starts + 25, "person": self.client()["person"]})
        self.save(form)

    def bring_back(self) -> None:
        slivers = [box for box, entry in self.page.grid.slivers if entry.kind == "booking"]
        if slivers:
            self.qtbot.mouseClick(self.page.grid, LEFT, pos=self.dice.choice(slivers).center().toPoint())
            self.press(self.page.sheet, "改回待到")

    def save(self, form: TimedForm) -> None:
        """Ctrl+S; what is open is settled by the ways offered, a time that is taken by the first free one."""
        form.look()
        for _ in range(6):
            if not form.repeats() or not form.plan.open():
                break
            row = next(row for row in form.plan.rows if row.line.open)
            self.dice.choice(row.ways).click()
        self.ctrl_s(form)
        if self.shows(form) and self.page.desk._bar is not None and self.page.desk._bar.isVisible():
            self.choose_scope(self.page.desk._bar)
        if self.shows(form) and form.conflicts.free and not form.repeats():
            form.take(form.conflicts.free[0])
            self.ctrl_s(form)
        if self.shows(form):
            self.press(form, "已说好，仍然预约")

    def shows(self, form: TimedForm) -> bool:
        return self.page.sheet.isVisible() and self.page.sheet.body() is form

    def ctrl_s(self, form: TimedForm) -> None:
        self.key(form.fields["starts"].control, Qt.Key.Key_S, CTRL)

    def choose_scope(self, bar: QWidget) -> None:
        if bar.isVisible():
            self.key(bar, self.dice.choice((Qt.Key.Key_1, Qt.Key.Key_2, Qt.Key.Key_3)))

    def leave_the_side(self) -> None:
        if self.page.sheet.isVisible():
            form = self.page.form
            if form is not None:
                self.page.desk.forget()  # what was typed is not kept for the next
            self.page.sheet.shut()

    # ---- fingers

    def key(self, widget: QWidget, key: Qt.Key, held: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        self.qtbot.keyClick(widget, key, held)

    def press(self, widget: QWidget, words: str) -> bool:
        """Whether there was such a button."""
        found = [b for b in widget.findChildren(QPushButton) if b.text() == words and b.isVisibleTo(widget)]
        if found and widget.isVisible() and found[0].isEnabled():
            found[0].click()
            return True
        return False


def test_no_double_booking_by_two_hundred_handlings(small: Small, qtbot: QtBot) -> None:
    hand = Hand(qtbot, page_of(qtbot, small), small, 20260907)
    most = 0
    for number in range(HANDLINGS):
        name = hand.handle()
        assert not doubles(small.room), (number, name)
        most = max(most, len(standing(small.room)))
    done = hand.done
    assert sum(done.values()) >= HANDLINGS // 3 and most >= 8, (done, most)
    for name in ("draw_a_booking", "carry_a_card", "call_off", "change", "undo", "add_an_event", "bring_back"):
        assert done[name] > 0, done
    assert marks(small.room), "no series was ever made"


def test_ctrl_z_takes_a_whole_series_back(small: Small, qtbot: QtBot) -> None:
    hand = Hand(qtbot, page_of(qtbot, small), small, 1)
    hand.page.book(TUESDAY, 730, 760)
    form = hand.page.form
    assert isinstance(form, BookingForm)
    form.fill({**form.values(), "student": small.students[0], "person": small.wang, "place": small.places[0]})
    form.repeat.every.set_value(1)
    form.repeat.times.set_value(3)
    hand.save(form)
    assert len(standing(small.room)) == 3 and len(set(marks(small.room).values())) == 1
    hand.undo()
    assert standing(small.room) == []
