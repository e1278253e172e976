"""The duty rota of a month: proposed, put right by a key, saved in one go; substitutions with their reason; who has how much."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QResizeEvent, QShortcut, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from psyroom.rules.plan import Turn
from psyroom.rules.typed import span
from psyroom.services import drafts, rota
from psyroom.services.rota import RotaSlot
from psyroom.services.school import context
from psyroom.store.room import Room
from psyroom.ui import tokens
from psyroom.ui.kit import (
    Card,
    EmptyState,
    PageHeader,
    Row,
    RowList,
    SideSheet,
    button,
    day_words,
    primary,
    scrolled,
    text,
    tool,
)
from psyroom.ui.pages.rota_change import Changing
from psyroom.ui.pages.rota_grid import Spot
from psyroom.ui.pages.rota_print import RotaPreview
from psyroom.ui.pages.rota_side import Part, Shares, Taking
from psyroom.ui.pages.rota_words import proposed_words, turn_words
from psyroom.ui.tokens import SPACE
from psyroom.ui.window import Shell

FORM = "rota"
EDGE = (SPACE * 4, SPACE * 3, SPACE * 4, SPACE * 3)
NARROW, SIDE = 860, 330  # pixels at 100 %
KEYS = "方向键走动 · 数字或姓名首字母换人 · Delete 清空 · Enter 代班、对调 · 拖动两次互换"


class Browse(QWidget):
    """The month with its side sheet."""

    def __init__(self, sheet: SideSheet) -> None:
        super().__init__()
        across = QHBoxLayout(self)
        across.setContentsMargins(0, 0, 0, 0)
        across.setSpacing(0)
        self.main = QWidget()
        across.addWidget(self.main, 1)
        across.addWidget(sheet)


class Rota(Changing):
    """One month in the opening page's place; `back` returns to it."""

    help_topic = "rota"
    margins_here = (0, 0, 0, 0)  # its side sheet reaches to the window's edge

    def __init__(self, room: Room, shell: Shell, day: date, back: Callable[[], object]) -> None:
        super().__init__(room, shell)
        self._back = back
        self._at = day.replace(day=1)
        self._pending: dict[str, str] = {}
        self._out: set[str] = set()
        self._cannot: dict[str, list[int]] = {}
        self._behind = self._narrow = False
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        self.stack = QStackedWidget()
        whole.addWidget(self.stack)
        self.browse = Browse(self.sheet)
        self.stack.addWidget(self.browse)
        self.sheet.closed.connect(self._alone)
        column = QVBoxLayout(self.browse.main)
        column.setContentsMargins(*EDGE)
        column.setSpacing(SPACE)
        self.header = self._header()
        column.addWidget(self.header)
        column.addLayout(self._months())
        body = QHBoxLayout()
        body.setSpacing(SPACE * 2)
        body.addLayout(self._left(), 1)
        self.beside = self._right()
        body.addWidget(self.beside)
        column.addLayout(body, 1)
        keys = QShortcut(QKeySequence("Ctrl+S"), self.browse.main)
        keys.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        keys.activated.connect(self.save)
        self._load()
        self.notice.setVisible(bool(self._pending))

    # ---- building -------------------------------------------------------------------------------------------------

    def _header(self) -> PageHeader:
        self.save_button = primary("保存", self.save, icon_name="check", tip="保存（Ctrl+S）")
        made = PageHeader(
            "值班表",
            "这个月每一次开放由谁值班？",
            button("返回", self.leave, icon_name="caret-left", shortcut="Esc"),
            button("打印", self.print, icon_name="printer", shortcut="Ctrl+P"),
        )
        if self._plans:
            made.add(button("谁来值", self.choose, icon_name="users", shortcut="Ctrl+G"))
            made.add(button("自动排班", self.propose, icon_name="magic-wand", shortcut="Ctrl+J"))
            made.add(self.save_button)
        return made

    def _months(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(SPACE // 2)
        row.addWidget(tool("caret-left", "上个月（PageUp）", lambda: self.turn(-1)))
        self.name = text("", "heading", wrap=False, tabular=True)
        row.addWidget(self.name)
        row.addWidget(tool("caret-right", "下个月（PageDown）", lambda: self.turn(1)))
        row.addSpacing(SPACE)
        row.addWidget(button("本月", self.to_now, small=True))
        row.addStretch(1)
        self.state = text("", "soft", wrap=False)
        row.addWidget(self.state)
        return row

    def _left(self) -> QVBoxLayout:
        column = QVBoxLayout()
        column.setSpacing(SPACE)
        self.notice = text("上次没有保存的排班放回来了，虚线框的就是；Ctrl+S 保存。", "warning")
        self.notice.hide()
        column.addWidget(self.notice)
        self.grid.put.connect(self.put)
        self.grid.opened.connect(self.open_turn)
        self.grid.exchanged.connect(self.exchange)
        self.grid.walked.connect(self._say)
        self.grid.turned.connect(self.turn)
        self.grid.doubted.connect(self._doubt)
        under = QWidget()
        self.under = QVBoxLayout(under)
        self.under.setContentsMargins(0, 0, 0, 0)
        self.under.setSpacing(SPACE)
        self.under.addWidget(self.grid, 1)
        self.area = scrolled(under)
        column.addWidget(self.area, 1)
        self.empty = EmptyState(
            "calendar-blank",
            "这个月没有计划开放的时间",
            "值班表按“每周固定时段”来排。先在“值班开放”里添上固定时段，想轮流值的时段把值班教师留空。",
        )
        column.addWidget(self.empty, 1)
        self.detail = text("", "strong")
        self.detail.setMinimumHeight(self.detail.sizeHint().height())
        column.addWidget(self.detail)
        self.keys = text(KEYS if self._plans else "方向键走动 · Enter 代班或对调（自己的，或替别人）", "small")
        column.addWidget(self.keys)
        return column

    def _right(self) -> QWidget:
        self.side = holder = QWidget()
        column = QVBoxLayout(holder)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE)
        fair = Card("各人值了多少", "浅色是本学期计划，深色是已经值的。")
        self.shares = Shares()
        self.shares.picked.connect(self._pick)
        fair.add(self.shares)
        column.addWidget(fair)
        self.stale = Card("这些排班不再算数", "开放计划改过，那时不开门了。", tone="amber")
        self.stale_rows = RowList(limit=12)
        self.stale.add(self.stale_rows)
        self.stale_gone = button("都去掉", self.remove_stale, icon_name="trash", small=True)
        self.stale.body.addWidget(self.stale_gone, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self.stale)
        self.side_room = QVBoxLayout()
        self.side_room.addWidget(holder)
        self.side_room.addStretch(1)
        frame = QWidget()
        frame.setLayout(self.side_room)
        self.side_room.setContentsMargins(0, 0, 0, 0)
        area = scrolled(frame)
        area.setFixedWidth(tokens.now().px(SIDE))
        return area

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Where there is no room for the hours beside the month they stand under it: large text on a small screen."""
        super().resizeEvent(event)
        narrow = event.size().width() - EDGE[0] - EDGE[2] < tokens.now().px(NARROW)
        self.beside.setFixedWidth(tokens.now().px(SIDE))
        if narrow != self._narrow:
            self._narrow = narrow
            (self.under if narrow else self.side_room).insertWidget(1 if narrow else 0, self.side)
            self.beside.setVisible(not narrow and not self.sheet.isVisible())

    # ---- what is shown ---------------------------------------------------------------------------------------------

    def refresh(self, kinds: set[str]) -> None:
        """The plan, the rota, people, appointments or the log changed."""
        self._behind = True
        if self.isVisible():
            self._load()

    def _load(self) -> None:
        self._behind = False
        year, month = self._at.year, self._at.month
        school = context(self.room)
        self.month = rota.month(self.room, year, month)
        self._term = school.term_on(self.month.last)
        self._fair = rota.fairness(self.room, self._term)
        kept = drafts.load(self.room, FORM, self._about) if self._plans else None
        known = {key for key, _ in self._keyed()}
        self._pending = {k: p for k, p in ((kept or {}).get("turns") or {}).items() if k in known}
        self.name.setText(f"{year} 年 {month} 月")
        self.stale.setVisible(bool(self.month.stale))
        self.stale_rows.set_rows([Row(f"{day_words(s.turn.day)[5:]} {span(s.turn.starts, s.turn.ends)}", s.name) for s in self.month.stale])  # fmt: skip
        self.stale_gone.setVisible(self._plans)
        self._show()

    @property
    def _about(self) -> str:
        return f"{self._at.year}-{self._at.month:02d}"

    def _keyed(self) -> list[tuple[str, RotaSlot]]:
        """Every turn with a name that stays while it is not saved: its hours, and which of several at once it is."""
        found: list[tuple[str, RotaSlot]] = []
        for slot in self.month.slots:
            t = slot.turn
            same = f"{t.day.isoformat()} {t.starts} {t.ends} {t.place}"
            found.append((f"{same} {sum(key.startswith(same + ' ') for key, _ in found)}", slot))
        return found

    def _turn_now(self, key: str, slot: RotaSlot) -> Turn:
        if key not in self._pending:
            return slot.turn
        return replace(slot.turn, person=self._pending[key], instead_of="", why="")

    def _show(self) -> None:
        names, today = dict(self.month.people), self.room.today()
        keyed = self._keyed()
        now = {key: self._turn_now(key, slot) for key, slot in keyed}
        spots = []
        for key, slot in keyed:
            turn = now[key]
            problems = slot.problems
            if self._pending:
                problems = self.month.against(turn, [t for t in now.values() if t.day == turn.day])
            name = slot.name if key not in self._pending else names.get(turn.person, "")
            changed = key in self._pending
            words = turn_words(slot, turn, name, changed, problems)
            mine, past = turn.person == self.room.person.id, turn.day < today
            spots.append(Spot(turn.day, slot, turn.person, name, changed, () if past else problems, words, mine, past))
        self.spots_keys = [key for key, _ in keyed]
        self.area.setVisible(bool(spots))
        self.empty.setVisible(not spots)
        self.detail.setVisible(bool(spots))
        self.keys.setVisible(bool(spots))
        self.grid.show_month(self.month.days, spots, self.month.people, today)
        self._show_parts(spots)
        self._show_state(spots)

    def _show_parts(self, spots: list[Spot]) -> None:
        within = self._term.monday(1) <= self.month.first <= self._term.ends
        order = [p for p, _ in self.month.people]
        parts = []
        for share in sorted(self._fair, key=lambda s: order.index(s.person) if s.person in order else len(order)):
            mine = [s for s in spots if s.person == share.person]
            minutes = sum(s.slot.minutes for s in mine)
            planned = share.planned + (minutes - self.month.minutes.get(share.person, 0) if within else 0)
            parts.append(Part(share.person, share.name, len(mine), minutes, max(planned, 0), share.actual))
        self.shares.set_parts(parts)

    def _show_state(self, spots: list[Spot]) -> None:
        empty = sum(not s.person and not s.past for s in spots)
        doubtful = sum(bool(s.problems) for s in spots)
        said = [f"{empty} 次还没有人" if empty else "", f"{doubtful} 次有冲突" if doubtful else ""]
        said.append(f"{len(self._pending)} 处改动还没有保存" if self._pending else "")
        words = " · ".join(part for part in said if part)
        self.state.setText(words or ("都排好了" if any(not s.past for s in spots) else ""))
        self.save_button.setEnabled(bool(self._pending))

    def _say(self, at: int) -> None:
        if 0 <= at < len(self.grid.spots):
            self.detail.setText(self.grid.spots[at].words)
            box = self.grid.boxes()[at].toRect()
            self.area.ensureVisible(box.center().x(), box.center().y(), 10, box.height() * 2)

    def _doubt(self, typed: str, names: list[str]) -> None:
        self.detail.setText(f"“{typed}”：{'、'.join(names)}，请接着打，或用数字")

    def _alone(self) -> None:
        """The side sheet was shut: the hours stand beside the month again."""
        self.beside.setVisible(not self._narrow)
        self.header.question.show()
        self.grid.setFocus()

    # ---- walking ---------------------------------------------------------------------------------------------------

    def turn(self, by: int) -> None:
        """So many months on; what was not saved is kept as a draft."""
        month = self._at.month - 1 + by
        self._go(date(self._at.year + month // 12, month % 12 + 1, 1))

    def to_now(self) -> None:
        self._go(self.room.today().replace(day=1))

    def _go(self, first: date) -> None:
        self.sheet.shut()
        self._at = first
        self._load()
        self.notice.setVisible(bool(self._pending))
        self.grid.setFocus()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._behind:
            self._load()
        self.grid.setFocus()

    def leave(self) -> None:
        """Esc: the side sheet first, then the rota; the draft stays."""
        if self.sheet.isVisible():
            self.sheet.shut()
        else:
            self._back()

    def print(self) -> None:
        """The paper shows what is saved."""
        if self._pending:
            self.shell.toast("纸上印的是已保存的；还有改动没有保存。")
        self.sheet.shut()
        page = RotaPreview(self.room, self.shell, self._at.year, self._at.month, self._from_paper)
        page.setContentsMargins(*EDGE)
        self.stack.addWidget(page)
        self.stack.setCurrentWidget(page)

    def _from_paper(self) -> None:
        page = self.stack.currentWidget()
        self.stack.setCurrentWidget(self.browse)
        self.stack.removeWidget(page)
        page.deleteLater()
        self.grid.setFocus()

    # ---- planning --------------------------------------------------------------------------------------------------

    def put(self, at: int, person: str) -> None:
        """A person onto a turn, not yet saved; onto one that is somebody's by the weekly plan, as a substitution."""
        spot, key = self.grid.spots[at], self.spots_keys[at]
        if not self._plans or spot.slot.fixed:
            if person and person != spot.person:
                self.open_turn(at, person)
            return
        self._set(key, spot.slot, person)
        self._changed()
        if person and not spot.person:  # on to the next that nobody keeps
            following = [n for n, s in enumerate(self.grid.spots) if n > at and not s.person]
            if following:
                self.grid.go(following[0])

    def _set(self, key: str, slot: RotaSlot, person: str) -> None:
        self._pending.pop(key, None)
        if person != slot.turn.person:
            self._pending[key] = person

    def _changed(self) -> None:
        if self._pending:
            drafts.save(self.room, FORM, self._about, {"turns": self._pending})
        else:
            drafts.discard(self.room, FORM, self._about)
        self.notice.hide()
        self._show()

    def _pick(self, person: str) -> None:
        if self.grid.at >= 0:
            self.put(self.grid.at, person)
            self.grid.setFocus()

    def exchange(self, one: int, other: int) -> None:
        """Two turns change their people: planned ones before saving, others as a swap that is written down."""
        spots = self.grid.spots
        first, second = spots[one], spots[other]
        if self._plans and not first.slot.fixed and not second.slot.fixed:
            self._set(self.spots_keys[one], first.slot, second.person)
            self._set(self.spots_keys[other], second.slot, first.person)
            self._changed()
        elif second.person and not first.changed and not second.changed:
            self._do(partial(rota.swap, self.room, first.slot.turn, second.slot.turn), "已对调")

    def choose(self) -> None:
        """Who takes part in the proposal, and when not."""
        weekdays = sorted({slot.turn.day.isoweekday() for slot in self.month.slots}) or [1, 2, 3, 4, 5]
        body = Taking(self.month.people, weekdays, self._cannot, self._out)

        def go() -> None:
            self._out, self._cannot = body.out(), body.days()
            afresh = body.afresh.value()
            self.sheet.shut()
            self.propose(afresh=afresh)

        self._open("自动排班", body, save=go, save_words="排一排")

    def propose(self, *, afresh: bool = False) -> None:
        """Fill what nobody keeps, fairly; shown, not saved."""
        people = [p for p, _ in self.month.people if p not in self._out]
        as_if = [self._turn_now(key, slot) for key, slot in self._keyed() if key in self._pending]
        done = self.shell.attempt(
            lambda: rota.propose(
                self.room, self.month.first, self.month.last,
                people=people or [""], cannot=self._cannot, afresh=afresh, as_if=[] if afresh else as_if,
            )
        )  # fmt: skip
        if not done:
            return
        made: rota.Proposal = done.result
        left = list(made.turns)
        for key, slot in self._keyed():
            found = next((t for t in left if replace(t, person="") == replace(slot.turn, person="")), None)
            if found is not None and (afresh or key not in self._pending or not self._pending[key]):
                left.remove(found)
                self._set(key, slot, found.person)
        self._changed()
        self.shell.toast(proposed_words(len(made.turns), len(made.nobody), self.month.last < self.room.today()))
        self.grid.setFocus()

    def save(self) -> None:
        """Everything changed, in one deed."""
        if not self._plans or not self._pending:
            return
        turns = [self._turn_now(key, slot) for key, slot in self._keyed() if key in self._pending]
        about = self._about
        pending, self._pending = self._pending, {}
        kept = drafts.load(self.room, FORM, about)
        drafts.discard(self.room, FORM, about)  # else the deed's own refresh would put it back
        if not self._do(lambda: rota.save(self.room, turns), f"排班已保存，共 {len(turns)} 次"):
            self._pending = pending
            drafts.save(self.room, FORM, about, kept or {"turns": pending})
            self._show()

    def remove_stale(self) -> None:
        gone = [slot.turn.id for slot in self.month.stale]
        self._do(lambda: rota.remove(self.room, gone), "已去掉")
