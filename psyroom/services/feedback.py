"""一反馈: what the parents were told of learning and living at school, by a slip or by word of mouth, and how far it has come.

A slip is 已写好, 已打印, 已送达, 已签回 or 拒收; what is told by telephone, message, visit or meeting is delivered on its day.
It counts for a semester when it was delivered or signed. All of it lies in case.db.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlmodel import Session

from psyroom.errors import NotFound, NotValid, Refused
from psyroom.records.care import FEEDBACK_STATES, FEEDBACK_WAYS, GIVEN, Feedback, FeedbackFields
from psyroom.records.fields import about, checked
from psyroom.records.students import Student
from psyroom.rules import feedback as rules
from psyroom.rules import notes
from psyroom.rules.time import TermSpan
from psyroom.services import attachments, clients
from psyroom.services.rights import needs_counsellor
from psyroom.services.school import SchoolContext, context
from psyroom.store.questions import feedback as ask
from psyroom.store.room import Room

DEED, GONE = "登记家校反馈", "删除家校反馈"
FORM = "feedback"
"""Drafts of feedback are kept under this name."""
SLIP = "letter"
AHEAD = 60  # days: a slip may bear the day of a meeting to come
TEXTS = ("study", "life", "advice")
"""The words of a feedback."""
ON_PAPER = tuple(n for n in FeedbackFields.model_fields if about(FeedbackFields, n)["parents"])
"""What of a feedback may stand on a paper for parents."""


@dataclass(frozen=True, repr=False)
class FeedbackSeen:
    """One feedback whole. `scan`: the signed slip among the attachments, empty where it is not there; `who_entered`: a
    name; `made_at`: UTC, ISO 8601."""

    id: str
    student: str
    term: str
    fields: FeedbackFields
    state: str
    printed: int
    printed_on: date | None
    delivered_on: date | None
    signed_on: date | None
    refused_on: date | None
    refused_why: str
    scan: str
    home_visit: str
    who_entered: str
    made_at: str

    @property
    def way_name(self) -> str:
        return FEEDBACK_WAYS[self.fields.way]

    @property
    def state_name(self) -> str:
        return FEEDBACK_STATES[self.state]

    @property
    def given(self) -> bool:
        return self.state in GIVEN

    @property
    def since(self) -> date | None:
        """Since when it is in its state; None for one that is only written."""
        return getattr(self, rules.DATES[self.state]) if self.state in rules.DATES else None


@dataclass(frozen=True, repr=False)
class Moved:
    """What `set_state` did: how many came into the state, and how many were as far already and were left as they are."""

    changed: int
    left: int


# ---- writing --------------------------------------------------------------------------------------------------


def save(
    room: Room, student: str, values: Mapping[str, Any], now: datetime, *, feedback: str = "", term: str = ""
) -> str:
    """Write a feedback, or change one; returns its id. `values`: `FeedbackFields`; `term`: its code, else that of its day.

    The words of a slip that is printed may be changed, and it must be printed again; once it is with the parents only
    their answer and the remarks may. Errors: `NeedsCounsellor`, `NotValid`, `NotFound`, `Refused`, `SaveFailed`.
    """
    needs_counsellor(room)
    school = context(room)
    with room.write(DEED) as deed:
        session = deed.session
        row = _found(session, feedback) if feedback else None
        student = row.student if row is not None else known_student(session, student)
        before = {n: getattr(row, n) for n in FeedbackFields.model_fields} if row is not None else {}
        fields = checked(FeedbackFields, {"day": now.date(), **before, **values, "student": student})
        code = _term(school, fields, now.date(), term or (row.term if row is not None else ""))
        if row is None:
            row = new_row(room, fields, code, now)
        else:
            _words_stand(row, fields)
            if row.home_visit and (fields.day, fields.way) != (row.day, row.way):
                raise Refused(why="这份反馈是家访时给的，日期和方式跟着家访走，请到家访里改。")
            row.sqlmodel_update(fields.model_dump())
            row.term = code
        _settle(row, before)
        session.add(row)
        return row.id


def save_many(
    room: Room, students: Sequence[str], values: Mapping[str, Any], now: datetime, *, term: str = "", over: bool = False
) -> Moved:
    """The same words for many, in one deed; each may be changed afterwards. Who has none of that semester gets one, one
    without words is filled; what somebody wrote stays unless `over`, and what has left the room stays in any case.

    Errors: `NeedsCounsellor`, `NotValid`, `NotFound`, `Refused`, `SaveFailed`; nothing is then written.
    """
    needs_counsellor(room)
    school = context(room)
    wanted = list(dict.fromkeys(students))
    written = 0
    with room.write(DEED) as deed:
        session = deed.session
        code = _term(school, checked(FeedbackFields, {"day": now.date(), **values, "student": ""}), now.date(), term)
        newest = {row.student: row.id for row in ask.of_term(session, code)}
        there = ask.feedback_rows(session, [newest[s] for s in wanted if s in newest])
        for student in wanted:
            fields = checked(FeedbackFields, {"day": now.date(), **values, "student": known_student(session, student)})
            row = there.get(newest.get(student, ""))
            if row is None:
                row, before = new_row(room, fields, code, now), {}
            elif row.state != "draft" or (not over and any(getattr(row, name) for name in TEXTS)):
                continue
            else:
                before = {name: getattr(row, name) for name in FeedbackFields.model_fields}
                row.sqlmodel_update({name: getattr(fields, name) for name in values})
            _settle(row, before)
            session.add(row)
            written += 1
    return Moved(written, len(wanted) - written)


def new_row(room: Room, fields: FeedbackFields, term: str, now: datetime) -> Feedback:
    """A feedback not written before, for a caller's deed."""
    needs_counsellor(room)
    return Feedback(**fields.model_dump(), term=term, person=room.person.id, made_at=notes.stamp(now))


