"""Which copies of a place stay: pure rules over what the place's own manifest says, never over a name or a file's date.

Periods are counted, not measured from today: a clock set ten years ahead takes nothing away.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

LAST = 12
RULES: tuple[tuple[int, Callable[[datetime], object]], ...] = (
    (LAST, lambda at: at),
    (14, lambda at: at.date()),
    (8, lambda at: at.isocalendar()[:2]),
    (24, lambda at: (at.year, at.month)),
)
"""The newest copy of each of so many periods that have one: the last twelve, 14 days, 8 weeks, 24 months."""
UNVERIFIED = RULES[:2]


@dataclass(frozen=True)
class Dated:
    """A copy as the rules see it. `sound`: verified and not found damaged; `pinned`: never thinned."""

    name: str
    at: datetime  # local
    sound: bool = True
    damaged: bool = False
    pinned: bool = False


def kept(copies: Sequence[Dated]) -> set[str]:
    """The names that stay. Only sound copies fill a period; one that was never verified stays while fewer than twelve sound
    ones are newer, and so does a damaged one."""
    newest = sorted(copies, key=lambda c: (c.at, c.name), reverse=True)
    stay = {c.name for c in newest if c.pinned}
    stay |= _by(RULES, [c for c in newest if c.sound and not c.pinned])
    recent = _by(UNVERIFIED, [c for c in newest if not c.sound and not c.pinned])
    sound_before = 0
    for copy in newest:
        if copy.sound:
            sound_before += 1
        elif copy.name in recent and sound_before < LAST:
            stay.add(copy.name)
    return stay


def _by(rules: Sequence[tuple[int, Callable[[datetime], object]]], newest: Sequence[Dated]) -> set[str]:
    stay: set[str] = set()
    for count, period in rules:
        seen: set[object] = set()
        for number, copy in enumerate(newest):
            # two copies of one second are two of the last twelve
            key = number if count == LAST else period(copy.at)
            if key not in seen and len(seen) < count:
                seen.add(key)
                stay.add(copy.name)
    return stay


def guards(copies: Sequence[Dated], stay: set[str]) -> set[str]:
    """Of those that stay, the ones for whose sake another goes: they are looked at before anything is removed."""
    going = [c for c in copies if c.name not in stay]
    if not going:
        return set()
    sound = sorted((c for c in copies if c.sound and c.name in stay), key=lambda c: (c.at, c.name), reverse=True)
    found = {c.name for c in sound[:1]}
    for gone in going:
        for _, period in RULES[1:]:
            found |= {c.name for c in sound if period(c.at) == period(gone.at)}
    return found
