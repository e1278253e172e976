"""Unlocking: who, and the password. Loads nothing heavy before it is shown; the key derivation runs in the worker."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from psyroom.errors import Damaged, KeyringMissing, NotEnrolled, RoomBusy, RoomTrouble, Tell, WrongPassword
from psyroom.store import roomfile
from psyroom.ui import tokens, worker
from psyroom.ui.brand import Brand
from psyroom.ui.kit.cards import Card
from psyroom.ui.kit.fields import Choice, Field, TextField
from psyroom.ui.kit.texts import button, primary, quiet, set_kind, text
from psyroom.ui.tokens import SPACE

WIDTH = 420


class Password(TextField):
    """A hidden line that notices Caps Lock (`caps` fires with on or off) and can be looked at while the button is held."""

    caps = Signal(bool)

    def __init__(self, placeholder: str = "") -> None:
        super().__init__(placeholder, secret=True)
        self.setInputMethodHints(Qt.InputMethodHint.ImhSensitiveData | Qt.InputMethodHint.ImhNoPredictiveText)

    def value(self) -> str:
        return self.text()  # a space may belong to a password

    def keyPressEvent(self, event: QKeyEvent) -> None:
        letter = event.text()
        if len(letter) == 1 and letter.isascii() and letter.isalpha():
            shifted = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            self.caps.emit(letter.isupper() != shifted)
        elif event.key() == Qt.Key.Key_CapsLock:
            self.caps.emit(_caps_on_windows())
        super().keyPressEvent(event)

    def focusInEvent(self, event: Any) -> None:
        super().focusInEvent(event)
        if _caps_on_windows():
            self.caps.emit(True)

    def show_words(self, shown: bool) -> None:
        self.setEchoMode(QLineEdit.EchoMode.Normal if shown else QLineEdit.EchoMode.Password)


def _caps_on_windows() -> bool:
    if sys.platform != "win32":
        return False
    import ctypes

    return bool(ctypes.windll.user32.GetKeyState(0x14) & 1)


def password_field(label: str, placeholder: str = "", hint: str = "") -> Field:
    """A password with its label and a warning while Caps Lock is on."""
    control = Password(placeholder)
    field = Field(label, control, hint)
    control.caps.connect(
        lambda on: field.set_hint("大写锁定（Caps Lock）开着" if on else hint, "warning" if on else "small")
    )
    return field


PATIENCE = 15.0
_STARTED = time.monotonic()


def _may_wait() -> bool:
    """Whether the process before this one may still be making its last backup under the room's lock (`leave`)."""
    return bool(os.environ.get("PSYROOM_FOLLOWS")) and time.monotonic() < _STARTED + PATIENCE


