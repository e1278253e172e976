"""The records behind a figure of a confidential return, each said in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from psyroom.records.care import FEEDBACK_STATES, FEEDBACK_WAYS, VISITED
from psyroom.records.talks import WAYS
from psyroom.reports.filling import Parts
from psyroom.rules.time import day_name
from psyroom.services.rights import needs_counsellor
from psyroom.services.school import SchoolContext, context
from psyroom.store.questions import booking as ask_students
from psyroom.store.questions import return_talks as ask
from psyroom.store.room import Room

GONE = "这条记录后来被删除了"


@dataclass(frozen=True, repr=False)
class SourceRow:
    """A record behind a figure. `adds`: people or times it adds, or minutes; the rows' sum is the figure."""

    kind: str  # opening, visit, booking, slot, exception; student, talk, talk_excuse, growth_plan, feedback, home_visit
    id: str
    day: date | None
    what: str
    who: str
    adds: int


def told(room: Room, parts: Parts) -> list[SourceRow]:
    """Each record said in words, with whose it is; one that has gone since is said so. A student stands for itself."""
    needs_counsellor(room)
    school = context(room)
    with room.read() as session:
        known = ask.told(session, (id for id, _ in parts))
        whose = {row.id if kind == "student" else row.student for kind, row in known.values()}
        students = ask_students.students(session, sorted(whose))
    found = []
    for id, adds in parts:
        if id not in known:
            found.append(SourceRow("gone", id, None, GONE, "", adds))
            continue
        kind, row = known[id]
        day: date | None = getattr(row, _DAYS[kind]) if kind in _DAYS else None
        student = students.get(row.id if kind == "student" else row.student)
        found.append(SourceRow(kind, id, day, _words(kind, row, day), _who(school, room.today(), student), adds))
    return found


_DAYS = {"talk": "day", "talk_excuse": "day", "growth_plan": "made_on", "feedback": "day", "home_visit": "day"}


def _words(kind: str, row: Any, day: date | None) -> str:
    if day is None:
        return "名单里的学生"
    when = day_name(day)
    if kind == "talk":
        return f"{when} {WAYS[row.way]} {row.talker}"
    if kind == "talk_excuse":
        return f"{row.reason}（{when}登记）"
    if kind == "growth_plan":
        return f"成长指导方案第{row.version}版 {when}制定"
    if kind == "feedback":
        return f"{when} {FEEDBACK_WAYS[row.way]} {FEEDBACK_STATES[row.state]}"
    return f"{when} {VISITED[row.way]} {row.teachers}"


def _who(school: SchoolContext, today: date, student: Any) -> str:
    """周一鸣 七年级1班"""
    if student is None:
        return ""
    return f"{student.name} {school.class_name(student.stage, student.cohort, student.class_no, today)}"
