"""One card of the calendar, opened: what it is, and the deeds that fit how it stands."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from psyroom.errors import SignedWeek
from psyroom.records.booking import CLIENTS, FOLLOW_UPS, WAYS, VisitFields
from psyroom.records.weeks import WHY_AMENDED
from psyroom.rules.time import day_name, monday_of
from psyroom.rules.typed import clock, span
from psyroom.services import bookings, note_list, series, visits
from psyroom.services import school as schools
from psyroom.services.week import Entry
from psyroom.services.week_lock import dates
from psyroom.store.room import Room
from psyroom.ui.calendar.paint import kind_words
from psyroom.ui.kit import (
    Card,
    Choice,
    Field,
    Form,
    Glyph,
    Tag,
    TimeField,
    button,
    danger,
    link,
    primary,
    quiet,
    rule,
    text,
)
from psyroom.ui.kit.flow import Flow, beside
from psyroom.ui.kit.reasons import ReasonBar
from psyroom.ui.pages.bookings_scope import ScopeBar, place_in_series
from psyroom.ui.pages.bookings_timed import receivers
from psyroom.ui.pages.groups import AttendanceBox
from psyroom.ui.tokens import SPACE
from psyroom.ui.window import Shell

KINDS = ("booking", "visit")
TONES = {"正在": "accent", "待结束": "amber", "已完成": "good", "已到": "good", "迟到": "amber", "未到": "brick"}


class EntryCard(QWidget):
    """`again` fires after a deed: the page shows the card anew. `edit_wanted`: the booking's form should open,
    `rebook_wanted`: another time for somebody who did not come, `freed`: a time that is still to come is open again."""

    again = Signal()
    edit_wanted = Signal(str, str)
    rebook_wanted = Signal(str)
    freed = Signal(object, int, int, str, str)  # day, starts, ends, person, place

    def __init__(self, room: Room, shell: Shell, entry: Entry, now: Callable[[], datetime]) -> None:
        super().__init__()
        self.room, self.shell, self.entry, self.now = room, shell, entry, now
        self.ends: TimeField | None = None
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(SPACE + 4)
        self._what()
        self.bar, self.why = ScopeBar(), ReasonBar()
        self._deeds()

    # ---- what it is -------------------------------------------------------------------------------------------

    def _what(self) -> None:
        entry = self.entry
        top = QHBoxLayout()
        top.setSpacing(SPACE)
        words = [CLIENTS[entry.client], entry.class_name, kind_words(entry)]
        top.addWidget(text(" · ".join(w for w in words if w), "soft"), 1)
        top.addWidget(Tag(entry.state, TONES.get(entry.state, "")))
        self.column.addLayout(top)
        hours = f"{clock(entry.starts)} 起" if entry.inside else span(entry.starts, entry.ends)
        self.column.addWidget(text(f"{day_name(entry.day)}  {hours}", "lead", tabular=True))
        more = [
            f"{entry.person_name}接待" if entry.person_name else "",
            entry.place_name,
            f"预约方式：{WAYS[entry.way]}",
        ]
        if entry.way == "walk_in":
            more[2] = WAYS["walk_in"]
        self.column.addWidget(text(" · ".join(w for w in more if w), "soft"))
        place, self.parts = place_in_series(self.room, entry, self.now())
        if place:
            line = QHBoxLayout()
            line.setSpacing(6)
            line.addWidget(Glyph("repeat", size=16))
            line.addWidget(text(f"系列：{place}", "soft"), 1)
            self.column.addLayout(line)
        if entry.members and not entry.visit:  # who was there is said line by line
            self.column.addWidget(text("成员：" + "、".join(entry.members), "soft"))
        if entry.follow_up:
            self.column.addWidget(text(f"未到后：{FOLLOW_UPS[entry.follow_up]}", "soft"))
        self.column.addWidget(rule())

    def _deeds(self) -> None:
        entry = self.entry
        if entry.visit:
            self._visit()
        elif entry.outcome == "open":
            self._open()
        elif entry.outcome == "no_show":
            self._missed()
        else:
            self.column.addWidget(button("改回待到", self.reopen, icon_name="arrow-counter-clockwise"))

    def _row(self, *widgets: QWidget) -> None:
        self.column.addLayout(beside(*widgets))

    # ---- not yet come -----------------------------------------------------------------------------------------

    def _open(self) -> None:
        now = self.now()
        begun = (self.entry.day, self.entry.starts) <= (now.date(), visits.minute_of(now))
        if self.entry.day <= now.date():
            words = "到了" if self.entry.day == now.date() else "来过"
            self._row(
                primary(words, lambda: self.arrive(None), icon_name="sign-in"),
                button("迟到", lambda: self.arrive(True)),
                *([danger("未到", self.no_show)] if begun else []),
            )
        self._row(button("改时间或内容", self.edit, icon_name="pencil-simple"))
        self.column.addWidget(rule())
        self.column.addWidget(text("不来了？记下是谁取消的，这个时间就空出来。", "soft"))
        self._row(
            button("学生取消", lambda: self.cancel("cancelled_by_student"), small=True),
            button("老师取消", lambda: self.cancel("cancelled_by_teacher"), small=True),
            button("停诊", lambda: self.cancel("suspended"), small=True),
        )
        self.column.addWidget(self.bar)

    def edit(self) -> None:
        self.edit_wanted.emit("booking", self.entry.id)

    def focus_first(self) -> None:
        """The keyboard stands on what is usually done next."""
        buttons: list[Any] = list(self.findChildren(QPushButton))
        first = next((b for b in buttons if b.property("kind") == "primary"), None)
        (first or self).setFocus()

    def _do(self, deed: Callable[[], Any], say: str = "") -> bool:
        done = self.shell.attempt(deed, kinds=KINDS)
        if done:
            said = say or (done.result if isinstance(done.result, str) else "")
            if said:
                self.shell.toast(said, undo=True)
            self.again.emit()
        return bool(done)

    def arrive(self, late: bool | None) -> None:
        self._amending(
            lambda why: visits.arrive(self.room, self.entry.id, self.now(), late=late, why=why),
            lambda entered: self.shell.toast(f"{self.entry.who}：{entered.note}", undo=True),
        )

    def no_show(self) -> None:
        """Not come; what can be done about it stands there at once."""
        if self._do(lambda: visits.no_show(self.room, self.entry.id, self.now())):
            self._free()

    def cancel(self, outcome: str) -> None:
        """One, or what of the series is meant."""
        if self.entry.series and any(not p.fixed and p.id != self.entry.id for p in self.parts):
            self.bar.ask_scope("取消", partial(self._cancel_series, outcome), back=self)
        elif self._do(lambda: bookings.cancel(self.room, self.entry.id, outcome)):
            self._free()

    def _cancel_series(self, outcome: str, scope: str) -> None:
        entry, now = self.entry, self.now()
        done = self.shell.attempt(lambda: series.cancel(self.room, entry.id, outcome, scope, now), kinds=KINDS)
        if done:
            self.shell.toast("；".join(done.result.notes), undo=True)
            self.again.emit()
            self._free()

    def _free(self) -> None:
        """Its time is open again, as far as it is still to come."""
        entry, now = self.entry, self.now()
        minute = visits.minute_of(now)
        if entry.day == now.date():
            starts = max(entry.starts, minute)
        else:
            starts = entry.starts if entry.day > now.date() else entry.ends
        if starts < entry.ends:
            self.freed.emit(entry.day, starts, entry.ends, entry.person, entry.place)

    def reopen(self) -> None:
        self._do(lambda: bookings.reopen(self.room, self.entry.id, self.now()), "已改回待到")

    def _missed(self) -> None:
        """What to do now: find the child, another time, tell the class teacher or the guardians."""
        entry = self.entry
        if not entry.follow_up:
            self.column.addWidget(text("找到人了吗？", "heading"))
            self.column.addWidget(text("选一项处理结果，这件事就算办完了。", "soft"))
            self.column.addWidget(
                primary("另约下一个空位", lambda: self.rebook_wanted.emit(entry.id), icon_name="calendar-plus",
                        tip="打开新预约：同一个人，下一个空位；保存就记为已另约")
            )  # fmt: skip
        else:
            self.column.addWidget(text("改处理结果", "soft"))
        ways = Flow(gap=SPACE)
        for code, words in FOLLOW_UPS.items():
            if code and code != entry.follow_up:
                made = button(words, partial(self.follow_up, code), small=True)
                made.setProperty("follow_up", code)
                ways.add(made)
        self.column.addWidget(ways)
        self.column.addWidget(rule())
        self._row(link("其实来了，改回待到", self.reopen))

    def follow_up(self, code: str) -> None:
        self._do(lambda: visits.follow_up(self.room, self.entry.id, code))

    # ---- came -------------------------------------------------------------------------------------------------

    def _visit(self) -> None:
        entry, now = self.entry, self.now()
        if entry.client == "group" and entry.members:
            locked = entry.closed and not self.room.has_cases
            self.column.addWidget(AttendanceBox(self.room, self.shell, entry.visit, locked=locked))
        if not entry.closed:
            self.ends = TimeField()
            known = None if entry.inside else entry.ends
            if entry.inside and entry.day == now.date():
                known = max(visits.minute_of(now), entry.starts + 1)
            self.ends.set_value(known)
            self.end_field = Field(
                "离开时间", self.ends, "按现在的时间填好了，可以改" if entry.inside and known else ""
            )
            self.column.addWidget(self.end_field)
            deeds: list[QPushButton] = []
            if self.room.has_cases:
                deeds.append(primary("结束来访", self.close_visit, icon_name="check"))
                if entry.inside:
                    deeds.append(button("只记离开", self.leave))
            elif entry.inside:
                deeds.append(primary("离开了", self.leave, icon_name="sign-out"))
            else:
                self.column.addWidget(text("已经记下离开时间，等心理教师结束登记。", "soft"))
            if deeds:
                self._row(*deeds)
                self.ends.returnPressed.connect(deeds[0].click)
        if self.room.has_cases:
            written = note_list.of_visit(self.room, entry.visit)
            next_thing = entry.closed and not written and entry.person == self.room.person.id
            go = partial(self.shell.go, "notes", visit=entry.visit)
            make = primary if next_thing else button
            self._row(make("看记录" if written else "写记录", go, icon_name="notebook", shortcut="Alt+J"))
        if not entry.closed or self.room.has_cases:
            self._row(quiet("更正时间、教师或房间", self.correct, small=True, icon_name="pencil-simple"))

    def _minute(self) -> int | None:
        """The end as typed; None with a sentence under the field when it cannot be read."""
        assert self.ends is not None
        value = self.ends.value()
        if isinstance(value, int):
            return value
        self.end_field.problem("请填写离开时间，如 1250")
        self.ends.setFocus()
        return None

    def close_visit(self) -> None:
        ends = self._minute()
        if ends is not None:
            self._end(lambda why: visits.close(self.room, self.entry.visit, self.now(), ends, why=why))

    def leave(self) -> None:
        ends = self._minute()
        if ends is not None:
            self._end(lambda why: visits.leave(self.room, self.entry.visit, self.now(), ends, why=why))

    def _end(self, deed: Callable[[str], str]) -> None:
        self._amending(deed, lambda said: self.shell.toast(said, undo=True), form=_OneField(self.end_field))

    def _amending(self, deed: Callable[[str], Any], then: Callable[[Any], object], *, form: Any = None) -> None:
        """A deed that a signed week holds back until its reason is chosen."""

        def attempt(why: str = "") -> None:
            done = self.shell.attempt(lambda: _unless_signed(deed, why), form=form)
            if not done:
                return
            if isinstance(done.result, SignedWeek):
                self.why.ask(str(done.result), WHY_AMENDED, attempt, back=self)
                return
            self.shell.tell_changed(*KINDS)
            if why:
                self.shell.toast(f"已列为{dates(monday_of(self.entry.day))}这一周的更正")
            else:
                then(done.result)
            self.again.emit()

        if self.why.parentWidget() is None:
            self.column.addWidget(self.why)
        attempt()

    def correct(self) -> None:
        """The hours, the counsellor, the room, as a small form in the card's place."""
        entry = self.entry
        form = Form(VisitFields)
        form.add("day")
        form.add("starts", "ends")
        places = {place: name for place, name, active in schools.places(self.room) if active}
        form.add("person", "place", controls={
            "person": Choice({**receivers(self.room), entry.person: entry.person_name}, as_list=True),
            "place": Choice({**places, "": "不定"}, as_list=True),
        })  # fmt: skip
        form.add("form", "channel")
        form.set_values({
            "day": entry.day, "starts": entry.starts, "ends": None if entry.inside else entry.ends, "person": entry.person,
            "place": entry.place, "form": entry.form, "channel": entry.channel,
        })  # fmt: skip
        box = Card("更正来访", tone="sunken")
        box.add(form)

        def save() -> None:
            self._amending(
                lambda why: visits.correct(self.room, entry.visit, form.values(), self.now(), why=why),
                lambda _: self.shell.toast("来访已更正", undo=True),
                form=form,
            )

        box.add(primary("保存更正", save))
        self.column.addWidget(box)
        box.show()
        form.focus_first()
        self.correction = form


def _unless_signed(deed: Callable[[str], Any], why: str) -> Any:
    """What the deed gives, or what a signed week says against it."""
    try:
        return deed(why)
    except SignedWeek as told:
        return told


class _OneField(Form):
    """A single field that stands outside a form, for a sentence from a service."""

    def __init__(self, field: Field) -> None:
        super().__init__(VisitFields)
        self._field = field

    def show_problems(self, problem: Any) -> None:
        self._field.problem("；".join(problem.fields.values()))

    def say(self, sentence: str) -> None:
        if hasattr(self, "_field"):
            self._field.problem(sentence)
