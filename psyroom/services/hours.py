"""How long the room was open: week by week, outside lessons and in all, what is missing, what could still be opened.

The room is counted, not its people: several at once count once, unless the school sets it otherwise (湘教发〔2024〕23号
does not say; duties of the field, table of ambiguities). Visits in person open the room; on the telephone nobody could have come in. A duty not yet ended
counts up to now today, and not at all when it was forgotten on an earlier day: nobody knows when it ended.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from psyroom.rules.intervals import Band, overlap, subtract, total, union
from psyroom.rules.make_up import MadeUp, MakeUp, made_up
from psyroom.rules.periods import PeriodSpan, outside_lessons
from psyroom.rules.plan import PlanSlot
from psyroom.rules.spare import Spare, fill, sentence, spare_on
from psyroom.rules.time import TermSpan, monday_of
from psyroom.rules.typed import length
from psyroom.services.openings import not_logged, plan_between
from psyroom.services.school import SchoolContext, context
from psyroom.store.questions import booking as ask_visits
from psyroom.store.questions import opening as ask
from psyroom.store.questions import weeks as ask_weeks
from psyroom.store.room import Room


@dataclass(frozen=True)
class Holiday:
    """A day of the week that is not like others: 国庆节, 调休上课, 学校放假."""

    day: date
    name: str
    school_day: bool


@dataclass(frozen=True)
class WeekHours:
    """One week's minutes. `target_minutes` None: nothing is asked in figures. `calendar_assumed`: it rests on a year
    whose holidays nobody has told yet. Nothing is pro rata: the target stays whole in a week with holidays."""

    week: int
    starts: date
    outside_lessons_minutes: int
    open_minutes: int
    target_minutes: int | None
    target_source: str
    calendar_assumed: bool
    holidays: tuple[Holiday, ...]
    school_days: int
    reason: str = ""
    """Why it fell short (`records.weeks.WHY_SHORT`), where somebody has said so."""
    signed: bool = False
    signed_outside: int | None = None
    """Minutes outside lessons at the latest signature; None unsigned."""
    healed: int = 0
    """Minutes outside lessons opened in other weeks to make up for this one; they count there."""
    healed_on: tuple[tuple[date, int], ...] = ()
    """On which days, and how many."""
    heals: tuple[tuple[date, int], ...] = ()
    """Which other weeks (their Mondays) minutes of this one make up for."""

    @property
    def amended(self) -> int:
        """Minutes outside lessons more or less than at the latest signature; 0 unsigned."""
        return 0 if self.signed_outside is None else self.outside_lessons_minutes - self.signed_outside

    @property
    def missing(self) -> int:
        """Minutes still missing to the target; 0 where none is asked."""
        return max((self.target_minutes or 0) - self.outside_lessons_minutes, 0)


@dataclass(frozen=True)
class Behind:
    """A record behind a week's figure. Its own minutes, and what it adds to the figures after those before it: over the
    rows of a day, a week, a semester `adds_open` and `adds_outside` sum up to the figures exactly."""

    kind: str  # opening, visit
    id: str
    day: date
    starts: int
    ends: int | None
    until: int
    person: str
    place: str
    origin: str
    received: int | None
    minutes: int
    outside: int
    adds_open: int
    adds_outside: int
    outside_bands: tuple[Band, ...] = ()

    @property
    def waiting(self) -> bool:
        """Not ended: still going on, or forgotten."""
        return self.ends is None


def local_now(room: Room) -> datetime:
    """The room's clock on the wall."""
    return room.now().astimezone()


def weeks(room: Room, term: TermSpan, now: datetime | None = None) -> list[WeekHours]:
    """Every week of a semester, the coming ones too."""
    school, moment = context(room), now or local_now(room)
    rows = _behind(room, school, term.monday(1), term.ends, moment)
    found = [_week(school, term, week, rows) for week in range(1, term.weeks + 1)]
    return _marked(room, school, found, rows, moment)


