"""Problem categories: those a school begins with, renamed, retired and added to by the school itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session

from psyroom.errors import NotValid
from psyroom.records.fields import checked
from psyroom.records.ids import new_id
from psyroom.records.notes import CATEGORIES, ProblemCategory
from psyroom.services.rights import needs_counsellor
from psyroom.store.questions import notes as ask
from psyroom.store.room import Room


@dataclass(frozen=True)
class CategoryRow:
    """One line of the school's list. `id` empty: a new one."""

    id: str
    name: str
    retired: bool = False


def rows(room: Room) -> list[CategoryRow]:
    """The whole list in its order, retired ones too, for editing."""
    needs_counsellor(room)
    with room.read() as session:
        return _rows(session)


def listed(room: Room, *, retired: bool = False) -> list[tuple[str, str]]:
    """(id, name) in the school's order; with `retired` also those no longer offered."""
    needs_counsellor(room)
    with room.read() as session:
        return [(row.id, row.name) for row in _rows(session) if retired or not row.retired]


def names(session: Session) -> dict[str, str]:
    """id → name of every category there is or was."""
    return {row.id: row.name for row in _rows(session)}


def _rows(session: Session) -> list[CategoryRow]:
    own = {row.id: row for row in ask.categories(session)}
    found = [
        (own[code].place, own[code].id, CategoryRow(code, own[code].name, own[code].retired))
        if code in own
        else (place, code, CategoryRow(code, name))
        for place, (code, name) in enumerate(CATEGORIES.items(), 1)
    ]
    found += [(r.place, r.id, CategoryRow(r.id, r.name, r.retired)) for r in own.values() if r.id not in CATEGORIES]
    return [row for _, _, row in sorted(found, key=lambda one: one[:2])]


def save(room: Room, rows: Sequence[CategoryRow]) -> None:
    """The list as edited, in its order. One that is not named any more is retired, never deleted: notes carry it.

    Errors: `NotValid` for an empty or doubled name."""
    needs_counsellor(room)
    typed = [CategoryRow(row.id or new_id(), row.name.strip(), row.retired) for row in rows]
    for row in typed:
        checked(ProblemCategory, {"id": row.id, "name": row.name})
    used = [row.name for row in typed if not row.retired]
    if twice := sorted({name for name in used if used.count(name) > 1}):
        raise NotValid({"name": f"“{twice[0]}”有两个，请改掉一个"})
    if not used:
        raise NotValid({"name": "至少要留一个类别"})
    with room.write("修改问题类别") as deed:
        session = deed.session
        named = {row.id for row in typed}
        kept = [CategoryRow(r.id, r.name, True) for r in _rows(session) if r.id not in named]
        for place, row in enumerate([*typed, *kept], 1):
            stored = session.get(ProblemCategory, row.id) or ProblemCategory(id=row.id, name=row.name)
            stored.name, stored.place, stored.retired = row.name, place, row.retired
            session.add(stored)
