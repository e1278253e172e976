"""Notes begun and never saved: their drafts, said in words, and how to go on with them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from psyroom.errors import Tell
from psyroom.records.notes import NOTE_KINDS
from psyroom.services import drafts, notes, roll
from psyroom.services.note_list import ToWrite
from psyroom.services.notes import Blank, NoteSeen
from psyroom.store.room import Room
from psyroom.ui.kit import day_words
from psyroom.ui.pages.notes_parts import names_of
from psyroom.ui.pages.notes_write import Begun


def of(room: Room, listed: Sequence[ToWrite], now: datetime) -> tuple[list[Begun], frozenset[str]]:
    """What was begun beside the list of what is to be written, the newest first; and the keys of all that was begun."""
    kept = [(about, at) for form, about, at in drafts.pending(room) if form == notes.FORM]
    there = {one.visit for one in listed if not one.note} | {one.note for one in listed if one.note}
    found = []
    for about, at in kept:
        if about not in there:
            when = datetime.fromisoformat(at).astimezone()
            found.append(Begun(about, who(room, about, now), f"{day_words(when.date())} {when:%H:%M} 写到一半"))
    return found, frozenset(about for about, _at in kept)


def who(room: Room, about: str, now: datetime) -> str:
    """Whom a draft is about."""
    if about.startswith("student:"):
        _, student, kind = about.split(":")
        return " ".join(p for p in (roll.name_of(room, student), NOTE_KINDS.get(kind, "")) if p)
    try:
        blank, note = target(room, about, now)
    except Tell:
        return "一篇没写完的记录"
    if note is not None:
        return names_of(note)
    names = "、".join(roll.name_of(room, student) for student in blank.students) if blank is not None else ""
    return names or "一篇新记录"


def target(room: Room, about: str, now: datetime) -> tuple[Blank | None, NoteSeen | None]:
    """What a draft's key stands for: a blank form, or a note. Errors: what reading a note or a visit may raise."""
    if not about:
        return notes.blank(room, now=now), None
    if about.startswith("student:"):
        _, student, kind = about.split(":")
        return notes.blank(room, student=student, kind=kind, now=now), None
    try:
        return notes.blank(room, visit=about, now=now), None
    except Tell:
        return None, notes.seen(room, about, now)
