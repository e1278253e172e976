"""What 预约 puts on paper or into a calendar file: chosen here, seen as the real page, then printed or saved."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QHBoxLayout, QStackedWidget

from psyroom.rules.time import day_name, monday_of
from psyroom.services import exports, ics, outgoing, papers, sheets
from psyroom.services.hours import local_now
from psyroom.services.school import context
from psyroom.services.sheets import Made
from psyroom.services.today import next_school_day
from psyroom.store.room import Room
from psyroom.ui import ask
from psyroom.ui.kit import Check, Choice, DayField, PageHeader, button, primary, text, tool
from psyroom.ui.pages.bookings_form import receivers
from psyroom.ui.pages.bookings_print_parts import BusyView, WhomList
from psyroom.ui.pages.paper_view import PaperView
from psyroom.ui.tokens import SPACE
from psyroom.ui.window import Shell

PAPERS = {
    "list": "预约名单",
    "slips": "预约条",
    "classes": "班主任通知条",
    "door": "门口时间表",
    "sheet": "空白日记录表",
    "calendar": "日历文件",
}
HINTS = {
    "list": "每班一条，裁开交给班主任；只有姓名、时间和地点，不写原因。",
    "slips": "一页四张，裁开交给本人；写着时间、地点和找谁，不写原因。",
    "classes": "每班一条，裁开交给班主任：哪位同学、几点离班、几点回班，不写原因。",
    "door": "贴在门口：这一周哪天几点开门、谁在；没有来访者的名字。",
    "sheet": "停电时照着记，来电后点“按纸质记录补录”录进来。",
    "calendar": "导进手机或电脑的日历：只写“忙”和时间，没有姓名、地点和事由。",
}
SPANS = {"day": "一天", "week": "一周"}
REACHES = {"week": "一周", "term": "整个学期"}
TO = {"list": "班主任", "slips": "来访者本人", "classes": "班主任", "sheet": "辅导室值班"}
"""To whom a paper with names goes, as the register says."""
BOTH = ("slips", "classes")  # for a day or a week
NAMED = ("list", "slips", "classes", "sheet")  # a saved file may hold names


class PrintChooser(PaperView):
    """In the calendar's place; `back` returns to it. `what`: the paper shown first; `day`: else the next school day."""

    help_topic = "papers"

    def __init__(
        self, room: Room, shell: Shell, today: date, back: Callable[[], object], *, what: str = "list",
        day: date | None = None,
    ) -> None:  # fmt: skip
        super().__init__(room, shell)
        self.preview.before_print = self._note_paper
        self._asked = 0  # which making was asked for last: an earlier one that ends later is not shown
        self.save_button = primary("存成 PDF", self.save, icon_name="download-simple", shortcut="Ctrl+S")
        self.header = PageHeader(
            "打印", HINTS[what], button("返回", back, icon_name="caret-left", shortcut="Esc"), self.save_button
        )
        self.column.addWidget(self.header)
        self.what = Choice(PAPERS, as_list=False)
        self.what.set_value(what)
        self.column.addWidget(self.what)
        self.column.addLayout(self._when(today, day))
        self.column.addWidget(self.trouble)
        across = QHBoxLayout()
        across.setSpacing(SPACE * 2)
        self.whom = WhomList()
        across.addWidget(self.whom)
        self.stack = QStackedWidget()
        self.busy = BusyView()
        self.stack.addWidget(self.preview)
        self.stack.addWidget(self.busy)
        across.addWidget(self.stack, 1)
        self.column.addLayout(across, 1)
        self.what.edited.connect(self._other)
        self.day.edited.connect(self._other)
        self.span.edited.connect(self._other)
        self.reach.edited.connect(self._other)
        self.person.edited.connect(self.make)
        self.with_bookings.edited.connect(self.make)
        self.neutral.edited.connect(self._wording)
        self.whom.edited.connect(self.make)
        self._other()

    def _when(self, today: date, day: date | None) -> QHBoxLayout:
        """Which day or week, and what else a paper asks."""
        row = QHBoxLayout()
        row.setSpacing(SPACE)
        row.addWidget(tool("caret-left", "往前", lambda: self._walk(-1), shortcut="Alt+PgUp"))
        self.day = DayField(today=lambda: today)
        self.day.set_value(day or next_school_day(self.room, today))
        self.day.setAccessibleName("哪一天")
        row.addWidget(self.day)
        row.addWidget(tool("caret-right", "往后", lambda: self._walk(1), shortcut="Alt+PgDown"))
        self.span = Choice(SPANS)
        row.addWidget(self.span)
        self.reach = Choice(REACHES)
        self.reach.set_value("term")
        row.addWidget(self.reach)
        self.days = text("", "strong", wrap=False)
        row.addSpacing(SPACE)
        row.addWidget(self.days)
        row.addStretch(1)
        self.neutral = Check("不写辅导室，只写“到校内找某老师”")
        self.neutral.setChecked(papers.is_neutral(self.room))
        self.with_bookings = Check("印上这一天的预约")
        people = receivers(self.room)
        self.person = Choice(people, as_list=True)
        self.person.setToolTip("谁的日历")
        if self.room.person.id in people:
            self.person.set_value(self.room.person.id)
        for control in (self.neutral, self.with_bookings, self.person):
            row.addWidget(control)
        return row

    # ---- what is asked for

    def between(self) -> tuple[date, date] | None:
        """The first and last day asked for; None while the day cannot be read."""
        day = self.day.value()
        if not isinstance(day, date):
            return None
        if self.what.value() == "calendar" and self.reach.value() == "term":
            term = context(self.room).term_on(day)
            return term.monday(1), term.ends
        if self._weekly():
            return monday_of(day), monday_of(day) + timedelta(days=6)
        return day, day

    def _weekly(self) -> bool:
        what = self.what.value()
        return what in ("door", "calendar") or what in BOTH and self.span.value() == "week"

    def _walk(self, by: int) -> None:
        if isinstance(day := self.day.value(), date):
            self.day.set_value(day + timedelta(days=by * (7 if self._weekly() else 1)))

    def _wording(self) -> None:
        on = self.neutral.value()
        self.shell.attempt(lambda: papers.set_neutral(self.room, on))
        self.make()

    def _other(self) -> None:
        """Another paper or other days."""
        what = self.what.value()
        self.header.set_question(HINTS[what])
        self.span.setVisible(what in BOTH)
        self.reach.setVisible(what == "calendar")
        self.neutral.setVisible(what == "classes")
        self.with_bookings.setVisible(what == "sheet")
        self.person.setVisible(what == "calendar" and len(receivers(self.room)) > 1)
        self.whom.setVisible(what in ("slips", "classes"))
        self.stack.setCurrentWidget(self.busy if what == "calendar" else self.preview)
        self.save_button.setText("存成日历文件" if what == "calendar" else "存成 PDF")
        between = self.between()
        self.trouble.setVisible(between is None)
        if between is None:  # nothing of another day may be printed under a date that cannot be read
            self.trouble.setText(self.day.unreadable)
            self.days.setText("")
            self._asked, self.made = self._asked + 1, None
            self.preview.show_pdf(b"")
            self.whom.show_bookings((), one_day=True, to_class=False)
            return
        first, last = between
        self.days.setText("" if first == last else f"{day_name(first)} — {day_name(last)}")
        if what in ("slips", "classes"):
            done = self.shell.attempt(lambda: papers.choosable(self.room, first, last))
            listed = done.result if done else ()
            self.whom.show_bookings(listed, one_day=first == last, to_class=what == "classes")
        self.make()

    def make(self) -> None:
        """Make the page anew."""
        between = self.between()
        if between is None:
            return
        (first, last), room, what = between, self.room, self.what.value()
        if what == "calendar":
            self._show_calendar(first, last)
            return
        chosen, with_bookings, neutral = self.whom.chosen(), self.with_bookings.value(), self.neutral.value()
        makes: dict[str, Callable[[], Made]] = {
            "list": lambda: sheets.tomorrow(room, first),
            "slips": lambda: papers.booking_slips(room, first, last, chosen=chosen),
            "classes": lambda: papers.class_slips(room, first, last, chosen=chosen, neutral=neutral),
            "door": lambda: papers.door_week(room, first),
            "sheet": lambda: papers.day_sheet(room, first, with_bookings=with_bookings),
        }
        self._asked += 1
        self.shell.run(self, makes[what], done=partial(self._made, self._asked), failed=self.show_trouble)

    def _made(self, asked: int, made: Made) -> None:
        if asked == self._asked:
            self.show_made(made)

    def _show_calendar(self, first: date, last: date) -> None:
        self.trouble.hide()
        done = self.shell.attempt(lambda: ics.listed(self.room, self.person.value() or "", first, last))
        if done:
            self.busy.show_busy(done.result)

    # ---- leaving the room

    def save(self) -> None:
        """The page as a PDF, or the calendar file, where the person wants it."""
        between = self.between()
        if self.what.value() == "calendar" and between is not None:
            self._save_calendar(*between)
            return
        if (made := self.made) is None:
            return
        target = ask.save_file(self, "存成 PDF", f"{made.name}.pdf", "PDF (*.pdf)")
        if target is None:
            return
        target = _ending(target, ".pdf")
        files, folder = {target.name: made.pdf}, target.absolute().parent
        if self.shell.attempt(lambda: self._put(made, files, folder), kinds=("export",)):
            after = "；文件没有加密，用完请删掉" if self.what.value() in NAMED else ""
            self.shell.toast(f"存好了：{target.name}{after}")

    def _put(self, made: Made, files: dict[str, bytes], folder: Path) -> list[Path]:
        """Where children are named on it, with a line in the register of what left."""
        if not made.students:
            return outgoing.put(self.room, files, folder)
        return exports.put(self.room, files, folder, **self._named(made))

    def _named(self, made: Made) -> dict[str, Any]:
        """What the register says of these papers: they are made every day, so nobody is asked each time."""
        what = self.what.value()
        return {"kind": PAPERS[what], "students": made.students, "receiver": TO[what]}

    def _note_paper(self) -> bool:
        """The line in the register, before the printer is given a page."""
        if (made := self.made) is None or not made.students:
            return True
        files = {made.name: made.pdf}
        noted = self.shell.attempt(
            lambda: exports.printed_at_desk(self.room, files, **self._named(made)), kinds=("export",)
        )
        return noted.done

    def _save_calendar(self, first: date, last: date) -> None:
        target = ask.save_file(self, "存成日历文件", f"日程_{first.isoformat()}.ics", "日历文件 (*.ics)")
        if target is None:
            return
        target = _ending(target, ".ics")
        person = self.person.value() or ""
        if self.shell.attempt(lambda: ics.write(self.room, target, person, first, last, local_now(self.room))):
            self.shell.toast(f"存好了：{target.name}；预约改了以后再存一次、再导一次就会更新")


def _ending(target: Path, ending: str) -> Path:
    """The name with its ending, where the person left it out."""
    return target if target.suffix.lower() == ending else target.with_name(target.name + ending)