def _term(school: SchoolContext, fields: FeedbackFields, today: date, code: str) -> str:
    """The semester it is for. Raises `NotValid` for a day that cannot be, `Refused` for a semester there is not."""
    if fields.way != SLIP and fields.day > today:
        raise NotValid({"day": "日期还没到，请检查"})
    if fields.day > today + timedelta(days=AHEAD):
        raise NotValid({"day": f"日期最多写到 {AHEAD} 天以后，请检查"})
    term = school.term(code) if code else school.term_on(fields.day)
    if fields.day < term.monday(1):
        raise NotValid({"day": f"这一天在{term.name}开学以前，请检查日期或学期"})
    return term.code


def term_of_day(school: SchoolContext, fields: FeedbackFields, now: datetime) -> str:
    """The code of the semester in which a feedback was given by word of mouth. Raises `NotValid`."""
    return _term(school, fields, now.date(), "")


def _words_stand(row: Feedback, fields: FeedbackFields) -> None:
    """What the parents hold in their hands is not changed behind their backs."""
    same = all(getattr(row, name) == getattr(fields, name) for name in ON_PAPER)
    if row.way != SLIP or row.state not in (*GIVEN, "refused") or (same and fields.way == row.way):
        return
    raise Refused(
        why=f"这张反馈单{FEEDBACK_STATES[row.state]}，家长手里的就是这些话，不能再改；"
        "要另说几句请再写一张，状态登记错了请先改回“已写好”。"
    )


def _settle(row: Feedback, before: Mapping[str, Any]) -> None:
    """The state that follows from the way: by word of mouth it is delivered on its day; a slip whose words have changed
    since it was printed is to be printed again."""
    if row.way != SLIP:
        if row.state not in (*GIVEN, "refused") or before.get("way") == SLIP:
            put(row, "delivered", row.day)
        elif row.state in GIVEN:
            row.delivered_on = row.day
            row.signed_on = max(row.signed_on, row.day) if row.signed_on else None
    elif before and before["way"] != SLIP:
        put(row, "draft", row.day)
    elif row.state == "printed" and any(getattr(row, name) != before[name] for name in ON_PAPER):
        put(row, "draft", row.day)


def put(row: Feedback, state: str, on: date, why: str = "") -> None:
    """Bring a record into a state, for a caller's deed."""
    for name, day in rules.dates(_dates(row), state, on).items():
        setattr(row, name, day)
    row.state = state
    row.refused_why = why if state == "refused" else ""


def _dates(row: Any) -> dict[str, date | None]:
    return {name: getattr(row, name) for name in rules.DATES.values()}


def known_student(session: Session, student: str) -> str:
    """The student, who must stand on the roll. Raises `NotFound`, `NotValid`."""
    if not student or session.get(Student, student) is None:
        raise NotFound(what="这名学生")
    clients.on_the_roll(session, student)
    return student


def _found(session: Session, feedback: str) -> Feedback:
    row = session.get(Feedback, feedback)
    if row is None:
        raise NotFound(what="这份家校反馈")
    return row


def set_state(
    room: Room,
    ids: Sequence[str],
    state: str,
    on: date,
    now: datetime,
    *,
    why: str = "",
    scan: str = "",
    back: bool = False,
) -> Moved:
    """These slips came into a state on a day, in one deed. What has come as far already is left as it is, unless `back`
    says that it is to be put right. `why`: the reason of a refusal; `scan`: of one signed slip, the attachment.

    Errors: `NeedsCounsellor`, `NotFound`, `NotValid`, `Refused`, `SaveFailed`; nothing is then changed.
    """
    needs_counsellor(room)
    _known(state, why)
    with room.write(DEED) as deed:
        return _move(deed.session, ids, state, on, now, why, scan, back)


