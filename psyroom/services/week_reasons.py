"""Why a week fell short. It stands beside the figures and changes none of them: the target stays whole, holidays are
named with the school days they took (duties of the field: no rule says how a short week is to be counted)."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

from psyroom.errors import NotValid
from psyroom.records.opening import WHY_CHANGED
from psyroom.records.weeks import WHY_SHORT, WeekReason
from psyroom.rules.time import monday_of
from psyroom.services.school import context
from psyroom.store.questions import booking as ask_plan
from psyroom.store.questions import weeks as ask
from psyroom.store.room import Room

CLOSED = WHY_SHORT.keys() & WHY_CHANGED.keys()
"""Reasons of a closure that are reasons of a short week too; both lists use the same codes."""


def set_reason(room: Room, monday: date, why: str) -> None:
    """Say why a week fell short (`WHY_SHORT`), or take it back with an empty code. Of a signed week it stands as 更正."""
    if why and why not in WHY_SHORT:
        raise NotValid({"why": "请从列表里选一个原因"})
    monday = monday_of(monday)
    with room.write("填写一周开放不足的原因" if why else "取消一周开放不足的原因") as deed:
        rows = ask.reason_rows(deed.session, monday)
        for row in rows[1:] if why else rows:
            deed.session.delete(row)
        if why:
            row = rows[0] if rows else WeekReason(monday=monday, why=why, person=room.person.id)
            row.why, row.person = why, room.person.id
            deed.session.add(row)


def suggestion(room: Room, monday: date) -> str:
    """The reason to propose: holidays in the week, else the first or last week of a semester that is not whole, else
    what most of the planned time was closed for. Empty where nothing speaks for one."""
    school = context(room)
    days = [monday_of(monday) + timedelta(days=n) for n in range(7)]
    weekdays_off = [day for day in days[:5] if not school.calendar.is_school_day(day)]
    if any(school.calendar.name_of(day) for day in weekdays_off):
        return "holiday"
    term = school.term_on(days[-1])
    week = term.week_of(days[0])
    if week == 1 and term.starts > days[0] or week == term.weeks:
        return "term_edge"
    with room.read() as session:
        changes = ask_plan.exceptions(session, days[0], days[-1])
    closed: Counter[str] = Counter()
    for row in changes:
        if not row.opens and row.why in CLOSED:
            closed[row.why] += row.ends - row.starts
    return closed.most_common(1)[0][0] if closed else ""
