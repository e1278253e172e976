"""When the room was open."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from psyroom.commands import naming
from psyroom.commands.opening import Answer, code_of, open_room


def openings_import(options: Any) -> Answer:
    from psyroom.records.weeks import WHY_AMENDED
    from psyroom.services import ledger

    why = code_of(WHY_AMENDED, options.why, "更正原因") if options.why else ""
    with open_room(options) as room:
        done = ledger.import_ledger(room, Path(options.file), dry_run=options.dry_run, why=why)
        answer = done.as_json()
    words = "新增 {new}，已有 {unchanged}，重复 {repeated}".format(**answer)
    lines = [f"{p['sheet']} 第 {p['row']} 行：{p['reason']}" for p in answer["problems"]]
    return 0, answer, "\n".join([words, *lines])


def hours(options: Any) -> Answer:
    from psyroom.services import hours, school

    with open_room(options) as room:
        context = school.context(room)
        term = context.term(options.term) if options.term else context.term_on(room.today())
        weeks = hours.weeks(room, term)
    answer = [
        {
            "week": w.week,
            "starts": w.starts.isoformat(),
            "outside_lessons_minutes": w.outside_lessons_minutes,
            "open_minutes": w.open_minutes,
            "target_minutes": w.target_minutes,
            "calendar_assumed": w.calendar_assumed,
        }
        for w in weeks
    ]
    lines = [
        f"第{w.week}周 {w.starts} 课外 {w.outside_lessons_minutes} 分钟，全部 {w.open_minutes} 分钟"
        + (f"，目标 {w.target_minutes}" if w.target_minutes is not None else "")
        + ("（节假日安排未确认）" if w.calendar_assumed else "")
        for w in weeks
    ]
    return 0, answer, "\n".join(lines)


def sign(options: Any) -> Answer:
    from psyroom.services import signing

    with open_room(options) as room:
        number, monday = naming.monday_of_week(room, options.week, options.term)
        made = signing.sign(room, monday)
        state = signing.state(room, monday)
    answer = {
        "id": made,
        "week": number,
        "monday": monday.isoformat(),
        "outside_lessons_minutes": state.outside_then,
        "open_minutes": state.open_then,
        "target_minutes": state.signed.target if state.signed is not None else None,
    }
    words = f"第{number}周已签字：课外 {state.outside_then} 分钟，全部 {state.open_then} 分钟。以后的改动记为更正。"
    return 0, answer, words


def reason(options: Any) -> Answer:
    from psyroom.records.weeks import WHY_SHORT
    from psyroom.services import week_reasons

    with open_room(options) as room:
        number, monday = naming.monday_of_week(room, options.week, options.term)
        why = code_of(WHY_SHORT, options.reason, "原因")
        week_reasons.set_reason(room, monday, why)
    answer = {"week": number, "monday": monday.isoformat(), "reason": why}
    return 0, answer, f"第{number}周开放不足的原因：{WHY_SHORT[why]}。"
