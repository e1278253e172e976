"""How a week of opening is said on paper: its dates, whether it met its target, what was unlike others, its times of day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from psyroom.records.weeks import WHY_SHORT
from psyroom.rules.plan import PlanSlot
from psyroom.rules.time import TermSpan, day_span, short_day
from psyroom.services import hours
from psyroom.services.hours import Behind, WeekHours
from psyroom.services.school import SchoolContext


def dates_of(term: TermSpan, week: int) -> str:
    """8月31日—9月6日"""
    first, last = term.days_of(week)[0], term.days_of(week)[-1]
    return day_span(first, last)


def state_of(week: WeekHours, today: date) -> str:
    """`future`, `running` or `past`. A week for which something is logged already is no longer to come; a signed one is
    over."""
    if week.signed:
        return "past"
    if week.starts > today:
        return "running" if week.open_minutes else "future"
    return "running" if today < week.starts + timedelta(days=6) else "past"


def verdict(week: WeekHours, today: date) -> str:
    """是, 否, 进行中, 放假, —; empty for a week to come."""
    state = state_of(week, today)
    if state == "future":
        return ""
    if week.target_minutes is None:
        return "—"
    if not week.school_days and not week.calendar_assumed:
        return "放假"
    if week.outside_lessons_minutes >= week.target_minutes:
        return "是"
    return "进行中" if state == "running" else "否"


def remark(school: SchoolContext, week: WeekHours, today: date) -> str:
    """What makes a week unlike others: holidays with the school days they took, make-up days, why it fell short, what was
    made up and where, what was corrected after its signature, a week not yet over."""
    said: list[str] = []
    for name in dict.fromkeys(h.name for h in week.holidays if not h.school_day):
        lost = sum(h.name == name and not h.school_day and h.day.weekday() < 5 for h in week.holidays)
        said.append((name if name.endswith("放假") else f"{name}放假") + f"{lost}天" if lost else name)
    said += [f"{short_day(h.day)}上课" for h in week.holidays if h.school_day]
    if week.calendar_assumed:
        said.append("放假安排未确认")
    if not week.signed and week.starts <= today < week.starts + timedelta(days=6):
        said.append(f"截至{short_day(today)}")
    if week.reason and week.missing:
        said.append(f"未达标原因：{WHY_SHORT.get(week.reason, week.reason)}")
    said += made_up_words(school, week)
    if week.amended:
        said.append(f"签字后更正{hours_words(week.amended, sign=True)}")
    return "，".join(said)


def made_up_words(school: SchoolContext, week: WeekHours) -> list[str]:
    """Which minutes were opened elsewhere for this week, and which of this week for others; each counts where it was."""
    said = []
    if week.healed_on:
        days = "、".join(f"{short_day(day)}{hours_words(minutes)}" for day, minutes in week.healed_on)
        said.append(f"另有补开{days}（计入当周" + ("，已补足）" if week.healed >= week.missing else "）"))
    for monday, minutes in week.heals:
        said.append(f"其中{hours_words(minutes)}补{week_name(school, monday)}")
    return said


def week_name(school: SchoolContext, monday: date) -> str:
    """第9周; with its semester where that is not certain, its first day outside semesters."""
    number = school.term_on(monday).week_of(monday)
    return f"第{number}周" if number is not None else f"{short_day(monday)}那周"


def hours_words(minutes: int, *, sign: bool = False) -> str:
    """1.50小时"""
    return f"{minutes / 60:{'+' if sign else ''}.2f}小时"


def planned_by_day(school: SchoolContext, plan: Sequence[PlanSlot]) -> dict[date, int]:
    """Planned minutes of each day, as `hours` counts several people at once."""
    found: dict[date, int] = {}
    for slot, adds in hours.planned_adds(school, plan):
        found[slot.day] = found.get(slot.day, 0) + adds
    return found


def band_name(school: SchoolContext, row: Behind) -> str:
    """Which part of the day an opening lies in: 课前, 课间, 午休, 课后, 晚自习, 上课时间, 周末, 节假日."""
    if not school.calendar.is_school_day(row.day):
        return "节假日" if school.calendar.is_holiday(row.day) else "周末"
    lessons = sorted((p.starts, p.ends) for p in school.periods if p.kind == "lesson" and p.holds_on(row.day))
    study = [p for p in school.periods if p.kind == "study" and p.holds_on(row.day)]
    middle = (row.starts + row.until) // 2
    if any(p.starts <= middle < p.ends for p in study):
        return "晚自习"
    if not lessons:
        return ""
    if any(a <= middle < b for a, b in lessons):
        return "上课时间"
    if middle < lessons[0][0]:
        return "课前"
    before = max((b for _, b in lessons if b <= middle), default=None)
    after = min((a for a, _ in lessons if a > middle), default=None)
    if after is None:
        return "晚间" if middle >= 18 * 60 else "课后"
    return "午休" if before is not None and after - before >= 60 else "课间"
