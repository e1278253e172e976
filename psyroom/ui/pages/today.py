"""今日: what must I do now? The day as a time line, tasks the data makes, the week's hours, and duty by one button."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Any

from PySide6.QtCore import QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from psyroom.rules.spare import Spare
from psyroom.rules.time import WEEKDAYS
from psyroom.rules.typed import clock, span
from psyroom.services import hours, note_list, openings, visits
from psyroom.services import today as services
from psyroom.services.due import Task
from psyroom.services.today import Today
from psyroom.services.week import Entry
from psyroom.store.room import Room
from psyroom.ui import fonts, tokens
from psyroom.ui.calendar.paint import face_of, kind_words
from psyroom.ui.kit import (
    Card,
    EmptyState,
    HoursBar,
    PageHeader,
    Row,
    RowList,
    SideSheet,
    button,
    primary,
    quiet,
    rule,
    scrolled,
    text,
)
from psyroom.ui.kit.columns import Columns
from psyroom.ui.page import Page
from psyroom.ui.pages.bookings_entry import TONES
from psyroom.ui.pages.openings_fill import extra
from psyroom.ui.pages.openings_handover import ask_what_to_leave
from psyroom.ui.pages.today_ahead import DaysAhead
from psyroom.ui.pages.today_begin import BeginCard
from psyroom.ui.pages.today_slips import SlipBox, SlipReader
from psyroom.ui.tokens import SPACE
from psyroom.ui.window import Shell

ICONS = {
    "missed": "user-minus", "slips": "envelope-simple", "duty": "clock", "not_closed": "hourglass-medium",
    "left_open": "question", "short": "door", "questions": "clipboard-text", "calendar": "calendar-blank",
    "unsaved": "note-pencil", "not_logged": "check-square", "astray": "warning-circle",
    "event": "chalkboard-teacher", "waiting": "users", "handover": "hand-palm", "sign": "pen-nib", "rota": "users-three",
    "to_write": "notebook", "steps": "arrow-circle-right", "talk_follow": "arrow-circle-right", "talks_left": "chats-circle",
    "care": "heart", "plans": "path", "plan_link": "path", "feedback_out": "envelope", "feedback_link": "envelope",
    "revisit": "house", "sheets": "table", "sheets_kept": "table",
    "finding": "warning", "second_place": "hard-drive", "brought_back": "clock-counter-clockwise",
}  # fmt: skip
STRIPES = {"card": "accent", "amber_wash": "amber", "accent": "accent", "good_wash": "good", "brick_wash": "brick"}
MINUTE = 60_000  # milliseconds
NARROW = 720  # pixels at 100 %: less is too narrow for the day beside the tasks
ARRIVED = "到了"
SOON = 90
"""Minutes before a booking from which its line says 到了 by one press; earlier it is said on its card."""


class NowLine(QWidget):
    """Between what has begun and what comes: the present minute."""

    def __init__(self) -> None:
        super().__init__()
        self._words = ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set(self, minute: int) -> None:
        self._words = f"现在 {clock(minute)}"
        self.setAccessibleName(self._words)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(200, tokens.now().px(24))

    def paintEvent(self, event: QPaintEvent) -> None:
        look, painter = tokens.now(), QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(fonts.face("small", bold=True, tabular=True))
        width = painter.fontMetrics().horizontalAdvance(self._words)
        painter.setPen(QColor(look.palette.brick))
        left = look.px(16)
        painter.drawText(QRectF(left, 0, width + 4, self.height()), Qt.AlignmentFlag.AlignVCenter, self._words)
        y = self.height() / 2
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(look.palette.brick_fill))
        painter.drawEllipse(QRectF(2, y - 4, 8, 8))
        painter.drawRect(QRectF(left + width + look.px(10), y - 1, self.width() - left - width - look.px(10), 2))
        painter.end()


class Here(Page):
    """The first page."""

    counts = True

    def __init__(self, room: Room, shell: Shell) -> None:
        super().__init__(room, shell)
        self.today: Today | None = None
        self.unwritten: frozenset[str] = frozenset()  # visits of today that still want their note
        self.duty = button("开始值班", self.toggle_duty, icon_name="sign-in", shortcut="Ctrl+D")
        self.header = PageHeader(
            "今日",
            "",
            self.duty,
            button("新预约", lambda: shell.go("bookings", new=True), icon_name="plus", shortcut="Ctrl+N"),
            primary("直接来访", self.walk_in, icon_name="user-plus", tip="有人站在门口：姓名首字母加回车（Ctrl+Q）"),
        )
        self.body.setContentsMargins(SPACE * 4, SPACE * 3, SPACE * 2, SPACE)
        self.header.inset(SPACE * 2)
        self.body.addWidget(self.header)
        inner = Columns(self._left(), self._right(), narrow=NARROW)
        self.slip.setVisible(not room.has_cases)  # only now: without a parent it would be a window of its own
        self.body.addWidget(scrolled(inner, SPACE * 2), 1)
        self.sheet = SideSheet()
        self.across.addWidget(self.sheet)
        self._clock = QTimer(self)
        self._clock.setInterval(MINUTE)
        self._clock.timeout.connect(self._tick)
        self._clock.start()

    # ---- building

    def _left(self) -> QVBoxLayout:
        column = QVBoxLayout()
        column.setSpacing(SPACE * 2)
        self.begin = BeginCard(self.room, self.shell, self)
        column.addWidget(self.begin)
        self.line = Card("今天的预约和来访")
        self.before, self.after = RowList(in_turn=True), RowList(in_turn=True)
        self.now_line = NowLine()
        for widget in (self.before, self.now_line, self.after):
            self.line.add(widget)
        self.empty = QVBoxLayout()
        self.line.body.addLayout(self.empty)
        self.line.add(rule())
        self.line.add(text("接下来七天", "small"))
        self.ahead = DaysAhead()
        self.ahead.opened.connect(lambda day: self.shell.go("bookings", day=day))
        self.line.add(self.ahead)
        column.addWidget(self.line)
        self.slip = SlipBox(self.room, self.shell, self.now)
        column.addWidget(self.slip)
        self.week = Card("本周开放")
        self.bar = HoursBar("课外开放")
        self.week.add(self.bar)
        self.every = button("", self.open_all_parts, icon_name="plus-circle", shortcut="Ctrl+J", small=True)
        self.week.body.addWidget(self.every, 0, Qt.AlignmentFlag.AlignLeft)
        self.parts = QVBoxLayout()
        self.parts.setSpacing(SPACE // 2)
        self.week.body.addLayout(self.parts)
        self.assumed = text("放假和调休还没有确认，暂按周一至周五上课计。", "warning")
        self.week.add(self.assumed)
        self.week.head.addWidget(
            quiet("查看", lambda: self.shell.go("openings"), small=True), 0, Qt.AlignmentFlag.AlignTop
        )
        column.addWidget(self.week)
        column.addStretch(1)
        return column

    def _right(self) -> QWidget:
        side = QWidget()
        side.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        column = QVBoxLayout(side)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE * 2)
        self.tasks_card = Card("要做的事")
        self.tasks = RowList(limit=services.MOST, in_turn=True)
        self.tasks_card.add(self.tasks)
        self.no_tasks = text("都做完了。", "soft")
        self.tasks_card.add(self.no_tasks)
        column.addWidget(self.tasks_card)
        column.addStretch(1)
        return side

    # ---- what is shown

    def now(self) -> datetime:
        return hours.local_now(self.room)

    def refresh(self, kinds: set[str]) -> None:
        """Anything that makes a line here changed; what the page shows is read in one go."""
        self.today = shown = services.today(self.room, self.now())
        minute = visits.minute_of(shown.now)
        on = [d for d in shown.duty if not d.forgotten]
        names = "、".join(d.name for d in on)
        note = f"  {shown.note}" if shown.note else ""
        self.header.set_question(shown.title + note + (f"  ·  {names}正在值班" if names else ""))
        mine = any(d.person == self.room.person.id for d in on)
        self.duty.setText("结束值班" if mine else "开始值班")
        self.unwritten = note_list.unwritten(self.room, shown.now.date()) if self.room.has_cases else frozenset()
        self._show_line(shown, minute)
        self.tasks.set_rows([self._task(t) for t in shown.tasks])
        self.no_tasks.setVisible(not shown.tasks)
        if shown.more:
            self.no_tasks.setText(f"还有 {shown.more} 件，做完上面的再看。")
            self.no_tasks.show()
        else:
            self.no_tasks.setText("都做完了。")
        self._show_week(shown)
        self.ahead.set_days(shown.coming)
        self.begin.refresh()

    def shown(self) -> None:
        """The keyboard stands on who is expected next: one key says that they came, or opens them; in the first days on
        the next step."""
        self.refresh(set())
        focus = self.window().focusWidget()
        if self.sheet.isVisible():
            return
        if focus is not None and self.isAncestorOf(focus) and focus.isVisible() and not self.header.isAncestorOf(focus):
            return  # on a line already, or in the words of a slip
        lines = [(part, w) for part in (self.before, self.after) for w in part.rows()]
        if not self.begin.isHidden():
            lines += [(self.begin.steps, w) for w in self.begin.steps.rows() if w.row.action is not None]
        lines += [(self.tasks, w) for w in self.tasks.rows()]
        expected = (line for line in lines if line[1].row.action is not None and line[1].row.action[0] == ARRIVED)
        if lines:
            part, row = next(expected, lines[0])
            part.stand_on(row)

    def _tick(self) -> None:
        if self.isVisible() and not self.room.closed:
            self.refresh(set())

    def help_topic(self) -> str:
        return super().help_topic() or ("start" if self.begin.isVisible() else "")

    def badge(self) -> int | None:
        if self.today is None:
            return None
        return len(self.today.tasks) + self.today.more

    def _show_line(self, shown: Today, minute: int) -> None:
        begun = [e for e in shown.entries if e.starts <= minute]
        coming = [e for e in shown.entries if e.starts > minute]
        held = next((w.row.key for w in self.before.rows() + self.after.rows() if w.hasFocus()), None)
        for part in (self.before, self.after):  # shown before it is filled: what is not shown takes no keyboard
            part.setVisible(bool(begun if part is self.before else coming))
        self.before.set_rows([self._entry(e, minute) for e in begun])
        self.after.set_rows([self._entry(e, minute) for e in coming])
        _ = self.before.focus_key(held) or self.after.focus_key(held)  # whose time has come goes to the other list
        self.now_line.set(minute)
        self.now_line.setVisible(bool(shown.entries))
        _clear(self.empty)
        if shown.empty:
            first, _, rest = shown.empty.partition("，")
            first, rest = (first, rest) if rest else (shown.empty, "")
            icon = "coffee" if not shown.day.school_day else "sun-horizon"
            self.empty.addWidget(EmptyState(icon, first.rstrip("。"), rest, width=340))

    def _entry(self, entry: Entry, minute: int) -> Row:
        """One line of the day, with the one thing to do about it."""
        assert self.today is not None
        target = {entry.kind: entry.id}
        action: tuple[str, Any] | None = None
        more: list[tuple[str, Any]] = []
        if entry.inside:
            action = ("结束", partial(self.shell.go, "bookings", **target))
        elif entry.visit and not entry.closed and self.room.has_cases:
            action = ("结束", partial(self.close_visit, entry))
        elif entry.kind == "booking" and entry.outcome == "open":
            if entry.starts - minute <= SOON:  # not by a slip of the hand for who comes in the evening
                action = (ARRIVED, partial(self.arrive, entry))
            if entry.starts + visits.LATE_AFTER <= minute:
                more.append(("未到", partial(self.no_show, entry)))
        elif entry.outcome == "no_show" and not entry.follow_up:
            action = ("处理", partial(self.shell.go, "bookings", **target))
        elif entry.closed and entry.visit in self.unwritten:
            action = ("写记录", partial(self.shell.go, "notes", visit=entry.visit))
        detail = " · ".join(p for p in (entry.class_name, kind_words(entry), self._with(entry), entry.place_name) if p)
        tags = [(entry.state, TONES.get(entry.state, ""))] if entry.state != "待到" else []
        if entry.outcome == "open" and entry.starts + visits.LATE_AFTER <= minute:
            tags = [("到了没有？", "amber")]
        stripe = STRIPES.get(face_of(entry, self.today.now).ground, "")
        return Row(
            entry.who, detail, lead=clock(entry.starts), stripe=stripe, tags=tags, action=action, more=more,
            open=partial(self.shell.go, "bookings", **target), key=(entry.kind, entry.id),
        )  # fmt: skip

    def _with(self, entry: Entry) -> str:
        """The counsellor's name, where there is more than one."""
        assert self.today is not None
        several = len({e.person for e in self.today.entries}) > 1
        return entry.person_name if several or entry.person != self.room.person.id else ""

    def _task(self, task: Task) -> Row:
        return Row(
            task.words, task.detail, icon=ICONS[task.kind], stripe=task.urgency, open=partial(self._open_task, task),
            key=(task.kind, task.words), whole=task.kind == "finding",
        )  # fmt: skip

    def _open_task(self, task: Task) -> None:
        if task.page == "today":
            self.open(**task.target)
        else:
            self.shell.go(task.page, **task.target)

    def _show_week(self, shown: Today) -> None:
        counted, short = shown.hours, shown.shortage
        self.week.setVisible(counted is not None)
        if counted is None:
            return
        words = short.sentence if short is not None else "本地没有规定每周开放时数。"
        state = ("没有规定时数", "") if counted.target_minutes is None else None
        self.bar.set(counted.outside_lessons_minutes, counted.target_minutes, words, state=state)
        self.assumed.setVisible(counted.calendar_assumed)
        _clear(self.parts)
        parts = short.parts if short is not None else ()
        self.every.setText(f"这 {len(parts)} 段都加开")
        self.every.setVisible(len(parts) > 1)
        for part in parts[:3]:
            made = button(part_words(part), partial(self.open_spare, part), icon_name="plus", small=True, tip="加开")
            self.parts.addWidget(made, 0, Qt.AlignmentFlag.AlignLeft)

    def open(self, **target: Any) -> None:
        """`slips`: read the sealed slips; `walk_in`: somebody is at the door."""
        if target.get("slips"):
            self.read_slips()
        elif target.get("walk_in"):
            self.walk_in()

    # ---- deeds

    def _do(self, deed: Any, say: Any, *kinds: str) -> bool:
        done = self.shell.attempt(deed, kinds=kinds)
        if done:
            self.shell.toast(say(done.result) if callable(say) else say, undo=True)
        return bool(done)

    def arrive(self, entry: Entry) -> None:
        self._do(
            lambda: visits.arrive(self.room, entry.id, self.now()),
            lambda entered: f"{entry.who}：{entered.note}",
            "booking",
            "visit",
        )

    def no_show(self, entry: Entry) -> None:
        self._do(lambda: visits.no_show(self.room, entry.id, self.now()), str, "booking")

    def close_visit(self, entry: Entry) -> None:
        self._do(lambda: visits.close(self.room, entry.visit, self.now()), str, "visit")

    def walk_in(self) -> None:
        self.shell.walk_in()

    def toggle_duty(self) -> None:
        """On duty from now, or off; a duty forgotten on an earlier day is put right first."""
        now = self.now()
        mine = [d for d in openings.on_duty(self.room, now) if d.person == self.room.person.id]
        if any(d.forgotten for d in mine):
            self.shell.go("openings", day=mine[0].day)
            self.shell.toast("上次的值班还没有结束，请先补上结束时间")
        elif mine:
            if self._do(lambda: openings.duty_off(self.room, now, mine[0].id), "值班已结束", "opening"):
                ask_what_to_leave(self.room, self.shell, self.sheet)
        else:
            self._do(lambda: openings.duty_on(self.room, now), "值班已开始，辅导室开放计时中", "opening")

    def open_spare(self, part: Spare) -> None:
        """Plan to open in a free stretch of this week."""
        self._open([part], f"已加开 {part_words(part)}")

    def open_all_parts(self) -> None:
        """All that the week still misses, in one deed; the sheet for the door is offered on the opening page."""
        short = self.today.shortage if self.today is not None else None
        parts = short.parts if short is not None else ()
        if parts and self._open(parts, "都加开了，放进了本周计划"):
            self.shell.go("openings", added=list(parts))

    def _open(self, parts: Sequence[Spare], say: str) -> bool:
        deed = partial(openings.add_spare, self.room, extra(parts, self.room.person.id))
        return self._do(deed, say, "opening_exception")

    def read_slips(self) -> None:
        reader = SlipReader(self.room, self.shell)
        self.sheet.open("密封便条", reader)


def part_words(part: Spare) -> str:
    """`周五午休 12:05—12:50`"""
    hours_ = span(part.starts, part.starts + part.minutes)
    return f"周{WEEKDAYS[part.day.weekday()]}{part.name} {hours_}"


def _clear(layout: QVBoxLayout) -> None:
    while layout.count():
        item = layout.takeAt(0)
        if (gone := item.widget()) is not None:
            gone.hide()
            gone.deleteLater()
