"""Several of many: words to press, in lines that break. Arrows walk, space presses; one stop of Tab."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from psyroom.ui.kit.fields import take_turn
from psyroom.ui.kit.flow import Flow

WALK = {Qt.Key.Key_Right: 1, Qt.Key.Key_Down: 1, Qt.Key.Key_Left: -1, Qt.Key.Key_Up: -1}


class Pills(QWidget):
    """`choices` maps a key to its words; `value()` are the keys pressed, in the order shown."""

    edited = Signal()

    def __init__(self, choices: Mapping[Any, str] | None = None) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        self._flow = Flow(gap=6)
        column.addWidget(self._flow)
        self._buttons: dict[Any, QPushButton] = {}
        self.set_choices(choices or {})

    def set_choices(self, choices: Mapping[Any, str]) -> None:
        pressed = self.value()
        self._buttons = {key: self._made(words) for key, words in choices.items()}
        self._flow.set(list(self._buttons.values()))
        for made in self._buttons.values():
            made.installEventFilter(self)
        self._stop_at(next(iter(self._buttons.values()), None))
        take_turn(self, list(self._buttons.values()))
        self.set_value(pressed)

    def _made(self, words: str) -> QPushButton:
        made = QPushButton(words)
        made.setCheckable(True)
        made.setAutoDefault(False)
        made.setProperty("kind", "pill")
        made.setCursor(Qt.CursorShape.PointingHandCursor)
        made.clicked.connect(lambda _on=False: self.edited.emit())
        return made

    def buttons(self) -> dict[Any, QPushButton]:
        return dict(self._buttons)

    def value(self) -> list[Any]:
        return [key for key, made in self._buttons.items() if made.isChecked()]

    def set_value(self, value: Iterable[Any] | None) -> None:
        wanted = set(value or ())
        for key, made in self._buttons.items():
            made.setChecked(key in wanted)

    def _stop_at(self, here: QPushButton | None) -> None:
        for made in self._buttons.values():
            made.setFocusPolicy(Qt.FocusPolicy.StrongFocus if made is here else Qt.FocusPolicy.ClickFocus)
        if here is not None:
            self.setFocusProxy(here)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            row: list[QObject] = list(self._buttons.values())
            by = WALK.get(Qt.Key(event.key()))
            if by and watched in row:
                to = row[max(0, min(row.index(watched) + by, len(row) - 1))]
                assert isinstance(to, QPushButton)
                self._stop_at(to)
                to.setFocus()
                return True
        return False
