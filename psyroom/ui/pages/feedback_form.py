"""What the parents are told, as a form: what will be printed for them, and what stays in the room, each said to be so."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from PySide6.QtWidgets import QHBoxLayout, QWidget

from psyroom.records.care import FEEDBACK_WAYS, FeedbackFields
from psyroom.records.fields import about
from psyroom.services.phrases import PARENTS
from psyroom.ui.icons import Glyph
from psyroom.ui.kit import Choice, DayField, Form, rule, text
from psyroom.ui.pages.note_part import NotePart
from psyroom.ui.pages.note_phrases import PhraseList
from psyroom.ui.tokens import SPACE

WORDS = ("study", "life", "advice")
"""What is written for the parents."""
KEPT = ("reply", "remark")
PRINTED, STAYS = "会印在给家长的单子上", "不会印出，只留在这里"


def mark(icon_name: str, words: str) -> QWidget:
    """A line over a group of fields that says what becomes of them."""
    made = QWidget()
    row = QHBoxLayout(made)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(SPACE - 2)
    row.addWidget(Glyph(icon_name, size=16, role="accent_ink" if icon_name == "printer" else "soft"))
    row.addWidget(text(words, "part" if icon_name == "printer" else "small", wrap=False))
    row.addStretch(1)
    return made


def part_of(name: str, *, lines: int = 2) -> NotePart:
    """Room to write for a declared field."""
    told = about(FeedbackFields, name)
    return NotePart(told["label"], told["limit"], lines=lines, placeholder=HINTS.get(name, ""))


HINTS = {
    "study": "上课、作业、进步在哪里",
    "life": "同伴、作息、参加的活动",
    "advice": "一两件家里做得到的事",
    "reply": "家长怎么说",
}


class FeedbackForm(Form):
    """`values()` as they stand; `printed()` the part of them that goes to the parents."""

    def __init__(self, today: Callable[[], date], *, for_many: bool = False) -> None:
        super().__init__(FeedbackFields)
        self.for_many = for_many
        self.column.setSpacing(SPACE + 2)
        self.put(mark("printer", PRINTED))
        self.add("day", "by", controls={"day": DayField(today=today)}, stretch=(5, 4))
        for name in WORDS:
            self.put(self.adopt(name, part_of(name)))
        self.put(rule())
        self.put(mark("lock-simple", STAYS))
        self.add("way", controls={"way": Choice(FEEDBACK_WAYS, as_list=True, wide=True)})
        if not for_many:
            self.add("parent", "relation", stretch=(5, 4))
            for name in KEPT:
                self.put(self.adopt(name, part_of(name, lines=1)))

    def parts(self) -> dict[str, NotePart]:
        """The long fields."""
        return {name: field for name, field in self.fields.items() if isinstance(field, NotePart)}

    def serve(self, phrases: PhraseList) -> None:
        """Phrases at the cursor: for the parents' words those that are made for them."""
        serve_parents(phrases, self.parts())

    def kept(self) -> dict[str, Any]:
        """All that stands here, an unfinished syllable too, as a draft keeps it."""
        found = {**self.values(), **{name: part.control.kept() for name, part in self.parts().items()}}
        return {name: value.isoformat() if isinstance(value, date) else value for name, value in found.items()}

    def typed(self) -> dict[str, Any]:
        """What a deed is given; an empty day is left out, for the record to ask for it."""
        return {name: value for name, value in self.values().items() if value is not None}

    def printed(self) -> dict[str, Any]:
        """What goes to the parents, for the slip that is shown beside it."""
        return {
            name: value
            for name, value in self.typed().items()
            if about(FeedbackFields, name)["parents"] and not (name == "day" and not isinstance(value, date))
        }

    def lock(self, on: bool) -> None:
        """What the parents hold in their hands is not changed: only their answer and the remarks are written then."""
        for name in ("day", "by", "way"):
            self.fields[name].setEnabled(not on)
        for name in WORDS:
            self.fields[name].control.setReadOnly(on)

    def set_values(self, values: Mapping[str, Any]) -> None:
        super().set_values({name: _read(name, value) for name, value in values.items()})

    def focus_first(self) -> None:
        """The first of the parents' words that is empty, else the first of them; where those stand, their answer."""
        where = KEPT if self.fields["day"].isEnabled() is False else WORDS
        empty = next((name for name in where if not self.fields[name].value()), where[0])
        self.fields[empty].control.setFocus()


def serve_parents(phrases: PhraseList, parts: Mapping[str, NotePart]) -> None:
    """Let these fields have the list of phrases."""
    made_for = {field: part for part, field in PARENTS.items()}
    for name, part in parts.items():
        phrases.serve(part.control, made_for.get(name, ""))


def _read(name: str, value: Any) -> Any:
    """A day as it is, or as a draft kept it."""
    if name == "day" and isinstance(value, str):
        try:
            return date.fromisoformat(value)
        except ValueError:
            return value
    return value
