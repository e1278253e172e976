"""The forms at the side of the opening page: a band of the template, a one-off change, an opening written down later."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from PySide6.QtWidgets import QPushButton

from psyroom.errors import SignedWeek
from psyroom.records.weeks import WHY_AMENDED
from psyroom.rules.spare import Spare
from psyroom.rules.typed import length
from psyroom.services import drafts, hours, openings
from psyroom.services.hours import WeekHours
from psyroom.services.prefill import Stretch
from psyroom.services.school import SchoolContext
from psyroom.ui import drafting
from psyroom.ui.kit import Choice, Field, Form, SideSheet, danger, text
from psyroom.ui.page import Page
from psyroom.ui.pages import openings_forms as forms

KINDS = ("opening", "opening_slot", "opening_exception", "week_reason", "week_signature", "week_amendment")
AMEND = "这一周已签字，改动要写原因，并作为更正列出。"

Deed = Callable[[str], object]
"""Takes the reason of a 更正, empty where the week is not signed."""


class Editing(Page):
    """The part of the page that writes: forms with their drafts, and what becomes of them."""

    school: SchoolContext
    now: datetime
    sheet: SideSheet
    _day: date
    _draft: drafting.Draft | None = None
    _draft_key = ("", "")
    _amend: Choice | None = None

    def _do(self, deed: Any, say: str, *, form: Any = None) -> bool:
        return bool(self.shell.attempt(deed, form=form, say=say, kinds=KINDS))

    def _people(self) -> dict[str, str]:
        mine = self.room.person.id
        return {mine: self.school.people.get(mine, self.room.person.name), **self.school.people}

    def edit_slot(self, slot: Any | None) -> None:
        """Add or change a band of the template."""
        since = max(self.now.date(), self.school.term_on(self._day).monday(1))
        values: dict[str, Any] = {"person": self.room.person.id}
        if slot is not None:
            values = {n: getattr(slot, n) for n in ("weekday", "starts", "ends", "person", "place")}
        elif not openings.slots_on(self.room, self.now.date()):
            since = self.school.term_on(self._day).monday(1)
        form = forms.slot_form(self._people(), self.school.places, since, values)

        def save() -> None:
            every = form.values()["weekday"] == forms.EVERY
            fields = form.read(**({"weekday": 1} if every else {}))
            if fields is None:
                return
            if slot is None:
                days = range(1, 6) if every else [fields.weekday]
                deed: Deed = lambda _why: openings.add_slots(self.room, fields.model_dump(), days)  # noqa: E731
            else:
                deed = lambda _why: openings.change_slot(self.room, slot.id, fields.model_dump(), fields.since)  # noqa: E731
            self._saved(form, deed, "固定时段已保存")

        others: tuple[QPushButton, ...] = ()
        if slot is not None:
            since_now = self.now.date()
            gone = danger(
                "从今天起取消",
                lambda: self._gone(lambda: openings.remove_slot(self.room, slot.id, since_now), "固定时段已取消"),
            )
            others = (gone,)
        self._open_form("opening_slot", slot.id if slot else "", "固定时段", form, save, others)

    def edit_exception(self) -> None:
        day = self._day if self._day != self.room.today() else self.now.date()
        form = forms.exception_form(
            self._people(), self.school.places, {"day": day, "opens": True, "person": self.room.person.id}
        )

        def save() -> None:
            if (fields := form.read()) is not None:
                self._saved(form, lambda _why: openings.add_exception(self.room, fields.model_dump()), "临时安排已保存")

        self._open_form("opening_exception", "", "加开或停开", form, save)

    def edit_make_up(self, week: WeekHours) -> None:
        """Open in another week to make up for this one; a free time of the coming days is proposed."""
        values: dict[str, Any] = {"person": self.room.person.id, "day": self.now.date() + timedelta(days=1)}
        values |= self._free_time(week)
        left = f"第 {week.week} 周还差 {length(max(week.missing - week.healed, 0))}"
        form = forms.make_up_form(self._people(), self.school.places, values, left)

        def save() -> None:
            if (fields := form.read(opens=True, heals=week.starts)) is not None:
                say = f"已安排补开，补的是第 {week.week} 周"
                self._saved(form, lambda _why: openings.add_exception(self.room, fields.model_dump()), say)

        self._open_form("opening_make_up", week.starts.isoformat(), f"补开第 {week.week} 周", form, save)

    def _free_time(self, week: WeekHours) -> dict[str, Any]:
        """The first free time of this week or the next that is long enough, else the longest."""
        wanted = max(week.missing - week.healed, 0)
        found: list[Spare] = []
        for ahead in (0, 7):
            short = hours.shortage(self.room, self.now.date() + timedelta(days=ahead), self.now)
            found += [part for part in short.spare if short.week.starts != week.starts] if short is not None else []
        if not found:
            return {}
        best = next((p for p in found if p.ends - p.starts >= wanted), max(found, key=lambda p: p.ends - p.starts))
        return {"day": best.day, "starts": best.starts, "ends": min(best.ends, best.starts + wanted)}

    def edit_opening(self, opening: str | None, day: date | None = None, row: Stretch | None = None) -> None:
        """Write an opening down afterwards (a planned stretch as it was planned), or correct one."""
        values: dict[str, Any] = {"day": day or min(self._day, self.now.date()), "person": self.room.person.id}
        if row is not None and row.planned is not None:
            values |= {"day": row.day, "starts": row.planned[0], "ends": row.planned[1], "place": row.place}
            values |= {"person": row.person} if row.person else {}
        if opening is not None:
            days = self.school.term_on(self._day)
            rows = openings.openings_of(self.room, date(2000, 1, 1), days.ends + timedelta(days=400))
            kept = next((r for r in rows if r.id == opening), None)
            if kept is None:
                return
            values = {n: getattr(kept, n) for n in ("day", "starts", "ends", "person", "place", "received")}
        form = forms.opening_form(self._people(), self.school.places, values)

        def save() -> None:
            fields = form.read()
            if fields is None:
                return
            now = hours.local_now(self.room)
            if opening is None:
                self._saved(form, lambda why: openings.record(self.room, fields.model_dump(), now, why=why), "已补记")
            else:
                self._saved(
                    form, lambda why: openings.correct(self.room, opening, fields.model_dump(), now, why=why), "已更正"
                )

        others: tuple[QPushButton, ...] = ()
        if opening is not None:
            gone: Deed = lambda why: openings.remove(self.room, opening, why=why)  # noqa: E731
            others = (danger("删除这条", lambda: self._saved(form, gone, "已删除")),)
        self._open_form("opening", opening or "", "更正开放记录" if opening else "补记一次开放", form, save, others)

    def _open_form(
        self, kind: str, about: str, title: str, form: Form, save: Any, others: tuple[Any, ...] = ()
    ) -> None:
        self._draft_key = (kind, about)
        self._amend = None
        form.help_topic = "openings" if kind == "opening" else "planning"
        if (kept := drafts.load(self.room, kind, about)) is not None:
            form.set_values(forms.typed_again(kept))
            form.put(text("这是上次没有保存完的内容，已放回来；不要的话改掉即可。", "warning"))
        self._draft = drafting.watch(form, lambda values: drafts.save(self.room, kind, about, values))
        self.sheet.open(title, form, save=save, others=others)

    def _saved(self, form: Form, deed: Deed, say: str) -> None:
        """Save; where the week is signed the form asks for the reason and is saved again."""
        why = str(self._amend.value() or "") if self._amend is not None else ""
        outcome = self.shell.attempt(lambda: deed(why), form=form, say="" if why else say, kinds=KINDS)
        if outcome:
            self._finish()
            if why:
                self.shell.toast(f"{say}，已列为更正")
        elif isinstance(outcome.told, SignedWeek) and self._amend is None:
            self._amend = Choice({"": "", **WHY_AMENDED}, empty="请选一个", as_list=True)
            form.put(Field("更正原因", self._amend, AMEND))
            self._amend.setFocus()

    def _gone(self, deed: Any, say: str) -> None:
        if self._do(deed, say):
            self._finish()

    def _finish(self) -> None:
        if self._draft is not None:
            self._draft.forget()
            self._draft = None
        drafts.discard(self.room, *self._draft_key)
        self.sheet.shut()

    def _forget_draft(self) -> None:
        if self._draft is not None:
            self._draft.flush()
            self._draft = None
