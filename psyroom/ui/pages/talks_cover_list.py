"""The students of a class or of the school with their three lamps, painted row by row; several may be chosen at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from PySide6.QtCore import QAbstractListModel, QItemSelectionModel, QModelIndex, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QKeyEvent, QPainter
from PySide6.QtWidgets import QAbstractItemView, QFrame, QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from psyroom.rules.time import short_day
from psyroom.services.coverage import StudentLine
from psyroom.ui import fonts, tokens
from psyroom.ui.kit.cards import draw_tag, tag_size
from psyroom.ui.pages.lamps import NAMES, draw_lamps, lamps_size
from psyroom.ui.tokens import RADIUS

ROW, NAME = 40, 74
"""Height of a row and room for a name, at 100 %."""
CARE = "关爱"


def twins_of(lines: Iterable[StudentLine]) -> frozenset[str]:
    """The ids of those who bear the same name as another of their class."""
    found: dict[tuple[str, str], list[str]] = {}
    for line in lines:
        found.setdefault((line.class_key, line.name), []).append(line.id)
    return frozenset(id for ids in found.values() if len(ids) > 1 for id in ids)


def ending(line: StudentLine) -> str:
    """What tells one of two with the same name: 学号 …08, as on the class teacher's slip."""
    return f"学号 …{line.number[-2:]}" if line.number else "没有学号"


def said(line: StudentLine, *, with_class: bool, twin: bool = False) -> str:
    """What stands behind the lamps: where from, the last talk and by whom, or why there was none."""
    lamp = line.lamps.talk
    parts = [ending(line) if twin else "", line.class_name if with_class else ""]
    parts.append(lamp.words if lamp.state == "green" or line.excuse else "")
    if line.left and line.attempts:
        again = f"，{short_day(line.hidden_until)}再提示" if line.hidden_until else ""
        parts.append(f"找过 {line.attempts} 次{again}")
    return " · ".join(part for part in parts if part)


def whole(line: StudentLine, *, twin: bool = False) -> str:
    """A student in words, for the tool tip and a screen reader."""
    lamps = (f"{NAMES[link]}：{lamp.words}" for link, lamp in line.lamps.each)
    name = f"{line.class_name} {line.name}{f'（{ending(line)}）' if twin else ''}"
    return "；".join([name, *(["需要重点关爱"] if line.care else []), *lamps])


class _Model(QAbstractListModel):
    def __init__(self) -> None:
        super().__init__()
        self.lines: Sequence[StudentLine] = ()
        self.twins: frozenset[str] = frozenset()

    def set(self, lines: Sequence[StudentLine]) -> None:
        self.beginResetModel()
        self.lines = lines
        self.endResetModel()

    def rowCount(self, parent: Any = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return len(self.lines)

    def data(self, index: Any, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role in (
            Qt.ItemDataRole.DisplayRole,
            Qt.ItemDataRole.AccessibleTextRole,
            Qt.ItemDataRole.ToolTipRole,
        ):
            line = self.lines[index.row()]
            return whole(line, twin=line.id in self.twins)
        return None


class _Painter(QStyledItemDelegate):
    with_class = False

    def sizeHint(self, option: QStyleOptionViewItem, index: Any) -> QSize:
        return QSize(0, tokens.now().px(ROW))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Any) -> None:
        line: StudentLine = index.model().lines[index.row()]
        look, box = tokens.now(), option.rect  # type: ignore[attr-defined]
        px, p = look.px, look.palette
        state = option.state  # type: ignore[attr-defined]
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        chosen, held = state & QStyle.StateFlag.State_Selected, state & QStyle.StateFlag.State_HasFocus
        if chosen or held or state & QStyle.StateFlag.State_MouseOver:
            painter.setPen(QColor(p.accent) if held else Qt.PenStyle.NoPen)
            painter.setBrush(QColor(p.accent_wash if chosen else p.sunken))
            painter.drawRoundedRect(QRectF(box).adjusted(1, 1, -1, -1), RADIUS, RADIUS)
        inner = box.adjusted(px(12), 0, -px(8), 0)
        wide = self._name(painter, inner, line)
        size = lamps_size()
        left = inner.left() + wide
        draw_lamps(painter, QRectF(left, inner.top(), size.width(), inner.height()), line.lamps)
        rest = QRect(left + size.width() + px(12), inner.top(), 0, inner.height())
        rest.setRight(inner.right())
        painter.setFont(fonts.face(tabular=True))
        painter.setPen(QColor(p.soft))
        words = said(line, with_class=self.with_class, twin=line.id in index.model().twins)
        short = QFontMetrics(painter.font()).elidedText(words, Qt.TextElideMode.ElideRight, max(rest.width(), 0))
        painter.drawText(rest, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft), short)
        painter.restore()

    @staticmethod
    def _name(painter: QPainter, box: QRect, line: StudentLine) -> int:
        """The name and, where there is one, the mark behind it; the room both take in every row."""
        px = tokens.now().px
        mark = tag_size(CARE)
        painter.setFont(fonts.face(bold=True))
        painter.setPen(QColor(tokens.now().palette.ink))
        room = QRect(box.left(), box.top(), px(NAME), box.height())
        short = QFontMetrics(painter.font()).elidedText(line.name, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft), short)
        if line.care:
            pill = QRectF(room.right(), box.center().y() - mark.height() / 2 + 1, mark.width() - px(4), mark.height())
            draw_tag(painter, pill, CARE, "accent")
        return px(NAME) + mark.width() + px(8)


