"""How a note came to be what it is: the versions at the left, what one of them changed side by side, an older one brought
back as a new one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from psyroom.rules.differences import Piece, compare
from psyroom.rules.notes import TEXTS
from psyroom.services import note_versions
from psyroom.services.note_versions import Version
from psyroom.services.notes import NoteSeen
from psyroom.store.room import Room
from psyroom.ui import tokens
from psyroom.ui.kit import Card, Choice, Row, RowList, button, primary, scrolled, text
from psyroom.ui.kit.flow import Tall, empty_layout
from psyroom.ui.kit.reading import Reading, of_side
from psyroom.ui.pages.notes_parts import moment, names_of
from psyroom.ui.tokens import SPACE
from psyroom.ui.window import Shell

AGAINST = {"before": "和前一版比", "now": "和现在比"}
WORDY = {"topic", "with_whom", *TEXTS, "hospital_says", note_versions.STEPS}
"""Fields of which single words are compared; of the others the whole."""


def sides(name: str, old: str, new: str) -> tuple[list[Piece], list[Piece]]:
    """Both wordings of a field in pieces."""
    if name in WORDY:
        return compare(old, new)
    return [Piece(old, True)] if old else [], [Piece(new, True)] if new else []


class HistoryView(QWidget):
    """In the page's place. `gone`: back to the note; `restored`: an older version stands again, as a new one."""

    gone = Signal()
    restored = Signal()
    help_topic = "signed-notes"

    def __init__(self, room: Room, shell: Shell, note: NoteSeen, now: Callable[[], datetime]) -> None:
        super().__init__()
        self.room, self.shell, self.note, self.now = room, shell, note, now
        self.versions: list[Version] = []
        self.at = 0
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE * 2)
        head = QHBoxLayout()
        head.setSpacing(SPACE)
        head.addWidget(button("回到记录", self.gone.emit, icon_name="arrow-left", small=True, tip="回到记录（Esc）"))
        head.addWidget(text(f"修改历史：{names_of(note)} {note.number}".strip(), "title", wrap=False))
        head.addStretch(1)
        column.addLayout(head)
        across = QHBoxLayout()
        across.setSpacing(SPACE * 2)
        left = Card(pad=1)
        self.list = RowList(limit=400)
        self.list.walked.connect(self._follow)
        holder = Tall()
        inner = QVBoxLayout(holder)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.addWidget(self.list)
        inner.addStretch(1)
        left.add(scrolled(holder), 1)
        left.setFixedWidth(tokens.now().px(300))
        across.addWidget(left)
        right = Card(pad=2)
        top = QHBoxLayout()
        top.setSpacing(SPACE)
        self.against = Choice(AGAINST)
        self.against.edited.connect(self._compare)
        top.addWidget(self.against, 1)
        self.back = primary("恢复这一版", self.restore, icon_name="arrow-counter-clockwise", shortcut="Ctrl+R")
        top.addWidget(self.back)
        right.body.addLayout(top)
        self.said = text("", "soft")
        right.add(self.said)
        self._page = Tall()
        self.column = QVBoxLayout(self._page)
        self.column.setContentsMargins(0, SPACE, SPACE, 0)
        self.column.setSpacing(SPACE * 2)
        right.add(scrolled(self._page), 1)
        across.addWidget(right, 1)
        column.addLayout(across, 1)
        self.fill()

    def fill(self) -> None:
        """Read the versions; the newest is chosen."""
        self.versions = note_versions.of(self.room, self.note.id)
        self.at = 0
        rows = [
            Row(
                f"{moment(v.at)}",
                " · ".join(p for p in (v.who, v.what) if p),
                stripe="accent" if at == 0 else "",
                tags=[("现在", "accent")] if at == 0 else [("最初", "")] if at == len(self.versions) - 1 else (),
                open=partial(self.choose, at),
                key=v.deed,
                whole=True,
            )
            for at, v in enumerate(self.versions)
        ]
        self.list.set_rows(rows)
        self._compare()

    def focus_first(self) -> None:
        self.list.focus_first()

    def choose(self, at: int) -> None:
        """Show what this version changed."""
        self.at = at
        self._compare()

    def _follow(self, deed: object) -> None:
        """The arrows stand on a version: that one is shown."""
        self.choose(next(at for at, version in enumerate(self.versions) if version.deed == deed))

    def _compare(self) -> None:
        empty_layout(self.column)
        if not self.versions:
            self.said.setText("还没有修改过。")
            self.back.hide()
            self.against.hide()
            return
        here = self.versions[self.at]
        newest, oldest = self.at == 0, self.at == len(self.versions) - 1
        self.against.setVisible(len(self.versions) > 1 and not newest)
        with_now = self.against.value() == "now" and not newest
        if with_now:
            old, new, heads = here.values, self.versions[0].values, ("这一版", "现在")
        else:
            old = {} if oldest else self.versions[self.at + 1].values
            new, heads = here.values, ("前一版", "现在" if newest else "这一版")
        self.back.setVisible(not newest and self.note.may_change)
        names = list(dict.fromkeys([*new, *old]))
        changed = [n for n in names if old.get(n, "") != new.get(n, "")]
        same = [note_versions.LABELS[n] for n in names if n not in changed and new.get(n, "")]
        locked = "" if newest or self.note.may_change else "这份记录已锁定，要恢复请先解锁。"
        first = oldest and not with_now
        self.said.setText(self._sentence(here, len(changed), first=first) + locked)
        grid = QGridLayout()
        grid.setHorizontalSpacing(SPACE * 3)
        grid.setVerticalSpacing(SPACE)
        grid.setColumnStretch(0, 1)
        grid.setColumnStretch(1, 1)
        if changed and not first:
            grid.addWidget(text(heads[0], "strong"), 0, 0)
            grid.addWidget(text(heads[1], "strong"), 0, 1)
        for at, name in enumerate(changed):
            row = at * 2 + 1
            if first:
                grid.addWidget(text(note_versions.LABELS[name], "part"), row, 0, 1, 2)
                grid.addWidget(Reading(new[name]), row + 1, 0, 1, 2)
                continue
            left, right = sides(name, old.get(name, ""), new.get(name, ""))
            grid.addWidget(text(note_versions.LABELS[name], "part"), row, 0, 1, 2)
            for side, pieces, mark in ((0, left, "gone"), (1, right, "new")):
                shown: QWidget = text("（空）", "soft")
                if pieces:
                    words = Reading()
                    words.set_pieces(of_side(pieces, mark))
                    shown = words
                grid.addWidget(shown, row + 1, side, Qt.AlignmentFlag.AlignTop)
        self.column.addLayout(grid)
        if same:
            self.column.addWidget(text(f"没有改动：{'、'.join(same)}", "small"))
        self.column.addStretch(1)

    @staticmethod
    def _sentence(here: Version, changed: int, *, first: bool) -> str:
        who = f"{moment(here.at)} {here.who}"
        if first:
            return f"{who}写下的第一版。"
        what = f"{changed} 处不同" if changed else "文字没有不同"
        return f"{who}：{what}。加上的前面有“＋”，去掉的前面有“－”。" if changed else f"{who}：{what}。"

    def restore(self) -> None:
        """The chosen version stands again; what stands now stays in the history."""
        if not self.back.isVisible() or not 0 < self.at < len(self.versions):
            return
        deed = self.versions[self.at].deed
        done = self.shell.attempt(
            lambda: note_versions.restore(self.room, self.note.id, deed, self.now()), kinds=("note",)
        )
        if done:
            self.shell.toast("已恢复这一版，原来的也留在历史里", undo=True)
            self.fill()
            self.list.focus_first()
            self.restored.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.gone.emit()
        else:
            super().keyPressEvent(event)
