"""Who waits for a time: the windows that suit, until when they wait. Desk side: no reason, no urgency."""

from __future__ import annotations

from datetime import date

from sqlmodel import Field

from psyroom.records.booking import CHANNELS, CLIENTS, WAYS
from psyroom.records.fields import CASES, ID, Fields, declare
from psyroom.records.ids import new_id

WAITING_STATES = {"waiting": "候补中", "booked": "已约上", "withdrawn": "不再等"}


class WaitingFields(Fields):
    """`person` empty: any counsellor will do."""

    client: str = declare("student", label="来访者", private=False, choices=CLIENTS)
    student: str = declare("", label="学生", pattern=ID)
    name: str = declare("", label="姓名", max_length=20, help="只用于教师：写姓名")
    person: str = declare("", label="想约哪位老师", private=False, pattern=ID)
    minutes: int = declare(40, label="时长（分钟）", private=False, ge=10, le=240)
    channel: str = declare("in_person", label="途径", private=False, choices=CHANNELS)
    way: str = declare("self", label="预约方式", private=False, choices=WAYS)
    since: date = declare(label="登记日期", private=False)
    expires: date = declare(label="等到", private=False, help="过了这天，程序会问还等不等")
    state: str = declare("waiting", label="状态", private=False, choices=WAITING_STATES)
    booking: str = declare("", label="约上的预约", private=False, pattern=ID)


class Waiting(WaitingFields, table=True):
    id: str = Field(default_factory=new_id, primary_key=True)
    student: str = declare("", label="学生", index=True, pattern=ID)
    state: str = declare("waiting", label="状态", private=False, index=True, choices=WAITING_STATES)


class WaitingWindowFields(Fields):
    """A stretch of a weekday that suits. An entry without windows takes any time."""

    waiting: str = declare(label="候补", private=False, pattern=ID)
    weekday: int = declare(label="星期", private=False, ge=1, le=7)
    starts: int = declare(label="从", private=False, ge=0, le=1440)
    ends: int = declare(label="到", private=False, ge=0, le=1440)


class WaitingWindow(WaitingWindowFields, table=True):
    __tablename__ = "waiting_window"
    id: str = Field(default_factory=new_id, primary_key=True)
    waiting: str = declare(label="候补", private=False, index=True, pattern=ID)


class WaitingFirst(Fields, table=True):
    """A counsellor's word that an entry goes before others (id: the entry's)."""

    __tablename__ = "waiting_first"
    __table_args__ = {"schema": CASES}
    id: str = Field(primary_key=True)
    first: bool = declare(True, label="优先安排")
