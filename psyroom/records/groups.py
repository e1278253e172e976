"""Groups: their members, who was there, and (for counsellors only) what they are about."""

from __future__ import annotations

from datetime import date

from sqlmodel import Field

from psyroom.records.fields import CASES, ID, Fields, declare
from psyroom.records.ids import new_id

PRESENCE = {"present": "到", "late": "迟到", "leave": "请假", "absent": "未到"}


class GroupFields(Fields):
    """On the desk a group is a number: its name could tell why its members come."""

    no: int = declare(label="团体编号", private=False, ge=1, le=99)
    leader: str = declare("", label="带领教师", private=False, pattern=ID)
    ended: bool = declare(False, label="已结束", private=False)


class Group(GroupFields, table=True):
    __tablename__ = "counselling_group"
    id: str = Field(default_factory=new_id, primary_key=True)


class GroupMemberFields(Fields):
    """A student belongs to a group from a day on, to the last day `until`."""

    group: str = declare(label="团体", private=False, pattern=ID)
    student: str = declare(label="学生", pattern=ID)
    since: date = declare(label="自", private=False)
    until: date | None = declare(None, label="至", private=False)


class GroupMember(GroupMemberFields, table=True):
    __tablename__ = "group_member"
    id: str = Field(default_factory=new_id, primary_key=True)
    group: str = declare(label="团体", private=False, index=True, pattern=ID)
    student: str = declare(label="学生", index=True, pattern=ID)


class Attendance(Fields, table=True):
    """Whether one member was at one session (a visit of the group)."""

    id: str = Field(default_factory=new_id, primary_key=True)
    visit: str = declare(label="来访", private=False, index=True, pattern=ID)
    student: str = declare(label="学生", index=True, pattern=ID)
    state: str = declare("present", label="到场", private=False, choices=PRESENCE)


class GroupTopic(Fields, table=True):
    """What a group is about (id: the group's)."""

    __tablename__ = "group_topic"
    __table_args__ = {"schema": CASES}
    id: str = Field(primary_key=True)
    topic: str = declare("", label="团体主题", max_length=40)
