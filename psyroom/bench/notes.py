"""A child process of the benchmark: saving a note, finding in 20,000, a time line of 300 lines among 30,000.

python -m psyroom.bench.notes FOLDER RUNS       prints one JSON object, milliseconds and counts
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from statistics import median
from time import perf_counter
from typing import Any

from sqlmodel import insert

from psyroom.bench.bulk import TODAY
from psyroom.practice.making import COUNSELLOR, PASSWORD
from psyroom.records.booking import Booking, Visit
from psyroom.records.ids import new_id
from psyroom.records.notes import Note, NoteFields, NoteStudent
from psyroom.services import drafts, note_search, notes, roll, timeline
from psyroom.store.connection import raw_of
from psyroom.store.opening import open_room
from psyroom.store.room import Room

NOTES = 20_000
LINES, ENTRIES = 300, 30_000
SAVED = 30
NOW = datetime(TODAY.year, TODAY.month, TODAY.day, 12, 50)
PIECES = (
    "说最近睡不好", "夜里常醒", "担心考试", "和同桌吵过一次", "愿意把烦恼写下来", "每天散步二十分钟", "母亲在外地", "由奶奶照顾", "上课走神",
    "喜欢画画", "先从作息开始", "下周再谈", "比上次平稳", "能说出三件高兴的事", "座位不变",
)  # fmt: skip
RARE = "火星车停在操场"
COMMON = "担心考试"
NOBODY = "没有人写过的话"
PARTS = ("words", "observed", "state", "problem", "measures", "effect")


def fill(room: Room) -> str:
    """20,000 notes of about 500 characters, bookings and visits up to 30,000 lines in all; returns the child with 300."""
    chance = Random("notes")
    children = [entry.id for entry in roll.everybody(room)]
    child, others = children[0], children[1:]
    had = len(timeline.of(room, child))

    def text(pieces: int) -> str:
        return "，".join(chance.choices(PIECES, k=pieces))

    blank = NoteFields(day=TODAY).model_dump()
    made, links, bookings, visits = [], [], [], []
    for n in range(NOTES):
        id, day = new_id(), TODAY - timedelta(days=n // 14)
        whose = child if n < LINES // 3 else others[n % len(others)]
        words = dict.fromkeys(PARTS, text(13)) | {"problem": text(12) + (RARE if n == NOTES - 9 else "")}
        made.append(
            blank | words | {
                "id": id, "number": f"{day.year}-{n:05}", "writer": room.person.id, "day": day, "starts": 480, "ends": 520,
                "topic": text(1), "made_at": "2026-01-01T00:00:00+00:00", "signed_at": "", "signed_by": "",
            }
        )  # fmt: skip
        links.append({"id": new_id(), "note": id, "student": whose})
    for n in range(ENTRIES - NOTES):
        day = TODAY - timedelta(days=n // 14)
        whose = child if n < LINES - LINES // 3 - had else others[n % len(others)]
        row = {"student": whose, "day": day, "starts": 540, "ends": 580, "person": room.person.id}
        both = {"client": "student", "name": "", "group_no": 0, "size": 1, "form": "individual", "channel": "in_person"}
        if n % 2:
            bookings.append(row | both | {"id": new_id(), "place": "", "way": "self", "outcome": "arrived", "follow_up": "", "series": ""})  # fmt: skip
        else:
            visits.append(row | both | {"id": new_id(), "place": "", "booking": "", "closed_by": ""})
    with room.write("bench", undoable=False) as deed:
        for table, rows in ((Note, made), (NoteStudent, links), (Booking, bookings), (Visit, visits)):
            deed.session.execute(insert(table), rows)
    return child


def ms(do: Callable[[], Any], turns: int) -> float:
    """Median of several, after one that warms."""
    do()
    found = []
    for _ in range(turns):
        begun = perf_counter()
        do()
        found.append((perf_counter() - begun) * 1000)
    return median(found)


def bare_scan(room: Room) -> int:
    """The floor of a search: SQLite's own LIKE over one column, so every page of the notes is read and opened."""
    with room.read() as session:
        return len(
            raw_of(session).execute("SELECT id FROM cases.note WHERE effect LIKE ?", (f"%{NOBODY}%",)).fetchall()
        )


def bare_rows(room: Room, child: str) -> int:
    """The floor of a time line: the rows by their index, and nothing made of them."""
    with room.read() as session:
        raw = raw_of(session)
        found = 0
        for question in (
            "SELECT n.* FROM cases.note_student s JOIN cases.note n ON n.id = s.note WHERE s.student = ?",
            "SELECT * FROM main.booking WHERE student = ?",
            "SELECT * FROM main.visit WHERE student = ?",
        ):
            found += len(raw.execute(question, (child,)).fetchall())
        return found


def bare_save(room: Room, count: list[int]) -> None:
    """The floor of a save: one row of case.db outside the chain, as long as a note; one fsync of one file."""
    count.append(1)
    drafts.save(room, "bench", "", dict.fromkeys(PARTS, "".join(PIECES)) | {"topic": str(len(count))})


def main() -> None:
    room, turns = open_room(Path(sys.argv[1]), COUNSELLOR, PASSWORD), int(sys.argv[2])
    room.now = lambda: NOW.astimezone(UTC)
    child = fill(room)
    count: list[int] = []

    def save() -> None:
        notes.add(room, {"day": TODAY, **dict.fromkeys(PARTS, "".join(PIECES))}, [child], NOW)

    answer = {
        "lines": len(timeline.of(room, child)),
        "bare_rows": ms(lambda: bare_rows(room, child), turns),
        "timeline": ms(lambda: timeline.of(room, child), turns),
        "scan": ms(lambda: bare_scan(room), turns),
        "rare": ms(lambda: note_search.search(room, RARE), turns),
        "common": ms(lambda: note_search.search(room, COMMON), turns),
        "nobody": ms(lambda: note_search.search(room, NOBODY), turns),
        "found": len(note_search.search(room, RARE)),
        "bare_save": ms(lambda: bare_save(room, count), SAVED),
        "save": ms(save, SAVED),
    }
    room.close()
    print(json.dumps(answer))


if __name__ == "__main__":
    main()
