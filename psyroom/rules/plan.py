"""When the room is meant to be open: the weekly template, less holidays, with one-off openings and closures over it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
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
class PlanSlot:
    """A band the room is planned to be open. `source` is the id of its template slot or one-off opening."""

    day: date
    starts: int
    ends: int
    person: str
    place: str
    extra: bool = False
    source: str = ""


def plan_of_day(
    day: date, template: Iterable[TemplateSlot], one_offs: Iterable[OneOff], calendar: Calendar
) -> list[PlanSlot]:
    """What is planned on a day, in order.

    The template holds on its weekdays except holidays; a Sunday evening of a boarding school is no holiday. Which
    weekday a make-up Saturday stands for differs from school to school, so only Saturday's own slots hold then.
    A closure takes from the template; a one-off opening stands above both.
    """
    here = [one for one in one_offs if one.day == day]
    closures = [one for one in here if not one.opens]
    found: list[PlanSlot] = []
    if not calendar.is_holiday(day):
        for slot in template:
            if slot.weekday != day.isoweekday() or day < slot.since or (slot.until is not None and slot.until < day):
                continue
            away = [
                (one.starts, one.ends)
                for one in closures
                if one.person in ("", slot.person) and one.place in ("", slot.place)
            ]
            for starts, ends in subtract([(slot.starts, slot.ends)], away):
                found.append(PlanSlot(day, starts, ends, slot.person, slot.place, False, slot.id))
    found += [PlanSlot(day, o.starts, o.ends, o.person, o.place, True, o.id) for o in here if o.opens]
    return sorted(found, key=lambda slot: (slot.starts, slot.ends, slot.place, slot.person, slot.source))
