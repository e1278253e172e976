"""Bringing a copy back: the copy, a new folder, the recovery sheet, a new password, and the new sheet."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from psyroom.errors import (
    Damaged,
    FolderNotWritable,
    FolderTaken,
    FolderUnsafe,
    NoRoom,
    RoomTrouble,
    Tell,
    WeakPassword,
    WrongRecovery,
)
from psyroom.rules.time import day_name
from psyroom.services.school import context
from psyroom.store import manifest, recovering, recovery, roomfile
from psyroom.store.room import Room
from psyroom.ui import ask, worker
from psyroom.ui.kit.fields import Choice, Field, TextField
from psyroom.ui.kit.texts import text
from psyroom.ui.wizard.frame import Step, Wizard
from psyroom.ui.wizard.room_steps import FolderField, NewPasswordFields, PlaceStep
from psyroom.ui.wizard.sheet_step import SheetStep

STRANDED = (
    "这台电脑没有可用的密钥环，{names}原来的密码在这里用不了。打开以后，请到“设置”的“人员”里，"
    "在各人那一行按“重设密码”，让本人来输。"
)


class CopyStep(Step):
    """Which copy: the folder of a copy, or the folder in which copies lie (then the newest)."""

    def __init__(self) -> None:
        super().__init__("备份", "备份在哪里", "插上备份用的 U 盘，选备份所在的文件夹；里面有几份时用最新的一份。")
        self.folder = FolderField("选备份所在的文件夹")
        self.add(self.field("copy", Field("备份", self.folder)))
        self.found: Path | None = None

    def check(self) -> dict[str, str]:
        if not self.folder.value():
            return {"copy": "请选备份所在的文件夹"}
        try:
            self.found = recovering.find_copy(Path(self.folder.value()))
            roomfile.read(self.found)
        except NoRoom:
            return {"copy": "这里没有找到备份，请选名字像“辅导室-20260901-170000”的文件夹"}
        except RoomTrouble as trouble:
            return {"copy": str(trouble)}
        return {}


class CodeStep(Step):
    """The code from the sheet, who one is, and a new password."""

    next_words = "恢复"

    def __init__(self, room_folder: Callable[[], Path], *, alone: Callable[[], bool]) -> None:
        super().__init__("恢复码", "恢复单和新密码", "照恢复单抄下全部恢复码，分不分组、大小写都行。")
        self._folder, self._alone = room_folder, alone
        self.which = text("", "strong")
        self.which.hide()
        self.add(self.which)
        self.code = TextField("XXXX-XXXX-…")
        self.add(self.field("code", Field("恢复码", self.code, required=True)))
        self.person = Choice({})
        self.add(self.field("person", Field("你是", self.person)))
        self.password = NewPasswordFields(self, label="新密码")

    def arrive(self) -> None:
        told = manifest.read(self._folder())
        if told is not None:  # a copy, not a room that lies here
            at = told.at().astimezone()
            self.which.setText(f"用的是 {day_name(at.date())} {at:%H:%M} 的备份；那以后记的不在里面。")
        self.which.setVisible(told is not None)
        people = [entry.name for entry in roomfile.read(self._folder()).people if entry.role == "counsellor"]
        self.person.set_choices({name: name for name in people})
        self.password.set_terms(alone=self._alone(), names=people)

    def check(self) -> dict[str, str]:
        problems = {}
        try:
            recovery.tidy(self.code.value())
        except WrongRecovery as wrong:
            problems["code"] = str(wrong)
        return problems | self.password.check()


class SheetWizard(Wizard):
    """What every way in with the sheet ends in: the room opened, a new sheet."""

    def __init__(self, title: str, steps: list[Step]) -> None:
        self.room: Room | None = None
        self.sheet = SheetStep("旧的恢复单用过就作废了。请打印这张新的，封好放进保险柜，旧的当面销毁。")
        super().__init__(title, [*steps, self.sheet])

    def _in(self, answer: tuple[Room, str]) -> None:
        self.room, code = answer
        self.sheet.take(self.room, code, context(self.room).name, date.today())
        self.advance()

    def place_of(self, tell: Tell) -> dict[str, str]:
        if isinstance(tell, FolderTaken | FolderUnsafe | FolderNotWritable):
            return {"folder": str(tell)}
        if isinstance(tell, WeakPassword):
            return {"password": str(tell)}
        if isinstance(tell, WrongRecovery):
            return {"code": str(tell)}
        if isinstance(tell, NoRoom | Damaged):
            return {"copy": str(tell)}
        return super().place_of(tell)

    def finish(self) -> None:
        self.sheet.code = ""
        if self.room is not None and self.room.stranded:
            names = "、".join(self.room.stranded)
            ask.tell(self, "同事要重新设密码", STRANDED.format(names=names))
        self.done.emit(self.room)

    def may_close(self) -> bool:
        if self.room is None:
            return super().may_close()
        sure = ask.confirm(self, "新的恢复单留好了吗？", "旧的已经作废。没有恢复单，忘了密码就再也打不开了。",
                           yes="留好了，关闭", grave=True)  # fmt: skip
        if sure:
            self.room.close()
        return sure


class BringBack(SheetWizard):
    """备份 · 存放 · 恢复码 · 恢复单."""

    help_topic = "new-computer"

    def __init__(self) -> None:
        self.copy = CopyStep()
        self.place = PlaceStep("恢复到哪里")
        self.entry = CodeStep(lambda: self.copy.found or Path(), alone=lambda: self.place.use_keyring() is False)
        super().__init__("从备份恢复", [self.copy, self.place, self.entry])

    def between(self, at: int) -> tuple[worker.Work, Callable[[Any], object], str] | None:
        if self.steps[at] is not self.entry:
            return None
        copy, folder, keyring = self.copy.found, self.place.path(), self.place.use_keyring()
        code, person, new = self.entry.code.value(), self.entry.person.value(), self.entry.password.value()
        assert copy is not None
        return (
            lambda: recovering.bring_back(copy, folder, code, person, new, keyring),
            self._in,
            "正在核对备份并恢复…",
        )
