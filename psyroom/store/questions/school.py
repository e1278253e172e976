"""Questions about the school, its terms, calendar, periods, targets, places and people."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlmodel import Session, col, select

from psyroom.records.people import Person
from psyroom.records.school import (
    CalendarDay,
    CalendarYear,
    GradeNaming,
    Period,
    Place,
    RoomRules,
    School,
    Target,
    Term,
)


def school(session: Session) -> School | None:
    return session.get(School, "school")


def room_rules(session: Session) -> RoomRules | None:
    """The room's own rules for booking and counting; None: the defaults hold."""
    return session.get(RoomRules, "room")


def terms(session: Session) -> list[Any]:
    """(id, year, half, starts, weeks), in order of time."""
    rows = session.exec(select(Term.id, Term.year, Term.half, Term.starts, Term.weeks)).all()  # type: ignore[call-overload]
    return sorted(rows, key=lambda t: t.starts)


def calendar_days(session: Session) -> list[Any]:
    """(day, school_day)"""
    return list(session.exec(select(CalendarDay.day, CalendarDay.school_day)).all())  # type: ignore[call-overload]


def answered_years(session: Session) -> set[int]:
    return {int(year) for year in session.exec(select(CalendarYear.id)).all()}


def periods(session: Session) -> list[Any]:
    """(id, kind, stage, number, starts, ends, since, until), by kind, number and start."""
    rows = session.exec(
        select(
            Period.id, Period.kind, Period.stage, Period.number, Period.starts, Period.ends, Period.since, Period.until
        )  # type: ignore[call-overload]
    ).all()
    return sorted(rows, key=lambda p: (p.kind, p.stage, p.since, p.starts))


def namings(session: Session) -> dict[str, str]:
    return dict(session.exec(select(GradeNaming.id, GradeNaming.style)).all())


def targets(session: Session) -> list[Any]:
    """(id, since, minutes), in order of time."""
    rows = session.exec(select(Target.id, Target.since, Target.minutes)).all()  # type: ignore[call-overload]
    return sorted(rows, key=lambda t: t.since)


def places(session: Session) -> list[Any]:
    """(id, name, active)"""
    return list(session.exec(select(Place.id, Place.name, Place.active).order_by(Place.id)).all())


def people(session: Session) -> list[Any]:
    """(id, name, role, active), in order of arrival."""
    return list(session.exec(select(Person.id, Person.name, Person.role, Person.active).order_by(Person.id)).all())


# ---- records, to be changed -----------------------------------------------------------------------------------


def term_rows(session: Session) -> list[Term]:
    return list(session.exec(select(Term)).all())


def period_rows(session: Session, kind: str, stage: str) -> list[Period]:
    """The bands of one kind and stage, of all times."""
    return list(session.exec(select(Period).where(Period.kind == kind, Period.stage == stage)).all())


def calendar_rows(session: Session) -> dict[date, CalendarDay]:
    """The school's own days by date."""
    return {row.day: row for row in session.exec(select(CalendarDay)).all()}


def target_rows(session: Session) -> list[Target]:
    return list(session.exec(select(Target)).all())


def place_named(session: Session, name: str) -> Place | None:
    """The room of that name that is in use."""
    return session.exec(select(Place).where(Place.name == name, col(Place.active))).first()
