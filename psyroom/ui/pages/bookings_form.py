"""The booking form: whom, when, with whom, how, how often; what speaks against a time stands under it, with three that
are free."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from PySide6.QtWidgets import QHBoxLayout, QWidget

from psyroom.errors import NotFound
from psyroom.records.booking import CLIENTS, WAYS, BookingFields
from psyroom.services import groups, roll
from psyroom.services.groups import GroupSeen
from psyroom.store.room import Room
from psyroom.ui.kit import Choice, Found, NumberField, Picker, text
from psyroom.ui.pages.bookings_timed import USUAL, TimedForm, receivers
from psyroom.ui.tokens import SPACE

__all__ = ["USUAL", "BookingForm", "receivers", "spaced", "student_found", "students_found"]


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


class BookingForm(TimedForm):
    """A booking as a form. `booking_id` empty: a new one."""

    help_topic = "bookings"

    def __init__(self, room: Room, now: Callable[[], datetime], booking_id: str = "") -> None:
        labels = {"client": "谁来", "size": "人数", "way": "怎么约的", "group_no": "哪个团体"}
        super().__init__(BookingFields, room, now, booking_id, labels=labels)
        self.booking_id = booking_id
        self.groups = {g.no: g for g in groups.listed(room)}
        self.picker = Picker(lambda words: students_found(room, words))
        self.add("client", controls={"client": Choice(CLIENTS)})
        self.add("student", controls={"student": self.picker})
        named = {no: group_words(seen) for no, seen in self.groups.items()}
        self.add("group_no", controls={"group_no": Choice({**named, 0: "临时的团体（只记人数）"}, as_list=True)})
        self.members = text("", "small")
        self.put(self.members)
        self.add("name", "size", controls={"size": NumberField(unit="人")}, stretch=(2, 1))
        self._hours()
        self._who_and_where("不定")
        self.add("channel", "form")
        self.add("way", controls={"way": Choice(WAYS, as_list=True)})
        self.fields["client"].control.edited.connect(self._client)
        for name in ("form", "group_no"):
            self.fields[name].control.edited.connect(self._kind)
        self.picker.picked.connect(lambda _found: self.fields["starts"].control.setFocus())
        self._kind()

    def fill(self, values: Mapping[str, Any]) -> None:
        """Put values in: a student by id, days and minutes as they are or as a draft kept them."""
        student = values.get("student") or ""
        self._loading = True
        self.picker.set_value(student_found(self.room, student) if student else None)
        self._loading = False
        number = values.get("group_no") or 0
        if number and number not in self.groups:  # one that has ended, or only ever had a number
            control = self.fields["group_no"].control
            control.set_choices({number: f"团体 {number}", 0: "临时的团体（只记人数）"})
        super().fill({k: v for k, v in values.items() if k != "student"})
        self._loading = True
        self._kind()
        self._loading = False

    def values(self) -> dict[str, Any]:
        """As typed; what does not belong to the kind is left out."""
        found = super().values()
        if found["client"] not in ("student", "parent"):
            found["student"] = ""
        if found["client"] != "group":
            found["group_no"] = 0
        elif found["group_no"] in self.groups:
            found["size"] = max(len(self.groups[found["group_no"]].members), 1)
        return {**found, "student": found["student"] or "", "size": found["size"] or 1}

    def _client(self) -> None:
        """Another kind of client; a group is at first the first of the groups there are."""
        if not self._loading and self.fields["client"].value() == "group" and self.groups:
            self.fields["group_no"].set_value(next(iter(self.groups)))
        self._kind()

    def _kind(self) -> None:
        """Show what this kind of client needs, and nothing else."""
        kind, together = self.fields["client"].value(), self.fields["form"].value() == "group"
        seen = self.groups.get(self.fields["group_no"].value()) if kind == "group" else None
        self.fields["student"].setVisible(kind in ("student", "parent"))
        self.fields["student"].label.setText("学生" if kind == "student" else "哪位学生的家长")
        self.fields["name"].setVisible(kind == "teacher")
        self.fields["name"].set_hint("")
        self.fields["group_no"].setVisible(kind == "group" and bool(self.groups))
        self.members.setText(members_words(seen) if seen is not None else "")
        self.members.setVisible(seen is not None)
        self.fields["size"].setVisible((kind == "group" or together) and seen is None)
        self.fields["form"].setVisible(kind != "group")
        if kind == "group" and not self._loading:
            hall = next((i for i, n in self.places.items() if "团体" in n), None)
            if hall is not None:
                self.fields["place"].set_value(hall)
            if seen is not None and seen.leader in self.people:
                self.fields["person"].set_value(seen.leader)

    def focus_first(self) -> None:
        kind = self.fields["client"].value()
        if kind in ("student", "parent") and not self.picker.value():
            self.picker.setFocus()
        elif kind == "teacher":
            self.fields["name"].control.setFocus()
        else:
            self.fields["starts"].control.setFocus()


def group_words(seen: GroupSeen) -> str:
    """`团体 3 · 王老师 · 6 人`; never what it is about: the calendar stands open on the desk."""
    parts = [f"团体 {seen.no}", seen.leader_name, f"{len(seen.members)} 人"]
    return " · ".join(p for p in parts if p)


def members_words(seen: GroupSeen) -> str:
    """Who belongs to it, with the class of each."""
    if not seen.members:
        return "这个团体还没有成员，可以在“团体”里加。"
    return "成员：" + "、".join(f"{m.who}（{m.class_name}）" if m.class_name else m.who for m in seen.members)


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
