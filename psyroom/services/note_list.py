"""Notes in a list, what is still to be written, and what was said last time. Column queries only: lists stay fast when
there are tens of thousands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from psyroom.errors import NotFound, NotValid
from psyroom.records.fields import about, label_of
from psyroom.records.notes import NoNote, NoteFields
from psyroom.rules import notes as rules
from psyroom.services import categories as category_list
from psyroom.services.clients import Names
from psyroom.services.note_seen import StepSeen
from psyroom.services.rights import needs_counsellor
from psyroom.services.school import context
from psyroom.store.questions import booking as ask_booking
from psyroom.store.questions import notes as ask
from psyroom.store.room import Room

BACK = 180
"""Days within which a visit without a note, or an unfinished note, is still asked for: a semester."""
NONE_NEEDED: dict[str, str] = about(NoNote, "why")["choices"]
"""Why a visit needs no note: code → words."""
POINTS = 3
"""How many earlier notes stand beside a new one."""
POINT = 120
"""Characters shown of an earlier note."""


@dataclass(frozen=True, repr=False)
class NoteLine:
    """One note in a list. Of one that is not `readable`, topic, missing parts and categories stay empty."""

    id: str
    number: str
    kind: str
    day: date
    starts: int | None
    ends: int | None
    who: str
    class_name: str
    writer_name: str
    mine: bool
    readable: bool
    shared: bool
    state: str
    signed: bool
    missing: tuple[str, ...]
    students: tuple[str, ...]
    categories: tuple[tuple[str, str], ...]
    topic: str


@dataclass(frozen=True, repr=False)
class ToWrite:
    """A visit of one's own without a note (`what` missing), or one's own note not complete (unfinished). `days`: since;
    `closed`: the counsellor has closed the visit."""

    visit: str
    note: str
    day: date
    starts: int | None
    ends: int | None
    who: str
    class_name: str
    days: int
    what: str
    closed: bool = True


@dataclass(frozen=True, repr=False)
class Point:
    """What stood in an earlier note, in a few words; shown beside, never copied in."""

    note: str
    day: date
    kind: str
    words: str
    steps: tuple[StepSeen, ...]


def listed(
    room: Room,
    now: datetime,
    *,
    student: str = "",
    kind: str = "",
    mine: bool | None = None,
    since: date | None = None,
    until: date | None = None,
    unfinished: bool = False,
    unsigned: bool = False,
    only: str = "",
    limit: int = 200,
) -> list[NoteLine]:
    """Notes, the latest day first: of a student, of a kind, one's own or the colleagues', of some days. `unfinished`: one's
    own that still lack a part and are not signed; `unsigned`: without a signature; `only`: the one note of this id."""
    needs_counsellor(room)
    school = context(room)
    with room.snapshot() as session:
        rows = ask.lines(
            session,
            room.person.id,
            student=student,
            kind=kind,
            mine=True if unfinished else mine,
            since=since,
            until=until,
            unfinished=unfinished,
            unsigned=unsigned,
            only=only,
            limit=limit,
        )
        ids = [row.id for row in rows]
        students, untils = ask.students_of(session, ids), ask.untils(session, ids)
        carried, called = ask.categories_of(session, ids), category_list.names(session)
        names = Names(school, ask_booking.students(session, {s for some in students.values() for s in some}))
        days = ask.lock_days(session)
    found = []
    for row in rows:
        own = row.writer == room.person.id
        readable = own or row.shared
        whose = students.get(row.id, [])
        who, class_name = names.several(whose, row.day)
        found.append(
            NoteLine(
                id=row.id,
                number=row.number,
                kind=row.kind,
                day=row.day,
                starts=row.starts,
                ends=row.ends,
                who=who or (row.with_whom if row.kind == "teacher" else ""),
                class_name=class_name,
                writer_name=school.people.get(row.writer, ""),
                mine=own,
                readable=readable,
                shared=row.shared,
                state=rules.state_of(row.made_at, row.signed_at, days, untils.get(row.id, ()), now),
                signed=bool(row.signed_at),
                missing=_missing(row) if readable else (),
                students=tuple(whose),
                categories=tuple((c, called.get(c, "")) for c in carried.get(row.id, ())) if readable else (),
                topic=row.topic if readable else "",
            )
        )
    return found


def line(room: Room, note_id: str, now: datetime) -> NoteLine:
    """One note as a list shows it, also a colleague's. Errors: `NotFound`."""
    found = listed(room, now, only=note_id)
    if not found:
        raise NotFound(what="这份记录")
    return found[0]


