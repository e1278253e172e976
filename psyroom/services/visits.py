"""What took place: arriving, walking in, leaving, closing. Whoever is on duty marks; the counsellor closes.

A visit in person opens the room for as long as it lasts (`hours` counts it). A visit without a booking is a walk-in
(直接来访).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlmodel import Session

from psyroom.errors import NotFound, NotValid, Refused
from psyroom.records.booking import FOLLOW_UPS, OUTCOMES, Booking, Visit, VisitFields
from psyroom.records.fields import checked
from psyroom.rules.typed import clock
from psyroom.services import clients, groups
from psyroom.services.rights import needs_counsellor
from psyroom.services.week_lock import guard
from psyroom.store.questions import booking as ask
from psyroom.store.questions import school as ask_school
from psyroom.store.room import Deed, Room

LATE_AFTER = 10
"""Minutes past the hour booked from which an arrival counts as late, unless whoever marks it says otherwise."""

EARLY, PAST = 60, 60
"""A walk-in whose booking lies this near (minutes before and after its hour) is taken for that booking."""


@dataclass(frozen=True)
class Entered:
    """Somebody is in: the visit, and what the page should say."""

    visit: str
    note: str
    late: bool = False


def minute_of(now: datetime) -> int:
    return now.hour * 60 + now.minute


def _booking(session: Session, booking_id: str) -> Booking:
    row = session.get(Booking, booking_id)
    if row is None:
        raise NotFound(what="这个预约")
    return row


def _visit(session: Session, visit_id: str) -> Visit:
    row = session.get(Visit, visit_id)
    if row is None:
        raise NotFound(what="这次来访")
    return row


# ---- arriving -------------------------------------------------------------------------------------------------


def arrive(room: Room, booking_id: str, now: datetime, *, late: bool | None = None, why: str = "") -> Entered:
    """The one who was booked is here: the outcome, and a visit from now on.

    `late` None lets the clock say. For a booking of an earlier day the visit takes the hours booked (back-entry).
    What is entered afterwards in a signed week (here and below): `SignedWeek` unless `why`
    (`records.weeks.WHY_AMENDED`) is given; who comes or goes now is never stopped.
    """
    with room.write("登记到来") as deed:
        return _arrive(deed, booking_id, now, late, why)


def _arrive(deed: Deed, booking_id: str, now: datetime, late: bool | None, why: str) -> Entered:
    session = deed.session
    booking = _booking(session, booking_id)
    if booking.outcome in ("arrived", "late"):
        raise Refused(why="这个预约已经登记过到来了，不用再登记。")
    if booking.outcome != "open":
        raise Refused(why=f"这个预约已记为“{OUTCOMES[booking.outcome]}”；如果人来了，请先把结果改回待到。")
    if booking.day > now.date():
        raise Refused(
            why=f"这是 {booking.day.month} 月 {booking.day.day} 日的预约，今天还不能登记到来；要提前做请改到今天。"
        )
    past = booking.day < now.date()
    minute = booking.starts if past else minute_of(now)
    if late is None:
        late = minute > booking.starts + LATE_AFTER
    booking.outcome = "late" if late else "arrived"
    session.add(booking)
    shared = {name: getattr(booking, name) for name in VisitFields.model_fields if name in type(booking).model_fields}
    row = Visit(**{**shared, "booking": booking.id, "starts": minute, "ends": booking.ends if past else None})
    if past:
        guard(deed, [row.day], why, "visit", row.id)
    session.add(row)
    groups.everybody_in(session, row)
    if past:
        note = f"已补记：{clock(booking.starts)}—{clock(booking.ends)}"
    else:
        note = f"已登记{OUTCOMES[booking.outcome]}，{clock(minute)} 开始"
    return Entered(row.id, note, late)


def walk_in(room: Room, values: Mapping[str, Any], now: datetime, *, why: str = "") -> Entered:
    """Somebody stands at the door without a booking: inside from now on.

    Only the client is needed; the counsellor is whoever is here (`receiver`), the hour is now. Whoever has a
    booking within the hour is taken for that one. `day`, `starts` and `ends` may be given for back-entry.
    """
    today, minute = now.date(), minute_of(now)
    with room.write("登记来访") as deed:
        session = deed.session
        day = values.get("day") or today
        client = clients.settle(session, {**values, "day": day})
        if day > today:
            raise NotValid({"day": "还没到这一天，来访只能记今天或以前的；请改日期，或先预约"})
        starts, ends = values.get("starts"), values.get("ends")
        if day == today and starts is None:
            starts = minute
            if (due := _due(session, clients_row(client), today, minute)) is not None:
                entered = _arrive(deed, due.id, now, None, "")
                return replace(entered, note=f"是 {clock(due.starts)} 的预约，{entered.note}")
        person = values.get("person") or receiver(session, room)
        whole = {**client, "day": day, "starts": starts, "ends": ends, "person": person, "booking": ""}
        fields = checked(VisitFields, {**whole, "place": values.get("place", "")})
        _hours_stand(fields.day, fields.starts, fields.ends, now)
        inside = [v for v in ask.visits(session, day, day) if v.ends is None and clients.same_client(v, fields)]
        if inside and fields.ends is None:
            raise Refused(why=f"已经登记在里面了（{clock(inside[0].starts)} 起），不用再登记。")
        row = Visit(**fields.model_dump())
        if day < today or fields.ends is not None:
            guard(deed, [day], why, "visit", row.id)
        session.add(row)
        groups.everybody_in(session, row)
        return Entered(row.id, f"已登记来访，{clock(fields.starts)} 开始")


def clients_row(client: Mapping[str, Any]) -> VisitFields:
    """The client's fields as a row, for comparing."""
    return VisitFields.model_construct(**{"client": "student", "student": "", "name": "", "group_no": 0, **client})


