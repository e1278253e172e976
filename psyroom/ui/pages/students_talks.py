"""In a student's card: the three lamps of this semester, the mark 需要重点关爱, and the next missing link one press away.

Only a counsellor's window builds it.
"""

from __future__ import annotations

from functools import partial

from PySide6.QtWidgets import QHBoxLayout

from psyroom.rules.time import short_day
from psyroom.services import care, coverage, hours, talks
from psyroom.store.room import Room
from psyroom.ui.kit import Card, Tag, button, text
from psyroom.ui.kit.flow import empty_layout
from psyroom.ui.pages import talk_form
from psyroom.ui.pages.lamps import LampRow
from psyroom.ui.tokens import SPACE
from psyroom.ui.window import Shell

KINDS = {
    "talk", "talk_excuse", "talk_attempt", "talk_rules", "care", "growth_plan", "plan_review", "feedback", "home_visit",
}  # fmt: skip
NEXT = {"talk": "登记谈话", "plan": "写方案", "feedback": "写反馈"}
"""What brings a missing link."""


class TalksCard(Card):
    """Told by the window when something it shows has changed."""

    help_topic = "talks"

    def __init__(self, room: Room, shell: Shell, student: str) -> None:
        super().__init__("一生一谈一案一反馈")
        self.room, self.shell, self.student = room, shell, student
        self.lamps = LampRow(act=True)
        self.lamps.wanted.connect(self.follow)
        self.add(self.lamps)
        self.words = text("", "soft")
        self.add(self.words)
        self.mark = QHBoxLayout()
        self.mark.setSpacing(SPACE)
        self.body.addLayout(self.mark)
        self.row = QHBoxLayout()
        self.row.setSpacing(6)
        self.body.addLayout(self.row)
        shell.changed.connect(self._on_changed)
        self.again()

    def _on_changed(self, kinds: set[str]) -> None:
        if (not kinds or kinds & KINDS) and not self.room.closed:
            self.again()

    def again(self) -> None:
        """As it stands now."""
        found = coverage.lamps(self.room, self.student, hours.local_now(self.room))
        self.lamps.set(found)
        here = coverage.line(self.room, self.student, hours.local_now(self.room)) is not None
        owed = [lamp.words for _link, lamp in found.each if lamp.state != "none"]
        self.words.setText("；".join(owed or [found.talk.words]) + "。")
        active = next((one for one in care.of_student(self.room, self.student) if one.state == "active"), None)
        empty_layout(self.mark)
        if active is not None:
            until = f"，到{short_day(active.until)}" if active.until else ""
            self.mark.addWidget(Tag("重点关爱", "accent"))
            self.mark.addWidget(text(f"{short_day(active.since)}由{active.who}标记{until}：{active.ground}", "soft"), 1)
        empty_layout(self.row)
        if here:
            if found.missing:
                link = found.missing[0]
                do = partial(self.follow, link)
                self.row.addWidget(button(NEXT[link], do, small=True, shortcut="Alt+T", tip="补上还缺的第一样"))
            words = "改、解除重点关爱" if active is not None else "标记重点关爱"
            go = partial(self.shell.go, "talks", tab="cover", student=self.student, deed="care")
            self.row.addWidget(button(words, go, kind="quiet", small=True, shortcut="Alt+G"))
            self.row.addStretch(1)

    def follow(self, link: str) -> None:
        """To the record of a lamp: the one that is there, or the form of a new one."""
        if link != "talk":
            self.shell.go("talks", tab={"plan": "plans", "feedback": "feedback"}[link], student=self.student)
            return
        there = talks.of_student(self.room, self.student)
        lit = coverage.lamps(self.room, self.student, hours.local_now(self.room)).talk.state == "green"
        if lit and there:
            talk_form.begin(self.shell, talk=there[0].id)
        else:
            talk_form.begin(self.shell, students=[self.student])
