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
from sqlmodel import SQLModel

from psyroom.records.care import Care, CareFields
from psyroom.records.fields import about
from psyroom.records.talks import ATTEMPTS, EXCUSES, TalkAttempt, TalkExcuse
from psyroom.services import drafts
from psyroom.store.room import Room
from psyroom.ui import drafting
from psyroom.ui.kit import Choice, DayField, Form, LongText, TextField, button, text
from psyroom.ui.kit.flow import Flow
from psyroom.ui.kit.texts import ENTER

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


class Small(Form):
    """A form about one student or several, for the side sheet. `deed` gets its values and says whether it was done; `done`
    fires then. Enter in the last line saves."""

    done = Signal()
    help_topic = "talks"

    def __init__(self, model: type[SQLModel], who: str, deed: Callable[[dict[str, Any]], bool]) -> None:
        super().__init__(model)
        self.put(text(who, "strong"))
        self._deed = deed
        self._draft: drafting.Draft | None = None
        self._forget: Callable[[], object] = lambda: None

    def keep(self, room: Room, about_whom: str) -> None:
        """Put back what was left unsaved, and keep what is typed from now on."""
        kept = drafts.load(room, DRAFT, about_whom)
        if kept is not None:
            self.set_values(kept)
            self.put(text("上次写了没有保存的，已经放回。", "warning"))
        self._draft = drafting.watch(self, lambda values: drafts.save(room, DRAFT, about_whom, values))
        self._forget = lambda: drafts.discard(room, DRAFT, about_whom)

    def flush(self) -> None:
        if self._draft is not None:
            self._draft.flush()

    def save(self) -> None:
        self.clear_problems()
        if self._deed(self.values()):
            if self._draft is not None:
                self._draft.forget()
            self._forget()
            self.done.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        last = next(reversed(self.fields.values())).control
        if event.key() in ENTER and (last.hasFocus() or last.isAncestorOf(self.focusWidget() or last)):
            self.save()
        else:
            super().keyPressEvent(event)


class ExcuseForm(Small):
    """Why there can be no talk this semester."""

    def __init__(self, who: str, reason: str, deed: Callable[[dict[str, Any]], bool]) -> None:
        super().__init__(TalkExcuse, who, deed)
        told = about(TalkExcuse, "reason")
        control = Offered("按数字选一个，或自己写", EXCUSES, told["limit"])
        self.add("reason", controls={"reason": control})
        self.fields["reason"].set_hint("有原因的单独列出，不算已经谈过；后来谈了就算谈过。")
        self.set_values({"reason": reason})


class AttemptForm(Small):
    """A try that did not become a talk."""

    def __init__(
        self, who: str, by: str, today: Callable[[], date], days: int, deed: Callable[[dict[str, Any]], bool]
    ) -> None:
        super().__init__(TalkAttempt, who, deed)
        self.add("what", controls={"what": Choice(ATTEMPTS, as_list=True, wide=True)})
        self.add("day", "who", controls={"day": DayField(today=today)}, stretch=(3, 2))
        self.add("words")
        self.set_values({"what": next(iter(ATTEMPTS)), "day": today(), "who": by})
        later = f"{days} 天内不再列在“未谈”里；" if days else ""
        self.put(text(f"{later}统计里仍然算没有谈。", "small"))


class CareForm(Small):
    """The mark 需要重点关爱."""

    help_topic = "care"

    def __init__(self, who: str, today: Callable[[], date], deed: Callable[[dict[str, Any]], bool]) -> None:
        super().__init__(CareFields, who, deed)
        self.add("ground", controls={"ground": LongText(lines=4, limit=about(CareFields, "ground")["limit"])})
        self.add("since", controls={"since": DayField(today=today)})
        self.add("until", controls={"until": DayField("可以不填", today=today)})
        self.fields["until"].set_hint("到期前会提醒；不填就一直到解除。")
        self.set_values({"since": today()})
        self.put(text("只有心理教师看得到。标记以后，这学期要有成长指导方案。", "small"))


class LiftForm(Small):
    """The end of a mark, with its reason."""

    help_topic = "care"

    def __init__(self, who: str, told: str, today: Callable[[], date], deed: Callable[[dict[str, Any]], bool]) -> None:
        super().__init__(Care, who, deed)
        self.put(text(told, "soft"))
        self.add("lifted", controls={"lifted": DayField(today=today)})
        self.add("lifted_why")
        self.fields["lifted_why"].set_hint("要写一句，如：近一个月到校正常，班主任也同意。")
        self.set_values({"lifted": today()})
