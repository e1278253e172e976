"""A child process of the benchmark: the coverage of 一生一谈 with more than 3,000 students, shown in the real window.

python -m psyroom.bench.cover FOLDER       prints one JSON object, milliseconds

The floor is what nothing can do without: the children and the talks read bare, and as many plain bars painted.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPixmap
from PySide6.QtWidgets import QApplication

from psyroom.bench.bulk import TODAY
from psyroom.bench.desk import ms
from psyroom.practice.making import COUNSELLOR, PASSWORD
from psyroom.services import coverage, talks
from psyroom.settings import Settings
from psyroom.store.opening import open_room
from psyroom.store.questions import talks as ask
from psyroom.store.room import Room
from psyroom.ui import start, style
from psyroom.ui.tokens import Look
from psyroom.ui.window import PAGES, Shell

SIZE = (1366, 768)
ROUNDS = 7
NOW = datetime(TODAY.year, TODAY.month, TODAY.day, 9, 30)


def bare(room: Room, found: coverage.Coverage) -> float:
    """The floor, the median of many."""
    target = QPixmap(*SIZE)

    def once() -> float:
        begun = time.perf_counter()
        with room.snapshot() as session:
            ask.children(session)
            ask.talked(session, found.first, found.day)
        painter = QPainter(target)
        painter.fillRect(target.rect(), Qt.GlobalColor.white)
        for at in range(len(found.classes)):
            painter.fillRect(QRectF(200, at * 8, 800, 6), QColor("#2F7D79"))
        painter.end()
        return (time.perf_counter() - begun) * 1000

    return median(once() for _ in range(ROUNDS * 3))


def again(shell: Shell, deed: Callable[[], object], do: Callable[[], object]) -> float:
    """What `do` takes when everything must be counted anew, for a deed came before; the median of some."""
    found = []
    for _ in range(ROUNDS):
        shell.go("settings")
        deed()
        found.append(ms(do))
    return median(found)


def main() -> None:
    room = open_room(Path(sys.argv[1]), COUNSELLOR, PASSWORD)
    room.now, room.clock_confirmed = lambda: NOW.astimezone(UTC), True
    app = start.make_app()
    assert isinstance(app, QApplication)
    style.dress(Look())
    entries = tuple(entry for entry in PAGES if entry.key in ("settings", "talks"))
    shell = Shell(room, Settings(), entries=entries)
    shell.resize(*SIZE)
    shell.show()
    shell.go("settings")
    first = ms(lambda: shell.go("talks"))
    page: Any = shell.pages["talks"]
    tab = page.tab("cover")
    found = coverage.of(room, NOW)
    child = coverage.students(room, NOW)[0].id

    def tried() -> None:
        talks.attempt(room, child, {"what": "absent"}, NOW)

    def shown_anew() -> None:
        shell.tell_changed("talk_excuse")  # of a kind the badge counts too
        shell.go("talks")

    shown = again(shell, tried, shown_anew)
    answer = {
        "students": found.total.students,
        "classes": len(found.classes),
        "bare": bare(room, found),
        "first": first,
        "shown": shown,
        "still": median(ms(lambda: (shell.go("settings"), shell.go("talks"))) for _ in range(ROUNDS)),
        "class": median(ms(partial(tab.show_branch, tab.states.placed[at].branch)) for at in range(2, 2 + ROUNDS)),
        "school": ms(lambda: tab.show_branch(("all", ""))),
        "weeks": ms(lambda: tab.look.set_value("week")),
    }
    room.close()
    print(json.dumps(answer))
    sys.stdout.flush()
    os._exit(0)  # as the program leaves: no detour through anybody's clean-up


if __name__ == "__main__":
    main()
