"""Questions about notes and what belongs to them. All in case.db; lists are column queries, records only to be changed."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from datetime import date
from typing import Any, TypeVar

from sqlalchemy import Select, and_, exists, or_, select
from sqlmodel import Session, SQLModel, col
from sqlmodel import select as select_rows

from psyroom.records.access import Export
from psyroom.records.attachments import Attachment
from psyroom.records.booking import Visit
from psyroom.records.notes import (
    Addendum,
    DeskWord,
    NextStep,
    NoNote,
    Note,
    NoteCategory,
    NoteRules,
    NoteStudent,
    NoteUnlock,
    Phrase,
    ProblemCategory,
)
from psyroom.records.office import CaseState
from psyroom.records.private import PrivateNote
from psyroom.rules import notes as rules
from psyroom.store.connection import raw_of

note_c = Note.__table__.c  # type: ignore[attr-defined]
student_c = NoteStudent.__table__.c  # type: ignore[attr-defined]
category_c = NoteCategory.__table__.c  # type: ignore[attr-defined]
step_c = NextStep.__table__.c  # type: ignore[attr-defined]
addendum_c = Addendum.__table__.c  # type: ignore[attr-defined]
unlock_c = NoteUnlock.__table__.c  # type: ignore[attr-defined]
phrase_c = Phrase.__table__.c  # type: ignore[attr-defined]
problem_c = ProblemCategory.__table__.c  # type: ignore[attr-defined]
word_c = DeskWord.__table__.c  # type: ignore[attr-defined]
none_c = NoNote.__table__.c  # type: ignore[attr-defined]
visit_c = Visit.__table__.c  # type: ignore[attr-defined]

Row = TypeVar("Row", bound=SQLModel)

BELONGINGS: tuple[Any, ...] = (
    NoteStudent, NoteCategory, NextStep, Addendum, NoteUnlock, DeskWord, Attachment, PrivateNote,
)  # fmt: skip
"""Everything that names a note by its id and makes no sense without it."""


def _rows(session: Session, statement: Select[Any]) -> list[Any]:
    return list(session.exec(statement).all())  # type: ignore[call-overload]


def _among(session: Session, statement: Select[Any], column: Any, ids: Iterable[str]) -> list[Any]:
    wanted = sorted(set(ids))
    found: list[Any] = []
    for at in range(0, len(wanted), 500):  # SQLite takes a limited number of bound values
        found += _rows(session, statement.where(column.in_(wanted[at : at + 500])))
    return found


# ---- one note -------------------------------------------------------------------------------------------------


def lock_days(session: Session) -> rules.LockDays:
    """After how many days a note locks by itself, and since when: read from the chain, so that a change opens nothing
    that was locked."""
    rows = raw_of(session).execute(
        "SELECT d.at, r.after FROM cases.revision r JOIN cases.deed d ON d.seq = r.deed WHERE r.kind = ? AND r.ref = 'notes' "
        "ORDER BY r.seq",
        (NoteRules.__tablename__,),
    )
    usual = int(NoteRules.model_fields["lock_days"].default)
    changes = [(str(at), json.loads(after)["lock_days"] if after else usual) for at, after in rows.fetchall()]
    return [("", usual), *changes]


def last_stamp_since(session: Session, note: str) -> str:
    """The latest stamp (UTC, ISO 8601) of the deeds since the one that wrote a note first; empty where there is none."""
    row = raw_of(session).execute(
        "SELECT max(at) FROM cases.deed WHERE seq >= (SELECT min(deed) FROM cases.revision WHERE kind = ? AND ref = ?)",
        (Note.__tablename__, note),
    )
    return str(row.fetchone()[0] or "")


def students_of(session: Session, notes: Iterable[str]) -> dict[str, list[str]]:
    """Note → its students, in the order they were given."""
    found: dict[str, list[str]] = {}
    statement = select(student_c.note, student_c.student).order_by(student_c.id)
    for row in _among(session, statement, student_c.note, notes):
        found.setdefault(row.note, []).append(row.student)
    return found


def categories_of(session: Session, notes: Iterable[str]) -> dict[str, list[str]]:
    """Note → its categories' ids, in the order they were given."""
    found: dict[str, list[str]] = {}
    statement = select(category_c.note, category_c.category).order_by(category_c.id)
    for row in _among(session, statement, category_c.note, notes):
        found.setdefault(row.note, []).append(row.category)
    return found


