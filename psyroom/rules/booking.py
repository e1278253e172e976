"""Whether a booking can stand: three-way conflicts (counsellor, client, room), lessons, and the nearest free times.

Hard: the counsellor, the client or the room is taken, or the counsellor has a lesson of their own then. A group takes
every member's time; an entry of the calendar (a lesson, a talk) the counsellor's and the room's.
Soft (said, but the person decides): the student has a lesson, nothing is planned to be open, the time has passed.
Soft with a reason to be given: nearer to another appointment, or sooner, than the room's own rules allow.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property

from psyroom.rules.calendar import Calendar
from psyroom.rules.intervals import meet, overlap, total, union
from psyroom.rules.names import plain_name
from psyroom.rules.periods import PeriodSpan, lessons_on
from psyroom.rules.plan import PlanSlot
from psyroom.rules.time import day_name
from psyroom.rules.typed import clock, length, span


@dataclass(frozen=True)
class Appointment:
    """A booking, visit or calendar entry as far as conflicts need it; ids are those of the records, empty for one not
    yet saved.

    `booking` is the booking a visit grew from, so that the two are not held against each other.
    `ends` None: a visit still going on. `stage` of the student, for the lessons that run; empty for others.
    `members`: the students of a group on that day. `client` is `event` for an entry of the calendar, whose `form` is then
    its kind and whose `name` the word for it.
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
    members: frozenset[str] = frozenset()

    @cached_property
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
    """What stands around a booking. Give bookings that keep their slot (`records.booking.STANDING`), visits and entries
    of the days in question; `plan` holds the planned slots by day; `names` the names of people, rooms and members by id.
    `before`, `after`: minutes left free around an appointment of one counsellor; `lead`: minutes to book ahead."""

    today: date
    now: int
    calendar: Calendar = field(default_factory=Calendar)
    bookings: Sequence[Appointment] = ()
    visits: Sequence[Appointment] = ()
    events: Sequence[Appointment] = ()
    timetable: Sequence[OwnLesson] = ()
    periods: Sequence[PeriodSpan] = ()
    plan: Mapping[date, Sequence[PlanSlot]] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    before: int = 0
    after: int = 0
    lead: int = 0

    @cached_property
    def standing(self) -> Mapping[date, Sequence[tuple[Appointment, str]]]:
        """By day what takes time, each with its word; a booking whose visit is there is left to the visit."""
        arrived = {v.booking for v in self.visits if v.booking}
        found: dict[date, list[tuple[Appointment, str]]] = {}
        for visit in self.visits:
            found.setdefault(visit.day, []).append((visit, VISIT))
        for booking in self.bookings:
            if booking.id not in arrived:
                found.setdefault(booking.day, []).append((booking, "预约"))
        for event in self.events:
            found.setdefault(event.day, []).append((event, event.name))
        return found


VISIT = "来访"


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


def _students(one: Appointment) -> frozenset[str]:
    """The students who sit there themselves."""
    if one.client == "group":
        return one.members
    return frozenset((one.student,)) if one.client == "student" and one.student else frozenset()


def _same_client(one: Appointment, other: Appointment) -> bool:
    if one.client == other.client == "parent":
        return bool(one.student) and one.student == other.student
    if one.client == other.client == "teacher":
        return bool(one.name) and plain_name(one.name) == plain_name(other.name)
    if one.client == other.client == "group" and one.group_no == other.group_no > 0:
        return True
    return not _students(one).isdisjoint(_students(other))


def _client_words(asked: Appointment, other: Appointment, names: Mapping[str, str]) -> str:
    """Who cannot be at both: the members by name where a group is one of the two."""
    if "group" not in (asked.client, other.client) or asked.group_no == other.group_no > 0:
        return "来访者"
    return "、".join(sorted(names.get(s, "团体成员") for s in _students(asked) & _students(other)))


def _same_session(one: Appointment, other: Appointment) -> bool:
    """Members of one group, entered one by one, sit in the same room with the same counsellor."""
    return (
        one.form == other.form == "group"
        and one.group_no == other.group_no > 0
        and (one.band, one.person, one.place) == (other.band, other.person, other.place)
    )


def _others(asked: Appointment, around: Around) -> list[tuple[Appointment, str]]:
    """What else stands on that day, with its word."""
    own = {asked.id, asked.booking} - {""}
    return [
        (a, word)
        for a, word in around.standing.get(asked.day, ())
        if a.id not in own and (not a.booking or a.booking not in own)
    ]


def conflicts(asked: Appointment, around: Around) -> list[Clash]:
    """What speaks against a booking, hard ones first, each with its cause in a Chinese sentence."""
    found: list[Clash] = []
    who = around.names.get(asked.person, "这位老师")
    others = _others(asked, around)
    for other, word in others:
        if not meet(other.band, asked.band):
            continue
        when = span(*other.band) if other.ends is not None else f"{clock(other.starts)} 起（还没结束）"
        if _same_client(asked, other):
            found.append(Clash("client", True, f"{_client_words(asked, other, around.names)} {when} 已有{word}"))
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
            and not (asked.client == "event" and asked.form == "lesson" and its == asked.band)  # it is that lesson
        ):
            found.append(Clash("lesson_own", True, f"{who} {span(*its)} 自己有课"))
    if asked.client in ("student", "group") and asked.stage:
        missed = overlap([asked.band], lessons_on(around.periods, asked.day, around.calendar, asked.stage))
        if missed:
            found.append(
                Clash("lesson_student", False, f"学生这时有课（占课 {total(missed)} 分钟），请先与任课教师说好")
            )
    found += _crowded(asked, others, around) + _too_soon(asked, around)
    if asked.client != "event" and not _planned(asked, around):
        name = around.calendar.name_of(asked.day)
        why = f"{day_name(asked.day)}是{name}" if name and not school_day else "这段时间没有排开放"
        found.append(Clash("closed", False, f"{why}，保存后按临时安排处理"))
    if (asked.day, asked.band[0]) < (around.today, around.now):
        found.append(Clash("past", False, "这个时间已经过去了"))
    return sorted(found, key=lambda clash: not clash.hard)


