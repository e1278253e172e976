"""A week as it was signed against the week as it is: what differs, and how many minutes each difference makes.

The minutes of the differences always add up to the difference of the two sums: they are counted one after the other.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from psyroom.rules.intervals import Band, total


@dataclass(frozen=True)
class Kept:
    """A record behind a week's minutes: nobody's name but the id of who was on duty. `out` are its bands outside lessons
    by the rules of the moment; `until` is where it counts to, `ends` None while it lasts."""

    kind: str  # opening, visit
    id: str
    day: date
    starts: int
    ends: int | None
    until: int
    person: str
    place: str
    out: tuple[Band, ...]

    @property
    def key(self) -> tuple[str, str]:
        return self.kind, self.id

    def as_json(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "id": self.id,
            "day": self.day.isoformat(),
            "starts": self.starts,
            "ends": self.ends,
            "until": self.until,
            "person": self.person,
            "place": self.place,
            "out": [list(band) for band in self.out],
        }


def kept(values: dict[str, Any]) -> Kept:
    """A record as `Kept.as_json` wrote it."""
    out = tuple((int(a), int(b)) for a, b in values["out"])
    return Kept(**{**values, "day": date.fromisoformat(values["day"]), "out": out})


@dataclass(frozen=True)
class Difference:
    """`what`: added, removed, changed (a record); outside (what counts as 课外 on a day), each (how people count).
    `open` and `outside` are minutes more or less."""

    what: str
    day: date | None
    before: Kept | None
    after: Kept | None
    open: int
    outside: int


def minutes(rows: Iterable[Kept], each: bool) -> tuple[int, int]:
    """Minutes open in all and outside lessons; `each`: people count apart, else several at once count once."""
    whole: dict[tuple[date, str], list[Band]] = {}
    out: dict[tuple[date, str], list[Band]] = {}
    for row in rows:
        key = (row.day, row.person if each else "")
        whole.setdefault(key, []).append((row.starts, row.until))
        out.setdefault(key, []).extend(row.out)
    return sum(total(bands) for bands in whole.values()), sum(total(bands) for bands in out.values())


def differences(then: Sequence[Kept], now: Sequence[Kept], each_then: bool, each_now: bool) -> list[Difference]:
    """What became different, in order: how people count, what counts as 课外 day by day, then record by record."""
    stands = {row.key: row for row in then}
    wanted = {row.key: row for row in now}
    found: list[Difference] = []
    count = minutes(stands.values(), each_then)

    def note(what: str, day: date | None, before: Kept | None = None, after: Kept | None = None) -> None:
        nonlocal count
        new = minutes(stands.values(), each_now)
        open_, outside = new[0] - count[0], new[1] - count[1]
        count = new
        if before is not None or after is not None or open_ or outside:
            found.append(Difference(what, day, before, after, open_, outside))

    if each_then != each_now:
        note("each", None)
    recounted = [
        row for key, row in stands.items() if key in wanted and wanted[key] == replace(row, out=wanted[key].out)
    ]
    for day in sorted({row.day for row in recounted if row.out != wanted[row.key].out}):
        stands |= {row.key: wanted[row.key] for row in recounted if row.day == day}
        note("outside", day)
    changed = [key for key in stands.keys() | wanted.keys() if stands.get(key) != wanted.get(key)]

    def place(key: tuple[str, str]) -> tuple[date, int, tuple[str, str]]:
        row = stands.get(key) or wanted[key]
        return row.day, row.starts, key

    for key in sorted(changed, key=place):
        before, after = stands.get(key), wanted.get(key)
        if after is None:
            del stands[key]
        else:
            stands[key] = after
        what = "added" if before is None else "removed" if after is None else "changed"
        note(what, (before or after).day, before, after)  # type: ignore[union-attr]
    return found
