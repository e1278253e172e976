"""成长指导方案 (一案): a plan for one student, in versions. One function per deed; every check inside its transaction.

The newest version is the plan; the older ones stay as they were. Its review date is the plan's own `review_on`: a review
moves it on. Whoever is a counsellor may read and change any plan.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlmodel import Session

from psyroom.errors import NotFound, NotValid, Refused
from psyroom.records.care import PARTS, PLAN_KINDS, REACHED, Plan, PlanFields, PlanReview, PlanStep
from psyroom.records.fields import checked
from psyroom.records.students import Student
from psyroom.rules import notes as note_rules
from psyroom.rules import plans as rules
from psyroom.rules.time import short_day
from psyroom.services import clients, drafts
from psyroom.services.plan_list import PlanDue as PlanDue  # callers of the deeds meet them here
from psyroom.services.plan_list import PlanLine as PlanLine
from psyroom.services.plan_list import due as due
from psyroom.services.plan_list import listed as listed
from psyroom.services.rights import needs_counsellor
from psyroom.services.school import context
from psyroom.store.questions import plans as ask
from psyroom.store.room import Room

FORM = "plan"
"""The name under which an unsaved plan is kept: about `student:ID`, or the plan's id."""
NOT_THE_NEWEST = "这是以前的版本，留着不能改；要改请改最新的一版。"
_STEP = ("goal", "step", "who", "due", "reached", "result", "done_on")
_REVIEW = ("day", "words", "next_on")


def about_new(student: str) -> str:
    """Under which key the draft of a student's first version lies."""
    return f"student:{student}"


# ---- writing ------------------------------------------------------------------------------------------------------


def save(
    room: Room, student: str, values: Mapping[str, Any], steps: Sequence[Mapping[str, Any]], now: datetime, *,
    plan: str = "",
) -> str:  # fmt: skip
    """Write a plan: version 1 where `plan` is empty, else what its newest version says, anew. A step is a mapping of the
    record's fields and, for one that was there, its `id`; one that says nothing is left out. Returns the plan's id.

    Errors: `NotFound`, `NotValid` (`steps` for what is wrong in them), `Refused` for an older version or a second plan."""
    needs_counsellor(room)
    with room.write("修改成长指导方案" if plan else "写成长指导方案") as deed:
        session = deed.session
        if plan:
            row = _newest(session, plan)
        else:
            if session.get(Student, student) is None:
                raise NotFound(what="这名学生")
            if ask.of_student(session, student):
                raise Refused(why="这名学生已经有成长指导方案了，请打开它来改，或者出一个新版本。")
            clients.on_the_roll(session, student)
            row = Plan(student=student, made_on=now.date(), person=room.person.id, made_at=note_rules.stamp(now))
        was = {name: getattr(row, name) for name in PlanFields.model_fields}
        row.sqlmodel_update(_shaped({**was, **values, "student": row.student}, now).model_dump())
        session.add(row)
        _set_steps(session, row.id, steps, now)
        session.flush()
        drafts.discard_in(session, room, FORM, row.id if plan else about_new(student))
        return row.id


def new_version(room: Room, plan_id: str, now: datetime) -> str:
    """Begin the next version: a copy of what the newest says, with the steps that go on. What came of it, its reviews and
    a review date that is past stay with the old one. Returns the id. Errors: `NotFound`, `Refused`."""
    needs_counsellor(room)
    with room.write("成长指导方案出新版本") as deed:
        session = deed.session
        old = _newest(session, plan_id)
        values = {name: getattr(old, name) for name in PlanFields.model_fields}
        values |= {"made_on": now.date(), "maker": room.person.name[:20], "summary": ""}
        if old.review_on is not None and old.review_on <= now.date():
            values["review_on"] = None
        row = Plan(**checked(PlanFields, values).model_dump(), version=old.version + 1)
        row.person, row.made_at = room.person.id, note_rules.stamp(now)
        session.add(row)
        going_on = [step for step in ask.steps(session, old.id) if step.reached in rules.GOES_ON]
        for place, step in enumerate(going_on):
            session.add(PlanStep(plan=row.id, place=place, goal=step.goal, step=step.step, who=step.who, due=step.due))
        return row.id


