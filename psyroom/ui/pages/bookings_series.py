"""Repeating: how often, and every date before it is saved: ✔, or ✖ with the cause and a fix in place. By keyboard alone:
Tab goes from one open question to the next, Enter takes a fix, Up and Down walk the rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from psyroom.records.booking import URGENT
from psyroom.rules import typed
from psyroom.rules.booking import Free
from psyroom.rules.series import MOST, Pattern
from psyroom.rules.time import WEEKDAYS
from psyroom.rules.typed import span
from psyroom.services.series_rows import Planned, Row
from psyroom.ui import tokens
from psyroom.ui.icons import Glyph
from psyroom.ui.kit import Choice, DayField, Field, NumberField, TextField, button, quiet, text
from psyroom.ui.kit.flow import Flow, empty_layout
from psyroom.ui.kit.reasons import ReasonBar
from psyroom.ui.kit.sheet import into_sight
from psyroom.ui.kit.texts import set_kind
from psyroom.ui.tokens import SPACE

HOW_OFTEN = {0: "不重复", 1: "每周", 2: "隔周"}
USUAL_TIMES = 8


class Weekdays(QWidget):
    """Days of the week to tick; at least one stays."""

    edited = Signal()

    def __init__(self) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        self._buttons: list[QPushButton] = []
        for number, word in enumerate(WEEKDAYS, 1):
            made = button(word, small=True, tip=f"周{word}")
            made.setProperty("kind", "segment")
            made.setProperty("place", "only")
            made.setCheckable(True)
            made.setAccessibleName(f"周{word}")
            made.setFixedWidth(tokens.now().px(36))
            made.clicked.connect(partial(self._pressed, number))
            row.addWidget(made)
            self._buttons.append(made)
        row.addStretch(1)
        self.setFocusProxy(self._buttons[0])

    def _pressed(self, number: int) -> None:
        if not self.value():
            self._buttons[number - 1].setChecked(True)
        self.edited.emit()

    def value(self) -> tuple[int, ...]:
        return tuple(n for n, made in enumerate(self._buttons, 1) if made.isChecked())

    def set_value(self, value: Sequence[int]) -> None:
        for number, made in enumerate(self._buttons, 1):
            made.setChecked(number in value)


class Repeat(QWidget):
    """How often, on which days, until when. `edited` at every change."""

    help_topic = "series"

    edited = Signal()

    def __init__(self, today: Callable[[], date]) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE)
        self.every = Choice(HOW_OFTEN)
        self.weekdays = Weekdays()
        self.ends = Choice({"times": "共几次", "until": "到哪天"})
        self.times, self.until = NumberField(unit="次"), DayField(today=today)
        self.times.set_value(USUAL_TIMES)
        column.addWidget(Field("重复", self.every))
        self.more = QWidget()
        inner = QVBoxLayout(self.more)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(SPACE)
        self.fields = {"weekdays": Field("星期", self.weekdays), "times": Field("次数", self.times)}
        self.fields["until"] = Field("最后一天", self.until)
        inner.addWidget(self.fields["weekdays"])
        across = QHBoxLayout()
        across.setSpacing(SPACE * 2)
        top = Qt.AlignmentFlag.AlignTop
        across.addWidget(Field("到什么时候", self.ends), 0, top)
        for name in ("times", "until"):
            across.addWidget(self.fields[name], 1, top)
        inner.addLayout(across)
        column.addWidget(self.more)
        self._first: date | None = None
        for control in (self.every, self.weekdays, self.ends, self.times, self.until):
            control.edited.connect(self._changed)
        self._shape()

    def _changed(self) -> None:
        self._shape()
        self.edited.emit()

    def _shape(self) -> None:
        self.more.setVisible(bool(self.every.value()))
        self.fields["times"].setVisible(self.ends.value() == "times")
        self.fields["until"].setVisible(self.ends.value() == "until")

    def begin_on(self, day: date) -> None:
        """The first day: its weekday is ticked, as long as no other was chosen."""
        chosen = self.weekdays.value()
        if not chosen or self._first is not None and chosen == (self._first.isoweekday(),):
            self.weekdays.set_value((day.isoweekday(),))
        self._first = day

    def kept(self) -> dict[str, Any]:
        """As typed, for a draft."""
        until = self.until.value()
        return {
            "every": self.every.value(), "weekdays": list(self.weekdays.value()), "ends": self.ends.value(),
            "times": self.times.value(), "until": until.isoformat() if isinstance(until, date) else until,
        }  # fmt: skip

    def fill(self, kept: Mapping[str, Any]) -> None:
        """What a draft kept."""
        self.every.set_value(kept.get("every", 0))
        self.weekdays.set_value(kept.get("weekdays", ()))
        self.ends.set_value(kept.get("ends", "times"))
        self.times.set_value(kept.get("times"))
        if until := kept.get("until"):
            self.until.set_value(str(until))
        self._shape()

    def pattern(self) -> Pattern | None:
        """None: it does not repeat, or cannot be read yet (which is then said under its field)."""
        every = self.every.value()
        if not every:
            return None
        if self.ends.value() == "until":
            until = self.until.value()
            self.fields["until"].problem("" if isinstance(until, date) else "请填写到哪一天，如 12.18")
            return Pattern(every, self.weekdays.value(), until, None) if isinstance(until, date) else None
        times = self.times.value()
        fits = isinstance(times, int) and 1 <= times <= MOST
        self.fields["times"].problem("" if fits else f"请填写几次，1 到 {MOST}")
        return Pattern(every, self.weekdays.value(), None, times) if isinstance(times, int) and fits else None

    def say(self, problems: dict[str, str]) -> None:
        """What a service refused, under its field."""
        for name, sentence in problems.items():
            if name in self.fields:
                self.fields[name].problem(sentence)


def read_place(words: str, asked: Row, today: date) -> Row | None:
    """Another time or day typed into a row: `1250`, `1250-1330`, `周四 1250`, `9.24 1250`, `周四`; None: not read.

    The length stays unless an end is typed; the day stays unless one is typed."""
    parts = words.replace("—", "-").replace("，", " ").split()
    day, starts, ends = asked
    for part in parts:
        first, _, second = part.partition("-")
        start = typed.minutes(first) if first.isdecimal() and len(first) in (3, 4) or ":" in first else None
        if start is not None:
            end = typed.minutes(second) if second else min(start + ends - starts, 1440)
            if end is None or end <= start:
                return None
            starts, ends = start, end
        elif (when := typed.day(part, today)) is not None:
            day = when
        else:
            return None
    return (day, starts, ends) if parts else None


@dataclass
class Line:
    """One date of the series as it stands in the form. `asked` is what the pattern said, `agreed`: lessons and holidays
    are taken on, `reason`: the room's own rules are (a code of `records.booking.URGENT`)."""

    asked: Planned
    planned: Planned
    skipped: bool = False
    agreed: bool = False
    reason: str = ""

    @property
    def open(self) -> bool:
        """Whether something must still be done about it."""
        if self.skipped or self.planned.ok:
            return False
        return self.planned.hard or self.planned.confirm and not self.agreed or self.planned.urgent and not self.reason


