"""Questions about bookings, visits, the counsellors' own lessons and sealed slips. Plain rows, nothing of case.db."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlmodel import Session

from psyroom.records.booking import STANDING, Booking, Slip, Timetable, Visit
from psyroom.records.groups import Group
from psyroom.records.opening import Opening, OpeningException, Slot
from psyroom.records.people import Person
from psyroom.records.school import Place
from psyroom.records.students import Student


@dataclass(frozen=True, repr=False)
class BookingRow:
    """A booking as stored."""

    id: str
    day: date
    starts: int
    ends: int
    person: str
    place: str
    client: str
    student: str
    name: str
    group_no: int
    size: int
    form: str
    channel: str
    way: str
    outcome: str
    follow_up: str
    series: str


@dataclass(frozen=True, repr=False)
class VisitRow:
    """A visit as stored; `ends` None: still inside."""

    id: str
    booking: str
    day: date
    starts: int
    ends: int | None
    person: str
    place: str
    client: str
    student: str
    name: str
    group_no: int
    size: int
    form: str
    channel: str
    closed_by: str


_BOOKING: Select[Any] = select(*[getattr(Booking, f.name) for f in fields(BookingRow)])
_VISIT: Select[Any] = select(*[getattr(Visit, f.name) for f in fields(VisitRow)])

# SQLModel's own `select` is typed for at most four columns, so these are SQLAlchemy's.
booking_c = Booking.__table__.c  # type: ignore[attr-defined]
visit_c = Visit.__table__.c  # type: ignore[attr-defined]
slip_c = Slip.__table__.c  # type: ignore[attr-defined]
opening_c = Opening.__table__.c  # type: ignore[attr-defined]
slot_c = Slot.__table__.c  # type: ignore[attr-defined]
exception_c = OpeningException.__table__.c  # type: ignore[attr-defined]
student_c = Student.__table__.c  # type: ignore[attr-defined]
timetable_c = Timetable.__table__.c  # type: ignore[attr-defined]
group_c = Group.__table__.c  # type: ignore[attr-defined]


def _rows(session: Session, statement: Select[Any]) -> list[Any]:
    return list(session.exec(statement).all())  # type: ignore[call-overload]


def _bookings(session: Session, *where: Any) -> list[BookingRow]:
    found = _rows(session, _BOOKING.where(*where).order_by(booking_c.day, booking_c.starts, booking_c.id))
    return [BookingRow(*row) for row in found]


def _visits(session: Session, *where: Any) -> list[VisitRow]:
    found = _rows(session, _VISIT.where(*where).order_by(visit_c.day, visit_c.starts, visit_c.id))
    return [VisitRow(*row) for row in found]


# ---- bookings -------------------------------------------------------------------------------------------------


def booking(session: Session, booking_id: str) -> BookingRow | None:
    return next(iter(_bookings(session, booking_c.id == booking_id)), None)


def bookings(session: Session, first: date, last: date) -> list[BookingRow]:
    """Every booking of the days, cancelled ones too, in order of time."""
    return _bookings(session, booking_c.day >= first, booking_c.day <= last)


def standing(session: Session, first: date, last: date) -> list[BookingRow]:
    """Bookings that keep their slot taken."""
    return _bookings(session, booking_c.day >= first, booking_c.day <= last, booking_c.outcome.in_(STANDING))


def standing_from(session: Session, first: date) -> list[BookingRow]:
    """Bookings from a day on that keep their slot taken."""
    return _bookings(session, booking_c.day >= first, booking_c.outcome.in_(STANDING))


def astray(session: Session, first: date) -> list[BookingRow]:
    """Bookings from a day on that wait in a room no longer used or with somebody who has left."""
    place_c, person_c = Place.__table__.c, Person.__table__.c  # type: ignore[attr-defined]
    closed, here = select(place_c.id).where(place_c.active.is_(False)), select(person_c.id).where(person_c.active)
    nowhere = or_(booking_c.place.in_(closed), booking_c.person.not_in(here))
    return _bookings(session, booking_c.day >= first, booking_c.outcome == "open", nowhere)


def left_open(session: Session, before: date) -> list[BookingRow]:
    """Bookings of earlier days of which nobody has said what became of them."""
    return _bookings(session, booking_c.day < before, booking_c.outcome == "open")


def missed(session: Session) -> list[BookingRow]:
    """Those who did not come and after whom nobody has looked yet."""
    return _bookings(session, booking_c.outcome == "no_show", booking_c.follow_up == "")


def bookings_of(session: Session, student: str) -> list[BookingRow]:
    """A student's own and the parents' bookings."""
    return _bookings(session, booking_c.student == student)


def last_group_no(session: Session) -> int:
    """The highest number a group was given, in bookings or visits or as a group; 0 when there was none."""
    found = _rows(session, select(func.max(booking_c.group_no)))[0][0] or 0
    seen = _rows(session, select(func.max(visit_c.group_no)))[0][0] or 0
    known = _rows(session, select(func.max(group_c.no)))[0][0] or 0
    return max(int(found), int(seen), int(known))


# ---- visits ---------------------------------------------------------------------------------------------------


def visit(session: Session, visit_id: str) -> VisitRow | None:
    return next(iter(_visits(session, visit_c.id == visit_id)), None)


def visit_of(session: Session, booking_id: str) -> VisitRow | None:
    """The visit that a booking became."""
    return next(iter(_visits(session, visit_c.booking == booking_id)), None)


def visits(session: Session, first: date, last: date) -> list[VisitRow]:
    return _visits(session, visit_c.day >= first, visit_c.day <= last)


def visits_not_closed(session: Session) -> list[VisitRow]:
    """Still inside, or gone and not yet closed by a counsellor."""
    return _visits(session, or_(visit_c.ends.is_(None), visit_c.closed_by == ""))


def any_client(session: Session) -> bool:
    """Whether anybody was ever booked or received."""
    return bool(_rows(session, select(booking_c.id).limit(1)) or _rows(session, select(visit_c.id).limit(1)))


# ---- what else stands in the week -----------------------------------------------------------------------------


def timetable(session: Session) -> list[Any]:
    """(id, person, weekday, starts, ends) of the counsellors' own lessons."""
    c = timetable_c
    return _rows(session, select(c.id, c.person, c.weekday, c.starts, c.ends).order_by(c.weekday, c.starts))


