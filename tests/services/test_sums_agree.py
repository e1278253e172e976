"""Whatever happened – overlaps, holidays, make-ups, signatures, corrections, people counted apart – the window's weeks, the
week sheet, the term sheet, their workbooks, the return and the command line say the minutes there are."""

from __future__ import annotations

import io
from argparse import Namespace
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from psyroom.commands import openings as command
from psyroom.errors import Refused, SignedWeek
from psyroom.reports import preview as pictures
from psyroom.services import hours, openings, returns, room_rules, school, sheets, signing, visits, week_reasons
from psyroom.store.room import Room
from tests.conftest import PASSWORD
from tests.services.minutes import LESSONS, Logged, count, in_lesson, week_days

FIRST = date(2026, 8, 31)
WEEKS = 7  # 2026-08-31 to 2026-10-18: Mid-autumn, National Day, two make-up days
NOW = datetime(2026, 11, 25, 12, 0)
P, Q = "a" * 32, "b" * 32

DAYS = st.integers(0, 7 * WEEKS - 1)
STARTS = st.integers(440, 1250)
LENGTH = st.integers(1, 150)
WHO = st.sampled_from([P, P, Q])
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("open"), DAYS, STARTS, LENGTH, WHO),
        st.tuples(st.just("open"), st.integers(14, 20), STARTS, LENGTH, WHO),
        st.tuples(st.just("visit"), DAYS, STARTS, LENGTH, WHO),
        st.tuples(st.just("phone"), DAYS, STARTS, LENGTH, WHO),
        st.tuples(st.just("correct"), st.integers(0, 9), STARTS, LENGTH, WHO),
        st.tuples(st.just("visit again"), st.integers(0, 9), STARTS, LENGTH),
        st.tuples(st.just("remove"), st.integers(0, 9)),
        st.tuples(st.just("school day"), DAYS, st.sampled_from([True, False, None])),
        st.tuples(st.just("heal"), DAYS, STARTS, LENGTH, st.integers(0, WEEKS - 1)),
        st.tuples(st.just("sign"), st.integers(0, WEEKS - 1)),
        st.tuples(st.just("sign"), st.just(2)),
        st.tuples(st.just("each"), st.booleans()),
        st.tuples(st.just("target"), DAYS, st.sampled_from([None, 60, 600])),
    ),
    min_size=4,
    max_size=24,
)


