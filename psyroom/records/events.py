"""Calendar entries that are nobody's counselling: lessons, talks for parents, activities. Desk side, no free text."""

from __future__ import annotations

from datetime import date

from sqlmodel import Field

from psyroom.records.fields import ID, Fields, declare
from psyroom.records.ids import new_id

EVENTS = {
    "lesson": "心理课",
    "class_session": "班级辅导",
    "parents_talk": "家长讲座",
    "parents_meeting": "家长会",
    "lecture": "学生讲座",
    "activity": "心理活动",
    "training": "教师培训",
    "meeting": "会议",
}
HELD = {"open": "待开展", "held": "已开展", "cancelled": "已取消"}


class EventFields(Fields):
    """`cohort` 0: no one grade; `class_no` 0: the whole grade. `size`: how many took part, 0 not yet known."""

    kind: str = declare("lesson", label="类别", private=False, choices=EVENTS)
    day: date = declare(label="日期", private=False)
    starts: int = declare(label="开始", private=False, ge=0, le=1440)
    ends: int = declare(label="结束", private=False, ge=0, le=1440)
    person: str = declare(label="负责教师", private=False, pattern=ID)
    place: str = declare("", label="房间", private=False, pattern=ID)
    stage: str = declare("", label="学段", private=False, pattern=r"^[a-z]*$")
    cohort: int = declare(0, label="年级（入学年份）", private=False, ge=0, le=2100)
    class_no: int = declare(0, label="班级", private=False, ge=0, le=99)
    size: int = declare(0, label="参加人数", private=False, ge=0, le=9999)
    outcome: str = declare("open", label="结果", private=False, choices=HELD)
    series: str = declare("", label="系列", private=False, pattern=ID)


class Event(EventFields, table=True):
    id: str = Field(default_factory=new_id, primary_key=True)
    day: date = declare(label="日期", private=False, index=True)
    series: str = declare("", label="系列", private=False, index=True, pattern=ID)
