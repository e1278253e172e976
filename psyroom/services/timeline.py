"""One time line per student. Each module adds its provider; a provider reads only what this person may read."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime

from psyroom.records.booking import CHANNELS, FORMS, OUTCOMES
from psyroom.records.students import STATUSES, Student
from psyroom.services.school import context
from psyroom.store import history as chain
from psyroom.store.questions import students as ask
from psyroom.store.room import Room


@dataclass(frozen=True)
class Line:
    """One thing that happened. `starts` in minutes from midnight, None where only the day is known."""

    day: date
    starts: int | None
    kind: str
    title: str
    detail: str
    ref: str


Provider = Callable[[Room, str], Iterable[Line]]


def of(room: Room, student: str) -> list[Line]:
    """Everything known of a student, newest first."""
    lines = [line for provider in PROVIDERS for line in provider(room, student)]
    return sorted(lines, key=lambda line: (line.day, line.starts if line.starts is not None else -1), reverse=True)


def _bookings(room: Room, student: str) -> Iterable[Line]:
    with room.read() as session:
        rows = ask.booking_rows(session, student)
    people = context(room).people
    for row in rows:
        who = "家长预约" if row.client == "parent" else "预约"
        how = f"{FORMS[row.form]}·{CHANNELS[row.channel]}"
        detail = f"{OUTCOMES[row.outcome]} · {people.get(row.person, '')}".strip(" ·")
        yield Line(row.day, row.starts, "booking", f"{who}（{how}）", detail, row.id)


def _visits(room: Room, student: str) -> Iterable[Line]:
    with room.read() as session:
        rows = ask.visit_rows(session, student)
    people = context(room).people
    for row in rows:
        who = "家长来访" if row.client == "parent" else "来访"
        how = f"{FORMS[row.form]}·{CHANNELS[row.channel]}"
        length = f"{row.ends - row.starts} 分钟" if row.ends is not None else "进行中"
        yield Line(row.day, row.starts, "visit", f"{who}（{how}）", f"{length} · {people.get(row.person, '')}".strip(" ·"), row.id)


def _entry(room: Room, student: str) -> Iterable[Line]:
    """When the entry was made, moved, suspended, taken back: read from its revisions."""
    school = context(room)
    known: dict[str, object] = {}
    for step in chain.history(room, Student.__table__, student):  # type: ignore[attr-defined]
        after = step.after or {}
        day = datetime.fromisoformat(step.at).astimezone().date()
        if step.before is None:
            yield Line(day, None, "entry", "进入名册", step.label, student)
        elif "status" in after:
            yield Line(day, None, "entry", f"状态改为“{STATUSES.get(str(after['status']), '')}”", step.label, student)
        elif known and {"class_no", "cohort", "stage"} & set(after):
            now = {**known, **after}
            name = school.class_name(str(now["stage"]), int(str(now["cohort"])), int(str(now["class_no"])), day)
            yield Line(day, None, "entry", f"调到{name}", step.label, student)
        known.update(after)


PROVIDERS: tuple[Provider, ...] = (_bookings, _visits, _entry)
"""Later modules add theirs: notes, talks, plans, referrals."""
