"""Differences between a signed week and the week as it is, and which minutes heal another week; against sets of minutes."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from psyroom.rules.make_up import MakeUp, made_up
from psyroom.rules.signed_week import Kept, differences, kept, minutes

DAY = date(2026, 11, 16)


@st.composite
def row(draw: st.DrawFn, name: str) -> Kept:
    starts = draw(st.integers(0, 60))
    until = starts + draw(st.integers(0, 40))
    first = draw(st.integers(starts, until))
    last = draw(st.integers(first, until))
    return Kept(
        "opening",
        name,
        DAY + timedelta(days=draw(st.integers(0, 1))),
        starts,
        until,
        until,
        draw(st.sampled_from("pq")),
        "",
        ((first, last),) if last > first else (),
    )


WEEKS = st.lists(st.sampled_from("abcdef"), unique=True, max_size=5).flatmap(lambda ids: st.tuples(*map(row, ids)))


def counted(rows: tuple[Kept, ...], each: bool) -> tuple[int, int]:
    def of(bands: list[tuple[Kept, int, int]]) -> int:
        return len({(r.day, r.person if each else "", m) for r, a, b in bands for m in range(a, b)})

    return of([(r, r.starts, r.until) for r in rows]), of([(r, a, b) for r in rows for a, b in r.out])


@settings(max_examples=200, deadline=None)
@given(WEEKS, WEEKS, st.booleans(), st.booleans())
def test_the_differences_add_up_to_the_difference(
    then: tuple[Kept, ...], now: tuple[Kept, ...], each_then: bool, each_now: bool
) -> None:
    assert minutes(then, each_then) == counted(then, each_then)
    found = differences(then, now, each_then, each_now)
    before, after = counted(then, each_then), counted(now, each_now)
    assert sum(one.open for one in found) == after[0] - before[0]
    assert sum(one.outside for one in found) == after[1] - before[1]
    touched = {(one.before or one.after).key for one in found if one.before or one.after}  # type: ignore[union-attr]
    assert touched <= {r.key for r in (*then, *now)}
    gone = {r.key for r in then} ^ {r.key for r in now}
    assert gone <= touched, "whatever came or went is told, also where it changes no sum"


@given(WEEKS)
def test_what_was_kept_is_read_again(rows: tuple[Kept, ...]) -> None:
    assert tuple(kept(one.as_json()) for one in rows) == rows
    assert differences(rows, rows, True, True) == []


MAKE_UPS = st.lists(
    st.tuples(st.integers(0, 50), st.integers(1, 40), st.sampled_from(["", "p", "q"]), st.integers(1, 2)), max_size=5
)
OPENED = st.dictionaries(st.sampled_from("pq"), st.tuples(st.integers(0, 50), st.integers(1, 40)), max_size=2)


@settings(max_examples=200, deadline=None)
@given(MAKE_UPS, OPENED, st.booleans())
def test_no_minute_heals_twice_and_none_that_was_not_open(
    drawn: list[tuple[int, int, str, int]], open_: dict[str, tuple[int, int]], each: bool
) -> None:
    wanted = [
        MakeUp(f"{n}", DAY, a, a + length, person, DAY - timedelta(weeks=weeks))
        for n, (a, length, person, weeks) in enumerate(drawn)
    ]
    opened: dict[str, list[tuple[int, int]]] = {}
    left: set[tuple[str, int]] = set()
    for person, (a, length) in open_.items():
        key = person if each else ""
        opened.setdefault(key, []).append((a, a + length))
        left |= {(key, m) for m in range(a, a + length)}
    expected = {}
    for one in sorted(wanted, key=lambda m: (m.starts, m.ends, m.id)):
        mine = {(who, m) for who, m in left if one.starts <= m < one.ends and (not each or one.person in ("", who))}
        left -= mine
        if mine:
            expected[one.id] = len(mine)
    assert {m.id: m.minutes for m in made_up(wanted, {DAY: opened}, each)} == expected
