"""Longer text for reading: open lines, selectable, parts of it marked (found, added, taken out)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QLabel, QSizePolicy

from psyroom.rules.differences import Piece
from psyroom.ui import tokens

LINE = 130  # percent of the face's own line, which is generous already for Chinese
SIGNS = {"new": "＋", "gone": "－"}
"""Before what was added or taken out: the colour does not carry the meaning alone."""


class Reading(QLabel):
    """Wrapped text with room between its lines. `set_pieces` takes (words, mark): mark is empty, `hit`, `new`, `gone`."""

    def __init__(self, words: str = "", *, kind: str = "") -> None:
        super().__init__()
        self._pieces: list[tuple[str, str]] = []
        self.setTextFormat(Qt.TextFormat.RichText)
        self.setWordWrap(True)
        if kind:
            self.setProperty("kind", kind)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.set_pieces([(words, "")])

    def set_pieces(self, pieces: Iterable[tuple[str, str]]) -> None:
        self._pieces = [piece for piece in pieces if piece[0]]
        self._show()

    def words(self) -> str:
        """The text without marks."""
        return "".join(words for words, _mark in self._pieces)

    def marked(self, mark: str) -> list[str]:
        return [words for words, found in self._pieces if found == mark]

    def _show(self) -> None:
        body = "".join(_html(words, mark) for words, mark in self._pieces)
        lines = "".join(
            f'<p style="margin:0; line-height:{LINE}%">{line or "&nbsp;"}</p>' for line in body.split("<br>")
        )
        self.setText(lines if self._pieces else "")
        self.setAccessibleName(self.words())

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange and any(mark for _, mark in self._pieces):
            self._show()


def _html(words: str, mark: str) -> str:
    p = tokens.now().palette
    styles = {
        "hit": f"background-color:{p.amber_wash}; color:{p.ink}; font-weight:700",
        "new": f"background-color:{p.good_wash}; color:{p.good}; text-decoration:underline",
        "gone": f"background-color:{p.brick_wash}; color:{p.brick}; text-decoration:line-through",
    }
    parts = [escape(part).replace("  ", " &nbsp;") for part in words.split("\n")]
    if mark in styles:  # each line for itself: a paragraph of its own follows
        sign = SIGNS.get(mark, "")
        parts = [
            f'<span style="{styles[mark]}">{sign if at == 0 else ""}{part}</span>' for at, part in enumerate(parts)
        ]
    return "<br>".join(parts)


def with_marks(words: str, marks: Sequence[tuple[int, int]]) -> list[tuple[str, str]]:
    """The words cut at what was found, for `set_pieces`."""
    found: list[tuple[str, str]] = []
    at = 0
    for start, end in sorted(marks):
        if start >= at:
            found += [(words[at:start], ""), (words[start:end], "hit")]
            at = end
    return [*found, (words[at:], "")]


def of_side(pieces: Sequence[Piece], mark: str) -> list[tuple[str, str]]:
    """One side of a comparison, its changes marked `new` or `gone`."""
    return [(piece.words, mark if piece.changed else "") for piece in pieces]
