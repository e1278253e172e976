"""Whatever is booked, moved, cancelled, brought back, changed and undone: no counsellor, client or room has two at once."""

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
from psyroom.services import bookings, visits
from psyroom.store import history as chain
from tests.services.room_for_bookings import TUESDAY, Small, at, make_small, undo

NOW = at(TUESDAY, 700)
DAYS = (TUESDAY, TUESDAY + timedelta(days=1))

# few times, few people, few places: so that what can collide does
times = st.tuples(st.sampled_from(DAYS), st.sampled_from((725, 740)), st.sampled_from((15, 40)))
who = st.tuples(
    st.integers(0, 2),
    st.booleans(),
    st.integers(0, 2),
    st.sampled_from(("student", "parent", "in_person", "telephone")),
)
book = st.tuples(st.just("book"), times, who)
step = st.one_of(
    book,
    st.tuples(st.just("take_over"), st.integers(0, 3)),
    st.tuples(st.just("move"), times, st.integers(0, 3)),
    st.tuples(st.just("change"), st.integers(0, 3), who),
    st.tuples(st.just("cancel"), st.integers(0, 3)),
    st.tuples(st.just("reopen"), st.integers(0, 3)),
    st.tuples(st.just("arrive"), st.integers(0, 3)),
    st.tuples(st.just("no_show"), st.integers(0, 3)),
    st.tuples(st.just("undo"), st.integers(0, 3)),
    st.tuples(st.just("undo_earlier"), st.integers(0, 3)),
)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Small]:
    made = make_small(tmp_path_factory.mktemp("never") / "室")
    yield made
    made.room.close()


def described(small: Small, chosen: tuple[int, bool, int, str]) -> dict[str, Any]:
    student, other, place, kind = chosen
    return {
        "client": kind if kind in ("student", "parent") else "student",
        "student": small.students[student],
        "person": small.chen if other else small.wang,
        "place": (*small.places, "")[place],
        "channel": kind if kind in ("in_person", "telephone") else "in_person",
    }


def do(small: Small, ids: list[str], deeds: list[str], one: tuple[Any, ...]) -> None:
    room, verb = small.room, one[0]
    pick = (lambda n: ids[-1 - n % len(ids)]) if ids else (lambda n: "nobody")
    if verb == "book":
        (day, starts, length), chosen = one[1], one[2]
        values = {**described(small, chosen), "day": day, "starts": starts, "ends": starts + length}
        ids.append(bookings.book(room, values, NOW, anyway=True).id)
    elif verb == "take_over":  # the very time of another, which may have been cancelled
        with room.read() as session:
            other = session.get(Booking, pick(one[1]))
        if other is not None:
            values = other.model_dump(exclude={"id", "outcome", "follow_up"})
            ids.append(bookings.book(room, values, NOW, anyway=True).id)
    elif verb == "move":
        day, starts, length = one[1]
        bookings.move(room, pick(one[2]), day, starts, starts + length, NOW, anyway=True)
    elif verb == "change":
        bookings.change(room, pick(one[1]), described(small, one[2]), NOW, anyway=True)
    elif verb == "cancel":
        bookings.cancel(room, pick(one[1]), "suspended")
    elif verb == "reopen":
        bookings.reopen(room, pick(one[1]), NOW)
    elif verb == "arrive":
        visits.arrive(room, pick(one[1]), at(TUESDAY, 730))
    elif verb == "no_show":
        visits.no_show(room, pick(one[1]), at(TUESDAY, 800))
    elif verb == "undo":
        undo(room)
    elif deeds:
        undo(room, deeds[-1 - one[1] % len(deeds)])


def standing(small: Small) -> list[Booking]:
    with small.room.read() as session:
        return [b for b in session.exec(select(Booking)).all() if b.outcome in STANDING]


def clash(a: Booking, b: Booking) -> bool:
    together = a.day == b.day and a.starts < b.ends and b.starts < a.ends
    same_client = (a.client, a.student) == (b.client, b.student)
    same_room = a.place == b.place != "" and a.channel == b.channel == "in_person"
    return together and (a.person == b.person or same_client or same_room)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(first=st.lists(book, min_size=2, max_size=3), steps=st.lists(step, min_size=10, max_size=25))
def test_no_double_booking_can_arise(small: Small, first: list[tuple[Any, ...]], steps: list[tuple[Any, ...]]) -> None:
    with small.room.write("清空", undoable=False) as deed:
        deed.session.exec(delete(Booking))
        deed.session.exec(delete(Visit))
    ids: list[str] = []
    deeds: list[str] = []
    for one in [*first, *steps]:
        try:
            do(small, ids, deeds, one)
        except Tell:
            continue
        deeds += [past.id for past in chain.deeds(small.room, 1)]
        for a, b in combinations(standing(small), 2):
            assert not clash(a, b), (one, date.isoformat(a.day), a.starts, b.starts)
