"""Controls for one value, and `Field`: label, control, hint, and the error under it.

Every control has `value()`, `set_value(v)` and the signal `edited`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from PySide6.QtCore import Qt, Signal, SignalInstance
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from psyroom.ui import fonts, tokens
from psyroom.ui.kit.texts import text
from psyroom.ui.style import polish


class Control(Protocol):
    """What a form needs of a control."""

    @property
    def edited(self) -> SignalInstance: ...

    def value(self) -> Any: ...

    def set_value(self, value: Any) -> None: ...


class TextField(QLineEdit):
    """One line of text."""

    edited = Signal()

    def __init__(self, placeholder: str = "", *, limit: int | None = None, secret: bool = False) -> None:
        super().__init__()
        self.setPlaceholderText(placeholder)
        if limit:
            self.setMaxLength(limit)
        if secret:
            self.setEchoMode(QLineEdit.EchoMode.Password)
        self.textChanged.connect(lambda _words: self.edited.emit())

    def value(self) -> str:
        return self.text().strip()

    def set_value(self, value: Any) -> None:
        self.setText("" if value is None else str(value))


class LongText(QPlainTextEdit):
    """Several lines; Tab leaves it."""

    edited = Signal()

    def __init__(self, placeholder: str = "", *, lines: int = 3, limit: int | None = None) -> None:
        super().__init__()
        self._lines, self._limit = lines, limit
        self.setPlaceholderText(placeholder)
        self.setTabChangesFocus(True)
        self.setFixedHeight(QFontMetrics(fonts.face()).lineSpacing() * lines + tokens.now().px(20))
        self.textChanged.connect(self.edited.emit)

    def value(self) -> str:
        return self.toPlainText().strip()

    def set_value(self, value: Any) -> None:
        self.setPlainText("" if value is None else str(value))


class NumberField(QLineEdit):
    """A whole number, typed; empty is None. What is not a number is handed on as text, for the record to refuse."""

    edited = Signal()

    def __init__(self, placeholder: str = "", *, unit: str = "") -> None:
        super().__init__()
        self.setPlaceholderText(placeholder or unit)
        self.setMaximumWidth(tokens.now().px(140))
        self.textChanged.connect(lambda _words: self.edited.emit())

    def value(self) -> int | str | None:
        words = self.text().strip()
        return int(words) if words.isdecimal() else (words or None)

    def set_value(self, value: Any) -> None:
        self.setText("" if value is None else str(value))


class Check(QCheckBox):
    """Yes or no."""

    edited = Signal()

    def __init__(self, words: str = "") -> None:
        super().__init__(words)
        self.toggled.connect(lambda _on: self.edited.emit())

    def value(self) -> bool:
        return self.isChecked()

    def set_value(self, value: Any) -> None:
        self.setChecked(bool(value))


def take_turn(owner: QWidget, made: Sequence[QWidget]) -> None:
    """What a control makes after the form was built stands where the control stands in the order of Tab, not at the
    window's end."""
    before = owner.previousInFocusChain()
    while before is not None and before is not owner:
        if before.focusPolicy() != Qt.FocusPolicy.NoFocus and not owner.isAncestorOf(before):
            break
        before = before.previousInFocusChain()
    if before is None or before is owner:
        return
    for one in made:
        QWidget.setTabOrder(before, one)
        before = one