def _due(session: Session, client: clients.Client, today: date, minute: int) -> ask.BookingRow | None:
    """The client's open booking of about now."""
    found = [
        b
        for b in ask.bookings(session, today, today)
        if b.outcome == "open" and clients.same_client(b, client) and b.starts - EARLY <= minute <= b.ends + PAST
    ]
    return min(found, key=lambda b: abs(b.starts - minute), default=None)


def receiver(session: Session, room: Room) -> str:
    """Who receives a walk-in when nobody is named: the counsellor at the screen, else on duty, else the first."""
    if room.has_cases:
        return room.person.id
    counsellors = [p.id for p in ask_school.people(session) if p.role == "counsellor" and p.active]
    on_duty = [duty.person for duty in ask.on_duty(session)]
    return next((p for p in on_duty if p in counsellors), counsellors[0] if counsellors else room.person.id)


def who_receives(room: Room) -> str:
    """Who would receive somebody who walked in now."""
    with room.read() as session:
        return receiver(session, room)


# ---- leaving and closing --------------------------------------------------------------------------------------


def _hours_stand(day: date, starts: int, ends: int | None, now: datetime) -> None:
    """Raise `NotValid` when the hours cannot have been."""
    limit = minute_of(now) if day == now.date() else 1440
    if starts > limit:
        raise NotValid({"starts": "开始时间还没到，请检查"})
    if ends is None:
        if day < now.date():
            raise NotValid({"ends": "以前的来访请填写离开时间"})
    elif ends <= starts:
        raise NotValid({"ends": f"离开时间要晚于开始时间 {clock(starts)}"})
    elif ends > max(limit, starts + 1):
        raise NotValid({"ends": "离开时间还没到，请检查"})


def leave(room: Room, visit_id: str, now: datetime, ends: int | None = None, *, why: str = "") -> str:
    """The visitor has gone: now, or at the minute given. Anybody on duty may mark it; the counsellor still closes."""
    with room.write("登记离开") as deed:
        row = _visit(deed.session, visit_id)
        if row.closed_by:
            raise Refused(why="这次来访已由心理教师结束，时间请心理教师来改。")
        if row.ends is not None and ends is None:
            raise Refused(why=f"已经登记过离开了（{clock(row.ends)}）。")
        end = _set_end(deed, row, now, ends, why)
        deed.session.add(row)
        return f"已登记离开，{clock(row.starts)}—{clock(end)}"


