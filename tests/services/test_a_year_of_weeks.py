"""A made-up school year, week by week as it would be lived: duty and visits, holidays and make-up days, a duty nobody ended,
closures, make-ups, signatures, corrections after them, second signatures. In the end every sum is counted again from the
minutes, and the chain is whole."""

from __future__ import annotations

import io
import random
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any

import openpyxl
import pytest

from psyroom.errors import Refused, SignedWeek
from psyroom.rules.plan import PlanSlot
from psyroom.services import (
    history,
    hours,
    openings,
    people,
    prefill,
    returns,
    room_rules,
    school,
    sheets,
    signing,
    visits,
    week_reasons,
)
from psyroom.store import checking
from psyroom.store.room import Room
from tests.conftest import PASSWORD
from tests.services.minutes import Logged, count, in_lesson, school_day, week_days

AUTUMN, SPRING = date(2025, 9, 1), date(2026, 3, 2)
WEEKS = {"2025-1": (AUTUMN, 20), "2025-2": (SPRING, 20)}
END = datetime(2026, 7, 25, 12, 0)
SPORTS = date(2025, 10, 24)  # a day of the school's own without lessons
NOON, AFTER, EVENING = (715, 835), (1000, 1090), (1140, 1230)


def at(day: date, minute: int) -> datetime:
    return datetime.combine(day, time(minute // 60, minute % 60))


class Year:
    """The room, and a plain account of what was done in it."""

    def __init__(self, room: Room) -> None:
        self.room, self.luck = room, random.Random(20250901)
        self.openings: dict[str, Logged] = {}
        self.visits: dict[str, Logged] = {}
        self.own: dict[date, bool] = {SPORTS: False}
        self.signed: dict[date, list[tuple[int, int]]] = {}
        self.reasons: dict[date, str] = {}
        self.heals: list[tuple[date, int, int, date]] = []
        self.corrected = 0
        known = {row[1]: row[0] for row in people.listed(room)}
        self.one, self.two = known["甲"], known["丙"]

    @property
    def logged(self) -> list[Logged]:
        return [*self.openings.values(), *self.visits.values()]

    def count(self, monday: date, each: bool = False) -> tuple[int, int]:
        return count(self.logged, week_days(monday), self.own, each)

    def begin(self) -> None:
        room = self.room
        school.set_term(room, {"year": 2025, "half": 2, "starts": SPRING, "weeks": 20})
        school.set_day(room, SPORTS, False)
        for weekday in range(1, 6):
            for (starts, ends), person in ((NOON, self.one), (AFTER, self.one), (EVENING, self.two)):
                if starts == NOON[0] or weekday in (1, 3) or (starts == AFTER[0] and weekday == 2):
                    values = {"starts": starts, "ends": ends, "person": person, "since": AUTUMN}
                    openings.add_slot(room, {"weekday": weekday, **values})
        for weekday in (2, 4):  # a second teacher at noon
            openings.add_slot(
                room, {"weekday": weekday, "starts": 720, "ends": 810, "person": self.two, "since": AUTUMN}
            )

    def live(self, monday: date) -> None:
        for day in week_days(monday):
            slots = openings.plan_between(self.room, day, day)
            as_planned = [slot for slot in slots if self.luck.random() < 0.6]
            if as_planned:
                end = at(day, max(slot.ends for slot in slots))
                assert openings.record_planned(self.room, as_planned, end) == len(as_planned)
                for slot in as_planned:
                    self._logged(Logged(day, slot.starts, slot.ends, slot.person))
            for slot in slots:
                if slot not in as_planned:
                    self._slot(slot)
            if slots and self.luck.random() < 0.5:
                self._visitor(day)
        self._forgotten(monday)

    def _slot(self, slot: PlanSlot) -> None:
        """Otherwise than planned, or not at all."""
        how = self.luck.random()
        end = at(slot.day, slot.ends)
        if how < 0.4:
            begin = slot.starts + self.luck.randint(-20, 15)
            openings.duty_on(self.room, at(slot.day, begin), person=slot.person)
            on = openings.on_duty(self.room, end)
            (mine,) = [duty for duty in on if duty.person == slot.person and duty.day == slot.day]
            openings.duty_off(self.room, at(slot.day, slot.ends - 7), mine.id)
            self.openings[mine.id] = Logged(slot.day, begin, slot.ends - 7, slot.person)
        elif how < 0.7:
            row = Logged(slot.day, slot.starts - 10, slot.ends + self.luck.randint(-30, 30), slot.person)
            self.openings[openings.record(self.room, vars(row), at(slot.day, row.ends))] = row
        else:
            why = self.luck.choice(["exam", "activity", "leave", "training"])
            if slot.extra:
                openings.remove_exception(self.room, slot.source)
                self.heals = [one for one in self.heals if one[:2] != (slot.day, slot.starts)]
            else:
                openings.add_exception(
                    self.room,
                    {"day": slot.day, "starts": slot.starts, "ends": slot.ends, "opens": False, "person": slot.person,
                     "why": why},
                )  # fmt: skip

    def _logged(self, row: Logged) -> None:
        (id,) = [
            o.id
            for o in openings.openings_of(self.room, row.day, row.day)
            if (o.starts, o.ends, o.person) == (row.starts, row.ends, row.person) and o.id not in self.openings
        ]
        self.openings[id] = row

    def _visitor(self, day: date) -> None:
        starts = self.luck.randint(480, 1150)
        now = at(day, starts)
        entered = visits.walk_in(self.room, {"client": "teacher", "name": "丁", "person": self.one}, now)
        ends = starts + self.luck.randint(10, 70)
        visits.leave(self.room, entered.visit, at(day, ends))
        self.visits[entered.visit] = Logged(day, starts, ends, self.one)

    def _forgotten(self, monday: date) -> None:
        """A duty nobody ended; found at the end of the week."""
        if self.luck.random() < 0.3:
            day, starts = monday + timedelta(days=self.luck.randint(0, 3)), 400
            id = openings.duty_on(self.room, at(day, starts), person=self.two)
            friday = at(monday + timedelta(days=5), 600)
            found = signing.state(self.room, monday, friday + timedelta(days=3))
            assert "duty" in [b.kind for b in found.blockers]
            with pytest.raises(Refused, match="忘了签退"):
                openings.duty_off(self.room, friday, id)
            openings.duty_off(self.room, friday, id, ends=starts + 60)
            self.openings[id] = Logged(day, starts, starts + 60, self.two)

    def sign(self, monday: date, now: datetime) -> None:
        outside, whole = self.count(monday)
        blockers = [b.kind for b in signing.state(self.room, monday, now).blockers]
        short = outside < 900 and any(school_day(day, self.own) for day in week_days(monday))
        assert blockers == (["reason"] if short and monday not in self.reasons else [])
        if blockers:
            why = week_reasons.suggestion(self.room, monday) or "activity"
            holiday = any(not school_day(day, self.own) for day in week_days(monday)[:5])
            assert (why == "holiday") == holiday
            week_reasons.set_reason(self.room, monday, why)
            self.reasons[monday] = why
        signing.sign(self.room, monday, now)
        self.signed.setdefault(monday, []).append((outside, whole))

    def make_up(self, monday: date) -> None:
        """Next week's Saturday for a week that fell short."""
        if self.count(monday)[0] < 900 and self.luck.random() < 0.5:
            day = monday + timedelta(days=12)
            openings.add_exception(
                self.room,
                {"day": day, "starts": 540, "ends": 690, "opens": True, "person": self.one, "heals": monday},
            )
            self.heals.append((day, 540, 690, monday))

    def amend(self, monday: date, now: datetime) -> None:
        """What turns out afterwards of a signed week."""
        days = set(week_days(monday))
        mine = [(id, row) for id, row in self.openings.items() if row.day in days]
        before = self.count(monday)
        if mine and self.luck.random() < 0.6:
            id, row = self.luck.choice(mine)
            new = Logged(row.day, row.starts - 5, row.ends + 20, row.person)
            with pytest.raises(SignedWeek):
                openings.correct(self.room, id, vars(new), now)
            openings.correct(self.room, id, vars(new), now, why="wrong_time")
            self.openings[id] = new
            self.corrected += 1
        if mine and self.luck.random() < 0.3:
            id, row = self.luck.choice(mine)
            (line,) = [s for s in prefill.week(self.room, monday, now) if s.record == id]
            with pytest.raises(SignedWeek):
                prefill.strike(self.room, line, "leave")
            prefill.strike(self.room, line, "leave", why="not_open")
            del self.openings[id]
            self.corrected += 1
            for line in prefill.waiting(prefill.week(self.room, monday, now)):
                prefill.strike(self.room, line, "leave", why="not_open")
        row = Logged(monday + timedelta(days=self.luck.randint(0, 6)), 1300, 1345, self.two)
        self.openings[openings.record(self.room, vars(row), now, why="forgot")] = row
        self.corrected += 1
        with pytest.raises(Refused, match="不能用撤销"):
            history.undo(self.room)
        found = signing.state(self.room, monday, now)
        assert (found.outside_now, found.open_now) == self.count(monday) != before
        if self.luck.random() < 0.5:
            self.sign(monday, now)


@pytest.fixture
def year(new_room: Callable[..., Room]) -> Year:
    room = new_room(term_starts=AUTUMN, weeks=20)
    people.add(room, "丙", "duty", PASSWORD)
    lived = Year(room)
    lived.begin()
    mondays = [first + timedelta(weeks=n) for first, weeks in WEEKS.values() for n in range(weeks)]
    for number, monday in enumerate(mondays):
        lived.live(monday)
        lived.make_up(monday)
        if number % 9 != 8:  # now and then nobody signs
            lived.sign(monday, at(monday + timedelta(days=7), 500))
        if number >= 2 and number % 3 == 0 and mondays[number - 2] in lived.signed:
            lived.amend(mondays[number - 2], at(monday + timedelta(days=8), 500))
    return lived


def healed(lived: Year, each: bool) -> dict[date, int]:
    """Minutes made up, by the week they heal: each open minute outside lessons once."""
    found: dict[date, int] = {}
    used: set[tuple[date, str, int]] = set()
    for day, starts, ends, monday in lived.heals:
        mine = {
            (day, row.person if each else "", minute)
            for row in lived.logged
            if row.day == day and (not each or row.person == lived.one)
            for minute in range(max(row.starts, starts), min(row.ends, ends))
            if not in_lesson(day, minute, lived.own)
        } - used
        used |= mine
        if mine:
            found[monday] = found.get(monday, 0) + len(mine)
    return found


def cells(book: bytes | None) -> dict[str, tuple[Any, ...]]:
    assert book is not None
    page = openpyxl.load_workbook(io.BytesIO(book), data_only=True).active
    return {str(row[0]): row for row in page.iter_rows(values_only=True)}  # type: ignore[union-attr]


def minutes(value: Any) -> int:
    return round(float(value) * 60)


def whole(room: Room) -> list[str]:
    run = checking.check(room)
    while True:
        try:
            next(run)
        except StopIteration as end:
            return [finding.sentence for finding in end.value]


def test_a_year_of_weeks(year: Year) -> None:
    room = year.room
    assert len(year.signed) >= 34 and sum(len(s) > 1 for s in year.signed.values()) >= 3
    assert year.corrected >= 12 and len(year.heals) >= 5 and len(set(year.reasons.values())) >= 3
    for each in (False, True):
        room_rules.set_rules(room, {"each_counts": each})
        made_up = healed(year, each)
        assert sum(made_up.values()) > 300
        for code, (first, number) in WEEKS.items():
            _hold(year, code, first, number, each, made_up)
    room_rules.set_rules(room, {"each_counts": False})
    _signatures(year)
    assert whole(room) == []


def _hold(year: Year, code: str, first: date, number: int, each: bool, made_up: dict[date, int]) -> None:
    """Everything that says a sum says the same of this semester."""
    room = year.room
    term = school.context(room).term(code)
    said = {n: year.count(first + timedelta(weeks=n - 1), each) for n in range(1, number + 1)}
    total = (sum(a for a, _ in said.values()), sum(b for _, b in said.values()))
    weeks = hours.weeks(room, term, END)
    assert {w.week: (w.outside_lessons_minutes, w.open_minutes) for w in weeks} == said
    for week in weeks:
        assert week.target_minutes == 900 and week.missing == max(900 - said[week.week][0], 0)
        assert week.school_days == sum(school_day(day, year.own) for day in week_days(week.starts))
        assert (week.reason, week.signed) == (year.reasons.get(week.starts, ""), week.starts in year.signed)
        assert week.healed == made_up.get(week.starts, 0) == sum(m for _, m in week.healed_on)
    months: dict[int, tuple[int, int]] = {}
    for n in range(number * 7):
        day = first + timedelta(days=n)
        one = count(year.logged, {day}, year.own, each)
        so_far = months.get(day.month, (0, 0))
        months[day.month] = (so_far[0] + one[0], so_far[1] + one[1])
    by_month = {m.month: (m.outside_lessons_minutes, m.open_minutes) for m in hours.months(room, term, END)}
    assert by_month == {month: sums for month, sums in months.items() if sums[1]}
    made = sheets.term_log(room, code, END)
    rows = cells(made.xlsx)
    figures = returns.preview(room, "opening-summary", code, END).figures
    for n, (outside, open_) in said.items():
        assert (minutes(rows[str(n)][5]), minutes(rows[str(n)][4])) == (outside, open_)
        assert minutes(figures[f"opening/{n}/outside"].value) == outside
        assert minutes(figures[f"opening/{n}/open"].value) == open_
    assert (minutes(rows["学期合计"][5]), minutes(rows["学期合计"][4])) == total
    assert minutes(figures["opening/all/outside"].value) == total[0]


def _signatures(year: Year) -> None:
    """What was signed is what was counted that day; with every correction since, it is what is counted now."""
    room = year.room
    for monday, given in year.signed.items():
        found = signing.state(room, monday, END)
        assert [(s.outside, s.open, s.target) for s in found.signatures] == [(a, b, 900) for a, b in given]
        assert (found.outside_now, found.open_now) == year.count(monday)
        assert found.outside_now == given[0][0] + sum(c.outside for c in found.corrections)
        assert found.open_now == given[0][1] + sum(c.open for c in found.corrections)
        assert found.outside_now == given[-1][0] + sum(c.outside for c in found.changes)
        assert all(c.why and c.name == "甲" for c in found.corrections if c.what != "reason")
        if not found.corrections and monday.day > 8:  # a paper takes its time: of the plain weeks one a month
            continue
        rows = cells(sheets.week(room, monday, END).xlsx)
        first = rows["签字时" if len(given) == 1 else "第1次签字时"]
        assert (minutes(first[6]), minutes(first[5])) == given[0]
        assert (minutes(rows["本周合计"][6]), minutes(rows["本周合计"][5])) == year.count(monday)
        assert sum(key.startswith("更正") for key in rows) == len(found.corrections)