def _crowded(asked: Appointment, others: Iterable[tuple[Appointment, str]], around: Around) -> list[Clash]:
    """Appointments of the same counsellor nearer than the room's rules want. Who walked in or is still inside is not
    held against anybody, an entry of the calendar asks for no time of its own around it, and two need the longer of the
    times after the first and before the second. What has passed is entered afterwards: there is nothing to leave free."""
    found: list[Clash] = []
    if (asked.day, asked.band[0]) < (around.today, around.now):
        return found
    for other, word in others:
        if other.person != asked.person or word == VISIT:
            continue
        first, second = (asked, other) if asked.band <= other.band else (other, asked)
        gap = second.band[0] - first.band[1]
        if gap < 0:
            continue  # they share a minute, which is said already
        need = max(around.after if first.client != "event" else 0, around.before if second.client != "event" else 0)
        if gap < need and not _same_session(asked, other):
            apart = f"只隔 {gap} 分钟" if gap else "紧挨着"
            found.append(
                Clash("buffer", False, f"与 {span(*other.band)} 的{word}{apart}，中间要留 {need} 分钟", urgent=True)
            )
    return found


def _too_soon(asked: Appointment, around: Around) -> list[Clash]:
    """Sooner than the room takes bookings; what has passed is entered afterwards and not too soon."""
    left = (asked.day - around.today).days * 1440 + asked.band[0] - around.now
    if asked.client == "event" or not 0 <= left < around.lead:
        return []
    sentence = f"要至少提前 {length(around.lead)}预约，现在离开始只有 {length(left)}"
    return [Clash("lead", False, sentence, urgent=True)]


def _planned(asked: Appointment, around: Around) -> bool:
    """Whether planned slots of this counsellor (or of nobody in particular) hold the whole of it."""
    slots = [(s.starts, s.ends) for s in around.plan.get(asked.day, ()) if s.person in ("", asked.person)]
    return total(overlap([asked.band], slots)) == asked.band[1] - asked.band[0]


def nearest_free(asked: Appointment, around: Around, count: int = 3) -> list[Free]:
    """The free times nearest to the asked one, of the same length and counsellor, inside the plan of `around.plan`,
    not before now, within the room's rules, not overlapping one another. Times without the student's lesson come before
    times with it."""
    long = asked.band[1] - asked.band[0]
    wanted: list[tuple[int, date, int, str]] = []
    for day, slots in around.plan.items():
        if day < around.today:
            continue
        busy = _busy(replace(asked, day=day), around)
        for slot in slots:
            if slot.person not in ("", asked.person) or slot.ends - slot.starts < long:
                continue
            for starts in _starts(asked, slot, day, long, around):
                if any(start < starts + long and starts < end for start, end in busy):
                    continue
                away = abs((day - asked.day).days * 1440 + starts - asked.starts)
                wanted.append((away, day, starts, asked.place or slot.place))
    taken: list[Free] = []
    in_lessons: list[Free] = []

    def take(free: Free) -> None:
        if all(free.day != t.day or not meet((free.starts, free.ends), (t.starts, t.ends)) for t in taken):
            taken.append(free)

    for _, day, starts, place in sorted(wanted):  # the nearest first, so that most need not be looked at
        clashes = conflicts(replace(asked, day=day, starts=starts, ends=starts + long, place=place), around)
        if any(clash.hard or clash.urgent or clash.kind == "past" for clash in clashes):
            continue
        soft = tuple(clash.sentence for clash in clashes if clash.kind == "lesson_student")
        free = Free(day, starts, starts + long, asked.person, place, soft)
        if soft:
            in_lessons.append(free)
        else:
            take(free)
        if len(taken) == count:
            return taken
    for free in in_lessons:
        if len(taken) < count:
            take(free)
    return taken


def _busy(asked: Appointment, around: Around) -> list[tuple[int, int]]:
    """When the counsellor cannot on that day, whatever the appointment: most times of a full week need no closer look."""
    others = _others(asked, around)
    return union(other.band for other, _ in others if other.person == asked.person and other.form != "group")


def _starts(asked: Appointment, slot: PlanSlot, day: date, long: int, around: Around) -> list[int]:
    """Where a free time in a slot can begin: its edges, the asked minute, next to whatever stands or runs that day."""
    edges: set[int] = {slot.starts, slot.ends - long, asked.starts}
    bands = [a.band for a, _ in around.standing.get(day, ())]
    gaps = {0, around.before, around.after}
    bands += [(o.starts, o.ends) for o in around.timetable if o.weekday == day.isoweekday()]
    bands += lessons_on(around.periods, day, around.calendar, asked.stage or None)
    for starts, ends in bands:
        for gap in gaps:
            edges |= {ends + gap, starts - long - gap}
    earliest = max(around.now + around.lead - (day - around.today).days * 1440, 0)
    if slot.starts < earliest:
        edges.add(-(-earliest // 5) * 5)  # the next full five minutes
    return sorted(start for start in edges if slot.starts <= start <= slot.ends - long and start >= earliest)
