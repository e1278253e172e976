"""One time line per student. Each module adds its provider; a provider reads only what this person may read."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime

from psyroom.records.booking import CHANNELS, FORMS, OUTCOMES
from psyroom.records.groups import PRESENCE
from psyroom.records.students import STATUSES, Student
from psyroom.services import timeline_notes, timeline_talks
from psyroom.services.school import context
from psyroom.services.timeline_lines import DESK_KINDS as DESK_KINDS  # callers meet them here
from psyroom.services.timeline_lines import KINDS as KINDS
from psyroom.services.timeline_lines import WITHIN, joined
from psyroom.services.timeline_lines import Line as Line
from psyroom.store import history as chain
from psyroom.store.questions import groups as ask_groups
from psyroom.store.questions import timeline as ask
from psyroom.store.room import Room

Provider = Callable[[Room, str], Iterable[Line]]
_ORDER = {kind: place for place, kind in enumerate(WITHIN)}


def of(room: Room, student: str) -> list[Line]:
    """Everything known of a student, newest first. A duty person gets what happened at the desk; what is confidential is
    asked for only where the case file is open, and of a colleague's notes only that they are there."""
    confidential = (*timeline_notes.PROVIDERS, *timeline_talks.PROVIDERS) if room.has_cases else ()
    providers = (*DESK_PROVIDERS, *confidential)
    lines = [line for provider in providers for line in provider(room, student)]
    return sorted(lines, key=_place, reverse=True)


def _place(line: Line) -> tuple[date, int, int, str]:
    return line.day, line.starts if line.starts is not None else -1, _ORDER[line.kind], line.ref


def _bookings(room: Room, student: str) -> Iterable[Line]:
    with room.read() as session:
        rows = ask.bookings(session, student)
    people = context(room).people
    for row in rows:
        who = "家长预约" if row.client == "parent" else "预约"
        how = f"{FORMS[row.form]}·{CHANNELS[row.channel]}"
        detail = joined(OUTCOMES[row.outcome], people.get(row.person, ""))
        yield Line(row.day, row.starts, "booking", f"{who}（{how}）", detail, row.id)


def _visits(room: Room, student: str) -> Iterable[Line]:
    with room.read() as session:
        rows = ask.visits(session, student)
    people = context(room).people
    for row in rows:
        who = "家长来访" if row.client == "parent" else "来访"
        how = f"{FORMS[row.form]}·{CHANNELS[row.channel]}"
        length = f"{row.ends - row.starts} 分钟" if row.ends is not None else "进行中"
        detail = joined(length, people.get(row.person, ""))
        yield Line(row.day, row.starts, "visit", f"{who}（{how}）", detail, row.id)


def _sessions(room: Room, student: str) -> Iterable[Line]:
    """Sessions of groups the student belongs to."""
    with room.read() as session:
        rows = ask_groups.sessions_attended(session, student)
    people = context(room).people
    for row in rows:
        length = f"{row.ends - row.starts} 分钟" if row.ends is not None else "进行中"
        detail = joined(PRESENCE[row.state], length, people.get(row.person, ""))
        yield Line(row.day, row.starts, "visit", f"团体 {row.group_no}", detail, row.id)


def _entry(room: Room, student: str) -> Iterable[Line]:
    """When the entry was made, moved, suspended, taken back: read from its revisions."""
    school = context(room)
    known: dict[str, object] = {}
    for step in chain.history(room, Student, student):
        after = step.after or {}
        day = datetime.fromisoformat(step.at).astimezone().date()
        if step.before is None:
            yield Line(day, None, "entry", "进入名册", step.what, student)
        elif "status" in after:
            since = date.fromisoformat(str(after["status_since"])) if after.get("status_since") else day
            told = step.what if since == day else f"{step.what} · {day.isoformat()} 登记"
            yield Line(since, None, "entry", _STATUS_LINES.get(str(after["status"]), "状态有改动"), told, student)
        elif known and {"class_no", "cohort", "stage"} & set(after):
            now = {**known, **after}
            name = school.class_name(str(now["stage"]), int(str(now["cohort"])), int(str(now["class_no"])), day)
            yield Line(day, None, "entry", f"调到{name}", step.what, student)
        known.update(after)


_STATUS_LINES = {key: f"状态：{label}" for key, label in STATUSES.items()}

DESK_PROVIDERS: tuple[Provider, ...] = (_bookings, _visits, _sessions, _entry)
"""What happened at the desk. What is confidential: `timeline_notes`, `timeline_talks`; later modules add theirs."""
