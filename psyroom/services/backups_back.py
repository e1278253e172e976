"""Bringing a backup back: what would change, in words, and doing it. The present state is kept first, every time."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from psyroom.errors import Refused
from psyroom.records.attachments import ATTACHED
from psyroom.records.office import DeskState
from psyroom.rules.time import short_day
from psyroom.services import roll
from psyroom.services.backups import alone
from psyroom.services.kinds import WORDS
from psyroom.services.rights import needs_counsellor
from psyroom.store import backups_compare, backups_return, manifest, recovering
from psyroom.store.backups_return import OlderKeys, Unfinished
from psyroom.store.room import Room

__all__ = ["OlderKeys", "Unfinished"]

NAMED = ("student", "note", "attachment", "booking", "visit", "waiting")
"""Kinds of which a few are named, in the order in which they are shown."""
_FIRST = ("student", "student_detail", "note", "private_note", "attachment", "booking", "visit", "opening")


@dataclass(frozen=True, repr=False)
class Difference:
    """One kind. `back`: comes back; `changed`: becomes again what it was; `gone`: is not there afterwards. The names are
    of a few."""

    kind: str
    word: str
    back: int
    changed: int
    gone: int
    names_back: tuple[str, ...] = ()
    names_changed: tuple[str, ...] = ()
    names_gone: tuple[str, ...] = ()


@dataclass(frozen=True, repr=False)
class Differences:
    """What bringing a copy back would change. `missing`: attachments that are not beside it."""

    made_at: datetime
    verified: bool
    lines: tuple[Difference, ...]
    missing: int = 0

    @property
    def nothing(self) -> bool:
        return not self.lines


def preview(room: Room, copy: Path | str) -> Differences:
    """What differs between now and a copy; changes nothing. Takes a second on a large room. Needs a counsellor.

    Errors: `Refused` (another room's, damaged), `OlderKeys`, `NewerFormat`, `NoRoom`."""
    needs_counsellor(room)
    copy = recovering.find_copy(Path(copy).absolute())
    told = backups_return.require_fitting(room, copy)
    work = backups_compare.compare(room, copy, NAMED)
    while True:
        try:
            next(work)
        except StopIteration as end:
            kinds: list[backups_compare.Kind] = end.value
            break
    names = {entry.id: entry.name for entry in roll.everybody(room)}
    for kind in kinds:
        if kind.kind == "student":
            names |= {str(row["id"]): str(row["name"]) for row in (*kind.some_back, *kind.some_gone)}
    lines = [
        Difference(
            kind.kind, WORDS[kind.kind], kind.back, kind.changed, kind.gone,
            *(tuple(_say(kind.kind, row, names) for row in rows)
              for rows in (kind.some_back, kind.some_changed, kind.some_gone)),
        )
        for kind in kinds
    ]  # fmt: skip
    lines.sort(key=lambda line: _FIRST.index(line.kind) if line.kind in _FIRST else len(_FIRST))
    missing = len(manifest.missing_attachments(copy))
    return Differences(told.at(), told.verified, tuple(lines), missing)


def _say(kind: str, row: Mapping[str, Any], names: Mapping[str, str]) -> str:
    who = names.get(str(row.get("student") or ""), "")
    day = str(row.get("day") or "")
    when = short_day(date.fromisoformat(day)) if day else ""
    if kind == "student":
        return str(row["name"])
    if kind == "note":
        return " ".join(part for part in (str(row.get("number") or ""), when) if part)
    if kind == "attachment":
        return " ".join(part for part in (when, who, ATTACHED.get(str(row.get("kind")), "")) if part)
    return " ".join(part for part in (when, who or str(row.get("name") or "")) if part) or "一条"


def bring_back(room: Room, copy: Path | str) -> Generator[tuple[int, int], None, Path]:
    """Put the room into the state of a copy; yields (done, of), returns the copy of the state of before.

    People, passwords and keys stay as they are now. The window must be left afterwards: what it shows is of before.
    Needs a counsellor. Errors: as `preview`; `Damaged`, `CannotWriteFile`, `Unfinished`."""
    needs_counsellor(room)
    if room.practice:
        raise Refused(why="练习学校随时可以重新生成一间，不需要恢复。")
    with alone(room):
        return (yield from backups_return.bring_back_here(room, recovering.find_copy(Path(copy).absolute())))


def content(room: Room) -> None:
    """What was brought back is right: automatic backups go on. Needs a counsellor."""
    needs_counsellor(room)
    with room.aside() as session:
        session.merge(DeskState(id=backups_return.PAUSED, value=""))
