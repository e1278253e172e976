"""A PDF as its real pages, from memory: scroll, zoom, print. No temporary file, no other program."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from psyroom.reports import preview
from psyroom.ui import ask, tokens
from psyroom.ui.kit.texts import button, text, tool
from psyroom.ui.style import polish
from psyroom.ui.tokens import SPACE

ZOOMS = (0.25, 0.5, 0.75, 1.0, 1.25, 1.5, 2.0, 3.0)
SEEN = 0.7
"""A page is enlarged beyond its paper's size only as far as this much of its height stays in sight."""
PRINT_DPI = 300
KEPT = 6
"""Pages kept drawn: an A4 page at 100 % is 2.7 MB."""


def image_of(page: preview.PageImage) -> QImage:
    """The page as a picture of its own memory."""
    return QImage(page.rgb, page.width, page.height, page.stride, QImage.Format.Format_RGB888).copy()


class PdfPreview(QWidget):
    """The pages of `pdf` under each other; only those in sight are drawn, anew at every zoom, so letters stay sharp.

    A page fills the width, if it is not enlarged by it, until the person zooms. More buttons go into `tools`.
    """

    def __init__(self, pdf: bytes = b"", *, printable: bool = True) -> None:
        super().__init__()
        self._pdf, self._zoom, self._fits = b"", 1.0, True
        self.before_print: Callable[[], bool] | None = None
        """Asked once a printer is chosen and before it is given a page; where it says no, nothing is printed."""
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
        self.tools = QHBoxLayout()
        self.tools.setSpacing(SPACE)
        bar.addSpacing(SPACE)
        bar.addLayout(self.tools)
        if printable:
            self.tools.addWidget(button("打印", self.print, icon_name="printer", shortcut="Ctrl+P", small=True))
        column.addLayout(bar)
        self._pages = _Pages()
        self._area = QScrollArea()
        self._area.setWidgetResizable(True)
        self._area.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self._area.setWidget(self._pages)
        self._area.viewport().installEventFilter(self)
        self._area.verticalScrollBar().rangeChanged.connect(self._still)
        self._still(0, 0)
        column.addWidget(self._area, 1)
        if pdf:
            self.show_pdf(pdf)

    def show_pdf(self, pdf: bytes) -> None:
        """Show these pages instead."""
        self._pdf = pdf
        self._draw()

    def pdf(self) -> bytes:
        return self._pdf

    def page_count(self) -> int:
        return len(self._pages.sizes)

    def zoom(self) -> float:
        return self._zoom

    def set_zoom(self, zoom: float) -> None:
        """1.0 is the size of the paper."""
        self._zoom, self._fits = zoom, False
        self._draw()

    def _draw(self) -> None:
        if self._fits and self._pdf:
            wide = max((w for w, _ in preview.sizes(self._pdf)), default=595) * 96 / 72
            tall = max((h for _, h in preview.sizes(self._pdf)), default=842) * 96 / 72
            seen = self._area.viewport()
            most = max(1.0, seen.height() / (SEEN * tall))
            self._zoom = max(0.2, min(1.5, most, (seen.width() - SPACE * 4) / wide))
        self._percent.setText(f"{round(self._zoom * 100)} %")
        self._pages.set(self._pdf, 96 * self._zoom)
        self._count.setText(f"共 {self.page_count()} 页" if self.page_count() else "")

    def _still(self, _least: int, most: int) -> None:
        """The bar keeps its place, so that a page does not jump; it is seen where there is something to scroll."""
        bar, idle = self._area.verticalScrollBar(), "false" if most else "true"
        if bar.property("idle") != idle:
            bar.setProperty("idle", idle)
            polish(bar)

    def _step(self, by: int) -> None:
        further = [z for z in ZOOMS if (z > self._zoom + 0.01 if by > 0 else z < self._zoom - 0.01)]
        if further:
            self.set_zoom(min(further) if by > 0 else max(further))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and self._fits:
            self._draw()
        return False

    def wheelEvent(self, event: QWheelEvent) -> None:
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self._step(1 if event.angleDelta().y() > 0 else -1)

    def print(self) -> bool:
        """Send the pages to a printer the person picks, drawn at 300 dpi from memory; whether they were sent."""
        if not self._pdf or (printer := ask.printer(self)) is None:
            return False
        if self.before_print is not None and not self.before_print():
            return False
        painter = QPainter(printer)
        for at, page in enumerate(preview.pages(self._pdf, PRINT_DPI)):
            if at:
                printer.newPage()
            layout, dots = printer.pageLayout(), printer.resolution()
            whole = QRectF(layout.fullRectPixels(dots))
            whole.moveTopLeft(-layout.paintRectPixels(dots).topLeft().toPointF())
            painter.drawImage(whole, image_of(page))
        painter.end()
        return True


class _Pages(QWidget):
    """The strip of pages; draws what is in sight and forgets what is not."""

    def __init__(self) -> None:
        super().__init__()
        self.sizes: list[QSize] = []
        self._pdf, self._dpi = b"", 96.0
        self._drawn: OrderedDict[int, QImage] = OrderedDict()

    def set(self, pdf: bytes, dpi: float) -> None:
        self._pdf, self._dpi = pdf, dpi
        self._drawn.clear()
        points = preview.sizes(pdf) if pdf else []
        self.sizes = [QSize(round(w * dpi / 72), round(h * dpi / 72)) for w, h in points]
        gap = SPACE * 2
        wide = max((s.width() for s in self.sizes), default=0) + gap * 2
        self.setMinimumSize(QSize(wide, sum(s.height() + gap for s in self.sizes) + gap))
        self.update()

    def _picture(self, at: int) -> QImage:
        if at not in self._drawn:
            dense = self.devicePixelRatioF()
            picture = image_of(preview.page(self._pdf, at, self._dpi * dense))
            picture.setDevicePixelRatio(dense)
            self._drawn[at] = picture
            while len(self._drawn) > KEPT:
                self._drawn.popitem(last=False)
        self._drawn.move_to_end(at)
        return self._drawn[at]

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, look = QPainter(self), tokens.now()
        painter.fillRect(event.rect(), QColor(look.palette.sunken))
        y = SPACE * 2
        for at, size in enumerate(self.sizes):
            box = QRect((self.width() - size.width()) // 2, y, size.width(), size.height())
            if box.adjusted(-2, -2, 2, 2).intersects(event.rect()):
                painter.drawImage(box, self._picture(at))
                painter.setPen(QColor(look.palette.line_strong))
                painter.drawRect(box.adjusted(-1, -1, 0, 0))
            y += size.height() + SPACE * 2
        if not self.sizes:
            painter.setPen(QColor(look.palette.soft))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, "印出来的样子会显示在这里")
        painter.end()
