"""The list of notes and of what was found, painted row by row: as quick with two thousand lines as with ten."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFontMetrics,
    QKeyEvent,
    QPainter,
    QTextCharFormat,
    QTextLayout,
    QTextOption,
)
from PySide6.QtWidgets import QFrame, QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from psyroom.ui import fonts, tokens
from psyroom.ui.icons import draw
from psyroom.ui.kit.cards import draw_tag, tag_size
from psyroom.ui.kit.rows import STRIPES
from psyroom.ui.tokens import RADIUS

EXCERPT_LINES = 2


@dataclass(frozen=True, repr=False)
class Item:
    """One line. `kind`: `day` (a heading), `note`, `hit` (with an excerpt), `more`. `key` is the note's id."""

    kind: str
    what: str
    detail: str = ""
    key: str = ""
    lead: str = ""
    icon: str = ""
    stripe: str = ""
    tags: tuple[tuple[str, str], ...] = ()
    excerpt: str = ""
    marks: tuple[tuple[int, int], ...] = ()
    row: Any = None

    def said(self) -> str:
        """For a screen reader."""
        return " ".join(p for p in (self.lead, self.what, self.detail, *(t for t, _ in self.tags), self.excerpt) if p)


class _Model(QAbstractListModel):
    def __init__(self) -> None:
        super().__init__()
        self.items: Sequence[Item] = ()

    def set(self, items: Sequence[Item]) -> None:
        self.beginResetModel()
        self.items = items
        self.endResetModel()

    def rowCount(self, parent: Any = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return len(self.items)

    def data(self, index: Any, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return self.items[index.row()].said()
        return None

    def flags(self, index: Any) -> Qt.ItemFlag:
        if self.items[index.row()].kind == "day":
            return Qt.ItemFlag.NoItemFlags
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable


class _Painter(QStyledItemDelegate):
    def sizeHint(self, option: QStyleOptionViewItem, index: Any) -> QSize:
        px = tokens.now().px
        kind = index.model().items[index.row()].kind
        if kind == "hit":
            return QSize(0, px(36) + QFontMetrics(fonts.face()).lineSpacing() * (EXCERPT_LINES + 1))
        return QSize(0, {"day": px(32), "more": px(40)}.get(kind, px(56)))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Any) -> None:
        item: Item = index.model().items[index.row()]
        box: QRect = option.rect  # type: ignore[attr-defined]
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if item.kind == "day":
            self._day(painter, box, item)
        else:
            self._ground(painter, box, item, option)
            if item.kind == "more":
                painter.setPen(QColor(tokens.now().palette.accent_ink))
                painter.setFont(fonts.face())
                painter.drawText(box, Qt.AlignmentFlag.AlignCenter, item.what)
            else:
                self._line(painter, box, item)
        painter.restore()

    @staticmethod
    def _day(painter: QPainter, box: QRect, item: Item) -> None:
        look = tokens.now()
        painter.setFont(fonts.face("small", bold=True, tabular=True))
        painter.setPen(QColor(look.palette.soft))
        inner = box.adjusted(look.px(6), look.px(8), -look.px(6), 0)
        painter.drawText(inner, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft), item.what)
        painter.setFont(fonts.face("small"))
        painter.drawText(inner, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight), item.detail)

    @staticmethod
    def _ground(painter: QPainter, box: QRect, item: Item, option: Any) -> None:
        look = tokens.now()
        face = QRectF(box).adjusted(1, 1, -1, -1)
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        painter.setPen(Qt.PenStyle.NoPen)
        if chosen:
            held = bool(option.state & QStyle.StateFlag.State_HasFocus)
            painter.setPen(QColor(look.palette.accent) if held else Qt.PenStyle.NoPen)
            painter.setBrush(QColor(look.palette.accent_wash))
            painter.drawRoundedRect(face, RADIUS, RADIUS)
        elif option.state & QStyle.StateFlag.State_MouseOver:
            painter.setBrush(QColor(look.palette.sunken))
            painter.drawRoundedRect(face, RADIUS, RADIUS)
        if item.kind != "more":
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(look.colour(STRIPES[item.stripe])))
            painter.drawRoundedRect(QRectF(box.left() + 3, box.top() + 7, 4, box.height() - 14), 2, 2)

    def _line(self, painter: QPainter, box: QRect, item: Item) -> None:
        look = tokens.now()
        px = look.px
        strong, plain = fonts.face(bold=True), fonts.face()
        high = QFontMetrics(plain).lineSpacing()
        inner = box.adjusted(px(16), px(7), -px(8), -px(7))
        right = inner.right()
        for words, tone in reversed(item.tags):
            size = tag_size(words)
            right -= size.width()
            draw_tag(
                painter,
                QRectF(right, inner.top() + (high - size.height()) / 2, size.width(), size.height()),
                words,
                tone,
            )
            right -= px(6)
        left = inner.left()
        if item.icon:
            side = px(16)
            draw(painter, item.icon, QRect(left, inner.top() + (high - side) // 2, side, side), look.colour("soft"))
            left += side + px(6)
        self._words(painter, QRect(left, inner.top(), right - left, high), item.what, strong, look.palette.ink)
        self._words(
            painter,
            QRect(inner.left(), inner.top() + high + 2, inner.width(), high),
            item.detail,
            plain,
            look.palette.soft,
        )
        if item.kind == "hit":
            top = inner.top() + high * 2 + 4
            excerpt(painter, QRect(inner.left(), top, inner.width(), high * EXCERPT_LINES), item.excerpt, item.marks)

    @staticmethod
    def _words(painter: QPainter, box: QRect, words: str, font: Any, colour: str) -> None:
        painter.setFont(font)
        painter.setPen(QColor(colour))
        short = QFontMetrics(font).elidedText(words, Qt.TextElideMode.ElideRight, box.width())
        painter.drawText(box, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft), short)


def excerpt(painter: QPainter, box: QRect, words: str, marks: Sequence[tuple[int, int]]) -> None:
    """Paint words into the box, in as many lines as fit, with what was found in bold on a ground of its own."""
    look = tokens.now()
    layout = QTextLayout(words.replace("\n", " "), fonts.face())
    option = QTextOption()
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    layout.setTextOption(option)
    ranges = []
    for start, end in marks:
        found: Any = QTextLayout.FormatRange()
        found.start, found.length = start, end - start
        dress = QTextCharFormat()
        dress.setBackground(QColor(look.palette.amber_wash))
        dress.setForeground(QColor(look.palette.ink))
        dress.setFontWeight(700)
        found.format = dress
        ranges.append(found)
    layout.setFormats(ranges)
    painter.setPen(QColor(look.palette.soft))
    layout.beginLayout()
    y = 0.0
    while (line := layout.createLine()).isValid():
        line.setLineWidth(box.width())
        if y + line.height() > box.height() + 2:
            line.setPosition(QPointF(0, box.height() * 4))  # out of the clip: unplaced it would lie over the first
            break
        line.setPosition(QPointF(0, y))
        y += line.height()
    layout.endLayout()
    painter.setClipRect(box.adjusted(0, 0, 0, 2))
    layout.draw(painter, QPointF(box.left(), box.top()))


class NoteList(QListView):
    """`chosen` when the line changes, `opened` at Enter or a click, `above` when Up leaves it at its top."""

    chosen = Signal(object)
    opened = Signal(object)
    above = Signal()

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setObjectName("plain")
        self.setAccessibleName(name)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setMouseTracking(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self._model = _Model()
        self.setModel(self._model)
        self.setItemDelegate(_Painter(self))
        self._silent = False
        self.selectionModel().currentChanged.connect(self._moved)
        self.clicked.connect(lambda index: self.opened.emit(self._model.items[index.row()]))

    def set_items(self, items: Sequence[Item], *, chosen: str = "", keep: bool = True) -> None:
        """Show these; the line of the note `chosen` stays marked where it is among them. Nothing is told. `keep`: scrolled
        where it was, not from the top."""
        self._silent = True
        at = self.verticalScrollBar().value() if keep else 0
        self._model.set(items)
        self.choose(chosen)
        self.verticalScrollBar().setValue(at)
        self._silent = False

    def items(self) -> list[Item]:
        return list(self._model.items)

    def current(self) -> Item | None:
        index = self.currentIndex()
        return self._model.items[index.row()] if index.isValid() else None

    def choose(self, key: str) -> bool:
        """Mark a note's line without telling, or none where it is not shown; whether it is."""
        at = next((n for n, item in enumerate(self._model.items) if key and item.key == key), None)
        if at is None:
            self.clearSelection()
            return False
        was, self._silent = self._silent, True
        self.setCurrentIndex(self._model.index(at))
        self._silent = was
        return True

    def focus_first(self) -> bool:
        """The keyboard to the line one stood on, else the first; whether there is any."""
        if not self.currentIndex().isValid():
            at = next((n for n, item in enumerate(self._model.items) if item.kind != "day"), None)
            if at is None:
                return False
            self.setCurrentIndex(self._model.index(at))
        self.setFocus()
        return True

    def _moved(self, index: QModelIndex) -> None:
        if index.isValid() and not self._silent:
            self.chosen.emit(self._model.items[index.row()])

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if (item := self.current()) is not None:
                self.opened.emit(item)
        elif event.key() == Qt.Key.Key_Up and self.currentIndex().row() <= self._first():
            self.above.emit()
        elif event.text() and event.text().isprintable() and not event.modifiers():
            event.ignore()  # Qt would look for a line that begins with the letter
        else:
            super().keyPressEvent(event)

    def _first(self) -> int:
        return next((n for n, item in enumerate(self._model.items) if item.kind != "day"), 0)
