"""What a region asks, as dated data: one file per region in `resources/policies`, with source document and clause.

A region may extend another; a duty of the nearer one may replace one of the farther. A school's own settings lie above
both. Evaluation is pure: the caller brings the day.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from psyroom.paths import resource
from psyroom.records.school import REGIONS, STAGES, STAGES_WITHIN
from psyroom.rules.typed import length

OPENING = "outside_lessons_minutes"
"""The measure of the opening duty: minutes outside lessons in a week, several people at once counted once."""
TALK, PLAN, FEEDBACK = "talk_each_student", "plan_each_cared", "feedback"
"""一生一谈, 一案, 一反馈."""
HOME_VISITS = {"student": "home_visit_each_student", "teacher": "home_visit_each_teacher"}
"""Home visits, counted per student or per teacher."""


@dataclass(frozen=True)
class Duty:
    """A duty with its stable id. `amounts`: (from which day on, at least how much), in order; none: no figure asked.
    `whom`: all | care, where the duty is towards some students only; `counts`: what fulfils it, where the text says so."""

    id: str
    measure: str
    per: str
    amounts: tuple[tuple[date, int], ...]
    source: str
    words: str
    note: str = ""
    whom: str = ""
    counts: tuple[str, ...] = ()

    def least_on(self, day: date) -> int | None:
        """How much is asked on a day; None: no figure yet, or none at all."""
        begun = [least for since, least in self.amounts if since <= day]
        return begun[-1] if begun else None


@dataclass(frozen=True)
class HomeVisitDuty:
    """How a region counts home visits. `per`: student | teacher; `counts`: `records.care.VISITED` that fulfil it; `least`:
    in a semester."""

    per: str
    counts: tuple[str, ...]
    least: int
    source: str
    words: str


@dataclass(frozen=True)
class Region:
    """A region's file with what it inherits."""

    code: str
    name: str
    stages: tuple[str, ...]
    duties: tuple[Duty, ...]
    document: str

    @property
    def opening(self) -> Duty | None:
        """The duty that says how much the room is to be open."""
        return self.duty(OPENING)

    def duty(self, measure: str) -> Duty | None:
        """The duty of a measure, None where the region has none."""
        return next((duty for duty in self.duties if duty.measure == measure), None)

    def home_visits(self, day: date) -> HomeVisitDuty | None:
        """What is asked of home visits on a day; None where nothing is."""
        for per, measure in HOME_VISITS.items():
            duty = self.duty(measure)
            if duty is not None and (least := duty.least_on(day)) is not None:
                return HomeVisitDuty(per, duty.counts, least, duty.source, duty.words)
        return None

    @property
    def targets(self) -> list[tuple[date, int, str]]:
        """(from which day on, minutes a week, source) of the opening duty."""
        return [(since, least, self.opening.source) for since, least in self.opening.amounts] if self.opening else []

    def fits(self, school_stage: str) -> bool:
        """Whether the document is written for every stage of a school."""
        return all(stage in self.stages for stage in STAGES_WITHIN[school_stage])

    def warning(self, school_stage: str) -> str:
        """One sentence where the region does not fit the school's stage; empty where it does."""
        if self.fits(school_stage):
            return ""
        written_for = "、".join(STAGES[stage] for stage in self.stages)
        return f"“{self.name}”的文件写给{written_for}，本校是{STAGES[school_stage]}；可以照用，开放目标请学校自己核定。"


@dataclass(frozen=True)
class Target:
    """What is asked of a week, in minutes outside lessons; None: nothing in figures. `source` says who asks."""

    minutes: int | None
    source: str


def _source(document: dict[str, Any], clause: str) -> str:
    return " ".join(part for part in (document["number"] or document["title"], clause) if part)


def _load(code: str) -> dict[str, Any]:
    if code not in REGIONS:
        raise KeyError(code)
    loaded: dict[str, Any] = json.loads(resource("policies", f"{code}.json").read_text(encoding="utf-8"))
    return loaded


@lru_cache(maxsize=32)
def region(code: str) -> Region:
    """The region of a code (`records.school.REGIONS`)."""
    data = _load(code)
    inherited = region(data["extends"]).duties if data["extends"] else ()
    own = tuple(
        Duty(
            id=duty["id"],
            measure=duty["measure"],
            per=duty["per"],
            amounts=tuple(sorted((date.fromisoformat(a["since"]), int(a["at_least"])) for a in duty["amounts"])),
            source=_source(data["document"], duty["clause"]),
            words=duty["words"],
            note=duty.get("note", ""),
            whom=duty.get("whom", ""),
            counts=tuple(duty.get("counts", ())),
        )
        for duty in data["duties"]
    )
    replaced = {duty.get("replaces") for duty in data["duties"]}
    kept = tuple(duty for duty in inherited if duty.id not in replaced)
    return Region(data["id"], data["name"], tuple(data["stages"]), own + kept, _source(data["document"], ""))


def target_on(place: Region, own_targets: Iterable[tuple[date, int | None]], day: date) -> Target:
    """The weekly opening target in force on a day: the school's own latest one, else the region's, else none.

    `own_targets`: (from which day on, minutes or None for "none asked"). For a week, ask on its Sunday, so that a target
    that begins with the semester's first day holds for week 1.
    """
    own = max((item for item in own_targets if item[0] <= day), key=lambda item: item[0], default=None)
    if own is not None:
        return Target(own[1], f"学校自定（{own[0].isoformat()} 起）")
    begun = [item for item in place.targets if item[0] <= day]
    if begun:
        since, minutes, source = max(begun)
        return Target(minutes, source)
    return Target(None, place.opening.source if place.opening else place.document)


def target_sentence(target: Target) -> str:
    """每周课外开放不少于 15 小时（湘教发〔2024〕23号 二(一)2）"""
    if target.minutes is None:
        return f"没有规定每周开放多少小时（{target.source}）"
    return f"每周课外开放不少于 {length(target.minutes)}（{target.source}）"
