"""Lines break where Chinese lines may."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from psyroom.reports.faces import SONG, width
from psyroom.reports.lines import NOT_FIRST, NOT_LAST, break_lines, spread

TEXT = "该生（七年级）在11月16日说：“没有意义”。班主任、心理教师、年级主任组成小组，实行“三对一”关注——每周一次！（完）"


def test_no_stop_begins_a_line_and_no_opening_mark_ends_one() -> None:
    for room in range(40, 400, 7):
        lines = break_lines(TEXT, SONG, 10, room)
        assert "".join(line.text for line in lines) == TEXT
        for before, after in zip(lines, lines[1:], strict=False):
            assert after.text[0] not in NOT_FIRST, (room, after.text)
            assert before.text[-1] not in NOT_LAST, (room, before.text)
        assert all(width(line.text, SONG, 10) <= room + 0.01 for line in lines)


def test_words_and_figures_stay_whole_and_a_too_long_one_is_torn() -> None:
    words = [line.text for line in break_lines("量表筛查MHT总分68分，G420117201203050028", SONG, 10, 60)]
    assert all(whole in "|".join(words) for whole in ("MHT", "68"))
    torn = break_lines("G420117201203050028", SONG, 10, 40)
    assert "".join(line.text for line in torn) == "G420117201203050028"
    assert all(width(line.text, SONG, 10) <= 40.01 for line in torn)


def test_a_full_line_reaches_both_edges_and_the_last_keeps_its_width() -> None:
    lines = break_lines("一二三四五六七八九十" * 5, SONG, 10, 137)
    for line in lines:
        placed = spread(line, SONG, 10, 137)
        ends = placed[-1][0] + width(placed[-1][1], SONG, 10)
        assert abs(ends - (width(line.text, SONG, 10) if line.last else 137)) < 0.01


@given(st.text(alphabet="一二，。（）《》“”ab 12…—、！\n", max_size=60), st.integers(15, 200))
def test_nothing_is_lost_or_turned_round(text: str, room: int) -> None:
    got = "".join(line.text for line in break_lines(text, SONG, 10, room))
    assert got.replace(" ", "") == text.replace("\n", "").replace(" ", "")


def test_the_indent_counts() -> None:
    random.seed(3)
    text = "".join(
        random.choice("的一是了我不在人们有来他这上着个地到大里说就去子得也和那要下看天时过出") for _ in range(90)
    )
    lines = break_lines(text, SONG, 10, 200, indent=20)
    assert len(lines[0].pieces) == 18 and len(lines[1].pieces) == 20