class Unlock(QWidget):
    """`opened` with the room; `other` asks for another room, `sheet` to go in with the recovery sheet, `code` with one
    that somebody inside shows."""

    opened = Signal(object)
    other = Signal()
    sheet = Signal(bool)  # True: only enrol this computer; the password is known
    code = Signal()
    help = Signal()
    help_topic = "passwords"

    def __init__(self, folder: Path, last_person: str = "") -> None:
        super().__init__()
        self.folder = folder
        self._job: worker.Job | None = None
        outer = QVBoxLayout(self)
        outer.setContentsMargins(SPACE * 3, SPACE * 3, SPACE * 3, SPACE * 2)
        outer.addStretch(2)
        outer.addWidget(Brand(44))
        outer.addSpacing(SPACE * 2)
        card = Card(pad=4)
        card.setFixedWidth(tokens.now().px(WIDTH))
        card.body.setSpacing(SPACE * 2)
        self.trouble = text("", "error")
        self.trouble.hide()
        self.person = Choice({})
        self.password = password_field("密码")
        self.open = primary("打开", self.try_open)
        self.open.setDefault(True)
        self.by_code = button("输入登记码（同一台电脑）", self.code.emit, tip="同事在“设置 · 另一个账户”里显示的登记码")
        self.by_code.hide()
        self.enrol = button("用恢复单登记这台电脑", lambda: self.sheet.emit(True))
        self.enrol.hide()
        self.rescue = primary("用这份备份恢复", self.try_rescue, icon_name="clock-counter-clockwise")
        self.rescue.hide()
        self._copy: Any = None
        card.add(Field("你是", self.person))
        card.add(self.password)
        card.add(self.trouble)
        card.add(self.by_code)
        card.add(self.enrol)
        card.add(self.rescue)
        card.add(self.open)
        middle = QHBoxLayout()  # not an alignment: that would give the card the height of one line of trouble
        middle.addStretch(1)
        middle.addWidget(card)
        middle.addStretch(1)
        outer.addLayout(middle)
        foot = QHBoxLayout()
        foot.addStretch(1)
        foot.addWidget(quiet("忘记密码", lambda: self.sheet.emit(False), small=True))
        foot.addWidget(quiet("别的辅导室…", self.other.emit, small=True))
        foot.addWidget(quiet("帮助", self.help.emit, small=True, tip="帮助（F1）"))
        foot.addStretch(1)
        outer.addSpacing(SPACE)
        outer.addLayout(foot)
        outer.addStretch(3)
        self.person.set_choices({name: name for name in self._names()})
        self.person.set_value(last_person)
        self.password.control.returnPressed.connect(self.try_open)

    def _names(self) -> list[str]:
        try:
            return roomfile.names(self.folder)
        except RoomTrouble as trouble:
            self._say(trouble)
            return []

    def focus_first(self) -> None:
        self.password.control.setFocus()

    def busy(self) -> bool:
        return self._job is not None

    def try_open(self) -> None:
        """Open the room with what was typed; the window stays alive meanwhile."""
        if self._job is not None:
            return
        if not self.password.value():
            self.password.problem("请输入密码")
            return
        self._show_busy(True)
        folder, name, password = self._typed()

        def work() -> Any:
            from psyroom.store.opening import open_room

            while True:
                try:
                    return open_room(folder, name, password)
                except RoomBusy:
                    if not _may_wait():
                        raise
                time.sleep(0.1)

        self._job = worker.run(self, work, done=self._done, failed=self._failed)

    def _typed(self) -> tuple[Path, str, str]:
        return self.folder, str(self.person.value() or ""), self.password.value()

    def try_rescue(self) -> None:
        """The room cannot be read: put the last good copy in its place and go in."""
        if self._job is not None or self._copy is None:
            return
        if not self.password.value():
            self.password.problem("请先输入密码，再恢复")
            self.password.control.setFocus()
            return
        self._show_busy(True, "正在恢复…")
        (folder, name, password), copy = self._typed(), self._copy.path

        def work() -> Any:
            from psyroom.store.backups_rescue import rescue

            return rescue(folder, copy, name or None, password)

        self._job = worker.run(self, work, done=self._done, failed=self._failed)

    def _look_for_copy(self, tell: Tell) -> None:
        """What lies in the room's own backups is offered as soon as its files were compared with their digests."""
        folder = self.folder

        def work() -> Any:
            from psyroom.store.backups_rescue import last_good

            return last_good(folder)

        def offer(found: Any) -> None:
            self._copy = found
            if found is None:
                self.trouble.setText(f"{tell}这间房里没有可用的备份，请插上备份用的 U 盘，从“别的辅导室…”里恢复。")
                return
            when = found.made_at.astimezone()
            self.trouble.setText(
                f"{tell}最近一份核对过的备份是 {when.month}月{when.day}日 {when:%H:%M} 做的，之后写的不在里面；现在的文件会原样留着。"
            )
            set_kind(self.open, "")  # the next step is the copy, not the damaged files once more
            self.rescue.show()

        worker.run(self, work, done=offer)

    def _show_busy(self, busy: bool, words: str = "正在打开…") -> None:
        self.open.setEnabled(not busy)
        self.rescue.setEnabled(not busy)
        self.open.setText(words if busy else "打开")
        self.password.control.setReadOnly(busy)
        self.person.setEnabled(not busy)
        if busy:
            self.trouble.hide()
            self.password.clear()

    def _done(self, room: Any) -> None:
        self._job = None
        self.password.control.clear()
        self.opened.emit(room)

    def _failed(self, tell: Tell) -> None:
        self._job = None
        self._show_busy(False)
        if isinstance(tell, WrongPassword):
            self.password.problem(str(tell))
            self.password.control.selectAll()
        else:
            self._say(tell)
        self.password.control.setFocus()

    def _say(self, tell: Tell) -> None:
        self.trouble.setText(str(tell))
        self.trouble.show()
        for way in (self.by_code, self.enrol):
            way.setVisible(isinstance(tell, NotEnrolled) and not isinstance(tell, KeyringMissing))
        self.rescue.hide()
        set_kind(self.open, "primary")
        damaged, unknown = isinstance(tell, Damaged), isinstance(tell, NotEnrolled)
        self.help_topic = "checkup" if damaged else "new-computer" if unknown else type(self).help_topic
        if damaged:
            self._look_for_copy(tell)
