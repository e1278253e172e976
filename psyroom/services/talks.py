"""Talks of a semester: one function per deed. Who talked may be anybody of the school; every counsellor reads and changes
them. What coverage makes of them is in `coverage`; reading lists in `talk_seen`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlmodel import Session

from psyroom.errors import NotFound, NotValid, Refused
from psyroom.records.fields import checked
from psyroom.records.talks import Talk, TalkAttempt, TalkExcuse, TalkFields
from psyroom.rules.notes import stamp
from psyroom.services.clients import on_the_roll
from psyroom.services.note_lock import NotYours, may_read
from psyroom.services.note_lock import found as found_note
from psyroom.services.rights import needs_counsellor
from psyroom.services.school import SchoolContext, context
from psyroom.services.talk_seen import FollowUp as FollowUp  # callers of the deeds meet the lists here
from psyroom.services.talk_seen import TalkSeen as TalkSeen
from psyroom.services.talk_seen import Tried as Tried
from psyroom.services.talk_seen import attempts as attempts
from psyroom.services.talk_seen import excuse_of as excuse_of
from psyroom.services.talk_seen import follow_ups as follow_ups
from psyroom.services.talk_seen import of_class as of_class
from psyroom.services.talk_seen import of_student as of_student
from psyroom.services.talk_seen import of_students as of_students
from psyroom.services.talk_seen import seen as seen
from psyroom.store.questions import booking as ask_booking
from psyroom.store.questions import notes as ask_notes
from psyroom.store.questions import talks as ask
from psyroom.store.room import Deed, Room

ENTER = "登记谈话"


@dataclass(frozen=True, repr=False)
class RowTyped:
    """A row of a class entered in one sitting. `values`: `TalkFields` without the student, empty where no talk was typed;
    `excuse`: why there was none; `talk`: the id of the talk the row changes."""

    student: str
    values: Mapping[str, Any]
    excuse: str = ""
    talk: str = ""


@dataclass(frozen=True)
class Saved:
    """What a sitting brought. Rows that say what is kept already count as nothing."""

    new: int
    changed: int
    excused: int


class RowsNotValid(NotValid):
    """Rows that cannot be taken; nothing was saved. `rows`: the row's place → its fields and their sentences."""

    def __init__(self, rows: Mapping[int, dict[str, str]]) -> None:
        self.rows = dict(rows)
        first = next(iter(self.rows.values()))
        super().__init__({f"{at}.{name}": words for at, fields in self.rows.items() for name, words in fields.items()})
        self.args = (f"有 {len(self.rows)} 行没有填对：{next(iter(first.values()))}",)


# ---- talks --------------------------------------------------------------------------------------------------------


def add(
    room: Room,
    values: Mapping[str, Any],
    students: Sequence[str],
    now: datetime,
    *,
    origin: str = "own",
    note: str = "",
) -> list[str]:
    """A talk with one student or several: a row for each, as one deed. Returns the ids in the order of the students.
    Errors: `NotValid`."""
    needs_counsellor(room)
    if not students:
        raise NotValid({"student": "请选一位学生：输入姓名、拼音首字母或学号"})
    with room.write(ENTER) as deed:
        return [
            _new(deed, {**values, "student": student}, now, origin=origin, note=note).id
            for student in dict.fromkeys(students)
        ]


def change(room: Room, talk_id: str, values: Mapping[str, Any], now: datetime) -> None:
    """What a talk says, anew; `values` stand over what it says. Errors: `NotFound`, `NotValid`."""
    needs_counsellor(room)
    with room.write("修改谈话记录") as deed:
        _change(deed.session, _found(deed.session, talk_id), values, now)


def remove(room: Room, talk_id: str, now: datetime) -> None:
    """Take a talk out; it can be brought back. Errors: `NotFound`."""
    needs_counsellor(room)
    with room.write("删除谈话记录") as deed:
        deed.session.delete(_found(deed.session, talk_id))


