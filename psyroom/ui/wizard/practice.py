"""Looking around: a practice school is made anew and opened."""

from __future__ import annotations

import shutil
from collections.abc import Generator
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from psyroom.errors import Tell
from psyroom.paths import practice_folder
from psyroom.store import roomfile
from psyroom.ui import tokens, worker
from psyroom.ui.brand import Mark
from psyroom.ui.kit.bars import Progress
from psyroom.ui.kit.texts import quiet, text
from psyroom.ui.tokens import SPACE


def make(folder: Path) -> Generator[tuple[int, int], None, Any]:
    """Throw the last practice school away, make one anew, open it. Anything that is not one stays untouched."""
    from psyroom.practice.making import make_practice

    if roomfile.exists(folder) and roomfile.read(folder).practice:
        shutil.rmtree(folder)
    room = yield from make_practice(folder)
    return room


class Practice(QWidget):
    """Makes the school as soon as it is shown; `done` with the opened room, `left` when given up."""

    done = Signal(object)
    left = Signal()

    def __init__(self, folder: Path | None = None) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE * 3, SPACE * 3, SPACE * 3, SPACE * 3)
        column.setSpacing(SPACE * 2)
        middle = Qt.AlignmentFlag.AlignHCenter
        column.addStretch(2)
        column.addWidget(Mark(56), 0, middle)
        heading = text("正在准备练习学校", "title")
        heading.setAlignment(middle)
        column.addWidget(heading)
        words = text("九百个编出来的学生，一个半学期的预约和开放记录。每一屏、每张纸上都写着“练习”。", "soft")
        words.setAlignment(middle)
        column.addWidget(words)
        self.progress = Progress("正在编写", self._give_up)
        self.progress.setFixedWidth(tokens.now().px(420))
        column.addWidget(self.progress, 0, middle)
        self.trouble = text("", "error")
        self.trouble.setAlignment(middle)
        column.addWidget(self.trouble)
        self._back = quiet("返回", self.left.emit)
        self._back.hide()
        column.addWidget(self._back, 0, middle)
        column.addStretch(3)
        self._job = worker.run(
            self,
            make(folder or practice_folder()),
            done=self.done.emit,
            failed=self._failed,
            progress=self.progress.set,
        )

    def _give_up(self) -> None:
        self._job.cancel()
        self.left.emit()

    def _failed(self, tell: Tell) -> None:
        self.progress.hide()
        self.trouble.setText(str(tell))
        self._back.show()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self._give_up()
        else:
            super().keyPressEvent(event)
