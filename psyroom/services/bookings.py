"""Who comes when: booking, moving, cancelling, and what speaks against a time. One function per deed.

Checked inside the transaction that writes, so that no second booking can slip in between. The desk's side holds no
free text, no reason, no urgency. The calendar's reading is `week.week`, what took place is `visits`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlmodel import Session, col, delete

from psyroom.errors import Conflict, NotFound, NotValid, Refused
from psyroom.records.booking import OUTCOMES, STANDING, Booking, BookingFields, Timetable, TimetableFields
from psyroom.records.fields import checked
from psyroom.rules import booking as rules
from psyroom.rules.booking import Appointment, Around, Clash, Free, OwnLesson
from psyroom.rules.plan import plan_of_day
from psyroom.rules.time import day_name
from psyroom.rules.typed import span
from psyroom.services import clients, drafts
from psyroom.services.rights import needs_counsellor
from psyroom.services.school import SchoolContext, context
from psyroom.services.week import one_offs, template
from psyroom.store.history import Step
from psyroom.store.questions import booking as ask
from psyroom.store.questions import school as ask_school
from psyroom.store.room import Room

FORM = "booking"
"""The name under which an unsaved booking is kept."""

CANCELLED = ("cancelled_by_student", "cancelled_by_teacher", "suspended")
LOOK_AHEAD = 14  # days in which free times are sought
USUAL_VISIT = 40  # minutes reckoned for somebody still inside


@dataclass(frozen=True)
class Booked:
    """What was saved; `notes` are sentences for the page: soft conflicts taken on, where it lies."""

    id: str
    notes: tuple[str, ...] = ()
    deed: str = ""


@dataclass(frozen=True)
class Checked:
    """What speaks against a time, and where else there is room. `ok`: nothing hard."""

    hard: tuple[Clash, ...] = ()
    soft: tuple[Clash, ...] = ()
    free: tuple[Free, ...] = ()

    @property
    def ok(self) -> bool:
        return not self.hard

    @property
    def to_confirm(self) -> tuple[Clash, ...]:
        """Soft ones that a person must say yes to; the others are only said."""
        return tuple(c for c in self.soft if c.kind == "lesson_student")


class Clashes(Conflict):
    """A time that cannot be, or needs a yes. `clashes` with kind and sentence, `free`: nearest free times,
    `confirm`: it can be saved with `anyway`."""

    def __init__(self, clashes: tuple[Clash, ...], free: tuple[Free, ...], *, confirm: bool) -> None:
        self.clashes, self.free, self.confirm = clashes, free, confirm
        self.causes = [c.sentence for c in clashes]
        super().__init__(why="；".join(dict.fromkeys(self.causes)) + "。")


# ---- what stands around ---------------------------------------------------------------------------------------


def _appointment(row: Any, stage: str = "", **more: Any) -> Appointment:
    return Appointment(
        day=row.day, starts=row.starts, ends=row.ends, person=row.person, place=row.place, client=row.client,
        student=row.student, name=row.name, form=row.form, group_no=row.group_no, channel=row.channel, stage=stage, **more,
    )  # fmt: skip


def _around(session: Session, school: SchoolContext, first: date, last: date, now: datetime) -> Around:
    """Everything a booking in these days could run into."""
    standing = ask.standing(session, first, last)
    hours = {b.id: (b.day, b.starts, b.ends) for b in standing}
    minute = now.hour * 60 + now.minute
    visits = []
    for v in ask.visits(session, first, last):
        ends = v.ends
        if ends is None:  # still inside: it will not last the whole day
            usual = max(hours[v.booking][2] if v.booking in hours else 0, v.starts + USUAL_VISIT)
            ends = min(max(usual, minute) if v.day == now.date() else usual, 1440)
        booked = hours.get(v.booking)
        if booked is not None and booked[0] == v.day and booked[1] <= v.starts and ends <= booked[2]:
            continue  # it lies within its booking, which keeps the slot
        visits.append(replace(_appointment(v, id=v.id), ends=ends))
    slots, exceptions = template(ask.slots(session, first, last)), one_offs(ask.exceptions(session, first, last))
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    return Around(
        today=now.date(),
        now=minute,
        calendar=school.calendar,
        bookings=[_appointment(b, id=b.id) for b in standing],
        visits=visits,
        timetable=[OwnLesson(t.person, t.weekday, t.starts, t.ends) for t in ask.timetable(session)],
        periods=school.periods,
        plan={day: plan_of_day(day, slots, exceptions, school.calendar) for day in days},
        names={**school.people, **school.places},
    )


def _asked(session: Session, fields: Any, booking_id: str) -> Appointment:
    student = ask.students(session, [fields.student]).get(fields.student)
    stage = student.stage if student is not None and fields.client == "student" else ""
    return _appointment(fields, stage, id=booking_id)


def _look(session: Session, school: SchoolContext, asked: Appointment, now: datetime) -> Checked:
    around = _around(session, school, asked.day, asked.day, now)
    found = rules.conflicts(asked, around)
    hard, soft = tuple(c for c in found if c.hard), tuple(c for c in found if not c.hard)
    free: tuple[Free, ...] = ()
    if hard or any(c.kind in ("lesson_student", "closed") for c in soft):
        free = _free(session, school, asked, now, 3)
    return Checked(hard, soft, free)


def _free(session: Session, school: SchoolContext, asked: Appointment, now: datetime, count: int) -> tuple[Free, ...]:
    first = max(asked.day - timedelta(days=7), now.date())
    last = max(asked.day, now.date()) + timedelta(days=LOOK_AHEAD)
    return tuple(rules.nearest_free(asked, _around(session, school, first, last, now), count))


def check(room: Room, values: Mapping[str, Any], now: datetime, booking_id: str = "") -> Checked:
    """What a form can say while it is being filled in. Needs day, starts, ends and person; the client may be missing."""
    fields = _shaped({"client": "student", "place": "", **values})
    school = context(room)
    with room.snapshot() as session:
        return _look(session, school, _asked(session, fields, booking_id), now)


def nearest_free(room: Room, values: Mapping[str, Any], now: datetime, count: int = 3) -> tuple[Free, ...]:
    """The free times nearest to the asked one, inside the plan, of the same length and counsellor."""
    fields = _shaped({"client": "student", "place": "", **values})
    school = context(room)
    with room.snapshot() as session:
        return _free(session, school, _asked(session, fields, ""), now, count)


def next_free(room: Room, values: Mapping[str, Any], now: datetime) -> Free | None:
    """The first free time after the asked one, for walking from one to the next; None within two weeks."""
    asked = _shaped({"client": "student", "place": "", **values})
    found = nearest_free(room, values, now, 200)
    return min(
        (f for f in found if (f.day, f.starts) > (asked.day, asked.starts)),
        key=lambda f: (f.day, f.starts),
        default=None,
    )


def _shaped(values: Mapping[str, Any]) -> BookingFields:
    fields = checked(BookingFields, values)
    if fields.starts >= fields.ends:
        raise NotValid({"ends": "结束要晚于开始"})
    return fields


# ---- the deeds ------------------------------------------------------------------------------------------------


def book(room: Room, values: Mapping[str, Any], now: datetime, *, anyway: bool = False) -> Booked:
    """A new booking. Raises `NotValid`, or `Clashes` with the causes and the three nearest free times; `anyway` takes on
    the student's lesson, never a hard conflict."""
    return _save(room, "新增预约", "", values, now, anyway)


