"""Students: finding one while typing, the class tree, and the deeds on one entry."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from weakref import WeakKeyDictionary

from sqlmodel import col, select

from psyroom.errors import NotFound, Refused
from psyroom.records.booking import Booking, Visit
from psyroom.records.fields import checked
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
from psyroom.rules import classes, names
from psyroom.services import drafts
from psyroom.services.rights import needs_counsellor
from psyroom.services.school import SchoolContext, context
from psyroom.store.questions import students as ask
from psyroom.store.room import Room

FORM = "student"
"""The name under which a student's unsaved form is kept."""


@dataclass(frozen=True)
class Entry:
    """A student as lists show one. Everything here lies in desk.db."""

    id: str
    name: str
    sex: str
    stage: str
    cohort: int
    class_no: int
    number: str
    status: str
    class_key: str
    class_name: str
    grade: str
    order: tuple[Any, ...]
    initials: frozenset[str]

    @property
    def here(self) -> bool:
        return self.status == "present"


@dataclass
class _Kept:
    stamp: int
    day: date
    entries: list[Entry]
    by_id: dict[str, Entry]


_kept: WeakKeyDictionary[Room, _Kept] = WeakKeyDictionary()


def _load(room: Room, day: date | None = None) -> _Kept:
    """The roll in memory, read anew when a deed has been written since."""
    day = day or room.today()
    with room.read() as session:
        stamp = ask.stamp(session)
        kept = _kept.get(room)
        if kept is not None and (kept.stamp, kept.day) == (stamp, day):
            return kept
        rows = ask.roll(session)
    school = context(room)
    spoken: dict[tuple[str, int, int], tuple[str, str, str, tuple[Any, ...]]] = {}
    entries = []
    for row in rows:
        place = (row.stage, row.cohort, row.class_no)
        if place not in spoken:
            spoken[place] = (
                school.class_key(*place, day),
                school.class_name(*place, day),
                school.grade_name(row.stage, row.cohort, day),
                (classes.stage_order(row.stage), -row.cohort, row.class_no),
            )
        key, name, grade, order = spoken[place]
        entries.append(
            Entry(
                row.id, row.name, row.sex, row.stage, row.cohort, row.class_no, row.number, row.status,
                key, name, grade, order, names.initials(row.name),
            )
        )  # fmt: skip
    entries.sort(key=lambda e: (e.order, e.number, e.id))
    kept = _kept[room] = _Kept(stamp, day, entries, {e.id: e for e in entries})
    return kept


def everybody(room: Room, *, also_gone: bool = False) -> list[Entry]:
    """All students in class order; those who left only when asked for."""
    return [e for e in _load(room).entries if also_gone or e.status in ("present", "suspended")]


def entry(room: Room, student: str) -> Entry:
    found = _load(room).by_id.get(student)
    if found is None:
        raise NotFound(what="这名学生")
    return found


def name_of(room: Room, student: str) -> str:
    """The student's name, or an empty text for an entry taken out."""
    found = _load(room).by_id.get(student)
    return found.name if found else ""


def find(room: Room, text: str, *, limit: int = 50, also_gone: bool = True) -> list[Entry]:
    """Students by part of the name, pinyin initials (any reading), class, number; for a counsellor also by
    identity and registry number. Words are taken together: `zxy 七3`. Best first, those who left last."""
    words = text.split()
    if not words:
        return []
    private: set[str] = set()
    if room.has_cases and len(words) == 1 and len(words[0]) >= 6 and words[0].lstrip("Gg").rstrip("Xx").isdigit():
        with room.read() as session:
            private = set(ask.by_private_number(session, words[0]))
    scored = []
    for found in _load(room).entries:
        if not also_gone and found.status not in ("present", "suspended"):
            continue
        if found.id in private:
            scored.append((0, found))
            continue
        worst = 0
        for word in words:
            score = _score(found, word)
            if score is None:
                break
            worst = max(worst, score)
        else:
            scored.append((worst + (0 if found.here else 10), found))
    scored.sort(key=lambda pair: pair[0])  # stable: class order within the same score
    return [found for _, found in scored[:limit]]


