"""In whose files a note lies: a few letters find a child, Enter adds it, a press on a name takes it out."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from psyroom.store.room import Room
from psyroom.ui import tokens
from psyroom.ui.icons import wear
from psyroom.ui.kit import Found, Picker
from psyroom.ui.kit.flow import Flow
from psyroom.ui.pages.bookings_form import student_found, students_found

ADD = "添加学生：姓名或拼音首字母，如 zxy"


class _Finder(Picker):
    """Backspace in the empty field takes the last name out."""

    emptied = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Backspace and not self.text():
            self.emptied.emit()
        else:
            super().keyPressEvent(event)


class Children(QWidget):
    """`value()`: the ids, in the order added."""

    edited = Signal()
    unknown = Signal(str)

    def __init__(self, room: Room) -> None:
        super().__init__()
        self._room = room
        self._found: list[Found] = []
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        self._flow = Flow(gap=8)
        row.addWidget(self._flow, 1)
        self.picker = _Finder(lambda words: students_found(room, words), ADD)
        self.picker.setFixedWidth(tokens.now().px(300))
        self.picker.picked.connect(self._add)
        self.picker.fresh.connect(self.unknown)
        self.picker.emptied.connect(self._drop_last)
        self._flow.add(self.picker)
        self._chips: list[QPushButton] = []
        self.setFocusProxy(self.picker)

    def value(self) -> list[str]:
        return [found.key for found in self._found]

    def names(self) -> list[str]:
        return [found.name for found in self._found]

    def set_value(self, value: Iterable[Any] | None) -> None:
        """Students by id; one who is gone is left out."""
        found = (student_found(self._room, str(student)) for student in dict.fromkeys(value or ()))
        self._found = [one for one in found if one is not None]
        self._show()

    def set_few(self, few: bool) -> None:
        """A kind that is about one child: the field to add another is quiet once there is one."""
        self.picker.setPlaceholderText("再加一名" if few and self._found else ADD)
        self.picker.setFixedWidth(tokens.now().px(120 if few and self._found else 300))
        self._flow.updateGeometry()

    def _add(self, found: Found) -> None:
        if found.key not in self.value():
            self._found.append(found)
        self.picker.set_value(None)
        self._show()
        self.edited.emit()

    def _drop_last(self) -> None:
        if self._found:
            self._drop(self._found[-1].key)

    def _drop(self, key: str) -> None:
        self._found = [one for one in self._found if one.key != key]
        self._show()
        self.picker.setFocus()
        self.edited.emit()

    def _show(self) -> None:
        for chip in self._chips:
            chip.hide()
            chip.deleteLater()
        self._chips = []
        layout = self._flow.layout()
        assert layout is not None
        layout.removeWidget(self.picker)
        for found in self._found:
            chip = QPushButton(f"{found.name}  {found.detail}".strip())
            chip.setProperty("kind", "pill")
            chip.setCheckable(False)
            chip.setLayoutDirection(Qt.LayoutDirection.RightToLeft)  # the cross behind the name
            wear(chip, "x", "soft")
            chip.setToolTip("按一下就去掉")
            chip.setAccessibleName(f"{found.name}，按一下去掉")
            chip.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
            chip.setAutoDefault(False)
            chip.clicked.connect(partial(self._drop, found.key))
            self._chips.append(chip)
            self._flow.add(chip)
        self._flow.add(self.picker)
        self._flow.updateGeometry()
