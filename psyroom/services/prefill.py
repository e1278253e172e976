"""A week's record as it can be filled in beforehand: each stretch planned or open, to be confirmed, corrected or struck out.

What was planned comes from the template, one-off changes, the rota and bookings outside of these; what was comes from
duty, entries by hand, ledgers and visits in person. A visit proves that the room was open while it lasted, not that it
was open as planned; so a planned stretch with a visit alone still waits for a word.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from psyroom.errors import NotFound, Refused
from psyroom.records.fields import checked
from psyroom.records.opening import ORIGINS as LOGGED
from psyroom.records.opening import ExceptionFields, Opening, OpeningException
from psyroom.rules.calendar import Calendar
from psyroom.rules.intervals import Band, meet, overlap, subtract, total, union
from psyroom.rules.plan import OneOff, PlanSlot, TemplateSlot, Turn, plan_of_day
from psyroom.services import openings
from psyroom.services.openings import minute_of
from psyroom.services.school import context
from psyroom.services.week import duty_turns, one_offs, template
from psyroom.services.week_lock import guard
from psyroom.store.questions import booking as ask_plan
from psyroom.store.questions import opening as ask
from psyroom.store.questions import rota as ask_rota
from psyroom.store.questions import weeks as ask_weeks
from psyroom.store.room import Room

STATES = {
    "coming": "还没到",
    "waiting": "待确认",
    "forgotten": "没签退",
    "running": "值班中",
    "recorded": "已记",
    "within": "已含",
    "not_open": "没开",
}
ORIGINS = {
    "template": "固定时段",
    "extra": "临时加开",
    "heals": "补开",
    "booking": "预约",
    **LOGGED,
}


@dataclass(frozen=True)
class Stretch:
    """One line of the week. `planned` and `actual` are minutes from midnight; either may be missing.

    `state` is one of STATES (`within`: what was open then stands on another line), `origin` one of ORIGINS. `record` is
    the id of the opening behind it, `visit` that of a visit; `slot` what was planned; `closure` the id of the closure
    that struck it out, `why` its reason. `minutes` were open, which is less than `actual` spans where visits alone tell.
    """

    day: date
    planned: Band | None
    actual: Band | None
    person: str
    place: str
    origin: str
    state: str
    minutes: int = 0
    also_planned: int = 0
    record: str = ""
    visit: str = ""
    slot: PlanSlot | None = None
    closure: str = ""
    why: str = ""
    received: int | None = None

    @property
    def difference(self) -> int | None:
        """Minutes more (or, below zero, fewer) than planned; None while it lasts, is still to come or stands elsewhere."""
        if self.state in ("coming", "running", "within", "forgotten"):
            return None
        return self.minutes - total([self.planned] if self.planned else []) - self.also_planned

    @property
    def key(self) -> tuple[str, ...]:
        """What a line is known by while its figures change."""
        start = self.planned[0] if self.planned else self.actual[0] if self.actual else 0
        return (self.day.isoformat(), f"{start:04d}", self.person, "" if self.planned else self.record or self.visit)


@dataclass(frozen=True)
class _Plan:
    """What a week was planned from."""

    template: Sequence[TemplateSlot]
    one_offs: Sequence[OneOff]
    turns: Sequence[Turn]
    why: dict[str, str]
    heals: set[str]


def week(room: Room, monday: date, now: datetime) -> list[Stretch]:
    """The stretches of the week that begins on the Monday, in order of time."""
    days = [monday + timedelta(days=n) for n in range(7)]
    calendar = context(room).calendar
    with room.snapshot() as session:
        changes = ask_plan.exceptions(session, days[0], days[-1])
        plan = _Plan(
            template(ask_plan.slots(session, days[0], days[-1])),
            one_offs(changes),
            duty_turns(ask_rota.turns(session, days[0], days[-1])),
            {row.id: row.why for row in changes},
            {row.id for row in changes if row.why == "make_up"},
        )
        records = ask.openings(session, days[0], days[-1])
        visits = [v for v in ask_plan.visits(session, days[0], days[-1]) if v.channel == "in_person"]
        bookings = [b for b in ask_plan.standing(session, days[0], days[-1]) if b.channel == "in_person"]
    found: list[Stretch] = []
    for day in days:
        mine = _Day(day, now, [r for r in records if r.day == day], [v for v in visits if v.day == day])
        found += mine.stretches(plan, calendar, [b for b in bookings if b.day == day])
    return found


def waiting(rows: Iterable[Stretch]) -> list[Stretch]:
    """Those of which somebody must still say how it was."""
    return [row for row in rows if row.state in ("waiting", "forgotten")]


def make_ups_to_come(room: Room, monday: date, now: datetime) -> list[tuple[date, int, int]]:
    """Openings planned to make up for the week, which are not over yet: day, from, to."""
    with room.read() as session:
        rows = ask_weeks.make_ups(session, monday, monday)
    today, minute = now.date(), minute_of(now)
    return [(r.day, r.starts, r.ends) for r in rows if r.heals == monday and (r.day, r.ends) > (today, minute)]


# ---- deeds ----------------------------------------------------------------------------------------------------


def confirm(room: Room, rows: Sequence[Stretch], now: datetime, *, why: str = "") -> int:
    """The lines were as planned: written down in one deed; returns how many. A duty somebody forgot to end ends as it
    was planned. `why`: as in `openings.record`."""
    if len(rows) == 1 and rows[0].record and rows[0].planned is not None:
        openings.correct(room, rows[0].record, {"ends": rows[0].planned[1]}, now, why=why)
        return 1
    slots = [PlanSlot(r.day, *r.planned, r.person, r.place) for r in rows if r.state == "waiting" and r.planned]
    return openings.record_planned(room, slots, now, why=why)


def set_hours(room: Room, row: Stretch, starts: int, ends: int, now: datetime, *, why: str = "") -> None:
    """What was open in truth, in place of what stands there."""
    if row.visit:
        raise Refused(why="这一段是来访记录，时间请在“预约”里那次来访上改。")
    if row.state == "not_open":
        raise Refused(why="这一段记为没开。真的开了，先按回车恢复，再填时间。")
    if row.record:
        openings.correct(room, row.record, {"starts": starts, "ends": ends}, now, why=why)
        return
    values = {"day": row.day, "starts": starts, "ends": ends, "place": row.place}
    openings.record(room, values | ({"person": row.person} if row.person else {}), now, why=why)


def strike(room: Room, row: Stretch, reason: str, *, why: str = "") -> None:
    """The room was not open then: what was logged goes, and the plan of that day says so with its reason
    (`records.opening.WHY_CHANGED`). One deed. A booking is no plan of the room's: it is cancelled where it was made."""
    if row.visit:
        raise Refused(why="这一段有来访，不能记为没开；来访请在“预约”里改。")
    if row.origin == "booking" and not row.record:
        raise Refused(why="这一段来自预约，请在“预约”里取消或改时间。")
    if row.planned is not None and row.minutes and not row.record:
        raise Refused(why="这段时间有来访，不能记为没开；请直接输入实际开放的时间。")
    fields = None
    if row.planned is not None and not (row.slot is not None and row.slot.extra):
        values = {"day": row.day, "starts": row.planned[0], "ends": row.planned[1], "opens": False, "why": reason}
        fields = checked(ExceptionFields, values | {"person": row.person, "place": row.place})
    with room.write("记为没有开放") as deed:
        if row.record:
            gone = deed.session.get(Opening, row.record)
            if gone is None:
                raise NotFound(what="这条开放记录")
            guard(deed, [gone.day], why, "opening", gone.id)
            deed.session.delete(gone)
        if fields is not None:
            deed.session.add(OpeningException(**fields.model_dump()))
        elif row.slot is not None and (extra := deed.session.get(OpeningException, row.slot.source)) is not None:
            deed.session.delete(extra)