class StudentList(QListView):
    """`opened` at Enter or a double click; `turned` when others are chosen."""

    opened = Signal(object)
    turned = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("plain")
        self.setAccessibleName("学生")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setMouseTracking(True)
        self.setUniformItemSizes(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self._model = _Model()
        self.setModel(self._model)
        self._painter = _Painter(self)
        self.setItemDelegate(self._painter)
        self._silent = False
        self.selectionModel().selectionChanged.connect(self._moved)
        self.doubleClicked.connect(lambda index: self.opened.emit(self._model.lines[index.row()]))

    def set_lines(self, lines: Sequence[StudentLine], *, with_class: bool, twins: frozenset[str] = frozenset()) -> None:
        """Show these (`twins`: who of them shares a name, whether or not the other is shown); who was chosen stays so as far as he is among them, else the row in his place is."""
        kept, at, down = self.ids(), self.currentIndex().row(), self.verticalScrollBar().value()
        here = self.current()
        self._silent = True
        self._painter.with_class = with_class
        self._model.twins = twins
        self._model.set(lines)
        if not self.choose(kept, current=here.id if here is not None else "") and lines and at >= 0:
            self._go_to(min(at, len(lines) - 1))
        self.verticalScrollBar().setValue(down)
        self._silent = False
        self.turned.emit()

    def lines(self) -> list[StudentLine]:
        return list(self._model.lines)

    def current(self) -> StudentLine | None:
        index = self.currentIndex()
        return self._model.lines[index.row()] if index.isValid() else None

    def picked(self) -> list[StudentLine]:
        """Who is chosen, in the order shown."""
        return [self._model.lines[row] for row in sorted(i.row() for i in self.selectionModel().selectedRows())]

    def ids(self) -> list[str]:
        return [line.id for line in self.picked()]

    def choose(self, ids: Iterable[str], *, current: str = "") -> bool:
        """Choose these; whether any of them is shown."""
        wanted = set(ids)
        rows = [n for n, line in enumerate(self._model.lines) if line.id in wanted]
        if not rows:
            self.clearSelection()
            return False
        first = next((n for n in rows if self._model.lines[n].id == current), rows[0])
        self._go_to(first)
        for n in rows:
            self.selectionModel().select(self._model.index(n), QItemSelectionModel.SelectionFlag.Select)
        return True

    def focus_first(self) -> None:
        """The keyboard to the row one stood on, else the first."""
        if not self.currentIndex().isValid() and self._model.lines:
            self._go_to(0)
        self.setFocus()

    def _go_to(self, row: int) -> None:
        """This one alone, whatever key is still held from a shortcut: Qt would add to what is chosen."""
        flags = QItemSelectionModel.SelectionFlag
        self.selectionModel().setCurrentIndex(self._model.index(row), flags.ClearAndSelect | flags.Rows)

    def _moved(self, *_: object) -> None:
        if not self._silent:
            self.turned.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if (line := self.current()) is not None:
                self.opened.emit(line)
        elif event.text() and event.text().isprintable() and not event.modifiers() and event.key() != Qt.Key.Key_Space:
            event.ignore()  # Qt would look for a line that begins with the letter
        else:
            super().keyPressEvent(event)
