"""Two entries of one child become one: what is kept, what moves, and the deed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlmodel import Session

from psyroom.errors import NotFound, Refused
from psyroom.records.students import Student, StudentDetail, StudentDetailFields
from psyroom.records.waiting import WaitingFirst
from psyroom.services import groups, merging_file, merging_talks
from psyroom.services.around import Clashes
from psyroom.services.rights import needs_counsellor
from psyroom.store.questions import groups as ask_groups
from psyroom.store.questions import students as ask
from psyroom.store.questions import waiting as ask_waiting
from psyroom.store.room import Room

DEED = "合并同一名学生"
DESK = ("name", "sex", "stage", "cohort", "class_no", "number", "status", "status_since")
FILLED = ("sex", "number")
"""Desk fields that are filled from the other entry when the kept one lacks them; name, class and status stay."""

GUARDIAN = ("guardian", "guardian_relation", "guardian_phone")
"""Belong together: a telephone is never given to another guardian."""


@dataclass(frozen=True, repr=False)
class Merged:
    """What one entry will be: values by field, which of them come from the other entry, and how many rows move."""

    first: dict[str, Any]
    second: dict[str, Any]
    result: dict[str, Any]
    taken: frozenset[str]
    bookings: int
    visits: int
    labels: tuple[str, ...]
    notes: int = 0
    also_lost: tuple[str, ...] = ()
    """Labels of what the other's background says otherwise; that stays only in the history."""
    talks: int = 0
    """Talks, plans, feedbacks and home visits of the other entry."""

    @property
    def lost(self) -> tuple[str, ...]:
        """Fields in which the other entry says something else; that stays only in the history."""
        return tuple(
            name
            for name, value in self.second.items()
            if value not in (None, "", False) and self.result[name] != value and name not in ("status", "status_since")
        )


def _result(first: dict[str, Any], second: dict[str, Any]) -> tuple[dict[str, Any], frozenset[str]]:
    result, taken = dict(first), set()

    def take(name: str) -> None:
        if result[name] in (None, "") and second[name] not in (None, ""):
            result[name] = second[name]
            taken.add(name)

    for name in (*FILLED, *StudentDetailFields.model_fields):
        if name not in GUARDIAN and name != "id_doubtful":
            take(name)
    if not first["guardian"] or first["guardian"] == second["guardian"] or not second["guardian"]:
        for name in GUARDIAN:
            take(name)
    if "id_number" in taken:
        result["id_doubtful"] = second["id_doubtful"]
    return result, frozenset(taken)


def _values(desk: Student, detail: StudentDetail | None) -> dict[str, Any]:
    private = detail.model_dump(exclude={"id"}) if detail is not None else StudentDetailFields().model_dump()
    return {**{name: getattr(desk, name) for name in DESK}, **private}


def preview(room: Room, keep: str, other: str) -> Merged:
    """What merging would make of the two entries; nothing is written."""
    needs_counsellor(room)
    with room.snapshot() as session:
        first, second = session.get(Student, keep), session.get(Student, other)
        if first is None or second is None:
            raise NotFound(what="其中一名学生")
        a = _values(first, session.get(StudentDetail, keep))
        b = _values(second, session.get(StudentDetail, other))
        labels = {row.label for student in (keep, other) for row in ask.labels(session, student)}
        bookings, visits = len(ask.booking_rows(session, other)), len(ask.visit_rows(session, other))
        notes, also_lost = merging_file.notes_of(session, other), merging_file.lost(session, keep, other)
        talks = merging_talks.number_of(session, other)
    result, taken = _result(a, b)
    return Merged(a, b, result, taken, bookings, visits, tuple(sorted(labels)), notes, also_lost, talks)


def merge(room: Room, keep: str, other: str) -> None:
    """Two entries of one child become one: what `keep` lacks is filled from `other`, whose bookings, visits, places
    on lists and in groups, labels, questions, notes, attachments, talks and plans move over; the other entry is removed. One deed, undoable. Needs a counsellor."""
    needs_counsellor(room)
    if keep == other:
        raise Refused(why="请选两条不同的记录来合并。")
    with room.write(DEED) as deed:
        session = deed.session
        first, second = session.get(Student, keep), session.get(Student, other)
        if first is None or second is None:
            raise NotFound(what="其中一名学生")
        into, source = session.get(StudentDetail, keep), session.get(StudentDetail, other)
        result, _ = _result(_values(first, into), _values(second, source))
        into = into or StudentDetail(id=keep)
        for name in FILLED:
            setattr(first, name, result[name])
        for name in StudentDetailFields.model_fields:
            setattr(into, name, result[name])
        session.add(first)
        session.add(into)
        for rows in (ask.booking_rows(session, other), ask.visit_rows(session, other)):
            for row in rows:
                row.student = keep
                session.add(row)
        _lists_follow(session, keep, other)
        merging_file.follow(session, keep, other)
        merging_talks.follow(session, keep, other)
        for question in ask.question_rows(session, other, also_settled=True):
            question.student = keep
            session.add(question)
        have = {row.label for row in ask.label_rows(session, keep)}
        for label in ask.label_rows(session, other):
            if label.label in have:
                session.delete(label)
            else:
                label.student = keep
                session.add(label)
        if source is not None:
            session.delete(source)
        session.delete(second)
        session.flush()
        try:
            groups.one_place_at_a_time(session, keep, room.today())
        except Clashes as clashes:
            raise Refused(
                why=f"合并后同一时间会有两个预约（{'；'.join(clashes.causes)}），请先取消或移开一个。"
            ) from None


def _lists_follow(session: Session, keep: str, other: str) -> None:
    """The waiting list, groups and attendance know one child from now on, and nobody stands there twice."""
    waits = {row.client: row for row in ask_waiting.rows_of_student(session, keep) if row.state == "waiting"}
    for entry in ask_waiting.rows_of_student(session, other):
        entry.student = keep
        if entry.state == "waiting" and (stays := waits.get(entry.client)) is not None:
            entry.state = "withdrawn"
            stays.since, stays.expires = min(stays.since, entry.since), max(stays.expires, entry.expires)
            mark = session.get(WaitingFirst, entry.id)
            if mark is not None and mark.first:  # a counsellor's word for the child, by whichever entry
                session.merge(WaitingFirst(id=stays.id, first=True))
            session.add(stays)
        session.add(entry)
    own = ask_groups.memberships_of(session, keep)
    for member in ask_groups.memberships_of(session, other):
        twin = next((m for m in own if m.group == member.group and _meet(m, member)), None)
        if twin is None:
            member.student = keep
            session.add(member)
            continue
        twin.since = min(twin.since, member.since)
        if twin.until is not None and (member.until is None or member.until > twin.until):
            twin.until = member.until
        session.add(twin)
        session.delete(member)
    seen = {row.visit for row in ask_groups.attended_by(session, keep)}
    for row in ask_groups.attended_by(session, other):
        if row.visit in seen:
            session.delete(row)
        else:
            row.student = keep
            session.add(row)


def _meet(one: Any, other: Any) -> bool:
    return (one.until is None or other.since <= one.until) and (other.until is None or one.since <= other.until)