class History:
    """The room and, beside it, a plain list of what was logged."""

    def __init__(self, room: Room) -> None:
        self.room = room
        self.openings: dict[str, Logged] = {}
        self.visits: dict[str, Logged] = {}
        self.own: dict[date, bool] = {}
        self.each = False
        self.signed: set[date] = set()

    def do(self, step: tuple[Any, ...]) -> None:
        getattr(self, "_" + step[0].replace(" ", "_"))(*step[1:])

    @property
    def logged(self) -> list[Logged]:
        return [*self.openings.values(), *self.visits.values()]

    def _write(self, deed: Callable[[str], Any], *days: date) -> Any:
        """A deed that a signed week holds back until a reason is given, and only then."""
        if any(day - timedelta(days=day.weekday()) in self.signed for day in days):
            with pytest.raises(SignedWeek):
                deed("")
            return deed("paper")
        return deed("")

    def _open(self, day_no: int, starts: int, length: int, who: str) -> None:
        row = Logged(FIRST + timedelta(days=day_no), starts, min(starts + length, 1440), who)
        if row not in self.openings.values():
            id = self._write(lambda why: openings.record(self.room, vars(row), NOW, why=why), row.day)
            self.openings[id] = row

    def _visit(self, day_no: int, starts: int, length: int, who: str, channel: str = "in_person") -> None:
        row = Logged(FIRST + timedelta(days=day_no), starts, min(starts + length, 1440), who)
        values = {"client": "teacher", "name": "丁", **vars(row)}
        entered = self._write(lambda why: visits.walk_in(self.room, values, NOW, why=why), row.day)
        if channel != "in_person":
            self._write(
                lambda why: visits.correct(self.room, entered.visit, {"channel": channel}, NOW, why=why), row.day
            )
        else:
            self.visits[entered.visit] = row

    def _phone(self, day_no: int, starts: int, length: int, who: str) -> None:
        self._visit(day_no, starts, length, who, "telephone")

    def _correct(self, at: int, starts: int, length: int, who: str) -> None:
        if at < len(self.openings):
            id, row = list(self.openings.items())[at]
            new = Logged(row.day, starts, min(starts + length, 1440), who)
            self._write(lambda why: openings.correct(self.room, id, vars(new), NOW, why=why), row.day)
            self.openings[id] = new

    def _visit_again(self, at: int, starts: int, length: int) -> None:
        if at < len(self.visits):
            id, row = list(self.visits.items())[at]
            new = Logged(row.day, starts, min(starts + length, 1440), row.person)
            change = {"starts": new.starts, "ends": new.ends}
            self._write(lambda why: visits.correct(self.room, id, change, NOW, why=why), row.day)
            self.visits[id] = new

    def _remove(self, at: int) -> None:
        if at < len(self.openings):
            id, row = list(self.openings.items())[at]
            self._write(lambda why: openings.remove(self.room, id, why=why), row.day)
            del self.openings[id]

    def _school_day(self, day_no: int, held: bool | None) -> None:
        day = FIRST + timedelta(days=day_no)
        school.set_day(self.room, day, held)
        self.own.pop(day, None)
        if held is not None:
            self.own[day] = held

    def _heal(self, day_no: int, starts: int, length: int, week: int) -> None:
        day, heals = FIRST + timedelta(days=day_no), FIRST + timedelta(weeks=week)
        if day - timedelta(days=day.weekday()) != heals:
            values = {"day": day, "starts": starts, "ends": min(starts + length, 1440), "opens": True, "heals": heals}
            openings.add_exception(self.room, values)

    def _sign(self, week: int) -> None:
        monday = FIRST + timedelta(weeks=week)
        slots = openings.not_logged(self.room, monday, monday + timedelta(days=6), NOW)
        if slots and monday not in self.signed:  # what was planned was not so: struck out
            for row in openings.exceptions(self.room, monday, monday + timedelta(days=6)):
                openings.remove_exception(self.room, row.id)
        week_reasons.set_reason(self.room, monday, "exam")
        try:
            signing.sign(self.room, monday, NOW)
        except Refused:
            assert not signing.state(self.room, monday, NOW).can_sign
        else:
            self.signed.add(monday)

    def _each(self, each: bool) -> None:
        room_rules.set_rules(self.room, {"each_counts": each})
        self.each = each

    def _target(self, day_no: int, minutes: int | None) -> None:
        school.set_target(self.room, FIRST + timedelta(days=day_no), minutes)

    # ---- what everything must say

    def week(self, number: int) -> tuple[int, int]:
        return count(self.logged, week_days(FIRST + timedelta(weeks=number - 1)), self.own, self.each)

    def month(self, month: int, number: int) -> tuple[int, int]:
        days = {day for week in range(number) for day in week_days(FIRST + timedelta(weeks=week)) if day.month == month}
        return count(self.logged, days, self.own, self.each)


def cells(book: bytes | None) -> list[tuple[Any, ...]]:
    assert book is not None
    page = openpyxl.load_workbook(io.BytesIO(book), data_only=True).active
    return list(page.iter_rows(values_only=True))  # type: ignore[union-attr]


def minutes(value: Any) -> int:
    return round(float(value) * 60)


