"""The waiting list at the side of 预约: who waits, the best times of one, and whom a freed time suits."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from functools import partial
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent

from psyroom.rules.booking import Free
from psyroom.rules.time import day_name
from psyroom.rules.typed import span
from psyroom.rules.waiting import Window
from psyroom.services import drafts, waiting
from psyroom.services import school as schools
from psyroom.services.waiting import FORM, Waits
from psyroom.store.room import Room
from psyroom.ui.kit import Card, EmptyState, Row, RowList, SideSheet, button, link, primary, quiet, rule, text
from psyroom.ui.pages.bookings_entry import EntryCard
from psyroom.ui.pages.bookings_event import EventCard
from psyroom.ui.pages.waiting_form import WaitingForm
from psyroom.ui.pages.waiting_offers import KINDS, Offers, Side, StillWaits, waited
from psyroom.ui.window import Shell

SHOWN = 200
HELD = ("client", "student", "name", "person", "minutes", "channel", "way", "expires")


class WaitingDesk(QObject):
    """Everything of the waiting list that opens in a page's side sheet. `booked` tells the page where to look."""

    booked = Signal(object, int, int, str)  # day, starts, ends, booking

    def __init__(self, room: Room, shell: Shell, sheet: SideSheet, now: Callable[[], datetime]) -> None:
        super().__init__(sheet)
        self.room, self.shell, self.sheet, self.now = room, shell, sheet, now
        self.form: WaitingForm | None = None

    # ---- reading

    def count(self) -> int:
        """How many wait."""
        return waiting.count(self.room)

    def show(self, at: str = "") -> None:
        """The list; the keyboard on the entry `at`, else on the first."""
        panel = WaitingPanel(self)
        self.sheet.open("候补名单", panel)
        panel.stand_on(at)

    def open(self, waiting_id: str) -> None:
        """One entry and its best times."""
        entry = waiting.entry(self.room, waiting_id, self.now())
        if entry is None:
            self.show()
        else:
            self.sheet.open(entry.who, TimesOf(self, entry))

    def offer(self, freed: Free, *, also_nobody: bool = False) -> bool:
        """Whom a free time suits; False, and nothing is shown, where it suits nobody (unless `also_nobody`)."""
        if not also_nobody and not waiting.matches(self.room, freed, self.now()):
            return False
        self.sheet.open("谁可以来？", self._offers(freed))
        return True

    def freed(self, free: Free, card: EntryCard | EventCard | None) -> None:
        """A time is open again: whom it suits stands under the card that freed it, else at the side; nothing where it suits
        nobody. Who did not come is asked after first, so the keyboard then stays with the card."""
        if card is None:
            self.offer(free)
            return
        offers = self._offers(free, under=True)
        if not offers.found:
            offers.deleteLater()
            return
        card.column.addWidget(rule())
        card.column.addWidget(offers)
        if card.entry.outcome != "no_show":
            offers.focus_first()

    def _offers(self, free: Free, *, under: bool = False) -> Offers:
        made = Offers(self.room, self.shell, self.now, free, under=under)
        made.booked.connect(self.booked)
        made.declined.connect(self.sheet.shut)
        return made

    def who(self, day: date, starts: int, ends: int, person: str) -> None:
        """Whom the free time about these hours suits; a word where the counsellor is taken."""
        free = waiting.free_around(self.room, day, starts, ends, person, self.now())
        if free is None:
            self.shell.toast("这个时间已经有安排了，请把光标移到空白处")
        else:
            self.offer(free, also_nobody=True)

    def after_booking(self, student: str) -> bool:
        """A student was booked by the ordinary form: an entry on the list may come off. False where there is none."""
        left = waiting.of_student(self.room, student, self.now()) if student else []
        if left:
            still = StillWaits(self.room, self.shell, self.now, left[0])
            still.done.connect(self.sheet.shut)
            self.sheet.open(left[0].who, still)
        return bool(left)

    # ---- the form

    def add(self) -> None:
        """Somebody new; what was typed before and not saved is still there."""
        kept = drafts.load(self.room, FORM)
        self._begin("加入候补", "", dict(kept or {}), "接着上次没有填完的候补" if kept else "")

    def edit(self, waiting_id: str) -> None:
        """Change an entry."""
        entry = waiting.entry(self.room, waiting_id, self.now())
        if entry is None:
            self.show()
            return
        kept = drafts.load(self.room, FORM, waiting_id)
        values: dict[str, Any] = {name: getattr(entry, name) for name in HELD}
        values["windows"] = [(w.weekday, w.starts, w.ends) for w in entry.windows]
        notice = "有没保存的修改，已经填上" if kept else ""
        self._begin(f"改候补：{entry.who}", waiting_id, {**values, **(kept or {})}, notice)

    def _begin(self, title: str, waiting_id: str, values: dict[str, Any], notice: str) -> None:
        form = WaitingForm(self.room, self.now, waiting_id)
        windows = [Window(*(int(n) for n in w)) for w in values.pop("windows", None) or ()]
        form.fill(values, windows)
        if notice:
            form.notice(notice, self._forget, "放弃修改" if waiting_id else "清空")
        self.form = form
        back = quiet("回到名单", lambda: self.show(waiting_id))
        self.sheet.open(title, form, save=self.save, save_words="保存候补", others=(back,))

    def _forget(self) -> None:
        if self.form is not None:
            about = self.form.waiting_id
            self.form.forget()
            self.form = None
            drafts.discard(self.room, FORM, about)
            if about:
                self.edit(about)
            else:
                self.add()

    def save(self) -> None:
        """Put on the list, or change; then the entry with its best times."""
        form = self.form
        if form is None:
            return
        form.clear_problems()
        windows = form.windows()
        if windows is None:
            return
        values = {k: v for k, v in form.values().items() if v is not None}
        about, now = form.waiting_id, self.now()
        if about:
            done = self.shell.attempt(
                lambda: waiting.change(self.room, about, values, windows, now), form=form, kinds=KINDS
            )
        else:
            done = self.shell.attempt(lambda: waiting.add(self.room, values, windows, now), form=form, kinds=KINDS)
        if done:
            form.forget()
            self.form = None
            self.shell.toast("候补已保存", undo=True)
            self.open(about or done.result)


