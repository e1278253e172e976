"""按纸质记录补录: a day written by hand, keyed in row by row with the keyboard alone, then saved whole."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from psyroom.errors import SignedWeek
from psyroom.records.weeks import WHY_AMENDED
from psyroom.services import back_entry, drafts, openings, people
from psyroom.services.back_entry import FORM, Entered, Looked, NotEntered
from psyroom.services.hours import local_now
from psyroom.store.room import Room
from psyroom.ui import drafting
from psyroom.ui.kit import Card, DayField, PageHeader, button, primary, quiet, scrolled, text
from psyroom.ui.kit.reasons import ReasonBar
from psyroom.ui.pages.back_entry_lines import DUTY, VISIT, DutyLine, Line, VisitLine, heading
from psyroom.ui.pages.bookings_form import receivers
from psyroom.ui.tokens import SPACE
from psyroom.ui.window import Shell

KINDS = ("booking", "visit", "opening", "week_amendment")
HOW = "照着日记录表录：时间打 1430，姓名打首字母，回车到下一格；都录完按 Ctrl+回车一起存。"
FIRST_ROWS = 3


class BackEntry(QWidget):
    """In the place of the page that opened it; `back` returns there."""

    help_topic = "power-cut"

    edited = Signal()

    def __init__(self, room: Room, shell: Shell, day: date, back: Callable[[], object]) -> None:
        super().__init__()
        self.room, self.shell, self.back = room, shell, back
        self.people = receivers(room)
        self.duty_people = {p[0]: p[1] for p in people.listed(room) if p[3]}
        self.duties: list[DutyLine] = []
        self.visits: list[VisitLine] = []
        self._about, self._filling = day, False
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE)
        column.addWidget(self._head())
        column.addLayout(self._when(day))
        self.why = ReasonBar()
        column.addWidget(self.why)
        self.trouble = text("", "error")
        column.addWidget(self.trouble)
        self.trouble.hide()
        inner = QWidget()
        self.column = QVBoxLayout(inner)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(SPACE * 2)
        self.duty_card, self.duty_rows = self._card("值班", heading(DUTY))
        self.duty_card.head.addWidget(
            quiet("按计划填", self.as_planned, small=True, tip="把这一天计划开放而没有记的填进来")
        )
        self.visit_card, self.visit_rows = self._card(
            "来访", heading(VISIT, without="" if len(self.people) > 1 else "接待老师")
        )
        self.column.addStretch(1)
        self.area = scrolled(inner)
        column.addWidget(self.area, 1)
        for keys in ("Ctrl+Return", "Ctrl+Enter", "Ctrl+S"):
            QShortcut(QKeySequence(keys), self).activated.connect(self.save)
        self._look_soon = QTimer(self)
        self._look_soon.setSingleShot(True)
        self._look_soon.setInterval(0)
        self._look_soon.timeout.connect(self._look)
        self._load()
        self.draft = drafting.watch(self, self._keep)
        self.day.edited.connect(self._other_day)

    # ---- building

    def _head(self) -> QWidget:
        self.save_button = primary("全部存下", self.save, icon_name="check", tip="全部存下（Ctrl+回车）")
        return PageHeader(
            "按纸质记录补录",
            HOW,
            button("返回", self._leave, icon_name="caret-left", shortcut="Esc"),
            self.save_button,
        )

    def _when(self, day: date) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(SPACE)
        self.day = DayField(today=lambda: self.now().date())
        self.day.set_value(day)
        self.day.setAccessibleName("哪一天的记录")
        row.addWidget(text("哪一天的记录", "label", wrap=False))
        row.addWidget(self.day)
        self.kept: QLabel = text("接着上次没有存的", "soft", wrap=False)
        self.clear = quiet("清空", self.empty, small=True)
        row.addSpacing(SPACE)
        row.addWidget(self.kept)
        row.addWidget(self.clear)
        row.addStretch(1)
        return row

    def _card(self, title: str, head: QWidget) -> tuple[Card, QVBoxLayout]:
        card = Card(title, pad=2)
        card.add(head)
        rows = QVBoxLayout()
        rows.setSpacing(4)
        card.body.addLayout(rows)
        self.column.addWidget(card)
        return card, rows

    def now(self) -> datetime:
        return local_now(self.room)

    # ---- rows

    def _add_duty(self) -> DutyLine:
        me = self.room.person.id
        line = DutyLine(self.duty_people, me if me in self.duty_people else next(iter(self.duty_people), ""))
        self._add(line, self.duties, self.duty_rows)
        return line

    def _add_visit(self) -> VisitLine:
        line = VisitLine(self.room, self.people)
        self._add(line, self.visits, self.visit_rows)
        return line

    def _add(self, line: Any, lines: list[Any], column: QVBoxLayout) -> None:
        lines.append(line)
        column.addWidget(line)
        line.edited.connect(lambda: self._edited(line))
        line.ended.connect(lambda: self._next(line))
        line.removed.connect(lambda: self._remove(line))
        self._number(lines)

    def _number(self, lines: list[Any]) -> None:
        for at, line in enumerate(lines, 1):
            line.number.setText(str(at))

    def _lines_of(self, line: Line) -> list[Any]:
        return self.duties if line in self.duties else self.visits

    def _edited(self, line: Line) -> None:
        if self._filling:
            return
        line.say({})
        if isinstance(line, VisitLine):
            line.ask(None)
        lines = self._lines_of(line)
        if line is lines[-1] and not line.blank():  # there is always an empty row to go on with
            self._add_duty() if lines is self.duties else self._add_visit()
        self.trouble.hide()
        self.edited.emit()

    def _next(self, line: Line) -> None:
        """Enter in the last cell: the next row; from an empty row of duty to the visitors, of a visitor to saving."""
        lines = self._lines_of(line)
        at = lines.index(line)
        self._look_soon.start()
        if line.blank():
            (self.visits[0].begin if lines is self.duties else self.save_button.setFocus)()
            return
        if at + 1 == len(lines):
            self._add_duty() if lines is self.duties else self._add_visit()
        lines[at + 1].begin()
        self._in_sight(lines[at + 1])

    def _in_sight(self, line: Line) -> None:
        QTimer.singleShot(0, line, lambda: self.area.ensureWidgetVisible(line, 0, SPACE * 4))

    def _remove(self, line: Line) -> None:
        lines = self._lines_of(line)
        if len(lines) == 1:
            self._add_duty() if lines is self.duties else self._add_visit()
        lines.remove(line)
        line.hide()
        line.deleteLater()
        self._number(lines)
        self.edited.emit()

    def as_planned(self) -> None:
        """Duty as it was planned and not yet logged, to be corrected where it was otherwise."""
        if not isinstance(day := self.day.value(), date):
            return
        done = self.shell.attempt(lambda: openings.not_logged(self.room, day, day, self.now()))
        if not done:
            return
        there = {(v["starts"], v["person"]) for v in self.values()["duties"]}
        slots = [s for s in done.result if (s.starts, s.person or self.room.person.id) not in there]
        if not slots:
            self.shell.toast("这一天没有计划了而没有记的值班")
        for slot in slots:
            line = next((d for d in self.duties if d.blank()), None) or self._add_duty()
            line.fill({"starts": slot.starts, "ends": slot.ends, "person": slot.person})

    # ---- what is typed, kept as a draft for each day

    def values(self) -> dict[str, Any]:
        """The rows in which something stands."""
        return {
            "duties": [line.values() for line in self.duties if not line.blank()],
            "rows": [line.values() for line in self.visits if not line.blank()],
        }

    def _keep(self, typed: Mapping[str, Any]) -> None:
        about = self._about.isoformat()
        if typed["duties"] or typed["rows"]:
            drafts.save(self.room, FORM, about, typed)
        else:
            drafts.discard(self.room, FORM, about)

    def _load(self) -> None:
        """The day's draft, or empty rows."""
        kept = drafts.load(self.room, FORM, self._about.isoformat()) or {}
        self._filling = True
        for lines in (self.duties, self.visits):
            for line in lines:
                line.hide()
                line.deleteLater()
            lines.clear()
        for values in kept.get("duties", []):
            self._add_duty().fill(values)
        for values in kept.get("rows", []):
            self._add_visit().fill(values)
        self._add_duty()
        for _ in range(max(FIRST_ROWS - len(self.visits), 1)):
            self._add_visit()
        self._filling = False
        for part in (self.kept, self.clear):
            part.setVisible(bool(kept))
        self.trouble.hide()
        self._look_soon.start()

    def empty(self) -> None:
        """Begin the day's sheet anew."""
        self.draft.forget()
        drafts.discard(self.room, FORM, self._about.isoformat())
        self._load()
        self.duties[0].begin()

    def _other_day(self) -> None:
        day = self.day.value()
        if isinstance(day, date) and day != self._about:
            self.draft.flush()
            self._about = day
            self._load()

    def focus_first(self) -> None:
        self.duties[0].begin()

    def showEvent(self, event: Any) -> None:
        super().showEvent(event)
        QTimer.singleShot(0, self, self.focus_first)

    def _leave(self) -> None:
        self.draft.flush()
        self.back()

    # ---- checking and saving

    def _rows(self) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        """Every row as it stands, empty ones too, so that numbers are those of the screen."""
        return [line.values() for line in self.visits], [line.values() for line in self.duties]

    def _look(self) -> None:
        """What can be said already: of rows that are filled in and left."""
        if not isinstance(self.day.value(), date) or self.room.closed:
            return
        rows, duties = self._rows()
        looked = back_entry.check(self.room, self._about, rows, self.now(), duties=duties)
        self._show(looked, also_empty=False)

    def _show(self, looked: Looked, *, also_empty: bool = True) -> None:
        """The problems under their rows; while typing nothing is said of what is merely not filled in yet."""
        focus = self.focusWidget()
        for lines, problems in ((self.duties, looked.duties), (self.visits, looked.visits)):
            for at, line in enumerate(lines):
                busy = not also_empty and focus is not None and line.isAncestorOf(focus)
                line.say({} if busy else problems.get(at, {}))
        for at, line in enumerate(self.visits):
            line.ask(looked.asks.get(at))
        words = looked.day or looked.twice
        self.trouble.setText(words)
        self.trouble.setVisible(bool(words))

    def save(self, why: str = "") -> None:
        """Write the whole sheet; what stands in the way is said under its row, nothing typed is lost."""
        if not isinstance(self.day.value(), date):
            self.trouble.setText(self.day.unreadable)
            self.trouble.show()
            self.day.setFocus()
            return
        rows, duties = self._rows()
        done = self.shell.attempt(lambda: self._enter(rows, duties, why))
        if not done:
            return
        result = done.result
        if isinstance(result, NotEntered):
            self._refused(result)
        elif isinstance(result, SignedWeek):
            self.why.ask(str(result), WHY_AMENDED, self.save, first="paper", back=self.visits[0].starts)
        else:
            assert isinstance(result, Entered)
            self.draft.forget()
            self.shell.tell_changed(*KINDS)
            self.back()
            self.shell.toast(result.note, undo=True)

    def _enter(self, rows: Any, duties: Any, why: str) -> Entered | NotEntered | SignedWeek:
        try:
            return back_entry.enter(self.room, self._about, rows, self.now(), duties=duties, why=why)
        except (NotEntered, SignedWeek) as told:
            return told

    def _refused(self, told: NotEntered) -> None:
        looked = told.looked
        self._show(looked)
        self.trouble.setText(str(told))
        self.trouble.show()
        first: list[Line] = [self.duties[at] for at in sorted(looked.duties)]
        first += [self.visits[at] for at in sorted({*looked.visits, *looked.asks})]
        if first:
            line = first[0]
            self._in_sight(line)
            (line.yes.setFocus if isinstance(line, VisitLine) and line.asking.isVisible() else line.begin)()