def day_words(day: date, beside: date | None = None) -> str:
    """`9月22日 周二`; nothing when it is the day it stands beside."""
    return "" if day == beside else f"{day.month}月{day.day}日 周{WEEKDAYS[day.weekday()]}"


def fix_words(free: Free, asked: date) -> str:
    """`换到 12:50`, with the day when it is another."""
    there = "" if free.day == asked else f"周{WEEKDAYS[free.day.weekday()]} {free.day.month}.{free.day.day} "
    return f"换到 {there}{typed.clock(free.starts)}"


class PlanRow(QWidget):
    """A date with its mark, and where it cannot be the cause and the ways out."""

    skip_wanted = Signal(bool)
    place_wanted = Signal(object)  # a Row
    agree_wanted = Signal()
    reason_wanted = Signal()
    walked = Signal(int)

    def __init__(self, number: int, line: Line, today: Callable[[], date]) -> None:
        super().__init__()
        self.line, self._today = line, today
        self.field: TextField | None = None
        self.ways: list[QPushButton] = []
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 3, 0, 3)
        column.setSpacing(3)
        head = QHBoxLayout()
        head.setSpacing(SPACE)
        planned = line.planned
        mark, role, words = ("x", "brick", "要处理") if line.open else ("check", "good", "可以")
        if line.skipped:
            mark, role, words = "skip-forward", "soft", "跳过"
        glyph = Glyph(mark, size=18, role=role)
        glyph.setAccessibleName(words)
        head.addWidget(glyph)
        head.addWidget(text(f"{number}", "small", wrap=False, tabular=True))
        said = f"{day_words(planned.day)}  {span(planned.starts, planned.ends)}"
        head.addWidget(text(said, "soft" if line.skipped else "strong", wrap=False, tabular=True), 1)
        column.addLayout(head)
        self.setAccessibleName(f"第 {number} 次 {said} {words}")
        if line.skipped:
            head.addWidget(self._way("不跳过", lambda: self.skip_wanted.emit(False), plain=True))
        elif line.open:
            self._trouble(column, planned)
        elif planned.row != line.asked.row:
            back = line.asked.row
            head.addWidget(self._way("改回原定", lambda: self.place_wanted.emit(back), plain=True))
        elif planned.clashes:
            column.addWidget(_indented(text(planned.why, "small")))

    def _trouble(self, column: QVBoxLayout, planned: Planned) -> None:
        column.addWidget(_indented(text(planned.why, "error" if planned.hard else "warning")))
        ways: list[QWidget] = [self._way("跳过", lambda: self.skip_wanted.emit(True))]
        if planned.confirm and not self.line.agreed:
            ways.append(self._way("已说好，照约", self.agree_wanted.emit))
        if planned.urgent and not self.line.reason:
            ways.append(self._way("破例…", self.reason_wanted.emit))
        for free in planned.fixes[:2]:
            row = (free.day, free.starts, free.ends)
            ways.append(self._way(fix_words(free, planned.day), partial(self.place_wanted.emit, row)))
        self.field = TextField("或写 1250")
        self.field.setAccessibleName("另写时间")
        self.field.setToolTip("写一个时间或星期，回车：1250、1250-1330、周四 1250")
        self.field.setProperty("small", "true")
        self.field.setFixedWidth(tokens.now().px(116))
        self.field.returnPressed.connect(self._typed)
        column.addWidget(_indented(Flow(*ways, self.field)))

    def _way(self, words: str, do: Callable[[], object], *, plain: bool = False) -> QPushButton:
        made = quiet(words, do, small=True) if plain else button(words, do, small=True)
        self.ways.append(made)
        return made

    def _typed(self) -> None:
        assert self.field is not None
        found = read_place(self.field.value(), self.line.planned.row, self._today())
        if found is None:
            self.field.setProperty("wrong", "true")
            self.field.setToolTip("看不懂：请写成 1250、1250-1330 或 周四 1250")
            self.field.selectAll()
        else:
            self.place_wanted.emit(found)

    def focus(self) -> None:
        """The keyboard to the first way out, and the row into sight."""
        (self.ways[0] if self.ways else self).setFocus()
        into_sight(self)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self.walked.emit(1 if event.key() == Qt.Key.Key_Down else -1)
        else:
            super().keyPressEvent(event)


