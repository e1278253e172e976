"""The month's rota on paper, seen as the real page, printed or saved."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QVBoxLayout, QWidget

from psyroom.errors import Tell
from psyroom.services import outgoing, rota_sheet
from psyroom.services.sheets import Made
from psyroom.store.room import Room
from psyroom.ui import ask
from psyroom.ui.kit import PageHeader, PdfPreview, button, primary, text
from psyroom.ui.tokens import SPACE
from psyroom.ui.window import Shell


class RotaPreview(QWidget):
    """In the rota's place; `back` returns to it."""

    help_topic = "rota"

    def __init__(self, room: Room, shell: Shell, year: int, month: int, back: Callable[[], object]) -> None:
        super().__init__()
        self.room, self.shell = room, shell
        self._made: Made | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE)
        column.addWidget(
            PageHeader(
                f"{year} 年 {month} 月值班表",
                "贴在门口或发给值班教师；表里没有学生姓名。",
                button("返回", back, icon_name="caret-left", shortcut="Esc"),
                primary("存成 PDF 和 Excel", self.save, icon_name="download-simple", shortcut="Ctrl+S"),
            )
        )
        self.trouble = text("", "error")
        self.trouble.hide()
        column.addWidget(self.trouble)
        self.preview = PdfPreview()
        column.addWidget(self.preview, 1)
        shell.run(self, lambda: rota_sheet.month_sheet(room, year, month), done=self._shown, failed=self._failed)

    def _shown(self, made: Made) -> None:
        self._made = made
        self.trouble.setVisible(bool(made.missing))
        if made.missing:
            self.trouble.setText(f"这些字没有字形，纸上印成〓：{made.missing}")
        self.preview.show_pdf(made.pdf)

    def _failed(self, told: Tell) -> None:
        self.trouble.setText(str(told))
        self.trouble.show()

    def save(self) -> None:
        if (made := self._made) is None:
            return
        folder = ask.folder(self, "存到哪个文件夹")
        if folder is None:
            return
        files = {f"{made.name}.pdf": made.pdf} | ({f"{made.name}.xlsx": made.xlsx} if made.xlsx is not None else {})
        if self.shell.attempt(lambda: outgoing.put(self.room, files, folder)):
            self.shell.toast(f"存好了：{'、'.join(files)}")
