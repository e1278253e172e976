"""家校反馈单 for a class or for some: the paper, and the act by which it leaves. That is one deed: the line in the register,
the slips counted as printed, and (where it is saved) the file; it cannot be undone, for what has left cannot be called back.

Only what is declared fit for parents stands on a slip, beside name, class and school. A whole class gets one each, so that
a slip gives nobody away; who has no words gets ruled lines to be filled by hand.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlmodel import Session

from psyroom.errors import NotValid, Refused
from psyroom.records.care import Feedback, FeedbackFields
from psyroom.records.fields import checked
from psyroom.reports import parent_slips as paper
from psyroom.reports.recovery import chinese_date
from psyroom.services import coverage, exports, roll
from psyroom.services.feedback import ON_PAPER, SLIP, TEXTS, new_row, put, term_of
from psyroom.services.rights import needs_counsellor
from psyroom.services.school import context
from psyroom.services.sheets import Made
from psyroom.store.questions import feedback as ask
from psyroom.store.room import Room

KIND = "家校反馈单"
"""As the register calls it."""
CHANGED = "预览之后有反馈单改过了，请重新预览，再打印或保存。"


@dataclass(frozen=True, repr=False)
class Slip:
    """What one slip says, and what of the records it is: `feedback` empty where it is still to be written down; `again`: a
    second printing."""

    student: str
    feedback: str
    fields: FeedbackFields
    again: bool


@dataclass(frozen=True)
class Slips(Made):
    """The paper with what stands on it; handed back when it leaves, so that what was seen is what leaves."""

    term: str = ""
    slips: tuple[Slip, ...] = ()


@dataclass(frozen=True)
class OneSlip(Made):
    """A slip alone, at the upper left of its page; `share`: how much of the page's width and height it takes."""

    share: tuple[float, float] = (0.5, 0.5)


def of_class(room: Room, class_key: str, now: datetime, *, term: str = "", owed_only: bool = False) -> list[str]:
    """The students of a class in order: everybody on the list, or only those whose parents are to be told.

    Errors: `NeedsCounsellor`, `Refused` (no such semester)."""
    needs_counsellor(room)
    lines = coverage.students(room, now, term, class_key=class_key)
    return [line.id for line in lines if not owed_only or line.lamps.feedback.state != "none"]


def slips(
    room: Room, students: Sequence[str], now: datetime, *, term: str = "", words: Mapping[str, Any] | None = None
) -> Slips:
    """The slips of these students as a paper, in class order, each class beginning a page. `words`: what stands on those
    that were not printed yet wherever they say nothing themselves (of study, life, advice, by, day).

    Nothing is written: see `printed` and `leaving`. Errors: `NeedsCounsellor`, `NotFound`, `NotValid`, `Refused`.
    """
    needs_counsellor(room)
    school = context(room)
    span = term_of(school, now, term)
    entries = sorted(
        {student: roll.entry(room, student) for student in students}.values(), key=lambda e: (e.order, e.number, e.id)
    )
    if not entries:
        raise Refused(why="没有要打印的学生，请先选一个班或几名学生。")
    with room.snapshot() as session:
        found = _plan(session, [entry.id for entry in entries], span.code, now.date(), words or {})
    by_student = {slip.student: slip for slip in found}
    pages = [_paper(entry, by_student[entry.id].fields, again=by_student[entry.id].again) for entry in entries]
    practice = school.practice or room.practice
    pdf, missing = paper.slips_pdf(school.title, span.name, pages, practice=practice)
    names = list(dict.fromkeys(entry.class_name for entry in entries))
    name = "_".join(filter(None, (KIND, names[0] if len(names) == 1 else "", now.date().isoformat())))
    return Slips(name, pdf, None, missing, tuple(e.id for e in entries), term=span.code, slips=tuple(found))


def one(
    room: Room, student: str, words: Mapping[str, Any], now: datetime, *, term: str = "", as_given: bool = False
) -> OneSlip:
    """One student's slip with just these words, as it stands while somebody writes them; not to be printed, nothing is
    written. `as_given`: as the parents hold it, without the mark of a second printing.

    Errors: `NeedsCounsellor`, `NotFound`, `NotValid`, `Refused`."""
    needs_counsellor(room)
    school = context(room)
    span = term_of(school, now, term)
    entry = roll.entry(room, student)
    with room.read() as session:
        (slip,) = _plan(session, [student], span.code, now.date(), {})
    if strange := words.keys() - set(ON_PAPER):
        raise NotValid(dict.fromkeys(strange, "这一项不能印在反馈单上"))
    fields = checked(FeedbackFields, {"day": now.date(), **words, "student": student})
    page = _paper(entry, fields, again=slip.again and not as_given)
    pdf, missing = paper.slips_pdf(school.title, span.name, [page], practice=school.practice or room.practice)
    return OneSlip(KIND, pdf, None, missing, (student,), share=paper.share_of(page))


