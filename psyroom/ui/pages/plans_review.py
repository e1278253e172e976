"""A plan is looked at again: what was seen, what came of each open step, when next. Opens under the plan's buttons."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from psyroom.errors import NotValid
from psyroom.records.care import REACHED
from psyroom.rules import plans as rules
from psyroom.rules.time import short_day
from psyroom.services import drafts, plans
from psyroom.services.plans import PlanSeen, StepSeen
from psyroom.store.room import Room
from psyroom.ui import drafting
from psyroom.ui.kit import Choice, DayField, Field, text
from psyroom.ui.pages.plans_parts import Cell, ReviewDay
from psyroom.ui.pages.settings_base import InPlace
from psyroom.ui.tokens import SPACE

FORM = "plan_review"
"""The name under which an unsaved review is kept, about the plan's id."""
RESULTS = {"": "还没有", **{key: words for key, words in REACHED.items() if key}}


class _Result(QWidget):
    """What came of one step."""

    edited = Signal()

    def __init__(self, step: StepSeen, today: date) -> None:
        super().__init__()
        self.step = step
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        until = f"（{short_day(step.due)}前）" if step.due else ""
        late = step.due is not None and step.due < today
        column.addWidget(text(f"{step.goal or step.step}{until}", "error" if late else ""))
        row = QHBoxLayout()
        row.setSpacing(SPACE)
        column.addLayout(row)
        self.reached = Choice(RESULTS, as_list=True)
        self.reached.setAccessibleName("结果")
        row.addWidget(self.reached)
        self.result = Cell("有什么变化", "结果说明")
        row.addWidget(self.result, 1)
        self.result.onward.connect(self.focusNextChild)
        self.reached.edited.connect(self.edited)
        self.result.edited.connect(self.edited)

    def value(self) -> dict[str, str]:
        return {"id": self.step.id, "reached": self.reached.value() or "", "result": self.result.value()}

    def set_value(self, value: dict[str, str]) -> None:
        self.reached.set_value(value.get("reached", ""))
        self.result.set_value(value.get("result", ""))


class ReviewForm(InPlace):
    """`save` does the deed with `typed()`. What is typed and not saved is kept, and is put back next time."""

    help_topic = "plans"

    def __init__(self, room: Room, plan: PlanSeen, now: Callable[[], datetime], save: Callable[[], object]) -> None:
        super().__init__("回顾：做到了什么，下一步怎么走", "保存回顾", save)
        self.save_button.setToolTip("Ctrl+S")
        today = now().date()
        self.day = Field("回顾日期", DayField(today=lambda: now().date()), required=True)
        self.day.set_value(today)
        self.next = Field("下次回顾", ReviewDay(lambda: self._from(today), lambda: now().date()))
        self.next.set_value(rules.after(today, 1))
        self.words = Field("回顾情况", Cell("和谁一起看的，做到了什么，还差什么", "回顾情况", lines=2))
        self.row(("day", self.day), ("next_on", self.next), stretch=(2, 3))
        self.row(("words", self.words))
        self.results = [_Result(step, today) for step in plan.steps if step.reached in rules.GOES_ON]
        if self.results:
            self.put(text("措施的结果", "label"))
        for one in self.results:
            one.set_value({"reached": one.step.reached, "result": one.step.result})
            one.edited.connect(self.edited)
            self.put(one)
        self.words.control.onward.connect(self._after_words)
        keys = QShortcut(QKeySequence("Ctrl+S"), self)
        keys.activated.connect(save)
        self.values_kept = self._kept
        self._baseline = self._kept()
        kept = drafts.load(room, FORM, plan.id)
        if kept is not None:
            self._put_back(kept)
        self._room, self._about = room, plan.id
        self.draft = drafting.watch(self, lambda values: drafts.save(room, FORM, plan.id, values))

    def _from(self, today: date) -> date:
        day = self.day.value()
        return day if isinstance(day, date) else today

    def _after_words(self) -> None:
        if self.results:
            (self.results[0].reached.focusProxy() or self.results[0].reached).setFocus()
        else:
            self.save_button.setFocus()

    def typed(self) -> tuple[dict[str, Any], list[dict[str, str]]]:
        """The review and the results that are new. Errors: `NotValid` where a day cannot be read."""
        for name, field in (("day", self.day), ("next_on", self.next)):
            if not field.control.readable():
                raise NotValid({name: field.control.unreadable})
        values = {"day": self.day.value(), "words": self.words.value(), "next_on": self.next.value()}
        now = [(one.value(), one.step) for one in self.results]
        changed = [value for value, step in now if (value["reached"], value["result"]) != (step.reached, step.result)]
        return values, changed

    def forget(self) -> None:
        """It is saved."""
        self.draft.forget()
        drafts.discard(self._room, FORM, self._about)

    def focus_first(self) -> None:
        self.words.control.setFocus()

    def _kept(self) -> dict[str, Any]:
        days = {"day": self.day.value(), "next_on": self.next.value()}
        return {
            **{name: day.isoformat() if isinstance(day, date) else day for name, day in days.items()},
            "words": self.words.control.kept(),
            "results": [one.value() for one in self.results],
        }

    def _put_back(self, kept: dict[str, Any]) -> None:
        for name, field in (("day", self.day), ("next_on", self.next)):
            try:
                field.set_value(date.fromisoformat(kept.get(name) or ""))
            except ValueError:
                field.set_value(kept.get(name))
        self.words.set_value(kept.get("words"))
        told = {one["id"]: one for one in kept.get("results") or ()}
        for one in self.results:
            if one.step.id in told:
                one.set_value(told[one.step.id])
        self.say("上次没有保存的回顾已放回，看过后请保存。")


def save_review(room: Room, plan: str, form: ReviewForm, now: datetime) -> str:
    """The deed; its draft goes afterwards."""
    values, results = form.typed()
    return plans.review(room, plan, values, now, results=results)
