"""Cards that overlap in time stand side by side."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from psyroom.services.week import Entry
from psyroom.ui.calendar.layout import lanes
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
