"""Students: what may be read of one, and the deeds on one entry. Finding is in `roll`, reached through here too."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlmodel import Session

from psyroom.errors import NotFound, NotValid, Refused
from psyroom.records.fields import checked, label_of
from psyroom.records.students import (
    LABELS,
    STATUSES,
    Student,
    StudentDetail,
    StudentDetailFields,
    StudentFields,
    StudentLabel,
    StudentQuestion,
)
from psyroom.rules import identity
from psyroom.rules.classes import years_of
from psyroom.rules.time import school_year_of
from psyroom.services import drafts
from psyroom.services.rights import needs_counsellor
from psyroom.services.roll import Entry, by_class, classes_of, entry, everybody, find, name_of, same_name
from psyroom.services.school import SchoolContext, context
from psyroom.store.questions import students as ask
from psyroom.store.room import Room

__all__ = ["Entry", "by_class", "classes_of", "entry", "everybody", "find", "name_of", "same_name"]

FORM = "student"
"""The name under which a student's unsaved form is kept."""

DOUBTFUL_ID = "身份证号的校验位不对，请与本人核对"


@dataclass(frozen=True, repr=False)
class Question:
    """A point of an entry the school should still verify."""

    id: str
    field: str
    reason: str


@dataclass(frozen=True, repr=False)
class Whole:
    """One student with everything this person may read. `detail` is None for the duty person."""

    entry: Entry
    status_since: date | None
    detail: StudentDetailFields | None
    labels: list[str]
    questions: list[Question]


def whole(room: Room, student: str) -> Whole:
    """Everything this person may read of a student. Raises NotFound."""
    found = entry(room, student)
    with room.snapshot() as session:
        desk = session.get(Student, student)
        since = desk.status_since if desk is not None else None
        if not room.has_cases:
            return Whole(found, since, None, [], [])
        row = session.get(StudentDetail, student)
        detail = StudentDetailFields(**row.model_dump(exclude={"id"})) if row is not None else StudentDetailFields()
        labels = sorted({r.label for r in ask.labels(session, student)}, key=list(LABELS).index)
        questions = [Question(q.id, q.field, q.reason) for q in ask.open_questions(session, student)]
    return Whole(found, since, detail, labels, questions)


def labels_by_student(room: Room) -> dict[str, list[str]]:
    """Focus labels of everybody who carries one, for lists; empty for the duty person."""
    if not room.has_cases:
        return {}
    with room.read() as session:
        rows = ask.labels(session)
    order = list(LABELS)
    found: dict[str, list[str]] = {}
    for row in rows:
        if row.label not in found.setdefault(row.student, []):
            found[row.student].append(row.label)
    return {student: sorted(labels, key=order.index) for student, labels in found.items()}


def with_questions(room: Room) -> dict[str, int]:
    """How many points are still to be verified, by student; empty for the duty person."""
    if not room.has_cases:
        return {}
    with room.read() as session:
        rows = ask.open_questions(session)
    found: dict[str, int] = {}
    for row in rows:
        found[row.student] = found.get(row.student, 0) + 1
    return found


# ---- deeds on one entry ---------------------------------------------------------------------------------------


def add(room: Room, values: Mapping[str, Any], detail: Mapping[str, Any], labels: Iterable[str] = ()) -> str:
    """A new student by hand. Needs a counsellor; returns the id. Raises NotValid with all fields of both parts."""
    needs_counsellor(room)
    fields, private = _both(StudentFields, values, detail)
    _fits(context(room), fields, room.today())
    with room.write("新增学生") as deed:
        student = Student(**fields.model_dump())
        deed.session.add(student)
        row = StudentDetail(id=student.id, **private.model_dump())
        deed.session.add(row)
        _check_identity(deed.session, row)
        for label in dict.fromkeys(labels):
            deed.session.add(_label(student.id, label))
        drafts.discard_in(deed.session, room, FORM)
    return student.id


def change(
    room: Room, student: str, values: Mapping[str, Any], detail: Mapping[str, Any], labels: Iterable[str] | None = None
) -> None:
    """Correct an entry: only what differs is written. Needs a counsellor.

    A field corrected by hand counts as verified: its open questions are settled in the same deed.
    """
    needs_counsellor(room)
    with room.write("修改学生资料") as deed:
        session = deed.session
        row = _student(session, student)
        private = session.get(StudentDetail, student) or StudentDetail(id=student)
        before = {**row.model_dump(), **private.model_dump()}
        fields, found = _both(
            StudentFields, {**row.model_dump(), **values}, {**private.model_dump(exclude={"id"}), **detail}
        )
        row.sqlmodel_update(fields.model_dump())
        private.sqlmodel_update(found.model_dump())
        session.add(row)
        session.add(private)
        after = {**row.model_dump(), **private.model_dump()}
        changed = {name for name, value in after.items() if value != before.get(name)}
        for question in ask.question_rows(session, student):
            if question.field in changed:
                question.settled = True
                session.add(question)
        if "id_number" in changed:
            _check_identity(session, private)
        if labels is not None:
            _set_labels(session, student, set(labels))
        drafts.discard_in(session, room, FORM, student)


