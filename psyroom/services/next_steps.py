"""What was agreed to be done next: a task until it is done. Ticking one changes no note, so it goes on after the lock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from psyroom.errors import NotFound
from psyroom.records.notes import NextStep
from psyroom.rules import notes as rules
from psyroom.services.clients import Names
from psyroom.services.note_lock import NotYours
from psyroom.services.rights import needs_counsellor
from psyroom.services.school import context
from psyroom.store.questions import booking as ask_booking
from psyroom.store.questions import notes as ask
from psyroom.store.room import Room

AHEAD = 3
"""Days before its date from which a step is spoken of."""


@dataclass(frozen=True, repr=False)
class StepDue:
    """A step of one's own not done yet. `days`: until its date, below 0 when it has passed."""

    id: str
    note: str
    text: str
    due: date
    days: int
    who: str
    class_name: str


def due(room: Room, now: datetime, ahead: int = AHEAD) -> list[StepDue]:
    """One's own steps whose date has passed or comes within some days, the oldest first."""
    needs_counsellor(room)
    school, today = context(room), now.date()
    with room.snapshot() as session:
        rows = ask.steps_due(session, room.person.id, today + timedelta(days=ahead))
        students = ask.students_of(session, {row.note for row in rows})
        names = Names(school, ask_booking.students(session, {s for some in students.values() for s in some}))
    return [
        StepDue(row.id, row.note, row.text, row.due, (row.due - today).days, *names.several(students.get(row.note, []), today))
        for row in rows
    ]  # fmt: skip


def done(room: Room, step_id: str, now: datetime, done: bool = True) -> None:
    """Tick a step of one's own, or take the tick back. Errors: `NotFound`, `NotYours`."""
    needs_counsellor(room)
    with room.write("下一步已完成" if done else "下一步还没有完成") as deed:
        row = deed.session.get(NextStep, step_id)
        if row is None:
            raise NotFound(what="这一步")
        if row.person != room.person.id:
            raise NotYours
        if done != bool(row.done_at):
            row.done_at = rules.stamp(now) if done else ""
            deed.session.add(row)
