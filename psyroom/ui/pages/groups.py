"""Groups at the side of 预约: who belongs to which, who leads it, and who was at a session."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from functools import partial

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from psyroom.records.groups import PRESENCE
from psyroom.services import groups
from psyroom.services.groups import THERE, GroupSeen, Present
from psyroom.store.room import Room
from psyroom.ui.kit import Choice, Elided, EmptyState, Row, RowList, SideSheet, button, link, primary, quiet, rule, text
from psyroom.ui.kit.flow import empty_layout
from psyroom.ui.pages.groups_form import GroupForm
from psyroom.ui.pages.side_column import SideColumn
from psyroom.ui.tokens import SPACE
from psyroom.ui.window import Shell

KINDS = ("counselling_group", "group_member", "group_topic", "booking")
WATCHED = frozenset({*KINDS, "student"})


def size_words(group: GroupSeen) -> str:
    """`8 人 · 王老师带领`"""
    lead = f"{group.leader_name}带领" if group.leader_name else "带领教师未定"
    return f"{len(group.members)} 人 · {lead}" if group.members else f"还没有成员 · {lead}"


class GroupsDesk(QObject):
    """Everything of the groups that opens in a page's side sheet."""

    def __init__(self, room: Room, shell: Shell, sheet: SideSheet, now: Callable[[], datetime]) -> None:
        super().__init__(sheet)
        self.room, self.shell, self.sheet, self.now = room, shell, sheet, now
        self.form: GroupForm | None = None

    def show(self, at: str = "") -> None:
        """The list; the keyboard on the group `at`, else on the first."""
        panel = GroupsPanel(self)
        self.sheet.open("团体", panel)
        panel.stand_on(at)

    def find(self, group_id: str) -> GroupSeen | None:
        return next((g for g in groups.listed(self.room, ended=True) if g.id == group_id), None)

    def open(self, group_id: str) -> None:
        """One group: its members and what can be done."""
        group = self.find(group_id)
        if group is None:
            self.show()
        else:
            self.sheet.open(f"团体 {group.no}", GroupCard(self, group))

    def add(self) -> None:
        self._begin("新建团体", None)

    def edit(self, group_id: str) -> None:
        group = self.find(group_id)
        if group is None:
            self.show()
        else:
            self._begin(f"改团体 {group.no}", group)

    def _begin(self, title: str, group: GroupSeen | None) -> None:
        self.form = GroupForm(self.room, self.now, group)
        back = quiet("回到名单", lambda: self.show(group.id if group is not None else ""))
        self.sheet.open(title, self.form, save=self.save, save_words="保存团体", others=(back,))

    def save(self) -> None:
        """Make the group, or change what is different; each change is a deed of its own."""
        form = self.form
        if form is None:
            return
        form.clear_problems()
        values, group = form.values(), form.group
        day = values["since"]
        if not isinstance(day, date):
            form.day_unreadable()
            return
        made: list[str] = [group.id if group is not None else ""]

        def deed() -> None:
            before = group
            if before is None:
                made[0] = groups.add(self.room, {"leader": values["leader"]}, values["members"], day)
            else:
                if values["leader"] != before.leader:
                    groups.change(self.room, made[0], {"leader": values["leader"]})
                if set(values["members"]) != {m.student for m in before.members}:
                    groups.set_members(self.room, made[0], values["members"], day)
            if self.room.has_cases and values["topic"] != (before.topic if before is not None else ""):
                groups.set_topic(self.room, made[0], values["topic"])

        if self.shell.attempt(deed, form=form, kinds=KINDS):
            self.form = None
            self.shell.toast("团体已保存", undo=True)
            self.open(made[0])


class _Side(SideColumn):
    """A column of the side sheet that follows what changes elsewhere."""

    help_topic = "groups"
    watched = WATCHED

    def __init__(self, desk: GroupsDesk) -> None:
        super().__init__(desk.room, desk.shell)
        self.desk = desk