class WaitingPanel(Side):
    """Everybody who waits; Enter on a line shows its best times."""

    def __init__(self, desk: WaitingDesk) -> None:
        super().__init__(desk.room, desk.shell, desk.now)
        self.desk = desk
        self.asked, self.list = RowList(), RowList()
        self.refresh()

    def refresh(self) -> None:
        entries = waiting.listed(self.room, self.now())
        at = next((line.row.key for line in self.lines() if line.hasFocus()), "")
        self.clear()
        add = primary("加入候补", self.desk.add, icon_name="plus", tip="加入候补（A）")
        if not entries:
            words = "约满时记下谁想来、什么时间合适；有空位时，程序说出最合适的三位。"
            self.column.addWidget(EmptyState("hourglass-medium", "没有人在等", words, add, width=280))
            return
        self.row(add, text(f"{len(entries)} 人在等", "soft", wrap=False))
        self.column.addWidget(text("上下键选人，回车找时间，A 加入", "small"))
        if expired := [e for e in entries if e.expired]:
            self.column.addWidget(text("还等吗？", "heading"))
            self.column.addWidget(text("过了说好的日期，问一问再决定。", "soft"))
            self.asked = RowList([self._question(e) for e in expired], limit=SHOWN)
            self.column.addWidget(self.asked)
            self.column.addWidget(rule())
        self.list = RowList([self._line(e) for e in entries if not e.expired], limit=SHOWN)
        self.column.addWidget(self.list)
        if at:
            self.stand_on(str(at))

    def clear(self) -> None:
        super().clear()
        self.asked, self.list = RowList(), RowList()

    def lines(self) -> list[Any]:
        """Every line shown."""
        return [*self.asked.rows(), *self.list.rows()]

    def stand_on(self, waiting_id: str) -> None:
        """The keyboard on the line of an entry, else on the first one."""
        found = next((line for line in self.lines() if line.row.key == waiting_id), None)
        if found is not None:
            found.setFocus()
        else:
            self.focus_first()

    def _line(self, entry: Waits) -> Row:
        wanted = [f"想约{entry.person_name}"] if entry.person_name else []
        until = f"至\u00a0{entry.expires.month}/{entry.expires.day}"  # where, and under it for how long
        return Row(
            " · ".join(part for part in (entry.who, entry.class_name) if part),
            " · ".join([entry.suits, *wanted]) + f"\n{waited(entry)} · {until}",
            stripe="amber" if entry.first else "accent",
            tags=[("优先", "amber")] if entry.first else (),
            action=("找时间", partial(self.desk.open, entry.id)),
            open=partial(self.desk.open, entry.id),
            key=entry.id,
            whole=True,
        )

    def _question(self, entry: Waits) -> Row:
        return Row(
            " · ".join(part for part in (entry.who, entry.class_name) if part),
            f"{waited(entry)}，说好到 {entry.expires.month}/{entry.expires.day}",
            stripe="amber",
            action=("还等", partial(self.renew, entry.id)),
            more=[("不等了", partial(self.withdraw, entry.id))],
            key=entry.id,
            whole=True,
        )

    def renew(self, waiting_id: str) -> None:
        self.do(lambda: waiting.renew(self.room, waiting_id, self.now()))

    def withdraw(self, waiting_id: str) -> None:
        self.do(lambda: waiting.withdraw(self.room, waiting_id))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_A and not event.modifiers():
            self.desk.add()
        else:
            super().keyPressEvent(event)


