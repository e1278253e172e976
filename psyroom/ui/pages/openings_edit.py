"""The forms at the side of the opening page: a band of the template, a one-off change, an opening written down later."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from PySide6.QtWidgets import QPushButton

from psyroom.services import drafts, hours, openings
from psyroom.services.school import SchoolContext
from psyroom.ui import drafting
from psyroom.ui.kit import Form, SideSheet, danger, text
from psyroom.ui.page import Page
from psyroom.ui.pages import openings_forms as forms

KINDS = ("opening", "opening_slot", "opening_exception")


class Editing(Page):
    """The part of the page that writes: forms with their drafts, and what becomes of them."""

    school: SchoolContext
    now: datetime
    sheet: SideSheet
    _day: date
    _draft: drafting.Draft | None = None
    _draft_key = ("", "")

    def _do(self, deed: Any, say: str) -> bool:
        return bool(self.shell.attempt(deed, say=say, kinds=KINDS))

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
                deed: Any = lambda: openings.add_slots(self.room, fields.model_dump(), days)  # noqa: E731
            else:
                deed = lambda: openings.change_slot(self.room, slot.id, fields.model_dump(), fields.since)  # noqa: E731
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
                self._saved(form, lambda: openings.add_exception(self.room, fields.model_dump()), "临时安排已保存")

        self._open_form("opening_exception", "", "加开或停开", form, save)

    def edit_opening(self, opening: str | None, day: date | None = None) -> None:
        """Write an opening down afterwards, or correct one."""
        values: dict[str, Any] = {"day": day or min(self._day, self.now.date()), "person": self.room.person.id}
        if opening is not None:
            days = self.school.term_on(self._day)
            rows = openings.openings_of(self.room, date(2000, 1, 1), days.ends + timedelta(days=400))
            row = next((r for r in rows if r.id == opening), None)
            if row is None:
                return
            values = {n: getattr(row, n) for n in ("day", "starts", "ends", "person", "place", "received")}
        form = forms.opening_form(self._people(), self.school.places, values)

        def save() -> None:
            fields = form.read()
            if fields is None:
                return
            now = hours.local_now(self.room)
            if opening is None:
                self._saved(form, lambda: openings.record(self.room, fields.model_dump(), now), "已补记")
            else:
                self._saved(form, lambda: openings.correct(self.room, opening, fields.model_dump(), now), "已更正")

        others: tuple[QPushButton, ...] = ()
        if opening is not None:
            others = (danger("删除这条", lambda: self._gone(lambda: openings.remove(self.room, opening), "已删除")),)
        self._open_form("opening", opening or "", "更正开放记录" if opening else "补记一次开放", form, save, others)

    def _open_form(
        self, kind: str, about: str, title: str, form: Form, save: Any, others: tuple[Any, ...] = ()
    ) -> None:
        self._draft_key = (kind, about)
        if (kept := drafts.load(self.room, kind, about)) is not None:
            form.set_values(forms.typed_again(kept))
            form.put(text("这是上次没有保存完的内容，已放回来；不要的话改掉即可。", "warning"))
        self._draft = drafting.watch(form, lambda values: drafts.save(self.room, kind, about, values))
        self.sheet.open(title, form, save=save, others=others)

    def _saved(self, form: Form, deed: Any, say: str) -> None:
        if self.shell.attempt(deed, form=form, say=say, kinds=KINDS):
            self._finish()

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
