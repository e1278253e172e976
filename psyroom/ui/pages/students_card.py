"""The right of 学生: one student with everything this person may read, what can be done, and what has happened."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import partial

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QMenu, QPushButton, QVBoxLayout, QWidget

from psyroom.records.fields import label_of
from psyroom.records.notes import NOTE_KINDS
from psyroom.records.students import LABELS, SEXES, STATUSES, StudentDetailFields, StudentFields
from psyroom.services.students import Question, Whole
from psyroom.services.timeline import Line
from psyroom.ui import tokens
from psyroom.ui.kit import Card, Tag, button, day_words, scrolled, text
from psyroom.ui.kit.flow import Flow, Tall
from psyroom.ui.pages.students_list import STATUS_TONES
from psyroom.ui.pages.students_timeline import TimeLine
from psyroom.ui.tokens import SPACE

DUTY_WORDS = "值班时看得到姓名、班级和学号；其他资料由心理教师查看。"

SHOWN = (
    "born", "id_number", "registry_number", "guardian", "guardian_phone", "phone", "address", "ethnicity", "boarding",
    "only_child", "remark",
)  # fmt: skip
"""What the card lists, in this order, as far as it is filled in."""


def field_label(name: str) -> str:
    """What a field of a student is called, on whichever side it lies."""
    model = StudentFields if name in StudentFields.model_fields else StudentDetailFields
    return label_of(model, name) if name in model.model_fields else "班级" if name in ("class", "grade") else name


def age_on(born: date, day: date) -> int:
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def said(detail: StudentDetailFields, name: str, today: date) -> str:
    """A field as the card says it; empty where there is nothing to say."""
    value = getattr(detail, name)
    if value is None or value == "":
        return ""
    if name == "born":
        return f"{value.isoformat()}（{age_on(value, today)} 岁）"
    if name == "guardian" and detail.guardian_relation:
        return f"{value}（{detail.guardian_relation}）"
    if isinstance(value, bool):
        return "是" if value else "否"
    return str(value)


class StudentCard(QWidget):
    """Shows one student. `wanted` names an action: edit, move, suspended, moved, present, removed, merge, and note:KIND."""

    wanted = Signal(str)
    settled = Signal(str)
    opened = Signal(object)  # a line of the time line
    print_wanted = Signal(object)  # the time line, of these kinds

    def __init__(self) -> None:
        super().__init__()
        self.student = ""
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._shown: QWidget | None = None
        self.action_place = QWidget()

    def show_nobody(self, words: QWidget) -> None:
        self.student = ""
        self._put(words)

    def show_student(
        self,
        whole: Whole,
        lines: Sequence[Line],
        today: date,
        *,
        may_change: bool,
        attached: QWidget | None = None,
        first: QWidget | None = None,
    ) -> None:
        """Build the card anew for this student; `first`: what stands under the name, `attached`: above the time line."""
        self.student = whole.entry.id
        inner = Tall()
        column = QVBoxLayout(inner)
        column.setContentsMargins(0, 0, SPACE, SPACE)
        column.setSpacing(SPACE * 2)
        head = Card()
        self._head(head, whole, may_change)
        column.addWidget(head)
        for question in whole.questions:
            column.addWidget(self._question(question))
        if first is not None:
            column.addWidget(first)
        if whole.detail is not None:
            column.addWidget(self._details(whole.detail, today))
        else:
            note = Card(tone="sunken")
            note.add(text(DUTY_WORDS, "soft"))
            column.addWidget(note)
        if attached is not None:
            column.addWidget(attached)
        column.addWidget(self._time_line(lines, today, may_change))
        self._last = QVBoxLayout()
        column.addLayout(self._last)
        column.addStretch(1)
        self._put(scrolled(inner))

    def put_last(self, widget: QWidget) -> None:
        """At the card's foot."""
        self._last.addWidget(widget)

    def _put(self, widget: QWidget) -> None:
        if self._shown is not None:
            self._shown.hide()
            self._shown.deleteLater()
        self._shown = widget
        self._column.addWidget(widget)
        widget.show()

    def _head(self, card: Card, whole: Whole, may_change: bool) -> None:
        entry = whole.entry
        top = QHBoxLayout()
        top.setSpacing(SPACE)
        self.name = text(entry.name, "title")
        top.addWidget(self.name, 1)
        if not entry.here:
            top.addWidget(Tag(STATUSES[entry.status], STATUS_TONES[entry.status]), 0, Qt.AlignmentFlag.AlignTop)
        card.body.addLayout(top)
        parts = [entry.class_name, SEXES[entry.sex], f"学号 {entry.number}" if entry.number else ""]
        line = text(" · ".join(part for part in parts if part), "soft", tabular=True)
        line.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        card.add(line)
        if not entry.here and whole.status_since is not None:
            card.add(text(f"{STATUSES[entry.status]}，自 {day_words(whole.status_since)}", "soft", tabular=True))
        if whole.labels:
            card.add(Flow(*(Tag(LABELS[label], "accent") for label in whole.labels)))
        if not may_change:
            return
        actions = Flow(gap=6)
        actions.add(self._write_button())
        for words, what, tip in self._actions(entry.status):
            kind = "" if what == "edit" else "quiet"  # what is done once a year does not call out
            go, keys = partial(self.wanted.emit, what), _KEYS.get(what, "")
            actions.add(button(words, go, kind=kind, small=True, shortcut=keys, tip=tip))
        card.body.addSpacing(4)
        card.add(actions)
        self.action_place = QWidget()
        place = QVBoxLayout(self.action_place)
        place.setContentsMargins(0, 0, 0, 0)
        self.action_place.hide()
        card.add(self.action_place)

    def _write_button(self) -> QPushButton:
        """Write a note about this student: the kinds to choose from, the usual one first."""
        menu = QMenu(self)
        for kind, words in NOTE_KINDS.items():
            menu.addAction(words, partial(self.wanted.emit, f"note:{kind}"))
        made = button("写记录", small=True, icon_name="notebook", shortcut="Alt+J", tip="给这名学生写一篇记录")
        made.clicked.connect(lambda: menu.popup(made.mapToGlobal(QPoint(0, made.height() + 2))))
        self.kinds = menu
        return made

    @staticmethod
    def _actions(status: str) -> list[tuple[str, str, str]]:
        found = [("修改", "edit", "修改资料")]
        if status in ("present", "suspended"):
            found.append(("调班", "move", "换到另一个班"))
        if status == "present":
            found.append(("休学", "suspended", "登记休学"))
        if status in ("present", "suspended"):
            found.append(("转出", "moved", "登记转出"))
        if status != "present":
            found.append(("恢复在读", "present", "重新在读"))
        found.append(("合并", "merge", "同一名学生录了两条时，合成一条"))
        return found

    def show_action(self, form: QWidget) -> None:
        """A small form under the actions, in the card itself."""
        self.hide_action()
        layout = self.action_place.layout()
        assert layout is not None  # made with the place
        layout.addWidget(form)
        self.action_place.show()
        form.show()

    def hide_action(self) -> None:
        layout = self.action_place.layout()
        while layout is not None and layout.count():
            item = layout.takeAt(0)
            if item is not None and (gone := item.widget()) is not None:
                gone.hide()
                gone.deleteLater()
        self.action_place.hide()

    def _question(self, question: Question) -> QWidget:
        card = Card(tone="amber")
        row = QHBoxLayout()
        row.setSpacing(SPACE)
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(text(f"待核实：{field_label(question.field)}", "strong"))
        words.addWidget(text(question.reason, "soft"))
        row.addLayout(words, 1)
        done = button("已核实", lambda: self.settled.emit(question.id), small=True, tip="与本人或班主任核对过了")
        row.addWidget(done, 0, Qt.AlignmentFlag.AlignVCenter)
        card.body.addLayout(row)
        return card

    def _details(self, detail: StudentDetailFields, today: date) -> QWidget:
        card = Card("资料")
        rows = [(field_label(name), said(detail, name, today), name) for name in SHOWN]
        rows = [row for row in rows if row[1]]
        if not rows:
            card.add(text("还没有更多资料，点“修改”补上。", "soft"))
            return card
        grid = QGridLayout()
        grid.setHorizontalSpacing(SPACE * 2)
        grid.setVerticalSpacing(6)
        grid.setColumnStretch(1, 1)
        for at, (label, value, name) in enumerate(rows):
            grid.addWidget(text(label, "soft", wrap=False), at, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(self._value(value, name == "id_number" and detail.id_doubtful), at, 1)
        card.body.addLayout(grid)
        return card

    @staticmethod
    def _value(value: str, doubtful: bool) -> QWidget:
        words = text(value, tabular=True)
        words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        if not doubtful:
            return words
        both = QWidget()
        row = QHBoxLayout(both)
        row.setContentsMargins(0, 0, 0, 0)
        words.setWordWrap(False)
        row.addWidget(words)
        row.addWidget(Tag("待核实", "amber"))
        row.addStretch(1)
        return both

    def show_lines(self, lines: Sequence[Line], today: date) -> None:
        """What happened has changed, nothing else has: the time line anew, with the kinds that were chosen."""
        old, holder = self.time_line, self.time_line.parentWidget()
        place = holder.layout() if holder is not None else None
        if place is None:
            return
        chosen = old.chosen()
        place.replaceWidget(old, self._time_line(lines, today, old.printable))
        self.time_line.show()
        self.time_line.choose(chosen)
        old.hide()
        old.deleteLater()

    def _time_line(self, lines: Sequence[Line], today: date, printable: bool) -> QWidget:
        self.time_line = TimeLine(lines, today, printable=printable)
        self.time_line.opened.connect(self.opened.emit)
        self.time_line.print_wanted.connect(self.print_wanted.emit)
        return self.time_line


_KEYS = {"edit": "F2", "move": "Alt+B", "moved": "Alt+O", "suspended": "Alt+U", "present": "Alt+R", "merge": "Alt+M"}


def panel(heading: str, words: str, *lines: str) -> QWidget:
    """What stands at the right as long as nobody is chosen: what the page can do, in a few lines."""
    outer = QWidget()
    column = QVBoxLayout(outer)
    column.setContentsMargins(0, 0, SPACE, 0)
    card = Card(heading, words)
    for line in lines:
        card.add(text(line, "soft"))
    column.addWidget(card)
    column.addStretch(1)
    return outer


def width() -> int:
    """How wide the card is: it grows half as fast as the text, so that a small screen still holds the list beside it."""
    return (392 + tokens.now().px(392)) // 2
