"""A child process of the benchmark: what a booking runs into among 200 of one week, against a bare reading of the rows.

python -m psyroom.bench.booking FOLDER       prints one JSON object, milliseconds
"""

from __future__ import annotations

import json
import sys
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

from sqlmodel import insert

from psyroom.bench.bulk import TODAY
from psyroom.bench.waiting import ms
from psyroom.practice.making import COUNSELLOR, PASSWORD
from psyroom.records.booking import Booking
from psyroom.records.ids import new_id
from psyroom.services import bookings, roll, week
from psyroom.store.opening import open_room
from psyroom.store.questions import booking as ask
from psyroom.store.room import Room

COUNT = 200
MONDAY = TODAY + timedelta(days=28 - TODAY.weekday())
"""A week that nobody of the practice school is booked in yet."""
NOW = datetime(TODAY.year, TODAY.month, TODAY.day, 8, 0)


def fill(room: Room) -> None:
    """40 a day, five abreast, of as many counsellors."""
    students = Random("bookings").sample(roll.everybody(room), COUNT)
    people = [room.person.id, *(new_id() for _ in range(4))]
    rows = [
        {
            "id": new_id(), "client": "student", "student": student.id, "name": "", "group_no": 0, "size": 1,
            "form": "individual", "channel": "in_person", "day": MONDAY + timedelta(days=at % 5),
            "starts": 480 + (at // 25) * 60, "ends": 520 + (at // 25) * 60, "person": people[at // 5 % 5], "place": "",
            "way": "self", "outcome": "open", "follow_up": "", "series": "",
        }
        for at, student in enumerate(students)
    ]  # fmt: skip
    with room.write("新增预约", undoable=False) as deed:
        deed.session.execute(insert(Booking), rows)


def bare(room: Room) -> int:
    with room.snapshot() as session:
        return len(ask.standing(session, MONDAY, MONDAY + timedelta(days=6)))


def main() -> None:
    room = open_room(Path(sys.argv[1]), COUNSELLOR, PASSWORD)
    fill(room)
    asked = {"day": MONDAY + timedelta(days=2), "person": room.person.id, "student": roll.everybody(room)[0].id}
    taken, free = {**asked, "starts": 730, "ends": 760}, {**asked, "starts": 1150, "ends": 1180}
    answer = {
        "bookings": bare(room),
        "bare": ms(lambda: bare(room)),
        "week": ms(lambda: week.week(room, MONDAY, NOW)),
        "free": ms(lambda: bookings.check(room, free, NOW)),
        "taken": ms(lambda: bookings.check(room, taken, NOW)),
        "next": ms(lambda: bookings.next_free(room, taken, NOW)),
    }
    room.close()
    print(json.dumps(answer))


if __name__ == "__main__":
    main()
