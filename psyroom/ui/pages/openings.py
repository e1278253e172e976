"""值班开放: is the room open enough? The week's bar and what would fill it, its record to be confirmed and signed, the
semester, the plan."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from functools import partial
from typing import Any

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QSizePolicy, QStackedWidget, QVBoxLayout, QWidget

from psyroom.rules.spare import Spare
from psyroom.rules.time import WEEKDAYS, TermSpan, monday_of
from psyroom.rules.typed import length
from psyroom.services import handover, hours, openings, prefill, signing, week_reasons
from psyroom.services.hours import WeekHours
from psyroom.services.school import context
from psyroom.services.signing import WeekState
from psyroom.store.room import Room
from psyroom.ui.kit import (
    Card,
    HoursBar,
    PageHeader,
    SideSheet,
    button,
    day_words,
    primary,
    quiet,
    scrolled,
    text,
    tool,
)
from psyroom.ui.kit.columns import Columns
from psyroom.ui.pages import openings_rows as show
from psyroom.ui.pages.openings_aside import Aside
from psyroom.ui.pages.openings_edit import KINDS
from psyroom.ui.pages.openings_fill import FillBar, extra
from psyroom.ui.pages.openings_handover import OWN_DAYS, UnreadCard, ask_what_to_leave
from psyroom.ui.pages.openings_record import RecordCard
from psyroom.ui.pages.openings_said import Recording
from psyroom.ui.tokens import SPACE
from psyroom.ui.window import Shell

ENDING = "结束值班"
WATCHED = {
    *KINDS, "visit", "booking", "period", "term", "target", "calendar_day", "calendar_year", "school", "person",
    "duty_turn", "handover", "room_rules",
}  # fmt: skip
BROWSING = (SPACE * 4, SPACE * 3, SPACE * 2, SPACE)
"""Margins of the page: at the right the scrolled cards keep the rest free themselves."""
BESIDE = (SPACE * 4, SPACE * 3, SPACE * 4, SPACE * 3)
"""Where something stands in the page's place; what has a side sheet of its own takes none (`margins_here`)."""


