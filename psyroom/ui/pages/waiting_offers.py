"""What a time that has become free says: the three on the waiting list whom it suits best, each booked by its number."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QPushButton

from psyroom.rules.booking import Free
from psyroom.rules.time import day_name
from psyroom.rules.typed import span
from psyroom.services import school as schools
from psyroom.services import waiting
from psyroom.services.around import Clashes
from psyroom.services.waiting import Match, Waits
from psyroom.store.room import Room
from psyroom.ui.kit import Card, Row, RowList, button, primary, quiet, text
from psyroom.ui.kit.flow import empty_layout
from psyroom.ui.pages.side_column import SideColumn
from psyroom.ui.window import Shell

KINDS = ("booking", "waiting", "waiting_window", "waiting_first")
WATCHED = frozenset(
    {*KINDS, "visit", "event", "student", "opening_slot", "opening_exception", "timetable", "room_rules"}
)
NUMBERS = {Qt.Key.Key_1: 0, Qt.Key.Key_2: 1, Qt.Key.Key_3: 2}


def waited(entry: Waits) -> str:
    """`等了 12 天`"""
    return f"等了 {entry.days} 天" if entry.days else "今天登记"


class Side(SideColumn):
    """A column for the side sheet whose `choices` are taken by 1, 2, 3; it follows what changes elsewhere."""

    help_topic = "waiting"
    watched = WATCHED

    booked = Signal(object, int, int, str)  # day, starts, ends, booking

    def __init__(self, room: Room, shell: Shell, now: Callable[[], datetime]) -> None:
        super().__init__(room, shell)
        self.now = now
        self.choices: list[Callable[[], object]] = []

    def clear(self) -> None:
        self.choices = []
        empty_layout(self.column)

    def focus_first(self) -> None:
        """The keyboard on the first line, else on the first button that matters."""
        lists: list[RowList] = list(self.findChildren(RowList))
        lines = [found for found in lists if found.rows() and not found.isHidden()]
        if lines:
            lines[0].focus_first()
            return
        every: list[QPushButton] = list(self.findChildren(QPushButton))
        buttons = [b for b in every if not b.isHidden()]
        made = next((b for b in buttons if b.property("kind") == "primary"), None)
        (made or next(iter(buttons), self)).setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        at = NUMBERS.get(Qt.Key(event.key()))
        if at is not None and at < len(self.choices) and not event.isAutoRepeat():
            self.choices[at]()
        else:
            super().keyPressEvent(event)

    # ---- deeds

    def do(self, deed: Callable[[], Any], say: str = "") -> bool:
        """A deed on the list, said with 撤销."""
        done = self.shell.attempt(deed, kinds=KINDS)
        if done and (words := say or (done.result if isinstance(done.result, str) else "")):
            self.shell.toast(words, undo=True)
        return bool(done)

    def take(self, entry: Waits, time: Free, *, anyway: bool = False) -> None:
        """Book an entry at a time; what speaks against it is said here, with the yes where one is enough."""

        def deed() -> Any:
            try:
                return waiting.take(
                    self.room, entry.id, time.day, time.starts, time.ends, self.now(), person=time.person,
                    place=time.place, anyway=anyway,
                )  # fmt: skip
            except Clashes as clashes:
                return clashes

        self.busy = True
        done = self.shell.attempt(deed, kinds=KINDS)
        self.busy = False
        if not done:
            self.refresh()
        elif isinstance(done.result, Clashes):
            self._refused(entry, time, done.result)
        else:
            self.shell.toast(f"已约 {entry.who}：" + "；".join(done.result.notes), undo=True)
            self.booked.emit(time.day, time.starts, time.ends, done.result.id)

    def _refused(self, entry: Waits, time: Free, clashes: Clashes) -> None:
        """Why not; or what must be agreed on first."""
        if not clashes.confirm or clashes.urgent:
            self.shell.trouble(clashes)
            self.refresh()
            return
        self.clear()
        self.column.addWidget(text(f"{entry.who}  {day_name(time.day)} {span(time.starts, time.ends)}", "lead"))
        for cause in dict.fromkeys(clashes.causes):
            self.column.addWidget(text(cause, "warning"))
        yes = primary("已说好，约上", lambda: self.take(entry, time, anyway=True))
        self.row(yes, quiet("先不约", self.refresh))
        yes.setFocus()


class Offers(Side):
    """A free time and whom on the list it suits best: 1, 2, 3 book; 0 leaves it free."""

    declined = Signal()

    def __init__(
        self, room: Room, shell: Shell, now: Callable[[], datetime], freed: Free, *, under: bool = False
    ) -> None:
        """`under` the card that freed the time: it has said when and with whom."""
        super().__init__(room, shell, now)
        self.freed, self.under = freed, under
        self.found: list[Match] = []
        self.refresh()

    def refresh(self) -> None:
        self.clear()
        self.found = waiting.matches(self.room, self.freed, self.now())
        self._head()
        if not self.found:
            card = Card(tone="sunken")
            card.add(text("候补名单上没有合适的人", "heading"))
            card.add(text("这段时间太短、不合他们的时间，或他们那时已有安排。", "soft"))
            self.column.addWidget(card)
            self.row(button("好（0）", self.decline))
            self.focus_first()
            return
        self.column.addWidget(text("候补里最合适的，按数字就约上：", "soft"))
        self.choices = [partial(self.take, m.entry, self._time(m)) for m in self.found]
        self.column.addWidget(RowList([self._row(m, n) for n, m in enumerate(self.found)]))
        self.row(button("都不用（0）", self.decline))
        self.focus_first()

    def _head(self) -> None:
        if self.under:
            self.column.addWidget(text("这个时间空出来了，谁可以来？", "heading"))
            return
        freed, school = self.freed, schools.context(self.room)
        self.column.addWidget(text(f"{day_name(freed.day)}  {span(freed.starts, freed.ends)}", "lead", tabular=True))
        where = [school.people.get(freed.person, ""), school.places.get(freed.place, "")]
        self.column.addWidget(text(" · ".join(part for part in where if part) + "，这段时间空着", "soft"))

    def _time(self, match: Match) -> Free:
        return Free(match.day, match.starts, match.ends, match.person, match.place, match.soft)

    def _row(self, match: Match, at: int) -> Row:
        own = (match.starts, match.ends) == (self.freed.starts, self.freed.ends)
        hours = "" if own else f"{span(match.starts, match.ends)}\n"
        return Row(
            " · ".join(part for part in (match.entry.who, match.entry.class_name) if part),
            hours + match.why,
            lead=str(at + 1),
            stripe="amber" if match.soft or match.entry.first else "good",
            action=("约上", self.choices[at]),
            open=self.choices[at],
            key=match.entry.id,
            whole=True,
        )

    def decline(self) -> None:
        self.declined.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_0:
            self.decline()
        else:
            super().keyPressEvent(event)


class StillWaits(Side):
    """Somebody was booked by the ordinary form and stands on the list: off it, or waiting for one more time?"""

    done = Signal()

    def __init__(self, room: Room, shell: Shell, now: Callable[[], datetime], entry: Waits) -> None:
        super().__init__(room, shell, now)
        self.column.addWidget(text("已经约上了，候补还要留着吗？", "heading"))
        self.column.addWidget(text(f"{entry.who}在候补名单上，{waited(entry)}：{entry.suits}", "soft"))
        off = primary("从候补拿下（1）", partial(self._off, entry.id))
        self.choices = [partial(self._off, entry.id), self.done.emit]
        self.row(off, button("继续候补（2）", self.done.emit))

    def _off(self, waiting_id: str) -> None:
        if self.do(lambda: waiting.withdraw(self.room, waiting_id)):
            self.done.emit()
