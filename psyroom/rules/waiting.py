"""Who on the waiting list fits a time that is free, and which free times fit one who waits.

- An entry fits where its length lies inside the time and inside one of its windows, its counsellor is the one of that time
  (or any will do), and nothing hard stands against it for counsellor, client and room (`rules.booking`).
- Order: whom a counsellor put first, then those without a lesson at that hour, then those who named this time, then those
  who have waited longest.
- Entries past their last day are never offered; they are asked whether they still wait.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from psyroom.rules.booking import VISIT, Appointment, Around, Free, conflicts
from psyroom.rules.intervals import Band, overlap, subtract
from psyroom.rules.periods import PeriodSpan, bands_on, lessons_on
from psyroom.rules.time import WEEKDAYS
from psyroom.rules.typed import minutes, span

WAITS_FOR = 14
"""Days an entry stands before it is asked whether it still waits."""

BAND_NAMES = {"noon": "午休", "breaks": "课间", "after": "放学后", "evening": "晚自习"}
SHORTEST_BREAK = 15  # minutes a break must have to be of use
_NOON, _AFTER, _EVENING = (720, 840), (990, 1080), (1110, 1230)  # where a school has set no lessons
_EVENING_LESSON = 1080  # lessons from here on belong to the evening


@dataclass(frozen=True)
class Window:
    """A stretch of a weekday that suits; weekday 1 is Monday, minutes from midnight."""

    weekday: int
    starts: int
    ends: int

    @property
    def band(self) -> Band:
        return self.starts, self.ends


@dataclass(frozen=True, repr=False)
class Wish:
    """One who waits. `windows` empty: any time; `person` empty: any counsellor. `asked` holds for whom it is; its day and
    hours mean nothing. `names` are the school's words for bands of the day (`band_names`)."""

    id: str
    asked: Appointment
    minutes: int
    since: date
    expires: date
    person: str = ""
    windows: tuple[Window, ...] = ()
    first: bool = False
    names: Mapping[Band, str] = field(default_factory=dict)

    def at(self, day: date, starts: int, person: str, place: str) -> Appointment:
        """The booking it would become."""
        where = place if self.asked.channel == "in_person" else ""
        return replace(self.asked, day=day, starts=starts, ends=starts + self.minutes, person=person, place=where)


@dataclass(frozen=True, repr=False)
class Fit:
    """An entry that can have a time: when exactly, why in a short phrase; `soft` what must be agreed on first."""

    wish: Wish
    starts: int
    ends: int
    why: str
    soft: tuple[str, ...] = ()


# ---- the bands of a school's day ------------------------------------------------------------------------------


def day_bands(periods: Iterable[PeriodSpan], day: date, stage: str = "") -> dict[str, tuple[Band, ...]]:
    """Noon, longer breaks, after school and evening, as the lessons and night study in force on a day leave them.

    Keys are those of `BAND_NAMES`; a band the school does not have is missing. A school that has set no lessons gets
    usual hours.
    """
    periods = list(periods)
    lessons = [b for b in bands_on(periods, "lesson", day, stage or None) if b[0] < _EVENING_LESSON]
    study = bands_on(periods, "study", day, stage or None)
    evening = (study[0][0], study[-1][1]) if study else _EVENING
    if not lessons:
        return {"noon": (_NOON,), "after": (_AFTER,), "evening": (evening,)}
    gaps = [(a[1], b[0]) for a, b in zip(lessons, lessons[1:], strict=False)]
    middle = [gap for gap in gaps if overlap([gap], [(660, 870)])]
    noon = max(middle, key=lambda gap: gap[1] - gap[0], default=None)
    if noon is None or noon[1] - noon[0] < 2 * SHORTEST_BREAK:
        noon = None if lessons[-1][1] > _NOON[0] else (lessons[-1][1], _NOON[1])
    found: dict[str, tuple[Band, ...]] = {"noon": (noon,)} if noon is not None else {}
    breaks = tuple(gap for gap in gaps if gap != noon and gap[1] - gap[0] >= SHORTEST_BREAK)
    if breaks:
        found["breaks"] = breaks
    over = max(lessons[-1][1], noon[1] if noon is not None else 0)
    until = evening[0] if study else max(_EVENING[0], over + 60)
    if until - over >= SHORTEST_BREAK:
        found["after"] = ((over, until),)
    return {**found, "evening": (evening,)}


