"""Pictures of every page of the practice school, at both sizes and in the dark, written to `shots/` for a person to look at."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest
from pytestqt.qtbot import QtBot

from psyroom.practice.making import PASSWORD, make_practice
from psyroom.services import groups, roll, visits, waiting
from psyroom.settings import Settings
from psyroom.store.opening import open_room
from psyroom.store.room import Room
from psyroom.ui.tokens import now as look
from psyroom.ui.window import Shell

THURSDAY = date(2026, 11, 19)
NOON = datetime(2026, 11, 19, 12, 20).astimezone()


@pytest.fixture(scope="module")
def school(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The practice school on a Thursday, made once and closed."""
    folder = tmp_path_factory.mktemp("practice") / "room"
    work = make_practice(folder, times=1, today=THURSDAY, password=PASSWORD)
    while True:
        try:
            next(work)
        except StopIteration as done:
            done.value.close()
            return folder


@pytest.fixture
def opened(school: Path, tmp_path: Path) -> Iterator[Callable[[str], Room]]:
    rooms: list[Room] = []

    def open_as(name: str) -> Room:
        folder = tmp_path / name
        shutil.copytree(school, folder)
        rooms.append(open_room(folder, name, PASSWORD))
        rooms[-1].now = lambda: NOON.astimezone(UTC)
        return rooms[-1]

    yield open_as
    for room in rooms:
        room.close()


@pytest.fixture
def window(qtbot: QtBot, opened: Callable[[str], Room]) -> Callable[[str], Shell]:
    def show(name: str) -> Shell:
        shell = Shell(opened(name), Settings(text_size=look().text_size))
        qtbot.addWidget(shell)
        shell.show()
        return shell

    return show


def test_pages_of_the_counsellor(shoot: Any, window: Callable[[str], Shell], qtbot: QtBot) -> None:
    shell = window("甲")
    for page in ("today", "bookings", "openings", "students", "notes", "settings"):
        shell.go(page)
        shoot(shell, f"page-{page}")
    made: Any = shell.go("returns")
    qtbot.waitUntil(lambda: made.preview.page_count() > 0, timeout=30_000)
    shoot(shell, "page-returns")
    made.view.set_value("figures")
    shoot(shell, "page-returns-figures")


def test_forms_and_cards(shoot: Any, window: Callable[[str], Shell]) -> None:
    shell = window("甲")
    students: Any = shell.go("students")
    students.show_student(students.table.rows()[1].id)
    shoot(shell, "page-students-card")
    students.begin_add()
    shoot(shell, "page-students-form")
    bookings: Any = shell.go("bookings")
    bookings.new()
    shoot(shell, "page-bookings-form")
    openings: Any = shell.go("openings")
    openings.edit_opening(None)
    shoot(shell, "page-openings-form")


def test_the_duty_person_s_day(shoot: Any, window: Callable[[str], Shell]) -> None:
    shell = window("乙")
    for page in ("today", "students", "settings"):
        shell.go(page)
        shoot(shell, f"page-duty-{page}")


def test_the_waiting_list_and_groups(shoot: Any, window: Callable[[str], Shell]) -> None:
    shell = window("甲")
    room, page = shell.room, cast(Any, shell.go("bookings"))
    now, pupils = page.now(), roll.everybody(room)
    bands = {band.key: band for band in waiting.day_bands(room, THURSDAY)}
    suits = (
        (),
        bands["noon"].windows(5),
        bands["noon"].windows(4) + bands["after"].windows(5),
        bands["after"].windows(5),
    )
    for n in range(8):
        values = {
            "student": pupils[n * 37].id,
            "since": THURSDAY - timedelta(days=n * 3 + 2),
            "minutes": 40 if n else 30,
        }
        waiting.add(room, values | {"expires": THURSDAY + timedelta(days=9 if n % 3 else -1)}, suits[n % 4], now)
    waiting.set_first(room, waiting.listed(room, now)[2].id)
    page.toggle_waiting()
    shoot(shell, "page-waiting")
    page.waiting_desk.open(next(e for e in waiting.listed(room, now) if not e.expired).id)
    shoot(shell, "page-waiting-times")
    page.waiting_desk.add()
    shoot(shell, "page-waiting-form")
    page.sheet.shut()
    ahead = [e for day in page.week.days for e in day.entries if e.outcome == "open" and e.day > THURSDAY]
    page.show_entry("booking", max(ahead, key=lambda e: (e.day, e.ends - e.starts)).id)
    page.card.cancel("cancelled_by_student")
    shoot(shell, "page-waiting-offers")
    group = groups.add(room, {"leader": room.person.id}, [p.id for p in pupils[5:400:50]], THURSDAY)
    groups.set_topic(room, group, "考前减压")
    page.show_groups()
    shoot(shell, "page-groups")
    page.groups_desk.edit(group)
    shoot(shell, "page-groups-form")
    number = groups.listed(room)[0].no
    visit = visits.walk_in(room, {"client": "group", "group_no": number, "size": 8}, now).visit
    page.show_entry("visit", visit)
    shoot(shell, "page-groups-attendance")
