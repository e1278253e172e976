"""When the room is meant to be open and when it was: template, one-off changes, duty, entries by hand.

Whoever may unlock the room may do all of this; nothing here is private. Ledgers come in through `ledger`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlmodel import Session

from psyroom.errors import NotFound, NotValid, Refused
from psyroom.records.fields import Fields, checked
from psyroom.records.opening import ExceptionFields, Opening, OpeningException, OpeningFields, Slot, SlotFields
from psyroom.rules.intervals import meet
from psyroom.rules.plan import PlanSlot
from psyroom.rules.time import TermSpan, day_name, monday_of
from psyroom.rules.typed import clock, span
from psyroom.services.ledger import LedgerDone as LedgerDone
from psyroom.services.ledger import import_ledger as import_ledger
from psyroom.services.plan import plan_in
from psyroom.services.school import context
from psyroom.services.week_lock import guard
from psyroom.store.questions import booking as ask_plan
from psyroom.store.questions import opening as ask
from psyroom.store.room import Room

TOO_LONG = 16 * 60
"""An opening longer than this is taken for a slip of the pen."""


def minute_of(now: datetime) -> int:
    return now.hour * 60 + now.minute


def _ordered(fields: Fields) -> None:
    starts, ends = getattr(fields, "starts", 0), getattr(fields, "ends", None)
    if ends is not None and ends <= starts:
        raise NotValid({"ends": "结束时间要晚于开始时间，请检查（过了零点请分两天记）"})


# ---- the weekly template --------------------------------------------------------------------------------------


def add_slot(room: Room, values: Mapping[str, Any]) -> str:
    """A band of the weekly template, from a day on. Returns its id."""
    fields = checked(SlotFields, values)
    _ordered(fields)
    if fields.until is not None and fields.until < fields.since:
        raise NotValid({"until": "停用日期要不早于启用日期"})
    with room.write("添加固定开放时段") as deed:
        _refuse_double(deed.session, fields, "")
        slot = Slot(**fields.model_dump())
        deed.session.add(slot)
        return slot.id


def add_slots(room: Room, values: Mapping[str, Any], weekdays: Sequence[int]) -> list[str]:
    """The same band on several weekdays (1 Monday), as one deed. Returns their ids."""
    found = [checked(SlotFields, {**values, "weekday": weekday}) for weekday in weekdays]
    for fields in found:
        _ordered(fields)
    with room.write("添加固定开放时段") as deed:
        made = []
        for fields in found:
            _refuse_double(deed.session, fields, "")
            made.append(slot := Slot(**fields.model_dump()))
            deed.session.add(slot)
        return [slot.id for slot in made]


def change_slot(room: Room, slot_id: str, values: Mapping[str, Any], since: date) -> str:
    """Change a slot from a day on; earlier weeks keep the old one. Returns the id that holds from then."""
    with room.write("修改固定开放时段") as deed:
        slot = _slot(deed.session, slot_id)
        fields = checked(SlotFields, {**slot.model_dump(exclude={"id"}), **values, "since": max(since, slot.since)})
        _ordered(fields)
        _refuse_double(deed.session, fields, slot_id)
        if since <= slot.since:
            slot.sqlmodel_update(fields.model_dump())
            deed.session.add(slot)
            return slot.id
        slot.until = since - timedelta(days=1)
        changed = Slot(**fields.model_dump())
        deed.session.add_all([slot, changed])
        return changed.id


def remove_slot(room: Room, slot_id: str, since: date) -> None:
    """Take a slot out of the template from a day on; earlier weeks keep it."""
    with room.write("取消固定开放时段") as deed:
        slot = _slot(deed.session, slot_id)
        if since <= slot.since:
            deed.session.delete(slot)
        else:
            slot.until = since - timedelta(days=1)
            deed.session.add(slot)


def slots_on(room: Room, day: date) -> list[Any]:
    """The template in force on a day: (id, weekday, starts, ends, place, person, since, until), by weekday and hour."""
    with room.read() as session:
        rows = ask_plan.slots(session, day, day)
    return sorted(rows, key=lambda slot: (slot.weekday, slot.starts, slot.ends))


def _slot(session: Session, slot_id: str) -> Slot:
    slot = session.get(Slot, slot_id)
    if slot is None:
        raise NotFound(what="这个开放时段")
    return slot


def _refuse_double(session: Session, fields: SlotFields, but: str) -> None:
    """One person cannot stand twice in the template at the same hour."""
    for other in ask.template_of(session, fields.weekday, fields.person):
        apart = (other.until is not None and other.until < fields.since) or (
            fields.until is not None and fields.until < other.since
        )
        same_place = other.place == fields.place or bool(fields.person)
        if (
            other.id != but
            and not apart
            and same_place
            and meet((other.starts, other.ends), (fields.starts, fields.ends))
        ):
            raise Refused(why=f"这位值班教师在 {span(other.starts, other.ends)} 已有固定时段，请改时间，或改那一条。")


# ---- one-off openings and closures -----------------------------------------------------------------------------


def _one_off(values: Mapping[str, Any]) -> ExceptionFields:
    """A one-off's fields. One that heals another week says so by any day of it; it becomes a make-up."""
    fields = checked(ExceptionFields, values)
    _ordered(fields)
    if fields.heals is not None:
        fields.heals = monday_of(fields.heals)
        if not fields.opens:
            raise NotValid({"heals": "停开不能用来补开，请改为加开"})
        if fields.heals == monday_of(fields.day):
            raise NotValid({"heals": "补的是同一周，直接加开就行，不用选补哪一周"})
        fields.why = "make_up"
    return fields


