"""Who has duty when: the month's rota, turn by turn, with substitutions. Desk side: fixed lists only."""

from __future__ import annotations

from datetime import date

from sqlmodel import Field

from psyroom.records.fields import ID, Fields, declare
from psyroom.records.ids import new_id

WHY_SWAPPED = {
    "": "",
    "leave": "请假",
    "training": "外出培训",
    "lesson": "调课",
    "meeting": "开会",
    "swap": "两人对调",
}


class DutyTurnFields(Fields):
    """One planned opening and who keeps it. `instead_of`: who should have; empty when nobody else."""

    day: date = declare(label="日期", private=False)
    starts: int = declare(label="开始", private=False, ge=0, le=1440)
    ends: int = declare(label="结束", private=False, ge=0, le=1440)
    place: str = declare("", label="房间", private=False, pattern=ID)
    person: str = declare(label="值班教师", private=False, pattern=ID)
    instead_of: str = declare("", label="替谁", private=False, pattern=ID)
    why: str = declare("", label="换班原因", private=False, choices=WHY_SWAPPED)


class DutyTurn(DutyTurnFields, table=True):
    __tablename__ = "duty_turn"
    id: str = Field(default_factory=new_id, primary_key=True)
    day: date = declare(label="日期", private=False, index=True)
