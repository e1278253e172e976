"""The month's rota on paper, seen as the real page, printed or saved."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from psyroom.services import rota_sheet
from psyroom.store.room import Room
from psyroom.ui.kit import PageHeader, button, primary
from psyroom.ui.pages.paper_view import PaperView
from psyroom.ui.window import Shell


class RotaPreview(PaperView):
    """In the rota's place; `back` returns to it."""

    help_topic = "rota"

    def __init__(self, room: Room, shell: Shell, year: int, month: int, back: Callable[[], object]) -> None:
        super().__init__(room, shell)
        self.column.addWidget(
            PageHeader(
                f"{year} 年 {month} 月值班表",
                "贴在门口或发给值班教师；表里没有学生姓名。",
                button("返回", back, icon_name="caret-left", shortcut="Esc"),
                primary("存成 PDF 和 Excel", self.save, icon_name="download-simple", shortcut="Ctrl+S"),
            )
        )
        self.column.addWidget(self.trouble)
        self.column.addWidget(self.preview, 1)
        make = partial(rota_sheet.month_sheet, room, year, month)
        shell.run(self, make, done=self.show_made, failed=self.show_trouble)
