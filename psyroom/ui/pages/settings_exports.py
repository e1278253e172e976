"""设置 · 外出登记: what left the room with names in it, when, by whom, to whom, why, sealed or not; to find in and print."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from psyroom.services import export_sheet, exports
from psyroom.services.exports import Left
from psyroom.services.school import SchoolContext, context
from psyroom.store.room import Room
from psyroom.ui.kit import Choice, Row, RowList, TextField, button, day_words, quiet, text
from psyroom.ui.kit.flow import empty_layout
from psyroom.ui.pages.export_dialog import Leaving, ask_to_leave
from psyroom.ui.pages.settings_base import Section
from psyroom.ui.tokens import SPACE
from psyroom.ui.window import Shell

FIRST = 8
"""Lines shown before the rest is asked for."""
EMPTY = "还没有材料出去过。导出或打印有姓名的材料时，会在这里记下时间、原因和去向。"
NOTHING = "没有找到，换几个字试试。"


class ExportsSection(Section):
    help_topic = "exports"
    KEY = "exports"
    KINDS = frozenset({"export", "student"})

    def __init__(self, room: Room, shell: Shell) -> None:
        super().__init__(room, shell, "外出登记", "有姓名的材料什么时候、为什么、交给了谁；只能看，不能改。")
        self._all = False
        row = QHBoxLayout()
        row.setSpacing(SPACE)
        self.line = TextField("按姓名、内容、原因、去向查找")
        self.line.setAccessibleName("在外出登记里查找")
        self.line.edited.connect(self._again)
        row.addWidget(self.line, 1)
        self.how = Choice({"": "全部", "file": "文件", "paper": "打印"}, as_list=False)
        self.how.edited.connect(self._again)
        row.addWidget(self.how)
        self.print_button = button("打印登记", self.print, icon_name="printer", small=True)
        row.addWidget(self.print_button)
        self.tools = QWidget()
        self.tools.setLayout(row)
        row.setContentsMargins(0, 0, 0, 0)
        self.body.addWidget(self.tools)
        self._rows = QVBoxLayout()
        self._rows.setSpacing(SPACE)
        self.body.addLayout(self._rows)

    def show_school(self, school: SchoolContext) -> None:
        lines = exports.listed(self.room, words=self.line.value(), how=self.how.value())
        filtered = bool(self.line.value() or self.how.value())
        self.tools.setVisible(bool(lines) or filtered)
        self.print_button.setEnabled(bool(lines))
        empty_layout(self._rows)
        if not lines:
            self._rows.addWidget(text(NOTHING if filtered else EMPTY, "soft"))
            return
        shown = lines if self._all else lines[:FIRST]
        self.rows = RowList([self._row(line) for line in shown])
        self._rows.addWidget(self.rows)
        if len(shown) < len(lines):
            self._rows.addWidget(quiet(f"看全部 {len(lines)} 条", self._show_all, tip="看全部"))

    def _again(self) -> None:
        self.show_school(context(self.room))

    def _row(self, left: Left) -> Row:
        tone = "" if left.how == "paper" else "good" if left.sealed else "amber"
        return Row(
            " · ".join(filter(None, (left.kind, export_sheet.whose(left)))),
            f"{day_words(left.at.date())} {left.at:%H:%M} · {left.who} 交给 {left.receiver}，{left.reason}",
            icon="printer" if left.how == "paper" else "lock-simple" if left.sealed else "file-text",
            tags=((export_sheet.way(left), tone),),
            key=left.id,
            whole=True,
        )

    def _show_all(self) -> None:
        self._all = True
        self._again()
        self.rows.setFocus()

    def print(self) -> None:
        """The lines that are shown, as a paper; it names children too, so it goes by the same dialog."""
        words, how = self.line.value(), self.how.value()
        students = dict.fromkeys(
            child.id for left in exports.listed(self.room, words=words, how=how) for child in left.students
        )
        leaving = Leaving(
            export_sheet.TITLE, tuple(students), lambda _ticks: export_sheet.sheet(self.room, words=words, how=how)
        )
        ask_to_leave(self.shell, leaving)
