"""What the opening of the room leaves to be done."""

from __future__ import annotations

from datetime import timedelta

from psyroom.rules.time import WEEKDAYS, day_name
from psyroom.rules.typed import clock, length
from psyroom.services import openings
from psyroom.services.due import Ground, Task

WARN_FROM = (3, 720)
"""From Thursday noon (weekday 3, minute 720) a week that will not reach its hours is a task."""


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
    """Only once it is late in the week: before that the bar says enough."""
    late = (ground.now.weekday(), ground.now.hour * 60 + ground.now.minute) >= WARN_FROM
    shortage = ground.shortage
    if shortage is None or not shortage.gap or not late:
        return []
    words = f"这周开放还差 {length(shortage.gap)}"
    names = list(dict.fromkeys(f"周{WEEKDAYS[p.day.weekday()]}{p.name}" for p in shortage.parts))
    fill = f"{'、'.join(names)}可以补上" if names else "平日没有空着的时段了，可以周末加开"
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
