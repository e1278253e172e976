"""The left of 辅导记录: the find box, what is to be written, the notes by day with their filters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from psyroom.records.notes import NOTE_KINDS
from psyroom.rules.time import day_name, short_day
from psyroom.rules.typed import clock
from psyroom.services import roll
from psyroom.services.note_list import NoteLine
from psyroom.services.note_search import MOST, Hit
from psyroom.services.timeline_lines import KINDS
from psyroom.store.room import Room
from psyroom.ui.kit import Card, Check, Choice, Found, Picker, link, text, tool
from psyroom.ui.kit.picker import FindLine
from psyroom.ui.pages.notes_rows import Item, NoteList
from psyroom.ui.pages.notes_write import ToWriteCard
from psyroom.ui.tokens import SPACE

SHORTEST = 2
"""Characters from which the find box searches."""
PAUSE = 120
"""Milliseconds after the last letter."""
WHOSE = {"": "所有人写的", "mine": "我写的", "others": "同事写的"}
MORE = "更早的…"
_KINDS = {**KINDS, **NOTE_KINDS}
"""What is found: notes, and what else is the room's about a student."""


class Filters(Card):
    """Which notes are listed. `edited` at every change."""

    edited = Signal()

    def __init__(self, room: Room, several: bool) -> None:
        super().__init__(tone="sunken", pad=1)
        self._room = room
        self.kind = Choice({"": "全部类别", **NOTE_KINDS}, as_list=True, wide=True)
        self.kind.setAccessibleName("类别")
        self.whose = Choice(WHOSE, as_list=True, wide=True)
        self.whose.setAccessibleName("谁写的")
        self.unsigned = Check("未签字")
        self.student = Picker(self._hits, "学生：姓名或拼音首字母")
        self.student.setAccessibleName("学生")
        first, second = QHBoxLayout(), QHBoxLayout()
        first.setSpacing(SPACE)
        second.setSpacing(SPACE)
        first.addWidget(self.kind, 1)
        if several:
            first.addWidget(self.whose, 1)
        second.addWidget(self.student, 1)
        second.addWidget(self.unsigned)
        self.body.addLayout(first)
        self.body.addLayout(second)
        self._quiet = False
        for control in (self.kind, self.whose, self.unsigned, self.student):
            control.edited.connect(self._on_edit)

    def _hits(self, words: str) -> Sequence[Found]:
        return [Found(e.id, e.name, e.class_name) for e in roll.find(self._room, words)]

    def _on_edit(self) -> None:
        if not self._quiet:
            self.edited.emit()

    def values(self) -> dict[str, Any]:
        """For `note_list.listed`."""
        whose = self.whose.value()
        return {
            "kind": self.kind.value() or "",
            "mine": None if not whose else whose == "mine",
            "student": self.student.value() or "",
            "unsigned": self.unsigned.value(),
        }

    def words(self) -> str:
        """What is filtered by, in words; empty where nothing is."""
        found = self.student.found()
        parts = [
            NOTE_KINDS.get(self.kind.value(), ""),
            WHOSE[self.whose.value()] if self.whose.value() else "",
            "未签字" if self.unsigned.value() else "",
            found.name if found is not None else "",
        ]
        return " · ".join(part for part in parts if part)

    def reset(self) -> None:
        self._quiet = True
        self.kind.set_value("")
        self.whose.set_value("")
        self.unsigned.set_value(False)
        self.student.set_value(None)
        self._quiet = False
        self.edited.emit()


