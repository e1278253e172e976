"""Who needs a growth plan, whose is not finished, whose is to be reviewed: the list, and what is due of it.

Whether a plan counts is `rules.coverage`'s; here it is only asked.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from psyroom.records.care import PARTS, PlanFields
from psyroom.records.fields import label_of
from psyroom.rules import coverage
from psyroom.rules import plans as rules
from psyroom.rules.time import short_day
from psyroom.services import care, roll
from psyroom.services.rights import needs_counsellor
from psyroom.services.school import context
from psyroom.store.questions import plans as ask
from psyroom.store.room import Room


@dataclass(frozen=True, repr=False)
class PlanLine:
    """A student and the plan as it stands. `plan` empty: none; `state`: a key of `rules.plans.STATES`, `words` says more;
    `days` until the review, less than 0 past, None where no day is set; `late`: steps without result past their date;
    `here`: on the roll now; `counts`: the plan counts for the semester."""

    student: str
    name: str
    class_key: str
    class_name: str
    number: str
    here: bool
    care: bool
    plan: str
    version: int
    kind: str
    made_on: date | None
    maker: str
    missing: tuple[str, ...]
    review_on: date | None
    days: int | None
    late: int
    counts: bool
    state: str
    words: str

    @property
    def over(self) -> bool:
        """Whether the review is past."""
        return self.state == "review_due" and (self.days is None or self.days < 0)


def listed(room: Room, now: datetime, term: str = "") -> list[PlanLine]:
    """Everybody under care, and whoever has a plan, in class order; who left comes last. Counted on the day
    `rules.coverage` counts a semester on (`term`, or the present one)."""
    needs_counsellor(room)
    school = context(room)
    of = school.term(term) if term else school.term_on(now.date())
    first, _last = coverage.span(of, school.terms)
    day = coverage.counted_on(of, now.date())
    cared = care.active(room, day)
    with room.read() as session:
        plans = ask.newest(session, day)
        reviewed, late = ask.last_reviews(session, day), ask.late_steps(session, day)
    found = []
    for entry in roll.everybody(room, also_gone=True):
        plan = plans.get(entry.id)
        if entry.status == "removed" or (plan is None and (entry.id not in cared or entry.left)):
            continue
        found.append(_line(entry, plan, entry.id in cared, reviewed, late, first, day))
    return sorted(found, key=lambda line: not line.here)


def _line(
    entry: roll.Entry, plan: Any, cared: bool, reviewed: dict[str, date], late: dict[str, int], first: date, day: date
) -> PlanLine:
    missing = () if plan is None else tuple(label_of(PlanFields, name) for name in PARTS if not getattr(plan, name))
    counts, state, days = False, "none", None
    if plan is not None:
        last = reviewed.get(plan.id)
        known = coverage.PlanKnown(not missing, plan.made_on, plan.review_on, (last,) if last else ())
        counts = known.counts(first, day)
        state = rules.state(complete=not missing, counts=counts, review_on=plan.review_on, day=day)
        days = (plan.review_on - day).days if plan.review_on is not None else None
    return PlanLine(
        entry.id, entry.name, entry.class_key, entry.class_name, entry.number, not entry.left, cared,
        plan.id if plan else "", plan.version if plan else 0, plan.kind if plan else "",
        plan.made_on if plan else None, plan.maker if plan else "", missing,
        plan.review_on if plan else None, days, late.get(plan.id, 0) if plan else 0, counts, state,
        _words(state, missing, plan, days),
    )  # fmt: skip


def _words(state: str, missing: tuple[str, ...], plan: Any, days: int | None) -> str:
    """What the state means for this student."""
    if state == "none":
        return "还没有方案"
    if state == "unfinished":
        return f"还没写：{'、'.join(missing)}"
    if days is None:
        made = f"{short_day(plan.made_on)}制定"
        return f"{made}，这学期还没有回顾" if state == "review_due" else f"{made}，没有定回顾日期"
    return f"{short_day(plan.review_on)}回顾，{rules.until(days)}"


@dataclass(frozen=True, repr=False)
class PlanDue:
    """A review that is near or past. `days` until it, less than 0 past; `within`: 30, 14 or 7 days, 0 for today and
    past."""

    student: str
    name: str
    class_name: str
    plan: str
    review_on: date
    days: int
    within: int


def due(room: Room, now: datetime) -> list[PlanDue]:
    """Reviews of students on the roll that are past or come within 30, 14, 7 days, the earliest first."""
    needs_counsellor(room)
    today = now.date()
    with room.read() as session:
        plans = ask.newest(session, today)
    found = []
    for entry in roll.everybody(room):
        plan = plans.get(entry.id)
        if plan is None or plan.review_on is None:
            continue
        days = (plan.review_on - today).days
        if days <= rules.SOON[0]:
            within = min((n for n in (*rules.SOON, 0) if days <= n), default=0)
            found.append(PlanDue(entry.id, entry.name, entry.class_name, plan.id, plan.review_on, days, within))
    return sorted(found, key=lambda one: (one.days, one.name))
