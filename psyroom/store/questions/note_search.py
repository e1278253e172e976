"""Questions of the search over notes: which notes hold all the words, and the texts of those that are shown.

A plain reading of the encrypted notes: no index, nothing kept. The words come folded (`rules.finding`); a character that
can be written in several ways becomes a class of a GLOB pattern, a word of Chinese alone is sought as it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, literal_column, or_, select, union_all
from sqlmodel import Session

from psyroom.records.attachments import Attachment
from psyroom.records.notes import Addendum, DeskWord, NextStep, Note, NoteStudent
from psyroom.rules.finding import forms

note_c = Note.__table__.c  # type: ignore[attr-defined]
student_c = NoteStudent.__table__.c  # type: ignore[attr-defined]
addendum_c = Addendum.__table__.c  # type: ignore[attr-defined]
step_c = NextStep.__table__.c  # type: ignore[attr-defined]
word_c = DeskWord.__table__.c  # type: ignore[attr-defined]
attachment_c = Attachment.__table__.c  # type: ignore[attr-defined]

PARTS = (
    "topic", "with_whom", "words", "observed", "state", "problem", "measures", "effect", "outcome", "hospital_says",
    "hospital",
)  # fmt: skip
"""The fields of a note that are searched, in the order in which the first is shown."""
_SHOWN = [note_c[name] for name in ("id", "number", "day", "starts", "kind", "with_whom")]
BESIDE = (("addendum", addendum_c.text), ("next_step", step_c.text), ("desk_word", word_c.text), ("attachment", attachment_c.caption))  # fmt: skip
"""What belongs to a note and is searched with it."""


def _rows(session: Session, statement: Any) -> list[Any]:
    return list(session.exec(statement).all())


def _pattern(word: str) -> str:
    """The word as GLOB takes it, each character in all its forms."""
    parts = []
    for character in word:
        each = forms(character)
        # within a class ] stands first, ^ and - never; the signs of GLOB itself always have a wide form
        order = sorted(each, key=lambda c: (c != "]", c == "^", c == "-"))
        parts.append(each if len(each) == 1 else "[" + "".join(order) + "]")
    return "*" + "".join(parts) + "*"


def holds(text: ColumnElement[Any], word: str) -> ColumnElement[bool]:
    """Whether a word stands in a text. A run that is written in one way only is sought first: twice as fast as a pattern, and few texts pass it."""
    run = max("".join(c if forms(c) == c else " " for c in word).split(), key=len, default="")
    plain = [func.instr(text, run) > 0] if run else []
    return and_(*plain) if run == word else and_(*plain, text.op("GLOB", is_comparison=True)(_pattern(word)))


def _in_note(word: str) -> ColumnElement[bool]:
    """In one of the note's own parts, or in something that belongs to it."""
    whole = func.concat_ws("\n", *(note_c[name] for name in PARTS))
    beside = [select(text.table.c.note).where(holds(text, word)) for _, text in BESIDE]
    return or_(holds(whole, word), note_c.id.in_(union_all(*beside)))


def notes(session: Session, words: Sequence[str], person: str, limit: int) -> list[Any]:
    """(id, number, day, starts, kind, with_whom) of the person's own and the shared notes that hold all the words, newest first."""
    statement = (
        select(*_SHOWN)
        .where(or_(note_c.writer == person, note_c.shared))
        .where(and_(*map(_in_note, words)))
        .order_by(note_c.day.desc(), literal_column("note.rowid").desc())  # as the index runs: it stops at the limit
        .limit(limit)
    )
    return _rows(session, statement)


def texts(session: Session, ids: Sequence[str]) -> dict[str, list[tuple[str, str]]]:
    """By note: (part, text) of every part that is written, the note's own first."""
    found: dict[str, list[tuple[str, str]]] = {id: [] for id in ids}
    columns = [note_c[name] for name in PARTS]
    for id, *parts in _rows(session, select(note_c.id, *columns).where(note_c.id.in_(ids))):
        found[id] += [(name, text) for name, text in zip(PARTS, parts, strict=True) if text]
    for name, text in BESIDE:
        c = text.table.c
        for id, words in _rows(session, select(c.note, text).where(c.note.in_(ids)).order_by(c.id)):
            if words:
                found[id].append((name, words))
    return found


def students(session: Session, ids: Sequence[str]) -> dict[str, list[str]]:
    """By note: whose file it lies in."""
    found: dict[str, list[str]] = {id: [] for id in ids}
    statement = select(student_c.note, student_c.student).where(student_c.note.in_(ids)).order_by(student_c.id)
    for note, student in _rows(session, statement):
        found[note].append(student)
    return found


def loose(session: Session, words: Sequence[str], limit: int) -> list[Any]:
    """(what, student, day, text) of slips and attachments that lie in a student's file beside no note, newest first."""
    found: list[Any] = []
    for name, text in BESIDE:
        c = text.table.c
        if name not in ("desk_word", "attachment"):
            continue
        statement: Select[Any] = select(c.student, c.day, text).where(c.note == "", c.student != "")
        statement = statement.where(*(holds(text, word) for word in words)).order_by(c.day.desc(), c.id.desc())
        found += [(name, *row) for row in _rows(session, statement.limit(limit))]
    return found


def rows(session: Session, ids: Sequence[str]) -> dict[str, Any]:
    """By note: the columns of `notes`, for as many as are still there."""
    found: dict[str, Any] = {}
    for start in range(0, len(ids), 500):
        found |= {row.id: row for row in _rows(session, select(*_SHOWN).where(note_c.id.in_(ids[start : start + 500])))}
    return found
