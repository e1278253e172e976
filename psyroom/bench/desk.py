"""A child process of the benchmark: the window on a practice school: unlock to 今日, page switch, keystroke to result.

python -m psyroom.bench.desk FOLDER       prints one JSON object, milliseconds
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from psyroom.bench.bulk import peak_mb
from psyroom.practice.making import COUNSELLOR, PASSWORD
from psyroom.settings import Settings
from psyroom.store import keys, roomfile
from psyroom.store.opening import open_room
from psyroom.ui import style, worker
from psyroom.ui.side import FindBox
from psyroom.ui.window import Shell

WORDS = ("zyx", "wjj", "liuy", "王", "2026", "xqy", "8")
QUIET_ROUNDS = 2


def settle() -> None:
    """Until nothing waits: no event, no work in the worker; so the picture is complete."""
    quiet = 0
    while quiet < QUIET_ROUNDS:
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
    found = []
    box: FindBox = shell.findChildren(FindBox)[0]
    for word in WORDS:
        shell.find_student()
        box.set_value(None)
        settle()
        for letter in word:
            if letter.isascii():
                found.append(ms(lambda letter=letter: QTest.keyClicks(box, letter)))  # type: ignore[misc]
            else:
                text = box.text() + letter  # an input method commits whole characters
                found.append(ms(lambda text=text: (box.setText(text), box.textEdited.emit(text))))  # type: ignore[misc]
        QTest.keyClick(box, Qt.Key.Key_Escape)
    return found


def main() -> None:
    folder = Path(sys.argv[1])
    app = QApplication(sys.argv[:1])
    settings = Settings()
    style.dress(style.look_for(settings.theme, settings.text_size))
    settle()
    empty_mb = peak_mb()

    begun = time.perf_counter()
    room = open_room(folder, COUNSELLOR, PASSWORD)
    opened = (time.perf_counter() - begun) * 1000
    shell = Shell(room, settings)
    shell.show()
    settle()
    to_today = (time.perf_counter() - begun) * 1000 - derivation_ms(folder)

    first = {entry.key: ms(lambda key=entry.key: shell.go(key)) for entry in shell.entries}  # type: ignore[misc]
    switches = [ms(lambda key=entry.key: shell.go(key)) for _ in range(5) for entry in shell.entries]  # type: ignore[misc]
    strokes = keystrokes(shell)
    answer = {
        "to_today": to_today,
        "of_it_opening": opened,
        "first_showing": first,
        "page_switch": median(switches),
        "page_switch_worst": max(switches),
        "keystroke": median(strokes),
        "keystroke_worst": max(strokes),
        "peak_mb": peak_mb(),
        "qt_alone_mb": empty_mb,
        "platform": app.platformName(),
    }
    room.close()
    print(json.dumps(answer, ensure_ascii=False))


if __name__ == "__main__":
    main()
