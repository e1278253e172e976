"""Notes: what was said, written down. One function per deed; every check inside its transaction.

A note is its writer's: nobody else changes it, and nobody once it is locked (`note_lock`). Reading is `seen`.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlmodel import Session

from psyroom.errors import NotValid, Refused
from psyroom.records.fields import checked, label_of
from psyroom.records.notes import (
    LONG,
    UNLOCK_DAYS,
    Addendum,
    DeskWord,
    NextStep,
    Note,
    NoteCategory,
    NoteFields,
    NoteStudent,
    NoteUnlock,
)
from psyroom.records.private import PrivateNote
from psyroom.rules import notes as rules
from psyroom.services import categories as category_list
from psyroom.services import clients, desk_words, drafts, note_lock, private_notes
from psyroom.services.note_blank import Blank as Blank  # callers of the deeds meet them here
from psyroom.services.note_blank import blank as blank
from psyroom.services.note_lock import NeedsReason as NeedsReason
from psyroom.services.note_lock import NoteLocked as NoteLocked
from psyroom.services.note_lock import NotYours as NotYours
from psyroom.services.note_seen import Child as Child
from psyroom.services.note_seen import NoteSeen as NoteSeen
from psyroom.services.note_seen import open_other as open_other
from psyroom.services.note_seen import seen as seen
from psyroom.services.rights import needs_counsellor
from psyroom.store.questions import booking as ask_booking
from psyroom.store.questions import notes as ask
from psyroom.store.room import Deed, Room

FORM = "note"
"""The name under which an unsaved note is kept."""
WRITE, WITH_SLIP = "写辅导记录", "读过密封便条"
"""Deed labels. With a slip the deed stands in the desk's file too, and is called there what reading a slip is called."""


@dataclass(frozen=True, repr=False)
class StepTyped:
    """A next step as typed. `id`: of the one it was, when a note is changed."""

    text: str
    due: date | None = None
    id: str = ""


# ---- writing --------------------------------------------------------------------------------------------------


def add(
    room: Room,
    values: Mapping[str, Any],
    students: Sequence[str],
    now: datetime,
    *,
    categories: Sequence[str] = (),
    steps: Sequence[StepTyped] = (),
    private: str = "",
    slip: str = "",
    about: str = "",
) -> str:
    """A new note with all that belongs to it; its number is given, its draft (`about`) goes. `private` is sealed for its
    writer alone, `slip` becomes part of the record. Returns the id. Errors: `NotValid`."""
    needs_counsellor(room)
    fields = _shaped(values, now)
    with room.write(WITH_SLIP if slip else WRITE) as deed:
        session = deed.session
        _stands(session, fields, students, ())
        row = Note(**fields.model_dump(), writer=room.person.id, made_at=rules.stamp(now))
        row.number = _next_number(session, row.day.year)
        session.add(row)
        _set_students(session, row.id, students)
        set_categories(session, row.id, categories)
        _set_steps(deed, row.id, steps)
        session.flush()
        if private.strip():
            private_notes.put(deed, room, private, note=row.id, student=_one(students), now=now)
        if slip:
            desk_words.take_in(deed, room, slip, _one(students), now, note=row.id)
        drafts.discard_in(session, room, FORM, about)
        return row.id


def change(
    room: Room,
    note_id: str,
    values: Mapping[str, Any],
    students: Sequence[str],
    now: datetime,
    *,
    categories: Sequence[str] | None = None,
    steps: Sequence[StepTyped] | None = None,
    private: str | None = None,
) -> None:
    """What a note says, anew; `values` stand over what it says. None leaves categories, steps, private note as they are.

    Errors: `NotFound`, `NotYours`, `NoteLocked`, `NotValid`."""
    needs_counsellor(room)
    with room.write("修改辅导记录") as deed:
        session = deed.session
        row = note_lock.open_note(session, room, note_id, now)
        put(deed, row, values, students, now)
        if categories is not None:
            set_categories(session, row.id, categories)
        if steps is not None:
            _set_steps(deed, row.id, steps)
        session.flush()
        if private is not None:
            private_notes.put(deed, room, private, note=row.id, student=_one(students), now=now)
        drafts.discard_in(session, room, FORM, row.id)


