"""The list of who is expected on the next school day, by class, as the real page."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from psyroom.errors import Tell
from psyroom.rules.time import day_name
from psyroom.services import sheets
from psyroom.services.sheets import Made
from psyroom.services.today import next_school_day
from psyroom.store.room import Room
from psyroom.ui.kit import DayField, Field, PageHeader, PdfPreview, button, text
from psyroom.ui.tokens import SPACE
from psyroom.ui.window import Shell


class TomorrowPreview(QWidget):
    """In the calendar's place; `back` returns to it."""

    def __init__(self, room: Room, shell: Shell, today: date, back: Callable[[], object]) -> None:
        super().__init__()
        self.room, self.shell = room, shell
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE)
        column.addWidget(
            PageHeader(
                "预约名单",
                "每班一条，裁开交给班主任；只有姓名、时间和地点，不写原因。",
                button("返回", back, icon_name="caret-left", shortcut="Esc"),
            )
        )
        row = QHBoxLayout()
        self.day = DayField(today=lambda: today)
        self.day.set_value(next_school_day(room, today))
        row.addWidget(Field("哪一天", self.day))
        row.addStretch(1)
        column.addLayout(row)
        self.trouble = text("", "error")
        self.trouble.hide()
        column.addWidget(self.trouble)
        self.preview = PdfPreview()
        column.addWidget(self.preview, 1)
        self.day.edited.connect(self.make)
        self.make()

    def make(self) -> None:
        """Make the page of the day anew."""
        day = self.day.value()
        if isinstance(day, date):
            self.shell.run(self, lambda: sheets.tomorrow(self.room, day), done=self._made, failed=self._failed)

    def _made(self, made: Made) -> None:
        self.trouble.setVisible(bool(made.missing))
        if made.missing:
            self.trouble.setText(f"这些字没有字形，纸上印成〓：{made.missing}")
        self.preview.show_pdf(made.pdf)

    def _failed(self, told: Tell) -> None:
        day = self.day.value()
        self.trouble.setText(f"{day_name(day) if isinstance(day, date) else ''}：{told}")
        self.trouble.show()
