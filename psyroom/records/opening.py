"""When the room is open: template, exceptions, and what really happened. All in desk.db; no free text."""

from __future__ import annotations

from datetime import date

from sqlmodel import Field

from psyroom.records.fields import ID, Fields, declare
from psyroom.records.ids import new_id

ORIGINS = {"duty": "值班签到", "visit": "来访", "hand": "手工补记", "ledger": "台账导入"}
WHY_CHANGED = {
    "": "",
    "exam": "考试",
    "activity": "学校活动",
    "training": "教师外出培训",
    "leave": "教师请假",
    "weather": "天气或停电",
    "holiday": "放假",
    "make_up": "补开",
    "extra": "临时加开",
}


class SlotFields(Fields):
    """One band of the weekly template. Weekday 1 is Monday; minutes from midnight."""

    weekday: int = declare(label="星期", private=False, ge=1, le=7)
    starts: int = declare(label="开始", private=False, ge=0, le=1440)
    ends: int = declare(label="结束", private=False, ge=0, le=1440)
    place: str = declare("", label="房间", private=False, pattern=ID)
    person: str = declare("", label="值班教师", private=False, pattern=ID)
    since: date = declare(label="自", private=False)
    until: date | None = declare(None, label="至", private=False)


class Slot(SlotFields, table=True):
    __tablename__ = "opening_slot"
    id: str = Field(default_factory=new_id, primary_key=True)


class ExceptionFields(Fields):
    """A one-off opening or closure of the plan."""

    day: date = declare(label="日期", private=False)
    starts: int = declare(label="开始", private=False, ge=0, le=1440)
    ends: int = declare(label="结束", private=False, ge=0, le=1440)
    opens: bool = declare(label="加开", private=False, help="否：停开")
    place: str = declare("", label="房间", private=False, pattern=ID)
    person: str = declare("", label="值班教师", private=False, pattern=ID)
    why: str = declare("", label="原因", private=False, choices=WHY_CHANGED)
    heals: date | None = declare(None, label="补哪一周", private=False, help="补开时：所补那一周的星期一")


class OpeningException(ExceptionFields, table=True):
    __tablename__ = "opening_exception"
    id: str = Field(default_factory=new_id, primary_key=True)


class OpeningFields(Fields):
    """The room was open. `ends` None: someone is on duty now."""

    day: date = declare(label="日期", private=False)
    starts: int = declare(label="开始", private=False, ge=0, le=1440)
    ends: int | None = declare(None, label="结束", private=False, ge=0, le=1440)
    person: str = declare("", label="值班教师", private=False, pattern=ID)
    place: str = declare("", label="房间", private=False, pattern=ID)
    origin: str = declare("hand", label="来源", private=False, choices=ORIGINS)
    received: int | None = declare(None, label="来访人次", private=False, ge=0, le=999, help="只在台账里写了人次时")


class Opening(OpeningFields, table=True):
    __tablename__ = "opening"
    id: str = Field(default_factory=new_id, primary_key=True)
    day: date = declare(label="日期", private=False, index=True)