def follow(room: Room, talk_id: str, on: date | None, words: str = "") -> None:
    """The follow-up was done on a day, with a word on it; None: it was not done after all. Errors: `NotFound`, `NotValid`."""
    needs_counsellor(room)
    with room.write("谈话已跟进" if on else "谈话还没有跟进") as deed:
        row = _found(deed.session, talk_id)
        problems = {}
        if on is not None and on < row.day:
            problems["followed_on"] = "跟进日期不能早于谈话日期"
        if on is not None and on > room.today():
            problems["followed_on"] = "日期还没到，请填今天或以前的日期"
        if len(words.strip()) > 500:
            problems["followed"] = "跟进情况太长，最多 500 个字"
        if problems:
            raise NotValid(problems)
        row.followed_on, row.followed = on, words.strip() if on else ""
        deed.session.add(row)


def save_rows(room: Room, rows: Sequence[RowTyped], now: datetime) -> Saved:
    """A class in one sitting, as one deed, all or nothing. Errors: `RowsNotValid`."""
    needs_counsellor(room)
    school = context(room)
    with room.write(ENTER) as deed:
        return put_rows(deed, school, rows, now)


def put_rows(
    deed: Deed, school: SchoolContext, rows: Sequence[RowTyped], now: datetime, *, origin: str = "own", sheet: str = "",
    term: str = "",
) -> Saved:  # fmt: skip
    """The rows inside a caller's deed. `term`: for which semester a student is excused (the present one). Errors:
    `RowsNotValid`, and then nothing may be saved."""
    code = term or school.term_on(now.date()).code
    new = changed = excused = 0
    problems: dict[int, dict[str, str]] = {}
    for at, row in enumerate(rows):
        wrong: dict[str, str] = {}
        try:
            if row.talk:
                changed += _change(
                    deed.session, _found(deed.session, row.talk), row.values, now, origin=origin, sheet=sheet
                )
            elif row.values:
                _new(deed, {**row.values, "student": row.student}, now, origin=origin, sheet=sheet)
                new += 1
        except NotValid as error:
            wrong |= error.fields
        try:
            if row.excuse.strip():
                excused += _excuse(deed, row.student, row.excuse, now, code, sheet)
        except NotValid as error:
            wrong |= {"excuse": next(iter(error.fields.values()))}
        if wrong:
            problems[at] = wrong
    if problems:
        raise RowsNotValid(problems)
    return Saved(new, changed, excused)


def from_note(room: Room, note_id: str, now: datetime) -> str:
    """The talk that a session note shows took place: day, time, way and who; none of its text goes over. A note with
    several students makes one for each. Returns the first. Errors: `NotFound`; `NotYours` for a colleague's note that is
    not shared; `Refused` where it was no talk with a student or the talk is there already."""
    needs_counsellor(room)
    school = context(room)
    with room.write(ENTER) as deed:
        session = deed.session
        note = found_note(session, note_id)
        if not may_read(room, note):
            raise NotYours
        students = ask_notes.students_of(session, [note_id]).get(note_id, [])
        if note.kind not in _WAYS_OF or not students:
            raise Refused(why="这份记录不是和学生本人的谈话，不能算作一次谈话；确实谈过，请另外登记。")
        known = ask.from_note(session, note_id)
        missing = [student for student in students if student not in known]
        if not missing:
            raise Refused(why="这份记录已经登记为谈话了，不用再登记一次。")
        lasted = note.ends - note.starts if note.starts is not None and note.ends is not None else 0
        values = {
            "day": note.day,
            "starts": note.starts,
            "minutes": lasted if 1 <= lasted <= 600 else None,
            "talker": school.people.get(note.writer, "")[:20],
            "way": _CHANNELS.get(note.channel, _WAYS_OF[note.kind]),
        }
        if len(students) > 1:
            values["way"] = "group"
        return [_new(deed, {**values, "student": student}, now, origin="note", note=note_id).id for student in missing][
            0
        ]


_WAYS_OF = {"individual": "face", "group": "group", "telephone": "telephone"}
"""Kinds of notes that are a talk with the student."""
_CHANNELS = {"telephone": "telephone", "online": "online"}


# ---- who could not be talked to -------------------------------------------------------------------------------------


def excuse(room: Room, student: str, reason: str, now: datetime, *, term: str = "") -> None:
    """Why a student cannot be talked to in a semester; there is one reason, a new one stands over the old. Errors:
    `NotValid`."""
    needs_counsellor(room)
    school = context(room)
    code = (school.term(term) if term else school.term_on(now.date())).code
    with room.write("登记未谈原因") as deed:
        _excuse(deed, student, reason, now, code, "")


