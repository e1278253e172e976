"""A week of opening as it was answered for: why it fell short, who signed it, what was corrected afterwards, and what one
person on duty tells the next. Desk side: fixed lists only."""

from __future__ import annotations

from datetime import date

from sqlmodel import Field

from psyroom.records.fields import ID, Fields, declare
from psyroom.records.ids import new_id

WHY_SHORT = {
    "holiday": "放假",
    "exam": "考试",
    "activity": "学校活动",
    "away": "学生不在校（实践、军训）",
    "training": "教师外出培训",
    "leave": "教师请假",
    "weather": "天气或停电",
    "repair": "房间或设备维修",
    "term_edge": "开学或期末安排",
    "unstaffed": "没有排到值班教师",
}
WHY_AMENDED = {
    "forgot": "漏记",
    "wrong_time": "时间记错",
    "wrong_person": "值班人记错",
    "twice": "重复记录",
    "not_open": "实际没有开放",
    "paper": "以纸质记录为准",
}
HANDOVER = {
    "waiting": "有人还在等",
    "coming": "还有人要来",
    "slip": "留了密封便条",
    "keys": "钥匙已交接",
    "locked": "门窗、柜子已锁好",
    "tidied": "房间已整理",
    "device": "设备有故障，要报修",
    "paper_low": "表格、纸张快用完",
}


class WeekReason(Fields, table=True):
    """Why a week did not reach its hours (one a week; `monday` is the week's)."""

    __tablename__ = "week_reason"
    id: str = Field(default_factory=new_id, primary_key=True)
    monday: date = declare(label="星期一", private=False, index=True)
    why: str = declare(label="原因", private=False, choices=WHY_SHORT)
    person: str = declare(label="谁填的", private=False, pattern=ID)


class WeekSignature(Fields, table=True):
    """A week as signed: its minutes, and the rows behind them (JSON), so that every later change shows."""

    __tablename__ = "week_signature"
    id: str = Field(default_factory=new_id, primary_key=True)
    monday: date = declare(label="星期一", private=False, index=True)
    person: str = declare(label="签字人", private=False, pattern=ID)
    at: str = declare(label="签字时间", private=False)
    outside: int = declare(label="课外开放（分钟）", private=False, ge=0)
    open: int = declare(label="全部开放（分钟）", private=False, ge=0)
    target: int | None = declare(None, label="目标（分钟）", private=False)
    rows: str = declare("[]", label="依据（JSON）", private=False)


class WeekAmendment(Fields, table=True):
    """Why a record of a signed week was changed. What changed is read from the chain and from the signed rows."""

    __tablename__ = "week_amendment"
    id: str = Field(default_factory=new_id, primary_key=True)
    monday: date = declare(label="星期一", private=False, index=True)
    kind: str = declare(label="记录", private=False, choices={"opening": "开放", "visit": "来访"})
    ref: str = declare("", label="哪一条", private=False, pattern=ID)
    why: str = declare(label="更正原因", private=False, choices=WHY_AMENDED)
    person: str = declare(label="更正人", private=False, pattern=ID)
    at: str = declare(label="更正时间", private=False)


class Handover(Fields, table=True):
    """What one person on duty leaves to the next: ticks from a fixed list, and who has read them."""

    id: str = Field(default_factory=new_id, primary_key=True)
    day: date = declare(label="日期", private=False, index=True)
    at: str = declare(label="时间", private=False)
    person: str = declare(label="交班人", private=False, pattern=ID)
    to: str = declare("", label="接班人", private=False, pattern=ID, help="空：下一位值班的人")
    items: str = declare("", label="交接事项", private=False, pattern=r"^([a-z_]+(,[a-z_]+)*)?$")
    read_by: str = declare("", label="谁看过", private=False, pattern=ID)
    read_at: str = declare("", label="何时看过", private=False)