class GroupsPanel(_Side):
    """The groups that go on; those that are over on request."""

    def __init__(self, desk: GroupsDesk) -> None:
        super().__init__(desk)
        self.ended = False
        self.list = RowList()
        self.refresh()

    def refresh(self) -> None:
        at = next((line.row.key for line in self.list.rows() if line.hasFocus()), "")
        empty_layout(self.column)
        self.list = RowList()
        found = groups.listed(self.room, ended=True)
        shown = [g for g in found if self.ended or not g.ended]
        add = primary("新建团体", self.desk.add, icon_name="plus", tip="新建团体（A）")
        if not found:
            words = "一个小组有自己的编号和成员；预约时选“团体”和编号，每个人到没到各记一笔。"
            self.column.addWidget(EmptyState("users-three", "还没有团体", words, add, width=280))
            return
        self.row(add)
        self.list = RowList([self._line(g) for g in shown])
        self.column.addWidget(self.list)
        if not shown:
            self.column.addWidget(text("现在没有在进行的团体。", "soft"))
        if len(shown) < len(found):
            self.row(quiet(f"也看已结束的（{len(found) - len(shown)}）", self._all, small=True))
        self.stand_on(str(at))

    def stand_on(self, group_id: str) -> None:
        found = next((line for line in self.list.rows() if line.row.key == group_id), None)
        if found is not None:
            found.setFocus()
        else:
            self.focus_first()

    def focus_first(self) -> None:
        if self.list.rows():
            self.list.focus_first()
        else:
            self.setFocus()

    def _all(self) -> None:
        self.ended = True
        self.refresh()

    def _line(self, group: GroupSeen) -> Row:
        return Row(
            f"团体 {group.no}",
            size_words(group),
            icon="users-three",
            stripe="" if group.ended else "accent",
            tags=[("已结束", "")] if group.ended else (),
            action=("打开", partial(self.desk.open, group.id)),
            open=partial(self.desk.open, group.id),
            key=group.id,
        )

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_A and not event.modifiers():
            self.desk.add()
        else:
            super().keyPressEvent(event)


class GroupCard(_Side):
    """One group: leader, members, and its topic for counsellors."""

    def __init__(self, desk: GroupsDesk, group: GroupSeen) -> None:
        super().__init__(desk)
        self.group = group
        self.refresh()

    def refresh(self) -> None:
        group = self.desk.find(self.group.id)
        empty_layout(self.column)
        self.row(link("全部团体", self.back, icon_name="caret-left", tip="回到名单（退格）"))
        if group is None:
            self.column.addWidget(text("这个团体已经不在了。", "soft"))
            return
        self.group = group
        self.column.addWidget(text(size_words(group) + (" · 已结束" if group.ended else ""), "lead"))
        if self.room.has_cases and group.topic:
            self.column.addWidget(text(f"主题：{group.topic}", "soft"))
        self.column.addWidget(rule())
        self.column.addWidget(text("成员", "heading"))
        if not group.members:
            self.column.addWidget(text("还没有成员，点“改成员”加上。", "soft"))
        today = self.desk.now().date()
        for member in group.members:
            line = QHBoxLayout()
            line.setSpacing(SPACE)
            line.addWidget(text(member.who, "strong", wrap=False))
            line.addWidget(text(member.class_name, "soft", wrap=False))
            line.addStretch(1)
            if member.until is not None:
                line.addWidget(text(f"到 {member.until.month}/{member.until.day}", "small", wrap=False))
            elif member.since > today:
                line.addWidget(text(f"{member.since.month}/{member.since.day} 起", "small", wrap=False))
            self.column.addLayout(line)
        self.column.addWidget(rule())
        edit = button("改成员或带领教师", lambda: self.desk.edit(group.id), icon_name="pencil-simple", tip="改（E）")
        self.row(edit, button("团体继续" if group.ended else "团体结束", self.end))
        edit.setFocus()

    def back(self) -> None:
        self.desk.show(self.group.id)

    def end(self) -> None:
        ended = not self.group.ended
        done = self.shell.attempt(lambda: groups.end(self.room, self.group.id, ended), kinds=KINDS)
        if done:
            self.shell.toast(done.result, undo=True)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Backspace:
            self.back()
        elif event.key() == Qt.Key.Key_E and not event.modifiers():
            self.desk.edit(self.group.id)
        else:
            super().keyPressEvent(event)


