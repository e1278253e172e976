"""The list of 反馈: the students of a class with how far each one's feedback is, ticked by the space bar, told by one key."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from PySide6.QtCore import QEvent, QModelIndex, QRect, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QHeaderView, QStyledItemDelegate, QStyleOptionViewItem

from psyroom.records.care import FEEDBACK_STATES
from psyroom.rules.feedback import BACK_IN
from psyroom.services.feedback_list import FeedbackLine
from psyroom.ui import tokens
from psyroom.ui.icons import draw
from psyroom.ui.kit import Column, Table

TONES = {"": "", "draft": "accent", "printed": "sky", "delivered": "good", "signed": "good", "refused": "brick"}
DEEDS = {
    Qt.Key.Key_S: "delivered",
    Qt.Key.Key_Q: "signed",
    Qt.Key.Key_J: "refused",
}
"""One key each: 送达, 签回, 拒收."""


def state_words(line: FeedbackLine) -> str:
    """The state as a tag says it; what nobody asks for says nothing."""
    if line.state:
        return FEEDBACK_STATES[line.state]
    return "要反馈" if line.owed else ""


def tone_of(line: FeedbackLine) -> str:
    return TONES[line.state] if line.state else "amber"


def wait_words(line: FeedbackLine) -> str:
    """`等 9 天`, `印过 2 次`: what else there is to know of it in a few characters."""
    if line.days:
        return f"等 {line.days} 天"
    return f"印过 {line.printed} 次" if line.printed > 1 else ""


def is_late(line: FeedbackLine) -> bool:
    """Whether a slip is out and has not come back for a week."""
    return line.days is not None and line.days >= BACK_IN


class StudentList(Table):
    """Arrows walk, Enter writes, the space bar ticks; S, Q, J tell of the ticked ones, or of the one the keyboard is at.

    `asked` with a state; `given` with a student and what was dropped on the line; `pasted` for Ctrl+V.
    """

    asked = Signal(str)
    ticked = Signal()
    given = Signal(str, object)
    pasted = Signal()

    def __init__(self) -> None:
        self._ticks: set[str] = set()
        self._drafts: frozenset[str] = frozenset()
        self._under = -1
        super().__init__(
            [
                Column("", lambda _line: "", width=34),
                Column("学号", lambda line: line.number, width=92),
                Column("姓名", self._name, width=76),
                Column("状态", state_words, tone=tone_of, width=76),
                Column("", wait_words),
            ],
            row_height=34,
            sortable=False,
        )
        self.setItemDelegateForColumn(0, _Box(self))
        self.setItemDelegateForColumn(4, _Wait(self))
        self.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.Fixed)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, False)  # a letter is a deed, whatever is set
        self.setAcceptDrops(True)
        self.viewport().setAcceptDrops(True)
        self.setAccessibleName("学生的反馈")

    def _name(self, line: FeedbackLine) -> str:
        return line.name + (" ✎" if line.student in self._drafts else "")

    # ---- what is shown

    def show_lines(self, lines: Sequence[FeedbackLine], drafts: Iterable[str], *, with_class: bool) -> None:
        """These students; the line the keyboard is at, and the ticks, stay as far as they are still there."""
        kept, at = self.student(), self.currentIndex().row()
        self._drafts = frozenset(drafts)
        self._ticks &= {line.student for line in lines}
        self._model.columns[1] = (
            Column("班级", lambda line: line.class_name, width=92)
            if with_class
            else Column("学号", lambda line: line.number, width=92)
        )
        self._model.set(lines)
        if not self.choose_student(kept) and lines and at >= 0:
            self.selectRow(min(at, len(lines) - 1))

    def mark_drafts(self, drafts: Iterable[str]) -> None:
        """Whose feedback was begun and not saved."""
        self._drafts = frozenset(drafts)
        self.viewport().update()

    def student(self) -> str:
        """Whose line the keyboard is at; empty for none."""
        line = self.row()
        return line.student if line is not None else ""

    def choose_student(self, student: str) -> bool:
        at = next((n for n, line in enumerate(self.rows()) if line.student == student), -1)
        if at < 0:
            return False
        if at != self.currentIndex().row():
            self.selectRow(at)
        self.scrollTo(self._model.index(at, 0))
        return True

    def step(self, by: int) -> bool:
        """To the next line; whether there is one."""
        to = self.currentIndex().row() + by
        if not 0 <= to < len(self.rows()):
            return False
        self.selectRow(to)
        self.scrollTo(self._model.index(to, 0))
        return True

    # ---- ticks

    def ticks(self) -> list[FeedbackLine]:
        """The ticked ones in the order of the list."""
        return [line for line in self.rows() if line.student in self._ticks]

    def meant(self) -> list[FeedbackLine]:
        """Of whom a key tells: the ticked ones, else the line the keyboard is at."""
        line = self.row()
        return self.ticks() or ([line] if line is not None else [])

    def is_ticked(self, line: FeedbackLine) -> bool:
        return line.student in self._ticks

    def tick(self, students: Iterable[str], *, on: bool = True) -> None:
        chosen = set(students)
        self._ticks = self._ticks | chosen if on else self._ticks - chosen
        self.viewport().update()
        self.ticked.emit()

    def tick_all(self) -> None:
        """All of them; pressed again none."""
        everybody = {line.student for line in self.rows()}
        self.tick(everybody, on=not everybody <= self._ticks)

    def _turn(self, line: FeedbackLine) -> None:
        self.tick([line.student], on=line.student not in self._ticks)

    # ---- keys and mouse

    def event(self, event: QEvent) -> bool:
        """Ctrl+V here gives a slip to the line the keyboard is at, whatever the window does with it elsewhere."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and _is_paste(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        plain = not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        line = self.row()
        if _is_paste(event):
            self.pasted.emit()
        elif event.key() == Qt.Key.Key_A and event.modifiers() == Qt.KeyboardModifier.ControlModifier:
            self.tick_all()
        elif plain and event.key() == Qt.Key.Key_Space and line is not None:
            self._turn(line)
            self.step(1)
        elif plain and (state := DEEDS.get(Qt.Key(event.key()))) and line is not None:
            self.asked.emit(state)
        elif event.key() == Qt.Key.Key_Escape and self._ticks:
            self.tick(self._ticks, on=False)
        else:
            super().keyPressEvent(event)

    def keyboardSearch(self, search: str) -> None:
        """Letters are deeds here, they seek nothing."""

    def mousePressEvent(self, event: QMouseEvent) -> None:
        index = self.indexAt(event.position().toPoint())
        super().mousePressEvent(event)
        if index.isValid() and index.column() == 0 and event.button() == Qt.MouseButton.LeftButton:
            self._turn(self.rows()[index.row()])

    # ---- a file dropped on a line

    def _over(self, event: QDragMoveEvent) -> int:
        return self.indexAt(event.position().toPoint()).row()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasUrls() or event.mimeData().hasImage():
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        self._light(self._over(event))
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept() if self._under >= 0 else event.ignore()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._light(-1)

    def dropEvent(self, event: QDropEvent) -> None:
        at = self.indexAt(event.position().toPoint()).row()
        self._light(-1)
        event.setDropAction(Qt.DropAction.CopyAction)  # what lies outside stays where it is
        event.accept()
        if 0 <= at < len(self.rows()):
            self.selectRow(at)
            self.given.emit(self.rows()[at].student, event.mimeData())

    def _light(self, row: int) -> None:
        if row != self._under:
            self._under = row
            self.viewport().update()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._under < 0:
            return
        painter = QPainter(self.viewport())
        painter.setPen(QPen(QColor(tokens.now().palette.accent), 2))
        first = self.visualRect(self._model.index(self._under, 0))
        painter.drawRoundedRect(QRect(2, first.top() + 1, self.viewport().width() - 5, first.height() - 3), 4, 4)
        painter.end()


