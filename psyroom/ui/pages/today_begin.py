"""The first days: three steps to a room that works, each with its one button; gone once all are done."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from psyroom.services.beginning import Beginning, beginning
from psyroom.store.room import Room
from psyroom.ui.kit import Card, Row, RowList
from psyroom.ui.window import Shell


class BeginCard(Card):
    """A counsellor's card; a duty person has nothing to set up."""

    help_topic = "start"

    def __init__(self, room: Room, shell: Shell, parent: QWidget | None = None) -> None:
        super().__init__("三步就能用起来", "按顺序来，哪一步都可以以后再改。")
        self.setParent(parent)
        self.room, self.shell = room, shell
        self._over = not room.has_cases
        self.steps = RowList()
        self.add(self.steps)
        self.hide()

    def refresh(self) -> None:
        """Look again at what is still to do."""
        if self._over:
            return
        done = beginning(self.room)
        self._over = done.over
        self.steps.set_rows(self._rows(done))
        self.setVisible(not done.over)

    def _rows(self, done: Beginning) -> list[Row]:
        go = self.shell.go
        told = (
            (
                done.roster,
                "导入学生名册",
                "教务处的表直接拿来用，不用改格式",
                "去导入",
                lambda: go("students", roster=True),
            ),
            (
                done.plan,
                "排好每周开放时段",
                "什么时候开门、谁值班；预约和开放时数都按它算",
                "去排",
                lambda: go("openings", slot=True),
            ),
            (done.booked, "约第一位学生", "打姓名的拼音首字母就能找到人", "新预约", lambda: go("bookings", new=True)),
        )
        rows = []
        for number, (ready, what, detail, words, do) in enumerate(told, 1):
            mark = "check-circle" if ready else f"number-circle-{('one', 'two', 'three')[number - 1]}"
            first = not ready and all(t[0] for t in told[: number - 1])
            rows.append(
                Row(
                    what,
                    detail,
                    icon=mark,
                    stripe="good" if ready else "accent" if first else "",
                    tags=[("好了", "good")] if ready else [],
                    action=None if ready else (words, do),
                    open=None if ready else do,
                    key=number,
                    whole=True,
                )  # fmt: skip
            )
        return rows