def restore(room: Room, row: Stretch) -> None:
    """A line struck out was open after all: it waits for a word again."""
    with room.write("取消临时安排") as deed:
        closure = deed.session.get(OpeningException, row.closure)
        if closure is None:
            raise NotFound(what="这条停开安排")
        if (closure.starts, closure.ends) != row.planned:
            raise Refused(why="那一天有更长的停开安排，请在“这一周的临时安排”里取消它。")
        deed.session.delete(closure)


class _Day:
    """One day's records laid over its plan."""

    def __init__(
        self, day: date, now: datetime, records: Sequence[ask.OpeningRow], visits: Sequence[ask_plan.VisitRow]
    ) -> None:
        self.day, self.today = day, now.date()
        self.minute = minute_of(now) if day == now.date() else 1440 if day < now.date() else 0
        self.records, self.visits = records, visits
        self.band = {r.id: (r.starts, self._until(r)) for r in records}
        self.seen = {v.id: (v.starts, self._until(v)) for v in visits}

    def _until(self, row: ask.OpeningRow | ask_plan.VisitRow) -> int:
        if row.ends is not None:
            return row.ends
        return max(self.minute, row.starts) if self.day == self.today else row.starts

    def stretches(self, plan: _Plan, calendar: Calendar, bookings: Sequence[ask_plan.BookingRow]) -> list[Stretch]:
        slots = plan_of_day(self.day, plan.template, plan.one_offs, calendar, plan.turns)
        pairs = self._pairs(slots)
        found = [self._planned(slot, at, pairs, slots, plan) for at, slot in enumerate(slots)]
        found += self._not_planned(set(pairs.values()))
        found += self._closed(plan, calendar, slots)
        found += self._only_visits(slots)
        found += self._booked(bookings, slots)
        return sorted(found, key=lambda s: ((s.planned or s.actual or (0, 0))[0], s.state != "recorded", s.person))

    def _pairs(self, slots: Sequence[PlanSlot]) -> dict[int, str]:
        """Which record stands for which slot: the greatest overlap first, a record for one slot only."""
        fits = [
            (-total(overlap([self.band[r.id]], [(slot.starts, slot.ends)])), at, r.starts, r.id)
            for at, slot in enumerate(slots)
            for r in self.records
            if _same(slot, r.person) and _touches(self.band[r.id], slot)
        ]
        pairs: dict[int, str] = {}
        for _, at, _, record in sorted(fits):
            if at not in pairs and record not in pairs.values():
                pairs[at] = record
        return pairs

    def _planned(
        self, slot: PlanSlot, at: int, pairs: dict[int, str], slots: Sequence[PlanSlot], plan: _Plan
    ) -> Stretch:
        origin = "template" if not slot.extra else "heals" if slot.source in plan.heals else "extra"
        band = (slot.starts, slot.ends)
        base = Stretch(self.day, band, None, slot.person, slot.place, origin, "coming", slot=slot)
        if at in pairs:
            also = sum(
                s.ends - s.starts
                for n, s in enumerate(slots)
                if n not in pairs and _same(s, self._row(pairs[at]).person) and _touches(self.band[pairs[at]], s)
            )
            return self._recorded(self._row(pairs[at]), band, slot, also)
        if any(_same(slot, r.person) and _touches(self.band[r.id], slot) for r in self.records):
            return replace(base, state="within")
        here = [self.seen[v.id] for v in self.visits if _same(slot, v.person) and _touches(self.seen[v.id], slot)]
        if here:
            base = replace(base, actual=(min(b[0] for b in here), max(b[1] for b in here)), minutes=total(here))
        return replace(base, state="waiting") if slot.ends <= self.minute else base

    def _row(self, record: str) -> ask.OpeningRow:
        return next(r for r in self.records if r.id == record)

    def _recorded(
        self, row: ask.OpeningRow, planned: Band | None = None, slot: PlanSlot | None = None, also: int = 0
    ) -> Stretch:
        state = "recorded"
        if row.ends is None:
            state = "running" if self.day == self.today else "forgotten"
        band = self.band[row.id]
        return Stretch(
            self.day, planned, band, row.person, row.place, row.origin, state, minutes=band[1] - band[0],
            also_planned=also, record=row.id, slot=slot, received=row.received,
        )  # fmt: skip

    def _not_planned(self, paired: set[str]) -> list[Stretch]:
        return [self._recorded(row) for row in self.records if row.id not in paired]

    def _closed(self, plan: _Plan, calendar: Calendar, slots: Sequence[PlanSlot]) -> list[Stretch]:
        """What the template had planned and a closure took away whole."""
        closures = [one for one in plan.one_offs if not one.opens and one.day == self.day]
        if not closures:
            return []
        kept = {slot.source for slot in slots}
        found = []
        opens = [one for one in plan.one_offs if one.opens]
        for slot in plan_of_day(self.day, plan.template, opens, calendar, plan.turns):
            if slot.source in kept:
                continue
            by = [one for one in closures if meet((one.starts, one.ends), (slot.starts, slot.ends))]
            by.sort(key=lambda one: (one.starts, one.ends) != (slot.starts, slot.ends))
            found.append(
                Stretch(
                    self.day,
                    (slot.starts, slot.ends),
                    None,
                    slot.person,
                    slot.place,
                    "template",
                    "not_open",
                    slot=slot,
                    closure=by[0].id if by else "",
                    why=plan.why.get(by[0].id, "") if by else "",
                )  # fmt: skip
            )
        return found

    def _only_visits(self, slots: Sequence[PlanSlot]) -> list[Stretch]:
        """Visits that lie in no opening and in nothing planned for their counsellor."""
        known = union(self.band.values())
        found = []
        for visit in self.visits:
            band = self.seen[visit.id]
            shown = any(_same(slot, visit.person) and _touches(band, slot) for slot in slots)
            added = subtract([band], known)
            if shown or not added:
                continue
            state = "running" if visit.ends is None and self.day == self.today else "recorded"
            found.append(
                Stretch(
                    self.day,
                    None,
                    band,
                    visit.person,
                    visit.place,
                    "visit",
                    state,
                    minutes=total(added),
                    visit=visit.id,
                )
            )
            known = union([*known, band])
        return found

    def _booked(self, bookings: Sequence[ask_plan.BookingRow], slots: Sequence[PlanSlot]) -> list[Stretch]:
        """Bookings outside of what is planned and was open: somebody must be there for them."""
        known = union([*self.band.values(), *self.seen.values(), *((s.starts, s.ends) for s in slots)])
        found = []
        for row in bookings:
            band = (row.starts, row.ends)
            if overlap([band], known):
                continue
            state = "waiting" if row.ends <= self.minute else "coming"
            found.append(Stretch(self.day, band, None, row.person, row.place, "booking", state))
            known = union([*known, band])
        return found


def _same(slot: PlanSlot, person: str) -> bool:
    return not slot.person or slot.person == person


def _touches(band: Band, slot: PlanSlot) -> bool:
    """Also of a record without length yet: somebody who signed in and forgot to sign out."""
    return meet(band, (slot.starts, slot.ends)) or slot.starts <= band[0] < slot.ends