def check_everywhere(room: Room, lived: History, monkeypatch: pytest.MonkeyPatch) -> None:
    term = school.context(room).term("2026-1")
    said = {n: lived.week(n) for n in range(1, term.weeks + 1)}
    whole = (sum(a for a, _ in said.values()), sum(b for _, b in said.values()))
    # the window's feed, and the rows behind it
    found = hours.weeks(room, term, NOW)
    assert {w.week: (w.outside_lessons_minutes, w.open_minutes) for w in found} == said
    behind = hours.rows_behind(room, term.monday(1), term.ends, NOW)
    assert (sum(r.adds_outside for r in behind), sum(r.adds_open for r in behind)) == whole
    for week in found:
        assert hours.week_of(room, week.starts, NOW) == week
    # months
    by_month = {(m.year, m.month): (m.outside_lessons_minutes, m.open_minutes) for m in hours.months(room, term, NOW)}
    expected = {(2026, m): sums for m in (8, 9, 10, 11, 12) if (sums := lived.month(m, term.weeks))[1]}
    assert by_month == expected
    # make-ups heal no minute twice, and none that was not open outside lessons
    healing = sum(week.healed for week in found)
    assert healing == sum(m for week in found for _, m in week.heals) <= whole[0]
    # the term sheet and the return
    rows = {str(row[0]): row for row in cells(sheets.term_log(room, "2026-1", NOW).xlsx)}
    returned = returns.preview(room, "opening-summary", "2026-1", NOW).figures
    for n in range(1, WEEKS + 1):
        assert (minutes(rows[str(n)][5]), minutes(rows[str(n)][4])) == said[n]
        assert (minutes(returned[f"opening/{n}/outside"].value), minutes(returned[f"opening/{n}/open"].value)) == said[
            n
        ]
    assert (minutes(rows["学期合计"][5]), minutes(rows["学期合计"][4])) == whole
    all_ = (minutes(returned["opening/all/outside"].value), minutes(returned["opening/all/open"].value))
    assert all_ == whole
    # the week sheets, with what was signed and corrected
    for week in (w for w in found if w.signed or w.week == 3):
        made = sheets.week(room, week.starts, NOW)
        rows_ = cells(made.xlsx)
        (total,) = [row for row in rows_ if row[0] == "本周合计"]
        assert (minutes(total[6]), minutes(total[5])) == said[week.week]
        page = pictures.text(made.pdf).replace("\n", " ")
        assert f"本周合计 {said[week.week][1] / 60:.2f} {said[week.week][0] / 60:.2f}" in page
        stands = signing.state(room, week.starts, NOW)
        assert (stands.outside_now, stands.open_now) == said[week.week]
        signed = [row for row in rows_ if "签字时" in str(row[0])]
        fixed = [row for row in rows_ if str(row[0]).startswith("更正")]
        assert len(signed) == len(stands.signatures) and len(fixed) == len(stands.corrections)
        assert bool(signed) == week.signed == (week.starts in lived.signed)
        if signed:  # what was signed first, and every correction since, make what is
            assert minutes(signed[0][6]) + sum(minutes(row[6]) for row in fixed) == said[week.week][0]
            assert minutes(signed[0][5]) + sum(minutes(row[5]) for row in fixed) == said[week.week][1]
            assert week.amended == said[week.week][0] - minutes(signed[-1][6])
    # the command line, with the room closed
    room.close()
    monkeypatch.setenv("PSYROOM_PASSWORD", PASSWORD)
    options = Namespace(room=str(room.folder), as_name="甲", clock_ok=True, term="2026-1")
    code, answer, words = command.hours(options)
    assert code == 0
    assert {w["week"]: (w["outside_lessons_minutes"], w["open_minutes"]) for w in answer} == said
    assert all(f"课外 {a} 分钟，全部 {b} 分钟" in words for a, b in said.values())


@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(STEPS)
@example(
    [
        ("open", 15, 720, 90, P),
        ("open", 15, 750, 90, Q),
        ("open", 15, 470, 120, P),
        ("visit", 15, 830, 60, P),
        ("heal", 16, 1000, 60, 0),
        ("open", 16, 990, 45, P),
        ("sign", 2),
        ("correct", 0, 700, 130, P),
        ("each", True),
        ("open", 17, 720, 60, Q),
        ("sign", 2),
        ("remove", 1),
        ("school day", 15, False),
        ("visit again", 0, 700, 30),
        ("target", 14, 60),
    ]
)
def test_every_sum_agrees_with_the_minutes_behind_it(
    new_room: Callable[..., Room], monkeypatch: pytest.MonkeyPatch, steps: list[tuple[Any, ...]]
) -> None:
    lived = History(new_room())
    for step in steps:
        lived.do(step)
    check_everywhere(lived.room, lived, monkeypatch)


def test_the_independent_count_knows_the_school_s_lessons(room: Room) -> None:
    periods = school.context(room).periods
    assert {(p.starts, p.ends) for p in periods if p.kind == "lesson"} == set(LESSONS)
    assert in_lesson(date(2026, 9, 20), 480, {}) and not in_lesson(date(2026, 9, 25), 480, {})
    assert not in_lesson(FIRST, 480, {FIRST: False}) and not in_lesson(FIRST, 525, {})
