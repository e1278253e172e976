"""Gentle words under what is being written: a number that does not belong here, a word a school had better not use.
They stand there and can be taken or let be; nothing waits for them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QVBoxLayout, QWidget

from psyroom.rules import wording
from psyroom.rules.wording import Caution
from psyroom.ui.icons import Glyph
from psyroom.ui.kit import button, text, tool
from psyroom.ui.kit.flow import empty_layout
from psyroom.ui.kit.writing import Writing
from psyroom.ui.tokens import SPACE

LOOK_AFTER = 400
"""Milliseconds after the last key: not while somebody is in the midst of a word."""
MOST = 3
"""So many are said at once; the others are underlined."""


class Cautions(QWidget):
    """Looks at one field. `taken` fires when a better word was put in."""

    taken = Signal()

    def __init__(self, field: Writing) -> None:
        super().__init__()
        self._field = field
        self._let_be: set[tuple[str, str]] = set()
        self._shown: list[Caution] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 2, 0, 2)
        self._column.setSpacing(2)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(LOOK_AFTER)
        self._timer.timeout.connect(self.look)
        field.edited.connect(self._timer.start)
        here = QShortcut(QKeySequence("F7"), field)  # not by Tab: who writes on would press a button with the space bar
        here.setContext(Qt.ShortcutContext.WidgetShortcut)
        here.activated.connect(self.focus_first)

    def shown(self) -> Sequence[Caution]:
        """What is said now."""
        return tuple(self._shown)

    def look(self) -> None:
        """Look at the text as it stands."""
        words = self._field.toPlainText()
        found = [c for c in wording.look(words) if (c.kind, words[c.start : c.end]) not in self._let_be]
        self._field.mark([(c.start, c.end) for c in found])
        said = [(c.kind, c.sentence, c.better, words[c.start : c.end]) for c in found]
        before = (
            [(c.kind, c.sentence, c.better, self._was[c.start : c.end]) for c in self._shown] if self._shown else []
        )
        self._shown, self._was = found, words
        if said != before:
            self._build(words)

    _was = ""

    def _build(self, words: str) -> None:
        empty_layout(self._column)
        for caution in self._shown[:MOST]:
            self._column.addWidget(self._line(caution, words[caution.start : caution.end]))
        more = len(self._shown) - MOST
        rest = f"还有 {more} 处，已在文字下面画线。" if more > 0 else ""
        self._column.addWidget(text(f"{rest}按 F7 到提醒上，Esc 回来。", "small"))
        self.setVisible(bool(self._shown))

    def _line(self, caution: Caution, words: str) -> QWidget:
        holder = QWidget()
        row = QHBoxLayout(holder)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE)
        row.addWidget(Glyph("warning-circle", size=16, role="amber_fill"), 0, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(text(caution.sentence, "warning"), 1)
        if caution.better:
            row.addWidget(button(f"改成“{caution.better}”", partial(self._take, words, caution), small=True))
        row.addWidget(tool("x", "先这样，不再提醒这一处", partial(self._leave, words, caution)))
        return holder

    def focus_first(self) -> None:
        """F7: the keyboard to the first that can be taken or let be; the arrows go on, Esc goes back to the text."""
        buttons: list[QAbstractButton] = list(self.findChildren(QAbstractButton))
        if self._shown and buttons:
            buttons[0].setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self._field.setFocus()
        else:
            super().keyPressEvent(event)

    def _take(self, words: str, caution: Caution) -> None:
        """Put the better word in where it still stands."""
        now = wording.look(self._field.toPlainText())
        here = next(
            (c for c in now if c.kind == caution.kind and c.better == caution.better and self._says(c, words)), None
        )
        if here is not None:
            self._field.replace((here.start, here.end), here.better)
        self._field.setFocus()
        self.look()
        self.taken.emit()

    def _says(self, caution: Caution, words: str) -> bool:
        return self._field.toPlainText()[caution.start : caution.end] == words

    def _leave(self, words: str, caution: Caution) -> None:
        self._let_be.add((caution.kind, words))
        self._field.setFocus()
        self.look()
