"""Cards that overlap in time stand side by side; on a narrow one words are whole."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtWidgets import QApplication

from psyroom.services.week import Entry
from psyroom.ui.calendar.layout import lanes
from psyroom.ui.calendar.paint import inks
from psyroom.ui.tokens import Look
from tests.services.room_for_bookings import MONDAY


def card(number: int, starts: int, ends: int) -> Entry:
    return Entry(
        kind="booking", id=f"{number:02d}", day=MONDAY, starts=starts, ends=ends, who="", class_name="", student="",
        client="student", name="", group_no=0, size=1, form="individual", channel="in_person", way="self",
        outcome="open", follow_up="", person="", person_name="", place="", place_name="",
    )  # fmt: skip


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(1, 20)), max_size=12))
def test_cards_of_one_lane_never_overlap(spans: list[tuple[int, int]]) -> None:
    entries = [card(n, a * 10, a * 10 + length * 5) for n, (a, length) in enumerate(spans)]
    placed = lanes(entries)
    assert {e.id for e, _, _ in placed} == {e.id for e in entries}
    for one, lane, of in placed:
        assert 0 <= lane < of
        for other, its_lane, its_of in placed:
            if one.id < other.id and one.starts < other.ends and other.starts < one.ends:
                assert lane != its_lane and of == its_of


def test_a_narrow_card_shows_whole_words_or_none(qapp: QApplication) -> None:
    """Never `2025···`: what of a line has no room is left out, and a name comes before what stands with it."""
    small, name = inks(Look())
    words = "2026级10班 · 个别 · 电话"
    for room in range(0, round(small.width(words)) + 20):
        shown = small.parts(words, room)
        assert words.startswith(shown) and "…" not in shown and small.width(shown) <= room
        assert shown in ("", "2026级10班", "2026级10班 · 个别", words)
    narrow = name.width("团体 16") + 2
    assert name.fitted("团体 16（8 人）", narrow) == "团体 16"
    assert name.fitted("心理课 · 七年级3班", name.width("心理课") + 2) == "心理课"
