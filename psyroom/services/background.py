"""成长信息 of one student: family, events, state, strengths. Only a counsellor reads or writes it; the chain keeps every
version."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psyroom.errors import NotFound
from psyroom.records.fields import about, checked, label_of
from psyroom.records.students import Student, StudentBackground, StudentBackgroundFields
from psyroom.services import drafts
from psyroom.services.rights import needs_counsellor
from psyroom.services.school import context
from psyroom.store import history as chain
from psyroom.store.room import Room

FORM = "background"
"""The name under which the unsaved form is kept."""
FIELDS = tuple(StudentBackgroundFields.model_fields)


@dataclass(frozen=True, repr=False)
class Change:
    """A version: when (local), who, and what each changed field said before and after, by its label."""

    deed: str
    at: datetime
    who: str
    what: str
    changed: tuple[tuple[str, str, str], ...]


def of(room: Room, student: str) -> StudentBackgroundFields:
    """What is kept of a student; empty fields where nothing is. Errors: `NeedsCounsellor`."""
    needs_counsellor(room)
    with room.read() as session:
        row = session.get(StudentBackground, student)
        if row is None:
            return StudentBackgroundFields()
        return StudentBackgroundFields.model_construct(**{name: getattr(row, name) for name in FIELDS})


def said(fields: StudentBackgroundFields, name: str) -> str:
    """A field as a person reads it; empty where nothing was written."""
    return _words(name, getattr(fields, name))


def save(room: Room, student: str, values: Mapping[str, Any]) -> None:
    """Keep what was written; its draft goes in the same deed. Errors: `NeedsCounsellor`, `NotFound`, `NotValid`."""
    needs_counsellor(room)
    with room.write("修改成长信息") as deed:
        session = deed.session
        if session.get(Student, student) is None:
            raise NotFound(what="这名学生")
        row = session.get(StudentBackground, student) or StudentBackground(id=student)
        kept = {name: getattr(row, name) for name in FIELDS}
        fields = checked(StudentBackgroundFields, {**kept, **{n: v for n, v in values.items() if n in FIELDS}})
        row.sqlmodel_update(fields.model_dump())
        session.add(row)
        drafts.discard_in(session, room, FORM, student)


def history(room: Room, student: str) -> list[Change]:
    """Every change, newest first. Errors: `NeedsCounsellor`."""
    needs_counsellor(room)
    people = context(room).people
    found = []
    stood: dict[str, Any] = {}
    for step in chain.history(room, StudentBackground, student):
        after = step.after or {}
        changed = tuple(
            (label_of(StudentBackgroundFields, name), _words(name, stood.get(name)), _words(name, after.get(name)))
            for name in FIELDS
            if name in after and _words(name, stood.get(name)) != _words(name, after.get(name))
        )
        stood = {**stood, **after} if step.after is not None else {}
        at = datetime.fromisoformat(step.at).astimezone()
        found.append(Change(step.deed, at, people.get(step.person, ""), step.what, changed))
    return found[::-1]


def _words(name: str, value: Any) -> str:
    choices = about(StudentBackgroundFields, name)["choices"]
    return str(choices.get(value, value or "")) if choices is not None else str(value or "")
