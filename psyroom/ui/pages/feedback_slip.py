"""The slip to the parents as it will be printed, drawn anew while one writes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from PySide6.QtCore import QRect, QSize, Qt, QTimer
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from psyroom.errors import Tell
from psyroom.reports import preview
from psyroom.services.feedback_slips import OneSlip
from psyroom.ui import tokens
from psyroom.ui.kit import text
from psyroom.ui.kit.preview import image_of
from psyroom.ui.pages.paper_view import not_printed
from psyroom.ui.tokens import SPACE
from psyroom.ui.window import Shell

WIDE = 326
"""Pixels at 100 % that the slip has beside a form."""
REST = 350
"""Milliseconds after the last key before the slip is drawn anew."""
LONG = {(1.0, 0.5): "话多，这一张占半页。", (1.0, 1.0): "话很多，这一张占一整页。"}
SHARP = 2.0
"""The page is drawn this much finer than it is shown, so that it can be read."""


class SlipPreview(QWidget):
    """`show_of(make)` draws what `make(words)` gives; `words` are read when it is time to draw."""

    def __init__(self, shell: Shell, words: Callable[[], Mapping[str, Any]]) -> None:
        super().__init__()
        self._shell, self._words = shell, words
        self._make: Callable[[Mapping[str, Any]], OneSlip] | None = None
        self._asked = 0
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE)
        self.paper = _Paper()
        column.addWidget(self.paper)
        self.trouble = text("", "small")
        column.addWidget(self.trouble)
        self.trouble.hide()
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(REST)
        self._soon.timeout.connect(self.draw)

    def show_of(self, make: Callable[[Mapping[str, Any]], OneSlip] | None) -> None:
        """Whose slip it is from now on; None: nobody's."""
        self._make = make
        self._asked += 1
        self._soon.stop()
        if make is None:
            self.paper.set(None)
        else:
            self.draw()

    def look_again(self) -> None:
        """Something was typed."""
        if self._make is not None:
            self._soon.start()

    def draw(self) -> None:
        """Make the page off the window's thread, and show this slip of it."""
        make = self._make
        if make is None:
            return
        self._asked += 1
        asked, words = self._asked, dict(self._words())
        wide = max(self.paper.width(), 200) * self.devicePixelRatioF()

        def work() -> tuple[preview.PageImage, OneSlip]:
            made = make(words)
            points = preview.sizes(made.pdf)[0][0] * made.share[0]
            return preview.page(made.pdf, 0, min(wide * SHARP, 1400) * 72 / points), made

        def done(found: tuple[preview.PageImage, OneSlip]) -> None:
            if asked != self._asked:
                return
            whole, made = image_of(found[0]), found[1]
            across, down = made.share
            self.paper.set(whole.copy(0, 0, round(whole.width() * across), round(whole.height() * down)))
            self._say(not_printed(made.missing) if made.missing else LONG.get(made.share, ""))

        def failed(told: Tell) -> None:
            if asked == self._asked:
                self._say(str(told))

        self._shell.run(self, work, done=done, failed=failed)

    def _say(self, words: str) -> None:
        self.trouble.setText(words)
        self.trouble.setVisible(bool(words))


def beside(slip: QWidget, form: QWidget, wide: int) -> None:
    """Let the slip stand beside its form only where both have room in `wide`: large text on a small screen leaves the form."""
    slip.setVisible(wide >= slip.minimumWidth() + SPACE * 2 + form.minimumSizeHint().width())


class _Paper(QWidget):
    """One slip on its ground, as wide as there is room."""

    SHAPE = 148.5 / 105.0

    def __init__(self) -> None:
        super().__init__()
        self._image: QImage | None = None
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setSizePolicy(policy)
        self.setAccessibleName("家长收到的单子")

    def set(self, image: QImage | None) -> None:
        self._image = image
        self._fit()
        self.update()

    def image(self) -> QImage | None:
        return self._image

    def _fit(self) -> None:
        shape = self._image.height() / self._image.width() if self._image is not None else self.SHAPE
        wanted = round(self.width() * shape)
        if wanted != self.height():
            self.setFixedHeight(wanted)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.oldSize().width() != event.size().width():
            QTimer.singleShot(0, self, self._fit)

    def sizeHint(self) -> QSize:
        wide = tokens.now().px(320)
        return QSize(wide, round(wide * self.SHAPE))

    def minimumSizeHint(self) -> QSize:
        return QSize(120, 120)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, look = QPainter(self), tokens.now()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        box = QRect(0, 0, self.width() - 1, self.height() - 1)
        painter.fillRect(box, QColor("#ffffff"))
        if self._image is not None:
            painter.drawImage(box, self._image)
        painter.setPen(QColor(look.palette.line_strong))
        painter.drawRect(box)
        if self._image is None:
            painter.setPen(QColor(look.palette.faint))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, "印出来的样子会显示在这里")
        painter.end()
