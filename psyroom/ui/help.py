"""The help inside the program: one short page per matter, in the words of somebody on the first day. F1 opens the page
that belongs to what is shown, Esc goes back.

The pages are Markdown files in `resources/help`: `20-bookings.md` has the key `bookings`, its first line is the title, and
a line `<!-- pages: bookings -->` names the pages of the sidebar it belongs to.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QSize, Qt, QUrl
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetricsF,
    QKeyEvent,
    QKeySequence,
    QShortcut,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextListFormat,
    QTextTable,
)
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QTextBrowser,
    QVBoxLayout,
    QWidget,
)

from psyroom.paths import resource
from psyroom.ui import fonts, tokens
from psyroom.ui.kit import Card, TextField, quiet, text
from psyroom.ui.tokens import SPACE

if TYPE_CHECKING:
    from psyroom.ui.page import Page

LINE_HEIGHT = 150  # percent
GAP = "\u2002"  # half as wide as a character
DISC = QTextListFormat.Style.ListDisc
_PAGES = re.compile(r"<!-- pages: ([a-z, ]+) -->\n?")


@dataclass(frozen=True)
class Topic:
    """One page of the help."""

    key: str
    title: str
    pages: tuple[str, ...]
    text: str


@cache
def topics() -> tuple[Topic, ...]:
    """Every page of the help, in the order of reading."""
    found = []
    for path in sorted(resource("help").glob("[0-9]*-*.md")):
        whole = path.read_text("utf-8")
        named = _PAGES.search(whole)
        pages = tuple(name.strip() for name in named.group(1).split(",")) if named else ()
        body = _PAGES.sub("", whole)
        title = body.partition("\n")[0].removeprefix("# ").strip()
        found.append(Topic(path.stem.partition("-")[2], title, pages, body))
    return tuple(found)


def find(words: str) -> list[Topic]:
    """The pages that hold every one of the words, those with one in the title first."""
    wanted = words.lower().split()
    hits = [t for t in topics() if all(word in t.text.lower() for word in wanted)]
    return sorted(hits, key=lambda t: not any(word in t.title.lower() for word in wanted)) if wanted else hits


def topic_of(page: str) -> Topic:
    """What F1 opens on a page of the sidebar; the first topic where none belongs to it."""
    return next((t for t in topics() if page in t.pages), topics()[0])


def topic_at(within: Iterable[QWidget | None], page: Page | None, key: str) -> Topic:
    """What F1 opens: the topic named nearest to one of these widgets (an attribute `help_topic` of the class), else by
    something in sight on the page (`Page.help_topic`), else the page's own."""
    named = next((found for widget in within if (found := _named_at(widget))), "")
    if not named and page is not None:
        named = page.help_topic()
    return next((t for t in topics() if t.key == named), None) or topic_of(key)


def _named_at(widget: QWidget | None) -> str:
    from psyroom.ui.page import Page

    while widget is not None and not isinstance(widget, Page):
        if isinstance(named := getattr(widget, "help_topic", ""), str) and named:
            return named
        widget = widget.parentWidget()
    return ""


