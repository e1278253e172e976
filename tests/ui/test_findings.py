"""What opening finds is said on 今日 to whoever opened, and the way from there: 体检, and the word that it was on purpose."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from psyroom.records.students import StudentLabel
from psyroom.settings import Settings
from psyroom.store.opening import open_room
from psyroom.store.room import Room
from psyroom.ui import style
from psyroom.ui.pages.settings_checkup import CheckupCard
from psyroom.ui.pages.settings_safety import SafetySection
from psyroom.ui.window import Shell
from tests.services.room_for_bookings import PASSWORD, make_small
from tests.ui.at_settings import part
from tests.ui.at_the_window import press, words_of

OLDER = "这间房比上次打开时旧"


def opened(qtbot: QtBot, room: Room) -> Shell:
    style.dress(style.look_for("light", 100))
    shell = Shell(room, Settings())
    qtbot.addWidget(shell)
    shell.resize(1366, 768)
    shell.show()
    shell.activateWindow()
    qtbot.waitUntil(shell.isActiveWindow)
    return shell


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    small = make_small(tmp_path / "室")
    small.room.close()
    return tmp_path / "室"


def test_an_older_file_is_said_on_today_until_somebody_says_why(qtbot: QtBot, folder: Path, tmp_path: Path) -> None:
    open_room(folder, "王老师", PASSWORD).close()
    shutil.copyfile(folder / "case.db", tmp_path / "case.db")
    with open_room(folder, "王老师", PASSWORD) as room, room.write("标记关注") as deed:
        deed.session.add(StudentLabel(student="0" * 32, label="poor"))
    shutil.copyfile(tmp_path / "case.db", folder / "case.db")
    with open_room(folder, "王老师", PASSWORD) as room:
        shell = opened(qtbot, room)
        shell.go("today")
        assert "请做一次体检" in words_of(shell.pages["today"]) and OLDER in words_of(shell.pages["today"])
        shell.go("settings", section="safety")
        card: SafetySection = part(shell, SafetySection)
        press(card, "体检")
        qtbot.waitUntil(lambda: bool(card.findChildren(CheckupCard)), timeout=20_000)
        assert OLDER in words_of(card)
        press(card, "是我换回来的")
        qtbot.waitUntil(lambda: OLDER not in words_of(card), timeout=20_000)
        shell.go("today")
        assert OLDER not in words_of(shell.pages["today"])
    with open_room(folder, "王老师", PASSWORD) as room:
        assert room.findings == []


def test_the_colleague_at_the_desk_is_told_whom_to_tell(qtbot: QtBot, folder: Path) -> None:
    text = (folder / "room.json").read_text("utf-8")
    (folder / "room.json").write_text(text.replace('"sum": "', '"sum": "0'), "utf-8")
    with open_room(folder, "小周", PASSWORD) as room:
        shell = opened(qtbot, room)
        page = shell.go("today")
        assert page is not None and "请告诉心理教师" in words_of(page) and "room.json" in words_of(page)
