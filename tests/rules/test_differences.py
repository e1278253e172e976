"""Two wordings of a text side by side: what is marked, and that not a letter is lost."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from psyroom.rules.differences import compare


def marked(pieces: list, changed: bool = True) -> list[str]:  # type: ignore[type-arg]
    return [piece.words for piece in pieces if piece.changed == changed]


def test_one_word_changed_in_one_sentence() -> None:
    old, new = compare("她说最近睡不好。和同桌吵过架。", "她说最近睡得好些了。和同桌吵过架。")
    assert "".join(marked(old)) == "不好" and "".join(marked(new)) == "得好些了"
    assert marked(new, changed=False)[-1].endswith("和同桌吵过架。")


def test_a_sentence_more_is_marked_whole() -> None:
    old, new = compare("先写事实。", "先写事实。再写判断。")
    assert not marked(old) and marked(new) == ["再写判断。"]


def test_nothing_before_and_nothing_after() -> None:
    assert compare("", "") == ([], [])
    assert marked(compare("", "新写的")[1]) == ["新写的"] and not compare("", "新写的")[0]
    assert marked(compare("删了的", "")[0]) == ["删了的"]


def test_a_long_text_rewritten_is_told_quickly() -> None:
    one, two = "甲乙丙丁戊己庚辛" * 750, "壬癸子丑寅卯辰巳" * 750
    old, new = compare(one, two)
    assert marked(old) == [one] and marked(new) == [two]


@given(
    st.text(alphabet="我你他说很好，。！a1 \n“”", max_size=60),
    st.text(alphabet="我你他说很好，。！a1 \n“”", max_size=60),
)
def test_joined_the_pieces_are_the_text(old: str, new: str) -> None:
    left, right = compare(old, new)
    assert "".join(p.words for p in left) == old and "".join(p.words for p in right) == new
    if old == new:
        assert not marked(left) and not marked(right)
