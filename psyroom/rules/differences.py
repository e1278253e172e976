"""What two wordings of a text have in common and what not: first sentence by sentence, then word by word."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

_SENTENCES = re.compile(r"[^。！？；!?;\n]*(?:[。！？；!?;\n]+[”’」』)）]*|$)")
_TOKENS = re.compile(r"[A-Za-z0-9]+|\s+|.", re.DOTALL)
FINE = 1500
"""Tokens of one stretch up to which single words are compared; beyond, the stretch counts as rewritten."""
ISLAND = 2
"""A common stretch of fewer tokens than this between two changes is chance, and is shown as changed."""


@dataclass(frozen=True, repr=False)
class Piece:
    """A stretch of text; `changed`: only this side has it."""

    words: str
    changed: bool


def compare(old: str, new: str) -> tuple[list[Piece], list[Piece]]:
    """The old and the new wording in pieces. Joined, the pieces of a side are that side's text, to the letter."""
    left: list[Piece] = []
    right: list[Piece] = []
    for was, now in _stretches(_SENTENCES.findall(old), _SENTENCES.findall(new)):
        if was == now:
            left.append(Piece(was, False))
            right.append(Piece(now, False))
        else:
            _refine(was, now, left, right)
    return _joined(left), _joined(right)


def _stretches(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Pairs of what stands in the same place: equal, or one in place of the other (either may be empty)."""
    for _what, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        yield "".join(old[a:b]), "".join(new[c:d])


def _refine(old: str, new: str, left: list[Piece], right: list[Piece]) -> None:
    was, now = _TOKENS.findall(old), _TOKENS.findall(new)
    if not was or not now or len(was) > FINE or len(now) > FINE:
        left.append(Piece(old, True))
        right.append(Piece(new, True))
        return
    pairs = list(_stretches(was, now))
    for at, (a, b) in enumerate(pairs):
        between = 0 < at < len(pairs) - 1
        chance = a == b and between and len(_TOKENS.findall(a)) < ISLAND and not a.isspace()
        left.append(Piece(a, a != b or chance))
        right.append(Piece(b, a != b or chance))


def _joined(pieces: Sequence[Piece]) -> list[Piece]:
    """Neighbours of one kind as one piece."""
    found: list[Piece] = []
    for piece in pieces:
        if not piece.words:
            continue
        if found and found[-1].changed == piece.changed:
            found[-1] = Piece(found[-1].words + piece.words, piece.changed)
        else:
            found.append(piece)
    return found