def review(
    room: Room, plan_id: str, values: Mapping[str, Any], now: datetime, *, results: Sequence[Mapping[str, Any]] = ()
) -> str:
    """The plan was looked at again: `day`, `words`, `next_on`, which becomes its review date. `results`: for steps by their
    `id` what came of them (`reached`, `result`). Returns the review's id. Errors: `NotFound`, `NotValid`, `Refused`."""
    needs_counsellor(room)
    with room.write("回顾成长指导方案") as deed:
        session = deed.session
        row = _newest(session, plan_id)
        told = {"day": now.date(), **{name: _plain(values[name]) for name in _REVIEW if name in values}}
        fields = checked(PlanReview, {**told, "plan": row.id, "person": room.person.id})
        problems = {}
        if fields.day > now.date():
            problems["day"] = "回顾日期还没到，请检查"
        elif fields.day < row.made_on:
            problems["day"] = "回顾不能早于方案的制定日期，请检查"
        if fields.next_on is not None and fields.next_on <= fields.day:
            problems["next_on"] = "下次回顾要晚于这次"
        if problems:
            raise NotValid(problems)
        steps = {step.id: step for step in ask.steps(session, row.id)}
        for one in results:
            step = steps.get(str(one.get("id", "")))
            if step is None:
                raise NotFound(what="这条措施")
            _put_step(session, step, {**step.model_dump(), **_only(one, ("reached", "result", "done_on"))}, now)
        row.review_on = fields.next_on
        session.add(row)
        made = PlanReview(**fields.model_dump(exclude={"id"}))
        session.add(made)
        return made.id


def remove(room: Room, plan_id: str, now: datetime) -> None:
    """The newest version goes, with its steps and reviews; the one before it is then the plan again.

    Errors: `NotFound`, `Refused` for an older version."""
    needs_counsellor(room)
    with room.write("删除成长指导方案") as deed:
        session = deed.session
        row = _newest(session, plan_id)
        for part in (*ask.steps(session, row.id), *ask.reviews(session, row.id)):
            session.delete(part)
        session.delete(row)
        drafts.discard_in(session, room, FORM, row.id)


def _newest(session: Session, plan_id: str) -> Plan:
    """The version with this id, which must be the newest. Errors: `NotFound`, `Refused`."""
    row = session.get(Plan, plan_id)
    if row is None:
        raise NotFound(what="这份方案")
    if ask.of_student(session, row.student)[-1].id != row.id:
        raise Refused(why=NOT_THE_NEWEST)
    return row