def _indented(widget: QWidget) -> QWidget:
    holder = QWidget()
    row = QHBoxLayout(holder)
    row.setContentsMargins(tokens.now().px(26), 0, 0, 0)
    row.addWidget(widget)
    return holder


class Plan(QWidget):
    """Every date of a series. `check` looks at one row again, beside the others."""

    help_topic = "series"

    edited = Signal()
    settled = Signal()  # the last open question was answered

    def __init__(self, today: Callable[[], date], check: Callable[[Row, Sequence[Row]], Planned]) -> None:
        super().__init__()
        self._today, self._check = today, check
        self.lines: list[Line] = []
        self.rows: list[PlanRow] = []
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        self.count = text("", "strong")
        column.addWidget(self.count)
        self._list = QVBoxLayout()
        self._list.setSpacing(0)
        column.addLayout(self._list)
        self.bar = ReasonBar()
        column.addWidget(self.bar)
        self.hide()

    def show_plan(self, planned: Sequence[Planned]) -> None:
        """What a preview found; a date that was skipped stays skipped."""
        before = {line.asked.row: line for line in self.lines}
        self.lines = []
        for one in planned:
            was = before.get(one.row)
            if was is None or one.ok:
                self.lines.append(Line(one, one, was.skipped if was is not None else False))
            else:
                moved = was.planned if was.planned is not was.asked else one
                self.lines.append(Line(one, moved, was.skipped, was.agreed, was.reason))
        self._show()

    def empty(self) -> None:
        self.lines = []
        self._show()

    def wanted(self) -> list[Row]:
        """The dates to book: all but the skipped ones."""
        return [line.planned.row for line in self.lines if not line.skipped]

    def open(self) -> int:
        """How many still need something done."""
        return sum(line.open for line in self.lines)

    def anyway(self) -> bool:
        """Whether a person said yes to lessons or holidays."""
        return any(line.agreed and not line.skipped for line in self.lines)

    def reason(self) -> str:
        """Why the room's rules are broken; empty where they are not."""
        return next((line.reason for line in self.lines if line.reason and not line.skipped), "")

    def words(self) -> str:
        """`8 次，其中 1 次要处理`"""
        skipped = sum(line.skipped for line in self.lines)
        parts = [f"{len(self.lines) - skipped} 次", f"跳过 {skipped} 次" if skipped else ""]
        parts.append(f"其中 {self.open()} 次要处理" if self.open() else "都可以")
        return "，".join(p for p in parts if p)

    def _show(self) -> None:
        empty_layout(self._list)
        self.rows = []
        for number, line in enumerate(self.lines, 1):
            row = PlanRow(number, line, self._today)
            row.skip_wanted.connect(partial(self._skip, number - 1))
            row.place_wanted.connect(partial(self._place, number - 1))
            row.agree_wanted.connect(partial(self._agree, number - 1))
            row.reason_wanted.connect(partial(self._break_rule, number - 1))
            row.walked.connect(partial(self._walk, number - 1))
            self._list.addWidget(row)
            self.rows.append(row)
        self.count.setText(self.words() if self.lines else "")
        set_kind(self.count, "error" if self.open() else "good")
        self.setVisible(bool(self.lines))

    def _skip(self, at: int, skipped: bool) -> None:
        self.lines[at].skipped = skipped
        self._next(at)

    def _place(self, at: int, row: Row) -> None:
        """Another day or time for one of them, looked at at once."""
        others = [line.planned.row for n, line in enumerate(self.lines) if n != at and not line.skipped]
        line = self.lines[at]
        line.planned = line.asked if row == line.asked.row else self._check(row, others)
        self._next(at)

    def _agree(self, at: int) -> None:
        """Yes to lessons and holidays: for this date only."""
        self.lines[at].agreed = True
        self._next(at)

    def _break_rule(self, at: int) -> None:
        """A reason for the room's rules: one holds for every date of the series that breaks them."""
        self.bar.ask("为什么破例？", URGENT, partial(self._because, at), back=self.rows[at].ways[0])
        into_sight(self.bar)

    def _because(self, at: int, code: str) -> None:
        for line in self.lines:
            if line.planned.urgent:
                line.reason = code
        self._next(at)

    def _next(self, at: int) -> None:
        """Show anew; the keyboard stands on the next open question, this one first if it is still open."""
        self._show()
        self.edited.emit()
        if not self.focus_open(at):
            self.settled.emit()

    def focus_open(self, since: int = 0) -> bool:
        """The keyboard to the first date that still asks something, from here on round; whether there is one."""
        order = [*range(since, len(self.lines)), *range(since)]
        at = next((n for n in order if self.lines[n].open), None)
        if at is None:
            return False
        self.rows[at].focus()
        return True

    def _walk(self, at: int, by: int) -> None:
        to = at + by
        while 0 <= to < len(self.rows):
            if self.rows[to].ways:
                self.rows[to].focus()
                return
            to += by
