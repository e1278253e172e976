"""Whether a booking can stand: three-way conflicts (counsellor, client, room), lessons, and the nearest free times.

Hard: the counsellor, the client or the room is taken, or the counsellor has a lesson of their own then.
Soft (said, but the person decides): the student has a lesson, nothing is planned to be open, the time has passed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from psyroom.rules.calendar import Calendar
from psyroom.rules.intervals import meet, overlap, total
from psyroom.rules.periods import PeriodSpan, lessons_on
from psyroom.rules.plan import PlanSlot
from psyroom.rules.time import day_name
from psyroom.rules.typed import clock, span

HARD = ("counsellor", "client", "room", "lesson_own")


@dataclass(frozen=True)
class Appointment:
    """A booking or visit as far as conflicts need it; ids are those of the records, empty for one not yet saved.

    `booking` is the booking a visit grew from, so that the two are not held against each other.
    `ends` None: a visit still going on. `stage` of the student, for the lessons that run; empty for others.
    """

    day: date
    starts: int
    ends: int | None
    person: str
    place: str = ""
    client: str = "student"
    student: str = ""
    name: str = ""
    form: str = "individual"
    group_no: int = 0
    channel: str = "in_person"
    stage: str = ""
    id: str = ""
    booking: str = ""

    @property
    def band(self) -> tuple[int, int]:
        return self.starts, 1440 if self.ends is None else self.ends


@dataclass(frozen=True)
class OwnLesson:
    """A lesson a counsellor teaches, on school days."""

    person: str
    weekday: int
    starts: int
    ends: int


@dataclass(frozen=True)
class Around:
    """What stands around a booking. Give bookings that keep their slot (`records.booking.STANDING`) and visits of the
    days in question; `plan` holds the planned slots by day; `names` the names of people and rooms by id."""

    today: date
    now: int
    calendar: Calendar = field(default_factory=Calendar)
    bookings: Sequence[Appointment] = ()
    visits: Sequence[Appointment] = ()
    timetable: Sequence[OwnLesson] = ()
    periods: Sequence[PeriodSpan] = ()
    plan: Mapping[date, Sequence[PlanSlot]] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Clash:
    """`kind`: counsellor, client, room, lesson_own, lesson_student, buffer, lead, closed or past. `urgent`: against the
    room's own rules, so that it needs a reason of `records.booking.URGENT`."""

    kind: str
    hard: bool
    sentence: str
    urgent: bool = False


@dataclass(frozen=True)
class Free:
    """A time that can be taken; `soft` are sentences of what still speaks against it (the student's lesson)."""

    day: date
    starts: int
    ends: int
    person: str
    place: str
    soft: tuple[str, ...] = ()


def _same_client(one: Appointment, other: Appointment) -> bool:
    if one.client != other.client:
        return False
    if one.client in ("student", "parent"):
        return bool(one.student) and one.student == other.student
    if one.client == "teacher":
        return bool(one.name) and one.name == other.name
    return one.group_no > 0 and one.group_no == other.group_no


def _same_session(one: Appointment, other: Appointment) -> bool:
    """Members of one group, entered one by one, sit in the same room with the same counsellor."""
    return (
        one.form == other.form == "group"
        and one.group_no == other.group_no > 0
        and (one.band, one.person, one.place) == (other.band, other.person, other.place)
    )


def _standing(asked: Appointment, around: Around) -> list[tuple[Appointment, str]]:
    """What else stands on that day and shares a minute, with its word; a booking whose visit is there is left to it."""
    own = {asked.id, asked.booking} - {""}
    visits = [v for v in around.visits if v.id not in own and (not v.booking or v.booking not in own)]
    arrived = {v.booking for v in around.visits if v.booking}
    bookings = [b for b in around.bookings if b.id not in own and b.id not in arrived]
    both = [(v, "来访") for v in visits] + [(b, "预约") for b in bookings]
    return [(a, word) for a, word in both if a.day == asked.day and meet(a.band, asked.band)]


