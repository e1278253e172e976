"""A child process of the benchmark: the waiting list at 200 entries, against a bare reading of the same rows.

python -m psyroom.bench.waiting FOLDER       prints one JSON object, milliseconds
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random
from statistics import median
from typing import Any

from sqlmodel import insert

from psyroom.bench.bulk import TODAY
from psyroom.practice.making import COUNSELLOR, PASSWORD
from psyroom.records.ids import new_id
from psyroom.records.waiting import Waiting, WaitingFirst, WaitingWindow
from psyroom.rules.booking import Free
from psyroom.services import roll, waiting
from psyroom.store.opening import open_room
from psyroom.store.questions import waiting as ask
from psyroom.store.room import Room

ENTRIES = 200
TURNS = 30
NOW = datetime(TODAY.year, TODAY.month, TODAY.day, 8, 0)


def fill(room: Room) -> None:
    """Make them 200 who wait, with those of the practice school: two windows each, one in twenty put first, one in ten past
    the last day."""
    chance = Random("waiting list")
    bands = {band.key: band for band in waiting.day_bands(room, TODAY)}
    entries, windows, firsts = [], [], []
    there = {entry.student for entry in waiting.listed(room, NOW)}
    others = [student for student in roll.everybody(room) if student.id not in there]
    for at, student in enumerate(chance.sample(others, ENTRIES - len(there))):
        mine = new_id()
        entries.append({
            "id": mine, "client": "student", "student": student.id, "name": "", "person": "", "minutes": 40,
            "channel": "in_person", "way": "self", "since": TODAY - timedelta(days=at % 60), "state": "waiting",
            "expires": TODAY + timedelta(days=-1 if at % 10 == 0 else 14), "booking": "",
        })  # fmt: skip
        for _ in range(2):
            ((starts, ends),) = bands[chance.choice(("noon", "after"))].spans
            day = chance.randint(1, 5)
            windows.append({"id": new_id(), "waiting": mine, "weekday": day, "starts": starts, "ends": ends})
        if at % 20 == 0:
            firsts.append({"id": mine, "first": True})
    with room.write("调整候补名单", undoable=False) as deed:
        for table, rows in ((Waiting, entries), (WaitingWindow, windows), (WaitingFirst, firsts)):
            deed.session.execute(insert(table), rows)


def ms(do: Callable[[], Any]) -> float:
    """Median of several, after one that warms."""
    do()
    found = []
    for _ in range(TURNS):
        begun = time.perf_counter()
        do()
        found.append((time.perf_counter() - begun) * 1000)
    return median(found)


def next_noon(room: Room) -> Free:
    """A long free stretch of the next week, in which many could come; nobody is booked so far ahead."""
    day: date = TODAY + timedelta(days=14 - TODAY.weekday())
    return Free(day, 725, 835, room.person.id, "")


def bare(room: Room) -> int:
    with room.snapshot() as session:
        return len(ask.waiting(session)) + len(ask.windows(session)) + len(ask.firsts(session))


def main() -> None:
    room = open_room(Path(sys.argv[1]), COUNSELLOR, PASSWORD)
    fill(room)
    free, one = next_noon(room), waiting.listed(room, NOW)[0].id
    answer = {
        "bare": ms(lambda: bare(room)),
        "list": ms(lambda: waiting.listed(room, NOW)),
        "matches": ms(lambda: waiting.matches(room, free, NOW)),
        "times": ms(lambda: waiting.times(room, one, NOW)),
        "entries": len(waiting.listed(room, NOW)),
        "found": len(waiting.matches(room, free, NOW)),
    }
    room.close()
    print(json.dumps(answer))


if __name__ == "__main__":
    main()
