"""Who of a semester has feedback, in which state, and who is still owed one; and slips that have not come back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from psyroom.errors import NotFound
from psyroom.records.care import FEEDBACK_STATES, FEEDBACK_WAYS, GIVEN
from psyroom.rules import feedback as rules
from psyroom.services import coverage, roll
from psyroom.services.feedback import SLIP, TEXTS, term_of
from psyroom.services.rights import needs_counsellor
from psyroom.services.school import context
from psyroom.store.questions import feedback as ask
from psyroom.store.room import Room


@dataclass(frozen=True, repr=False)
class FeedbackLine:
    """One student on the list of a semester and the feedback that stands for him or her: one that was given, else the
    newest; `feedback` and `state` are empty where there is none. `since`: when it came into its state; `days`: how long a
    slip that is out has not come back; `more`: how many others there are; `written`: whether it has words."""

    student: str
    name: str
    number: str
    class_key: str
    class_name: str
    owed: bool
    feedback: str = ""
    state: str = ""
    way: str = ""
    day: date | None = None
    since: date | None = None
    printed: int = 0
    days: int | None = None
    written: bool = False
    scan: bool = False
    more: int = 0

    @property
    def given(self) -> bool:
        return self.state in GIVEN

    @property
    def state_name(self) -> str:
        return FEEDBACK_STATES.get(self.state, "还没有")

    @property
    def way_name(self) -> str:
        return FEEDBACK_WAYS.get(self.way, "")


@dataclass(frozen=True, repr=False)
class Waiting:
    """A slip that is out and has not come back. `since`: printed or delivered; `days`: since then."""

    feedback: str
    student: str
    name: str
    class_name: str
    state: str
    since: date
    days: int


def listed(
    room: Room, now: datetime, term: str = "", *, class_key: str = "", owed_only: bool = False
) -> list[FeedbackLine]:
    """Everybody on the list of a semester, or a class of it, in class order; `owed_only`: whose parents are to be told.

    Errors: `NeedsCounsellor`, `Refused` (no such semester)."""
    needs_counsellor(room)
    span = term_of(context(room), now, term)
    children = coverage.students(room, now, span.code, class_key=class_key)
    with room.snapshot() as session:
        rows = ask.of_term(session, span.code)
        scans = ask.scans_there(session, [row.scan for row in rows])
    by_student: dict[str, list[Any]] = {}
    for row in rows:
        by_student.setdefault(row.student, []).append(row)
    found = []
    for child in children:
        owed = child.lamps.feedback.state != "none"
        if owed or not owed_only:
            place = (child.id, child.name, child.number, child.class_key, child.class_name, owed)
            found.append(FeedbackLine(*place, **_told(by_student.get(child.id, []), scans, now.date())))
    return found


def _told(rows: Sequence[Any], scans: Any, today: date) -> dict[str, Any]:
    if not rows:
        return {}
    row = rules.stands(rows)
    since = rules.since(row)
    out = row.way == SLIP and row.state in ("printed", "delivered")
    return {
        "feedback": row.id,
        "state": row.state,
        "way": row.way,
        "day": row.day,
        "since": since,
        "printed": row.printed,
        "days": (today - since).days if out and since is not None else None,
        "written": any(getattr(row, name).strip() for name in TEXTS),
        "scan": row.scan in scans,
        "more": len(rows) - 1,
    }


def waiting(room: Room, now: datetime) -> list[Waiting]:
    """Slips printed or delivered a week ago or earlier that have not come back, in the present semester, the oldest first.
    What was told by word of mouth waits for nothing. Errors: `NeedsCounsellor`."""
    needs_counsellor(room)
    code = context(room).term_on(now.date()).code
    with room.read() as session:
        rows = ask.in_states(session, ("printed", "delivered"), SLIP, code)
    found = []
    for row in rows:
        since = rules.since(row) or row.day
        days = (now.date() - since).days
        if days < rules.BACK_IN:
            continue
        try:
            child = roll.entry(room, row.student)
        except NotFound:
            continue
        if child.here:
            found.append(Waiting(row.id, row.student, child.name, child.class_name, row.state, since, days))
    return sorted(found, key=lambda one: (-one.days, one.class_name, one.name))
