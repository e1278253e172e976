"""One reason out of a short fixed list, asked in its place instead of in a dialog: a click, a figure, or Enter."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from psyroom.ui.kit.cards import Card
from psyroom.ui.kit.flow import FlowLayout
from psyroom.ui.kit.texts import button, quiet, text
from psyroom.ui.tokens import SPACE


def settle(widget: QWidget) -> None:
    """Lay out what was just shown, so that a page scrolls to where it is and not to where it was."""
    at: QWidget | None = widget
    while at is not None:
        if (layout := at.layout()) is not None:
            layout.activate()
        at = at.parentWidget()


class ReasonBar(Card):
    """Hidden until `ask`ed. The suggested reason stands first and has the keyboard; figures choose, Esc gives up."""

    def __init__(self) -> None:
        super().__init__(tone="amber", pad=1)
        top = QHBoxLayout()
        self._question = text("", "strong")
        top.addWidget(self._question, 1)
        top.addWidget(quiet("不改了", self.give_up, small=True, tip="不改了（Esc）"))
        self.body.addLayout(top)
        self._holder = QWidget()
        self._flow = FlowLayout(self._holder, gap=SPACE)
        column = QVBoxLayout()
        column.addWidget(self._holder)
        self.body.addLayout(column)
        self._buttons: list[QPushButton] = []
        self._back: QWidget | None = None
        self.hide()

    def ask(
        self,
        question: str,
        choices: Mapping[str, str],
        then: Callable[[str], object],
        *,
        first: str = "",
        back: QWidget | None = None,
    ) -> None:
        """Show the choices (code → words), `first` before the others; `then` gets the code. `back` has the keyboard
        afterwards."""
        while self._flow.count():
            item = self._flow.takeAt(0)
            if item is not None and (gone := item.widget()) is not None:
                gone.hide()
                gone.deleteLater()
        self._question.setText(question)
        self._back = back
        codes = sorted(choices, key=lambda code: code != first)
        self._buttons = []
        for at, code in enumerate(codes, 1):
            words = f"{at}  {choices[code]}" if at < 10 else choices[code]
            made = button(words, partial(self._chosen, then, code), small=True)
            self._buttons.append(made)
            self._flow.addWidget(made)
        self.show()
        settle(self)
        if self._buttons:
            self._buttons[0].setFocus()

    def choices(self) -> list[str]:
        """The words of the buttons, in order."""
        return [made.text().split("  ")[-1] for made in self._buttons]

    def give_up(self) -> None:
        if self._back is not None:
            self._back.setFocus()  # first: what has the keyboard and hides hands it to the next in line
        self.hide()

    def _chosen(self, then: Callable[[str], object], code: str) -> None:
        self.give_up()
        then(code)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        held = next((at for at, made in enumerate(self._buttons) if made.hasFocus()), 0)
        by = {Qt.Key.Key_Right: 1, Qt.Key.Key_Down: 1, Qt.Key.Key_Left: -1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key()))
        if event.key() == Qt.Key.Key_Escape:
            self.give_up()
        elif by and self._buttons:
            self._buttons[(held + by) % len(self._buttons)].setFocus()
        elif event.text().isdecimal() and 1 <= int(event.text()) <= min(len(self._buttons), 9):
            self._buttons[int(event.text()) - 1].click()
        else:
            super().keyPressEvent(event)
