"""Who comes when: booking, moving, cancelling, and what speaks against a time. One function per deed.

Checked inside the transaction that writes, so that no second booking can slip in between. The desk's side holds no
free text, no reason, no urgency. The calendar's reading is `week.week`, what took place is `visits`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlmodel import Session, col, delete

from psyroom.errors import NotFound, NotValid, Refused
from psyroom.records.booking import OUTCOMES, STANDING, Booking, BookingFields, Timetable, TimetableFields
from psyroom.records.events import Event
from psyroom.records.fields import checked
from psyroom.rules.booking import Free
from psyroom.rules.intervals import meet
from psyroom.rules.time import day_name
from psyroom.rules.typed import span
from psyroom.services import around, clients, drafts, groups, urgency
from psyroom.services.around import Checked as Checked  # callers of the deeds meet them here
from psyroom.services.around import Clashes as Clashes
from psyroom.services.rights import needs_counsellor
from psyroom.services.school import SchoolContext, context
from psyroom.services.week import event_title, own_lessons_on
from psyroom.store.history import Step
from psyroom.store.questions import booking as ask
from psyroom.store.questions import events as ask_events
from psyroom.store.questions import groups as ask_groups
from psyroom.store.questions import school as ask_school
from psyroom.store.room import Deed, Room

FORM = "booking"
"""The name under which an unsaved booking is kept."""

CANCELLED = ("cancelled_by_student", "cancelled_by_teacher", "suspended")


@dataclass(frozen=True)
class Booked:
    """What was saved; `notes` are sentences for the page: soft conflicts taken on, where it lies."""

    id: str
    notes: tuple[str, ...] = ()
    deed: str = ""


# ---- what speaks against a time -------------------------------------------------------------------------------


def look_in(
    session: Session,
    school: SchoolContext,
    fields: Any,
    now: datetime,
    booking_id: str = "",
    *,
    without: Collection[str] = (),
) -> Checked:
    """What speaks against a booking (a row, or fields as `BookingFields`), inside the caller's transaction.

    `booking_id`: the one that is changed, which is not held against itself; `without`: others to leave out too."""
    was = ask.booking(session, booking_id) if booking_id else None
    asked = around.asked(session, fields, booking_id)
    stood = around.appointment(was) if was is not None and was.outcome in STANDING else None
    return around.look(session, school, asked, now, without, stood)


def check(room: Room, values: Mapping[str, Any], now: datetime, booking_id: str = "") -> Checked:
    """What a form can say while it is being filled in. Needs day, starts, ends and person; the client may be missing."""
    fields = around.shaped(BookingFields, {"client": "student", "place": "", **values})
    school = context(room)
    with room.snapshot() as session:
        return look_in(session, school, fields, now, booking_id)


def nearest_free(room: Room, values: Mapping[str, Any], now: datetime, count: int = 3) -> tuple[Free, ...]:
    """The free times nearest to the asked one, inside the plan, of the same length and counsellor."""
    fields = around.shaped(BookingFields, {"client": "student", "place": "", **values})
    school = context(room)
    with room.snapshot() as session:
        return around.find_free(session, school, around.asked(session, fields), now, count)


def next_free(room: Room, values: Mapping[str, Any], now: datetime) -> Free | None:
    """The first free time after the asked one, for walking from one to the next; None within two weeks."""
    asked = around.shaped(BookingFields, {"client": "student", "place": "", **values})
    found = nearest_free(room, values, now, 200)
    return min(
        (f for f in found if (f.day, f.starts) > (asked.day, asked.starts)),
        key=lambda f: (f.day, f.starts),
        default=None,
    )


# ---- the deeds ------------------------------------------------------------------------------------------------


def book(room: Room, values: Mapping[str, Any], now: datetime, *, anyway: bool = False, urgent: str = "") -> Booked:
    """A new booking. Raises `NotValid`, or `Clashes` with the causes and the three nearest free times; `anyway` takes on
    the student's lesson, `urgent` (a code of `URGENT`) the room's own rules, nothing a hard conflict."""
    return _save(room, "新增预约", "", values, now, anyway, urgent)


def change(
    room: Room, booking_id: str, values: Mapping[str, Any], now: datetime, *, anyway: bool = False, urgent: str = ""
) -> Booked:
    """Change what a booking says while nobody has come yet."""
    return _save(room, "修改预约", booking_id, values, now, anyway, urgent)


def move(
    room: Room,
    booking_id: str,
    day: date,
    starts: int,
    ends: int,
    now: datetime,
    *,
    anyway: bool = False,
    urgent: str = "",
) -> Booked:
    """To another time, or a longer or shorter one."""
    return _save(room, "移动预约", booking_id, {"day": day, "starts": starts, "ends": ends}, now, anyway, urgent)


def _save(
    room: Room, label: str, booking_id: str, values: Mapping[str, Any], now: datetime, anyway: bool, urgent: str
) -> Booked:
    school = context(room)
    with room.write(label) as deed:
        row, found = put(deed, room, school, values, now, booking_id=booking_id, anyway=anyway, urgent=urgent)
        drafts.discard_in(deed.session, room, FORM, booking_id)
    return Booked(row.id, (f"{day_name(row.day)} {span(row.starts, row.ends)}", *taken_on(found, anyway)), deed.id)


def taken_on(found: Checked, anyway: bool) -> tuple[str, ...]:
    """The sentences of what spoke softly against a time that was saved all the same."""
    return tuple(c.sentence for c in found.soft if c.kind != "lesson_student" or anyway)


def put(
    deed: Deed,
    room: Room,
    school: SchoolContext,
    values: Mapping[str, Any],
    now: datetime,
    *,
    booking_id: str = "",
    anyway: bool = False,
    urgent: str = "",
    series: str = "",
    without: Collection[str] = (),
) -> tuple[Booking, Checked]:
    """One booking inside a caller's deed: checked against everything written so far, then written.

    With `booking_id` the `values` stand over what that booking says. `series` marks it; without one it keeps its mark.
    `without`: bookings the same deed is about to move away. Raises `NotValid`, `NotFound`, `Refused`, `Clashes`."""
    session = deed.session
    row = None
    if booking_id:
        row = _open_booking(session, booking_id)
        values = {**row.model_dump(exclude={"id"}), **values}
    allowed = {name: values[name] for name in BookingFields.model_fields if name in values}
    allowed |= clients.settle(session, allowed) | {"outcome": "open", "follow_up": ""}
    if series:
        allowed["series"] = series
    fields = around.shaped(BookingFields, allowed)
    if fields.channel != "in_person":
        fields.place = ""  # on the telephone no room is taken
    known_people_and_places(session, fields)
    if row is None or row.student != fields.student:
        clients.on_the_roll(session, fields.student)
    if row is None and fields.client == "group":
        group = ask_groups.group_of_no(session, fields.group_no)
        if group is not None and group.ended:
            raise NotValid({"group_no": f"团体 {group.no} 已结束，请先让它继续，或另选一个团体"})
    found = look_in(session, school, fields, now, booking_id, without=without)
    around.stop(found, anyway=anyway, urgent=urgency.known(urgent))
    retimed = around.retimed(row, fields)
    if row is None:
        row = Booking(**fields.model_dump())
    else:
        row.sqlmodel_update(fields.model_dump())
    session.add(row)
    session.flush()  # what follows in the same deed must see it
    if found.urgent or retimed:
        who = clients.Names.of(session, school, [row]).who(row)
        urgency.keep(deed, room, row, who, urgent if found.urgent else "", now)
    return row, found


def _open_booking(session: Session, booking_id: str) -> Booking:
    row = session.get(Booking, booking_id)
    if row is None:
        raise NotFound(what="这个预约")
    if row.outcome in ("arrived", "late"):
        raise Refused(why="人已经到了，时间和来访者请在“来访”里更正。")
    if row.outcome != "open":
        raise Refused(why=f"这个预约已记为“{OUTCOMES[row.outcome]}”，要再约请新建一个，或先把结果改回待到。")
    return row


def known_people_and_places(session: Session, fields: Any) -> None:
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
        known_people_and_places(deed.session, row)
        found = look_in(deed.session, school, row, now, booking_id)
        if found.hard:
            raise Clashes(found.hard, found.free, confirm=False)
        row.outcome, row.follow_up = "open", ""
        if row.client == "group":  # which may have changed meanwhile
            row.size = clients.settle(deed.session, row.model_dump())["size"]
        deed.session.add(row)
        said = [c.sentence for c in found.soft if c.kind == "buffer"]
        return Booked(row.id, (f"{day_name(row.day)} {span(row.starts, row.ends)} 已恢复", *said), deed.id)


def after_undo(session: Session, steps: Iterable[Step]) -> None:
    """Called before an undo is sealed: what it puts back must not stand in the same minute as another booking or entry of
    the counsellor, the client, a member of the group or the room. Raises `Clashes`, `Refused`; nothing is then changed."""
    steps = list(steps)
    for kind, ref in sorted({(step.kind, step.ref) for step in steps}):
        if kind == Booking.__tablename__:
            row = ask.booking(session, ref)
            if row is not None and row.outcome in STANDING:
                around.stays_single(session, around.asked(session, row, ref))
        elif kind == Event.__tablename__:
            event = ask_events.event(session, ref)
            if event is not None and event.outcome != "cancelled":
                around.stays_single(session, around.event_appointment(event, id=ref))
    groups.after_undo(session, steps)


# ---- the counsellors' own lessons -----------------------------------------------------------------------------


def timetable_of(room: Room, person: str) -> list[tuple[int, int, int]]:
    """(weekday, starts, ends) of a counsellor's own lessons, in order."""
    with room.read() as session:
        return [(t.weekday, t.starts, t.ends) for t in ask.timetable(session) if t.person == person]


