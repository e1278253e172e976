"""设置 · 预约规则: the time left free around an appointment, and how long ahead to book."""

from __future__ import annotations

import re

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QGridLayout

from psyroom.errors import NotValid
from psyroom.services import room_rules
from psyroom.services.school import SchoolContext
from psyroom.store.room import Room
from psyroom.ui.kit import Field, TextField, primary, quiet, text
from psyroom.ui.pages.settings_base import Section
from psyroom.ui.tokens import SPACE
from psyroom.ui.window import Shell

UNITS = {"": 1, "分": 1, "分钟": 1, "小时": 60, "个小时": 60, "天": 1440}
"""Minutes in what may be written after a number."""
_TYPED = re.compile(r"(\d{1,5})\s*(分钟|分|个?小时|天)?")


def minutes(words: str) -> int | None:
    """10, 10 分钟, 2 小时, 1 天 → minutes; nothing → 0; None: not read."""
    words = words.strip()
    if not words:
        return 0
    found = _TYPED.fullmatch(words)
    return int(found[1]) * UNITS[found[2] or ""] if found else None


def shown(value: int) -> str:
    """0 → 0 分钟, 120 → 2 小时, 1440 → 1 天, 90 → 90 分钟"""
    for unit, name in ((1440, "天"), (60, "小时")):
        if value and value % unit == 0:
            return f"{value // unit} {name}"
    return f"{value} 分钟"


class RulesSection(Section):
    KEY = "rules"
    KINDS = frozenset({"room_rules"})

    def __init__(self, room: Room, shell: Shell) -> None:
        told = "两次预约之间给自己留出的时间，和最晚要提前多久约。急着要见时选一个原因就能破例；直接来访不受限制。"
        super().__init__(room, shell, "预约规则", told)
        self.fields = {
            "buffer_after": Field("每次之后留出", TextField("如 10 分钟"), "写记录、缓一缓"),
            "buffer_before": Field("每次之前留出", TextField("如 5 分钟"), "看上次的记录、准备材料"),
            "lead": Field("至少提前", TextField("如 2 小时、1 天"), "空着就是随时可约"),
        }
        grid = QGridLayout()
        grid.setHorizontalSpacing(SPACE * 2)
        for at, field in enumerate(self.fields.values()):
            grid.addWidget(field, 0, at, Qt.AlignmentFlag.AlignTop)
            grid.setColumnStretch(at, 1)
            field.control.edited.connect(self._mark)
        self.body.addLayout(grid)
        self.sentence = text("", "soft")
        self.add(self.sentence)
        self.save_button = primary("保存规则", self.save)
        self.back_button = quiet("不改了", self._again)
        self.put_row(self.save_button, self.back_button)
        self._now: dict[str, int] = {}

    def show_school(self, now: SchoolContext) -> None:
        rules = room_rules.rules(self.room)
        self._now = {name: getattr(rules, name) for name in self.fields}
        self._again()

    def _again(self) -> None:
        for name, field in self.fields.items():
            field.set_value(shown(self._now[name]) if self._now[name] else "")
            field.clear()
        self._mark()

    def _read(self) -> dict[str, int | None]:
        return {name: minutes(field.value() or "") for name, field in self.fields.items()}

    def _mark(self) -> None:
        read = self._read()
        self.save_button.setEnabled(read != self._now)
        self.back_button.setVisible(read != self._now)
        between = max(self._now["buffer_after"], self._now["buffer_before"]) if self._now else 0
        words = [f"现在：同一位老师的两次预约之间留出 {shown(between)}" if between else "现在：两次预约可以紧挨着"]
        if self._now.get("lead"):
            words.append(f"至少提前 {shown(self._now['lead'])}预约")
        self.sentence.setText("；".join(words) + "。")

    def save(self) -> None:
        read = self._read()
        problems = {name: "请写成 10 分钟、2 小时或 1 天" for name, value in read.items() if value is None}
        if problems:
            self.show_problems(NotValid(problems))
            return
        self.shell.attempt(
            lambda: room_rules.set_rules(self.room, read),
            form=self,  # type: ignore[arg-type]
            say="预约规则已保存",
            kinds=("room_rules",),
        )

    def show_problems(self, problem: NotValid) -> None:
        """Each sentence under its field."""
        for name, words in problem.fields.items():
            self.fields[name].problem(words)
        self.fields[next(iter(problem.fields))].control.setFocus()

    def say(self, sentence: str) -> None:
        """What concerns no one field."""
        self.sentence.setText(sentence)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self._again()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.save_button.isEnabled():
            self.save()
        else:
            super().keyPressEvent(event)
