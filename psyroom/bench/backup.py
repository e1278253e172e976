"""A child process of the benchmark: a verified backup of the ten-fold practice school, and what a save waits meanwhile.

python -m psyroom.bench.backup FOLDER RUNS       prints one JSON object: seconds, milliseconds and bytes
"""

from __future__ import annotations

import json
import os
import sys
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from time import perf_counter, sleep

from psyroom.bench.bulk import TODAY
from psyroom.practice.making import COUNSELLOR, PASSWORD
from psyroom.services import backups, note_list, notes
from psyroom.store.opening import open_room
from psyroom.store.room import Room
from psyroom.store.tables import FILES

MOST_TURNS, SAVES = 5, 40
NOW = datetime(TODAY.year, TODAY.month, TODAY.day, 12, 50)
BETWEEN = 0.03
"""Seconds between two saves: far quicker than anybody types."""


def timed(work: Callable[[], object]) -> float:
    begun = perf_counter()
    work()
    return perf_counter() - begun


def bare_copy(room: Room) -> int:
    """The floor: the two files read, written elsewhere and synced; nothing looked at. Returns their bytes."""
    size = 0
    for name in FILES.values():
        data = (room.folder / name).read_bytes()
        size += len(data)
        with (room.folder / f"{name}.bare").open("wb") as out:
            out.write(data)
            out.flush()
            os.fsync(out.fileno())
        (room.folder / f"{name}.bare").unlink()
    return size


def backup(room: Room) -> None:
    for _ in backups.make(room):
        pass


def saves(room: Room, student: str, going: Callable[[int], bool]) -> list[float]:
    """How long each of several saves took, one after another; milliseconds."""
    took: list[float] = []
    while going(len(took)):
        words = {"day": TODAY, "kind": "individual", "problem": f"{len(took)}" * 400}
        took.append(timed(lambda words=words: notes.add(room, words, [student], NOW)) * 1000)  # type: ignore[misc]
        sleep(BETWEEN)
    return took


def main() -> None:
    room, turns = open_room(Path(sys.argv[1]), COUNSELLOR, PASSWORD), min(int(sys.argv[2]), MOST_TURNS)
    room.now = lambda: NOW.astimezone(UTC)
    student = next(line.students[0] for line in note_list.listed(room, NOW) if line.students)
    size = bare_copy(room)
    bare = median(timed(lambda: bare_copy(room)) for _ in range(turns))
    whole = median(timed(lambda: backup(room)) for _ in range(turns))
    alone = saves(room, student, lambda done: done < SAVES)
    during: list[float] = []
    for _ in range(turns):
        thread = threading.Thread(target=backup, args=(room,))
        thread.start()
        during += saves(room, student, lambda done, thread=thread: thread.is_alive())  # type: ignore[misc]
        thread.join()
    room.close()
    answer = {
        "bytes": size,
        "bare": bare,
        "backup": whole,
        "alone": median(alone),
        "during": median(during),
        "during_longest": max(during),
        "saves": len(during),
    }
    print(json.dumps(answer))


if __name__ == "__main__":
    main()
