"""一生一谈 in a student's file on paper: the talks, the growth plan as it stands, the home visits, the first first."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from psyroom.reports.recovery import chinese_date
from psyroom.services import plans, timeline_talks
from psyroom.services.rights import needs_counsellor
from psyroom.services.timeline_lines import Line
from psyroom.store.room import Room

Plain = Callable[[str], str]
Texts = tuple[tuple[str, str], ...]
"""A day, and what is told of it."""


def talks(room: Room, student: str, plain: Plain) -> Texts:
    """Every talk, why there was none, and tries that became none. Needs a counsellor."""
    needs_counsellor(room)
    return _told(timeline_talks.talks(room, student), plain)


def plan(room: Room, student: str, plain: Plain) -> Texts:
    """The newest version with its reviews. Needs a counsellor."""
    needs_counsellor(room)
    newest = plans.of_student(room, student)
    lines = timeline_talks.plans(room, student)
    return _told((line for line in lines if newest is not None and line.ref == newest.id), plain)


def home_visits(room: Room, student: str, plain: Plain) -> Texts:
    """Every visit to the family. Needs a counsellor."""
    needs_counsellor(room)
    return _told(timeline_talks.home_visits(room, student), plain)


def _told(lines: Iterable[Line], plain: Plain) -> Texts:
    found = []
    for line in sorted(lines, key=lambda line: (line.day, line.starts or -1, line.title)):
        day = chinese_date(line.day).replace("年", "年\n")
        head = "　".join(part for part in (line.title, line.detail) if part)
        found.append((day, plain("\n".join(part for part in (head, line.body) if part))))
    return tuple(found)
