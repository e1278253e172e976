"""Rooms of the store's own tests: made by the store alone, at the cost of a practice school's keys."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from psyroom.records.students import Student, StudentDetail
from psyroom.store import keys
from psyroom.store.making import make_room
from psyroom.store.opening import open_room
from psyroom.store.room import Room

COUNSELLOR, DUTY, SECOND = "王老师", "李四", "赵六"
PASSWORDS = {
    COUNSELLOR: "春天的花都开了呀真好看吧嗯",
    DUTY: "夏天去海边捡贝壳的孩子们呀",
    SECOND: "秋天的风吹过空空的操场啊呀",
}
ROLES = {COUNSELLOR: "counsellor", DUTY: "duty", SECOND: "counsellor"}


@pytest.fixture(autouse=True)
def _cheap(cheap_keys: None) -> None:
    """Argon2id at a practice school's cost."""


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A closed room without room secret, made once, and its recovery code."""
    folder = tmp_path_factory.mktemp("store") / "房间"
    was = keys.UNBOUND
    keys.UNBOUND = keys.PRACTICE
    try:
        people = [(name, ROLES[name], PASSWORDS[name]) for name in PASSWORDS]
        room, code = make_room(folder, people=people, school_name="青山中学", use_keyring=False)
        room.close()
    finally:
        keys.UNBOUND = was
    return folder, code


@pytest.fixture
def folder(made: tuple[Path, str], tmp_path: Path) -> Path:
    """A closed room of this test alone."""
    shutil.copytree(made[0], tmp_path / "房间")
    return tmp_path / "房间"


@pytest.fixture
def code(made: tuple[Path, str]) -> str:
    return made[1]


@pytest.fixture
def opened(folder: Path) -> Iterator[Callable[..., Room]]:
    """Opens the room of this test: `opened(name)`; closed at the end."""
    rooms: list[Room] = []

    def open_for(name: str = COUNSELLOR) -> Room:
        rooms.append(open_room(folder, name, PASSWORDS[name]))
        return rooms[-1]

    yield open_for
    for room in rooms:
        room.close()


@pytest.fixture
def room(opened: Callable[..., Room]) -> Room:
    return opened()


def add_student(room: Room, name: str = "周一鸣", guardian: str = "周父") -> str:
    """One student over both files; the id."""
    with room.write("添加学生") as deed:
        student = Student(name=name, stage="junior", cohort=2025, class_no=3)
        deed.session.add(student)
        if room.has_cases:
            deed.session.add(StudentDetail(id=student.id, guardian=guardian, id_number="110101201203051234"))
    return student.id
