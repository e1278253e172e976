"""A sheet to write on: a field for long text that grows with what is written, with an undo of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import QEvent, QMimeData, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QInputMethodEvent,
    QKeyEvent,
    QResizeEvent,
    QTextCharFormat,
    QTextCursor,
    QWheelEvent,
)
from PySide6.QtWidgets import QPlainTextEdit, QScrollArea, QSizePolicy, QTextEdit

from psyroom.ui import tokens
from psyroom.ui.clipboard import marked

Span = tuple[int, int]
"""From which character to which, as Python counts them."""


class Writing(QPlainTextEdit):
    """As tall as its words; the page scrolls, not the field. Tab leaves it, Enter is a new line.

    `value()` is the text without blanks around it; `kept()` is it as it stands, with what an input method holds.
    `entered` and `left` fire when the keyboard comes and goes; `taker` is asked first at every key.
    """

    edited = Signal()
    entered = Signal()
    left = Signal()

    def __init__(self, placeholder: str = "", *, lines: int = 2) -> None:
        super().__init__()
        self._lines, self._preedit = lines, ""
        self._marked: tuple[Span, ...] = ()
        self.taker: Callable[[QKeyEvent], bool] | None = None
        self.setProperty("kind", "page")
        self.setPlaceholderText(placeholder)
        self.setTabChangesFocus(True)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.document().setDocumentMargin(2)
        self.textChanged.connect(self._on_text)
        self.cursorPositionChanged.connect(self._follow)

    def createMimeDataFromSelection(self) -> QMimeData:
        return marked(super().createMimeDataFromSelection())

    # ---- the value

    def value(self) -> str:
        return self.toPlainText().strip()

    def set_value(self, value: Any) -> None:
        """Put a text in; its undo begins here."""
        words = "" if value is None else str(value)
        if words != self.toPlainText():
            self.setPlainText(words)

    def kept(self) -> str:
        """All that stands in the field, an unfinished syllable too: what a draft keeps."""
        words = self.toPlainText()
        if not self._preedit:
            return words
        at = len(self._before(self.textCursor().position()))
        return words[:at] + self._preedit + words[at:]

    def _before(self, position: int) -> str:
        """The text up to a place of Qt's, which counts a character beyond the first plane as two."""
        cursor = QTextCursor(self.document())
        cursor.setPosition(position, QTextCursor.MoveMode.KeepAnchor)
        return cursor.selectedText()

    def _place(self, index: int) -> int:
        return len(self.toPlainText()[:index].encode("utf-16-le")) // 2

    def cursor_of(self, span: Span) -> QTextCursor:
        """A cursor over these characters of the text."""
        cursor = QTextCursor(self.document())
        cursor.setPosition(self._place(span[0]))
        cursor.setPosition(self._place(span[1]), QTextCursor.MoveMode.KeepAnchor)
        return cursor

    def replace(self, span: Span, words: str) -> None:
        """Other words in the place of these; undone like something typed."""
        self.cursor_of(span).insertText(words)

    def before_cursor(self) -> str:
        """The line up to the cursor."""
        cursor = self.textCursor()
        return cursor.block().text().encode("utf-16-le")[: 2 * cursor.positionInBlock()].decode("utf-16-le", "ignore")

    # ---- marks

    def mark(self, spans: Sequence[Span]) -> None:
        """Underline these characters: something to look at again, no error."""
        self._marked = tuple(spans)
        self._paint_marks()

    def marked(self) -> tuple[Span, ...]:
        return self._marked

    def _paint_marks(self) -> None:
        look = QTextCharFormat()
        look.setUnderlineStyle(QTextCharFormat.UnderlineStyle.WaveUnderline)
        look.setUnderlineColor(QColor(tokens.now().palette.amber_fill))
        shown = []
        for span in self._marked:
            extra = QTextEdit.ExtraSelection()
            extra.cursor, extra.format = self.cursor_of(span), look  # type: ignore[attr-defined]
            shown.append(extra)
        self.setExtraSelections(shown)

    # ---- as tall as the words

    def fit(self) -> None:
        tall = 0.0
        block = self.document().begin()
        while block.isValid():
            tall += self.blockBoundingRect(block).height()
            block = block.next()
        least = self.fontMetrics().lineSpacing() * self._lines
        frame = self.height() - self.viewport().height()
        wanted = round(max(tall, least) + 2 * self.document().documentMargin()) + max(frame, 0)
        if wanted != self.height():
            self.setFixedHeight(wanted)

    def _on_text(self) -> None:
        self.fit()
        self.edited.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.oldSize().width() != event.size().width():
            QTimer.singleShot(0, self, self.fit)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.StyleChange, QEvent.Type.FontChange):
            QTimer.singleShot(0, self, self.fit)
            self._paint_marks()

    def _page(self) -> QScrollArea | None:
        """What it lies in and scrolls with."""
        above = self.parentWidget()
        while above is not None and not isinstance(above, QScrollArea):
            above = above.parentWidget()
        return above if above is not None and above.widget() is not None else None

    def _come_into_sight(self) -> None:
        """The whole field where there is room for it, and in any case the line one writes in."""
        page = self._page()
        if page is not None and self.hasFocus() and self.height() < page.viewport().height() // 2:
            page.ensureWidgetVisible(self, 0, self.fontMetrics().lineSpacing() * 2)
        self._follow()

    def _follow(self) -> None:
        """The line one writes in stays in sight of the page that scrolls."""
        above = self._page()
        if above is None or not self.hasFocus():
            return
        line = self.cursorRect()
        at = self.viewport().mapTo(above.widget(), QPoint(0, line.center().y()))
        above.ensureVisible(at.x(), at.y(), 0, line.height() * 2)

    # ---- keys

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()  # there is nothing to scroll here: the page does

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self.taker is not None and self.taker(event):
            event.accept()
            return
        if event.key() == Qt.Key.Key_Escape:
            event.ignore()
            return
        super().keyPressEvent(event)

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        before, self._preedit = self._preedit, event.preeditString()
        super().inputMethodEvent(event)
        if self._preedit != before:
            self.fit()
            self.edited.emit()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        QTimer.singleShot(0, self, self._come_into_sight)  # once its place is known
        self.entered.emit()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.left.emit()
