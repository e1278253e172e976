"""Who needs special care, the growth plan made for each, what the parents were told, and home visits. All in case.db.

一案: the five parts a region names (襄垣 三(二)); 一反馈: only fields declared `parents` may stand on a slip to parents;
家访: the columns schools print (facts 4.11).
"""

from __future__ import annotations

from datetime import date

from sqlmodel import Field

from psyroom.records.fields import CASES, ID, Fields, declare
from psyroom.records.ids import new_id


class CareFields(Fields):
    """A student marked 需要重点关爱: from when, on what ground, until when (empty: until it is lifted)."""

    student: str = declare(label="学生", pattern=ID)
    since: date = declare(label="标记日期")
    ground: str = declare(label="依据", min_length=2, max_length=200, help="谁提出、看到什么事实，不给学生贴标签")
    until: date | None = declare(None, label="到期日")


class Care(CareFields, table=True):
    """`lifted`: the day from which it no longer holds."""

    __table_args__ = {"schema": CASES}
    id: str = Field(default_factory=new_id, primary_key=True)
    student: str = declare(label="学生", index=True, pattern=ID)
    person: str = declare("", label="标记人", pattern=ID)
    lifted: date | None = declare(None, label="解除日期")
    lifted_why: str = declare("", label="解除原因", max_length=100)


PLAN_KINDS = {
    "": "不套用",
    "study": "学习困难",
    "family": "家庭变故或缺少照料",
    "left_behind": "留守",
    "poor": "家庭经济困难",
    "peers": "同伴交往困难",
    "mood": "情绪困扰",
    "conduct": "行为习惯",
    "online": "沉迷手机网络",
    "adapt": "转学与适应",
    "disabled": "残疾或身体原因",
    "exam": "毕业升学",
}
PART = 2000
PARTS = ("present", "difficulty", "study", "advice", "path")
"""The five parts a plan counts with (襄垣 三(二))."""
REACHED = {"": "", "yes": "达成", "partly": "部分达成", "no": "未达成"}


class PlanFields(Fields):
    """成长指导方案: one version of it."""

    student: str = declare(label="学生", pattern=ID)
    kind: str = declare("", label="困难类型", choices=PLAN_KINDS)
    made_on: date = declare(label="制定日期")
    maker: str = declare("", label="制定人", max_length=20)
    present: str = declare("", label="学生本人及家庭现状", max_length=PART, help="写事实：学习、生活、身体、家里的照料")
    difficulty: str = declare("", label="困难问题", max_length=PART, help="最要紧的两三件，说得具体")
    study: str = declare("", label="学业规划", max_length=PART, help="这学期到什么程度，靠什么做到")
    advice: str = declare("", label="成长建议", max_length=PART, help="给学生、家长、任课教师各一句做得到的")
    path: str = declare("", label="升学路径", max_length=PART, help="可能的去向，各要什么条件")
    review_on: date | None = declare(None, label="回顾日期")
    summary: str = declare("", label="执行情况与小结", max_length=PART)


class Plan(PlanFields, table=True):
    """`version` counts from 1 for each student; the newest is the plan, the older ones stay as they were."""

    __tablename__ = "growth_plan"
    __table_args__ = {"schema": CASES}
    id: str = Field(default_factory=new_id, primary_key=True)
    student: str = declare(label="学生", index=True, pattern=ID)
    version: int = declare(1, label="版本", ge=1, le=999)
    person: str = declare("", label="登记人", pattern=ID)
    made_at: str = declare("", label="登记时间")


class PlanStep(Fields, table=True):
    """A line of a plan: goal, what is done, who, by when; and what came of it."""

    __tablename__ = "plan_step"
    __table_args__ = {"schema": CASES}
    id: str = Field(default_factory=new_id, primary_key=True)
    plan: str = declare(label="方案", index=True, pattern=ID)
    place: int = declare(0, label="次序", ge=0, le=999)
    goal: str = declare("", label="目标", max_length=100)
    step: str = declare("", label="措施", max_length=200)
    who: str = declare("", label="负责人", max_length=20)
    due: date | None = declare(None, label="完成日期")
    reached: str = declare("", label="结果", choices=REACHED)
    result: str = declare("", label="结果说明", max_length=200)
    done_on: date | None = declare(None, label="完成于")


