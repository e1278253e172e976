"""One note as it is read: what was written, what belongs to it, and what may still be done with it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session

from psyroom.errors import NotValid
from psyroom.records.notes import Note, NoteFields
from psyroom.rules import notes as rules
from psyroom.services import categories, note_lock, reading
from psyroom.services.clients import Names
from psyroom.services.note_lock import NeedsReason
from psyroom.services.rights import needs_counsellor
from psyroom.services.school import SchoolContext, context
from psyroom.store.questions import booking as ask_booking
from psyroom.store.questions import notes as ask
from psyroom.store.room import Room


@dataclass(frozen=True, repr=False)
class Child:
    """A student in whose file a note lies, with the class of the note's day."""

    id: str
    who: str
    class_name: str


@dataclass(frozen=True, repr=False)
class StepSeen:
    """What is to be done next. `done_at`: UTC, empty while it is not done."""

    id: str
    text: str
    due: date | None
    done_at: str
    person: str
    who: str


@dataclass(frozen=True, repr=False)
class AddendumSeen:
    """A later word; `at` in UTC."""

    at: str
    who: str
    text: str


@dataclass(frozen=True, repr=False)
class UnlockSeen:
    """When, by whom and why a locked note was opened again; `at`, `until` in UTC."""

    at: str
    who: str
    reason: str
    until: str


@dataclass(frozen=True, repr=False)
class WordSeen:
    """A slip from the desk that became part of the record."""

    id: str
    day: date
    at: str
    who: str
    text: str


@dataclass(frozen=True, repr=False)
class NoteSeen:
    """A note whole. `state`: open | locked | unlocked; `locks_on`: the day on which it locks by itself; `missing`: labels
    of the parts still empty; `made_at`, `signed_at` in UTC."""

    id: str
    number: str
    fields: NoteFields
    writer: str
    writer_name: str
    students: tuple[Child, ...]
    categories: tuple[tuple[str, str], ...]
    steps: tuple[StepSeen, ...]
    addenda: tuple[AddendumSeen, ...]
    unlocks: tuple[UnlockSeen, ...]
    words: tuple[WordSeen, ...]
    made_at: str
    signed_at: str
    signed_by_name: str
    state: str
    locks_on: date
    missing: tuple[str, ...]
    mine: bool
    may_change: bool

    @property
    def late(self) -> bool:
        """Written on another day than it is about."""
        return datetime.fromisoformat(self.made_at).astimezone().date() != self.fields.day


def seen(room: Room, note_id: str, now: datetime) -> NoteSeen:
    """A note: one's own, or one a colleague shares (who opened it is kept for the colleague). Errors: `NotFound`;
    `NeedsReason` for another's, which `open_other` opens."""
    needs_counsellor(room)
    school = context(room)
    with room.snapshot() as session:
        row = note_lock.found(session, note_id)
        if not note_lock.may_read(room, row):
            raise NeedsReason
        whole = _whole(room, school, session, row, now)
    if not whole.mine:
        _log(room, whole, "")
    return whole


def open_other(room: Room, note_id: str, reason: str, now: datetime) -> NoteSeen:
    """A colleague's note, with a reason; person and reason are kept and its writer can read them. Errors: `NotFound`,
    `NotValid` without a reason."""
    needs_counsellor(room)
    reason = reason.strip()
    if not 2 <= len(reason) <= 100:
        raise NotValid({"reason": "请写明为什么要看（2 到 100 个字）"})
    school = context(room)
    with room.snapshot() as session:
        whole = _whole(room, school, session, note_lock.found(session, note_id), now)
    if not whole.mine:
        _log(room, whole, reason)  # before anything is shown: where it cannot be kept, nothing opens
    return whole


def _log(room: Room, whole: NoteSeen, reason: str) -> None:
    student = whole.students[0].id if len(whole.students) == 1 else ""
    reading.log(room, "note", student=student, note=whole.id, reason=reason)


def _whole(room: Room, school: SchoolContext, session: Session, row: Note, now: datetime) -> NoteSeen:
    mine = row.writer == room.person.id
    state = note_lock.state(session, row, now)
    names = categories.names(session)
    return NoteSeen(
        id=row.id,
        number=row.number,
        fields=NoteFields.model_construct(**{name: getattr(row, name) for name in NoteFields.model_fields}),
        writer=row.writer,
        writer_name=school.people.get(row.writer, ""),
        students=children(session, school, ask.students_of(session, [row.id]).get(row.id, ()), row.day),
        categories=tuple((c, names.get(c, "")) for c in ask.categories_of(session, [row.id]).get(row.id, ())),
        steps=tuple(
            StepSeen(s.id, s.text, s.due, s.done_at, s.person, school.people.get(s.person, ""))
            for s in ask.steps_of(session, [row.id])
        ),
        addenda=tuple(
            AddendumSeen(a.at, school.people.get(a.person, ""), a.text) for a in ask.addenda_of(session, row.id)
        ),
        unlocks=tuple(
            UnlockSeen(u.at, school.people.get(u.person, ""), u.reason, u.until)
            for u in ask.unlocks_of(session, row.id)
        ),
        words=tuple(
            WordSeen(w.id, w.day, w.at, school.people.get(w.writer, ""), w.text) for w in ask.words_of(session, row.id)
        ),
        made_at=row.made_at,
        signed_at=row.signed_at,
        signed_by_name=school.people.get(row.signed_by, ""),
        state=state,
        locks_on=rules.locks_on(row.made_at, ask.lock_days(session)),
        missing=rules.missing(row.kind, row),
        mine=mine,
        may_change=mine and state != "locked",
    )


def children(session: Session, school: SchoolContext, students: Iterable[str], day: date) -> tuple[Child, ...]:
    """Students by name and class on a day, in the order given."""
    ids = list(students)
    names = Names(school, ask_booking.students(session, ids))
    return tuple(Child(student, *names.student(student, day)) for student in ids)