def of_visit(room: Room, visit: str) -> str:
    """The note of a visit, one's own before a colleague's; empty where there is none."""
    needs_counsellor(room)
    with room.read() as session:
        rows = ask.of_visit(session, visit)
    return next((row.id for row in rows if row.writer == room.person.id), rows[0].id if rows else "")


def _missing(row: Any) -> tuple[str, ...]:
    """Labels of what a listed note lacks; the row tells of each part whether it is written."""
    return tuple(label_of(NoteFields, name) for name in rules.NEEDED[row.kind] if not getattr(row, f"has_{name}"))


def to_write(room: Room, now: datetime) -> list[ToWrite]:
    """Visits of one's own (also sessions of groups) that are over and have no note, and one's own notes not complete, the
    oldest first; of the last `BACK` days. Not those of which somebody said that none is needed (`needs_none`), nor notes
    that were signed as they are."""
    needs_counsellor(room)
    school, today = context(room), now.date()
    since = today - timedelta(days=BACK)
    with room.snapshot() as session:
        visits = ask.without_note(session, room.person.id, since, today)
        names = Names.of(session, school, visits)
        notes = ask.lines(session, room.person.id, mine=True, since=since, unfinished=True, limit=-1)
        students = ask.students_of(session, [row.id for row in notes])
        known = Names(school, ask_booking.students(session, {s for some in students.values() for s in some}))
    minute = now.hour * 60 + now.minute
    found = [
        ToWrite(
            v.id,
            "",
            v.day,
            v.starts,
            v.ends,
            names.who(v),
            names.class_of(v, v.day),
            (today - v.day).days,
            "missing",
            bool(v.closed_by),
        )
        for v in visits
        if (v.day, v.ends) <= (today, minute)
    ]
    for row in notes:
        who, class_name = known.several(students.get(row.id, []), row.day)
        who = who or row.with_whom
        days = (today - row.day).days
        found.append(ToWrite(row.visit, row.id, row.day, row.starts, row.ends, who, class_name, days, "unfinished"))
    return sorted(found, key=lambda one: (one.day, one.starts or 0))


def unwritten(room: Room, day: date) -> frozenset[str]:
    """Visits of one's own on a day that still want a note."""
    needs_counsellor(room)
    with room.read() as session:
        return frozenset(visit.id for visit in ask.without_note(session, room.person.id, day, day))


def needs_none(room: Room, visit: str, why: str) -> None:
    """A visit needs no note, and why (`records.notes.NoNote`); an empty reason takes that back."""
    needs_counsellor(room)
    if why and why not in NONE_NEEDED:
        raise NotValid({"why": "请从列表里选一个原因"})
    with room.write("这次来访不写记录") as deed:
        session = deed.session
        row = session.get(NoNote, visit)
        if not why:
            if row is not None:
                session.delete(row)
            return
        if ask_booking.visit(session, visit) is None:
            raise NotFound(what="这次来访")
        row = row or NoNote(id=visit, why=why, person="")
        row.why, row.person = why, room.person.id
        session.add(row)


def last_points(room: Room, student: str, before: date) -> list[Point]:
    """The last notes of a student up to a day that this person may read, the latest first: what was agreed, else what the
    matter was, and the steps."""
    needs_counsellor(room)
    school = context(room)
    with room.snapshot() as session:
        rows = ask.points(session, room.person.id, student, before, POINTS)
        steps = ask.steps_of(session, [row.id for row in rows])
    return [
        Point(
            row.id,
            row.day,
            row.kind,
            _short(next((t for t in (row.measures, row.outcome, row.problem, row.state, row.topic) if t), "")),
            tuple(
                StepSeen(s.id, s.text, s.due, s.done_at, s.person, school.people.get(s.person, ""))
                for s in steps
                if s.note == row.id
            ),
        )
        for row in rows
    ]


def _short(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= POINT else words[: POINT - 1] + "…"