def unexcuse(room: Room, student: str, term: str = "") -> None:
    """The reason holds no longer: the student is on the list again. Errors: `NotFound`."""
    needs_counsellor(room)
    school = context(room)
    code = (school.term(term) if term else school.term_on(room.today())).code
    with room.write("取消未谈原因") as deed:
        rows = ask.excuse_rows(deed.session, student, code)
        if not rows:
            raise NotFound(what="未谈原因")
        for row in rows:
            deed.session.delete(row)


def attempt(room: Room, student: str, values: Mapping[str, Any], now: datetime) -> str:
    """A try that did not become a talk: `day` (today), `who`, `what`, `words`. Returns its id. Errors: `NotValid`."""
    needs_counsellor(room)
    given = {"day": now.date(), **values, "student": student, "person": room.person.id}
    fields = checked(TalkAttempt, given)
    if fields.day > now.date():
        raise NotValid({"day": "日期还没到，请填今天或以前的日期"})
    with room.write("登记没有谈成") as deed:
        _known(deed.session, student)
        row = TalkAttempt(**fields.model_dump(exclude={"id"}))
        deed.session.add(row)
        return row.id


# ---- pieces -------------------------------------------------------------------------------------------------------


def _found(session: Session, talk_id: str) -> Talk:
    row = session.get(Talk, talk_id)
    if row is None:
        raise NotFound(what="这次谈话")
    return row


def _known(session: Session, student: str) -> None:
    if student not in ask_booking.students(session, [student]):
        raise NotValid({"student": "名册里没有这位学生了，请重新选一位"})
    on_the_roll(session, student)


def shaped(values: Mapping[str, Any], now: datetime) -> TalkFields:
    """The fields of a talk as they would be kept: a day to follow up on means that it is to be followed up. Errors:
    `NotValid`."""
    fields = checked(TalkFields, values)
    problems = {}
    if not fields.student:
        problems["student"] = "请选一位学生：输入姓名、拼音首字母或学号"
    if fields.day > now.date():
        problems["day"] = "日期还没到，请填今天或以前的日期"
    if fields.follow_day is not None and fields.follow_day < fields.day:
        problems["follow_day"] = "跟进日期不能早于谈话日期"
    if problems:
        raise NotValid(problems)
    if fields.follow_day is not None:
        fields.follow_up = True
    return fields


def _new(deed: Deed, values: Mapping[str, Any], now: datetime, *, origin: str, note: str = "", sheet: str = "") -> Talk:
    fields = shaped(values, now)
    _known(deed.session, fields.student)
    row = Talk(
        **fields.model_dump(), origin=origin, note=note, sheet=sheet, person=deed.room.person.id, made_at=stamp(now)
    )
    deed.session.add(row)
    return row


def _change(
    session: Session, row: Talk, values: Mapping[str, Any], now: datetime, *, origin: str = "own", sheet: str = ""
) -> bool:
    """Whether it says anything else now. A talk that a sheet changes is that sheet's from then on."""
    was = {name: getattr(row, name) for name in TalkFields.model_fields}
    fields = shaped({**was, **values}, now)
    if fields.model_dump() == was:
        return False
    if fields.student != row.student:
        _known(session, fields.student)
    row.sqlmodel_update(fields.model_dump())
    if not row.follow_up:
        row.followed_on, row.followed = None, ""
    if sheet:
        row.origin, row.sheet = origin, sheet
    session.add(row)
    return True


def _excuse(deed: Deed, student: str, reason: str, now: datetime, term: str, sheet: str) -> bool:
    """Whether the reason is new."""
    values = {
        "student": student, "term": term, "reason": reason, "day": now.date(), "sheet": sheet,
        "person": deed.room.person.id,
    }  # fmt: skip
    fields = checked(TalkExcuse, values)
    _known(deed.session, student)
    rows = ask.excuse_rows(deed.session, student, term)
    if rows and rows[0].reason == fields.reason:
        return False
    row = rows[0] if rows else TalkExcuse(student=student, term=term, reason=fields.reason, day=fields.day)
    row.sqlmodel_update(fields.model_dump(exclude={"id"}))
    deed.session.add(row)
    return True
