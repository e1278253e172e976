"""The right of 方案: a student's plan to read, with what may be done about it; or that there is none yet."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from psyroom.records.care import PARTS, PLAN_KINDS, REACHED, PlanFields
from psyroom.records.fields import label_of
from psyroom.rules import plans as rules
from psyroom.rules.time import day_name, short_day
from psyroom.services import roll
from psyroom.services.plans import PlanLine, PlanSeen, StepSeen
from psyroom.store.room import Room
from psyroom.ui.kit import Card, EmptyState, Tag, button, link, primary, rule, scrolled, text
from psyroom.ui.kit.flow import Flow, Tall
from psyroom.ui.kit.reading import Reading
from psyroom.ui.pages.plans_parts import state_words, tone_of
from psyroom.ui.pages.settings_base import InPlace, Place
from psyroom.ui.tokens import SPACE

Act = tuple[str, str, str, str]
"""What it is called, what the page is asked for, its key, its icon."""
EDIT: Act = ("修改", "edit", "F2", "pencil-simple")
REVIEW: Act = ("回顾", "review", "Alt+R", "calendar-check")
VERSION: Act = ("新版本", "new_version", "Alt+N", "copy")
COMPARE: Act = ("历次版本", "versions", "Alt+H", "clock-counter-clockwise")
PAPER: Act = ("打印、导出", "paper", "Ctrl+P", "printer")
REMOVE: Act = ("移到回收站", "remove", "Ctrl+Del", "trash")
TONES = {"yes": "good", "partly": "sky", "no": "amber"}


class PlanReader(QWidget):
    """`wanted` names an act on the plan shown; `student_wanted`; `left` at Esc. The arrows scroll."""

    help_topic = "plans"
    wanted = Signal(str)
    student_wanted = Signal(str)
    left = Signal()

    def __init__(self, room: Room, now: Callable[[], datetime]) -> None:
        super().__init__()
        self.room, self.now = room, now
        self.plan: PlanSeen | None = None
        self.student = ""
        self.place = Place()
        self.first: QWidget | None = None
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._shown: QWidget | None = None

    def show_student(self, student: str, plan: PlanSeen | None, line: PlanLine | None) -> None:
        """A student's plan; `line` says how it stands, None where the student is not on the list."""
        self.student, self.plan = student, plan
        if plan is None:
            self._show_none(student)
            return
        page = Tall()
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, SPACE, SPACE)
        column.setSpacing(SPACE * 2)
        head = Card(pad=3)
        self._head(head, plan, line)
        column.addWidget(head)
        column.addWidget(self._parts(plan))
        column.addWidget(self._steps(plan))
        if plan.reviews or plan.fields.summary:
            column.addWidget(self._reviews(plan))
        column.addStretch(1)
        area = scrolled(page)
        area.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        area.setAccessibleName("方案")
        self._put(area)

    def _show_none(self, student: str) -> None:
        entry = roll.entry(self.room, student)
        begin = primary("写方案", partial(self.wanted.emit, "edit"), icon_name="plus", shortcut="F2")
        self.first = begin
        words = "五部分：现状、困难问题、学业规划、成长建议、升学路径。旁边有按困难类型写的问法，一条条挑着用。"
        self._put(EmptyState("path", f"{entry.name}（{entry.class_name}）还没有成长指导方案", words, begin))

    def show_nobody(self, words: str) -> None:
        """Nobody is chosen."""
        self.student, self.plan, self.first = "", None, None
        self._put(EmptyState("path", "一人一案", words))

    def _put(self, shown: QWidget) -> None:
        if self._shown is not None:
            self._shown.hide()
            self._shown.deleteLater()
        self._shown = shown
        self._column.addWidget(shown)
        shown.show()

    def focus_first(self) -> None:
        """The keyboard into the page."""
        if self.first is not None:
            self.first.setFocus()

    # ---- the parts of the page

    def _head(self, card: Card, plan: PlanSeen, line: PlanLine | None) -> None:
        entry = roll.entry(self.room, plan.student)
        top = QHBoxLayout()
        top.setSpacing(SPACE)
        top.addWidget(text(entry.name, "title", wrap=False))
        top.addWidget(link(entry.class_name, partial(self.student_wanted.emit, plan.student), icon_name="student",
                           tip="看这名学生的资料和经过"))  # fmt: skip
        top.addStretch(1)
        top.addWidget(Tag(f"第 {plan.version} 版", "sky" if plan.newest else ""), 0, Qt.AlignmentFlag.AlignVCenter)
        if line is not None:
            top.addWidget(Tag(state_words(line), tone_of(line)), 0, Qt.AlignmentFlag.AlignVCenter)
        card.body.addLayout(top)
        fields = plan.fields
        said = [
            PLAN_KINDS[fields.kind] if fields.kind else "",
            f"{short_day(fields.made_on)}制定",
            fields.maker,
            "重点关爱" if line is not None and line.care else "",
        ]
        card.add(text(" · ".join(part for part in said if part), "soft", tabular=True))
        card.add(self._review_line(plan))
        if plan.missing:
            card.add(text(f"还没写：{'、'.join(plan.missing)}。五部分都写了，方案才算数。", "warning"))
        acts = [EDIT, REVIEW, PAPER, VERSION, COMPARE, REMOVE]
        if plan.missing:
            acts.remove(VERSION)
        if len(plan.versions) < 2:
            acts.remove(COMPARE)
        deeds = Flow(gap=6)
        self.first = None
        due = line is not None and line.state == "review_due"
        for words, what, key, icon in acts:
            make = primary if what == ("review" if due else "edit") else button
            made = make(words, partial(self.wanted.emit, what), small=True, shortcut=key, icon_name=icon)
            self.first = self.first or made
            deeds.add(made)
        card.add(deeds)
        self.place = Place()
        card.add(self.place)

    def _review_line(self, plan: PlanSeen) -> QWidget:
        day = plan.fields.review_on
        if day is None:
            return text("没有定回顾日期。", "soft")
        days = (day - self.now().date()).days
        kind = "error" if days < 0 else "warning" if days <= rules.SOON[-1] else "soft"
        again = "该回顾了：" if days <= 0 else "下次回顾："
        return text(f"{again}{day_name(day)}，{rules.until(days)}", kind, tabular=True)

    @staticmethod
    def _parts(plan: PlanSeen) -> QWidget:
        card = Card(pad=3)
        for name in PARTS:
            words = getattr(plan.fields, name)
            card.add(text(label_of(PlanFields, name), "strong"))
            card.add(Reading(words) if words else text("还没写", "warning"))
            if name != PARTS[-1]:
                card.body.addSpacing(4)
        return card

    def _steps(self, plan: PlanSeen) -> QWidget:
        card = Card("目标与措施", pad=3)
        if not plan.steps:
            card.add(text("还没有定。", "soft"))
        for at, step in enumerate(plan.steps):
            if at:
                card.add(rule())
            card.body.addLayout(self._step(step))
        return card

    def _step(self, step: StepSeen) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(SPACE * 2)
        grid.setVerticalSpacing(2)
        grid.setColumnStretch(0, 1)
        grid.addWidget(text(step.goal or step.step, "strong"), 0, 0)
        if step.goal and step.step:
            grid.addWidget(text(step.step), 1, 0)
        who = "，".join(p for p in (step.who, f"{short_day(step.due)}前" if step.due else "") if p)
        if who:
            grid.addWidget(text(who, "soft", tabular=True), 2, 0)
        if step.reached:
            grid.addWidget(Tag(REACHED[step.reached], TONES[step.reached]), 0, 1, Qt.AlignmentFlag.AlignTop)
            told = "：".join(p for p in (f"{short_day(step.done_on)}" if step.done_on else "", step.result) if p)
            if told:
                grid.addWidget(text(told, "soft"), 3, 0)
        elif step.late and step.due is not None:
            days = (step.due - self.now().date()).days
            grid.addWidget(Tag(rules.until(days).replace("已过", "过期"), "brick"), 0, 1, Qt.AlignmentFlag.AlignTop)
        return grid

    @staticmethod
    def _reviews(plan: PlanSeen) -> QWidget:
        card = Card("回顾与小结", pad=3)
        for one in reversed(plan.reviews):
            following = f"，下次 {short_day(one.next_on)}" if one.next_on else ""
            card.add(text(f"{day_name(one.day)} {one.who}{following}", "label"))
            card.add(Reading(one.words) if one.words else text("没有写情况", "soft"))
        if plan.fields.summary:
            card.add(text(label_of(PlanFields, "summary"), "label"))
            card.add(Reading(plan.fields.summary))
        return card

    # ---- asking in its place

    def ask(self, form: InPlace) -> None:
        """A form under the buttons; Esc gives it up."""
        self.place.open(form)

    def is_written_in(self) -> bool:
        """Whether something is being typed here."""
        return self.place.form is not None

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)
