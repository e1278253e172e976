"""What is planned on some days, of one moment: template, one-off changes and the rota put together."""

from __future__ import annotations

from datetime import date, timedelta

from sqlmodel import Session

from psyroom.rules.calendar import Calendar
from psyroom.rules.plan import PlanSlot, plan_of_day
from psyroom.services.week import duty_turns, one_offs, template
from psyroom.store.questions import booking as ask
from psyroom.store.questions import rota as ask_rota


def plan_in(session: Session, calendar: Calendar, first: date, last: date) -> list[PlanSlot]:
    """The planned slots of the days, in order."""
    slots, changes = template(ask.slots(session, first, last)), one_offs(ask.exceptions(session, first, last))
    turns = duty_turns(ask_rota.turns(session, first, last))
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    return [slot for day in days for slot in plan_of_day(day, slots, changes, calendar, turns)]