def put(deed: Deed, row: Note, values: Mapping[str, Any], students: Sequence[str], now: datetime) -> None:
    """Fields and students of an open note, inside a caller's deed. A note that moves to another year gets its number."""
    session = deed.session
    was = {name: getattr(row, name) for name in NoteFields.model_fields}
    fields = _shaped({**was, **values}, now)
    _stands(session, fields, students, ask.students_of(session, [row.id]).get(row.id, ()))
    if fields.day.year != row.day.year:
        row.number = _next_number(session, fields.day.year)
    row.sqlmodel_update(fields.model_dump())
    session.add(row)
    _set_students(session, row.id, students)


def _one(students: Sequence[str]) -> str:
    """In whose file something lies that has room for one."""
    return students[0] if len(set(students)) == 1 else ""


def _plain(text: str) -> str:
    """Text as it is kept: one kind of line end, nothing invisible that paper or search could stumble over."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\u2029", "\n")
    return "".join(c for c in text if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cs"))


def _shaped(values: Mapping[str, Any], now: datetime) -> NoteFields:
    allowed = {name: values[name] for name in NoteFields.model_fields if name in values}
    allowed = {name: _plain(value) if isinstance(value, str) else value for name, value in allowed.items()}
    fields = checked(NoteFields, {"day": now.date(), **allowed})
    problems = {}
    if fields.day > now.date():
        problems["day"] = "日期还没到，请检查"
    if fields.ends is not None and (fields.starts is None or fields.ends <= fields.starts):
        problems["ends"] = "结束时间要晚于开始时间" if fields.starts is not None else "请先填开始时间"
    if fields.hospital_day is not None and fields.hospital_day > now.date():
        problems["hospital_day"] = f"{label_of(NoteFields, 'hospital_day')}还没到，请检查"
    if problems:
        raise NotValid(problems)
    return fields


def _stands(session: Session, fields: NoteFields, students: Sequence[str], before: Sequence[str]) -> None:
    """Raise `NotValid` where a note names who or what is not there. `before`: the students it lay with so far."""
    problems = {}
    if fields.visit and ask_booking.visit(session, fields.visit) is None:
        problems["visit"] = "这次来访已经不在了，请重新选一次，或不选"
    if fields.kind in rules.NEEDS_STUDENT and not students:
        problems["students"] = "请选这份记录是哪位学生的"
    known = ask_booking.students(session, students)
    if missing := set(students) - known.keys():
        problems["students"] = f"有 {len(missing)} 名学生不在名册里了，请重新选"
    if problems:
        raise NotValid(problems)
    for student in set(students) - set(before):
        try:
            clients.on_the_roll(session, student)
        except NotValid as error:
            raise NotValid({"students": error.fields["student"]}) from None


def _next_number(session: Session, year: int) -> str:
    """Never one that was given before, so that what is undone, redone or put back meets no other with its number."""
    running = ask.last_number(session, year) + 1
    ask.keep_number(session, year, running)
    return rules.number(year, running)


def _set_students(session: Session, note: str, students: Sequence[str]) -> None:
    have = {row.student: row for row in ask.records(session, NoteStudent, note)}
    for student in dict.fromkeys(students):
        if have.pop(student, None) is None:
            session.add(NoteStudent(note=note, student=student))
    for row in have.values():
        session.delete(row)


def set_categories(session: Session, note: str, wanted: Sequence[str]) -> None:
    """The categories of a note inside a caller's deed. Errors: `NotValid`."""
    have = {row.category: row for row in ask.records(session, NoteCategory, note)}
    if unknown := set(wanted) - have.keys() - category_list.names(session).keys():
        raise NotValid({"categories": f"有 {len(unknown)} 个问题类别不在列表里了，请重新选"})
    for category in dict.fromkeys(wanted):
        if have.pop(category, None) is None:
            session.add(NoteCategory(note=note, category=category))
    for row in have.values():
        session.delete(row)


def _set_steps(deed: Deed, note: str, typed: Sequence[StepTyped]) -> None:
    """Steps as typed: the one named, else the one that says the same, stays itself (and done, if it was)."""
    session = deed.session
    have = {row.id: row for row in ask.records(session, NextStep, note)}
    for one in typed:
        text = _plain(one.text).strip()
        if not text:
            continue
        checked(NextStep, {"note": note, "person": deed.room.person.id, "text": text, "due": one.due})
        same = next((row for row in have.values() if (row.text, row.due) == (text, one.due)), None)
        row = have.get(one.id) or same
        if row is None:
            session.add(NextStep(note=note, person=deed.room.person.id, text=text, due=one.due))
            continue
        del have[row.id]
        row.text, row.due = text, one.due
        session.add(row)
    for row in have.values():
        session.delete(row)


