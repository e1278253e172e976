"""Where the room lies and how this computer behaves; the first counsellor and the password."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from psyroom.errors import KeyringLocked, WeakPassword
from psyroom.paths import proposed_room_folder
from psyroom.store import folders, passwords, roomfile, secret
from psyroom.ui import ask
from psyroom.ui.kit.cards import Card
from psyroom.ui.kit.fields import Check, Choice, Field, TextField
from psyroom.ui.kit.texts import button, text
from psyroom.ui.tokens import SPACE
from psyroom.ui.unlock import password_field
from psyroom.ui.wizard.frame import Step

RESTORES = {"no": "不会", "yes": "会（还原卡、冰点）", "unsure": "不清楚"}


def free_folder(proposed: Path) -> Path:
    """The proposed folder, or the next one that is still free."""
    taken = proposed
    number = 2
    while taken.exists() and (not taken.is_dir() or any(taken.iterdir())):
        taken = proposed.with_name(f"{proposed.name}{number}")
        number += 1
    return taken


class FolderField(QWidget):
    """A folder typed or chosen; `~` is the home. `taken` makes of a chosen folder the one to use."""

    edited = Signal()

    def __init__(self, title: str, taken: Callable[[Path], Path] = lambda found: found) -> None:
        super().__init__()
        self._title, self._taken = title, taken
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE)
        self.line = TextField()
        self.line.edited.connect(self.edited.emit)
        row.addWidget(self.line, 1)
        row.addWidget(button("选择…", self.choose))
        self.setFocusProxy(self.line)

    def value(self) -> str:
        words = self.line.value()
        return str(Path(os.path.expanduser(words))) if words else ""

    def set_value(self, value: str | Path) -> None:
        self.line.setText(str(value))

    def choose(self) -> None:
        start = Path(self.value()).parent if self.value() else None
        if (found := ask.folder(self, self._title, start)) is not None:
            self.set_value(self._taken(found))


def empty_in(found: Path) -> Path:
    """The chosen folder where it is empty, else a new one in it."""
    return found if not any(found.iterdir()) else free_folder(found / "心理辅导室")


class PlaceStep(Step):
    """The folder, refused where data get lost or copied; whether this computer forgets at every start."""

    def __init__(self, heading: str = "资料放在哪里", *, ask_restore: bool = True) -> None:
        super().__init__(
            "存放", heading, "放在固定硬盘上，不放 U 盘、网盘和共享文件夹。里面的文件都加了密，不要手工改动。"
        )
        self.folder = FolderField("选一个空文件夹", empty_in)
        self.folder.set_value(free_folder(proposed_room_folder()))
        self.add(self.field("folder", Field("文件夹", self.folder, "要一个空的、或还不存在的文件夹")))
        self.restores = Choice(RESTORES)
        self.restores.set_value("no")
        self._restore = self.field("restores", Field("这台电脑关机后会还原吗？", self.restores, ""))
        self.add(self._restore)
        self._restore.setVisible(ask_restore)
        self.restores.edited.connect(self._say)
        self._say()

    def _say(self) -> None:
        words = {
            "no": "会在系统的密钥环里另存一把钥匙：文件夹被拷走，只猜到密码也打不开",
            "yes": "不用系统的密钥环，密码要更长（至少 12 个字符）。文件夹必须放在不还原的硬盘上，不然关机就没了",
            "unsure": "先按会还原来做，密码要更长（至少 12 个字符）。请向管电脑的老师问清楚哪个硬盘不会还原",
        }[self.restores.value()]
        plain = self.restores.value() == "no"
        if plain and not _has_keyring():
            plain = False
            words = "这台电脑没有系统密钥环，资料只靠密码保护，密码要更长（至少 12 个字符）"
        self._restore.set_hint(words, "small" if plain else "warning")

    def use_keyring(self) -> bool | None:
        """None: use one where there is one; False: this computer would forget it."""
        return None if self.restores.value() == "no" else False

    def path(self) -> Path:
        return Path(self.folder.value())

    def check(self) -> dict[str, str]:
        words = self.folder.value()
        if not words:
            return {"folder": "请选一个文件夹"}
        path = Path(words)
        if not path.is_absolute():
            return {"folder": "请写完整的路径，或按“选择…”"}
        if why := folders.why_unsafe(path):
            return {"folder": f"这个文件夹{why}，容易损坏或外泄，请换一个固定硬盘上的文件夹"}
        if roomfile.exists(path):
            return {"folder": "这里已经有一间辅导室了；要打开它，请回到开头选“打开已有的辅导室”"}
        if path.exists() and (not path.is_dir() or any(path.iterdir())):
            return {"folder": "不是空文件夹，请换一个空的或还不存在的文件夹"}
        return {}


def _has_keyring() -> bool:
    """Whether the system keeps keys; a locked one does, and says so when the room is made."""
    try:
        return secret.is_usable()
    except KeyringLocked:
        return True


class NewPasswordFields(QWidget):
    """A password twice, with a sentence about its strength while it is typed. `step` shows the fields."""

    def __init__(self, step: Step, *, label: str = "密码") -> None:
        super().__init__()
        self._names: list[str] = []
        self._alone = False
        self.first = step.field("password", password_field(label))
        self.again = step.field("again", password_field("再输一遍"))
        step.row(self.first, self.again)
        self.shown = Check("显示密码")
        step.add(self.shown)
        self.shown.toggled.connect(self._show_words)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(250)
        self._timer.timeout.connect(self.judge)
        self.first.control.textChanged.connect(lambda _words: self._timer.start())
        step.add(self)
        self.hide()

    def set_terms(self, *, alone: bool, names: list[str]) -> None:
        """Whether the password stands alone (then it must be longer), and the names it must not be."""
        self._alone, self._names = alone, names
        self.judge()

    def _show_words(self, shown: bool) -> None:
        for field in (self.first, self.again):
            field.control.show_words(shown)

    def refusal(self) -> str:
        try:
            passwords.check(self.first.value(), alone=self._alone, names=self._names)
        except WeakPassword as weak:
            return str(weak)
        return ""

    def judge(self) -> None:
        """Say how the password stands, without scolding while it is still being typed."""
        words, least = self.first.value(), passwords.least(alone=self._alone)
        if not words:
            self.first.set_hint(
                f"至少 {least} 个字符。几个不相干的词连着打拼音最好记，如 yusan disanceng changge", "small"
            )
        elif len(words) < least:
            self.first.set_hint(f"还差 {least - len(words)} 个字符", "warning")
        elif why := self.refusal():
            self.first.set_hint(why, "warning")
        else:
            self.first.set_hint(
                "很好，这个密码不容易猜到" if len(words) >= least + 4 else "可以用；再长一点更好", "good"
            )

    def value(self) -> str:
        return str(self.first.value())

    def check(self) -> dict[str, str]:
        if why := self.refusal():
            return {"password": why}
        if self.again.value() != self.first.value():
            return {"again": "两遍不一样，请再输一遍"}
        return {}


class PersonStep(Step):
    """The first counsellor. Who forgets the password needs the sheet of the next page."""

    next_words = "建好辅导室"

    def __init__(self, place: PlaceStep, school_name: TextField) -> None:
        super().__init__("登录", "第一位心理教师", "打开辅导室要用这个姓名和密码。以后还可以添加同事和值班人员。")
        self._place, self._school = place, school_name
        self.person = TextField("姓名", limit=20)
        self.add(self.field("counsellor", Field("你的姓名", self.person, required=True)))
        self.password = NewPasswordFields(self)
        note = Card(tone="sunken")
        note.add(text("密码只有你知道，忘了找不回来，只能用下一步的恢复单重设。请不要写在电脑旁边。", "soft"))
        self.add(note)
        self.locked = ""
        self.person.edited.connect(self._terms)

    def arrive(self) -> None:
        self._terms()

    def _terms(self) -> None:
        try:
            alone = self._place.use_keyring() is False or not secret.is_usable()
            self.locked = ""
        except KeyringLocked as locked:
            alone, self.locked = False, str(locked)
        self.password.set_terms(alone=alone, names=[self._school.value(), self.person.value()])

    def check(self) -> dict[str, str]:
        problems = {} if self.person.value() else {"counsellor": "请填写你的姓名"}
        if self.locked:
            problems[""] = self.locked
        return problems | self.password.check()
