"""What returns are filled from: the weeks of a semester, its visits, its bookings, as plain facts without names."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from psyroom.reports.filling import Fact, Facts, ListRow, Parts
from psyroom.reports.tables import Content, hours
from psyroom.rules.classes import grade_order
from psyroom.rules.plan import PlanSlot
from psyroom.rules.time import TermSpan, school_year_of
from psyroom.services import hours as counting
from psyroom.services.openings import plan_between
from psyroom.services.school import SchoolContext
from psyroom.services.sheets import ASSUMED, ledger_note
from psyroom.services.week_words import dates_of, remark, state_of, verdict
from psyroom.store.questions import booking as ask
from psyroom.store.questions import returns as ask_returns
from psyroom.store.room import Room


def gather(room: Room, school: SchoolContext, term: TermSpan, now: datetime) -> Facts:
    """All a return of this semester is filled from, of one moment."""
    first, last = term.monday(1), term.ends
    with room.snapshot() as session:
        visits = ask.visits(session, first, last)
        bookings = ask.bookings(session, first, last)
        students = ask.students(session, [visit.student for visit in visits])
        cohorts = ask_returns.cohorts(session)
    grades: dict[str, tuple[int, int, int]] = {}
    year = school_year_of(term.starts)
    for stage, cohort in {(c.stage, c.cohort) for c in cohorts} | {(s.stage, s.cohort) for s in students.values()}:
        order = grade_order(stage, cohort, year=year, system=school.system)
        grades.setdefault(school.grade_name(stage, cohort, term.starts), order)
    behind = counting.rows_behind(room, first, last, now)
    weeks, total_row = _weeks(room, school, term, now, behind)
    assumed = any(school.calendar.assumed(day) for n in range(1, term.weeks + 1) for day in term.days_of(n))
    tally = []
    for visit in visits:
        fields = {"visit.form": visit.form, "visit.channel": visit.channel, "visit.client": visit.client}
        student = students.get(visit.student)
        if student is not None:
            fields["student.sex"] = student.sex
            fields["student.grade"] = school.grade_name(student.stage, student.cohort, term.starts)
        tally.append(Fact(visit.id, fields, visit.size if visit.form == "group" else 1, _person(visit)))
    outcomes = [Fact(booking.id, {"booking.outcome": booking.outcome}) for booking in bookings]
    return Facts(
        rows={"weeks": weeks},
        totals={"weeks": total_row},
        tallies={"visits": tally, "bookings": outcomes},
        categories={"student.grade": {name: name for name in sorted(grades, key=lambda name: grades[name])}},
        notes=(*([ASSUMED] if assumed else []), *ledger_note(behind, visits)),
    )


def _person(visit: ask.VisitRow) -> str:
    """A key to know a person again; empty where who came is not known one by one."""
    if visit.form == "group":
        return ""
    return {"teacher": f"teacher {visit.name}", "parent": f"parent {visit.student}"}.get(
        visit.client, f"student {visit.student}"
    )


def _weeks(
    room: Room, school: SchoolContext, term: TermSpan, now: datetime, behind: Sequence[counting.Behind]
) -> tuple[list[ListRow], ListRow]:
    """One row a week, and the semester's. Weeks to come show plan and target only."""
    today = now.date()
    plan = plan_between(room, term.monday(1), term.ends)
    rows = []
    whole: dict[str, dict[str, int]] = {"planned": {}, "open": {}, "outside": {}}
    met = judged = 0
    for week in counting.weeks(room, term, now):
        days = set(term.days_of(week.week))
        said = verdict(week, today)
        parts: dict[str, Parts] = (
            {"planned": _planned(school, [slot for slot in plan if slot.day in days])} if plan else {}
        )
        values: dict[str, Content] = {
            "week": str(week.week),
            "dates": dates_of(term, week.week) + ("※" if week.calendar_assumed else ""),
            "planned": hours(sum(adds for _, adds in parts["planned"])) if plan else "—",
            "target": _target(week.target_minutes),
            "met": said,
            "remark": remark(school, week, today),
        }
        if state_of(week, today) != "future":
            mine = [row for row in behind if row.day in days]
            parts["open"] = tuple((row.id, row.adds_open) for row in mine if row.adds_open)
            parts["outside"] = tuple((row.id, row.adds_outside) for row in mine if row.adds_outside)
            values["open"] = hours(week.open_minutes)
            values["outside"] = hours(week.outside_lessons_minutes)
            met, judged = met + (said == "是"), judged + (said in ("是", "否"))
        for name, all_parts in whole.items():
            for record, adds in parts.get(name, ()):
                all_parts[record] = all_parts.get(record, 0) + adds
        rows.append(ListRow(str(week.week), values, parts))
    sums: dict[str, Content] = {name: hours(sum(found.values()), adds="above") for name, found in whole.items()}
    if not plan:
        sums["planned"] = "—"
        del whole["planned"]
    if judged:
        sums |= {"met": f"{met}周", "remark": f"应达标{judged}周"}
    return rows, ListRow("all", sums, {name: tuple(found.items()) for name, found in whole.items()})


def _target(minutes: int | None) -> Content:
    """It rests on no record but on the region or the school's own setting, so it opens to nothing."""
    return hours(minutes) if minutes is not None else "—"


def _planned(school: SchoolContext, slots: Sequence[PlanSlot]) -> Parts:
    """What each planned slot adds; a second person at the same time as `hours` counts it."""
    found: dict[str, int] = {}
    for slot, adds in counting.planned_adds(school, slots):
        found[slot.source] = found.get(slot.source, 0) + adds
    return tuple((source, adds) for source, adds in found.items() if adds)
