"""People of the room: those who unlock it and those who only stand in a duty list."""

from __future__ import annotations

from sqlmodel import Field

from psyroom.records.fields import CASES, Fields, declare
from psyroom.records.ids import new_id

ROLES = {"counsellor": "心理教师", "duty": "值班人员", "none": "只列名"}


class PersonFields(Fields):
    name: str = declare(label="姓名", private=False, min_length=1, max_length=20)
    role: str = declare("none", label="角色", private=False, choices=ROLES)
    active: bool = declare(True, label="在用", private=False)


class Person(PersonFields, table=True):
    """In desk.db: names on the duty list. Whoever can unlock has the same id in room.json."""

    id: str = Field(default_factory=new_id, primary_key=True)
    public: str = declare("", label="公钥", help="只有能登录的人才有；换钥匙时以这里为准，不信 room.json")


class Holder(Fields, table=True):
    """In case.db: who may hold the case key. Never taken from room.json, which anybody can edit."""

    __table_args__ = {"schema": CASES}
    id: str = Field(primary_key=True, description="the person's id")
    public: str = declare(label="公钥")
    manages: bool = declare(False, label="可管理人员")


class Inbox(Fields, table=True):
    """In case.db: the private half of the room's inbox key, which opens sealed slips."""

    __table_args__ = {"schema": CASES}
    id: str = Field(primary_key=True)
    private_key: str = declare(label="收件私钥")