def band_names(bands: Mapping[str, Sequence[Band]]) -> dict[Band, str]:
    """The word for each band."""
    return {band: BAND_NAMES[key] for key, spans in bands.items() for band in spans}


def windows_words(windows: Iterable[Window], names: Mapping[Band, str]) -> str:
    """`周一、三午休；周四 16:40—17:30`; whatever the time for none."""
    groups: dict[str, set[int]] = {}
    for window in sorted(windows, key=lambda w: (w.starts, w.ends, w.weekday)):
        groups.setdefault(_hours(window, names), set()).add(window.weekday)
    return "；".join(_days(days) + words for words, days in groups.items()) or "什么时间都行"


def _hours(window: Window, names: Mapping[Band, str]) -> str:
    return names.get(window.band) or f" {span(*window.band)}"


def _days(days: set[int]) -> str:
    if days >= {1, 2, 3, 4, 5}:
        return "每天" if days >= {6, 7} or len(days) == 5 else "每天和周六" if 6 in days else "每天和周日"
    return "周" + "、".join(WEEKDAYS[day - 1] for day in sorted(days))


def waited_words(since: date, today: date) -> str:
    """`等了 12 天`"""
    days = (today - since).days
    return f"等了 {days} 天" if days > 0 else "今天登记"


# ---- who fits a time ------------------------------------------------------------------------------------------


def expired(wish: Wish, today: date) -> bool:
    return wish.expires < today


def matches(freed: Free, wishes: Iterable[Wish], around: Around, count: int = 3) -> list[Fit]:
    """Those who could come in a free stretch of one day, best first.

    `around` holds what stands on that day. Each fit is free of hard conflicts and of whatever needs a reason, so that it
    can be booked as it is; one with `soft` needs a yes.
    """
    ground = _Ground(freed, around)
    possible: list[tuple[tuple[object, ...], Wish, int]] = []
    for wish in wishes:
        if expired(wish, around.today) or wish.person not in ("", freed.person):
            continue
        lessons = ground.lessons(wish.asked.stage) if wish.asked.client == "student" else []
        for starts in ground.starts(wish, lessons):
            in_lesson = bool(overlap([(starts, starts + wish.minutes)], lessons))
            possible.append(
                ((not wish.first, in_lesson, not wish.windows, wish.since, wish.id, in_lesson, starts), wish, starts)
            )
    possible.sort(key=lambda item: item[0])
    found: dict[str, Fit] = {}
    for _, wish, starts in possible:
        if wish.id in found:
            continue
        soft = can_be(wish.at(freed.day, starts, freed.person, freed.place), around)
        if soft is None:
            continue
        found[wish.id] = Fit(wish, starts, starts + wish.minutes, _why(wish, freed.day, starts, around, soft), soft)
        if len(found) == count:
            break
    return list(found.values())


def can_be(asked: Appointment, around: Around) -> tuple[str, ...] | None:
    """The sentences that need a yes (the student's lesson); None where it cannot be, or only with a reason."""
    clashes = conflicts(asked, around)
    if any(c.hard or c.kind == "past" or c.urgent for c in clashes):
        return None
    return tuple(c.sentence for c in clashes if c.kind == "lesson_student")


