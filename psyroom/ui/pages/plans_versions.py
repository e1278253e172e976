"""A student's plan in all its versions: the versions at the left, what one said and another says side by side."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from psyroom.rules.differences import compare
from psyroom.rules.time import short_day
from psyroom.services import plans, roll
from psyroom.services.plans import Difference, PlanSeen
from psyroom.store.room import Room
from psyroom.ui import tokens
from psyroom.ui.kit import Card, Row, RowList, button, scrolled, text
from psyroom.ui.kit.flow import Tall, empty_layout
from psyroom.ui.kit.reading import Reading, of_side
from psyroom.ui.tokens import SPACE

WHOLE = ("kind", "made_on", "review_on", "maker")
"""Fields of which not single words are compared."""


class VersionsView(QWidget):
    """In the page's place. `paper_wanted` with a version's id; `gone`: back."""

    paper_wanted = Signal(str)
    gone = Signal()
    help_topic = "plans"

    def __init__(self, room: Room, plan: PlanSeen, first: str = "") -> None:
        super().__init__()
        self.room, self.plan, self.at = room, plan, 0
        self.versions = plan.versions
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE * 2)
        head = QHBoxLayout()
        head.setSpacing(SPACE)
        head.addWidget(button("回到方案", self.gone.emit, icon_name="arrow-left", small=True, tip="回到方案（Esc）"))
        head.addWidget(text(f"历次版本：{roll.name_of(room, plan.student)}", "title", wrap=False))
        head.addStretch(1)
        self.paper = button("打印这一版", self._print, icon_name="printer", small=True, shortcut="Ctrl+P")
        head.addWidget(self.paper)
        column.addLayout(head)
        across = QHBoxLayout()
        across.setSpacing(SPACE * 2)
        left = Card(pad=1)
        self.list = RowList(limit=200)
        self.list.walked.connect(self._follow)
        holder = Tall()
        inner = QVBoxLayout(holder)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.addWidget(self.list)
        inner.addStretch(1)
        left.add(scrolled(holder), 1)
        left.setFixedWidth(tokens.now().px(280))
        across.addWidget(left)
        right = Card(pad=2)
        self.said = text("", "soft")
        right.add(self.said)
        page = Tall()
        self.column = QVBoxLayout(page)
        self.column.setContentsMargins(0, SPACE, SPACE, 0)
        self.column.setSpacing(SPACE * 2)
        right.add(scrolled(page), 1)
        across.addWidget(right, 1)
        column.addLayout(across, 1)
        self._fill()
        self.choose(next((at for at, one in enumerate(self.versions) if one.id == first), 0))

    def _fill(self) -> None:
        last = len(self.versions) - 1
        self.list.set_rows([
            Row(
                f"第 {one.version} 版",
                " · ".join(p for p in (f"{one.made_on.year}年{short_day(one.made_on)}", one.maker) if p),
                stripe="accent" if at == 0 else "",
                tags=[("现在", "accent")] if at == 0 else [("最初", "")] if at == last else (),
                open=partial(self.choose, at),
                key=one.id,
            )
            for at, one in enumerate(self.versions)
        ])  # fmt: skip

    def focus_first(self) -> None:
        self.list.focus_key(self.versions[self.at].id)

    def _follow(self, plan: object) -> None:
        self.choose(next(at for at, one in enumerate(self.versions) if one.id == plan))

    def choose(self, at: int) -> None:
        """Show this version beside the one before it; the first one alone."""
        self.at = at
        empty_layout(self.column)
        here = self.versions[at]
        before = self.versions[at + 1] if at + 1 < len(self.versions) else None
        found = plans.compare(self.room, here.id, before.id if before is not None else here.id)
        changed = [one for one in found if one.changed]
        grid = QGridLayout()
        grid.setHorizontalSpacing(SPACE * 3)
        grid.setVerticalSpacing(SPACE)
        grid.setColumnStretch(0, 1)
        grid.setColumnStretch(1, 1)
        if before is None:
            self.said.setText(f"第 {here.version} 版写的，一直照原样留着。")
            for line, one in enumerate(found):
                grid.addWidget(text(one.label, "part"), line * 2, 0, 1, 2)
                grid.addWidget(Reading(one.after), line * 2 + 1, 0, 1, 2)
        else:
            many = f"{len(changed)} 处不同。加上的前面有“＋”，去掉的前面有“－”。" if changed else "文字没有不同。"
            self.said.setText(f"第 {before.version} 版和第 {here.version} 版：{many}")
            grid.addWidget(text(f"第 {before.version} 版", "strong"), 0, 0)
            grid.addWidget(text(f"第 {here.version} 版", "strong"), 0, 1)
            for line, one in enumerate(changed):
                grid.addWidget(text(one.label, "part"), line * 2 + 1, 0, 1, 2)
                for side, shown in enumerate(_sides(one)):
                    grid.addWidget(shown, line * 2 + 2, side, Qt.AlignmentFlag.AlignTop)
        self.column.addLayout(grid)
        same = [one.label for one in found if not one.changed]
        if before is not None and same:
            self.column.addWidget(text(f"没有改动：{'、'.join(same)}", "small"))
        self.column.addStretch(1)

    def _print(self) -> None:
        self.paper_wanted.emit(self.versions[self.at].id)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.gone.emit()
        else:
            super().keyPressEvent(event)


def _sides(one: Difference) -> tuple[QWidget, QWidget]:
    left, right = compare(one.before, one.after)
    sides: list[QWidget] = []
    for words, pieces, mark in ((one.before, left, "gone"), (one.after, right, "new")):
        if not words:
            sides.append(text("（空）", "soft"))
            continue
        made = Reading()
        made.set_pieces([(words, mark)] if one.name in WHOLE else of_side(pieces, mark))
        sides.append(made)
    return sides[0], sides[1]
