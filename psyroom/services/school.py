"""The school as the rules need it, and the deeds that change it: terms, calendar, periods, targets, places."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from typing import Any
from weakref import WeakKeyDictionary

from psyroom.errors import NotFound, Refused
from psyroom.records.fields import checked
from psyroom.records.school import (
    STAGES_WITHIN,
    CalendarDay,
    CalendarDayFields,
    CalendarYear,
    GradeNaming,
    Period,
    PeriodFields,
    Place,
    PlaceFields,
    School,
    SchoolFields,
    Target,
    TargetFields,
    Term,
    TermFields,
)
from psyroom.rules import classes, policy
from psyroom.rules.calendar import Calendar
from psyroom.rules.periods import PeriodSpan
from psyroom.rules.time import TermSpan, monday_of, school_year_of
from psyroom.services.rights import needs_counsellor
from psyroom.store.questions import school as ask
from psyroom.store.questions import students as ask_students
from psyroom.store.room import Room


@dataclass(frozen=True)
class SchoolContext:
    """Everything about the school that a rule may ask for, of one moment; plain values."""

    name: str
    campus: str
    stage: str
    system: str
    region: str
    practice: bool
    study_counts: bool
    terms: tuple[TermSpan, ...]
    calendar: Calendar
    periods: tuple[PeriodSpan, ...]
    namings: Mapping[str, str] = field(default_factory=dict)
    targets: tuple[tuple[date, int | None], ...] = ()
    people: Mapping[str, str] = field(default_factory=dict)
    places: Mapping[str, str] = field(default_factory=dict)
    each_counts: bool = False

    @cached_property
    def title(self) -> str:
        """School and campus as printed."""
        return f"{self.name}（{self.campus}）" if self.campus else self.name

    @property
    def stages(self) -> tuple[str, ...]:
        return STAGES_WITHIN[self.stage]

    def term_on(self, day: date) -> TermSpan:
        """The semester that holds the day; in a holiday the one before, before the first the first."""
        begun = [t for t in self.terms if t.monday(1) <= day]
        return begun[-1] if begun else self.terms[0]

    def term(self, code: str) -> TermSpan:
        found = next((t for t in self.terms if t.code == code), None)
        if found is None:
            known = "、".join(t.code for t in self.terms)
            raise Refused(why=f"没有“{code}”这个学期，已有的学期是 {known}；新学期请先在“设置”里添加。")
        return found

    def style(self, stage: str) -> str:
        return self.namings.get(stage, "cohort" if stage == "vocational" else "grade")

    def class_key(self, stage: str, cohort: int, class_no: int, day: date) -> str:
        """What the school says on that day: `七年级/1`, `2026级/3`."""
        return classes.class_key(
            stage, cohort, class_no, year=school_year_of(day), system=self.system, style=self.style(stage)
        )

    def class_name(self, stage: str, cohort: int, class_no: int, day: date) -> str:
        """`七年级1班`, `2026级3班`."""
        return classes.class_name(
            stage, cohort, class_no, year=school_year_of(day), system=self.system, style=self.style(stage)
        )

    def grade_name(self, stage: str, cohort: int, day: date) -> str:
        return classes.grade_name(stage, cohort, year=school_year_of(day), system=self.system, style=self.style(stage))

    def target_on(self, day: date) -> policy.Target:
        """The weekly opening target that holds on a day, with its source; `minutes` None where none is asked.

        For a week ask on its Sunday, so that a target that begins with the first day holds for week 1.
        """
        return policy.target_on(policy.region(self.region), self.targets, day)


_kept: WeakKeyDictionary[Room, tuple[int, SchoolContext]] = WeakKeyDictionary()


def context(room: Room) -> SchoolContext:
    """The school of this room, kept in memory until the next deed: every page asks for it several times."""
    with room.read() as session:
        stamp = ask_students.stamp(session)
        kept = _kept.get(room)
        if kept is not None and kept[0] == stamp:
            return kept[1]
        school = ask.school(session)
        if school is None:
            raise NotFound(what="学校资料")
        rules = ask.room_rules(session)
        found = SchoolContext(
            name=school.name,
            campus=school.campus,
            stage=school.stage,
            system=school.system,
            region=school.region,
            practice=school.practice,
            study_counts=school.study_counts,
            terms=tuple(TermSpan(f"{t.year}-{t.half}", t.year, t.half, t.starts, t.weeks) for t in ask.terms(session)),
            calendar=Calendar(dict(ask.calendar_days(session)), ask.answered_years(session)),
            periods=tuple(
                PeriodSpan(p.kind, p.stage, p.number, p.starts, p.ends, p.since, p.until) for p in ask.periods(session)
            ),
            namings=ask.namings(session),
            targets=tuple((t.since, t.minutes) for t in ask.targets(session)),
            people={p.id: p.name for p in ask.people(session)},
            places={p.id: p.name for p in ask.places(session)},
            each_counts=rules is not None and rules.each_counts,
        )
    _kept[room] = (stamp, found)
    return found


# ---- deeds ----------------------------------------------------------------------------------------------------


def change_school(room: Room, values: Mapping[str, Any]) -> None:
    """Name, campus, stage, system, region, whether night study counts as 课外."""
    needs_counsellor(room)
    with room.write("修改学校资料") as deed:
        school = deed.session.get(School, "school")
        if school is None:
            raise NotFound(what="学校资料")
        fields = checked(SchoolFields, {**school.model_dump(), **values})
        school.sqlmodel_update(fields.model_dump())
        deed.session.add(school)


def set_term(room: Room, values: Mapping[str, Any]) -> str:
    """Add a semester, or change the one of that year and half. Returns its code."""
    needs_counsellor(room)
    fields = checked(TermFields, values)
    with room.write("保存学期") as deed:
        terms = ask.term_rows(deed.session)
        term = next((t for t in terms if (t.year, t.half) == (fields.year, fields.half)), None)
        for other in terms:
            if term is not None and other.id == term.id:
                continue
            if _overlap(fields, other):
                raise Refused(why=f"这个学期与 {other.year}-{other.half} 学期的日期重叠，请检查开学日期和周数。")
        if term is None:
            term = Term(**fields.model_dump())
        else:
            term.sqlmodel_update(fields.model_dump())
        deed.session.add(term)
    return f"{fields.year}-{fields.half}"


def _overlap(a: TermFields, b: TermFields) -> bool:
    def span(term: TermFields) -> tuple[date, date]:
        return term.starts, monday_of(term.starts) + timedelta(days=7 * term.weeks - 1)

    (a0, a1), (b0, b1) = span(a), span(b)
    return a0 <= b1 and b0 <= a1


def set_periods(room: Room, kind: str, bands: Iterable[tuple[int, int]], since: date, stage: str = "") -> None:
    """The bands of one kind (lesson, study, excluded) from a day on; earlier days keep theirs."""
    needs_counsellor(room)
    bands = sorted(bands)
    for before, after in zip(bands, bands[1:], strict=False):
        if after[0] < before[1]:
            raise Refused(why="有两节课的时间重叠了，请检查起止时间。")
    if any(starts >= ends for starts, ends in bands):
        raise Refused(why="有一节课的结束时间不晚于开始时间，请检查。")
    with room.write("保存作息时间") as deed:
        for period in ask.period_rows(deed.session, kind, stage):
            if period.since >= since:
                deed.session.delete(period)
            elif period.until is None or period.until >= since:
                period.until = since - timedelta(days=1)
                deed.session.add(period)
        for number, (starts, ends) in enumerate(bands, 1):
            values = {"kind": kind, "stage": stage, "number": number, "starts": starts, "ends": ends, "since": since}
            deed.session.add(Period(**checked(PeriodFields, values).model_dump()))


def set_day(room: Room, day: date, school_day: bool | None) -> None:
    """The school's own word on a day; None takes it back, so that the public calendar holds again."""
    needs_counsellor(room)
    with room.write("修改校历") as deed:
        found = ask.calendar_rows(deed.session).get(day)
        if school_day is None:
            if found is not None:
                deed.session.delete(found)
            return
        values = checked(CalendarDayFields, {"day": day, "school_day": school_day}).model_dump()
        if found is None:
            found = CalendarDay(**values)
        else:
            found.school_day = school_day
        deed.session.add(found)


