"""The waiting list's rules: the bands of a school's day, windows said and typed, and that whatever is offered can be."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from psyroom.rules import waiting as rules
from psyroom.rules.booking import Appointment, Around, Free, conflicts
from psyroom.rules.periods import PeriodSpan, default_periods
from psyroom.rules.plan import PlanSlot
from psyroom.rules.waiting import Window, Wish

TUESDAY = date(2026, 9, 8)


@pytest.mark.parametrize("stage", ["primary", "junior", "senior", "vocational", "nine", "complete"])
def test_every_usual_school_has_a_noon_and_an_evening_that_meet_no_lesson(stage: str) -> None:
    periods = default_periods(stage)
    for one in {p.stage for p in periods}:
        bands = rules.day_bands(periods, TUESDAY, one)
        assert {"noon", "after", "evening"} <= bands.keys()
        (noon,) = bands["noon"]
        assert 660 <= noon[0] < 780 < noon[1]
        free = [band for key in ("noon", "breaks", "after") for band in bands.get(key, ())]
        lessons = [(p.starts, p.ends) for p in periods if p.kind == "lesson" and p.stage in ("", one)]
        assert not [b for b in free for le in lessons if max(b[0], le[0]) < min(b[1], le[1])]


def test_a_school_without_lessons_gets_usual_hours() -> None:
    assert rules.day_bands([], TUESDAY) == {"noon": ((720, 840),), "after": ((990, 1080),), "evening": ((1110, 1230),)}


def test_a_school_that_ends_at_noon() -> None:
    bands = rules.day_bands([PeriodSpan("lesson", "", 1, 480, 525), PeriodSpan("lesson", "", 2, 535, 690)], TUESDAY)
    assert bands["noon"] == ((690, 840),) and bands["after"] == ((840, 1110),)


NAMES = {(720, 840): "午休"}


@pytest.mark.parametrize(
    ("windows", "words"),
    [
        ((), "什么时间都行"),
        ((Window(4, 720, 840),), "周四午休"),
        ((Window(3, 720, 840), Window(1, 720, 840)), "周一、三午休"),
        (tuple(Window(day, 720, 840) for day in range(1, 6)), "每天午休"),
        ((Window(4, 1000, 1050), Window(1, 720, 840)), "周一午休；周四 16:40—17:30"),
    ],
)
def test_windows_in_words(windows: tuple[Window, ...], words: str) -> None:
    assert rules.windows_words(windows, NAMES) == words


@pytest.mark.parametrize(
    ("text", "windows"),
    [
        ("周四 16:40-17:30", (Window(4, 1000, 1050),)),
        ("周四1640—1730", (Window(4, 1000, 1050),)),
        ("周一、三、五 12:10-13:00", tuple(Window(day, 730, 780) for day in (1, 3, 5))),
        ("周一三 12:10到13:00；星期五午休", (Window(1, 730, 780), Window(3, 730, 780), Window(5, 720, 840))),
        ("周一到周三午休", tuple(Window(day, 720, 840) for day in (1, 2, 3))),
        ("每天午休", tuple(Window(day, 720, 840) for day in range(1, 6))),
        ("", ()),
        ("周四", None),
        ("下课以后", None),
        ("周四 17:30-16:40", None),
        ("16:40-17:30", None),
    ],
)
def test_windows_as_typed(text: str, windows: tuple[Window, ...] | None) -> None:
    assert rules.typed_windows(text, {"noon": ((720, 840),)}) == windows


# ---- what is offered can be -------------------------------------------------------------------------------------

PEOPLE, PLACES, STUDENTS = ("王", "陈"), ("一室", "二室"), ("a", "b", "c", "d")
PERIODS = [PeriodSpan("lesson", "", n, starts, starts + 45) for n, starts in enumerate((480, 535, 600, 655, 840, 895))]
minutes = st.integers(0, 288).map(lambda five: five * 5)


@st.composite
def bands(draw: st.DrawFn, least: int = 10) -> tuple[int, int]:
    starts = draw(st.integers(84, 220)) * 5
    return starts, min(starts + draw(st.integers(least // 5, 24)) * 5, 1440)


@st.composite
def wishes(draw: st.DrawFn, number: int) -> Wish:
    kind = draw(st.sampled_from(["student", "parent", "teacher"]))
    student = "" if kind == "teacher" else draw(st.sampled_from(STUDENTS))
    asked = Appointment(
        TUESDAY, 0, 0, "", client=kind, student=student, name="李" if kind == "teacher" else "",
        channel=draw(st.sampled_from(["in_person", "telephone"])), stage="junior" if kind == "student" else "",
    )  # fmt: skip
    windows = draw(st.lists(st.tuples(st.integers(1, 5), bands()), max_size=3))
    since = TUESDAY - timedelta(days=draw(st.integers(0, 30)))
    return Wish(
        f"{number:02d}", asked, draw(st.sampled_from([15, 30, 40, 50])), since,
        TUESDAY + timedelta(days=draw(st.integers(-2, 20))), draw(st.sampled_from(["", *PEOPLE])),
        tuple(Window(day, *band) for day, band in windows), draw(st.booleans()),
    )  # fmt: skip


@st.composite
def standing(draw: st.DrawFn) -> Appointment:
    starts, ends = draw(bands())
    return Appointment(
        TUESDAY + timedelta(days=draw(st.integers(0, 2))), starts, ends, draw(st.sampled_from(PEOPLE)),
        draw(st.sampled_from(PLACES)), student=draw(st.sampled_from(STUDENTS)), id="x",
    )  # fmt: skip


@st.composite
def days(draw: st.DrawFn) -> tuple[Around, list[Wish]]:
    plan = {
        TUESDAY + timedelta(days=n): [PlanSlot(TUESDAY + timedelta(days=n), *band, person, place)]
        for n, band, person, place in draw(
            st.lists(
                st.tuples(st.integers(0, 3), bands(30), st.sampled_from(["", *PEOPLE]), st.sampled_from(["", *PLACES])),
                max_size=4,
            )
        )
    }
    around = Around(
        TUESDAY, draw(minutes), bookings=draw(st.lists(standing(), max_size=8)), periods=PERIODS, plan=plan,
        before=draw(st.sampled_from([0, 5])), after=draw(st.sampled_from([0, 10])), lead=draw(st.sampled_from([0, 120])),
    )  # fmt: skip
    return around, [draw(wishes(n)) for n in range(draw(st.integers(1, 6)))]


@settings(max_examples=300, deadline=None)
@given(days(), bands(), st.sampled_from(PEOPLE), st.sampled_from(["", *PLACES]), st.integers(-1, 2))
def test_whoever_is_offered_a_time_can_have_it(
    made: tuple[Around, list[Wish]], band: tuple[int, int], person: str, place: str, later: int
) -> None:
    around, waiting = made
    freed = Free(TUESDAY + timedelta(days=later), *band, person, place)
    found = rules.matches(freed, waiting, around)
    assert len(found) <= 3 and len({fit.wish.id for fit in found}) == len(found)
    for fit in found:
        wish = fit.wish
        clashes = conflicts(wish.at(freed.day, fit.starts, person, place), around)
        assert not [c for c in clashes if c.hard or c.urgent or c.kind == "past"]
        assert bool(fit.soft) == any(c.kind == "lesson_student" for c in clashes)
        assert freed.starts <= fit.starts and fit.ends <= freed.ends and fit.ends - fit.starts == wish.minutes
        assert wish.expires >= TUESDAY and wish.person in ("", person)
        assert not wish.windows or any(
            w.weekday == freed.day.isoweekday() and w.starts <= fit.starts and fit.ends <= w.ends for w in wish.windows
        )
    keys = [(not f.wish.first, bool(f.soft), not f.wish.windows, f.wish.since) for f in found]
    assert keys == sorted(keys)


@settings(max_examples=200, deadline=None)
@given(days())
def test_every_time_found_for_an_entry_can_be(made: tuple[Around, list[Wish]]) -> None:
    around, waiting = made
    for wish in waiting:
        for free in rules.times(wish, around, PEOPLE, PLACES):
            asked = wish.at(free.day, free.starts, free.person, free.place)
            assert (asked.ends or 0) == free.ends
            clashes = conflicts(asked, around)
            assert not [c for c in clashes if c.hard or c.urgent or c.kind in ("past", "closed")]
            assert bool(free.soft) == any(c.kind == "lesson_student" for c in clashes)


def test_two_hundred_who_all_fit_are_ordered_by_how_long_they_wait() -> None:
    def wish(n: int) -> Wish:
        asked = Appointment(TUESDAY, 0, 0, "", student=str(n))
        return Wish(f"{n:03d}", asked, 40, TUESDAY - timedelta(days=n % 90), TUESDAY)

    found = rules.matches(Free(TUESDAY, 720, 760, "王", ""), [wish(n) for n in range(200)], Around(TUESDAY, 0), 3)
    assert [(TUESDAY - fit.wish.since).days for fit in found] == [89, 89, 88]
