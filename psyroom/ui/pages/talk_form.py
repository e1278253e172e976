"""One talk whole: with whom, when, by whom, about what, what was seen and done, and whether to follow it up. For several
students at once one row each. `begin` opens it over the window from wherever it is needed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog, QFrame, QHBoxLayout, QVBoxLayout, QWidget

from psyroom.errors import NotFound, NotValid
from psyroom.records.fields import about
from psyroom.records.talks import ORIGINS, THEMES, WAYS, TalkFields
from psyroom.rules.time import short_day
from psyroom.services import drafts, hours, roll, talk_papers, talk_rules, talks
from psyroom.services.phrases import TALK
from psyroom.services.talks import TalkSeen
from psyroom.store.room import Room
from psyroom.ui import drafting, tokens
from psyroom.ui.kit import (
    Card,
    Choice,
    DayField,
    Field,
    Form,
    TextField,
    button,
    danger,
    primary,
    quiet,
    scrolled,
    text,
)
from psyroom.ui.kit.flow import Tall
from psyroom.ui.kit.texts import ENTER
from psyroom.ui.pages.bookings_form import student_found
from psyroom.ui.pages.export_dialog import MASK, MASK_WORDS, Files, Leaving, ask_to_leave
from psyroom.ui.pages.groups_form import MembersPick
from psyroom.ui.pages.note_part import NotePart
from psyroom.ui.pages.note_phrases import PhraseList
from psyroom.ui.pages.talk_table_cells import PickCell
from psyroom.ui.tokens import SPACE
from psyroom.ui.window import Shell

FORM = "talk"
KINDS = ("talk",)
PARTS = {"points": 3, "judged": 2, "measures": 2}
"""Long fields with the lines they begin with."""


def begin(shell: Shell, *, students: Sequence[str] = (), talk: str = "") -> TalkDialog | None:
    """Open the form: a new talk with these students, or one that is recorded. None where that one is gone."""
    seen: TalkSeen | None = None
    if talk:
        found = shell.attempt(lambda: talks.seen(shell.room, talk))
        if not found:
            return None
        seen = found.result
    dialog = TalkDialog(shell, students, seen)
    dialog.open()
    dialog.form.focus_first()
    return dialog


class TalkForm(Form):
    """The fields of a talk (`TalkFields`). `students()` is who it is with."""

    help_topic = "talk-table"

    def __init__(self, shell: Shell, host: QWidget, students: Sequence[str], seen: TalkSeen | None) -> None:
        super().__init__(TalkFields)
        self.shell, self.room, self.seen = shell, shell.room, seen
        today = hours.local_now(self.room).date()
        self.pupils = MembersPick(self.room)
        self.pupils.picker.setPlaceholderText("姓名或拼音首字母，回车加入；一起谈的几名都加进来，每人记一条")
        self.pupils_field = Field("学生", self.pupils)
        if seen is None:
            self.put(self.pupils_field)
            self.pupils.set_value([found for one in students if (found := student_found(self.room, one))])
            self.pupils.edited.connect(self._on_edit)
        self.talker, self.theme = PickCell(free=True, kind=""), PickCell(free=True, kind="")
        self.talker.offered, self.theme.offered = self._talkers(students), THEMES
        self.theme.setPlaceholderText("数字或首字母，或自己写")
        self.talker.setPlaceholderText("首字母或名字")
        place = TextField("如 办公室、操场", limit=about(TalkFields, "place")["limit"])
        self.add(
            "day", "starts", "minutes", "place",
            controls={"day": DayField("如 1012、昨天", today=lambda: hours.local_now(self.room).date()), "place": place},
            stretch=(5, 3, 4, 5),
        )  # fmt: skip
        self.add("talker", "theme", "way", controls={"talker": self.talker, "theme": self.theme,
                 "way": Choice(WAYS, as_list=True, wide=True)}, stretch=(4, 5, 4))  # fmt: skip
        self.phrases = PhraseList(shell, host)
        self.put(self._part("points"))
        beside = QWidget()
        row = QHBoxLayout(beside)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE * 3)
        for name in ("judged", "measures"):
            row.addWidget(self._part(name), 1, Qt.AlignmentFlag.AlignTop)
        self.put(beside)
        self.add(
            "follow_up",
            "follow_day",
            controls={"follow_day": DayField("哪天再谈，如 下周三", today=lambda: today)},
            stretch=(1, 4),
        )
        self.fields["follow_day"].control.edited.connect(self._follow)
        if seen is None:
            self.set_values({"day": today, "talker": self.room.person.name})
        else:
            self.set_values(seen.fields.model_dump(exclude={"student"}))

    def _part(self, name: str) -> NotePart:
        """A long field, with phrases and gentle words."""
        told = about(TalkFields, name)
        part = NotePart(
            told["label"], told["limit"], lines=PARTS[name], placeholder=told["help"] or "做了什么、说好了什么"
        )
        self.adopt(name, part)
        self.phrases.serve(part.control, TALK if name == "points" else name if name == "measures" else "")
        return part

    def _talkers(self, students: Sequence[str]) -> tuple[str, ...]:
        teachers = talk_rules.class_teachers(self.room)
        mine = []
        for one in students or ([self.seen.student] if self.seen is not None else []):
            try:
                entry = roll.entry(self.room, one)
            except NotFound:
                continue
            mine.append(teachers.get((entry.stage, entry.cohort, entry.class_no), ""))
        return tuple(dict.fromkeys(name for name in (self.room.person.name, *mine, *teachers.values()) if name))

    def _follow(self) -> None:
        """A day to follow up on means that it is to be followed up."""
        if not self._loading and self.fields["follow_day"].value():
            self.fields["follow_up"].set_value(True)

    def students(self) -> list[str]:
        return self.pupils.value()

    def settle(self) -> None:
        for pick in (self.talker, self.theme):
            pick.settle()

    def values(self) -> dict[str, Any]:
        found = {**super().values(), "talker": self.talker.words().strip(), "theme": self.theme.words().strip()}
        return {name: "" if value is None and name in ("place",) else value for name, value in found.items()}

    def set_values(self, values: Mapping[str, Any]) -> None:
        super().set_values({k: v for k, v in values.items() if k not in ("talker", "theme")})
        self._loading = True
        for name, pick in (("talker", self.talker), ("theme", self.theme)):
            if name in values:
                pick.setText(str(values[name] or ""))
        self._loading = False

    def show_problems(self, problem: NotValid) -> None:
        """The sentence about the students stands under them."""
        if sentence := problem.fields.get("student"):
            self.pupils_field.problem(sentence)
        super().show_problems(NotValid({k: v for k, v in problem.fields.items() if k != "student"}))
        if sentence:
            self.pupils.picker.setFocus()

    def focus_first(self) -> None:
        if self.seen is None and not self.students():
            self.pupils.picker.setFocus()
        else:
            self.fields["theme" if self.seen is None else "points"].control.setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in ENTER and isinstance(self.focusWidget(), PickCell):
            self.settle()
        super().keyPressEvent(event)


class TalkDialog(QDialog):
    """The form over the window. Ctrl+S saves, Esc leaves it; what was typed is there the next time."""

    help_topic = "talk-table"
    edited = Signal()

    def __init__(self, shell: Shell, students: Sequence[str], seen: TalkSeen | None) -> None:
        super().__init__(shell)
        self.shell, self.room, self.seen = shell, shell.room, seen
        self.setWindowTitle("心理辅导室")
        self.setModal(True)
        px = tokens.now().px
        self.resize(min(px(900), shell.width() - 24), min(px(720), shell.height() - 16))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        inner = Tall()
        self.inside = QVBoxLayout(inner)
        self.inside.setContentsMargins(SPACE * 4, SPACE * 3, SPACE * 4, SPACE * 2)
        self.inside.setSpacing(SPACE * 2)
        self.form = TalkForm(shell, self, students, seen)
        self._head()
        self.inside.addWidget(self.form)
        self.inside.addStretch(1)
        column.addWidget(scrolled(inner), 1)
        column.addWidget(self._foot())
        pressed = (("Ctrl+S", self.save), ("Ctrl+Return", self.save), ("Ctrl+Enter", self.save), ("Ctrl+P", self.print))
        for keys, do in pressed:
            QShortcut(QKeySequence(keys), self).activated.connect(do)
        QShortcut(QKeySequence("F1"), self).activated.connect(self.help)
        self._about = seen.id if seen is not None else ",".join(students[:1])
        self.form.edited.connect(self._on_edit)
        self._changed = False
        self.draft = drafting.watch(self, lambda kept: drafts.save(self.room, FORM, self._about, kept))
        self._resume()

    # ---- building

    def _head(self) -> None:
        seen = self.seen
        if seen is None:
            self.inside.addWidget(text("登记谈话", "heading"))
        else:
            try:
                entry = roll.entry(self.room, seen.student)
                words = f"{entry.name} · {entry.class_name}"
            except NotFound:
                words = "已不在名册里的学生"
            self.inside.addWidget(text(words, "heading"))
            entered = f"{seen.who_entered} 登记" if seen.who_entered else ""
            parts = (f"{short_day(seen.fields.day)}的谈话", ORIGINS[seen.origin], entered)
            self.inside.addWidget(text(" · ".join(filter(None, parts)), "soft"))
            if seen.to_follow:
                self.inside.addWidget(self._to_follow(seen))
            elif seen.followed_on is not None:
                more = f"：{seen.followed}" if seen.followed else ""
                self.inside.addWidget(text(f"{short_day(seen.followed_on)}跟进过了{more}", "good"))
        self.resumed = text("接着上次没有存的。", "warning")
        self.inside.addWidget(self.resumed)
        self.resumed.hide()

    def _to_follow(self, seen: TalkSeen) -> Card:
        """What was promised, and one line to say that it was done."""
        day = seen.fields.follow_day
        card = Card(tone="amber")
        card.add(text(f"说好{f'{short_day(day)}' if day else '还要'}跟进", "strong"))
        row = QHBoxLayout()
        row.setSpacing(SPACE)
        self.followed_on = DayField("哪天", today=lambda: hours.local_now(self.room).date())
        self.followed_on.set_value(hours.local_now(self.room).date())
        self.followed_on.setAccessibleName("哪天跟进的")
        self.followed_on.setFixedWidth(tokens.now().px(160))
        self.followed = TextField("跟进得怎么样（可以不写）", limit=500)
        self.followed.setAccessibleName("跟进情况")
        row.addWidget(self.followed_on)
        row.addWidget(self.followed, 1)
        row.addWidget(button("跟进好了", self.follow, icon_name="check"))
        card.body.addLayout(row)
        self.follow_trouble = text("", "error")
        self.follow_trouble.hide()
        card.add(self.follow_trouble)
        return card

    def _foot(self) -> QWidget:
        foot = QFrame()
        foot.setObjectName("sheetfoot")
        row = QHBoxLayout(foot)
        row.setContentsMargins(SPACE * 4, SPACE + 4, SPACE * 4, SPACE + 4)
        row.setSpacing(SPACE)
        self.save_button = primary("保存", self.save, tip="保存（Ctrl+S）")
        row.addWidget(self.save_button)
        row.addWidget(quiet("取消", self.reject, tip="取消（Esc），写的先留着"))
        row.addStretch(1)
        row.addWidget(text("F8 常用语", "small", wrap=False))
        if self.seen is not None:
            row.addWidget(quiet("打印", self.print, icon_name="printer", tip="打印谈心谈话记录表（Ctrl+P）"))
            row.addWidget(danger("删除", self.remove, tip="删除这次谈话；可以撤销"))
        return foot

    def help(self) -> None:
        """F1: the help, over this dialog."""
        from psyroom.ui.help import HelpOver

        HelpOver(self, self.help_topic)

    # ---- drafts

    def values(self) -> dict[str, Any]:
        return {**self.form.values(), "students": self.form.students()}

    def _on_edit(self) -> None:
        self._changed = True
        self.edited.emit()

    def _resume(self) -> None:
        kept = drafts.load(self.room, FORM, self._about)
        if kept is None:
            return
        if self.seen is None:
            children = [found for one in kept.get("students", ()) if (found := student_found(self.room, one))]
            if children:
                self.form.pupils.set_value(children)
        self.form.set_values({k: v for k, v in kept.items() if k != "students"})
        self._changed = True
        self.resumed.show()

    # ---- paper

    def print(self) -> None:
        """The record as a paper to be signed; what stands here must be saved first."""
        seen = self.seen
        if seen is None:
            return
        if self._changed:
            self.shell.toast("先保存（Ctrl+S），再打印")
            return
        room, shell = self.room, self.shell
        self.reject()
        make = partial(_record, room, seen.id)
        ask_to_leave(shell, Leaving(talk_papers.RECORD, (seen.student,), make, ticks={MASK: MASK_WORDS}))

    # ---- deeds

    def save(self) -> None:
        """A new talk for each of the students, or the one that is recorded as it stands here."""
        drafting.settle_typing()
        self.form.settle()
        self.form.clear_problems()
        self.form.pupils_field.clear()
        values, students, now = self.form.values(), self.form.students(), hours.local_now(self.room)
        seen = self.seen
        if unread := [n for n in ("day", "starts", "follow_day") if isinstance(values[n], str)]:
            self.form.show_problems(NotValid({name: self.form.fields[name].control.unreadable for name in unread}))
            return
        if values["day"] is None:
            values.pop("day")
            if seen is not None:
                self.form.show_problems(NotValid({"day": "请填写谈话日期"}))
                return
        several = len(students) > 1
        say = "谈话已改" if seen is not None else f"已登记 {len(students)} 名学生的谈话" if several else "谈话已登记"

        def deed() -> Any:
            if seen is not None:
                return talks.change(self.room, seen.id, values, now)
            return talks.add(self.room, values, students, now)

        if self.shell.attempt(deed, form=self.form, kinds=KINDS):
            self._over(say)

    def _over(self, say: str) -> None:
        self.draft.forget()
        drafts.discard(self.room, FORM, self._about)
        self.accept()
        self.shell.toast(say, undo=True)

    def follow(self) -> None:
        """What was promised was done."""
        seen, on, words = self.seen, self.followed_on.value(), self.followed.value()
        if seen is None:
            return
        if on is None or isinstance(on, str):
            self._say_follow(DayField.unreadable)
            return
        done = self.shell.attempt(lambda: _told(lambda: talks.follow(self.room, seen.id, on, words)), kinds=KINDS)
        if done and isinstance(done.result, NotValid):
            self._say_follow("；".join(done.result.fields.values()))
        elif done:
            self.draft.flush()
            self.accept()
            self.shell.toast("跟进已记下", undo=True)

    def _say_follow(self, words: str) -> None:
        self.follow_trouble.setText(words)
        self.follow_trouble.show()
        self.followed_on.setFocus()

    def remove(self) -> None:
        """Take it out; it can be brought back."""
        seen = self.seen
        if seen is not None and self.shell.attempt(
            lambda: talks.remove(self.room, seen.id, hours.local_now(self.room)), kinds=KINDS
        ):
            self._over("谈话已删除")

    # ---- going

    def reject(self) -> None:
        if not self.form.phrases.isHidden():
            self.form.phrases.shut()
            return
        self.draft.flush()
        super().reject()
        self.deleteLater()

    def accept(self) -> None:
        super().accept()
        self.deleteLater()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape or event.key() not in ENTER:
            super().keyPressEvent(event)


def _record(room: Room, talk: str, ticks: frozenset[str]) -> Files:
    return talk_papers.record(room, [talk], mask=MASK in ticks)


def _told(deed: Any) -> Any:
    """What it returns, or what was not valid about it, to be said in its place."""
    try:
        return deed()
    except NotValid as problem:
        return problem
