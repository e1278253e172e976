"""A child process of the benchmark: a week of 200 bookings on the calendar, painted, and a card dragged over it.

python -m psyroom.bench.week FOLDER       prints one JSON object, milliseconds
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from statistics import median

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPixmap
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from psyroom.bench.bulk import TODAY
from psyroom.practice.making import COUNSELLOR, PASSWORD
from psyroom.records.booking import Booking
from psyroom.services import roll, trial
from psyroom.services import week as weeks
from psyroom.services.week import Entry
from psyroom.store.opening import open_room
from psyroom.store.room import Room
from psyroom.ui import start, style
from psyroom.ui.calendar.carry import Look, nothing
from psyroom.ui.calendar.grid import WeekGrid
from psyroom.ui.tokens import Look as Dress

COUNT = 200
SIZE = (1120, 660)
ROUNDS = 30
STEPS = 60


def fill(room: Room, monday: date) -> None:
    """200 bookings, three and four abreast, with names."""
    students = roll.everybody(room)
    with room.write("bench") as deed:
        for number in range(COUNT):
            starts = 480 + number // 5 * 14
            deed.session.add(
                Booking(
                    student=students[number].id, day=monday + timedelta(days=number % 5), starts=starts,
                    ends=starts + 30, person=room.person.id,
                )
            )  # fmt: skip


def taken(do: Callable[[], object], rounds: int = ROUNDS) -> float:
    """Milliseconds of one, the median of many."""
    found = []
    for _ in range(rounds):
        begun = time.perf_counter()
        do()
        found.append((time.perf_counter() - begun) * 1000)
    return median(found)


def painted(grid: WeekGrid) -> float:
    """The whole picture anew, as when a week is first seen."""
    target = QPixmap(grid.size())

    def once() -> None:
        grid.forget_picture()
        grid.render(target)

    return taken(once)


def rectangles() -> float:
    """The floor: as many plain rectangles on a ground of the same size."""
    target = QPixmap(*SIZE)
    boxes = [QRectF(8 + n % 20 * 54, 8 + n // 20 * 60, 50, 24) for n in range(COUNT)]

    def once() -> None:
        painter = QPainter(target)
        painter.fillRect(target.rect(), Qt.GlobalColor.white)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(QColor("#E4F0EE"))
        for box in boxes:
            painter.drawRoundedRect(box, 4, 4)
        painter.end()

    return taken(once)


def dragged(grid: WeekGrid) -> list[float]:
    """Each step of a drag: the pointer moves, what speaks against the place is found, what changed is painted."""
    box = next(box for box, entry in grid.boxes if entry.day.weekday() == 4 and entry.starts > 900)
    at = box.center().toPoint()
    QTest.mousePress(grid, Qt.MouseButton.LeftButton, pos=at)
    found = []
    for step in range(1, STEPS + 1):
        to = QPointF(at) + QPointF(-step * 12, -step * 4)
        begun = time.perf_counter()
        QTest.mouseMove(grid, to.toPoint())
        QApplication.processEvents()  # paints what the step left and reached
        found.append((time.perf_counter() - begun) * 1000)
    QTest.keyClick(grid, Qt.Key.Key_Escape)
    QTest.mouseRelease(grid, Qt.MouseButton.LeftButton, pos=at)
    return found


def main() -> None:
    app = start.make_app()
    style.dress(Dress())
    room = open_room(Path(sys.argv[1]), COUNSELLOR, PASSWORD)
    monday = TODAY - timedelta(days=TODAY.weekday()) + timedelta(weeks=1)
    fill(room, monday)
    now = datetime.combine(TODAY, datetime.min.time()).replace(hour=12)
    week = weeks.week(room, monday, now)
    grid = WeekGrid(lambda: now)
    grid.resize(*SIZE)
    grid.fit(SIZE[1])
    grid.show_week(week)
    grid.show()
    app.processEvents()

    def look_for(entry: Entry | None) -> Look:
        found = trial.of(room, entry.kind, entry.id, monday, now) if entry is not None else None
        return found.at if found is not None else nothing

    grid.look_for = look_for
    full = painted(grid)
    steps = dragged(grid)
    grid.show_week(replace(week, days=tuple(replace(day, entries=()) for day in week.days)))
    answer = {
        "cards": sum(len(day.entries) for day in week.days),
        "full": full,
        "empty": painted(grid),
        "rectangles": rectangles(),
        "taken_up": steps[0],
        "step": median(steps[1:]),
        "step_worst": max(steps[1:]),
    }
    room.close()
    print(json.dumps(answer))
    sys.stdout.flush()
    os._exit(0)  # as the program leaves: no detour through anybody's clean-up


if __name__ == "__main__":
    main()
