"""A sheet seen as the real page, and what every such view does alike: say what could not be printed, save it."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from psyroom.errors import Tell
from psyroom.services import outgoing
from psyroom.services.sheets import Made
from psyroom.store.room import Room
from psyroom.ui import ask
from psyroom.ui.kit import PdfPreview, text
from psyroom.ui.tokens import SPACE
from psyroom.ui.window import Shell


class PaperView(QWidget):
    """In a page's place. A view lays its own rows into `column`, then `trouble` and `preview` where it wants them;
    `made` is what stands there now."""

    def __init__(self, room: Room, shell: Shell) -> None:
        super().__init__()
        self.room, self.shell = room, shell
        self.made: Made | None = None
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(SPACE)
        self.trouble = text("", "error")
        self.trouble.hide()
        self.preview = PdfPreview()

    def show_made(self, made: Made) -> None:
        self.made = made
        self.trouble.setVisible(bool(made.missing))
        if made.missing:
            self.trouble.setText(not_printed(made.missing))
        self.preview.show_pdf(made.pdf)

    def show_trouble(self, told: Tell) -> None:
        self.trouble.setText(str(told))
        self.trouble.show()

    def save(self) -> None:
        """The PDF, and the workbook where there is one, into a folder."""
        if (made := self.made) is None:
            return
        folder = ask.folder(self, "存到哪个文件夹")
        if folder is None:
            return
        files = {f"{made.name}.pdf": made.pdf} | ({f"{made.name}.xlsx": made.xlsx} if made.xlsx is not None else {})
        if self.shell.attempt(lambda: outgoing.put(self.room, files, folder)):
            self.shell.toast(f"存好了：{'、'.join(files)}")


def not_printed(missing: str) -> str:
    """The sentence about characters no face has."""
    return f"这些字没有字形，纸上印成〓：{missing}"
