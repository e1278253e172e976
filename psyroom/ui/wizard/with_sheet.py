"""Into a room that lies here, with the recovery sheet: a forgotten password, or a computer that does not know the room."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from psyroom.errors import Tell, WrongRecovery
from psyroom.store import recovering, recovery, roomfile
from psyroom.ui import worker
from psyroom.ui.kit.fields import Field, TextField
from psyroom.ui.wizard.bring_back import CodeStep, SheetWizard
from psyroom.ui.wizard.frame import Step, Wizard


class NewPassword(SheetWizard):
    """A counsellor who forgot the password: code, new password, new sheet."""

    help_topic = "passwords"

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.entry = CodeStep(lambda: folder, alone=lambda: not roomfile.read(folder).secret)
        self.entry.next_words = "设新密码"
        super().__init__("用恢复单设新密码", [self.entry])

    def between(self, at: int) -> tuple[worker.Work, Callable[[Any], object], str] | None:
        if self.steps[at] is not self.entry:
            return None
        folder, code, person = self._folder, self.entry.code.value(), self.entry.person.value()
        new = self.entry.password.value()
        return lambda: recovering.recover(folder, code, person, new), self._in, "正在核对恢复码…"


class _OnlyCode(Step):
    next_words = "登记这台电脑"

    def __init__(self) -> None:
        super().__init__("登记", "登记这台电脑", "照恢复单抄下全部恢复码。登记后，大家原来的密码在这台电脑上都能用。")
        self.code = TextField("XXXX-XXXX-…")
        self.add(self.field("code", Field("恢复码", self.code, required=True)))

    def check(self) -> dict[str, str]:
        try:
            recovery.tidy(self.code.value())
        except WrongRecovery as wrong:
            return {"code": str(wrong)}
        return {}


class Enrol(Wizard):
    """This computer (or system account) learns the room; `done` with None."""

    help_topic = "passwords"

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.entry = _OnlyCode()
        super().__init__("登记这台电脑", [self.entry])

    def between(self, at: int) -> tuple[worker.Work, Callable[[Any], object], str] | None:
        folder, code = self._folder, self.entry.code.value()
        return lambda: recovering.enrol(folder, code), lambda _none: self.done.emit(None), "正在登记…"

    def place_of(self, tell: Tell) -> dict[str, str]:
        return {"code": str(tell)} if isinstance(tell, WrongRecovery) else super().place_of(tell)
