"""The waiting list: who waits, who fits a time that frees, and booking from it. One function per deed.

The desk's side knows for whom, how long and when it suits; whom a counsellor put first lies in case.db and is read only
where that is attached.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlmodel import Session

from psyroom.errors import NotFound, NotValid, Refused
from psyroom.records.fields import checked
from psyroom.records.waiting import (
    WAITING_STATES,
    Waiting,
    WaitingFields,
    WaitingFirst,
    WaitingWindow,
    WaitingWindowFields,
)
from psyroom.rules import waiting as rules
from psyroom.rules.booking import Appointment, Free
from psyroom.rules.intervals import Band, meet, subtract
from psyroom.rules.names import plain_name
from psyroom.rules.time import day_name
from psyroom.rules.typed import span
from psyroom.rules.waiting import WAITS_FOR, Window, Wish
from psyroom.services import around, bookings, clients, drafts
from psyroom.services.bookings import Booked
from psyroom.services.clients import Names
from psyroom.services.rights import needs_counsellor
from psyroom.services.school import SchoolContext, context
from psyroom.store.history import Step
from psyroom.store.questions import booking as ask_booking
from psyroom.store.questions import school as ask_school
from psyroom.store.questions import waiting as ask
from psyroom.store.room import Room

FORM = "waiting"
"""The name under which an unsaved entry is kept."""

LABEL = "调整候补名单"
MOST_WINDOWS = 60
LEFT = ("moved", "graduated", "removed")


@dataclass(frozen=True, repr=False)
class Waits:
    """One on the list. `days` waited; `expired`: to be asked whether still waiting (the day has
    passed, the student has left, or the counsellor); `suits` the windows in words;
    `first` is a counsellor's mark and False for everybody else."""

    id: str
    client: str
    student: str
    name: str
    who: str
    class_name: str
    person: str
    person_name: str
    minutes: int
    channel: str
    way: str
    since: date
    expires: date
    days: int
    expired: bool
    windows: tuple[Window, ...]
    suits: str
    first: bool = False


@dataclass(frozen=True, repr=False)
class Match:
    """Somebody on the list who could have a time: when exactly, with whom, where, and why in a short phrase.

    `soft`: what must be agreed on first (the student's lesson); `take` then needs `anyway`."""

    entry: Waits
    why: str
    day: date
    starts: int
    ends: int
    person: str
    place: str
    soft: tuple[str, ...] = ()


@dataclass(frozen=True)
class DayBand:
    """A band of the school's day as a form offers it for ticking: 午休, 课间, 放学后, 晚自习."""

    key: str
    name: str
    spans: tuple[Band, ...]

    def windows(self, weekday: int) -> tuple[Window, ...]:
        return tuple(Window(weekday, starts, ends) for starts, ends in self.spans)


@dataclass(frozen=True, repr=False)
class _Named:
    """For whom an entry is, as `clients` takes it; the list knows no groups."""

    client: str
    student: str
    name: str
    group_no: int = 0
    size: int = 1


# ---- reading --------------------------------------------------------------------------------------------------


def listed(room: Room, now: datetime) -> list[Waits]:
    """Everybody who waits: those put first (for counsellors), then the longest waiting."""
    school = context(room)
    with room.snapshot() as session:
        found = _everybody(room, session, school, now.date())
    return [entry for entry, _ in sorted(found, key=lambda pair: (not pair[0].first, pair[0].since, pair[0].id))]


def of_student(room: Room, student: str, now: datetime) -> list[Waits]:
    """What a student or the parents wait for: after an ordinary booking the entry may come off the list."""
    return [entry for entry in listed(room, now) if student and entry.student == student]


def entry(room: Room, waiting_id: str, now: datetime) -> Waits | None:
    """One entry that still waits."""
    return next((found for found in listed(room, now) if found.id == waiting_id), None)


def count(room: Room) -> int:
    """How many wait."""
    with room.read() as session:
        return len(ask.waiting(session))


def to_ask(room: Room, now: datetime) -> int:
    """How many entries must be asked: past their last day, of a student who has left, for a counsellor who has."""
    with room.snapshot() as session:
        rows = ask.waiting(session)
        known = ask_booking.students(session, (row.student for row in rows))
        here = _here(session)
    return sum(_to_ask(row, known.get(row.student), here, now.date()) for row in rows)


