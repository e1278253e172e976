"""The rows of the back-entry grid: one of duty, one of a visitor. Enter goes to the next cell; the problem stands below."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QLineEdit, QStackedWidget, QVBoxLayout, QWidget

from psyroom.records.booking import CLIENTS
from psyroom.services import back_entry
from psyroom.services.back_entry import CAME, WALKED_IN
from psyroom.store.room import Room
from psyroom.ui import tokens
from psyroom.ui.kit import Choice, Found, NumberField, Picker, TextField, TimeField, button, quiet, text, tool
from psyroom.ui.pages.bookings_form import student_found, students_found
from psyroom.ui.style import polish
from psyroom.ui.tokens import SPACE

DUTY = (("", 28), ("从", 80), ("到", 80), ("值班老师", 160), ("", 0), ("", 30))
VISIT = (
    ("", 28),
    ("到", 80),
    ("离", 80),
    ("姓名和班级", 0),
    ("谁来", 94),
    ("结果", 94),
    ("接待老师", 136),
    ("", 30),
)
"""Headings with their widths at 100 % (0: the rest), in the order of the paper sheet."""

ANYBODY = "自动"
LONGEST_TIME = 12  # characters: a draft on the desk's side keeps times, not sentences
ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


def heading(columns: Sequence[tuple[str, int]], *, without: str = "") -> QWidget:
    """The line above the rows."""
    line = QWidget()
    row = QHBoxLayout(line)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(SPACE)
    for words, width in columns:
        if not words or words != without:
            _place(row, text(words, "label", wrap=False), width)
    return line


def _place(row: QHBoxLayout, widget: QWidget, width: int) -> None:
    if width:
        widget.setMinimumWidth(0)
        widget.setFixedWidth(tokens.now().px(width))
        row.addWidget(widget)
    else:
        row.addWidget(widget, 1)


class Line(QWidget):
    """What both kinds of row share: cells walked by Enter, the number before, the problem below, a cross behind."""

    edited = Signal()
    ended = Signal()  # Enter in the last cell
    removed = Signal()

    def __init__(self) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        self.row = QHBoxLayout()
        self.row.setSpacing(SPACE)
        column.addLayout(self.row)
        self.number = text("", "soft", wrap=False, tabular=True)
        self.below = QVBoxLayout()
        self.below.setContentsMargins(tokens.now().px(28) + SPACE, 0, 0, 2)
        self.problem = text("", "error")
        self.below.addWidget(self.problem)
        column.addLayout(self.below)
        self.problem.hide()
        self.starts, self.ends = TimeField("如 1430"), TimeField("如 1510")
        self.cells: list[QWidget] = []

    def lay(self, columns: Sequence[tuple[str, int]], widgets: Sequence[QWidget | None]) -> None:
        """Number, the widgets in their columns (None: left out), and the cross."""
        cross = tool("x", "删掉这一行", self.removed.emit)
        cross.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        for (_, width), widget in zip(columns, (self.number, *widgets, cross), strict=True):
            if widget is not None:
                _place(self.row, widget, width)

    def walk(self, cells: Sequence[QWidget]) -> None:
        """The cells in the order of Enter."""
        self.cells = list(cells)
        for at, cell in enumerate(cells):
            for part in (cell, *cell.findChildren(QComboBox)):
                part.installEventFilter(self)
            for line in (cell, *cell.findChildren(QLineEdit)):
                if isinstance(line, Picker):
                    line.picked.connect(lambda _found, at=at: self.go_on(at))
                    line.fresh.connect(lambda _words, at=at: self.go_on(at))
                if isinstance(line, QLineEdit):
                    line.returnPressed.connect(lambda at=at: self.go_on(at))

    def go_on(self, at: int) -> None:
        """To the cell after this one; from the last, and from the first of an empty row, to what comes next."""
        if at + 1 < len(self.cells) and (at or not self.blank()):
            self._enter(self.cells[at + 1])
        else:
            self.ended.emit()

    def _enter(self, cell: QWidget) -> None:
        inner = cell.currentWidget() if isinstance(cell, QStackedWidget) else cell
        inner.setFocus()
        if isinstance(inner, QLineEdit):
            inner.selectAll()

    def begin(self) -> None:
        """The keyboard into the first cell."""
        self._enter(self.cells[0])

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """In a list: Enter goes on, a figure chooses."""
        if not isinstance(watched, QComboBox) or event.type() != QEvent.Type.KeyPress:
            return False
        assert isinstance(event, QKeyEvent)
        at = next((n for n, c in enumerate(self.cells) if c is watched or c.isAncestorOf(watched)), 0)
        if event.key() in ENTER and not event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.go_on(at)
            return True
        figure = event.text()
        if figure.isdecimal() and 1 <= int(figure) <= watched.count():
            watched.setCurrentIndex(int(figure) - 1)
            return True
        return False

    def say(self, problems: Mapping[str, str]) -> None:
        """Show what is wrong with the row; nothing clears it."""
        words = "；".join(dict.fromkeys(problems.values()))
        self.problem.setText(words)
        self.problem.setVisible(bool(words))
        for name, cell in (("starts", self.starts), ("ends", self.ends)):
            cell.setProperty("wrong", "true" if name in problems else "false")
            polish(cell)

    def values(self) -> dict[str, Any]:
        raise NotImplementedError

    def hours(self) -> dict[str, Any]:
        """From and to; what cannot be read as it was typed, as long as a time may be."""
        found = {"starts": self.starts.value(), "ends": self.ends.value()}
        return {name: value[:LONGEST_TIME] if isinstance(value, str) else value for name, value in found.items()}

    def blank(self) -> bool:
        return back_entry.blank(self.values())


class DutyLine(Line):
    """From, to, who."""

    def __init__(self, people: Mapping[str, str], first: str) -> None:
        super().__init__()
        self.person = Choice(dict(people), as_list=True, wide=True)
        self.person.set_value(first)
        self.lay(DUTY, (self.starts, self.ends, self.person, QWidget()))
        self.walk((self.starts, self.ends, self.person))
        for cell in (self.starts, self.ends, self.person):
            cell.edited.connect(self.edited.emit)

    def fill(self, values: Mapping[str, Any]) -> None:
        self.starts.set_value(values.get("starts"))
        self.ends.set_value(values.get("ends"))
        if values.get("person"):
            self.person.set_value(values["person"])

    def values(self) -> dict[str, Any]:
        return {**self.hours(), "person": self.person.value() or ""}


class VisitLine(Line):
    """A visitor. What is typed as name means what `谁来` says: a student, a teacher's name, how many of a group."""

    def __init__(self, room: Room, people: Mapping[str, str]) -> None:
        super().__init__()
        self.room = room
        self.booking = ""
        self.picker = Picker(lambda words: students_found(room, words), "姓名或首字母，如 zxy")
        self.name, self.many = TextField("教师姓名", limit=20), NumberField(unit="几个人")
        self.many.setMaximumWidth(16_777_215)
        self.who = QStackedWidget()
        for field in (self.picker, self.name, self.many):
            self.who.addWidget(field)
        self.kind, self.outcome = Choice(CLIENTS, as_list=True, wide=True), Choice(CAME, as_list=True, wide=True)
        self.person = Choice({"": ANYBODY, **people}, as_list=True, wide=True)
        self.person.setToolTip("自动：有预约的按预约，没有的按值班或登录的心理教师")
        several = len(people) > 1
        shown = (self.starts, self.ends, self.who, self.kind, self.outcome)
        self.lay(VISIT, (*shown, self.person if several else None))
        self.walk((self.starts, self.ends, self.who, self.kind, self.outcome, *([self.person] if several else [])))
        self.asking = QWidget()
        asks = QHBoxLayout(self.asking)
        asks.setContentsMargins(0, 0, 0, 0)
        asks.setSpacing(SPACE)
        self.question: QLabel = text("", "warning", wrap=False)
        self.yes = button("是这一次", self._answer, small=True)
        self.no = quiet("不是预约的", lambda: self._answer(WALKED_IN), small=True)
        for part in (self.question, self.yes, self.no):
            asks.addWidget(part)
        asks.addStretch(1)
        self.below.addWidget(self.asking)
        self.asking.hide()
        self._asked = ""
        self.kind.edited.connect(self._kind)
        for cell in (self.starts, self.ends, self.picker, self.name, self.many, self.outcome, self.person):
            cell.edited.connect(self._typed)

    # ---- typing

    def _typed(self) -> None:
        if self.sender() in (self.picker, self.name, self.many):
            self.booking = ""  # somebody else's booking is nobody's
        self.edited.emit()

    def _student(self) -> bool:
        return self.kind.value() in ("student", "parent")

    def _kind(self) -> None:
        """The name typed goes along to the field of the kind."""
        kind, typed = self.kind.value(), self._words()
        self.booking = ""
        if kind == "teacher":
            self.who.setCurrentWidget(self.name)
            if not self.name.text():
                self.name.set_value(typed)
        elif kind == "group":
            self.who.setCurrentWidget(self.many)
            if not self.many.text():
                self.many.set_value("".join(c for c in typed if c.isdecimal()))
        else:
            self.who.setCurrentWidget(self.picker)
        self._typed()

    def _words(self) -> str:
        return next((f.text().strip() for f in (self.picker, self.name, self.many) if f.text().strip()), "")

    # ---- the question about a booking

    def ask(self, question: back_entry.Question | None) -> None:
        """Show or take away the question whether it is that booking."""
        self._asked = question.booking if question is not None else ""
        self.question.setText(question.sentence if question is not None else "")
        self.asking.setVisible(question is not None)

    def _answer(self, booking: str = "") -> None:
        self.booking = booking or self._asked
        self.ask(None)
        self.edited.emit()
        self._enter(self.cells[-1])

    # ---- values

    def fill(self, values: Mapping[str, Any], find: Callable[[Room, str], Found | None] = student_found) -> None:
        """What a draft kept."""
        self.kind.set_value(values.get("client") or "student")
        self.starts.set_value(values.get("starts"))
        self.ends.set_value(values.get("ends"))
        found = find(self.room, str(values["student"])) if values.get("student") else None
        self.picker.set_value(found)
        if found is None and values.get("typed"):
            self.picker.setText(str(values["typed"]))
        self.name.set_value(values.get("name"))
        self.many.set_value(values.get("size") if values.get("client") == "group" else None)
        self.outcome.set_value(values.get("outcome") or "arrived")
        self.person.set_value(values.get("person") or "")
        self.booking = str(values.get("booking") or "")

    def values(self) -> dict[str, Any]:
        kind = self.kind.value()
        found = self.picker.found() if self._student() else None
        return {
            **self.hours(),
            "client": kind,
            "student": found.key if found is not None else "",
            "typed": self.picker.text().strip()[:20] if self._student() and found is None else "",
            "name": self.name.value() if kind == "teacher" else "",
            "size": self.many.value() if kind == "group" else None,
            "outcome": self.outcome.value(),
            "person": self.person.value() or "",
            "booking": self.booking,
        }
