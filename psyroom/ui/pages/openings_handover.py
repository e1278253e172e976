"""交班: a few ticks for whoever is on duty next, and what the last one left."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from psyroom.records.weeks import HANDOVER
from psyroom.rules.time import short_day
from psyroom.services import handover, hours
from psyroom.services.handover import Left
from psyroom.services.school import context
from psyroom.store.room import Room
from psyroom.ui.kit import Card, Check, Choice, Field, Row, RowList, SideSheet, text
from psyroom.ui.kit.texts import ENTER
from psyroom.ui.tokens import SPACE
from psyroom.ui.window import Shell

KINDS = ("handover",)


class LeaveForm(QWidget):
    """Ticks and whom they are for; Enter ticks and goes on."""

    help_topic = "duty"

    def __init__(self, people: Mapping[str, str]) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE)
        column.addWidget(text("要告诉下一位的，打个勾；没有就直接关闭。这里不写学生的事，要写请留密封便条。", "soft"))
        self.ticks = {code: Check(words) for code, words in HANDOVER.items()}
        for made in self.ticks.values():
            column.addWidget(made)
        column.addSpacing(SPACE)
        self.to = Choice({"": "", **people}, empty="下一位值班的人", as_list=True)
        column.addWidget(Field("交给谁", self.to))

    def items(self) -> list[str]:
        return [code for code, made in self.ticks.items() if made.isChecked()]

    def focus_first(self) -> None:
        next(iter(self.ticks.values())).setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (*ENTER, Qt.Key.Key_Down):
            self.focusNextChild()
        elif event.key() == Qt.Key.Key_Up:
            self.focusPreviousChild()
        else:
            super().keyPressEvent(event)


def ask_what_to_leave(room: Room, shell: Shell, sheet: SideSheet) -> None:
    """After a duty ended: the ticks at the side, where there is anybody to leave them to. Shutting it leaves nothing."""
    others = {who: name for who, name in context(room).people.items() if who != room.person.id}
    if not others:
        return
    form = LeaveForm(others)

    def save() -> None:
        now = hours.local_now(room)
        deed = partial(handover.leave, room, form.items(), now, str(form.to.value() or ""))
        if shell.attempt(deed, say="已交给下一位", kinds=KINDS):
            sheet.shut()

    sheet.open("交班", form, save=save, save_words="交班")


OWN_DAYS = 3  # how long one's own handover is shown with its read mark


class UnreadCard(Card):
    """What was left for whoever is here, until it is read: `read` with the handover's id; and whether one's own was."""

    help_topic = "duty"

    read = Signal(str)

    def __init__(self) -> None:
        super().__init__("交班", tone="accent")
        self.rows = RowList(limit=4)
        self.add(self.rows)
        self.hide()

    def set_left(self, left: Sequence[Left], own: Sequence[Left] = ()) -> None:
        rows = [_row(one, partial(self.read.emit, one.id)) for one in left]
        self.rows.set_rows([*rows, *(_own_row(one) for one in own)])
        self.setVisible(bool(left or own))


def _row(left: Left, read: Callable[[], object]) -> Row:
    when = f"{short_day(left.day)} {left.at}"
    detail = " · ".join(p for p in (left.name, when, f"交给{left.to_name}" if left.to_name else "") if p)
    return Row(left.words, detail, stripe="accent", action=("看过了", read), whole=True)


def _own_row(left: Left) -> Row:
    """One's own, without anything to press: who has read it."""
    seen = f"{left.read_name} 看过了" if left.read_by else "还没有人看"
    return Row(
        left.words,
        f"我交的 · {short_day(left.day)} {left.at} · {seen}",
        stripe="good" if left.read_by else "",
        whole=True,
    )
