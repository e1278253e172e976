"""A colleague leaves: taken off in the window, the old backups replaced by one press; what he kept opens nothing new."""

from __future__ import annotations

import shutil
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from psyroom.errors import Tell
from psyroom.services import backups, checkup, people, students
from psyroom.settings import Settings
from psyroom.store import roomfile
from psyroom.store.opening import open_room
from psyroom.store.room import Room
from psyroom.ui import ask
from psyroom.ui.pages.settings_people import AfterRemoval, PeopleSection
from psyroom.ui.window import Shell
from tests.conftest import PASSWORD
from tests.ui.at_the_window import Hands, words_of

MOST = 4
"""设置, 移除, 移除 once more when asked, 做新备份."""


def drive(work: Generator[Any, Any, Any]) -> Any:
    while True:
        try:
            next(work)
        except StopIteration as done:
            return done.value


def test_what_he_could_open_he_cannot_open_any_more(
    qtbot: QtBot, room: Room, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    leaves = people.add(room, "丙", "counsellor", PASSWORD)
    assert drive(backups.make(room)).verified
    shutil.copytree(room.folder, tmp_path / "他留着的", ignore=shutil.ignore_patterns("room.lock"))
    hands = Hands(yes=True)
    monkeypatch.setattr(ask, "answerer", hands)
    shell = Shell(room, Settings())
    qtbot.addWidget(shell)
    shell.show()
    actions = 1
    section = shell.go("settings", section="people").section(PeopleSection)  # type: ignore[union-attr]
    section._remove(leaves, "丙")
    actions += 2
    assert "不能撤销" in hands.asked[0] and "旧备份" in hands.asked[0]
    qtbot.waitUntil(lambda: bool(section.findChildren(AfterRemoval)), timeout=20_000)
    card = section.findChild(AfterRemoval)
    assert "仍能用旧密码打开" in words_of(card)
    card.backup_button.click()
    actions += 1
    qtbot.waitUntil(lambda: "已销毁" in words_of(section), timeout=20_000)
    assert actions <= MOST
    (left,) = backups.listed(room)
    assert left.verified and left.fits and backups.sealed_before(room) == []
    students.add(room, {"name": "后来的", "stage": "vocational", "cohort": 2026, "class_no": 1}, {}, [])
    assert drive(checkup.check(room)).count == 0
    folder = room.folder
    shell.hide()
    room.close()
    with pytest.raises(Tell):
        open_room(folder, "丙", PASSWORD)
    for name in (roomfile.NAME, f"{roomfile.NAME}.before"):  # with the file of keys he kept
        shutil.copyfile(tmp_path / "他留着的" / roomfile.NAME, folder / name)
    with pytest.raises(Tell):
        open_room(folder, "丙", PASSWORD)
