"""成长信息 of one student: what the card shows of it, and the form in the page's place with its draft and its history."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from psyroom.records.fields import about, label_of
from psyroom.records.students import StudentBackgroundFields
from psyroom.services import background, drafts, roll
from psyroom.services.background import FIELDS
from psyroom.services.hours import local_now
from psyroom.store.room import Room
from psyroom.ui import drafting, tokens
from psyroom.ui.kit import (
    Card,
    Choice,
    Form,
    LongText,
    PageHeader,
    button,
    day_words,
    primary,
    quiet,
    scrolled,
    text,
)
from psyroom.ui.kit.flow import Tall
from psyroom.ui.kit.fold import Fold
from psyroom.ui.kit.reading import Reading
from psyroom.ui.pages.export_dialog import leave_growth_file
from psyroom.ui.pages.note_draft import CompareView, DraftBanner, differing, moment
from psyroom.ui.tokens import FORM_WIDTH, SPACE
from psyroom.ui.window import Shell

KINDS = ("student_background",)
LABELS = {name: label_of(StudentBackgroundFields, name) for name in FIELDS}
SECTIONS = (
    ("家庭", ("family", "upbringing"), ("household",), ("events",)),
    ("成长与在校", ("growth",), ("at_school",), ("health",)),
    ("心理状况", ("mind",), ("strengths",)),
    ("编号", ("case_no",)),
)
"""Heading, rows of fields; what to write in each its own hint says."""
EMPTY = "家庭、成长、在校和心理状况，写下来的会印进成长信息记录。"
WHO = "只有心理教师看得到，不给值班人员看。"
SHORT = 90
"""Characters of a long field the card shows before it is opened."""


class BackgroundCard(Card):
    """In the student's card: what is written, short; `edit` opens the form."""

    help_topic = "growth-file"

    def __init__(self, room: Room, shell: Shell, student: str, edit: Callable[[], object]) -> None:
        super().__init__("成长信息")
        fields = background.of(room, student)
        written = [(LABELS[name], background.said(fields, name)) for name in FIELDS if background.said(fields, name)]
        if not written:
            self.add(text(EMPTY, "soft"))
        for label, words in [row for row in written if len(row[1]) <= SHORT][:4]:
            self.add(text(f"{label}：{words}"))
        hidden = [row for row in written if len(row[1]) > SHORT] + [row for row in written if len(row[1]) <= SHORT][4:]
        if hidden:
            inner = QWidget()
            column = QVBoxLayout(inner)
            column.setContentsMargins(0, 0, 0, 0)
            column.setSpacing(SPACE)
            for label, words in hidden:
                column.addWidget(text(label, "label"))
                column.addWidget(Reading(words))
            self.fold = Fold("、".join(label for label, _ in hidden), inner)
            self.add(self.fold)
        row = QHBoxLayout()
        row.setSpacing(6)
        self.edit = button("修改" if written else "填写", edit, small=True, shortcut="Alt+I", tip="填写成长信息")
        row.addWidget(self.edit)
        self.leave = button(
            "成长信息记录", lambda: leave_growth_file(shell, room, student), icon_name="printer", small=True,
            shortcut="Alt+P", tip="选好部分，打印或导出",
        )  # fmt: skip
        row.addWidget(self.leave)
        row.addStretch(1)
        self.body.addLayout(row)


