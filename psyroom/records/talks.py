"""一生一谈: the talks of a semester, who could not be talked to and why, and the class teachers' sheets. All in case.db.

The columns are those schools print and keep (facts 4.9). Who talked may be anybody of the school, so a talker is a name,
not a person of this program.
"""

from __future__ import annotations

from datetime import date

from sqlalchemy import Index
from sqlmodel import Field

from psyroom.records.fields import CASES, ID, Fields, declare
from psyroom.records.ids import new_id

WAYS = {
    "face": "面谈",
    "telephone": "电话",
    "online": "线上",
    "home": "家访",
    "group": "集体",
    "letter": "书信",
}
THEMES = (
    "日常交流",
    "学习情况",
    "同伴交往",
    "情绪状态",
    "行为习惯",
    "家庭与亲子",
    "适应与住校",
    "生涯与升学",
    "网络与手机",
    "身体与睡眠",
    "其他",
)
"""Themes that are offered; what a teacher calls it otherwise is kept as it stands."""
EXCUSES = ("长期请假", "住院或休养", "校外实习", "外出集训", "家长不同意", "学生不愿谈")
"""Reasons for not talking to a student this semester that are offered; any other may be typed."""
ATTEMPTS = {"absent": "没有找到本人", "busy": "时间不合适", "unwilling": "这次不想谈", "other": "其他"}
ORIGINS = {"own": "本室登记", "sheet": "班主任表", "note": "来自辅导记录"}


class TalkFields(Fields):
    """One talk with one student; a talk with several is one row for each."""

    student: str = declare(label="学生", pattern=ID)
    day: date = declare(label="谈话日期", private=False)
    starts: int | None = declare(None, label="时间", private=False, ge=0, le=1440)
    minutes: int | None = declare(None, label="时长（分钟）", private=False, ge=1, le=600)
    place: str = declare("", label="地点", max_length=20)
    talker: str = declare(label="谈话人", min_length=1, max_length=20)
    way: str = declare("face", label="方式", private=False, choices=WAYS)
    theme: str = declare("", label="主题", max_length=20)
    points: str = declare("", label="要点", max_length=2000, help="谈了什么，学生怎么说；不写家庭隐私")
    judged: str = declare("", label="问题研判", max_length=1000, help="看到的情况和依据，不下结论")
    measures: str = declare("", label="处理措施", max_length=1000)
    follow_up: bool = declare(False, label="需跟进", private=False)
    follow_day: date | None = declare(None, label="跟进日期", private=False)


class Talk(TalkFields, table=True):
    """`origin`: how it came in; `sheet`: the class teacher's sheet; `note`: the session note it rests on. `followed_on`: when
    the follow-up was done. `made_at`: UTC, ISO 8601. The index holds what coverage is counted from."""

    __table_args__ = (
        Index("ix_cases_talk_coverage", "day", "student", "talker", "way"),
        {"schema": CASES},
    )
    id: str = Field(default_factory=new_id, primary_key=True)
    student: str = declare(label="学生", index=True, pattern=ID)
    followed_on: date | None = declare(None, label="跟进完成", private=False)
    followed: str = declare("", label="跟进情况", max_length=500)
    origin: str = declare("own", label="来源", private=False, choices=ORIGINS)
    sheet: str = declare("", label="班主任表", index=True, pattern=ID)
    note: str = declare("", label="辅导记录", index=True, pattern=ID)
    person: str = declare("", label="登记人", private=False, pattern=ID)
    made_at: str = declare("", label="登记时间", private=False)


class TalkExcuse(Fields, table=True):
    """Why a student cannot be talked to this semester. `term`: its code; one for each student and semester."""

    __tablename__ = "talk_excuse"
    __table_args__ = {"schema": CASES}
    id: str = Field(default_factory=new_id, primary_key=True)
    student: str = declare(label="学生", index=True, pattern=ID)
    term: str = declare(label="学期", private=False, index=True, max_length=8)
    reason: str = declare(label="未谈原因", min_length=1, max_length=60)
    day: date = declare(label="日期", private=False)
    sheet: str = declare("", label="班主任表", pattern=ID)
    person: str = declare("", label="登记人", private=False, pattern=ID)


