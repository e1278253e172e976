"""Undo and what was done: readings of the chain. Undo is a new deed that reverses one's own."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from sqlmodel import Session

from psyroom.errors import NothingToUndo
from psyroom.services import bookings, week_lock
from psyroom.store import history as chain
from psyroom.store.room import Room

IMPORT = "导入名册"
"""The label of a deed that brought in a roster."""


@dataclass(frozen=True)
class Undone:
    """What was taken back: its label, and the names of what stays because somebody changed it since."""

    label: str
    kept: list[str] = field(default_factory=list)


def undo(room: Room, deed_id: str | None = None) -> Undone:
    """Take back one's last deed, or that one. An import goes but for the students somebody has touched since.

    Raises NothingToUndo, NotUndoable, Overtaken, Conflict (a booking whose time has been given away since), Refused (a
    signed week would change).
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
    chain.undo(room, deed_id, check=_check)
    return Undone(label)


def _check(session: Session, steps: Iterable[chain.Step]) -> None:
    """What an undo must leave standing."""
    steps = list(steps)
    bookings.after_undo(session, steps)
    week_lock.after_undo(session, steps)
