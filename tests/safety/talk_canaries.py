"""A canary in every field there is about one talk, one plan, one feedback, one visit: typed, changed, read back from a
sheet, printed and sent out. For the hunts after leaks."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from psyroom.records.care import CareFields, FeedbackFields, HomeVisitFields, PlanFields, PlanReview, PlanStep
from psyroom.records.fields import about
from psyroom.records.talks import TalkAttempt, TalkFields

if TYPE_CHECKING:
    from psyroom.store.room import Room

TALK, FOLLOWED, EXCUSED, TRIED, CARED, LIFTED, PLANNED, GOAL, LOOKED, TOLD, REFUSED, VISITED, MASTER, ON_SHEET, FILE, BEGUN = (
    "苍鹭谈的话", "苍鹭又问起", "鸬鹚不能来", "鸬鹚没找到", "斑鸠要关爱", "斑鸠不再要", "朱鹮的方案", "朱鹮的措施", "朱鹮再看过",
    "灰雀告家长", "灰雀被拒收", "雨燕去家访", "鹈鹕班主任", "鹌鹑表里写", "鹌鹑交来的", "鸳鸯没存的",
)  # fmt: skip
UNTOLD = "灰雀不说的"
OF_TALKS = (TALK, FOLLOWED, EXCUSED, TRIED, CARED, LIFTED, PLANNED, GOAL, LOOKED, TOLD, REFUSED, VISITED, MASTER, ON_SHEET, FILE, BEGUN, UNTOLD)  # fmt: skip
"""None of these is for the desk, nor for any file but what was asked for."""
REASON, RECEIVER = "杜鹃催着要", "杜鹃来取走"


def texts(model: Any, canary: str) -> dict[str, Any]:
    """The canary in every text a person types, whole."""
    return {
        name: canary * 2 if (about(model, name)["limit"] or 99) >= 2 * len(canary) else canary
        for name, field in model.model_fields.items()
        if field.annotation is str and not about(model, name)["choices"] and name not in KEYS
    }


KEYS = {"id", "student", "plan", "sheet", "note", "person", "made_at", "scan", "home_visit", "term", "talk"}


def drained(work: Any) -> Any:
    try:
        while True:
            next(work)
    except StopIteration as done:
        return done.value


def said_of_everyone(room: Room, child: str, others: Sequence[str], out: Path, now: datetime) -> dict[str, str]:
    """Two `others` are wanted, of whom no talk is known. What was made out of it lies below `out`; returns ids."""
    from psyroom.services import (
        care,
        coverage,
        drafts,
        feedback,
        feedback_slips,
        history,
        home_visits,
        plan_papers,
        plans,
        returns,
        talk_papers,
        talk_rules,
        talks,
    )
    from psyroom.services import roll as rolls

    why = {"reason": REASON, "receiver": RECEIVER}
    day = now.date()
    said = {**texts(TalkFields, TALK), "day": day, "follow_up": True}
    (talk,) = talks.add(room, said, [child], now)
    talks.change(room, talk, {**said, "judged": TALK * 3}, now)
    talks.follow(room, talk, day, FOLLOWED)
    talks.remove(room, talks.add(room, said, [child], now)[0], now)
    talks.excuse(room, others[0], EXCUSED, now)
    talks.excuse(room, others[0], EXCUSED * 2, now)
    talks.unexcuse(room, others[0], coverage.of(room, now).term.code)
    history.undo(room)
    talks.attempt(room, others[1], texts(TalkAttempt, TRIED), now)
    marked = care.mark(room, child, {**texts(CareFields, CARED), "since": day - timedelta(days=1)}, now)
    care.change(room, marked, {"ground": CARED * 3})
    care.lift(room, marked, day, LIFTED)
    care.mark(room, child, {"since": day, "ground": CARED}, now)
    plan = plans.save(room, child, texts(PlanFields, PLANNED), [texts(PlanStep, GOAL)], now)
    plan = plans.new_version(room, plan, now)
    plans.review(room, plan, texts(PlanReview, LOOKED), now)
    fit = {name for name in FeedbackFields.model_fields if about(FeedbackFields, name)["parents"]}
    words = {name: text if name in fit else UNTOLD for name, text in texts(FeedbackFields, TOLD).items()}
    told = feedback.save(room, child, words, now)
    feedback.set_state(room, [told], "refused", day, now, why=REFUSED)
    visit = home_visits.add(
        room,
        child,
        {**texts(HomeVisitFields, VISITED), "day": day},
        now,
        feedback={"study": TOLD, "relation": UNTOLD},
    )
    entry = rolls.entry(room, child)
    key = next(line for line in coverage.of(room, now).classes if line.name == entry.class_name)
    talk_rules.set_class_teacher(room, key.stage, key.cohort, key.class_no, MASTER)
    for form in ("talk_table", "plan", "feedback", "home_visit"):
        drafts.save(room, form, child, {"points": BEGUN, "rows": [{"points": BEGUN}]})
    talk_papers.missing(room, now, key.key)
    sheets(room, out, others[1], now)
    coverage.students(room, now)
    talk_papers.coverage_map(room, now)
    from psyroom.services import exports

    papers = {
        "谈话.pdf": talk_papers.record(room, [talk], now).pdf,
        "方案.pdf": plan_papers.plan(room, plan).pdf,
        "班级.pdf": talk_papers.class_table(room, now, key.key).pdf,
    }
    exports.write(room, papers, out / "papers", kind="谈心谈话记录表", students=[child], **why)
    slips = feedback_slips.slips(room, [child, *others], now)
    feedback_slips.printed(room, slips, now, **why)
    feedback_slips.leaving(room, feedback_slips.slips(room, [child], now), out / "slips", now, **why)
    for code in ("talks-by-class", "plans-list", "feedback-summary", "home-visits"):
        made = returns.preview(room, code, coverage.of(room, now).term.code, now)
        returns.leave(room, made, out / "returns", **why)
        returns.leave_on_paper(room, made, **why)
    return {"talk": talk, "talk_id": talk, "plan_id": plan, "feedback": told, "visit_id": visit, "care_id": marked}


def sheets(room: Room, out: Path, other: str, now: datetime) -> None:
    """The sheets go out under their passwords, one comes back with a row filled, under another name."""
    import io

    import xlsxwriter

    from psyroom.reports import sealing
    from psyroom.rules.talk_sheet import HEADERS, SHEET
    from psyroom.services import roll, talk_sheet_problems, talk_sheets, talk_sheets_read

    made = drained(talk_sheets.making(room, out / "sheets", now, reason=REASON, receiver=RECEIVER))
    talk_sheets.password_paper(room, now)
    entry = roll.entry(room, other)
    slip = next(slip for slip in made.slips if slip.class_name == entry.class_name)
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})  # another computer's work: not a file of this process's
    page = book.add_worksheet(SHEET)
    page.write_row(0, 0, HEADERS)
    page.write_row(1, 0, [entry.number, entry.name, str(now.date()), ON_SHEET, "面谈", ON_SHEET, ON_SHEET])
    book.close()
    back = out / "sheets" / f"{FILE}.xlsx"
    back.write_bytes(sealing.workbook(buffer.getvalue(), slip.password, spins=1000))
    dry = drained(talk_sheets_read.reading(room, [back], now))
    if json.loads(json.dumps(dry.as_json()))["new"] != 1:
        raise SystemExit(f"the sheet did not come in: {dry.as_json()}")
    talk_sheet_problems.problems(room, dry)
    talk_sheets_read.take(room, dry, now)
    back.unlink()
