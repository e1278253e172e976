"""A room that cannot be read, at the unlock window: said in a sentence, the last good backup offered, one press to go on."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from psyroom.faults import damage
from psyroom.settings import Settings
from psyroom.ui import style
from psyroom.ui.entrance import Entrance
from psyroom.ui.help import topic_at
from psyroom.ui.unlock import Unlock


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    folder = tmp_path / "房间"
    damage.make(folder)
    (folder / "case.db").write_bytes(b"")
    return folder


@pytest.fixture
def unlock(qtbot: QtBot) -> Callable[[Path], Unlock]:
    def shown(folder: Path) -> Unlock:
        made = Entrance(Settings(), folder)
        made.closeEvent = lambda event: event.accept()  # type: ignore[method-assign]
        qtbot.addWidget(made)
        made.show()
        made.activateWindow()
        qtbot.waitUntil(made.isActiveWindow)
        page = made.shown()
        assert isinstance(page, Unlock)
        return page

    return shown


def try_password(qtbot: QtBot, page: Unlock, words: str) -> None:
    page.password.control.setText(words)
    qtbot.keyClick(page.password.control, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: not page.busy())


def test_the_last_good_backup_is_offered_and_opens_the_room(
    broken: Path, unlock: Callable[[Path], Unlock], qtbot: QtBot
) -> None:
    page = unlock(broken)
    page.person.set_value(damage.COUNSELLOR)
    try_password(qtbot, page, damage.PASSWORD)
    qtbot.waitUntil(page.rescue.isVisible)
    assert "损坏" in page.trouble.text() and "最近一份核对过的备份是" in page.trouble.text()
    assert topic_at([page.password.control], None, "").key == "checkup"
    with qtbot.waitSignal(page.opened, timeout=20_000) as entered:
        page.rescue.setFocus()
        qtbot.keyClick(page.rescue, Qt.Key.Key_Space)
    room = entered.args[0]
    assert room.has_cases and not room.findings
    room.close()


def test_without_a_backup_the_way_by_the_stick_is_told(
    broken: Path, unlock: Callable[[Path], Unlock], qtbot: QtBot
) -> None:
    shutil.rmtree(broken / "backups")
    style.dress(style.look_for("light", 100))
    page = unlock(broken)
    try_password(qtbot, page, damage.PASSWORD)
    qtbot.waitUntil(lambda: "U 盘" in page.trouble.text())
    assert not page.rescue.isVisible()
