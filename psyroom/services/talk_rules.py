"""The rules of 一生一谈 in force: the school's own, and where it has said nothing the region's; who is class teacher."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session

from psyroom.records.fields import checked
from psyroom.records.talks import OWED, ClassTeacher, TalkRules, TalkRulesFields
from psyroom.rules import coverage as rule
from psyroom.rules import policy
from psyroom.rules.policy import HomeVisitDuty as HomeVisitDuty
from psyroom.rules.time import TermSpan
from psyroom.services.rights import needs_counsellor
from psyroom.services.school import SchoolContext, context
from psyroom.store.questions import talks as ask
from psyroom.store.room import Room

OWN = "学校自定"
EVERYBODY = 100
"""Percent: the aim where the region asks for everybody, and where nobody asks for anything."""
ClassOf = tuple[str, int, int]
"""Stage, year of entry, number: what a class is, whatever it is called this year."""


@dataclass(frozen=True)
class RulesSeen:
    """What holds. `own`: what the school has said itself; `target` in percent, each with its source; `finish_week`: by
    which week of the semester asked about; `home_visit` None where the region asks for nothing."""

    own: TalkRulesFields
    target: int
    target_source: str
    denominator: str
    feedback_for: str
    feedback_source: str
    hide_days: int
    finish_week: int
    home_visit: HomeVisitDuty | None


def rules(room: Room, *, term: str = "") -> RulesSeen:
    """The rules in force in a semester (its code; empty: the present one)."""
    needs_counsellor(room)
    school = context(room)
    span = school.term(term) if term else school.term_on(room.today())
    with room.read() as session:
        return rules_in(session, school, span)


def rules_in(session: Session, school: SchoolContext, term: TermSpan) -> RulesSeen:
    """The same inside the caller's transaction."""
    row = ask.rules_row(session)
    own = TalkRulesFields(**row.model_dump(exclude={"id"})) if row is not None else TalkRulesFields()
    place, day = policy.region(school.region), term.ends  # a duty that begins with the term holds for all of it
    talk, told = place.duty(policy.TALK), place.duty(policy.FEEDBACK)
    if own.target is not None:
        target, target_source = own.target, OWN
    elif talk is not None and talk.least_on(day):
        target, target_source = EVERYBODY, talk.source
    else:
        target, target_source = EVERYBODY, "地区没有规定，先按人人都谈到"
    if own.feedback_for:
        feedback_for, feedback_source = own.feedback_for, OWN
    elif told is not None and told.whom:
        feedback_for, feedback_source = told.whom, told.source
    else:
        feedback_for, feedback_source = "care", f"地区没有规定，先按{OWED['care']}"
    return RulesSeen(
        own, target, target_source, own.denominator, feedback_for, feedback_source, own.hide_days,
        rule.finish_week(own.finish_week, term), place.home_visits(day),
    )  # fmt: skip


def set_rules(room: Room, values: Mapping[str, Any]) -> None:
    """Set the school's own rules, or some of them. Errors: `NotValid`."""
    needs_counsellor(room)
    with room.write("修改谈话规则") as deed:
        row = ask.rules_row(deed.session) or TalkRules()
        fields = checked(TalkRulesFields, {**row.model_dump(exclude={"id"}), **values})
        row.sqlmodel_update(fields.model_dump())
        deed.session.add(row)


def class_teachers(room: Room) -> dict[ClassOf, str]:
    """The class teachers' names by class."""
    needs_counsellor(room)
    with room.read() as session:
        return teachers_in(session)


def teachers_in(session: Session) -> dict[ClassOf, str]:
    """The same inside the caller's transaction."""
    return {(row.stage, row.cohort, row.class_no): row.name for row in ask.class_teachers(session)}


def set_class_teacher(room: Room, stage: str, cohort: int, class_no: int, name: str) -> None:
    """Who is class teacher of a class; an empty name: nobody is known. Errors: `NotValid`."""
    set_class_teachers(room, {(stage, cohort, class_no): name})


def set_class_teachers(room: Room, names: Mapping[ClassOf, str]) -> None:
    """The class teachers of several classes, as one deed; an empty name takes one out. Errors: `NotValid`."""
    needs_counsellor(room)
    wanted: dict[ClassOf, str] = {}
    for (stage, cohort, class_no), name in names.items():
        values = {"stage": stage, "cohort": cohort, "class_no": class_no, "name": name}
        wanted[stage, cohort, class_no] = checked(ClassTeacher, values).name if name.strip() else ""
    with room.write("修改班主任") as deed:
        for of, name in wanted.items():
            rows = ask.class_teacher_rows(deed.session, *of)
            for row in rows[1:] if name else rows:
                deed.session.delete(row)
            if name:
                row = rows[0] if rows else ClassTeacher(stage=of[0], cohort=of[1], class_no=of[2], name=name)
                row.name = name
                deed.session.add(row)
