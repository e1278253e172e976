"""设置 · 外观 and 数据安全: the window's look and lock; where the room lies, the sheet, 体检."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QVBoxLayout

from psyroom.errors import Tell
from psyroom.services import checkup, people
from psyroom.services.school import SchoolContext
from psyroom.store.room import Room
from psyroom.ui import ask
from psyroom.ui.kit import Card, Choice, Field, Glyph, Progress, button, text
from psyroom.ui.kit.flow import empty_layout
from psyroom.ui.pages.settings_base import Section, answer, heading
from psyroom.ui.pages.settings_checkup import CheckupCard
from psyroom.ui.pages.settings_sheet import NewSheet
from psyroom.ui.tokens import SPACE, TEXT_SIZES
from psyroom.ui.window import Shell

IDLE = {2: "2 分钟", 5: "5 分钟", 10: "10 分钟", 15: "15 分钟", 30: "30 分钟"}
THEMES = {"system": "跟随系统", "light": "浅色", "dark": "深色"}


class LookSection(Section):
    KEY = "look"
    KINDS = frozenset()

    def __init__(self, room: Room, shell: Shell) -> None:
        super().__init__(room, shell, "外观与锁定", "只影响这台电脑上的这个系统账户。")
        self.text_size = Choice({size: f"{size} %" for size in TEXT_SIZES})
        self.theme = Choice(THEMES)
        self.idle = Choice(IDLE)
        self.text_size.set_value(min(TEXT_SIZES, key=lambda size: abs(size - shell.settings.text_size)))
        self.theme.set_value(shell.settings.theme)
        self.idle.set_value(min(IDLE, key=lambda minutes: abs(minutes - shell.settings.idle_minutes)))
        self.add(Field("字号", self.text_size, "任何时候按 Ctrl 加 + 或 - 也行。"))
        self.add(Field("颜色", self.theme))
        self.add(Field("不动多久就锁定", self.idle, "锁定时没保存的内容会留好。随时按 Ctrl+L 锁定，F12 遮住屏幕。"))
        self.text_size.edited.connect(lambda: shell.set_text_size(self.text_size.value()))
        self.theme.edited.connect(lambda: shell.set_theme(self.theme.value()))
        self.idle.edited.connect(self._set_idle)

    def _set_idle(self) -> None:
        minutes = self.idle.value()
        self.shell.settings.idle_minutes = minutes
        self.shell.settings.save()
        self.shell.idle.set_minutes(minutes)
        self.shell.toast(f"{IDLE[minutes]}不动就锁定")

    def follow(self) -> None:
        """The text size was changed by its keys."""
        size = min(TEXT_SIZES, key=lambda size: abs(size - self.shell.settings.text_size))
        if size != self.text_size.value():
            self.text_size.blockSignals(True)
            self.text_size.set_value(size)
            self.text_size.blockSignals(False)


class SafetySection(Section):
    help_topic = "checkup"
    KEY = "safety"
    KINDS = frozenset({"desk_state"})

    def __init__(self, room: Room, shell: Shell) -> None:
        super().__init__(room, shell, "数据安全", "资料只在这个文件夹里，加了密；程序从不上网。")
        self._facts = QGridLayout()
        self._facts.setHorizontalSpacing(SPACE * 2)
        self._facts.setVerticalSpacing(SPACE + 2)
        self._facts.setColumnStretch(2, 1)
        self.body.addLayout(self._facts)
        self.check_button = button(
            "体检", self._check, icon_name="heartbeat", tip="核对加密文件、记录链、每一条记录、附件和备份"
        )
        self.sheet_button = button("换一张恢复单", self._new_sheet, icon_name="arrows-clockwise")
        managing = [self.sheet_button] if people.may_manage(room) else []
        self.put_row(self.check_button, *managing)
        self.progress = Progress(cancel=self._cancel)
        self.progress.hide()
        self.add(self.progress)
        self._result = QVBoxLayout()
        self.body.addLayout(self._result)
        advice = Card(tone="sunken")
        advice.body.setSpacing(SPACE + 4)
        sheet = "忘了密码、换了电脑，都要靠它。打印后封好，放进校长室的保险柜；不要和电脑、备份盘放在一起，也不要拍照。"
        advice.add(heading("恢复单", sheet))
        advice.add(
            heading("备份盘", "选一个 U 盘做第二处备份，用完拔下锁进抽屉。备份里的资料同样加了密，捡到的人打不开。")
        )
        advice.add(heading("这台电脑", "请给系统账户设密码；系统有硬盘加密（BitLocker）的，请打开。"))
        self.add(advice)
        self._job: Any = None

    def show_school(self, now: SchoolContext) -> None:
        empty_layout(self._facts)
        facts = [
            ("folder", "accent", "存放位置", str(self.room.folder)),
            ("key", "accent", "本机密钥", "有：只拿到文件夹和密码，也打不开")
            if self.room.has_secret
            else ("key", "amber", "本机密钥", "没有：只靠密码保护，请把密码设得长一些"),
        ]
        for row, (icon, tone, label, words) in enumerate(facts):
            self._facts.addWidget(Glyph(icon, role=tone), row, 0, Qt.AlignmentFlag.AlignTop)
            self._facts.addWidget(text(label, "soft", wrap=False), row, 1, Qt.AlignmentFlag.AlignTop)
            value = text(words, tabular=True)
            value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            self._facts.addWidget(value, row, 2)

    # ---- slow work

    def _begin(self, words: str) -> None:
        empty_layout(self._result)
        self.progress.begin(words)
        self.progress.show()
        self.check_button.setEnabled(False)

    def _end(self) -> None:
        self._job = None
        self.progress.hide()
        self.check_button.setEnabled(True)

    def _cancel(self) -> None:
        if self._job is not None:
            self._job.cancel()
        self._end()

    def _say(self, tone: str, heading: str, *lines: str) -> None:
        empty_layout(self._result)
        self._result.addWidget(answer(tone, heading, *lines))

    def _failed(self, tell: Tell) -> None:
        self._end()
        self._say("brick", "没有做成", str(tell))

    def _new_sheet(self) -> None:
        sure = ask.confirm(
            self,
            "换一张恢复单？",
            "恢复单丢了，或被不该看的人看过时才换。换好后旧的那张立刻作废，旧备份仍用旧的那张打开。",
            yes="换新的",
            grave=True,
        )
        if not sure:
            return
        made = self.shell.attempt(lambda: people.new_recovery_sheet(self.room))
        if made:
            empty_layout(self._result)
            self.sheet = NewSheet(self.room, self.shell, made.result, self._sheet_kept)
            self._result.addWidget(self.sheet)
            self.sheet.answer.setFocus()

    def _sheet_kept(self) -> None:
        self._say("accent", "新的恢复单换好了。", "旧的那张请当面销毁。")

    def _to_backups(self) -> None:
        self.shell.go("settings", section="backups")

    def _accept_older(self) -> None:
        if self.shell.attempt(lambda: checkup.accept_older(self.room), say="").done:
            self.shell.tell_changed("desk_state")
            self._check()

    def _check(self) -> None:
        self._begin("正在体检……")

        def done(made: checkup.Checkup) -> None:
            self._end()
            empty_layout(self._result)
            self._result.addWidget(CheckupCard(made, self._to_backups, self._accept_older))

        self._job = self.shell.run(
            self, checkup.check(self.room), done=done, failed=self._failed,
            progress=lambda of_done, total: self.progress.set(of_done, total, "步"),
        )  # fmt: skip