class Choice(QWidget):
    """One of a few, as joined buttons (up to six short ones) or a list. `choices` maps stored value to label."""

    edited = Signal()

    def __init__(
        self, choices: Mapping[Any, str], *, empty: str = "", as_list: bool | None = None, wide: bool = False
    ) -> None:
        """`wide`: a list fills the cell it stands in, instead of being as wide as its words."""
        super().__init__()
        self._wide = wide
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(0)
        self._combo: QComboBox | None = None
        self._buttons: list[QPushButton] = []
        self._keys: list[Any] = []
        self._empty = empty
        self._as_list = as_list
        self.set_choices(choices)

    def set_choices(self, choices: Mapping[Any, str]) -> None:
        shown = {k: (label or self._empty or "不填") for k, label in choices.items()}
        long = len(shown) > 6 or sum(len(label) for label in shown.values()) > 26
        as_list = long if self._as_list is None else self._as_list
        if (
            self._buttons and not as_list and list(shown) == self._keys
        ):  # other words: whoever has the keyboard keeps it
            for made, label in zip(self._buttons, shown.values(), strict=True):
                made.setText(label)
            return
        kept = self.value() if self._keys else None
        while self._row.count():
            item = self._row.takeAt(0)
            if (gone := item.widget()) is not None:
                gone.hide()
                gone.deleteLater()
        self._buttons, self._combo = [], None
        self._keys = list(shown)
        if as_list:
            self._make_combo(shown)
        else:
            self._make_buttons(shown)
        take_turn(self, [self._combo] if self._combo is not None else self._buttons)
        if kept in self._keys:
            self.set_value(kept)

    def _make_combo(self, shown: Mapping[Any, str]) -> None:
        box = QComboBox()
        box.addItems(list(shown.values()))
        box.setMaxVisibleItems(12)
        box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        box.currentIndexChanged.connect(lambda _at: self.edited.emit())
        self._combo = box
        self._row.addWidget(box, 1 if self._wide else 0)
        if not self._wide:
            self._row.addStretch(1)
        self.setFocusProxy(box)

    def _make_buttons(self, shown: Mapping[Any, str]) -> None:
        last = len(shown) - 1
        for at, label in enumerate(shown.values()):
            made = QPushButton(label)
            made.setCheckable(True)
            made.setProperty("kind", "segment")
            made.setProperty("place", "only" if last == 0 else "first" if at == 0 else "last" if at == last else "mid")
            made.setAutoDefault(False)
            made.setFocusPolicy(Qt.FocusPolicy.StrongFocus if at == 0 else Qt.FocusPolicy.ClickFocus)
            made.setCursor(Qt.CursorShape.PointingHandCursor)
            made.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Fixed)
            made.clicked.connect(lambda _on=False, at=at: self._press(at))
            made.installEventFilter(self)
            self._row.addWidget(made)
            self._buttons.append(made)
        self._row.addStretch(1)
        if self._buttons:
            self._mark(0)

    def eventFilter(self, watched: object, event: Any) -> bool:
        if event.type() == event.Type.KeyPress and watched in self._buttons:
            by = {Qt.Key.Key_Right: 1, Qt.Key.Key_Left: -1}.get(event.key())
            if by:
                at = max(0, min(len(self._buttons) - 1, self._buttons.index(watched) + by))
                self._press(at)
                self._buttons[at].setFocus()
                return True
        return False

    def _press(self, at: int) -> None:
        self._mark(at)
        self.edited.emit()

    def _mark(self, at: int) -> None:
        for place, made in enumerate(self._buttons):
            made.setChecked(place == at)
            made.setFocusPolicy(Qt.FocusPolicy.StrongFocus if place == at else Qt.FocusPolicy.ClickFocus)
        if self._buttons:
            self.setFocusProxy(self._buttons[at])

    def value(self) -> Any:
        if self._combo is not None:
            at = self._combo.currentIndex()
        else:
            at = next((i for i, made in enumerate(self._buttons) if made.isChecked()), -1)
        return self._keys[at] if 0 <= at < len(self._keys) else None

    def set_value(self, value: Any) -> None:
        if value not in self._keys:
            return
        at = self._keys.index(value)
        if self._combo is not None:
            self._combo.setCurrentIndex(at)
        elif value != self.value():
            self._press(at)


class Field(QWidget):
    """A label, a control, a hint that says why it is asked, and the error under it."""

    def __init__(self, label: str, control: QWidget, hint: str = "", *, required: bool = False) -> None:
        super().__init__()
        self.control: Any = control
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        self.label = text(label, "label", wrap=False)
        self.label.setBuddy(control)
        control.setAccessibleName(label)
        if label and not (isinstance(control, QCheckBox) and control.text()):
            head = QHBoxLayout()
            head.setSpacing(6)
            head.addWidget(self.label)
            if required:
                head.addWidget(text("必填", "small", wrap=False))
            head.addStretch(1)
            column.addLayout(head)
        column.addWidget(control)
        self.hint = text(hint, "small")
        column.addWidget(self.hint)
        self.hint.setVisible(bool(hint))
        self.error = text("", "error")
        column.addWidget(self.error)
        self.error.hide()
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        if hasattr(control, "edited"):
            control.edited.connect(self.clear)

    def value(self) -> Any:
        return self.control.value()

    def set_value(self, value: Any) -> None:
        self.control.set_value(value)

    def set_hint(self, words: str, kind: str = "small") -> None:
        self.hint.setProperty("kind", kind)
        self.hint.setText(words)
        self.hint.setVisible(bool(words) and self.error.isHidden())
        polish(self.hint)

    def problem(self, sentence: str) -> None:
        """Show the sentence under the control; an empty one clears it. A control that cannot read what was typed knows
        better than the record what to say."""
        if sentence and hasattr(self.control, "unreadable") and not self.control.readable():
            sentence = self.control.unreadable
        self.error.setText(sentence)
        self.error.setVisible(bool(sentence))
        self.hint.setVisible(bool(self.hint.text()) and not sentence)
        self.control.setProperty("wrong", "true" if sentence else "false")
        polish(self.control)

    def clear(self) -> None:
        if not self.error.isHidden():
            self.problem("")
