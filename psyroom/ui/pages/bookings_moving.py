"""A card let down elsewhere: saved, or why it cannot be, and the rest of its series by as much with one more click."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING, Any

from psyroom.rules.series import shift, shifted
from psyroom.rules.time import day_name
from psyroom.rules.typed import span
from psyroom.services import bookings, events, series, trial, visits
from psyroom.services import week as weeks
from psyroom.services.around import Clashes
from psyroom.services.week import Entry
from psyroom.ui.calendar.carry import Look, nothing
from psyroom.ui.pages.bookings_event import KINDS
from psyroom.ui.pages.bookings_scope import next_part, place_in_series

if TYPE_CHECKING:
    from psyroom.ui.pages.bookings import Here


class Mover:
    """What the calendar's drags mean."""

    def __init__(self, page: Here) -> None:
        self.page, self.room, self.shell = page, page.room, page.shell

    def look_for(self, entry: Entry | None) -> Look:
        """What stands around this week, read once, for a drag to look at."""
        page, now = self.page, self.page.now()
        if entry is None:
            return trial.of_new(self.room, {"person": page.default_person()}, page.monday, now).at
        found = trial.of(self.room, entry.kind, entry.id, page.monday, now)
        return found.at if found is not None else nothing

    def let_down(self, kind: str, entry_id: str, day: date, starts: int, ends: int) -> None:
        """What cannot be opens the form with the causes and the free times."""
        page, now = self.page, self.page.now()
        before = weeks.entry(self.room, kind, entry_id, now)
        done = self.shell.attempt(lambda: self._move(kind, entry_id, day, starts, ends), kinds=KINDS)
        if not done or before is None:
            page.refresh(set())
            return
        if isinstance(done.result, Clashes):
            page.desk.edit(kind, entry_id)
            if page.form is not None:
                page.form.fill({**page.form.values(), "day": day, "starts": starts, "ends": ends})
                page.form.refused(done.result)
            page.refresh(set())
            return
        self.shell.toast(f"已移到 {day_name(day)} {span(starts, ends)}", undo=True, more=self._also(before))
        page.show_at(day, starts, ends)
        if (before.day, before.starts) >= (now.date(), visits.minute_of(now)) and day != before.day:
            page.freed(before.day, before.starts, before.ends, before.person, before.place)

    def _move(self, kind: str, entry_id: str, day: date, starts: int, ends: int) -> Any:
        deed: Callable[..., Any] = events.move if kind == "event" else bookings.move
        try:
            return deed(self.room, entry_id, day, starts, ends, self.page.now())
        except Clashes as clashes:
            return clashes

    def _also(self, before: Entry) -> tuple[str, Callable[[], object]] | None:
        """One of a series was moved: the following ones by as much."""
        _, parts = place_in_series(self.room, before, self.page.now())
        following = next_part(parts, before.id)
        if following is None:
            return None
        moved = next(p for p in parts if p.id == before.id)
        by = shift((before.day, before.starts, before.ends), (moved.day, moved.starts, moved.ends))
        target = shifted((following.day, following.starts, following.ends), by)

        def follow() -> None:
            done = self.shell.attempt(
                lambda: series.move(self.room, following.id, *target, "following", self.page.now()), kinds=KINDS
            )
            if done:
                self.shell.toast("；".join(done.result.notes), undo=True)

        return "以后也这样改（A）", follow
