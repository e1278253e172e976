"""The confidential part of a student's time line: notes, contacts, what belongs to them, slips taken in, the file's changes.

Each provider reads as the person who opened the room: one's own and shared notes with their words, of a colleague's other
notes only that there is one and whose. Private notes are in none.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from psyroom.records.attachments import ATTACHED
from psyroom.records.fields import about, label_of
from psyroom.records.notes import CONTACTS, NOTE_KINDS, NoteFields
from psyroom.records.students import StudentBackground, StudentBackgroundFields
from psyroom.rules import notes as rules
from psyroom.rules.time import short_day
from psyroom.rules.typed import minutes as minutes_of_day
from psyroom.services.rights import needs_counsellor
from psyroom.services.school import context
from psyroom.services.timeline_lines import Line, joined, when
from psyroom.store import history as chain
from psyroom.store.questions import notes as ask_notes
from psyroom.store.questions import timeline as ask
from psyroom.store.room import Room

STATES = {"open": "未锁定", "locked": "已锁定", "unlocked": "已解锁"}
SEALED = "{who}的记录（需说明原因才能打开）"
"""What is said of a colleague's note that is not shared."""


def notes(room: Room, student: str) -> Iterable[Line]:
    """Notes and contacts in a student's file. Needs a counsellor."""
    needs_counsellor(room)
    people, now = context(room).people, room.now()
    with room.read() as session:
        rows = ask.notes(session, student, room.person.id)
        others = ask.sealed(session, student, room.person.id)
        untils = ask_notes.untils(session, [row.id for row in rows])
        days = ask_notes.lock_days(session)
    for row in rows:
        state = rules.state_of(row.made_at, row.signed_at, days, untils.get(row.id, ()), now)
        said = "已签字" if row.signed_at and state == "locked" else STATES[state]
        length = f"{row.ends - row.starts} 分钟" if row.starts is not None and row.ends is not None else ""
        contact = row.kind in CONTACTS
        kind = NOTE_KINDS[row.kind] + (f"（{row.with_whom}）" if row.with_whom else "")
        yield Line(
            row.day, row.starts, "contact" if contact else "note", f"{kind}：{row.topic}" if row.topic else kind,
            joined(said, length, people.get(row.writer, ""), row.number), row.id, body=_body(row), note=row.id,
        )  # fmt: skip
    for row in others:
        title = SEALED.format(who=people.get(row.writer, "另一位老师"))
        yield Line(row.day, row.starts, "note", title, row.number, row.id, note=row.id, sealed=True)


def _body(row: Any) -> str:
    """What was written, part by part, each under its label."""
    parts = [(name, getattr(row, name).strip()) for name in rules.TEXTS]
    said = [f"{label_of(NoteFields, name)}：{text}" for name, text in parts if text]
    if row.hospital_says:
        day = row.hospital_day.isoformat() if row.hospital_day else ""
        source = "，".join(part for part in (row.hospital, day) if part)
        label = label_of(NoteFields, "hospital_says")
        said.append(f"{label}：{row.hospital_says}" + (f"（{source}）" if source else ""))
    return "\n".join(said)


def steps(room: Room, student: str) -> Iterable[Line]:
    """Next steps, each on the day it is due. Needs a counsellor."""
    needs_counsellor(room)
    with room.read() as session:
        rows = ask.steps(session, student, room.person.id)
    people, today = context(room).people, room.today()
    for row in rows:
        if row.done_at:
            state = f"已完成（{short_day(when(row.done_at)[0])}）"
        else:
            state = "还没做" if row.due is None or row.due >= today else "过期没做"
        detail = joined(state, people.get(row.person, ""), row.number)
        yield Line(row.due or row.day, None, "step", "下一步", detail, row.id, body=row.text, note=row.note)


def addenda(room: Room, student: str) -> Iterable[Line]:
    """Later words to locked notes. Needs a counsellor."""
    needs_counsellor(room)
    with room.read() as session:
        rows = ask.addenda(session, student, room.person.id)
    people = context(room).people
    for row in rows:
        day, minute = when(row.at)
        detail = joined(people.get(row.person, ""), row.number)
        yield Line(day, minute, "addendum", "补记", detail, row.id, body=row.text, note=row.note)


def attachments(room: Room, student: str) -> Iterable[Line]:
    """Attachments in the file and in its readable notes. Needs a counsellor."""
    needs_counsellor(room)
    with room.read() as session:
        rows = ask.attachments(session, student, room.person.id)
    people = context(room).people
    for row in rows:
        title = joined(ATTACHED[row.kind], row.name)
        yield Line(
            row.day, None, "attachment", title, people.get(row.person, ""), row.id, body=row.caption, note=row.note
        )


def slips(room: Room, student: str) -> Iterable[Line]:
    """Slips from the desk that were taken in. Needs a counsellor."""
    needs_counsellor(room)
    with room.read() as session:
        rows = ask.desk_words(session, student, room.person.id)
    people = context(room).people
    for row in rows:
        who = people.get(row.writer, "")
        yield Line(row.day, minutes_of_day(row.at), "slip", "值班便条", who, row.id, body=row.text, note=row.note)


def background(room: Room, student: str) -> Iterable[Line]:
    """When the counsellors' file of a student was changed, and what. Needs a counsellor."""
    needs_counsellor(room)
    people = context(room).people
    for step in chain.history(room, StudentBackground, student):
        day, minute = when(step.at)
        fields = [(name, value) for name, value in (step.after or {}).items() if name in _FIELDS]
        if step.before is None:
            fields = [(name, value) for name, value in fields if value]
        title = "建立档案" if step.before is None else "档案有改动" if step.after is not None else "档案撤回"
        named = "、".join(label_of(StudentBackgroundFields, name) for name, _ in fields)
        body = "\n".join(f"{label_of(StudentBackgroundFields, name)}：{_said(name, value)}" for name, value in fields)
        detail = joined(named, people.get(step.person, ""))
        yield Line(day, minute, "background", title, detail, f"{student} {step.deed}", body=body)


_FIELDS = StudentBackgroundFields.model_fields


def _said(name: str, value: Any) -> str:
    choices = about(StudentBackgroundFields, name)["choices"] or {}
    return str(choices.get(value, value)).strip() or "（清空）"


PROVIDERS = (notes, steps, addenda, attachments, slips, background)