def _paper(entry: roll.Entry, fields: FeedbackFields, *, again: bool) -> paper.ParentSlip:
    """What stands on a slip: name, class, and of the record only what is fit for parents."""
    return paper.ParentSlip(
        name=entry.name,
        class_name=entry.class_name,
        day=chinese_date(fields.day),
        by=fields.by,
        texts=tuple(getattr(fields, name) for name in TEXTS),
        again=again,
    )


def printed(room: Room, made: Slips, now: datetime, *, reason: str, receiver: str) -> None:
    """Note that the slips go to the printer, before it is given a page: the register and every slip in one deed.

    Errors: `NeedsCounsellor`, `NotValid` (reason, receiver), `Refused` (something changed since they were made),
    `SaveFailed`; nothing is then written."""
    needs_counsellor(room)
    exports.printed(
        room, {f"{made.name}.pdf": made.pdf}, kind=KIND, students=made.students, reason=reason, receiver=receiver,
        also=lambda session: _count(session, room, made, now),
    )  # fmt: skip


def leaving(
    room: Room,
    made: Slips,
    folder: Path,
    now: datetime,
    *,
    reason: str,
    receiver: str,
    password: str = "",
    name: str = "",
) -> list[Path]:
    """Save the slips into a folder: the file, the register and every slip, all or nothing. `name`: of the file, without
    ending. Errors: as `printed`, and those of `exports.write`."""
    needs_counsellor(room)
    return exports.write(
        room, {f"{name or made.name}.pdf": made.pdf}, folder, kind=KIND, students=made.students, reason=reason,
        receiver=receiver, password=password, also=lambda session: _count(session, room, made, now),
    )  # fmt: skip


# ---- what stands on them ----------------------------------------------------------------------------------------


def _plan(session: Session, students: Sequence[str], term: str, today: date, words: Mapping[str, Any]) -> list[Slip]:
    """A slip for each student: the newest of the semester, else a new one."""
    if strange := words.keys() - set(ON_PAPER):
        raise NotValid(dict.fromkeys(strange, "这一项不能印在反馈单上"))
    wanted = set(students)
    newest = {row.student: row for row in ask.of_term(session, term) if row.way == SLIP and row.student in wanted}
    found = []
    for student in students:
        row = newest.get(student)
        own = {name: getattr(row, name) for name in FeedbackFields.model_fields} if row is not None else {}
        fresh = row is None or not row.printed
        given = {name: value for name, value in words.items() if fresh and not own.get(name)}
        fields = checked(FeedbackFields, {"day": today, **own, **given, "student": student, "way": SLIP})
        found.append(Slip(student, row.id if row is not None else "", fields, not fresh))
    return found


def _count(session: Session, room: Room, made: Slips, now: datetime) -> None:
    """Inside the deed by which they leave: every slip stands in the records as it stands on the paper, once more printed."""
    now_said = {slip.student: slip for slip in _plan(session, made.students, made.term, now.date(), {})}
    rows = ask.feedback_rows(session, [slip.feedback for slip in made.slips if slip.feedback])
    for slip in made.slips:
        row: Feedback | None = rows.get(slip.feedback)
        if now_said[slip.student].feedback != slip.feedback:
            raise Refused(why=CHANGED)
        if row is None:
            row = new_row(room, slip.fields, made.term, now)
        elif bool(row.printed) != slip.again or _filled(row, slip.fields):
            raise Refused(why=CHANGED)
        for name in ON_PAPER:
            setattr(row, name, getattr(slip.fields, name))
        row.printed += 1
        if row.state in ("draft", "printed"):
            put(row, "printed", now.date())
        session.add(row)


def _filled(row: Feedback, fields: FeedbackFields) -> bool:
    """Whether the record says something else than the paper: it may only be empty where the paper was given words."""
    return any(getattr(row, name) not in ("", getattr(fields, name)) for name in ON_PAPER)
