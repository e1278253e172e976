"""Stretches of a day as people type them."""

from __future__ import annotations

import argparse
from datetime import date

import pytest

from psyroom.commands import values
from psyroom.rules import typed


@pytest.mark.parametrize(
    "words", ["1210-1250", "12:10—12:50", "12.10到12.50", " 1210 1250 ", "12101250", "12：10~12:50"]
)
def test_a_stretch_in_many_hands(words: str) -> None:
    assert typed.stretch(words) == (730, 770)


@pytest.mark.parametrize("words", ["", "1210", "1210-", "1210-1250-1300", "2510-2520", "中午"])
def test_no_stretch(words: str) -> None:
    assert typed.stretch(words) is None


@pytest.mark.parametrize("text", ["9999-12-31", "1066-10-14", "99991231", "1899.12.31", "2101-01-01"])
def test_a_year_no_school_lives_in_is_not_read(text: str) -> None:
    """Weeks are reckoned around a date; at the ends of the calendar there are none."""
    assert typed.day(text, date(2026, 9, 8)) is None
    with pytest.raises(argparse.ArgumentTypeError):
        values.day(text)
