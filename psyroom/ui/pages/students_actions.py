"""Small forms inside a student's card: into another class, suspended, transferred out, back again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from psyroom.errors import NotValid
from psyroom.rules.classes import years_of
from psyroom.rules.time import school_year_of
from psyroom.services.school import SchoolContext
from psyroom.ui.kit import Choice, DayField, Field, NumberField, primary, quiet, rule, text
from psyroom.ui.tokens import SPACE

Grade = tuple[str, int]
"""Stage and year of entry."""

STATUS_WORDS: Mapping[str, tuple[str, str, str]] = {
    "suspended": ("休学", "从哪天起休学", "登记休学"),
    "moved": ("转出", "哪天转出", "登记转出"),
    "present": ("恢复在读", "从哪天起在读", "恢复在读"),
}
"""Heading, what the date means, the button's words."""


def grades(school: SchoolContext, day: date) -> dict[Grade, str]:
    """The grades of the school on a day, lowest first: (stage, cohort) → 七年级."""
    year = school_year_of(day)
    return {
        (stage, year - index): school.grade_name(stage, year - index, day)
        for stage in school.stages
        for index in range(years_of(stage, school.system))
    }


class SmallForm(QWidget):
    """Heading, fields, two buttons. Enter saves, Esc gives up."""

    gone = Signal()

    def __init__(self, heading: str, words: str, save: Callable[[], object]) -> None:
        super().__init__()
        self._save = save
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, SPACE // 2, 0, 0)
        self.column.setSpacing(SPACE)
        self.column.addWidget(rule())
        self.column.addWidget(text(heading, "strong"))
        self._error = text("", "error")
        self._error.hide()
        row = QHBoxLayout()
        row.setSpacing(SPACE)
        self.button = primary(words, save, small=True, tip=f"{words}（Enter）")
        row.addWidget(self.button)
        row.addWidget(quiet("取消", self.gone.emit, small=True, tip="取消（Esc）"))
        row.addStretch(1)
        self.column.addWidget(self._error)
        self.column.addLayout(row)
        self.fields: dict[str, Field] = {}

    def put(self, widget: QWidget) -> None:
        """Before the buttons."""
        self.column.insertWidget(self.column.count() - 2, widget)

    def put_field(self, name: str, field: Field) -> None:
        self.fields[name] = field
        self.put(field)

    def clear_problems(self) -> None:
        self.say("")
        for field in self.fields.values():
            field.clear()

    def show_problems(self, problem: NotValid) -> None:
        """As a form does: each sentence under its field."""
        stray = [sentence for name, sentence in problem.fields.items() if name not in self.fields]
        for name, sentence in problem.fields.items():
            if name in self.fields:
                self.fields[name].problem(sentence)
                self.fields[name].control.setFocus()
        self.say("；".join(stray))

    def say(self, sentence: str) -> None:
        self._error.setText(sentence)
        self._error.setVisible(bool(sentence))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._save()
        elif event.key() == Qt.Key.Key_Escape:
            self.gone.emit()
        else:
            super().keyPressEvent(event)


class StatusForm(SmallForm):
    """A change of state with its date. `save(since)` is called with a readable date."""

    def __init__(self, status: str, today: Callable[[], date], save: Callable[[date], object]) -> None:
        heading, label, words = STATUS_WORDS[status]
        super().__init__(heading, words, self._read)
        self._take = save
        self.day = DayField(today=today)
        self.day.set_value(today())
        self.put_field(
            "status_since", Field(label, self.day, "资料和经过都保留，随时可以恢复。" if status != "present" else "")
        )

    def _read(self) -> None:
        self.clear_problems()
        value = self.day.value()
        if not isinstance(value, date):
            self.show_problems(NotValid({"status_since": "请填日期，如 3.5、明天、2026-03-05"}))
            return
        self._take(value)

    def focus_first(self) -> None:
        self.day.setFocus()
        self.day.selectAll()


class MoveForm(SmallForm):
    """Into another class. `save(stage, cohort, class_no)`."""

    def __init__(self, school: SchoolContext, today: date, now: Grade, save: Callable[[str, int, Any], object]) -> None:
        super().__init__("调到另一个班", "调班", self._read)
        self._take = save
        self.grade = Choice(grades(school, today), as_list=True)
        self.grade.set_value(now)
        self.class_no = NumberField("如 3")
        line = QWidget()
        row = QHBoxLayout(line)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE * 2)
        for name, label, control in (("cohort", "年级", self.grade), ("class_no", "班", self.class_no)):
            self.fields[name] = Field(label, control)
            row.addWidget(self.fields[name], 1, Qt.AlignmentFlag.AlignTop)
        self.put(line)

    def _read(self) -> None:
        self.clear_problems()
        number = self.class_no.value()
        if not isinstance(number, int):
            self.show_problems(NotValid({"class_no": "请填班级的数字，如 3"}))
            return
        stage, cohort = self.grade.value()
        self._take(stage, cohort, number)

    def focus_first(self) -> None:
        self.class_no.setFocus()
