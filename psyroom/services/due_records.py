"""What slips, forms begun, the roster and the calendar leave to be done."""

from __future__ import annotations

from datetime import date, timedelta

from psyroom.services import drafts, students
from psyroom.services.bookings import FORM
from psyroom.services.due import Ground, Task
from psyroom.services.school import unanswered_years
from psyroom.store.questions import booking as ask
from psyroom.store.questions import students as ask_students

NEAR_YEAR = 45  # days before a new year in which its holidays are asked for


def slips(ground: Ground) -> list[Task]:
    if not ground.room.has_cases:
        return []
    with ground.room.read() as session:
        unread = ask.unread_slips(session)
    if not unread:
        return []
    return [
        Task("slips", f"{unread} 张密封便条还没有读", "值班人员留的话，只有心理教师能打开", "amber", "today", {"slips": True}, unread)
    ]  # fmt: skip


def unsaved(ground: Ground) -> list[Task]:
    """Forms this person left without saving: bookings, students."""
    pending = drafts.pending(ground.room)
    found = []
    for form, page, what in ((FORM, "bookings", "预约"), (students.FORM, "students", "学生")):
        abouts = [about for kind, about, _ in pending if kind == form]
        if not abouts:
            continue
        target = {form: abouts[0]} if abouts[0] else {"new": True}
        words = f"有一个{what}没有填完" if len(abouts) == 1 else f"有 {len(abouts)} 个{what}没有填完"
        found.append(Task("unsaved", words, "填过的内容还在，接着填就行", "", page, target, len(abouts)))
    return found


def questions(ground: Ground) -> list[Task]:
    if not ground.room.has_cases:
        return []
    with ground.room.read() as session:
        count = len(ask_students.open_questions(session))
    if not count:
        return []
    return [
        Task("questions", f"名册里有 {count} 处要核实", "导入时看不准的地方，问清后点“已核实”", "", "students", {"questions": True}, count)
    ]  # fmt: skip


def calendar(ground: Ground) -> list[Task]:
    """Years whose holidays nobody has told, once they are near: the State Council tells them in November."""
    term = ground.school.term_on(ground.now.date())
    if not ground.room.has_cases or term.week_of(ground.now.date()) is None:
        return []
    near = ground.now.date() + timedelta(days=NEAR_YEAR)
    return [
        Task(
            "calendar",
            f"{year} 年的放假安排还没有确认",
            "暂按周一至周五上课计算",
            "",
            "settings",
            {"section": "学期与校历"},
        )
        for year in unanswered_years(ground.school, term)
        if date(year, 1, 1) <= near
    ]
