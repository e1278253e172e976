"""Finding words in a text as a person types them: any case, any width, several words meaning all of them.

Folding keeps every character in its place, so that a place in the folded text is the same place in the text.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

LEAST = 2
"""Characters from which a search begins."""
MOST_WORDS = 8
LONGEST = 200
"""Characters of what is typed that are looked for."""
AROUND = 44
"""Characters of an excerpt."""
BEFORE = 14
"""Of them before the first place found."""

_NARROW = {0x3000: " "} | {wide: chr(wide - 0xFEE0) for wide in range(0xFF01, 0xFF5F)}


@dataclass(frozen=True, repr=False)
class Excerpt:
    """A piece of a text around what was found. `marks`: (start, end) of each place, in characters of `text`."""

    text: str
    marks: tuple[tuple[int, int], ...]


def folded(text: str) -> str:
    """Half-width, small letters; as long as the text itself."""
    narrow = text.translate(_NARROW)
    small = narrow.lower()
    return small if len(small) == len(narrow) else "".join(c.lower() if len(c.lower()) == 1 else c for c in narrow)


def words_of(typed: str) -> tuple[str, ...]:
    """What is looked for, folded, each word once; nothing for less than two characters."""
    words = dict.fromkeys(folded(typed[:LONGEST]).split())
    kept = [word for word in words if not any(word != other and word in other for other in words)]
    return tuple(kept[:MOST_WORDS]) if sum(map(len, kept)) >= LEAST else ()


def forms(character: str) -> str:
    """How one folded character may be written: small and capital, narrow and wide."""
    both = {character, character.upper()} if len(character.upper()) == 1 else {character}
    wide = {chr(ord(c) + 0xFEE0) for c in both if "!" <= c <= "~"}
    return "".join(sorted(both | wide))


def found_in(text: str, words: Sequence[str]) -> int:
    """How many of the words stand in a text that is folded already."""
    return sum(word in text for word in words)


def excerpt(text: str, words: Sequence[str]) -> Excerpt:
    """The text around the place where most of the words stand (of equal ones the longest word's), all places in it marked;
    its beginning where none does."""
    text = text.replace("\n", " ").replace("\r", " ").replace("\t", " ")
    plain = folded(text)
    starts = [
        max(0, min(at - BEFORE, len(text) - AROUND))
        for word in sorted(words, key=len, reverse=True)
        if (at := plain.find(word)) >= 0
    ]
    start = max(starts, key=lambda at: found_in(plain[at : at + AROUND], words), default=0)
    end = min(len(text), start + AROUND)
    lead = "…" if start else ""
    piece, shift = text[start:end], len(lead) - start
    marks = _places(plain, words, start, end)
    return Excerpt(
        lead + piece + ("…" if end < len(text) else ""), tuple((begin + shift, stop + shift) for begin, stop in marks)
    )


def _places(plain: str, words: Sequence[str], start: int, end: int) -> list[tuple[int, int]]:
    """Where the words stand between two places, cut off at them; places that touch are one."""
    found = []
    for word in words:
        at = plain.find(word, max(0, start - len(word) + 1))
        while 0 <= at < end:
            found.append((max(at, start), min(at + len(word), end)))
            at = plain.find(word, at + len(word))
    joined: list[tuple[int, int]] = []
    for begin, stop in sorted(found):
        if joined and begin <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(stop, joined[-1][1]))
        else:
            joined.append((begin, stop))
    return joined
