"""What bringing a backup back would change: a line for each kind of record, in words and figures."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QGridLayout

from psyroom.services.backups_back import Difference, Differences
from psyroom.ui.kit import Card, danger, quiet, text
from psyroom.ui.kit.flow import beside
from psyroom.ui.tokens import SPACE

SHOWN = 10


class PreviewCard(Card):
    """`bring_back` and `shut` are what its two buttons do; Esc shuts it."""

    help_topic = "backups"

    def __init__(
        self, seen: Differences, when: str, bring_back: Callable[[], object], shut: Callable[[], object]
    ) -> None:
        super().__init__(tone="sunken")
        self._shut = shut
        self.add(text(f"恢复到 {when}，会这样：" if seen.lines else f"{when} 的备份和现在一样。", "strong"))
        grid = QGridLayout()
        grid.setHorizontalSpacing(SPACE * 2)
        grid.setVerticalSpacing(SPACE)
        grid.setColumnStretch(1, 1)
        for row, line in enumerate(seen.lines[:SHOWN]):
            grid.addWidget(text(line.word, "", wrap=False), row, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(text(words_of(line), "soft", tabular=True), row, 1, Qt.AlignmentFlag.AlignTop)
        self.body.addLayout(grid)
        if len(seen.lines) > SHOWN:
            rest = seen.lines[SHOWN:]
            count = sum(line.back + line.changed + line.gone for line in rest)
            self.add(text(f"还有{'、'.join(line.word for line in rest[:6])}等，共 {count} 处。", "soft"))
        if seen.missing:
            self.add(text(f"这份备份缺少 {seen.missing} 个附件，恢复后这些附件打不开。", "warning"))
        if not seen.verified:
            self.add(text("这份备份还没有打开核对过，恢复时会先核对。", "soft"))
        row_of = [quiet("不恢复" if seen.lines else "收起", shut, tip="Esc")]
        if seen.lines:
            row_of.insert(0, danger("恢复到这份备份…", bring_back))
        self.body.addLayout(beside(*row_of))
        self._first = row_of[-1]

    def focus_first(self) -> None:
        self._first.setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self._shut()
        else:
            super().keyPressEvent(event)


def words_of(line: Difference) -> str:
    """找回 2 条（陈小满、…）；1 条变回原样；现在多出的 3 条会没有"""
    parts = []
    for count, says, names in (
        (line.back, "找回 {n} 条", line.names_back),
        (line.changed, "{n} 条变回当时的内容", line.names_changed),
        (line.gone, "后来新增的 {n} 条会没有", line.names_gone),
    ):
        if count:
            some = [name for name in names if name]
            more = "…" if count > len(some) else ""
            parts.append(says.format(n=count) + (f"（{'、'.join(some)}{more}）" if some else ""))
    return "；".join(parts)
