"""When the room is meant to be open: the weekly template, less holidays, with one-off openings and closures over it;
who keeps it open: the template, and over it the turns of the month's rota."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from psyroom.rules.calendar import Calendar
from psyroom.rules.intervals import subtract


@dataclass(frozen=True)
class TemplateSlot:
    """One band of the weekly template; weekday 1 is Monday, `until` the last day it holds."""

    id: str
    weekday: int
    starts: int
    ends: int
    person: str
    place: str
    since: date
    until: date | None = None


@dataclass(frozen=True)
class OneOff:
    """A one-off opening, or a closure (`opens` False) of whatever it covers; empty person or place: of everyone, everywhere."""

    id: str
    day: date
    starts: int
    ends: int
    opens: bool
    person: str = ""
    place: str = ""


@dataclass(frozen=True)
class Turn:
    """A turn of the rota: who keeps one planned opening; `instead_of` who should have, empty when nobody else."""

    id: str
    day: date
    starts: int
    ends: int
    place: str
    person: str
    instead_of: str = ""
    why: str = ""


@dataclass(frozen=True)
class PlanSlot:
    """A band the room is planned to be open. `source` is the id of its template slot or one-off opening, `turn` that of
    the turn of the rota that puts its person there."""

    day: date
    starts: int
    ends: int
    person: str
    place: str
    extra: bool = False
    source: str = ""
    turn: str = ""


def plan_of_day(
    day: date,
    template: Iterable[TemplateSlot],
    one_offs: Iterable[OneOff],
    calendar: Calendar,
    turns: Iterable[Turn] = (),
) -> list[PlanSlot]:
    """What is planned on a day, in order.

    The template holds on its weekdays except holidays; a Sunday evening of a boarding school is no holiday. Which
    weekday a make-up Saturday stands for differs from school to school, so only Saturday's own slots hold then.
    A closure takes from the template; a one-off opening stands above both. A turn of the same day, hours and place puts
    its person on a slot, before closures are looked at: who takes over from somebody who is away keeps the room open,
    and a slot cut short keeps its person. A turn also fits what a closure has left of a slot. Turns that fit nothing
    count for nothing (`stale`).
    """
    here = [one for one in one_offs if one.day == day]
    closures = [one for one in here if not one.opens]
    whole: list[PlanSlot] = []
    if not calendar.is_holiday(day):
        for slot in template:
            if slot.weekday != day.isoweekday() or day < slot.since or (slot.until is not None and slot.until < day):
                continue
            whole.append(PlanSlot(day, slot.starts, slot.ends, slot.person, slot.place, False, slot.id))
    extra = [PlanSlot(day, o.starts, o.ends, o.person, o.place, True, o.id) for o in here if o.opens]
    kept, left = _staffed([*whole, *extra], [turn for turn in turns if turn.day == day])
    found: list[PlanSlot] = []
    for planned in kept:
        if planned.extra:
            found.append(planned)
            continue
        away = [
            (one.starts, one.ends)
            for one in closures
            if one.person in ("", planned.person) and one.place in ("", planned.place)
        ]
        rest = subtract([(planned.starts, planned.ends)], away)
        found += [replace(planned, starts=starts, ends=ends) for starts, ends in rest]
    found, _ = _staffed(found, left)
    return sorted(found, key=lambda slot: (slot.starts, slot.ends, slot.place, slot.person, slot.source))


def stale(plan: Iterable[PlanSlot], turns: Iterable[Turn]) -> list[Turn]:
    """The turns for which nothing is planned any more, in order: the template changed, or the day was closed."""
    held = {slot.turn for slot in plan}
    return sorted((t for t in turns if t.id not in held), key=lambda t: (t.day, t.starts, t.ends, t.place, t.id))


def _staffed(slots: list[PlanSlot], turns: list[Turn]) -> tuple[list[PlanSlot], list[Turn]]:
    """The slots with the persons of the turns that fit, and the turns that fit none. Where two people keep the same
    hours together, a turn goes first to the slot of its own person or of the one it stands in for, then to one that
    names nobody."""
    left = sorted(turns, key=lambda turn: (turn.person, turn.id))
    taken: dict[int, Turn] = {}
    for rank in range(3):
        for number in sorted(range(len(slots)), key=lambda n: (slots[n].person, slots[n].source)):
            slot = slots[number]
            if number in taken or slot.turn:
                continue
            for turn in left:
                fits = (turn.starts, turn.ends, turn.place) == (slot.starts, slot.ends, slot.place)
                own = bool(slot.person) and slot.person in (turn.person, turn.instead_of)
                if fits and (own, not slot.person, True)[rank]:
                    taken[number] = turn
                    left.remove(turn)
                    break
    placed = [
        replace(slot, person=taken[n].person, turn=taken[n].id) if n in taken else slot for n, slot in enumerate(slots)
    ]
    return placed, left
