"""How the table of a class is painted: its rows as a model, its cells."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QRect, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QAbstractItemView, QStyledItemDelegate, QStyleOptionViewItem

from psyroom.ui import fonts, icons, tokens
from psyroom.ui.pages.talk_table_rows import COLUMNS, Row, Sitting

HEADS = ("学生", "日期", "时间", "谈话人", "方式", "主题", "要点", "需跟进", "跟进日期", "未谈原因")
LINE, QUIET, PAD, LEFT = 38, 32, 8, 12
"""Pixels at 100 %: a row, a row that is done, the room above and at the left of its words."""
TOP = Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft


class RowsModel(QAbstractTableModel):
    """The rows that are shown, and the sitting that knows what holds for them."""

    def __init__(self) -> None:
        super().__init__()
        self.sitting: Sitting | None = None
        self.rows: list[Row] = []

    def show(self, sitting: Sitting, rows: Sequence[Row]) -> None:
        self.beginResetModel()
        self.sitting, self.rows = sitting, list(rows)
        self.endResetModel()

    def rowCount(self, parent: Any = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Any = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(COLUMNS)

    def data(self, index: Any, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if self.sitting is None or role not in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return None
        return self.sitting.shown(self.rows[index.row()], COLUMNS[index.column()])[0]

    def headerData(self, section: int, orientation: Any, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        return HEADS[section] if role == Qt.ItemDataRole.DisplayRole else None


class PaintedRow(QStyledItemDelegate):
    """A cell as it stands: what is the row's own in ink, what holds for all and what is recorded already in grey."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Any) -> None:
        model: RowsModel = index.model()
        grid: QAbstractItemView = self.parent()  # type: ignore[assignment]
        if model.sitting is None:
            return
        look, row, column = tokens.now(), model.rows[index.row()], COLUMNS[index.column()]
        box: QRect = option.rect  # type: ignore[attr-defined]
        here = index.row() == grid.currentIndex().row()
        painter.save()
        painter.fillRect(box, QColor(look.palette.accent_wash if here else look.palette.card))
        painter.setPen(QColor(look.palette.line))
        painter.drawLine(box.bottomLeft(), box.bottomRight())
        words, own = model.sitting.shown(row, column)
        painter.setPen(QColor(look.palette.ink if own and not row.done else look.palette.soft))
        inner = box.adjusted(look.px(LEFT), look.px(PAD), -look.px(4), -look.px(2))
        if column == "who":
            self._who(painter, box, inner, row)
        elif column == "points" and not row.done:
            painter.setFont(fonts.face())
            painter.drawText(inner, int(TOP | Qt.TextFlag.TextWordWrap), words)
        else:
            painter.setFont(fonts.face(tabular=True))
            short = painter.fontMetrics().elidedText(words, Qt.TextElideMode.ElideRight, inner.width())
            painter.drawText(inner.adjusted(0, -look.px(3) if row.done else 0, 0, 0), int(TOP), short)
        painter.restore()

    @staticmethod
    def _who(painter: QPainter, box: QRect, inner: QRect, row: Row) -> None:
        """Place in the class, name; a stripe says what became of the row."""
        look = tokens.now()
        stripe = "brick_fill" if row.problems else "accent" if row.touched else ""
        if stripe:
            painter.fillRect(QRect(box.left(), box.top(), 3, box.height() - 1), QColor(look.colour(stripe)))
        top = inner.adjusted(0, -look.px(3) if row.done else 0, 0, 0)
        painter.setFont(fonts.face("small", tabular=True))
        pen = painter.pen()
        painter.setPen(QColor(look.palette.soft))
        side = painter.fontMetrics().horizontalAdvance("00") + look.px(8)
        painter.drawText(top.adjusted(0, look.px(2), 0, 0), int(TOP), str(row.place))
        painter.setPen(pen)
        painter.setFont(fonts.face(bold=not row.done))
        mark = look.px(16) if row.done or row.talk else 0
        room = top.width() - side - mark
        painter.drawText(
            top.adjusted(side, 0, 0, 0),
            int(TOP),
            painter.fontMetrics().elidedText(row.name, Qt.TextElideMode.ElideRight, room),
        )
        if mark:
            side = look.px(14)
            at = QRect(box.right() - side - look.px(4), top.top() + look.px(2), side, side)
            name, role = ("pencil-simple", "accent") if row.talk else ("check", "good")
            icons.draw(painter, name, at, look.colour(role if row.talk or row.before else "faint"))
