"""Tables on paper: fine lines inside a heavier frame, one or two rows of headings, repeated on every page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from psyroom.reports import faces
from psyroom.reports.faces import HEI, SONG
from psyroom.reports.lines import Line, break_lines
from psyroom.reports.paper import FINE, FRAME, MM, Paper
from psyroom.reports.tables import Cell, Column, Figure, Row, groups

_PAD = 1.1 * MM  # between a line and the text
_LEADING = 1.32
_MIDDLE = 0.36  # of the size: from the baseline to the middle of a character


@dataclass(frozen=True)
class _Box:
    """A cell laid out: from which column to which, its lines, its face."""

    first: int
    after: int
    lines: tuple[Line, ...]
    face: str
    align: str


def draw(
    paper: Paper,
    columns: Sequence[Column],
    rows: Sequence[Row],
    *,
    size: float = 9,
    row_mm: float = 6.6,
    keep: bool = False,
) -> None:
    """Draw the table from the cursor down. `row_mm` is the least height of a row; `keep` begins a new page rather than
    tear a table that fits on one."""
    edges = _edges(paper, columns)
    size = _fitting(columns, edges, size)
    head, head_height = _head(paper, columns, edges, size, row_mm)
    laid = [_lay(paper, columns, row, edges, size, row_mm) for row in rows]
    whole = head_height + sum(height for _, height in laid)
    if keep and whole <= paper.top - paper.bottom:
        paper.room(whole)
    else:
        paper.room(head_height + sum(height for _, height in laid[:2]))
    at = 0
    while True:
        top = paper.y
        _draw_head(paper, columns, head, edges, size, head_height)
        began = at
        while at < len(laid):
            boxes, height = laid[at]
            if paper.y - height < paper.bottom and at > began:
                break
            _draw_boxes(paper, boxes, edges, paper.y, height, size)
            paper.y -= height
            at += 1
        paper.canvas.setLineWidth(FRAME)
        paper.canvas.rect(edges[0], paper.y, edges[-1] - edges[0], top - paper.y)
        if at >= len(laid):
            return
        paper.new_page()


def _fitting(columns: Sequence[Column], edges: list[float], size: float) -> float:
    """The size, made smaller (never below 7) while a heading would break where its author did not break it."""
    while size > 7:
        rooms = [right - left - 2 * _PAD for left, right in zip(edges, edges[1:], strict=False)]
        if all(
            faces.width(line, HEI, size) <= room
            for column, room in zip(columns, rooms, strict=True)
            for line in column.title.split("\n")
        ):
            break
        size -= 0.5
    return size


def _edges(paper: Paper, columns: Sequence[Column]) -> list[float]:
    share = paper.width / sum(column.width for column in columns)
    edges = [paper.left]
    for column in columns:
        edges.append(edges[-1] + column.width * share)
    edges[-1] = paper.right
    return edges


def _box(
    paper: Paper, text: str, face: str, align: str, edges: list[float], first: int, after: int, size: float
) -> _Box:
    used, fitted, missing = faces.fit_text(faces.cleaned(text), face)
    paper.missing += missing
    room = edges[after] - edges[first] - 2 * _PAD
    return _Box(first, after, tuple(break_lines(fitted, used, size, room)), used, align)


def _height(boxes: Sequence[_Box], size: float, row_mm: float) -> float:
    most = max(len(box.lines) for box in boxes)
    return max(row_mm * MM, most * size * _LEADING + min(1.6 * _PAD, 0.27 * row_mm * MM))


def _lay(
    paper: Paper, columns: Sequence[Column], row: Row, edges: list[float], size: float, row_mm: float
) -> tuple[list[_Box], float]:
    boxes, at = [], 0
    for given in row.cells:
        if isinstance(given, Figure):
            given = given.text
        cell = given if isinstance(given, Cell) else Cell(given)
        face = cell.face or (HEI if row.total else SONG)
        align = cell.align or ("center" if cell.span > 1 else columns[at].align)
        boxes.append(_box(paper, cell.text, face, align, edges, at, at + cell.span, size))
        at += cell.span
    if at != len(columns):
        raise ValueError(f"a row of {at} columns in a table of {len(columns)}")
    return boxes, _height(boxes, size, row_mm)


def _head(
    paper: Paper, columns: Sequence[Column], edges: list[float], size: float, row_mm: float
) -> tuple[list[_Box], float]:
    """The boxes of the headings and the height of all of them; two rows when any column has a group."""
    boxes = [_box(paper, c.title, HEI, "center", edges, i, i + 1, size) for i, c in enumerate(columns)]
    upper = [_box(paper, text, HEI, "center", edges, a, b, size) for text, a, b in groups(columns) if text]
    height = _height(boxes, size, row_mm)
    if not upper:
        return boxes, height
    lower = [box for box in boxes if columns[box.first].group]
    lone = [box for box in boxes if not columns[box.first].group]
    both = _height(upper, size, row_mm) + _height(lower, size, row_mm)
    return boxes + upper, max(both, _height(lone, size, row_mm) if lone else 0)


def _draw_head(
    paper: Paper, columns: Sequence[Column], boxes: list[_Box], edges: list[float], size: float, height: float
) -> None:
    count = len(columns)
    upper = boxes[count:]
    if not upper:
        _draw_boxes(paper, boxes, edges, paper.y, height, size)
    else:
        first = _height(upper, size, 0) / (_height(upper, size, 0) + _height(boxes[:count], size, 0)) * height
        first = max(min(first, height * 0.5), height * 0.4)
        _draw_boxes(paper, [b for b in boxes[:count] if not columns[b.first].group], edges, paper.y, height, size)
        _draw_boxes(paper, upper, edges, paper.y, first, size)
        grouped = [b for b in boxes[:count] if columns[b.first].group]
        _draw_boxes(paper, grouped, edges, paper.y - first, height - first, size)
    paper.y -= height


def _draw_boxes(
    paper: Paper, boxes: Sequence[_Box], edges: list[float], top: float, height: float, size: float
) -> None:
    canvas = paper.canvas
    for box in boxes:
        left, right = edges[box.first], edges[box.after]
        canvas.setStrokeGray(0)
        canvas.setLineWidth(FINE)
        canvas.rect(left, top - height, right - left, height)
        lines = len(box.lines)
        baseline = top - height / 2 + (lines - 1) / 2 * size * _LEADING - _MIDDLE * size
        for line in box.lines:
            paper.line_of(line, left + _PAD, baseline, box.face, size, right - left - 2 * _PAD, box.align)
            baseline -= size * _LEADING
