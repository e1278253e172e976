"""The forms at the side of 预约: opening, keeping what was typed, saving, and what a refusal leads to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from psyroom.services import bookings, drafts, events, missed, series
from psyroom.services import week as weeks
from psyroom.services.around import Clashes
from psyroom.ui import drafting
from psyroom.ui.kit.reasons import ReasonBar
from psyroom.ui.pages.bookings_event import KINDS, EventForm, values_of
from psyroom.ui.pages.bookings_form import BookingForm
from psyroom.ui.pages.bookings_scope import ScopeBar
from psyroom.ui.pages.bookings_timed import TimedForm

if TYPE_CHECKING:
    from psyroom.ui.pages.bookings import Here


class Desk:
    """One form at a time in the page's sheet. `form` is None while a card or nothing is shown."""

    def __init__(self, page: Here) -> None:
        self.page, self.room, self.shell, self.sheet = page, page.room, page.shell, page.sheet
        self.form: TimedForm | None = None
        self.draft: drafting.Draft | None = None
        self.missed = ""  # the booking somebody missed and is now given another time for
        self._series = ""
        self._scope = ""
        self._anyway = False
        self._urgent = ""
        self._bar: ReasonBar | None = None

    # ---- opening

    def book(self, day: date, starts: int, ends: int) -> None:
        """The form for a new booking at a time; what else was typed before and not saved is still there."""
        form = BookingForm(self.room, self.page.now)
        kept = drafts.load(self.room, bookings.FORM)
        values = self._usual(form, day, starts)
        if kept is not None:
            values |= {k: v for k, v in kept.items() if k not in ("day", "starts", "ends")}
            form.notice("接着上次没有填完的预约", self.forget, "清空")
        self._open(form, "新预约", {**values, "day": day, "starts": starts, "ends": ends})

    def event(self, day: date, starts: int, ends: int) -> None:
        """The form for a lesson, a talk, an activity."""
        form = EventForm(self.room, self.page.now)
        kept = drafts.load(self.room, events.FORM)
        values: dict[str, Any] = {"person": self.page.default_person(), "place": ""}
        if kept is not None:
            values |= {k: v for k, v in kept.items() if k not in ("day", "starts", "ends")}
            form.notice("接着上次没有填完的日程", self.forget, "清空")
        self._open(form, "新日程", {**values, "day": day, "starts": starts, "ends": ends})

    def edit(self, kind: str, about: str) -> None:
        """Change what still waits."""
        entry = weeks.entry(self.room, kind, about, self.page.now())
        if entry is None:
            return
        form: TimedForm
        if kind == "event":
            form, known = EventForm(self.room, self.page.now, about), values_of(entry)
        else:
            form = BookingForm(self.room, self.page.now, about)
            known = {name: getattr(entry, name) for name in form.fields}
        kept = drafts.load(self.room, form.what, about)
        if kept is not None:
            known = {**known, **kept}
            form.notice("有没保存的修改，已经填上", self.forget, "放弃修改")
        self._open(form, f"改{'日程' if kind == 'event' else '预约'}：{entry.who}", known)
        self._series = entry.series

    def rebook(self, missed_id: str) -> None:
        """Another time for somebody who did not come: the same client, the next free time."""
        done = self.shell.attempt(lambda: missed.again(self.room, missed_id))
        if not done:
            return
        values, now = dict(done.result), self.page.now()
        length, minute = values.pop("minutes"), now.hour * 60 + now.minute
        at = {"day": now.date(), "starts": min(minute, 1439 - length), "ends": min(minute, 1439 - length) + length}
        free = bookings.next_free(self.room, {**values, **at}, now)
        if free is not None:
            at = {"day": free.day, "starts": free.starts, "ends": free.ends}
            values["place"] = free.place
        form = BookingForm(self.room, self.page.now)
        form.notice("另约：保存后，“未到”同时记为“已另约”", lambda: self.page.show_entry("booking", missed_id), "返回")
        self._open(form, "另约", {**values, **at}, keep=False)
        self.missed = missed_id
        form.fields["starts"].control.setFocus()

    def _usual(self, form: BookingForm, day: date, starts: int) -> dict[str, Any]:
        values: dict[str, Any] = {"person": self.page.default_person(), "place": next(iter(form.places), "")}
        return values | weeks.planned_at(self.page.week, day, starts)

    def _open(self, form: TimedForm, title: str, values: Mapping[str, Any], *, keep: bool = True) -> None:
        self.let_go()
        self.form = form
        form.fill(values)
        if keep:
            about, name = form.about, form.what
            self.draft = drafting.watch(
                form, lambda typed: drafts.save(self.room, name, about, {**typed, "repeat": form.repeat.kept()})
            )
        form.conflicts.anyway.connect(lambda: self.save(anyway=True))
        form.conflicts.urgent.connect(lambda reason: self.save(urgent=reason))
        form.plan.settled.connect(self.sheet.focus_save)
        form.edited.connect(self._changed)
        self._bar = ScopeBar()
        form.column.addWidget(self._bar)
        self.sheet.open(title, form, save=self.save, save_words="保存日程" if form.what == "event" else "保存预约")

    def _changed(self) -> None:
        """A yes or a reason was for what stood there when it was given."""
        self._scope, self._anyway, self._urgent = "", False, ""

    # ---- leaving

    def let_go(self) -> None:
        """The form leaves the sheet; what was typed is kept."""
        if self.draft is not None:
            self.draft.flush()
        self.draft = self.form = self._bar = None
        self.missed = self._series = ""
        self._changed()

    def forget(self) -> None:
        """Empty the form and its draft, and begin again."""
        form = self.form
        if form is None:
            return
        values = form.values()
        if self.draft is not None:
            self.draft.forget()
        drafts.discard(self.room, form.what, form.about)
        self.draft = None
        if form.about:
            self.edit(form.what, form.about)
        elif form.what == "event":
            self.event(values["day"], values["starts"], values["ends"])
        else:
            self.book(values["day"], values["starts"], values["ends"])

    # ---- saving

    def save(self, anyway: bool = False, urgent: str = "") -> None:
        """Book or change; a conflict is said under the times, an open date of a series in its row."""
        form = self.form
        if form is None:
            return
        self._anyway, self._urgent = self._anyway or anyway, urgent or self._urgent
        if form.repeats() and not self._dates_are_settled(form):
            return
        if form.about and self._series and not self._scope:
            assert isinstance(self._bar, ScopeBar)
            self._bar.ask_scope("改", self._with_scope, back=form)
            return
        values = form.values()
        done = self.shell.attempt(self._deed(form, values), form=form, kinds=KINDS)
        if isinstance(done.told, Clashes):
            form.refused(done.told)
        if not done:
            return
        self._saved(form, values, done.result)

    def _with_scope(self, scope: str) -> None:
        self._scope = scope
        self.save()

    def _dates_are_settled(self, form: TimedForm) -> bool:
        """Whether every date can be booked; else the keyboard goes to the first that cannot."""
        form.look()
        if form.repeat.pattern() is None:
            return False
        if form.plan.lines and form.plan.open():
            form.say(f"还有 {form.plan.open()} 次要处理：跳过、换时间，或写一个时间")
            form.plan.focus_open()
            return False
        form.say("")
        return True

    def _deed(self, form: TimedForm, values: dict[str, Any]) -> Callable[[], Any]:
        room, now = self.room, self.page.now()
        more: dict[str, Any] = {"anyway": self._anyway, "urgent": self._urgent}
        if form.repeats():
            more = {
                "anyway": self._anyway or form.plan.anyway(),
                "urgent": self._urgent or form.plan.reason(),
            }
            rows = form.plan.wanted()
            return lambda: series.book(room, {**values, "what": form.what}, rows, now, **more)
        if self._series:
            scope = self._scope
            return lambda: series.change(room, form.about, values, scope, now, **more)
        if form.what == "event":
            reason = self._urgent
            if form.about:
                return lambda: events.change(room, form.about, values, now, urgent=reason)
            return lambda: events.add(room, values, now, urgent=reason)
        if form.about:
            return lambda: bookings.change(room, form.about, values, now, **more)
        if self.missed:
            before = self.missed
            return lambda: missed.rebook(room, before, values, now, **more)
        return lambda: bookings.book(room, values, now, **more)

    def _saved(self, form: TimedForm, values: dict[str, Any], result: Any) -> None:
        if self.draft is not None:
            self.draft.forget()
        self.draft = None
        said = "已保存" if form.about else "已另约" if self.missed else "已预约" if form.what == "booking" else "已安排"
        new = not form.about
        rows = form.plan.wanted() if form.repeats() else []
        day, starts, ends = rows[0] if rows else (values["day"], values["starts"], values["ends"])
        self.let_go()
        self.sheet.shut()
        self.shell.toast(f"{said}：{result.notes[0]}", undo=True)  # what else is to know stood in the form
        self.page.show_at(day, starts, ends)
        if new and form.what == "booking" and self.page.waiting_desk.after_booking(values["student"]):
            return
        for free in getattr(result, "freed", ())[:1]:
            self.page.freed(free.day, free.starts, free.ends, free.person, free.place)


USUAL_EVENT = 45
"""Minutes of an entry when only its beginning was given; a lesson's."""
