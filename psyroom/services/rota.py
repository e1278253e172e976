"""The duty rota: who keeps which planned opening of a month, proposed fairly, saved in one deed, changed by substitution.

A turn puts a person on a planned opening (`rules.plan`); what is planned is the template's business. People are the
accounts of the room. The duty person sees the rota and may give an own turn away or take one over; a counsellor makes it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from sqlmodel import Session

from psyroom.errors import NeedsCounsellor, NotFound, NotValid, Refused
from psyroom.records.events import EVENTS
from psyroom.records.fields import checked
from psyroom.records.rota import WHY_SWAPPED, DutyTurn, DutyTurnFields
from psyroom.rules import rota as rules
from psyroom.rules.intervals import meet, total
from psyroom.rules.plan import PlanSlot, Turn, stale
from psyroom.rules.rota import Busy, Need
from psyroom.rules.time import TermSpan, day_name
from psyroom.rules.typed import span
from psyroom.services import hours
from psyroom.services.plan import plan_in
from psyroom.services.rights import needs_counsellor
from psyroom.services.school import SchoolContext, context
from psyroom.services.week import duty_turns, own_lessons_on
from psyroom.store.history import Step
from psyroom.store.questions import booking as ask_plan
from psyroom.store.questions import events as ask_events
from psyroom.store.questions import rota as ask
from psyroom.store.questions import school as ask_school
from psyroom.store.room import Room


@dataclass(frozen=True)
class RotaSlot:
    """A planned opening of the rota. `turn.id` is empty where no turn stands: then `turn.person` is the template's, or
    nobody. `problems` are sentences about who stands there: a lesson at that time, an appointment elsewhere."""

    turn: Turn
    name: str
    place_name: str
    instead_name: str = ""
    why: str = ""
    problems: tuple[str, ...] = ()

    @property
    def fixed(self) -> bool:
        """Whether the weekly plan itself names the person."""
        return bool(self.turn.person) and not self.turn.id

    @property
    def minutes(self) -> int:
        return self.turn.ends - self.turn.starts


@dataclass(frozen=True)
class RotaDay:
    """A day of the month. `name`: 国庆节, 调休上课 …"""

    day: date
    name: str
    school_day: bool
    slots: tuple[RotaSlot, ...]


@dataclass(frozen=True)
class Month:
    """The rota of a month. `stale`: turns for which nothing is planned any more; they count for nothing. `people`: the
    accounts that can have duty, id and name; `minutes`: planned in this month, by person."""

    first: date
    last: date
    days: tuple[RotaDay, ...]
    stale: tuple[RotaSlot, ...]
    people: tuple[tuple[str, str], ...]
    minutes: Mapping[str, int]
    busy: Mapping[tuple[str, date], tuple[tuple[Busy, str], ...]]

    def against(self, turn: Turn, others: Iterable[Turn]) -> tuple[str, ...]:
        """What speaks against a person on a turn, in sentences; `others`: all turns of that day, this one too."""
        return _against(turn, others, self.busy, dict(self.people))

    @property
    def slots(self) -> list[RotaSlot]:
        return [slot for day in self.days for slot in day.slots]

    @property
    def empty(self) -> int:
        """How many openings nobody keeps."""
        return sum(not slot.turn.person for slot in self.slots)


@dataclass(frozen=True)
class Proposal:
    """Turns to save (those with an id stand already and change their person) and the openings nobody can keep."""

    turns: tuple[Turn, ...]
    nobody: tuple[Turn, ...] = ()


@dataclass(frozen=True)
class Share:
    """A person's part of the semester in minutes: planned from the first week to the last, and what was really kept."""

    person: str
    name: str
    planned: int
    actual: int
    turns: int


# ---- reading --------------------------------------------------------------------------------------------------


def last_of(year: int, month: int) -> date:
    """The last day of a month."""
    return date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)


def month(room: Room, year: int, month: int) -> Month:
    """The rota of a month, as it stands."""
    first, last = date(year, month, 1), last_of(year, month)
    school = context(room)
    with room.snapshot() as session:
        plan, turns = plan_in(session, school.calendar, first, last), duty_turns(ask.turns(session, first, last))
        busy = _busy(session, school, first, last)
        people = _accounts(session)
    by_id = {turn.id: turn for turn in turns}
    taken: dict[tuple[str, date], tuple[tuple[Busy, str], ...]] = {}
    for one, word in busy:
        taken[one.person, one.day] = (*taken.get((one.person, one.day), ()), (one, word))
    days = []
    for number in range((last - first).days + 1):
        day = first + timedelta(days=number)
        here = [_turn_of(slot, by_id) for slot in plan if slot.day == day]
        slots = tuple(_seen(school, turn, _against(turn, here, taken, dict(people))) for turn in here)
        days.append(RotaDay(day, school.calendar.name_of(day), school.calendar.is_school_day(day), slots))
    gone = tuple(_seen(school, turn) for turn in stale(plan, turns))
    minutes = {person: _minutes(plan, person) for person in {slot.person for slot in plan} - {""}}
    return Month(first, last, tuple(days), gone, people, minutes, taken)


