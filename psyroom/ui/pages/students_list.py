"""The left and the middle of 学生: the class tree with its counts, and the table of students."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from PySide6.QtCore import QRect, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QCursor, QFont, QPainter
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem, QTreeWidget, QTreeWidgetItem

from psyroom.records.students import LABELS, SEXES, STATUSES
from psyroom.services.students import Entry
from psyroom.ui import fonts, tokens
from psyroom.ui.icons import draw
from psyroom.ui.kit import Column, Table, draw_tag, tag_size
from psyroom.ui.tokens import RADIUS

ALL, GRADE, CLASS, DOUBT, GONE = "all", "grade", "class", "doubt", "gone"

Branch = tuple[str, str]
"""What is chosen in the tree: its kind, and the grade or class key."""

COUNT = int(Qt.ItemDataRole.UserRole) + 1

STATUS_TONES = {"present": "", "suspended": "amber", "moved": "", "graduated": "", "removed": ""}


class ClassTree(QTreeWidget):
    """全校, the grades with their classes, those with something to verify, those who left."""

    picked = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.setColumnCount(1)
        self.setHeaderHidden(True)
        self.setRootIsDecorated(True)
        self.setUniformRowHeights(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setIndentation(tokens.now().px(16))
        self.setAccessibleName("班级")
        self.setItemDelegate(_Branches(self))
        self.setMouseTracking(True)
        # the row is painted whole here; the sheet would paint name, arrow and count as three pieces
        self.setStyleSheet(
            "QTreeView { show-decoration-selected: 0; selection-background-color: transparent; }"
            "QTreeView::item, QTreeView::item:selected, QTreeView::item:hover { background: transparent; }"
        )
        self.currentItemChanged.connect(lambda now, _before: self._tell(now))
        self._silent = False

    def show_classes(self, classes: Iterable[tuple[str, str, str, int]], *, doubts: int, gone: int) -> None:
        """Show (grade, class key, class name, how many); the chosen branch stays as far as it is still there."""
        kept, folded = self.branch(), self._folded()
        self._silent = True
        self.clear()
        rows = list(classes)
        self._item(self.invisibleRootItem(), "全校", sum(count for *_, count in rows), (ALL, ""), bold=True)
        grades: dict[str, list[tuple[str, str, int]]] = {}
        for grade, key, name, count in rows:
            grades.setdefault(grade, []).append((key, name, count))
        for grade, members in grades.items():
            top = self._item(self.invisibleRootItem(), grade, sum(c for *_, c in members), (GRADE, grade))
            for key, name, count in members:
                self._item(top, name.removeprefix(grade) or name, count, (CLASS, key))
            top.setExpanded(grade not in folded)
        if doubts:
            self._item(self.invisibleRootItem(), "待核实", doubts, (DOUBT, ""))
        if gone:
            self._item(self.invisibleRootItem(), "已离校", gone, (GONE, ""))
        self._silent = False
        self.choose(kept)

    def _item(
        self, parent: QTreeWidgetItem, words: str, count: int, branch: Branch, *, bold: bool = False
    ) -> QTreeWidgetItem:
        item = QTreeWidgetItem(parent, [words])
        item.setData(0, Qt.ItemDataRole.UserRole, branch)
        item.setData(0, COUNT, count)
        item.setData(0, Qt.ItemDataRole.AccessibleTextRole, f"{words} {count} 人")
        item.setFont(0, fonts.face(bold=bold or branch[0] == GRADE))
        return item

    def drawRow(self, painter: QPainter, option: QStyleOptionViewItem, index: Any) -> None:
        chosen = index == self.currentIndex()
        over = option.rect.contains(self.viewport().mapFromGlobal(QCursor.pos()))  # type: ignore[attr-defined]
        if chosen or over:
            look = tokens.now()
            painter.save()
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QColor(look.palette.accent) if chosen and self.hasFocus() else Qt.PenStyle.NoPen)
            painter.setBrush(QColor(look.palette.accent_wash if chosen else look.palette.sunken))
            painter.drawRoundedRect(QRectF(option.rect).adjusted(1, 1, -1, -1), RADIUS, RADIUS)  # type: ignore[attr-defined]
            painter.restore()
        super().drawRow(painter, option, index)

    def drawBranches(self, painter: QPainter, rect: QRect, index: Any) -> None:
        if self.model().hasChildren(index):
            side = tokens.now().px(14)
            box = QRect(rect.right() - side, rect.center().y() - side // 2, side, side)
            draw(painter, "caret-down" if self.isExpanded(index) else "caret-right", box, tokens.now().colour("soft"))

    def _items(self) -> list[QTreeWidgetItem]:
        tops = [self.topLevelItem(at) for at in range(self.topLevelItemCount())]
        return [item for top in tops for item in (top, *(top.child(n) for n in range(top.childCount())))]

    def _folded(self) -> set[str]:
        found = (self.topLevelItem(at) for at in range(self.topLevelItemCount()))
        return {i.data(0, Qt.ItemDataRole.UserRole)[1] for i in found if i.childCount() and not i.isExpanded()}

    def branch(self) -> Branch:
        item = self.currentItem()
        found: Branch = item.data(0, Qt.ItemDataRole.UserRole) if item is not None else (ALL, "")
        return found

    def choose(self, branch: Branch) -> None:
        """Mark a branch (the whole school where it is gone) without telling."""
        items = self._items()
        found = next((i for i in items if i.data(0, Qt.ItemDataRole.UserRole) == branch), items[0] if items else None)
        self._silent = True
        self.setCurrentItem(found) if found is not None else None
        self._silent = False

    def _tell(self, item: QTreeWidgetItem | None) -> None:
        if item is not None and not self._silent:
            self.picked.emit(item.data(0, Qt.ItemDataRole.UserRole))

    def sizeHint(self) -> QSize:
        return QSize(tokens.now().px(180), 200)


class _Branches(QStyledItemDelegate):
    """The name, and how many at the right in grey."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Any) -> None:
        look, box = tokens.now(), option.rect.adjusted(look_px(8), 0, -look_px(8), 0)  # type: ignore[attr-defined]
        painter.save()
        middle = Qt.AlignmentFlag.AlignVCenter
        count = str(index.data(COUNT))
        painter.setFont(fonts.face("small", tabular=True))
        painter.setPen(QColor(look.palette.soft))
        painter.drawText(box, int(middle | Qt.AlignmentFlag.AlignRight), count)
        room = box.adjusted(0, 0, -painter.fontMetrics().horizontalAdvance(count) - look_px(6), 0)
        font: QFont = index.data(Qt.ItemDataRole.FontRole)
        painter.setFont(fonts.face(bold=font.bold()))
        painter.setPen(QColor(look.palette.ink))
        words = painter.fontMetrics().elidedText(index.data(), Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, int(middle | Qt.AlignmentFlag.AlignLeft), words)
        painter.restore()

    def sizeHint(self, option: QStyleOptionViewItem, index: Any) -> QSize:
        return QSize(look_px(80), look_px(32))


