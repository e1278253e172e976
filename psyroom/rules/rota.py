"""Who has duty when: a fair proposal for the planned openings that nobody is named for. Pure and deterministic.

Fair by hours: every opening goes to the one with the least minutes so far, those already fixed in the days ahead
included. Nobody is put in two places at once, nor where a lesson or an appointment of the own lies, nor on a weekday
that person cannot; two evenings in a row are avoided where somebody else is free. An opening stays empty only when it
cannot be staffed at all.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from psyroom.rules.intervals import meet

EVENING = 18 * 60
"""An opening that begins then or later is an evening."""


@dataclass(frozen=True)
class Need:
    """A planned opening; `person` is who keeps it already, empty where somebody is sought."""

    day: date
    starts: int
    ends: int
    place: str = ""
    person: str = ""

    @property
    def minutes(self) -> int:
        return self.ends - self.starts

    @property
    def evening(self) -> bool:
        return self.starts >= EVENING

    def meets(self, other: Need) -> bool:
        return self.day == other.day and meet((self.starts, self.ends), (other.starts, other.ends))


@dataclass(frozen=True)
class Busy:
    """Where a person is already: a lesson (`place` empty), an appointment in some room. An appointment in the room that
    is to be kept open does not stand against keeping it open, nor any where the plan names no room."""

    person: str
    day: date
    starts: int
    ends: int
    place: str = ""

    def bars(self, need: Need) -> bool:
        """Whether this person cannot keep that opening for it."""
        elsewhere = not self.place or bool(need.place and self.place != need.place)
        return self.day == need.day and elsewhere and meet((self.starts, self.ends), (need.starts, need.ends))


@dataclass
class _Rota:
    """The proposal in the making."""

    people: Sequence[str]
    minutes: dict[str, int]
    cannot: Mapping[str, Collection[int]]
    busy: Mapping[tuple[str, date], Sequence[Busy]]
    held: dict[tuple[str, date], list[Need]] = field(default_factory=dict)

    def hold(self, person: str, need: Need) -> None:
        self.held.setdefault((person, need.day), []).append(need)
        if person in self.minutes:
            self.minutes[person] += need.minutes

    def drop(self, person: str, need: Need) -> None:
        self.held[(person, need.day)].remove(need)
        self.minutes[person] -= need.minutes

    def may(self, person: str, need: Need) -> bool:
        return (
            need.day.isoweekday() not in self.cannot.get(person, ())
            and not any(busy.bars(need) for busy in self.busy.get((person, need.day), ()))
            and not any(need.meets(other) for other in self.held.get((person, need.day), ()))
        )

    def again(self, person: str, need: Need) -> bool:
        """Whether this would be a second evening in a row."""
        days = (need.day - timedelta(days=1), need.day + timedelta(days=1))
        return need.evening and any(other.evening for day in days for other in self.held.get((person, day), ()))

    def by_turn(self, need: Need) -> list[str]:
        """Who could keep the opening, the one whose turn it is first."""
        able = [person for person in self.people if self.may(person, need)]
        return sorted(able, key=lambda p: (self.again(p, need), self.minutes[p], self.people.index(p)))

    def staff(self, needs: Sequence[Need], most_empty: int) -> list[str] | None:
        """Who keeps openings that lie across each other, in order, at most so many of them by nobody; None if that
        cannot be."""
        if not needs:
            return []
        first, rest = needs[0], needs[1:]
        for person in self.by_turn(first):
            self.hold(person, first)
            found = self.staff(rest, most_empty)
            self.drop(person, first)
            if found is not None:
                return [person, *found]
        if most_empty:
            found = self.staff(rest, most_empty - 1)
            return None if found is None else ["", *found]
        return None


def propose(
    needs: Sequence[Need],
    people: Sequence[str],
    so_far: Mapping[str, int],
    busy: Iterable[Busy] = (),
    cannot: Mapping[str, Collection[int]] | None = None,
) -> list[str]:
    """Who keeps each opening, in the order given; empty where nobody can. Those with a person keep it.

    `people`: who takes part; the order decides between equals. `so_far`: minutes each has had before; who has had none
    yet begins where the least of the others stands, and is not made to catch up. `cannot`: weekdays (1 Monday) on which
    a person cannot."""
    least = min((so_far[p] for p in people if so_far.get(p)), default=0)
    by_day: dict[tuple[str, date], list[Busy]] = {}
    for one in busy:
        by_day.setdefault((one.person, one.day), []).append(one)
    rota = _Rota(people, {p: so_far.get(p) or least for p in people}, cannot or {}, by_day)
    found = [need.person for need in needs]
    for need in needs:
        if need.person:
            rota.hold(need.person, need)
    order = sorted((n for n, need in enumerate(needs) if not need.person), key=lambda n: _order(needs[n]))
    for heap in _heaps([(n, needs[n]) for n in order]):
        together = [need for _, need in heap]
        empty, staffed = 0, rota.staff(together, 0)
        while staffed is None:
            empty += 1
            staffed = rota.staff(together, empty)
        for (number, need), person in zip(heap, staffed, strict=True):
            found[number] = person
            if person:
                rota.hold(person, need)
    return found


def _order(need: Need) -> tuple[date, int, int, str]:
    return need.day, need.starts, need.ends, need.place


def _heaps(needs: Iterable[tuple[int, Need]]) -> list[list[tuple[int, Need]]]:
    """Openings in order of time, those that lie across each other together: only they take each other's people."""
    found: list[list[tuple[int, Need]]] = []
    until = (date.min, 0)
    for number, need in needs:
        if found and (need.day, need.starts) < until and found[-1][-1][1].day == need.day:
            found[-1].append((number, need))
            until = max(until, (need.day, need.ends))
        else:
            found.append([(number, need)])
            until = (need.day, need.ends)
    return found
