"""What one on duty leaves to the next: fixed ticks, for somebody or for whoever comes, read once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest

from psyroom.errors import NotFound, NotValid
from psyroom.services import handover, history, people
from psyroom.store.opening import open_room
from psyroom.store.room import Room
from tests.conftest import PASSWORD

NOW = datetime(2026, 11, 20, 16, 40)


def reopened(room: Room, person: str) -> Room:
    folder = room.folder
    room.close()
    return open_room(folder, person, PASSWORD)


def test_left_by_one_and_read_by_the_next(duty_room: Room) -> None:
    left = handover.leave(duty_room, ["keys", "waiting"], NOW)
    assert handover.unread(duty_room) == []  # one's own
    other = reopened(duty_room, "甲")
    try:
        (found,) = handover.unread(other)
        assert (found.id, found.name, found.words, found.at) == (left, "乙", "有人还在等、钥匙已交接", "16:40")
        handover.read(other, left, NOW)
        assert handover.unread(other) == []
        (found,) = handover.between(other, NOW.date(), NOW.date())
        assert (found.read_name, found.read_at) == ("甲", "2026-11-20 16:40")
        history.undo(other)
        assert len(handover.unread(other)) == 1
    finally:
        other.close()


def test_for_somebody_named(new_room: Callable[..., Room]) -> None:
    room = new_room()
    people.add(room, "丙", "duty", PASSWORD)
    ids = {row[1]: row[0] for row in people.listed(room)}
    handover.leave(room, ["slip"], NOW, ids["乙"])
    third = reopened(room, "丙")
    assert handover.unread(third) == []
    second = reopened(third, "乙")
    try:
        assert [row.to_name for row in handover.unread(second)] == ["乙"]
    finally:
        second.close()


def test_only_ticks_from_the_list_and_only_people_there_are(room: Room) -> None:
    for items in ([], ["她说想家"], ["keys", "想家"]):
        with pytest.raises(NotValid, match="请从列表里勾选"):
            handover.leave(room, items, NOW)
    for to in ("a" * 32, room.person.id, "乙老师"):
        with pytest.raises(NotValid, match="接班人"):
            handover.leave(room, ["keys"], NOW, to)
    with pytest.raises(NotFound):
        handover.read(room, "a" * 32, NOW)
