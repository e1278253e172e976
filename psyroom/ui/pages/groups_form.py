"""The form of a group: who leads it, who belongs to it from which day on, and for counsellors what it is about."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from psyroom.records.groups import GroupFields
from psyroom.services.groups import GroupSeen
from psyroom.store.room import Room
from psyroom.ui.kit import Choice, DayField, Field, Form, Found, Picker, TextField, button, text
from psyroom.ui.kit.flow import Flow
from psyroom.ui.pages.bookings_form import receivers, students_found

TOPIC = 40  # characters a topic may have


class MembersPick(QWidget):
    """Several students: typed one after the other, each a small button that takes the name out again."""

    edited = Signal()

    def __init__(self, room: Room) -> None:
        super().__init__()
        self.room = room
        self.chosen: dict[str, Found] = {}
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        self.picker = _Adding(self._hits, "姓名或拼音首字母，回车加入")
        self.picker.picked.connect(self._add)
        self.picker.emptied.connect(self._drop_last)
        column.addWidget(self.picker)
        self.chips = Flow()
        column.addWidget(self.chips)
        self.setFocusProxy(self.picker)

    def _hits(self, words: str) -> Sequence[Found]:
        return [hit for hit in students_found(self.room, words) if hit.key not in self.chosen]

    def value(self) -> list[str]:
        return list(self.chosen)

    def set_value(self, members: Any) -> None:
        """Takes `Found`s."""
        self.chosen = {member.key: member for member in members or ()}
        self._show()

    def _add(self, hit: Any) -> None:
        self.chosen[hit.key] = hit
        self.picker.set_value(None)
        self._show()
        self.edited.emit()

    def _drop(self, student: str) -> None:
        self.chosen.pop(student, None)
        self._show()
        self.picker.setFocus()
        self.edited.emit()

    def _drop_last(self) -> None:
        if self.chosen:
            self._drop(next(reversed(self.chosen)))

    def _show(self) -> None:
        names = Counter(hit.name for hit in self.chosen.values())
        made = []
        for hit in self.chosen.values():
            words = f"{hit.name} {hit.detail}" if names[hit.name] > 1 else hit.name
            made.append(
                button(f"{words}  ×", partial(self._drop, hit.key), small=True, tip=f"移出 {hit.name} {hit.detail}")
            )
        self.chips.set([*made])
        self.chips.setVisible(bool(made))


class _Adding(Picker):
    """A picker that says when backspace is pressed in it while it is empty."""

    emptied = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Backspace and not self.text() and not event.isAutoRepeat():
            self.emptied.emit()
        else:
            super().keyPressEvent(event)


class GroupForm(Form):
    """A new group, or a change of one. The topic is asked of counsellors only and never reaches the desk's side."""

    help_topic = "groups"

    def __init__(self, room: Room, now: Callable[[], datetime], group: GroupSeen | None = None) -> None:
        super().__init__(GroupFields)
        self.room, self.group = room, group
        self.add("leader", controls={"leader": Choice({"": "未定", **receivers(room)}, as_list=True)})
        self.members = MembersPick(room)
        self.members_field = Field("成员", self.members, "空着时按退格移出最后一位；点名字移出")
        self.put(self.members_field)
        self.since = DayField(today=lambda: now().date())
        self.since_field = Field("从哪天起" if group is None else "变动从哪天起", self.since)
        self.put(self.since_field)
        self.topic = TextField("如：考前减压", limit=TOPIC)
        self.topic_field = Field("团体主题", self.topic, "只有心理教师看得到；值班人员只看到编号")
        if room.has_cases:
            self.put(self.topic_field)
        self.since.set_value(now().date())
        self.members.edited.connect(self._on_edit)
        if group is not None:
            self.set_values({"leader": group.leader})
            self.members.set_value([Found(m.student, m.who, m.class_name) for m in group.members])
            self.topic.set_value(group.topic)
        elif room.has_cases:
            self.set_values({"leader": room.person.id})
        self.members._show()
        self.put(text("预约时“谁来”选团体，再选这一个；人数按成员算。", "small"))

    def values(self) -> dict[str, Any]:
        return {
            "leader": self.fields["leader"].value() or "",
            "members": self.members.value(),
            "since": self.since.value(),
            "topic": self.topic.value(),
        }

    def day_unreadable(self) -> None:
        self.since_field.problem("请填写从哪天起，如 9.1 或“明天”")
        self.since.setFocus()

    def show_problems(self, problem: Any) -> None:
        """The sentence about members stands under them."""
        if sentence := problem.fields.get("members"):
            self.members_field.problem(sentence)
        super().show_problems(problem)
        if sentence and len(problem.fields) == 1:
            self.say("")

    def clear_problems(self) -> None:
        super().clear_problems()
        for field in (self.members_field, self.since_field, self.topic_field):
            field.clear()

    def focus_first(self) -> None:
        self.members.picker.setFocus()
