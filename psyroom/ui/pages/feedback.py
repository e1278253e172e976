"""反馈, a tab of 一生一谈: which parents of a class are still to be told, and how far each slip has come. A class in one job:
write (the same words to many, each changed as one likes), print, 送达 and 签回 by one key each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QEvent, Qt, QTimer
from PySide6.QtGui import QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from psyroom.errors import NotFound, Tell
from psyroom.records.care import FEEDBACK_STATES
from psyroom.services import drafts, feedback, feedback_list, roll, talk_rules
from psyroom.services.feedback_list import FeedbackLine
from psyroom.ui import tokens
from psyroom.ui.kit import Choice, Elided, EmptyState, Tag, button, primary, text, tool
from psyroom.ui.kit.flow import Flow
from psyroom.ui.pages import feedback_scan as scan
from psyroom.ui.pages.feedback_editor import FeedbackEditor
from psyroom.ui.pages.feedback_list import TONES, is_late
from psyroom.ui.pages.feedback_many import SameWords
from psyroom.ui.pages.feedback_pane import Pane
from psyroom.ui.pages.feedback_print import leave_slips
from psyroom.ui.pages.note_phrases import PhraseList
from psyroom.ui.tokens import SPACE

if TYPE_CHECKING:
    from psyroom.ui.pages.talks import Here

WATCHED = {"feedback", "attachment", "student", "care", "talk_rules", "home_visit", "term", "class_naming"}
REST = 60
"""Milliseconds the arrows rest on a line before it is shown."""
LEFT, DAY = 384, 156  # pixels at 100 %
SHARE = 0.45
"""Of the page, at most, where large text meets a small screen."""
OWED, GRADE = "owed", "grade:"
FOR = {"all": "每名学生的家长都要反馈一次", "care": "只有需要重点关爱的要反馈，排在前面"}


class Tab(QWidget):
    """The class at the left, one of its students at the right; or the form for many."""

    help_topic = "feedback"

    def __init__(self, page: Here) -> None:
        super().__init__()
        self.page, self.room, self.shell = page, page.room, page.shell
        self.chosen = ""
        self._stale = True
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE + 4)
        self.head = self._head()
        column.addWidget(self.head)
        self.phrases = PhraseList(self.shell)
        self.destroyed.connect(self.phrases.deleteLater)
        across = QHBoxLayout()
        across.setSpacing(SPACE * 2)
        self.pane = Pane(self.room, self.shell, page.now)
        across.addWidget(self.pane)
        self.right = QStackedWidget()
        self.editor = FeedbackEditor(self.room, self.shell, self.phrases)
        self.many = SameWords(self.room, self.shell, self.phrases)
        self.nobody = EmptyState(
            "envelope-simple",
            "选一名学生",
            "左边选一名学生，回车就写。全班说的话差不多时，用“同样的话写给多人”，再逐个改。",
        )
        for widget in (self.nobody, self.editor, self.many):
            self.right.addWidget(widget)
        self.right.setMinimumWidth(1)  # form and slip need not stand beside each other: the slip gives way
        across.addWidget(self.right, 1)
        column.addLayout(across, 1)
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(REST)
        self._soon.timeout.connect(self._follow)
        self._connect()
        self._fit()

    # ---- building

    def _head(self) -> QWidget:
        head = QWidget()
        row = QHBoxLayout(head)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE)
        self.classes = Choice({"": "…"}, as_list=True)
        self.classes.setAccessibleName("班级")
        self.classes.edited.connect(self._on_class)
        row.addWidget(tool("caret-left", "上一个班", lambda: self.step_class(-1), shortcut="Ctrl+PgUp"))
        row.addWidget(self.classes)
        row.addWidget(tool("caret-right", "下一个班", lambda: self.step_class(1), shortcut="Ctrl+PgDown"))
        row.addSpacing(SPACE)
        words = QVBoxLayout()
        words.setSpacing(2)
        self.states = Flow(gap=6)
        self.rule = Elided("", "small")
        words.addWidget(self.states)
        words.addWidget(self.rule)
        row.addLayout(words, 1)
        self.late = button(
            "", self._show_late, kind="danger", icon_name="clock", small=True, tip="过了 7 天没签回的，只看这些"
        )
        row.addWidget(self.late)
        self.many_button = button("同样的话写给多人", self.begin_many, icon_name="users-three", shortcut="Ctrl+G")
        row.addWidget(self.many_button)
        self.print_button = primary("打印", self.print, icon_name="printer", shortcut="Ctrl+P")
        row.addWidget(self.print_button)
        return head

    def _connect(self) -> None:
        self.pane.list.chosen.connect(self._on_chosen)
        self.pane.list.opened.connect(lambda line: self.write(line.student))
        self.pane.list.given.connect(self._given)
        self.pane.list.pasted.connect(lambda: self._given(self.pane.list.student(), scan.in_clipboard()))
        self.pane.list.ticked.connect(self._say_print)
        self.pane.filtered.connect(self._say_print)
        self.editor.left.connect(self.pane.focus_list)
        self.editor.next_wanted.connect(self._next)
        self.editor.kept.connect(self._say_drafts)
        self.many.left.connect(self._back_from_many)
        self.many.done.connect(self._back_from_many)
        for keys, do in (("Ctrl+F", self.pane.seek.setFocus), ("Ctrl+O", self.choose_scan)):
            shortcut = QShortcut(QKeySequence(keys), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(do)

    def _fit(self) -> None:
        wide = min(tokens.now().px(LEFT), max(320, round(self.width() * SHARE)))
        self.pane.day.setFixedWidth(tokens.now().px(DAY))
        self.pane.setFixedWidth(max(wide, self.pane.minimumSizeHint().width()))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange and hasattr(self, "pane"):
            self._fit()

    # ---- what is shown

    def refresh(self, kinds: set[str]) -> None:
        """Something of it changed."""
        if kinds and not kinds & WATCHED:
            return
        if self.isVisible():
            self._show_all()
        else:
            self._stale = True

    def shown(self) -> None:
        if self._stale:
            self._show_all()
        self._take_keyboard()
        QTimer.singleShot(0, self, self._take_keyboard)  # a window that just came up gives it to the first button

    def _take_keyboard(self) -> None:
        """To the list, unless it stands somewhere below the head already."""
        focus = self.window().focusWidget()
        held = focus is not None and focus.isVisible() and self.isAncestorOf(focus)
        if self.isVisible() and (not held or self.head.isAncestorOf(focus)):
            self.pane.focus_list()

    def open(self, **target: Any) -> None:
        """`student`: this one's; `class_key`: a class; `filter`: all, todo, out or late; `many`: the form for many."""
        student = str(target.get("student") or "")
        key = str(target.get("class_key") or "")
        if student and not key:
            try:
                key = roll.entry(self.room, student).class_key
            except NotFound:
                return
        if key:
            self._stale = False
            self.classes.set_value(key)
            self._show_all()
        self.pane.seek.clear()
        self.pane.filter.set_value(str(target.get("filter") or "all"))
        if student:
            self.write(student)
        elif target.get("many"):
            self.begin_many()
        else:
            self.pane.focus_list()

    def _show_all(self) -> None:
        self._stale = False
        self._show_classes()
        key = self.classes.value() or ""
        now = self.page.now()
        if key == OWED:
            lines = feedback_list.listed(self.room, now, owed_only=True)
        elif key.startswith(GRADE):
            inside = {k for grade, k, *_ in roll.classes_of(self.room) if grade == key.removeprefix(GRADE)}
            lines = [line for line in feedback_list.listed(self.room, now) if line.class_key in inside]
        else:
            lines = feedback_list.listed(self.room, now, class_key=key) if key else []
        with_class = key == OWED or key.startswith(GRADE)
        self.pane.show_lines(lines, self._drafted(), with_class=with_class)
        self._say_states(lines)
        self._say_print()
        if self.right.currentWidget() is self.many:
            return
        line = next((line for line in lines if line.student == self.chosen), None)
        if line is not None:
            self._put(line, keep=True)
        else:
            self._put_nobody()

    def _drafted(self) -> list[str]:
        """Whose feedback was begun and not saved."""
        return [about for form, about, _at in drafts.pending(self.room) if form == feedback.FORM]

    def _say_drafts(self) -> None:
        self.pane.list.mark_drafts(self._drafted())

    def _show_classes(self) -> None:
        choices = {OWED: "全校要反馈的"}
        grades: set[str] = set()
        first = ""
        for grade, key, name, _count in roll.classes_of(self.room):
            if grade not in grades:
                grades.add(grade)
                choices[GRADE + grade] = f"{grade}（全年级）"
            choices[key] = name
            first = first or key
        before = self.classes.value()
        self.classes.blockSignals(True)
        self.classes.set_choices(choices)
        if before not in choices:
            self.classes.set_value(first)
        self.classes.blockSignals(False)

    def _say_states(self, lines: list[FeedbackLine]) -> None:
        counts = {key: sum(1 for line in lines if line.state == key) for key in FEEDBACK_STATES}
        none = sum(1 for line in lines if not line.state and line.owed)
        tags: list[QWidget] = [
            Tag(f"{words} {counts[key]}", TONES[key]) for key, words in FEEDBACK_STATES.items() if counts[key]
        ]
        if none:
            tags.insert(0, Tag(f"还没写 {none}", "amber"))
        self.states.set(tags or [text("还没有反馈", "strong", wrap=False)])
        rules = talk_rules.rules(self.room)
        source = f"（{rules.feedback_source}）" if rules.feedback_source else ""
        self.rule.setText(f"{FOR[rules.feedback_for]}{source}")
        late = sum(1 for line in lines if is_late(line))
        self.late.setText(f"{late} 人超过 7 天")
        self.late.setVisible(late > 0)

    def _say_print(self) -> None:
        many = len(self._to_print())
        self.print_button.setText(f"打印 {many} 份")
        self.print_button.setEnabled(many > 0)

    def _to_print(self) -> list[FeedbackLine]:
        """The ticked ones, else all of the list."""
        return self.pane.list.ticks() or self.pane.list.rows()

    def _on_class(self) -> None:
        self.pane.list.tick([line.student for line in self.pane.list.ticks()], on=False)
        self.chosen = ""
        self._show_all()

    def step_class(self, by: int) -> None:
        """The class before or after."""
        keys = [OWED, *(key for _grade, key, *_ in roll.classes_of(self.room))]
        now = self.classes.value()
        at = keys.index(now) + by if now in keys else 1
        if 0 <= at < len(keys):
            self.classes.set_value(keys[at])
            self.pane.focus_list()

    def _show_late(self) -> None:
        self.pane.say_late()
        self.pane.focus_list()

    # ---- one student

    def _on_chosen(self, line: FeedbackLine | None) -> None:
        if line is not None and self.right.currentWidget() is not self.many:
            self._soon.start()

    def _follow(self) -> None:
        line = self.pane.list.row()
        if line is not None and line.student != self.chosen and self.right.currentWidget() is not self.many:
            self._put(line)

    def _put(self, line: FeedbackLine, *, keep: bool = False) -> None:
        self._soon.stop()
        self.chosen = line.student
        try:
            self.editor.show_line(line, keep=keep)
        except Tell as told:
            self.shell.trouble(told)
            self._put_nobody()
            return
        self.right.setCurrentWidget(self.editor)

    def _put_nobody(self) -> None:
        self.chosen = ""
        self.editor.flush()
        self.right.setCurrentWidget(self.nobody)

    def write(self, student: str) -> None:
        """Enter: this one's feedback, the keyboard in it."""
        self._back_from_many(focus=False)
        if not self.pane.list.choose_student(student):
            return
        line = self.pane.list.row()
        if line is not None:
            if line.student != self.chosen or self.right.currentWidget() is not self.editor:
                self._put(line)
            self.editor.focus_first()

    def _next(self) -> None:
        """After Ctrl+Enter: the next of the list; at its end back to the list."""
        if self.pane.list.step(1):
            self.write(self.pane.list.student())
        else:
            self.pane.focus_list()

    # ---- many

    def begin_many(self) -> None:
        """Ctrl+G: the same words to the ticked ones, else to all of the list."""
        ticked = self.pane.list.ticks()
        lines = ticked or self.pane.list.rows()
        if not lines:
            return
        self.editor.flush()
        where = "勾选的学生" if ticked else self._class_words()
        self.many.show_for(lines, f"同样的话写给{where}", str(self.classes.value()))
        self.right.setCurrentWidget(self.many)
        self.many.focus_first()

    def _class_words(self) -> str:
        key = self.classes.value() or ""
        if key == OWED:
            return "全校要反馈的"
        if key.startswith(GRADE):
            return key.removeprefix(GRADE)
        return next((name for _grade, k, name, _count in roll.classes_of(self.room) if k == key), "")

    def _back_from_many(self, *, focus: bool = True) -> None:
        if self.right.currentWidget() is not self.many:
            return
        self.many.flush()
        self.right.setCurrentWidget(self.nobody)
        line = self.pane.list.row()
        if line is not None:
            self._put(line)
        if focus:
            self.pane.focus_list()

    # ---- out and back

    def print(self) -> None:
        """Ctrl+P: the slips of the ticked ones, else of all of the list, by the dialog that asks why and to whom."""
        self.editor.flush()
        if (dialog := leave_slips(self.shell, self._to_print())) is not None:
            dialog.finished.connect(lambda _how: self.pane.focus_list())

    def choose_scan(self) -> None:
        """Ctrl+O: the signed slip of the line the keyboard is at, from a file."""
        line = self.pane.list.row()
        if line is not None and (path := scan.choose(None, self.shell)) is not None:
            scan.take_back(self.shell, line, path)

    def _given(self, student: str, mime: Any) -> None:
        """A file dropped on a line, or pasted there."""
        line = next((one for one in self.pane.list.rows() if one.student == student), None)
        if line is None:
            return
        try:
            found = scan.what_lies_in(mime)
        except Tell as told:
            self.shell.trouble(told)
            return
        if found is None:
            self.shell.toast(scan.NOTHING)
        else:
            scan.take_back(self.shell, line, found)
