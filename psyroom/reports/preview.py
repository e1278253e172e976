"""A paper as the screen or the printer wants it: PDF bytes into page images, in memory, without Qt."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pypdfium2 as pdfium


@dataclass(frozen=True)
class PageImage:
    """One page: rows of red, green, blue bytes, `stride` bytes from one row to the next (QImage.Format_RGB888)."""

    width: int
    height: int
    stride: int
    rgb: bytes


def pages(pdf: bytes, dots_per_inch: float = 110) -> Iterator[PageImage]:
    """Every page in turn, so that a long paper never lies in memory whole."""
    document = pdfium.PdfDocument(pdf)
    try:
        for page in document:
            bitmap = page.render(scale=dots_per_inch / 72, rev_byteorder=True, prefer_bgrx=False)
            yield PageImage(bitmap.width, bitmap.height, bitmap.stride, bytes(bitmap.buffer))
            bitmap.close()
            page.close()
    finally:
        document.close()


def page(pdf: bytes, number: int, dots_per_inch: float = 110) -> PageImage:
    """One page (from 0), for a window that draws only what is in sight."""
    document = pdfium.PdfDocument(pdf)
    try:
        one = document[number]
        bitmap = one.render(scale=dots_per_inch / 72, rev_byteorder=True, prefer_bgrx=False)
        image = PageImage(bitmap.width, bitmap.height, bitmap.stride, bytes(bitmap.buffer))
        bitmap.close()
        one.close()
        return image
    finally:
        document.close()


def sizes(pdf: bytes) -> list[tuple[float, float]]:
    """Width and height of every page in points (1/72 inch)."""
    document = pdfium.PdfDocument(pdf)
    try:
        return [document.get_page_size(number) for number in range(len(document))]
    finally:
        document.close()


def count(pdf: bytes) -> int:
    """How many pages the paper has."""
    document = pdfium.PdfDocument(pdf)
    try:
        return len(document)
    finally:
        document.close()


def text(pdf: bytes) -> str:
    """What the paper says, page after page: for finding and for tests."""
    document = pdfium.PdfDocument(pdf)
    try:
        return "\n".join(page.get_textpage().get_text_bounded() for page in document)
    finally:
        document.close()
