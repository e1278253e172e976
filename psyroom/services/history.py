"""Undo and what was done: readings of the chain. Undo is a new deed that reverses one's own."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from sqlmodel import Session

from psyroom.errors import NothingToUndo, Refused
from psyroom.records.school import Place
from psyroom.records.students import Student
from psyroom.services import bookings, note_lock, rota, waiting, week_lock
from psyroom.services.school import SchoolContext, context
from psyroom.store import history as chain
from psyroom.store.questions import held
from psyroom.store.room import Room

IMPORT = "导入名册"
"""The label of a deed that brought in a roster."""
GIVEN_BY_VISIT = ("home_visit", "feedback")
"""Kinds of which one may name another: feedback given by a home visit."""


@dataclass(frozen=True)
class Undone:
    """What was taken back: its label, and the names of what stays because somebody changed it since."""

    label: str
    kept: list[str] = field(default_factory=list)


def undo(room: Room, deed_id: str | None = None) -> Undone:
    """Take back one's last deed, or that one. An import goes but for the students somebody has touched since.

    Raises NothingToUndo, NotUndoable, Overtaken, Conflict (a booking whose time has been given away since), Refused (a
    signed week or a locked note would change).
    """
    if deed_id is None:
        last = chain.last_deed(room)
        if last is None:
            raise NothingToUndo()
        deed_id, label = last.id, last.what
    else:
        label = chain.label_of(room, deed_id)
    if (
        label == IMPORT
    ):  # what somebody has built on since (a booking, a correction) stays, so it is never undone blindly
        from psyroom.services import roster  # brings the readers of files in; only an import ever needs it

        return Undone(label, roster.take_out(room, deed_id))
    school = context(room)
    chain.undo(room, deed_id, check=lambda session, steps: check(session, school, steps, room.now()))
    return Undone(label)


def check(session: Session, school: SchoolContext, steps: Iterable[chain.Step], now: datetime) -> None:
    """What must stand when a deed was reversed or brought back from the recycle bin; raises what refuses it."""
    steps = list(steps)
    _still_named(session, steps)
    bookings.after_undo(session, steps)
    waiting.after_undo(session, steps)
    rota.after_undo(session, school, steps)
    week_lock.after_undo(session, steps)
    note_lock.after_undo(session, steps, now)
    if any(step.kind in GIVEN_BY_VISIT for step in steps):
        from psyroom.services import home_visits  # brings the reader of pictures in; few undoings ever need it

        home_visits.after_undo(session, steps)


def _still_named(session: Session, steps: Iterable[chain.Step]) -> None:
    """Raise `Refused` when a student or a room would go whom a booking, a visit, a note or the plan names since."""
    for step in steps:
        if step.before is not None:
            continue
        if step.kind == Student.__tablename__ and held.names_student(session, step.ref):
            raise Refused(
                why="这名学生之后有了预约、来访、候补或记录，不能再撤销添加；同一名学生录了两条的，请在“学生”里合并。"
            )
        if step.kind == Place.__tablename__ and held.names_place(session, step.ref):
            raise Refused(why="这间房间之后已经用上了，不能再撤销添加；不用了请在设置里停用。")