def _why(wish: Wish, day: date, starts: int, around: Around, soft: Sequence[str]) -> str:
    held = next((w for w in wish.windows if _holds(w, day, starts, wish.minutes)), None)
    words = "什么时间都行"
    if held is not None:
        hours = _hours(held, wish.names)
        words = f"周{WEEKDAYS[day.weekday()]}{hours}{' ' if hours[0] == ' ' else ''}合适"
    parts = ["优先"] if wish.first else []
    parts += [waited_words(wish.since, around.today), words]
    if wish.person:
        parts.append(f"想约{around.names.get(wish.person, '这位老师')}")
    if soft:
        parts.append("这时有课，要先说好")
    return " · ".join(parts)


def _holds(window: Window, day: date, starts: int, minutes: int) -> bool:
    return window.weekday == day.isoweekday() and window.starts <= starts and starts + minutes <= window.ends


class _Ground:
    """What of a free stretch is left for a counsellor, with the room and without it; looked at once for many entries."""

    def __init__(self, freed: Free, around: Around) -> None:
        self.freed, self.around = freed, around
        standing = around.standing.get(freed.day, ())
        own = [
            (o.starts, o.ends)
            for o in around.timetable
            if o.person == freed.person
            and o.weekday == freed.day.isoweekday()
            and around.calendar.is_school_day(freed.day)
        ]
        person = [self._with_margins(a, word) for a, word in standing if a.person == freed.person]
        room = [a.band for a, _ in standing if freed.place and a.place == freed.place and a.channel == "in_person"]
        whole = [(max(freed.starts, self._earliest()), freed.ends)]
        self._apart = subtract(whole, [*person, *own])
        self._in_person = subtract(self._apart, room)
        self._lessons: dict[str, list[Band]] = {}

    def _earliest(self) -> int:
        """The next full five minutes that may still be booked."""
        left = self.around.now + self.around.lead - (self.freed.day - self.around.today).days * 1440
        return -(-max(left, 0) // 5) * 5

    def _with_margins(self, other: Appointment, word: str) -> Band:
        """What an appointment takes with the time the room's rules leave free about it (`rules.booking`)."""
        if word == VISIT:
            return other.band
        before, after = self.around.before, self.around.after
        mine = other.client != "event"
        starts, ends = other.band
        return starts - max(after, before if mine else 0), ends + max(after if mine else 0, before)

    def lessons(self, stage: str) -> list[Band]:
        """The lessons that run that day for a stage."""
        if stage not in self._lessons:
            around = self.around
            found = lessons_on(around.periods, self.freed.day, around.calendar, stage) if stage else []
            self._lessons[stage] = found
        return self._lessons[stage]

    def starts(self, wish: Wish, lessons: Sequence[Band]) -> Iterator[int]:
        """The beginnings worth trying, each once."""
        gaps = self._in_person if wish.asked.channel == "in_person" else self._apart
        if wish.windows:
            gaps = overlap(gaps, [w.band for w in wish.windows if w.weekday == self.freed.day.isoweekday()])
        seen: set[int] = set()
        for lo, hi in gaps:
            last = hi - wish.minutes
            tries = {lo, last}
            tries |= {edge for band in lessons for edge in (band[1], band[0] - wish.minutes)}
            for starts in sorted(t for t in tries if lo <= t <= last):
                if starts not in seen and _in_one(wish, self.freed.day, starts):
                    seen.add(starts)
                    yield starts


def _in_one(wish: Wish, day: date, starts: int) -> bool:
    """Whether one window holds the whole; two that touch make no longer one."""
    return not wish.windows or any(_holds(w, day, starts, wish.minutes) for w in wish.windows)


# ---- which times fit one who waits ----------------------------------------------------------------------------


def times(wish: Wish, around: Around, people: Sequence[str], places: Sequence[str], count: int = 3) -> list[Free]:
    """The free times for one entry inside the plan of `around.plan`: soonest first, those without a lesson before those
    with one, of different days as far as there are any.

    `people` are those who receive visitors; they and `places` are taken in this order where the plan names nobody or no
    room.
    """
    found: list[Free] = []
    for day in sorted(around.plan):
        if day < around.today or wish.windows and all(w.weekday != day.isoweekday() for w in wish.windows):
            continue
        found += _on(wish, day, around, people, places)
        if len({free.day for free in found if not free.soft}) >= count:
            break
    firsts: dict[date, Free] = {}
    for free in found:
        if not free.soft:
            firsts.setdefault(free.day, free)
    best = list(firsts.values())[:count]
    rest = sorted((f for f in found if f not in best), key=lambda f: (bool(f.soft), f.day, f.starts))
    return sorted([*best, *rest[: count - len(best)]], key=lambda f: (bool(f.soft), f.day, f.starts))


def _on(wish: Wish, day: date, around: Around, people: Sequence[str], places: Sequence[str]) -> list[Free]:
    """The free times of a day that do not overlap, the ones without a lesson first."""
    tried: list[Free] = []
    for slot in around.plan.get(day, ()):
        for person in [slot.person] if slot.person else people:
            if person not in people or wish.person not in ("", person):
                continue  # a band only somebody else keeps open
            for place in [slot.place] if slot.place else (places or [""]):
                stretch = Free(day, slot.starts, slot.ends, person, place)
                ground = _Ground(stretch, around)
                lessons = ground.lessons(wish.asked.stage) if wish.asked.client == "student" else []
                for starts in ground.starts(wish, lessons):
                    asked = wish.at(day, starts, person, place)
                    if (soft := can_be(asked, around)) is not None:
                        tried.append(Free(day, starts, starts + wish.minutes, person, asked.place, soft))
    tried.sort(key=lambda f: (bool(f.soft), f.starts))
    taken: list[Free] = []
    for free in tried:
        if all(not overlap([(free.starts, free.ends)], [(t.starts, t.ends)]) for t in taken):
            taken.append(free)
    return taken


def until(today: date) -> date:
    """The last day of an entry made or renewed today."""
    return today + timedelta(days=WAITS_FOR)


_DAYS_TYPED = re.compile(r"每天|(?:(?:周|星期|礼拜|[、和到至-])*[一二三四五六日天])+")
_RANGE = re.compile(r"[一二三四五六日][到至-][一二三四五六日]")


def typed_windows(text: str, bands: Mapping[str, Sequence[Band]] | None = None) -> tuple[Window, ...] | None:
    """`周四 16:40-17:30，周一三五 1210-1300，周二午休` as windows; None: not read. `bands` are those of the day."""
    plain = unicodedata.normalize("NFKC", text).replace(" ", "")
    parts = [part for part in re.split(r"[,;。]", plain) if part]
    spoken = {BAND_NAMES[key]: spans for key, spans in (bands or {}).items()}
    found: set[Window] = set()
    for part in parts:
        said = _DAYS_TYPED.match(part)
        if said is None or part[0] not in "每周星礼":
            return None
        days, rest = _typed_days(said[0]), part[said.end() :]
        spans = list(spoken.get(rest, ()))
        if not spans:
            ends = re.split(r"—+|-+|~|到|至", rest)
            hours = [minutes(end) for end in ends if end]
            if len(hours) != 2 or hours[0] is None or hours[1] is None or hours[0] >= hours[1]:
                return None
            spans = [(hours[0], hours[1])]
        found |= {Window(day, *band) for day in days for band in spans}
    return tuple(sorted(found, key=lambda w: (w.weekday, w.starts, w.ends)))


def _typed_days(said: str) -> list[int]:
    if said == "每天":
        return [1, 2, 3, 4, 5]
    plain = re.sub(r"周|星期|礼拜", "", said).replace("天", "日")
    if _RANGE.fullmatch(plain):
        first, last = WEEKDAYS.index(plain[0]) + 1, WEEKDAYS.index(plain[-1]) + 1
        return list(range(first, last + 1))
    return sorted({WEEKDAYS.index(c) + 1 for c in plain if c in WEEKDAYS})
