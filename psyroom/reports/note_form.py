"""A form on paper: bands at the left that name a part, labels, values, and running text that goes on over the page.

As the forms of the field look: 黑体 labels, fine lines inside a heavier frame, text with two characters' indent. Where a
text does not fit, it goes on in the same cell on the next page; the band and the label say so again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from psyroom.reports import faces
from psyroom.reports.faces import HEI, KAI
from psyroom.reports.lines import Line, break_lines
from psyroom.reports.paper import FINE, FRAME, MM, Paper
from psyroom.reports.slips import fitting

SIZE = 10.5
LABEL, SECOND = 24 * MM, 20 * MM  # the first column of labels; those further right
BAND = 9 * MM
_PAD = 2 * MM
_LEADING = 1.6
_TIGHT = 1.3
_MIDDLE = 0.36  # of the size: from the baseline to the middle of a character
_MORE = "（续）"


@dataclass(frozen=True, repr=False)
class Value:
    """A label and what stands beside it; `weight` is its share of the row."""

    label: str
    text: str
    weight: float = 1.0
    align: str = "center"


class NoteForm:
    """Draws from the paper's cursor down. `band` begins a part, `row` and `text` fill it, `end` closes the frame."""

    def __init__(self, paper: Paper, *, banded: bool = True, row_mm: float = 8.6) -> None:
        self.paper, self.banded, self.row_high = paper, banded, row_mm * MM
        self.left = paper.left + (BAND if banded else 0)
        self._band = ""
        self._top = self._band_top = paper.y

    # ---- parts

    def band(self, words: str, least_mm: float = 22) -> None:
        """A new part under this name; it begins where at least so much of it fits."""
        self._close_band()
        self._room(least_mm * MM)
        self._band, self._band_top = words, self.paper.y

    def end(self) -> None:
        """Close the frame."""
        self._close_band()
        self._frame()

    def _close_band(self) -> None:
        """Draw the name of the part in the middle of what stands of it on this page, and the line below it."""
        paper, high = self.paper, self._band_top - self.paper.y
        if not self.banded or high < 1:
            return
        letters = self._band if len(self._band) * SIZE * 1.45 <= high else ""
        size = SIZE * 1.05
        y = paper.y + high / 2 + len(letters) * size * 1.45 / 2 - size
        for letter in letters:
            paper.text(paper.left + BAND / 2, y, letter, HEI, size, "center")
            y -= size * 1.45
        _line(paper, paper.left, paper.y, paper.right, paper.y)
        self._band_top = paper.y

    def _frame(self) -> None:
        paper, canvas = self.paper, self.paper.canvas
        if self._top - paper.y < 1:
            return
        if self.banded:
            _line(paper, self.left, self._top, self.left, paper.y)
        canvas.setStrokeGray(0)
        canvas.setLineWidth(FRAME)
        canvas.rect(paper.left, paper.y, paper.right - paper.left, self._top - paper.y)

    def _break(self) -> None:
        """Go on at the top of the next page."""
        self._close_band()
        self._frame()
        self.paper.new_page()
        self._top = self._band_top = self.paper.y

    def _room(self, high: float) -> None:
        if self.paper.y - high < self.paper.bottom:
            self._break()

    # ---- rows

    def row(self, *values: Value) -> None:
        """Labels and short values side by side; a value that is too long wraps and the row grows."""
        paper = self.paper
        free = paper.right - self.left - LABEL - SECOND * (len(values) - 1)
        weights = sum(v.weight for v in values)
        laid: list[tuple[Value, float, float, list[Line], str]] = []
        x, high = self.left, self.row_high
        for at, value in enumerate(values):
            label = SECOND if at else LABEL
            wide = free * value.weight / weights
            used, fitted, missing = faces.fit_text(faces.cleaned(value.text), KAI)
            paper.missing += missing
            lines = break_lines(fitted, used, SIZE, wide - 2 * _PAD)
            high = max(high, len(lines) * SIZE * _TIGHT + 2 * _PAD)
            laid.append((value, x, wide, lines, used))
            x += label + wide
        self._room(high)
        for at, (value, x, wide, lines, used) in enumerate(laid):
            label = SECOND if at else LABEL
            if at:
                _line(paper, x, paper.y, x, paper.y - high)
            self._label(value.label, x, label, paper.y, high)
            self._lines(lines, used, x + label + _PAD, wide - 2 * _PAD, paper.y, high, value.align)
        self._below(high)

    def _label(self, words: str, x: float, wide: float, top: float, high: float) -> None:
        """A label in the middle of its cell, on the lines its author broke it into, and the line at its right."""
        paper, lines = self.paper, words.split("\n")
        size = min(fitting(line, HEI, SIZE, wide - _PAD) for line in lines)
        y = top - high / 2 + (len(lines) - 1) / 2 * size * _TIGHT - _MIDDLE * size
        for line in lines:
            paper.text(x + wide / 2, y, line, HEI, size, "center")
            y -= size * _TIGHT
        _line(paper, x + wide, top, x + wide, top - high)

    def _lines(
        self, lines: Sequence[Line], face: str, x: float, wide: float, top: float, high: float, align: str
    ) -> None:
        if len(lines) > 1 and align == "center":
            align = "left"
        y = top - high / 2 + (len(lines) - 1) / 2 * SIZE * _TIGHT - _MIDDLE * SIZE
        for line in lines:
            self.paper.line_of(line, x, y, face, SIZE, wide, align)
            y -= SIZE * _TIGHT

    def _below(self, high: float) -> None:
        self.paper.y -= high
        _line(self.paper, self.left, self.paper.y, self.paper.right, self.paper.y)

    # ---- running text

    def text(self, label: str, body: str, *, least_mm: float = 11, empty: str = "") -> None:
        """A label and running text; it breaks between lines where the page ends. `empty` stands, grey, for no text."""
        paper = self.paper
        least = max(least_mm * MM, (label.count("\n") + 1) * SIZE * _TIGHT + 1.6 * _PAD)
        if not body.strip():
            self._nothing(label, empty, least)
            return
        x, wide, step = self.left + LABEL + _PAD, paper.right - self.left - LABEL - 2 * _PAD, SIZE * _LEADING
        used, fitted, missing = faces.fit_text(faces.cleaned(_tidy(body)), KAI)
        paper.missing += missing
        lines = break_lines(fitted, used, SIZE, wide, 2 * SIZE)
        first = [True] + [line.last for line in lines[:-1]]
        at = 0
        while at < len(lines):
            fits = int((paper.y - paper.bottom - 2 * _PAD) // step)
            rest = len(lines) - at
            if fits < min(2, rest) or (rest > fits and fits < 3):
                self._break()
                continue
            count = min(fits, rest)
            if rest - count == 1 and count > 2:  # no lonely last line on the next page
                count -= 1
            high = max(count * step + 2 * _PAD, least if count == len(lines) else 0)
            high = min(high, paper.y - paper.bottom)
            self._label(label + ("\n" + _MORE if at else ""), self.left, LABEL, paper.y, high)
            y = paper.y - (high - count * step) / 2 - (step + SIZE) / 2 + SIZE * 0.14
            for line, begins in zip(lines[at : at + count], first[at : at + count], strict=True):
                shift = 2 * SIZE if begins else 0.0
                paper.line_of(line, x + shift, y, used, SIZE, wide - shift, "justify")
                y -= step
            self._below(high)
            at += count

    def _nothing(self, label: str, words: str, high: float) -> None:
        self._room(high)
        self._label(label, self.left, LABEL, self.paper.y, high)
        if words:
            at = self.paper.y - high / 2 - _MIDDLE * SIZE
            self.paper.text(self.left + LABEL + _PAD, at, words, KAI, SIZE, grey=0.5)
        self._below(high)

    def line(self, words: str, *, grey: float = 0.0) -> None:
        """One line over the whole width: what is only told of, not shown."""
        self._room(self.row_high)
        at = self.paper.y - self.row_high / 2 - _MIDDLE * SIZE
        size = fitting(words, KAI, SIZE, self.paper.right - self.left - 2 * _PAD)
        self.paper.text(self.left + _PAD, at, words, KAI, size, grey=grey)
        self._below(self.row_high)

    def sign(self, *who: str, said: str = "", high_mm: float = 22) -> None:
        """Cells to sign in, side by side over the whole width of the form; `said`: what the first already says."""
        self._close_band()
        self._room(high_mm * MM)
        paper, high = self.paper, high_mm * MM
        wide = (paper.right - paper.left) / len(who)
        banded, self.banded = self.banded, False  # the line of the bands ends above
        if banded:
            _line(paper, self.left, self._top, self.left, paper.y)
        for at, words in enumerate(who):
            x = paper.left + at * wide
            if at:
                _line(paper, x, paper.y, x, paper.y - high)
            paper.text(x + _PAD, paper.y - 5.5 * MM, words, HEI, SIZE)
            if said and not at:
                paper.text(x + _PAD, paper.y - 11 * MM, said, KAI, fitting(said, KAI, 9.5, wide - 2 * _PAD))
            paper.text(x + wide - _PAD, paper.y - high + 3.5 * MM, "年　　月　　日", KAI, SIZE, "right")
        paper.y -= high
        _line(paper, paper.left, paper.y, paper.right, paper.y)
        self._band_top = paper.y


def _tidy(text: str) -> str:
    """No empty lines at the ends, none doubled between."""
    lines = [line.strip() for line in text.strip().split("\n")]
    return "\n".join(line for at, line in enumerate(lines) if line or (at and lines[at - 1]))


def _line(paper: Paper, x1: float, y1: float, x2: float, y2: float) -> None:
    paper.canvas.setStrokeGray(0)
    paper.canvas.setLineWidth(FINE)
    paper.canvas.line(x1, y1, x2, y2)
