"""The one door for message boxes, file dialogs and questions. Tests replace the answerer: `ask.answerer = …`."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from PySide6.QtCore import QStandardPaths, Qt
from PySide6.QtPrintSupport import QPrintDialog, QPrinter
from PySide6.QtWidgets import QDialog, QFileDialog, QHBoxLayout, QVBoxLayout, QWidget

from psyroom.ui import tokens
from psyroom.ui.icons import Glyph
from psyroom.ui.tokens import SPACE


class Answerer(Protocol):
    """Who answers: the person through a window, or a test."""

    def confirm(self, parent: QWidget, title: str, words: str, yes: str, no: str, grave: bool) -> bool: ...

    def tell(self, parent: QWidget, title: str, words: str) -> None: ...

    def open_file(self, parent: QWidget, title: str, patterns: str) -> Path | None: ...

    def save_file(self, parent: QWidget, title: str, name: str, patterns: str) -> Path | None: ...

    def folder(self, parent: QWidget, title: str, start: Path | None) -> Path | None: ...

    def printer(self, parent: QWidget) -> QPrinter | None: ...


class Question(QDialog):
    """Few words, two buttons; Enter is the harmless one when the other cannot be taken back."""

    def __init__(self, parent: QWidget, title: str, words: str, yes: str, no: str = "", *, grave: bool = False) -> None:
        from psyroom.ui.kit.texts import button, danger, primary, text

        super().__init__(parent)
        self.setWindowTitle("心理辅导室")
        self.setModal(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE * 3, SPACE * 3, SPACE * 3, SPACE * 2)
        column.setSpacing(SPACE * 2)
        top = QHBoxLayout()
        top.setSpacing(SPACE * 2)
        mark = Glyph(
            "warning" if grave else "info" if not no else "question", size=32, role="brick" if grave else "accent"
        )
        top.addWidget(mark, 0, Qt.AlignmentFlag.AlignTop)
        said = QVBoxLayout()
        said.setSpacing(SPACE)
        said.addWidget(text(title, "heading"))
        if words:
            body = text(words)
            body.setMinimumWidth(tokens.now().px(340))
            said.addWidget(body)
        top.addLayout(said, 1)
        column.addLayout(top)
        row = QHBoxLayout()
        row.addStretch(1)
        if no:
            row.addWidget(refuse := button(no, self.reject))
        accept = (danger if grave else primary)(yes, self.accept)
        row.addWidget(accept)
        offered = refuse if no and grave else accept
        offered.setDefault(True)
        offered.setFocus()
        column.addLayout(row)
        self.setMaximumWidth(tokens.now().px(560))


class Person:
    """The person in front of the screen."""

    def __init__(self) -> None:
        self._last = ""

    def _beside(self) -> str:
        """Where the last file of this sitting lay; at first the person's documents."""
        documents = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
        return self._last or (documents if Path(documents).is_dir() else str(Path.home()))

    def _keep(self, found: str) -> Path | None:
        if not found:
            return None
        self._last = str(Path(found).parent)
        return Path(found)

    def confirm(self, parent: QWidget, title: str, words: str, yes: str, no: str, grave: bool) -> bool:
        return Question(parent, title, words, yes, no, grave=grave).exec() == QDialog.DialogCode.Accepted

    def tell(self, parent: QWidget, title: str, words: str) -> None:
        Question(parent, title, words, "知道了").exec()

    def open_file(self, parent: QWidget, title: str, patterns: str) -> Path | None:
        found, _ = QFileDialog.getOpenFileName(parent, title, self._beside(), patterns)
        return self._keep(found)

    def save_file(self, parent: QWidget, title: str, name: str, patterns: str) -> Path | None:
        found, _ = QFileDialog.getSaveFileName(parent, title, str(Path(self._beside()) / name), patterns)
        return self._keep(found)

    def folder(self, parent: QWidget, title: str, start: Path | None) -> Path | None:
        found = QFileDialog.getExistingDirectory(parent, title, str(start) if start else self._beside())
        self._last = found or self._last
        return Path(found) if found else None

    def printer(self, parent: QWidget) -> QPrinter | None:
        printer = QPrinter(QPrinter.PrinterMode.HighResolution)
        dialog = QPrintDialog(printer, parent)
        dialog.setWindowTitle("打印")
        return printer if dialog.exec() == QDialog.DialogCode.Accepted else None


answerer: Answerer = Person()


def confirm(
    parent: QWidget, title: str, words: str = "", *, yes: str = "确定", no: str = "取消", grave: bool = False
) -> bool:
    """Ask before something. `grave`: cannot be taken back; the answer is then never given by Enter alone."""
    return answerer.confirm(parent, title, words, yes, no, grave)


def tell(parent: QWidget, title: str, words: str = "") -> None:
    """Say something that must be read. Ordinary good news is a toast, an error stands in its place."""
    answerer.tell(parent, title, words)


def open_file(parent: QWidget, title: str, patterns: str = "所有文件 (*)") -> Path | None:
    return answerer.open_file(parent, title, patterns)


def save_file(parent: QWidget, title: str, name: str, patterns: str) -> Path | None:
    return answerer.save_file(parent, title, name, patterns)


def folder(parent: QWidget, title: str, start: Path | None = None) -> Path | None:
    return answerer.folder(parent, title, start)


def printer(parent: QWidget) -> QPrinter | None:
    return answerer.printer(parent)