def fairness(room: Room, term: TermSpan) -> tuple[Share, ...]:
    """What each has of the semester's duty, the names in order of arrival: everybody with an account, and who else kept
    the room open. Actual minutes are those of the openings logged; an own overlap counts once."""
    school = context(room)
    first, last = term.monday(1), term.ends
    with room.snapshot() as session:
        plan = plan_in(session, school.calendar, first, last)
        accounts = dict(_accounts(session))
    kept: dict[str, dict[date, list[tuple[int, int]]]] = {}
    for row in hours.rows_behind(room, first, last):
        if row.kind == "opening" and row.person:
            kept.setdefault(row.person, {}).setdefault(row.day, []).append((row.starts, row.until))
    everybody = [p for p in school.people if p in accounts or p in kept or any(slot.person == p for slot in plan)]
    return tuple(
        Share(
            person,
            school.people[person],
            _minutes(plan, person),
            sum(total(bands) for bands in kept.get(person, {}).values()),
            sum(slot.person == person for slot in plan),
        )
        for person in everybody
    )


def _minutes(plan: Iterable[PlanSlot], person: str) -> int:
    """A person's planned minutes; one cannot be in two places, so what lies across itself counts once."""
    by_day: dict[date, list[tuple[int, int]]] = {}
    for slot in plan:
        if slot.person == person:
            by_day.setdefault(slot.day, []).append((slot.starts, slot.ends))
    return sum(total(bands) for bands in by_day.values())


def _accounts(session: Session) -> tuple[tuple[str, str], ...]:
    return tuple((p.id, p.name) for p in ask_school.people(session) if p.active and p.role != "none")


def _turn_of(slot: PlanSlot, by_id: Mapping[str, Turn]) -> Turn:
    """The turn that stands on a slot, with the slot's own hours (a closure may have cut them), or one not yet made."""
    if slot.turn:
        return replace(by_id[slot.turn], starts=slot.starts, ends=slot.ends)
    return Turn("", slot.day, slot.starts, slot.ends, slot.place, slot.person)


def _seen(school: SchoolContext, turn: Turn, problems: tuple[str, ...] = ()) -> RotaSlot:
    return RotaSlot(
        turn,
        school.people.get(turn.person, "") if turn.person else "",
        school.places.get(turn.place, ""),
        school.people.get(turn.instead_of, "") if turn.instead_of else "",
        WHY_SWAPPED.get(turn.why, ""),
        problems,
    )


def _against(
    turn: Turn,
    others: Iterable[Turn],
    busy: Mapping[tuple[str, date], tuple[tuple[Busy, str], ...]],
    people: Mapping[str, str],
) -> tuple[str, ...]:
    if not turn.person:
        return ()
    need = Need(turn.day, turn.starts, turn.ends, turn.place)
    problems = [word for one, word in busy.get((turn.person, turn.day), ()) if one.bars(need)]
    mine = [o for o in others if o.person == turn.person and meet((o.starts, o.ends), (turn.starts, turn.ends))]
    if len(mine) > 1:
        problems.append("同一时间排了两处")
    if turn.person not in people:
        problems.append("已经不在辅导室的人员里")
    return tuple(dict.fromkeys(problems))


def _busy(session: Session, school: SchoolContext, first: date, last: date) -> list[tuple[Busy, str]]:
    """Where people are on the days, each with its sentence: own lessons, appointments in a named room, entries of the
    calendar. On the telephone one can keep the room open."""
    timetable = ask_plan.timetable(session)
    found = []
    for number in range((last - first).days + 1):
        day = first + timedelta(days=number)
        for band in own_lessons_on(timetable, school, day):
            found.append((Busy(band.person, day, band.starts, band.ends), f"{span(band.starts, band.ends)} 自己有课"))
    for row in ask_plan.standing(session, first, last):
        if row.place:
            word = f"{span(row.starts, row.ends)} 在{school.places.get(row.place, '别处')}有预约"
            found.append((Busy(row.person, row.day, row.starts, row.ends, row.place), word))
    for event in ask_events.standing(session, first, last):
        word = f"{span(event.starts, event.ends)} 有{EVENTS[event.kind]}"
        found.append((Busy(event.person, event.day, event.starts, event.ends, event.place), word))
    return found


