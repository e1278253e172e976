"""Beside the map: the students of the class that was chosen, filtered, with what can be done about those who are picked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QPushButton

from psyroom.errors import NotValid
from psyroom.rules.time import short_day
from psyroom.services import care, coverage, talks
from psyroom.services.care import CareSeen
from psyroom.services.coverage import ClassLine, StudentLine
from psyroom.services.talks import RowTyped
from psyroom.ui.kit import Card, Choice, Elided, button, link, text, tool
from psyroom.ui.kit.flow import Flow
from psyroom.ui.pages import talk_form
from psyroom.ui.pages.talks_cover_forms import AttemptForm, CareForm, ExcuseForm, LiftForm, Small
from psyroom.ui.pages.talks_cover_list import StudentList, ending, twins_of
from psyroom.ui.pages.talks_cover_rows import ALL, CLASS, Branch

if TYPE_CHECKING:
    from psyroom.ui.pages.talks import Here

LEFT, PLAN, FEEDBACK, EVERY, EXCUSED = "left", "plan", "feedback", "every", "excused"
FILTERS = {LEFT: "未谈", PLAN: "缺方案", FEEDBACK: "缺反馈", EVERY: "全部", EXCUSED: "有原因"}
"""有原因 is offered where there are any."""


class ClassPanel(Card):
    """`shut` when it is closed, `walked` when the next class is asked for (1 or -1), `paper` when the list is to be printed,
    `table` when the talks are."""

    shut = Signal()
    walked = Signal(int)
    paper = Signal()
    table = Signal()

    def __init__(self, page: Here) -> None:
        super().__init__()
        self.page, self.room, self.shell = page, page.room, page.shell
        self.branch: Branch = (ALL, "")
        self.term = ""
        self.line: ClassLine | None = None
        self._lines: list[StudentLine] = []
        self._twins: frozenset[str] = frozenset()
        self._also_resting = False
        self._back: object = None
        self._build()

    # ---- building

    def _build(self) -> None:
        top = QHBoxLayout()
        top.setSpacing(4)
        self.title = Elided("", "heading")
        top.addWidget(self.title, 1)
        self.print_button = tool("printer", "打印给班主任：还差谁（Ctrl+P）", self.paper.emit)
        top.addWidget(self.print_button)
        self.table_button = tool("file-text", "打印全班的谈话记录（Ctrl+Shift+P）", self.table.emit)
        top.addWidget(self.table_button)
        self.up = tool("caret-up", "上一个班", lambda: self.walked.emit(-1), shortcut="Alt+PgUp")
        self.down = tool("caret-down", "下一个班", lambda: self.walked.emit(1), shortcut="Alt+PgDown")
        top.addWidget(self.up)
        top.addWidget(self.down)
        top.addWidget(tool("x", "收起（Esc）", self.shut.emit))
        self.body.addLayout(top)
        self.detail = text("", "soft")
        self.add(self.detail)
        self.filter = Choice(FILTERS, as_list=False)
        self.filter.edited.connect(self._filtered)
        self.add(self.filter)
        self.list = StudentList()
        self.list.turned.connect(self._dress)
        self.list.opened.connect(self._on_opened)
        self.add(self.list, 1)
        self.empty = text("", "soft")
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.add(self.empty, 1)
        self.resting = link("", self._turn_resting)
        self.body.addWidget(self.resting, 0, Qt.AlignmentFlag.AlignLeft)
        self.deeds = Flow(gap=6)
        self.add(self.deeds)
        self.buttons: dict[str, QPushButton] = {}
        made: tuple[tuple[str, str, str, str, str, Callable[[], object]], ...] = (
            ("talk", "登记谈话", "Alt+T", "chat-centered-text", "登记一次谈话", self.begin_talk),
            ("excuse", "未谈原因", "Alt+W", "", "这学期谈不了，写明原因", self.begin_excuse),
            ("attempt", "没谈成", "Alt+N", "", "找过，这次没有谈成", self.begin_attempt),
            ("care", "重点关爱", "Alt+G", "", "标记为需要重点关爱，或解除", self.begin_care),
            ("open", "打开学生", "Alt+O", "", "看他的资料和经过", self.open_student),
        )
        for key, words, keys, icon_name, tip, do in made:
            self.buttons[key] = button(words, do, small=True, shortcut=keys, tip=tip, icon_name=icon_name)
            self.deeds.add(self.buttons[key])
        for keys, down in (("Ctrl+Down", True), ("Ctrl+F", False)):
            shortcut = QShortcut(QKeySequence(keys), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(self.list.focus_first if down else self.filter.setFocus)

    # ---- what is shown

    def show_branch(self, branch: Branch, line: ClassLine, lines: Sequence[StudentLine], term: str) -> None:
        """The students of a class, a grade or the school, in a semester (its code)."""
        if (branch, term) != (self.branch, self.term):
            self.leave_form()
            self._also_resting = False
        self.branch, self.term = branch, term
        self.line, self._lines, self._twins = line, list(lines), twins_of(lines)
        self.title.setText(line.name)
        self.print_button.setVisible(branch[0] == CLASS)
        self.table_button.setVisible(branch[0] == CLASS)
        for made in (self.up, self.down):
            made.setVisible(branch[0] == CLASS)
        parts = [f"班主任 {line.teacher}" if line.teacher else "", f"{line.students} 人，已谈 {line.talked} 人"]
        parts.append(f"有原因 {line.excused} 人" if line.excused else "")
        parts.append(f"还要谈 {line.left} 人" if line.left else "都谈过了")
        self.detail.setText(" · ".join(part for part in parts if part))
        counts = {key: len(self._of(key, resting=True)) for key in FILTERS}
        if not counts[EXCUSED]:
            del counts[EXCUSED]
        kept = self.filter.value() if self.filter.value() in counts else LEFT
        self.filter.blockSignals(True)
        self.filter.set_choices({key: f"{FILTERS[key]} {count}" for key, count in counts.items()})
        self.filter.set_value(kept)
        self.filter.blockSignals(False)
        self._list()

    def everybody(self) -> list[StudentLine]:
        """Whoever belongs to what is shown, whatever the filter."""
        return list(self._lines)

    def _of(self, wanted: str, *, resting: bool) -> list[StudentLine]:
        if wanted == LEFT:
            return [one for one in self._lines if one.left and (resting or one.hidden_until is None)]
        if wanted == EVERY:
            return list(self._lines)
        if wanted == EXCUSED:
            return [one for one in self._lines if one.excuse and not one.talks]
        return [one for one in self._lines if wanted in one.lamps.missing]

    def _list(self) -> None:
        wanted = self.filter.value()
        shown = self._of(wanted, resting=self._also_resting)
        away = len(self._of(wanted, resting=True)) - len(shown)
        self.list.set_lines(shown, with_class=self.branch[0] != CLASS, twins=self._twins)
        said = {
            LEFT: "这里没有要谈的了。",
            PLAN: "没有缺方案的。",
            FEEDBACK: "没有缺反馈的。",
            EVERY: "没有学生。",
            EXCUSED: "",
        }
        self.empty.setText("刚找过的先不列出。" if away else said[wanted])
        if not shown and self.window().focusWidget() is self.list:
            self.filter.setFocus()  # what hides with the keyboard takes it along
        self.empty.setVisible(not shown)
        self.list.setVisible(bool(shown))
        again = min((one.hidden_until for one in self._lines if one.hidden_until), default=None)
        self.resting.setText(
            f"刚找过的 {away} 人先不列出（最早 {short_day(again)}再提示），也列出来" if away and again else ""
        )
        self.resting.setVisible(bool(away))

    def _filtered(self) -> None:
        self.leave_form()
        self._list()

    def _turn_resting(self) -> None:
        self._also_resting = True
        self._list()
        self.list.focus_first()

    def show_student(self, student: str) -> bool:
        """Bring one to the front; whether he is on the list."""
        line = next((one for one in self._lines if one.id == student), None)
        if line is None:
            return False
        if line not in self.list.lines():
            self.filter.set_value(EVERY)
            self._list()
        self.list.choose([student], current=student)
        self.list.focus_first()
        QTimer.singleShot(0, self.list, lambda: self.list.scrollTo(self.list.currentIndex()))
        return True

    def focus_first(self) -> None:
        if self.list.isVisibleTo(self):
            self.list.focus_first()
        else:
            self.filter.setFocus()

    def _dress(self) -> None:
        """What can be done about who is picked."""
        picked = self.list.picked()
        one = picked[0] if len(picked) == 1 else None
        for key, made in self.buttons.items():
            made.setEnabled(bool(picked) if key in ("talk", "excuse", "attempt") else one is not None)
        several = f"（{len(picked)} 人）" if len(picked) > 1 else ""
        self.buttons["talk"].setText(f"登记谈话{several}")
        excused = one is not None and bool(one.excuse) and not one.talks
        self.buttons["excuse"].setText("改未谈原因" if excused else f"未谈原因{several}")
        self.buttons["attempt"].setText(f"没谈成{several}")
        self.buttons["care"].setText("改、解除重点关爱" if one is not None and one.care else "标记重点关爱")

    # ---- deeds

    def _who(self) -> tuple[list[StudentLine], str]:
        picked = self.list.picked()
        told = [f"{one.name}（{ending(one)}）" if one.id in self._twins else one.name for one in picked[:3]]
        names = "、".join(told) + (f"等 {len(picked)} 人" if len(picked) > 3 else "")
        return picked, names

    def _begin(self, title: str, words: str, form: Small, about: str) -> None:
        """Into the page's side sheet."""
        form.keep(self.room, about)
        form.done.connect(self._done)
        sheet = self.page.sheet
        sheet.open(title, form, save=form.save, save_words=words)
        if self._back is None:
            self._back = sheet.closed.connect(self._left)

    def _done(self) -> None:
        self.page.sheet.shut()

    def _left(self) -> None:
        if self.isVisible():
            self.focus_first()

    def leave_form(self) -> None:
        """What was begun about somebody goes from sight; what was typed stays as a draft."""
        if isinstance(self.page.sheet.body(), Small):
            self.page.sheet.shut()

    def _today(self) -> date:
        return self.room.today()

    def _attempt(self, deed: Callable[[], object], form: Any, say: str, *kinds: str) -> bool:
        return bool(self.shell.attempt(deed, form=form, say=say, kinds=kinds))

    def begin_talk(self) -> None:
        """The form of one talk, with everybody who is picked."""
        picked, _ = self._who()
        if picked:
            talk_form.begin(self.shell, students=[line.id for line in picked])

    def begin_excuse(self) -> None:
        picked, names = self._who()
        if not picked:
            return
        reason = picked[0].excuse if len(picked) == 1 else ""

        def save(values: dict[str, Any]) -> bool:
            said = str(values["reason"])
            if not said and reason:
                deed: Callable[[], object] = partial(talks.unexcuse, self.room, picked[0].id, self.term)
                return self._attempt(deed, form, "已取消未谈原因", "talk_excuse")
            return self._attempt(partial(self._excuse, picked, said), form, f"已登记未谈原因：{names}", "talk_excuse")

        form = ExcuseForm(names, reason, save)
        self._begin("未谈原因", "保存", form, f"excuse/{picked[0].id}")

    def _excuse(self, picked: Sequence[StudentLine], reason: str) -> None:
        now = self.page.now()
        if len(picked) == 1 or self.term != coverage.of(self.room, now).term.code:
            for line in picked:
                talks.excuse(self.room, line.id, reason, now, term=self.term)
        elif reason:
            talks.save_rows(self.room, [RowTyped(line.id, {}, excuse=reason) for line in picked], now)
        else:
            raise NotValid({"reason": "请选一个原因，或自己写"})

    def begin_attempt(self) -> None:
        picked, names = self._who()
        if not picked:
            return

        def save(values: dict[str, Any]) -> bool:
            def each() -> None:
                for line in picked:
                    talks.attempt(self.room, line.id, values, self.page.now())

            return self._attempt(each, form, f"已登记没谈成：{names}", "talk_attempt")

        days = coverage.of(self.room, self.page.now(), self.term).rules.hide_days
        form = AttemptForm(names, self.room.person.name, self._today, days, save)
        self._begin("没谈成", "保存", form, f"attempt/{picked[0].id}")

    def begin_care(self) -> None:
        picked, names = self._who()
        if len(picked) != 1:
            return
        student = picked[0].id
        active = next((one for one in care.of_student(self.room, student) if one.state == "active"), None)
        form: Small
        if active is None:

            def mark(values: dict[str, Any]) -> bool:
                deed = partial(care.mark, self.room, student, values, self.page.now())
                return self._attempt(deed, form, f"已标记重点关爱：{names}", "care")

            form = CareForm(names, self._today, mark)
            self._begin("标记为需要重点关爱", "标记", form, f"care/{student}")
            return
        marked = active.id

        def lift(values: dict[str, Any]) -> bool:
            day = values["lifted"]
            if not isinstance(day, date):
                form.show_problems(NotValid({"lifted": "请填日期，如 3.5、今天、2026-03-05"}))
                return False
            deed = partial(care.lift, self.room, marked, day, str(values["lifted_why"]))
            return self._attempt(deed, form, f"已解除重点关爱：{names}", "care")

        until = f"，到{short_day(active.until)}" if active.until else ""
        told = f"{short_day(active.since)}由{active.who}标记{until}：{active.ground}"
        form = LiftForm(names, told, self._today, lift)
        form.put(link("还要再看一段？改依据或到期日", partial(self._change_care, active, names)))
        self._begin("解除重点关爱", "解除", form, f"lift/{marked}")

    def _change_care(self, active: CareSeen, names: str) -> None:
        """The mark as it stands, to be prolonged or set right."""

        def change(values: dict[str, Any]) -> bool:
            deed = partial(care.change, self.room, active.id, values)
            return self._attempt(deed, form, f"重点关爱已改：{names}", "care")

        form = CareForm(names, self._today, change)
        form.set_values({"ground": active.ground, "since": active.since, "until": active.until})
        self._begin("改重点关爱的标记", "保存", form, f"mark/{active.id}")

    def open_student(self) -> None:
        picked = self.list.picked()
        if len(picked) == 1:
            self.shell.go("students", student=picked[0].id)

    def _on_opened(self, line: StudentLine) -> None:
        """Enter: the next thing that is missing."""
        if line.lamps.talk.state == "amber":
            self.begin_talk()
        else:
            self.shell.go("students", student=line.id)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.shut.emit()
        else:
            super().keyPressEvent(event)