def _to_ask(row: ask.WaitingRow, student: Any, here: Collection[str], today: date) -> bool:
    left = student is not None and student.status in LEFT
    return row.expires < today or left or bool(row.person and row.person not in here)


def _here(session: Session) -> frozenset[str]:
    """Who of the staff is still here."""
    return frozenset(p.id for p in ask_school.people(session) if p.active)


def day_bands(room: Room, day: date, student: str = "") -> list[DayBand]:
    """The bands of the day a form offers, of the student's stage where one is named."""
    school, stage = context(room), ""
    if student:
        with room.read() as session:
            row = ask_booking.students(session, [student]).get(student)
        stage = row.stage if row is not None else ""
    found = rules.day_bands(school.periods, day, stage)
    return [DayBand(key, rules.BAND_NAMES[key], spans) for key, spans in found.items()]


def _everybody(room: Room, session: Session, school: SchoolContext, today: date) -> list[tuple[Waits, Wish]]:
    """Every entry as shown and as the rules take it: a handful of questions, however long the list."""
    rows = ask.waiting(session)
    windows = ask.windows(session)
    firsts = ask.firsts(session) if room.has_cases else set()
    here = _here(session)
    shown = [_Named(row.client, row.student, row.name) for row in rows]
    names = Names.of(session, school, shown)
    bands: dict[str, dict[Band, str]] = {}
    found = []
    for row, client in zip(rows, shown, strict=True):
        stage = names.stage_of(client)
        if stage not in bands:
            bands[stage] = rules.band_names(rules.day_bands(school.periods, today, stage))
        suits = tuple(Window(w.weekday, w.starts, w.ends) for w in windows.get(row.id, ()))
        waits = Waits(
            id=row.id,
            client=row.client,
            student=row.student,
            name=row.name,
            who=names.who(client),
            class_name=names.class_of(client, today),
            person=row.person,
            person_name=school.people.get(row.person, ""),
            minutes=row.minutes,
            channel=row.channel,
            way=row.way,
            since=row.since,
            expires=row.expires,
            days=max((today - row.since).days, 0),
            expired=_to_ask(row, names.students.get(row.student), here, today),
            windows=suits,
            suits=rules.windows_words(suits, bands[stage]),
            first=row.id in firsts,
        )
        asked = Appointment(
            today, 0, 0, "", client=row.client, student=row.student, name=row.name, channel=row.channel,
            stage=stage if row.client == "student" else "",
        )  # fmt: skip
        expires = today - timedelta(days=1) if waits.expired else row.expires
        wish = Wish(row.id, asked, row.minutes, row.since, expires, row.person, suits, waits.first, bands[stage])
        found.append((waits, wish))
    return found


# ---- who fits a time, and which times fit one -------------------------------------------------------------------


def matches(room: Room, freed: Free, now: datetime, count: int = 3) -> list[Match]:
    """Who on the list could come in a time that has become free, best first; each can be booked as it stands.

    The time may be longer than an entry needs: it then begins where it suits best.
    """
    school = context(room)
    with room.snapshot() as session:
        found = _everybody(room, session, school, now.date())
        if not found:
            return []
        standing = around.gather(session, school, freed.day, freed.day, now)
    by_id = {waits.id: waits for waits, _ in found}
    return [
        Match(
            by_id[fit.wish.id],
            fit.why,
            freed.day,
            fit.starts,
            fit.ends,
            freed.person,
            freed.place if fit.wish.asked.channel == "in_person" else "",
            fit.soft,
        )
        for fit in rules.matches(freed, (wish for _, wish in found), standing, count)
    ]


def free_around(room: Room, day: date, starts: int, ends: int, person: str, now: datetime) -> Free | None:
    """The free stretch of the plan that holds a minute of the calendar, for asking who could come then; the asked hours
    themselves where nothing is planned. The room is the plan's, else the first that nobody has then. None where the
    counsellor is taken."""
    school = context(room)
    with room.snapshot() as session:
        ground = around.gather(session, school, day, day, now)
        places = [p.id for p in ask_school.places(session) if p.active]
    planned = next(
        (s for s in ground.plan.get(day, ()) if s.starts <= starts < s.ends and s.person in ("", person)), None
    )
    whole = (planned.starts, planned.ends) if planned is not None else (starts, ends)
    standing = [a for a, _ in ground.standing.get(day, ())]
    gaps = subtract([whole], [a.band for a in standing if a.person == person])
    gap = next((b for b in gaps if b[0] <= starts < b[1]), None)
    if gap is None:
        return None
    taken = {a.place for a in standing if a.channel == "in_person" and meet(a.band, gap)}
    place = planned.place if planned is not None else ""
    place = place or next((p for p in places if p not in taken), next(iter(places), ""))
    return Free(day, gap[0], gap[1], person, place)


