"""值班开放: is the room open enough? The week's bar, its days, what is missing and what would fill it; the template."""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from psyroom.rules.plan import PlanSlot
from psyroom.rules.spare import Spare
from psyroom.rules.time import WEEKDAYS, TermSpan
from psyroom.rules.typed import length
from psyroom.services import hours, openings
from psyroom.services.hours import Behind, WeekHours
from psyroom.services.school import context
from psyroom.store.room import Room
from psyroom.ui.kit import (
    Card,
    HoursBar,
    PageHeader,
    Row,
    RowList,
    SideSheet,
    button,
    day_words,
    primary,
    quiet,
    scrolled,
    text,
    tool,
)
from psyroom.ui.pages import openings_rows as show
from psyroom.ui.pages.openings_edit import KINDS, Editing
from psyroom.ui.pages.openings_import import LedgerImport
from psyroom.ui.pages.openings_print import SheetPreview
from psyroom.ui.pages.openings_term import TermCard
from psyroom.ui.pages.openings_unlogged import Unlogged
from psyroom.ui.pages.openings_week import WeekStrip
from psyroom.ui.tokens import SPACE
from psyroom.ui.window import Shell

ENDING = "结束值班"


class Here(Editing):
    """One week at a time; the semester's bars lead to any other."""

    def __init__(self, room: Room, shell: Shell) -> None:
        super().__init__(room, shell)
        self._day = room.today()
        self._stale = False
        self.stack = QStackedWidget()
        self.body.addWidget(self.stack, 1)
        self.browse = QWidget()
        column = QVBoxLayout(self.browse)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE * 2)
        self.duty = primary("开始值班", self.toggle_duty, icon_name="sign-in", shortcut="Ctrl+D")
        self.header = PageHeader(
            "值班开放",
            "",
            button("导入台账", self.begin_import, icon_name="upload-simple", shortcut="Ctrl+I"),
            button("打印周表、学期表", self.begin_print, icon_name="printer", shortcut="Ctrl+P"),
            button("补记一次", lambda: self.edit_opening(None), icon_name="plus", shortcut="Ctrl+N"),
            self.duty,
        )
        column.addWidget(self.header)
        inner = QWidget()
        across = QHBoxLayout(inner)
        across.setContentsMargins(0, 0, SPACE, SPACE)
        across.setSpacing(SPACE * 2)
        across.addLayout(self._left(), 3)
        across.addLayout(self._right(), 2)
        column.addWidget(scrolled(inner), 1)
        self.stack.addWidget(self.browse)
        self.sheet = SideSheet()
        self.sheet.closed.connect(self._forget_draft)
        self.across.addWidget(self.sheet)
        self._count()

    # ---- building

    def _left(self) -> QVBoxLayout:
        column = QVBoxLayout()
        column.setSpacing(SPACE * 2)
        week = Card("本周")
        self.week_title = week.heading
        week.head.addWidget(tool("caret-left", "上一周", lambda: self.walk(-1), shortcut="Alt+PgUp"))
        self.to_here = quiet("回到本周", self.to_now, small=True)
        week.head.addWidget(self.to_here)
        week.head.addWidget(tool("caret-right", "下一周", lambda: self.walk(1), shortcut="Alt+PgDown"))
        self.bar = HoursBar("课外开放")
        week.add(self.bar)
        self.assumed = text("", "warning")
        week.add(self.assumed)
        self.strip = WeekStrip()
        self.strip.opened.connect(lambda day: self.edit_opening(None, day))
        week.add(self.strip)
        week.add(text("虚线是计划，深色是课外实际开放，浅色是上课时间里开放的部分，底色是上课。", "small"))
        column.addWidget(week)
        self.fill = Card("补上还差的时间", tone="amber")
        self.fill_rows = RowList()
        self.fill.add(self.fill_rows)
        self.fill_all = button("全部加开", self.open_all, icon_name="plus-circle")
        self.fill.add(self.fill_all)
        column.addWidget(self.fill)
        self.unlogged = Unlogged()
        self.unlogged.wanted.connect(self.record_planned)
        column.addWidget(self.unlogged)
        log = Card("这一周的开放记录", "来自值班签到、来访、补记和台账；几个人同时在只算一次。")
        self.rows = RowList(limit=60)
        log.add(self.rows)
        self.no_rows = text("这一周还没有记录。点“开始值班”，或按 Ctrl+N 补记一次。", "soft")
        log.add(self.no_rows)
        column.addWidget(log)
        column.addStretch(1)
        return column

    def _right(self) -> QVBoxLayout:
        column = QVBoxLayout()
        column.setSpacing(SPACE * 2)
        self.term = TermCard()
        self.term.opened.connect(self._on_week)
        column.addWidget(self.term)
        plan = Card("每周固定时段", "按它生成计划；放假日自动不算。")
        plan.head.addWidget(
            button("添加", lambda: self.edit_slot(None), icon_name="plus", small=True), 0, Qt.AlignmentFlag.AlignTop
        )
        self.slots = RowList(limit=40)
        plan.add(self.slots)
        self.no_slots = text("还没有固定时段。先把每周什么时候开门、谁值班添上，之后每周会自动列出计划。", "soft")
        plan.add(self.no_slots)
        column.addWidget(plan)
        once = Card("这一周的临时安排")
        once.head.addWidget(
            button("加开或停开", self.edit_exception, icon_name="plus", small=True), 0, Qt.AlignmentFlag.AlignTop
        )
        self.once = RowList(limit=20)
        once.add(self.once)
        self.no_once = text("没有临时加开或停开。", "soft")
        once.add(self.no_once)
        column.addWidget(once)
        column.addStretch(1)
        return column

    # ---- what is shown

    def refresh(self, kinds: set[str]) -> None:
        """Openings, visits, the plan or the calendar changed."""
        watched = {*KINDS, "visit", "period", "term", "target", "calendar_day", "calendar_year", "school", "person"}
        if kinds and not kinds & watched:
            return
        self._stale = True
        if self.isVisible():
            self._count()

    def _count(self) -> None:
        self._stale = False
        self.school = context(self.room)
        self.now = hours.local_now(self.room)
        term = self.school.term_on(self._day)
        self._show_term(term)
        self._show_duty()
        self._show_slots()
        week = term.week_of(self._day)
        self.to_here.setVisible(self._day.isocalendar()[:2] != self.now.date().isocalendar()[:2])
        if week is None:
            self._show_vacation(term)
        else:
            self._show_week(term, week)

    def shown(self) -> None:
        """Coming back costs nothing while nothing changed; a duty under way counts on by the minute."""
        now = hours.local_now(self.room)
        running = self.duty.text() == ENDING or now.date() != self.now.date()
        if self._stale or (running and now.replace(second=0) > self.now.replace(second=0)):
            self._count()

    def _show_term(self, term: TermSpan) -> None:
        self.weeks = hours.weeks(self.room, term, self.now)
        self.term.set_weeks(term, self.weeks, self.now.date())

    def _show_duty(self) -> None:
        on = openings.on_duty(self.room, self.now)
        mine = next((d for d in on if d.person == self.room.person.id and not d.forgotten), None)
        self.duty.setText(ENDING if mine else "开始值班")
        self.header.question.setText(
            f"{'、'.join(d.name for d in on if not d.forgotten)}正在值班。" if any(not d.forgotten for d in on)
            else "辅导室开得够不够？签到、来访和补记都算进来。"
        )  # fmt: skip
        self.header.question.show()

    def _show_vacation(self, term: TermSpan) -> None:
        if self.week_title is not None:
            self.week_title.setText("假期中")
        self.bar.set(0, None, f"{day_words(self._day)} 不在学期内；上一个学期是{term.name}。")
        self.strip.set_days([])
        self.fill.hide()
        self.unlogged.hide()
        self.assumed.hide()
        self.rows.set_rows([])
        self.no_rows.show()
        self.once.set_rows([])
        self.no_once.show()

    def _show_week(self, term: TermSpan, week: int) -> None:
        days = term.days_of(week)
        figures = next(w for w in self.weeks if w.week == week)
        behind = hours.rows_behind(self.room, days[0], days[-1], self.now)
        this_week = self.now.date() in days
        if self.week_title is not None:
            first, last = days[0], days[-1]
            title = f"第 {week} 周（{first.month}月{first.day}日—{last.month}月{last.day}日）"
            self.week_title.setText(f"{title} · 本周" if this_week else title)
        self._show_bar(figures, days, this_week)
        plan = openings.plan_of_week(self.room, term, week)
        self.strip.set_days([show.day_line(self.school, self.now, day, plan, behind) for day in days])
        self.rows.set_rows([self._log_row(row) for row in reversed(behind)])
        self.no_rows.setVisible(not behind)
        self.unlogged.set_slots(openings.not_logged(self.room, days[0], days[-1], self.now), self.school)
        changes = openings.exceptions(self.room, days[0], days[-1])
        self.once.set_rows(
            [
                show.exception_row(
                    self.school,
                    row,
                    partial(self._do, partial(openings.remove_exception, self.room, row.id), "已取消临时安排"),
                )
                for row in changes
            ]
        )
        self.no_once.setVisible(not changes)

    def _show_bar(self, figures: WeekHours, days: list[date], this_week: bool) -> None:
        words = f"全部开放 {length(figures.open_minutes)}（含上课时间）。"
        names = "、".join(f"周{WEEKDAYS[h.day.weekday()]}{h.name}" for h in figures.holidays)
        words += f"{names}。" if names else ""
        short = hours.shortage(self.room, self.now.date(), self.now) if this_week else None
        if short is not None:
            words = f"{short.sentence} {words}"
        state = None
        if figures.target_minutes and days[0] > self.now.date():
            state = ("还没到", "")
        elif figures.target_minutes is None:
            state = ("没有规定时数", "")
        self.bar.set(figures.outside_lessons_minutes, figures.target_minutes, words, state=state)
        self.assumed.setText("这一周的放假和调休还没有确认，先按周一到周五上课计算；请在“设置”里确认节假日安排。")
        self.assumed.setVisible(figures.calendar_assumed)
        parts = list(short.parts) if short is not None else []
        self._parts = parts
        self.fill.setVisible(bool(parts))
        self.fill_rows.set_rows([show.spare_row(part, partial(self.open_spare, part)) for part in parts])
        self.fill_all.setVisible(len(parts) > 1)

    def _show_slots(self) -> None:
        rows = openings.slots_on(self.room, max(self._day, self.now.date()))
        self.slots.set_rows([show.slot_row(self.school, s, partial(self.edit_slot, s)) for s in rows])
        self.no_slots.setVisible(not rows)

    def _log_row(self, row: Behind) -> Row:
        return show.log_row(self.school, row, (lambda: self.edit_opening(row.id)) if row.kind == "opening" else None)

    # ---- walking

    def walk(self, weeks: int) -> None:
        self._day += timedelta(weeks=weeks)
        self._count()

    def to_now(self) -> None:
        self._day = self.room.today()
        self._count()

    def _on_week(self, week: int) -> None:
        self._day = self.school.term_on(self._day).monday(week)
        self._count()

    def open(self, **target: Any) -> None:
        """`day`: show its week."""
        if isinstance(day := target.get("day"), date):
            self._day = day
            self._count()

    # ---- deeds

    def toggle_duty(self) -> None:
        """Sign in or out; a duty forgotten on an earlier day is shown for correction first."""
        now = hours.local_now(self.room)
        on = [d for d in openings.on_duty(self.room, now) if d.person == self.room.person.id]
        forgotten = next((d for d in on if d.forgotten), None)
        if forgotten is not None:
            self.edit_opening(forgotten.id)
        elif on:
            self._do(lambda: openings.duty_off(self.room, now, on[0].id), "值班已结束")
        else:
            self._do(lambda: openings.duty_on(self.room, now), "值班已开始，辅导室开放计时中")

    def open_spare(self, part: Spare) -> None:
        """Make the planned opening for a free stretch."""
        self._add([part], "已加开，放进了本周计划")

    def record_planned(self, slots: list[PlanSlot]) -> None:
        self.strip.setFocus()
        self._do(lambda: openings.record_planned(self.room, slots, self.now), "已按计划补记")

    def open_all(self) -> None:
        self._add(list(self._parts), "都加开了，放进了本周计划")

    def _add(self, parts: list[Spare], say: str) -> None:
        self.strip.setFocus()  # the pressed button goes: the keyboard must not slide onto the next card's button
        self._do(lambda: openings.add_spare(self.room, [self._extra(part) for part in parts]), say)

    def _extra(self, part: Spare) -> dict[str, Any]:
        return {
            "day": part.day, "starts": part.starts, "ends": part.starts + part.minutes, "opens": True,
            "person": self.room.person.id, "why": "extra",
        }  # fmt: skip

    # ---- beside the week: ledger and paper

    def begin_import(self) -> None:
        self._beside(LedgerImport(self.room, self.shell, self._back))

    def begin_print(self) -> None:
        self._beside(SheetPreview(self.room, self.shell, self._day, self._back))

    def _beside(self, page: QWidget) -> None:
        self.sheet.shut()
        self.stack.addWidget(page)
        self.stack.setCurrentWidget(page)

    def _back(self) -> None:
        page = self.stack.currentWidget()
        if page is not None and page is not self.browse:
            self.stack.setCurrentWidget(self.browse)
            self.stack.removeWidget(page)
            page.deleteLater()
        self._count()
