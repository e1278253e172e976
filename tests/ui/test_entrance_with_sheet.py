"""Coming in with the recovery sheet: from a copy on a new computer, or into the room with a forgotten password."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from psyroom.services import copies, school
from psyroom.store import recovery
from psyroom.store.opening import open_room
from psyroom.ui.wizard.bring_back import BringBack
from psyroom.ui.wizard.with_sheet import NewPassword


def _new_room_and_code(folder: Path) -> str:
    from psyroom.services.rooms import RoomSetup, make_room

    setup = RoomSetup(
        school_name="青山中学",
        stage="junior",
        term_starts=date(2026, 8, 31),
        counsellor="王敏",
        password="雨伞忘在火车站台上的灯下面",
        use_keyring=False,
    )
    room, code = make_room(folder, setup)
    for _ in (made := copies.copy(room, folder.parent / "stick")):
        pass
    del made
    room.close()
    return code


@pytest.mark.parametrize("way", ["copy", "sheet"])
def test_with_the_sheet_one_comes_in_with_a_new_password_and_a_new_sheet(
    qtbot: QtBot, tmp_path: Path, cheap_keys: None, way: str
) -> None:
    code = _new_room_and_code(tmp_path / "room")
    wizard: Any = BringBack() if way == "copy" else NewPassword(tmp_path / "room")
    qtbot.addWidget(wizard)
    wizard.show()
    if way == "copy":
        (tmp_path / "empty").mkdir()
        wizard.copy.folder.set_value(tmp_path / "empty")
        wizard.go_on()
        assert wizard.at == 0 and "没有找到备份" in wizard.copy.fields["copy"].error.text()
        wizard.copy.folder.set_value(tmp_path / "stick")
        wizard.go_on()
        wizard.place.folder.set_value(tmp_path / "new")
        wizard.go_on()
    wizard.entry.code.setText(code[:-1])
    wizard.entry.password.first.control.setText("灯塔下面的鲸鱼在唱歌呢")
    wizard.entry.password.again.control.setText("灯塔下面的鲸鱼在唱歌呢")
    wizard.go_on()
    assert wizard.entry.fields["code"].error.isVisible()
    wizard.entry.password.first.control.setText("灯塔下面的鲸鱼在唱歌呢天亮")
    wizard.entry.password.again.control.setText("灯塔下面的鲸鱼在唱歌呢天亮")
    wizard.entry.code.setText(code.lower().replace("-", " "))
    wizard.go_on()
    qtbot.waitUntil(lambda: wizard.step() is wizard.sheet or bool(wizard.trouble.text()), timeout=20000)
    assert wizard.trouble.text() == ""
    assert wizard.sheet.code not in ("", code)
    wizard.sheet.answer.setText(recovery.groups(wizard.sheet.code)[wizard.sheet.asked])
    with qtbot.waitSignal(wizard.done) as done:
        wizard.go_on()
    with done.args[0] as room:
        assert school.context(room).name == "青山中学"
    where = tmp_path / ("new" if way == "copy" else "room")
    with open_room(where, "王敏", "灯塔下面的鲸鱼在唱歌呢天亮") as again:
        assert again.has_cases
