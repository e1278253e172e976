"""The one icon set (Phosphor, out of qtawesome's package), painted in the present palette at any size.

The face is loaded straight from qtawesome's files: importing that package loads eleven faces and takes as long as
the whole window needs to appear.
"""

from __future__ import annotations

import importlib.util
import json
from functools import lru_cache
from pathlib import Path

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QIcon, QIconEngine, QPainter, QPixmap
from PySide6.QtWidgets import QWidget

from psyroom.ui import tokens


@lru_cache(maxsize=1)
def _set() -> tuple[str, dict[str, str]]:
    spec = importlib.util.find_spec("qtawesome")
    assert spec is not None and spec.origin is not None
    folder = Path(spec.origin).parent / "fonts"
    number = QFontDatabase.addApplicationFont(str(next(folder.glob("phosphor-[0-9]*.ttf"))))
    charmap = json.loads(next(folder.glob("phosphor-charmap*.json")).read_text("utf-8"))
    return QFontDatabase.applicationFontFamilies(number)[0], charmap


@lru_cache(maxsize=256)
def _glyph(name: str) -> str:
    code = _set()[1][name]
    return chr(int(code, 16))


def known(name: str) -> bool:
    return name in _set()[1]


def draw(painter: QPainter, name: str, rect: QRect, colour: str | QColor) -> None:
    """Paint the icon into the rectangle."""
    font = QFont(_set()[0])
    font.setPixelSize(min(rect.width(), rect.height()))
    painter.save()
    painter.setFont(font)
    painter.setPen(QColor(colour))
    painter.drawText(rect, int(Qt.AlignmentFlag.AlignCenter), _glyph(name))
    painter.restore()


class _Engine(QIconEngine):
    """Paints at paint time, so that a change of theme or size needs no new icon."""

    def __init__(self, name: str, role: str) -> None:
        super().__init__()
        self._name, self._role = name, role

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        role = "faint" if mode == QIcon.Mode.Disabled else self._role
        draw(painter, self._name, rect, tokens.now().colour(role))

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        picture = QPixmap(size)
        picture.fill(Qt.GlobalColor.transparent)
        painter = QPainter(picture)
        self.paint(painter, QRect(QPoint(0, 0), size), mode, state)
        painter.end()
        return picture

    def clone(self) -> QIconEngine:
        return _Engine(self._name, self._role)


def icon(name: str, role: str = "ink") -> QIcon:
    """An icon by its Phosphor name (`calendar-blank`, `student`, `plus`), in the colour of a palette role."""
    return QIcon(_Engine(name, role))


class Glyph(QWidget):
    """An icon as a widget of its own; `size` in pixels at 100 %."""

    def __init__(self, name: str, *, size: int = 20, role: str = "soft", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name, self._size, self._role = name, size, role

    def set(self, name: str, role: str | None = None) -> None:
        self._name, self._role = name, role or self._role
        self.update()

    def sizeHint(self) -> QSize:
        side = tokens.now().px(self._size)
        return QSize(side, side)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: object) -> None:
        side = tokens.now().px(self._size)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRect((self.width() - side) // 2, (self.height() - side) // 2, side, side)
        draw(painter, self._name, box, tokens.now().colour(self._role))
        painter.end()
