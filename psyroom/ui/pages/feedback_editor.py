"""One student's feedback: written at the left, the slip as it will be printed at the right. What is typed is in the draft."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QHideEvent, QKeyEvent, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from psyroom.errors import Tell
from psyroom.records.care import GIVEN
from psyroom.services import drafts, feedback, feedback_slips
from psyroom.services.feedback import FeedbackSeen
from psyroom.services.feedback_list import FeedbackLine
from psyroom.services.feedback_slips import OneSlip
from psyroom.services.hours import local_now
from psyroom.store.room import Room
from psyroom.ui import drafting, tokens
from psyroom.ui.kit import Card, Tag, link, primary, quiet, rule, scrolled, text
from psyroom.ui.kit.flow import Tall
from psyroom.ui.pages.feedback_form import FeedbackForm
from psyroom.ui.pages.feedback_list import state_words, tone_of
from psyroom.ui.pages.feedback_scan import SignedSlip
from psyroom.ui.pages.feedback_slip import WIDE, SlipPreview, beside
from psyroom.ui.pages.note_draft import moment
from psyroom.ui.pages.note_phrases import PhraseList
from psyroom.ui.tokens import SPACE
from psyroom.ui.window import Shell

KINDS = ("feedback",)
ON_A4 = "一张 A4 印四份，沿虚线剪开。"
OUT = (*GIVEN, "refused")
"""States in which the words are with the parents."""


class FeedbackEditor(QWidget):
    """`show_line` puts one student in; `saved`, `next_wanted` and `left` say what comes next."""

    edited = Signal()
    saved = Signal(str)
    next_wanted = Signal()
    left = Signal()
    kept = Signal()  # a draft came or went

    def __init__(self, room: Room, shell: Shell, phrases: PhraseList) -> None:
        super().__init__()
        self.room, self.shell = room, shell
        self.line: FeedbackLine | None = None
        self.seen: FeedbackSeen | None = None
        self._baseline: dict[str, Any] = {}
        self._build(phrases)
        self.draft = drafting.watch(self, self._keep, tell_failures=True)
        self.draft.failed.connect(self._not_kept)
        self.form.edited.connect(self._on_edit)
        for keys, do in (
            ("Ctrl+S", self.save),
            ("Ctrl+Return", self.save_and_next),
            ("Ctrl+Enter", self.save_and_next),
        ):
            shortcut = QShortcut(QKeySequence(keys), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(do)

    # ---- building

    def _build(self, phrases: PhraseList) -> None:
        across = QHBoxLayout(self)
        across.setContentsMargins(0, 0, 0, 0)
        across.setSpacing(SPACE * 2)
        self.card = Card(pad=0)
        self.card.body.setSpacing(0)
        holder = Tall()
        column = QVBoxLayout(holder)
        column.setContentsMargins(SPACE * 3, SPACE * 2, SPACE * 3, SPACE * 2)
        column.setSpacing(SPACE)
        head = QHBoxLayout()
        head.setSpacing(SPACE)
        self.name = text("", "heading", wrap=False)
        self.whose = text("", "soft", wrap=False)
        self.state = Tag("")
        head.addWidget(self.name)
        head.addWidget(self.whose)
        head.addStretch(1)
        head.addWidget(self.state)
        column.addLayout(head)
        self.history = text("", "small")
        column.addWidget(self.history)
        self.banner = QWidget()
        line = QHBoxLayout(self.banner)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(SPACE)
        self.draft_words = text("", "warning", wrap=False)
        line.addWidget(self.draft_words)
        line.addWidget(link("丢弃草稿", self.drop))
        line.addStretch(1)
        self.banner.hide()
        column.addWidget(self.banner)
        self.locked = QWidget()
        fixed = QHBoxLayout(self.locked)
        fixed.setContentsMargins(0, 0, 0, 0)
        fixed.setSpacing(SPACE)
        fixed.addWidget(text("家长手里的就是这些话，不再改。", "small"), 1)
        fixed.addWidget(link("登记错了", self.put_back, tip="改回“已写好”，话就可以改了"))
        self.locked.hide()
        column.addWidget(self.locked)
        self.form = FeedbackForm(lambda: local_now(self.room).date())
        self.form.serve(phrases)
        column.addWidget(self.form)
        self.signed = SignedSlip(self.room, self.shell)
        column.addWidget(self.signed)
        column.addStretch(1)
        self.area = scrolled(holder)
        self.card.add(self.area, 1)
        self.card.add(rule())
        self.card.add(self._foot())
        across.addWidget(self.card, 1)
        side = Tall()
        right = QVBoxLayout(side)
        right.setContentsMargins(0, 0, 0, 0)
        right.setSpacing(SPACE)
        self.slip = SlipPreview(self.shell, self.form.printed)
        right.addWidget(text("家长收到的单子", "part", wrap=False))
        right.addWidget(self.slip)
        self.slip_note = text(ON_A4, "small")
        right.addWidget(self.slip_note)
        right.addStretch(1)
        self.side = scrolled(side)
        self.side.setFixedWidth(tokens.now().px(WIDE))
        across.addWidget(self.side)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        beside(self.side, self.card, self.width())

    def _foot(self) -> QWidget:
        foot = QWidget()
        row = QHBoxLayout(foot)
        row.setContentsMargins(SPACE * 3, SPACE, SPACE * 3, SPACE)
        row.setSpacing(SPACE)
        self.save_button = primary("保存", self.save, tip="保存（Ctrl+S）")
        self.next_button = quiet("保存，写下一个", self.save_and_next, tip="保存并写名单里的下一个（Ctrl+Enter）")
        row.addWidget(self.save_button)
        row.addWidget(self.next_button)
        self.status = text("", "small", wrap=False)
        row.addWidget(self.status)
        row.addStretch(1)
        self.remove_button = quiet("删除", self.remove, small=True, tip="移到回收站")
        row.addWidget(self.remove_button)
        return foot

    # ---- whose

    def now(self) -> datetime:
        return local_now(self.room)

    def about(self) -> str:
        """The key of this draft: the student; a semester has one feedback for each."""
        return self.line.student if self.line is not None else ""

    def show_line(self, line: FeedbackLine, *, keep: bool = False) -> None:
        """Put a student in. What was typed of the one before is kept first; `keep`: the same one read anew, whose typed
        words stay."""
        same = keep and self.line is not None and self.line.student == line.student
        touched = same and self.form.kept() != self._baseline
        if not same:
            self.flush()
            self.area.verticalScrollBar().setValue(0)
        self.line = line
        self.seen = feedback.seen(self.room, line.feedback) if line.feedback else None
        stored = self._stored()
        if touched:
            self._baseline = self._as_kept(stored)
        else:
            self.form.clear_problems()
            self.form.set_values(stored)
            self._baseline = self.form.kept()
            self._take_up_draft()
        self._say_head()
        self.signed.show_of(line, self.seen)
        self.slip.show_of(self._maker(line.student))
        self.slip_note.setText("再印一次会标“补发”。" if line.printed and line.state not in OUT else ON_A4)

    def _stored(self) -> dict[str, Any]:
        if self.seen is not None:
            return self.seen.fields.model_dump(exclude={"student"})
        blank: dict[str, Any] = dict.fromkeys(self.form.fields, "")
        return {**blank, "day": self.now().date(), "way": "letter", "by": self.room.person.name}

    def _as_kept(self, stored: Mapping[str, Any]) -> dict[str, Any]:
        return {name: str(stored[name]) if name == "day" else stored[name] for name in self._baseline}

    def _maker(self, student: str) -> Callable[[Mapping[str, Any]], OneSlip]:
        room = self.room
        theirs = (
            self.seen is not None and self.seen.state in OUT
        )  # what they hold, not what a second printing would say
        return lambda words: feedback_slips.one(room, student, words, local_now(room), as_given=theirs)

    def _say_head(self) -> None:
        line = self.line
        assert line is not None
        self.name.setText(line.name)
        self.whose.setText(f"{line.class_name}  {line.number}".rstrip())
        words = state_words(line)
        self.state.set(words, tone_of(line))
        self.state.setVisible(bool(words))
        self.history.setText(self._history())
        self.history.setVisible(bool(self.history.text()))
        self.remove_button.setVisible(self.seen is not None)
        self.status.setText("")
        there = self.seen is not None and self.seen.fields.way == feedback.SLIP
        locked = there and self.seen is not None and self.seen.state in OUT
        self.form.lock(locked)
        self.locked.setVisible(locked)

    def put_back(self) -> None:
        """A state that was told by mistake: the slip is written, and no more."""
        seen = self.seen
        if seen is None:
            return
        self.shell.attempt(
            lambda: feedback.set_state(self.room, [seen.id], "draft", self.now().date(), self.now(), back=True),
            say="改回已写好",
            kinds=KINDS,
        )

    def _history(self) -> str:
        """What has happened to it, as one line."""
        seen, line = self.seen, self.line
        if seen is None or line is None:
            return "这学期要向家长反馈一次，还没有写。" if line is not None and line.owed else ""
        days = (
            (f"已打印 {seen.printed} 次，最近" if seen.printed > 1 else "打印", seen.printed_on),
            ("送达", seen.delivered_on),
            ("签回", seen.signed_on),
            ("拒收", seen.refused_on),
        )
        found = [f"{words} {day.month}月{day.day}日" for words, day in days if day is not None]
        if seen.refused_why and seen.state == "refused":
            found.append(seen.refused_why)
        if seen.home_visit:
            found.append("家访时反馈的")
        return " → ".join(found)

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
        if self.line is None:
            return
        was = drafts.load(self.room, feedback.FORM, self.about()) is not None
        if values == self._baseline:
            drafts.discard(self.room, feedback.FORM, self.about())
        else:
            drafts.save(self.room, feedback.FORM, self.about(), values)
            self.status.setText(f"草稿已存 {self.now():%H:%M}")
        if was != (values != self._baseline):
            self.kept.emit()

    def _not_kept(self, tell: Tell) -> None:
        self.status.setText("草稿暂时存不下，写的都还在，会再试")
        self.status.setToolTip(str(tell))

    def _take_up_draft(self) -> None:
        """A draft goes on where it was left; that it is one stands over the form."""
        kept = drafts.load(self.room, feedback.FORM, self.about())
        at = drafts.kept_at(self.room, feedback.FORM, self.about())
        found = kept is not None and at is not None and kept != self._baseline
        if found and kept is not None and at is not None:
            self.form.set_values(kept)
            self.draft_words.setText(f"接着 {moment(at, self.now())} 的草稿，还没有保存。")
        self.banner.setVisible(found)

    def drop(self) -> None:
        """The draft goes; for a moment it can be had back."""
        if self.line is None:
            return
        self.draft.forget()
        student, kept = self.about(), self.form.kept()
        drafts.discard(self.room, feedback.FORM, student)
        self.show_line(self.line)
        self.kept.emit()

        def back() -> None:
            if self.about() == student and self.form.kept() == self._baseline:
                drafts.save(self.room, feedback.FORM, student, kept)
                if self.line is not None:
                    self.show_line(self.line)
                self.kept.emit()
            else:
                self.shell.toast("之后又写了新的，原来的草稿就不换回来了")

        self.shell.toast("草稿已丢弃", more=("找回", back))
        self.form.focus_first()

    # ---- deeds

    def save(self) -> bool:
        """Ctrl+S: save and stay; whether it was saved."""
        if self.line is None:
            return False
        drafting.settle_typing()
        self.form.clear_problems()
        line = self.line
        done = self.shell.attempt(
            lambda: feedback.save(self.room, line.student, self.form.typed(), self.now(), feedback=line.feedback),
            form=self.form,
        )
        if not done:
            return False
        self.draft.forget()
        drafts.discard(self.room, feedback.FORM, line.student)
        self.banner.hide()
        self._baseline = self.form.kept()
        self.shell.tell_changed(*KINDS)
        self.shell.toast(f"{line.name}的反馈已保存", undo=True)
        self.saved.emit(line.student)
        return True

    def save_and_next(self) -> None:
        """Ctrl+Enter: save, and on to the next of the list."""
        if self.save():
            self.next_wanted.emit()

    def remove(self) -> None:
        """Into the recycle bin; the toast takes it back."""
        seen = self.seen
        if seen is None:
            return
        self.draft.forget()
        drafts.discard(self.room, feedback.FORM, self.about())
        self._baseline = self.form.kept()
        self.shell.attempt(lambda: feedback.remove(self.room, seen.id, self.now()), say="反馈已移到回收站", kinds=KINDS)

    def focus_first(self) -> None:
        self.form.focus_first()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.flush()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.flush()
            self.left.emit()
        else:
            super().keyPressEvent(event)