def _plain(value: Any) -> Any:
    """Text as it is kept: one kind of line end, nothing invisible that paper could stumble over, and empty where there is
    nothing to read, so that blanks alone never fill a part."""
    if not isinstance(value, str):
        return value
    text = value.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\u2029", "\n")
    text = "".join(c for c in text if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cs"))
    return text if rules.written(text) else ""


def _shaped(values: Mapping[str, Any], now: datetime) -> PlanFields:
    fields = checked(PlanFields, {n: _plain(values[n]) for n in PlanFields.model_fields if n in values})
    problems = {}
    if fields.made_on > now.date():
        problems["made_on"] = "制定日期还没到，请检查"
    if fields.review_on is not None and fields.review_on <= fields.made_on:
        problems["review_on"] = "回顾日期要晚于制定日期"
    if problems:
        raise NotValid(problems)
    return fields


def _only(values: Mapping[str, Any], names: Sequence[str]) -> dict[str, Any]:
    """These of the values, each text on one line."""
    found = {name: _plain(values[name]) for name in names if name in values}
    return {n: " ".join(v.split()) if isinstance(v, str) and n != "reached" else v for n, v in found.items()}


def _set_steps(session: Session, plan: str, typed: Sequence[Mapping[str, Any]], now: datetime) -> None:
    """The steps as typed, in this order; one with an `id` stays itself, those not named go."""
    have = {row.id: row for row in ask.steps(session, plan)}
    place = 0
    for one in typed:
        values = _only(one, _STEP)
        if not any(values.get(name) not in (None, "") for name in _STEP):
            continue
        row = have.pop(str(one.get("id", "")), None) or PlanStep(plan=plan)
        _put_step(session, row, {**row.model_dump(), **values, "place": place}, now)
        place += 1
    for row in have.values():
        session.delete(row)


def _put_step(session: Session, row: PlanStep, values: Mapping[str, Any], now: datetime) -> None:
    """A step's values. What gets its result now is done today, unless it is said otherwise."""
    which = f"第 {int(values['place']) + 1} 条措施："
    try:
        fields = checked(PlanStep, values)
    except NotValid as problem:
        raise NotValid({"steps": which + "；".join(problem.fields.values())}) from None
    if not (fields.goal or fields.step):
        raise NotValid({"steps": f"{which}请写目标或做什么，或把这一条去掉"})
    if fields.done_on is not None and fields.done_on > now.date():
        raise NotValid({"steps": f"{which}完成的日期还没到，请检查"})
    if not fields.reached:
        fields.done_on = None
    elif fields.done_on is None:
        fields.done_on = now.date()
    row.sqlmodel_update(fields.model_dump(exclude={"id", "plan"}))
    session.add(row)


# ---- reading ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, repr=False)
class StepSeen:
    """A step. `late`: it has no result though its date is past."""

    id: str
    goal: str
    step: str
    who: str
    due: date | None
    reached: str
    result: str
    done_on: date | None
    late: bool

    def values(self) -> dict[str, Any]:
        """As `save` takes it."""
        return {"id": self.id, **{name: getattr(self, name) for name in _STEP}}


@dataclass(frozen=True, repr=False)
class ReviewSeen:
    id: str
    day: date
    words: str
    next_on: date | None
    who: str


@dataclass(frozen=True, repr=False)
class VersionLine:
    """One of a student's versions, as a list shows it."""

    id: str
    version: int
    made_on: date
    maker: str
    missing: tuple[str, ...]


@dataclass(frozen=True, repr=False)
class PlanSeen:
    """A version with all that belongs to it. `missing`: labels of the parts not filled; `newest`: it is the plan;
    `versions`: all of the student's, newest first."""

    id: str
    student: str
    version: int
    fields: PlanFields
    made_at: str
    steps: tuple[StepSeen, ...]
    reviews: tuple[ReviewSeen, ...]
    versions: tuple[VersionLine, ...]
    missing: tuple[str, ...]
    newest: bool

    @property
    def complete(self) -> bool:
        return not self.missing


def seen(room: Room, plan_id: str) -> PlanSeen:
    """A version of a plan. Errors: `NotFound`."""
    needs_counsellor(room)
    with room.read() as session:
        row = session.get(Plan, plan_id)
        if row is None:
            raise NotFound(what="这份方案")
        return _seen(room, session, row)


def of_student(room: Room, student: str) -> PlanSeen | None:
    """A student's plan, or None."""
    needs_counsellor(room)
    with room.read() as session:
        rows = ask.of_student(session, student)
        return _seen(room, session, rows[-1]) if rows else None


def _seen(room: Room, session: Session, row: Plan) -> PlanSeen:
    today, people = room.today(), context(room).people
    versions = ask.of_student(session, row.student)[::-1]
    return PlanSeen(
        row.id, row.student, row.version,
        PlanFields.model_construct(**{name: getattr(row, name) for name in PlanFields.model_fields}),
        row.made_at,
        tuple(
            StepSeen(s.id, s.goal, s.step, s.who, s.due, s.reached, s.result, s.done_on, _late(s, today))
            for s in ask.steps(session, row.id)
        ),
        tuple(
            ReviewSeen(r.id, r.day, r.words, r.next_on, people.get(r.person, "")) for r in ask.reviews(session, row.id)
        ),
        tuple(VersionLine(v.id, v.version, v.made_on, v.maker, _missing(v)) for v in versions),
        _missing(row),
        versions[0].id == row.id,
    )  # fmt: skip


def _late(step: PlanStep, day: date) -> bool:
    return not step.reached and step.due is not None and step.due < day


def _missing(row: Plan) -> tuple[str, ...]:
    return rules.missing({name: getattr(row, name) for name in PARTS})


def template(kind: str) -> rules.Template:
    """What may be asked and written for a kind of difficulty. Offered, never put in."""
    return rules.templates().get(kind) or rules.templates()[""]


# ---- two versions -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, repr=False)
class Difference:
    """What two versions say otherwise, or alike: the field's name and label, and both wordings."""

    name: str
    label: str
    before: str
    after: str

    @property
    def changed(self) -> bool:
        return self.before != self.after


def compare(room: Room, plan_id: str, with_plan: str) -> list[Difference]:
    """Two versions side by side, the one made first at the left; every field that either has. Errors: `NotFound`."""
    needs_counsellor(room)
    first, second = sorted((seen(room, plan_id), seen(room, with_plan)), key=lambda one: one.version)
    was, now = as_words(first.fields.model_dump(), first.steps), as_words(second.fields.model_dump(), second.steps)
    return [
        Difference(name, WORDS[name], was[name], now[name])
        for name in WORDS
        if name in was and (was[name] or now[name])
    ]


WORDS: Mapping[str, str] = {
    **{n: str(f.title) for n, f in PlanFields.model_fields.items() if n != "student"},
    "steps": "目标与措施",
}
"""What a version speaks of, in the order it is shown: field → label."""


def as_words(values: Mapping[str, Any], steps: Sequence[StepSeen]) -> dict[str, str]:
    """Each field of a version as a person reads it."""
    found = {name: str(values.get(name) or "") for name in WORDS}
    found["kind"] = PLAN_KINDS.get(str(values.get("kind") or ""), "") if values.get("kind") else ""
    found["steps"] = "\n".join(step_words(step) for step in steps)
    return found


def step_words(step: StepSeen) -> str:
    """A step on one line: 每天按时交作业——班主任每天核对（班主任，10月1日前）达成：……"""
    what = "——".join(part for part in (step.goal, step.step) if part)
    who = "，".join(part for part in (step.who, f"{short_day(step.due)}前" if step.due else "") if part)
    result = "：".join(part for part in (REACHED.get(step.reached, ""), step.result) if part)
    return f"{what}{f'（{who}）' if who else ''}{result}"
