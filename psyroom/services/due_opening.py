"""What the opening of the room leaves to be done."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

from psyroom.rules.time import WEEKDAYS, day_name, monday_of
from psyroom.rules.typed import clock, length
from psyroom.services import handover, hours, openings, rota
from psyroom.services.due import Ground, Task
from psyroom.store.questions import opening as ask
from psyroom.store.questions import weeks as ask_weeks


def forgotten_duty(ground: Ground) -> list[Task]:
    return [
        Task(
            "duty",
            f"{d.name or '值班'}在{day_name(d.day)}的值班没有结束",
            f"{clock(d.starts)} 开始；补上结束时间，才能计入开放",
            "brick",
            "openings",
            {"day": d.day},
        )
        for d in ground.duty
        if d.forgotten
    ]


def short(ground: Ground) -> list[Task]:
    """Only once it is late in the week (`hours.warn_from`): before that the bar says enough."""
    late = (ground.now.date(), ground.minute) >= hours.warn_from(ground.school, ground.now.date())
    shortage = ground.shortage
    if shortage is None or not shortage.gap or not late:
        return []
    if not shortage.week.school_days and not shortage.week.calendar_assumed:
        return []  # a week without school asks for nothing
    words = f"这周开放还差 {length(shortage.gap)}"
    names = list(dict.fromkeys(f"周{WEEKDAYS[p.day.weekday()]}{p.name}" for p in shortage.parts))
    fill = f"{'、'.join(names)}可以补上" if names else shortage.sentence.partition("：")[2].rstrip("。")
    return [Task("short", words, fill, "amber", "openings", {"day": ground.now.date()})]


LOOK_BACK = 7  # days before this week in which planned hours are still asked after


def not_logged(ground: Ground) -> list[Task]:
    """Planned hours of earlier days of which nobody has said whether the room was open."""
    today = ground.now.date()
    first = today - timedelta(days=today.weekday() + LOOK_BACK)
    rows = openings.not_logged(ground.room, first, today - timedelta(days=1), ground.now)
    if not rows:
        return []
    words = "有一段开放还没有确认" if len(rows) == 1 else f"有 {len(rows)} 段开放还没有确认"
    detail = f"最早是{day_name(rows[0].day)} {clock(rows[0].starts)}，确认了才计入时数"
    return [Task("not_logged", words, detail, "amber", "openings", {"day": rows[0].day}, len(rows))]


def handed_over(ground: Ground) -> list[Task]:
    """What others left for this person, or for whoever is on duty next."""
    return [
        Task(
            "handover",
            f"{left.name}交班：{left.words}",
            f"{day_name(left.day)} {left.at}",
            "amber",
            "openings",
            {"handover": left.id},
        )
        for left in handover.unread(ground.room)[-2:]
    ]


SIGN_WITHIN = 14  # days after a week's end in which its signature is no hurry


def to_sign(ground: Ground) -> list[Task]:
    """Weeks of this semester that are over, hold something, and nobody has signed."""
    term = ground.school.term_on(ground.now.date())
    this_week = monday_of(ground.now.date())
    if not ground.room.has_cases:
        return []
    with ground.room.read() as session:
        days = ask.logged_days(session, term.monday(1), this_week - timedelta(days=1))
        mondays = sorted(Counter(monday_of(day) for day in days))
        signed = ask_weeks.signed(session, mondays)
    left = [monday for monday in mondays if monday not in signed]
    if not left:
        return []
    number = term.week_of(left[0])
    words = f"第 {number} 周可以签字了" if len(left) == 1 else f"有 {len(left)} 周还没有签字"
    late = left[0] + timedelta(days=6 + SIGN_WITHIN) < ground.now.date()
    return [
        Task(
            "sign",
            words,
            f"从第 {number} 周起，核对后签字锁定",
            "amber" if late else "",
            "openings",
            {"sign": left[0]},
            len(left),
        )
    ]


ROTA_FROM = 25  # day of the month from which the next month's rota is asked for


def next_rota(ground: Ground) -> list[Task]:
    """Next month's planned openings without anybody, late in the month, where there is more than one to share them."""
    today = ground.now.date()
    if today.day < ROTA_FROM or not ground.room.has_cases or len(ground.school.people) < 2:
        return []
    first = (today.replace(day=1) + timedelta(days=32)).replace(day=1)
    open_turns = [
        s for s in openings.plan_between(ground.room, first, rota.last_of(first.year, first.month)) if not s.person
    ]
    if not open_turns:
        return []
    return [
        Task(
            "rota",
            f"{first.month} 月还有 {len(open_turns)} 班没有人值",
            "排一下值班表，各人时数会尽量均匀",
            "",
            "openings",
            {"rota": date(first.year, first.month, 1)},
            len(open_turns),
        )
    ]
