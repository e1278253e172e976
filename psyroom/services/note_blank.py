"""A new note before anything is written: what the visit or the student already says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session

from psyroom.errors import NotFound
from psyroom.records.notes import NOTE_KINDS
from psyroom.services.groups import THERE
from psyroom.services.rights import needs_counsellor
from psyroom.store.questions import booking as ask_booking
from psyroom.store.questions import groups as ask_groups
from psyroom.store.room import Room


@dataclass(frozen=True, repr=False)
class Blank:
    """A form to begin with. `students`: whose files it will lie in; `about`: under which key its draft is kept."""

    values: dict[str, Any]
    students: tuple[str, ...]
    about: str


SENT_BY = {
    "self": "self",
    "class_teacher": "class_teacher",
    "parent": "parent",
    "letter_box": "self",
    "walk_in": "self",
}
"""The way of booking (`records.booking.WAYS`) → who sent the child (`records.notes.SOURCES`)."""


def blank(room: Room, *, visit: str = "", student: str = "", kind: str = "", now: datetime) -> Blank:
    """A new note, filled in from the visit (kind, day, hours, room, channel, who sent the child; for a group the members
    who were there and what it is about), or about a student. `kind` wins over what the visit suggests. Errors: `NotFound`."""
    needs_counsellor(room)
    if not visit:
        kind = kind if kind in NOTE_KINDS else "individual"
        values = {"kind": kind, "day": now.date(), "channel": "telephone" if kind == "telephone" else "in_person"}
        about = f"student:{student}:{kind}" if student else ""
        return Blank(values, (student,) if student else (), about)
    with room.snapshot() as session:
        row = ask_booking.visit(session, visit)
        if row is None:
            raise NotFound(what="这次来访")
        found = kind if kind in NOTE_KINDS else kind_of(row)
        values = {
            "kind": found,
            "visit": row.id,
            "day": row.day,
            "starts": row.starts,
            "ends": row.ends,
            "place": row.place,
            "channel": row.channel,
            "source": _source(session, row) if found in ("individual", "telephone") else "",
            "with_whom": row.name if found == "teacher" else "",
            "topic": _topic(session, row.group_no) if found == "group" else "",
        }
        return Blank(values, students_there(session, row) or ((student,) if student else ()), visit)


def kind_of(visit: Any) -> str:
    """The kind of note a visit asks for."""
    if visit.client in ("group", "parent", "teacher"):
        return str(visit.client)
    if visit.form == "group":
        return "group"
    return "telephone" if visit.channel == "telephone" else "individual"


def students_there(session: Session, visit: Any) -> tuple[str, ...]:
    """Whose files a visit's note lies in: the student (also a parent's), the members who were there."""
    if visit.student:
        return (visit.student,)
    if visit.client != "group":
        return ()
    return tuple(row.student for row in ask_groups.attendance(session, visit.id) if row.state in THERE)


def _topic(session: Session, no: int) -> str:
    """What the group is about, as was said when it was set up; empty for a session of no kept group."""
    group = ask_groups.group_of_no(session, no) if no else None
    return ask_groups.topics(session).get(group.id, "") if group is not None else ""


def _source(session: Session, visit: Any) -> str:
    booked = ask_booking.booking(session, visit.booking) if visit.booking else None
    if booked is None:
        return "self"
    return "follow_up" if booked.series else SENT_BY.get(booked.way, "")
