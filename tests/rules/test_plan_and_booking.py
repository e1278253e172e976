"""The plan of a day; what speaks against a booking; the nearest free times."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from psyroom.rules.booking import Appointment, Around, Clash, OwnLesson, conflicts, nearest_free
from psyroom.rules.calendar import Calendar
from psyroom.rules.intervals import meet
from psyroom.rules.periods import PeriodSpan
from psyroom.rules.plan import OneOff, PlanSlot, TemplateSlot, Turn, plan_of_day, stale

MONDAY = date(2026, 11, 23)
START = date(2026, 9, 1)
NOON = TemplateSlot("noon", 1, 720, 780, "a", "r", START)
NAMES = {"a": "甲老师", "b": "乙老师", "r": "辅导室"}


def asked(**values: Any) -> Appointment:
    base = Appointment(MONDAY, 720, 760, "a", "r", student="s", stage="junior")
    return replace(base, **values)


def around(**values: Any) -> Around:
    plan = {
        MONDAY + timedelta(days=n): plan_of_day(MONDAY + timedelta(days=n), TEMPLATE, [], Calendar()) for n in range(7)
    }
    return replace(Around(date(2026, 11, 20), 600, plan=plan, names=NAMES), **values)


TEMPLATE = [TemplateSlot(f"n{day}", day, 720, 840, "a", "r", START) for day in range(1, 6)]


def kinds(clashes: list[Clash]) -> list[tuple[str, bool]]:
    return [(clash.kind, clash.hard) for clash in clashes]


def test_the_template_holds_on_its_weekday_between_its_dates() -> None:
    calendar = Calendar()
    assert plan_of_day(MONDAY, [NOON], [], calendar) == [PlanSlot(MONDAY, 720, 780, "a", "r", False, "noon")]
    assert plan_of_day(MONDAY + timedelta(days=1), [NOON], [], calendar) == []
    assert plan_of_day(MONDAY, [replace(NOON, until=MONDAY - timedelta(days=1))], [], calendar) == []
    assert plan_of_day(date(2026, 8, 31), [NOON], [], calendar) == []


def test_holidays_take_the_template_away_but_not_a_plain_sunday() -> None:
    assert plan_of_day(date(2026, 10, 5), [NOON], [], Calendar()) == []
    sunday = replace(NOON, weekday=7)
    assert len(plan_of_day(date(2026, 11, 22), [sunday], [], Calendar())) == 1
    assert plan_of_day(date(2026, 10, 4), [sunday], [], Calendar()) == []


def test_closures_take_away_and_one_off_openings_stand_above() -> None:
    closed = OneOff("c", MONDAY, 740, 800, False)
    extra = OneOff("x", MONDAY, 750, 770, True, "b", "r")
    plan = plan_of_day(MONDAY, [NOON], [closed, extra], Calendar())
    assert [(s.starts, s.ends, s.person, s.extra) for s in plan] == [(720, 740, "a", False), (750, 770, "b", True)]
    assert plan_of_day(MONDAY, [NOON], [replace(closed, person="b")], Calendar())[0].ends == 780
    assert plan_of_day(date(2026, 10, 5), [NOON], [replace(extra, day=date(2026, 10, 5))], Calendar())


def test_nothing_speaks_against_a_free_planned_time() -> None:
    assert conflicts(asked(), around()) == []


def test_counsellor_client_and_room() -> None:
    other = Appointment(MONDAY, 750, 790, "a", "r", student="t", id="1")
    assert kinds(conflicts(asked(), around(bookings=[other]))) == [("counsellor", True), ("room", True)]
    assert kinds(conflicts(asked(), around(bookings=[replace(other, person="b")]))) == [("room", True)]
    elsewhere = replace(other, person="b", place="q")
    assert conflicts(asked(), around(bookings=[elsewhere])) == []
    assert kinds(conflicts(asked(), around(bookings=[replace(elsewhere, student="s")]))) == [("client", True)]
    assert conflicts(asked(), around(bookings=[replace(other, starts=760)])) == []
    sentence = conflicts(asked(), around(bookings=[other]))[0].sentence
    assert sentence == "甲老师 12:30—13:10 已有预约"


def test_parent_and_child_are_two_and_a_telephone_needs_no_room() -> None:
    other = Appointment(MONDAY, 720, 760, "b", "r", client="parent", student="s", id="1")
    assert kinds(conflicts(asked(), around(bookings=[other]))) == [("room", True)]
    assert conflicts(asked(channel="telephone"), around(bookings=[other])) == []


def test_teachers_and_groups_as_clients() -> None:
    teacher = asked(client="teacher", student="", name="丁", place="q", person="b")
    assert kinds(conflicts(teacher, around(bookings=[replace(teacher, id="1", place="p", person="c")])))[0] == (
        "client",
        True,
    )
    member = asked(form="group", group_no=2)
    assert conflicts(replace(member, student="t"), around(bookings=[replace(member, id="1")])) == []
    assert ("client", True) in kinds(conflicts(member, around(bookings=[replace(member, id="1")])))


def test_a_visit_going_on_keeps_the_room_and_a_booking_is_not_held_against_its_own_visit() -> None:
    visit = Appointment(MONDAY, 700, None, "a", "r", student="t", id="v", booking="b1")
    booking = Appointment(MONDAY, 700, 730, "a", "r", student="t", id="b1")
    found = conflicts(asked(), around(visits=[visit], bookings=[booking]))
    assert kinds(found) == [("counsellor", True), ("room", True)]
    assert "还没结束" in found[0].sentence
    assert conflicts(replace(booking, starts=720, ends=760), around(visits=[visit], bookings=[booking])) == []


def test_own_lessons_are_hard_and_the_student_s_are_soft_on_school_days_only() -> None:
    own = OwnLesson("a", 1, 750, 790)
    lesson = PeriodSpan("lesson", "junior", 1, 730, 775)
    assert kinds(conflicts(asked(), around(timetable=[own]))) == [("lesson_own", True)]
    assert kinds(conflicts(asked(person="b", place=""), around(timetable=[own]))) == [("closed", False)]
    found = conflicts(asked(), around(periods=[lesson]))
    assert kinds(found) == [("lesson_student", False)] and "30 分钟" in found[0].sentence
    assert conflicts(asked(client="parent"), around(periods=[lesson])) == []
    assert conflicts(asked(stage="senior"), around(periods=[lesson])) == []
    off = Calendar({MONDAY: False})
    assert kinds(conflicts(asked(), around(periods=[lesson], timetable=[own], calendar=off, plan={}))) == [
        ("closed", False)
    ]


def test_closed_and_past() -> None:
    assert kinds(conflicts(asked(starts=820, ends=860), around())) == [("closed", False)]
    holiday = conflicts(asked(day=date(2026, 10, 1)), around())
    assert kinds(holiday) == [("closed", False), ("past", False)] and "国庆节" in holiday[0].sentence
    assert kinds(conflicts(asked(), around(today=MONDAY, now=721))) == [("past", False)]


def test_three_nearest_free_times() -> None:
    taken = Appointment(MONDAY, 720, 760, "a", "r", student="t", id="1")
    free = nearest_free(asked(), around(bookings=[taken]))
    assert [(f.day, f.starts, f.ends) for f in free] == [
        (MONDAY, 760, 800),
        (MONDAY, 800, 840),
        (MONDAY + timedelta(days=1), 720, 760),
    ]
    late = nearest_free(asked(), around(bookings=[taken], today=MONDAY, now=763))
    assert (late[0].day, late[0].starts) == (MONDAY, 765)


def test_times_without_the_student_s_lesson_come_first() -> None:
    lesson = PeriodSpan("lesson", "junior", 1, 720, 840)
    plan = {MONDAY: [PlanSlot(MONDAY, 720, 760, "a", "r"), PlanSlot(MONDAY, 1000, 1040, "", "r")]}
    free = nearest_free(asked(), around(periods=[lesson], plan=plan))
    assert [(f.starts, bool(f.soft)) for f in free] == [(1000, False), (720, True)]


APPOINTMENTS = st.lists(
    st.builds(
        lambda day, starts, length, person, place, student: Appointment(
            MONDAY + timedelta(days=day),
            starts,
            starts + length,
            person,
            place,
            student=student,
            id=f"{day}{starts}{person}",
        ),
        st.integers(0, 6),
        st.integers(700, 850),
        st.integers(5, 90),
        st.sampled_from("ab"),
        st.sampled_from("rq"),
        st.sampled_from("st"),
    ),
    max_size=8,
)


@given(APPOINTMENTS, st.integers(0, 6), st.integers(690, 850), st.integers(10, 60))
def test_free_times_are_free_and_planned(taken: list[Appointment], day: int, starts: int, length: int) -> None:
    wanted = asked(day=MONDAY + timedelta(days=day), starts=starts, ends=starts + length)
    here = around(bookings=taken)
    free = nearest_free(wanted, here)
    for one in free:
        at = replace(wanted, day=one.day, starts=one.starts, ends=one.ends, place=one.place)
        assert conflicts(at, here) == []
        assert one.ends - one.starts == length
    pairs = [(one, other) for one in free for other in free if one is not other and one.day == other.day]
    assert not any(meet((a.starts, a.ends), (b.starts, b.ends)) for a, b in pairs)


@given(APPOINTMENTS, st.integers(690, 850), st.integers(1, 60))
def test_hard_conflicts_are_exactly_shared_minutes(taken: list[Appointment], starts: int, length: int) -> None:
    wanted = asked(starts=starts, ends=starts + length)
    minutes = set(range(starts, starts + length))
    hard = {clash.kind for clash in conflicts(wanted, around(bookings=taken)) if clash.hard}
    meeting = [a for a in taken if a.day == MONDAY and minutes & set(range(*a.band))]
    assert ("counsellor" in hard) == any(a.person == "a" for a in meeting)
    assert ("room" in hard) == any(a.place == "r" for a in meeting)
    assert ("client" in hard) == any(a.student == "s" for a in meeting)


def turn(turn_id: str, day: date, starts: int, ends: int, person: str, **more: str) -> Turn:
    return Turn(turn_id, day, starts, ends, **{"place": "r", "person": person, **more})


def test_a_turn_of_the_rota_puts_its_person_on_the_slot() -> None:
    (slot,) = plan_of_day(MONDAY, [NOON], [], Calendar(), [turn("t", MONDAY, 720, 780, "b")])
    assert (slot.person, slot.turn, slot.source) == ("b", "t", "noon")
    for other in (
        turn("t", MONDAY + timedelta(days=7), 720, 780, "b"),
        turn("t", MONDAY, 720, 770, "b"),
        turn("t", MONDAY, 720, 780, "b", place="elsewhere"),
    ):
        plan = plan_of_day(MONDAY, [NOON], [], Calendar(), [other])
        assert [(s.person, s.turn) for s in plan] == [("a", "")]
        assert stale(plan, [other]) == [other]


def test_who_takes_over_from_one_who_is_away_keeps_the_room_open() -> None:
    away = OneOff("x", MONDAY, 0, 1440, False, person="a")
    assert plan_of_day(MONDAY, [NOON], [away], Calendar()) == []
    (kept,) = plan_of_day(MONDAY, [NOON], [away], Calendar(), [turn("t", MONDAY, 720, 780, "b")])
    assert kept.person == "b"
    own = turn("t", MONDAY, 720, 780, "a")
    assert stale(plan_of_day(MONDAY, [NOON], [away], Calendar(), [own]), [own]) == [own]


def test_a_slot_cut_short_keeps_its_person_and_what_is_left_can_be_given_to_another() -> None:
    cut = OneOff("x", MONDAY, 750, 1440, False)
    for hours in ((720, 780), (720, 750)):
        (slot,) = plan_of_day(MONDAY, [NOON], [cut], Calendar(), [turn("t", MONDAY, *hours, "b")])
        assert (slot.starts, slot.ends, slot.person) == (720, 750, "b")


def test_two_who_keep_the_same_hours_are_not_mixed_up() -> None:
    both = [NOON, replace(NOON, id="noon2", person="b")]
    plan = plan_of_day(MONDAY, both, [], Calendar(), [turn("t", MONDAY, 720, 780, "c", instead_of="b")])
    assert {s.source: s.person for s in plan} == {"noon": "a", "noon2": "c"}
    free = [replace(NOON, id="free", person=""), NOON]
    plan = plan_of_day(MONDAY, free, [], Calendar(), [turn("t", MONDAY, 720, 780, "c")])
    assert {s.source: s.person for s in plan} == {"noon": "a", "free": "c"}
    one = turn("t", MONDAY, 720, 780, "c")
    extra = OneOff("e", MONDAY, 720, 780, True, place="r")
    assert [s.turn for s in plan_of_day(MONDAY, [], [extra], Calendar(), [one, replace(one, id="u")])] == ["t"]
