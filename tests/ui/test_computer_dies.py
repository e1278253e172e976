"""The computer dies: a new one with an empty home, the stick from the drawer, the sheet from the safe; through the real
windows. And the unlock window that comes up while the last backup is still being made."""

from __future__ import annotations

import threading
import time
from collections.abc import Generator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from psyroom.errors import RoomBusy
from psyroom.records.attachments import Attachment
from psyroom.services import backups, students
from psyroom.services.rooms import RoomSetup, make_room
from psyroom.settings import Settings
from psyroom.store import files, lock, recovery
from psyroom.store.room import Room
from psyroom.ui import unlock
from psyroom.ui.entrance import Entrance
from psyroom.ui.wizard.bring_back import BringBack
from tests.conftest import PASSWORD

NEW = "灯塔下面的鲸鱼在唱歌呢天亮"
MOST_ACTIONS = 12
"""Clicks and fields of the whole walk; the rest of the twenty minutes is typing the code and printing the sheet."""


def drive(work: Generator[Any, Any, Any]) -> Any:
    while True:
        try:
            next(work)
        except StopIteration as done:
            return done.value


def lived_in(folder: Path, stick: Path) -> str:
    """A room with a student and a picture, backed up to the stick and then gone with its computer; the sheet's code."""
    setup = RoomSetup(
        school_name="青山中学", stage="junior", term_starts=date(2026, 8, 31), counsellor="王敏", password=PASSWORD,
        use_keyring=False,
    )  # fmt: skip
    room, code = make_room(folder, setup)
    with room:
        students.add(room, {"name": "周一鸣", "stage": "junior", "cohort": 2026, "class_no": 1}, {}, [])
        stored = files.put(room, b"sand" * 9000)
        with room.write("添加") as deed:
            deed.session.add(
                Attachment(
                    name="沙盘.jpg",
                    day=date(2026, 9, 1),
                    media="image/jpeg",
                    size=stored.size,
                    sha256=stored.sha256,
                    file=stored.file,
                    key=stored.key,
                    person=room.person.id,
                    at="2026-09-01T00:00:00+00:00",
                )  # fmt: skip
            )
        stick.mkdir()
        backups.choose_second(room, stick)
        assert drive(backups.make(room, automatic=True)).second is not None
    return code


def test_from_the_stick_and_the_sheet_to_the_open_room(
    qtbot: QtBot, tmp_path: Path, cheap_keys: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = lived_in(tmp_path / "旧电脑" / "room", tmp_path / "U盘")
    (tmp_path / "旧电脑").rename(tmp_path / "坏了")
    monkeypatch.setenv("PSYROOM_CONFIG", str(tmp_path / "新电脑的家"))
    entrance = Entrance(Settings.load())
    qtbot.addWidget(entrance)
    entrance.show()
    actions = 0

    def act(done: object) -> None:
        nonlocal actions
        actions += 1

    act(entrance.shown().tiles["bring"].click())  # type: ignore[attr-defined]
    wizard = entrance.shown()
    assert isinstance(wizard, BringBack)
    act(wizard.copy.folder.set_value(tmp_path / "U盘"))
    act(wizard.go_on())
    act(wizard.place.folder.set_value(tmp_path / "新"))
    act(wizard.go_on())
    act(wizard.entry.code.setText(code))
    act(wizard.entry.password.first.control.setText(NEW))
    act(wizard.entry.password.again.control.setText(NEW))
    act(wizard.go_on())
    qtbot.waitUntil(lambda: wizard.step() is wizard.sheet or bool(wizard.trouble.text()), timeout=20_000)
    act(wizard.sheet.answer.setText(recovery.groups(wizard.sheet.code)[wizard.sheet.asked]))
    with qtbot.waitSignal(entrance.entered) as entered:
        act(wizard.go_on())
    room: Room = entered.args[0]
    with room:
        assert [s.name for s in students.find(room, "周一鸣")] == ["周一鸣"]
        assert files.check(room) == [] and room.findings == []
        assert backups.second(room) is not None or backups.is_due(room)
        backups.choose_second(room, tmp_path / "U盘")
        students.add(room, {"name": "陈小满", "stage": "junior", "cohort": 2026, "class_no": 1}, {}, [])
        assert drive(backups.make(room, automatic=True)).second is not None, "the old stick goes on serving"
    assert actions <= MOST_ACTIONS


def test_the_unlock_window_waits_while_the_last_backup_is_made(
    qtbot: QtBot, tmp_path: Path, cheap_keys: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    lived_in(tmp_path / "room", tmp_path / "U盘")
    held = lock.hold(tmp_path / "room")
    window = unlock.Unlock(tmp_path / "room", "王敏")
    qtbot.addWidget(window)
    window.show()
    window.password.control.setText(PASSWORD)
    window.try_open()
    qtbot.waitUntil(lambda: not window.busy(), timeout=20_000)
    assert str(RoomBusy()) in window.trouble.text(), "another window holds it: said at once"
    monkeypatch.setenv("PSYROOM_FOLLOWS", "1")
    monkeypatch.setattr(unlock, "_STARTED", time.monotonic())
    threading.Timer(1.0, held.release).start()
    with qtbot.waitSignal(window.opened, timeout=20_000) as opened:
        window.try_open()
    opened.args[0].close()
