"""How a slip to the parents goes on: which dates a state has, and whether a day may stand there.

已写好 → 已打印 → 已送达 → 已签回, or 拒收. What is given by telephone, message, visit or meeting is delivered on its day.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from psyroom.records.care import GIVEN
from psyroom.rules.time import short_day

DATES = {
    "printed": "printed_on",
    "delivered": "delivered_on",
    "signed": "signed_on",
    "refused": "refused_on",
}
"""State → the field that says since when. A state that counts never stands without its date."""
RANK = {"draft": 0, "printed": 1, "delivered": 2, "refused": 3, "signed": 3}
_WORDS = {"printed": "打印", "delivered": "送达"}
BACK_IN = 7
"""Days after which a slip that has not come back is spoken of."""


def stands(rows: Sequence[Any]) -> Any:
    """Which of a student's feedback of a semester (each with its `state`), the oldest first, speaks for the others: the
    newest that was given, else the newest."""
    return next((row for row in reversed(rows) if row.state in GIVEN), rows[-1])


def since(row: Any) -> date | None:
    """Since when a feedback is in its state; None for a draft."""
    day: date | None = getattr(row, DATES[row.state]) if row.state in DATES else None
    return day


def is_further(now: str, wanted: str) -> bool:
    """Whether a slip has come as far as `wanted` already, or further: a whole class is only ever moved on."""
    return RANK[now] >= RANK[wanted]


def dates(before: Mapping[str, date | None], state: str, on: date) -> dict[str, date | None]:
    """The dates of a slip that comes into a state on a day. A later state's date goes, an earlier one's stays."""
    found: dict[str, date | None] = dict.fromkeys(DATES.values())
    if state == "draft":
        return found
    if state != "printed":
        found["printed_on"] = before["printed_on"]
    if state == "signed":
        found["delivered_on"] = before["delivered_on"] or on
    found[DATES[state]] = on
    return found


def why_not(before: Mapping[str, date | None], state: str, on: date, today: date) -> str:
    """Why a slip cannot have come into a state on a day, as a sentence; empty where it can."""
    if on > today:
        return "日期还没到，请检查"
    earlier = {"delivered": ("printed",), "refused": ("printed",), "signed": ("printed", "delivered")}
    for step in earlier.get(state, ()):
        since = before[DATES[step]]
        if since is not None and on < since:
            return f"{short_day(since)}才{_WORDS[step]}，日期不能更早"
    return ""