def look_px(value: float) -> int:
    return tokens.now().px(value)


class _Tags(QStyledItemDelegate):
    """Several tags in one cell; what has no room is counted: +2."""

    def __init__(self, parent: Table, tags: Callable[[Entry], Sequence[tuple[str, str]]]) -> None:
        super().__init__(parent)
        self._tags = tags

    def initStyleOption(self, option: QStyleOptionViewItem, index: Any) -> None:
        super().initStyleOption(option, index)
        option.text = ""  # type: ignore[attr-defined]

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Any) -> None:
        super().paint(painter, option, index)
        tags = self._tags(index.model().rows[index.row()])
        box, gap = option.rect, tokens.now().px(6)  # type: ignore[attr-defined]
        x, right = box.left() + tokens.now().px(10), box.right() - 4
        for at, (words, tone) in enumerate(tags):
            left = len(tags) - at - 1
            size = tag_size(words)
            if x + size.width() + (tag_size(f"+{left}").width() + gap if left else 0) > right:
                words, tone, size, left = f"+{left + 1}", "", tag_size(f"+{left + 1}"), -1
            draw_tag(
                painter, QRectF(x, box.center().y() - size.height() / 2 + 1, size.width(), size.height()), words, tone
            )
            x += size.width() + gap
            if left < 0:
                break


class StudentTable(Table):
    """Students as a list; labels and states as tags."""

    def __init__(self) -> None:
        self._labels: Mapping[str, Sequence[str]] = {}
        self._doubts: Mapping[str, int] = {}
        super().__init__(
            [
                Column("姓名", lambda e: e.name, width=92),
                Column("性别", lambda e: SEXES[e.sex], width=62),
                Column("班级", lambda e: e.class_name, sort=lambda e: (e.order, e.number), width=118),
                Column("学号", lambda e: e.number, width=96),
                Column("", self._words, sort=lambda e: [w for w, _ in self.tags(e)], tip=self._words),
            ]
        )
        self.setItemDelegateForColumn(4, _Tags(self, self.tags))
        self.setAccessibleName("学生列表")

    def show_students(
        self,
        students: Sequence[Entry],
        labels: Mapping[str, Sequence[str]],
        doubts: Mapping[str, int],
        *,
        private: bool,
    ) -> None:
        self._labels, self._doubts = labels, doubts
        self._model.columns[4] = Column(
            "关注类别" if private else "状态", self._words, sort=lambda e: [w for w, _ in self.tags(e)], tip=self._words
        )
        self.set_rows(students)

    def tags(self, entry: Entry) -> list[tuple[str, str]]:
        """State, what is to be verified, focus labels."""
        found = [] if entry.here else [(STATUSES[entry.status], STATUS_TONES[entry.status])]
        if entry.id in self._doubts:
            found.append(("待核实", "amber"))
        return found + [(LABELS[label], "accent") for label in self._labels.get(entry.id, ())]

    def _words(self, entry: Entry) -> str:
        return "、".join(words for words, _ in self.tags(entry))

    def ids(self) -> list[str]:
        return [entry.id for entry in self.rows()]

    def choose_id(self, student: str) -> bool:
        """Mark a student's line, where it is shown."""
        at = next((n for n, entry in enumerate(self.rows()) if entry.id == student), None)
        if at is None:
            return False
        self.selectRow(at)
        QTimer.singleShot(0, self, lambda: self.scrollTo(self.currentIndex()))  # once the table has its height
        return True
