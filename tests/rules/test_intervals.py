"""Interval arithmetic against counting minute by minute."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from psyroom.rules.intervals import Band, meet, overlap, subtract, total, union

BANDS = st.lists(st.tuples(st.integers(0, 1440), st.integers(0, 1440)), max_size=8)


def minutes(bands: list[Band]) -> set[int]:
    return {minute for start, end in bands for minute in range(start, end)}


def is_normal(bands: list[Band]) -> bool:
    return all(a < b for a, b in bands) and all(one[1] < two[0] for one, two in zip(bands, bands[1:], strict=False))


@given(BANDS)
def test_union_holds_each_minute_once(bands: list[Band]) -> None:
    assert minutes(union(bands)) == minutes(bands)
    assert is_normal(union(bands))
    assert total(bands) == len(minutes(bands))


@given(BANDS, BANDS)
def test_subtract_and_overlap_part_the_minutes(bands: list[Band], away: list[Band]) -> None:
    assert minutes(subtract(bands, away)) == minutes(bands) - minutes(away)
    assert minutes(overlap(bands, away)) == minutes(bands) & minutes(away)
    assert is_normal(subtract(bands, away)) and is_normal(union(overlap(bands, away)))
    assert total(subtract(bands, away)) + total(overlap(bands, away)) == total(bands)


@given(st.tuples(st.integers(0, 100), st.integers(0, 100)), st.tuples(st.integers(0, 100), st.integers(0, 100)))
def test_meet_is_a_common_minute(one: Band, other: Band) -> None:
    assert meet(one, other) == bool(minutes([one]) & minutes([other]))
