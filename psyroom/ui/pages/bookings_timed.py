"""What a booking's form and a calendar entry's have in common: day and hours, how often, and what speaks against them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QHBoxLayout, QWidget
from sqlmodel import SQLModel

from psyroom.errors import NotValid
from psyroom.rules.booking import Free
from psyroom.services import bookings, people, series
from psyroom.services import school as schools
from psyroom.services.around import Checked, Clashes
from psyroom.services.series import Planned, Row
from psyroom.store.room import Room
from psyroom.ui.kit import Choice, DayField, Form, quiet, text
from psyroom.ui.pages.bookings_conflicts import Conflicts
from psyroom.ui.pages.bookings_series import Plan, Repeat
from psyroom.ui.tokens import SPACE

LOOK_AFTER = 200  # milliseconds after the last key until the time is looked at
USUAL = 40  # minutes of a booking when only its beginning was typed


def receivers(room: Room) -> dict[str, str]:
    """Who may receive visitors: counsellors first, then those who stand only in the list."""
    order = {"counsellor": 0, "none": 1}
    listed = [p for p in people.listed(room) if p[3] and p[2] in order]
    return {p[0]: p[1] for p in sorted(listed, key=lambda p: (p[0] != room.person.id, order[p[2]]))}


class TimedForm(Form):
    """`about`: the id of what is changed, empty for a new one. Asks `now` for the clock on the wall."""

    what = "booking"

    def __init__(
        self,
        model: type[SQLModel],
        room: Room,
        now: Callable[[], datetime],
        about: str = "",
        *,
        labels: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(model, labels=labels)
        self.room, self.now, self.about = room, now, about
        self._notice = QWidget()
        self.column.insertWidget(0, self._notice)
        self._notice.hide()
        self.people = receivers(room)
        self.places = {place: name for place, name, active in schools.places(room) if active}
        self.conflicts = Conflicts()
        self.repeat = Repeat(lambda: now().date())
        self.plan = Plan(lambda: now().date(), self._check_row)
        self._length = USUAL
        self._was: tuple[Any, Any] = (None, None)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(LOOK_AFTER)
        self._timer.timeout.connect(self._look_later)

    def _hours(self) -> None:
        """Day, from, to, what speaks against it, how often."""
        self.next_button = quiet(
            "下一个空位 F3", self.next_free, small=True, tip="填上下一个空位；再按一次，再下一个（F3）"
        )
        across = QHBoxLayout()
        across.setSpacing(SPACE)
        across.addWidget(self.make("day", DayField(today=lambda: self.now().date())), 1)
        across.addWidget(self.next_button, 0, Qt.AlignmentFlag.AlignBottom)
        self._put(across)
        self.add("starts", "ends")
        self.put(self.conflicts)
        if not self.about:
            self.put(self.repeat)
            self.put(self.plan)
        self.fields["starts"].control.edited.connect(self._start_moved)
        self.fields["ends"].control.edited.connect(self._end_moved)
        self.edited.connect(self._timer.start)
        self.repeat.edited.connect(self._on_edit)
        self.conflicts.taken.connect(self.take)

    def _who_and_where(self, elsewhere: str) -> None:
        self.add("person", "place", controls={
            "person": Choice(self.people, as_list=True),
            "place": Choice({**self.places, "": elsewhere}, as_list=True),
        })  # fmt: skip

    # ---- filling ----------------------------------------------------------------------------------------------

    def fill(self, values: Mapping[str, Any]) -> None:
        """Put values in: days and minutes as they are or as a draft kept them."""
        values = {k: v for k, v in values.items() if v is not None}
        starts, ends = values.get("starts"), values.get("ends")
        if isinstance(starts, int) and isinstance(ends, int) and ends > starts:
            self._length = ends - starts
        self._was = (starts, ends)
        self.set_values(values)
        if not self.about and isinstance(kept := values.get("repeat"), dict):
            self._loading = True
            self.repeat.fill(kept)
            self._loading = False
        if isinstance(values.get("day"), date):
            self.repeat.begin_on(values["day"])
        self.look()

    def notice(self, words: str, do: Callable[[], object], label: str) -> None:
        """A line above the form, with one quiet way out of it."""
        row = QHBoxLayout(self._notice)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(text(words, "small"), 1)
        row.addWidget(quiet(label, do, small=True))
        self._notice.show()

    def _start_moved(self) -> None:
        """The end follows the beginning, so that the length stays."""
        starts = self.fields["starts"].value()
        if self._loading or not isinstance(starts, int) or starts == self._was[0]:
            return
        ends = min(starts + self._length, 1440)
        self._was = (starts, ends)
        self._loading = True
        self.fields["ends"].set_value(ends)
        self._loading = False

    def _end_moved(self) -> None:
        starts, ends = self.fields["starts"].value(), self.fields["ends"].value()
        if not self._loading and isinstance(starts, int) and isinstance(ends, int) and ends > starts:
            self._length, self._was = ends - starts, (starts, ends)

    # ---- what speaks against it -------------------------------------------------------------------------------

    def _check(self, values: Mapping[str, Any]) -> Checked:
        return bookings.check(self.room, values, self.now(), self.about)

    def look(self) -> Checked | None:
        """Look at the time as it stands in the form; None while it cannot be read."""
        self._timer.stop()
        values = self.values()
        asked = values.get("day")
        try:
            found = self._check(values)
        except NotValid:
            self.conflicts.clear()
            self.plan.empty()
            return None
        if isinstance(asked, date):
            self.repeat.begin_on(asked)
        if self._look_at_series(values):
            self.conflicts.clear()  # it is said in the row of its date
            return found
        self.conflicts.show_clashes([*found.hard, *found.soft], found.free, asked if isinstance(asked, date) else None)
        return found

    def _look_at_series(self, values: Mapping[str, Any]) -> bool:
        """Every date of a repeated one, looked at; whether it is repeated."""
        if not self.repeats():
            self.plan.empty()
            return False
        pattern = self.repeat.pattern()
        if pattern is None:
            self.plan.empty()
            return True
        try:
            self.plan.show_plan(series.preview(self.room, {**values, "what": self.what}, pattern, self.now()))
        except NotValid as problem:
            self.plan.empty()
            self.repeat.say(problem.fields)
        return True

    def _check_row(self, row: Row, others: Sequence[Row]) -> Planned:
        return series.check_row(self.room, {**self.values(), "what": self.what}, *row, self.now(), others)

    def repeats(self) -> bool:
        """Whether more than one date is asked for."""
        return not self.about and bool(self.repeat.every.value())

    def _look_later(self) -> None:
        if not self.room.closed:  # the room may have been locked within these milliseconds
            self.look()

    def refused(self, clashes: Clashes) -> None:
        """A deed was refused: say why in place, with the way on where there is one."""
        self._timer.stop()
        self.say("")
        asked = self.fields["day"].value()
        self.conflicts.show_clashes(
            clashes.clashes, clashes.free, asked if isinstance(asked, date) else None, confirm=clashes.confirm
        )
        if clashes.urgent:
            self.conflicts.ask_reason()
        else:
            self.conflicts.focus_first()

    def take(self, free: Free) -> None:
        """One of the free times instead."""
        self._length = free.ends - free.starts
        self._was = (free.starts, free.ends)
        self.set_values({"day": free.day, "starts": free.starts, "ends": free.ends, "place": free.place})
        self.look()
        self.edited.emit()

    def next_free(self) -> None:
        """The next free time into the fields; from there again the one after."""
        values = {name: value for name, value in self.values().items() if name not in ("kind", "outcome", "size")}
        try:
            free = bookings.next_free(self.room, values, self.now())
        except NotValid as problem:
            self.show_problems(problem)
            return
        if free is None:
            self.say("两周内的开放时间里没有空位了，可以缩短时间，或在“值班开放”里加开")
            return
        self.say("")
        self.take(free)
