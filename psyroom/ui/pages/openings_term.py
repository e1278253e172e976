"""The semester in bars: which week was open enough, and the way to any of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from PySide6.QtCore import Signal

from psyroom.rules.time import TermSpan
from psyroom.services.hours import WeekHours
from psyroom.ui.kit import Card, WeekBars, text
from psyroom.ui.pages.openings_rows import term_words, week_bar


class TermCard(Card):
    """`opened` with the number of a week."""

    opened = Signal(int)

    def __init__(self) -> None:
        super().__init__("本学期各周")
        self.bars = WeekBars()
        self.bars.opened.connect(self.opened)
        self.add(self.bars)
        self.words = text("", "soft")
        self.add(self.words)

    def set_weeks(self, term: TermSpan, weeks: Sequence[WeekHours], today: date) -> None:
        here = term.week_of(today)
        if self.heading is not None:
            self.heading.setText(term.name)
        self.bars.set_weeks([week_bar(week, here) for week in weeks])
        self.words.setText(term_words(weeks, here, today))
