"""One of a series is to be changed: this one, this and the following, or all? Asked in its place, by 1, 2 or 3."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from PySide6.QtWidgets import QWidget

from psyroom.services import series
from psyroom.services.series import SCOPES
from psyroom.services.week import Entry
from psyroom.store.room import Room
from psyroom.ui.kit.reasons import ReasonBar
from psyroom.ui.kit.sheet import into_sight


class ScopeBar(ReasonBar):
    """Hidden until asked."""

    help_topic = "series"

    def ask_scope(self, what: str, then: Callable[[str], object], back: QWidget | None = None) -> None:
        """`what`: 取消 or 改 …, for the question; `then` gets the scope's code."""
        choices = {code: words.replace("改", what) for code, words in SCOPES.items()}
        self.ask(f"这是系列里的一次，{what}哪些？", choices, then, first="one", back=back)
        into_sight(self)


def place_in_series(room: Room, entry: Entry, now: datetime) -> tuple[str, list[series.Part]]:
    """`第 3 次，共 8 次` and the series' parts in order; nothing for what belongs to none. Cancelled ones are not counted,
    unless it is one itself."""
    if not entry.series:
        return "", []
    parts = series.of(room, entry.series, now)
    counted = [p for p in parts if p.outcome not in CALLED_OFF or p.id == entry.id]
    at = next((n for n, p in enumerate(counted, 1) if p.id == entry.id), 0)
    return (f"第 {at} 次，共 {len(counted)} 次" if at else ""), parts


CALLED_OFF = ("cancelled_by_student", "cancelled_by_teacher", "suspended", "cancelled")


def next_part(parts: list[series.Part], entry_id: str) -> series.Part | None:
    """The first one after this that can still be changed."""
    at = next((n for n, p in enumerate(parts) if p.id == entry_id), None)
    if at is None:
        return None
    return next((p for p in parts[at + 1 :] if not p.fixed), None)