class ListPane(QWidget):
    """`sought`: the words in the find box, once they rest; `filtered`; the lists' own signals are asked of them."""

    help_topic = "find-notes"
    sought = Signal(str)
    filtered = Signal()

    def __init__(self, room: Room, several: bool) -> None:
        super().__init__()
        self._hits: Sequence[Hit] = ()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE)
        top = QHBoxLayout()
        top.setSpacing(SPACE // 2)
        self.box = FindLine("在记录里查找，两个字起  Ctrl+F", "在记录里查找")
        self.box.installEventFilter(self)
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(PAUSE)
        self._rest.timeout.connect(lambda: self.sought.emit(self.words()))
        self.box.textChanged.connect(self._typed)
        top.addWidget(self.box, 1)
        self.funnel = tool("funnel", "按类别、学生筛选", self.turn_filters, shortcut="Alt+F")
        self.funnel.setCheckable(True)
        top.addWidget(self.funnel)
        column.addLayout(top)
        self.filters = Filters(room, several)
        self.filters.edited.connect(self.filtered)
        self.filters.hide()
        column.addWidget(self.filters)
        self.to_write = ToWriteCard()
        column.addWidget(self.to_write)
        self.card = Card(pad=1)
        head = QHBoxLayout()
        head.setContentsMargins(SPACE, 0, 0, 0)
        self.heading = text("写过的", "heading", wrap=False)
        head.addWidget(self.heading)
        self.said = text("", "small", wrap=False)
        head.addWidget(self.said, 1)
        self.clear = link("不筛选", self.filters.reset)
        head.addWidget(self.clear)
        self.card.body.addLayout(head)
        self.list = NoteList("记录")
        self.list.above.connect(self._above)
        self.to_write.below.connect(self.list.focus_first)
        self.card.add(self.list, 1)
        self.nothing = text("", "soft")
        self.nothing.setContentsMargins(SPACE, 0, SPACE, SPACE)
        self.nothing.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.card.add(self.nothing, 1)
        column.addWidget(self.card, 1)

    # ---- showing

    def words(self) -> str:
        return self.box.text().strip()

    def searching(self) -> bool:
        return len(self.words()) >= SHORTEST

    def show_notes(self, lines: Sequence[NoteLine], *, more: bool, chosen: str) -> None:
        """The notes by day; `more`: there are earlier ones."""
        filtered = self.filters.words()
        self.to_write.show()
        self.heading.setText("写过的")
        self.said.setText(filtered)
        self.clear.setVisible(bool(filtered))
        self.list.set_items(by_day(lines, more=more), chosen=chosen, keep=not self._hits)
        self._hits = ()
        self._nothing("没有符合的记录。" if filtered else "还没有记录。来访结束后，从“待写”一按就写。", bool(lines))

    def show_hits(self, hits: Sequence[Hit], words: str, *, chosen: str) -> None:
        """What was found, the newest first."""
        self.to_write.hide()
        self.heading.setText("查找")
        more = len(hits) >= MOST
        self.said.setText(f"最近的 {len(hits)} 处，再打几个字更准" if more else f"找到 {len(hits)} 处" if hits else "")
        self.clear.hide()
        self.list.set_items([hit_item(hit) for hit in hits], chosen=chosen, keep=self._hits is hits)
        self._hits = hits
        self._nothing(f"记录、谈话、方案、反馈和家访里都没有“{words}”。换个说法试试。", bool(hits))

    def _nothing(self, words: str, there: bool) -> None:
        self.nothing.setText(words)
        self.nothing.setVisible(not there)
        self.list.setVisible(there)

    # ---- the keyboard

    def turn_filters(self) -> None:
        on = self.filters.isHidden()
        self.filters.setVisible(on)
        self.funnel.setChecked(on or bool(self.filters.words()))
        if on:
            self.filters.kind.setFocus()

    def to_find(self) -> None:
        self.box.setFocus()
        self.box.selectAll()

    def focus_first(self) -> None:
        """What is to be written, else the notes, else the find box."""
        if not self.to_write.isHidden() and self.to_write.list.rows():
            self.to_write.list.focus_first()
        elif not (self.list.isVisibleTo(self) and self.list.focus_first()):
            self.box.setFocus()

    def _above(self) -> None:
        rows = self.to_write.list.rows() if not self.to_write.isHidden() else []
        (rows[-1] if rows else self.box).setFocus()

    def _typed(self, words: str) -> None:
        if len(words.strip()) >= SHORTEST:
            self._rest.start()
        else:
            self._rest.stop()
            self.sought.emit("")

    def seek(self, words: str) -> None:
        """Search for these words now."""
        self.box.setText(words)
        self._rest.stop()
        self.sought.emit(self.words())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.box and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Down):
                if self.searching():
                    self.list.focus_first()
                else:
                    self.focus_first()
                return True
            if event.key() == Qt.Key.Key_Escape and self.box.text():
                self.box.clear()
                return True
        return super().eventFilter(watched, event)


def by_day(lines: Sequence[NoteLine], *, more: bool) -> list[Item]:
    """Lines under the days they belong to."""
    items: list[Item] = []
    day = None
    for line in lines:
        if line.day != day:
            day = line.day
            items.append(Item("day", f"{day.year}年{day_name(day)}"))
        items.append(note_item(line))
    if more:
        items.append(Item("more", MORE))
    return items


def note_item(line: NoteLine) -> Item:
    """A note's line: whom, when, of what kind; what it lacks and how it stands as tags."""
    hour = clock(line.starts) if line.starts is not None else ""
    detail = [hour, NOTE_KINDS[line.kind] if line.who else "", "" if line.mine else f"{line.writer_name}写"]
    tags: list[tuple[str, str]] = []
    if line.mine and line.missing and line.state != "locked":
        tags.append(("未完", "amber"))
    if line.state == "unlocked":
        tags.append(("已解锁", "amber"))
    elif line.signed:
        tags.append(("已签字", "good"))
    elif line.state == "locked":
        tags.append(("已锁定", ""))
    return Item(
        "note",
        _whom(line),
        " · ".join(p for p in detail if p),
        key=line.id,
        icon="" if line.mine else "book-open" if line.readable else "lock-simple",
        stripe="accent" if line.mine and line.state != "locked" else "",
        tags=tuple(tags),
        row=line,
    )


def _whom(line: NoteLine | Hit) -> str:
    """Name and class; where nobody is named, as of a group, the kind and how many came."""
    if not line.who:
        many = f"（{len(line.students)} 人）" if line.kind == "group" and line.students else ""
        return f"{_KINDS.get(line.kind, '')}{many}" or "没有写名字"
    return " ".join(p for p in (line.who, line.class_name) if p)


def hit_item(hit: Hit) -> Item:
    """A hit: whom, when, in which part, and the words around what was found."""
    day = f"{hit.day.year}年{short_day(hit.day)}"
    return Item(
        "hit",
        _whom(hit),
        " · ".join(p for p in (day, hit.part_label, _KINDS.get(hit.kind, "") if hit.who else "") if p),
        key=hit.note or hit.ref,
        icon="lock-simple" if hit.private else "",
        stripe="accent",
        tags=(("只有我看得到", ""),) if hit.private else (),
        excerpt=hit.excerpt,
        marks=tuple(hit.marks),
        row=hit,
    )