def _both(
    model: type[StudentFields], values: Mapping[str, Any], detail: Mapping[str, Any]
) -> tuple[StudentFields, StudentDetailFields]:
    """Both parts checked together, so that a form shows all its errors at once."""
    problems: dict[str, str] = {}
    fields: StudentFields | None = None
    private: StudentDetailFields | None = None
    try:
        fields = checked(model, values)
    except NotValid as error:
        problems |= error.fields
    try:
        private = checked(StudentDetailFields, detail)
    except NotValid as error:
        problems |= error.fields
    if fields is not None and (kind := identity.kind_of(fields.number)):
        said = label_of(StudentDetailFields, kind)
        problems["number"] = f"这是{said}，请填在“{said}”一栏；学号值班人员也看得到"
    if problems or fields is None or private is None:
        raise NotValid(problems)
    return fields, private


def _student(session: Session, student: str) -> Student:
    row = session.get(Student, student)
    if row is None:
        raise NotFound(what="这名学生")
    return row


def _check_identity(session: Session, private: StudentDetail) -> None:
    """Keep a number whose check digit fails, marked and with a question; a good one needs none."""
    number = private.id_number
    private.id_doubtful = bool(number) and not identity.check_digit_ok(number)
    session.add(private)
    if private.id_doubtful:
        session.add(StudentQuestion(student=private.id, field="id_number", reason=DOUBTFUL_ID))


def _set_labels(session: Session, student: str, wanted: set[str]) -> None:
    missing = set(wanted)
    for old in ask.label_rows(session, student):
        if old.label not in wanted:
            session.delete(old)
        missing.discard(old.label)
    for label in sorted(missing):
        session.add(_label(student, label))


def set_labels(room: Room, student: str, labels: Iterable[str]) -> None:
    """The focus labels a student carries from now on. Needs a counsellor."""
    needs_counsellor(room)
    with room.write("修改关注类别") as deed:
        _student(deed.session, student)
        _set_labels(deed.session, student, set(labels))


def _label(student: str, label: str) -> StudentLabel:
    if label not in LABELS:
        raise Refused(why="没有这一项关注类别，请从列表里选。")
    return StudentLabel(student=student, label=label)


def _fits(school: SchoolContext, fields: StudentFields, day: date) -> None:
    """Raise NotValid unless the class is one of the school's today."""
    index = school_year_of(day) - fields.cohort
    if fields.stage not in school.stages or not 0 <= index < years_of(fields.stage, school.system):
        raise NotValid({"cohort": "这个年级不在本校现有的年级里，请重新选一个"})
    if fields.class_no < 1:
        raise NotValid({"class_no": "请填写班级，如 3"})


def move_class(room: Room, student: str, stage: str, cohort: int, class_no: int) -> None:
    """Into another class of the school; bookings and visits of the time before keep their place in time."""
    needs_counsellor(room)
    school = context(room)
    with room.write("调整班级") as deed:
        row = _student(deed.session, student)
        fields = checked(StudentFields, {**row.model_dump(), "stage": stage, "cohort": cohort, "class_no": class_no})
        _fits(school, fields, room.today())
        if (row.stage, row.cohort, row.class_no) == (fields.stage, fields.cohort, fields.class_no):
            raise Refused(why="已经在这个班了，请选另一个班级。")
        row.sqlmodel_update(fields.model_dump())
        deed.session.add(row)


_STATUS_DEEDS = {"present": "恢复在读", "suspended": "登记休学", "moved": "登记转出", "removed": "移除误录"}


def set_status(room: Room, student: str, status: str, since: date) -> None:
    """Transferred out, suspended, back again (`present`), entered by mistake. Nothing is deleted."""
    needs_counsellor(room)
    if status not in STATUSES:
        raise Refused(why="没有这种状态，请从列表里选。")
    if since > room.today():
        raise NotValid({"status_since": "日期还没到，请填今天或以前的日期"})
    with room.write(_STATUS_DEEDS.get(status, "修改状态")) as deed:
        row = _student(deed.session, student)
        values = {**row.model_dump(), "status": status, "status_since": since}
        row.sqlmodel_update(checked(StudentFields, values).model_dump())
        deed.session.add(row)


def settle_question(room: Room, question: str) -> None:
    """The school has verified this point."""
    needs_counsellor(room)
    with room.write("核实学生资料") as deed:
        row = deed.session.get(StudentQuestion, question)
        if row is None:
            raise NotFound(what="这个问题")
        row.settled = True
        deed.session.add(row)
        private = deed.session.get(StudentDetail, row.student)
        if row.field == "id_number" and private is not None and private.id_doubtful:
            private.id_doubtful = False
            deed.session.add(private)
