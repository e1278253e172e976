"""People who unlock the room: added, with a new password, taken off."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from psyroom.errors import (
    NeedsCounsellor,
    NotFound,
    NothingToUndo,
    NotUndoable,
    NotValid,
    Refused,
    WeakPassword,
    WrongPassword,
)
from psyroom.services import history, people
from psyroom.store.opening import open_room
from psyroom.store.room import Room
from tests.conftest import PASSWORD

OTHER = "窗外的梧桐叶又落了一层"
LONGER = "窗外的梧桐叶又落了一层厚"


def roles(room: Room) -> dict[str, tuple[str, bool]]:
    return {name: (role, active) for _, name, role, active in people.listed(room)}


def id_of(room: Room, name: str) -> str:
    return next(person for person, found, _, _ in people.listed(room) if found == name)


def test_somebody_added_can_unlock_and_nobody_twice(room: Room) -> None:
    people.add(room, "丙", "counsellor", LONGER)
    assert roles(room) == {"甲": ("counsellor", True), "乙": ("duty", True), "丙": ("counsellor", True)}
    with pytest.raises(Refused):
        people.add(room, "丙", "duty", LONGER)
    with pytest.raises(WeakPassword):
        people.add(room, "丁", "duty", "短")
    with pytest.raises(Refused):
        people.add(room, "丁", "none", LONGER)
    with pytest.raises(NotValid):
        people.add(room, " ", "duty", LONGER)
    folder = room.folder
    room.close()
    with open_room(folder, "丙", LONGER) as again:
        assert again.has_cases and not people.may_manage(again)


def test_one_s_own_password(room: Room) -> None:
    with pytest.raises(WrongPassword):
        people.change_password(room, "不是这个密码呀呀呀呀呀", LONGER)
    people.change_password(room, PASSWORD, LONGER)
    folder = room.folder
    room.close()
    with pytest.raises(WrongPassword):
        open_room(folder, "甲", PASSWORD)
    open_room(folder, "甲", LONGER).close()


def test_a_forgotten_password_is_set_anew(room: Room) -> None:
    people.reset_password(room, id_of(room, "乙"), LONGER)
    folder = room.folder
    room.close()
    with open_room(folder, "乙", LONGER) as again:
        assert not again.has_cases


def test_somebody_taken_off_opens_nothing_any_more(room: Room) -> None:
    with pytest.raises(Refused):
        people.remove(room, room.person.id)
    with pytest.raises(NotFound):
        people.remove(room, "0" * 32)
    people.remove(room, id_of(room, "乙"))
    assert roles(room)["乙"] == ("duty", False)
    folder = room.folder
    room.close()
    with pytest.raises(WrongPassword):
        open_room(folder, "乙", PASSWORD)
    open_room(folder, "甲", PASSWORD).close()


def test_deeds_on_people_are_never_undone(room: Room) -> None:
    people.add(room, "丙", "duty", LONGER)
    with pytest.raises((NotUndoable, NothingToUndo)):
        history.undo(room)
    assert "丙" in roles(room)


def test_a_duty_person_manages_nobody(duty_room: Room) -> None:
    assert not people.may_manage(duty_room)
    for deed in (
        lambda: people.add(duty_room, "丙", "duty", LONGER),
        lambda: people.remove(duty_room, id_of(duty_room, "甲")),
        lambda: people.reset_password(duty_room, id_of(duty_room, "甲"), LONGER),
    ):
        with pytest.raises(NeedsCounsellor):
            deed()


def test_the_length_asked_depends_on_the_room_secret(new_room: Callable[..., Room]) -> None:
    assert people.least_password(new_room()) == 12
