"""Two entries of one child: side by side, what will be kept, one deed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from psyroom.records.students import LABELS, SEXES, STATUSES
from psyroom.services import merging, students
from psyroom.services.school import context
from psyroom.store.room import Room
from psyroom.ui.kit import Card, Field, Found, PageHeader, Picker, Tag, button, primary, quiet, rule, scrolled, text
from psyroom.ui.kit.flow import Flow, Tall
from psyroom.ui.pages.students_card import field_label, said
from psyroom.ui.tokens import SPACE

_PRIVATE = (
    "born", "id_number", "registry_number", "guardian", "guardian_relation", "guardian_phone", "phone", "address",
    "ethnicity", "boarding", "only_child", "remark",
)  # fmt: skip


class MergeView(QWidget):
    """Picks the other entry, shows both and the result. `merge(keep, other)` asks for the deed."""

    merge = Signal(str, str)
    gone = Signal()

    def __init__(self, room: Room, student: str, today: date) -> None:
        super().__init__()
        self.room, self.today = room, today
        self.keep, self.other = student, ""
        self._name = students.name_of(room, student)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE * 2)
        self.button = primary("合成一条", self._ask, tip="合成一条（Ctrl+S）")
        column.addWidget(
            PageHeader(
                f"合并：{self._name}",
                "同一名学生录了两条时用。两个同名的学生请不要合并。合并是一步，可以整步撤销。",
                quiet("返回（Esc）", self.gone.emit),
                self.button,
            )
        )
        pick = Card("另一条是哪一条？")
        self.picker = Picker(self._search, "姓名、拼音首字母、班级或学号")
        self.picker.picked.connect(lambda hit: self._choose(hit.key))
        pick.add(Field("", self.picker))
        twins = students.same_name(room, self._name, but=student)
        if twins:
            pick.add(text("同名或读音相同的：", "soft"))
            pick.add(Flow(*(self._twin(entry) for entry in twins[:6]), gap=SPACE))
        column.addWidget(pick)
        self._place = QVBoxLayout()
        holder = Tall()
        holder.setLayout(self._place)
        self._place.setContentsMargins(0, 0, SPACE, SPACE)
        column.addWidget(scrolled(holder), 1)
        self._place.addStretch(1)
        self._shown: QWidget | None = None
        self.button.setEnabled(False)
        for keys in ("Ctrl+S", "Ctrl+Return", "Ctrl+Enter"):
            shortcut = QShortcut(QKeySequence(keys), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(self._ask)

    def _twin(self, entry: students.Entry) -> QWidget:
        words = f"{entry.name} · {entry.class_name}" + (f" · {entry.number}" if entry.number else "")
        return button(words, lambda: self._choose(entry.id), small=True)

    def _search(self, words: str) -> Sequence[Found]:
        hits = students.find(self.room, words, limit=9)
        return [Found(e.id, e.name, f"{e.class_name} {e.number}".strip()) for e in hits if e.id != self.keep]

    def focus_first(self) -> None:
        self.picker.setFocus()

    # ---- the comparison

    def _choose(self, other: str) -> None:
        self.other = other
        self._show()
        self.button.setEnabled(True)
        self.button.setFocus()

    def swap(self) -> None:
        """Keep the other one instead."""
        self.keep, self.other = self.other, self.keep
        self._show()

    def _show(self) -> None:
        merged = merging.preview(self.room, self.keep, self.other)
        if self._shown is not None:
            self._shown.hide()
            self._shown.deleteLater()
        card = Card("合成以后")
        card.head.addWidget(button("换一下：保留另一条", self.swap, icon_name="swap", small=True))
        grid = QGridLayout()
        grid.setHorizontalSpacing(SPACE * 3)
        grid.setVerticalSpacing(SPACE)
        for at in (1, 2, 3):
            grid.setColumnStretch(at, 1)
        for at, words in enumerate(("", "保留这一条", "并入的一条", "合成以后")):
            grid.addWidget(text(words, "soft", wrap=False), 0, at)
        grid.addWidget(rule(), 1, 0, 1, 4)
        row = 2
        for label, one, two, result, mark in self._rows(merged):
            grid.addWidget(text(label, "soft", wrap=False), row, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(text(one or "—", tabular=True), row, 1, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(text(two or "—", tabular=True), row, 2, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(self._result(result, mark), row, 3, Qt.AlignmentFlag.AlignTop)
            row += 1
        card.body.addLayout(grid)
        moves = [
            f"{merged.bookings} 个预约" if merged.bookings else "",
            f"{merged.visits} 次来访" if merged.visits else "",
            f"{merged.notes} 份记录" if merged.notes else "",
            f"{merged.talks} 份谈话、方案、反馈和家访" if merged.talks else "",
        ]
        if merged.first["name"] != merged.second["name"]:
            card.add(text("两条的姓名不一样，请再核对是不是同一名学生。", "warning"))
        if told := "、".join(words for words in moves if words):
            card.add(text(f"另一条名下的 {told}会移过来。", "soft"))
        if merged.lost or merged.also_lost:
            fields = ["班级" if n in ("stage", "cohort", "class_no") else field_label(n) for n in merged.lost]
            kept = "、".join(dict.fromkeys([*fields, *merged.also_lost]))
            card.add(text(f"两条写得不一样的（{kept}）以保留的那条为准；另一条的写法留在历史里。", "warning"))
        self._shown = card
        self._place.insertWidget(0, card)

    def _result(self, words: str, mark: str) -> QWidget:
        holder = QWidget()
        row = QHBoxLayout(holder)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE)
        row.addWidget(text(words or "—", "strong", tabular=True), 0 if mark else 1)
        if mark:
            row.addWidget(Tag(*((mark, "good") if mark == "补上" else (mark, "amber"))))
            row.addStretch(1)
        return holder

    def _rows(self, merged: merging.Merged) -> list[tuple[str, str, str, str, str]]:
        """(label, kept entry, other entry, result, mark) of every field that either entry has."""
        school = context(self.room)

        def spoken(values: dict[str, Any]) -> dict[str, str]:
            detail = {name: _said(values, name, self.today) for name in _PRIVATE}
            place = school.class_name(values["stage"], values["cohort"], values["class_no"], self.today)
            return {
                "name": values["name"],
                "class_no": place,
                "sex": SEXES[values["sex"]],
                "number": values["number"],
                "status": STATUSES[values["status"]],
                **detail,
            }

        one, two, result = spoken(merged.first), spoken(merged.second), spoken(merged.result)
        found = []
        for name in result:
            if not one[name] and not two[name]:
                continue
            mark = "补上" if name in merged.taken else "不一样" if two[name] and two[name] != result[name] else ""
            label = "班级" if name == "class_no" else field_label(name)
            found.append((label, one[name], two[name], result[name], mark))
        if merged.labels:
            words = "、".join(LABELS[label] for label in LABELS if label in merged.labels)
            first, second = (
                "、".join(LABELS[label] for label in students.whole(self.room, student).labels)
                for student in (self.keep, self.other)
            )
            found.append(("关注类别", first, second, words, ""))
        return found

    def _ask(self) -> None:
        if self.other:
            self.merge.emit(self.keep, self.other)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.gone.emit()
        else:
            super().keyPressEvent(event)


def _said(values: dict[str, Any], name: str, today: date) -> str:
    from psyroom.records.students import StudentDetailFields

    detail = StudentDetailFields(**{field: values[field] for field in StudentDetailFields.model_fields})
    detail.guardian_relation = "" if name == "guardian" else detail.guardian_relation
    return said(detail, name, today)
