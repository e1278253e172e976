"""Pictures of the entrance and the kit at both sizes and in both themes, written to `shots/` for a person to look at."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from pytestqt.qtbot import QtBot

from psyroom.settings import Settings
from psyroom.store.room import Room
from psyroom.ui.entrance import Entrance


def test_the_kit(shoot: Any, qtbot: QtBot) -> None:
    import importlib.util

    spec = importlib.util.spec_from_file_location("gallery", Path(__file__).with_name("gallery.py"))
    assert spec is not None and spec.loader is not None
    gallery = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(gallery)
    whole = gallery.pieces()
    qtbot.addWidget(whole)
    shoot(whole, "kit")


def test_unlock_and_welcome(shoot: Any, qtbot: QtBot, room: Room) -> None:
    window = Entrance(Settings())
    window.closeEvent = lambda event: event.accept()  # type: ignore[method-assign]
    qtbot.addWidget(window)
    shoot(window, "welcome")
    window.show_unlock(room.folder)
    shoot(window, "unlock")
    window.shown().password.problem("姓名或密码不对，请再试一次。")  # type: ignore[attr-defined]
    shoot(window, "unlock-wrong")


def test_every_page_of_the_first_run(shoot: Any, qtbot: QtBot, room: Room, tmp_path: Path) -> None:
    window = Entrance(Settings())
    window.closeEvent = lambda event: event.accept()  # type: ignore[method-assign]
    qtbot.addWidget(window)
    window.show_wizard()
    wizard: Any = window.shown()
    wizard.go_on()
    shoot(window, "wizard-1-refused")
    wizard.school.fields["name"].set_value("湖南省某某县职业中等专业学校")
    wizard.school.stage.set_value("nine")
    shoot(window, "wizard-1")
    wizard.go_on()
    shoot(window, "wizard-2")
    wizard.go_on()
    wizard.region.set_value("hunan-vocational")
    shoot(window, "wizard-3")
    wizard.go_on()
    wizard.place.folder.set_value("/srv/心理辅导室")
    wizard.place.restores.set_value("unsure")
    shoot(window, "wizard-4")
    wizard._show(4)
    wizard.person.person.setText("林晓")
    wizard.person.password.first.control.setText("灯塔下面的鲸鱼在唱歌呢天亮")
    wizard.person.password.judge()
    shoot(window, "wizard-5")
    wizard.sheet.take(
        room, "7Q2M-X0VD-KJ4T-9HEA-3WPB-R6GZ-5CYF-N18S-TK", "湖南省某某县职业中等专业学校", date(2026, 9, 1)
    )
    wizard._show(5)
    shoot(window, "wizard-6")


def test_bringing_back(shoot: Any, qtbot: QtBot) -> None:
    window = Entrance(Settings())
    window.closeEvent = lambda event: event.accept()  # type: ignore[method-assign]
    qtbot.addWidget(window)
    window.show_bring_back()
    wizard: Any = window.shown()
    wizard.copy.folder.set_value("/media/usb")
    wizard.go_on()
    shoot(window, "bring-back-1")
