"""What 一生一谈一案一反馈 leaves to be done: this week's share of the talks, the next link of a chain, follow-ups, marks that end,
class teachers' sheets that are out, plans to review, slips that have not come back. Lines that touch on who is under care
count and name nobody, for the screen stands in a room where people come and go."""

from __future__ import annotations

from datetime import date

from psyroom.rules import coverage as rule
from psyroom.rules import policy
from psyroom.rules.time import short_day
from psyroom.services import care, coverage, feedback_list, home_visits, plan_list, talk_seen, talk_sheets_back
from psyroom.services.due import Ground, Task, few

PAGE = "talks"
PLANS_SOON = 14
"""Days before a review from which it is a task."""
SHEETS_LATE, SLIPS_LATE = 14, 21
"""Days after which a class teacher's sheet, a slip to parents is overdue."""


def _due(days: int) -> str:
    return "今天到期" if not days else f"还有 {days} 天" if days > 0 else f"已过 {-days} 天"


def follow_ups(ground: Ground) -> list[Task]:
    """Talks to be followed up: a name, and not what about."""
    if not ground.room.has_cases:
        return []
    rows = [row for row in talk_seen.follow_ups(ground.room, ground.now) if row.days is not None]

    def urgency(row: talk_seen.FollowUp) -> str:
        return "brick" if (row.days or 0) < 0 else "amber"

    def line(row: talk_seen.FollowUp) -> Task:
        detail = " · ".join(part for part in (row.who, row.class_name) if part)
        target = {"tab": "cover", "student": row.student}
        return Task("talk_follow", f"谈话后约定的跟进 · {_due(row.days or 0)}", detail, urgency(row), PAGE, target)

    def all_of(count: int) -> Task:
        detail = f"最早的一次{_due(rows[0].days or 0)}"
        return Task("talk_follow", f"{count} 次谈话约定了跟进", detail, urgency(rows[0]), PAGE, {"tab": "cover"}, count)

    return few(rows, line, all_of)


def marks(ground: Ground) -> list[Task]:
    """Marks of care that end or have ended: to be prolonged or lifted."""
    if not ground.room.has_cases:
        return []
    rows = care.ending(ground.room, ground.now)
    if not rows:
        return []
    first = rows[0].days
    words = f"{len(rows)} 名学生的重点关爱标记{'到期了' if first <= 0 else '快到期了'}"
    detail = f"{'最早的一个' if len(rows) > 1 else ''}{_due(first)}，请延长或解除"
    target = {"tab": "cover", "student": rows[0].student, "deed": "care"}
    return [Task("care", words, detail, "brick" if first < 0 else "amber", PAGE, target, len(rows))]


def reviews(ground: Ground) -> list[Task]:
    """Growth plans whose review is near or past."""
    if not ground.room.has_cases:
        return []
    rows = [row for row in plan_list.due(ground.room, ground.now) if row.days <= PLANS_SOON]
    if not rows:
        return []
    first, past = rows[0].days, sum(row.days <= 0 for row in rows)
    words = f"{past} 份成长指导方案该回顾了" if past else f"{len(rows)} 份成长指导方案快到回顾的日期"
    soon = f"，另有 {len(rows) - past} 份快到日期" if 0 < past < len(rows) else ""
    urgency = "brick" if first < 0 else "amber" if first <= 7 else ""
    detail = f"{'最早的一份' if len(rows) > 1 else ''}{_due(first)}{soon}"
    return [Task("plans", words, detail, urgency, PAGE, {"tab": "plans"}, len(rows))]


def sheets(ground: Ground) -> list[Task]:
    """Class teachers' sheets that are out while students of the class are still to be talked to; files that were read and
    still lie about."""
    if not ground.room.has_cases:
        return []
    found = []
    out = [
        (row.issued.date(), row.name)
        for row in talk_sheets_back.listed(ground.room, ground.now)
        if row.issued is not None and row.came_back is None and row.left_to_talk
    ]
    if out:
        first: date = min(out)[0]
        days = (ground.now.date() - first).days
        names = "、".join(name for _, name in out[:3]) + ("等" if len(out) > 3 else "")
        words = f"{names}的班主任表还没有交回" if len(out) <= 3 else f"{len(out)} 个班的班主任表还没有交回"
        detail = f"{'最早的' if len(out) > 1 else ''}{short_day(first)}发出" + (f"：{names}" if len(out) > 3 else "")
        urgency = "brick" if days >= SHEETS_LATE else "amber" if days >= SHEETS_LATE // 2 else ""
        found.append(Task("sheets", words, detail, urgency, PAGE, {"tab": "sheets"}, len(out)))
    kept = sum(not row.destroyed for row in talk_sheets_back.receipts(ground.room))
    if kept:
        words = f"{kept} 份读过的班主任表还没有销毁"
        found.append(Task("sheets_kept", words, "删掉文件以后，按“都已销毁”", "", PAGE, {"tab": "sheets"}, kept))
    return found


