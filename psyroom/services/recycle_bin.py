"""The recycle bin: what was deleted, in words, and putting it back. A reading of the chain; nothing lies in it twice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from types import SimpleNamespace
from typing import Any

from psyroom.errors import NotFound, Refused
from psyroom.records.attachments import ATTACHED
from psyroom.records.care import FEEDBACK_WAYS, VISITED
from psyroom.records.events import EVENTS
from psyroom.records.notes import NOTE_KINDS
from psyroom.records.talks import WAYS
from psyroom.rules.time import WEEKDAYS, day_name, short_day
from psyroom.rules.typed import span
from psyroom.services import history, merging
from psyroom.services.clients import Names
from psyroom.services.kinds import WORDS
from psyroom.services.school import context
from psyroom.store import bin
from psyroom.store.room import Room

RESTORE = "从回收站恢复"
"""The deed's label: neutral, for it may stand on the desk's side."""

HEADS = (
    "note", "attachment", "addendum", "next_step", "private_note", "phrase",
    "growth_plan", "home_visit", "feedback", "talk", "care",
    "booking", "visit", "event", "waiting", "counselling_group", "opening", "opening_exception", "opening_slot",
)  # fmt: skip
"""Kinds that stand as a line of their own, in the order in which one of a deed speaks for the rest. What the program
itself writes anew at every change (the lessons of a timetable, the windows of a waiting entry) would only be noise."""
OWN_ONLY = frozenset({"note", "attachment", "addendum", "next_step", "private_note", "phrase"})
"""What only the one who deleted it puts back: another counsellor's words are not theirs to bring up again."""
_OF_A_CHILD = {"talk": "day", "care": "since", "growth_plan": "made_on", "feedback": "day", "home_visit": "day"}
"""What is the room's about one student, and the field that holds its day: any counsellor puts it back."""
_NAMED_BY = ("note_student",)


@dataclass(frozen=True, repr=False)
class Binned:
    """One deed's deletions: what the line says, how many records it speaks for, when and by whom they went."""

    deed: str
    at: datetime
    who: str
    kind: str
    words: str
    count: int
    undo: bool
    may_restore: bool


def listed(room: Room, limit: int = 200) -> list[Binned]:
    """What lies in the bin for this person, newest first."""
    heads = [kind for kind in HEADS if room.has_cases or kind not in OWN_ONLY]
    named = _NAMED_BY if room.has_cases else ()
    gone = bin.gone(room, (*heads, *named), limit)
    school = context(room)
    found = []
    for deed, group in groupby(
        sorted(gone, key=lambda one: (one.at, one.deed), reverse=True), key=lambda one: one.deed
    ):
        rows = list(group)
        kind = next((kind for kind in heads if any(row.kind == kind for row in rows)), None)
        if kind is None or merging.DEED in rows[0].what:
            continue  # two entries became one: that is undone as a whole, never by halves
        mine = [row for row in rows if row.kind == kind]
        first = mine[0]
        if kind == "private_note" and first.person != room.person.id:
            continue  # not even that there was one
        before = first.before
        if kind == "attachment" and before["note"] and first.person != room.person.id:
            before = {**before, "caption": "", "name": ""}  # it lay in a colleague's note
        words = _say(room, kind, before, [row.before for row in rows if row.kind in _NAMED_BY])
        if len(mine) > 1:
            words = f"{WORDS[kind]} {len(mine)} 条，如{words}"
        may = first.person == room.person.id or (room.has_cases and kind not in OWN_ONLY)
        found.append(
            Binned(
                deed, datetime.fromisoformat(first.at).astimezone(), school.people.get(first.person, ""), kind, words,
                len(mine), first.undo, may,
            )
        )  # fmt: skip
    return found


def restore(room: Room, deed_id: str) -> int:
    """Put back everything that deed deleted; returns how many records stand again. Undoable.

    Raises `NotFound`, `NotUndoable`, `Refused` (another's notes), `Conflict` (a booking's time was given away since),
    and what else an undo may be refused for."""
    line = next((one for one in listed(room) if one.deed == deed_id), None)
    if line is None:
        raise NotFound(what="回收站里的这一项")
    if not line.may_restore:
        raise Refused(why=f"这是{line.who}删除的，请{line.who}自己来恢复。")
    school = context(room)
    back = bin.put_back(
        room, deed_id, what=RESTORE, check=lambda session, steps: history.check(session, school, steps, room.now())
    )
    return len([step for step in back if step.kind in HEADS])


def _say(room: Room, kind: str, before: Mapping[str, Any], named: Sequence[Mapping[str, Any]]) -> str:
    day = date.fromisoformat(before["day"]) if before.get("day") else None
    when = day_name(day) if day else ""
    if before.get("starts") is not None and before.get("ends") is not None:
        when = f"{when} {span(before['starts'], before['ends'])}".strip()
    if kind in ("booking", "visit", "waiting"):
        with room.read() as session:
            who = Names.of(session, context(room), [_row(before)]).who(_row(before))
        return " · ".join(p for p in (WORDS[kind], who, when) if p)
    if kind == "note":
        with room.read() as session:
            names = Names.of(session, context(room), [_row(one) for one in named])
        who = "、".join(names.student(one["student"], day or date.min)[0] for one in named[:3])
        number = before.get("number", "")
        return " · ".join(p for p in (NOTE_KINDS[before["kind"]], number, who, short_day(day) if day else "") if p)
    if kind in _OF_A_CHILD:
        day = date.fromisoformat(before[_OF_A_CHILD[kind]])
        with room.read() as session:
            who = Names.of(session, context(room), [_row(before)]).student(before["student"], day)[0]
        return " · ".join(p for p in (WORDS[kind], who, short_day(day), _which(kind, before)) if p)
    if kind == "attachment":
        return " · ".join(p for p in (ATTACHED[before["kind"]], before["caption"] or before["name"], when) if p)
    if kind == "event":
        return " · ".join(p for p in (EVENTS.get(before.get("kind", ""), WORDS[kind]), when) if p)
    if kind == "opening_slot":
        return f"{WORDS[kind]} · 周{WEEKDAYS[before['weekday'] - 1]} {span(before['starts'], before['ends'])}"
    if kind == "counselling_group":
        return f"团体 {before['no']}"
    return " · ".join(p for p in (WORDS[kind], when) if p)


def _which(kind: str, before: Mapping[str, Any]) -> str:
    """Which of them it was: its way, or its version; nothing of what was written."""
    if kind == "growth_plan":
        return f"第{before['version']}版"
    ways: Mapping[str, str] = {"talk": WAYS, "feedback": FEEDBACK_WAYS, "home_visit": VISITED}.get(kind, {})
    return ways.get(before.get("way", ""), "")


def _row(values: Mapping[str, Any]) -> Any:
    """A stored row as the naming of clients reads one."""
    return SimpleNamespace(**{"client": "student", "student": "", "name": "", "group_no": 0, "size": 1} | dict(values))
