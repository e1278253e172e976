"""The sheet of a note: its parts in the order one writes them, each kind with its own, what is rarely wanted folded."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from functools import partial
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from psyroom.errors import NotValid
from psyroom.records.fields import about
from psyroom.records.notes import NoteFields
from psyroom.rules import notes as rules
from psyroom.rules.typed import clock
from psyroom.services import categories
from psyroom.store.room import Room
from psyroom.ui.kit import Card, DayField, Field, Form, rule, set_kind
from psyroom.ui.kit.fold import Fold
from psyroom.ui.kit.pills import Pills
from psyroom.ui.pages.bookings_form import student_found
from psyroom.ui.pages.note_head import NoteHead
from psyroom.ui.pages.note_part import NotePart
from psyroom.ui.pages.note_steps import NextSteps
from psyroom.ui.tokens import SPACE

FOLDED = ("words", "observed")
"""Parts that are opened when wanted; one that holds something stands open."""
HOSPITAL = ("hospital_says", "hospital", "hospital_day")
CONTACT_LABELS = {"problem": "谈到的事", "measures": "商量的办法"}


class Sheet(Card):
    """A form of `NoteFields` with students, categories and steps, laid out as one sheet. `edited` fires at every change."""

    edited = Signal()

    def __init__(self, room: Room, today: Callable[[], date]) -> None:
        super().__init__(pad=3)
        self.form = Form(NoteFields)
        self.form.column.setSpacing(SPACE * 2)
        self.add(self.form)
        self.first = NoteHead(room, self.form, today)
        self.form.put(self.first)
        self.form.put(rule())
        self.line = QWidget()
        across = QHBoxLayout(self.line)
        across.setContentsMargins(0, 0, 0, 0)
        across.setSpacing(SPACE * 2)
        for name in ("with_whom", "topic"):
            across.addWidget(self.form.make(name), 1)
            self.form.fields[name].set_hint("")
        self.form.put(self.line)
        self.parts: dict[str, NotePart] = {}
        self.folds: dict[str, Fold] = {}
        self.heads = QWidget()
        heads = QHBoxLayout(self.heads)
        heads.setContentsMargins(0, 0, 0, 0)
        heads.setSpacing(SPACE * 3)
        self.form.put(self.heads)
        for name in FOLDED:
            part = self._part(name)
            self.folds[name] = fold = Fold(part.label.text(), part, apart=True)
            fold.turned.connect(partial(self._name_fold, name))
            heads.addWidget(fold.head)
            self.form.put(fold)
        heads.addStretch(1)
        for name in ("state", "problem"):
            self.form.put(self._part(name, lines=3))
        self.pills = Pills(dict(categories.listed(room)))
        self.categories = self.form.adopt("categories", Field("问题类别", self.pills))
        set_kind(self.categories.label, "strong")
        self.form.put(self.categories)
        for name in ("measures", "effect", "outcome"):
            self.form.put(self._part(name, lines=3))
        self._hospital(today)
        self.steps = NextSteps(today)
        self.steps_field = self.form.adopt("steps", Field("下一步", self.steps))
        set_kind(self.steps_field.label, "strong")
        self.form.put(self.steps_field)
        self.form.edited.connect(self.edited)
        self.first.kind_changed.connect(self.arrange)
        self._room, self._offered = room, {key for key, _ in categories.listed(room)}

    def _part(self, name: str, *, lines: int = 2) -> NotePart:
        part = NotePart.of(name, lines=lines)
        self.parts[name] = part
        self.form.adopt(name, part)
        return part

    def _hospital(self, today: Callable[[], date]) -> None:
        inner = QWidget()
        grid = QGridLayout(inner)
        grid.setContentsMargins(SPACE + 4, 2, 0, 2)
        grid.setHorizontalSpacing(SPACE * 2)
        grid.setVerticalSpacing(SPACE)
        control = NotePart.of("hospital_says", lines=1)
        self.parts["hospital_says"] = control
        control.layout().setContentsMargins(0, 0, 0, 0)  # type: ignore[union-attr]
        set_kind(control.label, "label")
        self.form.adopt("hospital_says", control)
        grid.addWidget(control, 0, 0, 1, 2)
        inner.setFocusProxy(control.control)
        grid.addWidget(self.form.make("hospital"), 1, 0)
        grid.addWidget(self.form.make("hospital_day", DayField(today=today)), 1, 1)
        self.form.fields["hospital"].set_hint("")
        grid.setColumnStretch(0, 2)
        grid.setColumnStretch(1, 1)
        self.hospital = Fold("医院诊断（来源、日期）", inner)
        self.folds["hospital"] = self.hospital
        self.form.put(self.hospital)

    # ---- what each kind shows

    def arrange(self) -> None:
        """Show the parts of the chosen kind, and whatever holds something from another."""
        kind = self.first.kind()
        shown = set(rules.PARTS[kind])
        holds = {name for name, field in self.form.fields.items() if field.value() not in (None, "", [])}
        for name, part in self.parts.items():
            if name not in (*FOLDED, *HOSPITAL):
                part.setVisible(name in shown | holds)
        for name in FOLDED:
            self.folds[name].head.setVisible(name in shown | holds)
            self.folds[name].setVisible(name in shown | holds and self.folds[name].is_open())
        self.heads.setVisible(any(name in shown | holds for name in FOLDED))
        self.hospital.setVisible(bool(set(HOSPITAL) & (shown | holds)))
        if kind == "hospital":
            self.hospital.set_open(True)
        line = {"with_whom"} & shown | (
            {"topic"} & shown if kind not in ("individual", "telephone", "teacher") else set()
        )
        line |= {"with_whom", "topic"} & holds
        for name in ("with_whom", "topic"):
            self.form.fields[name].setVisible(name in line)
        self.line.setVisible(bool(line))
        contact = kind in rules.NEEDED and "outcome" in rules.NEEDED[kind]
        for name, words in CONTACT_LABELS.items():
            told = NoteFields.model_fields[name].title or name
            self.parts[name].label.setText(words if contact else told)
        self.first.set_kind()

    def open_what_is_written(self) -> None:
        """Folds stand open where there is something in them."""
        for name in FOLDED:
            self.folds[name].set_open(bool(self.parts[name].value()))
            self._name_fold(name, self.folds[name].is_open())
        written = any(self.form.fields[name].value() not in (None, "") for name in HOSPITAL)
        self.hospital.set_open(written or self.first.kind() == "hospital")

    def _name_fold(self, name: str, is_open: bool) -> None:
        part = self.parts[name]
        used = len(part.value())
        self.folds[name].head.setText(part.label.text() + (f"（已写 {used} 字）" if used and not is_open else ""))

    # ---- values

    def set_values(self, values: Mapping[str, Any]) -> None:
        """Fields by name; `students`, `categories` are ids, `steps` as `NextSteps.value` says."""
        carried = set(values.get("categories") or ())
        if carried - self._offered:  # one that the school offers no more stays where it was chosen
            named = categories.listed(self._room, retired=True)
            self.pills.set_choices({key: name for key, name in named if key in self._offered | carried})
        self.form.set_values({name: _read(name, value) for name, value in values.items()})
        self.arrange()
        self.open_what_is_written()

    def fields(self) -> dict[str, Any]:
        """What the note's fields say, for the deed."""
        found = self.form.values()
        return {
            name: ("" if value is None and name not in MAY_BE_NONE else value)
            for name, value in found.items()
            if name not in ("students", "categories", "steps")
        }

    def kept(self) -> dict[str, Any]:
        """All that stands here, as a draft keeps it."""
        found = {**self.form.values(), **{name: part.control.kept() for name, part in self.parts.items()}}
        return {name: _plain(value) for name, value in found.items()}

    def as_words(self, values: Mapping[str, Any]) -> dict[str, str]:
        """Each field of such a draft as words, for comparing."""
        found = {}
        for name in NoteFields.model_fields:
            value, choices = values.get(name), about(NoteFields, name)["choices"]
            if name == "place":
                value = self.first.places.get(str(value), "")
            elif choices is not None:
                value = choices.get(value, "")
            elif isinstance(value, int) and name in ("starts", "ends"):
                value = clock(value)
            found[name] = "" if value in (None, False) else str(value)
        pupils = (student_found(self._room, student) for student in values.get("students") or ())
        found["students"] = "、".join(pupil.name for pupil in pupils if pupil is not None)
        return found

    def show_problems(self, problem: NotValid) -> str:
        """Each sentence under its field, the field in sight; what has no place here is returned."""
        fields = dict(problem.fields)
        for name in ("text", "due", "person"):  # what a next step is made of
            if name in fields:
                fields["steps"] = fields.pop(name)
        here = {name: words for name, words in fields.items() if name in self.form.fields}
        for name in here:
            if name in FOLDED:
                self.folds[name].set_open(True)
            elif name in HOSPITAL:
                self.hospital.set_open(True)
            elif self.first.form.fields[name].parentWidget() is self.first.more:
                self.first.set_open(True)
        if here:
            self.form.show_problems(NotValid({n: w for n, w in here.items() if n != "steps"}))
        if "steps" in here:
            self.steps.problem(here["steps"])
            if len(here) == 1:
                self.steps.focus_wrong()
        return "；".join(words for name, words in fields.items() if name not in here)

    def clear_problems(self) -> None:
        self.form.clear_problems()
        self.steps.problem("")


MAY_BE_NONE = ("starts", "ends", "hospital_day")


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list):
        return [_plain(one) for one in value]
    return value


def _read(name: str, value: Any) -> Any:
    """A day as it is or as a draft kept it."""
    if name in ("day", "hospital_day") and isinstance(value, str):
        try:
            return date.fromisoformat(value)
        except ValueError:
            return value
    return value


def column_of(*widgets: QWidget) -> QVBoxLayout:
    """Widgets under each other."""
    column = QVBoxLayout()
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(SPACE * 2)
    for widget in widgets:
        column.addWidget(widget)
    return column
