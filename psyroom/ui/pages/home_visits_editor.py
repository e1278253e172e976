"""One home visit: written, its photographs beside it, its return visit, its paper. What is typed is in the draft."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QHideEvent, QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from psyroom.errors import Tell
from psyroom.rules.time import short_day
from psyroom.services import drafts, feedback, feedback_papers, home_visits
from psyroom.services.home_visits import HomeVisitSeen
from psyroom.services.hours import local_now
from psyroom.store.room import Room
from psyroom.ui import ask, drafting
from psyroom.ui.kit import Card, Tag, button, link, primary, quiet, rule, scrolled, set_kind, text
from psyroom.ui.kit.flow import Tall
from psyroom.ui.pages.attached import Attachments
from psyroom.ui.pages.export_dialog import Leaving, ask_to_leave
from psyroom.ui.pages.home_visits_form import HomeVisitForm
from psyroom.ui.pages.home_visits_list import is_due, return_tone, return_words
from psyroom.ui.pages.note_draft import moment
from psyroom.ui.pages.note_phrases import PhraseList
from psyroom.ui.tokens import SPACE
from psyroom.ui.window import Shell

KINDS = ("home_visit", "feedback")
NEW = "new:"
"""Before the student a new visit was begun for, as the key of its draft."""


class VisitEditor(QWidget):
    """`begin` a new visit or `show_visit` one; `saved` with its id, `left` when the person goes back to the list."""

    edited = Signal()
    saved = Signal(str)
    left = Signal()
    again = Signal(str)  # a return visit of this one is to be written down
    gone = Signal()

    def __init__(self, room: Room, shell: Shell, phrases: PhraseList) -> None:
        super().__init__()
        self.room, self.shell = room, shell
        self.seen: HomeVisitSeen | None = None
        self.returning = self._new = ""
        self._baseline: dict[str, Any] = {}
        self.photos: Attachments | None = None
        self._build(phrases)
        self.draft = drafting.watch(self, self._keep, tell_failures=True)
        self.draft.failed.connect(self._not_kept)
        self.form.edited.connect(self.edited)
        for keys in ("Ctrl+S", "Ctrl+Return", "Ctrl+Enter"):
            shortcut = QShortcut(QKeySequence(keys), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(self.save)

    # ---- building

    def _build(self, phrases: PhraseList) -> None:
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        self.card = Card(pad=0)
        self.card.body.setSpacing(0)
        outer.addWidget(self.card)
        holder = Tall()
        self.column = QVBoxLayout(holder)
        self.column.setContentsMargins(SPACE * 3, SPACE * 2, SPACE * 3, SPACE * 2)
        self.column.setSpacing(SPACE)
        head = QHBoxLayout()
        head.setSpacing(SPACE)
        self.title = text("", "heading", wrap=False)
        self.whose = text("", "soft", wrap=False)
        self.told = Tag("也算反馈", "good")
        self.back_tag = Tag("")
        for widget in (self.title, self.whose):
            head.addWidget(widget)
        head.addStretch(1)
        head.addWidget(self.told)
        head.addWidget(self.back_tag)
        self.column.addLayout(head)
        self.banner = QWidget()
        line = QHBoxLayout(self.banner)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(SPACE)
        self.draft_words = text("", "warning", wrap=False)
        line.addWidget(self.draft_words)
        line.addWidget(link("丢弃草稿", self.drop))
        line.addStretch(1)
        self.banner.hide()
        self.column.addWidget(self.banner)
        self.returns = self._returns()
        self.column.addWidget(self.returns)
        self.form = HomeVisitForm(self.room, lambda: local_now(self.room).date())
        self.form.serve(phrases)
        self.column.addWidget(self.form)
        self.later = text("照片保存以后（Ctrl+S）就能放在这里。", "small")
        self.column.addWidget(self.later)
        self.column.addStretch(1)
        self.area = scrolled(holder)
        self.card.add(self.area, 1)
        self.card.add(rule())
        self.card.add(self._foot())

    def _returns(self) -> QWidget:
        """What was planned to come after it."""
        card = Card(tone="amber", pad=1)
        row = QHBoxLayout()
        row.setContentsMargins(SPACE, 0, SPACE, 0)
        row.setSpacing(SPACE)
        self.return_words = text("", "strong")
        row.addWidget(self.return_words, 1)
        row.addWidget(button("写这次回访", self._write_return, small=True, tip="登记一次新的家访，原来的记为已回访"))
        row.addWidget(
            button("已回访", lambda: self._returned(self.now().date()), small=True, tip="今天回访过了，不另写")
        )
        card.body.addLayout(row)
        return card

    def _foot(self) -> QWidget:
        foot = QWidget()
        row = QHBoxLayout(foot)
        row.setContentsMargins(SPACE * 3, SPACE, SPACE * 3, SPACE)
        row.setSpacing(SPACE)
        self.save_button = primary("保存", self.save, tip="保存（Ctrl+S）")
        row.addWidget(self.save_button)
        self.status = text("", "small", wrap=False)
        row.addWidget(self.status)
        row.addStretch(1)
        self.undo_return = quiet("还没回访", lambda: self._returned(None), small=True, tip="回访登记错了，改回没有")
        self.remove_button = quiet("删除", self.remove, small=True, tip="移到回收站")
        self.print_button = button("打印", self.print, icon_name="printer", small=True, tip="打印家访记录（Ctrl+P）")
        for made in (self.undo_return, self.remove_button, self.print_button):
            row.addWidget(made)
        return foot

    # ---- whose

    def now(self) -> datetime:
        return local_now(self.room)

    def about(self) -> str:
        """The key of this draft: the visit, or for a new one whom it was begun for."""
        return self.seen.id if self.seen is not None else self._new

    def begin(self, student: str = "", *, teacher: str = "", after: HomeVisitSeen | None = None) -> None:
        """A new visit; `after`: the one whose return visit it is."""
        self.flush()
        self.seen, self.returning = None, after.id if after is not None else ""
        whose = after.student if after is not None else student
        self._new = f"{NEW}{whose}" if whose else "" if teacher else self._begun()
        stored = {**self._blank(), "student": student, "teachers": teacher}
        if after is not None:
            kept = ("teachers", "place", "way")
            stored |= {name: getattr(after.fields, name) for name in kept}
            stored |= {"student": after.student, "purpose": f"回访：{after.fields.next}"[:200].rstrip("：")}
        self._put(stored)

    def _begun(self) -> str:
        """The newest draft of a visit that was never saved; where there is none, the key of a new one."""
        found = (about for form, about, _at in drafts.pending(self.room) if form == home_visits.FORM)
        return next((about for about in found if not about or about.startswith(NEW)), "")

    def show_visit(self, seen: HomeVisitSeen, *, keep: bool = False) -> None:
        """One that was written; `keep`: the same one read anew, whose typed words stay."""
        same = keep and self.seen is not None and self.seen.id == seen.id
        if not same:
            self.flush()
        touched = same and self.form.kept() != self._baseline
        self.seen, self.returning = seen, ""
        if touched:
            self._dress()
        else:
            self._put(self._stored(seen), to_top=not same)

    def _blank(self) -> dict[str, Any]:
        blank: dict[str, Any] = dict.fromkeys(self.form.fields, "")
        empty: dict[str, Any] = {"starts": None, "ends": None, "next_on": None, "also": False, "said": {}}
        return {**blank, **empty, "day": self.now().date(), "way": "on_site"}

    def _stored(self, seen: HomeVisitSeen) -> dict[str, Any]:
        said = {}
        if seen.feedback:
            given = feedback.seen(self.room, seen.feedback).fields
            said = {name: getattr(given, name) for name in feedback.TEXTS}
        return {**seen.fields.model_dump(), "also": bool(seen.feedback), "said": said}

    def _put(self, stored: Mapping[str, Any], *, to_top: bool = True) -> None:
        self.form.clear_problems()
        self.form.set_values(stored)
        self._baseline = self.form.kept()
        self.status.setText("")
        self._take_up_draft()
        self._dress()
        if to_top:
            self.area.verticalScrollBar().setValue(0)

    def _dress(self) -> None:
        """All that follows from which visit it is."""
        seen, today = self.seen, self.now().date()
        self.title.setText("登记回访" if self.returning else "登记家访" if seen is None else seen.name or "家访")
        self.whose.setText(seen.class_name if seen is not None else "")
        self.form.fields["student"].setEnabled(seen is None)
        self.told.setVisible(seen is not None and bool(seen.feedback))
        self.form.also.setEnabled(seen is None or not seen.feedback)  # what was told once is not untold by a tick
        words = return_words(seen, today) if seen is not None else ""
        self.back_tag.set(words, return_tone(seen, today) if seen is not None else "")
        self.back_tag.setVisible(bool(words))
        self.returns.setVisible(seen is not None and is_due(seen, today))
        if seen is not None and seen.fields.next_on is not None:
            plan = f"：{seen.fields.next}" if seen.fields.next else ""
            self.return_words.setText(f"{short_day(seen.fields.next_on)}回访{plan}")
        self.undo_return.setVisible(seen is not None and seen.next_done is not None)
        for made in (self.remove_button, self.print_button):
            made.setVisible(seen is not None)
        self._show_photos()

    def _show_photos(self) -> None:
        seen, old = self.seen, self.photos
        if old is not None and seen is not None and (old.student, old.day) == (seen.student, seen.fields.day):
            return
        if old is not None:
            old.hide()
            old.deleteLater()
        self.photos = None
        if seen is not None and seen.name:
            self.photos = Attachments(
                self.room, self.shell, student=seen.student, day=seen.fields.day, heading="照片和材料"
            )
            self.column.insertWidget(self.column.count() - 1, self.photos)
        self.later.setVisible(seen is None)

    # ---- the draft

    def values(self) -> dict[str, Any]:
        return {**self.form.kept(), "returning": self.returning}

    def flush(self) -> None:
        """Keep now what was typed."""
        if not self.room.closed:
            self.draft.flush()

    def _keep(self, values: Mapping[str, Any]) -> None:
        if {name: value for name, value in values.items() if name != "returning"} == self._baseline:
            drafts.discard(self.room, home_visits.FORM, self.about())
        else:
            drafts.save(self.room, home_visits.FORM, self.about(), values)
            self._say(f"草稿已存 {self.now():%H:%M}")

    def _not_kept(self, tell: Tell) -> None:
        self._say("草稿暂时存不下，写的都还在，会再试", "warning")
        self.status.setToolTip(str(tell))

    def _say(self, words: str, kind: str = "small") -> None:
        self.status.setText(words)
        self.status.setToolTip("")
        set_kind(self.status, kind)

    def _take_up_draft(self) -> None:
        """A draft goes on where it was left."""
        kept = drafts.load(self.room, home_visits.FORM, self.about())
        at = drafts.kept_at(self.room, home_visits.FORM, self.about())
        found = kept is not None and at is not None
        if found and kept is not None and at is not None:
            self.returning = str(kept.pop("returning", "")) if self.seen is None else ""
            self.form.set_values(kept)
            self.draft_words.setText(f"接着 {moment(at, self.now())} 的草稿，还没有保存。")
        self.banner.setVisible(found)

    def drop(self) -> None:
        """The draft goes; for a moment it can be had back."""
        self.draft.forget()
        about, kept = self.about(), self.values()
        drafts.discard(self.room, home_visits.FORM, about)
        self._reopen()

        def back() -> None:
            if drafts.load(self.room, home_visits.FORM, about) is None and self.form.kept() == self._baseline:
                drafts.save(self.room, home_visits.FORM, about, kept)
                self._reopen()
            else:
                self.shell.toast("之后又写了新的，原来的草稿就不换回来了")

        self.shell.toast("草稿已丢弃", more=("找回", back))
        self.focus_first()

    def _reopen(self) -> None:
        if self.seen is not None:
            self._put(self._stored(self.seen))
        else:
            self.returning = ""
            self._put(self._blank())

    # ---- deeds

    def save(self) -> bool:
        """Ctrl+S: save and stay; whether it was saved."""
        drafting.settle_typing()
        self.form.clear_problems()
        seen, student = self.seen, self.form.fields["student"].value() or ""
        if seen is None and not student:
            self.form.fields["student"].problem("请选一名学生：输入姓名或拼音首字母，回车选中")
            self.form.fields["student"].control.setFocus()
            return False
        done = self.shell.attempt(lambda: self._deed(seen, student), form=self.form)
        if not done:
            return False
        self.draft.forget()
        drafts.discard(self.room, home_visits.FORM, self.about())
        self.banner.hide()
        self.returning = self._new = ""
        self._baseline = self.form.kept()
        self.seen = home_visits.seen(self.room, done.result)
        self._dress()
        self._say(f"已保存 {self.now():%H:%M}")
        self.shell.tell_changed(*KINDS)
        self.shell.toast("家访已保存", undo=True)
        self.saved.emit(done.result)
        return True

    def _deed(self, seen: HomeVisitSeen | None, student: str) -> str:
        now, values, told = self.now(), self.form.typed(), self.form.feedback()
        if seen is not None:
            home_visits.change(self.room, seen.id, values, now, feedback=told)
            return seen.id
        made = home_visits.add(self.room, student, values, now, feedback=told)
        if self.returning:
            home_visits.returned(self.room, self.returning, values["day"], now)
        return made

    def _returned(self, on: date | None) -> None:
        seen = self.seen
        if seen is not None:
            say = "已记为回访过" if on is not None else "改回还没回访"
            self.shell.attempt(
                lambda: home_visits.returned(self.room, seen.id, on, self.now()), say=say, kinds=("home_visit",)
            )

    def _write_return(self) -> None:
        if self.seen is not None:
            self.again.emit(self.seen.id)

    def remove(self) -> None:
        """Into the recycle bin; where the visit gave the feedback, the person is told that it goes too."""
        seen = self.seen
        if seen is None:
            return
        if seen.feedback and not ask.confirm(self.shell, "一起删除？", str(home_visits.GaveFeedback()), yes="一起删除"):
            return
        self.draft.forget()
        drafts.discard(self.room, home_visits.FORM, seen.id)
        self._baseline = self.form.kept()
        if self.shell.attempt(
            lambda: home_visits.remove(self.room, seen.id, self.now(), with_feedback=bool(seen.feedback)),
            say="家访已移到回收站",
            kinds=KINDS,
        ):
            self.gone.emit()

    def print(self) -> None:
        """Ctrl+P: 家访记录, by the dialog that asks why and to whom."""
        seen, room = self.seen, self.room
        if seen is None:
            self.shell.toast("先保存（Ctrl+S），再打印。")
            return
        if self.form.kept() != self._baseline and not self.save():
            return
        ask_to_leave(
            self.shell,
            Leaving(feedback_papers.KIND, (seen.student,), lambda _ticks: feedback_papers.home_visit(room, seen.id)),
        )

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
