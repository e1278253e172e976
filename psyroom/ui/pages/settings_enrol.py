"""设置 · 另一个账户: a one-time code by which another system account of this computer learns the room."""

from __future__ import annotations

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QHBoxLayout

from psyroom.services import people
from psyroom.services.school import SchoolContext
from psyroom.store.room import Room
from psyroom.ui.kit import Card, button, link, text
from psyroom.ui.pages.settings_base import Section
from psyroom.ui.window import Shell

HINT = "几个人各用各的系统账户登录这台电脑时，每个账户要登记一次，大家自己的密码在那里才用得上。"
FREE = "这间辅导室不靠本机密钥：别的账户直接用密码就能打开，不需要登记。"
STEPS = (
    "在另一个账户里打开本程序，选这个文件夹，输入自己的密码。",
    "程序说“还没有登记”时，点“输入登记码”，照抄上面这一行。",
    "换了另一台电脑时用不上它，请用恢复单登记。",
)


class EnrolSection(Section):
    help_topic = "new-computer"

    KEY = "enrol"
    KINDS = frozenset()

    def __init__(self, room: Room, shell: Shell) -> None:
        super().__init__(room, shell, "另一个账户", HINT)
        self.code = text("", "figure", tabular=True)
        self.left = text("", "soft", tabular=True)
        self._shown = Card(tone="accent")
        self._shown.add(self.code)
        self._shown.add(self.left)
        for number, words in enumerate(STEPS, 1):
            self._shown.add(text(f"{number}. {words}"))
        row = QHBoxLayout()
        row.addWidget(link("不用了，作废这个登记码", self.withdraw))
        row.addStretch(1)
        self._shown.body.addLayout(row)
        self.add(self._shown)
        self._shown.hide()
        self.show_button = button("让这台电脑的另一个账户也能打开", self.show_code, icon_name="key")
        if room.has_secret:
            self.put_row(self.show_button)
        else:
            self.add(text(FREE, "soft"))
        self._seconds = 0
        self._clock = QTimer(self, interval=1000)
        self._clock.timeout.connect(self._tick)

    def show_school(self, now: SchoolContext) -> None:
        """Nothing here follows the school."""

    def show_code(self) -> None:
        made = self.shell.attempt(lambda: people.enrolment_code(self.room))
        if not made:
            return
        code, minutes = made.result
        self.code.setText(code.replace("-", "  "))
        self._seconds = minutes * 60
        self._say_left()
        self._shown.show()
        self.show_button.hide()
        self._clock.start()

    def withdraw(self) -> None:
        """The code goes, from the screen and from the folder."""
        self.shell.attempt(lambda: people.withdraw_enrolment(self.room))
        self._put_away()

    def _put_away(self) -> None:
        self._clock.stop()
        self.code.clear()
        self._shown.hide()
        self.show_button.show()
        self.show_button.setFocus()

    def _tick(self) -> None:
        self._seconds -= 1
        if self._seconds <= 0:
            self.withdraw()
        else:
            self._say_left()

    def _say_left(self) -> None:
        self.left.setText(f"只能用一次，还有 {self._seconds // 60} 分 {self._seconds % 60:02d} 秒有效")
