"""设置 · 预约规则 and what falls into a counsellor's own lessons, on the real window and the real store."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from psyroom.services import bookings, room_rules
from psyroom.store.room import Room
from psyroom.ui import style
from psyroom.ui.pages.settings_rules import RulesSection, minutes, shown
from psyroom.ui.pages.settings_terms import TermsSection
from psyroom.ui.pages.settings_timetable import TimetableSection
from psyroom.ui.window import Shell
from tests.services.room_for_bookings import LESSONS, make_small
from tests.ui.at_settings import part
from tests.ui.at_the_window import open_window, press, words_of


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[Callable[[Room], Shell]]:
    yield lambda room: open_window(qtbot, room, "settings")
    style.dress(style.look_for("light", 100))


@pytest.mark.parametrize(
    ("words", "value"),
    [
        ("", 0),
        ("10", 10),
        ("10 分钟", 10),
        ("2小时", 120),
        ("1 个小时", 60),
        ("1 天", 1440),
        ("很久", None),
        ("-5", None),
    ],
)
def test_a_time_is_read_as_people_write_it(words: str, value: int | None) -> None:
    assert minutes(words) == value
    if value:
        assert minutes(shown(value)) == value


def test_the_rules_are_set_and_what_cannot_be_read_is_said(
    room: Room, window: Callable[[Room], Shell], qtbot: QtBot
) -> None:
    shell = window(room)
    card: RulesSection = part(shell, RulesSection)
    assert card.fields["buffer_after"].value() == "10 分钟" and not card.save_button.isEnabled()
    card.fields["lead"].set_value("很久")
    press(card, "保存规则")
    assert "2 小时" in card.fields["lead"].error.text()
    card.fields["lead"].set_value("8 天")
    press(card, "保存规则")
    assert card.fields["lead"].error.text() == "至少提前多久预约不能大于 10080"
    card.fields["lead"].set_value("2 小时")
    qtbot.keyClick(card.fields["lead"].control, Qt.Key.Key_Return)
    assert (room_rules.rules(room).buffer_after, room_rules.rules(room).lead) == (10, 120)
    assert "至少提前 2 小时预约" in words_of(card) and not card.save_button.isEnabled()
    shell.undo_deed()
    assert room_rules.rules(room).lead == 0 and card.fields["lead"].value() == ""


def test_lessons_laid_over_bookings_name_them(tmp_path: Path, window: Callable[[Room], Shell], qtbot: QtBot) -> None:
    small = make_small(tmp_path / "室")
    day = small.room.today() + timedelta(days=7)
    day += timedelta(days=-day.weekday())
    starts, ends = LESSONS[2]
    values = {"student": small.students[0], "day": day, "starts": starts, "ends": ends - 5, "person": small.wang}
    bookings.book(small.room, values, small.room.now().astimezone().replace(tzinfo=None), anyway=True)
    shell = window(small.room)
    card: TimetableSection = part(shell, TimetableSection)
    card.grid.cells[(1, starts, ends)].setChecked(True)
    press(card, "保存课表")
    assert "张晓雨的预约，王老师这时自己有课" in card.fallen.text()
    terms: TermsSection = part(shell, TermsSection)
    terms.month.toggled.emit(day)
    assert bookings.in_own_lessons(small.room) == [] and terms.fallen.text() == ""
    terms.month.toggled.emit(day)
    assert "张晓雨的预约" in terms.fallen.text()
    small.room.close()
