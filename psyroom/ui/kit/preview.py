"""A PDF as its real pages, from memory: scroll, zoom, print. No temporary file, no other program."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from psyroom.ui import ask, tokens
from psyroom.ui.kit.texts import button, text, tool
from psyroom.ui.tokens import SPACE

ZOOMS = (0.5, 0.75, 1.0, 1.25, 1.5, 2.0)
PRINT_DPI = 300


class PageImage(Protocol):
    """A rendered page, as `psyroom.reports.preview` gives it: width, height in pixels and its RGB bytes."""

    width: int
    height: int
    rgb: bytes


Render = Callable[[float], Sequence[PageImage]]
"""Dots per inch → the pages."""


def image_of(page: PageImage) -> QImage:
    """The page as a picture of its own memory."""
    return QImage(page.rgb, page.width, page.height, page.width * 3, QImage.Format.Format_RGB888).copy()


class PdfPreview(QWidget):
    """The pages under each other. `render(dpi)` draws them; zooming draws anew, so letters stay sharp."""

    def __init__(self, render: Render | None = None, *, printable: bool = True) -> None:
        super().__init__()
        self._render, self._zoom = render, 2
        self.setObjectName("preview")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE)
        bar = QHBoxLayout()
        bar.setSpacing(SPACE // 2)
        self._count = text("", "soft", wrap=False)
        bar.addWidget(self._count)
        bar.addStretch(1)
        bar.addWidget(tool("magnifying-glass-minus", "缩小", lambda: self._step(-1)))
        self._percent = text("100 %", "soft", wrap=False, tabular=True)
        bar.addWidget(self._percent)
        bar.addWidget(tool("magnifying-glass-plus", "放大", lambda: self._step(1)))
        self.actions = QHBoxLayout()
        bar.addSpacing(SPACE)
        bar.addLayout(self.actions)
        if printable:
            self.actions.addWidget(button("打印", self.print, icon_name="printer", shortcut="Ctrl+P", small=True))
        column.addLayout(bar)
        self._pages = _Pages()
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setWidget(self._pages)
        column.addWidget(area, 1)
        if render is not None:
            self.show_pdf(render)

    def show_pdf(self, render: Render) -> None:
        self._render = render
        self._draw()

    def page_count(self) -> int:
        return len(self._pages.pages)

    def _draw(self) -> None:
        if self._render is None:
            return
        zoom, dense = ZOOMS[self._zoom], self.devicePixelRatioF()
        pages = [image_of(page) for page in self._render(96 * zoom * dense)]
        for page in pages:
            page.setDevicePixelRatio(dense)
        self._pages.set(pages)
        self._count.setText(f"共 {len(pages)} 页")
        self._percent.setText(f"{round(zoom * 100)} %")

    def _step(self, by: int) -> None:
        self._zoom = max(0, min(self._zoom + by, len(ZOOMS) - 1))
        self._draw()

    def wheelEvent(self, event: QWheelEvent) -> None:
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self._step(1 if event.angleDelta().y() > 0 else -1)

    def print(self) -> None:
        """Send the pages to a printer the person picks, drawn at 300 dpi from memory."""
        if self._render is None:
            return
        if (printer := ask.printer(self)) is None:
            return
        painter = QPainter(printer)
        for at, page in enumerate(self._render(PRINT_DPI)):
            if at:
                printer.newPage()
            picture = image_of(page)
            whole = QRectF(printer.pageLayout().fullRectPixels(printer.resolution()))
            whole.moveTopLeft(-printer.pageLayout().paintRectPixels(printer.resolution()).topLeft().toPointF())
            painter.drawImage(whole, picture)
        painter.end()


class _Pages(QWidget):
    def __init__(self) -> None:
        super().__init__()
        self.pages: list[QImage] = []

    def set(self, pages: list[QImage]) -> None:
        self.pages = pages
        sizes = [page.deviceIndependentSize().toSize() for page in pages]
        gap = SPACE * 2
        self.setMinimumSize(
            QSize(max((s.width() for s in sizes), default=0) + gap * 2, sum(s.height() + gap for s in sizes) + gap)
        )
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, look = QPainter(self), tokens.now()
        painter.fillRect(self.rect(), QColor(look.palette.sunken))
        y = SPACE * 2
        for page in self.pages:
            size = page.deviceIndependentSize().toSize()
            box = QRect((self.width() - size.width()) // 2, y, size.width(), size.height())
            painter.drawImage(box, page)
            painter.setPen(QColor(look.palette.line_strong))
            painter.drawRect(box.adjusted(-1, -1, 0, 0))
            y += size.height() + SPACE * 2
        painter.end()