@dataclass(frozen=True)
class MonthHours:
    """A calendar month's minutes, of the days that lie in the semester's weeks."""

    year: int
    month: int
    outside_lessons_minutes: int
    open_minutes: int


def months(room: Room, term: TermSpan, now: datetime | None = None) -> list[MonthHours]:
    """The semester by calendar months, those without a minute left out; they add up to what its weeks add up to."""
    found: dict[tuple[int, int], tuple[int, int]] = {}
    for row in rows_behind(room, term.monday(1), term.ends, now):
        outside, whole = found.get((row.day.year, row.day.month), (0, 0))
        found[row.day.year, row.day.month] = (outside + row.adds_outside, whole + row.adds_open)
    return [MonthHours(*key, *sums) for key, sums in sorted(found.items()) if sums[1]]


def week_of(room: Room, day: date, now: datetime | None = None) -> WeekHours | None:
    """The week a day lies in; None outside semesters."""
    found = _one_week(room, context(room), day, now or local_now(room))
    return found[0] if found else None


def _one_week(room: Room, school: SchoolContext, day: date, moment: datetime) -> tuple[WeekHours, list[Behind]] | None:
    """The week of a day and the rows behind it; None outside semesters."""
    term = school.term_on(day)
    week = term.week_of(day)
    if week is None:
        return None
    days = term.days_of(week)
    rows = _behind(room, school, days[0], days[-1], moment)
    return _marked(room, school, [_week(school, term, week, rows)], rows, moment)[0], rows


def _week(school: SchoolContext, term: TermSpan, week: int, rows: Sequence[Behind]) -> WeekHours:
    days = term.days_of(week)
    target = school.target_on(days[-1])
    calendar = school.calendar
    mine = [row for row in rows if days[0] <= row.day <= days[-1]]
    return WeekHours(
        week=week,
        starts=days[0],
        outside_lessons_minutes=sum(row.adds_outside for row in mine),
        open_minutes=sum(row.adds_open for row in mine),
        target_minutes=target.minutes,
        target_source=target.source,
        calendar_assumed=any(calendar.assumed(day) for day in days),
        holidays=tuple(
            Holiday(day, name, calendar.is_school_day(day)) for day in days if (name := calendar.name_of(day))
        ),
        school_days=sum(calendar.is_school_day(day) for day in days),
    )


def _marked(
    room: Room, school: SchoolContext, weeks: Sequence[WeekHours], rows: Sequence[Behind], now: datetime
) -> list[WeekHours]:
    """The weeks (one after the other) with their reasons, signatures and make-ups; none of these changes a figure."""
    first, last = weeks[0].starts, weeks[-1].starts
    with room.snapshot() as session:
        reasons = ask_weeks.reasons(session, first, last)
        signed = ask_weeks.signed_minutes(session, first, last)
        make_ups = [
            MakeUp(row.id, row.day, row.starts, row.ends, row.person, row.heals)
            for row in ask_weeks.make_ups(session, first, last + timedelta(days=6))
        ]
    elsewhere = sorted({m.day for m in make_ups if not first <= m.day <= last + timedelta(days=6)})
    known = [*rows, *(row for day in elsewhere for row in _behind(room, school, day, day, now))]
    made = made_up(make_ups, outside_by_day(school, known), school.each_counts)
    return [_mark(week, reasons.get(week.starts, ""), signed.get(week.starts), made) for week in weeks]


def _mark(week: WeekHours, reason: str, signed: int | None, made: Sequence[MadeUp]) -> WeekHours:
    heals: dict[date, int] = {}
    healed_on: dict[date, int] = {}
    for one in made:
        if week.starts <= one.day <= week.starts + timedelta(days=6):
            heals[one.heals] = heals.get(one.heals, 0) + one.minutes
        if one.heals == week.starts:
            healed_on[one.day] = healed_on.get(one.day, 0) + one.minutes
    return replace(
        week,
        reason=reason,
        signed=signed is not None,
        signed_outside=signed,
        healed=sum(healed_on.values()),
        healed_on=tuple(sorted(healed_on.items())),
        heals=tuple(sorted(heals.items())),
    )