def times(room: Room, waiting_id: str, now: datetime, count: int = 3) -> list[Free]:
    """The best free times for one entry within two weeks: inside the plan and the entry's windows."""
    school = context(room)
    with room.snapshot() as session:
        wish = next((w for _, w in _everybody(room, session, school, now.date()) if w.id == waiting_id), None)
        if wish is None:
            raise NotFound(what="这条候补")
        last = now.date() + timedelta(days=around.LOOK_AHEAD)
        ground = around.gather(session, school, now.date(), last, now)
        people = _receivers(session, room)
        places = [p.id for p in ask_school.places(session) if p.active]
    return rules.times(wish, ground, people, places, count)


def _receivers(session: Session, room: Room) -> list[str]:
    """Who may receive: oneself first, then the other counsellors, then those who stand only in the list."""
    order = {"counsellor": 0, "none": 1}
    people = [p for p in ask_school.people(session) if p.active and p.role in order]
    return [p.id for p in sorted(people, key=lambda p: (p.id != room.person.id, order[p.role]))]


# ---- the deeds ------------------------------------------------------------------------------------------------


def add(room: Room, values: Mapping[str, Any], windows: Iterable[Window], now: datetime) -> str:
    """Put somebody on the list; returns the entry's id. Without `expires` it stands two weeks.

    Raises `NotValid`; `Refused` where the same one already waits."""
    today = now.date()
    values = {**values, "since": values.get("since") or today, "expires": values.get("expires") or rules.until(today)}
    with room.write(LABEL) as deed:
        session = deed.session
        fields = _settled(session, values)
        clients.on_the_roll(session, fields.student)
        _only_once(session, fields, today)
        row = Waiting(**fields.model_dump())
        session.add(row)
        _put_windows(session, row.id, windows, fields.minutes)
        drafts.discard_in(session, room, FORM)
        return row.id


def change(
    room: Room, waiting_id: str, values: Mapping[str, Any], windows: Iterable[Window] | None, now: datetime
) -> None:
    """Change what an entry says; `windows` None leaves them as they are."""
    with room.write(LABEL) as deed:
        session = deed.session
        row = _open(session, waiting_id)
        allowed = {k: v for k, v in values.items() if k not in ("since", "state", "booking")}
        fields = _settled(session, {**row.model_dump(exclude={"id"}), **allowed})
        _only_once(session, fields, now.date(), waiting_id)
        row.sqlmodel_update(fields.model_dump())
        session.add(row)
        if windows is not None:
            for old in ask.window_rows(session, waiting_id):
                session.delete(old)
            _put_windows(session, waiting_id, windows, fields.minutes)
        drafts.discard_in(session, room, FORM, waiting_id)


def withdraw(room: Room, waiting_id: str) -> str:
    """Waits no more: not needed any longer, or booked by another way."""
    with room.write(LABEL) as deed:
        row = _open(deed.session, waiting_id)
        row.state = "withdrawn"
        deed.session.add(row)
    return "已从候补名单上拿下"


def renew(room: Room, waiting_id: str, now: datetime, days: int = WAITS_FOR) -> str:
    """Still waiting: the last day moves on, counted from today; how long one has waited stays. Whoever waited for
    somebody who has left waits for anybody."""
    with room.write(LABEL) as deed:
        row = _open(deed.session, waiting_id)
        row.expires = now.date() + timedelta(days=days)
        said = f"继续候补，等到 {row.expires.month} 月 {row.expires.day} 日"
        if row.person and row.person not in _here(deed.session):
            row.person, said = "", f"{said}；原来想约的老师不在了，改成哪位老师都行"
        deed.session.add(row)
        return said


def set_first(room: Room, waiting_id: str, first: bool = True) -> None:
    """A counsellor's word that an entry goes before others; it stands in case.db alone."""
    needs_counsellor(room)
    with room.write(LABEL) as deed:
        _open(deed.session, waiting_id)
        mark = deed.session.get(WaitingFirst, waiting_id)
        if mark is None:
            mark = WaitingFirst(id=waiting_id)
        mark.first = first
        deed.session.add(mark)


