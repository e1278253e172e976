"""The lock, what a note lacks, its number."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from psyroom.records.notes import NOTE_KINDS, NoteFields
from psyroom.rules import notes as rules

MADE = datetime(2026, 9, 8, 4, 5, tzinfo=UTC)
STAMP = rules.stamp(MADE)
SEVEN = [("", 7)]


def after(**time: float) -> datetime:
    return MADE + timedelta(**time)


def test_a_note_locks_after_whole_days_or_with_its_signature() -> None:
    assert rules.state_of(STAMP, "", SEVEN, (), after(days=7, seconds=-1)) == "open"
    assert rules.state_of(STAMP, "", SEVEN, (), after(days=7)) == "locked"
    assert rules.state_of(STAMP, STAMP, SEVEN, (), MADE) == "locked"
    until = rules.stamp(after(days=9))
    assert rules.state_of(STAMP, "", SEVEN, [until], after(days=9, seconds=-1)) == "unlocked"
    assert rules.state_of(STAMP, "", SEVEN, [until], after(days=9)) == "locked"


@settings(max_examples=200, deadline=None)
@given(
    st.integers(1, 60),
    st.lists(st.tuples(st.integers(0, 90 * 24), st.integers(1, 60)), max_size=5),
    st.lists(st.integers(0, 100 * 24), min_size=2, max_size=8),
)
def test_once_locked_always_locked_however_the_days_are_changed(
    first: int, changes: list[tuple[int, int]], looks: list[int]
) -> None:
    """As it looked at each moment, knowing only the changes made by then."""
    whole = [("", first), *((rules.stamp(after(hours=at)), days) for at, days in sorted(changes))]
    states = []
    for hours in sorted(looks):
        known = [one for one in whole if not one[0] or one[0] <= rules.stamp(after(hours=hours))]
        states.append(rules.state_of(STAMP, "", known, (), after(hours=hours)))
    assert states == sorted(states, key=("open", "locked").index)


def test_the_four_parts_are_asked_of_counselling_and_the_outcome_of_a_contact() -> None:
    assert rules.missing("individual", NoteFields.model_construct(state="", problem=" ", measures="x", effect="")) == (
        "目前的心理状况",
        "主要问题与评估",
        "辅导效果",
    )
    assert rules.missing("parent", {"with_whom": "母亲", "problem": "睡眠", "outcome": ""}) == ("沟通结果",)


@pytest.mark.parametrize("kind", NOTE_KINDS)
def test_every_kind_has_its_form_and_what_it_needs_stands_in_it(kind: str) -> None:
    assert set(rules.NEEDED[kind]) <= set(rules.PARTS[kind]) <= NoteFields.model_fields.keys()


def test_a_number_runs_on_beyond_three_digits() -> None:
    assert [rules.number(2026, n) for n in (1, 42, 1000)] == ["2026-001", "2026-042", "2026-1000"]
