"""What was said: session notes and contacts, what they lead to, and what was added after they were locked. All in case.db.

The parts of a note are those the national guide names (教基一厅函〔2015〕36号: present state; main problem and its
assessment; analysis and measures; effect), with the columns schools print beside them (facts 4.2, 4.3, 4.5).
"""

from __future__ import annotations

from datetime import date

from sqlalchemy import Index
from sqlmodel import Field

from psyroom.records.booking import CHANNELS
from psyroom.records.fields import CASES, ID, Fields, declare
from psyroom.records.ids import new_id

NOTE_KINDS = {
    "individual": "个别辅导",
    "group": "团体辅导",
    "parent": "家长沟通",
    "teacher": "教师心理援助",
    "telephone": "电话辅导",
    "class_teacher": "班主任（教师）沟通",
    "head": "给学校领导的建议",
    "hospital": "医院（机构）联系",
}
CONTACTS = ("parent", "class_teacher", "head", "hospital")
"""Kinds that are a contact about a student: with whom, what came of it, what next."""
SOURCES = {
    "": "",
    "self": "学生主动求助",
    "class_teacher": "班主任转介",
    "teacher": "科任教师转介",
    "parent": "家长请求",
    "peer": "同学提醒",
    "observed": "观察发现",
    "screening": "测评后约谈",
    "follow_up": "上次约定",
    "other": "其他",
}
"""Who sent the child (信息来源, facts 4.2)."""
LONG = 6000
"""Characters of one part of a note."""
CATEGORIES = {
    "study": "学习压力",
    "life": "生活与适应",
    "self": "自我认识",
    "mood": "情绪调适",
    "peers": "同伴交往",
    "teachers": "师生关系",
    "family": "亲子与家庭",
    "career": "升学与生涯",
    "growing": "青春期与情感",
    "online": "网络与游戏",
    "sleep": "睡眠与身体不适",
    "conduct": "行为习惯与注意力",
    "bullying": "同学欺凌",
    "loss": "丧失与重大事件",
    "harm": "自伤或轻生想法",
    "abuse": "受侵害或家暴",
    "returned": "就医后返校",
    "other": "其他",
}
"""Problem categories a school begins with (the guide's six and what templates use); each school edits its own."""
UNLOCK_DAYS = 1
"""Days an unlocked note stays open."""


class NoteFields(Fields):
    """One note. A part that is empty is simply not written yet."""

    kind: str = declare("individual", label="类别", private=False, choices=NOTE_KINDS)
    visit: str = declare("", label="来访", pattern=ID)
    day: date = declare(label="日期", private=False)
    starts: int | None = declare(None, label="开始", private=False, ge=0, le=1440)
    ends: int | None = declare(None, label="结束", private=False, ge=0, le=1440)
    place: str = declare("", label="地点", private=False, pattern=ID)
    channel: str = declare("in_person", label="途径", private=False, choices=CHANNELS)
    source: str = declare("", label="信息来源", choices=SOURCES)
    topic: str = declare("", label="主题", max_length=60)
    with_whom: str = declare("", label="对方", max_length=40, help="与谁沟通：母亲、班主任、某医院门诊……")
    words: str = declare("", label="来访者的话", max_length=LONG, help="尽量用学生自己的原话，加引号")
    observed: str = declare("", label="旁人的观察", max_length=LONG, help="谁看到的、看到什么；先写事实，再写判断")
    state: str = declare("", label="目前的心理状况", max_length=LONG, help="情绪、行为、想法、身体，写看到和听到的")
    problem: str = declare("", label="主要问题与评估", max_length=LONG, help="主要困扰是什么，程度如何，依据是什么")
    measures: str = declare("", label="分析与对策", max_length=LONG, help="可能的原因，做了什么，商定了什么")
    effect: str = declare("", label="辅导效果", max_length=LONG, help="学生自己怎么说，有什么变化")
    outcome: str = declare("", label="沟通结果", max_length=LONG, help="对方的态度，双方商定的事")
    hospital_says: str = declare("", label="医院诊断", max_length=200, help="只照抄医院写明的结论，学校自己不下结论")
    hospital: str = declare("", label="医院诊断来源", max_length=60, help="哪家医院、哪一科，看到的是什么材料")
    hospital_day: date | None = declare(None, label="医院诊断日期")
    shared: bool = declare(False, label="同事可看", private=False)


class Note(NoteFields, table=True):
    """`number`: 辅导编号, running on within a calendar year (2026-001). `made_at`, `signed_at`: UTC, ISO 8601.

    The index holds what lists are narrowed by, so that no text is read for it."""

    __table_args__ = (
        Index("ix_cases_note_list", "day", "id", "kind", "writer", "signed_at"),
        {"schema": CASES},
    )
    id: str = Field(default_factory=new_id, primary_key=True)
    visit: str = declare("", label="来访", index=True, pattern=ID)
    day: date = declare(label="日期", private=False)
    number: str = declare("", label="辅导编号", private=False, max_length=12)
    writer: str = declare(label="辅导教师", private=False, index=True, pattern=ID)
    made_at: str = declare("", label="写于", private=False)
    signed_at: str = declare("", label="签字时间", private=False)
    signed_by: str = declare("", label="签字人", private=False, pattern=ID)


