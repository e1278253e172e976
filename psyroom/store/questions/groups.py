"""Questions about groups, their members and who was at a session. What a group is about lies in case.db."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from sqlalchemy import Select, or_, select
from sqlmodel import Session, col
from sqlmodel import select as select_rows

from psyroom.records.booking import STANDING, Booking, Visit
from psyroom.records.groups import Attendance, Group, GroupMember, GroupTopic

group_c = Group.__table__.c  # type: ignore[attr-defined]
member_c = GroupMember.__table__.c  # type: ignore[attr-defined]
attendance_c = Attendance.__table__.c  # type: ignore[attr-defined]
booking_c = Booking.__table__.c  # type: ignore[attr-defined]
visit_c = Visit.__table__.c  # type: ignore[attr-defined]


def _rows(session: Session, statement: Select[Any]) -> list[Any]:
    return list(session.exec(statement).all())  # type: ignore[call-overload]


def groups(session: Session, *, ended: bool = True) -> list[Any]:
    """(id, no, leader, ended) in order of number."""
    c = group_c
    statement = select(c.id, c.no, c.leader, c.ended).order_by(c.no, c.id)
    return _rows(session, statement if ended else statement.where(c.ended.is_(False)))


def group_of_no(session: Session, no: int) -> Any | None:
    """(id, no, leader, ended) of the group with that number."""
    c = group_c
    return next(iter(_rows(session, select(c.id, c.no, c.leader, c.ended).where(c.no == no))), None)


def members(session: Session, first: date, last: date, numbers: Iterable[int] | None = None) -> list[Any]:
    """(no, student, since, until) of memberships that hold on some of the days; of the groups of these numbers."""
    c = member_c
    statement = (
        select(group_c.no, c.student, c.since, c.until)
        .where(group_c.id == c.group)
        .where(c.since <= last)
        .where(or_(c.until.is_(None), c.until >= first))
    )
    if numbers is not None:
        statement = statement.where(group_c.no.in_(sorted(set(numbers))))
    return _rows(session, statement)


def holds(member: Any, day: date) -> bool:
    """Whether a membership holds on a day."""
    return bool(member.since <= day and (member.until is None or day <= member.until))


def members_of(session: Session, group: str) -> list[Any]:
    """(id, student, since, until) of everybody who ever belonged to a group, in order of coming."""
    c = member_c
    return _rows(session, select(c.id, c.student, c.since, c.until).where(c.group == group).order_by(c.since, c.id))


def all_members(session: Session) -> list[Any]:
    """(group, student, since, until) of every membership there ever was."""
    c = member_c
    return _rows(session, select(c.group, c.student, c.since, c.until).order_by(c.since, c.id))


def sessions_booked(session: Session, no: int, first: date, last: date | None) -> list[Any]:
    """(id, day, starts, ends) of the standing bookings of a group from a day on, to the last day if one is given."""
    c = booking_c
    statement = select(c.id, c.day, c.starts, c.ends).where(
        c.client == "group", c.group_no == no, c.day >= first, c.outcome.in_(STANDING)
    )
    if last is not None:
        statement = statement.where(c.day <= last)
    return _rows(session, statement.order_by(c.day, c.starts))


def attendance(session: Session, visit: str) -> list[Any]:
    """(id, student, state) of one session."""
    c = attendance_c
    return _rows(session, select(c.id, c.student, c.state).where(c.visit == visit).order_by(c.id))


def numbers_used(session: Session) -> set[int]:
    """Every number a group, a booking or a visit of a group has."""
    found: set[int] = set()
    for column in (group_c.no, booking_c.group_no, visit_c.group_no):
        found |= {int(row[0]) for row in _rows(session, select(column).distinct())}
    return found


def topics(session: Session) -> dict[str, str]:
    """What each group is about, by the group's id. Needs case.db."""
    return {row.id: row.topic for row in session.exec(select_rows(GroupTopic)).all()}


# ---- records, to be changed -----------------------------------------------------------------------------------


def member_rows(session: Session, group: str) -> list[GroupMember]:
    return list(session.exec(select_rows(GroupMember).where(col(GroupMember.group) == group)).all())


def attendance_rows(session: Session, visit: str) -> list[Attendance]:
    return list(session.exec(select_rows(Attendance).where(col(Attendance.visit) == visit)).all())


def open_bookings(session: Session, no: int, first: date) -> list[Booking]:
    """The bookings of a group from a day on that wait for it."""
    statement = select_rows(Booking).where(
        col(Booking.client) == "group", col(Booking.group_no) == no, col(Booking.day) >= first,
        col(Booking.outcome) == "open",
    )  # fmt: skip
    return list(session.exec(statement).all())


def sessions_attended(session: Session, student: str) -> list[Any]:
    """(id of the visit, day, starts, ends, group_no, person, state) of every session at which something was said of a student."""
    c = visit_c
    statement = select(c.id, c.day, c.starts, c.ends, c.group_no, c.person, attendance_c.state).where(
        attendance_c.student == student, attendance_c.visit == c.id
    )
    return _rows(session, statement.order_by(c.day, c.starts))


def memberships_of(session: Session, student: str) -> list[GroupMember]:
    """Every membership of a student."""
    return list(session.exec(select_rows(GroupMember).where(col(GroupMember.student) == student)).all())


def attended_by(session: Session, student: str) -> list[Attendance]:
    """Every session at which something was said of a student."""
    return list(session.exec(select_rows(Attendance).where(col(Attendance.student) == student)).all())
