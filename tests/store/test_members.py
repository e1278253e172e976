"""People come and go: added with a password, reset when forgotten, taken off with a change of keys."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlmodel import select

from psyroom.errors import LastCounsellor, NeedsCounsellor, NotFound, Refused, WeakPassword, WrongPassword
from psyroom.records.people import Holder, Person
from psyroom.store import members, roomfile
from psyroom.store.checking import check
from psyroom.store.opening import open_room
from psyroom.store.room import Room
from tests.store.conftest import COUNSELLOR, DUTY, PASSWORDS, SECOND, add_student
from tests.store.test_chain import whole
from tests.store.test_keys import opens

NEW = "屋檐下面的燕子又飞回来了呀"


def id_of(folder: Path, name: str) -> str:
    entry = roomfile.read(folder).named(name)
    assert entry is not None
    return entry.id


@pytest.mark.parametrize("role", ["duty", "counsellor"])
def test_an_added_person_opens_what_the_role_says(opened: Callable[..., Room], folder: Path, role: str) -> None:
    room = opened()
    id = members.add_person(room, "新人", role, NEW)
    assert whole(check(room)) == set()
    room.close()
    with open_room(folder, "新人", NEW) as own:
        assert (own.person.id, own.has_cases) == (id, role == "counsellor")
        with pytest.raises((NeedsCounsellor, Refused)):
            members.add_person(own, "又一人", "duty", NEW)


def test_a_name_of_the_duty_list_keeps_its_id(opened: Callable[..., Room], folder: Path) -> None:
    room = opened()
    with room.write("添加人员") as deed:
        deed.session.add(Person(id="a" * 32, name="只列名的", role="none"))
    assert members.add_person(room, "只列名的", "duty", NEW) == "a" * 32
    with pytest.raises(Refused, match="已经有"):
        members.add_person(room, "只列名的", "duty", NEW)
    room.close()
    assert opens(folder, "只列名的", NEW)


def test_a_password_resting_on_a_pupils_name_is_refused(room: Room) -> None:
    add_student(room, "欧阳晓雪")
    with pytest.raises(WeakPassword):
        members.add_person(room, "新人", "duty", "ouyangxiaoxue12")
    with pytest.raises(WeakPassword):
        members.change_password(room, PASSWORDS[COUNSELLOR], "欧阳晓雪欧阳晓雪欧阳晓雪")


def test_a_forgotten_password_is_reset_by_a_colleague(opened: Callable[..., Room], folder: Path) -> None:
    room = opened()
    members.reset_password(room, id_of(folder, SECOND), NEW)
    members.reset_password(room, id_of(folder, DUTY), NEW)
    with pytest.raises(NotFound):
        members.reset_password(room, room.person.id, NEW)
    assert whole(check(room)) == set()
    room.close()
    for name in (SECOND, DUTY):
        assert opens(folder, name, NEW) and not opens(folder, name)
    (folder / roomfile.NAME).unlink()
    assert opens(folder, DUTY, NEW) and not opens(folder, DUTY)


def test_an_old_private_half_is_not_believed_after_a_reset(opened: Callable[..., Room], folder: Path) -> None:
    before = (folder / roomfile.NAME).read_bytes()
    room = opened()
    members.reset_password(room, id_of(folder, DUTY), NEW)
    room.close()
    (folder / roomfile.NAME).write_bytes(before)
    with pytest.raises(WrongPassword):
        open_room(folder, DUTY, PASSWORDS[DUTY])


@pytest.mark.parametrize("name", [DUTY, SECOND])
def test_a_removed_person_opens_nothing_and_the_others_go_on(
    opened: Callable[..., Room], folder: Path, code: str, name: str
) -> None:
    room = opened()
    add_student(room)
    old = dict(room._keys)
    members.remove_person(room, id_of(folder, name))
    add_student(room)
    changed = {schema for schema in old if room._keys[schema] != old[schema]}
    assert changed == ({"main"} if name == DUTY else {"main", "cases"})
    assert whole(check(room)) == set()
    room.close()
    assert not opens(folder, name)
    for other in {COUNSELLOR, DUTY, SECOND} - {name}:
        assert opens(folder, other)
    from psyroom.store import recovering

    recovering.recover(folder, code, COUNSELLOR, NEW)[0].close()


def test_a_person_off_in_the_files_but_not_yet_in_room_json_opens_nothing(
    opened: Callable[..., Room], folder: Path
) -> None:
    """Killed between the deed and the change of keys: the name in room.json is not believed, and the next opening by a
    counsellor finishes the work."""
    room = opened()
    id = id_of(folder, SECOND)
    with room.write("移除人员", undoable=False) as deed:
        row = deed.session.get_one(Person, id)
        row.active, row.public = False, ""
        deed.session.add(row)
        deed.session.delete(deed.session.get_one(Holder, id))
    room.close()
    assert not opens(folder, SECOND)
    before = dict(room._keys)
    again = opened()
    assert roomfile.read(folder).named(SECOND) is None and again._keys != before


def test_the_last_counsellor_and_oneself_stay(opened: Callable[..., Room], folder: Path) -> None:
    room = opened()
    with pytest.raises(Refused, match="自己"):
        members.remove_person(room, room.person.id)
    members.remove_person(room, id_of(folder, SECOND))
    with pytest.raises(LastCounsellor):
        members.remove_person(room, room.person.id)
    with pytest.raises(NotFound):
        members.remove_person(room, "0" * 32)
    room.close()
    assert opens(folder, COUNSELLOR) and opens(folder, DUTY)


def test_only_who_manages_people_manages_them(opened: Callable[..., Room], folder: Path) -> None:
    for name, error in ((SECOND, Refused), (DUTY, NeedsCounsellor)):
        room = opened(name)
        for act in (
            lambda room=room: members.add_person(room, "新人", "duty", NEW),
            lambda room=room: members.remove_person(room, id_of(folder, DUTY)),
            lambda room=room: members.new_recovery_sheet(room),
        ):
            with pytest.raises(error):
                act()
        room.close()


def test_whoever_reads_while_the_keys_change_waits_and_sees_nothing_broken(
    opened: Callable[..., Room], folder: Path
) -> None:
    """A page that refreshes in the meantime must not be told that the files are damaged."""
    room = opened(COUNSELLOR)
    going = members.add_person(room, "要走的人", "counsellor", "雨后的操场上全是小小的水洼")
    told: list[BaseException] = []
    over = threading.Event()

    def look() -> None:
        while not over.is_set():
            try:
                with room.read() as session:
                    session.exec(select(Person.name)).all()
            except BaseException as error:  # noqa: BLE001 - whatever it is, it fails the test
                told.append(error)
                return

    eyes = [threading.Thread(target=look) for _ in range(2)]
    for eye in eyes:
        eye.start()
    try:
        members.remove_person(room, going)
    finally:
        over.set()
        for eye in eyes:
            eye.join()
    assert told == []
