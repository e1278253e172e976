"""签字: what a week came to, what stands in the way of signing it, why it fell short; the signature, and what was changed
after it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from psyroom.records.weeks import WHY_SHORT
from psyroom.rules.time import TermSpan
from psyroom.rules.typed import clock, length
from psyroom.services.hours import WeekHours
from psyroom.services.signing import Blocker, Change, WeekState
from psyroom.ui.kit import Card, Row, RowList, Tag, button, link, primary, quiet, text
from psyroom.ui.kit.reasons import ReasonBar, settle
from psyroom.ui.pages.openings_record import more_or_less
from psyroom.ui.tokens import SPACE

MEND = {"duty": "补时间", "visit": "去看来访", "planned": "去确认"}
Coming = tuple[date, int, int]
"""A make-up planned and still to come: day, from, to."""


class SignCard(Card):
    """Calm while nothing can be done. `mend` a blocker, `reason` a code of WHY_SHORT, `sign`, `make_up`, `week`
    the next one without a signature."""

    help_topic = "signing"

    mend = Signal(object)
    reason = Signal(str)
    sign = Signal()
    make_up = Signal()
    week = Signal(int)

    def __init__(self) -> None:
        super().__init__("签字")
        self._week = 0
        self.tag = Tag("", "")
        self.head.addWidget(self.tag, 0, Qt.AlignmentFlag.AlignTop)
        self.figures = text("", "strong", tabular=True)
        self.add(self.figures)
        self.words = text("", "soft")
        self.add(self.words)
        self.short = QWidget()
        row = QHBoxLayout(self.short)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE)
        self.short_words = text("", "")
        row.addWidget(self.short_words, 1)
        self.heal = quiet("补开", self.make_up.emit, small=True, tip="在别的周补开，并记明补的是这一周")
        self.other = button("选原因", self.ask_reason, small=True, shortcut="Ctrl+R")
        row.addWidget(self.other)
        row.addWidget(self.heal)
        self.add(self.short)
        self.why = ReasonBar()
        self.add(self.why)
        self.blockers = RowList(limit=6)
        self.add(self.blockers)
        self.changes = RowList(limit=12)
        self.add(self.changes)
        self.go = button("", self.ask, icon_name="lock-simple", shortcut="Ctrl+Shift+S")
        self.add(self.go)
        self.next = link("", lambda: self.week.emit(self._next))
        self.body.addWidget(self.next, 0, Qt.AlignmentFlag.AlignLeft)
        self._next = 0
        self._confirm()
        self._suggested = ""

    def _confirm(self) -> None:
        """Signing is not undone, so it is asked once more, in its place."""
        self.sure = _Sure(self.not_yet)
        column = QVBoxLayout(self.sure)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE)
        column.addWidget(text("签字后这一周就锁定，签字不能撤销；以后要改，写明更正原因。"))
        row = QHBoxLayout()
        row.setSpacing(SPACE)
        self.yes = primary("签字 ↵", self._yes, small=True)
        row.addWidget(self.yes)
        row.addWidget(quiet("先不签 Esc", self.not_yet, small=True))
        row.addStretch(1)
        column.addLayout(row)
        self.add(self.sure)
        self.sure.hide()

    # ---- what is shown

    def show_week(
        self,
        figures: WeekHours,
        state: WeekState,
        term: TermSpan,
        *,
        may_sign: bool,
        suggested: str,
        planned: Sequence[Coming],
        unsigned: Sequence[int] = (),
    ) -> None:
        """How the week stands. `may_sign`: a counsellor is here; `suggested` reason; make-ups still to come; other weeks
        that wait for a signature."""
        self._week, self._suggested = figures.week, suggested
        if self.heading is not None:
            self.heading.setText(f"第 {figures.week} 周签字")
        kinds = {blocker.kind for blocker in state.blockers}
        self.tag.set(*_tag(state, kinds))
        self.figures.setText(_figures(figures, state))
        self.figures.setVisible("not_over" not in kinds)
        self.words.setText(_words(state, may_sign))
        self.words.setVisible(bool(self.words.text()))
        self._show_short(figures, state, term, planned, over="not_over" not in kinds)
        rows = _grouped(state.blockers) if state.signed is None or state.changes else []
        self.blockers.set_rows([self._blocker(words, first) for words, first in rows])
        self.blockers.setVisible(bool(rows))
        self.changes.set_rows([_change(change) for change in state.corrections])
        self.changes.setVisible(bool(state.corrections))
        self.go.setText(f"更正后再签一次第 {figures.week} 周" if state.signed else f"签字锁定第 {figures.week} 周")
        self.go.setVisible(may_sign and state.can_sign and self.sure.isHidden())
        if not state.can_sign:
            self.sure.hide()
        self._next = next(iter(unsigned), 0)
        self.next.setText(f"还有 {len(unsigned)} 周没签字，去第 {self._next} 周")
        self.next.setVisible(state.signed is not None and may_sign and bool(unsigned))

    def _show_short(
        self, figures: WeekHours, state: WeekState, term: TermSpan, planned: Sequence[Coming], *, over: bool
    ) -> None:
        said = short_words(figures, term, planned) if over or figures.heals else ""
        self.short_words.setText(said)
        self.short.setVisible(bool(said))
        lacking = over and figures.missing > 0
        self.other.setVisible(lacking)
        self.other.setText("改原因" if figures.reason else "选原因")
        if lacking and not figures.reason and "reason" in {b.kind for b in state.blockers}:
            self.short_words.setText(f"{said.rstrip('。')}，请选一个原因。")
        self.heal.setVisible(lacking and figures.missing > figures.healed)

    def _blocker(self, words: str, blocker: Blocker) -> Row:
        what, _, more = words.partition("，")
        mend = MEND.get(blocker.kind)
        action = (mend, lambda: self.mend.emit(blocker)) if mend else None
        return Row(what, more, stripe="amber", action=action, whole=True)

    # ---- hands

    def ask(self) -> None:
        """Once more, with the keyboard on yes."""
        self.sure.show()
        settle(self.sure)
        self.yes.setFocus()
        self.go.hide()

    def not_yet(self) -> None:
        self.go.show()
        self.go.setFocus()
        self.sure.hide()

    def _yes(self) -> None:
        self.sign.emit()
        if not self.next.isHidden():
            self.next.setFocus()
        self.sure.hide()

    def ask_reason(self) -> None:
        """The fixed list, the likely one first."""
        self.why.ask(
            f"第 {self._week} 周为什么没有开够？", WHY_SHORT, self.reason.emit, first=self._suggested, back=self.other
        )


class _Sure(QWidget):
    def __init__(self, give_up: Callable[[], object]) -> None:
        super().__init__()
        self._give_up = give_up

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self._give_up()
        else:
            super().keyPressEvent(event)


def _tag(state: WeekState, kinds: set[str]) -> tuple[str, str]:
    if state.signed is not None:
        return ("签字后有更正", "amber") if state.changes else ("已签字", "good")
    if "not_over" in kinds:
        return ("还没结束", "")
    return ("可以签字", "accent") if state.can_sign else ("还有事没做完", "amber")


def _figures(figures: WeekHours, state: WeekState) -> str:
    said = f"课外 {length(state.outside_now)}，全部 {length(state.open_now)}"
    return f"{said}，目标 {length(figures.target_minutes)}" if figures.target_minutes else said


def _words(state: WeekState, may_sign: bool) -> str:
    if state.signed is not None:
        words = f"{state.signed.name}于 {state.signed.at} 签字"
        if state.changes:
            words += f"，签字时课外 {length(state.signed.outside)}、全部 {length(state.signed.open)}"
        words += "。"
        if len(state.signatures) > 1:
            first = state.signatures[0]
            words += f"第一次由{first.name}于 {first.at} 签字，课外 {length(first.outside)}。"
        return words
    waits = next((b.words for b in state.blockers if b.kind in ("not_over", "no_week")), "")
    return waits or ("" if may_sign else "确认完以后，由心理教师签字。")


def _grouped(blockers: Sequence[Blocker]) -> list[tuple[str, Blocker]]:
    """Planned stretches nobody has spoken of make one line; what only time mends is none, the reason has its own."""
    shown = [b for b in blockers if b.kind in MEND]
    planned = [b for b in shown if b.kind == "planned"]
    found = [(b.words, b) for b in shown if b.kind != "planned"]
    if len(planned) == 1:
        found.insert(0, (planned[0].words, planned[0]))
    elif planned:
        found.insert(0, (f"{len(planned)} 段计划还没有记录，开了请确认，没开请划掉。", planned[0]))
    return found


def short_words(figures: WeekHours, term: TermSpan, planned: Sequence[Coming]) -> str:
    """差 2 小时（考试），已在第 7 周补 2 小时。其中 40 分补第 5 周。"""
    words = ""
    if figures.missing:
        words = f"差 {length(figures.missing)}" + (f"（{WHY_SHORT[figures.reason]}）" if figures.reason else "")
        healed: dict[int, int] = {}
        for day, minutes in figures.healed_on:
            week = term.week_of(day) or 0
            healed[week] = healed.get(week, 0) + minutes
        words += "".join(
            f"，已在{f'第 {week} 周' if week else '学期外'}补 {length(minutes)}" for week, minutes in healed.items()
        )
        for day, starts, ends in planned:
            words += f"，{day.month}月{day.day}日 {clock(starts)} 计划补 {length(ends - starts)}"
        words += "。"
    for monday, minutes in figures.heals:
        week_no = term.week_of(monday)
        words += (
            f"其中 {length(minutes)} 补{f'第 {week_no} 周' if week_no else f'{monday.month}月{monday.day}日那一周'}。"
        )
    return words


def _change(change: Change) -> Row:
    parts = [change.why_words, change.name, change.at[5:] if change.at else ""]
    more = (
        f"课外 {more_or_less(change.outside)}"
        if change.outside
        else f"全部 {more_or_less(change.open)}"
        if change.open
        else ""
    )
    return Row(change.words, " · ".join(p for p in (more, *parts) if p), stripe="amber", tags=[("更正", "amber")])
