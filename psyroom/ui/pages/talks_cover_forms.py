"""The small forms of the class list: why there was no talk, a try that failed, the mark 需要重点关爱 and its end.

What is typed into one is kept as a draft until it is saved.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from functools import partial
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from psyroom.records.care import Care, CareFields
from psyroom.records.fields import about
from psyroom.records.talks import ATTEMPTS, EXCUSES, TalkAttempt, TalkExcuse
from psyroom.services import drafts
from psyroom.store.room import Room
from psyroom.ui import drafting
from psyroom.ui.kit import Choice, DayField, Field, LongText, TextField, button, text
from psyroom.ui.kit.flow import Flow
from psyroom.ui.pages.settings_base import InPlace

DRAFT = "talks-cover"
"""The form under which what is typed is kept, by the deed and the student."""


class _Line(TextField):
    """A figure typed into the empty line stands for one of the words offered."""

    def __init__(self, placeholder: str, offered: Sequence[str], limit: int) -> None:
        super().__init__(placeholder, limit=limit)
        self._offered = offered

    def keyPressEvent(self, event: QKeyEvent) -> None:
        typed = event.text()
        if typed.isdecimal() and not self.text() and 1 <= int(typed) <= len(self._offered):
            self.setText(self._offered[int(typed) - 1])
        else:
            super().keyPressEvent(event)


class Offered(QWidget):
    """One line of text, and under it words to take: by a click, or by the figure before them."""

    edited = Signal()

    def __init__(self, placeholder: str, offered: Sequence[str], limit: int) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        self.line = _Line(placeholder, offered, limit)
        self.line.edited.connect(self.edited.emit)
        column.addWidget(self.line)
        chips = [button(f"{n}  {words}", partial(self.take, words), small=True) for n, words in enumerate(offered, 1)]
        for chip in chips:
            chip.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        column.addWidget(Flow(*chips, gap=6))
        self.setFocusProxy(self.line)

    def take(self, words: str) -> None:
        self.line.setText(words)
        self.line.setFocus()

    def value(self) -> str:
        return self.line.value()

    def set_value(self, value: object) -> None:
        self.line.set_value(value)


class Small(InPlace):
    """A form about one student or several. `done` once it is saved, `deed` gets its values."""

    done = Signal()
    help_topic = "talks"

    def __init__(self, heading: str, words: str, deed: Callable[[dict[str, Any]], bool]) -> None:
        super().__init__(heading, words, self._on_save)
        self._deed = deed
        self.draft: drafting.Draft | None = None
        self._forget: Callable[[], object] = lambda: None

    def keep(self, room: Room, about_whom: str) -> None:
        """Put back what was left unsaved, and keep what is typed from now on."""
        kept = drafts.load(room, DRAFT, about_whom)
        if kept is not None:
            for name, value in kept.items():
                if name in self.fields:
                    self.fields[name].set_value(value)
            self.put(text("上次写了没有保存的，已经放回。", "warning"))
        self.draft = drafting.watch(self, lambda values: drafts.save(room, DRAFT, about_whom, values))
        self._forget = lambda: drafts.discard(room, DRAFT, about_whom)

    def values(self) -> dict[str, Any]:
        """JSON, for the draft too."""
        found = {name: field.value() for name, field in self.fields.items()}
        return {name: value.isoformat() if isinstance(value, date) else value for name, value in found.items()}

    def _on_save(self) -> None:
        self.clear_problems()
        if self._deed(self.values()):
            if self.draft is not None:
                self.draft.forget()
            self._forget()
            self.done.emit()


class ExcuseForm(Small):
    """Why there can be no talk this semester."""

    def __init__(self, who: str, reason: str, deed: Callable[[dict[str, Any]], bool]) -> None:
        super().__init__(f"{who}：这学期为什么谈不了", "保存", deed)
        limit = about(TalkExcuse, "reason")["limit"]
        control = Offered("按数字选一个，或自己写", EXCUSES, limit)
        control.set_value(reason)
        self.row(("reason", Field("未谈原因", control, "有原因的单独列出，不算已经谈过；后来谈了就算谈过。")))


class AttemptForm(Small):
    """A try that did not become a talk."""

    def __init__(
        self, who: str, by: str, today: Callable[[], date], days: int, deed: Callable[[dict[str, Any]], bool]
    ) -> None:
        super().__init__(f"{who}：找过，这次没有谈成", "保存", deed)
        when = DayField(today=today)
        when.set_value(today())
        talker = TextField(limit=about(TalkAttempt, "who")["limit"])
        talker.set_value(by)
        self.row(("what", Field("结果", Choice(ATTEMPTS, as_list=False))))
        self.row(
            ("day", Field("日期", when)),
            ("who", Field("谁去谈的", talker)),
            ("words", Field("说明", TextField("可以不写", limit=about(TalkAttempt, "words")["limit"]))),
            stretch=(2, 2, 3),
        )
        later = f"{days} 天内不再列在“未谈”里，" if days else ""
        self.put(text(f"{later}统计里仍然算没有谈。", "small"))


class CareForm(Small):
    """The mark 需要重点关爱."""

    def __init__(self, who: str, today: Callable[[], date], deed: Callable[[dict[str, Any]], bool]) -> None:
        super().__init__(f"{who}：标记为需要重点关爱", "标记", deed)
        since, until = DayField(today=today), DayField(today=today)
        since.set_value(today())
        told = about(CareFields, "ground")
        ground = LongText(lines=2, limit=told["limit"])
        self.row(("ground", Field("依据", ground, told["help"], required=True)))
        self.row(
            ("since", Field("从哪天起", since)),
            ("until", Field("到哪天（可以不填）", until, "到期前会提醒；不填就一直到解除")),
        )
        self.put(text("只有心理教师看得到。标记以后，这学期要有成长指导方案。", "small"))


class LiftForm(Small):
    """The end of a mark, with its reason."""

    def __init__(self, who: str, told: str, today: Callable[[], date], deed: Callable[[dict[str, Any]], bool]) -> None:
        super().__init__(f"{who}：解除重点关爱", "解除", deed)
        self.put(text(told, "soft"))
        day = DayField(today=today)
        day.set_value(today())
        self.row(
            ("lifted", Field("从哪天起不再需要", day)),
            ("lifted_why", Field("为什么", TextField(limit=about(Care, "lifted_why")["limit"]), required=True)),
            stretch=(1, 2),
        )
