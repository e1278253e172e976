"""The booking form: whom, when, with whom, how; what speaks against a time stands under it, with three that are free."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from functools import partial
from typing import Any

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from psyroom.errors import NotFound, NotValid
from psyroom.records.booking import CLIENTS, WAYS, BookingFields
from psyroom.rules.booking import Clash, Free
from psyroom.rules.time import WEEKDAYS
from psyroom.rules.typed import span
from psyroom.services import bookings, people, roll
from psyroom.services import school as schools
from psyroom.services.bookings import Checked, Clashes
from psyroom.store.room import Room
from psyroom.ui.kit import Choice, DayField, Field, Form, Found, NumberField, Picker, button, quiet, text
from psyroom.ui.tokens import SPACE

LOOK_AFTER = 200  # milliseconds after the last key until the time is looked at
USUAL = 40  # minutes of a booking when only its beginning was typed


def students_found(room: Room, words: str) -> Sequence[Found]:
    """Students for a picker: name and class."""
    return [Found(e.id, e.name, e.class_name) for e in roll.find(room, words, also_gone=False)]


def student_found(room: Room, student: str) -> Found | None:
    """One student as a picker shows one; None when the entry is gone."""
    try:
        entry = roll.entry(room, student)
    except NotFound:
        return None
    return Found(entry.id, entry.name, entry.class_name)


def receivers(room: Room) -> dict[str, str]:
    """Who may receive visitors: counsellors first, then those who stand only in the list."""
    order = {"counsellor": 0, "none": 1}
    listed = [p for p in people.listed(room) if p[3] and p[2] in order]
    return {p[0]: p[1] for p in sorted(listed, key=lambda p: (p[0] != room.person.id, order[p[2]]))}


def free_words(free: Free, asked: date | None) -> str:
    """`12:40—13:10`, with the day when it is another."""
    day = "" if free.day == asked else f"周{WEEKDAYS[free.day.weekday()]} {free.day.month}/{free.day.day} "
    return day + span(free.starts, free.ends)


class Conflicts(QWidget):
    """What speaks against the time, in place, and the nearest free ones as buttons."""

    taken = Signal(object)  # the Free that was chosen
    anyway = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(4)
        self.free: tuple[Free, ...] = ()
        self.hide()

    def words(self) -> str:
        """Every sentence shown."""
        found = [self.column.itemAt(n).widget() for n in range(self.column.count())]
        return "\n".join(w.text() for w in found if w is not None and hasattr(w, "text"))

    def clear(self) -> None:
        self.free = ()
        while self.column.count():
            item = self.column.takeAt(0)
            if (gone := item.widget()) is not None:
                gone.hide()
                gone.deleteLater()
        self.hide()

    def show_clashes(
        self, clashes: Sequence[Clash], free: tuple[Free, ...], asked: date | None, *, confirm: bool = False
    ) -> None:
        """`confirm`: nothing hard; the person may go on with a yes."""
        self.clear()
        if not clashes:
            return
        for clash in dict.fromkeys(clashes):
            said = text(clash.sentence, "error" if clash.hard else "warning")
            self.column.addWidget(said)
        if confirm:
            self.column.addWidget(quiet("已说好，仍然预约", self.anyway.emit, small=True))
        if free:
            self.free = free
            self.column.addWidget(text("最近的空位：", "small"))
            holder = QWidget()
            row = QVBoxLayout(holder)
            row.setContentsMargins(0, 0, 0, 0)
            row.setSpacing(4)
            for one in free:
                made = button(free_words(one, asked), partial(self.taken.emit, one), small=True)
                if one.soft:
                    made.setToolTip("；".join(one.soft))
                row.addWidget(made)
            self.column.addWidget(holder)
        elif any(c.hard for c in clashes):
            self.column.addWidget(
                text("两周内的开放时间里没有同样长的空位，可以缩短时间，或在“值班开放”里加开。", "small")
            )
        self.show()


class BookingForm(Form):
    """A booking as a form. `booking_id` empty: a new one. Asks `now` for the clock on the wall."""

    def __init__(self, room: Room, now: Callable[[], datetime], booking_id: str = "") -> None:
        super().__init__(BookingFields, labels={"client": "谁来", "size": "人数", "way": "怎么约的"})
        self.room, self.now, self.booking_id = room, now, booking_id
        self._notice = QWidget()
        self.column.insertWidget(0, self._notice)
        self._notice.hide()
        self.people = receivers(room)
        self.places = {place: name for place, name, active in schools.places(room) if active}
        self.picker = Picker(lambda words: students_found(room, words))
        size = NumberField(unit="人")
        self.add("client", controls={"client": Choice(CLIENTS)})
        self.add("student", controls={"student": self.picker})
        self.add("name", "size", controls={"size": size}, stretch=(2, 1))
        self.add("day", controls={"day": DayField(today=lambda: now().date())})
        self.add("starts", "ends")
        self.conflicts = Conflicts()
        self.put(self.conflicts)
        self.add("person", "place", controls={
            "person": Choice(self.people, as_list=True),
            "place": Choice({**self.places, "": "不定"}, as_list=True),
        })  # fmt: skip
        self.add("form", "channel")
        self.add("way", controls={"way": Choice(WAYS, as_list=True)})
        self._length = USUAL
        self._was: tuple[Any, Any] = (None, None)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(LOOK_AFTER)
        self._timer.timeout.connect(self._look_later)
        self.fields["client"].control.edited.connect(self._kind)
        self.fields["form"].control.edited.connect(self._kind)
        self.fields["starts"].control.edited.connect(self._start_moved)
        self.fields["ends"].control.edited.connect(self._end_moved)
        self.edited.connect(self._timer.start)
        self.conflicts.taken.connect(self.take)
        self.picker.picked.connect(lambda _found: self.fields["starts"].control.setFocus())
        self._kind()

    # ---- filling ----------------------------------------------------------------------------------------------

    def fill(self, values: Mapping[str, Any]) -> None:
        """Put values in: a student by id, days and minutes as they are or as a draft kept them."""
        values = {k: v for k, v in values.items() if v is not None}
        student = values.pop("student", "")
        starts, ends = values.get("starts"), values.get("ends")
        if isinstance(starts, int) and isinstance(ends, int) and ends > starts:
            self._length = ends - starts
        self._was = (starts, ends)
        self.set_values(values)
        self._loading = True
        self.picker.set_value(student_found(self.room, student) if student else None)
        self._loading = False
        self._kind()
        self.look()

    def notice(self, words: str, do: Callable[[], object], label: str) -> None:
        """A line above the form, with one quiet way out of it."""
        row = QHBoxLayout(self._notice)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(text(words, "small"), 1)
        row.addWidget(quiet(label, do, small=True))
        self._notice.show()

    def values(self) -> dict[str, Any]:
        """As typed; what does not belong to the kind is left out."""
        found = super().values()
        if found["client"] not in ("student", "parent"):
            found["student"] = ""
        return {**found, "student": found["student"] or "", "size": found["size"] or 1}

    def _field(self, name: str) -> Field:
        return self.fields[name]

    def _kind(self) -> None:
        """Show what this kind of client needs, and nothing else."""
        kind, group = self._field("client").value(), self._field("form").value() == "group"
        self._field("student").setVisible(kind in ("student", "parent"))
        self._field("student").label.setText("学生" if kind == "student" else "哪位学生的家长")
        self._field("name").setVisible(kind == "teacher")
        self._field("name").set_hint("")
        self._field("size").setVisible(kind == "group" or group)
        self._field("form").setVisible(kind != "group")
        if kind == "group" and not self._loading:
            hall = next((i for i, n in self.places.items() if "团体" in n), None)
            if hall is not None:
                self._field("place").set_value(hall)

    def _start_moved(self) -> None:
        """The end follows the beginning, so that the length stays."""
        starts = self._field("starts").value()
        if self._loading or not isinstance(starts, int) or starts == self._was[0]:
            return
        ends = min(starts + self._length, 1440)
        self._was = (starts, ends)
        self._loading = True
        self._field("ends").set_value(ends)
        self._loading = False

    def _end_moved(self) -> None:
        starts, ends = self._field("starts").value(), self._field("ends").value()
        if not self._loading and isinstance(starts, int) and isinstance(ends, int) and ends > starts:
            self._length, self._was = ends - starts, (starts, ends)

    # ---- what speaks against it -------------------------------------------------------------------------------

    def look(self) -> Checked | None:
        """Look at the time as it stands in the form; None while it cannot be read."""
        self._timer.stop()
        values = self.values()
        asked = values.get("day")
        try:
            found = bookings.check(self.room, values, self.now(), self.booking_id)
        except NotValid:
            self.conflicts.clear()
            return None
        self.conflicts.show_clashes([*found.hard, *found.soft], found.free, asked if isinstance(asked, date) else None)
        return found

    def _look_later(self) -> None:
        if not self.room.closed:  # the room may have been locked within these milliseconds
            self.look()

    def refused(self, clashes: Clashes) -> None:
        """A deed was refused: say why in place, with the way on where there is one."""
        self._timer.stop()
        self.say("")
        asked = self._field("day").value()
        self.conflicts.show_clashes(
            clashes.clashes, clashes.free, asked if isinstance(asked, date) else None, confirm=clashes.confirm
        )

    def take(self, free: Free) -> None:
        """One of the free times instead."""
        self._length = free.ends - free.starts
        self._was = (free.starts, free.ends)
        self.set_values({"day": free.day, "starts": free.starts, "ends": free.ends, "place": free.place})
        self.look()
        self.edited.emit()

    def focus_first(self) -> None:
        kind = self._field("client").value()
        if kind in ("student", "parent") and not self.picker.value():
            self.picker.setFocus()
        elif kind == "teacher":
            self._field("name").control.setFocus()
        else:
            self._field("starts").control.setFocus()


def spaced(*widgets: QWidget) -> QWidget:
    """Widgets side by side, left-aligned."""
    holder = QWidget()
    row = QHBoxLayout(holder)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(SPACE)
    for widget in widgets:
        row.addWidget(widget)
    row.addStretch(1)
    return holder