def outside_by_day(school: SchoolContext, rows: Sequence[Behind]) -> dict[date, dict[str, list[Band]]]:
    """When the room was open outside lessons, by day and by whoever counts apart (`counted_apart`)."""
    found: dict[date, dict[str, list[Band]]] = {}
    for row in rows:
        bands = found.setdefault(row.day, {}).setdefault(counted_apart(school, row.person), [])
        bands += row.outside_bands
    return {day: {key: union(bands) for key, bands in people.items()} for day, people in found.items()}


def counted_apart(school: SchoolContext, person: str) -> str:
    """The key under which a person's minutes are counted: one for all, unless the school counts each."""
    return person if school.each_counts else ""


def rows_behind(room: Room, first: date, last: date, now: datetime | None = None) -> list[Behind]:
    """The openings and visits behind the figures of some days, in order of time."""
    return _behind(room, context(room), first, last, now or local_now(room))


def _behind(room: Room, school: SchoolContext, first: date, last: date, now: datetime) -> list[Behind]:
    with room.snapshot() as session:
        openings = ask.openings(session, first, last)
        visits = [visit for visit in ask_visits.visits(session, first, last) if visit.channel == "in_person"]
    found: list[tuple[str, ask.OpeningRow | ask_visits.VisitRow]] = [("opening", row) for row in openings]
    found += [("visit", row) for row in visits]
    found.sort(key=lambda item: (item[1].day, item[1].starts, item[0], item[1].id))
    before: dict[tuple[date, str], list[Band]] = {}
    result = []
    for kind, row in found:
        until = row.ends if row.ends is not None else _so_far(row.day, row.starts, now)
        band = [(row.starts, until)] if until > row.starts else []
        outside = outside_lessons(band, row.day, school.calendar, _periods_on(school, row.day), school.study_counts)
        key = (row.day, counted_apart(school, row.person))
        earlier = before.get(key, [])
        new = subtract(band, earlier)
        before[key] = union([*earlier, *band])
        result.append(
            Behind(
                kind=kind,
                id=row.id,
                day=row.day,
                starts=row.starts,
                ends=row.ends,
                until=until,
                person=row.person,
                place=row.place,
                origin=row.origin if isinstance(row, ask.OpeningRow) else "visit",
                received=row.received if isinstance(row, ask.OpeningRow) else None,
                minutes=total(band),
                outside=total(outside),
                adds_open=total(new),
                adds_outside=total(overlap(new, outside)),
                outside_bands=tuple(outside),
            )
        )
    return result


def _periods_on(school: SchoolContext, day: date) -> Sequence[PeriodSpan]:
    """The periods that hold on a day: between semesters there are no lessons, whatever day of the week it is."""
    if school.term_on(day).week_of(day) is not None:
        return school.periods
    return [period for period in school.periods if period.kind == "excluded"]


def _so_far(day: date, starts: int, now: datetime) -> int:
    """Where something not ended counts to: now, if it is of today."""
    return max(now.hour * 60 + now.minute, starts) if day == now.date() else starts


def open_bands(rows: Sequence[Behind], day: date) -> list[Band]:
    """When the room was open on a day."""
    return union((row.starts, row.until) for row in rows if row.day == day)


def planned_minutes(school: SchoolContext, plan: Sequence[PlanSlot], rows: Sequence[Behind]) -> int:
    """What some of a plan would add to the minutes outside lessons: what is not open already."""
    added = 0
    for day, who in {(slot.day, counted_apart(school, slot.person)) for slot in plan}:
        mine = [slot for slot in plan if slot.day == day and counted_apart(school, slot.person) == who]
        already = [row for row in rows if counted_apart(school, row.person) == who]
        coming = subtract(union((slot.starts, slot.ends) for slot in mine), open_bands(already, day))
        added += total(outside_lessons(coming, day, school.calendar, school.periods, school.study_counts))
    return added


