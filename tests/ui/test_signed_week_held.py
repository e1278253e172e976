"""A signed week in the window: what would change it asks for a reason in its place, and goes through with one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from openpyxl import Workbook
from pytestqt.qtbot import QtBot
from sqlmodel import select

from psyroom.records.opening import Opening
from psyroom.services import prefill, signing, visits, week_reasons
from psyroom.store.room import Room
from psyroom.ui.pages.bookings import Here
from psyroom.ui.pages.openings import Here as Openings
from psyroom.ui.pages.openings_import import LedgerImport
from tests.services.room_for_bookings import MONDAY, TUESDAY, Small, at, make_small
from tests.ui.at_the_bookings import book, card_of, inside, page_of, press, set_clock, stored, words_of
from tests.ui.at_the_window import open_window

NEXT = at(MONDAY + timedelta(days=8), 600)


def sign(room: Room) -> None:
    now = NEXT.replace(tzinfo=None)
    prefill.confirm(room, prefill.waiting(prefill.week(room, MONDAY, now)), now)
    week_reasons.set_reason(room, MONDAY, "exam")
    signing.sign(room, MONDAY, now)


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Small]:
    made = make_small(tmp_path / "室")
    yield made
    made.room.close()


@pytest.fixture
def page(qtbot: QtBot, small: Small) -> Here:
    set_clock(small, at(TUESDAY, 720))
    entered = visits.walk_in(small.room, {"student": small.students[0]}, at(TUESDAY, 720))
    visits.leave(small.room, entered.visit, at(TUESDAY, 750))
    book(small, 1, day=TUESDAY, starts=985, ends=1015)
    set_clock(small, NEXT)
    sign(small.room)
    return page_of(qtbot, small)


def test_a_visit_s_hours_are_changed_only_with_a_reason(page: Here, small: Small) -> None:
    (row,) = inside(small)
    page.open(visit=row.id)
    card = card_of(page)
    assert card.ends is not None
    card.ends.set_value("1245")
    press(card, "结束来访")
    assert "已由" in words_of(card) and "签字" in words_of(card) and inside(small)[0].ends == 750
    assert card.why.choices()[0] == "漏记"
    press(card, "2  时间记错")
    assert inside(small)[0].ends == 765 and inside(small)[0].closed_by
    (change,) = signing.state(small.room, MONDAY).changes
    assert (change.why, change.kind, change.ref) == ("wrong_time", "visit", row.id)


def test_who_came_last_week_is_entered_only_with_a_reason(page: Here, small: Small) -> None:
    page.open(booking=stored(small)[0].id)
    card = card_of(page)
    press(card, "来过")
    assert len(inside(small)) == 1
    press(card, "1  漏记")
    assert len(inside(small)) == 2


def test_a_ledger_enters_a_signed_week_only_with_a_reason(qtbot: QtBot, small: Small, tmp_path: Path) -> None:
    set_clock(small, NEXT)
    sign(small.room)
    before = _openings(small.room)
    shell = open_window(qtbot, small.room, "openings")
    page = shell.go("openings")
    assert isinstance(page, Openings)
    page.begin_import()
    beside = page.stack.currentWidget()
    assert isinstance(beside, LedgerImport)
    book_ = Workbook()
    book_.active.append(["日期", "时间", "值班教师"])  # type: ignore[union-attr]
    book_.active.append([TUESDAY.isoformat(), "12:00-13:50", ""])  # type: ignore[union-attr]
    book_.save(tmp_path / "值班.xlsx")
    beside.look(tmp_path / "值班.xlsx")
    qtbot.waitUntil(lambda: beside.take_button.isVisible(), timeout=20_000)
    assert "已经签字" in beside.words.text()
    beside.take()
    assert beside.why.isVisible() and _openings(small.room) == before
    press(beside, "1  漏记")
    qtbot.waitUntil(lambda: page.stack.currentWidget() is page.browse, timeout=20_000)
    assert _openings(small.room) == before + 1
    assert [c.why for c in signing.state(small.room, MONDAY).changes] == ["forgot"]


def _openings(room: Room) -> int:
    with room.read() as session:
        return len(session.exec(select(Opening)).all())
