"""成长指导方案 on paper: one version of a plan in words. Made in memory; it leaves by the export dialog."""

from __future__ import annotations

from datetime import date, datetime

from psyroom.records.care import REACHED
from psyroom.records.students import SEXES
from psyroom.reports import plan_paper as paper
from psyroom.reports.recovery import chinese_date
from psyroom.rules.masking import hide, masked
from psyroom.services import exports, plans, roll
from psyroom.services.hours import local_now
from psyroom.services.rights import needs_counsellor
from psyroom.services.school import context
from psyroom.services.sheets import Made
from psyroom.store.room import Room

KIND = paper.TITLE
"""As the register calls it."""
_LABELS = {
    "present": "学生本人及\n家庭现状",
    "difficulty": "困难问题",
    "study": "学业规划",
    "advice": "成长建议",
    "path": "升学路径",
}
"""The five parts in the order and the words of 襄垣 三(二)."""


def plan(room: Room, plan_id: str, now: datetime | None = None, *, mask: bool = False) -> Made:
    """A version of a plan as a paper to be signed by student, parents and mentor; `mask` hides the name and the class.

    Errors: `NeedsCounsellor`, `NotFound`."""
    needs_counsellor(room)
    moment = now or local_now(room)
    seen, school = plans.seen(room, plan_id), context(room)
    entry, fields = roll.entry(room, seen.student), seen.fields

    def plain(text: str) -> str:
        return hide(text, [entry.name]) if mask else text

    told = paper.PlanPaper(
        name=masked(entry.name) if mask else entry.name,
        sex=SEXES[entry.sex],
        class_name=entry.grade if mask else entry.class_name,
        maker=fields.maker,
        made_on=chinese_date(fields.made_on),
        review_on=chinese_date(fields.review_on) if fields.review_on else "",
        version=f"第 {seen.version} 版",
        parts=tuple((label, plain(getattr(fields, name))) for name, label in _LABELS.items()),
        steps=tuple(
            paper.StepLine(plain(s.goal), plain(s.step), s.who, _short(s.due), plain(_result(s))) for s in seen.steps
        ),
        reviews=tuple(paper.ReviewLine(_short(r.day), plain(r.words), _short(r.next_on), r.who) for r in seen.reviews),
        summary=plain(fields.summary),
        masked=mask,
        older=not seen.newest,
    )
    practice = school.practice or room.practice
    pdf, missing = paper.plan_pdf(told, school.title, practice=practice, digest=exports.foot(room, moment.date()))
    return Made(f"{KIND}_第{seen.version}版", pdf, None, missing, (seen.student,))


def _short(day: date | None) -> str:
    """2026.9.30, as a narrow cell has room for."""
    return f"{day.year}.{day.month}.{day.day}" if day else ""


def _result(step: plans.StepSeen) -> str:
    return "：".join(part for part in (REACHED[step.reached], step.result) if part)