def _score(found: Entry, word: str) -> int | None:
    """How well one word fits: 0 best, None not at all."""
    if word == found.name or (word == found.number and word):
        return 0
    if found.name.startswith(word):
        return 1
    low = word.lower()
    if low.isascii() and low.isalpha():
        if low in found.initials:
            return 1
        if any(i.startswith(low) for i in found.initials):
            return 2
        return 4 if names.spells(low, found.name) else None
    if word in found.name:
        return 3
    if word in found.class_name or word in found.class_key or _class_word(word) == found.class_key:
        return 3
    if found.number and found.number.startswith(word):
        return 3
    return None


_class_words: dict[str, str] = {}


def _class_word(word: str) -> str:
    """`七3`, `7.3` typed in the find box as a class key, where it is one."""
    if word not in _class_words:
        if len(_class_words) > 500:
            _class_words.clear()
        _class_words[word] = classes.key_typed(word)
    return _class_words[word]


def classes_of(room: Room) -> list[tuple[str, str, str, int]]:
    """(grade, class key, class name, students) in order: the class tree of who is here."""
    counts: dict[str, list[Any]] = {}
    for found in everybody(room):
        counts.setdefault(found.class_key, [found.grade, found.class_key, found.class_name, 0])[3] += 1
    return [tuple(row) for row in counts.values()]


def by_class(room: Room) -> dict[str, int]:
    """Present students by class key, in order."""
    counts: dict[str, int] = {}
    for found in _load(room).entries:
        if found.here:
            counts[found.class_key] = counts.get(found.class_key, 0) + 1
    return counts


def same_name(room: Room, name: str, *, but: str = "") -> list[Entry]:
    """Those of the same name, then of the same sound: shown before a new entry is made."""
    sound = names.initials(name)
    entries = [e for e in _load(room).entries if e.id != but]
    exact = [e for e in entries if e.name == name]
    alike = [e for e in entries if e.name != name and len(e.name) == len(name) and names.same_sound(e.name, name)] if sound else []
    return exact + alike


@dataclass(frozen=True)
class Whole:
    """One student with everything this person may read. `detail` is None for the duty person."""

    entry: Entry
    detail: StudentDetailFields | None
    labels: list[str]
    questions: list[tuple[str, str, str]]


def whole(room: Room, student: str) -> Whole:
    found = entry(room, student)
    if not room.has_cases:
        return Whole(found, None, [], [])
    with room.read() as session:
        row = session.get(StudentDetail, student)
        detail = StudentDetailFields(**row.model_dump(exclude={"id"})) if row is not None else StudentDetailFields()
        labels = [r.label for r in ask.labels(session, student)]
        questions = [(q.id, q.field, q.reason) for q in ask.open_questions(session, student)]
    return Whole(found, detail, labels, questions)


# ---- deeds on one entry ---------------------------------------------------------------------------------------


def add(room: Room, values: Mapping[str, Any], detail: Mapping[str, Any], labels: Iterable[str] = ()) -> str:
    """A new student by hand. Needs a counsellor; returns the id."""
    needs_counsellor(room)
    fields = checked(StudentFields, values)
    private = checked(StudentDetailFields, detail)
    _fits(context(room), fields)
    with room.write("新增学生") as deed:
        student = Student(**fields.model_dump())
        deed.session.add(student)
        deed.session.add(StudentDetail(id=student.id, **private.model_dump()))
        for label in labels:
            deed.session.add(_label(student.id, label))
        drafts.discard_in(deed.session, room, FORM)
    return student.id


