"""What lies in a child's file follows when two entries become one: notes, slips taken in, attachments, private notes, the
background, who read and what left the room. Locked notes too: what they say does not change, only under which entry they lie.
"""

from __future__ import annotations

import json
from typing import Any

from sqlmodel import Session

from psyroom.errors import Refused
from psyroom.records.access import Reading
from psyroom.records.attachments import Attachment
from psyroom.records.fields import about, label_of
from psyroom.records.notes import DeskWord, NoteStudent
from psyroom.records.private import PrivateNote
from psyroom.records.students import StudentBackground, StudentBackgroundFields
from psyroom.store.questions import notes as ask

MOVED = (DeskWord, Attachment, PrivateNote, Reading)
"""What names one student; a note may name several."""
_SHORT = ("case_no", "family", "upbringing")
"""What there is one of: the kept entry's stands."""


def follow(session: Session, keep: str, other: str) -> None:
    """Inside the caller's deed, everything of `other` lies with `keep`. Errors: `Refused` when the two backgrounds
    together are too long."""
    own = {row.note for row in ask.of_student(session, NoteStudent, keep)}
    for row in ask.of_student(session, NoteStudent, other):
        if row.note in own:
            session.delete(row)
        else:
            row.student = keep
            session.add(row)
    for table in MOVED:
        for part in ask.of_student(session, table, other):
            part.student = keep
            session.add(part)
    for export in ask.exports_naming(session, other):
        named = [keep if student == other else student for student in json.loads(export.students)]
        export.students = json.dumps(list(dict.fromkeys(named)))  # one paper may have been about both
        session.add(export)
    source = session.get(StudentBackground, other)
    if source is not None:
        kept = session.get(StudentBackground, keep) or StudentBackground(id=keep)
        for name, value in _together(kept, source).items():
            setattr(kept, name, value)
        session.add(kept)
        session.delete(source)


def _together(kept: Any, source: Any) -> dict[str, str]:
    """Both backgrounds in one: texts one after the other, so that nothing written is lost."""
    found = {}
    for name in StudentBackgroundFields.model_fields:
        one, two = getattr(kept, name), getattr(source, name)
        if not one or not two or one == two or name in _SHORT:
            found[name] = one or two
            continue
        found[name] = f"{one}\n{two}"
        if len(found[name]) > about(StudentBackgroundFields, name)["limit"]:
            label = label_of(StudentBackgroundFields, name)
            raise Refused(why=f"两条的“{label}”合在一起太长了，请先在其中一条里删短，再合并。")
    return found


def lost(session: Session, keep: str, other: str) -> tuple[str, ...]:
    """Labels of what the other background says otherwise; that stays only in the history."""
    one, two = session.get(StudentBackground, keep), session.get(StudentBackground, other)
    if one is None or two is None:
        return ()
    differ = (name for name in _SHORT if getattr(two, name) and getattr(one, name) not in ("", getattr(two, name)))
    return tuple(label_of(StudentBackgroundFields, name) for name in differ)


def notes_of(session: Session, student: str) -> int:
    """In how many notes a student is named."""
    return len(ask.of_student(session, NoteStudent, student))