# ---- proposing and saving ---------------------------------------------------------------------------------------


def propose(
    room: Room,
    first: date,
    last: date,
    *,
    people: Sequence[str] = (),
    cannot: Mapping[str, Collection[int]] | None = None,
    afresh: bool = False,
    as_if: Sequence[Turn] = (),
) -> Proposal:
    """Who could keep the openings from today on that nobody keeps yet; nothing is saved. Fair by the minutes planned in
    the semester before these days, so that months even each other out. Needs a counsellor.

    `people`: who takes part, all accounts where none is named; `cannot`: weekdays (1 Monday) by person; `afresh`: turns
    that stand are proposed anew too, but for substitutions; `as_if`: turns not yet saved that count as if they were."""
    needs_counsellor(room)
    school = context(room)
    term = school.term_on(first)
    with room.snapshot() as session:
        plan, turns = plan_in(session, school.calendar, first, last), duty_turns(ask.turns(session, first, last))
        start = term.monday(1)
        before = plan_in(session, school.calendar, start, first - timedelta(days=1)) if start < first else []
        busy = [one for one, _ in _busy(session, school, first, last)]
        accounts = [person for person, _ in _accounts(session)]
    taking_part = [person for person in accounts if not people or person in people]
    if not taking_part:
        raise Refused(why="没有可以排班的人，请先选参加值班的人。")
    by_id = {turn.id: turn for turn in turns}
    standing = _with([_turn_of(slot, by_id) for slot in plan], as_if)
    again = [
        turn.day >= room.today() and (not turn.person or (afresh and bool(turn.id) and not turn.instead_of))
        for turn in standing
    ]
    needs = [
        Need(turn.day, turn.starts, turn.ends, turn.place, "" if new else turn.person or "nobody")
        for turn, new in zip(standing, again, strict=True)
    ]
    so_far = {person: _minutes(before, person) for person in taking_part}
    found = rules.propose(needs, taking_part, so_far, busy, cannot)
    made, nobody = [], []
    for turn, new, person in zip(standing, again, found, strict=True):
        if new and person:
            made.append(replace(turn, person=person))
        elif new:
            nobody.append(turn)
    return Proposal(tuple(made), tuple(nobody))


def _with(standing: Iterable[Turn], as_if: Sequence[Turn]) -> list[Turn]:
    """The turns as they would stand, each unsaved one taken once."""
    found, left = [], list(as_if)
    for turn in standing:
        same = next((t for t in left if replace(t, person=turn.person) == turn), None)
        if same is not None:
            left.remove(same)
        found.append(same or turn)
    return found


def save(room: Room, turns: Sequence[Turn]) -> int:
    """Write turns in one deed: those without an id are new, those with one change their person, without a person they
    go. Returns how many. Needs a counsellor; refuses what is planned no more, and whoever would stand in two places."""
    needs_counsellor(room)
    with room.write("排值班表") as deed:
        touched = []
        for turn in turns:
            row = _record(deed.session, turn.id) if turn.id else None
            if row is not None and not turn.person:
                deed.session.delete(row)
                continue
            values = {name: getattr(turn, name) for name in DutyTurnFields.model_fields}
            if row is not None:  # its hours are the record's own: a closure may have cut what is shown
                values |= {"starts": row.starts, "ends": row.ends}
            fields = checked(DutyTurnFields, values)
            if row is None:
                row = DutyTurn(**fields.model_dump())
            else:
                row.sqlmodel_update(fields.model_dump())
            deed.session.add(row)
            touched.append(row)
        _stand(deed.session, context(room), touched)
        return len(turns)


def remove(room: Room, turn_ids: Iterable[str]) -> int:
    """Take turns out, stale ones for instance, in one deed; the template's own person stands again. Needs a counsellor."""
    needs_counsellor(room)
    with room.write("取消排班") as deed:
        rows = [_record(deed.session, turn_id) for turn_id in turn_ids]
        for row in rows:
            deed.session.delete(row)
        return len(rows)


# ---- substitution -------------------------------------------------------------------------------------------------


