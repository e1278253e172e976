"""Into a room that lies here: with the recovery sheet (a forgotten password, a computer that does not know the room), or
with a code that somebody inside shows to another account of the same computer."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from psyroom.errors import Tell, WrongRecovery
from psyroom.store import enrolling, recovering, recovery, roomfile
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

    help_topic = "new-computer"

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.entry = _OnlyCode()
        super().__init__("登记这台电脑", [self.entry])

    def between(self, at: int) -> tuple[worker.Work, Callable[[Any], object], str] | None:
        folder, code = self._folder, self.entry.code.value()
        return lambda: recovering.enrol(folder, code), lambda _none: self.done.emit(None), "正在登记…"

    def place_of(self, tell: Tell) -> dict[str, str]:
        return {"code": str(tell)} if isinstance(tell, WrongRecovery) else super().place_of(tell)


class _ShownCode(Step):
    next_words = "登记这个账户"

    def __init__(self) -> None:
        super().__init__(
            "登记",
            "登记这个账户",
            f"请已登录的同事在“设置 · 另一个账户”里显示登记码，照抄在这里。{enrolling.MINUTES} 分钟内有效，只能用一次。",
        )
        self.code = TextField("XXXX-XXXX-…")
        self.add(self.field("code", Field("登记码", self.code, required=True)))

    def check(self) -> dict[str, str]:
        if len(recovery.plain(self.code.value())) != 4 * enrolling.GROUPS:
            return {"code": f"登记码是 {enrolling.GROUPS} 组，每组四个字，请再对一遍"}
        return {}


class EnrolByCode(Wizard):
    """This system account learns the room from a code shown by somebody who is inside; `done` with None."""

    help_topic = "new-computer"

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.entry = _ShownCode()
        super().__init__("登记这个账户", [self.entry])

    def between(self, at: int) -> tuple[worker.Work, Callable[[Any], object], str] | None:
        folder, code = self._folder, self.entry.code.value()
        return lambda: enrolling.accept(folder, code), lambda _none: self.done.emit(None), "正在登记…"

    def place_of(self, tell: Tell) -> dict[str, str]:
        return {"code": str(tell)} if isinstance(tell, enrolling.WrongEnrolment) else super().place_of(tell)
