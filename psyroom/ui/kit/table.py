"""A table over plain rows: sorted by a click, walked by keys, Enter opens; figures of one width; pills for states."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QStyledItemDelegate, QStyleOptionViewItem, QTableView

from psyroom.ui import fonts, tokens
from psyroom.ui.kit.cards import draw_tag, tag_size


@dataclass(frozen=True)
class Column:
    """A column: heading, what is shown of a row, what it is sorted by (else the shown), width at 100 % (0: the rest)."""

    heading: str
    show: Callable[[Any], str]
    sort: Callable[[Any], Any] | None = None
    width: int = 0
    right: bool = False
    tone: Callable[[Any], str] | None = None  # given: painted as a tag of this tone
    tip: Callable[[Any], str] | None = None


class RowsModel(QAbstractTableModel):
    """Rows by columns; sorting is done here, in Python, over the rows themselves."""

    def __init__(self, columns: Sequence[Column]) -> None:
        super().__init__()
        self.columns = list(columns)
        self.rows: list[Any] = []
        self._font = fonts.face(tabular=True)
        self._sorted: tuple[int, Qt.SortOrder] | None = None

    def set(self, rows: Sequence[Any]) -> None:
        self.beginResetModel()
        self.rows = list(rows)
        self._font = fonts.face(tabular=True)
        if self._sorted is not None:
            self._order(*self._sorted)
        self.endResetModel()

    def rowCount(self, parent: Any = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Any = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.columns)

    def data(self, index: Any, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        column, row = self.columns[index.column()], self.rows[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return column.show(row)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if column.right else Qt.AlignmentFlag.AlignLeft
            return int(side | Qt.AlignmentFlag.AlignVCenter)
        if role == Qt.ItemDataRole.FontRole:
            return self._font
        if role == Qt.ItemDataRole.ToolTipRole and column.tip is not None:
            return column.tip(row) or None
        return None

    def headerData(self, section: int, orientation: Any, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self.columns[section].heading
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if self.columns[section].right else Qt.AlignmentFlag.AlignLeft
            return int(side | Qt.AlignmentFlag.AlignVCenter)
        return None

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        self._sorted = (column, order) if column >= 0 else None
        if self._sorted is not None:
            self.layoutAboutToBeChanged.emit()
            self._order(column, order)
            self.layoutChanged.emit()

    def _order(self, column: int, order: Qt.SortOrder) -> None:
        by = self.columns[column].sort or self.columns[column].show
        self.rows.sort(key=by, reverse=order == Qt.SortOrder.DescendingOrder)


class _Tags(QStyledItemDelegate):
    """Paints a column that has a tone as a tag."""

    def initStyleOption(self, option: QStyleOptionViewItem, index: Any) -> None:
        super().initStyleOption(option, index)
        if index.model().columns[index.column()].tone is not None:
            option.text = ""  # type: ignore[attr-defined]

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Any) -> None:
        super().paint(painter, option, index)
        model: RowsModel = index.model()
        column, row = model.columns[index.column()], model.rows[index.row()]
        words = column.show(row)
        if column.tone is None or not words:
            return
        size, box = tag_size(words), option.rect  # type: ignore[attr-defined]
        left = box.left() + tokens.now().px(10)
        width = min(size.width(), box.right() - left - 4)
        pill = QRectF(left, box.center().y() - size.height() / 2 + 1, width, size.height())
        draw_tag(painter, pill, words, column.tone(row))


class Table(QTableView):
    """`opened(row)` at Enter or double click, `chosen(row)` when the line changes (None: no line)."""

    opened = Signal(object)
    chosen = Signal(object)

    def __init__(self, columns: Sequence[Column], *, row_height: int = 38, sortable: bool = True) -> None:
        super().__init__()
        self._model = RowsModel(columns)
        self._height = row_height
        self.setModel(self._model)
        self.setItemDelegate(_Tags(self))
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.verticalHeader().hide()
        self.horizontalHeader().setHighlightSections(False)
        self.horizontalHeader().setMinimumSectionSize(40)
        self.setSortingEnabled(sortable)
        if sortable:
            self.horizontalHeader().setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        self.doubleClicked.connect(lambda index: self.opened.emit(self._model.rows[index.row()]))
        self.selectionModel().currentRowChanged.connect(lambda *_: self.chosen.emit(self.row()))
        self._widths()

    def _widths(self) -> None:
        look, header = tokens.now(), self.horizontalHeader()
        self.verticalHeader().setDefaultSectionSize(look.px(self._height))
        for at, column in enumerate(self._model.columns):
            if column.width:
                header.setSectionResizeMode(at, QHeaderView.ResizeMode.Interactive)
                header.resizeSection(at, look.px(column.width))
            else:
                header.setSectionResizeMode(at, QHeaderView.ResizeMode.Stretch)

    def set_rows(self, rows: Sequence[Any]) -> None:
        """Show these rows; sorting and, as far as it is still there, the chosen line stay."""
        kept = self.row()
        self._model.set(rows)
        if kept is not None and kept in self._model.rows:
            self.choose(kept)

    def rows(self) -> list[Any]:
        return self._model.rows

    def row(self) -> Any | None:
        at = self.currentIndex().row()
        return self._model.rows[at] if 0 <= at < len(self._model.rows) else None

    def choose(self, row: Any) -> None:
        self.selectRow(self._model.rows.index(row))

    def changeEvent(self, event: Any) -> None:
        super().changeEvent(event)
        if event.type() == event.Type.StyleChange and hasattr(self, "_model"):
            self._widths()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.row() is not None:
            self.opened.emit(self.row())
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: Any) -> None:
        super().focusInEvent(event)
        if not self.currentIndex().isValid() and self._model.rows:
            self.selectRow(0)

    def sizeHint(self) -> QSize:
        return QSize(480, 320)