def change(room: Room, booking_id: str, values: Mapping[str, Any], now: datetime, *, anyway: bool = False) -> Booked:
    """Change what a booking says while nobody has come yet."""
    return _save(room, "修改预约", booking_id, values, now, anyway)


def move(
    room: Room, booking_id: str, day: date, starts: int, ends: int, now: datetime, *, anyway: bool = False
) -> Booked:
    """To another time, or a longer or shorter one."""
    return _save(room, "移动预约", booking_id, {"day": day, "starts": starts, "ends": ends}, now, anyway)


def _save(room: Room, label: str, booking_id: str, values: Mapping[str, Any], now: datetime, anyway: bool) -> Booked:
    school = context(room)
    with room.write(label) as deed:
        session = deed.session
        row = None
        if booking_id:
            row = _open_booking(session, booking_id)
            values = {**row.model_dump(exclude={"id"}), **values}
        allowed = {name: values[name] for name in BookingFields.model_fields if name in values}
        allowed |= clients.settle(session, allowed) | {"outcome": "open", "follow_up": ""}
        fields = _shaped(allowed)
        if fields.channel != "in_person":
            fields.place = ""  # on the telephone no room is taken
        _known(session, fields)
        found = _look(session, school, _asked(session, fields, booking_id), now)
        _stop(found, anyway)
        if row is None:
            row = Booking(**fields.model_dump())
        else:
            row.sqlmodel_update(fields.model_dump())
        session.add(row)
        drafts.discard_in(session, room, FORM, booking_id)
    said = [c.sentence for c in found.soft if c.kind != "lesson_student" or anyway]
    return Booked(row.id, (f"{day_name(row.day)} {span(row.starts, row.ends)}", *said), deed.id)


