"""What must be done, made by the data: a task exists while something is due and not done, and is gone once the record is
filled. Nothing about a task is kept anywhere.

Each `due_…` module says what its records make due, as functions from a `Ground` to tasks; `today` puts them in order.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from psyroom.rules.time import day_name
from psyroom.rules.typed import clock
from psyroom.services.hours import Shortage
from psyroom.services.openings import OnDuty
from psyroom.services.school import SchoolContext
from psyroom.store.room import Room

EACH = 2  # lines one kind of task may take before it becomes a single line with a count


@dataclass(frozen=True)
class Task:
    """One line: what, a grey detail, how urgent (`brick` overdue, `amber` soon, else empty), and where it opens:
    `page` with `target` (`Page.open`)."""

    kind: str
    words: str
    detail: str
    urgency: str
    page: str
    target: dict[str, Any] = field(default_factory=dict)
    count: int = 1


@dataclass(frozen=True)
class Ground:
    """What the sources look at: the room at a moment, and what was counted for the page anyway."""

    room: Room
    school: SchoolContext
    now: datetime
    duty: Sequence[OnDuty] = ()
    shortage: Shortage | None = None

    @property
    def minute(self) -> int:
        return self.now.hour * 60 + self.now.minute


Source = Callable[[Ground], list[Task]]


def few(rows: Sequence[Any], line: Callable[[Any], Task], all_of: Callable[[int], Task]) -> list[Task]:
    """A line each while they are few, else one line that counts them."""
    return [line(r) for r in rows] if len(rows) <= EACH else [all_of(len(rows))]


def when(row: Any) -> str:
    """9月8日 周二 12:10"""
    return f"{day_name(row.day)} {clock(row.starts)}"
