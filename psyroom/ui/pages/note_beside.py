"""Beside the sheet: what was agreed last time, and a word on how the part one stands in is written. Nothing here is
copied into the note by itself."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from psyroom.records.notes import NOTE_KINDS
from psyroom.services import note_list
from psyroom.services.note_list import Point
from psyroom.store.room import Room
from psyroom.ui.kit import Card, scrolled, text
from psyroom.ui.kit.flow import Tall, empty_layout
from psyroom.ui.tokens import SPACE

HINTS: Mapping[str, tuple[str, str]] = {
    "": ("怎么写", "先写看到、听到的，再写自己的判断。身份证号、电话、住址不写进记录。写一部分也可以保存，以后再补。"),
    "words": ("来访者的话", "尽量照原话写，加上引号，如：“我一进教室就想走。”原话比转述更有用。"),
    "observed": ("旁人的观察", "谁、什么时候、看到什么，如：班主任 9月7日 看到午休时一个人坐着。先写事实，再写判断。"),
    "state": ("目前的心理状况", "情绪、行为、想法、身体：今天看到、听到的。先写事实，再写判断；少用“总是”“从不”。"),
    "problem": ("主要问题与评估", "主要困扰是什么，多久了，影响到什么（睡眠、上课、同伴），依据是什么。学校只写评估，不下医院那样的结论。"),
    "measures": ("分析与对策", "可能的原因，这次做了什么，和学生商定了什么，谁来做。"),
    "effect": ("辅导效果", "学生自己怎么说，和上次比有什么变化；没有变化也照实写。"),
    "outcome": ("沟通结果", "对方的态度，双方商定的事：谁做什么，什么时候做。"),
    "topic": ("主题", "一句话，不写姓名，如：期中考试前的紧张。"),
    "with_whom": ("对方", "写身份就够了：母亲、班主任、某医院门诊。"),
    "hospital_says": ("医院诊断", "只照抄医院写明的结论，写明来源和日期；学校自己不下结论。"),
    "hospital": ("医院诊断来源", "哪家医院、哪一科，看到的是什么材料（病历、复学证明、家长转述）。"),
    "steps": ("下一步", "写一件具体的事和日期，到时候会出现在“今日”里。日期可以写 明天、3.5。"),
    "categories": ("问题类别", "可以选几项：方向键走，空格选。"),
    "private": ("私密手记", "只有你自己看得到。记录里该有的事实仍写在上面。"),
}  # fmt: skip
"""Part of the form → its heading and a word on writing it."""


class Beside(QWidget):
    """`show_hint(part)` says how that part is written; `show_points` what earlier notes say."""

    def __init__(self, room: Room) -> None:
        super().__init__()
        self._room = room
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(SPACE * 2)
        self.hint = Card(tone="accent")
        self._hint_head = text("", "strong")
        self._hint_words = text("", "")
        self.hint.add(self._hint_head)
        self.hint.add(self._hint_words)
        self.hint.add(text("常用语：按 F8，或输入分号加拼音首字母，如 ;zs", "small"))
        whole.addWidget(self.hint)
        holder = Tall()
        self._column = QVBoxLayout(holder)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(SPACE)
        self._points = Card("上次的要点", "放在旁边看，不会自己写进记录。")
        self._list = QVBoxLayout()
        self._list.setSpacing(SPACE + 4)
        self._points.body.addLayout(self._list)
        self._column.addWidget(self._points)
        self._column.addStretch(1)
        whole.addWidget(scrolled(holder), 1)
        self._points.hide()
        self._asked: tuple[str, date, str] | None = None
        self.show_hint("")

    def show_hint(self, part: str) -> None:
        head, words = HINTS.get(part, HINTS[""])
        self._hint_head.setText(head)
        self._hint_words.setText(words)

    def show_points(self, student: str, name: str, day: date, note: str) -> None:
        """The earlier notes of one student, up to a day; not the note that is being written."""
        if self._asked == (student, day, note):
            return
        self._asked = (student, day, note)
        points = [p for p in note_list.last_points(self._room, student, day) if p.note != note] if student else []
        empty_layout(self._list)
        for at, point in enumerate(points):
            if at:
                self._list.addWidget(_rule())
            self._list.addLayout(_point(point))
        if self._points.heading is not None:
            self._points.heading.setText(f"{name} · 上次的要点" if name else "上次的要点")
        self._points.setVisible(bool(points))

    def forget(self) -> None:
        """Read anew when asked next."""
        self._asked = None


def _rule() -> QFrame:
    line = QFrame()
    line.setObjectName("rule")
    return line


def _point(point: Point) -> QVBoxLayout:
    column = QVBoxLayout()
    column.setSpacing(2)
    day = f"{point.day.year}年{point.day.month}月{point.day.day}日"
    column.addWidget(text(f"{day} · {NOTE_KINDS[point.kind]}", "small"))
    if point.words:
        column.addWidget(text(point.words))
    for step in point.steps:
        row = QVBoxLayout()
        when = f"（{step.due.month}月{step.due.day}日）" if step.due is not None else ""
        done = "已做：" if step.done_at else "约好："
        row.addWidget(text(f"{done}{step.text}{when}", "good" if step.done_at else "strong"))
        column.addLayout(row)
    return column
