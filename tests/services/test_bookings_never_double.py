"""Whatever is booked, moved, cancelled, brought back, changed and undone, with groups and lessons among it: no counsellor,
client, member of a group or room has two at once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import combinations
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import delete, select

from psyroom.errors import Tell
from psyroom.records.booking import STANDING, Booking, Visit
from psyroom.records.events import Event
from psyroom.records.groups import Attendance, Group, GroupMember
from psyroom.services import bookings, events, groups, room_rules, visits
from psyroom.store import history as chain
from tests.services.room_for_bookings import TUESDAY, Small, at, make_small, undo

NOW = at(TUESDAY, 700)
DAYS = (TUESDAY, TUESDAY + timedelta(days=1))
KINDS = ("student", "parent", "in_person", "telephone", "group")

# few times, few people, few places: so that what can collide does
times = st.tuples(st.sampled_from(DAYS), st.sampled_from((725, 740)), st.sampled_from((15, 40)))
who = st.tuples(st.integers(0, 2), st.booleans(), st.integers(0, 2), st.sampled_from(KINDS))
some = st.lists(st.integers(0, 3), min_size=1, max_size=3, unique=True)
which = st.integers(0, 2)
book = st.tuples(st.just("book"), times, who)
session = st.tuples(st.just("book"), times, st.tuples(st.just(0), st.booleans(), st.integers(0, 2), st.just("group")))
event = st.tuples(st.just("event"), times, st.booleans(), st.integers(0, 2))
group = st.tuples(st.just("group"), some)
step = st.one_of(
    book,
    event,
    group,
    st.tuples(st.just("take_over"), which),
    st.tuples(st.just("move"), times, which),
    st.tuples(st.just("change"), which, who),
    st.tuples(st.sampled_from(("cancel", "reopen", "arrive", "no_show")), which),
    st.tuples(st.just("move_event"), times, which),
    st.tuples(st.sampled_from(("cancel_event", "reopen_event", "held")), which),
    st.tuples(st.just("members"), st.integers(0, 1), some, st.sampled_from(DAYS)),
    st.tuples(st.just("members"), st.just(0), some, st.just(TUESDAY)),
    st.tuples(st.just("present"), which, st.sampled_from(("absent", "late", "present"))),
    st.tuples(st.sampled_from(("give_away_lesson", "give_away_member")), which),
    st.tuples(st.sampled_from(("undo", "undo_earlier")), which),
    st.tuples(st.just("undo_earlier"), st.just(1)),
)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Small]:
    made = make_small(tmp_path_factory.mktemp("never") / "室")
    room_rules.set_rules(made.room, {"buffer_after": 0})  # so that what touches may stand, and more can collide
    yield made
    made.room.close()


def described(small: Small, chosen: tuple[int, bool, int, str]) -> dict[str, Any]:
    student, other, place, kind = chosen
    return {
        "client": kind if kind in ("student", "parent", "group") else "student",
        "student": small.students[student],
        "group_no": 1 + student % 2 if kind == "group" else 0,
        "size": 2,
        "person": small.chen if other else small.wang,
        "place": (*small.places, "")[place],
        "channel": kind if kind in ("in_person", "telephone") else "in_person",
    }


class Doing:
    """One run of random deeds over the shared room."""

    def __init__(self, small: Small) -> None:
        self.small, self.room = small, small.room
        self.ids: list[str] = []
        self.events: list[str] = []
        self.groups: list[str] = []
        self.visits: list[str] = []
        self.deeds: list[str] = []

    @staticmethod
    def pick(ids: list[str], n: int) -> str:
        return ids[-1 - n % len(ids)] if ids else "nobody"

    def do(self, one: tuple[Any, ...]) -> None:
        room, small, verb = self.room, self.small, one[0]
        if verb == "book":
            (day, starts, length), chosen = one[1], one[2]
            values = {**described(small, chosen), "day": day, "starts": starts, "ends": starts + length}
            self.ids.append(bookings.book(room, values, NOW, anyway=True).id)
        elif verb == "take_over":  # the very time of another, which may have been cancelled
            with room.read() as session:
                other = session.get(Booking, self.pick(self.ids, one[1]))
            if other is not None:
                values = other.model_dump(exclude={"id", "outcome", "follow_up"})
                self.ids.append(bookings.book(room, values, NOW, anyway=True).id)
        elif verb == "move":
            day, starts, length = one[1]
            bookings.move(room, self.pick(self.ids, one[2]), day, starts, starts + length, NOW, anyway=True)
        elif verb == "change":
            bookings.change(room, self.pick(self.ids, one[1]), described(small, one[2]), NOW, anyway=True)
        elif verb == "cancel":
            bookings.cancel(room, self.pick(self.ids, one[1]), "suspended")
        elif verb == "reopen":
            bookings.reopen(room, self.pick(self.ids, one[1]), NOW)
        elif verb == "arrive":
            self.visits.append(visits.arrive(room, self.pick(self.ids, one[1]), at(TUESDAY, 730)).visit)
        elif verb == "no_show":
            visits.no_show(room, self.pick(self.ids, one[1]), at(TUESDAY, 800))
        elif verb == "event":
            (day, starts, length), other, place = one[1:]
            values = {"kind": "lesson", "day": day, "starts": starts, "ends": starts + length}
            values |= {"person": small.chen if other else small.wang, "place": (*small.places, "")[place]}
            self.events.append(events.add(room, values, NOW).id)
        elif verb == "move_event":
            day, starts, length = one[1]
            events.move(room, self.pick(self.events, one[2]), day, starts, starts + length, NOW)
        elif verb == "cancel_event":
            events.cancel(room, self.pick(self.events, one[1]))
        elif verb == "reopen_event":
            events.reopen(room, self.pick(self.events, one[1]), NOW)
        elif verb == "held":
            events.held(room, self.pick(self.events, one[1]), 40, at(TUESDAY, 800))
        elif verb == "group":
            self.groups.append(groups.add(room, {}, [small.students[n] for n in one[1]], TUESDAY))
        elif verb == "members":
            wanted = [small.students[n] for n in one[2]]
            groups.set_members(room, self.pick(self.groups, one[1]), wanted, one[3])
        elif verb == "present":
            groups.set_attendance(room, self.pick(self.visits, one[1]), {small.students[one[1]]: one[2]})
        elif verb == "give_away_lesson":  # its time is booked at once, so that undoing the cancelling must be refused
            event_id = self.pick(self.events, one[1])
            events.cancel(room, event_id)
            with room.read() as session:
                gone = session.get_one(Event, event_id)
            values = gone.model_dump(include={"day", "starts", "ends", "person", "place"})
            values["student"] = small.students[one[1]]
            self.ids.append(bookings.book(room, values, NOW, anyway=True).id)
        elif verb == "give_away_member":  # who leaves a group is booked at once in a session of it
            left = next((g for g in groups.listed(room) if [g.id] == self.groups[:1] and g.members), None)
            if left is None:  # its making was undone
                return
            leaves = left.members[0].student
            groups.set_members(room, left.id, [m.student for m in left.members if m.student != leaves], TUESDAY)
            with room.read() as session:
                booked = session.exec(select(Booking).where(Booking.client == "group")).all()
            at_group = next((b for b in reversed(booked) if b.group_no == left.no), None)
            if at_group is None:
                return
            values = at_group.model_dump(include={"day", "starts", "ends"})
            values |= {"student": leaves, "person": small.chen if at_group.person == small.wang else small.wang}
            self.ids.append(bookings.book(room, values, NOW, anyway=True).id)
        elif verb == "undo":
            undo(room)
        elif self.deeds:
            undo(room, self.deeds[-1 - one[1] % len(self.deeds)])


Taken = tuple[date, int, int, str, str, frozenset[str]]
"""Day, start, end, counsellor, room (none on the telephone), and who sits there."""


def taken(small: Small) -> list[Taken]:
    """Everything that stands, read from the tables and not from the product's own questions."""
    with small.room.read() as session:
        booked = [b for b in session.exec(select(Booking)).all() if b.outcome in STANDING]
        entries = [e for e in session.exec(select(Event)).all() if e.outcome != "cancelled"]
        numbers = {g.id: g.no for g in session.exec(select(Group)).all()}
        members = session.exec(select(GroupMember)).all()
        for row in session.exec(select(Attendance)).all():
            assert session.get(Visit, row.visit) is not None, "attendance without a session"
    assert len(set(numbers.values())) == len(numbers)
    assert {m.group for m in members} <= numbers.keys()
    found: list[Taken] = []
    for b in booked:
        sitting = {f"{b.client} {b.student or b.group_no}" if b.client != "student" else b.student}
        if b.client == "group":
            here = [m for m in members if numbers[m.group] == b.group_no and m.since <= b.day]
            here = [m.student for m in here if m.until is None or b.day <= m.until]
            assert len(here) == len(set(here)), "a member twice in one group"
            sitting |= set(here)
        place = b.place if b.channel == "in_person" else ""
        found.append((b.day, b.starts, b.ends, b.person, place, frozenset(sitting)))
    return found + [(e.day, e.starts, e.ends, e.person, e.place, frozenset()) for e in entries]


def clash(a: Taken, b: Taken) -> bool:
    together = a[0] == b[0] and a[1] < b[2] and b[1] < a[2]
    return together and (a[3] == b[3] or (a[4] == b[4] != "") or bool(a[5] & b[5]))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    begin=st.tuples(group, session, book),
    first=st.lists(st.one_of(book, session, event), min_size=1, max_size=3),
    steps=st.lists(step, min_size=10, max_size=25),
)
def test_no_double_booking_can_arise(
    small: Small, begin: tuple[Any, ...], first: list[tuple[Any, ...]], steps: list[tuple[Any, ...]]
) -> None:
    with small.room.write("清空", undoable=False) as deed:
        for table in (Attendance, GroupMember, Group, Event, Booking, Visit):
            deed.session.exec(delete(table))
    doing = Doing(small)
    for one in [*begin, *first, *steps]:
        try:
            doing.do(one)
        except (Tell, LookupError, StopIteration):  # refused, or nothing there yet to do it to
            pass
        done = [past.id for past in reversed(chain.deeds(small.room, 2))]
        doing.deeds += [deed for deed in done if deed not in doing.deeds[-4:]]
        for a, b in combinations(taken(small), 2):
            assert not clash(a, b), (one, a, b)