def change(
    room: Room, student: str, values: Mapping[str, Any], detail: Mapping[str, Any], labels: Iterable[str] | None = None
) -> None:
    """Correct an entry: only what differs is written. Needs a counsellor."""
    needs_counsellor(room)
    with room.write("修改学生资料") as deed:
        row = deed.session.get(Student, student)
        if row is None:
            raise NotFound(what="这名学生")
        private = deed.session.get(StudentDetail, student) or StudentDetail(id=student)
        fields = checked(StudentFields, {**row.model_dump(), **values})
        row.sqlmodel_update(fields.model_dump())
        private.sqlmodel_update(checked(StudentDetailFields, {**private.model_dump(), **detail}).model_dump())
        deed.session.add(row)
        deed.session.add(private)
        if labels is not None:
            wanted = set(labels)
            for old in deed.session.exec(select(StudentLabel).where(StudentLabel.student == student)).all():
                if old.label not in wanted:
                    deed.session.delete(old)
                wanted.discard(old.label)
            for label in sorted(wanted):
                deed.session.add(_label(student, label))
        drafts.discard_in(deed.session, room, FORM, student)


def _label(student: str, label: str) -> StudentLabel:
    if label not in LABELS:
        raise Refused(why="没有这一项关注类别，请从列表里选。")
    return StudentLabel(student=student, label=label)


def _fits(school: SchoolContext, fields: StudentFields) -> None:
    if fields.stage not in school.stages:
        raise Refused(why="这个班级不在本校的学段里，请检查年级。")


def move_class(room: Room, student: str, stage: str, cohort: int, class_no: int) -> None:
    """Into another class of the school; bookings and visits of the time before keep their place in time."""
    needs_counsellor(room)
    _set(room, "调整班级", student, {"stage": stage, "cohort": cohort, "class_no": class_no})


def set_status(room: Room, student: str, status: str, since: date) -> None:
    """Transferred out, suspended, back again (`present`), entered by mistake. Nothing is deleted."""
    needs_counsellor(room)
    label = {"present": "恢复在读", "suspended": "登记休学", "moved": "登记转出", "removed": "移除误录"}.get(status, "修改状态")
    if status not in STATUSES:
        raise Refused(why="没有这种状态，请从列表里选。")
    _set(room, label, student, {"status": status, "status_since": since})


def _set(room: Room, label: str, student: str, values: Mapping[str, Any]) -> None:
    with room.write(label) as deed:
        row = deed.session.get(Student, student)
        if row is None:
            raise NotFound(what="这名学生")
        row.sqlmodel_update(checked(StudentFields, {**row.model_dump(), **values}).model_dump())
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


def merge(room: Room, keep: str, other: str) -> None:
    """Two entries of one child become one: what `keep` lacks is filled from `other`, whose bookings, visits, labels
    and questions move over; the other entry is removed. One deed, undoable. Needs a counsellor."""
    needs_counsellor(room)
    if keep == other:
        raise Refused(why="请选两条不同的记录来合并。")
    with room.write("合并同一名学生") as deed:
        session = deed.session
        first, second = session.get(Student, keep), session.get(Student, other)
        if first is None or second is None:
            raise NotFound(what="其中一名学生")
        if not first.number:
            first.number = second.number
        if not first.sex:
            first.sex = second.sex
        into = session.get(StudentDetail, keep) or StudentDetail(id=keep)
        if (source := session.get(StudentDetail, other)) is not None:
            for name in StudentDetailFields.model_fields:
                if getattr(into, name) in (None, "", False) and getattr(source, name) not in (None, ""):
                    setattr(into, name, getattr(source, name))
            session.delete(source)
        session.add(first)
        session.add(into)
        for table in (Booking, Visit, StudentQuestion):
            for row in session.exec(select(table).where(col(table.student) == other)).all():
                row.student = keep
                session.add(row)
        have = {row.label for row in session.exec(select(StudentLabel).where(StudentLabel.student == keep)).all()}
        for label in session.exec(select(StudentLabel).where(StudentLabel.student == other)).all():
            if label.label in have:
                session.delete(label)
            else:
                label.student = keep
                session.add(label)
        session.delete(second)
