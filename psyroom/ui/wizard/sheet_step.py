"""The recovery sheet: shown as the real page, printed or saved, one group typed back so that it was really looked at."""

from __future__ import annotations

import secrets
from datetime import date
from pathlib import Path

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from psyroom.errors import CannotWriteFile
from psyroom.reports.recovery import recovery_sheet
from psyroom.store import recovery
from psyroom.store.room import Room
from psyroom.ui import ask, tokens
from psyroom.ui.kit.cards import Card
from psyroom.ui.kit.fields import Field, TextField
from psyroom.ui.kit.preview import PdfPreview
from psyroom.ui.kit.texts import button, text
from psyroom.ui.tokens import SPACE
from psyroom.ui.wizard.frame import Step


def write_beside(path: Path, data: bytes) -> None:
    """Write a file beside its goal and swap it in. Raises `CannotWriteFile`."""
    beside = path.with_name(path.name + ".part")
    try:
        beside.write_bytes(data)
        beside.replace(path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise CannotWriteFile(name=path.name, why=error.strerror or "请换一个位置") from None


class SheetStep(Step):
    """Comes after the room is made; there is no way back from it."""

    help_topic = "passwords"

    wide = True
    can_go_back = False
    next_words = "打开辅导室"

    def __init__(self, why: str = "这张纸是忘记密码、换电脑时唯一的办法。现在就打印，封好，放进学校的保险柜。") -> None:
        super().__init__("恢复单", "恢复单", why)
        self.code = ""
        self.room: Room | None = None
        self.asked = 0
        across = QHBoxLayout()
        across.setSpacing(SPACE * 3)
        self.preview = PdfPreview(printable=False)
        across.addWidget(self.preview, 3)
        side = QWidget()
        side.setFixedWidth(tokens.now().px(270))
        column = QVBoxLayout(side)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE * 2)
        get = Card("1. 留在纸上")
        get.add(button("打印", self.preview.print, icon_name="printer", shortcut="Ctrl+P"))
        get.add(button("另存为 PDF…", self._save, icon_name="file-pdf"))
        self.saved = text("没有打印机，就照着抄一遍。", "small")
        get.add(self.saved)
        column.addWidget(get)
        check = Card("2. 核对一组")
        self.answer = TextField()
        self.answer.setMaxLength(12)
        self._field = self.field("group", Field("", self.answer, "从纸上抄，大小写都行"))
        check.add(self._field)
        column.addWidget(check)
        column.addStretch(1)
        across.addWidget(side)
        self.column.addLayout(across, 1)

    def take(self, room: Room, code: str, school: str, day: date) -> None:
        """The room that was made and its code; the sheet is drawn from memory."""
        self.room, self.code = room, code
        self.preview.show_pdf(recovery_sheet(school, day, code, practice=room.practice))
        self.asked = secrets.randbelow(8)
        self._field.set_hint(f"请照纸上抄下第 {self.asked + 1} 组（四个字）", "small")

    def _save(self) -> None:
        found = ask.save_file(self, "恢复单另存为", "恢复单.pdf", "PDF (*.pdf)")
        if found is None or self.room is None:
            return
        if found.resolve().is_relative_to(self.room.folder.resolve()):
            self._say("不能存在辅导室的文件夹里：文件夹丢了，恢复单也就丢了。请存到 U 盘上。", "error")
            return
        try:
            write_beside(found.with_suffix(".pdf"), self.preview.pdf())
        except CannotWriteFile as error:
            self._say(str(error), "error")
            return
        self._say("已保存。打印后请把这个文件删掉，不要留在电脑里。", "warning")

    def _say(self, words: str, kind: str) -> None:
        from psyroom.ui.kit.texts import set_kind

        self.saved.setText(words)
        set_kind(self.saved, kind)

    def check(self) -> dict[str, str]:
        if not recovery.is_group(self.code, self.asked, self.answer.value()):
            return {"group": f"和恢复单的第 {self.asked + 1} 组不一样，请再对一遍"}
        return {}
