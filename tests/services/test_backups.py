"""Backups of a real room: made when something changed, carried to the second place when it is there, asked for when not."""

from __future__ import annotations

import errno
import os
import shutil
import threading
import time
from collections.abc import Callable, Generator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from psyroom.errors import CannotWriteFile, NeedsCounsellor, Refused
from psyroom.records.office import DeskState
from psyroom.services import backups, backups_back, due_backups, people, students, today
from psyroom.services.due import Ground
from psyroom.services.school import context
from psyroom.store import backups_place as places
from psyroom.store import copies, manifest
from psyroom.store.opening import open_room
from psyroom.store.room import Room
from tests.conftest import PASSWORD


def drive(work: Generator[Any, Any, Any]) -> Any:
    while True:
        try:
            next(work)
        except StopIteration as done:
            return done.value


def add(room: Room, name: str = "周一鸣") -> str:
    return students.add(room, {"name": name, "stage": "vocational", "cohort": 2026, "class_no": 1}, {}, [])


@pytest.fixture
def stick(tmp_path: Path) -> Path:
    folder = tmp_path / "U盘"
    folder.mkdir()
    return folder


# ---- by themselves ----------------------------------------------------------------------------------------------------


def test_one_is_made_only_when_something_changed(room: Room) -> None:
    assert backups.is_due(room)
    made = drive(backups.make(room, automatic=True))
    assert made.verified and made.path.parent == room.folder / "backups" and made.rows["person"] == 2
    assert drive(backups.make(room, automatic=True)) is None, "nothing changed since"
    with room.aside() as session:
        session.merge(DeskState(id="page", value="x"))
    assert not backups.is_due(room), "what a page remembers is no change"
    child = add(room)
    assert drive(backups.make(room, automatic=True)).rows["student"] == 1
    people.change_password(room, PASSWORD, "另一句很长的话没有人猜得到")
    assert backups.is_due(room), "who may open it counts too"
    assert child and len(backups.listed(room)) == 2


def test_a_duty_person_s_is_verified_at_the_next_counsellor_s_unlock(new_room: Callable[..., Room]) -> None:
    duty = new_room("乙")
    made = drive(backups.make(duty, automatic=True))
    assert not made.verified and not backups.listed(duty)[0].verified and "note" not in made.rows
    assert drive(backups.make(duty, automatic=True)) is None
    folder = duty.folder
    duty.close()
    with open_room(folder, "甲", PASSWORD) as room:
        assert drive(backups.verify_waiting(room)) == []
        (copy,) = backups.listed(room)
        assert copy.verified and copy.rows["cases.holder"] >= 2
        known = places.read(copy.place)
        assert known is not None and known.copies[copy.path.name].verified


def test_a_duty_person_s_copy_with_a_flipped_bit_is_found_at_that_unlock(new_room: Callable[..., Room]) -> None:
    """Its digest is right: the file was damaged before it was copied."""
    duty = new_room("乙")
    folder = duty.folder
    data = bytearray((folder / "case.db").read_bytes())
    data[-1500] ^= 1
    whole = bytes(data)
    good = (folder / "case.db").read_bytes()
    (folder / "case.db").write_bytes(whole)
    drive(backups.make(duty))
    duty.close()
    (folder / "case.db").write_bytes(good)
    with open_room(folder, "甲", PASSWORD) as room:
        (bad,) = drive(backups.verify_waiting(room))
        assert bad.trouble and backups.listed(room)[0].trouble
        assert drive(backups.make(room, automatic=True)) is not None, "a damaged one does not count as the last"


def test_in_a_hurry_it_is_left_for_later_to_verify(room: Room) -> None:
    assert not drive(backups.make(room, seconds=0)).verified
    assert drive(backups.verify_waiting(room)) == [] and backups.listed(room)[0].verified


def test_a_save_does_not_wait_for_a_backup(room: Room) -> None:
    """While it is under way somebody saves, and goes on saving; the copy is of one moment all the same."""
    for n in range(30):
        add(room, f"学生{n}")
    stop, longest = threading.Event(), [0.0]

    def save() -> None:
        n = 0
        while not stop.is_set():
            began = time.perf_counter()
            with room.aside() as session:
                session.merge(DeskState(id="page", value=str(n)))
            longest[0] = max(longest[0], time.perf_counter() - began)
            n += 1
            time.sleep(0.002)

    thread = threading.Thread(target=save)
    thread.start()
    try:
        assert drive(backups.make(room)).verified
    finally:
        stop.set()
        thread.join()
    assert longest[0] < 2.0  # the measure itself is the benchmark's; here only that nobody was locked out


