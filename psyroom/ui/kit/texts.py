"""Labels and buttons by what they are for."""

from __future__ import annotations

from collections.abc import Callable
from html import escape

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QFontMetrics, QKeyEvent, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QAbstractButton, QLabel, QPushButton, QSizePolicy, QToolButton, QWidget

from psyroom.ui import fonts
from psyroom.ui.icons import wear
from psyroom.ui.style import polish


def text(words: str = "", kind: str = "", *, wrap: bool = True, tabular: bool = False) -> QLabel:
    """A label. `kind`: title, heading, lead, strong, figure, soft, hint, small, error, warning, good, label, part, code."""
    label = QLabel(words)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(wrap)
    if kind:
        label.setProperty("kind", kind)
    if tabular or kind == "figure":
        label.setFont(fonts.face(tabular=True))
    return label


class Elided(QLabel):
    """One line that ends in … when there is no room; the whole stands in the tool tip."""

    def __init__(self, words: str = "", kind: str = "") -> None:
        super().__init__()
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        if kind:
            self.setProperty("kind", kind)
        self._words = ""
        self.setText(words)

    def setText(self, words: str) -> None:
        self._words = words
        self._fit()

    def words(self) -> str:
        return self._words

    def _fit(self) -> None:
        short = QFontMetrics(self.font()).elidedText(self._words, Qt.TextElideMode.ElideRight, max(self.width(), 24))
        super().setText(short)
        self.setToolTip(escape(self._words) if short != self._words else "")  # a tool tip guesses at rich text

    def sizeHint(self) -> QSize:
        metrics = QFontMetrics(self.font())
        return QSize(metrics.horizontalAdvance(self._words) + 2, metrics.height())

    def minimumSizeHint(self) -> QSize:
        return QSize(24, QFontMetrics(self.font()).height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()


ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class Push(QPushButton):
    """A button that Enter presses wherever it stands: Qt gives a button the space bar only, outside of dialogs."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in ENTER and not event.isAutoRepeat():
            self.click()
        else:
            super().keyPressEvent(event)


class Tool(QToolButton):
    """The same for a button that is only an icon."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in ENTER and not event.isAutoRepeat():
            self.click()
        else:
            super().keyPressEvent(event)


def button(
    words: str,
    do: Callable[[], object] | None = None,
    *,
    kind: str = "",
    icon_name: str = "",
    shortcut: str = "",
    small: bool = False,
    tip: str = "",
) -> QPushButton:
    """A button. `kind`: primary, quiet, danger, or none for an ordinary one. A shortcut is shown in the tool tip."""
    made = Push(words)
    made.setProperty("kind", kind)
    made.setProperty("small", "true" if small else "false")
    made.setCursor(Qt.CursorShape.PointingHandCursor)
    made.setAutoDefault(False)
    if icon_name:
        role = {"primary": "on_accent", "quiet": "accent", "danger": "brick"}.get(kind, "soft")
        wear(made, icon_name, role)
    if shortcut:
        tip = f"{tip or words}（{_shortcut(made, shortcut)}）"
    if tip:
        made.setToolTip(tip)
    if do is not None:
        made.clicked.connect(lambda _checked=False: do())
    return made


def _shortcut(made: QAbstractButton, keys: str) -> str:
    """Let keys press the button, and return them as they are written. Qt's own shortcut of a button waits 0.1 s."""
    sequence = QKeySequence(keys)
    QShortcut(sequence, made).activated.connect(made.click)
    return sequence.toString(QKeySequence.SequenceFormat.NativeText)


def primary(words: str, do: Callable[[], object] | None = None, **more: object) -> QPushButton:
    return button(words, do, kind="primary", **more)  # type: ignore[arg-type]


def quiet(words: str, do: Callable[[], object] | None = None, **more: object) -> QPushButton:
    return button(words, do, kind="quiet", **more)  # type: ignore[arg-type]


def link(words: str, do: Callable[[], object] | None = None, **more: object) -> QPushButton:
    """A quiet button that stands in line with the words above and below it."""
    made = quiet(words, do, small=True, **more)
    made.setProperty("flush", "true")
    return made


def danger(words: str, do: Callable[[], object] | None = None, **more: object) -> QPushButton:
    return button(words, do, kind="danger", **more)  # type: ignore[arg-type]


def tool(icon_name: str, tip: str, do: Callable[[], object] | None = None, *, shortcut: str = "") -> QToolButton:
    """A small button that is only an icon; its name stands in the tool tip and for a screen reader."""
    made = Tool()
    wear(made, icon_name, "soft")
    made.setAccessibleName(tip)
    if shortcut:
        tip = f"{tip}（{_shortcut(made, shortcut)}）"
    made.setToolTip(tip)
    made.setCursor(Qt.CursorShape.PointingHandCursor)
    if do is not None:
        made.clicked.connect(lambda _checked=False: do())
    return made


def set_kind(widget: QWidget, kind: str) -> None:
    """Change what a label or button is for."""
    widget.setProperty("kind", kind)
    polish(widget)
