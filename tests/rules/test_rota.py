"""The proposal of a month's rota: staffed wherever it can be, nobody twice, fair by hours."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from psyroom.rules.rota import EVENING, Busy, Need, propose

MONDAY = date(2026, 11, 2)
PEOPLE = ["a", "b", "c"]


def on(day: int, starts: int = 720, ends: int = 780, person: str = "", place: str = "r") -> Need:
    return Need(MONDAY + timedelta(days=day), starts, ends, place, person)


def minutes(needs: list[Need], found: list[str]) -> dict[str, int]:
    return {p: sum(n.minutes for n, who in zip(needs, found, strict=True) if who == p) for p in PEOPLE}


def test_who_had_least_comes_first_and_hours_of_months_before_carry_over() -> None:
    needs = [on(day) for day in range(4)]
    assert propose(needs, PEOPLE, {}) == ["a", "b", "c", "a"]
    assert propose(needs, PEOPLE, {"a": 120, "b": 60, "c": 180}) == ["b", "a", "b", "a"]


def test_who_is_new_is_not_made_to_catch_up() -> None:
    assert propose([on(day) for day in range(3)], PEOPLE, {"a": 600, "b": 650}) == ["a", "c", "b"]


def test_fixed_people_stay_and_their_hours_count() -> None:
    needs = [on(0, person="a"), on(1), on(2), on(3, person="a"), on(4, person="x")]
    assert propose(needs, PEOPLE, {}) == ["a", "b", "c", "a", "x"]


def test_lessons_appointments_elsewhere_and_weekdays_are_left_out() -> None:
    day = MONDAY
    assert propose([on(0)], PEOPLE, {}, [Busy("a", day, 730, 740)]) == ["b"]
    assert propose([on(0)], PEOPLE, {}, [Busy("a", day, 780, 800)]) == ["a"]
    assert propose([on(0)], PEOPLE, {}, [Busy("a", day, 730, 740, "r")]) == ["a"]
    assert propose([on(0)], PEOPLE, {}, [Busy("a", day, 730, 740, "other")]) == ["b"]
    assert propose([on(0)], PEOPLE, {}, cannot={"a": [1], "b": [2]}) == ["b"]
    assert propose([on(0)], PEOPLE, {}, cannot={p: [1] for p in PEOPLE}) == [""]


def test_the_one_who_can_gets_it_and_the_others_make_room() -> None:
    """`a` comes first by hours, but only `a` can the second of two at the same time."""
    needs = [on(0), on(0, place="s")]
    assert propose(needs, ["a", "b"], {}, [Busy("b", MONDAY, 700, 800, "r2")], {}) == ["a", ""]
    busy = [Busy("b", MONDAY, 725, 730, "r")]  # in the first room: cannot keep the second open
    assert propose(needs, ["a", "b"], {}, busy) == ["b", "a"]


def test_two_evenings_in_a_row_are_avoided_where_another_can() -> None:
    needs = [on(day, EVENING, EVENING + 90) for day in range(4)]
    assert propose(needs, ["a", "b"], {"a": 10, "b": 500}) == ["a", "b", "a", "b"]
    assert propose(needs, ["a"], {}) == ["a"] * 4


needs_drawn = st.lists(
    st.builds(
        lambda day, starts, long, place, person: on(day, starts, starts + long, person, place),
        st.integers(0, 4),
        st.integers(24, 40).map(lambda n: n * 30),
        st.sampled_from([40, 60, 90]),
        st.sampled_from("rs"),
        st.just(""),
    ),
    max_size=6,
)
busy_drawn = st.lists(
    st.builds(
        lambda person, day, starts: Busy(person, MONDAY + timedelta(days=day), starts, starts + 60),
        st.sampled_from(PEOPLE),
        st.integers(0, 4),
        st.integers(24, 40).map(lambda n: n * 30),
    ),
    max_size=8,
)
cannot_drawn = st.dictionaries(st.sampled_from(PEOPLE), st.frozensets(st.integers(1, 5), max_size=2))


def stands(needs: list[Need], found: list[str], busy: list[Busy], cannot: dict[str, frozenset[int]]) -> bool:
    for at, (need, who) in enumerate(zip(needs, found, strict=True)):
        if not who:
            continue
        if need.day.isoweekday() in cannot.get(who, ()) or any(b.person == who and b.bars(need) for b in busy):
            return False
        if any(o == who and need.meets(n) for n, o in zip(needs[:at], found, strict=False)):
            return False
    return True


@given(needs=needs_drawn, busy=busy_drawn, cannot=cannot_drawn)
@settings(max_examples=80, deadline=None)
def test_as_many_are_staffed_as_can_be_and_nobody_is_double(
    needs: list[Need], busy: list[Busy], cannot: dict[str, frozenset[int]]
) -> None:
    found = propose(needs, PEOPLE, {}, busy, cannot)
    assert found == propose(needs, PEOPLE, {}, busy, cannot)
    assert stands(needs, found, busy, cannot)
    best = max(
        sum(map(bool, way))
        for way in product(["", *PEOPLE], repeat=len(needs))
        if stands(needs, list(way), busy, cannot)
    )
    assert sum(map(bool, found)) == best


@given(
    longs=st.lists(st.sampled_from([30, 45, 60, 90, 120]), min_size=1, max_size=40),
    so_far=st.lists(st.integers(0, 30), min_size=3, max_size=3),
)
def test_hours_differ_by_no_more_than_the_longest_opening(longs: list[int], so_far: list[int]) -> None:
    """Where nothing stands in the way; what they had before differs by no more either."""
    needs = [on(day, 600, 600 + long) for day, long in enumerate(longs)]
    before = dict(zip(PEOPLE, [60 + n for n in so_far], strict=True))
    had = {p: before[p] + m for p, m in minutes(needs, propose(needs, PEOPLE, before)).items()}
    assert max(had.values()) - min(had.values()) <= max(longs)
