"""The roster from a file, in the page's place: choose, check the columns, see what would happen, take it, done."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from psyroom.errors import Tell
from psyroom.services import roster, roster_sheet, school
from psyroom.services.roster import RosterPlan
from psyroom.store.room import Room
from psyroom.ui import ask
from psyroom.ui.kit import Card, EmptyState, PageHeader, Progress, StepLine, button, primary, quiet, text
from psyroom.ui.pages.students_actions import grades
from psyroom.ui.pages.students_columns import ColumnsView
from psyroom.ui.pages.students_preview import PreviewView
from psyroom.ui.tokens import SPACE
from psyroom.ui.window import Shell

STEPS = ("选文件", "核对各列", "预览", "完成")
KINDS = ("student", "student_detail", "student_label", "student_question", "grade_naming")
PATTERNS = "名册 (*.xlsx *.xls *.et *.csv *.txt *.xlsm *.htm *.html);;所有文件 (*)"

CHOOSE = "教务处给的表直接拿来用：xlsx、xls、et、csv 都行；一张表或每班一张表都行；标题行、两行表头不用删。"


class ImportView(QWidget):
    """One file's way in. Nothing is written before 确认导入; a file that cannot be read says why, and the page stays."""

    help_topic = "students-import"

    gone = Signal()

    def __init__(self, room: Room, shell: Shell) -> None:
        super().__init__()
        self.room, self.shell = room, shell
        self.path: Path | None = None
        self.plan: RosterPlan | None = None
        self.mapping: dict[str, str] = {}
        self.classes: dict[str, tuple[str, int, int]] = {}
        self.taken = ""
        self._job: Any = None
        self.setAcceptDrops(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE * 2)
        self.back_button = quiet("返回（Esc）", self.gone.emit)
        self.header = PageHeader("导入名册", "", self.back_button)
        column.addWidget(self.header)
        self.steps = StepLine(STEPS)
        column.addWidget(self.steps)
        self.trouble = Card(tone="brick")
        self.trouble_words = text("", "strong")
        self.trouble.add(self.trouble_words)
        self.trouble.hide()
        column.addWidget(self.trouble)
        self.stack = QStackedWidget()
        column.addWidget(self.stack, 1)
        self.choose_button = primary("选择文件", self.choose, icon_name="folder-open", shortcut="Ctrl+O")
        self.start = EmptyState("upload-simple", "选择名册文件", CHOOSE + "也可以把文件拖到这里。", self.choose_button)
        self.stack.addWidget(self.start)
        self.progress = Progress(cancel=self._cancel)
        self.reading = QWidget()
        reading = QVBoxLayout(self.reading)
        reading.setContentsMargins(0, SPACE * 3, 0, 0)
        reading.addWidget(self.progress)
        reading.addStretch(1)
        self.stack.addWidget(self.reading)
        self.columns: ColumnsView | None = None
        self.preview: PreviewView | None = None
        for keys in ("Ctrl+S", "Ctrl+Return", "Ctrl+Enter"):
            shortcut = QShortcut(QKeySequence(keys), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(self.go_on)

    def begin(self) -> None:
        self.choose_button.setFocus()

    def go_on(self) -> None:
        """Ctrl+S: the primary action of the present step."""
        shown = self.stack.currentWidget()
        if shown is self.start:
            self.choose()
        elif shown is self.columns:
            self.to_preview()
        elif shown is self.preview:
            self.take()

    # ---- 1: the file

    def choose(self) -> None:
        found = ask.open_file(self, "选择名册文件", PATTERNS)
        if found is not None:
            self.read(found)

    def read(self, path: Path) -> None:
        """A file: recognise its columns and work out what it would do."""
        self.path, self.mapping, self.classes = path, {}, {}
        self._plan(self._recognised)

    def _plan(self, then: Callable[[RosterPlan], object]) -> None:
        assert self.path is not None  # every way here begins with a file
        self.say("")
        self.progress.begin(f"正在读“{self.path.name}”……")
        self.stack.setCurrentWidget(self.reading)
        work = roster.plan(self.room, self.path, mapping=self.mapping or None, classes=self.classes or None)
        self._job = self.shell.run(
            self,
            work,
            done=then,
            failed=self._failed,
            progress=lambda done, total: self.progress.set(done, total, "步"),
        )

    def _failed(self, tell: Tell) -> None:
        """The sentence in place; one step back, nothing lost."""
        self._job = None
        self.say(str(tell))
        self.stack.setCurrentWidget(self.columns or self.start)
        self.steps.set(1 if self.columns else 0)

    def _cancel(self) -> None:
        if self._job is not None:
            self._job.cancel()
            self._job = None
        self.stack.setCurrentWidget(self.columns or self.start)

    def say(self, sentence: str) -> None:
        self.trouble_words.setText(sentence)
        self.trouble.setVisible(bool(sentence))

    # ---- 2: the columns

    def _recognised(self, plan: RosterPlan) -> None:
        self._job, self.plan = None, plan
        self._drop(self.columns)
        self.columns = ColumnsView(plan, grades(school.context(self.room), self.room.today()))
        self.columns.go_on.connect(self.to_preview)
        self.columns.other_file.connect(self.choose)
        self.stack.addWidget(self.columns)
        self.show_columns()

    def show_columns(self) -> None:
        assert self.columns is not None and self.path is not None
        self.header.set_question(self.path.name)
        self.steps.set(1)
        self.stack.setCurrentWidget(self.columns)
        self.columns.focus_first()

    def _drop(self, view: QWidget | None) -> None:
        if view is not None:
            self.stack.removeWidget(view)
            view.deleteLater()

    def to_preview(self) -> None:
        """Work it out again with what was corrected and answered."""
        assert self.columns is not None
        answers = self.columns.classes()
        if answers is None:
            return
        mapping = self.columns.mapping()
        if mapping == self.mapping and answers == self.classes and self.plan is not None:
            self._show_preview(self.plan)
            return
        self.mapping, self.classes = mapping, answers
        self._plan(self._show_preview)

    # ---- 3: the dry run

    def _show_preview(self, plan: RosterPlan) -> None:
        self._job, self.plan = None, plan
        self._drop(self.preview)
        self.preview = PreviewView(plan)
        self.preview.back.connect(self.show_columns)
        self.preview.take.connect(self.take)
        self.preview.save_problems.connect(self.save_problems)
        self.stack.addWidget(self.preview)
        self.steps.set(2)
        self.stack.setCurrentWidget(self.preview)
        self.preview.focus_first()

    def take(self) -> None:
        """One deed."""
        plan = self.plan
        if plan is None or self.preview is None or not self.preview.take_button.isEnabled():
            return
        self.preview.take_button.setEnabled(False)
        outcome = self.shell.attempt(lambda: roster.take(self.room, plan), kinds=KINDS)
        if not outcome:
            self.preview.take_button.setEnabled(True)
            return
        self.taken = outcome.result
        self._show_done(plan)

    # ---- 4: done

    def _show_done(self, plan: RosterPlan) -> None:
        self.steps.set(4)
        told = "、".join(
            f"{words} {plan.count(kind)} 人"
            for kind, words in (("new", "新增"), ("changed", "改动"), ("unchanged", "不变"))
            if plan.count(kind)
        )
        refused, asked = plan.count("refused"), sum(1 for item in plan.items if item.asked)
        more = [
            f"{refused} 行没有导入，把问题另存为表格交给教务处，改好后再导入一次就行。" if refused else "",
            f"{asked} 名学生有待核实的地方，在左边“待核实”里。" if asked else "",
        ]
        box = QWidget()
        row = QHBoxLayout(box)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE)
        self.done_button = primary("去看学生", self.gone.emit)
        row.addWidget(self.done_button)
        if plan.problems:
            row.addWidget(button("把问题另存为表格", self.save_problems, icon_name="table"))
        if self.taken:
            row.addWidget(button("撤销这次导入", self._undo, icon_name="arrow-counter-clockwise"))
        done = EmptyState(
            "check-circle", f"导入好了：{told}" if told else "这份名册没有新内容", "\n".join(w for w in more if w), box
        )
        self.stack.addWidget(done)
        self.stack.setCurrentWidget(done)
        self.done_button.setFocus()

    def _undo(self) -> None:
        from psyroom.services import history

        outcome = self.shell.attempt(lambda: history.undo(self.room, self.taken), kinds=KINDS)
        if outcome:
            kept = outcome.result.kept
            words = "已撤销这次导入" + (
                f"；{len(kept)} 名学生之后又有改动，保留着：{'、'.join(kept[:5])}" if kept else ""
            )
            self.shell.toast(words)
            self.gone.emit()

    def save_problems(self) -> None:
        """The rows with a question as an xlsx, where the person says."""
        plan = self.plan
        if plan is None or self.path is None:
            return
        target = ask.save_file(
            self, "把问题另存为表格（含学生信息，请妥善保管）", f"{self.path.stem}_待核实.xlsx", "Excel 表格 (*.xlsx)"
        )
        if target is not None:
            outcome = self.shell.attempt(lambda: roster_sheet.save_problems(self.room, plan, target))
            if outcome:
                self.shell.toast(f"已存为 {outcome.result.name}")

    # ---- keys and drops

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if self.stack.currentWidget() is self.start and event.mimeData().hasUrls():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        files = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
        if files:
            event.acceptProposedAction()
            self.read(files[0])

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            if self.stack.currentWidget() is self.preview:
                self.show_columns()
            elif self.stack.currentWidget() is self.reading:
                self._cancel()
            else:
                self.gone.emit()
        else:
            super().keyPressEvent(event)
