"""The first time here: make our room, look around in a practice school, or bring back a copy."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from psyroom.ui import tokens
from psyroom.ui.brand import Brand
from psyroom.ui.icons import Glyph
from psyroom.ui.kit.texts import quiet, text
from psyroom.ui.tokens import SPACE


class Tile(QPushButton):
    """A large button: icon, what it does, and in grey what that means."""

    def __init__(self, icon_name: str, what: str, meaning: str) -> None:
        super().__init__()
        self.setProperty("kind", "tile")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName(f"{what}：{meaning}")
        self.setAutoDefault(True)
        px = tokens.now().px
        row = self._row = QHBoxLayout(self)
        row.setContentsMargins(px(18), px(14), px(18), px(14))
        row.setSpacing(SPACE * 2)
        row.addWidget(Glyph(icon_name, size=30, role="accent"))
        words = QVBoxLayout()
        words.setSpacing(2)
        for label in (text(what, "heading", wrap=False), text(meaning, "soft")):
            label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
            words.addWidget(label)
        row.addLayout(words, 1)
        row.addWidget(Glyph("caret-right", size=18, role="faint"))

    def sizeHint(self) -> QSize:
        inner = self._row.sizeHint()
        return QSize(inner.width(), max(inner.height(), tokens.now().px(84)))

    def minimumSizeHint(self) -> QSize:
        return QSize(tokens.now().px(240), self.sizeHint().height())


class Welcome(QWidget):
    """Three ways to begin; rooms opened here before stand below."""

    make = Signal()
    look = Signal()
    bring = Signal()
    open = Signal(str)
    help = Signal()
    help_topic = "start"

    def __init__(self, rooms: Sequence[str] = ()) -> None:
        super().__init__()
        outer = QVBoxLayout(self)
        outer.setContentsMargins(SPACE * 3, SPACE * 3, SPACE * 3, SPACE * 3)
        outer.addStretch(2)
        outer.addWidget(Brand(44))
        hint = text("约谁、谁来过、开了多久、该报什么，都在这里。不联网，资料加密保存在这台电脑上。", "soft")
        hint.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        outer.addWidget(hint)
        outer.addSpacing(SPACE * 2)
        holder = QWidget()
        holder.setFixedWidth(tokens.now().px(520))
        column = QVBoxLayout(holder)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE + 4)
        self.tiles = {
            "make": Tile("door", "建一间辅导室", "填学校、作息和密码，五分钟就能开始用"),
            "look": Tile("student", "先看看练习学校", "练习模式：编出来的学校和学生，随便试，不会留下什么"),
            "bring": Tile("clock-counter-clockwise", "从备份恢复", "换了电脑，或资料坏了：用备份和恢复单找回来"),
        }
        self.tiles["make"].clicked.connect(lambda _on=False: self.make.emit())
        self.tiles["look"].clicked.connect(lambda _on=False: self.look.emit())
        self.tiles["bring"].clicked.connect(lambda _on=False: self.bring.emit())
        for tile in self.tiles.values():
            column.addWidget(tile)
        outer.addWidget(holder, 0, Qt.AlignmentFlag.AlignHCenter)
        outer.addSpacing(SPACE)
        self._rooms = QVBoxLayout()
        self._rooms.setSpacing(2)
        outer.addLayout(self._rooms)
        self.set_rooms(rooms)
        outer.addStretch(3)

    def set_rooms(self, rooms: Sequence[str]) -> None:
        """Rooms that can be opened: the last four, and any other folder."""
        while self._rooms.count():
            if (gone := self._rooms.takeAt(0).widget()) is not None:
                gone.deleteLater()
        middle = Qt.AlignmentFlag.AlignHCenter
        for folder in rooms[:4]:
            again = partial(self.open.emit, folder)
            words = f"打开：{Path(folder).name or folder}"
            self._rooms.addWidget(quiet(words, again, icon_name="door", small=True, tip=folder), 0, middle)
        self._rooms.addWidget(quiet("打开已有的辅导室…", lambda: self.open.emit(""), small=True), 0, middle)
        self._rooms.addWidget(quiet("帮助", self.help.emit, small=True, tip="帮助（F1）"), 0, middle)

    def focus_first(self) -> None:
        self.tiles["make"].setFocus()

    def keyPressEvent(self, event: object) -> None:
        key = event.key()  # type: ignore[attr-defined]
        by = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(key)
        row = list(self.tiles.values())
        at = next((i for i, tile in enumerate(row) if tile.hasFocus()), None)
        if by and at is not None:
            row[max(0, min(at + by, len(row) - 1))].setFocus()
        else:
            super().keyPressEvent(event)  # type: ignore[arg-type]
