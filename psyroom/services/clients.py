"""For whom a booking or a visit is: what must be filled in for each kind, and how it is said on a card."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from sqlmodel import Session

from psyroom.errors import NotValid, Refused
from psyroom.records.booking import ClientFields
from psyroom.rules.names import plain_name
from psyroom.services.school import SchoolContext
from psyroom.store.questions import booking as ask
from psyroom.store.questions import groups as ask_groups

LAST_GROUP = 99
"""As `records.groups.GroupFields.no`."""


class Client(Protocol):
    """The part of a booking or visit that says for whom it is."""

    @property
    def client(self) -> str: ...
    @property
    def student(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def group_no(self) -> int: ...
    @property
    def size(self) -> int: ...


def settle(session: Session, values: Mapping[str, Any]) -> dict[str, Any]:
    """The client's fields with what does not belong to the kind emptied and a group's number given.

    Raises `NotValid` where the kind asks for something that is missing.
    """
    kind = values.get("client", "student")
    found = {name: values[name] for name in ClientFields.model_fields if name in values}
    problems: dict[str, str] = {}
    if kind in ("student", "parent"):
        found |= {"name": "", "group_no": 0}
        student = str(found.get("student", ""))
        if not student:
            problems["student"] = (
                "请选一位学生：输入姓名、拼音首字母或学号" if kind == "student" else "请选是哪位学生的家长"
            )
        elif student not in ask.students(session, [student]):
            problems["student"] = "名册里没有这位学生了，请重新选一位"
    elif kind == "teacher":
        found |= {"student": "", "group_no": 0}
        if not str(found.get("name", "")).strip():
            problems["name"] = "请填写教师的姓名"
        elif any(unicodedata.category(c).startswith("C") for c in str(found["name"])):
            problems["name"] = "姓名里有看不见的字符，请重新输入"
    elif kind == "group":
        found |= {"student": "", "name": "", "form": "group"}
        if not found.get("group_no"):
            found["group_no"] = next_group_no(session)
        elif isinstance(day := values.get("day"), date):
            known = len(ask_groups.members(session, day, day, [int(found["group_no"])]))
            found["size"] = known if known > 1 else found.get("size", 1)  # a group with members is as large as they are
    if found.get("form", "individual") == "individual":
        found["size"] = 1
    elif not str(size := found.get("size") or 1).isdecimal():
        problems["size"] = "人数要填数字"
    elif int(size) < 2:
        problems["size"] = "团体至少 2 人，请填写人数"
    if problems:
        raise NotValid(problems)
    return found


def on_the_roll(session: Session, student: str) -> None:
    """Raise `NotValid` when nothing new can be arranged for a student: the entry was made by mistake."""
    row = ask.students(session, [student]).get(student)
    if row is not None and row.status == "removed":
        raise NotValid({"student": "这条名册记录已标记为误录，请另选一位学生"})


def next_group_no(session: Session) -> int:
    """A number no group has had; when they run out, the lowest that is free."""
    if (last := ask.last_group_no(session)) < LAST_GROUP:
        return last + 1
    used = ask_groups.numbers_used(session)
    free = next((no for no in range(1, LAST_GROUP + 1) if no not in used), None)
    if free is None:
        raise Refused(why=f"团体编号 1—{LAST_GROUP} 都用过了，请沿用一个已有的团体。")
    return free


@dataclass(frozen=True)
class Names:
    """How clients are called on a day: names of students and their classes, read once for many cards. `members`: the
    memberships of groups to be named too, as `questions.groups.members`."""

    school: SchoolContext
    students: Mapping[str, Any]
    members: Sequence[Any] = ()

    @classmethod
    def of(cls, session: Session, school: SchoolContext, rows: Iterable[Client], members: Sequence[Any] = ()) -> Names:
        ids = [row.student for row in rows] + [m.student for m in members]
        return cls(school, ask.students(session, ids), members)

    def who(self, row: Client) -> str:
        """张晓雨 · 张晓雨的家长 · 李老师 · 团体 3（12 人）"""
        if row.client == "group":
            return f"团体 {row.group_no}（{row.size} 人）"
        if row.client == "teacher":
            return row.name
        student = self.students.get(row.student)
        name = student.name if student is not None else "已移出名册的学生"
        return f"{name}的家长" if row.client == "parent" else name

    def class_of(self, row: Client, day: date) -> str:
        """七年级3班; nothing for teachers and groups."""
        student = self.students.get(row.student)
        if student is None:
            return ""
        return self.school.class_name(student.stage, student.cohort, student.class_no, day)

    def student(self, student_id: str, day: date) -> tuple[str, str]:
        """A student's name and class on a day."""
        row = self.students.get(student_id)
        if row is None:
            return "已移出名册的学生", ""
        return row.name, self.school.class_name(row.stage, row.cohort, row.class_no, day)

    def several(self, students: Sequence[str], day: date) -> tuple[str, str]:
        """张晓雨 · 张晓雨等 6 人; and the class, where it is one student."""
        if not students:
            return "", ""
        who, class_name = self.student(students[0], day)
        return (who, class_name) if len(students) == 1 else (f"{who}等 {len(students)} 人", "")

    def members_of(self, row: Any) -> tuple[str, ...]:
        """The names of the members of a group's row on its day; nobody for what is no group."""
        if row.client != "group":
            return ()
        here = (m for m in self.members if m.no == row.group_no and ask_groups.holds(m, row.day))
        return tuple(sorted(self.students[m.student].name for m in here if m.student in self.students))

    def stage_of(self, row: Client) -> str:
        student = self.students.get(row.student)
        return student.stage if student is not None else ""


def same_client(a: Client, b: Client) -> bool:
    """Whether two bookings are for the same person or group, so that they cannot be at one time."""
    if a.client != b.client:
        return False
    if a.client == "group":
        return a.group_no == b.group_no
    if a.client == "teacher":
        return plain_name(a.name) == plain_name(b.name)
    return a.student == b.student
