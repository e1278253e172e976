"""Somebody stands at the door: a name by its initials and Enter, from any page (Ctrl+Q). The rest can wait."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QApplication, QHBoxLayout, QVBoxLayout, QWidget
from shiboken6 import isValid

from psyroom.records.booking import CLIENTS, VisitFields
from psyroom.rules.typed import clock
from psyroom.services import visits
from psyroom.services.hours import local_now
from psyroom.ui import tokens
from psyroom.ui.kit import Card, Choice, Form, NumberField, Picker, primary, quiet, text
from psyroom.ui.page import Page
from psyroom.ui.pages.bookings_form import receivers, students_found
from psyroom.ui.tokens import SPACE
from psyroom.ui.window import Shell

WIDTH = 460


class WalkIn(QWidget):
    """One per window, a veil over whatever page is shown and a card on it. Taking a name registers at once; 撤销 in the
    toast takes it back."""

    help_topic = "walk-in"

    def __init__(self, shell: Shell) -> None:
        super().__init__(shell.centralWidget())
        self.shell, self.room = shell, shell.room
        self._before: QWidget | None = None
        self.card = Card("直接来访", pad=3)
        self.hint = text("", "soft")
        self.card.add(self.hint)
        self.form = Form(VisitFields)
        self.form.enter_moves = False
        self.picker = Picker(lambda words: students_found(self.room, words), "姓名或拼音首字母，如 zxy，回车登记")
        self.kind = Choice(CLIENTS)
        self.form.add("student", controls={"student": self.picker})
        self.form.add("name", "size", controls={"size": NumberField(unit="人")}, stretch=(2, 1))
        self.people = receivers(self.room)
        self.form.add("client", "person", controls={"client": self.kind, "person": Choice(self.people, as_list=True)})
        self.form.fields["person"].setVisible(len(self.people) > 1)
        self.form.fields["client"].label.setText("谁来")
        self.card.add(self.form)
        foot = QHBoxLayout()
        foot.setSpacing(SPACE)
        foot.addWidget(primary("登记，从现在开始", self.enter, tip="登记（Ctrl+Enter）"))
        foot.addStretch(1)
        foot.addWidget(quiet("关闭（Esc）", self.shut))
        self.card.body.addSpacing(SPACE // 2)
        self.card.body.addLayout(foot)
        column = QVBoxLayout(self)
        column.addStretch(1)
        column.addWidget(self.card, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(4)
        self.kind.edited.connect(self._kind)
        self.picker.picked.connect(lambda _found: self.enter())
        self.picker.fresh.connect(self._nobody)
        shell.centralWidget().installEventFilter(self)
        self.hide()

    def begin(self) -> None:
        """Show it, empty, with the keyboard in the name."""
        self.form.clear_problems()
        self.form.set_values({"client": "student", "student": None, "name": "", "size": None})
        self.kind.set_value("student")
        self._kind()
        now = local_now(self.room)
        self.hint.setText(f"从 {clock(visits.minute_of(now))} 开始，辅导室同时算作开放；其余的以后再补。")
        self.form.fields["person"].set_value(visits.who_receives(self.room))
        self.card.setFixedWidth(tokens.now().px(WIDTH))
        self.setGeometry(self.shell.centralWidget().rect())
        if self.isHidden():
            self._before = QApplication.focusWidget()
        self.show()
        self.raise_()
        self.picker.setFocus()

    def _kind(self) -> None:
        kind = self.kind.value()
        fields = self.form.fields
        fields["student"].setVisible(kind in ("student", "parent"))
        fields["student"].label.setText("学生" if kind == "student" else "哪位学生的家长")
        fields["name"].setVisible(kind == "teacher")
        fields["name"].set_hint("")
        fields["size"].setVisible(kind == "group")
        fields[
            "student" if kind in ("student", "parent") else "name" if kind == "teacher" else "size"
        ].control.setFocus()

    def _nobody(self, words: str) -> None:
        self.form.fields["student"].problem(f"名册里没有“{words}”；新来的学生请心理教师先在“学生”里添加")

    def enter(self) -> None:
        """Register, from now on."""
        values: dict[str, Any] = {k: v for k, v in self.form.values().items() if v not in (None, "")}
        name = self.picker.found().name if self.picker.found() else ""  # type: ignore[union-attr]
        done = self.shell.attempt(
            lambda: visits.walk_in(self.room, values, local_now(self.room)), form=self.form, kinds=("visit", "booking")
        )
        if done:
            self.shut()
            self.shell.toast(f"{name}：{done.result.note}" if name else done.result.note, undo=True)

    def shut(self) -> None:
        """The keyboard goes back to where it was, or to the page."""
        self.picker.set_value(None)
        self.hide()
        if self._before is not None and isValid(self._before) and self._before.isVisible():
            self._before.setFocus()
        elif isinstance(page := self.shell.stack.currentWidget(), Page):
            page.shown()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.shut()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.enter()
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if not self.card.geometry().contains(event.position().toPoint()):
            self.shut()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(0, 0, 0, 90))
        painter.end()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and not self.isHidden():
            self.setGeometry(self.shell.centralWidget().rect())
        return False


def walk_in_of(shell: Shell) -> WalkIn:
    """The window's one walk-in card, made at its first use."""
    found = shell.centralWidget().findChild(WalkIn)
    return found if found is not None else WalkIn(shell)
