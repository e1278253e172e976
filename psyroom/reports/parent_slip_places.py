"""Which place on the page a slip to parents takes, and how its words are broken there (家校反馈单, see `parent_slips`).

A slip takes a quarter of the page; where its text does not fit, smaller letters, then half a page, then a page of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from psyroom.reports import faces
from psyroom.reports.faces import KAI
from psyroom.reports.lines import Line, break_lines
from psyroom.reports.paper import MM
from psyroom.reports.slips import fitting

DEAR = "家长您好！孩子这学期在学校的情况，说给您听。"
NORMAL, _STEP = 10.5, 0.5
LEADING = 1.42
RULE = 8 * MM  # from one ruled line to the next, for a pen
PAD = 1.8 * MM
_ROW = 8 * MM


@dataclass(frozen=True, repr=False)
class ParentSlip:
    """One slip: whose, of which class, of which day, from whom; `texts`: learning, living, advice; `again`: a second
    printing."""

    name: str
    class_name: str
    day: str
    by: str = ""
    texts: tuple[str, ...] = ("", "", "")
    again: bool = False


@dataclass(frozen=True)
class Size:
    """A place on the page: width and height, margins, the column of labels, the smallest letters it is set in."""

    wide: float
    high: float
    side: float
    label: float
    title: float
    least: float


QUARTER = Size(105 * MM, 148.5 * MM, 9 * MM, 13.5 * MM, 19, 9)
HALF = Size(210 * MM, 148.5 * MM, 15 * MM, 20 * MM, 21, 9.5)
TOP, FOOT = 8 * MM, 7.5 * MM
BELOW = 8 * MM  # from the frame to the line along which the receipt is cut off
DEAR_SIZE = 9.5
NAME, SMALL = 12, 8.5  # letters of a name, and the smallest before it takes another line


@dataclass(frozen=True, repr=False)
class Text:
    """A part laid out: its lines and how high it is at least; no lines: ruled."""

    lines: tuple[Line, ...]
    face: str
    least: float


@dataclass(repr=False)
class Laid:
    """A slip laid out for a place: what size its letters are, its parts, how high each part becomes, how many lines the
    parents have."""

    slip: ParentSlip
    size: Size
    letters: float
    texts: list[Text]
    name: list[str]
    by: list[str]
    heights: list[float] = field(default_factory=list)
    answer: int = 2


Page = list[list[Laid]]
"""Two halves of a page, each with a wide slip or up to two narrow ones."""


def pages_of(slips: Iterator[ParentSlip], missing: list[str]) -> list[Page | ParentSlip]:
    """The slips on pages, in order as far as no paper is wasted; one that needs a whole page stands for itself."""
    pages: list[Page | ParentSlip] = []
    halves: list[Page] = []  # pages whose lower half is free
    narrow: list[list[Laid]] = []  # halves with a place beside the first

    def half() -> list[Laid]:
        if halves:
            page = halves.pop()
        else:
            page = []
            pages.append(page)
            halves.append(page)
        page.append([])
        return page[-1]

    for slip in slips:
        laid = _laid(slip, missing)
        if laid is None:
            pages.append(slip)
        elif laid.size is HALF:
            half().append(laid)
        elif narrow:
            narrow.pop().append(laid)
        else:
            place = half()
            place.append(laid)
            narrow.append(place)
    return pages


def share_of(slip: ParentSlip) -> tuple[float, float]:
    """How much of a page's width and height the slip takes, for a window that shows it alone."""
    laid = _laid(slip, [])
    if laid is None:
        return 1.0, 1.0
    return (0.5 if laid.size is QUARTER else 1.0), 0.5


def _laid(slip: ParentSlip, missing: list[str]) -> Laid | None:
    """The slip in the smallest place that holds it; None where it needs a page."""
    bodies = [faces.fit_text(faces.cleaned(_tidy(body)), KAI) for body in slip.texts]
    missing.extend(lost for _, _, lost in bodies)
    for size in (QUARTER, HALF):
        letters = NORMAL
        while letters >= size.least:
            found = Laid(slip, size, letters, _texts(bodies, size, letters), *_names(slip, size))
            free = _free(found) - sum(text.least for text in found.texts)
            if free >= 0:
                _share(found, free)
                return found
            letters -= _STEP
    return None


def _texts(bodies: Sequence[tuple[str, str, str]], size: Size, letters: float) -> list[Text]:
    wide = size.wide - 2 * size.side - size.label - 2 * PAD
    found = []
    for used, body, _ in bodies:
        if not body:
            found.append(Text((), KAI, 2 * RULE))
            continue
        lines = tuple(break_lines(body, used, letters, wide, 2 * letters))
        high = len(lines) * letters * LEADING + 2 * PAD
        found.append(Text(lines, used, max(high, 2 * letters * 1.3 + 2 * PAD)))
    return found


def _names(slip: ParentSlip, size: Size) -> tuple[list[str], list[str]]:
    """The child's name and the teacher's, each on its lines."""
    return _name(slip.name, name_room(size)), _name(slip.by, name_room(size))


def _name(name: str, room: float) -> list[str]:
    """A name on one line, or on several where it would become too small to read."""
    if fitting(name, KAI, NAME, room) >= SMALL:
        return [name]
    used, fitted, _ = faces.fit_text(faces.cleaned(name), KAI)
    return [line.text for line in break_lines(fitted, used, SMALL, room, 0)]


def name_room(size: Size) -> float:
    """The width of the value beside 姓名."""
    return (size.wide - 2 * size.side - 2 * size.label) * 0.56 - 2 * PAD


def name_high(name: list[str]) -> float:
    """The height of a row with a name on so many lines."""
    return max(_ROW, len(name) * SMALL * 1.25 + 2 * MM)


def dear_lines(size: Size) -> list[Line]:
    """The greeting on its lines."""
    return break_lines(DEAR, KAI, DEAR_SIZE, size.wide - 2 * size.side, 2 * DEAR_SIZE)


def answer_high(lines: int) -> float:
    """The height of the part that comes back."""
    return 6 * MM + 6 * MM + (lines - 1) * RULE + 9 * MM + 1.5 * MM


def _free(laid: Laid) -> float:
    """What the three parts may take of the place."""
    size = laid.size
    head = head_high(size, len(dear_lines(size)))
    return size.high - TOP - FOOT - head - name_high(laid.name) - name_high(laid.by) - BELOW - answer_high(2)


def _share(laid: Laid, free: float) -> None:
    """Spread what is left: to ruled lines where there are any, else first to the parents' answer."""
    ruled = [at for at, text in enumerate(laid.texts) if not text.lines]
    heights = [text.least for text in laid.texts]
    if not ruled:
        more = min(2, int(free / 2 // RULE))
        laid.answer += more
        free -= more * RULE
    each = free / (len(ruled) or len(heights))
    for at in ruled or range(len(heights)):
        heights[at] += each
    laid.heights = heights


def _tidy(text: str) -> str:
    """No empty lines."""
    return "\n".join(line.strip() for line in text.strip().split("\n") if line.strip())


def head_high(size: Size, lines: int) -> float:
    """The height of what stands above the frame, with so many lines of greeting."""
    return 3.2 * MM + 2.6 * MM + size.title + size.title * 0.3 + 1 * MM + lines * DEAR_SIZE * 1.45 + 1.2 * MM