def slots(session: Session, first: date, last: date) -> list[Any]:
    """(id, weekday, starts, ends, place, person, since, until) of the template in force on some of the days."""
    c = slot_c
    statement = select(c.id, c.weekday, c.starts, c.ends, c.place, c.person, c.since, c.until)
    return _rows(session, statement.where(c.since <= last, or_(c.until.is_(None), c.until >= first)))


def any_slot(session: Session) -> bool:
    return bool(_rows(session, select(slot_c.id).limit(1)))


def exceptions(session: Session, first: date, last: date) -> list[Any]:
    """(id, day, starts, ends, opens, place, person, why, heals): one-off openings and closures."""
    c = exception_c
    statement = select(c.id, c.day, c.starts, c.ends, c.opens, c.place, c.person, c.why, c.heals)
    return _rows(session, statement.where(c.day >= first, c.day <= last).order_by(c.day, c.starts))


def on_duty(session: Session) -> list[Any]:
    """(id, day, starts, person, place) of duties begun and not ended."""
    c = opening_c
    return _rows(session, select(c.id, c.day, c.starts, c.person, c.place).where(c.ends.is_(None)).order_by(c.day))


def students(session: Session, ids: Iterable[str]) -> dict[str, Any]:
    """id → (id, name, sex, stage, cohort, class_no, status)"""
    c = student_c
    wanted = [i for i in set(ids) if i]
    statement = select(c.id, c.name, c.sex, c.stage, c.cohort, c.class_no, c.status)
    found: dict[str, Any] = {}
    for at in range(0, len(wanted), 500):  # SQLite takes a limited number of bound values
        found |= {row.id: row for row in _rows(session, statement.where(c.id.in_(wanted[at : at + 500])))}
    return found


# ---- sealed slips ---------------------------------------------------------------------------------------------


def slips(session: Session, *, unread: bool) -> list[Any]:
    """(id, day, at, person, sealed, read), newest first; the text opens only with the inbox key in case.db."""
    c = slip_c
    statement = select(c.id, c.day, c.at, c.person, c.sealed, c.read).order_by(c.id.desc())
    return _rows(session, statement.where(c.read.is_(False)) if unread else statement)


def unread_slips(session: Session) -> int:
    return int(_rows(session, select(func.count()).select_from(Slip).where(slip_c.read.is_(False)))[0][0])
