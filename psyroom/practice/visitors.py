"""Who booked and who came: bookings with every outcome, walk-ins, parents, teachers, groups; today's and the next days'."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Any

from psyroom.practice.duty import EVENING, NIGHT, NOON, planned
from psyroom.practice.names import name_of
from psyroom.practice.pupils import Pupils
from psyroom.records.ids import new_id
from psyroom.rules.calendar import Calendar
from psyroom.rules.time import school_year_of

Row = dict[str, Any]
Band = tuple[int, int]

HOURS: dict[Band, tuple[Band, ...]] = {
    NOON: ((730, 775), (785, 830)),
    EVENING: ((1015, 1060), (1070, 1115)),
    NIGHT: ((1145, 1190),),
    (540, 660): ((545, 590), (600, 645)),
}
"""The bookable hours inside each band of the plan."""

_PAST = {
    "arrived": 76,
    "late": 7,
    "no_show": 6,
    "cancelled_by_student": 6,
    "cancelled_by_teacher": 3,
    "suspended": 2,
}
_FOLLOWED = ("found", "rebooked", "rebooked", "class_teacher_told", "guardian_told", "no_need")


@dataclass
class Visitors:
    """Rows of bookings and visits."""

    bookings: list[Row] = field(default_factory=list)
    visits: list[Row] = field(default_factory=list)


@dataclass
class _Book:
    """What is needed to write one booking."""

    chance: Random
    pupils: Pupils
    today: date
    counsellor: str
    made: Visitors
    groups: int = 0
    taken: set[tuple[date, str]] = field(default_factory=set)
    regulars: dict[int, list[Row]] = field(default_factory=dict)

    def pupil(self, day: date) -> str:
        """Half of the hours go to those who come again and again; nobody comes twice on a day."""
        year = school_year_of(day)
        if year not in self.regulars:
            enrolled = self.pupils.enrolled(year)
            self.regulars[year] = self.chance.sample(enrolled, max(20, len(enrolled) // 14))
        pool = self.regulars[year] if self.chance.random() < 0.5 else self.pupils.enrolled(year)
        while True:
            row = self.chance.choice(pool)
            if (day, row["id"]) not in self.taken:
                self.taken.add((day, row["id"]))
                return str(row["id"])
            pool = self.pupils.enrolled(year)

    def client(self, day: date) -> Row:
        kind = self.chance.choices(("student", "parent", "teacher"), (84, 11, 5))[0]
        row = {"client": kind, "student": "", "name": "", "group_no": 0, "size": 1, "form": "individual"}
        row["channel"] = "in_person"
        if kind == "teacher":
            row["name"] = name_of(self.chance, self.chance.choice("mf"))
        else:
            row["student"] = self.pupil(day)
        if kind == "parent":
            row["channel"] = self.chance.choices(("in_person", "telephone", "online"), (5, 4, 1))[0]
        elif kind == "student" and self.chance.random() < 0.03:
            row["channel"] = "online"
        return row

    def group(self) -> Row:
        self.groups += 1
        size = self.chance.randrange(8, 13)
        shared = {"client": "group", "student": "", "name": "", "group_no": self.groups, "size": size}
        return {**shared, "form": "group", "channel": "in_person"}

    def book(
        self, day: date, hour: Band, person: str, place: str, client: Row, outcome: str, follow_up: str = ""
    ) -> None:
        way = self.chance.choices(("self", "class_teacher", "letter_box", "parent"), (55, 27, 8, 10))[0]
        if client["client"] == "parent":
            way = "parent"
        row = {
            "id": new_id(),
            **client,
            "day": day,
            "starts": hour[0],
            "ends": hour[1],
            "person": person,
            "place": place,
        }
        self.made.bookings.append({**row, "way": way, "outcome": outcome, "follow_up": follow_up})
        if outcome in ("arrived", "late"):
            began = hour[0] + (self.chance.randrange(11, 20) if outcome == "late" else self.chance.randrange(0, 6))
            self.visit(day, (began, hour[1] + self.chance.randrange(-6, 4)), person, place, client, row["id"])

    def visit(self, day: date, hour: Band, person: str, place: str, client: Row, booking: str = "") -> None:
        row = {"id": new_id(), **client, "booking": booking, "day": day, "starts": hour[0], "ends": hour[1]}
        self.made.visits.append({**row, "person": person, "place": place, "closed_by": self.counsellor})


def make_visitors(
    chance: Random,
    pupils: Pupils,
    open_bands: dict[date, list[Band]],
    calendar: Calendar,
    today: date,
    counsellors: Sequence[tuple[str, str]],
    group_place: str,
) -> Visitors:
    """`counsellors`: (person, place) of everybody who receives; the first is the counsellor of the room."""
    made = Visitors()
    book = _Book(chance, pupils, today, counsellors[0][0], made)
    for day in sorted(open_bands):
        teaching = day.isoweekday() == 2  # the counsellor's own lessons
        if calendar.is_school_day(day) and not teaching and chance.random() < 0.2:  # who could not wait for noon
            began = chance.choice((600, 655, 895)) + chance.randrange(0, 8)
            book.visit(day, (began, began + chance.randrange(18, 36)), *counsellors[0], book.client(day))
        for band in open_bands[day]:
            _one_band(book, day, band, counsellors, group_place)
    _loose_ends(made)
    _today_and_after(book, calendar, counsellors)
    return made


def _one_band(book: _Book, day: date, band: Band, counsellors: Sequence[tuple[str, str]], group_place: str) -> None:
    chance = book.chance
    if day.isoweekday() == 4 and band == EVENING and chance.random() < 0.6:
        outcome = "arrived" if chance.random() < 0.9 else "cancelled_by_teacher"
        book.book(day, (1015, 1105), counsellors[0][0], group_place, book.group(), outcome)
        counsellors = counsellors[1:]
    for person, place in counsellors:
        for hour in HOURS[band]:
            if chance.random() < 0.55:
                outcome = chance.choices(list(_PAST), list(_PAST.values()))[0]
                followed = chance.choice(_FOLLOWED) if outcome == "no_show" else ""
                book.book(day, hour, person, place, book.client(day), outcome, followed)
            elif chance.random() < 0.25:  # someone at the door
                began = hour[0] + chance.randrange(0, 15)
                ended = min(began + chance.randrange(10, 35), hour[1])
                book.visit(day, (began, ended), person, place, book.client(day))


def _loose_ends(made: Visitors) -> None:
    """What a morning finds: two of the last days who did not come, and the last visits not yet closed."""
    came = [row for row in made.bookings if row["outcome"] == "arrived" and row["client"] == "student"]
    for row in came[-5:-3]:
        row["outcome"], row["follow_up"] = "no_show", ""
        made.visits = [visit for visit in made.visits if visit["booking"] != row["id"]]
    for visit in made.visits[-2:]:
        visit["closed_by"] = ""


def _today_and_after(book: _Book, calendar: Calendar, counsellors: Sequence[tuple[str, str]]) -> None:
    person, place = counsellors[0]
    today = book.today
    if calendar.is_school_day(today):
        for hour in (HOURS[NOON][0], HOURS[NOON][1], HOURS[EVENING][0]):
            book.book(today, hour, person, place, {**book.client(today), "channel": "in_person"}, "open")
        telephone = {"client": "parent", "student": book.pupil(today), "channel": "telephone"}
        book.book(today, HOURS[EVENING][1], person, place, {**book.client(today), **telephone, "name": ""}, "open")
    else:  # a day off: only at a distance
        for hour, client, channel in (((550, 590), "parent", "telephone"), ((600, 640), "student", "online")):
            values = {"client": client, "student": book.pupil(today), "name": "", "channel": channel}
            book.book(today, hour, person, "", {**book.client(today), **values}, "open")
    coming = [today + timedelta(days=n) for n in range(1, 15)]
    for n, day in enumerate([day for day in coming if calendar.is_school_day(day)][:6]):
        for band in planned(day.isoweekday()):
            for hour in HOURS[band]:
                for person, place in counsellors:
                    if book.chance.random() < (0.8 if n == 0 else 0.35):
                        book.book(day, hour, person, place, book.client(day), "open")