class PlanReview(Fields, table=True):
    """A plan looked at again: what was seen, and when next."""

    __tablename__ = "plan_review"
    __table_args__ = {"schema": CASES}
    id: str = Field(default_factory=new_id, primary_key=True)
    plan: str = declare(label="方案", index=True, pattern=ID)
    day: date = declare(label="回顾日期")
    words: str = declare("", label="回顾情况", max_length=1000)
    next_on: date | None = declare(None, label="下次回顾")
    person: str = declare("", label="登记人", pattern=ID)


FEEDBACK_WAYS = {
    "letter": "书面（反馈单）",
    "telephone": "电话",
    "wechat": "微信",
    "home": "家访",
    "meeting": "家长到校面谈",
}
FEEDBACK_STATES = {
    "draft": "已写好",
    "printed": "已打印",
    "delivered": "已送达",
    "signed": "已签回",
    "refused": "拒收",
}
GIVEN = ("delivered", "signed")
"""States in which the parents have been told."""


class FeedbackFields(Fields):
    """What the parents are told of learning and living at school; never what was said in confidence."""

    student: str = declare(label="学生", pattern=ID)
    day: date = declare(label="日期", parents=True)
    way: str = declare("letter", label="方式", choices=FEEDBACK_WAYS)
    by: str = declare("", label="反馈人", max_length=20, parents=True)
    parent: str = declare("", label="家长", max_length=20)
    relation: str = declare("", label="关系", max_length=10)
    study: str = declare("", label="在校学习", max_length=300, parents=True)
    life: str = declare("", label="在校生活", max_length=300, parents=True)
    advice: str = declare("", label="给家长的建议", max_length=300, parents=True)
    reply: str = declare("", label="家长意见", max_length=500)
    remark: str = declare("", label="备注", max_length=300)


class Feedback(FeedbackFields, table=True):
    """`term`: code of the semester it is for. `printed`: how often; `scan`: the signed slip among the attachments;
    `home_visit`: the visit by which it was given."""

    __table_args__ = {"schema": CASES}
    id: str = Field(default_factory=new_id, primary_key=True)
    student: str = declare(label="学生", index=True, pattern=ID)
    term: str = declare(label="学期", index=True, max_length=8)
    state: str = declare("draft", label="状态", choices=FEEDBACK_STATES)
    printed: int = declare(0, label="打印次数", ge=0)
    printed_on: date | None = declare(None, label="打印日期")
    delivered_on: date | None = declare(None, label="送达日期")
    signed_on: date | None = declare(None, label="签回日期")
    refused_on: date | None = declare(None, label="拒收日期")
    refused_why: str = declare("", label="拒收原因", max_length=100)
    scan: str = declare("", label="签回的扫描件", pattern=ID)
    home_visit: str = declare("", label="家访", index=True, pattern=ID)
    person: str = declare("", label="登记人", pattern=ID)
    made_at: str = declare("", label="登记时间")


VISITED = {"on_site": "实地家访", "telephone": "电话", "online": "微信、视频"}


class HomeVisitFields(Fields):
    """家访: who went, where, who was there, what was seen."""

    student: str = declare(label="学生", pattern=ID)
    day: date = declare(label="家访日期")
    starts: int | None = declare(None, label="开始", ge=0, le=1440)
    ends: int | None = declare(None, label="结束", ge=0, le=1440)
    way: str = declare("on_site", label="形式", choices=VISITED)
    teachers: str = declare(label="家访教师", min_length=1, max_length=60, help="几位用顿号隔开")
    place: str = declare("", label="地点", max_length=40, help="写到村或小区即可")
    present: str = declare("", label="在场的人", max_length=60, help="如：母亲、奶奶")
    purpose: str = declare("", label="目的", max_length=200)
    family: str = declare("", label="家庭情况", max_length=1000)
    at_school: str = declare("", label="在校表现", max_length=1000)
    at_home: str = declare("", label="在家表现", max_length=1000)
    parents_say: str = declare("", label="家长意见", max_length=1000)
    found: str = declare("", label="发现与建议", max_length=1000)
    next: str = declare("", label="后续计划", max_length=500)
    next_on: date | None = declare(None, label="回访日期")


class HomeVisit(HomeVisitFields, table=True):
    __tablename__ = "home_visit"
    __table_args__ = {"schema": CASES}
    id: str = Field(default_factory=new_id, primary_key=True)
    student: str = declare(label="学生", index=True, pattern=ID)
    next_done: date | None = declare(None, label="已回访")
    person: str = declare("", label="登记人", pattern=ID)
    made_at: str = declare("", label="登记时间")