def substitute(room: Room, turn: str | Turn, person: str, why: str) -> str:
    """Another keeps a turn (its id, or a planned opening the template names somebody for). Returns the turn's id. Who
    should have had it stays on record; back to that person, and it is as if nothing had been. `why`: of `WHY_SWAPPED`.
    A duty person may do so for the own turns and for those taken over; anything else needs a counsellor."""
    with room.write("换班") as deed:
        row = _standing(deed.session, turn)
        _own(room, row.person, person)
        if person == row.person:
            raise Refused(why="本来就是这一位值班，不用换。")
        _put(row, person, why)
        deed.session.add(row)
        _stand(deed.session, context(room), [row])
        return row.id


def swap(room: Room, one: str | Turn, other: str | Turn) -> None:
    """Two people change turns with each other, in one deed. Rights as `substitute`."""
    with room.write("两人对调") as deed:
        rows = [_standing(deed.session, one), _standing(deed.session, other)]
        first, second = rows[0].person, rows[1].person
        _own(room, first, second)
        if not first or not second or first == second:
            raise Refused(why="对调要选两位老师各自的一次值班。")
        _put(rows[0], second, "swap")
        _put(rows[1], first, "swap")
        deed.session.add_all(rows)
        _stand(deed.session, context(room), rows)


def _put(row: DutyTurn, person: str, why: str) -> None:
    """Another person onto a turn; who should have had it is kept."""
    if not why or why not in WHY_SWAPPED:
        raise NotValid({"why": "请选换班的原因"})
    meant = row.instead_of or row.person
    changed = {"person": person, "instead_of": meant, "why": why} if person != meant else {"person": person}
    values = {**row.model_dump(exclude={"id"}), "instead_of": "", "why": "", **changed}
    row.sqlmodel_update(checked(DutyTurnFields, values).model_dump())


def _own(room: Room, *people: str) -> None:
    if not room.has_cases and room.person.id not in people:
        raise NeedsCounsellor()


def _record(session: Session, turn_id: str) -> DutyTurn:
    row = session.get(DutyTurn, turn_id)
    if row is None:
        raise NotFound(what="这次值班")
    return row


def _standing(session: Session, turn: str | Turn) -> DutyTurn:
    """The record of a turn, or one made for a planned opening that has none yet."""
    if isinstance(turn, str) or turn.id:
        return _record(session, turn if isinstance(turn, str) else turn.id)
    return DutyTurn(**checked(DutyTurnFields, {n: getattr(turn, n) for n in DutyTurnFields.model_fields}).model_dump())


def _stand(session: Session, school: SchoolContext, rows: Sequence[DutyTurn]) -> None:
    """Refuse, with every cause, what cannot stand: nothing planned there, no such account, one person in two places."""
    session.flush()
    accounts = dict(_accounts(session))
    causes = []
    by_day: dict[date, list[DutyTurn]] = {}
    for row in rows:
        by_day.setdefault(row.day, []).append(row)
    for day, mine in sorted(by_day.items()):
        plan = plan_in(session, school.calendar, day, day)
        held = {slot.turn: slot for slot in plan if slot.turn}
        for row in mine:
            when = f"{day_name(row.day)} {span(row.starts, row.ends)}"
            if row.person not in accounts:
                causes.append(f"{when} 的值班教师不在辅导室的人员里")
            elif row.id not in held:
                causes.append(f"{when} 已经不在开放计划里")
            elif any(_across(held[row.id], slot) for slot in plan):
                causes.append(f"{accounts[row.person]} {when} 同时排了两处")
    if causes:
        raise Refused(why="；".join(dict.fromkeys(causes)) + "。请改好再保存。")


def _across(one: PlanSlot, other: PlanSlot) -> bool:
    return one != other and one.person == other.person and meet((one.starts, one.ends), (other.starts, other.ends))


# ---- undo ---------------------------------------------------------------------------------------------------------


def after_undo(session: Session, school: SchoolContext, steps: Iterable[Step]) -> None:
    """Called before an undo is sealed: what it puts back may leave nobody on duty in two places. Raises `Refused`."""
    days: dict[date, set[str]] = {}
    for ref in {step.ref for step in steps if step.kind == DutyTurn.__tablename__}:
        row = session.get(DutyTurn, ref)
        if row is not None:
            days.setdefault(row.day, set()).add(ref)
    for day, turns in sorted(days.items()):
        plan = plan_in(session, school.calendar, day, day)
        for slot in plan:
            if slot.turn in turns and any(_across(slot, other) for other in plan):
                who = school.people.get(slot.person, "")
                raise Refused(
                    why=f"{who} {day_name(day)} {span(slot.starts, slot.ends)} 之后又排了另一处，不能再恢复。"
                )
