"""The left of 反馈: which students of a class, how far each is, and the bar that tells of many at once by one key."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from psyroom.errors import NotValid
from psyroom.records.care import Feedback
from psyroom.records.fields import about
from psyroom.rules import names
from psyroom.services import feedback
from psyroom.services.feedback_list import FeedbackLine
from psyroom.store.room import Room
from psyroom.ui.kit import Card, Choice, DayField, Field, TextField, button, link, text
from psyroom.ui.kit.flow import FlowLayout
from psyroom.ui.kit.picker import FindLine
from psyroom.ui.pages.feedback_list import StudentList, is_late
from psyroom.ui.pages.settings_base import InPlace, Place
from psyroom.ui.tokens import SPACE
from psyroom.ui.window import Shell

ALL, TODO, OUT, LATE = "all", "todo", "out", "late"
FILTERS = {ALL: "全部", TODO: "要写", OUT: "等签回", LATE: "过7天"}
TOLD = {"delivered": "送达", "signed": "签回", "refused": "拒收"}
KEYS = {"delivered": "S", "signed": "Q", "refused": "J"}


def is_todo(line: FeedbackLine) -> bool:
    """Whether there is something to write or to print."""
    return line.state == "draft" or (line.owed and not line.state)


def is_out(line: FeedbackLine) -> bool:
    """Whether a slip is out and has not come back."""
    return line.days is not None


SHOWS: dict[str, Callable[[FeedbackLine], bool]] = {ALL: lambda _line: True, TODO: is_todo, OUT: is_out, LATE: is_late}


class Pane(QWidget):
    """`changed` after a deed of the bar; the list's own signals stand at `list`."""

    help_topic = "feedback"
    filtered = Signal()

    def __init__(self, room: Room, shell: Shell, now: Callable[[], datetime]) -> None:
        super().__init__()
        self.room, self.shell, self.now = room, shell, now
        self.lines: list[FeedbackLine] = []
        self._drafts: frozenset[str] = frozenset()
        self._with_class = False
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE)
        self.filter = Choice(FILTERS, as_list=False)
        self.filter.edited.connect(self._on_filter)
        column.addWidget(self.filter)
        self.seek = FindLine("姓名、首字母或学号  Ctrl+F", "在名单里找")
        self.seek.textChanged.connect(lambda _words: self._show())
        self.seek.returnPressed.connect(self.focus_list)
        column.addWidget(self.seek)
        self.stack = QStackedWidget()
        self.list = StudentList()
        self.list.asked.connect(self.tell)
        self.list.ticked.connect(self._say_ticks)
        self.nobody = NothingHere("这里没有人。换一个筛选，或换一个班看看。")
        self.stack.addWidget(self.list)
        self.stack.addWidget(self.nobody)
        column.addWidget(self.stack, 1)
        column.addWidget(self._bar())
        self.place = Place()
        column.addWidget(self.place)

    def _bar(self) -> QWidget:
        self.bar = Card(tone="sunken", pad=1)
        top = QHBoxLayout()
        top.setSpacing(SPACE)
        self.chosen = text("", "soft", wrap=False)
        self.all_link = link("全勾", self.list.tick_all, tip="全勾，再按一次全不勾（Ctrl+A）")
        top.addWidget(self.chosen)
        top.addStretch(1)
        top.addWidget(self.all_link)
        self.bar.body.addLayout(top)
        row = FlowLayout()
        self.day = DayField(today=lambda: self.now().date())
        self.day.setProperty("small", "true")
        self.day.setAccessibleName("登记日期")
        self.day.setToolTip("按哪一天登记；平时就是今天")
        self.day.set_value(self.now().date())
        self.day.returnPressed.connect(self.focus_list)
        row.addWidget(self.day)
        self.buttons = {}
        for state, words in TOLD.items():
            made = button(f"{words} {KEYS[state]}", lambda state=state: self.tell(state), small=True,  # type: ignore[misc]
                          tip=f"勾上的（没有勾就是这一行）记为{words}：在名单里按 {KEYS[state]}")  # fmt: skip
            self.buttons[state] = made
            row.addWidget(made)
        self.bar.body.addLayout(row)
        return self.bar

    # ---- what is shown

    def show_lines(self, lines: Sequence[FeedbackLine], drafts: Iterable[str], *, with_class: bool) -> None:
        """The students of the class that was chosen; those owed something first where only some are."""
        found = list(lines)
        if any(line.owed for line in found) and not all(line.owed for line in found):
            found.sort(key=lambda line: not line.owed)
        self.lines, self._drafts, self._with_class = found, frozenset(drafts), with_class
        counts = {key: sum(1 for line in found if shows(line)) for key, shows in SHOWS.items()}
        self.filter.set_choices({key: f"{words} {counts[key]}" for key, words in FILTERS.items()})
        self._show()

    def shown(self) -> list[FeedbackLine]:
        """Those of the filter and of what is sought."""
        words = self.seek.text().strip()
        shows = SHOWS[self.filter.value() or ALL]
        return [line for line in self.lines if shows(line) and (not words or _fits(line, words))]

    def _show(self) -> None:
        shown = self.shown()
        held = self.list.hasFocus()
        self.list.show_lines(shown, self._drafts, with_class=self._with_class)
        self.stack.setCurrentWidget(self.list if shown else self.nobody)
        if held and not shown:
            self.filter.setFocus()
        self._say_ticks()

    def _on_filter(self) -> None:
        self._show()
        self.filtered.emit()

    def say_late(self) -> None:
        """Show only those whose slip has not come back for a week."""
        self.filter.set_value(LATE)

    def _say_ticks(self) -> None:
        ticked = len(self.list.ticks())
        self.chosen.setText(f"勾了 {ticked} 人" if ticked else "空格勾选多人，再按一个键")
        everybody = ticked == len(self.list.rows()) and ticked > 0
        self.all_link.setText("全不勾" if everybody else "全勾")
        self.all_link.setVisible(bool(self.list.rows()))

    def focus_list(self) -> None:
        (self.list if self.list.rows() else self.filter).setFocus()

    # ---- telling of many

    def tell(self, state: str, why: str | None = None) -> None:
        """One key: those meant came into this state on the day that stands in the bar. For a refusal the reason is asked."""
        meant = self.list.meant()
        if not meant:
            return
        if state == "refused" and why is None:
            self._ask_why(len(meant))
            return
        ids = [line.feedback for line in meant if line.feedback]
        none = len(meant) - len(ids)
        word = TOLD[state]
        if not ids:
            self.shell.toast(f"还没有反馈：先写好或打印，再记{word}。")
            return
        on = self.day.value()
        if not isinstance(on, date):
            self.shell.trouble(NotValid({"on": DayField.unreadable if on else "请填登记日期"}))
            self.day.setFocus()
            return
        done = self.shell.attempt(
            lambda: feedback.set_state(self.room, ids, state, on, self.now(), why=why or "", back=len(ids) == 1)
        )
        if not done:
            return
        self.place.shut()
        self.bar.show()
        ticked = bool(self.list.ticks())
        self.list.tick([line.student for line in meant], on=False)
        self.shell.tell_changed("feedback")
        left = [f"{done.result.left} 人原来就是" if done.result.left else "", f"{none} 人还没有反馈" if none else ""]
        more = "，".join(words for words in left if words)
        said = f"{meant[0].name}：{word}" if len(ids) == 1 else f"{done.result.changed} 人记为{word}"
        self.shell.toast(f"{said}（{more}）" if more else said, undo=done.result.changed > 0)
        if not ticked:
            self.list.step(1)
        self.focus_list()

    def _ask_why(self, many: int) -> None:
        told = about(Feedback, "refused_why")
        form = InPlace("", "记为拒收", lambda: self.tell("refused", str(form.values()["why"])))
        control = TextField("如：家长不愿签；可以不写", limit=told["limit"])
        form.row(("why", Field(f"{told['label']}（{many} 人）" if many > 1 else told["label"], control)))
        form.gone.connect(self._shut_place)
        self.bar.hide()  # the form stands in its place
        self.place.open(form)
        control.setFocus()

    def _shut_place(self) -> None:
        self.place.shut()
        self.bar.show()
        self.focus_list()


class NothingHere(Card):
    """In the place of a list that has no lines: low, so that a form still finds room under it."""

    def __init__(self, words: str) -> None:
        super().__init__()
        self.said = text(words, "soft")
        self.said.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.add(self.said, 1)


def _fits(line: FeedbackLine, words: str) -> bool:
    return names.matches(words, line.name) or line.number.startswith(words)