def conflicts(asked: Appointment, around: Around) -> list[Clash]:
    """What speaks against a booking, hard ones first, each with its cause in a Chinese sentence."""
    found: list[Clash] = []
    who = around.names.get(asked.person, "这位老师")
    for other, word in _standing(asked, around):
        when = span(*other.band) if other.ends is not None else f"{clock(other.starts)} 起（还没结束）"
        if _same_client(asked, other):
            found.append(Clash("client", True, f"来访者 {when} 已有{word}"))
        if _same_session(asked, other):
            continue
        if asked.person and other.person == asked.person:
            found.append(Clash("counsellor", True, f"{who} {when} 已有{word}"))
        if asked.place and other.place == asked.place and asked.channel == other.channel == "in_person":
            found.append(Clash("room", True, f"{around.names.get(asked.place, '房间')} {when} 已有{word}"))
    school_day = around.calendar.is_school_day(asked.day)
    for lesson in around.timetable:
        its = (lesson.starts, lesson.ends)
        if (
            school_day
            and lesson.person == asked.person
            and lesson.weekday == asked.day.isoweekday()
            and meet(its, asked.band)
        ):
            found.append(Clash("lesson_own", True, f"{who} {span(*its)} 自己有课"))
    if asked.client in ("student", "group") and asked.stage:
        missed = overlap([asked.band], lessons_on(around.periods, asked.day, around.calendar, asked.stage))
        if missed:
            found.append(
                Clash("lesson_student", False, f"学生这时有课（占课 {total(missed)} 分钟），请先与任课教师说好")
            )
    if not _planned(asked, around):
        name = around.calendar.name_of(asked.day)
        why = f"{day_name(asked.day)}是{name}" if name and not school_day else "这段时间没有排开放"
        found.append(Clash("closed", False, f"{why}，保存后按临时安排处理"))
    if (asked.day, asked.band[0]) < (around.today, around.now):
        found.append(Clash("past", False, "这个时间已经过去了"))
    return sorted(found, key=lambda clash: not clash.hard)


def _planned(asked: Appointment, around: Around) -> bool:
    """Whether planned slots of this counsellor (or of nobody in particular) hold the whole of it."""
    slots = [(s.starts, s.ends) for s in around.plan.get(asked.day, ()) if s.person in ("", asked.person)]
    return total(overlap([asked.band], slots)) == asked.band[1] - asked.band[0]


def nearest_free(asked: Appointment, around: Around, count: int = 3) -> list[Free]:
    """The free times nearest to the asked one, of the same length and counsellor, inside the plan of `around.plan`,
    not before now, not overlapping one another. Times without the student's lesson come before times with it."""
    length = asked.band[1] - asked.band[0]
    found: list[tuple[int, int, Free]] = []
    for day, slots in around.plan.items():
        if day < around.today:
            continue
        for slot in slots:
            if slot.person not in ("", asked.person) or slot.ends - slot.starts < length:
                continue
            for starts in _starts(asked, slot, day, length, around):
                place = asked.place or slot.place
                at = replace(asked, day=day, starts=starts, ends=starts + length, place=place)
                clashes = conflicts(at, around)
                if any(clash.hard or clash.kind == "past" for clash in clashes):
                    continue
                soft = tuple(clash.sentence for clash in clashes if clash.kind == "lesson_student")
                away = abs((day - asked.day).days * 1440 + starts - asked.starts)
                found.append((len(soft), away, Free(day, starts, starts + length, asked.person, place, soft)))
    found.sort(key=lambda item: (item[0], item[1], item[2].day, item[2].starts))
    taken: list[Free] = []
    for _, _, free in found:
        if all(free.day != t.day or not meet((free.starts, free.ends), (t.starts, t.ends)) for t in taken):
            taken.append(free)
        if len(taken) == count:
            break
    return taken


def _starts(asked: Appointment, slot: PlanSlot, day: date, length: int, around: Around) -> list[int]:
    """Where a free time in a slot can begin: its edges, the asked minute, next to whatever stands or runs that day."""
    edges: set[int] = {slot.starts, slot.ends - length, asked.starts}
    standing: Iterable[Appointment] = [*around.bookings, *around.visits]
    bands = [a.band for a in standing if a.day == day]
    bands += [(o.starts, o.ends) for o in around.timetable if o.weekday == day.isoweekday()]
    bands += lessons_on(around.periods, day, around.calendar, asked.stage or None)
    for starts, ends in bands:
        edges |= {ends, starts - length}
    earliest = around.now if day == around.today else 0
    if slot.starts < earliest:
        edges.add(-(-earliest // 5) * 5)  # the next full five minutes
    return sorted(start for start in edges if slot.starts <= start <= slot.ends - length and start >= earliest)
