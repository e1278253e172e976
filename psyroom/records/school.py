"""The school, its terms, its calendar, its hours, its region. All in desk.db, none of it private."""

from __future__ import annotations

from datetime import date

from sqlmodel import Field

from psyroom.records.fields import Fields, declare
from psyroom.records.ids import new_id

STAGES = {
    "primary": "小学",
    "junior": "初中",
    "senior": "高中",
    "vocational": "中职",
    "nine": "九年一贯",
    "complete": "完全中学",
}
"""What a school is; `nine` holds primary and junior, `complete` junior and senior."""

STAGES_WITHIN = {
    "primary": ("primary",),
    "junior": ("junior",),
    "senior": ("senior",),
    "vocational": ("vocational",),
    "nine": ("primary", "junior"),
    "complete": ("junior", "senior"),
}

SYSTEMS = {"63": "六三学制", "54": "五四学制"}
REGIONS = {
    "national": "全国（无地方规定）",
    "hunan-vocational": "湖南（中职）",
    "anhui": "安徽省",
    "weinan": "陕西省渭南市",
    "xiangyuan": "长治市襄垣县",
    "changyi": "吉林市昌邑区",
}
PERIODS = {"lesson": "上课", "study": "晚自习", "excluded": "不计入课外"}
NAMINGS = {"grade": "按年级（七年级、高一）", "cohort": "按入学年份（2026级）", "high": "中职也叫高一、高二、高三"}


class SchoolFields(Fields):
    name: str = declare(label="学校名称", private=False, min_length=1, max_length=60)
    campus: str = declare("", label="校区", private=False, max_length=30)
    stage: str = declare(label="学段", private=False, choices=STAGES)
    system: str = declare("63", label="学制", private=False, choices=SYSTEMS)
    region: str = declare("national", label="地区", private=False, choices=REGIONS)
    practice: bool = declare(False, label="练习模式", private=False)
    study_counts: bool = declare(True, label="晚自习时段计入课外", private=False)


class School(SchoolFields, table=True):
    """One row, id `school`."""

    id: str = Field(default="school", primary_key=True)


class GradeNaming(Fields, table=True):
    """How the school says its classes today, per stage (id): by grade or by year of entry."""

    __tablename__ = "grade_naming"
    id: str = Field(primary_key=True, description="stage")
    style: str = declare("grade", label="班级叫法", private=False, choices=NAMINGS)


class TermFields(Fields):
    year: int = declare(label="学年（起始年）", private=False, ge=2000, le=2100)
    half: int = declare(label="学期", private=False, ge=1, le=2, help="1 秋季，2 春季")
    starts: date = declare(label="开学日期", private=False)
    weeks: int = declare(20, label="周数", private=False, ge=1, le=30)


class Term(TermFields, table=True):
    """A semester; its code is `2026-1`: school year 2026–2027, first semester."""

    id: str = Field(default_factory=new_id, primary_key=True)


class CalendarDayFields(Fields):
    day: date = declare(label="日期", private=False)
    school_day: bool = declare(label="当天上课", private=False)


class CalendarDay(CalendarDayFields, table=True):
    """The school's own word on one day; stands above the library of public holidays."""

    __tablename__ = "calendar_day"
    id: str = Field(default_factory=new_id, primary_key=True)


class CalendarYear(Fields, table=True):
    """A calendar year beyond the holiday library for which the school has answered (id: the year)."""

    __tablename__ = "calendar_year"
    id: str = Field(primary_key=True)


class PeriodFields(Fields):
    """A band of the school day, from a date on. Minutes count from midnight."""

    kind: str = declare("lesson", label="类别", private=False, choices=PERIODS)
    stage: str = declare("", label="学段", private=False, help="空：全校")
    number: int = declare(0, label="第几节", private=False, ge=0, le=20)
    starts: int = declare(label="开始", private=False, ge=0, le=1440)
    ends: int = declare(label="结束", private=False, ge=0, le=1440)
    since: date = declare(label="自", private=False)
    until: date | None = declare(None, label="至", private=False)


class Period(PeriodFields, table=True):
    id: str = Field(default_factory=new_id, primary_key=True)


class TargetFields(Fields):
    """The school's own weekly opening target from a date on; minutes None: none asked. Past weeks keep their rule."""

    since: date = declare(label="自", private=False)
    minutes: int | None = declare(None, label="每周课外开放（分钟）", private=False, ge=0, le=10080)


class Target(TargetFields, table=True):
    id: str = Field(default_factory=new_id, primary_key=True)


class PlaceFields(Fields):
    name: str = declare(label="房间", private=False, min_length=1, max_length=20)
    active: bool = declare(True, label="在用", private=False)


class Place(PlaceFields, table=True):
    """A room that can be booked: 个别辅导室, 团体活动室 …"""

    id: str = Field(default_factory=new_id, primary_key=True)


class RoomRulesFields(Fields):
    """The room's own rules for booking and counting; minutes."""

    buffer_before: int = declare(0, label="每次之前留出", private=False, ge=0, le=120)
    buffer_after: int = declare(10, label="每次之后留出", private=False, ge=0, le=120)
    lead: int = declare(0, label="至少提前多久预约", private=False, ge=0, le=10080)
    each_counts: bool = declare(
        False, label="几个人同时值班分别计时", private=False, help="否：同一时间不论几个人在，只算一次"
    )


class RoomRules(RoomRulesFields, table=True):
    """One row, id `room`; without it the defaults hold."""

    __tablename__ = "room_rules"
    id: str = Field(default="room", primary_key=True)