def planned_adds(school: SchoolContext, plan: Sequence[PlanSlot]) -> list[tuple[PlanSlot, int]]:
    """What each planned slot adds to the minutes planned; a second person at the same time adds nothing, unless each
    counts."""
    before: dict[tuple[date, str], list[Band]] = {}
    found = []
    for slot in plan:
        key = (slot.day, counted_apart(school, slot.person))
        found.append((slot, total(subtract([(slot.starts, slot.ends)], before.get(key, [])))))
        before[key] = union([*before.get(key, []), (slot.starts, slot.ends)])
    return found


# ---- what is missing ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Shortage:
    """What this week still misses. `missing` to the target as it stands now; `planned` will come from the plan as it is
    (what is under way counts whole); `waiting` planned stretches are over and nobody has said whether the room was open,
    `waiting_minutes` they would add; `gap` is left after both; `parts` are the free times that fill it, `spare` all
    there are."""

    week: WeekHours
    missing: int
    planned: int
    waiting: int
    waiting_minutes: int
    gap: int
    parts: tuple[Spare, ...]
    spare: tuple[Spare, ...]
    sentence: str


def shortage(room: Room, day: date, now: datetime | None = None) -> Shortage | None:
    """What the week of a day misses and which free times would fill it; None outside semesters or without a target."""
    moment = now or local_now(room)
    school = context(room)
    found = _one_week(room, school, day, moment)
    if found is None or found[0].target_minutes is None:
        return None
    hours, rows = found
    days = [hours.starts + timedelta(days=n) for n in range(7)]
    plan = plan_between(room, days[0], days[-1])
    minute = (moment.date(), moment.hour * 60 + moment.minute)
    planned = planned_minutes(school, [slot for slot in plan if (slot.day, slot.ends) > minute], rows)
    unsaid = not_logged(room, days[0], days[-1], moment)
    unsaid_minutes = planned_minutes(school, unsaid, rows)
    gap = max(hours.missing - planned - unsaid_minutes, 0)
    spare: list[Spare] = []
    for one in days:
        if one < moment.date():
            continue
        taken = [(slot.starts, slot.ends) for slot in plan if slot.day == one] + open_bands(rows, one)
        if one == moment.date():
            taken.append((0, moment.hour * 60 + moment.minute))
        spare += spare_on(one, school.calendar, school.periods, school.study_counts, taken)
    parts = fill(gap, spare)
    weekend = any(
        day >= moment.date() and not school.calendar.is_school_day(day) and not school.calendar.is_holiday(day)
        for day in days
    )
    short = Shortage(hours, hours.missing, planned, len(unsaid), unsaid_minutes, gap, tuple(parts), tuple(spare), "")
    return replace(short, sentence=_advice(short, weekend))


def warn_from(school: SchoolContext, day: date) -> tuple[date, int]:
    """From when (day, minute) a week that will not reach its hours is worth a word: Thursday noon, or the noon of the
    last but one school day where holidays take the end of the week."""
    monday = monday_of(day)
    at_school = [one for n in range(7) if school.calendar.is_school_day(one := monday + timedelta(days=n))]
    before_last = at_school[-2] if len(at_school) > 1 else at_school[0] if at_school else monday
    return min(monday + timedelta(days=3), before_last), 12 * 60


def _advice(short: Shortage, weekend: bool) -> str:
    if not short.missing:
        return "本周已达到目标。"
    said = f"还差 {length(short.missing)}"
    counted = []
    if short.waiting_minutes:
        counted.append(f"有 {short.waiting} 段开放（{length(short.waiting_minutes)}）还没确认")
    if short.planned and (short.gap or counted):
        counted.append(f"计划里还有 {length(short.planned)}")
    if not short.gap:
        return "，".join([said, *counted]) + ("，按计划开放就够了。" if not counted else "，算上就够了。")
    return "，".join([said, *counted]) + f"：{sentence(short.parts, short.gap, weekend)}"