def _stop(found: Checked, anyway: bool) -> None:
    if found.hard:
        raise Clashes(found.hard, found.free, confirm=False)
    if found.to_confirm and not anyway:
        raise Clashes(found.to_confirm, found.free, confirm=True)


def _open_booking(session: Session, booking_id: str) -> Booking:
    row = session.get(Booking, booking_id)
    if row is None:
        raise NotFound(what="这个预约")
    if row.outcome in ("arrived", "late"):
        raise Refused(why="人已经到了，时间和来访者请在“来访”里更正。")
    if row.outcome != "open":
        raise Refused(why=f"这个预约已记为“{OUTCOMES[row.outcome]}”，要再约请新建一个，或先把结果改回待到。")
    return row


def _known(session: Session, fields: BookingFields) -> None:
    """The counsellor and the room must be there and in use."""
    people = {p.id for p in ask_school.people(session) if p.active}
    places = {p.id for p in ask_school.places(session) if p.active}
    problems = {}
    if fields.person not in people:
        problems["person"] = "请选一位辅导教师"
    if fields.place and fields.place not in places:
        problems["place"] = "这间房间已经停用，请另选一间"
    if problems:
        raise NotValid(problems)


def cancel(room: Room, booking_id: str, outcome: str) -> str:
    """It will not take place: cancelled by the student, by the teacher, or the room is closed. Frees the slot."""
    if outcome not in CANCELLED:
        raise NotValid({"outcome": "请选是谁取消的"})
    with room.write("取消预约") as deed:
        row = deed.session.get(Booking, booking_id)
        if row is None:
            raise NotFound(what="这个预约")
        if row.outcome in ("arrived", "late"):
            raise Refused(why="人已经到了，不能再取消；登记错了请用“撤销”。")
        row.outcome, row.follow_up = outcome, ""
        deed.session.add(row)
    return f"已记为{OUTCOMES[outcome]}，这个时间空出来了"


def reopen(room: Room, booking_id: str, now: datetime) -> Booked:
    """A cancelled booking or one marked as not come waits again, if its time is still free."""
    school = context(room)
    with room.write("恢复预约") as deed:
        row = deed.session.get(Booking, booking_id)
        if row is None:
            raise NotFound(what="这个预约")
        if row.outcome in STANDING:
            raise Refused(why="这个预约本来就有效，不用恢复。")
        found = _look(deed.session, school, _asked(deed.session, row, booking_id), now)
        if found.hard:
            raise Clashes(found.hard, found.free, confirm=False)
        row.outcome, row.follow_up = "open", ""
        deed.session.add(row)
        return Booked(row.id, (f"{day_name(row.day)} {span(row.starts, row.ends)} 已恢复",), deed.id)


def after_undo(session: Session, steps: Iterable[Step]) -> None:
    """Called before an undo is sealed: what it puts back must not stand in the same minute as another booking of the
    counsellor, the client or the room. Raises `Clashes`; nothing is then changed."""
    for booking_id in {step.ref for step in steps if step.kind == Booking.__tablename__}:
        row = ask.booking(session, booking_id)
        if row is None or row.outcome not in STANDING:
            continue
        others = [_appointment(b, id=b.id) for b in ask.standing(session, row.day, row.day)]
        found = rules.conflicts(_appointment(row, id=row.id), Around(today=row.day, now=0, bookings=others))
        if hard := tuple(c for c in found if c.hard):
            raise Clashes(hard, (), confirm=False)


# ---- the counsellors' own lessons -----------------------------------------------------------------------------


def timetable_of(room: Room, person: str) -> list[tuple[int, int, int]]:
    """(weekday, starts, ends) of a counsellor's own lessons, in order."""
    with room.read() as session:
        return [(t.weekday, t.starts, t.ends) for t in ask.timetable(session) if t.person == person]


def set_timetable(room: Room, person: str, lessons: Iterable[tuple[int, int, int]]) -> None:
    """A counsellor's own lessons as (weekday, starts, ends); replaces the ones there were. Needs a counsellor."""
    needs_counsellor(room)
    fields = [
        checked(TimetableFields, {"person": person, "weekday": weekday, "starts": starts, "ends": ends})
        for weekday, starts, ends in sorted(set(lessons))
    ]
    for lesson in fields:
        if lesson.starts >= lesson.ends:
            raise NotValid({"ends": "下课时间要晚于上课时间"})
    with room.write("保存教师课表") as deed:
        deed.session.exec(delete(Timetable).where(col(Timetable.person) == person))
        for lesson in fields:
            deed.session.add(Timetable(**lesson.model_dump()))
