"""What speaks against a time, said in its place: causes, a yes or a reason where one is enough, and free times to take."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from psyroom.records.booking import URGENT
from psyroom.rules.booking import Clash, Free
from psyroom.rules.time import WEEKDAYS
from psyroom.rules.typed import span
from psyroom.ui.kit import button, quiet, text
from psyroom.ui.kit.flow import Flow
from psyroom.ui.kit.reasons import ReasonBar
from psyroom.ui.kit.sheet import into_sight
from psyroom.ui.tokens import SPACE


def free_words(free: Free, asked: date | None) -> str:
    """`12:40—13:10`, with the day when it is another."""
    day = "" if free.day == asked else f"周{WEEKDAYS[free.day.weekday()]} {free.day.month}/{free.day.day} "
    return day + span(free.starts, free.ends)


class Conflicts(QWidget):
    """What speaks against the time, in place, and the nearest free ones as buttons."""

    taken = Signal(object)  # the Free that was chosen
    anyway = Signal()
    urgent = Signal(str)  # why the room's rules may be broken

    def __init__(self) -> None:
        super().__init__()
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(SPACE - 2)
        self.free: tuple[Free, ...] = ()
        self.bar: ReasonBar | None = None
        self.way: QPushButton | None = None
        self.hide()

    def words(self) -> str:
        """Every sentence shown."""
        found = [self.column.itemAt(n).widget() for n in range(self.column.count())]
        return "\n".join(w.text() for w in found if w is not None and hasattr(w, "text"))

    def clear(self) -> None:
        self.free, self.bar, self.way = (), None, None
        while self.column.count():
            item = self.column.takeAt(0)
            if (gone := item.widget()) is not None:
                gone.hide()
                gone.deleteLater()
        self.hide()

    def show_clashes(
        self, clashes: Sequence[Clash], free: tuple[Free, ...], asked: date | None, *, confirm: bool = False
    ) -> None:
        """`confirm`: nothing hard; the person may go on with a yes."""
        self.clear()
        if not clashes:
            return
        for clash in dict.fromkeys(clashes):
            said = text(clash.sentence, "error" if clash.hard else "warning")
            self.column.addWidget(said)
        if confirm:
            self.column.addWidget(
                quiet("已说好，仍然预约", self.anyway.emit, small=True), 0, Qt.AlignmentFlag.AlignLeft
            )
        if any(c.urgent for c in clashes) and not any(c.hard for c in clashes):
            self.way = quiet("要破例，选一个原因…", self.ask_reason, small=True)
            self.column.addWidget(self.way, 0, Qt.AlignmentFlag.AlignLeft)
        if free:
            self.free = free
            self.column.addWidget(text("最近的空位：", "small"))
            holder = Flow(gap=SPACE)
            for one in free:
                made = button(free_words(one, asked), partial(self.taken.emit, one), small=True)
                if one.soft:
                    made.setToolTip("；".join(one.soft))
                holder.add(made)
            self.column.addWidget(holder)
        elif any(c.hard for c in clashes):
            self.column.addWidget(
                text("两周内的开放时间里没有同样长的空位，可以缩短时间，或在“值班开放”里加开。", "small")
            )
        self.show()

    def focus_first(self) -> None:
        """The keyboard to the first way on: the yes, or a free time."""
        first = next((self.column.itemAt(n).widget() for n in range(self.column.count()) if self._is_way(n)), None)
        if first is not None:
            way = first if isinstance(first, QPushButton) else first.findChild(QPushButton)
            if way is not None:
                way.setFocus()
                into_sight(way)

    def _is_way(self, at: int) -> bool:
        held = self.column.itemAt(at).widget()
        return held is not None and (isinstance(held, QPushButton) or held.findChild(QPushButton) is not None)

    def ask_reason(self) -> None:
        """The fixed list: picking one saves. A counsellor's choice is kept apart, a duty person's is sealed."""
        if self.bar is None:
            self.bar = ReasonBar()
            self.column.insertWidget(self.column.indexOf(self.way) if self.way is not None else 0, self.bar)
        if self.way is not None:
            self.way.hide()
        self.bar.ask("为什么要破例？选一项就保存", URGENT, self.urgent.emit)
        into_sight(self.bar)
