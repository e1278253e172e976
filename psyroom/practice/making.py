"""Makes the practice school: few deeds, bulk inserts, ids from a seed, the same contents for the same day every time."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

from sqlmodel import SQLModel, insert

from psyroom.practice.duty import make_duty
from psyroom.practice.names import name_of
from psyroom.practice.present import STEPS, live_on, weeks_to_sign
from psyroom.practice.pupils import Pupils, make_pupils
from psyroom.practice.spoken import make_notes
from psyroom.practice.talked import make_talks
from psyroom.practice.terms import days_off, terms_around
from psyroom.practice.visitors import make_visitors
from psyroom.records import ids
from psyroom.records.booking import Booking, Timetable, Visit
from psyroom.records.opening import Opening, OpeningException, Slot
from psyroom.records.people import Person
from psyroom.records.school import CalendarDay, CalendarYear, GradeNaming, Period, Place, School, Term
from psyroom.records.students import Student, StudentDetail, StudentLabel, StudentQuestion
from psyroom.rules.calendar import Calendar
from psyroom.rules.periods import default_periods
from psyroom.rules.time import TermSpan, school_year_of
from psyroom.store.checking import walk_new
from psyroom.store.making import make_room
from psyroom.store.room import Room

PASSWORD = "练习练习练习"
SCHOOL = "练习中等职业学校"
COUNSELLOR, COLLEAGUE = "甲", "乙"
BATCH = 500

Row = dict[str, Any]
Step = tuple[int, int]


def make_practice(
    folder: Path | str, *, times: int = 1, today: date | None = None, password: str = PASSWORD
) -> Generator[Step, None, Room]:
    """Make the practice school in an empty or absent folder and open it for 甲; 乙 has duty, with the same password.

    900 students times `times`, the semester that holds `today` (default: the computer's day) and the one before it.
    Yields (done, total); returns the opened room. No keyring entry. Raises FolderTaken, FolderUnsafe,
    FolderNotWritable.
    """
    today = today or date.today()
    chance = Random(f"practice school {times}")
    with _ids_from_a_seed():
        people = [(COUNSELLOR, "counsellor", password), (COLLEAGUE, "duty", password)]
        room, _code = make_room(folder, people=people, school_name=SCHOOL, use_keyring=False, practice=True)
        try:
            yield from _fill(room, chance, times, today)
            walk_new(room)  # so much was written at once that the next unlock would wait for it
        except BaseException:
            room.close()
            raise
    return room


@contextmanager
def _ids_from_a_seed() -> Iterator[None]:
    counter = 0

    def next_id() -> str:
        nonlocal counter
        counter += 1
        return f"{0x019000000000 << 80 | 7 << 76 | 2 << 62 | counter:032x}"

    ids.use_source(next_id)
    try:
        yield
    finally:
        ids.use_source(None)


def _fill(room: Room, chance: Random, times: int, today: date) -> Generator[Step, None, None]:
    terms = terms_around(today)
    calendar, own = _calendar(terms)
    with room.write("建立练习学校", undoable=False) as deed:
        counsellors, rooms, rows = _school(chance, times, terms, today, _people(deed.session))
        rows += own
        pupils = make_pupils(chance, times, school_year_of(today), today)
        rows += [(Student, pupils.students), (StudentDetail, pupils.details)]
        rows += [(StudentLabel, pupils.labels), (StudentQuestion, pupils.questions)]
        rows += _lived(chance, terms, calendar, today, pupils, counsellors, rooms)
        visits = next(found for table, found in rows if table is Visit)
        rows += make_notes(visits, counsellors[0][0], today, times)
        rows += make_talks(pupils, terms, calendar, today, times, counsellors[0][0])
        weeks = weeks_to_sign(terms, today)
        total, done = sum(len(found) for _table, found in rows) + STEPS + len(weeks), 0
        for table, found in rows:
            for start in range(0, len(found), BATCH):
                deed.session.connection().execute(insert(table), found[start : start + BATCH])
                done += len(found[start : start + BATCH])
                yield done, total
    here, room.origin = room.origin, ids.new_id()  # done on another computer: here there is nothing to undo
    try:
        for _ in live_on(room, chance, pupils, today, weeks, colleague=rooms[2], group_place=rooms[0]):
            done += 1
            yield done, total
    finally:
        room.origin = here


def _people(session: Any) -> dict[str, str]:
    """Ids by name of those the room was made with."""
    from psyroom.store.questions import school as ask

    return {person.name: person.id for person in ask.people(session)}


Rows = list[tuple[type[SQLModel], list[Row]]]


def _calendar(terms: tuple[TermSpan, TermSpan]) -> tuple[Calendar, Rows]:
    """This school has answered for the years the holiday library does not know yet."""
    years, off = days_off(terms[0].monday(1), terms[1].ends + timedelta(days=30))
    own: Rows = [
        (CalendarYear, [{"id": str(year)} for year in years]),
        (CalendarDay, [{"id": ids.new_id(), "day": day, "school_day": False} for day in off]),
    ]
    return Calendar(dict.fromkeys(off, False), frozenset(years)), own


def _school(
    chance: Random, times: int, terms: tuple[TermSpan, TermSpan], today: date, people: dict[str, str]
) -> tuple[list[tuple[str, str]], list[str], Rows]:
    """(person, place) of everybody who receives, counsellor and colleague first by id, and the school's rows."""
    since = date(terms[0].year, 8, 1)
    places: list[Row] = [{"id": ids.new_id(), "name": name, "active": True} for name in ("个别辅导室", "团体活动室")]
    places += [{"id": ids.new_id(), "name": f"个别辅导室{n}", "active": True} for n in range(2, times + 1)]
    others: list[Row] = [
        {"id": ids.new_id(), "name": name_of(chance, "f"), "role": "none", "active": True, "public": ""}
        for _ in range(times - 1)
    ]
    receiving = [people[COUNSELLOR], *(row["id"] for row in others)]
    own_places = [places[0]["id"], *(row["id"] for row in places[2:])]
    lessons = [((1, 535, 580), (2, 600, 645)), ((2, 655, 700), (3, 535, 580)), ((4, 600, 645), (5, 655, 700))]
    timetable = [
        {"id": ids.new_id(), "person": person, "weekday": weekday, "starts": starts, "ends": ends}
        for n, person in enumerate(receiving)
        for weekday, starts, ends in (lessons[n % 3] + lessons[(n + 1) % 3])
    ]
    periods = [
        {"id": ids.new_id(), "kind": p.kind, "stage": "", "number": p.number, "starts": p.starts, "ends": p.ends}
        | {"since": since, "until": None}
        for p in default_periods("vocational")
    ]
    school: Row = {"id": "school", "name": SCHOOL, "campus": "", "stage": "vocational", "system": "63"}
    school |= {"region": "hunan-vocational", "practice": True, "study_counts": True}
    rows: Rows = [
        (School, [school]),
        (GradeNaming, [{"id": "vocational", "style": "cohort"}]),
        (
            Term,
            [{"id": ids.new_id(), "year": t.year, "half": t.half, "starts": t.starts, "weeks": t.weeks} for t in terms],
        ),
        (Period, periods),
        (Place, places),
        (Person, others),
        (Timetable, timetable),
    ]
    everybody = [people[COUNSELLOR], people[COLLEAGUE]]
    return list(zip(receiving, own_places, strict=True)), [places[1]["id"], *everybody], rows


def _lived(
    chance: Random,
    terms: tuple[TermSpan, TermSpan],
    calendar: Calendar,
    today: date,
    pupils: Pupils,
    counsellors: list[tuple[str, str]],
    rooms: list[str],
) -> Rows:
    group_place, counsellor, colleague = rooms
    duty = make_duty(chance, terms, calendar, today, (counsellor, colleague), counsellors[0][1])
    came = make_visitors(chance, pupils, duty.open_bands, calendar, today, counsellors, group_place)
    return [
        (Slot, duty.slots),
        (OpeningException, duty.exceptions),
        (Opening, duty.openings),
        (Booking, came.bookings),
        (Visit, came.visits),
    ]
