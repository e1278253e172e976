"""Who opened whose record: kept in the chain of case.db, for the counsellors to read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session

from psyroom.records.access import READ, Reading
from psyroom.records.fields import checked
from psyroom.services.rights import needs_counsellor
from psyroom.store.questions import readings as ask
from psyroom.store.questions import school as ask_school
from psyroom.store.room import Room

AGAIN = timedelta(minutes=30)
"""Within this time the same person opening the same thing is one opening."""
LONGEST_LIST = 200


@dataclass(frozen=True, repr=False)
class Seen:
    """One opening. `at`: local time; `number`: of the note opened, empty for the whole record."""

    at: datetime
    who: str
    what: str
    number: str
    reason: str
    mine: bool


def log(room: Room, what: str, *, student: str = "", note: str = "", reason: str = "") -> None:
    """Keep that this person opened something (`records.access.READ`). A deed of its own, never undone."""
    needs_counsellor(room)
    now = room.now()
    values = {"person": room.person.id, "what": what, "student": student, "note": note, "reason": reason.strip()}
    at = now.isoformat(timespec="seconds")
    fields = checked(Reading, {**values, "at": at})
    with room.read() as session:
        if ask.same_since(session, values, (now - AGAIN).isoformat(timespec="seconds")):
            return
    with room.write("查看档案", undoable=False) as deed:
        deed.session.add(Reading(**fields.model_dump(exclude={"id"})))


def of_student(room: Room, student: str, limit: int = LONGEST_LIST) -> list[Seen]:
    """Who opened a student's record or a note in it, newest first. Needs a counsellor."""
    needs_counsellor(room)
    with room.read() as session:
        return _told(room, session, ask.of_student(session, student, limit))


def of_mine(room: Room, limit: int = LONGEST_LIST) -> list[Seen]:
    """Which colleague opened notes of one's own, newest first. Needs a counsellor."""
    needs_counsellor(room)
    with room.read() as session:
        return _told(room, session, ask.of_writer(session, room.person.id, limit))


def _told(room: Room, session: Session, rows: list[tuple[str, str, str, str, str | None]]) -> list[Seen]:
    names = {person.id: person.name for person in ask_school.people(session)}
    return [
        Seen(
            datetime.fromisoformat(at).astimezone(),
            names.get(person, ""),
            READ.get(what, what),
            number or "",
            reason,
            person == room.person.id,
        )
        for at, person, what, reason, number in rows
    ]
