"""The month's rota on paper and as a workbook."""

from __future__ import annotations

from psyroom.reports import xlsx
from psyroom.reports.recovery import chinese_date
from psyroom.reports.rota import DayBox, PersonHours, TurnLine, month_pdf, month_sheets
from psyroom.rules.time import short_day
from psyroom.rules.typed import span
from psyroom.services import rota
from psyroom.services.openings import plan_between
from psyroom.services.school import context
from psyroom.services.sheets import Made
from psyroom.store.room import Room


def month_sheet(room: Room, year: int, month: int) -> Made:
    """The rota as it is saved. The semester's hours of each run from its first week to the end of the month, as planned."""
    school = context(room)
    shown = rota.month(room, year, month)
    days = tuple(
        DayBox(
            day.day.day,
            short_day(day.day),
            day.day.weekday(),
            day.name,
            not day.school_day,
            tuple(_line(slot) for slot in day.slots),
        )
        for day in shown.days
    )
    term = school.term_on(shown.last)
    so_far = plan_between(room, min(term.monday(1), shown.first), shown.last)
    by_person: dict[str, int] = {}
    for slot in so_far:
        by_person[slot.person] = by_person.get(slot.person, 0) + slot.ends - slot.starts
    here = [p for p in school.people if p in dict(shown.people) or p in shown.minutes]
    people = [
        PersonHours(
            school.people[person],
            sum(slot.turn.person == person for slot in shown.slots),
            shown.minutes.get(person, 0),
            by_person.get(person, 0),
        )
        for person in here
    ]
    words, made = f"{year}年{month}月", chinese_date(room.today())
    pdf, missing = month_pdf(school.title, words, made, days, people, practice=school.practice)
    sheets = month_sheets(school.title, words, made, days, people)
    book = xlsx.workbook(sheets, landscape=False, practice=school.practice)
    return Made(f"心理辅导室值班安排_{year}年{month:02d}月", pdf, book, missing)


def _line(slot: rota.RotaSlot) -> TurnLine:
    turn = slot.turn
    return TurnLine(span(turn.starts, turn.ends), slot.minutes, slot.name, slot.instead_name, slot.why, slot.place_name)
