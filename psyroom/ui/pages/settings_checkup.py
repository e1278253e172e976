"""The answer of a 体检: every checked thing on a line, with a tick or with what is wrong and what to do."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout

from psyroom.rules.time import day_name
from psyroom.services.checkup import Checkup
from psyroom.ui.kit import Card, Glyph, button, text
from psyroom.ui.kit.flow import beside
from psyroom.ui.tokens import SPACE


class CheckupCard(Card):
    """`to_backups` leads to the list of backups, where the last good one can be looked at; `accept_older`: the older state
    was put back on purpose."""

    help_topic = "checkup"

    def __init__(
        self, made: Checkup, to_backups: Callable[[], object], accept_older: Callable[[], object] | None = None
    ) -> None:
        super().__init__(tone="amber" if made.count else "accent")
        words = f"体检完毕，有 {made.count} 处要留意" if made.count else "体检完毕，没有发现问题。"
        self.add(text(words, "strong"))
        grid = QGridLayout()
        grid.setHorizontalSpacing(SPACE + 4)
        grid.setVerticalSpacing(SPACE)
        grid.setColumnStretch(2, 1)
        top = Qt.AlignmentFlag.AlignTop
        for row, thing in enumerate(made.things):
            wrong = bool(thing.found)
            mark = Glyph("warning" if wrong else "check-circle", role="brick" if wrong else "accent")
            mark.setAccessibleName("有问题" if wrong else "完好")
            grid.addWidget(mark, row, 0, top)
            grid.addWidget(text(thing.name, "", wrap=False), row, 1, top)
            answer = text("\n".join(thing.found) if wrong else thing.good, "" if wrong else "soft")
            answer.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            grid.addWidget(answer, row, 2, top)
        self.body.addLayout(grid)
        if made.copy is not None:
            local = made.copy.made_at.astimezone()
            good = f"最近一份完好的备份是 {day_name(local.date())} {local:%H:%M} 的，可以先看看它和现在差在哪里，再决定要不要恢复。"
            self.add(text(good))
            ways = [button("去看这份备份", to_backups, icon_name="clock-counter-clockwise")]
            self.body.addLayout(beside(*ways))
        if made.older and accept_older is not None:
            self.add(text("如果是你自己把以前的文件夹换回来的，说明一下，以后就以现在的为准。", "soft"))
            self.body.addLayout(beside(button("是我换回来的", accept_older, icon_name="check")))
