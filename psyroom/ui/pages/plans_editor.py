"""Writing a growth plan: the five parts, goals and steps, the review; what may be asked beside it; its draft."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from functools import partial
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QHideEvent, QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QApplication, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from psyroom.errors import NotFound, NotValid
from psyroom.records.care import PARTS, PLAN_KINDS, PlanFields
from psyroom.records.fields import about
from psyroom.rules import plans as rules
from psyroom.rules.plans import SampleStep
from psyroom.services import plans, roll
from psyroom.services.hours import local_now
from psyroom.services.plans import PlanSeen
from psyroom.store.room import Room
from psyroom.ui import ask, drafting, tokens
from psyroom.ui.kit import Card, Choice, DayField, Field, Form, PageHeader, primary, quiet, scrolled, set_kind, text
from psyroom.ui.kit.flow import Tall
from psyroom.ui.kit.sheet import into_sight
from psyroom.ui.kit.writing import Writing
from psyroom.ui.pages.note_draft import DraftBanner
from psyroom.ui.pages.note_part import NotePart
from psyroom.ui.pages.plans_keeping import DAYS, Keeping, read_day
from psyroom.ui.pages.plans_offered import BLANK, STEPS, Offered
from psyroom.ui.pages.plans_parts import KINDS, ReviewDay
from psyroom.ui.pages.plans_steps import StepTable
from psyroom.ui.tokens import SPACE
from psyroom.ui.window import Shell

SHEET, BESIDE = 820, 296  # pixels at 100 %


class PlanEditor(Keeping):
    """A student's first version (`plan` None) or the newest one. `saved` with its id, `left` when the person goes back.

    Whatever is typed is in the draft within three seconds; `flush()` keeps it at once.
    """

    help_topic = "plans"
    saved = Signal(str)
    left = Signal()

    def __init__(self, room: Room, shell: Shell, student: str, plan: PlanSeen | None) -> None:
        super().__init__()
        self.room, self.shell, self.student, self.plan = room, shell, student, plan
        self._loading = self._saving = False
        self._build()
        self._fill(_of_plan(plan) if plan is not None else self._of_blank())
        self.watch()
        shell.changed.connect(self._changed)
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        app.focusChanged.connect(self._focus_moved)

    # ---- building

    def _build(self) -> None:
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        self.stack = QStackedWidget()
        whole.addWidget(self.stack)
        self.front = QWidget()
        column = QVBoxLayout(self.front)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE * 2)
        self.status = text("", "small", wrap=False)
        self.save_button = primary("保存", self.save, tip="保存（Ctrl+S）；保存并返回（Ctrl+Enter）")
        self.header = PageHeader("", "", self.status, quiet("返回（Esc）", self.leave), self.save_button)
        self.status.setMinimumHeight(self.save_button.sizeHint().height())  # in line with the buttons
        column.addWidget(self.header)
        self.trouble = text("", "error")
        column.addWidget(self.trouble)
        self.trouble.hide()
        self.banner = DraftBanner()
        self.banner.restored.connect(self.restore)
        self.banner.compared.connect(self.compare)
        self.banner.dropped.connect(self.drop)
        column.addWidget(self.banner)
        row = QHBoxLayout()
        row.setSpacing(SPACE * 3)
        row.addWidget(self._paper(), 1)
        self.offered = Offered()
        self.offered.setFixedWidth(tokens.now().px(BESIDE))
        self.offered.wanted.connect(self.put_in)
        self.offered.step_wanted.connect(self.put_step)
        self.offered.left.connect(self._back_to_writing)
        row.addWidget(self.offered)
        column.addLayout(row, 1)
        self.stack.addWidget(self.front)
        keys: tuple[tuple[str, Callable[[], object]], ...] = (
            ("Ctrl+S", self.save),
            ("Ctrl+Return", self.save_and_leave),
            ("Ctrl+Enter", self.save_and_leave),
            ("F8", self.offered.focus_first),
            ("F9", self.next_blank),
        )
        for sequence, do in keys:
            shortcut = QShortcut(QKeySequence(sequence), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(do)

    def _paper(self) -> QWidget:
        self.sheet = Card(pad=3)
        self.form = Form(PlanFields)
        self.form.column.setSpacing(SPACE * 2)
        self.form.enter_moves = True
        self.sheet.add(self.form)
        kind = Choice(PLAN_KINDS, empty="不套用", as_list=True)
        made_on = DayField(today=self._today)
        self.form.add("kind", "made_on", "maker", controls={"kind": kind, "made_on": made_on}, stretch=(3, 3, 2))
        self.parts: dict[str, NotePart] = {}
        for name in PARTS:
            self._part(name, lines=3)
        self.steps = StepTable(self._today)
        self.steps_field = self.form.adopt(STEPS, Field("目标与措施", self.steps))
        set_kind(self.steps_field.label, "strong")
        self.form.put(self.steps_field)
        self.review = ReviewDay(self._start, self._today)
        field = self.form.adopt("review_on", Field("回顾日期", self.review, "到时候提醒：做到了什么，要不要改"))
        set_kind(field.label, "strong")
        self.form.put(field)
        self._part("summary", lines=2)
        self.form.edited.connect(self._on_edit)
        kind.edited.connect(self._offer)
        self._here = PARTS[0]
        inner = QWidget()
        inner.setMaximumWidth(tokens.now().px(SHEET))
        column = QVBoxLayout(inner)
        column.setContentsMargins(0, 0, SPACE, SPACE * 2)
        column.addWidget(self.sheet)
        column.addStretch(1)
        self.inner = inner
        holder = Tall()
        line = QHBoxLayout(holder)
        line.setContentsMargins(0, 0, 0, 0)
        line.addWidget(inner, 100)
        line.addStretch(1)
        return scrolled(holder)

    def _part(self, name: str, *, lines: int) -> None:
        told = about(PlanFields, name)
        part = self.parts[name] = NotePart(told["label"], told["limit"], lines=lines, placeholder=told["help"])
        self.form.adopt(name, part)
        self.form.put(part)
        part.writing.edited.connect(partial(self._say_blanks, name))

    def _today(self) -> date:
        return local_now(self.room).date()

    def _start(self) -> date:
        """From which day the months to the review are counted."""
        made = self.form.fields["made_on"].value()
        return made if isinstance(made, date) and made > self._today() - timedelta(days=14) else self._today()

    # ---- what stands in it

    def _of_blank(self) -> dict[str, Any]:
        return {"made_on": self._today(), "maker": self.room.person.name, STEPS: []}

    def values(self) -> dict[str, Any]:
        """What a draft keeps."""
        found = {**self.form.values(), **{name: part.control.kept() for name, part in self.parts.items()}}
        return {name: value.isoformat() if isinstance(value, date) else value for name, value in found.items()}

    def _typed(self) -> dict[str, Any]:
        return {name: value for name, value in self.form.values().items() if name != STEPS}

    def _fill(self, values: Mapping[str, Any]) -> None:
        self._loading = True
        self.form.set_values({name: read_day(name, value) for name, value in values.items()})
        self._loading = False
        for name in self.parts:
            self._say_blanks(name)
        self._say_title()
        self._offer()

    def _say_title(self) -> None:
        entry = roll.entry(self.room, self.student)
        version = f"第 {self.plan.version} 版 · " if self.plan is not None else ""
        self.header.title.setText(f"成长指导方案：{entry.name}")
        values = self._typed()
        missing = rules.missing(values)
        still = f"还没写：{'、'.join(missing)}。五部分都写了才算数。" if missing else "五部分都写了。"
        self.header.set_question(f"{entry.class_name} · {version}{still}")

    def _say_blanks(self, name: str) -> None:
        count = self.parts[name].value().count(BLANK)
        self.parts[name].set_hint(f"还有 {count} 处“{BLANK}”没有填，按 F9 到下一处。" if count else "", "warning")

    def _on_edit(self) -> None:
        if not self._loading:
            self._say_title()
            self.edited.emit()

    # ---- what is offered beside

    def _offer(self) -> None:
        self.offered.show_for(self._here, self.form.fields["kind"].value() or "")

    def _focus_moved(self, _before: QWidget | None, now: QWidget | None) -> None:
        if now is None or not self.isAncestorOf(now) or self.offered.isAncestorOf(now):
            return
        found = next((name for name, field in self.form.fields.items() if field.isAncestorOf(now)), "")
        if found and found != self._here:
            self._here = found
            self._offer()
        if not isinstance(now, Writing):
            into_sight(now)

    def put_in(self, part: str, words: str) -> None:
        """A line that was offered, at the end of its part, its first blank chosen."""
        control = self.parts[part].control
        before = control.toPlainText().rstrip()
        cursor = control.textCursor()
        cursor.movePosition(cursor.MoveOperation.End)
        cursor.insertText(("\n" if before and not control.toPlainText().endswith("\n") else "") + words)
        control.setFocus()
        whole = control.toPlainText()
        at = whole.find(BLANK, len(whole) - len(words))
        control.setTextCursor(control.cursor_of((at, at + len(BLANK))) if at >= 0 else cursor)

    def put_step(self, sample: SampleStep) -> None:
        """A sample step as one more line."""
        due = self._today() + timedelta(weeks=sample.weeks)
        self.steps.add({"goal": sample.goal, "step": sample.step, "who": sample.who, "due": due})

    def next_blank(self) -> None:
        """F9: the next blank that is not filled, in this part or the ones after it."""
        here = self._here if self._here in self.parts else next(iter(self.parts))
        control = self.parts[here].control
        cursor = control.textCursor()
        names = list(self.parts)
        turn = names[names.index(here) :] + names[: names.index(here) + 1]
        start = len(control.toPlainText().encode("utf-16-le")[: 2 * cursor.position()].decode("utf-16-le", "ignore"))
        for name in turn:
            field = self.parts[name].control
            at = field.toPlainText().find(BLANK, start)
            start = 0
            if at >= 0:
                field.setFocus()
                field.setTextCursor(field.cursor_of((at, at + len(BLANK))))
                return

    def _back_to_writing(self) -> None:
        if self._here == STEPS:
            self.steps.rows()[-1].goal.setFocus()
        elif self._here in self.form.fields:
            self.form.fields[self._here].control.setFocus()

    def focus_first(self) -> None:
        """The keyboard to where one goes on: the choice about a draft, the kind, the first part that is empty."""
        if self._waiting is not None:
            self.banner.restore.setFocus()
            return
        if self.plan is None and not any(part.value() for part in self.parts.values()):
            self.form.fields["kind"].control.setFocus()
            return
        empty = next((self.parts[name] for name in PARTS if not self.parts[name].value()), self.parts[PARTS[0]])
        empty.control.setFocus()

    # ---- saving

    def save(self) -> bool:
        """Ctrl+S: save and stay. What was typed stays, whatever the answer."""
        if self._waiting is not None:
            self.banner.nudge()
            return False
        drafting.settle_typing()
        self.form.clear_problems()
        self.steps.problem("")
        self.say("")
        self._saving = True
        form: Any = self  # it shows problems as a form does
        done = self.shell.attempt(self._deed, form=form, say="方案已保存", kinds=KINDS)
        self._saving = False
        if not done:
            return False
        self.draft.forget()
        self._reload(done.result)
        self._say(f"已保存 {local_now(self.room):%H:%M}")
        self.saved.emit(done.result)
        return True

    def _deed(self) -> str:
        plan = self.plan.id if self.plan is not None else ""
        values = {name: "" if value is None and name not in DAYS else value for name, value in self._typed().items()}
        return plans.save(self.room, self.student, values, self.steps.typed(), local_now(self.room), plan=plan)

    def save_and_leave(self) -> None:
        """Ctrl+Enter."""
        if self.save():
            self.left.emit()

    def show_problems(self, problem: NotValid) -> None:
        """Each sentence under its field, the first one in sight; the rest over the sheet."""
        fields = dict(problem.fields)
        wrong = fields.pop(STEPS, "")
        here = {name: words for name, words in fields.items() if name in self.form.fields}
        if here:
            self.form.show_problems(NotValid(here))
        if wrong:
            self.steps.problem(wrong)
            if not here:
                self.steps.focus_wrong()
        self.say("；".join(words for name, words in fields.items() if name not in here))

    def say(self, sentence: str) -> None:
        """A sentence about the whole plan, over the sheet."""
        self.trouble.setText(sentence)
        self.trouble.setVisible(bool(sentence))

    def _reload(self, plan: str) -> None:
        """It is saved: its steps have ids now, and what the store made of the texts is what stands there."""
        self.plan = plans.seen(self.room, plan)
        held = self.focusWidget()
        rows = self.steps.rows()
        at = next(((n, row.stops().index(held)) for n, row in enumerate(rows) if held in row.stops()), None)
        self._loading = True
        self.steps.set_value([step.values() for step in self.plan.steps])
        self._loading = False
        if at is not None and at[0] < len(self.steps.rows()):
            self.steps.rows()[at[0]].stops()[at[1]].setFocus()
        self._baseline = self.values()
        self._say_title()

    def _changed(self, kinds: set[str]) -> None:
        """Undone, or changed in another place: what was typed and not saved stays."""
        if self.plan is None or self._saving or self._waiting is not None or self.room.closed:
            return
        if kinds and not kinds & set(KINDS):
            return
        try:
            seen = plans.seen(self.room, self.plan.id)
        except NotFound:
            self.plan, self._baseline = None, {}
            self._say_title()
            self._say("这份方案已撤销；写的还在，保存就是新的一份", "warning")
            self.edited.emit()
            return
        if self.values() == self._baseline:
            self.plan = seen
            self._fill(_of_plan(seen))
            self._baseline = self.values()

    # ---- going

    def leave(self) -> None:
        """Esc: back, nothing asked; what was typed is in the draft."""
        drafting.settle_typing()
        self.flush()
        if self.draft.pending() and not ask.confirm(
            self.shell,
            "草稿没有存下",
            "磁盘现在写不进去。离开的话，刚才写的会丢；留下来，腾出空间后会自动存好。",
            yes="还是离开",
            no="留下",
            grave=True,
        ):
            return
        self.draft.forget()
        self.left.emit()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.flush()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.leave()
        else:
            super().keyPressEvent(event)


def _of_plan(plan: PlanSeen) -> dict[str, Any]:
    return {**plan.fields.model_dump(exclude={"student"}), STEPS: [step.values() for step in plan.steps]}
