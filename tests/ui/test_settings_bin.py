"""设置 · 回收站, on the real window: what was deleted comes back by one press, and the press can be taken back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from psyroom.services import bookings, history
from psyroom.store.room import Room
from psyroom.ui import style
from psyroom.ui.pages.settings_bin import EMPTY, BinSection
from psyroom.ui.window import Shell
from tests.services.room_for_bookings import NOON, TUESDAY, Small, as_duty, make_small
from tests.ui.at_settings import part
from tests.ui.at_the_window import buttons_of, open_window, press, words_of


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Small]:
    made = make_small(tmp_path / "室")
    yield made
    made.room.close()


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[Callable[[Room], Shell]]:
    yield lambda room: open_window(qtbot, room, "settings")
    style.dress(style.look_for("light", 100))


def book(small: Small, student: int, starts: int) -> None:
    values = {
        "student": small.students[student],
        "person": small.wang,
        "day": TUESDAY,
        "starts": starts,
        "ends": starts + 20,
    }
    bookings.book(small.room, values, NOON, anyway=True)


def test_what_was_deleted_comes_back_and_goes_again(
    small: Small, window: Callable[[Room], Shell], qtbot: QtBot
) -> None:
    shell = window(small.room)
    card: BinSection = part(shell, BinSection)
    assert EMPTY in words_of(card)
    for n in range(8):
        book(small, n % 6, 730 + 40 * n)
        history.undo(small.room)
    shell.tell_changed()
    assert "预约 · 王芳 · 9月8日 周二 16:50—17:10" not in words_of(card), "six first"
    press(card, "看全部 8 条")
    assert "预约 · 张晓雨 · 9月8日 周二 12:10—12:30" in words_of(card)
    row = card.rows.rows()[0]
    row.setFocus()
    qtbot.keyClick(row, Qt.Key.Key_Space)  # by the keyboard alone
    assert len(buttons_of(card, "恢复")) == 7
    assert "已恢复：预约 · 李明" in words_of(shell)
    shell.undo_deed()
    assert len(buttons_of(card, "恢复")) == 8


def test_a_duty_person_has_a_bin_too(small: Small, window: Callable[[Room], Shell]) -> None:
    book(small, 0, 730)
    history.undo(small.room)
    shell = window(as_duty(small))
    card: BinSection = part(shell, BinSection)
    assert "只有王老师能恢复" in words_of(card) and not buttons_of(card, "恢复")
