"""A class beside the list: when its sheet went out and came back, the receipt of each file, and what to do next."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from psyroom.rules.time import short_day
from psyroom.services import talk_sheets
from psyroom.services.hours import local_now
from psyroom.services.talk_sheets import ReceiptSeen, SheetState
from psyroom.store.room import Room
from psyroom.ui.kit import Tag, button, link, primary, rule, text
from psyroom.ui.kit.flow import beside, empty_layout
from psyroom.ui.pages.talk_sheets_words import HOW_TO_DESTROY, stands
from psyroom.ui.tokens import SPACE
from psyroom.ui.window import Shell


class ClassSheets(QWidget):
    """`send`: a sheet for this class alone is asked for."""

    help_topic = "talk-sheets"
    send = Signal()

    def __init__(self, room: Room, shell: Shell, state: SheetState) -> None:
        super().__init__()
        self.room, self.shell, self.state = room, shell, state
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(SPACE * 2)
        self._build()
        shell.changed.connect(self._changed)

    def _changed(self, kinds: set[str]) -> None:
        if self.room.closed:
            return
        now = talk_sheets.listed(self.room, local_now(self.room))
        self.state = next((s for s in now if s.key == self.state.key), self.state)
        self._build()

    def _build(self) -> None:
        empty_layout(self._column)
        state = self.state
        words, tone = stands(state)
        self._column.addLayout(beside(Tag(words, tone)))
        left = f"还有 {state.left_to_talk} 人没谈" if state.left_to_talk else "都谈到了"
        self._column.addWidget(
            text(
                "\n".join(
                    filter(None, (f"班主任 {state.teacher}" if state.teacher else "", f"{state.students} 人，{left}"))
                ),
                "soft",
            )
        )
        when = [f"{short_day(state.issued.date())} {state.issued:%H:%M} 发出" if state.issued else "这学期还没有发过"]
        when += ["文件有密码" if state.has_password else "文件没有密码"] if state.issued else []
        self._column.addWidget(text(" · ".join(when), "soft"))
        again = button("再发一张" if state.issued else "发出班主任表", self.send.emit, icon_name="export", small=True)
        self.table_button = primary("录入这个班", self._to_table, small=True) if state.left_to_talk else None
        self._column.addLayout(beside(*filter(None, (self.table_button, again))))
        mine = [r for r in talk_sheets.receipts(self.room) if r.class_key == state.key]
        self._column.addWidget(rule())
        self._column.addWidget(text("交回的文件", "strong"))
        if not mine:
            self._column.addWidget(text("还没有读到这个班的文件。", "soft"))
        for receipt in mine:
            self._column.addWidget(self._receipt(receipt))
        if any(not receipt.destroyed for receipt in mine):
            self._column.addWidget(text(HOW_TO_DESTROY, "small"))
        self._column.addStretch(1)

    def _receipt(self, receipt: ReceiptSeen) -> QWidget:
        whole = QWidget()
        column = QVBoxLayout(whole)
        column.setContentsMargins(0, 0, 0, SPACE)
        column.setSpacing(2)
        name = text(receipt.name, "strong")
        column.addWidget(name)
        column.addWidget(text(f"{short_day(receipt.at.date())} {receipt.at:%H:%M} {receipt.who} 读入", "soft"))
        column.addWidget(text(brought(receipt), "soft"))
        if receipt.destroyed:
            column.addLayout(beside(Tag("已销毁", "good"), link("其实还没有", partial(self._mark, receipt.id, False))))
        else:
            column.addLayout(beside(button("标记已销毁", partial(self._mark, receipt.id, True), small=True)))
        return whole

    def _mark(self, receipt: str, destroyed: bool) -> None:
        self.shell.attempt(
            lambda: talk_sheets.mark_destroyed(self.room, receipt, destroyed),
            say="记下了：文件已销毁" if destroyed else "记下了：文件还没有销毁",
            kinds=("talk_receipt",),
        )

    def _to_table(self) -> None:
        self.shell.go("talks", tab="table", class_key=self.state.key)

    def focus_first(self) -> None:
        found: list[QPushButton] = list(self.findChildren(QPushButton))
        if found:
            found[0].setFocus()


def brought(receipt: ReceiptSeen) -> str:
    """What a file brought, in words."""
    parts = [
        ("新增", receipt.new),
        ("修改", receipt.changed),
        ("不变", receipt.unchanged),
        ("要核对", receipt.problems),
    ]
    return "，".join(f"{words} {count}" for words, count in parts if count) or "什么也没有填"
