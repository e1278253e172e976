"""The first lines of a note: of whom, when, where, how, who sent the child. Filled in from the visit and folded into one
line; all of it can be set right."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from psyroom.records.booking import CHANNELS
from psyroom.records.notes import NOTE_KINDS, SOURCES
from psyroom.rules import notes as rules
from psyroom.rules.time import WEEKDAYS
from psyroom.rules.typed import span
from psyroom.services import school as schools
from psyroom.store.room import Room
from psyroom.ui.kit import Choice, DayField, Field, Form, quiet, text
from psyroom.ui.pages.note_children import Children
from psyroom.ui.tokens import SPACE

FIELDS = ("kind", "day", "starts", "ends", "place", "channel", "source")
ABOUT = {
    "group": "来的学生", "parent": "哪位学生的家长", "class_teacher": "关于哪位学生", "head": "关于哪些学生（可以不填）",
    "hospital": "关于哪位学生", "teacher": "涉及的学生（可以不填）", "telephone": "学生（不肯说名字可以不填）",
}  # fmt: skip


class NoteHead(QWidget):
    """Puts its fields into the given form. `kind_changed` fires when another kind is chosen."""

    edited = Signal()
    kind_changed = Signal()

    def __init__(self, room: Room, form: Form, today: Callable[[], date]) -> None:
        super().__init__()
        self.form = form
        self.places = {place: name for place, name, active in schools.places(room) if active}
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE)
        self.children_field = form.adopt("students", Field("学生", Children(room)))
        self.pupils: Children = self.children_field.control
        self.pupils.unknown.connect(
            lambda words: self.children_field.problem(f"名册里没有“{words}”；新来的学生请先在“学生”里添加")
        )
        column.addWidget(self.children_field)
        line = QHBoxLayout()
        line.setSpacing(SPACE)
        self.summary = text("", "soft")
        line.addWidget(self.summary, 1)
        self.correct = quiet("更正 F2", self.turn, small=True, tip="更正时间、地点、途径、信息来源（F2）")
        line.addWidget(self.correct, 0, Qt.AlignmentFlag.AlignTop)
        column.addLayout(line)
        self.more = QWidget()
        column.addWidget(self.more)
        self._build(today)
        self.more.hide()
        shortcut = QShortcut(QKeySequence("F2"), form)
        shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        shortcut.activated.connect(self.turn)
        for name in FIELDS:
            form.fields[name].control.edited.connect(self.say)
        self.pupils.edited.connect(self.say)
        form.fields["kind"].control.edited.connect(self.kind_changed)

    def _build(self, today: Callable[[], date]) -> None:
        grid = QGridLayout(self.more)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(SPACE * 2)
        grid.setVerticalSpacing(SPACE + 2)
        make = self.form.make
        top = Qt.AlignmentFlag.AlignTop
        kinds = Choice(NOTE_KINDS, as_list=True, wide=True)
        grid.addWidget(make("day", DayField(today=today)), 0, 0, 1, 2, top)
        grid.addWidget(make("starts"), 0, 2, top)
        grid.addWidget(make("ends"), 0, 3, top)
        grid.addWidget(make("place", Choice({"": "不填", **self.places}, as_list=True, wide=True)), 1, 0, 1, 2, top)
        grid.addWidget(make("channel", Choice(CHANNELS)), 1, 2, 1, 2, top)
        grid.addWidget(make("kind", kinds), 2, 0, 1, 2, top)
        grid.addWidget(make("source", Choice(SOURCES, as_list=True, wide=True, empty="不填")), 2, 2, 1, 2, top)
        for at in range(4):
            grid.setColumnStretch(at, 1)
        self.form.fields["starts"].control.setMaximumWidth(10_000)
        self.form.fields["ends"].control.setMaximumWidth(10_000)
        self.form.fields["day"].control.setMaximumWidth(10_000)

    # ---- what is shown

    def turn(self) -> None:
        """F2: open the fields and go in; F2 again folds them."""
        opened = self.more.isHidden()
        self.set_open(opened)
        if opened:
            self.form.fields["day"].control.setFocus()

    def set_open(self, on: bool) -> None:
        self.more.setVisible(on)
        self.correct.setText("收起 F2" if on else "更正 F2")
        self.say()

    def kind(self) -> str:
        return str(self.form.fields["kind"].value() or "individual")

    def set_kind(self) -> None:
        """Ask for whom the way this kind asks."""
        kind = self.kind()
        self.children_field.label.setText(ABOUT.get(kind, "学生"))
        self.pupils.set_few(kind not in ("group", "head"))
        self.form.fields["source"].setVisible(kind in ("individual", "telephone"))
        self.say()

    def say(self) -> None:
        """Everything in one line."""
        self.summary.setText(self.words())
        self.pupils.set_few(self.kind() not in ("group", "head"))

    def words(self) -> str:
        """`9月8日 周二  12:10—12:50 · 共 40 分钟 · 面谈 · 个别辅导室 · 班主任转介`"""
        values = {name: self.form.fields[name].value() for name in FIELDS}
        found = [day_and_hours(values), CHANNELS.get(values["channel"], "")]
        found.append(self.places.get(values["place"], ""))
        if self.kind() in ("individual", "telephone"):
            found.append(SOURCES.get(values["source"], "") or "信息来源没有填")
        if self.kind() == "group" and self.pupils.value():
            found.append(f"{len(self.pupils.value())} 人")
        return " · ".join(part for part in found if part)


def day_and_hours(values: Mapping[str, Any]) -> str:
    day, starts, ends = values.get("day"), values.get("starts"), values.get("ends")
    parts = [f"{day.month}月{day.day}日 周{WEEKDAYS[day.weekday()]}"] if isinstance(day, date) else ["日期没有填"]
    if isinstance(starts, int) and isinstance(ends, int):
        parts[0] += f"  {span(starts, ends)}"
        length = rules.minutes(starts, ends)
        if length is not None and length > 0:
            parts.append(f"共 {length} 分钟")
    else:
        parts.append("时间没有填")
    return " · ".join(parts)
