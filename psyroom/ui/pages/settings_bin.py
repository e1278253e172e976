"""设置 · 回收站: what was deleted or taken back, and one press that brings it back."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout

from psyroom.rules.time import short_day
from psyroom.services import recycle_bin
from psyroom.services.recycle_bin import Binned
from psyroom.services.school import SchoolContext, context
from psyroom.store.room import Room
from psyroom.ui.kit import Row, RowList, quiet, text
from psyroom.ui.kit.flow import empty_layout
from psyroom.ui.pages.settings_base import Section
from psyroom.ui.tokens import SPACE
from psyroom.ui.window import Shell

FIRST = 6
"""Lines shown before the rest is asked for."""
ICONS = {
    "note": "notebook", "attachment": "paperclip", "booking": "calendar-blank", "visit": "user", "opening": "door",
    "talk": "chat-text", "care": "heart", "growth_plan": "path", "feedback": "envelope-open", "home_visit": "house-line",
}  # fmt: skip
EMPTY = "回收站是空的。删除的记录、谈话、预约和开放时间都会到这里，可以放回原处。"
EMPTY_AT_THE_DESK = "回收站是空的。删除的预约和开放时间都会到这里，可以放回原处。"


class BinSection(Section):
    help_topic = "recycle-bin"
    KEY = "bin"

    def __init__(self, room: Room, shell: Shell) -> None:
        super().__init__(room, shell, "回收站", "删除的和撤销掉的都在这里，按“恢复”放回原处。")
        self._all = False
        self._rows = QVBoxLayout()
        self._rows.setSpacing(SPACE)
        self.body.addLayout(self._rows)

    def concerns(self, kinds: set[str]) -> bool:
        """Any deed may have deleted something."""
        return True

    def show_school(self, school: SchoolContext) -> None:
        lines = recycle_bin.listed(self.room)
        empty_layout(self._rows)
        if not lines:
            self._rows.addWidget(text(EMPTY if self.room.has_cases else EMPTY_AT_THE_DESK, "soft"))
            return
        shown = lines if self._all else lines[:FIRST]
        self.rows = RowList([self._row(line) for line in shown])
        self._rows.addWidget(self.rows)
        if len(shown) < len(lines):
            self._rows.addWidget(quiet(f"看全部 {len(lines)} 条", self._show_all, tip="看全部"))

    def _row(self, line: Binned) -> Row:
        how = "撤销" if line.undo else "删除"
        when = f"{short_day(line.at.date())} {line.at:%H:%M}"
        detail = f"{line.who} {when}{how}".strip()
        if not line.may_restore:
            detail += f"，只有{line.who}能恢复"
        return Row(
            line.words,
            detail,
            icon=ICONS.get(line.kind, "trash"),
            action=("恢复", lambda: self._restore(line)) if line.may_restore else None,
            key=line.deed,
        )

    def _restore(self, line: Binned) -> None:
        outcome = self.shell.attempt(lambda: recycle_bin.restore(self.room, line.deed))
        if outcome.done:
            self.shell.tell_changed()
            self.shell.toast(f"已恢复：{line.words}", undo=True)

    def _show_all(self) -> None:
        self._all = True
        self.show_school(context(self.room))
        self.rows.setFocus()
