"""What was typed and not saved: the banner that says so, and the two versions side by side.

A draft that nobody has decided on is neither put in the place of what was saved nor written over: until then the sheet
waits.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from psyroom.rules import differences
from psyroom.ui.icons import Glyph
from psyroom.ui.kit import Card, PageHeader, button, primary, quiet, rule, scrolled, text
from psyroom.ui.kit.flow import Tall
from psyroom.ui.kit.reading import Reading, of_side
from psyroom.ui.tokens import SPACE


@dataclass(frozen=True, repr=False)
class Difference:
    """A field that the draft says otherwise: its label, as saved, as in the draft."""

    label: str
    saved: str
    kept: str


def differing(labels: Mapping[str, str], saved: Mapping[str, str], kept: Mapping[str, str]) -> list[Difference]:
    """The fields in which the two are not the same, in the order of the labels."""
    return [
        Difference(label, saved.get(name, ""), kept.get(name, ""))
        for name, label in labels.items()
        if saved.get(name, "").strip() != kept.get(name, "").strip()
    ]


def moment(at: datetime, now: datetime) -> str:
    """`今天 20:14`, `9月8日 20:14`, with the year where it is another."""
    local = at.astimezone(now.tzinfo)
    if local.date() == now.date():
        return f"今天 {local:%H:%M}"
    year = f"{local.year}年" if local.year != now.year else ""
    return f"{year}{local.month}月{local.day}日 {local:%H:%M}"


class DraftBanner(Card):
    """There is a draft: bring it back, look at both, or let it go."""

    help_topic = "drafts"

    restored = Signal()
    compared = Signal()
    dropped = Signal()

    def __init__(self) -> None:
        super().__init__(tone="accent", pad=1)
        row = QHBoxLayout()
        row.setContentsMargins(SPACE, 0, SPACE, 0)
        row.setSpacing(SPACE)
        row.addWidget(Glyph("note-pencil", size=20, role="accent_ink"))
        self.words = text("", "strong")
        row.addWidget(self.words, 1)
        self.restore = primary("恢复", self.restored.emit, small=True, tip="接着草稿写（回车）")
        self.compare = button("对比", self.compared.emit, small=True, tip="和已保存的并排看")
        self.drop = button("丢弃", self.dropped.emit, small=True, tip="不要这份草稿了")
        for made in (self.restore, self.compare, self.drop):
            row.addWidget(made)
        self.body.addLayout(row)
        self.hide()

    def offer(self, when: str, of_saved: bool) -> None:
        """`of_saved`: there is a saved note beside the draft."""
        more = "；下面是已保存的内容" if of_saved else ""
        self.words.setText(f"有一份 {when} 没保存的草稿{more}。")
        self.show()

    def nudge(self) -> None:
        """Somebody wants to write before choosing."""
        self.words.setText(self.words.text().split("。")[0] + "。请先选：恢复、对比，还是丢弃。")
        self.restore.setFocus()


class CompareView(QWidget):
    """The saved and the draft, field by field; only what differs."""

    help_topic = "drafts"

    restored = Signal()
    dropped = Signal()
    closed = Signal()

    def __init__(self, when: str, found: Sequence[Difference], *, of_saved: bool) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE * 2)
        self.restore = primary("恢复草稿", self.restored.emit)
        column.addWidget(
            PageHeader(
                "草稿和已保存的对比" if of_saved else "草稿里写了什么",
                "只列出不一样的部分；两边都还在，选了才算数。",
                quiet("返回（Esc）", self.closed.emit),
                button("丢弃草稿", self.dropped.emit),
                self.restore,
            )
        )
        card = Card()
        grid = QGridLayout()
        grid.setHorizontalSpacing(SPACE * 3)
        grid.setVerticalSpacing(SPACE + 4)
        grid.setColumnStretch(0, 1)
        grid.setColumnStretch(1, 1)
        grid.addWidget(text("已保存" if of_saved else "来访里已有的", "heading"), 0, 0)
        grid.addWidget(text(f"草稿（{when}）", "heading"), 0, 1)
        line = 1
        for one in found:
            grid.addWidget(rule(), line, 0, 1, 2)
            grid.addWidget(text(one.label, "label"), line + 1, 0, 1, 2)
            for at, reading in enumerate(_sides(one)):
                grid.addWidget(reading, line + 2, at, Qt.AlignmentFlag.AlignTop)
            line += 3
        card.body.addLayout(grid)
        if not found:
            card.add(text("两边写的是一样的。", "soft"))
        holder = Tall()
        inner = QVBoxLayout(holder)
        inner.setContentsMargins(0, 0, SPACE, SPACE * 2)
        inner.addWidget(card)
        inner.addStretch(1)
        column.addWidget(scrolled(holder), 1)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
        else:
            super().keyPressEvent(event)


def _sides(one: Difference) -> tuple[QWidget, QWidget]:
    left, right = differences.compare(one.saved, one.kept)
    sides = []
    for words, pieces, mark in ((one.saved, left, "gone"), (one.kept, right, "new")):
        if not words:
            sides.append(text("（空）", "soft"))
            continue
        made = Reading()
        whole = not one.saved or not one.kept  # all of it is new or gone: nothing to mark
        made.set_pieces([(words, "")] if whole else of_side(pieces, mark))
        sides.append(made)
    return sides[0], sides[1]
