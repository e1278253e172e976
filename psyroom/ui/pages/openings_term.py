"""The semester in bars or day by day: which week was open enough, and the way to any of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

from PySide6.QtCore import Qt, Signal

from psyroom.rules.time import WEEKDAYS, TermSpan, short_day
from psyroom.rules.typed import length
from psyroom.services.hours import Behind, WeekHours
from psyroom.services.school import SchoolContext
from psyroom.ui.kit import Card, Choice, WeekBars, text
from psyroom.ui.kit.heat import Heat, HeatMap
from psyroom.ui.pages.openings_rows import term_words, week_bar

STEP = 60  # minutes of a level where no target says how much a day should hold


class TermCard(Card):
    """`opened` with the number of a week. The heat map asks for its rows only when it is looked at."""

    opened = Signal(int)

    def __init__(self) -> None:
        super().__init__("本学期各周")
        self.view = Choice({"bars": "柱图", "heat": "热图"})
        self.view.edited.connect(self._turn)
        self.head.addWidget(self.view, 0, Qt.AlignmentFlag.AlignTop)
        self.bars = WeekBars()
        self.bars.opened.connect(self.opened)
        self.add(self.bars)
        self.heat = HeatMap()
        self.heat.opened.connect(self.opened)
        self.add(self.heat)
        self.heat.hide()
        self.words = text("", "soft")
        self.add(self.words)
        self._fill: Callable[[], object] | None = None

    def set_weeks(
        self,
        school: SchoolContext,
        term: TermSpan,
        weeks: Sequence[WeekHours],
        today: date,
        shown: int,
        rows: Callable[[], Sequence[Behind]],
    ) -> None:
        """The semester's weeks; `rows` reads what is behind them, `shown` is the week the page shows."""
        here = term.week_of(today)
        if self.heading is not None:
            self.heading.setText(term.name)
        self.bars.set_weeks([week_bar(week, here) for week in weeks])
        self.words.setText(term_words(weeks, here, today))
        self._fill = lambda: self._heat(school, term, weeks, today, shown, rows())
        self._turn()

    def _turn(self) -> None:
        heat = self.view.value() == "heat"
        self.bars.setVisible(not heat)
        self.heat.setVisible(heat)
        if heat and self._fill is not None:
            self._fill()
            self._fill = None

    def _heat(
        self,
        school: SchoolContext,
        term: TermSpan,
        weeks: Sequence[WeekHours],
        today: date,
        shown: int,
        rows: Sequence[Behind],
    ) -> None:
        minutes: dict[date, int] = {}
        for row in rows:
            minutes[row.day] = minutes.get(row.day, 0) + row.adds_outside
        used = {day.weekday() for day, open_ in minutes.items() if open_}
        shown_days = [at for at in range(7) if at < 5 or at in used]
        cells = [[_cell(school, term, w.week, term.days_of(w.week)[at], minutes, today) for at in shown_days]
                 for w in weeks]  # fmt: skip
        target = next((w.target_minutes for w in weeks if w.target_minutes), None)
        step = max(30, round(target / 5 / 3 / 30) * 30) if target else STEP
        names = [WEEKDAYS[at] for at in shown_days]
        self.heat.set_days([w.week for w in weeks], names, cells, step=step, now=term.week_of(today) or 0, shown=shown)


def _cell(school: SchoolContext, term: TermSpan, week: int, day: date, minutes: dict[date, int], today: date) -> Heat:
    found, calendar = minutes.get(day, 0), school.calendar
    name = calendar.name_of(day)
    off = name or "放假" if calendar.is_holiday(day) else ""
    quiet = day > today or not calendar.is_school_day(day)  # no figure where nobody expects one
    said = f"课外开放 {length(found)}" if found else off or ("还没到" if day > today else "没有开放")
    if found and name:
        said += f"（{name}）"
    weekday = f"周{WEEKDAYS[day.weekday()]}"
    return Heat(found, off, quiet, f"第 {week} 周 {weekday} {short_day(day)}：{said}")
