"""The opening log on paper, the week or the semester, and the week for the door: seen as the real page, printed or saved."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from PySide6.QtWidgets import QHBoxLayout

from psyroom.services import papers, sheets
from psyroom.services.school import context
from psyroom.services.week_words import dates_of
from psyroom.store.room import Room
from psyroom.ui.kit import Choice, PageHeader, button, primary, text, tool
from psyroom.ui.pages.paper_view import PaperView
from psyroom.ui.tokens import SPACE
from psyroom.ui.window import Shell

RECORD = "放进档案盒，或学期末一并上交；表里没有学生姓名。"
DOOR = "贴在门口：这一周哪天几点开门、谁在；没有预约，也没有学生。"


class SheetPreview(PaperView):
    """One page in the opening page's place; `back` returns to it."""

    help_topic = "papers"

    def __init__(self, room: Room, shell: Shell, day: date, back: Callable[[], object], which: str = "week") -> None:
        super().__init__(room, shell)
        self.back = back
        school = context(room)
        self._term = school.term_on(day)
        self._week = self._term.week_of(day) or 1
        self.keep = primary("存成 PDF 和 Excel", self.save, icon_name="download-simple", shortcut="Ctrl+S")
        self.header = PageHeader(
            "开放记录表", RECORD, button("返回", self.back, icon_name="caret-left", shortcut="Esc"), self.keep
        )
        self.column.addWidget(self.header)
        row = QHBoxLayout()
        row.setSpacing(SPACE * 2)
        self.which = Choice({"week": "周表", "term": "学期表", "door": "门口时间表"})
        self.which.set_value(which)
        self.which.edited.connect(self._show)
        row.addWidget(self.which)
        row.addWidget(tool("caret-left", "上一周", lambda: self._walk(-1), shortcut="Alt+PgUp"))
        self.span = text("", "strong", wrap=False)
        row.addWidget(self.span)
        row.addWidget(tool("caret-right", "下一周", lambda: self._walk(1), shortcut="Alt+PgDown"))
        row.addStretch(1)
        self.column.addLayout(row)
        self.column.addWidget(self.trouble)
        self.column.addWidget(self.preview, 1)
        self._show()

    def _walk(self, by: int) -> None:
        self._week = max(1, min(self._term.weeks, self._week + by))
        self._show()

    def _show(self) -> None:
        whole, door = self.which.value() == "term", self.which.value() == "door"
        term, week = self._term, self._week
        self.header.title.setText("门口时间表" if door else "开放记录表")
        self.header.set_question(DOOR if door else RECORD)
        self.keep.setText("存成 PDF" if door else "存成 PDF 和 Excel")
        self.span.setText(term.name if whole else f"第 {week} 周  {dates_of(term, week)}")
        makes = {
            "week": lambda: sheets.week(self.room, term.monday(week)),
            "term": lambda: sheets.term_log(self.room, term.code),
            "door": lambda: papers.door_week(self.room, term.monday(week)),
        }
        self.shell.run(self, makes[self.which.value()], done=self.show_made, failed=self.show_trouble)
