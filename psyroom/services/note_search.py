"""Finding what was written: over one's own records and those shared, and over one's own private notes in memory.

Nothing of it lies on any disk: no index, no cache, no list of what was sought. Another counsellor's record that is not shared
is not looked into, with a reason neither: whoever has one opens the record.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from psyroom.errors import NotFound
from psyroom.records.fields import label_of
from psyroom.records.notes import NoteFields
from psyroom.rules import finding
from psyroom.services import private_notes, roll
from psyroom.services.rights import needs_counsellor
from psyroom.store.questions import note_search as ask
from psyroom.store.questions import talk_search as ask_talks
from psyroom.store.room import Room

BESIDE = {"addendum": "补记", "next_step": "下一步", "desk_word": "值班便条", "attachment": "附件说明"}
"""What belongs to a record and is searched with it."""
PRIVATE = "私密手记"
MOST = 50
"""Hits shown at most, the latest."""
SLICE = 200
"""Private notes looked through between two chances to stop."""
NAMED = 3
"""Students of a group's record that are named."""

Step = tuple[int, int]
_Sorted = tuple[tuple[date, int, str], "Hit"]


@dataclass(frozen=True, repr=False)
class Hit:
    """One record found. `ref`: id of a talk, a plan, a feedback, a home visit or a mark, whose `kind` is then the time line's
    (`timeline_lines.KINDS`). `note` empty: a slip or an attachment that lies in a student's file beside no record, or a private
    note beside none. `excerpt` is the text around the place, `marks` the (start, end) of the words in it; `private`: found
    in one's own private note, which nobody else finds. `kind`: of the record (`NOTE_KINDS`); empty where there is none."""

    note: str
    number: str
    students: tuple[str, ...]
    who: str
    class_name: str
    day: date
    kind: str
    part_label: str
    excerpt: str
    marks: tuple[tuple[int, int], ...]
    private: bool
    ref: str = ""


def search(room: Room, text: str, *, limit: int = MOST) -> list[Hit]:
    """The records, and the talks, plans, feedback and home visits, in which every word of `text` stands, newest first; nothing for less than two characters.

    Any case and any width: `ＱＱ` finds `qq`. A private note is a text of its own: all words stand in it. Needs a counsellor.
    """
    needs_counsellor(room)
    work = searching(room, text, limit=limit)
    while True:
        try:
            next(work)
        except StopIteration as done:
            found: list[Hit] = done.value
            return found


def searching(room: Room, text: str, *, limit: int = MOST) -> Generator[Step, None, list[Hit]]:
    """The same in steps, for the worker: whoever types on cancels it between two of them."""
    needs_counsellor(room)
    words = finding.words_of(text)
    if not words:
        return []
    yield 0, 3
    with room.read() as session:
        rows = ask.notes(session, words, room.person.id, limit)
    yield 1, 3
    with room.read() as session:
        ids = [row.id for row in rows]
        texts, students = ask.texts(session, ids), ask.students(session, ids)
        loose = ask.loose(session, words, limit)
        of_talks = ask_talks.found(session, words, limit)
    found: list[_Sorted] = [_of_note(room, row, texts[row.id], students[row.id], words) for row in rows]
    found += [_loose(room, row, words) for row in loose]
    found += [_of_talks(room, row, words) for row in of_talks]
    yield 2, 3
    found += yield from _private(room, words)
    found.sort(key=lambda pair: pair[0], reverse=True)
    return [hit for _, hit in found[:limit]]


def _private(room: Room, words: Sequence[str]) -> Generator[Step, None, list[_Sorted]]:
    """One's own private notes, opened one after the other and forgotten again."""
    kept: list[tuple[str, str, str, finding.Excerpt]] = []
    for count, (note, student, at, text) in enumerate(private_notes.mine(room)):
        if finding.found_in(finding.folded(text), words) == len(words):
            kept.append((note, student, at, finding.excerpt(text, words)))
        if count % SLICE == SLICE - 1:
            yield 2, 3
    ids = sorted({note for note, *_ in kept if note})
    with room.read() as session:
        rows, students = ask.rows(session, ids), ask.students(session, ids)
    found = []
    for note, student, at, piece in kept:
        row = rows.get(note)
        # a note that was taken out since: the private one stands alone, on the day it was written
        day = row.day if row is not None else datetime.fromisoformat(at).astimezone().date()
        whose = students.get(note) or ([student] if student else [])
        made = _hit(room, row, whose, day, PRIVATE, piece)
        found.append(((day, _minute(row), note), replace(made, private=True)))
    return found


def _of_note(
    room: Room, row: Any, texts: Sequence[tuple[str, str]], students: Sequence[str], words: Sequence[str]
) -> _Sorted:
    """A record that was found, shown by the part that holds most of the words, the first of them."""
    name, text = max(texts, key=lambda part: finding.found_in(finding.folded(part[1]), words))
    made = _hit(room, row, students, row.day, _label(name), finding.excerpt(text, words))
    return (row.day, _minute(row), row.id), made


def _loose(room: Room, row: Any, words: Sequence[str]) -> _Sorted:
    name, student, day, text = row
    return (day, -1, student), _hit(room, None, [student], day, BESIDE[name], finding.excerpt(text, words))


def _of_talks(room: Room, row: ask_talks.Found, words: Sequence[str]) -> _Sorted:
    """A talk, a plan or what else is the room's about one student, by the part that holds most of the words."""
    name, text = max(row.texts, key=lambda part: finding.found_in(finding.folded(part[1]), words))
    made = _hit(room, None, [row.student], row.day, label_of(row.table, name), finding.excerpt(text, words))
    return (row.day, -1, row.id), replace(made, kind=row.kind, ref=row.id)


def _hit(room: Room, row: Any, students: Sequence[str], day: date, part_label: str, piece: finding.Excerpt) -> Hit:
    who, class_name = named(room, students)
    return Hit(
        note=row.id if row is not None else "",
        number=row.number if row is not None else "",
        students=tuple(students),
        who=who or (row.with_whom if row is not None else ""),
        class_name=class_name,
        day=day,
        kind=row.kind if row is not None else "",
        part_label=part_label,
        excerpt=piece.text,
        marks=piece.marks,
        private=False,
    )


def named(room: Room, students: Iterable[str]) -> tuple[str, str]:
    """The students by name, and the class they share; of a group the first three. Needs a counsellor."""
    needs_counsellor(room)
    there = []
    for student in students:
        try:
            there.append(roll.entry(room, student))
        except NotFound:  # entered by mistake and taken out since
            continue
    names = "、".join(entry.name for entry in there[:NAMED]) + (f"等 {len(there)} 人" if len(there) > NAMED else "")
    classes = {entry.class_name for entry in there}
    return names, classes.pop() if len(classes) == 1 else ""


def _minute(row: Any) -> int:
    return row.starts if row is not None and row.starts is not None else -1


def _label(part: str) -> str:
    return BESIDE[part] if part in BESIDE else label_of(NoteFields, part)
