"""Who counts, what counts, and when a lamp is green: each rule by itself."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from psyroom.records.school import REGIONS
from psyroom.rules import coverage as rule
from psyroom.rules import policy
from psyroom.rules.coverage import AMBER, GREEN, NONE, Known, PlanKnown
from psyroom.rules.time import term

AUTUMN = term(2026, 1, date(2026, 9, 1), 20)
SPRING = term(2026, 2, date(2027, 2, 24), 19)
TERMS = (AUTUMN, SPRING)
FIRST = date(2026, 8, 31)
DAY = date(2026, 10, 14)


def test_a_semester_owns_its_weeks_and_the_holiday_after() -> None:
    assert rule.span(AUTUMN, TERMS) == (FIRST, SPRING.monday(1) - timedelta(days=1))
    assert rule.span(SPRING, TERMS) == (date(2027, 2, 22), date.max)
    assert rule.counted_on(AUTUMN, DAY) == DAY
    assert rule.counted_on(AUTUMN, date(2027, 2, 1)) == AUTUMN.ends


@pytest.mark.parametrize(
    ("stage", "cohort", "here"),
    [("junior", 2026, True), ("junior", 2024, True), ("junior", 2023, False), ("junior", 2027, False)]
    + [("primary", 2021, True), ("primary", 2020, False), ("senior", 2024, True), ("senior", 2023, False)],
)
def test_a_year_of_entry_counts_while_it_is_one_of_the_grades(stage: str, cohort: int, here: bool) -> None:
    assert rule.in_school(stage, cohort, AUTUMN, "63") is here
    assert rule.in_school("junior", 2023, AUTUMN, "54")  # four grades


@pytest.mark.parametrize(
    ("status", "since", "counts"),
    [
        ("present", None, True),
        ("present", DAY, True),  # a newcomer counts from the day of entry on
        ("present", DAY + timedelta(days=1), False),
        ("moved", DAY, False),  # a leaver counts no longer on the day of leaving
        ("moved", DAY + timedelta(days=1), True),
        ("moved", None, False),
        ("graduated", DAY - timedelta(days=90), False),
        ("suspended", DAY - timedelta(days=1), False),
        ("suspended", DAY + timedelta(days=20), True),
        ("removed", DAY + timedelta(days=20), False),  # entered by mistake: never there
        ("removed", None, False),
    ],
)
def test_who_is_on_the_list(status: str, since: date | None, counts: bool) -> None:
    assert rule.on_list(status, since, DAY) is counts


def test_under_care_from_the_first_day_to_the_last_named_but_not_on_the_day_it_was_lifted() -> None:
    since, until = DAY, DAY + timedelta(days=30)
    held = [rule.under_care(since, until, None, DAY + timedelta(days=n)) for n in (-1, 0, 30, 31)]
    assert held == [False, True, True, False]
    assert rule.under_care(since, None, None, DAY + timedelta(days=999))
    lifted = DAY + timedelta(days=5)
    assert rule.under_care(since, until, lifted, lifted - timedelta(days=1))
    assert not rule.under_care(since, until, lifted, lifted)


def test_the_rate_never_says_a_hundred_before_it_is() -> None:
    assert rule.rate(2999, 3000) == 99.9 and rule.rate(3000, 3000) == 100.0
    assert rule.rate(1, 3) == 33.3 and rule.rate(2, 3) == 66.6
    assert rule.rate(0, 0) == 0.0


@given(st.integers(0, 5000), st.integers(1, 5000))
def test_the_rate_is_the_floor_to_one_place(talked: int, asked: int) -> None:
    talked = min(talked, asked)
    found = rule.rate(talked, asked)
    assert (found == 100.0) is (talked == asked)
    assert 0 <= talked * 100 / asked - found < 0.1 + 1e-9


def test_the_denominator_is_the_school_s_choice() -> None:
    assert rule.asked(40, 3, "all") == 40 and rule.asked(40, 3, "less_excused") == 37


def lessons(day: date) -> bool:
    """The first week of October is free, and so are weekends."""
    return day.weekday() < 5 and not date(2026, 10, 1) <= day <= date(2026, 10, 9)


def test_the_weeks_left_are_school_weeks_from_today_s_to_the_one_to_finish_in() -> None:
    assert (
        rule.finish_week(0, AUTUMN) == 18 and rule.finish_week(12, AUTUMN) == 12 and rule.finish_week(30, AUTUMN) == 20
    )
    assert rule.weeks_left(AUTUMN, date(2026, 9, 2), 18, lessons) == 17  # the sixth week is free
    assert rule.weeks_left(AUTUMN, date(2026, 10, 6), 18, lessons) == 12
    assert rule.weeks_left(AUTUMN, date(2026, 12, 30), 18, lessons) == 1
    assert rule.weeks_left(AUTUMN, date(2027, 1, 13), 18, lessons) == 1, "past the aim there is this week"
    assert rule.weeks_left(AUTUMN, date(2027, 2, 9), 18, lessons) == 1, "in the holiday too"
    assert rule.weeks_left(AUTUMN, date(2026, 8, 20), 18, lessons) == 17, "before it begins all of them"
    saturday = date(2026, 9, 19)
    assert rule.weeks_left(AUTUMN, saturday, 5, lessons) == 2, "a week whose lessons are over is none"
    assert (rule.needed_per_week(0, 3), rule.needed_per_week(7, 3), rule.needed_per_week(6, 3)) == (0, 3, 2)


def test_an_attempt_rests_for_some_days_and_no_longer() -> None:
    tried = date(2026, 9, 7)
    shown = [rule.shown_again(tried, 3, tried + timedelta(days=n)) for n in range(5)]
    assert shown == [date(2026, 9, 10)] * 3 + [None, None]
    assert rule.shown_again(tried, 0, tried) is None and rule.shown_again(None, 3, tried) is None


def plan(whole: bool = True, made: date = DAY, review: date | None = None, *reviewed: date) -> PlanKnown:
    return PlanKnown(whole, made, review, reviewed)


def test_a_plan_counts_when_it_is_whole_and_of_this_semester_or_not_yet_due() -> None:
    before, ahead = FIRST - timedelta(days=60), DAY + timedelta(days=1)
    assert plan().counts(FIRST, DAY)
    assert not plan(whole=False).counts(FIRST, DAY)
    assert not plan(made=ahead).counts(FIRST, DAY), "not made yet"
    assert not plan(made=before).counts(FIRST, DAY), "an old one that nobody looked at"
    assert plan(True, before, None, FIRST).counts(FIRST, DAY)
    assert not plan(True, before, None, before, ahead).counts(FIRST, DAY), "reviewed before, and not yet again"
    assert plan(True, before, DAY).counts(FIRST, DAY) and not plan(True, before, DAY - timedelta(days=1)).counts(
        FIRST, DAY
    )
    assert plan(True, DAY, FIRST).counts(FIRST, DAY), "overdue, but made in this semester: a task, not a missing plan"


def told(known: Known, feedback_for: str = "care") -> rule.Lamps:
    states = rule.states(
        known.talks, known.care, known.plan, known.feedback, feedback_for=feedback_for, first=FIRST, day=DAY
    )
    return rule.lamps(known, states, day=DAY)


def test_lamps_say_what_is_there_and_what_is_missing() -> None:
    lamps = told(Known())
    assert [lamp.state for _, lamp in lamps.each] == [AMBER, NONE, NONE] and lamps.missing == ("talk",)
    assert told(Known(excuse="长期请假")).talk.words == "没有谈：长期请假", "an excuse is no talk"
    assert told(Known(excuse="长期请假")).talk.state == AMBER
    assert told(Known(attempts=2)).talk.words == "找过 2 次，还没有谈成"
    talked = Known(talks=2, first_day=FIRST, last_day=DAY, last_by="李老师", excuse="长期请假", attempts=1)
    assert told(talked).talk.words == "10月14日 李老师谈过，共 2 次" and told(talked).complete
    cared = Known(talks=1, last_day=DAY, last_by="李", care=True)
    assert told(cared).missing == ("plan", "feedback") and not told(cared).complete
    whole = Known(talks=1, last_day=DAY, last_by="李", care=True, plan=plan(), feedback="signed", feedback_on=DAY)
    assert told(whole).complete and told(whole).feedback.words == "10月14日已签回"
    late = Known(talks=1, last_day=DAY, care=True, plan=plan(True, DAY, FIRST), feedback="delivered")
    assert told(late).plan.state == GREEN and "已过" in told(late).plan.words
    assert not any(lamp.state != NONE for _, lamp in rule.OFF_LIST.each) and not rule.OFF_LIST.complete


@pytest.mark.parametrize("state", ["", "draft", "printed", "refused"])
def test_a_feedback_that_did_not_reach_the_parents_is_none(state: str) -> None:
    lamps = told(Known(talks=1, last_day=DAY, feedback=state), "all")
    assert lamps.feedback.state == AMBER and lamps.feedback.words


@pytest.mark.parametrize(("kind", "words"), [(None, "还没有"), (plan(whole=False), "五项"), (plan(made=date(2026, 3, 1)), "该回顾")])  # fmt: skip
def test_a_missing_plan_says_what_is_missing(kind: PlanKnown | None, words: str) -> None:
    lamp = told(Known(care=True, plan=kind)).plan
    assert lamp.state == AMBER and words in lamp.words
    assert told(Known(plan=kind)).plan.state == NONE


@given(
    st.builds(
        Known,
        talks=st.integers(0, 2),
        last_day=st.just(DAY),
        excuse=st.sampled_from(["", "长期请假"]),
        attempts=st.integers(0, 2),
        care=st.booleans(),
        plan=st.none() | st.builds(plan, st.booleans(), st.dates(date(2026, 7, 1), date(2026, 12, 1)), st.none()),
        feedback=st.sampled_from(["", "draft", "printed", "refused", "delivered", "signed"]),
        feedback_on=st.just(DAY),
    ),
    st.sampled_from(["all", "care"]),
)
def test_no_lamp_is_green_without_its_record(known: Known, feedback_for: str) -> None:
    lamps = told(known, feedback_for)
    assert (lamps.talk.state == GREEN) is (known.talks > 0)
    if lamps.plan.state == GREEN:
        assert known.plan is not None and known.plan.whole and FIRST <= known.plan.made_on <= DAY
    if lamps.feedback.state == GREEN:
        assert known.feedback in ("delivered", "signed")
    assert (lamps.plan.state == NONE) is not known.care
    assert (lamps.feedback.state == NONE) is (feedback_for == "care" and not known.care)
    assert all(lamp.words for _, lamp in lamps.each)


# ---- what regions ask -----------------------------------------------------------------------------------------------


def test_xiangyuan_asks_for_all_three_with_its_clause() -> None:
    place = policy.region("xiangyuan")
    duties = [place.duty(measure) for measure in (policy.TALK, policy.PLAN, policy.FEEDBACK)]
    assert all(duty is not None and duty.source.endswith("三(二)") and duty.per == "term" for duty in duties)
    assert [duty.whom for duty in duties if duty is not None] == ["all", "care", "care"]
    assert duties[0] is not None and duties[0].least_on(DAY) == 1 and duties[0].least_on(date(2023, 9, 1)) is None
    assert place.opening is not None and place.targets == []  # what was there before stays


@pytest.mark.parametrize("code", sorted(set(REGIONS) - {"xiangyuan"}))
def test_nowhere_else_a_talk_with_everybody_is_asked(code: str) -> None:
    place = policy.region(code)
    assert [place.duty(measure) for measure in (policy.TALK, policy.PLAN, policy.FEEDBACK)] == [None] * 3


def test_home_visits_count_as_the_region_says() -> None:
    by_region = {code: policy.region(code).home_visits(DAY) for code in REGIONS}
    asked = {code: (duty.per, duty.counts, duty.least) for code, duty in by_region.items() if duty is not None}
    assert asked == {
        "weinan": ("student", ("on_site", "telephone", "online"), 1),
        "hunan-vocational": ("teacher", ("on_site",), 1),
    }
    assert policy.region("weinan").home_visits(date(2022, 3, 1)) is None
    assert by_region["weinan"] is not None and by_region["weinan"].source == "渭教基〔2022〕57号 二(三)3"
