"""The part of the rota that changes single turns: who stands in, who changes with whom, who takes an empty one."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from psyroom.rules.typed import span
from psyroom.services import rota
from psyroom.store.room import Room
from psyroom.ui.kit import Choice, Field, PageHeader, SideSheet, danger, day_words, text
from psyroom.ui.pages.rota_grid import RotaGrid, Spot
from psyroom.ui.pages.rota_side import Substitution
from psyroom.ui.tokens import SPACE
from psyroom.ui.window import Shell

KINDS = ("duty_turn", "opening_slot")  # pages that show the plan look at the second


class Changing(QWidget):
    """Forms in the side sheet, from one turn of the grid."""

    month: rota.Month
    beside: QWidget
    header: PageHeader

    def __init__(self, room: Room, shell: Shell) -> None:
        super().__init__()
        self.room, self.shell = room, shell
        self.grid = RotaGrid()
        self.sheet = SideSheet()

    @property
    def _plans(self) -> bool:
        """Whether this person makes the rota; the duty person sees it and changes the own turns."""
        return self.room.has_cases

    def _load(self) -> None:
        raise NotImplementedError

    def put(self, at: int, person: str) -> None:
        raise NotImplementedError

    def _open(self, title: str, body: QWidget, **more: Any) -> None:
        """A form in the side sheet; the hours make room for it."""
        self.beside.hide()
        self.header.question.hide()
        self.sheet.open(title, body, **more)

    def _do(self, deed: Callable[[], object], say: str) -> bool:
        done = bool(self.shell.attempt(deed, say=say, kinds=KINDS))
        if done:
            self._load()
            self.grid.setFocus()
        return done

    def open_turn(self, at: int, person: str = "") -> None:
        """Another for this turn, with the reason; for one that nobody keeps, who."""
        spot = self.grid.spots[at]
        self.grid.go(at)
        if not spot.person or spot.changed:
            if self._plans:
                self._open_empty(at, spot)
            return
        me = self.room.person.id
        people = {p: n for p, n in self.month.people if p != spot.person}
        others = {
            str(n): f"{day_words(s.day)[5:]} {span(s.slot.turn.starts, s.slot.turn.ends)} {s.name}"
            for n, s in enumerate(self.grid.spots)
            if s.person not in ("", spot.person) and not s.changed and not s.past
        }
        if not self._plans and spot.person != me:  # one may take over, or offer the own
            people = {p: n for p, n in people.items() if p == me}
            others = {k: w for k, w in others.items() if self.grid.spots[int(k)].person == me}
        if not people:
            self.shell.toast("辅导室里还没有别的老师可以代班，请心理教师先在“设置 → 人员”里添加。")
            return
        body = Substitution(spot.words, people, others, person)

        def save() -> None:
            if body.swaps() and body.other is not None:
                swapped = self.grid.spots[int(body.other.value())].slot.turn
                deed: Callable[[], object] = partial(rota.swap, self.room, spot.slot.turn, swapped)
            else:
                deed = partial(rota.substitute, self.room, spot.slot.turn, body.person.value(), body.why.value())
            if self._do(deed, "已对调" if body.swaps() else "已换班"):
                self.sheet.shut()

        others_buttons: tuple[QPushButton, ...] = ()
        if self._plans and spot.slot.turn.id:
            others_buttons = (danger("不排这一次", lambda: self._clear(at)),)
        self._open("代班、对调", body, save=save, save_words="换班", others=others_buttons)

    def _open_empty(self, at: int, spot: Spot) -> None:
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE * 2)
        column.addWidget(text(spot.words, "strong"))
        who = Field("由谁来值", Choice(dict(self.month.people)))
        if spot.person:
            who.set_value(spot.person)
        column.addWidget(who)
        column.addWidget(text("直接按数字键或姓名首字母也可以，不用打开这里。", "small"))

        def take() -> None:
            self.sheet.shut()
            self.put(at, who.value())

        self._open("安排值班", body, save=take, save_words="就这样")
        who.control.setFocus()

    def _clear(self, at: int) -> None:
        self.sheet.shut()
        self.put(at, "")
