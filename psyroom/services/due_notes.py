"""What notes leave to be done: visits not written down, notes not finished, steps agreed on, forms begun. A line tells a
name or a matter, never both, for the screen stands in a room where people come and go."""

from __future__ import annotations

from typing import Any

from psyroom.rules.time import day_name, short_day
from psyroom.rules.typed import clock
from psyroom.services import drafts, next_steps, note_list
from psyroom.services.due import Ground, Task, few
from psyroom.services.notes import FORM
from psyroom.store.questions import notes as ask

SOON, LATE = 2, 7
"""Days after a visit from which its missing note is amber, and overdue."""


def to_write(ground: Ground) -> list[Task]:
    """Visits of one's own without a note, and one's own notes not finished. A visit not closed is a task of its own first."""
    if not ground.room.has_cases:
        return []
    rows = note_list.to_write(ground.room, ground.now)
    missing = [row for row in rows if row.what == "missing" and row.closed]
    unfinished = [row for row in rows if row.what == "unfinished"]
    return [
        *few(missing, _missing, lambda count: _all(count, missing, f"{count} 次来访还没有写记录")),
        *few(unfinished, _unfinished, lambda count: _all(count, unfinished, f"{count} 份记录还没有写完")),
    ]


def _age(days: int) -> str:
    return f"已过 {days} 天" if days else "今天"


def _urgency(days: int) -> str:
    return "brick" if days >= LATE else "amber" if days >= SOON else ""


def _missing(row: note_list.ToWrite) -> Task:
    when = day_name(row.day) + (f" {clock(row.starts)}" if row.starts is not None else "")
    detail = " · ".join(part for part in (row.who, row.class_name, _age(row.days)) if part)
    return Task("to_write", f"{when} 的来访还没有写记录", detail, _urgency(row.days), "notes", {"visit": row.visit})


def _unfinished(row: note_list.ToWrite) -> Task:
    detail = " · ".join(part for part in (row.who, row.class_name, _age(row.days)) if part)
    words = f"{day_name(row.day)} 的记录还没有写完"
    return Task("to_write", words, detail, _urgency(row.days), "notes", {"note": row.note})


def _all(count: int, rows: list[note_list.ToWrite], words: str) -> Task:
    oldest = max(row.days for row in rows)
    detail = f"最早的是 {short_day(rows[0].day)}" if oldest else "都是今天的"
    return Task("to_write", words, detail, _urgency(oldest), "notes", {"to_write": True}, count)


def steps(ground: Ground) -> list[Task]:
    """What was agreed to be done and has its date now."""
    if not ground.room.has_cases:
        return []
    rows = next_steps.due(ground.room, ground.now)

    def line(row: next_steps.StepDue) -> Task:
        words = f"约定的下一步 · {_until(row.days)}"
        detail = " · ".join(part for part in (row.who, row.class_name) if part)
        return Task("steps", words, detail, _step_urgency(row.days), "notes", {"note": row.note})

    def all_of(count: int) -> Task:
        words, detail = f"{count} 件约定的下一步要做了", f"最近的一件{_until(rows[0].days)}"
        return Task("steps", words, detail, _step_urgency(rows[0].days), "notes", {"to_write": True}, count)

    return few(rows, line, all_of)


def _until(days: int) -> str:
    return "今天到期" if not days else f"还有 {days} 天" if days > 0 else f"过期 {-days} 天"


def _step_urgency(days: int) -> str:
    return "brick" if days < 0 else "amber"


def unsaved(ground: Ground) -> list[Task]:
    """Notes this person began and did not save."""
    room = ground.room
    if not room.has_cases:
        return []
    abouts = [about for form, about, _ in drafts.pending(room) if form == FORM]
    if not abouts:
        return []
    words = "有一份记录写了一半，还没有保存" if len(abouts) == 1 else f"有 {len(abouts)} 份记录写了一半，还没有保存"
    target = _target(ground, abouts[0])
    return [Task("unsaved", words, "写过的内容还在，接着写就行", "", "notes", target, len(abouts))]


def _target(ground: Ground, about: str) -> dict[str, Any]:
    """Where a draft is opened: its note, its visit, or a new one about a student."""
    if about.startswith("student:"):
        _, student, kind = about.split(":", 2)
        return {"student": student, "kind": kind}
    if not about:
        return {"new": True}
    with ground.room.read() as session:
        return {"note": about} if ask.exists_note(session, about) else {"visit": about}
