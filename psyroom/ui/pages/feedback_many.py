"""The same words to many: one form for a class, put into each one's feedback where nothing stands yet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QHideEvent, QKeyEvent, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from psyroom.services import drafts, feedback, feedback_slips
from psyroom.services.feedback_list import FeedbackLine
from psyroom.services.hours import local_now
from psyroom.store.room import Room
from psyroom.ui import drafting, tokens
from psyroom.ui.kit import Card, Check, primary, quiet, rule, scrolled, text
from psyroom.ui.kit.flow import Tall
from psyroom.ui.pages.feedback_form import WORDS, FeedbackForm
from psyroom.ui.pages.feedback_slip import WIDE, SlipPreview, beside
from psyroom.ui.pages.note_phrases import PhraseList
from psyroom.ui.tokens import SPACE
from psyroom.ui.window import Shell

FORM = "feedback_many"
HOW = "写好的每一份以后都可以再单独改。已经写了的、已经打印或送出的，不会动。"


class SameWords(QWidget):
    """`done` once they are written, `left` when the person goes back; what was typed stays in the draft."""

    edited = Signal()
    done = Signal()
    left = Signal()

    def __init__(self, room: Room, shell: Shell, phrases: PhraseList) -> None:
        super().__init__()
        self.room, self.shell = room, shell
        self.lines: Sequence[FeedbackLine] = ()
        self._about = ""
        self._blank: dict[str, Any] = {}
        across = QHBoxLayout(self)
        across.setContentsMargins(0, 0, 0, 0)
        across.setSpacing(SPACE * 2)
        self.card = Card(pad=0)
        self.card.body.setSpacing(0)
        across.addWidget(self.card, 1)
        holder = Tall()
        column = QVBoxLayout(holder)
        column.setContentsMargins(SPACE * 3, SPACE * 2, SPACE * 3, SPACE * 2)
        column.setSpacing(SPACE)
        self.title = text("", "heading")
        column.addWidget(self.title)
        self.whose = text("", "soft")
        column.addWidget(self.whose)
        self.form = FeedbackForm(lambda: local_now(self.room).date(), for_many=True)
        self.form.serve(phrases)
        column.addWidget(self.form)
        self.over = Check("已经写了、还没打印的，也换成这些话")
        self.over.edited.connect(self._say_whom)
        column.addWidget(self.over)
        column.addWidget(text(HOW, "small"))
        column.addStretch(1)
        self.card.add(scrolled(holder), 1)
        self.card.add(rule())
        foot = QWidget()
        row = QHBoxLayout(foot)
        row.setContentsMargins(SPACE * 3, SPACE, SPACE * 3, SPACE)
        row.setSpacing(SPACE)
        self.save_button = primary("", self.save, tip="Ctrl+S")
        row.addWidget(self.save_button)
        row.addWidget(quiet("取消", self.leave, tip="取消（Esc），写的先留着"))
        self.status = text("", "small", wrap=False)
        row.addWidget(self.status)
        row.addStretch(1)
        self.card.add(foot)
        side = Tall()
        right = QVBoxLayout(side)
        right.setContentsMargins(0, 0, 0, 0)
        right.setSpacing(SPACE)
        self.slip = SlipPreview(self.shell, self.form.printed)
        right.addWidget(text("家长收到的单子", "part", wrap=False))
        right.addWidget(self.slip)
        self.example = text("", "small")
        right.addWidget(self.example)
        right.addStretch(1)
        self.side = scrolled(side)
        self.side.setFixedWidth(tokens.now().px(WIDE))
        across.addWidget(self.side)
        self.draft = drafting.watch(self, self._keep)
        self.form.edited.connect(self._on_edit)
        for keys in ("Ctrl+S", "Ctrl+Return", "Ctrl+Enter"):
            shortcut = QShortcut(QKeySequence(keys), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(self.save)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        beside(self.side, self.card, self.width())

    # ---- for whom

    def show_for(self, lines: Sequence[FeedbackLine], title: str, about: str) -> None:
        """These students; `about` is the key of the draft."""
        self.flush()
        self.lines, self._about = tuple(lines), about
        self.title.setText(title)
        self.over.set_value(False)
        self.form.clear_problems()
        blank: dict[str, Any] = dict.fromkeys(self.form.fields, "")
        self.form.set_values(
            {**blank, "day": local_now(self.room).date(), "way": "letter", "by": self.room.person.name}
        )
        self._blank = self.values()
        kept = drafts.load(self.room, FORM, about)
        if kept:
            self.form.set_values(kept)
        self.status.setText("接着上次没写完的" if kept else "")
        self._say_whom()
        self._show_example()

    def _show_example(self) -> None:
        """The slip of the first who will be given these words."""
        meant = set(self.meant())
        line = next((line for line in self.lines if line.student in meant), None)
        room = self.room
        self.slip.show_of(
            (lambda words: feedback_slips.one(room, line.student, words, local_now(room))) if line is not None else None
        )
        self.example.setText(f"以{line.name}的为例，每人一张，各写各的名字。" if line is not None else "")

    def meant(self) -> list[str]:
        """Who will be given these words."""
        over = self.over.value()
        return [
            line.student
            for line in self.lines
            if not line.feedback or (line.state == "draft" and (over or not line.written))
        ]

    def _say_whom(self) -> None:
        many, all_of = len(self.meant()), len(self.lines)
        rest = all_of - many
        self.whose.setText(
            f"写给 {many} 名学生的家长" + (f"；另外 {rest} 人已经写了或已经送出，不动。" if rest else "。")
        )
        self.save_button.setText(f"写给 {many} 人")
        self.save_button.setEnabled(many > 0)

    # ---- the draft

    def _on_edit(self) -> None:
        self.edited.emit()
        self.slip.look_again()

    def values(self) -> dict[str, Any]:
        return self.form.kept()

    def flush(self) -> None:
        """Keep now what was typed."""
        if not self.room.closed:
            self.draft.flush()

    def _keep(self, values: Mapping[str, Any]) -> None:
        if values == self._blank:
            drafts.discard(self.room, FORM, self._about)
        else:
            drafts.save(self.room, FORM, self._about, values)
            self.status.setText("草稿已存")

    # ---- deeds

    def save(self) -> None:
        """Write them, in one deed."""
        drafting.settle_typing()
        self.form.clear_problems()
        students = self.meant()
        if not students:
            return
        if not any(self.form.fields[name].value() for name in WORDS):
            self.form.fields[WORDS[0]].problem("请至少写一句给家长的话")
            self.form.fields[WORDS[0]].control.setFocus()
            return
        now, over = local_now(self.room), self.over.value()
        done = self.shell.attempt(
            lambda: feedback.save_many(self.room, students, self.form.typed(), now, over=over), form=self.form
        )
        if not done:
            return
        self.draft.forget()
        drafts.discard(self.room, FORM, self._about)
        self.shell.tell_changed("feedback")
        self.shell.toast(f"写给了 {done.result.changed} 名学生的家长", undo=True)
        self.done.emit()

    def leave(self) -> None:
        """Esc: back; what was typed is in the draft."""
        self.flush()
        self.left.emit()

    def focus_first(self) -> None:
        self.form.focus_first()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.flush()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.leave()
        else:
            super().keyPressEvent(event)
