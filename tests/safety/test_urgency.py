"""Why a booking breaks the room's rules is nowhere on the desk's side: read field by field with the desk's own key."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from psyroom.errors import NeedsCounsellor
from psyroom.records.booking import URGENT
from psyroom.services import bookings, events, groups, history, slips, urgency
from psyroom.services.around import Clashes
from psyroom.store.connection import raw_of
from psyroom.store.opening import open_room
from psyroom.store.room import Room
from tests.services.room_for_bookings import NOON, PASSWORD, TUESDAY, Small, as_duty, make_small

ALSO_OTHERS = {"today", "school", "follow_up"}
"""Codes that are words of the desk too: the one row of the school, the name of a column. Their label is looked for."""
TOPIC = "哀伤陪伴"


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Small]:
    made = make_small(tmp_path / "室")
    yield made
    made.room.close()


def values_in(field: Any) -> Iterator[str]:
    """Everything a field can be read as: itself, what JSON holds in it, what its hex says."""
    if isinstance(field, bytes):
        yield field.decode("utf-8", "replace")
        yield field.decode("utf-16", "replace")
        return
    words = str(field)
    yield words
    try:
        inner = json.loads(words)
    except ValueError:
        inner = None
    if isinstance(inner, dict | list):
        for value in inner.values() if isinstance(inner, dict) else inner:
            yield from values_in(value)
    try:
        yield bytes.fromhex(words).decode("utf-8", "replace")
    except ValueError:
        pass


def fields_of(room: Room) -> Iterator[tuple[str, str]]:
    """(where, value) of every field of every table the desk's key opens."""
    with room.read() as session:
        raw = raw_of(session)
        tables = [t for (t,) in raw.execute("SELECT name FROM main.sqlite_master WHERE type = 'table'").fetchall()]
        assert {"booking", "event", "slip", "revision", "deed", "desk_draft"} <= set(tables)
        for table in tables:
            cursor = raw.execute(f'SELECT * FROM main."{table}"')
            names = [column[0] for column in cursor.description]
            for row in cursor.fetchall():
                for name, field in zip(names, row, strict=True):
                    for value in values_in(field):
                        yield f"{table}.{name}", value


def told(room: Room) -> set[tuple[str, str]]:
    """Where a reason can be read."""
    codes, labels = URGENT.keys() - ALSO_OTHERS, set(URGENT.values())
    return {
        (where, value)
        for where, value in fields_of(room)
        if value in codes or any(label in value for label in labels) or "破例" in value or TOPIC in value
    }


def crowd(small: Small, room: Room, day: int) -> list[str]:
    """One booking and, touching one another, one for each reason there is, and a meeting."""
    base = {"day": TUESDAY + timedelta(days=day), "person": small.wang}
    bookings.book(room, {**base, "student": small.students[0], "starts": 725, "ends": 730}, NOON)
    made = []
    for at, reason in enumerate(URGENT):
        values = {**base, "student": small.students[at], "starts": 730 + 5 * at, "ends": 735 + 5 * at}
        made.append(bookings.book(room, values, NOON, anyway=True, urgent=reason).id)
    entry = {**base, "kind": "meeting", "starts": 735 + 5 * at, "ends": 790}
    made.append(events.add(room, entry, NOON, urgent="school").id)
    bookings.move(room, made[0], TUESDAY + timedelta(days=day + 7), 800, 830, NOON)
    history.undo(room)
    return made


def test_a_counsellors_reason_lies_in_the_counsellors_file(small: Small) -> None:
    made = crowd(small, small.room, 2)
    group = groups.add(small.room, {}, small.students[:2], TUESDAY)
    groups.set_topic(small.room, group, TOPIC)
    assert [urgency.of(small.room, booking) for booking in made[:-1]] == list(URGENT.values())
    duty = as_duty(small)
    assert told(duty) == set()
    with pytest.raises(NeedsCounsellor):
        urgency.of(duty, made[0])


def test_a_duty_persons_reason_is_sealed_in_the_same_deed(small: Small) -> None:
    duty = as_duty(small)
    crowd(small, duty, 2)
    assert told(duty) == set()
    with duty.read() as session:
        raw = raw_of(session)
        lengths = raw.execute("SELECT DISTINCT length(sealed) FROM slip").fetchall()
        deeds = raw.execute(
            "SELECT group_concat(kind) FROM (SELECT deed, kind FROM revision WHERE deed IN "
            "(SELECT deed FROM revision WHERE kind = 'slip') ORDER BY deed, kind) GROUP BY deed"
        ).fetchall()
    assert len(lengths) == 1  # no reason shows by its length
    assert {kinds for (kinds,) in deeds} == {"booking,slip", "event,slip"} and len(deeds) == len(URGENT) + 1
    duty.close()
    with open_room(small.room.folder, "王老师", PASSWORD) as room:
        read = [note.text or "" for note in slips.read_slips(room)]
        assert len(read) == len(URGENT) + 1
        assert any(text == "李明 9月10日 周四 12:15—12:20 破例安排的原因：班主任或家长急请" for text in read)


def test_what_is_undone_or_refused_leaves_no_slip(small: Small) -> None:
    duty = as_duty(small)
    base = {"day": TUESDAY + timedelta(days=2), "person": small.wang}
    bookings.book(duty, {**base, "student": small.students[0], "starts": 725, "ends": 735}, NOON)
    bookings.book(duty, {**base, "student": small.students[1], "starts": 735, "ends": 745}, NOON, urgent="own_wish")
    assert slips.unread(duty) == 1
    history.undo(duty)
    assert slips.unread(duty) == 0 and told(duty) == set()
    with pytest.raises(Clashes):
        bookings.book(duty, {**base, "student": small.students[1], "starts": 730, "ends": 745}, NOON, urgent="own_wish")
    assert slips.unread(duty) == 0
