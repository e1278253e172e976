"""The lock on a signed week. Every deed that writes an opening or a visit's hours asks `guard` inside its transaction;
undo asks `after_undo`.

What happens at the door is never stopped: a duty begun, a visitor who comes or leaves now. It stands as 更正 without a
reason, because what a signature holds is compared with what is (`signing`).
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from sqlmodel import Session

from psyroom.errors import NotValid, Refused, SignedWeek
from psyroom.records.weeks import WHY_AMENDED, WeekAmendment
from psyroom.rules.time import day_span, monday_of
from psyroom.store.history import Step
from psyroom.store.questions import school as ask_school
from psyroom.store.questions import weeks as ask
from psyroom.store.room import Deed

COUNTED = ("opening", "visit")
"""The records (by table) that make a week's minutes."""
HOURS = frozenset({"day", "starts", "ends", "person", "place", "channel"})
"""What of them a signature holds; whose visit it was may still be put right (two entries of one child made one)."""


def dates(monday: date) -> str:
    """11月16日—11月22日"""
    sunday = monday + timedelta(days=6)
    return day_span(monday, sunday)


def guard(deed: Deed, days: Iterable[date], why: str, kind: str, ref: str = "") -> None:
    """Before a record of some days is written: nothing where no week of theirs is signed; with a reason the change
    stands as 更正, in the same deed. Errors: `SignedWeek` without a reason, `NotValid` for one that is not listed."""
    signed = ask.signed(deed.session, {monday_of(day) for day in days})
    if not signed:
        return
    if not why:
        raise SignedWeek(sorted(signed), _sentence(deed.session, signed))
    if why not in WHY_AMENDED:
        raise NotValid({"why": "请从列表里选一个更正原因"})
    at = deed.room.now().astimezone().strftime("%Y-%m-%d %H:%M")
    for monday in sorted(signed):
        deed.session.add(WeekAmendment(monday=monday, kind=kind, ref=ref, why=why, person=deed.room.person.id, at=at))


def _sentence(session: Session, signed: dict[date, str]) -> str:
    names = {p.id: p.name for p in ask_school.people(session)}
    monday = min(signed)
    by = f"由{name}" if (name := names.get(signed[monday], "")) else ""
    more = f"等 {len(signed)} 周" if len(signed) > 1 else "这一周"
    return f"{dates(monday)}{more}已{by}签字，记录已锁定；确实要改，请选一个更正原因。"


def after_undo(session: Session, steps: Iterable[Step]) -> None:
    """Called before an undo is sealed: what it would change of a signed week stays. Errors: `Refused`.

    Only what came in freely after the signature (a visitor registered by mistake) may be taken back.
    """
    steps = list(steps)
    amended = any(step.kind == WeekAmendment.__tablename__ for step in steps)
    for step in steps:
        if step.kind not in COUNTED or not _changes_hours(step):
            continue
        days = _days(session, step)
        signed = ask.signed(session, {monday_of(day) for day in days})
        if not signed:
            continue
        came_after = step.before is None and not amended and step.ref not in _held(session, signed)
        if not came_after:
            raise Refused(
                why=f"{dates(min(signed))}这一周已经签字，不能用撤销来改；要改请打开那条记录，选更正原因后再保存。"
            )


def _changes_hours(step: Step) -> bool:
    if step.before is None or step.after is None:
        return True
    return any(step.before.get(name) != step.after.get(name) for name in HOURS)


def _days(session: Session, step: Step) -> set[date]:
    """The days a step takes a record from and to."""
    found = {_day(values["day"]) for values in (step.before, step.after) if values and values.get("day")}
    if row := ask.day_of(session, step.kind, step.ref):
        found.add(row)
    return found


def _day(value: Any) -> date:
    return value if isinstance(value, date) else date.fromisoformat(str(value))


def _held(session: Session, mondays: Iterable[date]) -> set[str]:
    """The ids of the records that signatures of the weeks hold."""
    rows = [row for monday in mondays for row in ask.signatures(session, monday, monday)]
    return {str(one["id"]) for row in rows for one in json.loads(row.rows)["rows"]}
