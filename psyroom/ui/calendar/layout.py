"""Where things stand on the week calendar: minutes and days to pixels and back, cards side by side. No painting."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRectF

from psyroom.services.week import Day, Entry, Week

SNAP = 5  # minutes a drag sticks to
STEP = 30  # minutes of a cell, and the length booked by a click
SHORTEST = 5
GUTTER = 52.0  # pixels at 100 % for the hours at the left
NARROW = 0.5  # width of a day on which nothing is, against an ordinary one
EARLIEST, LATEST = 8 * 60, 18 * 60  # always shown


@dataclass(frozen=True)
class Mark:
    """A stretch of one day under the hand: the cursor's cell, a drag, a card on its way. `day` 0 is Monday."""

    day: int
    starts: int
    ends: int


def hours_shown(week: Week) -> tuple[int, int]:
    """(first, last) minute painted: the ordinary day, and whatever stands before or after it, in whole hours."""
    bands = [(b.starts, b.ends) for d in week.days for b in (*d.plan, *d.closed, *d.lessons, *d.own)]
    bands += [(e.starts, e.ends) for d in week.days for e in d.entries]
    first = min([starts for starts, _ in bands] + [EARLIEST])
    last = max([ends for _, ends in bands] + [LATEST])
    return first // 60 * 60, min(-(-last // 60) * 60, 1440)


def is_bare(day: Day) -> bool:
    """A day without lessons, opening or visitors: it needs little room."""
    return not (day.school_day or day.plan or day.entries or day.closed)


def lanes(entries: Sequence[Entry], least: float = 0) -> list[tuple[Entry, int, int]]:
    """(card, its lane, lanes of its group): cards that overlap stand side by side. `least`: minutes a card takes at least
    on the screen, so that a short visit does not lie over the next."""
    found: list[tuple[Entry, int, int]] = []
    group: list[tuple[Entry, int]] = []
    ends: list[float] = []
    reach = -1.0

    def let_go() -> None:
        found.extend((entry, lane, len(ends)) for entry, lane in group)
        group.clear()
        ends.clear()

    for entry in sorted(entries, key=lambda e: (e.starts, -e.ends, e.id)):
        if entry.starts >= reach:
            let_go()
        until = max(entry.ends, entry.starts + least)
        lane = next((n for n, end in enumerate(ends) if end <= entry.starts), len(ends))
        if lane == len(ends):
            ends.append(until)
        else:
            ends[lane] = until
        group.append((entry, lane))
        reach = max(reach, until)
    let_go()
    return found


@dataclass(frozen=True)
class Frame:
    """The geometry of one painted week."""

    lefts: tuple[float, ...]
    widths: tuple[float, ...]
    first: int
    last: int
    per_minute: float
    least_card: float = 14.0

    @classmethod
    def of(cls, week: Week, width: float, height: float, gutter: float, least_hour: float, least_card: float) -> Frame:
        """Fit the week into a width; the hours fill `height` or more, an hour never less than `least_hour`,
        a card never lower than `least_card`."""
        first, last = hours_shown(week)
        shares = [NARROW if is_bare(d) else 1.0 for d in week.days]
        unit = max(width - gutter, 70.0) / sum(shares)
        lefts, at = [], gutter
        for share in shares:
            lefts.append(at)
            at += unit * share
        per_minute = max(height / (last - first), least_hour / 60)
        return cls(tuple(lefts), tuple(unit * s for s in shares), first, last, per_minute, least_card)

    @property
    def height(self) -> float:
        return (self.last - self.first) * self.per_minute

    def y(self, minute: int) -> float:
        return (minute - self.first) * self.per_minute

    def minute(self, y: float, snap: int = SNAP) -> int:
        """The minute under a height, at the nearest snap, inside the day shown."""
        raw = self.first + y / self.per_minute
        return max(self.first, min(self.last, round(raw / snap) * snap))

    def day_at(self, x: float) -> int:
        """0 Monday … 6 Sunday; outside the grid the nearest."""
        for number, left in enumerate(self.lefts):
            if x < left + self.widths[number]:
                return number
        return len(self.lefts) - 1

    def column(self, day: int) -> QRectF:
        return QRectF(self.lefts[day], 0, self.widths[day], self.height)

    def band(self, day: int, starts: int, ends: int) -> QRectF:
        return QRectF(self.lefts[day], self.y(starts), self.widths[day], (ends - starts) * self.per_minute)

    def card(self, day: int, entry: Entry, lane: int, of: int) -> QRectF:
        """A card keeps a strip of the column free at the right, where one can still press to book beside it."""
        inset, free = 3.0, min(10.0, self.widths[day] * 0.08)
        width = (self.widths[day] - inset - free) / of
        top, height = self.y(entry.starts), max((entry.ends - entry.starts) * self.per_minute, self.least_card)
        return QRectF(self.lefts[day] + inset + lane * width, top + 1, width - 2, height - 2)