class Article(QTextBrowser):
    """One page, in the window's own type. Links lead to other topics: `[候补](waiting)`."""

    def __init__(self, follow: Callable[[str], object]) -> None:
        super().__init__()
        self._topic: Topic | None = None
        self.setOpenLinks(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setStyleSheet("QTextBrowser { background: transparent; border: none; padding: 0; }")
        self.viewport().setAutoFillBackground(False)
        self.anchorClicked.connect(lambda url: follow(QUrl(url).toString()))

    def show_topic(self, topic: Topic) -> None:
        self._topic = topic
        look = tokens.now()
        document = self.document()
        document.setDefaultFont(fonts.face())
        document.setMarkdown(topic.text)
        cursor = QTextCursor(document)
        block = document.begin()
        while block.isValid():
            shape = QTextBlockFormat(block.blockFormat())
            level = shape.headingLevel()
            shape.setTopMargin(look.px(18 if level > 1 else 2))
            shape.setBottomMargin(look.px(8 if level else 4))
            cursor.setPosition(block.position())
            in_table = cursor.currentTable() is not None  # its cells have room of their own
            if in_table:
                shape.setTopMargin(0)
                shape.setBottomMargin(0)
            each = 100 if in_table else 120 if level else LINE_HEIGHT
            shape.setLineHeight(each, int(QTextBlockFormat.LineHeightTypes.ProportionalHeight.value))
            if (points := block.textList()) is not None and points.format().style() == DISC:
                # Qt leaves one narrow space behind the point: a wider one, hanging out so that the lines stay flush
                shape.setTextIndent(-QFontMetricsF(fonts.face()).horizontalAdvance(GAP))
                cursor.insertText(GAP)
            cursor.setBlockFormat(shape)
            if level:
                cursor.select(QTextCursor.SelectionType.BlockUnderCursor)
                letters = QTextCharFormat()
                letters.setFont(fonts.face("title" if level == 1 else "heading", bold=True))
                cursor.mergeCharFormat(letters)
            block = block.next()
        for frame in document.rootFrame().childFrames():
            if isinstance(frame, QTextTable):
                lines = frame.format()
                lines.setCellPadding(look.px(8))
                lines.setBorder(0)
                frame.setFormat(lines)
        self._colour_links(QColor(look.palette.accent_ink))
        self.verticalScrollBar().setValue(0)

    def _colour_links(self, colour: QColor) -> None:
        """Qt paints links in a blue of its own."""
        block = self.document().begin()
        while block.isValid():
            at = block.begin()
            while not at.atEnd():
                piece = at.fragment()
                if piece.charFormat().isAnchor():
                    cursor = QTextCursor(self.document())
                    cursor.setPosition(piece.position())
                    cursor.setPosition(piece.position() + piece.length(), QTextCursor.MoveMode.KeepAnchor)
                    letters = QTextCharFormat()
                    letters.setForeground(colour)
                    letters.setFontWeight(QFont.Weight.Bold)
                    cursor.mergeCharFormat(letters)
                at += 1
            block = block.next()

    def changeEvent(self, event: QEvent) -> None:
        """Another text size or theme: the page is laid out anew."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange and self._topic is not None:
            self.show_topic(self._topic)


class HelpPage(QWidget):
    """Topics at the left, the one chosen at the right."""

    def __init__(self, back: Callable[[], object]) -> None:
        super().__init__()
        self.setObjectName("page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._back = back
        across = QHBoxLayout(self)
        across.setContentsMargins(SPACE * 4, SPACE * 3, SPACE * 4, SPACE * 3)
        across.setSpacing(SPACE * 3)
        left = QVBoxLayout()
        left.setSpacing(SPACE)
        head = QHBoxLayout()
        head.addWidget(text("帮助", "title", wrap=False))
        head.addStretch(1)
        head.addWidget(quiet("返回", back, small=True, icon_name="arrow-left", tip="返回（Esc）"))
        left.addLayout(head)
        self.words = TextField()
        self.words.setPlaceholderText("找：改期、签字")
        self.words.setAccessibleName("在帮助里找")
        self.words.textChanged.connect(self._narrow)
        self.words.installEventFilter(self)
        left.addWidget(self.words)
        self.list = QListWidget()
        self.list.setObjectName("plain")
        self.list.setAccessibleName("帮助的目录")
        self.list.currentItemChanged.connect(self._chosen)
        left.addWidget(self.list, 1)
        self.none = text("没有找到，换个说法试试。", "soft")
        self.none.hide()
        left.addWidget(self.none)
        across.addLayout(left, 2)
        card = Card()
        self.article = Article(self.show_topic)
        card.add(self.article, 1)
        across.addWidget(card, 5)
        self._narrow("")

    def show_topic(self, key: str) -> None:
        """Open one topic by its key."""
        if not any(self._key(at) == key for at in range(self.list.count())):
            self.words.clear()
            self._narrow("")
        for at in range(self.list.count()):
            if self._key(at) == key:
                self.list.setCurrentRow(at)

    def shown(self) -> None:
        self.words.setFocus()

    def _key(self, at: int) -> str:
        return str(self.list.item(at).data(Qt.ItemDataRole.UserRole))

    def _narrow(self, words: str) -> None:
        hits = find(words)
        self.list.blockSignals(True)
        self.list.clear()
        for topic in hits:
            item = QListWidgetItem(topic.title)
            item.setData(Qt.ItemDataRole.UserRole, topic.key)
            item.setSizeHint(QSize(0, tokens.now().px(34)))
            self.list.addItem(item)
        self.list.blockSignals(False)
        self.none.setVisible(not hits)
        if hits:
            self.list.setCurrentRow(0)

    def _chosen(self, item: QListWidgetItem | None) -> None:
        if item is not None:
            key = item.data(Qt.ItemDataRole.UserRole)
            self.article.show_topic(next(t for t in topics() if t.key == key))

    def eventFilter(self, watched: object, event: QEvent) -> bool:
        """From the find box up and down walk the list."""
        if watched is self.words and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            by = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key()))
            if by:
                self.list.setCurrentRow(max(0, min(self.list.currentRow() + by, self.list.count() - 1)))
                return True
        return False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self._back()
        elif event.key() in (Qt.Key.Key_PageDown, Qt.Key.Key_PageUp):
            bar = self.article.verticalScrollBar()
            bar.setValue(bar.value() + (1 if event.key() == Qt.Key.Key_PageDown else -1) * bar.pageStep())
        else:
            super().keyPressEvent(event)


class HelpOver(QDialog):
    """The help over a dialog, whose window gets no key as long as it is open. F1 or Esc goes back to it as it was."""

    def __init__(self, dialog: QDialog, topic: str) -> None:
        super().__init__(dialog)
        self.setWindowTitle(dialog.windowTitle())
        self.setModal(True)
        self.resize(dialog.size())
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        self.page = HelpPage(self.close)
        column.addWidget(self.page)
        QShortcut(QKeySequence("F1"), self).activated.connect(self.close)
        self.finished.connect(self.deleteLater)
        self.open()
        self.page.show_topic(topic)  # at its true width, from its first line on
        self.page.shown()
