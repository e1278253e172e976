"""Lessons, talks, activities on the calendar: their form, and the card of one with what can be done about it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from psyroom.records.events import EVENTS, EventFields
from psyroom.records.students import STUDENT_STAGES
from psyroom.rules.time import day_name
from psyroom.rules.typed import span
from psyroom.services import events, roll, series, visits
from psyroom.services.around import Checked
from psyroom.services.week import Entry
from psyroom.store.room import Room
from psyroom.ui.kit import Choice, Field, Found, NumberField, Picker, Tag, button, danger, primary, quiet, rule, text
from psyroom.ui.pages.bookings_scope import ScopeBar, place_in_series
from psyroom.ui.pages.bookings_timed import TimedForm
from psyroom.ui.tokens import SPACE
from psyroom.ui.window import Shell

KINDS = ("booking", "visit", "event")
TONES = {"待开展": "sky", "已开展": "good", "已取消": ""}


@dataclass(frozen=True)
class Whom:
    """A stage, a grade or a class as an entry is for it."""

    stage: str
    cohort: int
    class_no: int


def everyone(room: Room) -> list[tuple[Whom, str, str]]:
    """(whom, its name, detail): the stages where there are several, then every grade and class of the roll."""
    stages: set[str] = set()
    found: dict[Whom, tuple[Any, str, str]] = {}
    for e in roll.everybody(room):
        stages.add(e.stage)
        found.setdefault(Whom(e.stage, e.cohort, 0), (e.order[:-1], e.grade, "全年级"))
        found.setdefault(Whom(e.stage, e.cohort, e.class_no), (e.order, e.class_name, "班"))
    order = sorted(found.items(), key=lambda item: (item[0].stage, -item[0].cohort, item[0].class_no))
    whole = [(Whom(s, 0, 0), STUDENT_STAGES.get(s, s), "全学段") for s in STUDENT_STAGES if s in stages]
    return (whole if len(whole) > 1 else []) + [(whom, name, detail) for whom, (_, name, detail) in order]


def fits(words: str, name: str) -> bool:
    """Whether every letter typed stands in the name, in order: `七3` means 七年级3班."""
    at = 0
    for letter in words.replace(" ", ""):
        at = name.find(letter, at) + 1
        if not at:
            return False
    return True


class EventForm(TimedForm):
    """An entry as a form. `event_id` empty: a new one."""

    help_topic = "lessons"

    what = "event"

    def __init__(self, room: Room, now: Callable[[], datetime], event_id: str = "") -> None:
        super().__init__(EventFields, room, now, event_id, labels={"kind": "什么事", "cohort": "给谁"})
        self._all = everyone(room)
        self.add("kind", controls={"kind": Choice(EVENTS, as_list=True)})
        self.whom = Picker(self._search, "如 七3、七年级；不分班级就空着")
        self.add("cohort", controls={"cohort": self.whom})
        self._hours()
        self._who_and_where("教室或别处")

    def _search(self, words: str) -> Sequence[Found]:
        return [Found(whom, name, detail) for whom, name, detail in self._all if fits(words, name)]

    def fill(self, values: Mapping[str, Any]) -> None:
        """Put values in; the class by its stage, year of entry and number."""
        whom = Whom(values.get("stage") or "", values.get("cohort") or 0, values.get("class_no") or 0)
        name = next((name for one, name, _ in self._all if one == whom), "")
        self._loading = True
        self.whom.set_value(Found(whom, name) if name else None)
        self._loading = False
        super().fill({k: v for k, v in values.items() if k != "cohort"})

    def values(self) -> dict[str, Any]:
        """As typed."""
        found = super().values()
        whom = found.pop("cohort") or Whom("", 0, 0)
        return {**found, "stage": whom.stage, "cohort": whom.cohort, "class_no": whom.class_no}

    def _check(self, values: Mapping[str, Any]) -> Checked:
        return events.check(self.room, values, self.now(), self.about)

    def focus_first(self) -> None:
        if self.about:
            self.fields["starts"].control.setFocus()
        else:
            self.fields["kind"].control.setFocus()


def values_of(entry: Entry) -> dict[str, Any]:
    """What the form of an entry begins with."""
    names = ("day", "starts", "ends", "person", "place", "stage", "cohort", "class_no")
    return {"kind": entry.event_kind} | {name: getattr(entry, name) for name in names}


class EventCard(QWidget):
    """`again` fires after a deed; `edit_wanted`: its form should open; `freed`: a time is open again."""

    help_topic = "lessons"

    again = Signal()
    edit_wanted = Signal(str, str)
    freed = Signal(object, int, int, str, str)

    def __init__(self, room: Room, shell: Shell, entry: Entry, now: Callable[[], datetime]) -> None:
        super().__init__()
        self.room, self.shell, self.entry, self.now = room, shell, entry, now
        self.people: NumberField | None = None
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(SPACE + 4)
        self._what()
        self.bar = ScopeBar()
        self.column.addWidget(self.bar)
        self._deeds()

    def _what(self) -> None:
        entry = self.entry
        top = QHBoxLayout()
        top.addWidget(text(EVENTS[entry.event_kind], "soft"), 1)
        top.addWidget(Tag(entry.state, TONES.get(entry.state, "")))
        self.column.addLayout(top)
        self.column.addWidget(text(f"{day_name(entry.day)}  {span(entry.starts, entry.ends)}", "lead", tabular=True))
        size = f"{entry.size} 人参加" if entry.outcome == "held" else ""
        more = " · ".join(p for p in (entry.person_name, entry.place_name or "教室或别处", size) if p)
        self.column.addWidget(text(more, "soft"))
        words, self.parts = place_in_series(self.room, entry, self.now())
        if words:
            self.column.addWidget(text(f"系列：{words}", "soft"))
        self.column.addWidget(rule())

    def _deeds(self) -> None:
        entry, now = self.entry, self.now()
        if entry.outcome == "cancelled":
            self.column.addWidget(button("改回待开展", self.reopen, icon_name="arrow-counter-clockwise"))
            return
        if (entry.day, entry.starts) <= (now.date(), visits.minute_of(now)):
            self.people = NumberField(unit="人")
            self.people.set_value(entry.size or None)
            self.size_field = Field("参加人数", self.people, "大约数也可以")
            self.column.addWidget(self.size_field)
            held = primary("已开展" if entry.outcome == "open" else "改人数", self.held, icon_name="check")
            self.column.addWidget(held)
            self.people.returnPressed.connect(held.click)
        if entry.outcome == "held":
            self.column.addWidget(quiet("没有开展，改回待开展", self.reopen, small=True))
            return
        row = QHBoxLayout()
        row.setSpacing(SPACE)
        edit = button("改时间或内容", lambda: self.edit_wanted.emit("event", entry.id), icon_name="pencil-simple")
        self.off: QPushButton = danger("取消", self.cancel)
        for made in (edit, self.off):
            row.addWidget(made)
        row.addStretch(1)
        self.column.addLayout(row)

    def focus_first(self) -> None:
        """The number, when it is asked for; else what is usually done."""
        first = self.people or next(iter(self.findChildren(QPushButton)), None)
        (first or self).setFocus()

    def _do(self, deed: Callable[[], Any], said: Callable[[Any], str]) -> Any:
        done = self.shell.attempt(deed, kinds=KINDS)
        if done:
            self.shell.toast(said(done.result), undo=True)
            self.again.emit()
        return done

    def held(self) -> None:
        """It took place, with so many."""
        assert self.people is not None
        size = self.people.value()
        if not isinstance(size, int) or size < 1:
            self.size_field.problem("请填写参加人数，如 42")
            self.people.setFocus()
            return
        self._do(lambda: events.held(self.room, self.entry.id, size, self.now()), str)

    def reopen(self) -> None:
        self._do(lambda: events.reopen(self.room, self.entry.id, self.now()), lambda booked: "；".join(booked.notes))

    def cancel(self) -> None:
        """One, or what of the series is meant."""
        if self.entry.series:
            self.bar.ask_scope("取消", self._cancel, back=self.off)
            return
        if self._do(lambda: events.cancel(self.room, self.entry.id), str):
            self._free(self.entry.day, self.entry.starts, self.entry.ends)

    def _cancel(self, scope: str) -> None:
        done = self._do(
            lambda: series.cancel(self.room, self.entry.id, "cancelled", scope, self.now()),
            lambda booked: "；".join(booked.notes),
        )
        if done:
            self._free(self.entry.day, self.entry.starts, self.entry.ends)

    def _free(self, day: date, starts: int, ends: int) -> None:
        self.freed.emit(day, starts, ends, self.entry.person, self.entry.place)
