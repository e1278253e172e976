"""Phrases by pinyin."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from psyroom.rules.names import readings
from psyroom.rules.spelling import place_of

TEXT = "倾听和共情，陪学生把事情理清楚。"


@pytest.mark.parametrize(
    ("typed", "at"),
    [("", 0), ("qt", 0), ("qingt", 0), ("qtg", None), ("qthgq", 0), ("gongq", 3), ("gq", 3), ("gqp", 3),
     ("pxs", 5), ("共情", 3), ("qingtinghegongqing", 0), ("xyz", None), ("Q T", 0)],
)  # fmt: skip
def test_letters_stand_for_characters(typed: str, at: int | None) -> None:
    assert place_of(typed, TEXT) == at


@settings(max_examples=150, deadline=None)
@given(st.data(), st.text("情绪睡眠说话重量行动长大……，。ab1 ", min_size=1, max_size=20))
def test_every_way_of_typing_a_phrase_finds_it(data: st.DataObject, text: str) -> None:
    sounding = [char for char in text if char.isalnum()]
    start = data.draw(st.integers(0, max(len(sounding) - 1, 0)))
    spelled = ""
    for char in sounding[start : start + 6]:
        reading = data.draw(st.sampled_from(readings(char)))
        spelled += data.draw(st.sampled_from((reading, reading[0])))
    found = place_of(spelled, text)
    assert found is not None and found <= start


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=50), st.text(max_size=200))
def test_it_never_stumbles(typed: str, text: str) -> None:
    place_of(typed, text)