def steps_of(session: Session, notes: Iterable[str]) -> list[Any]:
    """(id, note, person, text, due, done_at) in the order they were given."""
    c = step_c
    statement = select(c.id, c.note, c.person, c.text, c.due, c.done_at).order_by(c.id)
    return _among(session, statement, c.note, notes)


def steps_due(session: Session, person: str, until: date) -> list[Any]:
    """(id, note, text, due) of a person's steps not done, with a date up to a day, the earliest first."""
    c = step_c
    statement = select(c.id, c.note, c.text, c.due).where(c.person == person, c.done_at == "", c.due <= until)
    return _rows(session, statement.order_by(c.due, c.id))


def exists_note(session: Session, note: str) -> bool:
    return bool(_rows(session, select(note_c.id).where(note_c.id == note)))


def addenda_of(session: Session, note: str) -> list[Any]:
    """(id, at, person, text), oldest first."""
    c = addendum_c
    return _rows(session, select(c.id, c.at, c.person, c.text).where(c.note == note).order_by(c.at, c.id))


def unlocks_of(session: Session, note: str) -> list[Any]:
    """(id, at, person, reason, until), oldest first."""
    c = unlock_c
    return _rows(session, select(c.id, c.at, c.person, c.reason, c.until).where(c.note == note).order_by(c.at, c.id))


def untils(session: Session, notes: Collection[str]) -> dict[str, list[str]]:
    """Note → until when it was unlocked, each time."""
    found: dict[str, list[str]] = {}
    for row in _among(session, select(unlock_c.note, unlock_c.until), unlock_c.note, notes):
        found.setdefault(row.note, []).append(row.until)
    return found


def words_of(session: Session, note: str) -> list[Any]:
    """(id, day, at, writer, text) of the slips taken into a note."""
    c = word_c
    return _rows(session, select(c.id, c.day, c.at, c.writer, c.text).where(c.note == note).order_by(c.day, c.at, c.id))


def last_number(session: Session, year: int) -> int:
    """The highest number ever given in a calendar year: a number is given once, whatever is undone or removed later."""
    kept = session.get(CaseState, f"note-number-{year}")
    if kept is not None:
        return int(kept.value)
    whole = note_c.day >= date(year, 1, 1), note_c.day <= date(year, 12, 31)
    rows = _rows(session, select(note_c.number).where(*whole, note_c.number.like(f"{year:04d}-%")))
    return max((int(row.number[5:]) for row in rows), default=0)


def keep_number(session: Session, year: int, last: int) -> None:
    session.merge(CaseState(id=f"note-number-{year}", value=str(last)))


def left_behind(session: Session, note: str) -> bool:
    """Whether anything still names a note."""
    return any(
        _rows(session, select(table.__table__.c.id).where(table.__table__.c.note == note).limit(1))
        for table in BELONGINGS
    )


# ---- lists ----------------------------------------------------------------------------------------------------


def _has(name: str) -> Any:
    return (note_c[name] != "").label(f"has_{name}")


_PARTS = sorted({name for needed in rules.NEEDED.values() for name in needed})
_LINE: Select[Any] = select(
    *(note_c[name] for name in ("id", "number", "kind", "visit", "day", "starts", "ends", "writer", "shared")),
    *(note_c[name] for name in ("made_at", "signed_at", "topic", "with_whom")),
    *(_has(name) for name in _PARTS),
)


def _lacks() -> Any:
    """Whether a part that its kind needs is empty."""
    return or_(
        *(
            and_(note_c.kind == kind, or_(*(note_c[name] == "" for name in needed)))
            for kind, needed in rules.NEEDED.items()
        )
    )


