"""Slips from the desk that become part of a student's record: opened, copied into case.db, and marked as read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from psyroom.errors import NotFound, NotValid, Refused
from psyroom.records.booking import Slip
from psyroom.records.notes import DeskWord
from psyroom.services import note_lock, slips
from psyroom.services.note_blank import students_there
from psyroom.services.note_seen import Child, children
from psyroom.services.rights import needs_counsellor
from psyroom.services.school import context
from psyroom.store.questions import booking as ask_booking
from psyroom.store.room import Deed, Room


@dataclass(frozen=True, repr=False)
class SlipSeen:
    """A slip not read yet. `text` None: sealed to another key. `suggested`: who came on that day, the nearest hour first."""

    id: str
    day: date
    at: str
    writer: str
    text: str | None
    suggested: tuple[Child, ...]


def waiting(room: Room) -> list[SlipSeen]:
    """The slips nobody has read, newest first, each with the students who were here on its day."""
    needs_counsellor(room)
    school, found = context(room), slips.read_slips(room)
    if not found:
        return []
    here: dict[date, list[tuple[int, str]]] = {}
    with room.snapshot() as session:
        for day in {slip.day for slip in found}:
            here[day] = [
                (visit.starts, student)
                for visit in ask_booking.visits(session, day, day)
                for student in students_there(session, visit)
            ]
        return [
            SlipSeen(
                slip.id,
                slip.day,
                slip.at,
                slip.writer,
                slip.text,
                children(session, school, _nearest(here[slip.day], slip), slip.day),
            )
            for slip in found
        ]


def _nearest(here: Sequence[tuple[int, str]], slip: slips.Note) -> list[str]:
    """Named in the text or not, nobody is guessed from words: only from who was here about the time."""
    hour, _, minute = slip.at.partition(":")
    written = int(hour or 0) * 60 + int(minute or 0)
    return list(dict.fromkeys(student for _, student in sorted(here, key=lambda one: abs(one[0] - written))))


def take(room: Room, slip_id: str, student: str, now: datetime, note: str = "") -> None:
    """A slip becomes part of a student's record (and of one's own open note, if one is named) and counts as read.

    Errors: `NotFound`, `NotValid`, `Refused` when it was taken already or cannot be opened, `NotYours`, `NoteLocked`."""
    needs_counsellor(room)
    with room.write("读过密封便条") as deed:  # the desk's file is told no more than that it was read
        take_in(deed, room, slip_id, student, now, note=note)


def take_in(deed: Deed, room: Room, slip_id: str, student: str, now: datetime, *, note: str = "") -> None:
    """The same inside a caller's deed. `student` may be empty where a note of several is named."""
    needs_counsellor(room)
    session = deed.session
    if note:
        note_lock.open_note(session, room, note, now)
    if not student and not note:
        raise NotValid({"student": "请选这张便条说的是哪位学生"})
    if student and student not in ask_booking.students(session, [student]):
        raise NotValid({"student": "名册里没有这位学生了，请重新选一位"})
    row = session.get(Slip, slip_id)
    if row is None:
        raise NotFound(what="这张便条")
    if session.get(DeskWord, slip_id) is not None:
        raise Refused(why="这张便条已经收进档案了。")
    text = slips.opened(session, room, row)
    if text is None:
        raise Refused(why="这张便条是封给另一把钥匙的，打不开，收不进档案。")
    session.add(DeskWord(id=row.id, student=student, note=note, day=row.day, at=row.at, writer=row.person, text=text))
    row.read = True
    session.add(row)