def set_timetable(room: Room, person: str, lessons: Iterable[tuple[int, int, int]]) -> list[str]:
    """A counsellor's own lessons as (weekday, starts, ends); replaces the ones there were. Needs a counsellor.

    Returns a sentence for each booking still to come that now falls into one: it stays, somebody has to move it."""
    needs_counsellor(room)
    fields = [
        checked(TimetableFields, {"person": person, "weekday": weekday, "starts": starts, "ends": ends})
        for weekday, starts, ends in sorted(set(lessons))
    ]
    for lesson in fields:
        if lesson.starts >= lesson.ends:
            raise NotValid({"ends": "下课时间要晚于上课时间"})
    school = context(room)
    with room.write("保存教师课表") as deed:
        deed.session.exec(delete(Timetable).where(col(Timetable.person) == person))
        for lesson in fields:
            deed.session.add(Timetable(**lesson.model_dump()))
        deed.session.flush()
        return _in_lessons(deed.session, school, room.today(), person)


def in_own_lessons(room: Room) -> list[str]:
    """A sentence for each booking or entry still to come that falls into its counsellor's own lesson: the timetable or
    the calendar was changed under it."""
    school = context(room)
    with room.snapshot() as session:
        return _in_lessons(session, school, room.today())


def _in_lessons(session: Session, school: SchoolContext, since: date, person: str = "") -> list[str]:
    by_person: dict[str, list[Any]] = {}
    for lesson in ask.timetable(session):
        if lesson.person == person or not person:
            by_person.setdefault(lesson.person, []).append(lesson)
    if not by_person:
        return []
    booked = [b for b in ask.standing_from(session, since) if b.outcome == "open"]
    names = clients.Names.of(session, school, booked)
    rows: list[tuple[Any, str]] = [(b, f"{names.who(b)}的预约") for b in booked]
    for event in ask_events.open_from(session, since):
        own = {(t.weekday, t.starts, t.ends) for t in by_person.get(event.person, ())}
        if event.kind != "lesson" or (event.day.isoweekday(), event.starts, event.ends) not in own:  # it is that lesson
            rows.append((event, event_title(school, event)))
    found = []
    for row, what in sorted(rows, key=lambda one: (one[0].day, one[0].starts)):
        lessons = own_lessons_on(by_person.get(row.person, ()), school, row.day)
        if any(meet((row.starts, row.ends), (lesson.starts, lesson.ends)) for lesson in lessons):
            who = school.people.get(row.person, "")
            found.append(f"{day_name(row.day)} {span(row.starts, row.ends)} {what}，{who}这时自己有课")
    return found
