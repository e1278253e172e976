"""Entries of the calendar that are nobody's counselling: lessons, talks for parents, activities. One function per deed.

They take their counsellor's and their room's time as bookings do, and open nothing: hours count only openings and visits.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any

from sqlmodel import Session

from psyroom.errors import NotFound, NotValid, Refused
from psyroom.records.events import HELD, Event, EventFields
from psyroom.records.fields import checked
from psyroom.rules.time import day_name
from psyroom.rules.typed import span
from psyroom.services import around, drafts, urgency
from psyroom.services.around import Checked, Clashes
from psyroom.services.bookings import Booked, known_people_and_places, taken_on
from psyroom.services.school import SchoolContext, context
from psyroom.services.week import event_title
from psyroom.store.questions import events as ask
from psyroom.store.room import Deed, Room

FORM = "event"
"""The name under which an unsaved entry is kept."""


def check(room: Room, values: Mapping[str, Any], now: datetime, event_id: str = "") -> Checked:
    """What a form can say while it is being filled in. Needs day, starts, ends and person."""
    fields = _shaped(values)
    school = context(room)
    with room.snapshot() as session:
        return look_in(session, school, fields, now, event_id)


def look_in(
    session: Session,
    school: SchoolContext,
    fields: Any,
    now: datetime,
    event_id: str = "",
    *,
    without: Collection[str] = (),
) -> Checked:
    """What speaks against an entry, inside the caller's transaction; `without`: bookings and entries to leave out."""
    was = ask.event(session, event_id) if event_id else None
    asked = around.event_appointment(fields, id=event_id)
    stood = around.event_appointment(was) if was is not None and was.outcome != "cancelled" else None
    return around.look(session, school, asked, now, without, stood)


def _shaped(values: Mapping[str, Any]) -> EventFields:
    fields = around.shaped(EventFields, values)
    if fields.class_no and not fields.cohort:
        raise NotValid({"cohort": "写了班级，请把年级也选上"})
    if fields.cohort and not fields.stage:
        raise NotValid({"stage": "写了年级，请把学段也选上"})
    return fields


# ---- the deeds ------------------------------------------------------------------------------------------------


def add(room: Room, values: Mapping[str, Any], now: datetime, *, urgent: str = "") -> Booked:
    """A new entry. Raises `NotValid`, or `Clashes` with the causes and the nearest free times."""
    return _save(room, "新增日程", "", values, now, urgent)


def change(room: Room, event_id: str, values: Mapping[str, Any], now: datetime, *, urgent: str = "") -> Booked:
    """Change what an entry says while nobody has said what became of it."""
    return _save(room, "修改日程", event_id, values, now, urgent)


def move(room: Room, event_id: str, day: date, starts: int, ends: int, now: datetime, *, urgent: str = "") -> Booked:
    """To another time, or a longer or shorter one."""
    return _save(room, "移动日程", event_id, {"day": day, "starts": starts, "ends": ends}, now, urgent)


def _save(room: Room, label: str, event_id: str, values: Mapping[str, Any], now: datetime, urgent: str) -> Booked:
    school = context(room)
    with room.write(label) as deed:
        row, found = put(deed, room, school, values, now, event_id=event_id, urgent=urgent)
        drafts.discard_in(deed.session, room, FORM, event_id)
    return Booked(row.id, (f"{day_name(row.day)} {span(row.starts, row.ends)}", *taken_on(found, True)), deed.id)


def put(
    deed: Deed,
    room: Room,
    school: SchoolContext,
    values: Mapping[str, Any],
    now: datetime,
    *,
    event_id: str = "",
    urgent: str = "",
    series: str = "",
    without: Collection[str] = (),
) -> tuple[Event, Checked]:
    """One entry inside a caller's deed: checked against everything written so far, then written. As `bookings.put`."""
    session = deed.session
    row = None
    if event_id:
        row = _open_event(session, event_id)
        values = {**row.model_dump(exclude={"id"}), **values}
    allowed = {name: values[name] for name in EventFields.model_fields if name in values} | {"outcome": "open"}
    if series:
        allowed["series"] = series
    fields = _shaped(allowed)
    known_people_and_places(session, fields)
    found = look_in(session, school, fields, now, event_id, without=without)
    around.stop(found, anyway=True, urgent=urgency.known(urgent))
    retimed = around.retimed(row, fields)
    if row is None:
        row = Event(**fields.model_dump())
    else:
        row.sqlmodel_update(fields.model_dump())
    session.add(row)
    session.flush()  # what follows in the same deed must see it
    if found.urgent or retimed:
        urgency.keep(deed, room, row, event_title(school, row), urgent if found.urgent else "", now)
    return row, found


def _event(session: Session, event_id: str) -> Event:
    row = session.get(Event, event_id)
    if row is None:
        raise NotFound(what="这项日程")
    return row


def _open_event(session: Session, event_id: str) -> Event:
    row = _event(session, event_id)
    if row.outcome != "open":
        raise Refused(why=f"这项日程已记为“{HELD[row.outcome]}”，要改请先改回待开展。")
    return row


def cancel(room: Room, event_id: str) -> str:
    """It will not take place: the counsellor's and the room's time is free again."""
    with room.write("取消日程") as deed:
        row = _open_event(deed.session, event_id)
        row.outcome = "cancelled"
        deed.session.add(row)
    return "日程已取消，这个时间空出来了"


def reopen(room: Room, event_id: str, now: datetime) -> Booked:
    """What was cancelled or marked as held waits again, if its time is still free."""
    school = context(room)
    with room.write("恢复日程") as deed:
        row = _event(deed.session, event_id)
        if row.outcome == "open":
            raise Refused(why="这项日程本来就待开展，不用恢复。")
        if row.outcome == "cancelled":
            found = look_in(deed.session, school, row, now, event_id)
            if found.hard:
                raise Clashes(found.hard, found.free, confirm=False)
        row.outcome = "open"
        deed.session.add(row)
        return Booked(row.id, (f"{day_name(row.day)} {span(row.starts, row.ends)} 已改回待开展",), deed.id)


def held(room: Room, event_id: str, size: int, now: datetime) -> str:
    """It took place, with so many taking part; said again, the number is put right."""
    fields = checked(EventFields, {"day": now.date(), "starts": 0, "ends": 1, "person": "", "size": size})
    if fields.size < 1:
        raise NotValid({"size": "请填写参加人数"})
    with room.write("登记日程已开展") as deed:
        row = _event(deed.session, event_id)
        if row.outcome == "cancelled":
            raise Refused(why="这项日程已取消；确实开展了，请先改回待开展。")
        if (row.day, row.starts) > (now.date(), now.hour * 60 + now.minute):
            raise Refused(why="还没到这项日程的时间，开展以后再登记人数。")
        row.outcome, row.size = "held", fields.size
        deed.session.add(row)
    return f"已记为已开展，{fields.size} 人参加"
