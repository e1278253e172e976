"""家访, a tab of 一生一谈: whose home was visited this semester, counted as the region counts it; who went, what was seen, when
somebody goes again."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QEvent, Qt, QTimer
from PySide6.QtGui import QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from psyroom.errors import Tell
from psyroom.records.care import VISITED
from psyroom.services import feedback_papers, home_visits, home_visits_counted
from psyroom.services.home_visits import HomeVisitSeen
from psyroom.services.home_visits_counted import Counted, CountedRow
from psyroom.ui import tokens
from psyroom.ui.kit import EmptyState, Tag, button, primary, text
from psyroom.ui.kit.flow import Flow
from psyroom.ui.pages.home_visits_editor import VisitEditor
from psyroom.ui.pages.home_visits_list import TONES, VisitList
from psyroom.ui.pages.note_phrases import PhraseList
from psyroom.ui.pages.paper_view import PaperView
from psyroom.ui.tokens import SPACE

if TYPE_CHECKING:
    from psyroom.ui.pages.talks import Here

WATCHED = {"home_visit", "feedback", "student", "talk_rules", "class_teacher", "term", "attachment"}
REST = 60
"""Milliseconds the arrows rest on a line before it is shown."""
LEFT = 420  # pixels at 100 %
SHARE = 0.45
"""Of the page, at most, where large text meets a small screen."""
FIRST = (
    "去了谁家、谁去的、看到什么、什么时候再去，都记在这里；电话和微信也能记，算不算一次看地区的规定。"
    "家访时顺便反馈过的，勾一下就不用另写反馈。"
)


class Tab(QWidget):
    """The visits at the left, one of them at the right."""

    help_topic = "home-visits"

    def __init__(self, page: Here) -> None:
        super().__init__()
        self.page, self.room, self.shell = page, page.room, page.shell
        self.visits: dict[str, HomeVisitSeen] = {}
        self._stale = True
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE + 4)
        self.head = self._head()
        column.addWidget(self.head)
        across = QHBoxLayout()
        across.setSpacing(SPACE * 2)
        self.list = VisitList(lambda: page.now().date())
        across.addWidget(self.list)
        self.phrases = PhraseList(self.shell)
        self.destroyed.connect(self.phrases.deleteLater)
        self.right = QStackedWidget()
        self.nobody = EmptyState(
            "house-line", "家访记录", FIRST, primary("登记家访", self.begin, icon_name="plus"), width=420
        )
        self.editor = VisitEditor(self.room, self.shell, self.phrases)
        self.right.addWidget(self.nobody)
        self.right.addWidget(self.editor)
        across.addWidget(self.right, 1)
        column.addLayout(across, 1)
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(REST)
        self._soon.timeout.connect(self._follow)
        self.list.chosen.connect(lambda seen: self._soon.start() if seen is not None else None)
        self.list.opened.connect(lambda seen: self.show_visit(seen.id))
        self.list.wanted.connect(self._of_missing)
        self.editor.left.connect(self.list.focus_list)
        self.editor.saved.connect(self._saved)
        self.editor.again.connect(self._begin_return)
        self.editor.gone.connect(self._after_removal)
        for keys, do in (("Ctrl+F", self.list.seek.setFocus), ("Ctrl+P", self.editor.print)):
            shortcut = QShortcut(QKeySequence(keys), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(do)
        self._fit()

    # ---- building

    def _head(self) -> QWidget:
        head = QWidget()
        row = QHBoxLayout(head)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE)
        words = QVBoxLayout()
        words.setSpacing(2)
        self.states = Flow(gap=6)
        self.source = text("", "small")
        words.addWidget(self.states)
        words.addWidget(self.source)
        row.addLayout(words, 1)
        tools = QHBoxLayout()
        tools.setSpacing(SPACE)
        tools.addWidget(button("空表", self.show_empty, icon_name="printer", tip="打印一张空的家访记录带去手写"))
        tools.addWidget(primary("登记家访", self.begin, icon_name="plus", shortcut="Ctrl+N"))
        row.addLayout(tools)
        return head

    def _fit(self) -> None:
        wide = min(tokens.now().px(LEFT), max(320, round(self.width() * SHARE)))
        self.list.setFixedWidth(max(wide, self.list.minimumSizeHint().width()))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange and hasattr(self, "list"):
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
            self.list.focus_list()

    def open(self, **target: Any) -> None:
        """`visit`: this one; `new` (and `student`): a new one; `filter`: visits, due or none."""
        if visit := str(target.get("visit") or ""):
            self.show_visit(visit)
        elif target.get("new") or target.get("student"):
            self.begin(str(target.get("student") or ""))
        if shown := target.get("filter"):
            self.list.filter.set_value(str(shown))
            self.list.focus_list()

    def _show_all(self) -> None:
        self._stale = False
        now = self.page.now()
        found = home_visits.listed(self.room, now)
        self.visits = {seen.id: seen for seen in found}
        counted = home_visits_counted.counted(self.room, now)
        self._say_counted(counted)
        self.list.show_visits(found, counted)
        if self.right.currentWidget() is not self.editor:
            return
        here = self.editor.seen
        if here is not None and here.id in self.visits:
            self.editor.show_visit(self.visits[here.id], keep=True)
        elif here is not None:  # undone or removed
            self._show_nobody()

    def _say_counted(self, counted: Counted) -> None:
        whom = "名学生家访过" if counted.per == "student" else "位教师去过"
        done = f"{counted.done} / {counted.of} {whom}" if counted.of else f"{counted.done} {whom}"
        forms = Counter(seen.fields.way for seen in self.visits.values())  # of a visit by two teachers there is one
        tags = [
            Tag(
                f"{VISITED[way].removesuffix('家访')} {forms[way]}{'' if way in counted.counts else '，不计入'}",
                TONES[way] if forms[way] else "",
            )
            for way in VISITED
        ]
        self.states.set([text(done, "strong", wrap=False), *tags])
        asked = "每名学生" if counted.per == "student" else "每位教师"
        only = "、".join(VISITED[way] for way in counted.counts)
        rule = f"{asked}每学期至少 {counted.least} 次，{only}算数。" if counted.least else ""
        said = f"{rule}（{counted.source}）" if rule else f"{counted.source}。"
        unsaid = "全校教师人数还没有填，在设置的“谈话与反馈”里填好就能算完成率。"
        self.source.setText(said if counted.of is not None else f"{said}{unsaid}")

    # ---- one visit

    def _follow(self) -> None:
        visit = self.list.visit()
        if visit in self.visits and (self.editor.seen is None or self.editor.seen.id != visit):
            self._put(visit)

    def _put(self, visit: str) -> bool:
        self._soon.stop()
        try:
            self.editor.show_visit(self.visits.get(visit) or home_visits.seen(self.room, visit))
        except Tell as told:
            self.shell.trouble(told)
            return False
        self.right.setCurrentWidget(self.editor)
        return True

    def show_visit(self, visit: str) -> None:
        """Enter: this one, the keyboard in it."""
        if (self.editor.seen is not None and self.editor.seen.id == visit) or self._put(visit):
            self.right.setCurrentWidget(self.editor)
            self.list.choose(visit)
            self.editor.focus_first()

    def begin(self, student: str = "", *, teacher: str = "") -> None:
        """Ctrl+N: a new one."""
        self._soon.stop()
        self.editor.begin(student, teacher=teacher)
        self.right.setCurrentWidget(self.editor)
        self.editor.focus_first()

    def _begin_return(self, visit: str) -> None:
        self.editor.begin(after=self.visits.get(visit) or home_visits.seen(self.room, visit))
        self.editor.focus_first()

    def _of_missing(self, row: CountedRow) -> None:
        self.begin(row.student, teacher="" if row.student else row.name)

    def _saved(self, visit: str) -> None:
        self.list.choose(visit)

    def _show_nobody(self) -> None:
        self._soon.stop()
        self.right.setCurrentWidget(self.nobody)
        self.editor.seen = None

    def _after_removal(self) -> None:
        self._show_nobody()
        self.list.focus_list()

    # ---- the empty form

    def show_empty(self) -> None:
        """家访记录 to take along and fill in by hand; it names nobody."""
        view = EmptyForm(self.page)
        self.page.cover(view)


class EmptyForm(PaperView):
    """The empty form as the real page."""

    help_topic = "home-visits"

    def __init__(self, page: Here) -> None:
        super().__init__(page.room, page.shell)
        self.page = page
        row = QHBoxLayout()
        row.addWidget(text("家访记录（空表）", "title", wrap=False), 1)
        row.addWidget(button("返回（Esc）", page.back, kind="quiet"))
        row.addWidget(button("存成文件", self.save, icon_name="export"))
        self.column.addLayout(row)
        self.column.addWidget(self.trouble)
        self.column.addWidget(self.preview, 1)
        room = self.room
        self.shell.run(self, lambda: feedback_papers.empty_form(room), done=self.show_made, failed=self.show_trouble)

    def focus_first(self) -> None:
        self.preview.setFocus()

    def keyPressEvent(self, event: Any) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.page.back()
        else:
            super().keyPressEvent(event)