def lines(
    session: Session,
    person: str,
    *,
    student: str = "",
    kind: str = "",
    mine: bool | None = None,
    since: date | None = None,
    until: date | None = None,
    unfinished: bool = False,
    unsigned: bool = False,
    only: str = "",
    limit: int = -1,
) -> list[Any]:
    """(id, number, kind, visit, day, starts, ends, writer, shared, made_at, signed_at, topic, with_whom, has_… of every
    part some kind needs), the latest day first. `only`: one note; `limit` -1: all.

    Which notes they are the index tells alone; only those shown are read."""
    c = note_c
    which = select(c.id)
    if student:
        which = which.where(c.id.in_(select(student_c.note).where(student_c.student == student)))
    if kind:
        which = which.where(c.kind == kind)
    if mine is not None:
        whose = c.writer.concat("")  # not by the index of writers: it says nothing of days
        which = which.where(whose == person if mine else whose != person)
    if since is not None:
        which = which.where(c.day >= since)
    if until is not None:
        which = which.where(c.day <= until)
    if unfinished:
        which = which.where(c.signed_at == "", _lacks())
    if unsigned:
        which = which.where(c.signed_at == "")
    if only:
        which = which.where(c.id == only)
    which = which.order_by(c.day.desc(), c.id.desc()).limit(limit)
    return _rows(session, _LINE.where(c.id.in_(which)).order_by(c.day.desc(), c.id.desc()))


def of_visit(session: Session, visit: str) -> list[Any]:
    """(id, writer) of the notes of a visit, the first written first."""
    return _rows(session, select(note_c.id, note_c.writer).where(note_c.visit == visit).order_by(note_c.id))


def without_note(session: Session, person: str, first: date, last: date) -> list[Any]:
    """Visits of one counsellor that are over, have no note of anybody, and of which nobody said that none is needed:
    (id, day, starts, ends, client, student, name, group_no, size, closed_by), in order of time."""
    v = visit_c
    statement = select(
        v.id, v.day, v.starts, v.ends, v.client, v.student, v.name, v.group_no, v.size, v.closed_by
    ).where(
        v.person == person,
        v.day >= first,
        v.day <= last,
        v.ends.is_not(None),
        ~exists().where(note_c.visit == v.id),
        ~exists().where(none_c.id == v.id),
    )
    return _rows(session, statement.order_by(v.day, v.starts))


def points(session: Session, person: str, student: str, before: date, count: int) -> list[Any]:
    """(id, day, kind, topic, state, problem, measures, outcome) of the last notes of a student that a person may read."""
    c = note_c
    statement = (
        select(c.id, c.day, c.kind, c.topic, c.state, c.problem, c.measures, c.outcome)
        .where(c.id.in_(select(student_c.note).where(student_c.student == student)))
        .where(c.day <= before, or_(c.writer == person, c.shared.is_(True)))
    )
    return _rows(session, statement.order_by(c.day.desc(), c.id.desc()).limit(count))


def phrases(session: Session, person: str) -> list[Any]:
    """(id, text, part, person) of a person's own phrases and everybody's, the own ones first, the newest first."""
    c = phrase_c
    statement = select(c.id, c.text, c.part, c.person).where(c.person.in_((person, "")))
    return _rows(session, statement.order_by(c.person.desc(), c.id.desc()))


# ---- categories -----------------------------------------------------------------------------------------------


def categories(session: Session) -> list[Any]:
    """(id, name, place, retired) of the categories the school has named itself or changed."""
    c = problem_c
    return _rows(session, select(c.id, c.name, c.place, c.retired).order_by(c.place, c.id))


# ---- records, to be changed -----------------------------------------------------------------------------------


def records(session: Session, table: type[Row], note: str) -> list[Row]:
    """The rows of a table that belong to a note, as records."""
    column: Any = table.__table__.c  # type: ignore[attr-defined]
    return list(session.exec(select_rows(table).where(column.note == note).order_by(column.id)).all())


def of_student(session: Session, table: type[Row], student: str) -> list[Row]:
    """The rows of a table that name a student, as records."""
    column: Any = table.__table__.c  # type: ignore[attr-defined]
    return list(session.exec(select_rows(table).where(column.student == student).order_by(column.id)).all())


def exports_naming(session: Session, student: str) -> list[Export]:
    """What left the room about a student, as records."""
    return list(session.exec(select_rows(Export).where(col(Export.students).contains(student))).all())
