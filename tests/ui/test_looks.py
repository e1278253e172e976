"""Pictures of the entrance and the kit at both sizes and in both themes, written to `shots/` for a person to look at."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from psyroom.settings import Settings
from psyroom.store.room import Room
from psyroom.ui import style
from psyroom.ui.entrance import Entrance
from psyroom.ui.tokens import DARK, LIGHT, Look

SHOTS = Path(__file__).parents[2] / "shots"
LOOKS = {
    "1366": (Look(LIGHT, 100), (1366, 768)),
    "1920": (Look(LIGHT, 150), (1920, 1080)),
    "dark": (Look(DARK, 100), (1366, 768)),
}


@pytest.fixture(params=list(LOOKS))
def shoot(request: pytest.FixtureRequest, qtbot: QtBot) -> Callable[[QWidget, str], None]:
    """Wears a look; takes a picture of a window at that look's screen size, and checks that no label is cut."""
    look, size = LOOKS[request.param]
    style.dress(look)

    def take(window: QWidget, name: str) -> None:
        window.resize(*size)
        window.show()
        for _ in range(3):
            QApplication.processEvents()
        SHOTS.mkdir(exist_ok=True)
        assert window.grab().save(str(SHOTS / f"{name}-{request.param}.png"))
        assert not (cut := _cut(window)), cut

    return take


def _cut(window: QWidget) -> list[str]:
    """Labels in sight whose words need more room than they have."""
    from psyroom.ui.kit import Elided

    found = []
    labels: Iterable[QLabel] = window.findChildren(QLabel)
    for label in labels:
        if not label.isVisible() or isinstance(label, Elided) or not label.text() or label.visibleRegion().isEmpty():
            continue
        needed = label.heightForWidth(label.width()) if label.wordWrap() else label.sizeHint().height()
        wide = not label.wordWrap() and label.sizeHint().width() > label.width()
        if needed > label.height() + 1 or wide:
            found.append(label.text())
    return found


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
