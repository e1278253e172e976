"""The right of 辅导记录 while no note is chosen: what comes next, slips from the desk, and what the page can do."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from psyroom.rules.time import short_day
from psyroom.services import desk_words, next_steps
from psyroom.services.next_steps import StepDue
from psyroom.store.room import Room
from psyroom.ui.kit import Card, Row, RowList, text
from psyroom.ui.pages.today_slips import SlipReader
from psyroom.ui.tokens import SPACE
from psyroom.ui.window import Shell

AHEAD = 14
"""Days looked ahead for what was agreed."""
LINES = 8


class Ahead(QWidget):
    """`note_wanted`: the note a step belongs to; `ticked`: a step is done."""

    note_wanted = Signal(str)
    ticked = Signal(str, bool)

    def __init__(self, room: Room, shell: Shell, now: Callable[[], datetime]) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE * 2)
        steps = next_steps.due(room, now(), AHEAD)
        if steps:
            card = Card("说好要做的", "记录里写的“下一步”，两周以内的。")
            self.steps = RowList([self._row(step) for step in steps], limit=LINES)
            card.add(self.steps)
            column.addWidget(card)
        if desk_words.waiting(room):
            slips = Card("密封便条", "值班时封给心理教师的话。")
            slips.add(SlipReader(room, shell))
            column.addWidget(slips)
        hints = Card("选一篇记录", "在左边选一篇来看，或从“待写”开始写。")
        for words in (
            "方向键在名单里上下走，回车进到记录里，Esc 回到名单。",
            "Ctrl+N 新写一篇，Ctrl+F 在自己的记录里查找。",
            "签过字的、写了几天以上的会锁定；以后要补充用“补记”。",
        ):
            hints.add(text(words, "soft"))
        column.addWidget(hints)

    def _row(self, step: StepDue) -> Row:
        late, today = step.days < 0, step.days == 0
        when = (
            f"{short_day(step.due)}，过了 {-step.days} 天" if late else "今天" if today else f"{short_day(step.due)}前"
        )
        return Row(
            step.text,
            " · ".join(p for p in (" ".join(p for p in (step.who, step.class_name) if p), when) if p),
            stripe="brick" if late else "amber" if step.days <= next_steps.AHEAD else "accent",
            action=("做完了", partial(self.ticked.emit, step.id, True)),
            open=partial(self.note_wanted.emit, step.note),
            key=step.id,
        )
