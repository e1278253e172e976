"""覆盖: whom have we not talked to? A sentence, the map of every class by state or by week, and beside it who is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QStackedWidget, QVBoxLayout, QWidget

from psyroom.rules.time import short_day
from psyroom.services import coverage
from psyroom.services.coverage import Coverage
from psyroom.services.school import context
from psyroom.ui import tokens
from psyroom.ui.kit import Card, Choice, Elided, EmptyState, primary, quiet, text, tool
from psyroom.ui.pages.talks_cover_map import StateMap
from psyroom.ui.pages.talks_cover_panel import ClassPanel
from psyroom.ui.pages.talks_cover_print import MapPreview, leave_missing, leave_table
from psyroom.ui.pages.talks_cover_rows import ALL, CLASS, GRADE, Branch, of_grade
from psyroom.ui.pages.talks_cover_rules import RulesTold
from psyroom.ui.pages.talks_cover_weeks import WeekMap
from psyroom.ui.tokens import SPACE

if TYPE_CHECKING:
    from psyroom.ui.pages.talks import Here

WATCHED = {
    "talk", "talk_excuse", "talk_attempt", "talk_rules", "class_teacher", "care", "growth_plan", "plan_review", "feedback",
    "student", "school", "term", "grade_naming", "calendar_day", "calendar_year",
}  # fmt: skip
NARROW = 820
"""Less than this (at 100 %) is too narrow for the map beside the list."""
LOOKS = {"state": "按状态", "week": "按周次"}


class Tab(QWidget):
    """The tab. `open(student=…)`: his row in his class; `branch=…`: a class."""

    help_topic = "talks"

    def __init__(self, page: Here) -> None:
        super().__init__()
        self.page, self.room, self.shell = page, page.room, page.shell
        self.coverage: Coverage | None = None
        self._build()
        self.refresh(set())

    # ---- building

    def _build(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE + 4)
        self.stack = QStackedWidget()
        column.addWidget(self.stack)
        self.browse = QWidget()
        inner = QVBoxLayout(self.browse)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(SPACE + 4)
        inner.addLayout(self._head())
        across = QHBoxLayout()
        across.setSpacing(SPACE * 2)
        self.card = Card(pad=1)
        self.maps = QStackedWidget()
        self.states, self.weeks = StateMap(), WeekMap()
        for made in (self.states, self.weeks):
            made.opened.connect(self.show_branch)
            self.maps.addWidget(made)
        self.card.add(self.maps, 1)
        across.addWidget(self.card, 1)
        self.panel = ClassPanel(self.page)
        self.panel.shut.connect(self.shut)
        self.panel.walked.connect(self._walk)
        self.panel.paper.connect(self.print)
        self.panel.table.connect(self.print_table)
        self.panel.hide()
        across.addWidget(self.panel, 2)
        inner.addLayout(across, 1)
        self.stack.addWidget(self.browse)
        self.stack.addWidget(
            EmptyState(
                "chats-circle",
                "还没有学生",
                "名册导入以后，每名在读学生都在这里，直到这学期谈过一次话。",
                primary("从名册导入", lambda: self.shell.go("students", roster=True), icon_name="upload-simple"),
                width=480,
            )
        )

    def _head(self) -> QHBoxLayout:
        head = QHBoxLayout()
        head.setSpacing(SPACE * 2)
        self.figure = text("", "figure", wrap=False)
        head.addWidget(self.figure, 0, Qt.AlignmentFlag.AlignVCenter)
        words = QVBoxLayout()
        words.setSpacing(1)
        self.sentence = text("", "lead")
        words.addWidget(self.sentence)
        line = QHBoxLayout()
        line.setSpacing(0)
        self.rule = Elided("", "small")
        self.rule.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Preferred)
        line.addWidget(self.rule, 100)
        line.addSpacing(4)
        line.addWidget(quiet("怎么算的", self.tell_rules, small=True, shortcut="Alt+I", tip="名单和完成率是怎么算的"))
        line.addStretch(1)
        words.addLayout(line)
        head.addLayout(words, 1)
        self.look = Choice(LOOKS, as_list=False)
        self.look.setAccessibleName("看法")
        self.look.edited.connect(self._on_look)
        head.addWidget(self.look, 0, Qt.AlignmentFlag.AlignVCenter)
        self.term = Choice({}, as_list=True)
        self.term.setAccessibleName("学期")
        self.term.edited.connect(self._on_term)
        head.addWidget(self.term, 0, Qt.AlignmentFlag.AlignVCenter)
        self.print_button = tool("printer", "打印完成情况图（Ctrl+P）", self.print_map)
        head.addWidget(self.print_button, 0, Qt.AlignmentFlag.AlignVCenter)
        for pressed, do in (("Ctrl+P", self.print), ("Ctrl+Shift+P", self.print_table)):
            keys = QShortcut(QKeySequence(pressed), self)
            keys.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            keys.activated.connect(do)
        return head

    # ---- what is shown

    def code(self) -> str:
        """The semester shown."""
        return str(self.term.value() or "")

    def refresh(self, kinds: set[str]) -> None:
        if kinds and not kinds & WATCHED:
            return
        if not kinds or kinds & {"term", "school"} or not self.code():
            self._terms()
        self._show()

    def _terms(self) -> None:
        school, kept = context(self.room), self.code()
        present = school.term_on(self.room.today()).code
        self.term.blockSignals(True)
        self.term.set_choices({span.code: span.name for span in reversed(school.terms)} or {present: ""})
        self.term.set_value(kept or present)
        self.term.blockSignals(False)

    def _show(self) -> None:
        found = self.coverage = coverage.of(self.room, self.page.now(), self.code())
        if not found.total.students:
            self.stack.setCurrentIndex(1)
            return
        self.stack.setCurrentIndex(0)
        self.figure.setText(f"{found.total.rate:.1f} %")
        self.sentence.setText(sentence(found))
        self.rule.setText(rule_of(found))
        for made in (self.states, self.weeks):
            made.set_coverage(found)
        if self.panel.isVisibleTo(self.browse):
            self.show_branch(self.panel.branch, enter=False)

    def _on_look(self) -> None:
        self.maps.setCurrentWidget(self.weeks if self.look.value() == "week" else self.states)

    def _on_term(self) -> None:
        self._show()

    def map(self) -> StateMap | WeekMap:
        """The look in sight."""
        return self.weeks if self.maps.currentWidget() is self.weeks else self.states

    def shown(self) -> None:
        focus = self.window().focusWidget()
        if focus is None or not focus.isVisible() or not self.isAncestorOf(focus):
            self.map().setFocus()

    # ---- one class

    def show_branch(self, branch: Branch, *, enter: bool = True) -> None:
        """The students of a class, a grade or the school beside the map."""
        found = self.coverage
        if found is None:
            return
        if branch[0] == GRADE:
            line = next((one for one in found.grades if of_grade(one) == branch[1]), None)
        else:
            line = (
                found.total if branch[0] == ALL else next((one for one in found.classes if one.key == branch[1]), None)
            )
        if line is None:
            self.shut()
            return
        key = branch[1] if branch[0] == CLASS else ""
        lines = coverage.students(self.room, self.page.now(), self.code(), class_key=key)
        if branch[0] == GRADE:
            classes = {one.key for one in found.classes if of_grade(one) == branch[1]}
            lines = [one for one in lines if one.class_key in classes]
        self.panel.show_branch(branch, line, lines, self.code())
        if not self.panel.isVisibleTo(self.browse):
            self.panel.show()
            self._fit()
        for made in (self.states, self.weeks):
            made.mark(branch)
        if enter:
            self.panel.focus_first()

    def shut(self) -> None:
        """The map alone, with the keyboard where it was."""
        self.panel.leave_form()
        self.panel.hide()
        self._fit()
        for made in (self.states, self.weeks):
            made.mark(None)
        self.map().setFocus()

    def _walk(self, by: int) -> None:
        to = self.map().walk_to(by)
        if to is not None:
            self.show_branch(to)

    def _fit(self) -> None:
        """The list takes two parts of the room, no more than it can use, the map the rest; where a form stands beside them
        there is room for the list alone."""
        px = tokens.now().px
        alone = self.panel.isVisibleTo(self.browse) and self.width() < px(NARROW)
        self.panel.setMinimumWidth(px(368))
        self.panel.setMaximumWidth(px(NARROW if alone else 700))
        self.card.setVisible(not alone)
        for made in (self.look, self.term, self.print_button):
            made.setVisible(not alone)

    def minimumSizeHint(self) -> QSize:
        return QSize(tokens.now().px(400), super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange and hasattr(self, "panel"):
            self._fit()

    # ---- paper

    def print(self) -> None:
        """Ctrl+P: of an open class who is missing, for its teacher; else the map."""
        line = self.panel.line
        if self.panel.isVisible() and self.panel.branch[0] == CLASS and line is not None:
            self.leaving = leave_missing(self.page, self.code(), line, self.panel.everybody())
        else:
            self.print_map()

    def print_table(self) -> None:
        """Ctrl+Shift+P: the talks of the open class, a line for each."""
        line = self.panel.line
        if self.panel.isVisible() and self.panel.branch[0] == CLASS and line is not None:
            self.leaving = leave_table(self.page, self.code(), line, self.panel.everybody())

    def print_map(self) -> None:
        """The map as its real page, in the place of the tabs."""
        self.page.cover(MapPreview(self.page, self.code(), self.page.back))

    # ---- elsewhere

    def open(self, **target: Any) -> None:
        """`student`: his row (`deed="care"`: the form of his mark); `branch`: ("class", key); `term`: its code."""
        if code := target.get("term"):
            self.term.set_value(str(code))
        if student := target.get("student"):
            line = coverage.line(self.room, str(student), self.page.now(), self.code())
            if line is None:
                self.shell.toast("这名学生不在这个学期的名单里")
                return
            self.show_branch((CLASS, line.class_key), enter=False)
            self.panel.show_student(line.id)
            if target.get("deed") == "care":
                self.panel.begin_care()
        elif branch := target.get("branch"):
            self.show_branch(branch)

    def tell_rules(self) -> None:
        """Who is on the list and what counts, each with its source, in the side sheet."""
        if self.coverage is not None:
            self.page.sheet.open("名单和完成率是怎么算的", RulesTold(self.coverage, self.shell))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.panel.isVisible():
            self.shut()
        else:
            super().keyPressEvent(event)


def sentence(found: Coverage) -> str:
    """What is still to do, in one line."""
    total, rules = found.total, found.rules
    excused = f"，另有 {total.excused} 人有原因没谈" if total.excused else ""
    if found.day >= found.term.ends:
        left = f"还有 {total.left} 人没有谈" if total.left else "要谈的都谈过了"
        return f"谈过 {total.talked} 人，{left}{excused}。"
    if not total.left:
        return f"{total.talked} 人都谈过了{excused}。"
    return f"还有 {total.left} 人{excused}。第 {rules.finish_week} 周前谈完，每周需谈 {found.needed_per_week} 人。"


def rule_of(found: Coverage) -> str:
    """Who is on the list, in one line."""
    aim = f"目标 {found.rules.target} %" if found.rules.target < 100 else ""
    less = "完成率不算有原因的" if found.rules.denominator == "less_excused" else ""
    said = f"名单：{short_day(found.day)}在读的全体学生；休学、转出的不算，转来的算"
    return "；".join(part for part in (said, less, aim) if part) + "。"
