"""家校反馈单: a slip for each child's parents, four to a page with cut lines, and a part that comes back.

It is plain and warm, and says only what it is handed: what must not stand on a paper for parents never comes here. Text
that does not fit is set a little smaller, then the slip takes half a page or a page of its own; nothing is cut off. Where
there is no text, ruled lines wait for a pen.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from psyroom.reports import faces
from psyroom.reports.faces import BIAOSONG, HEI, KAI, SONG
from psyroom.reports.note_form import NoteForm, Value
from psyroom.reports.paper import FINE, MM, PRACTICE, Paper
from psyroom.reports.parent_slip_places import (
    DEAR_SIZE,
    FOOT,
    HALF,
    LEADING,
    NAME,
    NORMAL,
    PAD,
    QUARTER,
    RULE,
    SMALL,
    TOP,
    Laid,
    Page,
    Size,
    Text,
    answer_high,
    dear_lines,
    name_high,
    name_room,
    pages_of,
)
from psyroom.reports.parent_slip_places import ParentSlip as ParentSlip
from psyroom.reports.parent_slip_places import share_of as share_of
from psyroom.reports.slips import fitting

TITLE = "家校反馈单"
AGAIN = "补发"
PARTS = ("在校学习", "在校生活", "给家长的建议")
CALL = "孩子或家里遇到难处，想找人说说，可以打全国统一心理援助热线 12356。"
RECEIPT = "您的想法请写在下面，沿此线剪下，让孩子带回"
BACK = "回　执"

_LABELS = (("在校", "学习"), ("在校", "生活"), ("给家长", "的建议"))
_MIDDLE = 0.36  # of the size: from the baseline to the middle of a character
_GREY = 0.42
_FRAME = 0.9
_DATE = "　　　年　　月　　日"


def slips_pdf(school: str, term: str, slips: Sequence[ParentSlip], *, practice: bool = False) -> tuple[bytes, str]:
    """The slips as PDF in the order given, each class beginning a page, and the characters no face has."""
    missing: list[str] = []
    pages = [page for _, some in groupby(slips, key=lambda slip: slip.class_name) for page in pages_of(some, missing)]
    whole = [isinstance(page, ParentSlip) for page in pages]
    paper = Paper(TITLE, practice=practice and whole[:1] == [True], numbered=False)
    margin = paper.bottom
    for at, page in enumerate(pages):
        paper.practice, paper.head = practice and whole[at], None
        paper.bottom = margin if whole[at] else 0
        if at:
            paper.new_page()
        if isinstance(page, ParentSlip):
            _whole_page(paper, school, term, page)
        else:
            _cut_page(paper, school, term, page, practice)
    return paper.finish(), "".join(dict.fromkeys([*missing, *paper.missing]))


def _cut_page(paper: Paper, school: str, term: str, page: Page, practice: bool) -> None:
    """Up to four slips and the lines between them."""
    for upper, half in enumerate(page):
        for place, laid in enumerate(half):
            x, edge = place * QUARTER.wide, paper.paper_height - upper * HALF.high
            if practice:
                _practice_mark(paper, x + laid.size.wide / 2, edge - laid.size.high * 0.42)
            _draw(paper, school, term, laid, x + laid.size.side, edge)
    _cuts(paper, page)


def _practice_mark(paper: Paper, x: float, y: float) -> None:
    """The practice school's mark on each slip, for they are cut apart; drawn first, so that it lies under the words."""
    canvas = paper.canvas
    canvas.saveState()
    canvas.setFillGray(0.93)
    canvas.translate(x, y)
    canvas.rotate(32)
    faces.face(BIAOSONG)
    canvas.setFont(BIAOSONG, 84)
    canvas.drawCentredString(0, -30, " ".join(PRACTICE))
    canvas.restoreState()


# ---- drawing --------------------------------------------------------------------------------------------------------


def _cuts(paper: Paper, page: Page) -> None:
    """Dashed lines between the halves, and between two narrow slips."""
    canvas, middle, half = paper.canvas, paper.paper_width / 2, paper.paper_height / 2
    canvas.saveState()
    canvas.setStrokeGray(0.4)
    canvas.setLineWidth(0.5)
    canvas.setDash(3, 2.5)
    canvas.line(0, half, paper.paper_width, half)
    for at, places in enumerate(page):
        if places[0].size is QUARTER:
            canvas.line(middle, paper.paper_height - at * half, middle, paper.paper_height - (at + 1) * half)
    canvas.restoreState()


def _rule(paper: Paper, x1: float, y1: float, x2: float, y2: float, *, grey: float = 0.0) -> None:
    paper.canvas.setStrokeGray(grey)
    paper.canvas.setLineWidth(FINE)
    paper.canvas.line(x1, y1, x2, y2)


def _draw(paper: Paper, school: str, term: str, laid: Laid, x: float, edge: float) -> None:
    """One slip from its upper left corner; `x`: where its text begins, `edge`: the upper edge of its place."""
    size, slip = laid.size, laid.slip
    wide = size.wide - 2 * size.side
    y = _head(paper, school, term, slip, size, x, edge - TOP)
    top = y
    y = _pair(paper, ("姓名", "班级"), laid.name, slip.class_name, NAME, size, x, y)
    _rule(paper, x, y, x + wide, y)
    for label, text, high in zip(_LABELS, laid.texts, laid.heights, strict=True):
        _label(paper, label, x, size.label, y, high)
        inner = x + size.label + PAD
        if text.lines:
            _lines(paper, text, laid.letters, inner, wide - size.label - 2 * PAD, y, high)
        else:
            _ruled(paper, inner, x + wide - PAD, y, high)
        y -= high
        _rule(paper, x, y, x + wide, y)
    y = _pair(paper, ("老师", "日期"), laid.by, slip.day, NORMAL, size, x, y)
    paper.canvas.setLineWidth(_FRAME)
    paper.canvas.rect(x, y, wide, top - y)
    y -= 3.9 * MM
    paper.text(x, y, CALL, KAI, fitting(CALL, KAI, 8, wide), grey=_GREY)
    _receipt(paper, slip, term, laid.answer, x, wide, edge - size.high + FOOT + answer_high(laid.answer))


