"""Finding words in a text: folding that keeps its places, words, excerpts."""

from __future__ import annotations

import random

import pytest

from psyroom.rules import finding


def test_folding_keeps_every_character_in_its_place() -> None:
    chance = random.Random("folding")
    letters = [chr(chance.randrange(1, 0x2FFFF)) for _ in range(20_000)]
    text = "".join(c for c in letters if not 0xD800 <= ord(c) < 0xE000) + "İŞßÉＡ｡　Ω"
    plain = finding.folded(text)
    assert len(plain) == len(text) and finding.folded(plain) == plain
    assert finding.folded("ＱＱ群：Group　２班") == "qq群:group 2班"


def test_every_form_of_a_character_folds_to_it() -> None:
    for character in "q7，[]*?^-!é我":
        small = finding.folded(character)
        assert all(finding.folded(form) == small for form in finding.forms(small))
    assert set(finding.forms("q")) == set("qQｑＱ") and finding.forms("我") == "我"


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("", ()), (" 哭 ", ()), ("妈妈", ("妈妈",)), ("妈 哭", ("妈", "哭")), ("ＱＱ　qq", ("qq",)), ("考试 考", ("考试",)),
    ],
)  # fmt: skip
def test_words_begin_at_two_characters(typed: str, words: tuple[str, ...]) -> None:
    assert finding.words_of(typed) == words


def test_an_excerpt_stands_around_what_was_found_and_marks_all_of_it() -> None:
    text = "开头的话。" * 20 + "他说ＱＱ群里有人\n笑他，夜里睡不着" + "后面的话。" * 20
    piece = finding.excerpt(text, ("qq群", "睡不着"))
    assert [piece.text[a:b] for a, b in piece.marks] == ["ＱＱ群", "睡不着"]
    assert piece.text.startswith("…") and piece.text.endswith("…") and "\n" not in piece.text
    assert len(piece.text) <= finding.AROUND + 2
    assert finding.excerpt("短", ("没有",)) == finding.Excerpt("短", ())
    assert finding.excerpt("哈哈哈哈", ("哈哈",)).marks == ((0, 4),)
    long = finding.excerpt("字" * 100, ("字" * 90,))  # a word longer than the excerpt
    assert [long.text[a:b] for a, b in long.marks] == ["字" * finding.AROUND]
