"""What a line of the time line is, and of which kinds there are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

KINDS = {
    "note": "辅导记录",
    "contact": "沟通联系",
    "talk": "谈话",
    "care": "重点关爱",
    "plan": "方案",
    "feedback": "反馈",
    "home_visit": "家访",
    "step": "下一步",
    "visit": "来访",
    "booking": "预约",
    "addendum": "补记",
    "attachment": "附件",
    "slip": "值班便条",
    "background": "档案",
    "entry": "名册",
}
"""Kinds of lines, in the order in which a filter offers them."""
WITHIN = (
    "entry", "background", "care", "booking", "visit", "slip", "note", "contact", "talk", "home_visit", "feedback",
    "plan", "attachment", "addendum", "step",
)  # fmt: skip
"""How they follow each other within one minute."""
DESK_KINDS = ("entry", "booking", "visit")
"""What a duty person sees of them."""


@dataclass(frozen=True, repr=False)
class Line:
    """One thing that happened. `starts` in minutes from midnight, None where only the day is known.

    `body`: what was written, shown folded; only where this person may read it. `ref`: the record's id; `note`: of the note it
    is or belongs to, empty for none. `sealed`: a colleague's note that opens with a reason only.
    """

    day: date
    starts: int | None
    kind: str
    title: str
    detail: str
    ref: str
    body: str = ""
    note: str = ""
    sealed: bool = False


def when(at: str) -> tuple[date, int]:
    """A stamp (ISO 8601) as the local day and minute."""
    moment = datetime.fromisoformat(at).astimezone()
    return moment.date(), moment.hour * 60 + moment.minute


def joined(*parts: str) -> str:
    """The parts there are, with a dot between them."""
    return " · ".join(part for part in parts if part)
