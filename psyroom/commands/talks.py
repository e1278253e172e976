"""一生一谈 without a window: marking who needs special care, and how far the talks of the semester have come."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from psyroom.commands import naming
from psyroom.commands.opening import Answer, open_room

if TYPE_CHECKING:
    from psyroom.services.coverage import ClassLine

FIGURES = ("students", "talked", "excused", "plans_due", "plans", "feedback_due", "feedback")
"""What is told of each class, after its name."""


def care_mark(options: Any) -> Answer:
    """需要重点关爱, for one student."""
    from psyroom.services import care, hours, rights, roll

    with open_room(options) as room:
        rights.needs_counsellor(room)
        student = naming.student_named(room, options.student, options.class_word)
        values = {"since": options.on, "ground": options.ground, "until": options.until}
        made = care.mark(room, student, values, hours.local_now(room))
        told = roll.entry(room, student)
    until = options.until.isoformat() if options.until else None
    answer = {"id": made, "student": told.name, "class": told.class_key, "on": options.on.isoformat(), "until": until}
    ends = f"，到 {until} 为止" if until else ""
    return 0, answer, f"已标记：{told.class_name} {told.name}，从 {options.on.isoformat()} 起需要重点关爱{ends}。"


def coverage(options: Any) -> Answer:
    """The figures of each class; for a person also percentages, the school as a whole, and what is needed a week."""
    from psyroom.records.talks import DENOMINATORS
    from psyroom.services import coverage, hours, rights

    with open_room(options) as room:
        rights.needs_counsellor(room)
        found = coverage.of(room, hours.local_now(room), options.term or "")
    answer = [{"class": line.key, **{name: getattr(line, name) for name in FIGURES}} for line in found.classes]
    if not found.classes:
        return 0, answer, f"{found.term.name}的名单里还没有学生。"
    rules = found.rules
    lines = [_told(line, line.key) for line in found.classes] + [_told(found.total, "全校")]
    lines.append(f"目标 {rules.target}%（{rules.target_source}），按{DENOMINATORS[rules.denominator]}计。")
    if not found.total.left:
        lines.append("名单里没有还要谈的学生了。")
    elif found.week:
        lines.append(
            f"还有 {found.total.left} 人没有谈；要在第 {max(rules.finish_week, found.week)} 周前谈完，每周要谈 {found.needed_per_week} 人。"
        )
    else:
        lines.append(f"还有 {found.total.left} 人没有谈。")
    return 0, answer, "\n".join(lines)


def _told(line: ClassLine, name: str) -> str:
    parts = [f"{name} {line.students} 人，已谈 {line.talked} 人（{line.rate:g}%）"]
    if line.excused:
        parts.append(f"有原因未谈 {line.excused} 人")
    for due, there, what in ((line.plans_due, line.plans, "方案"), (line.feedback_due, line.feedback, "反馈")):
        if due:
            parts.append(f"{what} {there}/{due}")
    return "，".join(parts)
