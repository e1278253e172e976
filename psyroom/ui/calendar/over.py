"""What lies over the painted week while hands move: the cursor's cell, a drag with what speaks against it, typed hours."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from psyroom.rules.booking import Clash
from psyroom.rules.typed import span
from psyroom.ui import tokens
from psyroom.ui.calendar.layout import Frame, Mark
from psyroom.ui.calendar.paint import MIDDLE_LEFT, TOP_LEFT, Ink, inks

PAD = 6.0
WORDS = 3  # causes shown beside a drag


def tone(clashes: Sequence[Clash]) -> str:
    """brick where it cannot be, amber where a person must say yes or give a reason, accent where nothing is against it."""
    if any(c.hard for c in clashes):
        return "brick"
    return "amber" if clashes else "accent"


class Over:
    """Draws on top of the week. `boxes` of a drag are asked first, so that only they need painting again."""

    def __init__(self, frame: Frame, whole: QRectF) -> None:
        self.frame, self.whole = frame, whole
        self.look = tokens.now()
        self.small, self.name = inks(self.look)

    def _colour(self, role: str, alpha: int = 255) -> QColor:
        colour = QColor(self.look.colour(role))
        colour.setAlpha(alpha)
        return colour

    # ---- the cursor and the chosen card

    def cursor_box(self, mark: Mark) -> QRectF:
        return self.frame.band(mark.day, mark.starts, mark.ends).adjusted(1.5, 1.5, -1.5, -1.5)

    def cursor(self, p: QPainter, mark: Mark) -> None:
        p.setRenderHint(QPainter.RenderHint.Antialiasing)
        p.setBrush(self._colour("accent", 26))
        p.setPen(QPen(self._colour("accent"), 2))
        p.drawRoundedRect(self.cursor_box(mark), 4, 4)

    def ring(self, p: QPainter, box: QRectF) -> None:
        """Round the card that the side panel shows."""
        p.setRenderHint(QPainter.RenderHint.Antialiasing)
        p.setBrush(Qt.BrushStyle.NoBrush)
        p.setPen(QPen(self._colour("ink"), 2))
        p.drawRoundedRect(box, 4, 4)

    def veil(self, p: QPainter, box: QRectF) -> None:
        """Over the card being carried away."""
        p.fillRect(box, self._colour("card", 150))

    # ---- a drag

    def ghost_box(self, mark: Mark) -> QRectF:
        return self.frame.band(mark.day, mark.starts, mark.ends).adjusted(2, 1, -2, -1)

    def ghost(self, p: QPainter, mark: Mark, clashes: Sequence[Clash]) -> None:
        """Where it would lie."""
        role = tone(clashes)
        box = self.ghost_box(mark)
        p.setRenderHint(QPainter.RenderHint.Antialiasing)
        p.setBrush(self._colour(role if role == "accent" else f"{role}_fill", 70))
        p.setPen(QPen(self._colour(role if role == "accent" else f"{role}_fill"), 2))
        p.drawRoundedRect(box, 4, 4)

    def lines(self, mark: Mark, clashes: Sequence[Clash]) -> list[str]:
        """The hours, then the causes, hard ones first."""
        said = list(dict.fromkeys(c.sentence for c in clashes))
        more = [f"还有 {len(said) - WORDS} 条"] if len(said) > WORDS else []
        return [span(mark.starts, mark.ends), *said[:WORDS], *more]

    def bubble_box(self, mark: Mark, lines: Sequence[str]) -> QRectF:
        """Beside the ghost, where there is room for the words."""
        width = max([self.name.width(lines[0]), *(self.small.width(line) for line in lines[1:])]) + 2 * PAD + 8
        width = min(width, self.whole.width() * 0.6)
        height = self.name.height + self.small.height * (len(lines) - 1) + PAD
        box = self.ghost_box(mark)
        left = box.right() + 6 if box.right() + 6 + width <= self.whole.right() else box.left() - 6 - width
        left = min(max(left, self.whole.left() + 2), self.whole.right() - width - 2)
        top = min(max(box.top(), self.whole.top() + 2), self.whole.bottom() - height - 2)
        return QRectF(left, top, width, height)

    def bubble(self, p: QPainter, mark: Mark, clashes: Sequence[Clash]) -> None:
        """The hours and what speaks against them, in words, before the mouse is let go."""
        lines, role = self.lines(mark, clashes), tone(clashes)
        box = self.bubble_box(mark, lines)
        p.setRenderHint(QPainter.RenderHint.Antialiasing)
        p.setBrush(self._colour(f"{role}_wash"))
        p.setPen(QPen(self._colour(role), 1))
        p.drawRoundedRect(box, 4, 4)
        p.fillRect(QRectF(box.left() + 1, box.top() + 3, 3, box.height() - 6), self._colour(role))
        self._write(p, box.adjusted(PAD + 4, PAD / 2, -PAD, 0), lines, "accent_ink" if role == "accent" else role)

    def _write(self, p: QPainter, box: QRectF, lines: Sequence[str], role: str) -> None:
        p.setPen(self._colour(role))
        ink: Ink = self.name
        for line in lines:
            p.setFont(ink.font)
            p.drawText(box, TOP_LEFT, ink.elided(line, box.width()))
            box = box.adjusted(0, ink.height, 0, 0)
            ink = self.small

    # ---- typed hours

    def typed_box(self, mark: Mark, words: str) -> QRectF:
        cell = self.cursor_box(mark)
        width = self.name.width(words) + 2 * PAD + 4
        left = min(max(cell.left() + 4, self.whole.left() + 2), self.whole.right() - width - 2)
        top = min(max(cell.top() + 4, self.whole.top() + 2), self.whole.bottom() - self.name.height - PAD - 2)
        return QRectF(left, top, width, self.name.height + PAD)

    def typed(self, p: QPainter, mark: Mark, words: str) -> None:
        """What is being typed, and what Enter would do with it."""
        box = self.typed_box(mark, words)
        p.setRenderHint(QPainter.RenderHint.Antialiasing)
        p.setPen(Qt.PenStyle.NoPen)
        p.setBrush(self._colour("tip"))
        p.drawRoundedRect(box, 4, 4)
        p.setPen(self._colour("on_tip"))
        p.setFont(self.name.font)
        p.drawText(box.adjusted(PAD + 2, 0, 0, 0), MIDDLE_LEFT, words)
