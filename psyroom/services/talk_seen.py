"""Talks as they are read: of a student, of a class, one whole, and what is still to be followed up."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from psyroom.errors import NotFound
from psyroom.records.talks import TalkFields
from psyroom.rules import coverage as rule
from psyroom.services import coverage
from psyroom.services.clients import Names
from psyroom.services.rights import needs_counsellor
from psyroom.services.school import SchoolContext, context
from psyroom.store.questions import booking as ask_booking
from psyroom.store.questions import talks as ask
from psyroom.store.room import Room

AHEAD = 3
"""Days before its date from which a follow-up is spoken of."""


@dataclass(frozen=True, repr=False)
class TalkSeen:
    """A talk whole. `origin`: `records.talks.ORIGINS`; `person`, `who_entered`: id and name of who entered it; `sheet`,
    `note`: what it rests on; `made_at` in UTC."""

    id: str
    student: str
    fields: TalkFields
    origin: str
    person: str
    who_entered: str
    followed_on: date | None
    followed: str
    sheet: str
    note: str
    made_at: str

    @property
    def to_follow(self) -> bool:
        """Still to be followed up."""
        return self.fields.follow_up and self.followed_on is None


@dataclass(frozen=True, repr=False)
class Tried:
    """An attempt. `what`: `records.talks.ATTEMPTS`."""

    id: str
    day: date
    who: str
    what: str
    words: str


@dataclass(frozen=True, repr=False)
class FollowUp:
    """A talk to be followed up. `days`: until its date, below 0 when it has passed; None where no date was set."""

    id: str
    student: str
    who: str
    class_name: str
    day: date
    talker: str
    follow_day: date | None
    days: int | None


def of_student(room: Room, student: str) -> list[TalkSeen]:
    """Every talk with a student, the newest first."""
    needs_counsellor(room)
    school = context(room)
    with room.read() as session:
        rows = ask.talks_of(session, [student])
    return [_seen(row, school) for row in rows]


def seen(room: Room, talk_id: str) -> TalkSeen:
    """One talk. Errors: `NotFound`."""
    needs_counsellor(room)
    school = context(room)
    with room.read() as session:
        row = ask.talk(session, talk_id)
    if row is None:
        raise NotFound(what="这次谈话")
    return _seen(row, school)


def of_class(room: Room, class_key: str, term: str, now: datetime) -> dict[str, list[TalkSeen]]:
    """The talks of a semester with each student of a class that is on its list, the newest first; nobody is left out."""
    needs_counsellor(room)
    return of_students(room, [one.id for one in coverage.students(room, now, term, class_key=class_key)], term, now)


def of_students(room: Room, students: Iterable[str], term: str, now: datetime) -> dict[str, list[TalkSeen]]:
    """The talks of a semester with each of some students, the newest first."""
    needs_counsellor(room)
    school, wanted = context(room), list(students)
    first, last = rule.span(school.term(term) if term else school.term_on(now.date()), school.terms)
    found: dict[str, list[TalkSeen]] = {student: [] for student in wanted}
    with room.read() as session:
        rows = ask.talks_of(session, wanted, first, min(last, now.date()))
    for row in rows:
        found[row.student].append(_seen(row, school))
    return found


def attempts(room: Room, student: str) -> list[Tried]:
    """Every attempt to talk to a student, the newest first."""
    needs_counsellor(room)
    with room.read() as session:
        rows = ask.attempts_of(session, student)
    return [Tried(row.id, row.day, row.who, row.what, row.words) for row in rows]


def excuse_of(room: Room, student: str, now: datetime, *, term: str = "") -> str:
    """Why a student cannot be talked to in a semester; empty where no reason is kept."""
    needs_counsellor(room)
    school = context(room)
    code = (school.term(term) if term else school.term_on(now.date())).code
    with room.read() as session:
        rows = ask.excuse_rows(session, student, code)
        return rows[0].reason if rows else ""


def follow_ups(room: Room, now: datetime, ahead: int = AHEAD) -> list[FollowUp]:
    """Talks to be followed up whose date has passed or comes within some days, or that have none: the oldest date first,
    those without a date last. Only of students who are here."""
    needs_counsellor(room)
    school, today = context(room), now.date()
    with room.snapshot() as session:
        rows = ask.to_follow(session, today + timedelta(days=ahead))
        students = ask_booking.students(session, [row.student for row in rows])
    names = Names(school, students)
    here = [row for row in rows if row.student in students and students[row.student].status == "present"]
    return [
        FollowUp(
            row.id, row.student, *names.student(row.student, today), row.day, row.talker, row.follow_day,
            (row.follow_day - today).days if row.follow_day else None,
        )
        for row in sorted(here, key=lambda row: (row.follow_day or date.max, row.day, row.id))
    ]  # fmt: skip


def _seen(row: Any, school: SchoolContext) -> TalkSeen:
    fields = TalkFields.model_construct(**{name: getattr(row, name) for name in TalkFields.model_fields})
    return TalkSeen(
        id=row.id,
        student=row.student,
        fields=fields,
        origin=row.origin,
        person=row.person,
        who_entered=school.people.get(row.person, ""),
        followed_on=row.followed_on,
        followed=row.followed,
        sheet=row.sheet,
        note=row.note,
        made_at=row.made_at,
    )
