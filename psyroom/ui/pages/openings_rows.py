"""The opening page's rows and figures as the kit shows them: from plain values, without the page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any

from psyroom.records.opening import WHY_CHANGED
from psyroom.rules.intervals import Band, union
from psyroom.rules.periods import lessons_on, outside_lessons
from psyroom.rules.plan import PlanSlot
from psyroom.rules.spare import Spare
from psyroom.rules.time import WEEKDAYS, TermSpan, short_day
from psyroom.rules.typed import length, span
from psyroom.services import hours
from psyroom.services.hours import Behind, WeekHours
from psyroom.services.school import SchoolContext
from psyroom.ui.kit import Row, WeekBar
from psyroom.ui.pages.openings_week import DayLine as DayLine

Act = Callable[[], object]


def week_bar(week: WeekHours, here: int | None) -> WeekBar:
    tip = f"第 {week.week} 周：课外 {length(week.outside_lessons_minutes)}，全部 {length(week.open_minutes)}"
    names = list(dict.fromkeys(h.name for h in week.holidays))
    tip += f"（{'、'.join(names)}）" if names else ""
    tip += "；节假日安排未确认" if week.calendar_assumed else ""
    tip += "；已签字" if week.signed else ""
    return WeekBar(
        week.week, week.outside_lessons_minutes, week.open_minutes, week.target_minutes, tip,
        now=week.week == here, doubtful=week.calendar_assumed,
    )  # fmt: skip


def term_words(weeks: Sequence[WeekHours], here: int | None, today: date) -> str:
    """The semester in two or three sentences: sums, weeks that reached their target, who asks for it."""
    total = sum(w.outside_lessons_minutes for w in weeks)
    words = f"课外共 {length(total)}，全部开放 {length(sum(w.open_minutes for w in weeks))}。"
    past = [w for w in weeks if w.target_minutes and (here is None or w.week < here) and w.starts <= today]
    if past:
        words += f"已过去的 {len(past)} 周里 {sum(1 for w in past if not w.missing)} 周达标。"
    target = next((w for w in weeks if w.week == (here or 1)), None)
    if target is not None and target.target_minutes is None:
        words += f"没有规定每周要开放多少小时（{target.target_source}）。"
    elif target is not None:
        words += f"每周目标 {length(target.target_minutes or 0)}：{target.target_source}。"
    return words


def day_line(
    school: SchoolContext, now: datetime, day: date, plan: Sequence[PlanSlot], behind: Sequence[Behind]
) -> DayLine:
    bands = hours.open_bands(behind, day)
    mine = [row for row in behind if row.day == day]
    tips: dict[Band, str] = {}
    for row in mine:
        tips[(row.starts, row.until)] = f"{span(row.starts, row.until)} {school.people.get(row.person, '')}"
    return DayLine(
        day=day,
        name=school.calendar.name_of(day),
        today=day == now.date(),
        lessons=lessons_on(school.periods, day, school.calendar),
        plan=union((slot.starts, slot.ends) for slot in plan if slot.day == day),
        open=bands,
        outside=outside_lessons(bands, day, school.calendar, school.periods, school.study_counts),
        minutes=sum(row.adds_outside for row in mine),
        all_minutes=sum(row.adds_open for row in mine),
        tips=tips,
    )


def spare_row(part: Spare, add: Act) -> Row:
    return Row(
        what=f"周{WEEKDAYS[part.day.weekday()]}{part.name} {span(part.starts, part.starts + part.minutes)}",
        detail=f"开 {length(part.minutes)}；这段空闲是 {span(part.starts, part.ends)}",
        stripe="amber",
        action=("加开", add),
    )


def exception_row(school: SchoolContext, row: Any, cancel: Act, term: TermSpan) -> Row:
    whole = row.starts == 0 and row.ends == 1440
    why = WHY_CHANGED.get(row.why, "")
    if row.heals is not None:
        week = term.week_of(row.heals)
        why = f"补第 {week} 周" if week else f"补{short_day(row.heals)}那一周"
    return Row(
        what=f"{short_day(row.day)} {'全天' if whole else span(row.starts, row.ends)}",
        detail=" · ".join(p for p in (school.people.get(row.person, ""), why) if p),
        tags=[("加开", "good") if row.opens else ("停开", "amber")],
        more=[("取消", cancel)],
    )


def slot_row(school: SchoolContext, slot: Any, edit: Act) -> Row:
    return Row(
        what=f"周{WEEKDAYS[slot.weekday - 1]} {span(slot.starts, slot.ends)}",
        detail=" · ".join(p for p in (school.people.get(slot.person, ""), school.places.get(slot.place, "")) if p),
        open=edit,
    )
