"""The cells one writes in: a line, one of a few by figure or letters, and the points with phrases."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit

from psyroom.rules import spelling
from psyroom.ui.kit import Found, Picker
from psyroom.ui.kit.writing import Writing

LONGEST = 24
"""Characters of a date or a time however it is typed."""


class LineCell(QLineEdit):
    """A date or a time as it is typed."""

    edited = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("kind", "cell")
        self.setMaxLength(LONGEST)
        self.textChanged.connect(lambda _words: self.edited.emit())

    def words(self) -> str:
        return self.text()

    def load(self, words: str, placeholder: str) -> None:
        self.setPlaceholderText(placeholder)
        self.setText(words)
        self.selectAll()

    def settle(self) -> None:
        """Nothing is open here."""

    def holds_up_and_down(self) -> bool:
        return False


class PickCell(Picker):
    """One of what is offered: its figure takes it at once (`figured`), letters or characters find it. Where any words may
    stand, what is typed in characters stands as it is."""

    figured = Signal()

    def __init__(self, *, free: bool, kind: str = "cell") -> None:
        """`kind`: how it is dressed; empty: as a field of a form."""
        super().__init__(self._find, "")
        self.setProperty("kind", kind)
        self.offered: Sequence[str] = ()
        self._free, self._walked = free, False
        self.textEdited.connect(lambda _words: setattr(self, "_walked", False))
        if not free:
            self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, False)  # letters, however the method is set

    def _make_room(self) -> None:
        """No looking glass: a cell is narrow."""

    def paintEvent(self, event: Any) -> None:
        QLineEdit.paintEvent(self, event)

    def _find(self, words: str) -> list[Found]:
        places = [(spelling.place_of(words, name), at, name) for at, name in enumerate(self.offered, 1)]
        hits = sorted((place > 0, at, name) for place, at, name in places if place is not None)
        return [Found(name, name, str(at) if at <= 10 else "") for _, at, name in hits]

    def words(self) -> str:
        return self.text()

    def load(self, words: str, placeholder: str) -> None:
        self._taken = None
        self._walked = False
        self._model.set(())
        self._list.hide()
        self.setPlaceholderText(placeholder)
        self.setText(words)
        self.selectAll()

    def set_value(self, value: Any) -> None:
        """What is taken stands as its name alone."""
        if isinstance(value, Found):
            self._taken = value
            self.setText(value.name)
            self.edited.emit()

    def settle(self) -> None:
        """Before the cell is left: letters that were typed become what they found."""
        if self._taken is None and self.text().strip() and (self._walked or not self._free or self.text().isascii()):
            self._take(max(self._list.currentIndex().row(), 0))
        self._list.hide()

    def holds_up_and_down(self) -> bool:
        return self._list.isVisible()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        figure = event.text()
        whole = not self.text() or self.selectedText() == self.text()
        if figure.isascii() and figure.isdecimal() and whole and self.offered:
            at = (int(figure) - 1) % 10
            if at < len(self.offered):
                self._list.hide()
                self.set_value(Found(self.offered[at], self.offered[at]))
                self.figured.emit()
                return
        if self._list.isVisible() and event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            self._walked = True
        super().keyPressEvent(event)


class PointsCell(Writing):
    """What was talked about. It grows with its words (`grew`)."""

    grew = Signal()

    def __init__(self) -> None:
        super().__init__(lines=1)
        self.setProperty("kind", "cell")
        self.tall = 0
        """Pixels its words need."""

    def words(self) -> str:
        return self.kept()

    def load(self, words: str, placeholder: str) -> None:
        self.setPlaceholderText(placeholder)
        self.setPlainText(words)
        cursor = self.textCursor()
        cursor.movePosition(cursor.MoveOperation.End)
        self.setTextCursor(cursor)

    def settle(self) -> None:
        """Nothing is open here that would be lost."""

    def holds_up_and_down(self) -> bool:
        """The lines of the text itself; from the first and the last one the row changes."""
        return False

    def at_edge(self, key: int) -> bool:
        """Whether there is no further line of the text in this direction."""
        cursor = self.textCursor()
        way = cursor.MoveOperation.Up if key == Qt.Key.Key_Up else cursor.MoveOperation.Down
        return not cursor.movePosition(way)

    def fit(self) -> None:
        super().fit()
        self.tall = self.height()
        self.grew.emit()
