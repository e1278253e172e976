"""A form over a record's declared fields: labels, limits and choices come from the record, the arrangement from the page."""

from __future__ import annotations

import types
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, TypeVar, Union, get_args, get_origin

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget
from sqlmodel import SQLModel

from psyroom.errors import NotValid
from psyroom.records.fields import about, checked
from psyroom.ui.kit.fields import Check, Choice, Field, LongText, NumberField, TextField
from psyroom.ui.kit.texts import ENTER, text
from psyroom.ui.kit.times import DayField, TimeField
from psyroom.ui.tokens import SPACE

Model = TypeVar("Model", bound=SQLModel)
PLAIN = (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier)


def control_for(model: type[SQLModel], name: str) -> QWidget:
    """The control that fits a declared field: choices, date, time of day (0–1440), number, yes/no, text."""
    told = about(model, name)
    if told["choices"] is not None:
        return Choice(told["choices"])
    kind = _plain(model.model_fields[name].annotation)
    if kind is bool:
        return Check(told["label"])
    if kind is date:
        return DayField()
    if kind is int:
        top = next((m.le for m in model.model_fields[name].metadata if getattr(m, "le", None) is not None), None)
        return TimeField() if top == 1440 else NumberField()
    limit = told["limit"]
    return LongText(limit=limit) if limit and limit > 100 else TextField(limit=limit)


def _plain(annotation: Any) -> Any:
    if get_origin(annotation) in (Union, types.UnionType):
        return next(a for a in get_args(annotation) if a is not type(None))
    return annotation


class Form(QWidget):
    """Fields in rows. `add("day", "starts", "ends")` makes a row of three; `section("…")` a heading.

    `values()` are what stands in the controls, `read()` the validated model (or None, with the sentences shown under
    the fields), `show(NotValid)` what a service refused. `edited` fires at every change.
    """

    edited = Signal()
    enter_moves = True
    """Whether Enter goes to the next field; where it means more, the page takes it."""
    help_topic = ""
    """What F1 opens in it; empty: what its page says."""

    def __init__(self, model: type[SQLModel], *, labels: Mapping[str, str] | None = None) -> None:
        super().__init__()
        self.model = model
        self._labels = dict(labels or {})
        self.fields: dict[str, Field] = {}
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(SPACE + 6)
        self._stray = text("", "error")
        self._stray.hide()
        self.column.addWidget(self._stray)
        self._loading = False

    def section(self, words: str, hint: str = "") -> None:
        box = QVBoxLayout()
        box.setSpacing(2)
        if words:
            box.addWidget(text(words, "heading"))
        if hint:
            box.addWidget(text(hint, "soft"))
        self._put(box)

    def add(self, *names: str, controls: Mapping[str, QWidget] | None = None, stretch: Sequence[int] = ()) -> None:
        """A row of fields, in this order. `controls` replaces the control a field would get."""
        row = QGridLayout()
        row.setHorizontalSpacing(SPACE * 2)
        row.setContentsMargins(0, 0, 0, 0)
        for at, name in enumerate(names):
            row.addWidget(self.make(name, (controls or {}).get(name)), 0, at, Qt.AlignmentFlag.AlignTop)
            row.setColumnStretch(at, stretch[at] if at < len(stretch) else 1)
        self._put(row)

    def make(self, name: str, control: QWidget | None = None) -> Field:
        """One field, for a page that places it itself."""
        told = about(self.model, name)
        made = Field(self._labels.get(name, told["label"]), control or control_for(self.model, name), told["help"],
                     required=self.model.model_fields[name].is_required())  # fmt: skip
        default = self.model.model_fields[name].default
        if not self.model.model_fields[name].is_required() and default not in (None, ""):
            made.set_value(default)
        return self.adopt(name, made)

    def adopt(self, name: str, made: Field) -> Field:
        """A field that the page made itself."""
        self.fields[name] = made
        if hasattr(made.control, "edited"):
            made.control.edited.connect(self._on_edit)
        return made

    def put(self, widget: QWidget) -> None:
        """Something of the page's own between the rows."""
        self.column.insertWidget(self.column.count() - 1, widget)

    def _put(self, layout: QGridLayout | QVBoxLayout | QHBoxLayout) -> None:
        self.column.insertLayout(self.column.count() - 1, layout)

    def _on_edit(self) -> None:
        if not self._loading:
            self.edited.emit()

    def values(self) -> dict[str, Any]:
        return {name: field.value() for name, field in self.fields.items()}

    def set_values(self, values: Mapping[str, Any]) -> None:
        """Fill the controls; `edited` stays silent."""
        self._loading = True
        try:
            for name, value in values.items():
                if name in self.fields:
                    self.fields[name].set_value(value)
        finally:
            self._loading = False

    def read(self, **more: Any) -> Any:
        """The validated model (with `more` laid over), or None with the problems shown under their fields."""
        self.clear_problems()
        values = {k: v for k, v in {**self.values(), **more}.items() if not (v is None and self._needed(k))}
        try:
            return checked(self.model, values)
        except NotValid as problem:
            self.show_problems(problem)
            return None

    def _needed(self, name: str) -> bool:
        return name in self.model.model_fields and _plain(self.model.model_fields[name].annotation) == (
            self.model.model_fields[name].annotation
        )

    def show_problems(self, problem: NotValid) -> None:
        """Each sentence under its field; what has no field here stands at the foot. The first wrong field is focused."""
        stray: list[str] = []
        first: Field | None = None
        for name, sentence in problem.fields.items():
            if (field := self.fields.get(name)) is not None:
                field.problem(sentence)
                first = first or field
            else:
                stray.append(sentence)
        self.say("；".join(stray))
        if first is not None:
            first.control.setFocus()

    def say(self, sentence: str) -> None:
        """A sentence about the whole form, at its foot."""
        self._stray.setText(sentence)
        self._stray.setVisible(bool(sentence))

    def clear_problems(self) -> None:
        for field in self.fields.values():
            field.clear()
        self.say("")

    def focus_first(self) -> None:
        if self.fields:
            next(iter(self.fields.values())).control.setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in ENTER and self.enter_moves and event.modifiers() in PLAIN:
            self.focusNextChild()
        else:
            super().keyPressEvent(event)
