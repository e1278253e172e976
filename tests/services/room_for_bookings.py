"""A small school for the tests of bookings, visits and today: two counsellors, a duty person, six children, a template."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from psyroom.records.opening import OpeningException, Slot
from psyroom.records.school import CalendarDay, Period, Place, School, Term
from psyroom.records.students import Student
from psyroom.services import history
from psyroom.store import keys
from psyroom.store.making import make_room
from psyroom.store.opening import open_room
from psyroom.store.questions import school as ask
from psyroom.store.room import Room

PASSWORD = "一个够长的练习密码"
TUESDAY = date(2026, 9, 8)
NOON = datetime(2026, 9, 8, 12, 5)
MONDAY = date(2026, 9, 7)
"""A Monday and a Tuesday of ordinary lessons in the semester's second week."""

LESSONS = ((480, 525), (535, 580), (600, 645), (655, 700), (840, 885), (895, 940))
NAMES = ("张晓雨", "李明", "王芳", "赵一鸣", "钱多", "孙静")


@dataclass
class Small:
    """The opened room and the ids a test needs."""

    room: Room
    wang: str
    chen: str
    duty: str
    students: list[str]
    places: list[str]


_made: dict[object, tuple[Path, Small]] = {}
"""Closed small schools, one for each cost of keys; tests get copies."""


def make_small(folder: Path, *, another: bool = False) -> Small:
    """A small school of this test alone, opened by 王老师. `another`: made anew, so that it is no copy of the others."""
    if another:
        return _make_small(folder)
    if keys.UNBOUND not in _made:
        place = Path(tempfile.mkdtemp(prefix="psyroom-small-")) / "室"
        atexit.register(shutil.rmtree, place.parent, ignore_errors=True)
        small = _make_small(place)
        small.room.close()
        _made[keys.UNBOUND] = place, small
    place, small = _made[keys.UNBOUND]
    shutil.copytree(place, folder)
    room = open_room(folder, "王老师", PASSWORD)
    return Small(room, small.wang, small.chen, small.duty, list(small.students), list(small.places))


def _make_small(folder: Path) -> Small:
    room, _ = make_room(
        folder,
        people=[("王老师", "counsellor", PASSWORD), ("陈老师", "counsellor", PASSWORD), ("小周", "duty", PASSWORD)],
        practice=True,
    )
    with room.write("准备") as deed:
        session = deed.session
        session.add(School(name="城南中学", stage="junior", practice=True))
        session.add(Term(year=2026, half=1, starts=date(2026, 8, 31), weeks=20))
        for number, (starts, ends) in enumerate(LESSONS, 1):
            session.add(Period(kind="lesson", number=number, starts=starts, ends=ends, since=date(2026, 8, 1)))
        places = [Place(name="个别辅导室"), Place(name="团体活动室")]
        students = [
            Student(name=name, sex="f", stage="junior", cohort=2026, class_no=1 + n % 3, number=f"2026{n:03d}")
            for n, name in enumerate(NAMES)
        ]
        session.add_all([*places, *students])
        for weekday in range(1, 6):  # noon and after school, for whoever is there
            session.add(Slot(weekday=weekday, starts=725, ends=825, since=date(2026, 8, 31)))
            session.add(Slot(weekday=weekday, starts=980, ends=1060, since=date(2026, 8, 31)))
        session.add(CalendarDay(day=date(2026, 9, 12), school_day=True))
        session.add(OpeningException(day=date(2026, 9, 9), starts=980, ends=1060, opens=False, why="exam"))
        place_ids, student_ids = [p.id for p in places], [s.id for s in students]
    with room.read() as session:
        people = {p.name: p.id for p in ask.people(session)}
    return Small(room, people["王老师"], people["陈老师"], people["小周"], student_ids, place_ids)


def as_duty(small: Small) -> Room:
    """The same room, opened by the duty person."""
    folder = small.room.folder
    small.room.close()
    small.room = open_room(folder, "小周", PASSWORD)
    return small.room


def at(day: date, minute: int) -> datetime:
    return datetime(day.year, day.month, day.day, minute // 60, minute % 60)


def undo(room: Room, deed_id: str | None = None) -> None:
    history.undo(room, deed_id)
