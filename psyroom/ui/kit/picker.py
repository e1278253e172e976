"""Picking one of many by typing a few letters: pinyin initials, part of a name, a class."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractListModel, QEvent, QModelIndex, QObject, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QLineEdit, QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from psyroom.ui import fonts, tokens
from psyroom.ui.icons import draw

GLASS = 16  # pixels at 100 %


@dataclass(frozen=True)
class Found:
    """One hit: the key that is stored, its name, the grey detail."""

    key: Any
    name: str
    detail: str = ""


Search = Callable[[str], Sequence[Found]]


class HitModel(QAbstractListModel):
    def __init__(self) -> None:
        super().__init__()
        self.hits: Sequence[Found] = ()

    def set(self, hits: Sequence[Found]) -> None:
        self.beginResetModel()
        self.hits = hits
        self.endResetModel()

    def rowCount(self, parent: Any = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return len(self.hits)

    def data(self, index: Any, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            hit = self.hits[index.row()]
            return f"{hit.name} {hit.detail}"
        return None


class HitDelegate(QStyledItemDelegate):
    """Name, then detail in grey, in one line."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Any) -> QSize:
        return QSize(120, tokens.now().px(34))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Any) -> None:
        look, hit = tokens.now(), index.model().hits[index.row()]
        box: QRect = option.rect  # type: ignore[attr-defined]
        painter.save()
        if option.state & QStyle.StateFlag.State_Selected:  # type: ignore[attr-defined]
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(look.palette.accent_wash))
            painter.drawRoundedRect(box.adjusted(2, 1, -2, -1), 4, 4)
        inner = box.adjusted(look.px(12), 0, -look.px(12), 0)
        middle = int(Qt.AlignmentFlag.AlignVCenter)
        painter.setPen(QColor(look.palette.ink))
        painter.setFont(fonts.face(bold=True))
        painter.drawText(inner, middle, hit.name)
        used = QFontMetrics(fonts.face(bold=True)).horizontalAdvance(hit.name) + look.px(12)
        painter.setPen(QColor(look.palette.soft))
        painter.setFont(fonts.face())
        rest = inner.adjusted(used, 0, 0, 0)
        short = QFontMetrics(fonts.face()).elidedText(hit.detail, Qt.TextElideMode.ElideRight, rest.width())
        painter.drawText(rest, middle | int(Qt.AlignmentFlag.AlignRight), short)
        painter.restore()


class Glassed(QLineEdit):
    """A field with a looking glass at its head."""

    def __init__(self) -> None:
        super().__init__()
        self._make_room()

    def _make_room(self) -> None:
        self.setTextMargins(tokens.now().px(GLASS + 6), 0, 0, 0)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self._make_room()

    def paintEvent(self, event: QPaintEvent) -> None:
        """The field, and a glass that grows with the text: the icon of Qt's own action stays as it is."""
        super().paintEvent(event)
        look, painter = tokens.now(), QPainter(self)
        side = look.px(GLASS)
        draw(
            painter,
            "magnifying-glass",
            QRect(look.px(10), (self.height() - side) // 2, side, side),
            look.colour("soft"),
        )
        painter.end()


class FindLine(Glassed):
    """The round field above a list; what stands in it is taken out by its cross."""

    def __init__(self, placeholder: str, name: str) -> None:
        super().__init__()
        self.setObjectName("find")
        self.setPlaceholderText(placeholder)
        self.setAccessibleName(name)
        self.setClearButtonEnabled(True)


class Picker(Glassed):
    """Type, walk with up and down, take with Enter. `search(text)` gives the hits; `value()` is the key taken.

    `create` lets a text that hits nothing be taken as it is (the signal `fresh` says so).
    """

    edited = Signal()
    picked = Signal(object)  # the Found that was taken
    fresh = Signal(str)

    def __init__(self, search: Search, placeholder: str = "姓名或拼音首字母，如 zxy", *, most: int = 8) -> None:
        super().__init__()
        self._search, self._most = search, most
        self._taken: Found | None = None
        self.setPlaceholderText(placeholder)
        self._model = HitModel()
        self._list = _Popup(self)
        self._list.setModel(self._model)
        self._list.setItemDelegate(HitDelegate(self._list))
        self._list.clicked.connect(lambda index: self._take(index.row()))
        self.textEdited.connect(self._look)

    def value(self) -> Any:
        return self._taken.key if self._taken is not None else None

    def found(self) -> Found | None:
        return self._taken

    def set_value(self, value: Any) -> None:
        """Takes a `Found`, or None to empty the field."""
        if isinstance(value, Found):
            self._taken = value
            self.setText(f"{value.name}  {value.detail}".strip())
        elif value is None:
            self._taken = None
            self.clear()
        self.edited.emit()

    def hits(self) -> Sequence[Found]:
        return self._model.hits

    def _look(self, words: str) -> None:
        self._taken = None
        hits = list(self._search(words.strip()))[: self._most] if words.strip() else []
        self._model.set(hits)
        if hits:
            self._list.setCurrentIndex(self._model.index(0))
            self._list.open_under(self, len(hits))
        else:
            self._list.hide()
        self.edited.emit()

    def _take(self, at: int) -> None:
        if not 0 <= at < len(self._model.hits):
            return
        hit = self._model.hits[at]
        self._list.hide()
        self.set_value(hit)
        self.picked.emit(hit)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        shown = self._list.isVisible()
        at = self._list.currentIndex().row()
        if shown and event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            to = at + (1 if event.key() == Qt.Key.Key_Down else -1)
            self._list.setCurrentIndex(self._model.index(max(0, min(to, len(self._model.hits) - 1))))
        elif shown and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._take(at)
        elif shown and event.key() == Qt.Key.Key_Escape:
            self._list.hide()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._taken is None and self.text().strip():
            self.fresh.emit(self.text().strip())
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: Any) -> None:
        self._list.hide()
        super().focusOutEvent(event)

    def hideEvent(self, event: Any) -> None:
        self._list.hide()
        super().hideEvent(event)


class _Popup(QListView):
    """The hits under the field: a child of the window, so that the field keeps the keyboard and the input method."""

    def __init__(self, owner: QWidget) -> None:
        super().__init__(owner)
        self.setObjectName("popup")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setUniformItemSizes(True)
        self.hide()

    def open_under(self, owner: QWidget, count: int) -> None:
        window = owner.window()
        if self.parent() is not window:
            self.setParent(window)
            window.installEventFilter(self)
        px = tokens.now().px
        height = count * px(34) + px(12)
        at = owner.mapTo(window, QPoint(0, owner.height() + 2))
        if at.y() + height > window.height():
            at = owner.mapTo(window, QPoint(0, -height - 2))
        self.setGeometry(QRect(at, QSize(max(owner.width(), px(320)), height)))
        self.raise_()
        self.show()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self.hide()
        return False