class TalkAttempt(Fields, table=True):
    """A try that did not become a talk; the student rests in the list for some days."""

    __tablename__ = "talk_attempt"
    __table_args__ = {"schema": CASES}
    id: str = Field(default_factory=new_id, primary_key=True)
    student: str = declare(label="学生", index=True, pattern=ID)
    day: date = declare(label="日期", private=False)
    who: str = declare("", label="谁去谈的", max_length=20)
    what: str = declare("absent", label="结果", private=False, choices=ATTEMPTS)
    words: str = declare("", label="说明", max_length=60)
    person: str = declare("", label="登记人", private=False, pattern=ID)


DENOMINATORS = {"all": "全部在读学生", "less_excused": "在读学生减去有原因未谈的"}
OWED = {"": "按地区规定", "all": "全体学生", "care": "需要重点关爱的学生"}


class TalkRulesFields(Fields):
    """The school's own rules; what is empty follows the region. `finish_week` 0: two weeks before the semester ends."""

    target: int | None = declare(None, label="完成目标（%）", private=False, ge=1, le=100)
    denominator: str = declare("all", label="完成率的分母", private=False, choices=DENOMINATORS)
    feedback_for: str = declare("", label="谁要有家校反馈", private=False, choices=OWED)
    hide_days: int = declare(3, label="没谈成后几天内不再提示", private=False, ge=0, le=60)
    finish_week: int = declare(0, label="第几周前谈完", private=False, ge=0, le=30)
    teachers: int | None = declare(None, label="全校教师人数", private=False, ge=1, le=2000)


class TalkRules(TalkRulesFields, table=True):
    """One row, id `talks`."""

    __tablename__ = "talk_rules"
    __table_args__ = {"schema": CASES}
    id: str = Field(default="talks", primary_key=True)


class ClassTeacher(Fields, table=True):
    """Who is the class teacher of a class."""

    __tablename__ = "class_teacher"
    __table_args__ = {"schema": CASES}
    id: str = Field(default_factory=new_id, primary_key=True)
    stage: str = declare(label="学段", private=False)
    cohort: int = declare(label="入学年份", private=False, ge=1990, le=2100)
    class_no: int = declare(label="班", private=False, ge=0, le=99)
    name: str = declare(label="班主任", min_length=1, max_length=20)


class TalkSheet(Fields, table=True):
    """A sheet that was made for a class teacher. `password`: of that file alone, so that the program can read it back;
    `students`: ids in the order of its rows (JSON)."""

    __tablename__ = "talk_sheet"
    __table_args__ = {"schema": CASES}
    id: str = Field(default_factory=new_id, primary_key=True)
    term: str = declare(label="学期", private=False, index=True, max_length=8)
    stage: str = declare(label="学段", private=False)
    cohort: int = declare(label="入学年份", private=False, ge=1990, le=2100)
    class_no: int = declare(label="班", private=False, ge=0, le=99)
    password: str = declare("", label="密码", max_length=40)
    students: str = declare("[]", label="学生（JSON）")
    at: str = declare(label="发出时间", private=False)
    person: str = declare("", label="发出人", private=False, pattern=ID)


class TalkReceipt(Fields, table=True):
    """A sheet that came back: which file, what it brought, and whether it has been destroyed since."""

    __tablename__ = "talk_receipt"
    __table_args__ = {"schema": CASES}
    id: str = Field(default_factory=new_id, primary_key=True)
    sheet: str = declare("", label="班主任表", index=True, pattern=ID)
    term: str = declare(label="学期", private=False, index=True, max_length=8)
    stage: str = declare(label="学段", private=False)
    cohort: int = declare(label="入学年份", private=False, ge=1990, le=2100)
    class_no: int = declare(label="班", private=False, ge=0, le=99)
    name: str = declare(label="文件名", max_length=200)
    sha256: str = declare(label="摘要")
    new: int = declare(0, label="新增", private=False, ge=0)
    changed: int = declare(0, label="修改", private=False, ge=0)
    unchanged: int = declare(0, label="未变", private=False, ge=0)
    problems: int = declare(0, label="有问题", private=False, ge=0)
    destroyed: bool = declare(False, label="已销毁", private=False)
    at: str = declare(label="读入时间", private=False)
    person: str = declare("", label="读入人", private=False, pattern=ID)