class NoteStudent(Fields, table=True):
    """Whose file a note lies in; a group's note in several."""

    __tablename__ = "note_student"
    __table_args__ = {"schema": CASES}
    id: str = Field(default_factory=new_id, primary_key=True)
    note: str = declare(label="记录", index=True, pattern=ID)
    student: str = declare(label="学生", index=True, pattern=ID)


class ProblemCategory(Fields, table=True):
    """A category as this school says it (id: a code of `CATEGORIES` renamed or retired, or an own one)."""

    __tablename__ = "problem_category"
    __table_args__ = {"schema": CASES}
    id: str = Field(default_factory=new_id, primary_key=True)
    name: str = declare(label="问题类别", private=False, min_length=1, max_length=12)
    place: int = declare(0, label="次序", private=False, ge=0, le=999)
    retired: bool = declare(False, label="停用", private=False)


class NoteCategory(Fields, table=True):
    __tablename__ = "note_category"
    __table_args__ = {"schema": CASES}
    id: str = Field(default_factory=new_id, primary_key=True)
    note: str = declare(label="记录", index=True, pattern=ID)
    category: str = declare(label="问题类别", index=True)


class NextStep(Fields, table=True):
    """What is to be done next and by when; a task until it is done. Ticking it changes no locked note."""

    __tablename__ = "next_step"
    __table_args__ = {"schema": CASES}
    id: str = Field(default_factory=new_id, primary_key=True)
    note: str = declare(label="记录", index=True, pattern=ID)
    person: str = declare(label="谁来做", private=False, pattern=ID)
    text: str = declare(label="下一步", min_length=1, max_length=200)
    due: date | None = declare(None, label="日期", private=False)
    done_at: str = declare("", label="完成于", private=False)


class Addendum(Fields, table=True):
    """A later word to a locked note: dated, never instead of what stands there."""

    __table_args__ = {"schema": CASES}
    id: str = Field(default_factory=new_id, primary_key=True)
    note: str = declare(label="记录", index=True, pattern=ID)
    at: str = declare(label="时间", private=False)
    person: str = declare(label="补记人", private=False, pattern=ID)
    text: str = declare(label="补记", min_length=1, max_length=LONG)


class NoteUnlock(Fields, table=True):
    """A locked note opened again: by whom, why, until when (UTC, ISO 8601)."""

    __tablename__ = "note_unlock"
    __table_args__ = {"schema": CASES}
    id: str = Field(default_factory=new_id, primary_key=True)
    note: str = declare(label="记录", index=True, pattern=ID)
    at: str = declare(label="时间", private=False)
    person: str = declare(label="解锁人", private=False, pattern=ID)
    reason: str = declare(label="解锁原因", min_length=2, max_length=100)
    until: str = declare(label="到", private=False)


class NoNote(Fields, table=True):
    """A visit that needs no note, and why (id: the visit's)."""

    __tablename__ = "no_note"
    __table_args__ = {"schema": CASES}
    id: str = Field(primary_key=True)
    why: str = declare(
        label="不写的原因", choices={"brief": "只是来坐坐、取东西", "elsewhere": "记在别处", "mistake": "登记有误"}
    )
    person: str = declare(label="谁定的", private=False, pattern=ID)


class Phrase(Fields, table=True):
    """A phrase for the form, found by pinyin. `part`: the field it suits, empty for any; `person` empty: everybody's."""

    __table_args__ = {"schema": CASES}
    id: str = Field(default_factory=new_id, primary_key=True)
    text: str = declare(label="常用语", min_length=1, max_length=200)
    part: str = declare("", label="用在")
    person: str = declare("", label="谁的", pattern=ID)


class NoteRules(Fields, table=True):
    """One row, id `notes`: after how many days a note locks by itself."""

    __tablename__ = "note_rules"
    __table_args__ = {"schema": CASES}
    id: str = Field(default="notes", primary_key=True)
    lock_days: int = declare(7, label="几天后自动锁定", private=False, ge=1, le=60)


class DeskWord(Fields, table=True):
    """A sealed slip that became part of a student's record (id: the slip's)."""

    __tablename__ = "desk_word"
    __table_args__ = {"schema": CASES}
    id: str = Field(primary_key=True)
    student: str = declare(label="学生", index=True, pattern=ID)
    note: str = declare("", label="记录", index=True, pattern=ID)
    day: date = declare(label="日期", private=False)
    at: str = declare(label="时间", private=False)
    writer: str = declare(label="写的人", private=False, pattern=ID)
    text: str = declare(label="值班便条", max_length=400)
