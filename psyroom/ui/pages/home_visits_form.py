"""A home visit as a form: who went, where, who was present, what was seen, what next; and, where it was for that, what the
parents were told."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from psyroom.errors import NotValid
from psyroom.records.care import VISITED, FeedbackFields, HomeVisitFields
from psyroom.records.fields import about
from psyroom.services.feedback import TEXTS
from psyroom.store.room import Room
from psyroom.ui import tokens
from psyroom.ui.kit import Check, Choice, DayField, Form, Picker, TextField, TimeField, rule, text
from psyroom.ui.kit.picker import Found
from psyroom.ui.pages.bookings_form import student_found, students_found
from psyroom.ui.pages.feedback_form import mark, serve_parents
from psyroom.ui.pages.note_part import NotePart
from psyroom.ui.pages.note_phrases import PhraseList
from psyroom.ui.tokens import SPACE

SEEN = ("family", "at_school", "at_home", "parents_say", "found")
DAYS = ("day", "next_on")
HINTS = {
    "family": "家里有谁、谁照料、住处和条件",
    "at_school": "带去的情况：学习、同伴、进步",
    "at_home": "作息、手机、做家务、和家人说话",
    "parents_say": "家长怎么说、希望学校做什么",
    "found": "看到的和商量好的办法",
    "next": "谁、什么时候、做什么",
}


def _part(name: str, *, lines: int = 2) -> NotePart:
    told = about(HomeVisitFields, name)
    return NotePart(told["label"], told["limit"], lines=lines, placeholder=HINTS.get(name, ""))


class HomeVisitForm(Form):
    """`typed()` for the deed, `feedback()` what was told to the parents (None: it was not for that), `kept()` for a draft."""

    told = Signal(bool)

    def __init__(self, room: Room, today: Callable[[], date]) -> None:
        super().__init__(HomeVisitFields)
        self._room = room
        self.column.setSpacing(SPACE + 2)
        self.picker = Picker(lambda words: students_found(room, words))
        self.add("student", "day", controls={"student": self.picker, "day": DayField(today=today)}, stretch=(5, 4))
        self.add("way", "teachers", controls={
            "way": Choice(VISITED, as_list=False), "teachers": TextField("几位用顿号隔开", limit=60),
        }, stretch=(0, 1))  # fmt: skip
        self.add("present", "place", controls={
            "present": TextField("如：母亲、奶奶", limit=60), "place": TextField("写到村或小区即可", limit=40),
        })  # fmt: skip
        self.add("purpose", "starts", "ends", controls={
            "purpose": TextField("如：了解在家学习情况", limit=200), "starts": _clock(), "ends": _clock(),
        }, stretch=(1, 0, 0))  # fmt: skip
        for name in ("teachers", "present", "place"):
            self.fields[name].set_hint("")
        self.put(rule())
        for name in SEEN:
            self.put(self.adopt(name, _part(name)))
        self.put(self.adopt("next", _part("next", lines=1)))
        self.add("next_on", controls={"next_on": DayField(today=today)})
        self.put(rule())
        self.also = Check("这次家访也算一次家校反馈")
        self.also.edited.connect(self._on_also)
        self.put(self.also)
        self.words = QWidget()
        inner = QVBoxLayout(self.words)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(SPACE)
        inner.addWidget(mark("chat-circle-text", "告诉了家长什么"))
        self.said: dict[str, NotePart] = {}
        for name in TEXTS:
            told = about(FeedbackFields, name)
            part = NotePart(told["label"], told["limit"], lines=1)
            part.control.edited.connect(self._on_edit)
            self.said[name] = part
            inner.addWidget(part)
        inner.addWidget(text("可以不写：日期、方式、反馈人跟着家访走，反馈记为已送达。", "small"))
        self.put(self.words)
        self.words.hide()

    def _on_also(self) -> None:
        self.words.setVisible(self.also.value())
        self._on_edit()
        self.told.emit(self.also.value())

    def parts(self) -> dict[str, NotePart]:
        """The long fields."""
        return {name: part for name, part in self.fields.items() if isinstance(part, NotePart)} | self.said

    def serve(self, phrases: PhraseList) -> None:
        """Phrases at the cursor."""
        serve_parents(phrases, self.parts())

    # ---- values

    def typed(self) -> dict[str, Any]:
        """What the visit's deed is given; the student goes apart."""
        may_be_none = ("starts", "ends", "next_on")
        return {
            name: value
            for name, value in self.values().items()
            if name != "student" and (value is not None or name in may_be_none)
        }

    def feedback(self) -> dict[str, Any] | None:
        """What the parents were told by it; None where the visit was not for that."""
        return {name: part.value() for name, part in self.said.items()} if self.also.value() else None

    def kept(self) -> dict[str, Any]:
        """All that stands here, an unfinished syllable too, as a draft keeps it."""
        found = {**self.values(), "also": self.also.value()}
        found |= {name: part.control.kept() for name, part in self.parts().items() if name in self.fields}
        found["said"] = {name: part.control.kept() for name, part in self.said.items()}
        return {name: value.isoformat() if isinstance(value, date) else value for name, value in found.items()}

    def set_values(self, values: Mapping[str, Any]) -> None:
        found = {name: _read(name, value) for name, value in values.items()}
        if "student" in found:
            found["student"] = self._student(found["student"])
        super().set_values(found)
        self._loading = True
        said = values.get("said") or {}
        for name, part in self.said.items():
            part.set_value(said.get(name, ""))
        self.also.set_value(values.get("also", False))
        self.words.setVisible(self.also.value())
        self._loading = False

    def _student(self, student: str) -> Found | None:
        return student_found(self._room, student) if student else None

    def show_problems(self, problem: NotValid) -> None:
        """What was told to the parents has fields of its own."""
        for name, words in problem.fields.items():
            if name in self.said and name not in self.fields:
                self.said[name].problem(words)
        super().show_problems(NotValid({n: w for n, w in problem.fields.items() if n not in self.said}))

    def clear_problems(self) -> None:
        super().clear_problems()
        for part in getattr(self, "said", {}).values():
            part.clear()

    def focus_first(self) -> None:
        """Whom, then the first of what is needed that is empty."""
        for name in ("student", "teachers", "present", *SEEN):
            if not self.fields[name].value() and self.fields[name].isEnabled():
                self.fields[name].control.setFocus()
                return
        self.fields[SEEN[0]].control.setFocus()


def _clock() -> TimeField:
    made = TimeField("1830")
    made.setFixedWidth(tokens.now().px(84))
    return made


def _read(name: str, value: Any) -> Any:
    """A day as it is, or as a draft kept it."""
    if name in DAYS and isinstance(value, str) and value:
        try:
            return date.fromisoformat(value)
        except ValueError:
            return value
    return value