def answer_year(room: Room, year: int, off: Iterable[date], on: Iterable[date]) -> None:
    """The school's answer for a year beyond the holiday library: weekdays off and weekend days on."""
    needs_counsellor(room)
    with room.write("确认节假日安排") as deed:
        known = ask.calendar_rows(deed.session)
        for school_day, days in ((False, off), (True, on)):
            for day in days:
                row = known.get(day) or CalendarDay(day=day, school_day=school_day)
                row.school_day = school_day
                deed.session.add(row)
        if deed.session.get(CalendarYear, str(year)) is None:
            deed.session.add(CalendarYear(id=str(year)))


def unanswered_years(school: SchoolContext, term: TermSpan) -> list[int]:
    """Calendar years of a semester whose holidays nobody has told yet."""
    return sorted(
        {day.year for week in range(1, term.weeks + 1) for day in term.days_of(week) if school.calendar.assumed(day)}
    )


def set_target(room: Room, since: date, minutes: int | None) -> None:
    """The school's own weekly target from a day on; None minutes: none asked. Earlier weeks keep their rule."""
    needs_counsellor(room)
    values = checked(TargetFields, {"since": since, "minutes": minutes}).model_dump()
    with room.write("修改开放目标") as deed:
        same = (t for t in ask.target_rows(deed.session) if t.since == since)
        row = next(same, None) or Target(**values)
        row.minutes = minutes
        deed.session.add(row)


def clear_targets(room: Room) -> None:
    """Back to what the region asks."""
    needs_counsellor(room)
    with room.write("恢复地区的开放目标") as deed:
        for row in ask.target_rows(deed.session):
            deed.session.delete(row)


def places(room: Room) -> list[tuple[str, str, bool]]:
    """(id, name, in use) of the rooms that can be booked."""
    with room.read() as session:
        return [(p.id, p.name, p.active) for p in ask.places(session)]


def add_place(room: Room, name: str) -> str:
    needs_counsellor(room)
    fields = checked(PlaceFields, {"name": name})
    with room.write("添加房间") as deed:
        if ask.place_named(deed.session, fields.name) is not None:
            raise Refused(why=f"已经有一间叫“{fields.name}”的房间了，请换一个名称。")
        place = Place(**fields.model_dump())
        deed.session.add(place)
        return place.id


def close_place(room: Room, place_id: str) -> None:
    """A room no longer used; past bookings keep its name."""
    needs_counsellor(room)
    with room.write("停用房间") as deed:
        place = deed.session.get(Place, place_id)
        if place is None:
            raise NotFound(what="这间房间")
        place.active = False
        deed.session.add(place)


def set_naming(room: Room, stage: str, style: str) -> None:
    """How the school says its classes: by grade or by year of entry."""
    needs_counsellor(room)
    with room.write("修改班级叫法") as deed:
        row = deed.session.get(GradeNaming, stage) or GradeNaming(id=stage)
        row.style = style
        deed.session.add(row)