def add_exception(room: Room, values: Mapping[str, Any]) -> str:
    """A one-off opening (`opens` True) or closure; `heals` is a day of the short week it makes up for. Returns its id."""
    fields = _one_off(values)
    with room.write("临时加开" if fields.opens else "临时停开") as deed:
        row = OpeningException(**fields.model_dump())
        deed.session.add(row)
        return row.id


def add_spare(room: Room, parts: Iterable[Mapping[str, Any]]) -> int:
    """Open additionally in several free stretches, as one deed; returns how many."""
    found = [_one_off({**values, "opens": True}) for values in parts]
    with room.write("临时加开") as deed:
        deed.session.add_all([OpeningException(**fields.model_dump()) for fields in found])
    return len(found)


def close_day(room: Room, day: date, why: str = "") -> str:
    """Nothing is planned on a day."""
    return add_exception(room, {"day": day, "starts": 0, "ends": 1440, "opens": False, "why": why})


def remove_exception(room: Room, exception_id: str) -> None:
    with room.write("取消临时安排") as deed:
        row = deed.session.get(OpeningException, exception_id)
        if row is None:
            raise NotFound(what="这条临时安排")
        deed.session.delete(row)


def exceptions(room: Room, first: date, last: date) -> list[Any]:
    """(id, day, starts, ends, opens, place, person, why, heals)"""
    with room.read() as session:
        return ask_plan.exceptions(session, first, last)


def plan_of_week(room: Room, term: TermSpan, week: int) -> list[PlanSlot]:
    """What is planned in a week: the template less holidays, with one-off openings and closures over it."""
    return plan_between(room, term.monday(week), term.monday(week) + timedelta(days=6))


def plan_between(room: Room, first: date, last: date) -> list[PlanSlot]:
    """What is planned on the days, in order."""
    calendar = context(room).calendar
    with room.snapshot() as session:
        return plan_in(session, calendar, first, last)


# ---- duty on, duty off -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class OnDuty:
    """A duty not yet ended; `forgotten`: it was begun on an earlier day."""

    id: str
    day: date
    starts: int
    person: str
    name: str
    place: str
    forgotten: bool


def duty_on(room: Room, now: datetime, *, person: str = "", place: str = "") -> str:
    """From now on somebody (who is logged in, unless another is named) keeps the room open. Returns the opening's id."""
    who = person or room.person.id
    with room.write("值班开始") as deed:
        for other in ask.not_ended(deed.session):
            if other.person == who and other.day == now.date():
                raise Refused(why=f"{clock(other.starts)} 已经开始值班了，不用再签到。")
            if other.person == who:
                raise Refused(why=f"{day_name(other.day)} {clock(other.starts)} 的值班还没有结束，请先补上结束时间。")
        values = {
            "day": now.date(),
            "starts": minute_of(now),
            "ends": None,
            "person": who,
            "place": place,
            "origin": "duty",
        }
        opening = Opening(**checked(OpeningFields, values).model_dump())
        deed.session.add(opening)
        return opening.id


def duty_off(room: Room, now: datetime, opening_id: str = "", *, ends: int | None = None, why: str = "") -> int:
    """End a duty (one's own, unless another is named); returns its minutes. A duty of an earlier day needs `ends`:
    nobody can know when that room was left. One shorter than a minute leaves nothing behind.

    Whoever leaves now is not stopped by a signature; a time given afterwards needs `why` in a signed week."""
    with room.write("值班结束") as deed:
        if opening_id:
            opening = deed.session.get(Opening, opening_id)
        else:
            opening = ask.own_duty(deed.session, room.person.id)
        if opening is None:
            raise NotFound(what="正在进行的值班")
        if opening.ends is not None:
            raise Refused(why=f"这次值班 {clock(opening.ends)} 已经结束了；要改时间请用“更正”。")
        if ends is None and opening.day != now.date():
            raise Refused(why=f"{day_name(opening.day)} 的值班忘了签退，请填写当时的结束时间。")
        if ends is not None:
            guard(deed, [opening.day], why, "opening", opening.id)
        end = minute_of(now) if ends is None else ends
        _may_be(opening.day, opening.starts, end if ends is not None else None, now)
        if end <= opening.starts:
            deed.session.delete(opening)
            return 0
        opening.ends = end
        deed.session.add(opening)
        return end - opening.starts


