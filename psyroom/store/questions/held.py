"""Questions about what still names a record: whether it can go without leaving something behind."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlmodel import Session

from psyroom.records.attachments import Attachment
from psyroom.records.booking import Booking, Visit
from psyroom.records.care import Care, Feedback, HomeVisit, Plan
from psyroom.records.events import Event
from psyroom.records.fields import CASES
from psyroom.records.groups import Attendance, GroupMember
from psyroom.records.notes import DeskWord, NoteStudent
from psyroom.records.opening import Opening, OpeningException, Slot
from psyroom.records.private import PrivateNote
from psyroom.records.rota import DutyTurn
from psyroom.records.students import StudentBackground
from psyroom.records.talks import Talk, TalkAttempt, TalkExcuse
from psyroom.records.waiting import Waiting
from psyroom.store.connection import raw_of

OF_A_STUDENT: tuple[Any, ...] = (Booking, Visit, Waiting, GroupMember, Attendance)
IN_A_FILE: tuple[Any, ...] = (
    NoteStudent, DeskWord, Attachment, PrivateNote, Talk, TalkExcuse, TalkAttempt, Care, Plan, Feedback, HomeVisit,
)  # fmt: skip
"""The same in case.db. That somebody looked at the record (`Reading`) holds nobody."""
OF_A_PLACE: tuple[Any, ...] = (Booking, Visit, Event, Slot, OpeningException, Opening, DutyTurn)


def names_student(session: Session, student: str) -> bool:
    """Whether a booking, a visit, the waiting list or a group names a student; where case.db is attached, also a note, a
    slip, an attachment, a private note, a talk, a mark, a plan, a feedback, a home visit, or the file's background."""
    tables = OF_A_STUDENT
    if any(name == CASES for _, name, _ in raw_of(session).execute("PRAGMA database_list").fetchall()):
        tables += IN_A_FILE
        if session.get(StudentBackground, student) is not None:
            return True
    return any(_names(session, table.__table__.c.student, student) for table in tables)


def names_place(session: Session, place: str) -> bool:
    """Whether a booking, a visit, an entry, the plan or the log of openings names a room."""
    return any(_names(session, table.__table__.c.place, place) for table in OF_A_PLACE)


def _names(session: Session, column: Any, ref: str) -> bool:
    statement = select(column).where(column == ref).limit(1)
    return session.exec(statement).first() is not None  # type: ignore[call-overload]
