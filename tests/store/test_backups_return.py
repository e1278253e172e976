"""Bringing a copy back into the room: the present state is kept first, the people stay those of now, and a kill at any
point leaves all of the old or all of the new."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from psyroom.errors import NeedsCounsellor, NewerFormat, Refused
from psyroom.records.people import Person
from psyroom.records.students import Student
from psyroom.store import backups, backups_return, backups_swap, files, manifest, members
from psyroom.store import backups_place as places
from psyroom.store.backups_compare import compare
from psyroom.store.backups_return import OlderKeys, bring_back_here
from psyroom.store.checking import check
from psyroom.store.connection import connect_alone, raw_of
from psyroom.store.copies import copy_room
from psyroom.store.making import make_room
from psyroom.store.opening import open_room
from psyroom.store.room import Room
from tests.store.conftest import COUNSELLOR, DUTY, PASSWORDS, SECOND, add_student
from tests.store.test_chain import whole

POINTS = [
    "kept", "copied", "prepared", "ready", "replaced desk.db", "replaced case.db", "replaced room.json.before",
    "replaced room.json", "finished",
]  # fmt: skip


def drive(work: Generator[Any, Any, Any]) -> Any:
    while True:
        try:
            next(work)
        except StopIteration as done:
            return done.value


def names(room: Room) -> set[str]:
    with room.read() as session:
        return {row.name for row in session.exec(select(Student)).all()}


@pytest.fixture
def copy(room: Room) -> Path:
    """A copy that holds 周一鸣; 后来的 came since."""
    add_student(room, "周一鸣")
    made: Path = drive(copy_room(room, backups.folder_of(room)))
    add_student(room, "后来的")
    return made


def test_the_copy_s_state_is_there_and_the_state_of_before_is_kept_and_verified(room: Room, copy: Path) -> None:
    origin, lineage = room.origin, room.lineage
    kept = drive(bring_back_here(room, copy))
    assert names(room) == {"周一鸣"} and whole(check(room)) == set()
    assert room.origin != origin and room.lineage != lineage, "two continuations never share a chain"
    add_student(room, "新来的")
    told, entry = manifest.read(kept), (places.read(kept.parent) or places.Place()).copies[kept.name]
    assert told is not None and told.verified and entry.pinned and manifest.trouble_of(kept) is None
    folder = room.folder
    room.close()
    for name in (DUTY, SECOND, COUNSELLOR):
        with open_room(folder, name, PASSWORDS[name]) as again:
            assert again.findings == [] and names(again) == {"周一鸣", "新来的"}
            if again.has_cases:
                drive(bring_back_here(again, kept))
                assert names(again) == {"周一鸣", "后来的"}, "bringing the kept state back undoes it"
                drive(bring_back_here(again, backups.copies_of(again, kept.parent)[0].path))
                assert names(again) == {"周一鸣", "新来的"} and whole(check(again)) == set()


def test_automatic_backups_pause(room: Room, copy: Path) -> None:
    drive(bring_back_here(room, copy))
    with room.read() as session:
        (value,) = (
            raw_of(session)
            .execute("SELECT value FROM main.desk_state WHERE id = ?", (backups_return.PAUSED,))
            .fetchone()
        )
    assert copy.name in value


def test_people_are_those_of_now(room: Room, copy: Path) -> None:
    """Added, renamed in their keys or taken off the duty list since: as it is now, not as it was then."""
    members.add_person(room, "新同事", "duty", "冬天的雪落在屋檐上面呀好安静")
    with room.read() as session:
        second = session.exec(select(Person).where(Person.name == SECOND)).one().id
    members.reset_password(room, second, "一张新的密码写在这里好长好长")
    drive(bring_back_here(room, copy))
    folder = room.folder
    with room.read() as session:
        assert "新同事" in {p.name for p in session.exec(select(Person)).all() if p.active}
    room.close()
    with pytest.raises(Exception, match="密码"):
        open_room(folder, SECOND, PASSWORDS[SECOND])
    open_room(folder, "新同事", "冬天的雪落在屋檐上面呀好安静").close()
    with open_room(folder, SECOND, "一张新的密码写在这里好长好长") as again:
        assert whole(check(again)) == set()


def test_somebody_removed_since_does_not_come_back_and_old_copies_need_the_sheet(room: Room, copy: Path) -> None:
    with room.read() as session:
        second = session.exec(select(Person).where(Person.name == SECOND)).one().id
    members.remove_person(room, second)
    assert backups.copies_of(room, copy.parent, with_keys=True)[0].fits is False
    with pytest.raises(OlderKeys, match="恢复单"):
        drive(bring_back_here(room, copy))
    assert names(room) == {"周一鸣", "后来的"}
    fresh = drive(copy_room(room, backups.folder_of(room)))
    drive(bring_back_here(room, fresh))
    folder = room.folder
    room.close()
    with pytest.raises(Exception, match="密码"):
        open_room(folder, SECOND, PASSWORDS[SECOND])


def test_attachments_that_went_since_are_laid_back(room: Room) -> None:
    from datetime import date

    from psyroom.records.attachments import Attachment

    stored = files.put(room, b"sand" * 1000)
    with room.write("添加附件") as deed:
        row = Attachment(
            name="沙盘.jpg", day=date(2026, 9, 1), media="image/jpeg", size=stored.size, sha256=stored.sha256,
            file=stored.file, key=stored.key, person=room.person.id, at="2026-09-01T00:00:00+00:00",
        )  # fmt: skip
        deed.session.add(row)
    made = drive(copy_room(room, backups.folder_of(room)))
    told = manifest.read(made)
    assert told is not None and list(told.needs) == [stored.file] and manifest.missing_attachments(made) == []
    (room.folder / "files" / stored.file).unlink()
    drive(bring_back_here(room, made))
    assert files.check(room) == []
    with room.read() as session:
        assert files.get(room, session.exec(select(Attachment)).one()) == b"sand" * 1000


# ---- what is refused ------------------------------------------------------------------------------------------------


def test_a_duty_person_brings_nothing_back(opened: Callable[..., Room], room: Room, copy: Path) -> None:
    room.close()
    with pytest.raises(NeedsCounsellor):
        drive(bring_back_here(opened(DUTY), copy))


def test_a_copy_of_another_room_is_refused(room: Room, copy: Path, tmp_path: Path) -> None:
    other, _ = make_room(
        tmp_path / "别处", people=[(COUNSELLOR, "counsellor", PASSWORDS[COUNSELLOR])], use_keyring=False
    )
    strange = drive(copy_room(other, tmp_path / "盘"))
    other.close()
    with pytest.raises(Refused, match="另一间"):
        drive(bring_back_here(room, strange))
    text = (strange / manifest.NAME).read_text("utf-8").replace(other.id, room.id)  # and with a forged manifest
    (strange / manifest.NAME).write_text(text, "utf-8")
    with pytest.raises(OlderKeys):
        drive(bring_back_here(room, strange))
    assert names(room) == {"周一鸣", "后来的"} and not (room.folder / backups_swap.FOLDER).exists()
    assert len(places.copies_in(copy.parent)) == 1, "refused before anything was done"


def test_a_copy_of_a_newer_program_is_refused(room: Room, copy: Path) -> None:
    c = connect_alone(copy / "case.db", room._keys["cases"])
    c.execute("PRAGMA user_version = 99")
    c.close()
    told = manifest.read(copy)
    assert told is not None
    told.files["case.db"] = manifest.digest_of(copy / "case.db")
    manifest.write(copy, told)
    with pytest.raises(NewerFormat):
        drive(bring_back_here(room, copy))
    assert names(room) == {"周一鸣", "后来的"} and not (room.folder / backups_swap.FOLDER).exists()


@pytest.mark.parametrize("name", ["desk.db", "case.db", "room.json", "manifest.json"])
def test_a_damaged_copy_is_refused_before_anything_is_done(room: Room, copy: Path, name: str) -> None:
    data = bytearray((copy / name).read_bytes())
    data[len(data) // 2] ^= 0x80
    (copy / name).write_bytes(data)
    with pytest.raises(Refused):
        drive(bring_back_here(room, copy))
    assert names(room) == {"周一鸣", "后来的"}


# ---- kills ------------------------------------------------------------------------------------------------------------


class Killed(BaseException):
    """As if the power had gone."""


@pytest.mark.parametrize("point", POINTS)
def test_killed_anywhere_all_is_old_or_all_is_new(room: Room, copy: Path, tmp_path: Path, point: str) -> None:
    left = tmp_path / "danach"

    def kill(where: str) -> None:
        if where == point:
            shutil.copytree(room.folder, left)
            raise Killed

    with pytest.raises(Killed):
        drive(bring_back_here(room, copy, pause=kill))
    new = POINTS.index(point) >= POINTS.index("ready")
    for first in (DUTY, COUNSELLOR):
        with open_room(left, first, PASSWORDS[first]) as again:
            assert names(again) == ({"周一鸣"} if new else {"周一鸣", "后来的"})
            assert again.findings == [] and whole(check(again)) == set()
            assert not (left / backups_swap.FOLDER).exists()
    with open_room(left, COUNSELLOR, PASSWORDS[COUNSELLOR]) as again:
        kept = [c for c in backups.copies_of(again, backups.folder_of(again)) if c.pinned]
        assert len(kept) == 1 and kept[0].verified
        add_student(again, "之后")
        assert whole(check(again)) == set()


def test_who_saved_meanwhile_loses_nothing(room: Room, copy: Path) -> None:
    def save(where: str) -> None:
        if where == "prepared":
            add_student(room, "刚刚存的")

    with pytest.raises(Refused, match="再试一次"):
        drive(bring_back_here(room, copy, pause=save))
    assert names(room) == {"周一鸣", "后来的", "刚刚存的"} and not (room.folder / backups_swap.FOLDER).exists()


# ---- what differs -----------------------------------------------------------------------------------------------------


def test_what_differs_is_counted_record_by_record(room: Room, copy: Path) -> None:
    with room.write("改名") as deed:
        row = deed.session.exec(select(Student).where(Student.name == "周一鸣")).one()
        row.name = "周一明"
        deed.session.add(row)
    found = {kind.kind: kind for kind in drive(compare(room, copy, {"student"}))}
    student = found["student"]
    assert (student.back, student.changed, student.gone) == (0, 1, 1)
    assert student.some_gone[0]["name"] == "后来的" and student.some_changed[0]["name"] == "周一鸣"
    assert found["student_detail"].gone == 1 and set(found) == {"student", "student_detail"}
    assert drive(compare(room, drive(copy_room(room, copy.parent)))) == []