def slips(ground: Ground) -> list[Task]:
    """Slips to parents that are out and have not come back."""
    if not ground.room.has_cases:
        return []
    rows = feedback_list.waiting(ground.room, ground.now)
    if not rows:
        return []
    words, longest = f"{len(rows)} 份家校反馈单还没有交回", rows[0].days
    urgency = "brick" if longest >= SLIPS_LATE else "amber"
    target = {"tab": "feedback", "filter": "late"}
    detail = f"{'最早的' if len(rows) > 1 else ''}已过 {longest} 天"
    return [Task("feedback_out", words, detail, urgency, PAGE, target, len(rows))]


def again(ground: Ground) -> list[Task]:
    """Home visits after which another look was agreed on."""
    if not ground.room.has_cases:
        return []
    rows = home_visits.due(ground.room, ground.now)
    if not rows:
        return []
    first = rows[0].days
    words, detail = f"{len(rows)} 次家访后的回访要做了", f"{'最早的一次' if len(rows) > 1 else ''}{_due(first)}"
    return [Task("revisit", words, detail, "brick" if first < 0 else "amber", PAGE, {"tab": "visits"}, len(rows))]


def chain(ground: Ground) -> list[Task]:
    """The next missing link: talks of this week's share, then plans, then feedback. Only while school is on, and where
    talks are asked for or held at all."""
    if not ground.room.has_cases:
        return []
    told = coverage.of(ground.room, ground.now)
    asked = policy.region(ground.school.region).duty(policy.TALK) is not None
    if not told.week or not (asked or told.total.talked):
        return []
    late = told.week >= told.rules.finish_week
    plans = untold = 0
    for one in coverage.students(ground.room, ground.now):
        talk, plan, feedback = one.states
        if talk == rule.GREEN and plan == rule.AMBER:
            plans += 1
        elif (
            talk == rule.GREEN and feedback == rule.AMBER and one.feedback != "printed"
        ):  # a slip that is out is awaited
            untold += 1
    return [*_share(ground, told, late), *_links(plans, untold, "amber" if late else "")]


def _share(ground: Ground, told: coverage.Coverage, late: bool) -> list[Task]:
    """What is still to be done of this week's share, so that everybody is talked to in time."""
    held = told.total.by_week[told.week - 1]
    share = rule.needed_per_week(told.total.left + held, told.weeks) - held
    days = told.term.days_of(told.week)
    to_come = any(ground.school.calendar.is_school_day(day) for day in days if day >= ground.now.date())
    if not told.total.left or share <= 0 or not to_come:
        return []
    week = max(told.rules.finish_week, told.week)
    words = f"还有 {told.total.left} 名学生没有谈" if late else f"这周还要谈 {share} 名学生"
    detail = f"第 {week} 周前谈完" if late else f"第 {week} 周前谈完，还有 {told.total.left} 名"
    return [Task("talks_left", words, detail, "amber" if late else "", PAGE, {"tab": "cover"}, share)]


def _links(plans: int, untold: int, urgency: str) -> list[Task]:
    found = []
    if plans:
        words = f"{plans} 名学生谈过了，还缺成长指导方案"
        found.append(Task("plan_link", words, "补上方案，再向家长反馈", urgency, PAGE, {"tab": "plans"}, plans))
    if untold:
        words = f"{untold} 名学生的情况还没有反馈给家长"
        target = {"tab": "feedback", "filter": "todo"}
        found.append(Task("feedback_link", words, "谈过了，方案也有了，就差这一步", urgency, PAGE, target, untold))
    return found
