"""A new recovery sheet: lost, or seen by somebody who should not have. The old one opens nothing any more."""

from __future__ import annotations

import secrets
from collections.abc import Callable

from PySide6.QtWidgets import QHBoxLayout

from psyroom.services import people, sheets
from psyroom.store.room import Room
from psyroom.ui import ask, tokens
from psyroom.ui.kit import Card, Field, PdfPreview, TextField, button, primary, text
from psyroom.ui.tokens import SPACE
from psyroom.ui.window import Shell


class NewSheet(Card):
    """Shown until one group was typed back; `done` takes it away. The code lives only here."""

    help_topic = "passwords"

    def __init__(self, room: Room, shell: Shell, code: str, done: Callable[[], object]) -> None:
        super().__init__(
            "新的恢复单", "原来那张已经作废，请当面销毁。现在就打印这一张，封好，放进保险柜。", tone="amber"
        )
        self.room, self.shell, self.code, self._done = room, shell, code, done
        self.preview = PdfPreview(sheets.recovery_pdf(room, code))
        self.preview.setMinimumHeight(tokens.now().px(360))
        self.add(self.preview)
        self.asked = secrets.randbelow(8)
        self.answer = TextField()
        self.field = Field(f"照纸上抄下第 {self.asked + 1} 组", self.answer, "四个字，大小写都行")
        self.add(self.field)
        row = QHBoxLayout()
        row.setSpacing(SPACE)
        row.addWidget(primary("核对好了", self.finish))
        row.addWidget(button("另存为 PDF…", self._save, icon_name="file-pdf"))
        row.addStretch(1)
        self.body.addLayout(row)
        self.said = text("", "soft")
        self.add(self.said)
        self.answer.returnPressed.connect(self.finish)

    def _save(self) -> None:
        found = ask.save_file(self, "恢复单另存为", "恢复单.pdf", "PDF (*.pdf)")
        if found is None:
            return
        target = found.with_suffix(".pdf")
        if self.shell.attempt(lambda: sheets.write_recovery(self.room, self.code, target)):
            self.said.setText("已保存。打印后请把这个文件删掉，不要留在电脑里。")

    def finish(self) -> None:
        """Only whoever really looked at the sheet goes on."""
        if not people.is_sheet_group(self.code, self.asked, self.answer.value()):
            self.field.problem(f"和恢复单的第 {self.asked + 1} 组不一样，请再对一遍")
            self.answer.setFocus()
            return
        self.code = ""
        self._done()
