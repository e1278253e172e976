"""Who comes when (bookings) and who came (visits). Desk side: no free text, no reason, no urgency.

Why a booking may break the room's rules (`BookingUrgency`) is a counsellor's to read and lies in case.db.
"""

from __future__ import annotations

from datetime import date

from sqlmodel import Field

from psyroom.records.fields import CASES, ID, Fields, declare
from psyroom.records.ids import new_id

CLIENTS = {"student": "学生", "parent": "家长", "teacher": "教师", "group": "团体"}
WAYS = {"self": "本人", "class_teacher": "班主任", "parent": "家长", "letter_box": "心理信箱", "walk_in": "直接来访"}
FORMS = {"individual": "个别", "group": "团体"}
CHANNELS = {"in_person": "面谈", "online": "线上", "telephone": "电话"}
OUTCOMES = {
    "open": "待到",
    "arrived": "已到",
    "late": "迟到",
    "no_show": "未到",
    "cancelled_by_student": "学生取消",
    "cancelled_by_teacher": "老师取消",
    "suspended": "停诊",
}
STANDING = ("open", "arrived", "late")
"""Outcomes that keep the slot taken."""

FOLLOW_UPS = {
    "": "",
    "found": "已找到本人",
    "rebooked": "已另约",
    "class_teacher_told": "已告知班主任",
    "guardian_told": "已联系家长",
    "no_need": "本人说明不再需要",
}


class ClientFields(Fields):
    """Whom a booking or visit is for. A parent is the parent of `student`; a teacher has a name; a group a class or a size."""

    client: str = declare("student", label="来访者", private=False, choices=CLIENTS)
    student: str = declare("", label="学生", pattern=ID)
    name: str = declare("", label="姓名", max_length=20, help="只用于教师：写姓名")
    group_no: int = declare(0, label="团体编号", private=False, ge=0, le=99)
    size: int = declare(1, label="人数", private=False, ge=1, le=200)
    form: str = declare("individual", label="形式", private=False, choices=FORMS)
    channel: str = declare("in_person", label="途径", private=False, choices=CHANNELS)


class BookingFields(ClientFields):
    day: date = declare(label="日期", private=False)
    starts: int = declare(label="开始", private=False, ge=0, le=1440)
    ends: int = declare(label="结束", private=False, ge=0, le=1440)
    person: str = declare(label="辅导教师", private=False, pattern=ID)
    place: str = declare("", label="房间", private=False, pattern=ID)
    way: str = declare("self", label="预约方式", private=False, choices=WAYS)
    outcome: str = declare("open", label="结果", private=False, choices=OUTCOMES)
    follow_up: str = declare("", label="未到后的处理", private=False, choices=FOLLOW_UPS)
    series: str = declare(
        "", label="系列", private=False, pattern=ID, help="同一系列的预约记号相同；每次都是独立的一条"
    )


class Booking(BookingFields, table=True):
    id: str = Field(default_factory=new_id, primary_key=True)
    day: date = declare(label="日期", private=False, index=True)
    student: str = declare("", label="学生", index=True, pattern=ID)
    series: str = declare("", label="系列", private=False, index=True, pattern=ID)


URGENT = {
    "today": "当天需要见面",
    "asked_by_adult": "班主任或家长急请",
    "own_wish": "学生主动急着要谈",
    "follow_up": "上次约好尽快再谈",
    "only_time": "只有这个时间能来",
    "school": "学校临时安排",
}
"""Why a booking may come closer to another, or sooner, than the room's rules allow. Never on the desk's side: a
counsellor's choice is kept in case.db, a duty person's goes into a sealed slip."""


class BookingUrgency(Fields, table=True):
    """Why one booking broke the room's rules (id: the booking's)."""

    __tablename__ = "booking_urgency"
    __table_args__ = {"schema": CASES}
    id: str = Field(primary_key=True)
    reason: str = declare(label="破例原因", choices=URGENT)
    person: str = declare(label="谁定的", pattern=ID)


class VisitFields(ClientFields):
    """What took place. `ends` None: still inside. Marked by whoever is on duty, closed by the counsellor."""

    booking: str = declare("", label="预约", private=False, pattern=ID)
    day: date = declare(label="日期", private=False)
    starts: int = declare(label="开始", private=False, ge=0, le=1440)
    ends: int | None = declare(None, label="结束", private=False, ge=0, le=1440)
    person: str = declare(label="辅导教师", private=False, pattern=ID)
    place: str = declare("", label="房间", private=False, pattern=ID)
    closed_by: str = declare("", label="结束登记人", private=False)


class Visit(VisitFields, table=True):
    id: str = Field(default_factory=new_id, primary_key=True)
    day: date = declare(label="日期", private=False, index=True)
    student: str = declare("", label="学生", index=True, pattern=ID)


class TimetableFields(Fields):
    """A counsellor's own lesson: a hard conflict for bookings with that person, on school days."""

    person: str = declare(label="教师", private=False, pattern=ID)
    weekday: int = declare(label="星期", private=False, ge=1, le=7)
    starts: int = declare(label="开始", private=False, ge=0, le=1440)
    ends: int = declare(label="结束", private=False, ge=0, le=1440)


class Timetable(TimetableFields, table=True):
    id: str = Field(default_factory=new_id, primary_key=True)


class Slip(Fields, table=True):
    """A word from the desk, sealed to the room's inbox key: the desk cannot read it again."""

    id: str = Field(default_factory=new_id, primary_key=True)
    day: date = declare(label="日期", private=False)
    at: str = declare(label="时间", private=False)
    person: str = declare(label="写的人", private=False, pattern=ID)
    sealed: str = declare(label="密封内容")
    read: bool = declare(False, label="已读", private=False)
