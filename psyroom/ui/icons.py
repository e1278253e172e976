"""The one icon set (Phosphor, out of qtawesome's package), painted in the present palette at any size.

The face is loaded straight from qtawesome's files: importing that package loads eleven faces and takes as long as
the whole window needs to appear.
"""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QAction, QColor, QFont, QFontDatabase, QIcon, QPainter, QPixmap
from PySide6.QtWidgets import QAbstractButton, QPushButton, QWidget

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


@lru_cache(maxsize=512)
def _made(name: str, colour: str, resting: str, sides: tuple[int, ...], apart: bool) -> QIcon:
    # pictures, not an icon engine of our own: Qt deletes the clones it asks of one while Python still holds them
    made = QIcon()
    for mode, ink in ((QIcon.Mode.Normal, colour), (QIcon.Mode.Disabled, resting)):
        for side in sides:
            picture = QPixmap(side + (_gap(side) if apart else 0), side)
            picture.fill(Qt.GlobalColor.transparent)
            painter = QPainter(picture)
            draw(painter, name, QRect(0, 0, side, side), ink)
            painter.end()
            made.addPixmap(picture, mode)
    return made


def _gap(side: int) -> int:
    """Free pixels behind an icon that words follow: Qt's own are too few for a picture that fills its square."""
    return side // 6


def icon(name: str, role: str = "ink", *, apart: bool = False) -> QIcon:
    """An icon by its Phosphor name (`calendar-blank`, `student`, `plus`), in the present colour of a palette role.
    `apart`: with a little room behind it, for words."""
    look = tokens.now()
    sides = tuple(sorted({16, look.px(16), look.px(18), look.px(18) * 2}))
    return _made(name, look.colour(role), look.colour("faint"), sides, apart)


def wear(target: QAbstractButton | QAction, name: str, role: str) -> None:
    """Give a button or an action its icon, and let it change with the look."""
    target.setProperty("worn", f"{name} {role}")
    _put_on(target, name, role)


def _put_on(target: QAbstractButton | QAction, name: str, role: str) -> None:
    apart = isinstance(target, QPushButton)  # one that is only an icon is a QToolButton
    target.setIcon(icon(name, role, apart=apart))
    if isinstance(target, QAbstractButton):
        side = tokens.now().px(18)
        target.setIconSize(QSize(side + (_gap(side) if apart else 0), side))


def redress(widgets: Iterable[QWidget]) -> None:
    """The look has changed: draw anew what `wear` gave."""
    for widget in widgets:
        for target in (widget, *widget.actions()):
            worn = target.property("worn")
            if isinstance(worn, str) and isinstance(target, QAbstractButton | QAction):
                name, role = worn.split(" ")
                _put_on(target, name, role)


class Glyph(QWidget):
    """An icon as a widget of its own; `size` in pixels at 100 %."""

    def __init__(self, name: str, *, size: int = 20, role: str = "soft", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        _glyph(name)  # a name that is not in the set fails here, not inside Qt's painting
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