def on_duty(room: Room, now: datetime) -> list[OnDuty]:
    """Who is on duty now, and duties of earlier days that nobody ended."""
    people = context(room).people
    with room.read() as session:
        rows = ask.not_ended(session)
    today = now.date()
    return [OnDuty(r.id, r.day, r.starts, r.person, people.get(r.person, ""), r.place, r.day < today) for r in rows]


# ---- by hand -----------------------------------------------------------------------------------------------------


def record(room: Room, values: Mapping[str, Any], now: datetime, *, why: str = "") -> str:
    """An opening written down afterwards. Without a person it is whoever is logged in. Returns its id.

    In a signed week (here and below): `SignedWeek` unless `why` (`records.weeks.WHY_AMENDED`) is given."""
    fields = checked(OpeningFields, {"person": room.person.id, **values, "origin": "hand"})
    if fields.ends is None:
        raise NotValid({"ends": "请填写结束时间"})
    _may_be(fields.day, fields.starts, fields.ends, now)
    with room.write("补记开放时间") as deed:
        if (fields.day, fields.starts, fields.ends, fields.person) in ask.opening_keys(deed.session):
            raise Refused(why=f"{day_name(fields.day)} {span(fields.starts, fields.ends)} 已经记过了，不用再记。")
        opening = Opening(**fields.model_dump())
        guard(deed, [fields.day], why, "opening", opening.id)
        deed.session.add(opening)
        return opening.id


def not_logged(room: Room, first: date, last: date, now: datetime) -> list[PlanSlot]:
    """What was planned on the days, is over, and of which nothing was logged: the week's log to confirm or correct.

    Where the person came at another hour than planned but overlapping, what was logged stands and nothing is proposed.
    """
    plan = plan_between(room, first, min(last, now.date()))
    with room.snapshot() as session:
        logged: list[ask.OpeningRow | ask_plan.VisitRow] = [*ask.openings(session, first, last)]
        logged += ask_plan.visits(session, first, last)
    return [
        slot
        for slot in plan
        if (slot.day, slot.ends) <= (now.date(), minute_of(now))
        and not any(
            row.day == slot.day
            and (not slot.person or row.person == slot.person)
            and meet((row.starts, row.ends if row.ends is not None else 1440), (slot.starts, slot.ends))
            for row in logged
        )
    ]


def record_planned(room: Room, slots: Iterable[PlanSlot], now: datetime, *, why: str = "") -> int:
    """Write down that the room was open as planned, in one deed; returns how many openings. Those logged meanwhile are
    left out."""
    with room.write("按计划补记开放时间") as deed:
        known = ask.opening_keys(deed.session)
        count = 0
        for slot in slots:
            values = {
                "day": slot.day,
                "starts": slot.starts,
                "ends": slot.ends,
                "person": slot.person,
                "place": slot.place,
            }
            fields = checked(OpeningFields, {**values, "origin": "hand"})
            _may_be(fields.day, fields.starts, fields.ends, now)
            if (slot.day, slot.starts, slot.ends, slot.person) not in known:
                opening = Opening(**fields.model_dump())
                guard(deed, [slot.day], why, "opening", opening.id)
                deed.session.add(opening)
                count += 1
        return count


def correct(room: Room, opening_id: str, values: Mapping[str, Any], now: datetime, *, why: str = "") -> None:
    """Correct an opening; where it came from stays."""
    with room.write("更正开放记录") as deed:
        opening = deed.session.get(Opening, opening_id)
        if opening is None:
            raise NotFound(what="这条开放记录")
        kept = opening.model_dump(exclude={"id"})
        fields = checked(OpeningFields, {**kept, **values, "origin": opening.origin})
        _may_be(fields.day, fields.starts, fields.ends, now)
        if fields.ends is None and (opening.ends is not None or fields.day != now.date()):
            raise NotValid({"ends": "请填写结束时间"})
        guard(deed, [opening.day, fields.day], why, "opening", opening.id)
        opening.sqlmodel_update(fields.model_dump())
        deed.session.add(opening)


def remove(room: Room, opening_id: str, *, why: str = "") -> None:
    """Take back an opening that was not one."""
    with room.write("删除开放记录") as deed:
        opening = deed.session.get(Opening, opening_id)
        if opening is None:
            raise NotFound(what="这条开放记录")
        guard(deed, [opening.day], why, "opening", opening.id)
        deed.session.delete(opening)


def openings_of(room: Room, first: date, last: date) -> list[ask.OpeningRow]:
    """What was logged for the days, in order of time. Names are in `school.context(room).people`."""
    with room.read() as session:
        return ask.openings(session, first, last)


def _may_be(day: date, starts: int, ends: int | None, now: datetime) -> None:
    """An opening is of the past and of one day."""
    if ends is not None and ends <= starts:
        raise NotValid({"ends": "结束时间要晚于开始时间，请检查（过了零点请分两天记）"})
    if ends is not None and ends - starts > TOO_LONG:
        raise NotValid({"ends": "一次开放不会超过 16 小时，请检查开始和结束时间"})
    if (day, starts if ends is None else ends) > (now.date(), minute_of(now)):
        raise NotValid({"day": "还没到这个时间，只能记已经开放过的；以后的安排请用“临时加开”"})
