"""What keeps others from reading over the shoulder: the curtain (F12) and the idle clock."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QColor, QKeyEvent, QKeySequence, QPainter, QPaintEvent
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget

from psyroom.ui import fonts, tokens

_SIGNS_OF_LIFE = {
    QEvent.Type.KeyPress, QEvent.Type.MouseButtonPress, QEvent.Type.MouseMove, QEvent.Type.Wheel,
    QEvent.Type.TouchBegin,
}  # fmt: skip

DEEPEST = 9
"""Windows that may lie over each other."""


class Curtain(QWidget):
    """Covers the whole window with paper and the program's name. F12 again opens it; nothing else gets through."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._focus: QWidget | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        window.installEventFilter(self)
        self.hide()

    def toggle(self) -> None:
        if self.isVisible():
            self.hide()
            if self._focus is not None:
                self._focus.setFocus()
            self._focus = None
            return
        self._focus = self.window().focusWidget()
        for _ in range(DEEPEST):  # a question or the help may lie over a dialog
            over = QApplication.activePopupWidget() or QApplication.activeModalWidget()
            if over is None:
                break
            over.close()
        self.setGeometry(self.window().rect())
        self.raise_()
        self.show()
        self.setFocus()
        self.repaint()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and self.isVisible():
            self.setGeometry(self.window().rect())
        return False

    def event(self, event: QEvent) -> bool:
        # taking the override keeps every other shortcut of the window from firing behind the curtain
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and not _still_heard(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        event.accept()

    def focusNextPrevChild(self, forward: bool) -> bool:
        return True

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, look = QPainter(self), tokens.now()
        painter.fillRect(self.rect(), QColor(look.palette.paper))
        painter.setPen(QColor(look.palette.soft))
        painter.setFont(fonts.face("heading"))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, "屏幕已遮住，按 F12 回来")
        painter.end()


def _still_heard(event: QKeyEvent) -> bool:
    lock = event.key() == Qt.Key.Key_L and event.modifiers() == Qt.KeyboardModifier.ControlModifier
    return lock or event.key() == Qt.Key.Key_F12


class WindowKeys(QObject):
    """Keys a shortcut does not hear: Ctrl+Z in a line edit that has nothing to undo; F12 and Ctrl+L under a dialog."""

    def __init__(self, owner: QWidget, cover: Callable[[], object], lock: Callable[[], object]) -> None:
        super().__init__(owner)
        self._cover, self._lock = cover, lock
        QApplication.instance().installEventFilter(self)  # type: ignore[union-attr]

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() != QEvent.Type.ShortcutOverride or not isinstance(event, QKeyEvent):
            return False
        if _still_heard(event) and QApplication.activeModalWidget() is not None:
            (self._cover if event.key() == Qt.Key.Key_F12 else self._lock)()
            return True
        if isinstance(watched, QLineEdit) and event.matches(QKeySequence.StandardKey.Undo):
            if not watched.isUndoAvailable():
                event.ignore()
                return True
        return False


class IdleClock(QObject):
    """Calls `lock` after so many minutes without a key or a movement. 0 minutes: never."""

    def __init__(self, owner: QWidget, minutes: int, lock: Callable[[], object]) -> None:
        super().__init__(owner)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(lock)
        self.set_minutes(minutes)
        QApplication.instance().installEventFilter(self)  # type: ignore[union-attr]

    def set_minutes(self, minutes: int) -> None:
        self._timer.stop()
        self._timer.setInterval(minutes * 60_000)
        if minutes > 0:
            self._timer.start()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in _SIGNS_OF_LIFE and self._timer.interval() > 0:
            self._timer.start()
        return False