class TimesOf(Side):
    """One who waits: the three best free times, each booked by its number."""

    def __init__(self, desk: WaitingDesk, entry: Waits) -> None:
        super().__init__(desk.room, desk.shell, desk.now)
        self.desk, self.entry = desk, entry
        self.booked.connect(desk.booked)
        self.refresh()

    def refresh(self) -> None:
        entry = waiting.entry(self.room, self.entry.id, self.now())
        self.clear()
        self.row(link("候补名单", self.back, icon_name="caret-left", tip="回到名单（退格）"))
        if entry is None:
            self.column.addWidget(text("已经不在候补名单上了。", "soft"))
            return
        self.entry = entry
        parts = ["优先"] if entry.first else []
        parts += [p for p in (entry.class_name, waited(entry), f"要 {entry.minutes} 分钟") if p]
        self.column.addWidget(text(" · ".join(parts), "soft"))
        wanted = f"，想约{entry.person_name}" if entry.person_name else ""
        self.column.addWidget(text(entry.suits + wanted, "lead"))
        if entry.expired:
            self.column.addWidget(text("说好的日期过了，还等吗？", "warning"))
            self.row(button("还等", self.renew, small=True))
        self._times(entry)
        self.column.addWidget(rule())
        self.row(
            button(
                "改候补", lambda: self.desk.edit(entry.id), icon_name="pencil-simple", small=True, tip="改候补（E）"
            ),
            button("不等了", self.withdraw, small=True),
        )
        if self.room.has_cases:
            words = "取消优先" if entry.first else "设为优先"
            self.row(link(words, lambda: self.set_first(not entry.first), icon_name="star"))
        self.focus_first()

    def _times(self, entry: Waits) -> None:
        found = waiting.times(self.room, entry.id, self.now())
        if not found:
            card = Card(tone="sunken")
            card.add(text("两周内没有合适的空位", "heading"))
            card.add(text("可以改一改合适的时间，或换一位老师，也可以在“值班开放”里加开。", "soft"))
            self.column.addWidget(card)
            return
        self.column.addWidget(text("最合适的空位，按数字就约上：", "soft"))
        self.choices = [partial(self.take, entry, free) for free in found]
        self.column.addWidget(RowList([self._row(free, n, self.choices[n]) for n, free in enumerate(found)]))

    def _row(self, free: Free, at: int, do: Callable[[], object]) -> Row:
        school = schools.context(self.room)
        where: Sequence[str] = (school.people.get(free.person, ""), school.places.get(free.place, ""))
        detail = [*where, *(["这时有课，要先说好"] if free.soft else [])]
        return Row(
            f"{day_name(free.day)}  {span(free.starts, free.ends)}",
            " · ".join(part for part in detail if part),
            lead=str(at + 1),
            stripe="amber" if free.soft else "good",
            action=("约上", do),
            open=do,
            whole=True,
        )

    def back(self) -> None:
        self.desk.show(self.entry.id)

    def renew(self) -> None:
        self.do(lambda: waiting.renew(self.room, self.entry.id, self.now()))

    def withdraw(self) -> None:
        if self.do(lambda: waiting.withdraw(self.room, self.entry.id)):
            self.desk.show()

    def set_first(self, first: bool) -> None:
        self.do(lambda: waiting.set_first(self.room, self.entry.id, first), "已设为优先" if first else "不再优先")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Backspace:
            self.back()
        elif event.key() == Qt.Key.Key_E and not event.modifiers():
            self.desk.edit(self.entry.id)
        else:
            super().keyPressEvent(event)
