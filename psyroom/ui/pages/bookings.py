"""预约: who comes when? A week calendar by mouse and keyboard, the booking's form and its card at the side."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from PySide6.QtCore import QEvent, QObject, QSize, Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from psyroom.rules.booking import Free
from psyroom.rules.time import monday_of
from psyroom.services import bookings, drafts, hours, visits
from psyroom.services import week as weeks
from psyroom.services.bookings import FORM
from psyroom.services.today import next_school_day
from psyroom.services.week import Entry
from psyroom.store.room import Room
from psyroom.ui.calendar.layout import STEP
from psyroom.ui.calendar.whole import WeekCalendar
from psyroom.ui.kit import Card, Choice, Elided, SideSheet, button, primary, quiet, text, tool
from psyroom.ui.page import Page
from psyroom.ui.pages.bookings_beside import Beside
from psyroom.ui.pages.bookings_desk import USUAL_EVENT, Desk
from psyroom.ui.pages.bookings_entry import EntryCard
from psyroom.ui.pages.bookings_event import KINDS, EventCard
from psyroom.ui.pages.bookings_moving import Mover
from psyroom.ui.pages.bookings_timed import USUAL, TimedForm, receivers
from psyroom.ui.pages.groups import GroupsDesk
from psyroom.ui.pages.waiting import WaitingDesk, WaitingPanel
from psyroom.ui.tokens import SPACE
from psyroom.ui.window import Shell

WATCHED = {
    *KINDS, "opening_slot", "opening_exception", "timetable", "student", "person", "place", "period", "calendar_day",
    "calendar_year", "term", "school", "waiting", "counselling_group", "group_member", "duty_turn", "room_rules",
}  # fmt: skip
HOW = "拖过空白处就是预约，拖卡片改时间；打 1430 就到那里，回车预约或打开。其他按键见帮助（F1）。"
KEYS = {
    Qt.Key.Key_W: "toggle_waiting", Qt.Key.Key_H: "who_here", Qt.Key.Key_E: "new_event", Qt.Key.Key_G: "show_groups",
    Qt.Key.Key_A: "also_the_rest",
}  # fmt: skip
CROWD = 3  # counsellors from which one sees one's own week first
NOON = 12 * 60 + 10  # proposed where nothing is planned yet
MINUTE = 60_000  # milliseconds between two looks at the clock


class Tools(QWidget):
    """Buttons of the head that give way while something is open at the side."""

    def __init__(self, *buttons: QWidget) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE)
        for made in buttons:
            row.addWidget(made)

    def minimumSizeHint(self) -> QSize:
        return QSize(0, super().minimumSizeHint().height())


class Here(Page):
    """One week at a time."""

    def __init__(self, room: Room, shell: Shell) -> None:
        super().__init__(room, shell)
        self.body.setContentsMargins(SPACE * 3, SPACE * 2, SPACE * 3, SPACE)
        self.body.setSpacing(SPACE)
        self.monday = monday_of(room.today())
        self.stack, self.beside = QStackedWidget(), Beside(self)
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
        self.sheet.installEventFilter(self)
        self.across.addWidget(self.sheet)
        self.desk, self.mover = Desk(self), Mover(self)
        self.waiting_desk = WaitingDesk(room, shell, self.sheet, self.now)
        self.waiting_desk.booked.connect(self._from_the_list)
        self.groups_desk = GroupsDesk(room, shell, self.sheet, self.now)
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
        self.tools = Tools(
            tool("skip-forward", "下一个空位（N）", self.next_free, shortcut="F3"),
            tool("chalkboard-teacher", "上课、讲座、活动（E）", self.new_event),
            tool("users-three", "团体（G）", self.show_groups),
            tool("keyboard", "按纸质记录补录", self.beside.key_in, shortcut="Ctrl+B"),
            tool(
                "printer", "打印名单、预约条、通知条、门口时间表，导出日历", self.beside.print_papers, shortcut="Ctrl+P"
            ),
            button("直接来访", self.walk_in, icon_name="user-plus", tip="直接来访（Ctrl+Q）"),
        )
        row.addWidget(self.tools)
        self.waiting = button("候补", self.toggle_waiting, icon_name="hourglass", tip="谁在等空位（W）")
        row.addWidget(self.waiting)
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
        grid.moved.connect(self.mover.let_down)
        grid.removed.connect(self.show_entry)
        grid.look_for = self.mover.look_for
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
        count = self.waiting_desk.count()
        self.waiting.setText(f"候补 {count}" if count else "候补")

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.sheet and event.type() in (QEvent.Type.Show, QEvent.Type.Hide):
            self.tools.setVisible(event.type() == QEvent.Type.Hide)
        return False

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
        """`booking`, `visit`, `event`: its card; `day`: its week; `new`: a form; `free` (a Free): one then; `waiting`: the
        list; `print`, `key_in`: as `Beside.open`."""
        if free := target.get("free"):
            self.book(free.day, free.starts, free.ends)
        elif target.get("new"):
            self.new()
        elif kind := next((k for k in ("booking", "visit", "event") if target.get(k)), ""):
            self.show_entry(kind, str(target[kind]))
        elif self.beside.open(target):
            return
        elif isinstance(day := target.get("day"), date):
            self._to_week(day)
        elif target.get("waiting") and not isinstance(self.sheet.body(), WaitingPanel):
            self.toggle_waiting()

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
        """Let the cell stand on the first free time after where it stands, whatever its week; in a form, its fields."""
        if self.form is not None and self.sheet.isVisible():
            self.form.next_free()
            return
        mark = self.grid.cursor_mark
        day = self.monday + timedelta(days=mark.day)
        person = self.default_person()
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
        elif (
            (do := KEYS.get(Qt.Key(event.key())))
            and not event.modifiers()
            and self.stack.currentWidget() is self.browse
        ):
            getattr(self, do)()
        else:
            super().keyPressEvent(event)

    # ---- the forms at the side

    @property
    def form(self) -> TimedForm | None:
        """The form at the side, if there is one."""
        return self.desk.form

    def default_person(self) -> str:
        """Whose time is meant where nobody is named: whose week is shown, else who receives."""
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
        """The form for a new booking at a time."""
        self.desk.book(day, starts, ends)

    def new_event(self) -> None:
        """The form for a lesson, a talk, an activity, at the cursor's cell."""
        mark = self.grid.cursor_mark
        self.desk.event(self.monday + timedelta(days=mark.day), mark.starts, min(mark.starts + USUAL_EVENT, 1440))

    def edit(self, booking_id: str) -> None:
        """Change a booking that still waits."""
        self.desk.edit("booking", booking_id)

    def save(self, anyway: bool = False, urgent: str = "") -> None:
        """Save the form at the side."""
        self.desk.save(anyway, urgent)

    def show_at(self, day: date, starts: int, ends: int) -> None:
        """Where something was just put: its week, the cell on it, the keyboard there."""
        self._to_week(day)
        self.grid.put_cursor(day, starts, ends)
        self.grid.setFocus()

    # ---- a card at the side

    def show_entry(self, kind: str, entry_id: str) -> None:
        """Open a booking, a visit or an entry at the side."""
        entry = weeks.entry(self.room, kind, entry_id, self.now())
        if entry is None:
            self.shell.toast("这条记录已经不在了，页面已刷新")
            self._show_week()
            return
        if self.whose.value() not in ("", entry.person):
            self.whose.set_value("")
        self._to_week(entry.day)
        self.desk.let_go()
        self._show(entry)

    def _show(self, entry: Entry) -> None:
        card: EntryCard | EventCard
        if entry.kind == "event":
            card = EventCard(self.room, self.shell, entry, self.now)
        else:
            card = EntryCard(self.room, self.shell, entry, self.now)
            card.rebook_wanted.connect(self.desk.rebook)
        card.again.connect(lambda: self._again(entry.kind, entry.id))
        card.edit_wanted.connect(self.desk.edit)
        card.freed.connect(self.freed)
        self.card = card
        self.sheet.open(entry.who, card)
        self.grid.choose(entry.kind, entry.id)
        if entry.student:
            look = button("看这名学生", lambda: self.shell.go("students", student=entry.student), small=True)
            card.column.addWidget(look, 0, Qt.AlignmentFlag.AlignLeft)

    def _again(self, kind: str, entry_id: str) -> None:
        entry = weeks.entry(self.room, kind, entry_id, self.now())
        if entry is None:
            self.sheet.shut()
        else:
            self._show(entry)

    # ---- who waits

    def toggle_waiting(self) -> None:
        """The waiting list at the side, or away again."""
        if isinstance(self.sheet.body(), WaitingPanel):
            self.sheet.shut()
        else:
            self.desk.let_go()
            self.grid.choose()
            self.waiting_desk.show()

    def who_here(self) -> None:
        """Whom on the waiting list the free time at the cursor suits."""
        mark = self.grid.cursor_mark
        day = self.monday + timedelta(days=mark.day)
        self.desk.let_go()
        self.waiting_desk.who(day, mark.starts, mark.ends, self.default_person())

    def also_the_rest(self) -> None:
        """What the word at the foot offers after one of a series was moved: the following ones by as much."""
        self.shell.toaster.take_more()

    def show_groups(self) -> None:
        """The groups at the side."""
        self.desk.let_go()
        self.grid.choose()
        self.groups_desk.show()

    def freed(self, day: date, starts: int, ends: int, person: str, place: str) -> None:
        """A time is open again: whom on the waiting list it suits stands in the same side card."""
        card = self.sheet.body()
        beside = card if isinstance(card, EntryCard | EventCard) else None
        self.waiting_desk.freed(Free(day, starts, ends, person, place), beside)

    def _from_the_list(self, day: date, starts: int, ends: int, _booking: str = "") -> None:
        self.sheet.shut()
        self.show_at(day, starts, ends)

    def _shut(self) -> None:
        self.desk.let_go()
        self.grid.choose()
        self.grid.setFocus()

    # ---- walking in

    def walk_in(self) -> None:
        self.shell.walk_in()
