"""Growth plans: what one still lacks, how it stands, and what a school may begin from. Pure; no clock.

Whether a plan counts for a semester is said by `rules.coverage`; here is only what can be read from a plan alone. The
prompts by kind of difficulty are data: `resources/plans/templates.json`; they are offered, never put in unasked.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from psyroom.paths import resource
from psyroom.records.care import PARTS, PLAN_KINDS, PlanFields
from psyroom.records.fields import label_of

STATES = {"none": "未写", "unfinished": "没写完", "review_due": "该回顾", "good": "完整"}
"""How a student's plan stands."""
SOON = (30, 14, 7)
"""Days before a review from which it is told, ever more plainly."""
GOES_ON = ("", "partly")
"""Results of a step that a new version takes over: not judged yet, or reached in part."""


def written(text: str) -> bool:
    """Whether there is something to read in a text: not only blanks or characters nobody sees."""
    return any(unicodedata.category(c)[0] not in "ZC" for c in text)


def missing(values: Mapping[str, Any]) -> tuple[str, ...]:
    """The labels of the five parts that are not filled, in their order."""
    return tuple(label_of(PlanFields, name) for name in PARTS if not written(str(values.get(name) or "")))


def state(*, complete: bool, counts: bool, review_on: date | None, day: date) -> str:
    """A plan's state (a key of `STATES`) on a day. Due on the day of its review, and when it no longer counts for the
    semester though it is whole."""
    if not complete:
        return "unfinished"
    return "review_due" if not counts or (review_on is not None and review_on <= day) else "good"


def after(day: date, months: int) -> date:
    """The same day some months later; the month's last where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = (date(year + (month == 11), (month + 1) % 12 + 1, 1) - date(year, month + 1, 1)).days
    return date(year, month + 1, min(day.day, last))


def until(days: int) -> str:
    """How far away a day is: 还有 7 天, 今天, 已过 3 天."""
    return "今天" if not days else f"还有 {days} 天" if days > 0 else f"已过 {-days} 天"


# ---- what is offered ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class SampleStep:
    """A step as a school might agree on it. `weeks`: from now until it should be done."""

    goal: str
    step: str
    who: str
    weeks: int


@dataclass(frozen=True)
class Template:
    """What may be asked and written for one kind of difficulty: sentences for each of the five parts, and steps."""

    kind: str
    name: str
    prompts: Mapping[str, tuple[str, ...]]
    steps: tuple[SampleStep, ...]


@lru_cache(maxsize=1)
def templates() -> Mapping[str, Template]:
    """Every template by kind; the empty kind's suits any."""
    told = json.loads(resource("plans", "templates.json").read_text("utf-8"))
    return {
        kind: Template(
            kind,
            PLAN_KINDS[kind],
            {part: tuple(lines) for part, lines in one["prompts"].items()},
            tuple(SampleStep(**step) for step in one["steps"]),
        )
        for kind, one in told["kinds"].items()
    }
