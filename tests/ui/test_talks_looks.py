"""一生一谈 as it looks: nobody on the roll, three classes, thirty, ninety; a class beside the map, a form beside the class."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from psyroom.bench.bulk import drive
from psyroom.practice.making import PASSWORD, make_practice
from psyroom.services import coverage
from psyroom.settings import Settings
from psyroom.store.opening import open_room
from psyroom.store.room import Room
from psyroom.ui import style, worker
from psyroom.ui.pages.talks import TABS
from psyroom.ui.pages.talks_cover_rows import CLASS
from psyroom.ui.tokens import now as look
from psyroom.ui.window import PAGES, Shell
from tests.services.room_for_bookings import Small, make_small
from tests.ui.at_the_coverage import NOW, talk

DAY = datetime(2026, 11, 19, 12, 20)
SHOWN = tuple(entry for entry in PAGES if entry.key in ("students", "talks", "settings"))


@pytest.fixture(scope="module")
def schools(tmp_path_factory: pytest.TempPathFactory) -> Callable[[int], Path]:
    """The practice school, as many times over; made once."""
    made: dict[int, Path] = {}

    def get(times: int) -> Path:
        if times not in made:
            folder = tmp_path_factory.mktemp("looks") / f"school{times}"
            drive(make_practice(folder, times=times, today=date(2026, 11, 19))).close()
            made[times] = folder
        return made[times]

    return get


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[Callable[[Room], Any]]:
    rooms: list[Room] = []

    def show(room: Room) -> Any:
        rooms.append(room)
        shell = Shell(room, Settings(text_size=look().text_size), entries=SHOWN)
        qtbot.addWidget(shell)
        shell.resize(1366, 768)
        shell.show()
        return shell.go("talks")

    yield show
    for room in rooms:
        room.close()


def practice(schools: Callable[[int], Path], tmp_path: Path, times: int) -> Room:
    folder = tmp_path / "school"
    shutil.copytree(schools(times), folder)
    room = open_room(folder, "甲", PASSWORD)
    room.now = lambda: DAY.astimezone(UTC)
    return room


def test_a_school_of_thirty_classes(
    shoot: Any, window: Callable[[Room], Any], schools: Callable[[int], Path], tmp_path: Path
) -> None:
    page = window(practice(schools, tmp_path, 1))
    shoot(page.shell, "talks-map")
    tab = page.tab("cover")
    behind = next(row.branch for row in tab.states.placed if row.branch[0] == CLASS and row.line.left > 10)
    tab.look.set_value("week")
    shoot(page.shell, "talks-weeks")
    tab.look.set_value("state")
    tab.show_branch(behind)
    tab.panel.filter.set_value("every")
    shoot(page.shell, "talks-class")
    tab.panel.begin_care()
    shoot(page.shell, "talks-care")
    tab.panel.begin_attempt()
    shoot(page.shell, "talks-attempt")
    tab.tell_rules()
    shoot(page.shell, "talks-rules")
    page.sheet.shut()
    tab.open(term="2025-2")
    shoot(page.shell, "talks-last-term")
    shell = page.shell
    cared = next(line for line in coverage.students(shell.room, page.now()) if line.care and line.lamps.missing)
    shell.go("students", student=cared.id)
    shoot(shell, "talks-student-card")
    settings = shell.go("settings", section="talks")
    card = next(section for section in settings.sections if section.KEY == "talks")
    card.fold.turn()
    settings.open(section="talks")
    shoot(shell, "talks-settings")


def test_a_school_of_ninety_classes(
    shoot: Any, window: Callable[[Room], Any], schools: Callable[[int], Path], tmp_path: Path
) -> None:
    page = window(practice(schools, tmp_path, 4))
    tab = page.tab("cover")
    assert len(tab.coverage.classes) == 90
    shoot(page.shell, "talks-map-90")
    tab.show_branch(("all", ""))
    shoot(page.shell, "talks-school-90")


def test_large_text_makes_no_window_wider_than_a_small_screen(
    qtbot: QtBot, schools: Callable[[int], Path], tmp_path: Path
) -> None:
    style.dress(style.look_for("light", 150))
    room = practice(schools, tmp_path, 1)
    shell = Shell(room, Settings(text_size=150))
    qtbot.addWidget(shell)
    shell.resize(1366, 768)
    shell.show()
    places: list[tuple[str, dict[str, str]]] = [("talks", {"tab": tab}) for tab, *_ in TABS] + [("returns", {})]
    for page, target in places:
        shell.go(page, **target)
        QApplication.processEvents()
        assert (shell.width(), shell.height()) == (1366, 768), (page, target)
    qtbot.waitUntil(lambda: not worker.busy(), timeout=60_000)
    room.close()


def test_three_classes_and_nobody_yet(
    shoot: Any, window: Callable[[Room], Any], tmp_path: Path, cheap_keys: None, new_room: Callable[..., Room]
) -> None:
    small: Small = make_small(tmp_path / "室")
    small.room.now = lambda: NOW.astimezone(UTC)
    talk(small, 0)
    page = window(small.room)
    shoot(page.shell, "talks-map-3")
    page.tab("cover").look.set_value("week")
    shoot(page.shell, "talks-weeks-3")
    shoot(window(new_room()).shell, "talks-empty")