def take(
    room: Room, waiting_id: str, day: date, starts: int, ends: int, now: datetime, *, person: str, place: str = "",
    anyway: bool = False, urgent: str = "",
) -> Booked:  # fmt: skip
    """Book one who waits and take the entry off the list, in one deed; undo takes back both.

    Raises `NotValid`, `Refused` where the entry waits no more, `Clashes` as a booking does."""
    school = context(room)
    with room.write("从候补约上") as deed:
        row = _open(deed.session, waiting_id)
        values = {
            "client": row.client, "student": row.student, "name": row.name, "channel": row.channel, "way": row.way,
            "form": "individual", "day": day, "starts": starts, "ends": ends, "person": person, "place": place,
        }  # fmt: skip
        booking, found = bookings.put(deed, room, school, values, now, anyway=anyway, urgent=urgent)
        row.state, row.booking = "booked", booking.id
        deed.session.add(row)
        said = bookings.taken_on(found, anyway)
        return Booked(booking.id, (f"{day_name(day)} {span(starts, ends)}", *said), deed.id)


def _open(session: Session, waiting_id: str) -> Waiting:
    row = session.get(Waiting, waiting_id)
    if row is None:
        raise NotFound(what="这条候补")
    if row.state != "waiting":
        raise Refused(why=f"这条候补{WAITING_STATES[row.state]}，名单已刷新。")
    return row


def _same(row: ask.WaitingRow, fields: WaitingFields) -> bool:
    mine = fields.student or plain_name(fields.name)
    return row.client == fields.client and bool(mine) and mine == (row.student or plain_name(row.name))


def _only_once(session: Session, fields: WaitingFields, today: date, but: str = "") -> None:
    """Raise `Refused` when the same one already waits by another entry."""
    for other in ask.waiting(session):
        if other.id != but and _same(other, fields):
            waited = rules.waited_words(other.since, today)
            raise Refused(why=f"已经在候补名单上了（{waited}），请打开那一条来改。")


def after_undo(session: Session, steps: Iterable[Step]) -> None:
    """Called before an undo is sealed: nobody may come back onto the list who stands there by another entry since."""
    for ref in sorted({step.ref for step in steps if step.kind == Waiting.__tablename__}):
        row = session.get(Waiting, ref)
        if row is not None and row.state == "waiting":
            others = [other for other in ask.waiting(session) if other.id != ref]
            if any(_same(other, row) for other in others):
                raise Refused(why="这一位之后又排上了候补，不能再恢复原来那一条。")


def _settled(session: Session, values: Mapping[str, Any]) -> WaitingFields:
    """The fields as they may be stored."""
    if values.get("client") == "group":
        raise NotValid({"client": "团体不排候补，请直接预约团体活动"})
    named = {name: values[name] for name in WaitingFields.model_fields if name in values}
    settled = clients.settle(session, {**named, "form": "individual"})
    named |= {name: settled[name] for name in ("client", "student", "name", "channel") if name in settled}
    fields = checked(WaitingFields, {**named, "state": "waiting", "booking": ""})
    if fields.expires < fields.since:
        raise NotValid({"expires": "“等到”要晚于登记日期"})
    if fields.person and fields.person not in _here(session):
        raise NotValid({"person": "请选一位辅导教师，或选“哪位老师都行”"})
    return fields


def _put_windows(session: Session, waiting_id: str, windows: Iterable[Window], minutes: int) -> None:
    wanted = sorted(set(windows), key=lambda w: (w.weekday, w.starts, w.ends))
    if len(wanted) > MOST_WINDOWS:
        raise NotValid({"windows": "合适的时间太多了，请少选几个，或一个都不选（什么时间都行）"})
    if any(w.starts >= w.ends for w in wanted):
        raise NotValid({"windows": "合适的时间里，结束要晚于开始"})
    if wanted and all(w.ends - w.starts < minutes for w in wanted):
        raise NotValid({"windows": f"所选的时间都不够 {minutes} 分钟，请多选一些，或把时长改短"})
    for window in wanted:
        fields = checked(
            WaitingWindowFields,
            {"waiting": waiting_id, "weekday": window.weekday, "starts": window.starts, "ends": window.ends},
        )
        session.add(WaitingWindow(**fields.model_dump()))
