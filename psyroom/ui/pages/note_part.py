"""One part of a note: its name, and room to write; how much still fits, only near the end; gentle words under it."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent

from psyroom.records.fields import about
from psyroom.records.notes import NoteFields
from psyroom.ui import tokens
from psyroom.ui.kit import Field, set_kind, text
from psyroom.ui.kit.writing import Writing
from psyroom.ui.pages.note_cautions import Cautions
from psyroom.ui.tokens import SPACE

NEAR = 0.9
"""From this share of the limit on it is said how much still fits."""
BAR = 3  # pixels: the mark at the part one writes in


class NotePart(Field):
    """A long field of a note. Its bar at the left says that the keyboard is here."""

    control: Writing

    def __init__(self, label: str, limit: int, *, lines: int = 2, placeholder: str = "", cautions: bool = True) -> None:
        self.writing = Writing(placeholder, lines=lines)
        super().__init__(label, self.writing)
        set_kind(self.label, "strong")
        self.setFocusProxy(self.writing)
        self._limit = limit
        column = self.layout()
        assert column is not None
        column.setContentsMargins(SPACE + 4, 2, 0, 2)
        self.counter = text("", "small")
        column.addWidget(self.counter)
        self.counter.hide()
        self.cautions: Cautions | None = None
        if cautions:
            self.cautions = Cautions(self.writing)
            column.addWidget(self.cautions)
            self.cautions.hide()
        self.writing.edited.connect(self._count)
        self.writing.entered.connect(self.update)
        self.writing.left.connect(self.update)

    @classmethod
    def of(cls, name: str, *, lines: int = 2, placeholder: str = "") -> NotePart:
        """The part for a declared field."""
        told = about(NoteFields, name)
        return cls(told["label"], told["limit"], lines=lines, placeholder=placeholder)

    def set_value(self, value: object) -> None:
        super().set_value(value)
        if self.cautions is not None:
            self.cautions.look()

    def _count(self) -> None:
        used = len(self.writing.value())
        near = used >= self._limit * NEAR
        if near:
            left = self._limit - used
            words = f"还可以写 {left} 个字" if left >= 0 else f"多了 {-left} 个字，保存前请删短一些"
            self.counter.setText(words)
            set_kind(self.counter, "small" if left >= 0 else "warning")
        self.counter.setVisible(near)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, look = QPainter(self), tokens.now()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        writes = self.writing.hasFocus()
        painter.setBrush(QColor(look.palette.accent if writes else look.palette.line))
        wide = BAR if writes else 1
        painter.drawRoundedRect(QRectF(0, 4, wide, self.height() - 8), wide / 2, wide / 2)
        painter.end()
