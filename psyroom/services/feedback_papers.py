"""家访记录 on paper: one visit, or an empty form to take along. Made in memory; what leaves goes through `exports`.

The slips to parents are `feedback_slips`, for with them more leaves than a line in the register.
"""

from __future__ import annotations

from datetime import datetime

from psyroom.records.care import VISITED
from psyroom.records.students import SEXES
from psyroom.reports import home_visit_paper as paper
from psyroom.reports.recovery import chinese_date
from psyroom.rules.time import WEEKDAYS, short_day
from psyroom.rules.typed import clock, span
from psyroom.services import exports, feedback, home_visits, roll
from psyroom.services.hours import local_now
from psyroom.services.rights import needs_counsellor
from psyroom.services.school import context
from psyroom.services.sheets import Made
from psyroom.store.room import Room

KIND = paper.TITLE
"""As the register calls it."""


def home_visit(room: Room, visit_id: str, now: datetime | None = None) -> Made:
    """One home visit as a paper to be signed. Errors: `NeedsCounsellor`, `NotFound`."""
    needs_counsellor(room)
    moment = now or local_now(room)
    school, seen = context(room), home_visits.seen(room, visit_id)
    fields, entry = seen.fields, roll.entry(room, seen.student)
    day = f"{chinese_date(fields.day)}　周{WEEKDAYS[fields.day.weekday()]}"
    hours = "" if fields.starts is None else clock(fields.starts)
    if fields.starts is not None and fields.ends is not None:
        hours = span(fields.starts, fields.ends)
    next_on = chinese_date(fields.next_on) if fields.next_on else ""
    if next_on and seen.next_done:
        next_on += f"（{short_day(seen.next_done)}已回访）"
    words = paper.HomeVisitPaper(
        name=entry.name,
        sex=SEXES[entry.sex],
        class_name=entry.class_name,
        day=day,
        hours=hours,
        form=VISITED[fields.way],
        place=fields.place,
        teachers="、".join(seen.teachers),
        present=fields.present,
        purpose=fields.purpose,
        parts=tuple((label, getattr(fields, name)) for name, label in paper.PARTS),
        next=fields.next,
        next_on=next_on,
        feedback=_told(room, seen.feedback),
    )
    practice = school.practice or room.practice
    foot = exports.foot(room, moment.date())
    pdf, missing = paper.home_visit_pdf(words, school.title, practice=practice, digest=foot)
    return Made(f"{KIND}_{fields.day.isoformat()}", pdf, None, missing, (entry.id,))


def _told(room: Room, feedback_id: str) -> str:
    """What the parents were told by the visit, in a line or two."""
    if not feedback_id:
        return ""
    seen = feedback.seen(room, feedback_id)
    words = [getattr(seen.fields, name).strip() for name in feedback.TEXTS]
    return "\n".join(filter(None, words)) or "已在家访时告诉家长"


def empty_form(room: Room) -> Made:
    """家访记录 to be filled in by hand; it names nobody."""
    needs_counsellor(room)
    school = context(room)
    words = paper.HomeVisitPaper(parts=tuple((label, "") for _, label in paper.PARTS), by_hand=True)
    pdf, missing = paper.home_visit_pdf(words, school.title, practice=school.practice or room.practice)
    return Made(f"{KIND}（空表）", pdf, None, missing)
