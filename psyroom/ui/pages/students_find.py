"""The middle of 学生: the find box, how many were found, the table; and what was left unsaved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from psyroom.services import drafts, students
from psyroom.services.students import Entry
from psyroom.store.room import Room
from psyroom.ui.kit import Card, button, day_words, text
from psyroom.ui.kit.flow import empty_layout
from psyroom.ui.kit.picker import FindLine
from psyroom.ui.pages.students_list import StudentTable
from psyroom.ui.tokens import SPACE

MOST = 300
"""Hits that are listed at most."""


class FindPane(QWidget):
    """`typed` at every change of the box; `chosen` when the line changes, `opened` at Enter in the table.

    In the box Down and Enter go to the table, Esc empties it.
    """

    typed = Signal()
    chosen = Signal(object)
    opened = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE)
        self.box = FindLine("姓名、拼音首字母（zxy）、班级（七3）、学号  Ctrl+F", "在名册里找")
        self.box.textChanged.connect(lambda _words: self.typed.emit())
        self.box.installEventFilter(self)
        column.addWidget(self.box)
        self.counted = text("", "small", tabular=True)
        column.addWidget(self.counted)
        self.table = StudentTable()
        self.table.chosen.connect(self.chosen.emit)
        self.table.opened.connect(self.opened.emit)
        column.addWidget(self.table, 1)
        self.nothing = Card(tone="sunken")
        self.nothing_words = text("", "soft")
        self.nothing.add(self.nothing_words)
        self.nothing.hide()
        column.addWidget(self.nothing)
        self._rest = QWidget()
        self._rest.hide()
        column.addWidget(self._rest, 1)

    def words(self) -> str:
        return self.box.text().strip()

    def clear_silently(self) -> None:
        """Empty the box without telling."""
        self.box.blockSignals(True)
        self.box.clear()
        self.box.blockSignals(False)

    def show_rows(
        self,
        rows: Sequence[Entry],
        labels: Mapping[str, Sequence[str]],
        doubts: Mapping[str, int],
        *,
        private: bool,
        chosen: str,
    ) -> None:
        """Show these students; the chosen one keeps its line where it is among them."""
        words = self.words()
        self.table.show_students(rows, labels, doubts, private=private)
        if chosen and not self.table.choose_id(chosen):
            self.table.clearSelection()
        many = "先列出最像的 300 人，再多打一个字就准了"
        told = f"{len(rows)} 人" if not words else f"找到 {len(rows)} 人" if len(rows) < MOST else many
        self.counted.setText(told)
        self.nothing.setVisible(not rows)
        self._rest.setVisible(not rows)
        self.table.setVisible(bool(rows))
        if not rows:
            self.nothing_words.setText(
                f"名册里没有找到“{words}”。可以只打姓、拼音首字母，或者换成班级再找。" if words else "这里还没有学生。"
            )

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.box and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() == Qt.Key.Key_Down and self.table.rows():
                self.table.setFocus()
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.table.rows():
                self.table.selectRow(0)
                self.table.setFocus()
                return True
            if event.key() == Qt.Key.Key_Escape and self.box.text():
                self.box.clear()
                return True
        return super().eventFilter(watched, event)


class Unsaved(QWidget):
    """A line for each form that was left without saving, the newest two. `opened` names the student, empty: a new one."""

    opened = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(SPACE)
        self.hide()

    def show_drafts(self, room: Room) -> None:
        empty_layout(self._column)
        mine = [(about, at) for form, about, at in drafts.pending(room) if form == students.FORM]
        named = [(about, at, students.name_of(room, about)) for about, at in mine]
        shown = [row for row in named if not row[0] or row[2]][:2]
        self.setVisible(bool(shown))
        for about, at, name in shown:
            when = datetime.fromisoformat(at).astimezone()
            what = f"修改资料：{name}" if about else "新增学生"
            line = Card(tone="accent", pad=1)
            row = QHBoxLayout()
            row.setContentsMargins(SPACE, 0, SPACE, 0)
            row.addWidget(text(f"“{what}”还没有保存（{day_words(when.date())} {when:%H:%M}）", "soft"), 1)
            row.addWidget(button("打开", partial(self.opened.emit, about), small=True))
            line.body.addLayout(row)
            self._column.addWidget(line)
