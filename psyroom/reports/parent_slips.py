"""家校反馈单: a slip for each child's parents, four to a page with cut lines, and a part that comes back.

It is plain and warm, and says only what it is handed: what must not stand on a paper for parents never comes here. Text
that does not fit is set a little smaller, then the slip takes half a page or a page of its own; nothing is cut off. Where
there is no text, ruled lines wait for a pen.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from psyroom.reports import faces
from psyroom.reports.faces import BIAOSONG, HEI, KAI, SONG
from psyroom.reports.lines import Line, break_lines
from psyroom.reports.note_form import NoteForm, Value
from psyroom.reports.paper import FINE, MM, Paper
from psyroom.reports.slips import fitting

TITLE = "家校反馈单"
AGAIN = "补发"
PARTS = ("在校学习", "在校生活", "给家长的建议")
DEAR = "家长您好！孩子这学期在学校的情况，说给您听；您的想法，也请写给我们。"
CALL = "孩子或家里遇到难处，想找人说说，可以打全国统一心理援助热线 12356。"
RECEIPT = "沿此线剪下，写好后请孩子带回"
BACK = "回　执"

_LABELS = (("在校", "学习"), ("在校", "生活"), ("给家长", "的建议"))
_NORMAL, _STEP = 10.5, 0.5
_LEADING = 1.5
_MIDDLE = 0.36  # of the size: from the baseline to the middle of a character
_GREY = 0.42
_FRAME = 0.9
_RULE = 8 * MM  # from one ruled line to the next, for a pen
_PAD = 1.8 * MM
_ROW = 8 * MM
_DATE = "　　　年　　月　　日"


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
class _Size:
    """A place on the page: width and height, margins, the column of labels, the smallest letters it is set in."""

    wide: float
    high: float
    side: float
    label: float
    title: float
    least: float


_QUARTER = _Size(105 * MM, 148.5 * MM, 9 * MM, 14 * MM, 20, 9)
_HALF = _Size(210 * MM, 148.5 * MM, 15 * MM, 20 * MM, 22, 9.5)
_TOP, _FOOT = 9.5 * MM, 8 * MM


@dataclass(frozen=True, repr=False)
class _Text:
    """A part laid out: its lines and how high it is at least; no lines: ruled."""

    lines: tuple[Line, ...]
    face: str
    least: float


@dataclass(repr=False)
class _Laid:
    """A slip laid out for a place: what size its letters are, its parts, how high each part becomes, how many lines the
    parents have."""

    slip: ParentSlip
    size: _Size
    letters: float
    texts: list[_Text]
    name: list[str]
    heights: list[float] = field(default_factory=list)
    answer: int = 2


def slips_pdf(school: str, term: str, slips: Sequence[ParentSlip], *, practice: bool = False) -> tuple[bytes, str]:
    """The slips as PDF in the order given, each class beginning a page, and the characters no face has."""
    paper = Paper(TITLE, practice=practice, numbered=False)
    margins = paper.left, paper.right, paper.bottom
    begun = False
    for _, some in groupby(slips, key=lambda slip: slip.class_name):
        for page in _pages(paper, some):
            if begun:
                paper.new_page()
            begun = True
            if isinstance(page, ParentSlip):
                paper.left, paper.right, paper.bottom = margins
                _whole_page(paper, school, term, page)
                paper.head = None
                continue
            paper.bottom = 0
            _cuts(paper, page)
            for at, half in enumerate(page):
                for place, laid in enumerate(half):
                    x = laid.size.side + place * _QUARTER.wide
                    _draw(paper, school, term, laid, x, paper.paper_height - at * _HALF.high)
    return paper.finish(), "".join(dict.fromkeys(paper.missing))


# ---- which place a slip takes ---------------------------------------------------------------------------------------

_Page = list[list[_Laid]]
"""Two halves of a page, each with a wide slip or up to two narrow ones."""


def _pages(paper: Paper, slips: Iterator[ParentSlip]) -> list[_Page | ParentSlip]:
    """The slips on pages, in order as far as no paper is wasted; one that needs a whole page stands for itself."""
    pages: list[_Page | ParentSlip] = []
    halves: list[_Page] = []  # pages whose lower half is free
    narrow: list[list[_Laid]] = []  # halves with a place beside the first

    def half() -> list[_Laid]:
        if halves:
            page = halves.pop()
        else:
            page = []
            pages.append(page)
            halves.append(page)
        page.append([])
        return page[-1]

    for slip in slips:
        laid = _laid(paper, slip)
        if laid is None:
            pages.append(slip)
        elif laid.size is _HALF:
            half().append(laid)
        elif narrow:
            narrow.pop().append(laid)
        else:
            place = half()
            place.append(laid)
            narrow.append(place)
    return pages


def _laid(paper: Paper, slip: ParentSlip) -> _Laid | None:
    """The slip in the smallest place that holds it; None where it needs a page."""
    for size in (_QUARTER, _HALF):
        letters = _NORMAL
        while letters >= size.least:
            found = _Laid(slip, size, letters, *_texts(paper, slip, size, letters))
            free = _free(found) - sum(text.least for text in found.texts)
            if free >= 0:
                _share(found, free)
                return found
            letters -= _STEP
    return None


def _texts(paper: Paper, slip: ParentSlip, size: _Size, letters: float) -> tuple[list[_Text], list[str]]:
    wide = size.wide - 2 * size.side - size.label - 2 * _PAD
    found = []
    for body in slip.texts:
        if not body.strip():
            found.append(_Text((), KAI, 2 * _RULE))
            continue
        used, fitted, missing = faces.fit_text(faces.cleaned(_tidy(body)), KAI)
        paper.missing += missing
        lines = tuple(break_lines(fitted, used, letters, wide, 2 * letters))
        high = len(lines) * letters * _LEADING + 2 * _PAD
        found.append(_Text(lines, used, max(high, 2 * letters * 1.3 + 2 * _PAD)))
    return found, _name(slip.name, _name_room(size))


def _name(name: str, room: float) -> list[str]:
    """The name on one line, or on several where it would become too small to read."""
    if fitting(name, KAI, 12, room) >= 8.5:
        return [name]
    used, fitted, _ = faces.fit_text(faces.cleaned(name), KAI)
    return [line.text for line in break_lines(fitted, used, 8.5, room, 0)]


def _name_room(size: _Size) -> float:
    """The width of the value beside 姓名."""
    return (size.wide - 2 * size.side - 2 * size.label) * 0.56 - 2 * _PAD


def _name_high(laid: _Laid) -> float:
    return max(_ROW, len(laid.name) * 8.5 * 1.25 + 2 * _PAD) if len(laid.name) > 1 else _ROW


def _dear_lines(size: _Size) -> list[Line]:
    return break_lines(DEAR, KAI, 9.5, size.wide - 2 * size.side, 2 * 9.5)


def _answer_high(lines: int) -> float:
    """The height of the part that comes back."""
    return 6 * MM + 6.5 * MM + lines * _RULE + 9.5 * MM


def _free(laid: _Laid) -> float:
    """What the three parts may take of the place."""
    size = laid.size
    head = 4 * MM + size.title * 1.3 + 4.5 * MM + len(_dear_lines(size)) * 9.5 * 1.45 + 1.5 * MM
    return size.high - _TOP - _FOOT - head - _name_high(laid) - _ROW - 6 * MM - _answer_high(2)


def _share(laid: _Laid, free: float) -> None:
    """Spread what is left: to ruled lines where there are any, else first to the parents' answer."""
    ruled = [at for at, text in enumerate(laid.texts) if not text.lines]
    heights = [text.least for text in laid.texts]
    if not ruled:
        more = min(2, int(free / 2 // _RULE))
        laid.answer += more
        free -= more * _RULE
    each = free / (len(ruled) or len(heights))
    for at in ruled or range(len(heights)):
        heights[at] += each
    laid.heights = heights


def _tidy(text: str) -> str:
    """No empty lines."""
    return "\n".join(line.strip() for line in text.strip().split("\n") if line.strip())


# ---- drawing --------------------------------------------------------------------------------------------------------


def _cuts(paper: Paper, page: _Page) -> None:
    """Dashed lines between the halves, and between two narrow slips."""
    canvas, middle, half = paper.canvas, paper.paper_width / 2, paper.paper_height / 2
    canvas.saveState()
    canvas.setStrokeGray(0.4)
    canvas.setLineWidth(0.5)
    canvas.setDash(3, 2.5)
    canvas.line(0, half, paper.paper_width, half)
    for at, places in enumerate(page):
        if places[0].size is _QUARTER:
            canvas.line(middle, paper.paper_height - at * half, middle, paper.paper_height - (at + 1) * half)
    canvas.restoreState()


def _rule(paper: Paper, x1: float, y1: float, x2: float, y2: float, *, grey: float = 0.0) -> None:
    paper.canvas.setStrokeGray(grey)
    paper.canvas.setLineWidth(FINE)
    paper.canvas.line(x1, y1, x2, y2)


def _draw(paper: Paper, school: str, term: str, laid: _Laid, x: float, edge: float) -> None:
    """One slip from its upper left corner; `x`: where its text begins, `edge`: the upper edge of its place."""
    size, slip = laid.size, laid.slip
    wide = size.wide - 2 * size.side
    y = _head(paper, school, term, slip, size, x, edge - _TOP)
    top = y
    y = _who(paper, laid, x, wide, y)
    for label, text, high in zip(_LABELS, laid.texts, laid.heights, strict=True):
        _label(paper, label, x, size.label, y, high)
        inner = x + size.label + _PAD
        if text.lines:
            _lines(paper, text, laid.letters, inner, wide - size.label - 2 * _PAD, y, high)
        else:
            _ruled(paper, inner, x + wide - _PAD, y, high)
        y -= high
        _rule(paper, x, y, x + wide, y)
    y = _from_whom(paper, slip, x, wide, size, y)
    paper.canvas.setLineWidth(_FRAME)
    paper.canvas.rect(x, y, wide, top - y)
    y -= 3.6 * MM
    paper.text(x, y, CALL, KAI, fitting(CALL, KAI, 8, wide), grey=_GREY)
    _receipt(paper, slip, term, laid.answer, x, wide, edge - size.high + _FOOT + _answer_high(laid.answer))


def _head(paper: Paper, school: str, term: str, slip: ParentSlip, size: _Size, x: float, y: float) -> float:
    wide = size.wide - 2 * size.side
    mark = 12 * MM if slip.again else 0
    y -= 3.2 * MM
    paper.text(x, y, school, SONG, fitting(school, SONG, 9, wide - mark), grey=_GREY)
    if slip.again:
        paper.text(x + wide, y, AGAIN, HEI, 10, "right", red=True)
    y -= 0.8 * MM + size.title
    paper.text(x + wide / 2, y, TITLE, BIAOSONG, size.title, "center")
    y -= size.title * 0.3 + 3.5 * MM
    paper.text(x + wide / 2, y, term, SONG, fitting(term, SONG, 9, wide), "center", grey=_GREY)
    y -= 1 * MM
    for at, line in enumerate(_dear_lines(size)):
        y -= 9.5 * 1.45
        shift = 0 if at else 2 * 9.5
        paper.line_of(line, x + shift, y + 3, KAI, 9.5, wide - shift, "left")
    return y - 1.5 * MM


def _who(paper: Paper, laid: _Laid, x: float, wide: float, y: float) -> float:
    size, high, slip = laid.size, _name_high(laid), laid.slip
    room = _name_room(size) + 2 * _PAD
    _label(paper, ("姓名",), x, size.label, y, high)
    each = fitting(slip.name, KAI, 12, room - 2 * _PAD) if len(laid.name) == 1 else 8.5
    at = y - high / 2 + (len(laid.name) - 1) / 2 * each * 1.25 - _MIDDLE * each
    for line in laid.name:
        paper.text(x + size.label + room / 2, at, line, KAI, each, "center")
        at -= each * 1.25
    second = x + size.label + room
    _rule(paper, second, y, second, y - high)
    _label(paper, ("班级",), second, size.label, y, high)
    left = x + wide - second - size.label
    letters = fitting(slip.class_name, KAI, 12, left - 2 * _PAD)
    paper.text(
        second + size.label + left / 2, y - high / 2 - _MIDDLE * letters, slip.class_name, KAI, letters, "center"
    )
    y -= high
    _rule(paper, x, y, x + wide, y)
    return y


def _from_whom(paper: Paper, slip: ParentSlip, x: float, wide: float, size: _Size, y: float) -> float:
    room = _name_room(size) + 2 * _PAD
    second = x + size.label + room
    _label(paper, ("老师",), x, size.label, y, _ROW)
    if slip.by:
        letters = fitting(slip.by, KAI, _NORMAL, room - 2 * _PAD)
        paper.text(x + size.label + room / 2, y - _ROW / 2 - _MIDDLE * letters, slip.by, KAI, letters, "center")
    _rule(paper, second, y, second, y - _ROW)
    _label(paper, ("日期",), second, size.label, y, _ROW)
    left = x + wide - second - size.label
    letters = fitting(slip.day, KAI, _NORMAL, left - 1.2 * _PAD)
    paper.text(second + size.label + left / 2, y - _ROW / 2 - _MIDDLE * letters, slip.day, KAI, letters, "center")
    return y - _ROW


def _label(paper: Paper, words: Sequence[str], x: float, wide: float, top: float, high: float) -> None:
    """A label in the middle of its cell and the line at its right."""
    size = min(fitting(line, HEI, 10, wide - 2) for line in words)
    y = top - high / 2 + (len(words) - 1) / 2 * size * 1.3 - _MIDDLE * size
    for line in words:
        paper.text(x + wide / 2, y, line, HEI, size, "center")
        y -= size * 1.3
    _rule(paper, x + wide, top, x + wide, top - high)


def _lines(paper: Paper, text: _Text, letters: float, x: float, wide: float, top: float, high: float) -> None:
    """Running text in the middle of its cell, each paragraph two characters in."""
    step = letters * _LEADING
    y = top - high / 2 + (len(text.lines) - 1) / 2 * step - _MIDDLE * letters
    begins = True
    for line in text.lines:
        shift = 2 * letters if begins else 0.0
        paper.line_of(line, x + shift, y, text.face, letters, wide - shift, "justify")
        begins = line.last
        y -= step


def _ruled(paper: Paper, x1: float, x2: float, top: float, high: float) -> None:
    """Lines for a pen; the last one a little above the border."""
    count = max(1, int((high - 2.2 * MM) // _RULE))
    step = (high - 2.2 * MM) / count
    for at in range(1, count + 1):
        _rule(paper, x1, top - at * step, x2, top - at * step, grey=0.55)


def _receipt(paper: Paper, slip: ParentSlip, term: str, lines: int, x: float, wide: float, y: float) -> None:
    """The part that comes back, from the line along which it is cut off."""
    canvas = paper.canvas
    said = faces.width(RECEIPT, SONG, 7.5)
    canvas.saveState()
    canvas.setStrokeGray(0.5)
    canvas.setLineWidth(0.5)
    canvas.setDash(1, 2)
    canvas.line(x, y, x + wide / 2 - said / 2 - 2 * MM, y)
    canvas.line(x + wide / 2 + said / 2 + 2 * MM, y, x + wide, y)
    canvas.restoreState()
    paper.text(x + wide / 2, y - 7.5 * _MIDDLE, RECEIPT, SONG, 7.5, "center", grey=0.5)
    y -= 6 * MM
    title = paper.text(x, y, BACK, BIAOSONG, 12)
    whose = f"{slip.class_name}　{slip.name}"
    paper.text(x + wide, y, whose, KAI, fitting(whose, KAI, 10, wide - title - 3 * MM), "right")
    y -= 6.5 * MM
    paper.text(x, y, "家长意见：", HEI, 9.5)
    first = faces.width("家长意见：", HEI, 9.5)
    for at in range(lines):
        if at:
            y -= _RULE
        _rule(paper, x + (0 if at else first), y - 1.2 * MM, x + wide, y - 1.2 * MM, grey=0.55)
    y -= 9 * MM
    paper.text(x, y, "签名：", HEI, 9.5)
    dated = faces.width("日期：" + _DATE, HEI, 9.5)
    paper.text(x + wide, y, "日期：" + _DATE, HEI, 9.5, "right")
    _rule(paper, x + faces.width("签名：", HEI, 9.5), y - 1.2 * MM, x + wide - dated - 3 * MM, y - 1.2 * MM, grey=0.55)


# ---- a slip that needs a page ----------------------------------------------------------------------------------------


def _whole_page(paper: Paper, school: str, term: str, slip: ParentSlip) -> None:
    """A page of its own, and more where the text goes on."""
    paper.head = lambda page: _goes_on(page, slip)
    size = _Size(paper.paper_width, paper.paper_height, paper.left, 0, 26, 0)
    y = _head(paper, school, term, slip, size, paper.left, paper.top)
    paper.y = y - 1 * MM
    form = NoteForm(paper, banded=False)
    form.row(Value("姓　名", slip.name, 40), Value("班　级", slip.class_name, 40))
    for label, body in zip(PARTS, slip.texts, strict=True):
        form.text(label.replace("给家长的", "给家长的\n"), body, least_mm=26)
    form.row(Value("老　师", slip.by, 40), Value("日　期", slip.day, 40))
    form.end()
    lines = 4
    paper.room(8 * MM + _answer_high(lines))
    paper.y -= 5 * MM
    paper.text(paper.left, paper.y, CALL, KAI, 9, grey=_GREY)
    _receipt(paper, slip, term, lines, paper.left, paper.width, paper.y - 6 * MM)


def _goes_on(paper: Paper, slip: ParentSlip) -> None:
    words = f"{TITLE}　{slip.class_name}　{slip.name}（续）"
    paper.text(paper.paper_width / 2, paper.y, words, KAI, 9.5, "center", grey=_GREY)
    paper.y -= 5 * MM
