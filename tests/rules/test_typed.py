"""Stretches of a day as people type them."""

from __future__ import annotations

import pytest

from psyroom.rules import typed


@pytest.mark.parametrize(
    "words", ["1210-1250", "12:10—12:50", "12.10到12.50", " 1210 1250 ", "12101250", "12：10~12:50"]
)
def test_a_stretch_in_many_hands(words: str) -> None:
    assert typed.stretch(words) == (730, 770)


@pytest.mark.parametrize("words", ["", "1210", "1210-", "1210-1250-1300", "2510-2520", "中午"])
def test_no_stretch(words: str) -> None:
    assert typed.stretch(words) is None
