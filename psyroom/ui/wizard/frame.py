"""The frame of a wizard: the line of steps, one page, 上一步 and 下一步."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QFrame,
    QHBoxLayout,
    QPlainTextEdit,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from psyroom.errors import NotValid, Tell
from psyroom.ui import ask, tokens, worker
from psyroom.ui.kit.fields import Field
from psyroom.ui.kit.sheet import scrolled
from psyroom.ui.kit.steps import StepLine
from psyroom.ui.kit.texts import button, primary, text
from psyroom.ui.tokens import SPACE

COLUMN = 620


class Step(QWidget):
    """One page: a heading, why it is asked, its fields. Override `check` to refuse, `arrive` to prepare."""

    next_words = "下一步"
    wide = False  # may use the whole width (a preview)
    can_go_back = True

    def __init__(self, name: str, heading: str, why: str = "") -> None:
        super().__init__()
        self.name = name
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(SPACE * 2)
        words = QVBoxLayout()
        words.setSpacing(4)
        words.addWidget(text(heading, "title"))
        if why:
            words.addWidget(text(why, "soft"))
        self.column.addLayout(words)
        self.fields: dict[str, Field] = {}

    def add(self, widget: QWidget) -> QWidget:
        self.column.addWidget(widget)
        return widget

    def field(self, name: str, made: Field) -> Field:
        """Remember a field by name, so that a refusal finds it; the caller places it."""
        self.fields[name] = made
        return made

    def row(self, *widgets: QWidget, stretch: Sequence[int] = ()) -> None:
        line = QHBoxLayout()
        line.setSpacing(SPACE * 2)
        for at, widget in enumerate(widgets):
            line.addWidget(widget, stretch[at] if at < len(stretch) else 1, Qt.AlignmentFlag.AlignTop)
        self.column.addLayout(line)

    def arrive(self) -> None:
        """The page comes to the front."""

    def check(self) -> dict[str, str]:
        """What cannot be taken: field → sentence; empty goes on."""
        return {}

    def show_problems(self, problems: dict[str, str]) -> list[str]:
        """Sentences under their fields; returns those that have none here. The first wrong field takes the keyboard."""
        stray = []
        first: Field | None = None
        for name, sentence in problems.items():
            if name in self.fields:
                self.fields[name].problem(sentence)
                first = first or self.fields[name]
            else:
                stray.append(sentence)
        if first is not None:
            first.control.setFocus()
        return stray

    def focus_first(self) -> None:
        for made in self.fields.values():
            if made.isEnabled() and not made.isHidden():
                made.control.setFocus()
                return


class Wizard(QWidget):
    """`done` with the result (a room), `left` when the person goes back before the first page.

    Subclasses hand in their steps and override `finish` (after the last step) and, for slow work between two steps,
    `between(at)`, which may return work for the worker and what to do with its answer.
    """

    done = Signal(object)
    left = Signal()

    def __init__(self, title: str, steps: Sequence[Step]) -> None:
        super().__init__()
        self.steps, self.at = list(steps), 0
        self._job: worker.Job | None = None
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, SPACE * 2, 0, 0)
        outer.setSpacing(SPACE * 2)
        self.line = StepLine([step.name for step in self.steps])
        head = QHBoxLayout()
        head.addStretch(1)
        head.addWidget(self.line, 6)
        head.addStretch(1)
        outer.addLayout(head)
        self.line.setVisible(len(self.steps) > 1)
        self.stack = QStackedWidget()
        for step in self.steps:
            self.stack.addWidget(self._frame(step))
        outer.addWidget(self.stack, 1)
        outer.addWidget(self._foot())
        self.setAccessibleName(title)
        self._show(0)

    def _frame(self, step: Step) -> QWidget:
        holder = QWidget()
        row = QHBoxLayout(holder)
        row.setContentsMargins(SPACE * 4, SPACE, SPACE * 4, SPACE * 2)
        if step.wide:
            row.addWidget(step)
            return holder
        row.addStretch(1)
        inner = QWidget()
        inner.setFixedWidth(tokens.now().px(COLUMN))
        column = QVBoxLayout(inner)
        column.setContentsMargins(2, 0, 2, 0)
        column.addWidget(step)
        column.addStretch(1)
        row.addWidget(inner)
        row.addStretch(1)
        return scrolled(holder)

    def _foot(self) -> QWidget:
        foot = QFrame()
        foot.setObjectName("status")
        column = QVBoxLayout(foot)
        column.setContentsMargins(SPACE * 4, SPACE + 4, SPACE * 4, SPACE + 4)
        self.trouble = text("", "error")
        self.trouble.hide()
        column.addWidget(self.trouble)
        row = QHBoxLayout()
        self.back: QPushButton = button("上一步", self.go_back)
        self.back.setToolTip("上一步（Esc）")
        self.working = text("", "soft", wrap=False)
        self.next: QPushButton = primary("下一步", self.go_on)
        self.next.setToolTip("下一步（回车）")
        row.addWidget(self.back)
        row.addStretch(1)
        row.addWidget(self.working)
        row.addWidget(self.next)
        column.addLayout(row)
        return foot

    # ---- walking

    def step(self) -> Step:
        return self.steps[self.at]

    def _show(self, at: int) -> None:
        self.at = at
        self.stack.setCurrentIndex(at)
        self.line.set(at)
        self.say("")
        step = self.steps[at]
        self.next.setText(step.next_words)
        self.back.setVisible(step.can_go_back)
        step.arrive()
        step.focus_first()

    def go_on(self) -> None:
        if self._job is not None:
            return
        self.say("")
        if problems := self.step().check():
            self._refuse(problems)
            return
        work = self.between(self.at)
        if work is not None:
            self.run(*work)
            return
        self.advance()

    def advance(self) -> None:
        """To the next page, or the end."""
        if self.at + 1 < len(self.steps):
            self._show(self.at + 1)
        else:
            self.finish()

    def go_back(self) -> None:
        if self._job is not None or not self.step().can_go_back:
            return
        if self.at:
            self._show(self.at - 1)
        else:
            self.left.emit()

    def between(self, at: int) -> tuple[worker.Work, Callable[[Any], object], str] | None:
        """Slow work after page `at`: (work, what to do with its answer, what is said meanwhile)."""
        return None

    def finish(self) -> None:
        """After the last page."""

    def run(self, work: worker.Work, then: Callable[[Any], object], words: str) -> None:
        """Do slow work with the pages locked; a refusal goes back to the page whose field it names."""

        def arrived(result: Any) -> None:
            self._busy("")
            then(result)

        self._busy(words)
        self._job = worker.run(self, work, done=arrived, failed=self._failed)

    def _busy(self, words: str) -> None:
        self.working.setText(words)
        self.stack.setEnabled(not words)
        self.next.setEnabled(not words)
        self.back.setEnabled(not words)
        if not words:
            self._job = None

    def busy(self) -> bool:
        return self._job is not None

    def _failed(self, tell: Tell) -> None:
        self._busy("")
        if isinstance(tell, NotValid):
            self._refuse(tell.fields)
        else:
            self._refuse(self.place_of(tell))

    def place_of(self, tell: Tell) -> dict[str, str]:
        """Under which field a refusal belongs."""
        return {"": str(tell)}

    def _refuse(self, problems: dict[str, str]) -> None:
        here = self.step()
        if not any(name in here.fields for name in problems):
            for at, step in enumerate(self.steps[: self.at]):
                if step.can_go_back and any(name in step.fields for name in problems):
                    self._show(at)
                    break
        self.say("；".join(self.step().show_problems(problems)))

    def say(self, sentence: str) -> None:
        self.trouble.setText(sentence)
        self.trouble.setVisible(bool(sentence))

    def may_close(self) -> bool:
        """Whether the window may be closed now; asked when there is something to lose."""
        return not self.at or ask.confirm(self, "还没有做完", "关掉后，刚才填的要重新填。", yes="关掉", no="继续填")

    def focus_first(self) -> None:
        self.step().focus_first()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._enter()
        elif event.key() == Qt.Key.Key_Escape:
            self.go_back()
        else:
            super().keyPressEvent(event)

    def _enter(self) -> None:
        """Enter: the next field of the page; from the last one, the next page."""
        focus = self.focusWidget()
        if isinstance(focus, QPushButton) and not focus.isCheckable():
            focus.click()
            return
        if isinstance(focus, QPlainTextEdit):
            return
        step = self.step()
        after: QWidget | None = focus
        for _ in range(200):
            after = after.nextInFocusChain() if after is not None else None
            if after is None or after is focus or not step.isAncestorOf(after):
                break
            if after.isVisible() and after.isEnabled() and after.focusPolicy() & Qt.FocusPolicy.TabFocus:
                if isinstance(after, QAbstractButton) and not after.isCheckable():
                    continue
                after.setFocus(Qt.FocusReason.TabFocusReason)
                return
        self.go_on()
