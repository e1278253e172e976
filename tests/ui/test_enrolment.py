"""A second system account of the computer: the code shown by somebody inside, typed at the unlock window."""

from __future__ import annotations

import sys
from pathlib import Path

from pytestqt.qtbot import QtBot

from psyroom.store.room import Room
from psyroom.ui.pages.settings_enrol import EnrolSection
from psyroom.ui.window import Shell
from tests.store.test_keyring import in_a_session
from tests.ui.at_the_window import open_window, words_of


def test_another_account_is_let_in_by_a_code(tmp_path: Path) -> None:
    place = tmp_path / "地方"
    place.mkdir()
    days = str(Path(__file__).with_name("enrol_days.py"))
    for part in ("first", "second"):
        done = in_a_session(tmp_path / part, sys.executable, days, part, str(place))
        assert done.stdout.endswith("whole\n") and done.returncode == 0, done.stderr[-2000:]


def test_a_room_without_a_secret_says_that_nothing_is_needed(qtbot: QtBot, duty_room: Room) -> None:
    shell: Shell = open_window(qtbot, duty_room, "settings")
    page = shell.pages["settings"]
    section = page.section(EnrolSection)  # type: ignore[attr-defined]
    assert "不需要登记" in words_of(section) and not section.show_button.isVisible()