def _is_paste(event: QKeyEvent) -> bool:
    return event.key() == Qt.Key.Key_V and event.modifiers() == Qt.KeyboardModifier.ControlModifier


class _Box(QStyledItemDelegate):
    """The tick in front of a line."""

    def __init__(self, table: StudentList) -> None:
        super().__init__(table)
        self._table = table

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | Any) -> None:
        super().paint(painter, option, index)
        look, box = tokens.now(), option.rect  # type: ignore[attr-defined]
        on = self._table.is_ticked(self._table.rows()[index.row()])
        side = look.px(18)
        place = QRect(box.left() + look.px(9), box.center().y() - side // 2, side, side)
        draw(painter, "check-square" if on else "square", place, look.colour("accent" if on else "faint"))


class _Wait(QStyledItemDelegate):
    """What waits too long, in the colour of late things and with a clock before it."""

    def __init__(self, table: StudentList) -> None:
        super().__init__(table)
        self._table = table

    def initStyleOption(self, option: QStyleOptionViewItem, index: QModelIndex | Any) -> None:
        super().initStyleOption(option, index)
        option.text = ""  # type: ignore[attr-defined]

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | Any) -> None:
        super().paint(painter, option, index)
        line = self._table.rows()[index.row()]
        words = wait_words(line)
        if not words:
            return
        look, late = tokens.now(), is_late(line)
        box = option.rect.adjusted(look.px(6), 0, -look.px(4), 0)  # type: ignore[attr-defined]
        painter.save()
        painter.setFont(index.data(Qt.ItemDataRole.FontRole))
        if late:
            side = look.px(15)
            draw(painter, "clock", QRect(box.left(), box.center().y() - side // 2, side, side), look.colour("brick"))
            box = box.adjusted(side + look.px(4), 0, 0, 0)
        painter.setPen(QColor(look.colour("brick" if late else "soft")))
        painter.drawText(box, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft), words)
        painter.restore()