def signed_with_scan(room: Room, feedback: str, given: Path | tuple[str, bytes], on: date, now: datetime) -> str:
    """A slip that came back signed, with its scan or photograph (a path, or name and bytes): both in one deed. Returns the
    attachment's id. Errors: as `set_state` and `attachments.add`."""
    needs_counsellor(room)
    with room.read() as session:
        row = _found(session, feedback)
        student, term = row.student, row.term
    if said := rules.why_not(_dates(row), "signed", on, now.date()):
        raise NotValid({"on": said})  # before anything lies in the folder
    name, data = attachments.read_file(given) if isinstance(given, Path) else given

    def also(session: Session, ids: Sequence[str]) -> None:
        _move(session, [feedback], "signed", on, now, "", ids[0], True)

    caption = f"家校反馈单 {term}"
    return attachments.add(
        room, name, data, student=student, kind="signed", caption=caption, day=min(on, now.date()), also=also
    ).id


def _known(state: str, why: str) -> None:
    if state not in FEEDBACK_STATES:
        raise NotValid({"state": f"没有“{state}”这种状态，请从列表里选"})
    if len(why.strip()) > (most := about(Feedback, "refused_why")["limit"]):
        raise NotValid({"refused_why": f"拒收原因太长，最多 {most} 个字"})


def _move(
    session: Session, ids: Sequence[str], state: str, on: date, now: datetime, why: str, scan: str, back: bool
) -> Moved:
    wanted = list(dict.fromkeys(ids))
    rows = ask.feedback_rows(session, wanted)
    if len(rows) < len(wanted):
        raise NotFound(what="其中一份家校反馈")
    changed, problems = 0, []
    for row in (rows[id] for id in wanted):
        if not back and rules.is_further(row.state, state):
            continue
        if row.way != SLIP and state in ("draft", "printed"):
            raise Refused(why=f"{FEEDBACK_WAYS[row.way]}当天就算送达，没有“{FEEDBACK_STATES[state]}”这一步。")
        day = row.day if row.way != SLIP and state == "delivered" else on
        if said := rules.why_not(_dates(row), state, day, now.date()):
            problems.append(said)
            continue
        put(row, state, day, why.strip())
        if state == "printed":
            row.printed = max(row.printed, 1)
        if scan:
            _scan(session, wanted, row, scan)
        session.add(row)
        changed += 1
    if problems:
        many = f"（另有 {len(problems) - 1} 份也是）" if len(problems) > 1 else ""
        raise NotValid({"on": problems[0] + many})
    return Moved(changed, len(wanted) - changed)


def _scan(session: Session, ids: Sequence[str], row: Feedback, scan: str) -> None:
    whose = ask.scans_there(session, [scan]).get(scan)
    if whose is None:
        raise NotFound(what="这份扫描件")
    if len(ids) > 1 or whose != row.student:
        raise Refused(why="扫描件是另一名学生的，请在那名学生的反馈里放。")
    row.scan = scan


def remove(room: Room, feedback: str, now: datetime) -> None:
    """Take a feedback out; it goes to the recycle bin. Errors: `NeedsCounsellor`, `NotFound`, `SaveFailed`."""
    needs_counsellor(room)
    with room.write(GONE) as deed:
        deed.session.delete(_found(deed.session, feedback))


# ---- reading --------------------------------------------------------------------------------------------------


def seen(room: Room, feedback: str) -> FeedbackSeen:
    """One feedback. Errors: `NeedsCounsellor`, `NotFound`."""
    needs_counsellor(room)
    school = context(room)
    with room.snapshot() as session:
        row = _found(session, feedback)
        return _seen(school, row, ask.scans_there(session, [row.scan]))


def of_student(room: Room, student: str) -> list[FeedbackSeen]:
    """A student's feedback of all semesters, the newest first. Errors: `NeedsCounsellor`."""
    needs_counsellor(room)
    school = context(room)
    with room.snapshot() as session:
        rows = ask.of_student(session, student)
        there = ask.scans_there(session, [row.scan for row in rows])
    return [_seen(school, row, there) for row in rows]


def of_term(room: Room, now: datetime, term: str = "") -> list[FeedbackSeen]:
    """All feedback of a semester, the oldest first. Errors: `NeedsCounsellor`, `Refused`."""
    needs_counsellor(room)
    school = context(room)
    span = term_of(school, now, term)
    with room.snapshot() as session:
        rows = ask.of_term(session, span.code)
        there = ask.scans_there(session, [row.scan for row in rows])
    return [_seen(school, row, there) for row in rows]


def term_of(school: SchoolContext, now: datetime, term: str) -> TermSpan:
    """The semester of a code, else the present one."""
    return school.term(term) if term else school.term_on(now.date())


def _seen(school: SchoolContext, row: Any, scans: Iterable[str]) -> FeedbackSeen:
    fields = FeedbackFields.model_construct(**{name: getattr(row, name) for name in FeedbackFields.model_fields})
    return FeedbackSeen(
        row.id, row.student, row.term, fields, row.state, row.printed, row.printed_on, row.delivered_on, row.signed_on,
        row.refused_on, row.refused_why, row.scan if row.scan in scans else "", row.home_visit,
        school.people.get(row.person, ""), row.made_at,
    )  # fmt: skip
