"""预约: who comes when? A week calendar by mouse and keyboard, the booking's form and its card at the side."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from psyroom.rules.time import day_name, monday_of
from psyroom.rules.typed import span
from psyroom.services import bookings, drafts, hours, trial, visits
from psyroom.services import week as weeks
from psyroom.services.bookings import FORM, Clashes
from psyroom.services.today import next_school_day
from psyroom.services.week import Entry
from psyroom.store.room import Room
from psyroom.ui import drafting
from psyroom.ui.calendar.carry import Look, nothing
from psyroom.ui.calendar.layout import STEP
from psyroom.ui.calendar.whole import WeekCalendar
from psyroom.ui.kit import Card, Choice, Elided, SideSheet, button, primary, quiet, text, tool
from psyroom.ui.page import Page
from psyroom.ui.pages.bookings_entry import KINDS, EntryCard
from psyroom.ui.pages.bookings_form import USUAL, BookingForm, receivers
from psyroom.ui.pages.bookings_print import TomorrowPreview
from psyroom.ui.tokens import SPACE
from psyroom.ui.window import Shell

WATCHED = {
    *KINDS, "opening_slot", "opening_exception", "timetable", "student", "person", "place", "period", "calendar_day",
    "calendar_year", "term", "school",
}  # fmt: skip
HOW = "拖过空白处就是预约，拖卡片改时间。方向键走格，回车预约或打开，Del 取消，N 下一个空位，T 今天，PgUp/PgDn 换周。"
CROWD = 3  # counsellors from which one sees one's own week first
NOON = 12 * 60 + 10  # proposed where nothing is planned yet
MINUTE = 60_000  # milliseconds between two looks at the clock


class Here(Page):
    """One week at a time."""

    def __init__(self, room: Room, shell: Shell) -> None:
        super().__init__(room, shell)
        self.body.setContentsMargins(SPACE * 3, SPACE * 2, SPACE * 3, SPACE)
        self.body.setSpacing(SPACE)
        self.monday = monday_of(room.today())
        self.stack = QStackedWidget()
        self.body.addWidget(self.stack, 1)
        self.browse = QWidget()
        column = QVBoxLayout(self.browse)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE)
        column.addLayout(self._head())
        self.assumed = text(
            "这一周的放假和调休还没有确认，先按周一到周五上课画出；请在“设置”里确认节假日安排。", "warning"
        )
        column.addWidget(self.assumed)
        self.calendar = WeekCalendar(self.now)
        self.grid = self.calendar.grid
        card = Card(pad=0)
        card.body.setContentsMargins(1, 1, 1, 1)
        card.add(self.calendar, 1)
        column.addWidget(card, 1)
        column.addLayout(self._foot())
        self.whose.setVisible(len(receivers(room)) > 1)
        self.stack.addWidget(self.browse)
        self.sheet = SideSheet(384)
        self.sheet.closed.connect(self._shut)
        self.across.addWidget(self.sheet)
        self.form: BookingForm | None = None
        self.draft: drafting.Draft | None = None
        self._listen()
        self._clock = QTimer(self)
        self._clock.setInterval(MINUTE)
        self._clock.timeout.connect(self._tick)
        self._clock.start()
        self._placed = False

    # ---- building

    def _head(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(SPACE)
        row.addWidget(text("预约", "title", wrap=False))
        row.addSpacing(SPACE)
        row.addWidget(tool("caret-left", "上一周", lambda: self.walk(-1), shortcut="Alt+Left"))
        row.addWidget(tool("caret-right", "下一周", lambda: self.walk(1), shortcut="Alt+Right"))
        self.title = text("", "heading", wrap=False)
        row.addWidget(self.title)
        self.back = quiet("回到本周", self.to_today, small=True, tip="回到本周（T）")
        row.addWidget(self.back)
        row.addStretch(1)
        row.addWidget(tool("skip-forward", "下一个空位（N）", self.next_free, shortcut="F3"))
        row.addWidget(tool("printer", "下一个上课日的预约名单", self.print_tomorrow, shortcut="Ctrl+P"))
        row.addWidget(button("直接来访", self.walk_in, icon_name="user-plus", tip="直接来访（Ctrl+Q）"))
        row.addWidget(primary("新预约", self.new, icon_name="plus", shortcut="Ctrl+N"))
        return row

    def _foot(self) -> QHBoxLayout:
        """How it is handled, and whose bookings are shown where there are several counsellors."""
        row = QHBoxLayout()
        row.setSpacing(SPACE)
        row.addWidget(Elided(HOW, "small"), 1)
        people = receivers(self.room)
        self.whose = Choice({"": "全部老师", **people}, as_list=True)
        self.whose.setToolTip("只看一位老师的预约")
        if len(people) >= CROWD and self.room.person.id in people:
            self.whose.set_value(self.room.person.id)
        self.whose.edited.connect(self._show_week)
        row.addWidget(self.whose)
        return row

    def _listen(self) -> None:
        grid = self.grid
        grid.book_wanted.connect(lambda day, starts, ends: self.book(day, starts, ends))
        grid.opened.connect(self.show_entry)
        grid.moved.connect(self.move_entry)
        grid.removed.connect(self.show_entry)
        grid.look_for = self._look_for
        grid.week_wanted.connect(self.walk)
        grid.today_wanted.connect(self.to_today)
        grid.next_free_wanted.connect(self.next_free)

    # ---- what is shown

    def now(self) -> datetime:
        return hours.local_now(self.room)

    def refresh(self, kinds: set[str]) -> None:
        """Bookings, visits, or the ground they stand on changed."""
        if not self.isVisible() or kinds and not kinds & WATCHED:
            return  # a page that is not shown reads anew when it is
        self._show_week()

    def _show_week(self) -> None:
        self.week = weeks.week(self.room, self.monday, self.now())
        self.calendar.show_week(weeks.only(self.week, self.whose.value() or ""))
        first, last = self.week.days[0].day, self.week.days[-1].day
        number = f"第 {self.week.number} 周  " if self.week.number else ""
        until = f"{last.month}月{last.day}日" if last.month != first.month else f"{last.day}日"
        self.title.setText(f"{number}{first.month}月{first.day}日—{until}")
        self.title.setToolTip(self.week.term_name)
        self.back.setVisible(not first <= self.now().date() <= last)
        self.assumed.setVisible(any(d.assumed for d in self.week.days))

    def shown(self) -> None:
        self._show_week()
        if not self._placed:
            self._placed = True
            self._cursor_to_now()
        self.grid.setFocus()

    def _tick(self) -> None:
        if self.isVisible() and not self.room.closed:
            self._show_week()

    def open(self, **target: Any) -> None:
        """`booking` or `visit`: its card; `day`: its week; `new`: a form; `free` (a Free): a form at that time."""
        if free := target.get("free"):
            self.book(free.day, free.starts, free.ends)
        elif target.get("new"):
            self.new()
        elif booking := target.get("booking"):
            self.show_entry("booking", str(booking))
        elif visit := target.get("visit"):
            self.show_entry("visit", str(visit))
        elif isinstance(day := target.get("day"), date):
            self._to_week(day)

    # ---- walking

    def walk(self, by: int) -> None:
        self.monday += timedelta(weeks=by)
        self._show_week()
        mark = self.grid.cursor_mark
        self.grid.put_cursor(self.monday + timedelta(days=mark.day), mark.starts, mark.ends)

    def to_today(self) -> None:
        self._to_week(self.now().date())
        self._cursor_to_now()

    def _to_week(self, day: date) -> None:
        if monday_of(day) != self.monday:
            self.monday = monday_of(day)
            self._show_week()

    def _cursor_to_now(self) -> None:
        now = self.now()
        starts = min(visits.minute_of(now) // STEP * STEP, 1440 - STEP)
        self.grid.put_cursor(now.date(), starts, starts + STEP)

    def next_free(self) -> None:
        """Let the cell stand on the first free time after where it stands, whatever its week."""
        mark = self.grid.cursor_mark
        day = self.monday + timedelta(days=mark.day)
        person = self._default_person()
        asked = {"day": day, "starts": mark.starts, "ends": min(mark.starts + USUAL, 1440), "person": person}
        done = self.shell.attempt(lambda: bookings.next_free(self.room, asked, self.now()))
        if not done:
            return
        if done.result is None:
            self.shell.toast("两周内的开放时间里没有空位了，可以在“值班开放”里加开")
            return
        free = done.result
        self._to_week(free.day)
        self.grid.put_cursor(free.day, free.starts, free.ends)
        self.grid.setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.sheet.isVisible():
            self.sheet.shut()
        else:
            super().keyPressEvent(event)

    # ---- the form at the side

    def _default_person(self) -> str:
        return self.whose.value() or visits.who_receives(self.room)

    def new(self) -> None:
        """A booking at the time typed before and not saved, else at the cursor's cell, else at the next time to come."""
        mark = self.grid.cursor_mark
        day, now = self.monday + timedelta(days=mark.day), self.now()
        passed = (now.date(), visits.minute_of(now))
        if (typed := self._typed_before()) is not None and typed[:2] >= passed:
            self._to_week(typed[0])
            self.book(*typed)
            return
        if (day, mark.starts) <= passed:
            self.to_today()
            self.next_free()
            mark = self.grid.cursor_mark
            day = self.monday + timedelta(days=mark.day)
        if (day, mark.starts) <= passed:  # nothing is planned: the next school day at noon, to be corrected
            day = next_school_day(self.room, now.date())
            self._to_week(day)
            self.book(day, NOON, NOON + USUAL)
            return
        self.book(day, mark.starts, mark.ends)

    def _typed_before(self) -> tuple[date, int, int] | None:
        """The time of the unsaved new booking, where it has a whole one."""
        kept = drafts.load(self.room, FORM) or {}
        try:
            return date.fromisoformat(str(kept["day"])), int(kept["starts"]), int(kept["ends"])
        except (KeyError, ValueError, TypeError):
            return None

    def book(self, day: date, starts: int, ends: int) -> None:
        """The form for a new booking at a time; what else was typed before and not saved is still there."""
        form = BookingForm(self.room, self.now)
        kept = drafts.load(self.room, FORM)
        values: dict[str, Any] = {"person": self._default_person(), "place": next(iter(form.places), "")}
        values |= weeks.planned_at(self.week, day, starts)
        if kept is not None:
            values |= {k: v for k, v in kept.items() if k not in ("day", "starts", "ends")}
            form.notice("接着上次没有填完的预约", self._forget, "清空")
        self._edit(form, "新预约", {**values, "day": day, "starts": starts, "ends": ends})

    def edit(self, booking_id: str) -> None:
        """Change a booking that still waits."""
        entry = weeks.entry(self.room, "booking", booking_id, self.now())
        if entry is None:
            return
        form = BookingForm(self.room, self.now, booking_id)
        values = {name: getattr(entry, name) for name in form.fields}
        kept = drafts.load(self.room, FORM, booking_id)
        if kept is not None:
            values |= kept
            form.notice("有没保存的修改，已经填上", self._forget, "放弃修改")
        self._edit(form, f"改预约：{entry.who}", values)

    def _edit(self, form: BookingForm, title: str, values: dict[str, Any]) -> None:
        self.form = form
        form.fill(values)
        about = form.booking_id
        self.draft = drafting.watch(form, lambda typed: drafts.save(self.room, FORM, about, typed))
        form.conflicts.anyway.connect(lambda: self.save(anyway=True))
        self.sheet.open(title, form, save=self.save, save_words="保存预约")

    def _forget(self) -> None:
        """Empty the form and its draft, and begin again."""
        if self.form is None:
            return
        about, values = self.form.booking_id, self.form.values()
        if self.draft is not None:
            self.draft.forget()
        drafts.discard(self.room, FORM, about)
        if about:
            self.edit(about)
        else:
            self.book(values["day"], values["starts"], values["ends"])

    def save(self, anyway: bool = False) -> None:
        """Book or change; a conflict is said under the times."""
        form = self.form
        if form is None:
            return
        values, now = form.values(), self.now()
        if form.booking_id:
            done = self.shell.attempt(
                lambda: bookings.change(self.room, form.booking_id, values, now, anyway=anyway), form=form, kinds=KINDS
            )
        else:
            done = self.shell.attempt(
                lambda: bookings.book(self.room, values, now, anyway=anyway), form=form, kinds=KINDS
            )
        if isinstance(done.told, Clashes):
            form.refused(done.told)
        if not done:
            return
        if self.draft is not None:
            self.draft.forget()
        self.draft = self.form = None
        self.sheet.shut()
        self.shell.toast("已预约：" + "；".join(done.result.notes), undo=True)
        self._to_week(values["day"])
        self.grid.put_cursor(values["day"], values["starts"], values["ends"])
        self.grid.setFocus()

    # ---- a card at the side

    def show_entry(self, kind: str, entry_id: str) -> None:
        """Open a booking or visit at the side."""
        entry = weeks.entry(self.room, kind, entry_id, self.now())
        if entry is None:
            self.shell.toast("这条记录已经不在了，页面已刷新")
            self._show_week()
            return
        if self.whose.value() not in ("", entry.person):
            self.whose.set_value("")
        self._to_week(entry.day)
        self._let_go_of_form()
        self._show(entry)

    def _show(self, entry: Entry) -> None:
        card = EntryCard(self.room, self.shell, entry, self.now)
        card.again.connect(lambda: self._again(entry.kind, entry.id))
        card.edit_wanted.connect(self.edit)
        self.card = card
        self.sheet.open(entry.who, card)
        self.grid.choose(entry.kind, entry.id)
        others: list[QWidget] = []
        if entry.student:
            others.append(button("看这名学生", lambda: self.shell.go("students", student=entry.student), small=True))
        for other in others:
            card.column.addWidget(other, 0, Qt.AlignmentFlag.AlignLeft)

    def _again(self, kind: str, entry_id: str) -> None:
        entry = weeks.entry(self.room, kind, entry_id, self.now())
        if entry is None:
            self.sheet.shut()
        else:
            self._show(entry)

    def _let_go_of_form(self) -> None:
        if self.draft is not None:
            self.draft.flush()
        self.draft = self.form = None

    def _shut(self) -> None:
        self._let_go_of_form()
        self.grid.choose()
        self.grid.setFocus()

    # ---- moving, walking in, printing

    def _look_for(self, entry: Entry | None) -> Look:
        """What stands around this week, read once, for a drag to look at."""
        now = self.now()
        if entry is None:
            made = trial.of_new(self.room, {"person": self._default_person()}, self.monday, now)
            return made.at
        found = trial.of_booking(self.room, entry.id, self.monday, now)
        return found.at if found is not None else nothing

    def move_entry(self, kind: str, entry_id: str, day: date, starts: int, ends: int) -> None:
        """A card was let down elsewhere."""
        self.move_booking(entry_id, day, starts, ends)

    def move_booking(self, booking_id: str, day: date, starts: int, ends: int, anyway: bool = False) -> None:
        """A card was dragged. What cannot be opens the form with the causes and the free times."""
        try_ = self.shell.attempt
        done = try_(lambda: self._move(booking_id, day, starts, ends, anyway), kinds=KINDS)
        if not done:
            self._show_week()
            return
        if isinstance(done.result, Clashes):
            self.edit(booking_id)
            if self.form is not None:
                self.form.fill({**self.form.values(), "day": day, "starts": starts, "ends": ends})
                self.form.refused(done.result)
            self._show_week()
            return
        self.shell.toast(f"已移到 {day_name(day)} {span(starts, ends)}", undo=True)
        self.grid.put_cursor(day, starts, ends)

    def _move(self, booking_id: str, day: date, starts: int, ends: int, anyway: bool) -> Any:
        try:
            return bookings.move(self.room, booking_id, day, starts, ends, self.now(), anyway=anyway)
        except Clashes as clashes:
            return clashes

    def walk_in(self) -> None:
        self.shell.walk_in()

    def print_tomorrow(self) -> None:
        preview = TomorrowPreview(self.room, self.shell, self.now().date(), self._end_print)
        self.sheet.shut()
        self.stack.addWidget(preview)
        self.stack.setCurrentWidget(preview)

    def _end_print(self) -> None:
        preview = self.stack.currentWidget()
        self.stack.setCurrentWidget(self.browse)
        self.stack.removeWidget(preview)
        preview.deleteLater()
        self.grid.setFocus()
