"""The practice school: the same every time, lived in, nobody's, openable like any other room."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import SQLModel, select

from psyroom.practice import making
from psyroom.records.booking import OUTCOMES, Booking, Timetable, Visit
from psyroom.records.care import (
    FEEDBACK_STATES,
    Care,
    CareFields,
    Feedback,
    FeedbackFields,
    HomeVisit,
    HomeVisitFields,
    Plan,
    PlanFields,
    PlanReview,
    PlanStep,
)
from psyroom.records.events import Event
from psyroom.records.fields import checked
from psyroom.records.groups import Group, GroupMember
from psyroom.records.opening import Opening, OpeningException, Slot
from psyroom.records.school import CalendarDay, CalendarYear, Period, Place, School, Term
from psyroom.records.students import Student, StudentDetail, StudentLabel, StudentQuestion
from psyroom.records.talks import (
    ClassTeacher,
    Talk,
    TalkAttempt,
    TalkExcuse,
    TalkFields,
    TalkReceipt,
    TalkSheet,
)
from psyroom.records.waiting import Waiting, WaitingWindow
from psyroom.records.weeks import Handover, WeekReason
from psyroom.rules import identity
from psyroom.rules.intervals import total, union
from psyroom.rules.periods import outside_lessons
from psyroom.services import school as schools
from psyroom.services import signing
from psyroom.store import history
from psyroom.store.opening import open_room
from psyroom.store.room import Room

THURSDAY = date(2026, 11, 19)
TABLES: tuple[type[SQLModel], ...] = (
    *(
        School,
        Term,
        Period,
        Place,
        CalendarDay,
        CalendarYear,
        Slot,
        OpeningException,
        Opening,
        Booking,
        Visit,
        Timetable,
    ),
    *(Student, StudentDetail, StudentLabel, StudentQuestion),
    *(Event, Group, GroupMember, Waiting, WaitingWindow, WeekReason, Handover),
)


def make(folder: Path, **how: Any) -> Room:
    work = making.make_practice(folder, **how)
    steps = []
    while True:
        try:
            steps.append(next(work))
        except StopIteration as done:
            assert steps[-1][0] == steps[-1][1] and steps == sorted(steps)
            room: Room = done.value
            return room


def contents(room: Room) -> dict[str, list[dict[str, Any]]]:
    with room.read() as session:
        return {t.__name__: [row.model_dump() for row in session.exec(select(t)).all()] for t in TABLES}


def week_minutes(room: Room, monday: date) -> int:
    """Minutes outside lessons of a week, by the rules alone."""
    context = schools.context(room)
    found = 0
    with room.read() as session:
        for day in (monday + timedelta(days=n) for n in range(7)):
            bands = [(o.starts, o.ends) for o in session.exec(select(Opening).where(Opening.day == day)) if o.ends]
            bands += [(v.starts, v.ends) for v in session.exec(select(Visit).where(Visit.day == day)) if v.ends]
            found += total(outside_lessons(union(bands), day, context.calendar, context.periods))
    return found


def test_the_same_every_time_and_opens_again(tmp_path: Path) -> None:
    one, other = make(tmp_path / "one", today=THURSDAY), None
    try:
        first = contents(one)
        head = history.last_deed(one)
    finally:
        one.close()
    other = make(tmp_path / "other", today=THURSDAY)
    assert contents(other) == first
    other.close()
    assert head is None, "the school itself is nothing to undo"
    duty = open_room(tmp_path / "one", "乙", making.PASSWORD)
    assert (duty.person.role, duty.has_cases, duty.practice) == ("duty", False, True)
    duty.close()


def test_it_is_lived_in(tmp_path: Path) -> None:
    room = make(tmp_path / "room", today=THURSDAY)
    rows = contents(room)
    assert len(rows["Student"]) == len(rows["StudentDetail"]) == 900
    assert Counter((r["cohort"], r["class_no"]) for r in rows["Student"]) == {
        (cohort, class_no): 30 for cohort in (2024, 2025, 2026) for class_no in range(1, 11)
    }
    twins = Counter((r["cohort"], r["class_no"], r["name"]) for r in rows["Student"])
    assert [key for key, count in twins.items() if count == 2 and key[1] == 3]
    assert {r["outcome"] for r in rows["Booking"]} == set(OUTCOMES)
    assert {r["client"] for r in rows["Visit"]} == {"student", "parent", "teacher", "group"}
    assert len(rows["Visit"]) > 250 and len(rows["Opening"]) > 200
    missed = [r["day"] for r in rows["Booking"] if r["outcome"] == "no_show" and not r["follow_up"]]
    assert len(missed) == 2 and min(missed) > THURSDAY - timedelta(days=14), "the tasks are of these days"
    assert [r for r in rows["Visit"] if not r["closed_by"]]
    today = [r for r in rows["Booking"] if r["day"] == THURSDAY]
    assert len(today) == 4 and [r for r in rows["Booking"] if r["day"] == THURSDAY + timedelta(days=1)]
    assert not [r for r in rows["Visit"] if r["day"] >= THURSDAY]
    assert [r for r in rows["Visit"] if 600 <= r["starts"] < 700], "somebody came during lessons: all minutes differ"
    marks = Counter(r["series"] for r in rows["Booking"] if r["series"])
    assert len(marks) == 2 and min(marks.values()) >= 3, "a child and a group come every week"
    assert len(rows["GroupMember"]) == 8 and len(rows["Waiting"]) == 5 and rows["Event"] and rows["Handover"]
    term = schools.context(room).term_on(THURSDAY)
    signed = [s.signed is not None for s in signing.states(room, [term.monday(n) for n in range(1, 12)])]
    assert signed[-2:] == [False, False] and sum(signed) >= 7
    room.close()


TALKED: dict[type[SQLModel], type[SQLModel] | None] = {
    Talk: TalkFields, TalkExcuse: None, TalkAttempt: None, TalkSheet: None, TalkReceipt: None, ClassTeacher: None,
    Care: CareFields, Plan: PlanFields, PlanStep: None, PlanReview: None, Feedback: FeedbackFields,
    HomeVisit: HomeVisitFields,
}  # fmt: skip


@pytest.mark.parametrize("today", [THURSDAY, date(2026, 9, 15), date(2027, 1, 5), date(2026, 7, 20), date(2026, 9, 1)])
def test_every_student_once_is_lived_in(tmp_path: Path, today: date) -> None:
    """Some classes done, some late, one sheet missing; nothing of it lies ahead, and every row is what a form would give."""
    room = make(tmp_path / "room", today=today)
    with room.read() as session:
        rows: dict[str, list[Any]] = {t.__name__: list(session.exec(select(t)).all()) for t in TALKED}
    for table, fields in TALKED.items():
        for row in rows[table.__name__]:
            for name in (
                "day",
                "since",
                "made_on",
                "printed_on",
                "delivered_on",
                "signed_on",
                "refused_on",
                "followed_on",
            ):
                assert getattr(row, name, None) is None or getattr(row, name) <= today
            if fields is not None:
                checked(fields, {name: getattr(row, name) for name in fields.model_fields})
    assert rows["Talk"] and rows["Care"] and len(rows["ClassTeacher"]) == 30
    if today == THURSDAY:
        term = schools.context(room).term_on(today)
        here = [t for t in rows["Talk"] if t.day >= term.monday(1)]
        back = {r.sheet for r in rows["TalkReceipt"]}
        out = [s for s in rows["TalkSheet"] if s.term == term.code]
        assert [(s.cohort, s.class_no) for s in out if s.id not in back] == [(2025, 7)]
        assert 800 < len({t.student for t in here}) < 880 and rows["TalkExcuse"] and rows["TalkAttempt"]
        assert {f.state for f in rows["Feedback"]} == set(FEEDBACK_STATES)
        assert {p.review_on < today for p in rows["Plan"]} == {True, False}
        assert {bool(p.study) for p in rows["Plan"]} == {True, False}
    room.close()


def test_nobody_is_in_two_places(tmp_path: Path) -> None:
    room = make(tmp_path / "room", today=THURSDAY, times=2)
    rows = contents(room)
    assert len(rows["Student"]) == 1800
    for who in ("person", "place"):
        by_day: dict[tuple[date, str], list[tuple[int, int]]] = {}
        for row in rows["Booking"]:
            if row[who]:
                by_day.setdefault((row["day"], row[who]), []).append((row["starts"], row["ends"]))
        for hours in by_day.values():
            assert total(union(hours)) == sum(b - a for a, b in hours)
    cohorts = {r["id"]: r["cohort"] for r in rows["Student"]}
    early = [r for r in rows["Visit"] if r["student"] and r["day"] < date(2026, 8, 1)]
    assert early and all(cohorts[r["student"]] < 2026 for r in early), "nobody comes before having begun school"
    room.close()


@pytest.mark.parametrize(
    ("today", "least", "most"), [(THURSDAY, 690, 690), (date(2026, 11, 21), 690, 690), (date(2026, 11, 16), 0, 0)]
)
def test_the_bar_of_the_week_under_way(tmp_path: Path, today: date, least: int, most: int) -> None:
    """11.5 of 15 hours from Thursday on; a Monday begins at nothing."""
    room = make(tmp_path / "room", today=today)
    monday = today - timedelta(days=today.weekday())
    assert least <= week_minutes(room, monday) <= most
    past = [week_minutes(room, monday - timedelta(weeks=n)) for n in range(1, 9)]
    assert any(m >= 900 for m in past) and any(m < 900 for m in past)
    room.close()


def test_numbers_are_well_formed_and_nobodys(tmp_path: Path) -> None:
    room = make(tmp_path / "room", today=THURSDAY)
    with room.read() as session:
        details = session.exec(select(StudentDetail)).all()
        sexes = {s.id: s.sex for s in session.exec(select(Student)).all()}
    for row in details:
        assert row.id_number.startswith("439900") and identity.check_digit_ok(row.id_number)
        assert identity.born_of(row.id_number) == row.born and identity.sex_of(row.id_number) == sexes[row.id]
        assert row.registry_number == f"G{row.id_number}" and row.guardian_phone.endswith("0000")
    room.close()


@pytest.mark.parametrize("today", [date(2026, 9, 1), date(2027, 1, 30), date(2027, 7, 20), date(2028, 2, 29)])
def test_any_day_of_the_year(tmp_path: Path, today: date) -> None:
    """In a vacation, on a semester's first day, beyond the library of public holidays: no day is without a school."""
    room = make(tmp_path / "room", today=today)
    context = schools.context(room)
    assert context.terms[0].starts < context.terms[1].starts <= today
    assert not any(context.calendar.assumed(day) for day in (today, context.terms[0].starts))
    room.close()
