"""The lock on a note: signed, or some days after it was written. Every deed that writes a note asks `open_note` inside its
transaction; undo asks `after_undo`.

A locked note gets addenda, or is unlocked with a reason that everybody sees.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

from sqlmodel import Session

from psyroom.errors import NotFound, Refused
from psyroom.records.fields import checked
from psyroom.records.notes import (
    UNLOCK_DAYS,
    Addendum,
    NextStep,
    Note,
    NoteCategory,
    NoteRules,
    NoteStudent,
    NoteUnlock,
)
from psyroom.records.students import Student
from psyroom.rules import notes as rules
from psyroom.services.rights import needs_counsellor
from psyroom.store.history import Step
from psyroom.store.questions import notes as ask
from psyroom.store.room import Room

FREE = frozenset({"shared"})
"""Fields of a note that are no part of what was written: they may change after the lock."""


class NoteLocked(Refused):
    """The note is locked: a later word is an addendum, or it is unlocked with a reason."""

    def __init__(self, signed: bool) -> None:
        how = "已经签字" if signed else "已过修改期限"
        super().__init__(why=f"这份记录{how}，已锁定；要补充请用“补记”，确实要改请先解锁并写明原因。")


class NotYours(Refused):
    """A colleague's note."""

    def __init__(self) -> None:
        super().__init__(why="这是另一位老师写的记录，只有写的人能改；有话要补充请告诉那位老师。")


class NeedsReason(Refused):
    """A colleague's note that is not shared: it opens with a reason, which is kept."""

    def __init__(self) -> None:
        super().__init__(why="这是另一位老师的记录，没有设为同事可看；要看请写明原因，打开的人和原因会记下来。")


def lock_days(room: Room) -> int:
    """After how many days a note locks by itself."""
    needs_counsellor(room)
    with room.read() as session:
        return ask.lock_days(session)[-1][1]


def set_lock_days(room: Room, days: int) -> None:
    """After how many days (1–60) notes lock by themselves, those still open included; what is locked stays so. Errors:
    `NotValid`."""
    needs_counsellor(room)
    fields = checked(NoteRules, {"lock_days": days})
    with room.write("修改记录的锁定天数") as deed:
        row = deed.session.get(NoteRules, "notes") or NoteRules()
        row.lock_days = fields.lock_days
        deed.session.add(row)


def found(session: Session, note_id: str) -> Note:
    row = session.get(Note, note_id)
    if row is None:
        raise NotFound(what="这份记录")
    return row


def state(session: Session, row: Any, now: datetime) -> str:
    """open | locked | unlocked. A clock that was set back opens nothing: `now` is never before what was done last."""
    untils, days = ask.untils(session, [row.id]).get(row.id, ()), ask.lock_days(session)
    found = rules.state_of(row.made_at, row.signed_at, days, untils, now)
    if found == "locked":
        return found
    return rules.state_of(row.made_at, row.signed_at, days, untils, moment(session, row.id, now))


def moment(session: Session, note: str, now: datetime) -> datetime:
    """Now, or the latest stamp in the chain since this note was written, where that is later."""
    last = ask.last_stamp_since(session, note)
    return max(rules.utc(now), datetime.fromisoformat(last)) if last else now


def own_note(session: Session, room: Room, note_id: str) -> Note:
    """One's own note, locked or not. Errors: `NotFound`, `NotYours`."""
    needs_counsellor(room)
    row = found(session, note_id)
    if row.writer != room.person.id:
        raise NotYours
    return row


def open_note(session: Session, room: Room, note_id: str, now: datetime) -> Note:
    """One's own note as long as it may be changed. Errors: `NotFound`, `NotYours`, `NoteLocked`."""
    needs_counsellor(room)
    row = own_note(session, room, note_id)
    if state(session, row, now) == "locked":
        raise NoteLocked(bool(row.signed_at))
    return row


def may_read(room: Room, row: Any) -> bool:
    """Whether a note opens without a reason: one's own, or shared by a colleague."""
    needs_counsellor(room)
    return bool(row.writer == room.person.id or row.shared)


# ---- undo -----------------------------------------------------------------------------------------------------

_WRITTEN = {str(table.__tablename__) for table in (NoteStudent, NoteCategory, NextStep)}
_BELONG = {str(table.__tablename__): table for table in ask.BELONGINGS}


def after_undo(session: Session, steps: Iterable[Step], now: datetime) -> None:
    """Called before an undo is sealed: what is locked by now stays as it is, nothing is left without its note, and what
    was unlocked stays seen. Errors: `Refused`."""
    steps = list(steps)
    merging = any(
        step.kind == Student.__tablename__ for step in steps
    )  # two entries become two again, notes follow them
    notes: dict[str, Any] = {}
    written: set[str] = set()
    for step in steps:
        if step.kind == Note.__tablename__:
            notes[step.ref] = step
            if step.before is not None and (step.after is None or set(step.before) <= FREE):
                continue  # a removed note comes back whole; or it is only shared or not
            written.add(step.ref)
        elif step.kind in _BELONG:
            note = _note_of(session, step)
            notes.setdefault(note, None)
            if step.kind in _WRITTEN and not merging and not _is_tick(step):
                written.add(note)
            elif step.kind == Addendum.__tablename__ and _is_old(step, moment(session, note, now)):
                raise Refused(why="补记已过一天，不能再撤销；要更正请再补记一句。")
            elif step.kind == NoteUnlock.__tablename__ and step.before is None:
                raise Refused(why="解锁记录要留着，不能撤销。")
    came_back = {ref for ref, step in notes.items() if step is not None and step.after is None}
    for note in sorted(written - came_back - {""}):
        _still_open(session, note, notes.get(note), now)
    for note in sorted(notes.keys() - {""}):
        if session.get(Note, note) is None and ask.left_behind(session, note):
            raise Refused(why="这份记录之后又添了内容（附件、补记等），或已经不在了，不能这样撤销。")


def _still_open(session: Session, note: str, step: Step | None, now: datetime) -> None:
    row: Any = session.get(Note, note)
    if row is None:
        if step is None or step.after is None:
            return  # whatever belonged to it goes or stays with it
        row = SimpleNamespace(**step.after)  # it would go: it is looked at as it stood
    if state(session, row, now) == "locked":
        raise Refused(why="这份记录已经锁定，不能用撤销来改；要补充请用“补记”，确实要改请先解锁并写明原因。")


def _note_of(session: Session, step: Step) -> str:
    """The note a belonging lies in, as it stands or stood; empty for none."""
    for values in (step.after, step.before):
        if values and "note" in values:
            return str(values["note"])
    row: Any = session.get(_BELONG[step.kind], step.ref)
    return row.note if row is not None else ""


def _is_tick(step: Step) -> bool:
    """Whether a step was only marked as done or not done."""
    return step.kind == NextStep.__tablename__ and step.before is not None and set(step.before) == {"done_at"}


def _is_old(step: Step, now: datetime) -> bool:
    if step.before is not None or step.after is None:
        return False
    return rules.utc(now) > datetime.fromisoformat(str(step.after["at"])) + timedelta(days=UNLOCK_DAYS)