def test_what_is_saved_while_the_files_are_read_is_in_the_copy_and_whole(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first file is read, then somebody saves over both: read as they lie, they would be of two moments."""
    real, saved = copies._same, list[str]()

    def slow(source: Any, goal: Any) -> Generator[int, None, None]:
        yield from real(source, goal)
        if len(saved) < 2:
            saved.append(add(room, f"刚存的{len(saved)}"))

    monkeypatch.setattr(copies, "_same", slow)
    made = drive(backups.make(room))
    assert made.verified and made.rows["student"] == 2 and made.rows["student_detail"] == 2


def test_every_file_is_on_the_disk_before_the_copy_counts(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the sync a power cut leaves a copy that looks whole and is not."""
    synced: list[str] = []
    real, rename = os.fsync, Path.rename

    def note(handle: int) -> None:
        synced.append(os.path.realpath(f"/proc/self/fd/{handle}"))
        real(handle)

    def moved(self: Path, target: Path) -> Path:
        if self.name.endswith(".part"):
            names = {Path(path).name.removesuffix(".new") for path in synced if str(self) in path}
            assert {"desk.db", "case.db", "room.json", "manifest.json", self.name} <= names
            synced.append("renamed")
        return rename(self, target)

    monkeypatch.setattr(os, "fsync", note)
    monkeypatch.setattr(Path, "rename", moved)
    made = drive(backups.make(room))
    assert "renamed" in synced and str(made.path.parent) in synced[synced.index("renamed") :]


def test_a_practice_school_needs_none(room: Room) -> None:
    room.practice = True
    assert not backups.is_due(room) and backups.status(room, room.now() + timedelta(days=30)).level == ""


# ---- the second place -------------------------------------------------------------------------------------------------


def test_it_goes_to_the_stick_when_that_is_there_and_later_when_it_comes(room: Room, stick: Path) -> None:
    backups.choose_second(room, stick)
    made = drive(backups.make(room, automatic=True))
    assert made.second is not None and made.second.parent == stick and manifest.trouble_of(made.second) is None
    away = stick.rename(stick.with_name("抽屉"))
    add(room)
    made = drive(backups.make(room, automatic=True))
    assert made.second is None and made.trouble == "" and not stick.exists(), "no folder is made where no stick is"
    stick.mkdir()
    assert backups.present_second(room) is None, "an empty mount point is not the stick"
    stick.rmdir()
    away.rename(stick)
    carried = drive(backups.carry_over(room))
    assert carried is not None and carried.parent == stick and drive(backups.carry_over(room)) is None
    assert [c.place for c in backups.listed(room)].count(stick) == 2


def test_two_sticks_by_turns(room: Room, stick: Path) -> None:
    backups.choose_second(room, stick)
    drive(backups.make(room))
    one = stick.rename(stick.with_name("一号"))
    stick.mkdir()
    backups.choose_second(room, stick)
    add(room)
    drive(backups.make(room))
    two = stick.rename(stick.with_name("二号"))
    one.rename(stick)
    assert drive(backups.carry_over(room)) is not None
    assert len(places.copies_in(stick)) == 2 and len(places.copies_in(two)) == 1


def test_it_is_asked_for_after_three_days_and_loudly_after_seven(room: Room, stick: Path) -> None:
    now = room.now().astimezone()
    said = {days: backups.status(room, now + timedelta(days=days)) for days in (0, 2, 3, 6, 7, 30)}
    assert [s.level for s in said.values()] == ["", "", "amber", "amber", "brick", "brick"]
    assert "3 天" in said[3].second and "U 盘" in said[3].second and "今天" in said[7].second
    backups.choose_second(room, stick)
    add(room)
    drive(backups.make(room))
    assert backups.status(room, now + timedelta(days=30)).level == "", "nothing changed since: nobody is asked"
    add(room, "后来的")
    assert [backups.status(room, now + timedelta(days=d)).level for d in (2, 3, 7)] == ["", "amber", "brick"]
    assert "第二处已 7 天没有备份" in backups.status(room, now + timedelta(days=7)).second


def test_today_says_so_kindly(room: Room, stick: Path, duty_room: Room) -> None:
    def asked(of: Room, days: int) -> list[str]:
        now = of.now().astimezone() + timedelta(days=days)
        return [task.urgency for task in due_backups.second_place(Ground(of, context(of), now))]

    assert asked(room, 0) == [] and asked(room, 3) == ["amber"] and asked(room, 8) == ["brick"]
    assert asked(duty_room, 8) == []
    assert due_backups.second_place in today.SOURCES


def test_a_folder_that_is_no_second_place_is_refused(room: Room, tmp_path: Path) -> None:
    for folder in (room.folder, room.folder / "backups", tmp_path / "没有"):
        with pytest.raises(Refused):
            backups.choose_second(room, folder)
    cloud = tmp_path / "OneDrive" / "备份"
    cloud.mkdir(parents=True)
    with pytest.raises(Refused, match="OneDrive"):
        backups.choose_second(room, cloud)
    with pytest.raises(Refused, match="自己的文件夹"):
        drive(backups.make(room, room.folder / "files"))
    assert backups.second(room) is None


@pytest.mark.parametrize(("code", "words"), [(errno.ENOSPC, "满"), (errno.EIO, "拔出"), (errno.EROFS, "只读")])
def test_a_stick_that_fails_in_the_middle_leaves_the_old_copies_and_no_half_one(
    room: Room, stick: Path, monkeypatch: pytest.MonkeyPatch, code: int, words: str
) -> None:
    backups.choose_second(room, stick)
    drive(backups.make(room))
    before = places.copies_in(stick)
    add(room)
    real = places.duplicate

    def failing(*given: Any) -> Generator[tuple[int, int], None, Path]:
        for step in (work := real(*given)):
            yield step
            work.close()
            raise OSError(code, os.strerror(code))
        raise AssertionError

    with monkeypatch.context() as patch:
        patch.setattr(places, "duplicate", failing)
        made = drive(backups.make(room, automatic=True))
    assert made.verified and made.second is None and words in made.trouble, "the room's own is made all the same"
    assert places.copies_in(stick) == before and manifest.trouble_of(before[0]) is None
    assert not [p for p in stick.iterdir() if p.name.endswith(".part")]
    assert drive(backups.carry_over(room)) is not None and len(places.copies_in(stick)) == 2


def test_a_full_disk_is_a_sentence_and_old_copies_stay(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    first = drive(backups.make(room)).path
    add(room)
    usage = shutil.disk_usage(room.folder)
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage._replace(free=4096))
    with pytest.raises(CannotWriteFile, match="满"):
        drive(backups.make(room))
    assert [c.path for c in backups.listed(room)] == [first] and manifest.trouble_of(first) is None
    assert [p for p in (room.folder / "backups").iterdir() if p.name.endswith(".part")] == []


# ---- after a removal ----------------------------------------------------------------------------------------------------


def test_backups_sealed_to_keys_of_before_are_told_and_made_anew(room: Room, stick: Path) -> None:
    backups.choose_second(room, stick)
    drive(backups.make(room))
    person = people.add(room, "丙", "counsellor", "丙的一句很长的话在这里呀")
    drive(backups.make(room))
    people.remove(room, person)
    before = backups.sealed_before(room)
    assert len(before) == 4 and {c.place for c in before} == {room.folder / "backups", stick}
    assert drive(backups.remake(room)) == 4
    assert backups.sealed_before(room) == [] and len(backups.listed(room)) == 2
    assert all(c.verified and not c.trouble for c in backups.listed(room))


# ---- bringing back -------------------------------------------------------------------------------------------------------


def test_the_preview_says_in_words_what_would_change(room: Room) -> None:
    add(room, "周一鸣")
    copy = drive(backups.make(room)).path
    assert backups_back.preview(room, copy).nothing
    add(room, "陈小满")
    seen = backups_back.preview(room, copy)
    (line,) = [line for line in seen.lines if line.kind == "student"]
    assert (line.word, line.back, line.changed, line.gone) == ("学生", 0, 0, 1) and line.names_gone == ("陈小满",)
    kept = drive(backups_back.bring_back(room, copy))
    assert backups.is_paused(room) and not backups.is_due(room)
    assert drive(backups.make(room, automatic=True)) is None and drive(backups.carry_over(room)) is None
    assert due_backups.second_place(Ground(room, context(room), room.now().astimezone()))[0].urgency == "amber"
    backups_back.content(room)
    assert not backups.is_paused(room) and backups.is_due(room)
    (line,) = [line for line in backups_back.preview(room, kept).lines if line.kind == "student"]
    assert (line.back, line.names_back) == (1, ("陈小满",))


def test_a_duty_person_neither_looks_nor_brings_back(duty_room: Room) -> None:
    copy = drive(backups.make(duty_room)).path
    for call in (
        lambda: backups_back.preview(duty_room, copy),
        lambda: drive(backups_back.bring_back(duty_room, copy)),
        lambda: backups.choose_second(duty_room, copy),
        lambda: backups.destroy(duty_room, backups.listed(duty_room)),
    ):
        with pytest.raises(NeedsCounsellor):
            call()


def test_the_second_place_outlives_a_bringing_back(room: Room, stick: Path) -> None:
    copy = drive(backups.make(room)).path
    backups.choose_second(room, stick)
    drive(backups_back.bring_back(room, copy))
    chosen = backups.second(room)
    assert chosen is not None and chosen.path == stick
    assert backups.status(room, datetime.now(UTC)).paused
