"""Breaking text into lines the Chinese way, and spreading a line to its full width.

禁则 (clreq 3.1.3): no closing mark or stop begins a line, no opening mark ends one, a dash or an ellipsis is not torn, a
Latin word or a figure stays whole. A line that may not end where it is full gives its last characters to the next.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from psyroom.reports.faces import width

NOT_FIRST = set("，。、；：！？）》〉」』】〕〗｝］”’…—～·％‰℃°々,.;:!?)]}%>»›∶︰﹐﹒﹔﹕﹖﹗")
NOT_LAST = set("（《〈「『【〔〖｛［“‘([{<«‹￥＄$£#№")
_PIECE = re.compile(r"[ ]+|[!-~À-ɏ]+(?:[°℃])?|——|……|.", re.DOTALL)


@dataclass(frozen=True)
class Line:
    """One line: its pieces (a character, or a word that stays whole) and whether the paragraph ends with it."""

    pieces: tuple[str, ...]
    last: bool

    @property
    def text(self) -> str:
        return "".join(self.pieces)


def pieces(text: str) -> list[str]:
    """Characters, but words, figures, —— and …… whole."""
    return list(_PIECE.findall(text))


def break_lines(text: str, face: str, size: float, room: float, indent: float = 0.0) -> list[Line]:
    """The text as lines no wider than `room` points; the first of each paragraph begins `indent` points in."""
    lines: list[Line] = []
    for paragraph in text.split("\n"):
        lines += _paragraph(paragraph, face, size, room, indent)
    return lines


def _paragraph(text: str, face: str, size: float, room: float, indent: float) -> list[Line]:
    units = [part for piece in pieces(text) for part in _whole_or_torn(piece, face, size, room)]
    widths = _widths(units, face, size)
    lines: list[Line] = []
    start, used, free = 0, 0.0, room - indent
    at = 0
    while at < len(units):
        if used + widths[at] <= free + 0.01 or at == start or units[at].isspace():
            used += widths[at]
            at += 1
            continue
        cut = _legal(units, start, at)
        lines.append(_line(units[start:cut], last=False))
        while cut < len(units) and units[cut].isspace():
            cut += 1
        start = at = cut
        used, free = 0.0, room
    lines.append(_line(units[start:], last=True))
    return lines


def _widths(units: Sequence[str], face: str, size: float) -> list[float]:
    return [_advance(unit, face) * size if len(unit) == 1 else width(unit, face, size) for unit in units]


@lru_cache(maxsize=8192)
def _advance(character: str, face: str) -> float:
    """How wide one character runs at a size of 1."""
    return width(character, face, 1)


def _line(units: list[str], last: bool) -> Line:
    while units and units[-1].isspace():
        units = units[:-1]
    return Line(tuple(units), last)


def _legal(units: list[str], start: int, at: int) -> int:
    """The last place not after `at` where the line may end; `at` itself when the whole line forbids it."""
    cut = at
    while cut > start + 1:
        before = next((u for u in reversed(units[start:cut]) if not u.isspace()), "")
        if units[cut][0] not in NOT_FIRST and (not before or before[-1] not in NOT_LAST):
            return cut
        cut -= 1
    return at


def _whole_or_torn(piece: str, face: str, size: float, room: float) -> list[str]:
    """A word wider than the line (a long number in a narrow cell) is torn into characters."""
    return list(piece) if len(piece) > 1 and width(piece, face, size) > room else [piece]


def spread(line: Line, face: str, size: float, room: float) -> list[tuple[float, str]]:
    """Where each piece begins, from the line's left edge, so that the line fills `room`; the last line stays as it is."""
    at, placed = 0.0, []
    widths = _widths(line.pieces, face, size)
    gaps = len(line.pieces) - 1
    slack = room - sum(widths)
    gap = slack / gaps if gaps > 0 and not line.last and slack > 0 else 0.0
    for piece, wide in zip(line.pieces, widths, strict=True):
        placed.append((at, piece))
        at += wide + gap
    return placed
