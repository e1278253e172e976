"""A person at the keyboard of the real window who counts: every key pressed, every letter typed and every click is one."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget

from psyroom.ui.kit.rows import RowWidget

CONTROL, ALT, NONE = (
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.AltModifier,
    Qt.KeyboardModifier.NoModifier,
)


class Hands:
    """`count` is what was done since `anew()`."""

    def __init__(self) -> None:
        self.count = 0

    def anew(self) -> None:
        self.count = 0

    def holder(self) -> QWidget:
        """Whoever holds the keyboard; with nobody a keyboard is dead, which is a fault of the window."""
        focus = QApplication.focusWidget()
        assert focus is not None, "nothing holds the keyboard"
        return focus

    def press(self, *keys: Qt.Key, held: Qt.KeyboardModifier = NONE) -> None:
        for key in keys:
            QTest.keyClick(self.holder(), key, held)
            self.count += 1
            for _ in range(3):
                QApplication.processEvents()

    def write(self, words: str) -> None:
        """By keys; what no key makes comes as an input method hands it over, a letter's price for each character."""
        if words.isascii():
            for letter in words:
                QTest.keyClicks(self.holder(), letter)
        else:
            event = QInputMethodEvent()
            event.setCommitString(words)
            QApplication.sendEvent(self.holder(), event)
        self.count += len(words)
        QApplication.processEvents()

    def click(self, button: QAbstractButton) -> None:
        assert button.isVisible() and button.isEnabled(), button.text()
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)
        self.count += 1
        QApplication.processEvents()

    def tab_to(self, wanted: Callable[[QWidget], bool], most: int) -> QWidget:
        """With Tab, each press counted, until the wanted one holds the keyboard."""
        for _ in range(most):
            if wanted(self.holder()):
                return self.holder()
            self.press(Qt.Key.Key_Tab)
        assert wanted(self.holder()), f"more than {most} Tabs away; the keyboard stands on {self.stands_on()}"
        return self.holder()

    def stands_on(self) -> str:
        """The words of the line or button that holds the keyboard, else its kind."""
        focus = self.holder()
        if isinstance(focus, RowWidget):
            return focus.row.what
        return focus.text() if isinstance(focus, QAbstractButton) else type(focus).__name__
