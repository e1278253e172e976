"""What a note said before: who changed what and when, side by side; bringing an older version back makes a new one.

A reading of the chain; nothing is kept twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from psyroom.errors import NotFound
from psyroom.records.fields import about, label_of
from psyroom.records.notes import NextStep, Note, NoteCategory, NoteFields, NoteStudent
from psyroom.rules.time import short_day
from psyroom.rules.typed import clock
from psyroom.services import categories as category_list
from psyroom.services import note_lock, reading
from psyroom.services.clients import Names
from psyroom.services.note_lock import NeedsReason
from psyroom.services.notes import put, set_categories
from psyroom.services.rights import needs_counsellor
from psyroom.services.school import SchoolContext, context
from psyroom.store import past
from psyroom.store.questions import booking as ask_booking
from psyroom.store.room import Room

STUDENTS, CATEGORIES, STEPS = "students", "categories", "steps"
LABELS: Mapping[str, str] = {
    **{name: label_of(NoteFields, name) for name in NoteFields.model_fields if name not in ("visit",)},
    STUDENTS: "学生",
    CATEGORIES: "问题类别",
    STEPS: "下一步",
    "number": label_of(Note, "number"),
    "signed_at": "签字",
}
"""What a version speaks of, in the order it is shown: field → label."""
_PARTS = (NoteStudent, NoteCategory, NextStep)
_KIND = {str(NoteStudent.__tablename__): STUDENTS, str(NoteCategory.__tablename__): CATEGORIES}


@dataclass(frozen=True, repr=False)
class Version:
    """A note as it stood after a deed. `values`: what it said, as text by field (`LABELS`); `changed`: what the deed
    changed; `at` in UTC."""

    deed: str
    at: str
    who: str
    what: str
    values: dict[str, str]
    changed: frozenset[str]


@dataclass(frozen=True, repr=False)
class _State:
    note: dict[str, Any]
    students: tuple[str, ...]
    categories: tuple[str, ...]
    steps: tuple[dict[str, Any], ...]


def of(room: Room, note_id: str) -> list[Version]:
    """Every version of a note, newest first. Errors: `NotFound`, `NeedsReason` for another's that is not shared."""
    needs_counsellor(room)
    school = context(room)
    with room.read() as session:
        row = note_lock.found(session, note_id)
        mine, readable = row.writer == room.person.id, note_lock.may_read(room, row)
    if not readable:
        raise NeedsReason
    if not mine:
        reading.log(room, "history", note=note_id)
    states = _states(room, note_id)
    with room.read() as session:
        called = category_list.names(session)
        names = Names(school, ask_booking.students(session, {s for _, state in states for s in state.students}))
    found: list[Version] = []
    before: dict[str, str] = {}
    for turn, state in states:
        values = _said(state, school, called, names)
        changed = frozenset(name for name in values if values[name] != before.get(name, ""))
        who = school.people.get(turn.person, "")
        if changed or not found:
            found.append(Version(turn.deed, turn.at, who, turn.what, values, changed))
        before = values
    return found[::-1]


def _states(room: Room, note_id: str) -> list[tuple[past.Turn, _State]]:
    """The note after each deed that left it standing, with the deed, oldest first."""
    rows: dict[str, dict[str, dict[str, Any]]] = {"note": {}, **{str(part.__tablename__): {} for part in _PARTS}}
    found: list[tuple[past.Turn, _State]] = []
    turns = past.turns(room, Note, note_id, _PARTS, "note")
    for place, turn in enumerate(turns):
        kept = rows[turn.kind]
        if turn.after is None:
            kept.pop(turn.ref, None)
        else:
            kept[turn.ref] = {**kept.get(turn.ref, {}), **turn.after}
        if place + 1 < len(turns) and turns[place + 1].deed == turn.deed:
            continue
        note = rows["note"].get(note_id)
        if note is not None:
            student, category, step = (
                [row for _, row in sorted(rows[str(part.__tablename__)].items())] for part in _PARTS
            )
            found.append(
                (
                    turn,
                    _State(
                        dict(note),
                        tuple(str(row["student"]) for row in student),
                        tuple(str(row["category"]) for row in category),
                        tuple(step),
                    ),
                )
            )
    return found


def _said(state: _State, school: SchoolContext, called: Mapping[str, str], names: Names) -> dict[str, str]:
    day = date.fromisoformat(state.note["day"])
    found: dict[str, str] = {}
    for name in LABELS:
        if name == STUDENTS:
            found[name] = "、".join(" ".join(filter(None, names.student(s, day))) for s in state.students)
        elif name == CATEGORIES:
            found[name] = "、".join(called.get(c, "") for c in state.categories)
        elif name == STEPS:
            found[name] = "\n".join(_step(row) for row in state.steps)
        elif name == "signed_at":
            found[name] = _signed(state.note, school)
        else:
            found[name] = _text(name, state.note.get(name), school)
    return found


def _text(name: str, value: Any, school: SchoolContext) -> str:
    if value in (None, ""):
        return ""
    if name in ("starts", "ends"):
        return clock(int(value))
    if name == "place":
        return school.places.get(str(value), "")
    if name == "shared":
        return "是" if value else "否"
    choices = about(Note, name)["choices"]
    return str(choices.get(value, value)) if choices else str(value)


def _step(row: Mapping[str, Any]) -> str:
    due = f"（{short_day(date.fromisoformat(row['due']))}）" if row.get("due") else ""
    return f"{row['text']}{due}{'，已完成' if row.get('done_at') else ''}"


def _signed(note: Mapping[str, Any], school: SchoolContext) -> str:
    if not note.get("signed_at"):
        return ""
    at = datetime.fromisoformat(note["signed_at"]).astimezone()
    return f"{school.people.get(note['signed_by'], '')} {at:%Y-%m-%d %H:%M}"


def restore(room: Room, note_id: str, deed_id: str, now: datetime) -> None:
    """What the note said after a deed is said again, as a new version: its fields, students and categories. Steps, and
    whether colleagues may read it, stay as they are; students no longer on the roll stay away.

    Errors: `NotFound`, `NotYours`, `NoteLocked`, `NotValid`."""
    needs_counsellor(room)
    state = next((state for turn, state in _states(room, note_id) if turn.deed == deed_id), None)
    if state is None:
        raise NotFound(what="这个版本")
    with room.write("恢复记录的早先版本") as deed:
        session = deed.session
        row = note_lock.open_note(session, room, note_id, now)
        known = ask_booking.students(session, state.students)
        values = {name: state.note[name] for name in NoteFields.model_fields if name in state.note}
        del values["shared"]
        if values.get("visit") and ask_booking.visit(session, values["visit"]) is None:
            values["visit"] = ""
        put(deed, row, values, [student for student in state.students if student in known], now)
        set_categories(session, row.id, [c for c in state.categories if c])
