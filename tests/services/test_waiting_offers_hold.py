"""Whatever the waiting list offers can be taken, in the real store, whatever else stands in the calendar."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
from sqlmodel import select

from psyroom.errors import Tell
from psyroom.records.booking import STANDING, Booking
from psyroom.records.waiting import Waiting
from psyroom.rules.booking import Free
from psyroom.rules.waiting import Window
from psyroom.services import bookings, events, groups, history, room_rules, visits, waiting
from tests.services.room_for_bookings import MONDAY, TUESDAY, Small, at, make_small

NOW = at(TUESDAY, 590)
STEPS = 45


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Small]:
    made = make_small(tmp_path / "室")
    made.room.now = lambda: NOW.astimezone()
    yield made
    made.room.close()


class Desk:
    """A day at the desk, by dice: what is refused is refused, what the list offers must hold."""

    def __init__(self, small: Small, chance: Random) -> None:
        self.small, self.room, self.chance = small, small.room, chance
        self.taken = self.offered = self.undone = 0

    def day(self) -> date:
        return MONDAY + timedelta(days=self.chance.randint(0, 8))

    def time(self) -> dict[str, Any]:
        starts = self.chance.choice([500, 585, 700, 725, 740, 770, 800, 945, 980, 1000, 1020])
        return {"day": self.day(), "starts": starts, "ends": starts + self.chance.choice([20, 40, 60])}

    def who(self) -> dict[str, Any]:
        if self.chance.random() < 0.15:
            return {"client": "teacher", "name": self.chance.choice(["周老师", "吴老师"])}
        kind = "parent" if self.chance.random() < 0.2 else "student"
        return {"client": kind, "student": self.chance.choice(self.small.students)}

    def whom(self) -> str:
        return self.chance.choice([self.small.wang, self.small.chen])

    # ---- what happens besides

    def book(self) -> None:
        more = {"person": self.whom(), "place": self.chance.choice([*self.small.places, ""])}
        bookings.book(self.room, {**self.who(), **self.time(), **more}, NOW, anyway=True, urgent="school")

    def cancel(self) -> None:
        if rows := self.standing():
            bookings.cancel(self.room, self.chance.choice(rows).id, "cancelled_by_student")

    def event(self) -> None:
        events.add(self.room, {"kind": "lesson", **self.time(), "person": self.whom()}, NOW, urgent="school")

    def group(self) -> None:
        known = groups.listed(self.room)
        if len(known) < 2:
            groups.add(self.room, {}, self.chance.sample(self.small.students, 3), TUESDAY)
            return
        values = {"client": "group", "group_no": self.chance.choice(known).no, "size": 3}
        bookings.book(self.room, {**values, **self.time(), "person": self.whom()}, NOW, anyway=True, urgent="school")

    def come_in(self) -> None:
        visits.walk_in(self.room, {**self.who(), "person": self.whom()}, NOW)

    def rules(self) -> None:
        values = {"buffer_before": self.chance.choice([0, 5]), "buffer_after": self.chance.choice([0, 10, 15])}
        room_rules.set_rules(self.room, {**values, "lead": self.chance.choice([0, 0, 180])})

    def wait(self) -> None:
        windows = [
            Window(self.chance.randint(1, 5), *self.chance.choice([(700, 840), (940, 1110), (725, 790), (580, 600)]))
            for _ in range(self.chance.randint(0, 3))
        ]
        values = {
            **self.who(), "minutes": self.chance.choice([20, 30, 40]),
            "person": self.chance.choice(["", "", self.small.wang]), "channel": self.chance.choice(["in_person", "telephone"]),
        }  # fmt: skip
        made = waiting.add(self.room, values, windows, NOW)
        if self.chance.random() < 0.3:
            waiting.set_first(self.room, made)

    # ---- what is offered

    def offer(self) -> None:
        """Of one free time all three, one after the other, each taken and taken back; then one for good."""
        time = self.time()
        free = Free(time["day"], time["starts"], time["ends"] + 40, self.whom(), self.chance.choice(self.small.places))
        found = waiting.matches(self.room, free, NOW)
        for match in found:
            self.take(match.entry.id, match, bool(match.soft))
            self.undo(match.entry.id)
        if found:
            self.take(found[0].entry.id, found[0], bool(found[0].soft))

    def times(self) -> None:
        if entries := [e for e in waiting.listed(self.room, NOW) if not e.expired]:
            entry = self.chance.choice(entries)
            for free in waiting.times(self.room, entry.id, NOW):
                self.take(entry.id, free, bool(free.soft))
                self.undo(entry.id)

    def take(self, waiting_id: str, at: Any, soft: bool) -> None:
        """Never refused: what has no `soft` needs no yes, and nothing offered needs a reason."""
        self.offered += 1
        booked = waiting.take(
            self.room, waiting_id, at.day, at.starts, at.ends, NOW, person=at.person, place=at.place, anyway=soft
        )
        with self.room.read() as session:
            entry = session.get_one(Waiting, waiting_id)
            row = session.get_one(Booking, booked.id)
        assert (entry.state, entry.booking) == ("booked", booked.id)
        assert (row.client, row.student, row.name) == (entry.client, entry.student, entry.name)
        self.taken += 1

    def undo(self, waiting_id: str) -> None:
        history.undo(self.room)
        with self.room.read() as session:
            entry = session.get_one(Waiting, waiting_id)
        assert (entry.state, entry.booking) == ("waiting", "")
        self.undone += 1

    def standing(self) -> list[Booking]:
        with self.room.read() as session:
            return sorted((b for b in session.exec(select(Booking)).all() if b.outcome in STANDING), key=lambda b: b.id)

    def nobody_twice(self) -> None:
        rows = self.standing()
        for n, one in enumerate(rows):
            for other in rows[n + 1 :]:
                if one.day == other.day and max(one.starts, other.starts) < min(one.ends, other.ends):
                    assert one.person != other.person
                    assert not one.student or (one.client, one.student) != (other.client, other.student)
                    apart = "in_person" not in (one.channel, other.channel) or one.place != other.place
                    assert apart or not one.place


@pytest.mark.parametrize("seed", range(4))
def test_every_offer_holds(small: Small, seed: int) -> None:
    desk = Desk(small, Random(f"waiting list {seed}"))
    besides = [
        desk.book,
        desk.book,
        desk.cancel,
        desk.event,
        desk.group,
        desk.come_in,
        desk.rules,
        desk.wait,
        desk.wait,
    ]
    for student in small.students:
        waiting.add(small.room, {"student": student, "minutes": 30}, (), NOW)
    for _ in range(STEPS):
        deed = desk.chance.choice([*besides, desk.offer, desk.offer, desk.times])
        if deed in (desk.offer, desk.times):
            deed()
        else:
            try:
                deed()
            except Tell:
                continue
    desk.nobody_twice()
    assert desk.taken == desk.offered >= 3 and desk.undone >= 2