# ---- after writing --------------------------------------------------------------------------------------------


def sign(room: Room, note_id: str, now: datetime) -> None:
    """Sign one's own note: locked from now on. Never undone. Errors: `NotFound`, `NotYours`, `Refused` when it is signed."""
    needs_counsellor(room)
    with room.write("辅导记录签字", undoable=False) as deed:
        row = note_lock.own_note(deed.session, room, note_id)
        if row.signed_at:
            raise Refused(why="这份记录已经签过字了。")
        row.signed_at, row.signed_by = rules.stamp(now), room.person.id
        deed.session.add(row)
        for opened in ask.records(deed.session, NoteUnlock, note_id):  # what was unlocked is locked again
            opened.until = min(opened.until, row.signed_at)
            deed.session.add(opened)


def add_word(room: Room, note_id: str, text: str, now: datetime) -> None:
    """A later word to a locked note: dated, beside what stands there. To one's own, or one a colleague shares.

    Errors: `NotFound`, `NeedsReason`, `NotValid`, `Refused` while one's own is still open."""
    needs_counsellor(room)
    text = _plain(text).strip()
    if not text:
        raise NotValid({"text": "请写要补充的话"})
    if len(text) > LONG:
        raise NotValid({"text": f"最多 {LONG} 个字，现在是 {len(text)} 个"})
    with room.write("补记") as deed:
        row = note_lock.found(deed.session, note_id)
        if not note_lock.may_read(room, row):
            raise NeedsReason
        if row.writer == room.person.id and note_lock.state(deed.session, row, now) != "locked":
            raise Refused(why="这份记录还没有锁定，直接修改就行。")
        deed.session.add(Addendum(note=note_id, at=rules.stamp(now), person=room.person.id, text=text))


def unlock(room: Room, note_id: str, reason: str, now: datetime) -> None:
    """Open one's own locked note for `UNLOCK_DAYS`; the reason stays seen, a signature falls. Never undone.

    Errors: `NotFound`, `NotYours`, `NotValid`, `Refused` while it is open."""
    needs_counsellor(room)
    with room.write("解锁辅导记录", undoable=False) as deed:
        row = note_lock.own_note(deed.session, room, note_id)
        if note_lock.state(deed.session, row, now) != "locked":
            raise Refused(why="这份记录没有锁定，直接修改就行。")
        values = {"note": note_id, "at": rules.stamp(now), "person": room.person.id, "reason": _plain(reason).strip()}
        until = rules.stamp(note_lock.moment(deed.session, note_id, now) + timedelta(days=UNLOCK_DAYS))
        try:
            fields = checked(NoteUnlock, {**values, "until": until})
        except NotValid:
            raise NotValid({"reason": "请写明为什么要解锁（2 到 100 个字）"}) from None
        deed.session.add(NoteUnlock(**fields.model_dump(exclude={"id"})))
        if row.signed_at:  # a signature holds what was written then
            row.signed_at, row.signed_by = "", ""
            deed.session.add(row)


def share(room: Room, note_id: str, shared: bool) -> None:
    """Whether colleagues may read one's own note without a reason. Errors: `NotFound`, `NotYours`."""
    needs_counsellor(room)
    with room.write("记录设为同事可看" if shared else "记录设为仅自己可看") as deed:
        row = note_lock.own_note(deed.session, room, note_id)
        row.shared = shared
        deed.session.add(row)


def remove(room: Room, note_id: str, now: datetime) -> None:
    """One's own note as long as it is not locked, with all that belongs to it: it goes to the recycle bin. What the desk
    said stays in the student's record, and so does a colleague's private note. Errors: `NotFound`, `NotYours`, `NoteLocked`."""
    needs_counsellor(room)
    with room.write("删除辅导记录") as deed:
        session = deed.session
        row = note_lock.open_note(session, room, note_id, now)
        for table in ask.BELONGINGS:
            for part in ask.records(session, table, note_id):
                if table is DeskWord or (table is PrivateNote and part.person != room.person.id):
                    part.note = ""
                    session.add(part)
                else:
                    session.delete(part)
        session.delete(row)
        drafts.discard_in(session, room, FORM, note_id)