class Here(Recording):
    """One week at a time; the semester's bars lead to any other."""

    def __init__(self, room: Room, shell: Shell) -> None:
        super().__init__(room, shell)
        self._day = room.today()
        self._stale = False
        self._added: list[Spare] = []
        self.figures: WeekHours | None = None
        self.state: WeekState | None = None
        self.changes: list[Any] = []
        self.body.setContentsMargins(*BROWSING)
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
            tool("keyboard", "按纸质记录补录", self.key_in, shortcut="Ctrl+B"),
            tool("upload-simple", "导入台账", self.begin_import, shortcut="Ctrl+I"),
            button("打印", self.begin_print, icon_name="printer", shortcut="Ctrl+P", tip="周表、学期表、门口时间表"),
            button("值班表", self.begin_rota, icon_name="users-three", shortcut="Ctrl+T", tip="这个月谁值哪一班"),
            button("补记一次", lambda: self.edit_opening(None), icon_name="plus", shortcut="Ctrl+N"),
            self.duty,
        )
        column.addWidget(self.header)
        self.right = QWidget()
        self.right.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.header.inset(SPACE * 2)
        column.addWidget(scrolled(Columns(self._left(), self.right), SPACE * 2), 1)
        self.stack.addWidget(self.browse)
        self.sheet = SideSheet()
        self.sheet.closed.connect(self._forget_draft)
        self.across.addWidget(self.sheet)
        self._count_week()  # the week is there at once, what stands beside it a moment later
        QTimer.singleShot(0, self, self._first_rest)

    # ---- building

    def _left(self) -> QVBoxLayout:
        column = QVBoxLayout()
        column.setSpacing(SPACE * 2)
        self.unread = UnreadCard()
        self.unread.read.connect(self.read_handover)
        column.addWidget(self.unread)
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
        self.fill = FillBar()
        self.fill.wanted.connect(self.open_parts)
        self.fill.door.connect(self.print_door)
        week.add(self.fill)
        column.addWidget(week)
        self.record = RecordCard()
        self.record.confirm.connect(self.confirm)
        self.record.typed.connect(self.set_hours)
        self.record.strike.connect(self.strike)
        self.record.back.connect(
            lambda row: self._do(lambda: prefill.restore(self.room, row), "已恢复，这一段等待确认")
        )
        self.record.opened.connect(self.open_row)
        self.record.day.connect(lambda day: self.edit_opening(None, day))
        column.addWidget(self.record)
        column.addStretch(1)
        return column

    def _right(self) -> None:
        """Built when the week is there: nobody waits for what stands beside it."""
        column = QVBoxLayout(self.right)
        column.setContentsMargins(0, 0, 0, 0)
        self.aside = Aside()
        column.addWidget(self.aside)
        self.signature, self.term, self.once = self.aside.signature, self.aside.term, self.aside.once
        self.signature.mend.connect(self.mend)
        self.signature.reason.connect(self.set_reason)
        self.signature.sign.connect(self.sign)
        self.signature.make_up.connect(self.make_up)
        self.signature.week.connect(self._on_week)
        self.term.opened.connect(self._on_week)
        self.aside.change.connect(self.edit_exception)
        self.aside.undo_change.connect(
            lambda row: self._do(lambda: openings.remove_exception(self.room, row), "已取消临时安排")
        )
        self.aside.slot.connect(self.edit_slot)

    # ---- what is shown

    def refresh(self, kinds: set[str]) -> None:
        """Openings, visits, the plan or the calendar changed; what stands in the week's place is told too."""
        beside = self.stack.currentWidget()
        if beside is not self.browse and hasattr(beside, "refresh"):
            beside.refresh(kinds)
        if kinds and not kinds & WATCHED:
            return
        self._stale = True
        if self.isVisible():
            self._count()

    def _count(self) -> None:
        self._count_week()
        self._count_rest()

    def _count_week(self) -> None:
        """The week itself: duty, hours, record."""
        self._stale = False
        self.school = context(self.room)
        self.now = hours.local_now(self.room)
        term = self.school.term_on(self._day)
        self._show_duty()
        self.to_here.setVisible(self._day.isocalendar()[:2] != self.now.date().isocalendar()[:2])
        self.figures = hours.week_of(self.room, self._day, self.now)
        if self.figures is None:
            self._show_vacation(term)
        else:
            self._show_week(self.figures, term)

    def _first_rest(self) -> None:
        if self.right.layout() is None and not self.room.closed:
            self._count_rest()

    def _count_rest(self) -> None:
        """What stands beside the week: signature, semester, plan."""
        if self.right.layout() is None:
            self._right()
        term = self.school.term_on(self._day)
        self.weeks = hours.weeks(self.room, term, self.now)
        behind = partial(hours.rows_behind, self.room, term.monday(1), term.ends, self.now)
        shown = self.figures.week if self.figures is not None else 0
        self.term.set_weeks(self.school, term, self.weeks, self.now.date(), shown, behind)
        self._show_sign(term)
        self.aside.set_changes(self.changes, self.school, term)
        self.aside.set_slots(openings.slots_on(self.room, max(self._day, self.now.date())), self.school)

    def shown(self) -> None:
        """Coming back costs nothing while nothing changed; a duty under way counts on by the minute."""
        now = hours.local_now(self.room)
        running = self.duty.text() == ENDING or now.date() != self.now.date()
        if self._stale or (running and now.replace(second=0) > self.now.replace(second=0)):
            self._count()
        holder = QApplication.focusWidget()
        if holder is None or not self.isAncestorOf(holder) or self.header.isAncestorOf(holder):
            self.record.table.setFocus()  # the week's keys work at once; Qt itself takes the head's first button

    def _show_duty(self) -> None:
        on = openings.on_duty(self.room, self.now)
        mine = next((d for d in on if d.person == self.room.person.id and not d.forgotten), None)
        self.duty.setText(ENDING if mine else "开始值班")
        self.header.question.setText(
            f"{'、'.join(d.name for d in on if not d.forgotten)}正在值班。" if any(not d.forgotten for d in on)
            else "辅导室开得够不够？"
        )  # fmt: skip
        self.header.question.show()
        today = self.now.date()
        left = handover.between(self.room, today - timedelta(days=OWN_DAYS), today)
        own = [one for one in left if one.person == self.room.person.id]
        self.unread.set_left(handover.unread(self.room), own[-1:])

    def _show_vacation(self, term: TermSpan) -> None:
        if self.week_title is not None:
            self.week_title.setText("假期中")
        self.bar.set(0, None, f"{day_words(self._day)} 不在学期内；上一个学期是{term.name}。")
        self.fill.set_parts([], [])
        self.assumed.hide()
        self.record.hide()
        self.changes = []

    def _show_week(self, figures: WeekHours, term: TermSpan) -> None:
        week, days = figures.week, term.days_of(figures.week)
        this_week = self.now.date() in days
        if self.week_title is not None:
            first, last = days[0], days[-1]
            title = f"第 {week} 周（{first.month}月{first.day}日—{last.month}月{last.day}日）"
            self.week_title.setText(f"{title} · 本周" if this_week else title)
        self.changes = openings.exceptions(self.room, days[0], days[-1])
        made = {(row.day, row.starts) for row in self.changes if row.opens}
        self._added = [part for part in self._added if (part.day, part.starts) in made]  # some may be undone since
        self._show_bar(figures, days, this_week)
        self.record.set_week(
            prefill.week(self.room, days[0], self.now),
            partial(self._picture, term, week),
            self.school,
            locked=figures.signed,
        )
        self.record.show()

    def _picture(self, term: TermSpan, week: int) -> list[show.DayLine]:
        days = term.days_of(week)
        behind = hours.rows_behind(self.room, days[0], days[-1], self.now)
        plan = openings.plan_of_week(self.room, term, week)
        return [show.day_line(self.school, self.now, day, plan, behind) for day in days]

    def _show_bar(self, figures: WeekHours, days: Sequence[date], this_week: bool) -> None:
        coming = days[0] > self.now.date()
        words = "" if coming else f"全部开放 {length(figures.open_minutes)}（含上课时间）。"
        names = "、".join(f"周{WEEKDAYS[h.day.weekday()]}{h.name}" for h in figures.holidays)
        words += f"{names}。" if names else ""
        short = hours.shortage(self.room, self.now.date(), self.now) if this_week else None
        if short is not None:
            words = f"{short.sentence} {words}"
        state = None
        if figures.target_minutes and coming:
            state = ("还没到", "")
        elif figures.target_minutes is None:
            state = ("没有规定时数", "")
        self.bar.set(figures.outside_lessons_minutes, figures.target_minutes, words, state=state)
        self.assumed.setText("这一周的放假和调休还没有确认，先按周一到周五上课计算；请在“设置”里确认节假日安排。")
        self.assumed.setVisible(figures.calendar_assumed)
        self.fill.set_parts(short.parts if short is not None else [], self._added)

    def _show_sign(self, term: TermSpan) -> None:
        figures, self.state = self.figures, None
        self.signature.setVisible(figures is not None and figures.starts <= self.now.date())
        if figures is None or figures.starts > self.now.date():
            return
        self.state = signing.state(self.room, figures.starts, self.now)
        this_monday = monday_of(self.now.date())
        self.signature.show_week(
            figures,
            self.state,
            term,
            may_sign=self.room.has_cases,
            suggested=week_reasons.suggestion(self.room, figures.starts)
            if figures.missing and not figures.reason
            else "",
            planned=prefill.make_ups_to_come(self.room, figures.starts, self.now) if figures.missing else (),
            unsigned=[w.week for w in self.weeks if w.open_minutes and not w.signed and w.starts < this_monday],
        )

    # ---- walking

    def walk(self, weeks: int) -> None:
        self._to(self._day + timedelta(weeks=weeks))

    def to_now(self) -> None:
        self._to(self.room.today())

    def _on_week(self, week: int) -> None:
        self._to(self.school.term_on(self._day).monday(week))

    def _to(self, day: date) -> None:
        self._day, self._added = day, []
        self._count()

    def open(self, **target: Any) -> None:
        """`day`: its week, with the keyboard on the first line that waits for a word; `sign`: its week, to be signed;
        `handover`: what was left; `rota`: the month of a day; `added`: openings just made, the door's sheet is offered;
        `slot`: the form for a band of every week."""
        if target.get("slot"):
            self.edit_slot(None)
        elif target.get("added"):
            self.to_now()
            self._added = list(target["added"])
            self._count()
            self.fill.offer_door()
        elif target.get("handover"):
            self.to_now()
            self.unread.rows.focus_first()
        elif isinstance(day := target.get("rota"), date):
            self.begin_rota(day)
        elif isinstance(day := target.get("sign"), date):
            self._to(day)
            self.signature.go.setFocus()
            self.record.to_waiting()
        elif isinstance(day := target.get("day"), date):
            self._to(day)
            self.record.to_waiting()

    # ---- deeds

    def toggle_duty(self) -> None:
        """Sign in or out; a duty forgotten on an earlier day is shown for correction first."""
        now = hours.local_now(self.room)
        on = [d for d in openings.on_duty(self.room, now) if d.person == self.room.person.id]
        forgotten = next((d for d in on if d.forgotten), None)
        if forgotten is not None:
            self.edit_opening(forgotten.id)
        elif on:
            if self._do(lambda: openings.duty_off(self.room, now, on[0].id), "值班已结束"):
                ask_what_to_leave(self.room, self.shell, self.sheet)
        else:
            self._do(lambda: openings.duty_on(self.room, now), "值班已开始，辅导室开放计时中")

    def read_handover(self, left: str) -> None:
        now = hours.local_now(self.room)
        self.shell.attempt(lambda: handover.read(self.room, left, now), say="已看过", kinds=("handover",))

    def open_parts(self, parts: list[Spare]) -> None:
        """Make the planned openings for free stretches, in one deed; then the door's sheet is offered."""
        self.record.table.setFocus()  # the pressed button goes: the keyboard must not slide onto the next one
        before, self._added = self._added, [*self._added, *parts]
        say = "已加开，放进了本周计划" if len(parts) == 1 else "都加开了，放进了本周计划"
        if not self._do(lambda: openings.add_spare(self.room, extra(parts, self.room.person.id)), say):
            self._added = before
        elif not self.fill.all.isVisible():
            self.fill.offer_door()

    # ---- beside the week: ledger and paper

    # What reads and makes files is loaded when it is first wanted: it would double the time of the page's first showing.

    def begin_import(self) -> None:
        from psyroom.ui.pages.openings_import import LedgerImport

        self._beside(LedgerImport(self.room, self.shell, self._back))

    def key_in(self) -> None:
        """A day that was written by hand."""
        from psyroom.ui.pages.back_entry import BackEntry

        self._beside(BackEntry(self.room, self.shell, hours.local_now(self.room).date(), self._back))

    def begin_print(self, which: str = "week") -> None:
        """The sheets of week and semester and the week for the door, seen before they are printed."""
        from psyroom.ui.pages.openings_print import SheetPreview

        self._beside(SheetPreview(self.room, self.shell, self._day, self._back, which=which))

    def begin_rota(self, day: date | None = None) -> None:
        """The month's rota: who keeps which opening."""
        from psyroom.ui.pages.rota import Rota

        self._beside(Rota(self.room, self.shell, day or self._day, self._back))

    def print_door(self) -> None:
        self.begin_print("door")

    def _beside(self, page: QWidget) -> None:
        self.sheet.shut()
        self.body.setContentsMargins(*getattr(page, "margins_here", BESIDE))
        self.stack.addWidget(page)
        self.stack.setCurrentWidget(page)

    def _back(self) -> None:
        page = self.stack.currentWidget()
        if page is not None and page is not self.browse:
            self.stack.setCurrentWidget(self.browse)
            self.stack.removeWidget(page)
            page.deleteLater()
        self.body.setContentsMargins(*BROWSING)
        self._count()
