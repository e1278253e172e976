"""Something under the hand: a card carried elsewhere, its edge pulled, a new time drawn out, hours being typed.

No painting and no store: what speaks against a place is asked of a function that looks at what is already loaded.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from PySide6.QtCore import QPointF, QRectF

from psyroom.rules.booking import Clash
from psyroom.rules.typed import clock, minutes, span
from psyroom.services.week import Entry
from psyroom.ui.calendar.layout import SHORTEST, SNAP, STEP, Frame, Mark

EDGE = 7  # pixels of a card's foot that make it longer
TALL = 40  # pixels from which a card's head can be pulled too

Look = Callable[[date, int, int], Sequence[Clash]]
"""What speaks against a day and its hours; called at every step of a drag, so it must not ask the store."""


def nothing(_day: date, _starts: int, _ends: int) -> Sequence[Clash]:
    return ()


@dataclass
class Carry:
    """`how`: new (a time drawn out), move, head or foot (an edge pulled). `entry` None: a new one."""

    how: str
    entry: Entry | None
    mark: Mark
    look: Look = nothing
    by_key: bool = False
    clashes: Sequence[Clash] = ()

    def put(self, mark: Mark, monday: date, *, anew: bool = False) -> bool:
        """Stand there and look again; whether anything changed."""
        if mark == self.mark and not anew:
            return False
        self.mark = mark
        self.clashes = self.look(monday + timedelta(days=mark.day), mark.starts, mark.ends)
        return True

    def elsewhere(self, monday: date) -> bool:
        """Whether letting go now would change anything."""
        if self.entry is None:
            return True
        entry, mark = self.entry, self.mark
        here = (monday + timedelta(days=mark.day), mark.starts, mark.ends)
        return here != (entry.day, entry.starts, entry.ends)


def can_move(entry: Entry) -> bool:
    """Only what has not happened yet can be carried."""
    return entry.kind in ("booking", "event") and entry.outcome == "open"


def grip(boxes: Sequence[tuple[QRectF, Entry]], where: QPointF) -> str:
    """How the card under the pointer would be pulled: foot, head, or moved as a whole."""
    for box, entry in reversed(boxes):
        if box.contains(where) and can_move(entry):
            if where.y() > box.bottom() - EDGE:
                return "foot"
            return "head" if where.y() < box.top() + EDGE - 2 and box.height() >= TALL else "move"
    return "move"


def pulled(how: str, entry: Entry | None, frame: Frame, start: QPointF, where: QPointF) -> Mark:
    """Where a drag stands that began at `start`."""
    minute = frame.minute(where.y())
    if entry is None:
        a, b = sorted((frame.minute(start.y()), minute))
        return Mark(frame.day_at(start.x()), a, max(b, a + SNAP))
    day = frame.day_at(start.x())
    if how == "foot":
        return Mark(day, entry.starts, max(minute, entry.starts + SHORTEST))
    if how == "head":
        return Mark(day, min(minute, entry.ends - SHORTEST), entry.ends)
    length = entry.ends - entry.starts
    shift = round((where.y() - start.y()) / frame.per_minute / SNAP) * SNAP
    starts = max(frame.first, min(entry.starts + shift, frame.last - length))
    return Mark(frame.day_at(where.x()), starts, starts + length)


def stretched(mark: Mark, by: int) -> Mark:
    """Its end later or sooner by so many minutes."""
    return replace(mark, ends=max(mark.starts + SHORTEST, min(mark.ends + by, 1440)))


def shifted(mark: Mark, by: int) -> Mark:
    """The whole of it later or sooner by so many minutes, its length kept."""
    length = mark.ends - mark.starts
    starts = max(0, min(mark.starts + by, 1440 - length))
    return replace(mark, starts=starts, ends=starts + length)


class Typed:
    """Hours typed straight onto the calendar: `1430`, `14:30`, `1430-1510`."""

    SIGNS = "0123456789-—:：.~"

    def __init__(self) -> None:
        self.words = ""

    def takes(self, sign: str) -> bool:
        """Whether a key belongs to it; a sign that is no figure only after one."""
        return len(sign) == 1 and sign in self.SIGNS and (sign.isdecimal() or bool(self.words))

    def add(self, sign: str) -> None:
        if len(self.words) < 11:
            self.words += "-" if sign in "—~" else sign

    def back(self) -> None:
        self.words = self.words[:-1]

    def clear(self) -> None:
        self.words = ""

    def read(self) -> tuple[int, int | None] | None:
        """(starts, ends or None); None where it is not a time, or not yet."""
        first, _, second = self.words.partition("-")
        starts = minutes(first) if len(first) > 2 else None
        if starts is None or starts >= 1440:
            return None
        ends = minutes(second) if len(second) > 2 else None
        return starts, ends if ends is not None and ends > starts else None

    def mark(self, cursor: Mark, length: int = STEP) -> Mark | None:
        """The cell it means, on the cursor's day."""
        found = self.read()
        if found is None:
            return None
        starts, ends = found
        return Mark(cursor.day, starts, ends if ends is not None else min(starts + length, 1440))

    def says(self) -> str:
        """What is typed so far, and what Enter does."""
        found = self.read()
        if found is None:
            return f"{self.words}…"
        starts, ends = found
        return f"{clock(starts) if ends is None else span(starts, ends)}  回车预约"
