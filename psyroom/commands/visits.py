"""A visit that took place, entered afterwards, with what was written about it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from psyroom.commands import naming
from psyroom.commands.opening import Answer, WrongUse, code_of, note, open_room
from psyroom.commands.texts import text_of
from psyroom.errors import Refused, Tell

if TYPE_CHECKING:
    from psyroom.rules.note_text import Written
    from psyroom.store.room import Room

CLIENTS = {"individual": ("student", "in_person"), "telephone": ("student", "telephone"), "parent": ("parent", "in_person")}  # fmt: skip
"""Kinds of notes that are a visit of one student or of the parents: who came, and how."""


def add(options: Any) -> Answer:
    """The visit as one deed, closed; then its note as one, with the private text sealed in it; then the signature."""
    from psyroom.records.notes import NOTE_KINDS
    from psyroom.records.weeks import WHY_AMENDED
    from psyroom.rules import note_text
    from psyroom.services import history, hours, rights

    kind = code_of(NOTE_KINDS, options.kind, "类别")
    if kind not in CLIENTS:
        usable = "、".join(NOTE_KINDS[each] for each in CLIENTS)
        raise Refused(why=f"“{NOTE_KINDS[kind]}”不是一名学生的来访，请在窗口里写；这里可用的有：{usable}。")
    if options.sign and not options.note_file:
        raise WrongUse("--sign 要和 --note-file 一起用：没有写记录就没有可以签字的")
    written = note_text.split(text_of(options.note_file, "记录文件"), kind) if options.note_file else None
    private = text_of(options.private_file, "私密手记文件") if options.private_file else ""
    why = code_of(WHY_AMENDED, options.why, "更正原因") if options.why else ""
    with open_room(options) as room:
        rights.needs_counsellor(room)
        now = hours.local_now(room)
        student = naming.student_named(room, options.student, options.class_word)
        _check(written, private, kind, options, now)
        before = len(room.recent)
        visit, said = _visit(room, kind, student, options, why, now)
        answer: dict[str, Any] = {"visit": visit, "note": "", "number": "", "signed": False}
        if written is not None or private:
            try:
                answer |= _write(room, visit, kind, written, private, options.sign, now)
            except Tell:
                for deed in reversed(room.recent[before:]):  # all or nothing: no visit without the note it came with
                    history.undo(room, deed)
                raise
    words = [said, f"记录 {answer['number']} 已写好" if answer["number"] else "", "已签字" if answer["signed"] else ""]
    return 0, answer, "，".join(word for word in words if word) + "。"


def _check(written: Written | None, private: str, kind: str, options: Any, now: datetime) -> None:
    """What a note may hold, looked at before anything is written. Errors: `NotValid`, `Refused`."""
    from psyroom.records.fields import checked
    from psyroom.records.notes import NextStep, NoteFields
    from psyroom.records.private import LONGEST

    if written is not None:
        checked(NoteFields, {"kind": kind, "day": options.on, **written.parts})
        for text in written.steps:
            checked(NextStep, {"note": "", "person": "", "text": text})
    if len(private.strip()) > LONGEST:
        raise Refused(why=f"私密手记最多 {LONGEST} 个字，文件里有 {len(private.strip())} 个，请分几次写。")


def _visit(room: Room, kind: str, student: str, options: Any, why: str, now: datetime) -> tuple[str, str]:
    """Enter the visit and close it; a booking of the same child at about the time is taken for it, and that is said."""
    from psyroom.rules.typed import span
    from psyroom.services import back_entry

    client, channel = CLIENTS[kind]
    row = {
        "client": client, "student": student, "channel": channel, "starts": options.starts, "ends": options.ends,
        "outcome": "arrived", "booking": back_entry.WALKED_IN,
    }  # fmt: skip
    asks = back_entry.check(room, options.on, [row | {"booking": ""}], now).asks
    if 0 in asks:
        row["booking"] = asks[0].booking
    try:
        entered = back_entry.enter(room, options.on, [row], now, why=why)
    except back_entry.NotEntered as stopped:
        raise Refused(why=_one_sentence(stopped.looked)) from None
    if 0 in asks:
        note("这一天有他的预约，来访已记在那个预约上。")
    return entered.visits[0], f"来访已登记：{options.on} {span(options.starts, options.ends)}"


def _one_sentence(looked: Any) -> str:
    """Why the one row was not entered."""
    if looked.day:
        return "还没到这一天，只能登记今天或以前的来访，请检查日期。"
    if looked.twice:
        return "这次来访已经登记过了，没有再登记。"
    problems = [words.rstrip("。") for fields in looked.visits.values() for words in fields.values()]
    return "；".join(dict.fromkeys(problems)) + "。"


def _write(
    room: Room, visit: str, kind: str, written: Written | None, private: str, sign: bool, now: datetime
) -> dict[str, Any]:
    from psyroom.services import notes

    form = notes.blank(room, visit=visit, now=now)
    parts = written.parts if written is not None else {}
    steps = [notes.StepTyped(text) for text in written.steps] if written is not None else []
    made = notes.add(
        room, {**form.values, "kind": kind, **parts}, form.students, now, steps=steps, private=private, about=form.about
    )
    if sign:
        notes.sign(room, made, now)
    seen = notes.seen(room, made, now)
    return {"note": made, "number": seen.number, "signed": bool(seen.signed_at)}