def _head(paper: Paper, school: str, term: str, slip: ParentSlip, size: Size, x: float, y: float) -> float:
    """School and semester, the title, a word of greeting; returns where the frame begins."""
    wide = size.wide - 2 * size.side
    y -= 3.2 * MM
    half = fitting(term, SONG, 8.5, wide * 0.5)
    used = paper.text(x + wide, y, term, SONG, half, "right", grey=_GREY)
    paper.text(x, y, school, SONG, fitting(school, SONG, 8.5, wide - used - 3 * MM), grey=_GREY)
    y -= 2.6 * MM + size.title
    paper.text(x + wide / 2, y, TITLE, BIAOSONG, size.title, "center")
    if slip.again:
        paper.text(x + wide, y, AGAIN, HEI, 10.5, "right", red=True)
    y -= size.title * 0.3 + 1 * MM
    for at, line in enumerate(dear_lines(size)):
        y -= DEAR_SIZE * 1.45
        shift = 0 if at else 2 * DEAR_SIZE
        paper.line_of(line, x + shift, y + DEAR_SIZE * 0.3, KAI, DEAR_SIZE, wide - shift, "left")
    return y - 1.2 * MM


def _pair(
    paper: Paper, labels: tuple[str, str], name: list[str], other: str, letters: float, size: Size, x: float, y: float
) -> float:
    """A row of two cells: a name, on several lines where it is long, and a short value. Returns its lower edge."""
    high, room = name_high(name), name_room(size) + 2 * PAD
    wide = size.wide - 2 * size.side
    _label(paper, (labels[0],), x, size.label, y, high)
    each = fitting(name[0], KAI, letters, room - 2 * PAD) if len(name) == 1 else SMALL
    at = y - high / 2 + (len(name) - 1) / 2 * each * 1.25 - _MIDDLE * each
    for line in name:
        paper.text(x + size.label + room / 2, at, line, KAI, each, "center")
        at -= each * 1.25
    second = x + size.label + room
    _rule(paper, second, y, second, y - high)
    _label(paper, (labels[1],), second, size.label, y, high)
    left = x + wide - second - size.label
    each = fitting(other, KAI, letters, left - 1.2 * PAD)
    paper.text(second + size.label + left / 2, y - high / 2 - _MIDDLE * each, other, KAI, each, "center")
    return y - high


def _label(paper: Paper, words: Sequence[str], x: float, wide: float, top: float, high: float) -> None:
    """A label in the middle of its cell and the line at its right."""
    size = min(fitting(line, HEI, 10, wide - 2) for line in words)
    y = top - high / 2 + (len(words) - 1) / 2 * size * 1.3 - _MIDDLE * size
    for line in words:
        paper.text(x + wide / 2, y, line, HEI, size, "center")
        y -= size * 1.3
    _rule(paper, x + wide, top, x + wide, top - high)


def _lines(paper: Paper, text: Text, letters: float, x: float, wide: float, top: float, high: float) -> None:
    """Running text in the middle of its cell, each paragraph two characters in."""
    step = letters * LEADING
    y = top - high / 2 + (len(text.lines) - 1) / 2 * step - _MIDDLE * letters
    begins = True
    for line in text.lines:
        shift = 2 * letters if begins else 0.0
        paper.line_of(line, x + shift, y, text.face, letters, wide - shift, "justify")
        begins = line.last
        y -= step


def _ruled(paper: Paper, x1: float, x2: float, top: float, high: float) -> None:
    """Lines for a pen; the border is the last."""
    count = max(1, round(high / RULE))
    for at in range(1, count):
        y = top - at * high / count
        _rule(paper, x1, y, x2, y, grey=0.6)


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
    y -= 6 * MM
    paper.text(x, y, "家长意见：", HEI, 9.5)
    first = faces.width("家长意见：", HEI, 9.5)
    for at in range(lines):
        if at:
            y -= RULE
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
    size = Size(paper.paper_width, paper.paper_height, paper.left, 0, 24, 0)
    y = _head(paper, school, term, slip, size, paper.left, paper.top)
    paper.y = y - 1 * MM
    form = NoteForm(paper, banded=False)
    form.row(Value("姓　名", slip.name, 40), Value("班　级", slip.class_name, 40))
    for label, body in zip(PARTS, slip.texts, strict=True):
        form.text(label.replace("给家长的", "给家长的\n"), body, least_mm=26)
    form.row(Value("老　师", slip.by, 40), Value("日　期", slip.day, 40))
    form.end()
    lines = 4
    paper.room(8 * MM + answer_high(lines))
    paper.y -= 5 * MM
    paper.text(paper.left, paper.y, CALL, KAI, 9, grey=_GREY)
    _receipt(paper, slip, term, lines, paper.left, paper.width, paper.y - 6 * MM)


def _goes_on(paper: Paper, slip: ParentSlip) -> None:
    words = f"{TITLE}　{slip.class_name}　{slip.name}（续）"
    paper.text(paper.paper_width / 2, paper.y, words, KAI, 9.5, "center", grey=_GREY)
    paper.y -= 5 * MM