class AttendanceBox(QWidget):
    """Who was at a session: everybody, until somebody says otherwise. 1 到, 2 迟到, 3 请假, 4 未到; up and down walk.

    Every key is saved at once; Ctrl+Z takes it back."""

    help_topic = "groups"

    def __init__(self, room: Room, shell: Shell, visit: str, *, locked: bool = False) -> None:
        super().__init__()
        self.room, self.shell, self.visit, self.locked = room, shell, visit, locked
        self.choices: dict[str, Choice] = {}
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(6)
        self.summary = text("", "soft")
        self.fill()
        shell.changed.connect(self._changed)

    def members(self) -> list[Present]:
        return groups.attendance(self.room, self.visit)

    def fill(self) -> None:
        """Build the lines; none where the group has no members."""
        empty_layout(self.column)
        self.choices = {}
        found = self.members()
        if not found:
            return
        self.column.addWidget(text("谁到了", "heading"))
        self.summary = text("", "soft")
        self.column.addWidget(self.summary)
        if not self.locked:
            self.column.addWidget(text("默认都到了。按键：1 到，2 迟到，3 请假，4 未到", "small"))
        for present in found:
            self.column.addWidget(self._line(present))
        self._say(found)

    def _line(self, present: Present) -> QWidget:
        line = QWidget()
        row = QHBoxLayout(line)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE)
        names = QVBoxLayout()
        names.setSpacing(0)
        names.addWidget(Elided(present.who, "strong"))
        names.addWidget(text(present.class_name, "small", wrap=False))
        row.addLayout(names, 1)
        if self.locked:
            row.addWidget(text(PRESENCE[present.state], "soft", wrap=False))
            return line
        choice = Choice(PRESENCE, as_list=False)
        choice.set_value(present.state)
        choice.setAccessibleName(f"{present.who} {present.class_name}")
        choice.edited.connect(partial(self._set, present.student))
        self.choices[present.student] = choice
        row.addWidget(choice)
        return line

    def _say(self, found: Sequence[Present]) -> None:
        there = sum(present.state in THERE for present in found)
        self.summary.setText(f"到场 {there} 人，共 {len(found)} 人")

    def _set(self, student: str) -> None:
        state = self.choices[student].value()
        now = {present.student: present.state for present in self.members()}
        if now.get(student) == state:
            return
        done = self.shell.attempt(lambda: groups.set_attendance(self.room, self.visit, {student: state}))
        if not done:
            self._read()
            return
        self._say(self.members())
        self.shell.tell_changed("attendance", "visit")

    def _read(self) -> None:
        """What is stored, without touching the keyboard's place."""
        found = self.members()
        if {present.student for present in found} != set(self.choices) and not self.locked:
            self.fill()
            return
        for present in found:
            if present.student in self.choices:
                self.choices[present.student].set_value(present.state)
        self._say(found)

    def _changed(self, kinds: set[str]) -> None:
        if self.isVisible() and not self.room.closed and (not kinds or kinds & {"attendance", "group_member"}):
            self._read()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        states = dict(zip("1234", PRESENCE, strict=True))
        at = next((s for s, c in self.choices.items() if c.isAncestorOf(self.focusWidget() or self)), None)
        if at is not None and event.text() in states:
            choice = self.choices[at]
            choice.set_value(states[event.text()])
            choice.setFocus()
        else:
            super().keyPressEvent(event)
