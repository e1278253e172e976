"""Card, tag, figure, empty state, page header: what every page is put together from."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from psyroom.ui import fonts, tokens
from psyroom.ui.icons import Glyph
from psyroom.ui.kit.texts import text
from psyroom.ui.tokens import SPACE

TONES = {
    "": ("soft", "sunken"),
    "accent": ("accent_ink", "accent_wash"),
    "good": ("good", "good_wash"),
    "amber": ("amber", "amber_wash"),
    "brick": ("brick", "brick_wash"),
    "sky": ("sky", "sky_wash"),
}
"""Tone → the palette's role for text and for ground."""


class Card(QFrame):
    """A white card: heading, hint, then whatever is put into `body`. `tone`: accent, amber, brick, sunken."""

    def __init__(self, heading: str = "", hint: str = "", *, tone: str = "", pad: int = 2) -> None:
        super().__init__()
        self.setObjectName("card")
        if tone:
            self.setProperty("tone", tone)
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(SPACE * pad, SPACE * pad, SPACE * pad, SPACE * pad)
        self.body.setSpacing(SPACE)
        self.head = QHBoxLayout()
        self.heading: QLabel | None = None
        if heading:
            words = QVBoxLayout()
            words.setSpacing(2)
            self.heading = text(heading, "heading")
            words.addWidget(self.heading)
            if hint:
                words.addWidget(text(hint, "soft"))
            self.head.addLayout(words, 1)
            self.body.addLayout(self.head)

    def add(self, widget: QWidget, stretch: int = 0) -> QWidget:
        self.body.addWidget(widget, stretch)
        return widget


class Tag(QWidget):
    """A pill that names a kind or a state. The word carries the meaning, the tone only underlines it."""

    def __init__(self, words: str, tone: str = "") -> None:
        super().__init__()
        self._words, self._tone = words, tone
        self.setAccessibleName(words)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def set(self, words: str, tone: str = "") -> None:
        self._words, self._tone = words, tone
        self.setAccessibleName(words)
        self.updateGeometry()
        self.update()

    def words(self) -> str:
        return self._words

    def sizeHint(self) -> QSize:
        return tag_size(self._words)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        draw_tag(painter, QRectF(self.rect()), self._words, self._tone)
        painter.end()


def tag_size(words: str) -> QSize:
    metrics, px = QFontMetrics(fonts.face("small", bold=True)), tokens.now().px
    return QSize(metrics.horizontalAdvance(words) + px(18), metrics.height() + px(6))


def draw_tag(painter: QPainter, box: QRectF, words: str, tone: str) -> None:
    """Paint a tag into the box; tables and calendars use it too."""
    ink, ground = TONES[tone]
    look = tokens.now()
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(look.colour(ground)))
    painter.drawRoundedRect(box, box.height() / 2, box.height() / 2)
    painter.setPen(QColor(look.colour(ink)))
    painter.setFont(fonts.face("small", bold=True))
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, words)
    painter.restore()


class Stat(QWidget):
    """A figure with its name under it and, where it says something, a small detail."""

    def __init__(self, name: str, figure: str = "–", detail: str = "", do: Callable[[], object] | None = None) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self._figure = text(figure, "figure", wrap=False)
        self._detail = text(detail, "small", wrap=False)
        column.addWidget(self._figure)
        column.addWidget(text(name, "soft", wrap=False))
        column.addWidget(self._detail)
        self._detail.setVisible(bool(detail))
        self._do = do
        if do is not None:
            self.setCursor(Qt.CursorShape.PointingHandCursor)
            self.setToolTip("点开看是哪些记录")

    def set(self, figure: str, detail: str = "") -> None:
        self._figure.setText(figure)
        self._detail.setText(detail)
        self._detail.setVisible(bool(detail))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._do is not None and self.rect().contains(event.position().toPoint()):
            self._do()


class EmptyState(QWidget):
    """An empty page teaches: what it is for, and the one button that begins."""

    def __init__(
        self, icon_name: str, heading: str, words: str = "", action: QWidget | None = None, *, width: int = 400
    ) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE * 3, SPACE * 5, SPACE * 3, SPACE * 5)
        column.setSpacing(SPACE)
        column.addStretch(1)
        middle = Qt.AlignmentFlag.AlignHCenter
        column.addWidget(_Badge(icon_name), 0, middle)
        column.addSpacing(SPACE)
        title = text(heading, "heading")
        title.setAlignment(middle)
        column.addWidget(title)
        if words:
            more = text(words, "soft")
            more.setAlignment(middle)
            more.setMaximumWidth(tokens.now().px(width))
            more.setMinimumWidth(min(width, 280))  # large text on a small screen: more lines, not a wider window
            across = QHBoxLayout()  # an aligned label is given its height for the whole width, and is then cut
            across.addStretch(1)
            across.addWidget(more, 100)
            across.addStretch(1)
            column.addLayout(across)
        if action is not None:
            column.addSpacing(SPACE)
            column.addWidget(action, 0, middle)
        column.addStretch(2)


class _Badge(Glyph):
    def __init__(self, name: str) -> None:
        super().__init__(name, size=34, role="accent")

    def sizeHint(self) -> QSize:
        side = tokens.now().px(72)
        return QSize(side, side)

    def paintEvent(self, event: object) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(tokens.now().colour("accent_wash")))
        painter.drawEllipse(self.rect())
        painter.end()
        super().paintEvent(event)


class PageHeader(QWidget):
    """Title, the question the page answers, and its actions at the right (the primary one last)."""

    def __init__(self, title: str, question: str = "", *actions: QWidget) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE)
        words = QVBoxLayout()
        words.setSpacing(2)
        self.title = text(title, "title", wrap=False)
        self.question = text(question, "soft")
        words.addWidget(self.title)
        words.addWidget(self.question)
        row.addLayout(words, 1)
        if not question:  # `setVisible(True)` of a label without its place would flash as a window of its own
            self.question.hide()
        self.tools = QHBoxLayout()
        self.tools.setSpacing(SPACE)
        row.addLayout(self.tools)
        for action in actions:
            self.add(action)

    def inset(self, right: int) -> None:
        """End that much before the page does: above a scrolled area with a gutter."""
        self.layout().setContentsMargins(0, 0, right, 0)  # type: ignore[union-attr]

    def add(self, action: QWidget) -> QWidget:
        self.tools.addWidget(action, 0, Qt.AlignmentFlag.AlignTop)
        return action

    def set_question(self, words: str) -> None:
        self.question.setText(words)
        self.question.setVisible(bool(words))


def rule() -> QFrame:
    """A hair line between two things that white space does not part."""
    line = QFrame()
    line.setObjectName("rule")
    return line