class BackgroundForm(QWidget):
    """The form. `gone` when one leaves; a draft that nobody has decided on holds the form until one is chosen."""

    gone = Signal()
    edited = Signal()
    help_topic = "growth-file"

    def __init__(self, room: Room, shell: Shell, student: str) -> None:
        super().__init__()
        self.room, self.shell, self.student = room, shell, student
        self._saved = background.of(room, student)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        self.stack = QStackedWidget()
        outer.addWidget(self.stack)
        page = QWidget()
        self.stack.addWidget(page)
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE * 2)
        self.save_button = primary("保存", self.save, tip="保存（Ctrl+S）")
        name = roll.name_of(room, student)
        column.addWidget(PageHeader(f"成长信息：{name}", WHO, quiet("返回（Esc）", self.gone.emit), self.save_button))
        self.banner = DraftBanner()
        column.addWidget(self.banner)
        self.form = Form(StudentBackgroundFields)
        inner = QWidget()
        inner.setMaximumWidth(tokens.now().px(FORM_WIDTH))
        cards = QVBoxLayout(inner)
        cards.setContentsMargins(0, 0, SPACE, SPACE * 2)
        cards.setSpacing(SPACE * 2)
        self._build()
        cards.addWidget(self.form)
        if (past := self._history()) is not None:
            cards.addWidget(past)
        holder = Tall()
        line = QHBoxLayout(holder)
        line.setContentsMargins(0, 0, 0, 0)
        line.addWidget(inner, 100)
        line.addStretch(1)
        column.addWidget(scrolled(holder), 1)
        self.form.set_values(self._saved.model_dump())
        self.form.edited.connect(self.edited.emit)
        for keys in ("Ctrl+S", "Ctrl+Return", "Ctrl+Enter"):
            shortcut = QShortcut(QKeySequence(keys), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(self.save)
        self._offer_draft()
        self.draft = drafting.watch(self, lambda values: drafts.save(room, background.FORM, student, values))

    # ---- building

    def _build(self) -> None:
        for heading, *rows in SECTIONS:
            card = Card(str(heading), pad=3)
            card.body.setSpacing(SPACE * 2)
            for row in rows:
                across = QHBoxLayout()
                across.setSpacing(SPACE * 3)
                for name in row:
                    across.addWidget(self.form.make(name, self._control(name)), 1)
                card.body.addLayout(across)
            self.form.put(card)

    @staticmethod
    def _control(name: str) -> QWidget | None:
        told = about(StudentBackgroundFields, name)
        if told["choices"] is not None:
            return Choice(told["choices"], empty="不填", as_list=True)
        limit = told["limit"] or 0
        return LongText(lines=4, limit=limit) if limit > 100 else None

    def _history(self) -> QWidget | None:
        """Every change, folded; nothing where it was never changed."""
        past = background.history(self.room, self.student)
        if not past:
            return None
        inner = QWidget()
        column = QVBoxLayout(inner)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE)
        for change in past:
            column.addWidget(
                text(f"{day_words(change.at.date())} {change.at:%H:%M} · {change.who} · {change.what}", "label")
            )
            for label, before, after in change.changed:
                reading = Reading()
                reading.set_pieces(
                    [(f"{label}：", ""), (before, "gone"), ("  " if before and after else "", ""), (after, "new")]
                )
                column.addWidget(reading)
        card = Card()
        self.past = Fold(f"修改历史（{len(past)} 次）", inner)
        card.add(self.past)
        return card

    # ---- the draft

    def _offer_draft(self) -> None:
        kept = drafts.load(self.room, background.FORM, self.student)
        at = drafts.kept_at(self.room, background.FORM, self.student)
        if kept is None or at is None:
            return
        self._kept = kept
        self._when = moment(at, local_now(self.room))
        self.form.setEnabled(False)
        self.save_button.setEnabled(False)
        self.banner.restored.connect(self._restore)
        self.banner.compared.connect(self._compare)
        self.banner.dropped.connect(self._drop)
        self.banner.offer(self._when, of_saved=any(str(getattr(self._saved, n)) for n in FIELDS))

    def _decided(self) -> None:
        self.banner.hide()
        self.form.setEnabled(True)
        self.save_button.setEnabled(True)
        while self.stack.count() > 1:
            view = self.stack.widget(1)
            self.stack.removeWidget(view)
            view.deleteLater()
        self.focus_first()

    def _restore(self) -> None:
        self.form.set_values(self._kept)
        self._decided()

    def _drop(self) -> None:
        self.shell.attempt(lambda: drafts.discard(self.room, background.FORM, self.student))
        self._decided()

    def _compare(self) -> None:
        saved = {name: background.said(self._saved, name) for name in FIELDS}
        typed = StudentBackgroundFields.model_construct(**{**self._saved.model_dump(), **self._kept})
        kept = {name: background.said(typed, name) for name in FIELDS}
        view = CompareView(self._when, differing(LABELS, saved, kept), of_saved=any(saved.values()))
        view.restored.connect(self._restore)
        view.dropped.connect(self._drop)
        view.closed.connect(lambda: self._back_from(view))
        self.stack.addWidget(view)
        self.stack.setCurrentWidget(view)
        view.restore.setFocus()

    def _back_from(self, view: QWidget) -> None:
        self.stack.removeWidget(view)
        view.deleteLater()
        self.banner.restore.setFocus()

    # ---- saving and leaving

    def values(self) -> dict[str, Any]:
        return self.form.values()

    def flush(self) -> None:
        self.draft.flush()

    def save(self) -> None:
        if not self.form.isEnabled():
            self.banner.nudge()
            return
        self.form.clear_problems()
        done = self.shell.attempt(
            lambda: background.save(self.room, self.student, self.form.values()), form=self.form, kinds=KINDS
        )
        if done:
            self.draft.forget()
            self.shell.toast("成长信息已保存", undo=True)
            self.gone.emit()

    def focus_first(self) -> None:
        if self.form.isEnabled():
            self.form.focus_first()
        else:
            self.banner.restore.setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.gone.emit()
        else:
            super().keyPressEvent(event)
