"""方案, a tab of 一生一谈: who needs a growth plan, whose is not finished, whose is to be reviewed; one to read, write, review."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QEvent, Qt, QTimer
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from psyroom.rules.plans import STATES
from psyroom.rules.time import short_day
from psyroom.services import drafts, plan_papers, plans, roll
from psyroom.services.plans import PlanLine
from psyroom.ui import ask, tokens
from psyroom.ui.kit import Card, Choice, Found, Picker, Row, RowList, scrolled, text
from psyroom.ui.kit.flow import Tall
from psyroom.ui.pages.export_dialog import MASK, MASK_WORDS, Leaving, ask_to_leave
from psyroom.ui.pages.plans_editor import PlanEditor
from psyroom.ui.pages.plans_parts import KINDS, state_words, tone_of
from psyroom.ui.pages.plans_read import PlanReader
from psyroom.ui.pages.plans_review import ReviewForm, save_review
from psyroom.ui.pages.plans_versions import VersionsView
from psyroom.ui.tokens import SPACE

if TYPE_CHECKING:
    from psyroom.ui.pages.talks import Here

WATCHED = {*KINDS, "care", "student", "term", "grade_naming"}
LEFT = 376  # pixels at 100 %
REST = 60
"""Milliseconds the arrows rest on a line before it is shown."""
ORDER = {"review_due": 0, "none": 1, "unfinished": 2, "good": 3}
NOBODY = "标记了重点关爱的学生会列在左边，一人一案。别的学生要写方案，在左上角输入姓名（Ctrl+N）。"
CHOOSE = "左边选一名学生，回车打开；还没有方案的，回车就写。"


class Tab(QWidget):
    """The list at the left, the plan at the right; the editor and the versions cover the page."""

    help_topic = "plans"

    def __init__(self, page: Here) -> None:
        super().__init__()
        self.page, self.room, self.shell = page, page.room, page.shell
        self.lines: list[PlanLine] = []
        self.chosen = ""
        self._stale = True
        across = QHBoxLayout(self)
        across.setContentsMargins(0, 0, 0, 0)
        across.setSpacing(SPACE * 2)
        self.left = self._pane()
        across.addWidget(self.left)
        self.reader = PlanReader(self.room, page.now)
        self.reader.wanted.connect(self.do)
        self.reader.left.connect(self.focus_list)
        self.reader.student_wanted.connect(lambda student: self.shell.go("students", student=student))
        across.addWidget(self.reader, 1)
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(REST)
        self._next = ""
        self._soon.timeout.connect(lambda: self.show_student(self._next))
        self._fit()
        for keys, do in (("Ctrl+N", self.picker.setFocus), ("Ctrl+F", self.picker.setFocus)):
            shortcut = QShortcut(QKeySequence(keys), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(do)

    # ---- building

    def _pane(self) -> QWidget:
        pane = QWidget()
        column = QVBoxLayout(pane)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE)
        self.picker = Picker(self._hits, "找学生，或给一名学生写方案  Ctrl+N")
        self.picker.setAccessibleName("找学生，或给一名学生写方案")
        self.picker.picked.connect(self._picked)
        column.addWidget(self.picker)
        self.filter = Choice({"": "全部", **STATES}, as_list=False)
        self.filter.setAccessibleName("筛选")
        self.filter.edited.connect(self._list)
        column.addWidget(self.filter)
        card = Card(pad=1)
        self.said = text("", "small")
        self.said.setContentsMargins(SPACE, 0, SPACE, 0)
        card.add(self.said)
        self.list = RowList(limit=200)
        self.list.walked.connect(self._walked)
        holder = Tall()
        inner = QVBoxLayout(holder)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.addWidget(self.list)
        inner.addStretch(1)
        card.add(scrolled(holder), 1)
        column.addWidget(card, 1)
        return pane

    def _hits(self, words: str) -> Sequence[Found]:
        return [Found(e.id, e.name, e.class_name) for e in roll.find(self.room, words)]

    def _fit(self) -> None:
        self.left.setFixedWidth((LEFT + tokens.now().px(LEFT)) // 2)  # slower than the text: small screens

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange and hasattr(self, "left"):
            self._fit()

    # ---- what is shown

    def refresh(self, kinds: set[str]) -> None:
        """Plans, marks or names changed."""
        if kinds and not kinds & WATCHED:
            return
        if self.isVisible():
            self._show_all()
        else:
            self._stale = True

    def shown(self) -> None:
        if self._stale:
            self._show_all()
        focus = self.window().focusWidget()
        held = focus is not None and focus.isVisible() and self.isAncestorOf(focus)
        if not held or (focus is self.picker and not self.picker.text()):
            self.focus_list()

    def open(self, **target: Any) -> None:
        """`student`: the plan of this one, with `plan` this version; `edit`: to write it; `state`: the list filtered by
        it."""
        if self._stale:
            self._show_all()
        if "state" in target:
            self.filter.set_value(target["state"])
        student = str(target.get("student") or "")
        if student:
            if not any(row.row.key == student for row in self.list.rows()):
                self.filter.set_value("")
            self.show_student(student)
            self.list.focus_key(student)
            shown, version = self.reader.plan, str(target.get("plan") or "")
            if target.get("edit"):
                self.write()
            elif shown is not None and version in [one.id for one in shown.versions[1:]]:
                self.versions(version)

    def focus_list(self) -> None:
        """The keyboard to the student chosen, else to the first, else to the find box."""
        if not self.list.focus_key(self.chosen):
            self.list.focus_first() if self.list.rows() else self.picker.setFocus()

    def _show_all(self) -> None:
        self._stale = False
        self.lines = plans.listed(self.room, self.page.now())
        self._list()
        if self.chosen and not self.reader.is_written_in():
            self.show_student(self.chosen)
        elif not self.chosen:
            self.reader.show_nobody(CHOOSE if self.lines else NOBODY)

    def _list(self) -> None:
        wanted = self.filter.value()
        here = [line for line in self.lines if line.here or not wanted]
        rows = [line for line in here if not wanted or line.state == wanted]
        rows.sort(key=lambda line: (not line.here, ORDER[line.state], line.days if line.days is not None else 0))
        begun = {about for form, about, _ in drafts.pending(self.room) if form == plans.FORM}
        made = [self._row(line, begun) for line in rows]
        self.list.set_rows(made + (self._begun(begun) if wanted in ("", "none") else []))
        count = Counter(line.state for line in self.lines if line.here)
        told = [f"{STATES[state]} {count[state]}" for state in STATES if count[state]]
        empty = "没有这样的方案。" if wanted and not rows else ""
        self.said.setText(empty or "　".join(told) or "还没有标记重点关爱的学生，也没有方案。")

    def _row(self, line: PlanLine, begun: set[str]) -> Row:
        tone = tone_of(line)
        said = "重点关爱" if line.state == "none" else line.words
        if line.over and line.review_on is not None:
            said = f"{short_day(line.review_on)}该回顾"  # how long ago stands in the tag
        details = [line.class_name, said]
        if line.late:
            details.append(f"{line.late} 条措施过期")
        if not line.here:
            details = [line.class_name, "已不在校"]
        elif {line.plan or plans.about_new(line.student), plans.about_new(line.student)} & begun:
            details.append("有草稿")
        return Row(
            line.name,
            " · ".join(details),
            stripe=tone if line.here else "",
            tags=[(state_words(line), tone)] if line.here else [("已不在校", "")],
            open=partial(self._open, line.student),
            key=line.student,
            whole=True,
        )

    def _begun(self, begun: set[str]) -> list[Row]:
        """Students who are on no list, but for whom a plan was begun and not saved."""
        listed = {plans.about_new(line.student) for line in self.lines}
        entries = [e for e in roll.everybody(self.room, also_gone=True) if plans.about_new(e.id) in begun - listed]
        return [
            Row(
                e.name, f"{e.class_name} · 写了一半，在草稿里", stripe="accent", tags=[("草稿", "accent")],
                open=partial(self._open, e.id), key=e.id, whole=True,
            )
            for e in entries
        ]  # fmt: skip

    # ---- one student

    def _walked(self, student: object) -> None:
        """The arrows stand on a line: shown when they rest."""
        self._next = str(student)
        self._soon.start()

    def _open(self, student: str) -> None:
        """Enter on a line: into the plan, or write it where there is none."""
        self.show_student(student)
        if self.reader.plan is None:
            self.write()
        else:
            self.reader.focus_first()

    def _picked(self, hit: Found) -> None:
        self.picker.set_value(None)
        if not any(row.row.key == hit.key for row in self.list.rows()):
            self.filter.set_value("")
        self.show_student(str(hit.key))
        self.reader.focus_first()

    def show_student(self, student: str) -> None:
        """The plan of a student at the right."""
        self._soon.stop()
        self.chosen = student
        line = next((one for one in self.lines if one.student == student), None)
        self.reader.show_student(student, plans.of_student(self.room, student), line)

    def do(self, what: str) -> None:
        """An act on the plan shown."""
        acts = {
            "edit": self.write, "review": self.review, "new_version": self.new_version, "versions": self.versions,
            "paper": self.leave_paper, "remove": self.remove,
        }  # fmt: skip
        acts[what]()

    def write(self) -> None:
        """Write the plan of the student chosen, in the page's place."""
        editor = PlanEditor(self.room, self.shell, self.chosen, plans.of_student(self.room, self.chosen))
        editor.left.connect(self._back)
        self.page.cover(editor)

    def _back(self) -> None:
        self.page.back()
        self._show_all()
        self.focus_list()

    def review(self) -> None:
        """Look at the plan again."""
        plan = self.reader.plan
        if plan is None:
            return

        def save() -> None:
            done = self.shell.attempt(
                lambda: save_review(self.room, plan.id, form, self.page.now()),
                form=form,  # type: ignore[arg-type]
                say="回顾已保存",
            )
            if done:
                form.forget()
                self.reader.place.shut()
                self.shell.tell_changed(*KINDS)
                self.reader.focus_first()

        form = ReviewForm(self.room, plan, self.page.now, save)
        form.gone.connect(self.reader.focus_first)
        self.reader.ask(form)

    def new_version(self) -> None:
        """The next version, to be changed at once."""
        plan = self.reader.plan
        if plan is None:
            return
        done = self.shell.attempt(
            lambda: plans.new_version(self.room, plan.id, self.page.now()),
            say=f"第 {plan.version + 1} 版已建好，原来的留着",
            kinds=KINDS,
        )
        if done:
            self.write()

    def versions(self, first: str = "") -> None:
        """All versions side by side, this one shown first."""
        plan = self.reader.plan
        if plan is None:
            return
        view = VersionsView(self.room, plan, first)
        view.gone.connect(self._back)
        view.paper_wanted.connect(self.leave_paper)
        self.page.cover(view)

    def leave_paper(self, plan: str = "") -> None:
        """A version as a paper, through the dialog that asks."""
        which = plan or (self.reader.plan.id if self.reader.plan is not None else "")
        if which:
            leave_plan(self, which, self.chosen)

    def remove(self) -> None:
        """The newest version goes to the recycle bin."""
        plan = self.reader.plan
        if plan is None:
            return
        before = "，前一版就成了现在的方案" if plan.version > 1 else ""
        if not ask.confirm(
            self.shell, f"删除第 {plan.version} 版？", f"它会移到回收站，可以恢复{before}。", yes="移到回收站"
        ):
            return
        done = self.shell.attempt(
            lambda: plans.remove(self.room, plan.id, self.page.now()), say="方案已移到回收站", kinds=KINDS
        )
        if done:
            self.focus_list()


def leave_plan(tab: Tab, plan: str, student: str) -> None:
    """Open the export dialog for a version of a plan."""

    def make(ticks: frozenset[str]) -> Any:
        return plan_papers.plan(tab.room, plan, mask=MASK in ticks)

    ask_to_leave(tab.shell, Leaving(plan_papers.KIND, (student,), make, ticks={MASK: MASK_WORDS}))