def _set_end(deed: Deed, row: Visit, now: datetime, ends: int | None, why: str) -> int:
    """Write the hour of leaving and return it. Who is still inside may always go; another hour than marked is a change."""
    if row.ends is not None or row.day != now.date():
        guard(deed, [row.day], why, "visit", row.id)
    row.ends = _end_of(row, now, ends)
    return row.ends


def _end_of(row: Visit, now: datetime, ends: int | None) -> int:
    if ends is None and row.day == now.date():
        ends = max(minute_of(now), row.starts + 1)  # in and out within a minute is still a visit
    _hours_stand(row.day, row.starts, ends, now)
    assert ends is not None  # an earlier day without an end was refused
    return ends


def close(room: Room, visit_id: str, now: datetime, ends: int | None = None, *, why: str = "") -> str:
    """The counsellor closes the visit: its hours stand from now on. Without `ends`, those already marked, else now.

    Closing with the hours as they are changes nothing of a signed week."""
    needs_counsellor(room)
    with room.write("结束来访") as deed:
        row = _visit(deed.session, visit_id)
        if row.ends is None or (ends is not None and ends != row.ends):
            _set_end(deed, row, now, ends, why)
        end = row.ends or row.starts
        row.closed_by = room.person.id
        deed.session.add(row)
        return f"来访已结束，{clock(row.starts)}—{clock(end)}，共 {end - row.starts} 分钟"


def correct(room: Room, visit_id: str, values: Mapping[str, Any], now: datetime, *, why: str = "") -> None:
    """Put right what was marked: client, hours, counsellor, place, form. A closed visit needs a counsellor."""
    with room.write("更正来访") as deed:
        row = _visit(deed.session, visit_id)
        if row.closed_by:
            needs_counsellor(room)
        whole = {**row.model_dump(exclude={"id"}), **values}
        whole |= clients.settle(deed.session, whole)
        fields = checked(VisitFields, whole)
        if row.closed_by and fields.ends is None:
            raise NotValid({"ends": "已结束的来访要有离开时间"})
        _hours_stand(fields.day, fields.starts, fields.ends, now)
        guard(deed, [row.day, fields.day], why, "visit", row.id)
        other_group = (row.client, row.group_no) != (fields.client, fields.group_no)
        row.sqlmodel_update(fields.model_dump(exclude={"booking", "closed_by"}))
        deed.session.add(row)
        groups.everybody_in(deed.session, row, anew=other_group)


# ---- not coming -----------------------------------------------------------------------------------------------


def no_show(room: Room, booking_id: str, now: datetime) -> str:
    """The hour has come and nobody: a task until `follow_up` says what was done."""
    with room.write("登记未到") as deed:
        booking = _booking(deed.session, booking_id)
        if booking.outcome != "open":
            raise Refused(why=f"这个预约已记为“{OUTCOMES[booking.outcome]}”。")
        if (booking.day, booking.starts) > (now.date(), minute_of(now)):
            raise Refused(why=f"还没到 {clock(booking.starts)}，先等一等；不来了请用“取消”。")
        booking.outcome = "no_show"
        deed.session.add(booking)
    return "已记为未到。找到人或问清情况后，请选一项处理结果。"


def follow_up(room: Room, booking_id: str, code: str) -> str:
    """What was done after somebody did not come, from the fixed list (`FOLLOW_UPS`); ends the task."""
    if code not in FOLLOW_UPS or not code:
        raise NotValid({"follow_up": "请从列表里选一项处理结果"})
    with room.write("登记未到后的处理") as deed:
        booking = _booking(deed.session, booking_id)
        if booking.outcome != "no_show":
            raise Refused(why="这个预约没有记为未到，不用填处理结果。")
        booking.follow_up = code
        deed.session.add(booking)
    return f"已记下：{FOLLOW_UPS[code]}"
