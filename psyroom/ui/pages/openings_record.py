"""本周记录: the week as one small table, filled in beforehand; by keyboard confirmed, corrected, struck out."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QSizePolicy, QVBoxLayout, QWidget

from psyroom.errors import NotValid
from psyroom.records.opening import WHY_CHANGED
from psyroom.rules import typed
from psyroom.rules.time import WEEKDAYS
from psyroom.rules.typed import clock, span
from psyroom.services import prefill
from psyroom.services.prefill import Stretch
from psyroom.services.school import SchoolContext
from psyroom.ui import tokens
from psyroom.ui.kit import Card, Choice, Column, Table, button, quiet, text
from psyroom.ui.kit.reasons import ReasonBar
from psyroom.ui.pages.openings_week import DayLine, WeekStrip
from psyroom.ui.tokens import SPACE

UNREADABLE = "看不懂这个时间，请写成 1210-1250"
TONES = {
    "coming": "", "waiting": "amber", "forgotten": "brick", "running": "accent", "recorded": "good", "within": "",
    "not_open": "",
}  # fmt: skip
STRUCK = {code: words for code, words in WHY_CHANGED.items() if code not in ("", "extra", "make_up")}
SHORT = {
    "extra": "加开", "heals": "补开", "booking": "预约", "hand": "补记", "ledger": "台账", "visit": "来访",
}  # fmt: skip
"""Where a line comes from, said only where it is not what one expects; the tool tip says it of each."""
ACTUAL = 2  # the column that is typed into
ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


def more_or_less(minutes: int) -> str:
    """`+12 分`, `−5 分`, `0`"""
    return f"{'+' if minutes > 0 else '−'}{abs(minutes)} 分" if minutes else "0"


class RecordTable(Table):
    """The keys of the week: Enter `confirmed`, figures `typed` (row, words), Del `struck`; a double click `opened`."""

    confirmed = Signal(object)
    typed = Signal(object, str)
    struck = Signal(object)

    def __init__(self, columns: Sequence[Column]) -> None:
        super().__init__(columns, row_height=32, sortable=False)
        self._editor: QLineEdit | None = None
        self._edited: Stretch | None = None
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("本周记录：上下键选一段，回车按计划确认，直接输入时间更正，Delete 记为没开")

    def fit(self) -> None:
        """As tall as its rows: the page scrolls, not the table."""
        row = self.verticalHeader().defaultSectionSize()
        self.setFixedHeight(self.horizontalHeader().sizeHint().height() + row * max(1, len(self.rows())) + 2)

    def editor(self) -> QLineEdit | None:
        return self._editor

    def type_hours(self, words: str = "") -> None:
        """Type the hours of the chosen line in their place."""
        row = self.row()
        if not isinstance(row, Stretch):
            return
        self.shut_editor()
        field = QLineEdit(words, self.viewport())
        field.setPlaceholderText("1210-1250")
        field.setAccessibleName("实际开放的时间，如 1210-1250")
        box = self.visualRect(self._model.index(self.currentIndex().row(), ACTUAL))
        field.setStyleSheet(f"padding: 0 {tokens.now().px(6)}px; min-height: 0;")
        field.setGeometry(box.adjusted(0, 1, tokens.now().px(24), -1))
        field.installEventFilter(self)
        self._editor, self._edited = field, row
        field.show()
        field.setFocus()
        if not words and row.actual is not None and row.state != "running":
            field.setText(span(*row.actual))
            field.selectAll()

    def shut_editor(self) -> None:
        if self._editor is not None:
            gone, self._editor = self._editor, None
            gone.removeEventFilter(self)
            gone.hide()
            gone.deleteLater()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is not self._editor or self._editor is None:
            return super().eventFilter(watched, event)
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            if event.key() in ENTER:
                self.typed.emit(self._edited, self._editor.text())
                return True
            if event.key() == Qt.Key.Key_Escape:
                self.shut_editor()
                self.setFocus()
                return True
        elif event.type() == QEvent.Type.FocusOut and not self._editor.text().strip():
            self.shut_editor()
        return False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        row = self.row()
        plain = event.modifiers() in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier)
        if row is None or not plain:
            super().keyPressEvent(event)
        elif event.key() in ENTER:
            self.confirmed.emit(row)
        elif event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.struck.emit(row)
        elif event.key() == Qt.Key.Key_F2:
            self.type_hours()
        elif event.text().isdecimal():
            self.type_hours(event.text())
        else:
            super().keyPressEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        super().mouseDoubleClickEvent(event)
        event.accept()


class RecordCard(Card):
    """The table (or the same as bands of time) with what can be done to the chosen line.

    `confirm` with lines to take as planned, `typed` (line, starts, ends), `strike` (line, reason), `back` a struck line
    that was open after all, `opened` a line to be seen whole, `day` a day of the picture.
    """

    confirm = Signal(object)
    typed = Signal(object, int, int)
    strike = Signal(object, str)
    back = Signal(object)
    opened = Signal(object)
    day = Signal(object)

    def __init__(self) -> None:
        super().__init__("这一周的记录")
        self._school: SchoolContext | None = None
        self._days: Callable[[], Sequence[DayLine]] = list
        self._first: set[tuple[str, ...]] = set()
        self.sums = text("", "small", wrap=False, tabular=True)
        self.head.addWidget(self.sums)
        self.view = Choice({"table": "表", "strip": "图"})
        self.view.edited.connect(self._turn)
        self.head.addWidget(self.view, 0, Qt.AlignmentFlag.AlignTop)
        self.table = RecordTable(
            [
                Column("日期", self._day, width=102),
                Column("计划", lambda r: span(*r.planned) if r.planned else "—", width=110),
                Column("实际", _actual, width=110),
                Column("差", _difference, width=78, right=True),
                Column("值班", self._who, tip=self._tip),
                Column("状态", _state, width=82, tone=lambda r: TONES[r.state], tip=self._tip),
            ]
        )
        self.table.confirmed.connect(self.enter)
        self.table.typed.connect(self._typed)
        self.table.struck.connect(self.ask_why)
        self.table.opened.connect(self.opened)
        self.table.chosen.connect(lambda _row: self._choose())
        self.why = ReasonBar()
        self._keys()
        self.add(self.table)
        self.picture = QWidget()
        column = QVBoxLayout(self.picture)
        column.setContentsMargins(0, 0, 0, 0)
        self.strip = WeekStrip()
        self.strip.opened.connect(self.day)
        column.addWidget(self.strip)
        column.addWidget(text("虚线是计划，深色是课外实际开放，浅色是上课时间里开放的部分，底色是上课。", "small"))
        self.add(self.picture)
        self.picture.hide()
        self.trouble = text("", "error")
        self.add(self.trouble)
        self.none = text(
            "这一周还没有计划，也没有记录。点“开始值班”，或按 Ctrl+N 补记一次；以前的台账按 Ctrl+I 导入。", "soft"
        )
        self.add(self.none)

    def _keys(self) -> None:
        """What may be done to the chosen line, each with its key: the buttons are the hint."""
        self.keys = QWidget()
        row = QHBoxLayout(self.keys)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE)
        self.yes = button("按计划 ↵", lambda: self._of(self.enter), small=True, tip="按计划确认这一段（回车）")
        self.hours = button("改时间 F2", self.table.type_hours, small=True, tip="也可以直接输入，如 1210-1250")
        self.no = button("没开 Del", lambda: self._of(self.ask_why), small=True, tip="这一段没有开放（Delete）")
        self.whole = quiet("打开", lambda: self._of(self.opened.emit), small=True, tip="看这一条，改人、房间（双击）")
        self.all = button("全部按计划确认", self.confirm_all, icon_name="checks", shortcut="Ctrl+G", small=True)
        for made in (self.yes, self.hours, self.no, self.whole):
            row.addWidget(made)
        row.addStretch(1)
        row.addWidget(self.all)
        self.add(self.keys)
        self.add(self.why)

    # ---- what is shown

    def set_week(
        self, rows: Sequence[Stretch], days: Callable[[], Sequence[DayLine]], school: SchoolContext, *, locked: bool
    ) -> None:
        """The lines of a week; the chosen one stays chosen, also when its figures changed. `days` makes the picture,
        `locked`: the week is signed."""
        self._school = school
        held, focused = self.table.row(), self.table.hasFocus() or self.table.editor() is not None
        at = self.table.currentIndex().row()
        self.table.shut_editor()
        self.say("")
        self._days = days
        self._first = {next(r.key for r in rows if r.day == day) for day in {r.day for r in rows}}
        self.table.set_rows(rows)
        self.table.fit()
        kept = next((r for r in rows if isinstance(held, Stretch) and r.key == held.key), None)
        if kept is None and rows:
            gone = isinstance(held, Stretch) and at >= 0 and held.day in {row.day for row in rows}
            kept = rows[min(at, len(rows) - 1)] if gone else next(iter(prefill.waiting(rows)), rows[0])
        if kept is not None:
            self.table.choose(kept)
        if focused:
            self.table.setFocus()
        waits = [row for row in rows if row.state == "waiting"]
        self.all.setText(f"全部按计划确认（{len(waits)}）")
        self.all.setVisible(bool(waits))
        self.none.setVisible(not rows)
        self.sums.setText("，".join(part for part in ("已签字锁定" if locked else "", _sums(rows)) if part))
        self._turn()
        self._choose()

    def rows(self) -> list[Stretch]:
        return self.table.rows()

    def to_waiting(self) -> None:
        """The keyboard goes to the first line that waits for a word."""
        if waits := prefill.waiting(self.rows()):
            self.view.set_value("table")
            self.table.choose(waits[0])
            self.table.setFocus()

    def say(self, sentence: str) -> None:
        """What is wrong with what was just typed, under the table."""
        self.trouble.setText(sentence)
        self.trouble.setVisible(bool(sentence))

    def show_problems(self, problem: NotValid) -> None:
        self.say("；".join(problem.fields.values()))

    def _turn(self) -> None:
        table = self.view.value() == "table"
        self.table.setVisible(table and bool(self.rows()))
        self.keys.setVisible(table and bool(self.rows()))
        self.picture.setVisible(not table)
        if not table:
            self.strip.set_days(self._days())

    def _choose(self) -> None:
        row = self.table.row()
        state = row.state if isinstance(row, Stretch) else ""
        own = state != "within" and getattr(row, "origin", "") != "visit"
        self.yes.setText("还是开了 ↵" if state == "not_open" else "下一段 ↵" if state == "recorded" else "按计划 ↵")
        self.yes.setEnabled(state not in ("", "coming", "running", "within"))
        self.hours.setEnabled(own and state in ("waiting", "forgotten", "recorded"))
        self.no.setEnabled(own and state in ("coming", "waiting", "forgotten", "recorded"))
        self.no.setText("停开 Del" if state == "coming" else "没开 Del")
        booked = state == "coming" and getattr(row, "origin", "") == "booking"
        self.whole.setEnabled(booked or state not in ("", "coming", "not_open", "within"))

    def _day(self, row: Stretch) -> str:
        """Once for each day: the eye finds the days, not twelve dates."""
        if row.key not in self._first:
            return ""
        return f"周{WEEKDAYS[row.day.weekday()]} {row.day.month}-{row.day.day}"

    def _who(self, row: Stretch) -> str:
        name = self._school.people.get(row.person, "") if self._school is not None else ""
        return f"{name or '不定'} {SHORT.get(row.origin, '')}".rstrip()

    def _tip(self, row: Stretch) -> str:
        place = self._school.places.get(row.place, "") if self._school is not None else ""
        parts = [prefill.ORIGINS[row.origin], place]
        if row.state == "not_open":
            parts.append(f"没开：{WHY_CHANGED.get(row.why) or '没有写原因'}")
        if row.state == "within":
            parts.append("这段时间已含在另一条记录里")
        if row.received is not None:
            parts.append(f"来访 {row.received} 人次")
        return " · ".join(part for part in parts if part)

    # ---- hands

    def _of(self, do: Callable[[Stretch], object]) -> None:
        row = self.table.row()
        if isinstance(row, Stretch):
            self.table.setFocus()
            do(row)

    def enter(self, row: Stretch) -> None:
        """As planned; a line that needs no word lets the next one be chosen."""
        if row.state == "waiting" or (row.state == "forgotten" and row.planned):
            self.confirm.emit([row])
            self._down(row)
        elif row.state == "forgotten":
            self.table.type_hours()
        elif row.state == "not_open":
            self.back.emit(row)
        else:
            self._down(row)

    def confirm_all(self) -> None:
        if waits := [row for row in self.rows() if row.state == "waiting"]:
            self.confirm.emit(waits)

    def _down(self, row: Stretch) -> None:
        rows = self.rows()
        at = next((n for n, r in enumerate(rows) if r.key == row.key), -1)
        later = [r for r in rows[at + 1 :] if r.state in ("waiting", "forgotten")] or rows[at + 1 : at + 2]
        if later:
            self.table.choose(later[0])

    def _typed(self, row: Stretch, words: str) -> None:
        found = typed.stretch(words)
        if found is None:
            self.say(UNREADABLE)
            return
        self.say("")
        self.typed.emit(row, *found)

    def ask_why(self, row: Stretch) -> None:
        """Struck out only with a reason; a line that nobody planned simply goes."""
        if not self.no.isEnabled():
            return
        if row.planned is None or row.origin == "booking" or (row.slot is not None and row.slot.extra):
            self.strike.emit(row, "")
            return
        name = f"周{WEEKDAYS[row.day.weekday()]} {span(*row.planned)}"
        self.why.ask(f"{name} 为什么没开？", STRUCK, lambda code: self.strike.emit(row, code), back=self.table)


def _state(row: Stretch) -> str:
    return prefill.STATES[row.state]


def _difference(row: Stretch) -> str:
    return "" if row.difference is None else more_or_less(row.difference)


def _actual(row: Stretch) -> str:
    if row.actual is None:
        return ""
    return f"{clock(row.actual[0])}—" if row.state in ("running", "forgotten") else span(*row.actual)


def _sums(rows: Sequence[Stretch]) -> str:
    """What waits and what was struck out, in figures."""
    waits, struck = len(prefill.waiting(rows)), sum(row.state == "not_open" for row in rows)
    parts = [f"{waits} 段待确认" if waits else "", f"{struck} 段没开" if struck else ""]
    return "，".join(part for part in parts if part)
