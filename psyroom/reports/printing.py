"""Sheets of tables onto pages: title, info line, tables, signatures, notes."""

from __future__ import annotations

from collections.abc import Sequence

from psyroom.reports import grid
from psyroom.reports.faces import HEI, KAI
from psyroom.reports.paper import MM, Paper
from psyroom.reports.tables import Sheet

LEAST = 6.5
"""Letters smaller than this (points) are not printed to save a page."""


def sheets_pdf(
    sheets: Sequence[Sheet],
    *,
    landscape: bool = False,
    practice: bool = False,
    digest: str = "",
    size: float = 9.5,
    row_mm: float = 7.0,
    one_page: bool = False,
) -> tuple[bytes, str]:
    """The sheets as one PDF, each beginning a page, and the characters no face has (〓 on the page).

    `one_page` makes rows and letters smaller, as far as they can still be read, so that each sheet stays on its page."""
    sizes = [(size, row_mm)]
    if one_page:
        sizes += [(max(size - step, LEAST), row_mm * (1 - 0.14 * step)) for step in (0.5, 1, 1.5, 2, 2.5, 3, 4, 5)]
    for one, height in sizes:
        paper = _drawn(sheets, landscape, practice, digest, one, height)
        if paper.pages <= len(sheets):
            break
    return paper.finish(), "".join(dict.fromkeys(paper.missing))


def _drawn(sheets: Sequence[Sheet], landscape: bool, practice: bool, digest: str, size: float, row_mm: float) -> Paper:
    paper = Paper(sheets[0].title, landscape=landscape, practice=practice, digest=digest)
    for number, sheet in enumerate(sheets):
        paper.head = lambda page, sheet=sheet: _head(page, sheet)
        if number:
            paper.new_page()
        else:
            _head(paper, sheet)
        for table in sheet.tables:
            _headings(paper, table.heading, size)
            grid.draw(paper, table.columns, table.rows, size=size, row_mm=row_mm, keep=len(sheet.tables) > 1)
            paper.space(2 * MM if len(sheet.tables) > 1 else 0)
        if sheet.signatures:
            paper.signatures(sheet.signatures)
        paper.notes(sheet.notes)
    return paper


def _head(paper: Paper, sheet: Sheet) -> None:
    paper.title(sheet.title)
    paper.info(*sheet.info)


def _headings(paper: Paper, heading: str, size: float) -> None:
    for number, line in enumerate(heading.split("\n") if heading else ()):
        chief = number == 0 and not line.startswith("（")
        paper.heading(line, size + (1.5 if chief else 1), KAI if line.startswith("（") else HEI)
