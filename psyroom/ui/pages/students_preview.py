"""导入名册, step 3: what each row would do, by kind, with the plain reason; nothing is written yet."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from psyroom.services.roster import KINDS, Item, RosterPlan
from psyroom.ui import tokens
from psyroom.ui.kit import Card, Choice, Column, Stat, Table, button, primary, quiet, scrolled, text
from psyroom.ui.tokens import SPACE

ALL, ASKED = "all", "asked"
TONES = {"new": "good", "changed": "sky", "unchanged": "", "repeated": "", "refused": "brick"}
ORDER = ("refused", "asked", "changed", "new", "repeated", "unchanged")


def told(item: Item) -> str:
    """What becomes of a row, in words: field by field, or the reason."""
    parts = [f"{change.label}：{change.before or '空'} → {change.after or '空'}" for change in item.changes] + [
        problem.reason for problem in item.problems
    ]
    return "；".join(parts)


class PreviewView(QWidget):
    """`take` asks for the deed, `back` for the columns, `save_problems` for the sheet of questions."""

    help_topic = "students-import"

    take = Signal()
    back = Signal()
    save_problems = Signal()

    def __init__(self, plan: RosterPlan) -> None:
        super().__init__()
        self.plan = plan
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE * 2)
        column.addWidget(self._stats())
        across = QHBoxLayout()
        across.setSpacing(SPACE * 2)
        left = QVBoxLayout()
        left.setSpacing(SPACE)
        self.filter = Choice(self._filters(), as_list=False)
        self.filter.edited.connect(self._list)
        left.addWidget(self.filter)
        self.table = self._table()
        left.addWidget(self.table, 1)
        self.whole = text("", "soft", tabular=True)
        self.table.chosen.connect(self._tell)
        left.addWidget(self.whole)
        across.addLayout(left, 1)
        across.addWidget(self._classes())
        column.addLayout(across, 1)
        column.addLayout(self._foot())
        first = next((kind for kind in ORDER if kind in self._filters() and self._rows(kind)), ALL)
        self.filter.set_value(first if first in ("refused", "asked") else ALL)
        self._list()

    # ---- parts

    def _counts(self) -> dict[str, int]:
        counts = {kind: self.plan.count(kind) for kind in KINDS}
        counts[ASKED] = sum(1 for item in self.plan.items if item.asked)
        return counts

    def _stats(self) -> Card:
        card = Card()
        row = QHBoxLayout()
        row.setSpacing(SPACE * 5)
        counts = self._counts()
        for kind, words in (
            ("new", "新增"), ("changed", "改动"), ("unchanged", "不变"), ("repeated", "重复"), (ASKED, "有疑问"),
            ("refused", "没有导入"),
        ):  # fmt: skip
            row.addWidget(Stat(words, str(counts[kind]), do=partial(self.show_kind, kind) if counts[kind] else None))
        row.addStretch(1)
        card.body.addLayout(row)
        return card

    def _filters(self) -> dict[str, str]:
        counts = self._counts()
        found = {ALL: f"全部 {len(self.plan.items)}"}
        names = {**KINDS, ASKED: "有疑问"}
        for kind in ("new", "changed", "unchanged", "repeated", ASKED, "refused"):
            if counts[kind]:
                found[kind] = f"{names[kind]} {counts[kind]}"
        return found

    def _table(self) -> Table:
        several = len({item.sheet for item in self.plan.items}) > 1
        columns = [
            Column("行", lambda i: str(i.row), sort=lambda i: (i.sheet, i.row), width=62, right=True),
            *([Column("工作表", lambda i: i.sheet, width=120)] if several else []),
            Column("姓名", lambda i: i.name or "—", width=92),
            Column("班级", lambda i: i.class_name or "—", width=112),
            Column("结果", self._result, tone=self._tone, width=96),
            Column("说明", told, tip=told),
        ]
        table = Table(columns, row_height=34)
        table.setAccessibleName("预览")
        return table

    @staticmethod
    def _result(item: Item) -> str:
        return "有疑问" if item.asked else KINDS[item.kind]

    @staticmethod
    def _tone(item: Item) -> str:
        return "amber" if item.asked else TONES[item.kind]

    def _classes(self) -> QWidget:
        card = Card("导入后各班人数")
        inner = QWidget()
        column = QVBoxLayout(inner)
        column.setContentsMargins(0, 0, SPACE, 0)
        column.setSpacing(4)
        for key, count in self.plan.by_class.items():
            grade, _, number = key.partition("/")
            row = QHBoxLayout()
            row.addWidget(text(f"{grade}{number}班", wrap=False), 1)
            row.addWidget(text(str(count), wrap=False, tabular=True))
            column.addLayout(row)
        column.addStretch(1)
        card.add(scrolled(inner), 1)
        card.setFixedWidth(tokens.now().px(200))
        total = sum(self.plan.by_class.values())
        card.add(text(f"{len(self.plan.by_class)} 个班，{total} 人", "strong", tabular=True))
        return card

    def _foot(self) -> QHBoxLayout:
        foot = QHBoxLayout()
        foot.setSpacing(SPACE)
        nothing = self.plan.writes.empty
        self.take_button = primary("确认导入", self.take.emit, tip="确认导入（Ctrl+S）；导入后可以整步撤销")
        self.take_button.setEnabled(not nothing)
        foot.addWidget(self.take_button)
        foot.addWidget(button("回去改列", self.back.emit))
        foot.addStretch(1)
        if nothing:
            foot.addWidget(text("和现在的名册完全一样，没有要导入的。", "soft", wrap=False))
        if self.plan.problems:
            self.save_button = quiet("把问题另存为表格", self.save_problems.emit, icon_name="table")
            foot.addWidget(self.save_button)
        return foot

    # ---- rows

    def _rows(self, kind: str) -> Sequence[Item]:
        if kind == ALL:
            return self.plan.items
        if kind == ASKED:
            return [item for item in self.plan.items if item.asked]
        return [item for item in self.plan.items if item.kind == kind]

    def show_kind(self, kind: str) -> None:
        self.filter.set_value(kind)
        self._list()

    def _list(self) -> None:
        self.table.set_rows(self._rows(self.filter.value()))
        self._tell(self.table.row())

    def _tell(self, item: Item | None) -> None:
        """The chosen row's words in full, under the table."""
        words = told(item) if item is not None else ""
        self.whole.setText(f"第 {item.row} 行 {item.name}：{words}" if item is not None and words else "")
        self.whole.setVisible(bool(words))

    def focus_first(self) -> None:
        self.take_button.setFocus(
            Qt.FocusReason.OtherFocusReason
        ) if self.take_button.isEnabled() else self.table.setFocus()
