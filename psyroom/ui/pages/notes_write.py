"""待写: visits without a finished note, oldest first, and what was begun and never saved; one press goes on writing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout

from psyroom.rules.time import day_name, short_day
from psyroom.rules.typed import clock
from psyroom.services.due_notes import LATE, SOON
from psyroom.services.note_list import NONE_NEEDED, ToWrite
from psyroom.ui.kit import Card, Glyph, Row, RowList, link, text
from psyroom.ui.kit.flow import beside
from psyroom.ui.kit.reasons import ReasonBar
from psyroom.ui.tokens import SPACE

FEW = 3
"""Lines shown before the list is unfolded."""


@dataclass(frozen=True, repr=False)
class Begun:
    """A note begun and never saved, that belongs to no line of the list. `about` is the draft's key."""

    about: str
    who: str
    when: str


def age(days: int) -> str:
    """今天, 昨天, 3 天前"""
    return "今天" if days <= 0 else "昨天" if days == 1 else f"{days} 天前"


class WriteRows(RowList):
    """The rows; past the last one the keyboard goes to what stands below."""

    below = Signal()

    def _walk(self, by: int) -> None:
        rows = self.rows()
        at = next((n for n, row in enumerate(rows) if row.hasFocus()), 0)
        if 0 <= at + by < len(rows):
            rows[at + by].setFocus()
        elif by > 0:
            self.below.emit()


class ToWriteCard(Card):
    """`wanted` (visit, note): write this one; `resumed` (draft key): go on with what was begun; `dismissed` (visit, why)."""

    help_topic = "notes"

    wanted = Signal(str, str)
    resumed = Signal(str)
    dismissed = Signal(str, str)
    below = Signal()

    def __init__(self) -> None:
        super().__init__(pad=1)
        self._rows: Sequence[ToWrite] = ()
        self._begun: Sequence[Begun] = ()
        self._drafts: frozenset[str] = frozenset()
        self._all = False
        head = QHBoxLayout()
        head.setContentsMargins(SPACE, 0, 0, 0)
        self.title = text("待写", "heading", wrap=False)
        head.addWidget(self.title)
        head.addStretch(1)
        self.more = link("", self.unfold)
        head.addWidget(self.more)
        self.body.addLayout(head)
        self.list = WriteRows(limit=400, in_turn=True)
        self.list.below.connect(self.below)
        self.add(self.list)
        self.none_mark = Glyph("check-circle", size=22, role="good")
        self.none = text("都写完了，今天可以放心下班。", "soft")
        self._none = beside(self.none_mark)
        self._none.setContentsMargins(SPACE, 0, SPACE, SPACE // 2)
        self._none.insertWidget(1, self.none, 1)
        self.body.addLayout(self._none)
        self.why = ReasonBar()
        self.add(self.why)

    def show_rows(self, rows: Sequence[ToWrite], begun: Sequence[Begun], drafts: frozenset[str]) -> None:
        """The list as it is now. `drafts`: keys of notes begun and not saved, among them those of visits shown here."""
        self._rows, self._begun, self._drafts = rows, begun, drafts
        count = len(rows)
        self.title.setText(f"待写 {count} 次" if count else "待写")
        made = [self._begun_row(one) for one in begun] + [self._row(one) for one in rows]
        hidden = len(made) - FEW
        self.more.setText("收起" if self._all else f"全部 {len(made)} 条")
        self.more.setVisible(hidden > 0)
        self.list.set_rows(made if self._all else made[:FEW])
        self.list.setVisible(bool(made))
        self.none.setVisible(not made)
        self.none_mark.setVisible(not made)

    def unfold(self) -> None:
        """All of them, or only the first."""
        self._all = not self._all
        self.show_rows(self._rows, self._begun, self._drafts)
        self.list.focus_first()

    def _row(self, one: ToWrite) -> Row:
        when = " ".join(p for p in (short_day(one.day), clock(one.starts) if one.starts is not None else "") if p)
        if one.note:
            tag = ("未完", "amber")
        elif one.visit in self._drafts:
            tag = ("有草稿", "accent")
        else:
            tag = ("未写", "brick" if one.days >= LATE else "")
        return Row(
            " ".join(p for p in (one.who, one.class_name) if p),
            f"{age(one.days)} · {when}",
            stripe="brick" if one.days >= LATE else "amber" if one.days >= SOON else "accent",
            tags=[tag],
            more=[("不用写", partial(self.ask, one))] if not one.note and one.visit else (),
            open=partial(self.wanted.emit, one.visit, one.note),
            key=one.note or one.visit,
        )

    def _begun_row(self, one: Begun) -> Row:
        return Row(
            one.who,
            one.when,
            stripe="accent",
            tags=[("草稿", "accent")],
            open=partial(self.resumed.emit, one.about),
            key=f"draft:{one.about}",
        )

    def ask(self, one: ToWrite) -> None:
        """Why this visit needs no note."""
        row = next((w for w in self.list.rows() if w.row.key == one.visit), None)
        then: Callable[[str], object] = lambda why: self.dismissed.emit(one.visit, why)  # noqa: E731
        self.why.ask(f"{one.who} {day_name(one.day)}的来访为什么不用写？", NONE_NEEDED, then, back=row)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_N) and not event.modifiers():
            held = next((w for w in self.list.rows() if w.hasFocus()), None)
            found = next((one for one in self._rows if held is not None and one.visit == held.row.key), None)
            if found is not None:
                self.ask(found)
                return
        super().keyPressEvent(event)
