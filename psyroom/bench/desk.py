"""A child process of the benchmark: the window on a practice school: unlock to 今日, page switch, keystroke to result.

python -m psyroom.bench.desk FOLDER       prints one JSON object, milliseconds
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from psyroom.bench.bulk import peak_mb
from psyroom.practice.making import COUNSELLOR, PASSWORD
from psyroom.store import keys, roomfile
from psyroom.ui import start, worker
from psyroom.ui.start import Program

if TYPE_CHECKING:
    from psyroom.ui.window import Shell

WORDS = ("zyx", "wjj", "liuy", "王", "2026", "xqy", "8")
QUIET_ROUNDS = 2
PATIENCE = 60


def settle() -> None:
    """Until nothing waits: no event, no work in the worker; so the picture is complete."""
    quiet, give_up = 0, time.monotonic() + PATIENCE
    while quiet < QUIET_ROUNDS:
        if time.monotonic() > give_up:
            sys.exit("the window does not come to rest")
        QApplication.sendPostedEvents()
        QApplication.processEvents()
        quiet = 0 if worker.busy() else quiet + 1


def ms(do: Callable[[], object]) -> float:
    begun = time.perf_counter()
    do()
    settle()
    return (time.perf_counter() - begun) * 1000


def derivation_ms(folder: Path) -> float:
    """What the person's key derivation alone costs."""
    entry = roomfile.read(folder).named(COUNSELLOR)
    assert entry is not None
    strength = keys.Strength(entry.memory, entry.passes, entry.lanes)
    begun = time.perf_counter()
    keys.from_password(PASSWORD, entry.salt, strength, b"")
    return (time.perf_counter() - begun) * 1000


def keystrokes(shell: Shell) -> list[float]:
    """Letter by letter into the find box, until its hits are drawn."""
    from psyroom.ui.side import FindBox

    found: list[float] = []
    box = shell.findChild(FindBox)
    assert isinstance(box, FindBox)

    def type_on(letter: str) -> None:
        if letter.isascii():
            QTest.keyClicks(box, letter)
        else:  # an input method commits whole characters
            box.insert(letter)
            box.textEdited.emit(box.text())

    for word in WORDS:
        shell.find_student()
        box.set_value(None)
        settle()
        found += [ms(partial(type_on, letter)) for letter in word]
        QTest.keyClick(box, Qt.Key.Key_Escape)
    return found


def enter(program: Program) -> Shell:
    """Unlock as a person does: the password into its field, and Enter."""
    unlock = program.entrance.shown()
    unlock.person.set_value(COUNSELLOR)
    unlock.password.control.setText(PASSWORD)
    unlock.try_open()
    give_up = time.monotonic() + PATIENCE
    while program.shell is None:
        QApplication.processEvents()
        if time.monotonic() > give_up:
            sys.exit("the room did not open")
    shell: Shell = program.shell
    return shell


def main() -> None:
    folder = Path(sys.argv[1])
    app = start.make_app()
    program = start.Program(folder)
    program.show()
    settle()
    at_unlock = peak_mb()
    start.load_behind()  # what the program does while the person types
    settle()

    begun = time.perf_counter()
    shell = enter(program)
    settle()
    to_today = (time.perf_counter() - begun) * 1000 - derivation_ms(folder)

    pages = [entry.key for entry in shell.entries]
    first = {key: ms(partial(shell.go, key)) for key in pages}
    rounds = [{key: ms(partial(shell.go, key)) for key in pages} for _ in range(5)]
    switches = [took for turn in rounds for took in turn.values()]
    strokes = keystrokes(shell)
    answer = {
        "to_today": to_today,
        "first_showing": first,
        "page_switch": median(switches),
        "switch_to": {key: median(turn[key] for turn in rounds) for key in pages},
        "keystroke": median(strokes),
        "keystroke_worst": max(strokes),
        "peak_mb": peak_mb(),
        "unlock_mb": at_unlock,
        "platform": app.platformName(),
    }
    shell.room.close()
    print(json.dumps(answer, ensure_ascii=False))
    sys.stdout.flush()
    os._exit(0)  # as the program leaves: no detour through anybody's clean-up


if __name__ == "__main__":
    main()
