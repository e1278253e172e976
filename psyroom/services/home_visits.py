"""家访: who went where, who was there, what was seen; the feedback given by it; the return visit; and what counts.

A visit may record that it gave the feedback to the parents: one deed writes both, and they go together. All in case.db.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlmodel import Session

from psyroom.errors import NotFound, NotValid, Refused, Tell
from psyroom.records.care import VISITED, Feedback, FeedbackFields, HomeVisit, HomeVisitFields
from psyroom.records.fields import about, checked
from psyroom.rules import notes
from psyroom.rules.home_visits import teachers as names_of
from psyroom.services import feedback as told
from psyroom.services import roll
from psyroom.services.home_visits_counted import Counted as Counted
from psyroom.services.home_visits_counted import counted as counted
from psyroom.services.home_visits_counted import days_of
from psyroom.services.rights import needs_counsellor
from psyroom.services.school import SchoolContext, context
from psyroom.store.history import Step
from psyroom.store.questions import feedback as ask
from psyroom.store.room import Room

DEED, CHANGED, GONE, RETURNED = "登记家访", "修改家访", "删除家访", "登记回访"
FORM = "home_visit"
"""Drafts of home visits are kept under this name."""
AHEAD = 7
"""Days before its date from which a return visit is spoken of."""
BY = {"on_site": "home", "telephone": "telephone", "online": "wechat"}
"""How feedback was given, by the form of the visit."""


class GaveFeedback(Tell):
    """The visit gave the feedback to the parents, which would go with it."""

    sentence = "这次家访同时登记了家校反馈，删除家访会一起删掉那份反馈。"


@dataclass(frozen=True, repr=False)
class HomeVisitSeen:
    """One home visit whole. `feedback`: id of the feedback given by it, empty where none was; `who_entered`: a name."""

    id: str
    student: str
    name: str
    class_name: str
    fields: HomeVisitFields
    next_done: date | None
    feedback: str
    who_entered: str
    made_at: str

    @property
    def form_name(self) -> str:
        return VISITED[self.fields.way]

    @property
    def teachers(self) -> tuple[str, ...]:
        return names_of(self.fields.teachers)


@dataclass(frozen=True, repr=False)
class ReturnDue:
    """A return visit not made yet. `days`: until its date, below 0 when it has passed."""

    visit: str
    student: str
    name: str
    class_name: str
    day: date
    due: date
    plan: str
    days: int


# ---- writing --------------------------------------------------------------------------------------------------


def add(
    room: Room, student: str, values: Mapping[str, Any], now: datetime, *, feedback: Mapping[str, Any] | None = None
) -> str:
    """Write down a home visit; returns its id. `values`: `HomeVisitFields`; `feedback`: what of `FeedbackFields` was told
    to the parents by it (its way and day are the visit's), None: it was not for that.

    Errors: `NeedsCounsellor`, `NotValid`, `NotFound`, `SaveFailed`."""
    needs_counsellor(room)
    with room.write(DEED) as deed:
        session = deed.session
        told.known_student(session, student)
        fields = _checked(room, {**values, "student": student}, now)
        row = HomeVisit(**fields.model_dump(), person=room.person.id, made_at=notes.stamp(now))
        session.add(row)
        if feedback is not None:
            _tell(session, room, row, feedback, now)
        return row.id


def change(
    room: Room, visit_id: str, values: Mapping[str, Any], now: datetime, *, feedback: Mapping[str, Any] | None = None
) -> None:
    """Change a home visit; the feedback given by it follows its day and form. `feedback`: what was told, also where nobody
    had written so before; None leaves it. Errors: as `add`."""
    needs_counsellor(room)
    with room.write(CHANGED) as deed:
        session = deed.session
        row = _found(session, visit_id)
        before = {name: getattr(row, name) for name in HomeVisitFields.model_fields}
        fields = _checked(room, {**before, **values, "student": row.student}, now)
        if fields.next_on != row.next_on:
            row.next_done = None
        row.sqlmodel_update(fields.model_dump())
        session.add(row)
        if feedback is not None or ask.given_by_visit(session, visit_id):
            _tell(session, room, row, feedback or {}, now)


def _tell(session: Session, room: Room, visit: HomeVisit, values: Mapping[str, Any], now: datetime) -> None:
    """The feedback given by a visit, written or brought into line with it."""
    row = next(iter(ask.given_by_visit(session, visit.id)), None)
    own = {name: getattr(row, name) for name in FeedbackFields.model_fields} if row is not None else {}
    given = {name: value for name, value in values.items() if name in FeedbackFields.model_fields}
    by = {"by": _by(visit.teachers)} if not (given.get("by") or own.get("by")) else {}
    fixed = {"student": visit.student, "way": BY[visit.way], "day": visit.day}
    fields = checked(FeedbackFields, {**own, **given, **by, **fixed})
    code = told.term_of_day(context(room), fields, now)
    if row is None:
        row = told.new_row(room, fields, code, now)
        row.home_visit = visit.id
    else:
        row.sqlmodel_update(fields.model_dump())
        row.term = code
    if row.state != "signed":
        told.put(row, "delivered", visit.day)
    elif row.signed_on is not None:
        row.delivered_on, row.signed_on = visit.day, max(row.signed_on, visit.day)
    session.add(row)


def _by(teachers: str) -> str:
    """Those who went, as far as the place for a name goes: 王芳、李强等."""
    most = about(Feedback, "by")["limit"]
    names = list(names_of(teachers))
    words = "、".join(names)
    while len(words) > most and len(names) > 1:
        names.pop()
        words = "、".join(names) + "等"
    return words[:most]


def remove(room: Room, visit_id: str, now: datetime, *, with_feedback: bool = False) -> None:
    """Take a home visit out. Where it gave the feedback, that goes too: `GaveFeedback` says so first, unless
    `with_feedback` tells that the person knows. Errors: `NeedsCounsellor`, `NotFound`, `SaveFailed`."""
    needs_counsellor(room)
    with room.write(GONE) as deed:
        session = deed.session
        row = _found(session, visit_id)
        given = ask.given_by_visit(session, visit_id)
        if given and not with_feedback:
            raise GaveFeedback
        for one in (*given, row):
            session.delete(one)


def returned(room: Room, visit_id: str, on: date | None, now: datetime) -> None:
    """The return visit was made on a day; None: not yet after all. Errors: `NotFound`, `NotValid`, `SaveFailed`."""
    needs_counsellor(room)
    with room.write(RETURNED) as deed:
        row = _found(deed.session, visit_id)
        if on is not None and on > now.date():
            raise NotValid({"on": "日期还没到，请检查"})
        if on is not None and on < row.day:
            raise NotValid({"on": "回访不能早于家访，请检查"})
        row.next_done = on
        deed.session.add(row)


def _checked(room: Room, values: Mapping[str, Any], now: datetime) -> HomeVisitFields:
    fields = checked(HomeVisitFields, values)
    problems = {}
    if fields.day > now.date():
        problems["day"] = "日期还没到，请检查"
    if fields.starts is not None and fields.ends is not None and fields.ends <= fields.starts:
        problems["ends"] = "结束时间要晚于开始时间"
    if fields.starts is None and fields.ends is not None:
        problems["starts"] = "请也填写开始时间"
    if not names_of(fields.teachers):
        problems["teachers"] = "请填写家访教师"
    if fields.next_on is not None and fields.next_on <= fields.day:
        problems["next_on"] = "回访日期要在家访之后"
    if problems:
        raise NotValid(problems)
    return fields


def _found(session: Session, visit_id: str) -> HomeVisit:
    row = session.get(HomeVisit, visit_id)
    if row is None:
        raise NotFound(what="这次家访")
    return row


# ---- reading --------------------------------------------------------------------------------------------------


def seen(room: Room, visit_id: str) -> HomeVisitSeen:
    """One home visit. Errors: `NeedsCounsellor`, `NotFound`."""
    needs_counsellor(room)
    with room.snapshot() as session:
        row = _found(session, visit_id)
        given = ask.feedback_of_visits(session, [visit_id])
    return _seen(room, context(room), row, given)


def of_student(room: Room, student: str) -> list[HomeVisitSeen]:
    """A student's home visits of all semesters, the newest first. Errors: `NeedsCounsellor`."""
    needs_counsellor(room)
    with room.snapshot() as session:
        rows = ask.visits_of_student(session, student)
        given = ask.feedback_of_visits(session, [row.id for row in rows])
    return _all(room, rows, given)


def listed(room: Room, now: datetime, term: str = "") -> list[HomeVisitSeen]:
    """The home visits of a semester and the holiday after it, the newest first. Errors: `NeedsCounsellor`, `Refused`."""
    needs_counsellor(room)
    first, last = days_of(context(room), now, term)
    with room.snapshot() as session:
        rows = ask.visits_between(session, first, last)
        given = ask.feedback_of_visits(session, [row.id for row in rows])
    return _all(room, rows, given)


def due(room: Room, now: datetime, ahead: int = AHEAD) -> list[ReturnDue]:
    """Return visits whose date has passed or comes within some days, the earliest first. Errors: `NeedsCounsellor`."""
    needs_counsellor(room)
    today = now.date()
    with room.read() as session:
        rows = ask.to_return(session, today + timedelta(days=ahead))
    found = []
    for row in rows:
        name, class_name = _who(room, row.student)
        if name:
            found.append(
                ReturnDue(
                    row.id, row.student, name, class_name, row.day, row.next_on, row.next, (row.next_on - today).days
                )
            )
    return found


def _all(room: Room, rows: Iterable[Any], given: Mapping[str, str]) -> list[HomeVisitSeen]:
    school = context(room)
    return [_seen(room, school, row, given) for row in rows]


def _seen(room: Room, school: SchoolContext, row: Any, given: Mapping[str, str]) -> HomeVisitSeen:
    fields = HomeVisitFields.model_construct(**{name: getattr(row, name) for name in HomeVisitFields.model_fields})
    return HomeVisitSeen(
        row.id, row.student, *_who(room, row.student), fields, row.next_done, given.get(row.id, ""),
        school.people.get(row.person, ""), row.made_at,
    )  # fmt: skip


def _who(room: Room, student: str) -> tuple[str, str]:
    """Name and class; empty for an entry taken out."""
    try:
        entry = roll.entry(room, student)
    except NotFound:
        return "", ""
    return entry.name, entry.class_name


# ---- undo -----------------------------------------------------------------------------------------------------


def after_undo(session: Session, steps: Iterable[Step]) -> None:
    """What an undo takes away or brings back leaves no feedback by a visit that is not there. Raises `Refused`."""
    for step in steps:
        if step.kind == HomeVisit.__tablename__ and session.get(HomeVisit, step.ref) is None:
            if ask.given_by_visit(session, step.ref):
                raise Refused(why="这次家访之后又登记了家校反馈，请先撤销那一步，或直接删除家访。")
        elif step.kind == Feedback.__tablename__:
            row = session.get(Feedback, step.ref)
            if row is not None and row.home_visit and session.get(HomeVisit, row.home_visit) is None:
                raise Refused(why="这份反馈是家访时给的，那次家访已经不在了，请先恢复家访。")
